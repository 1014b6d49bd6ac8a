/* Errors as S3 gives them: XML, with its own codes and statuses. */
#include <string.h>

#include "fakes/fake_s3.h"

/* What the verifier and the faults say in the words of the other services. */
static const struct {
    const char *code, *own;
    int status;
} common[] = {
    {"UnrecognizedClientException", "InvalidAccessKeyId", 403},
    {"InvalidSignatureException", "SignatureDoesNotMatch", 403},
    {"IncompleteSignatureException", "AuthorizationHeaderMalformed", 400},
    {"MissingAuthenticationTokenException", "AccessDenied", 403},
    {"ExpiredTokenException", "ExpiredToken", 400},
    {"AccessDeniedException", "AccessDenied", 403},
    {"ThrottlingException", "SlowDown", 503},
    {"InternalFailure", "InternalError", 500},
    {"ServiceUnavailableException", "ServiceUnavailable", 503},
};

void s3_xml_text(struct buf *out, const char *text)
{
    for (; *text; text++) {
        const char *name = *text == '<'   ? "&lt;"
                           : *text == '>' ? "&gt;"
                           : *text == '&' ? "&amp;"
                           : *text == '"' ? "&quot;"
                                          : NULL;
        if (name)
            buf_text(out, name);
        else if ((unsigned char)*text < 32)
            buf_printf(out, "&#x%X;", *text);
        else
            buf_char(out, *text);
    }
}

static void element(struct buf *out, const char *name, const char *text)
{
    buf_printf(out, "<%s>", name);
    s3_xml_text(out, text);
    buf_printf(out, "</%s>", name);
}

void s3_error(const struct fake_request *request, struct fake_reply *reply, const char *code,
              const char *message)
{
    struct buf *out = &reply->body;
    for (size_t i = 0; i < ARRAY_SIZE(common); i++)
        if (strcmp(common[i].code, code) == 0) {
            code = common[i].own;
            reply->status = common[i].status;
            break;
        }
    reply->type = "application/xml";
    buf_clear(&reply->header);
    buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
    element(out, "Code", code);
    element(out, "Message", message);
    if (strcmp(code, "NoSuchBucket") == 0)
        element(out, "BucketName", request->bucket);
    else if (strcmp(code, "NoSuchKey") == 0)
        element(out, "Key", request->object);
    else if (strcmp(code, "PreconditionFailed") == 0)
        element(out, "Condition",
                fake_request_header(request, "if-none-match") ? "If-None-Match" : "If-Match");
    buf_text(out, "<RequestId>FAKE</RequestId><HostId>fake+host/id=</HostId></Error>");
}
