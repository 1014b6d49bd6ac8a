/* Errors in the form each service gives them. */
#include <stdio.h>
#include <string.h>

#include "fakes/fake_s3.h"

/* Codes that are not the service's own: whose they are, and what SQS calls them in its old code. */
static const struct {
    const char *code, *space, *query;
} common[] = {
    {"UnrecognizedClientException", "com.amazon.coral.service", "InvalidClientTokenId"},
    {"InvalidSignatureException", "com.amazon.coral.service", "SignatureDoesNotMatch"},
    {"IncompleteSignatureException", "com.amazon.coral.service", "IncompleteSignature"},
    {"MissingAuthenticationTokenException", "com.amazon.coral.service",
     "MissingAuthenticationToken"},
    {"ExpiredTokenException", "com.amazon.coral.service", "ExpiredToken"},
    {"AccessDeniedException", "com.amazon.coral.service", "AccessDenied"},
    {"UnknownOperationException", "com.amazon.coral.service", "InvalidAction"},
    {"SerializationException", "com.amazon.coral.service", "MalformedInput"},
    {"ThrottlingException", "com.amazon.coral.availability", "Throttling"},
    {"ServiceUnavailableException", "com.amazon.coral.availability", "ServiceUnavailable"},
    {"InternalFailure", "com.amazon.coral.service", "InternalFailure"},
    {"ValidationException", "com.amazon.coral.validate", "ValidationError"},
    {"QueueDoesNotExist", NULL, "AWS.SimpleQueueService.NonExistentQueue"},
    {"BatchEntryIdsNotDistinct", NULL, "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"},
    {"EmptyBatchRequest", NULL, "AWS.SimpleQueueService.EmptyBatchRequest"},
    {"TooManyEntriesInBatchRequest", NULL, "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"},
    {"InvalidBatchEntryId", NULL, "AWS.SimpleQueueService.InvalidBatchEntryId"},
    {"BatchRequestTooLong", NULL, "AWS.SimpleQueueService.BatchRequestTooLong"},
    {"MessageNotInflight", NULL, "AWS.SimpleQueueService.MessageNotInflight"},
    {"PurgeQueueInProgress", NULL, "AWS.SimpleQueueService.PurgeQueueInProgress"},
    {"QueueNameExists", NULL, "QueueAlreadyExists"},
    {"InvalidParameterValueException", NULL, "InvalidParameterValue"},
    {"MissingRequiredParameterException", NULL, "MissingParameter"},
};

static const char *space_of(enum fake_service service, const char *code)
{
    for (size_t i = 0; i < ARRAY_SIZE(common); i++)
        if (common[i].space && strcmp(common[i].code, code) == 0)
            return common[i].space;
    return service == FAKE_SQS ? "com.amazonaws.sqs" : "com.amazonaws.dynamodb.v20120810";
}

static const char *query_code(const char *code)
{
    for (size_t i = 0; i < ARRAY_SIZE(common); i++)
        if (strcmp(common[i].code, code) == 0)
            return common[i].query;
    return code;
}

static void xml_text(struct buf *out, const char *text)
{
    for (; *text; text++)
        if (*text == '<' || *text == '>' || *text == '&')
            buf_printf(out, "&#%d;", *text);
        else
            buf_char(out, *text);
}

static void xml_error(struct fake_reply *reply, const char *code, const char *message)
{
    reply->type = "text/xml";
    reply->status = reply->status < 500 ? 403 : reply->status;
    buf_printf(&reply->body,
               "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>"
               "<Type>%s</Type><Code>%s</Code><Message>",
               reply->status < 500 ? "Sender" : "Receiver", query_code(code));
    xml_text(&reply->body, message);
    buf_text(&reply->body, "</Message></Error><RequestId>fake</RequestId></ErrorResponse>");
}

static void rest_error(struct fake_reply *reply, const char *code, const char *message)
{
    reply->type = "application/json";
    if (reply->status == 400 && strstr(code, "Throttl"))
        reply->status = 429;
    if (reply->status == 400 && query_code(code) != code &&
        strcmp(code, "ValidationException") != 0)
        reply->status = 403;
    buf_printf(&reply->header, "x-amzn-ErrorType: %s\r\n", code);
    buf_text(&reply->body, "{\"message\":");
    jv_quote_text(&reply->body, message);
    buf_char(&reply->body, '}');
}

/* A service's own errors say "message"; DynamoDB's say it with a capital in some. */
static void json_error(enum fake_service service, struct fake_reply *reply, const char *code,
                       const char *message)
{
    if (service == FAKE_SQS)
        buf_printf(&reply->header, "x-amzn-query-error: %s;%s\r\n", query_code(code),
                   reply->status < 500 ? "Sender" : "Receiver");
    bool capital = service == FAKE_DYNAMODB && strcmp(code, "ConditionalCheckFailedException") == 0;
    buf_printf(&reply->body, "{\"__type\":\"%s#%s\",\"%s\":", space_of(service, code), code,
               capital ? "Message" : "message");
    jv_quote_text(&reply->body, message);
    buf_char(&reply->body, '}');
}

bool fake_fail(const struct fake_request *request, struct fake_reply *reply, int status,
               const char *code, const char *format, ...)
{
    enum fake_service service = request->operation ? request->operation->service : FAKE_NO_SERVICE;
    char message[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    buf_clear(&reply->body);
    reply->status = status;
    if (service == FAKE_STS)
        xml_error(reply, code, message);
    else if (service == FAKE_S3)
        s3_error(request, reply, code, message);
    else if (service == FAKE_CONNECT)
        rest_error(reply, code, message);
    else
        json_error(service, reply, code, message);
    return false;
}
