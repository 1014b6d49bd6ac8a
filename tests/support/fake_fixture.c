#include "support/fake_fixture.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/sigv4.h"

static const char table_t[] =
    "{\"TableName\":\"ttt\",\"BillingMode\":\"PAY_PER_REQUEST\","
    "\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"}],"
    "\"AttributeDefinitions\":[{\"AttributeName\":\"pk\",\"AttributeType\":\"S\"},"
    "{\"AttributeName\":\"a\",\"AttributeType\":\"S\"},"
    "{\"AttributeName\":\"c\",\"AttributeType\":\"S\"}],"
    "\"GlobalSecondaryIndexes\":[{\"IndexName\":\"GSI-A\",\"KeySchema\":"
    "[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"pk\",\"KeyType\":"
    "\"RANGE\"}],"
    "\"Projection\":{\"ProjectionType\":\"INCLUDE\",\"NonKeyAttributes\":[\"b\"]}},"
    "{\"IndexName\":\"GSI-ALL\",\"KeySchema\":[{\"AttributeName\":\"c\",\"KeyType\":\"HASH\"}],"
    "\"Projection\":{\"ProjectionType\":\"ALL\"}}]}";
static const char table_r[] =
    "{\"TableName\":\"rrr\",\"BillingMode\":\"PAY_PER_REQUEST\","
    "\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"},"
    "{\"AttributeName\":\"rk\",\"KeyType\":\"RANGE\"}],"
    "\"AttributeDefinitions\":[{\"AttributeName\":\"pk\",\"AttributeType\":\"S\"},"
    "{\"AttributeName\":\"rk\",\"AttributeType\":\"N\"}]}";

int fake_fixture_setup(void **state)
{
    struct fake_fixture *f = mem_zero(sizeof(*f));
    f->fake = fake_aws_start(NULL);
    f->transport = transport_curl_open(&(struct transport_options){.connections = 8});
    assert_non_null(f->fake);
    assert_int_equal(fake_aws_call(f->fake, "DynamoDB_20120810.CreateTable", table_t, NULL), 200);
    assert_int_equal(fake_aws_call(f->fake, "DynamoDB_20120810.CreateTable", table_r, NULL), 200);
    fake_aws_queue(f->fake, "dead", NULL);
    fake_aws_queue(f->fake, "q",
                   "{\"VisibilityTimeout\":\"30\",\"RedrivePolicy\":"
                   "\"{\\\"deadLetterTargetArn\\\":\\\"arn:aws:sqs:" FAKE_REGION ":" FAKE_ACCOUNT
                   ":dead\\\",\\\"maxReceiveCount\\\":3}\"}");
    *state = f;
    return 0;
}

int fake_fixture_teardown(void **state)
{
    struct fake_fixture *f = *state;
    f->transport->ops->close(f->transport);
    fake_aws_stop(f->fake);
    arena_free(&f->arena);
    free(f);
    return 0;
}

static const cJSON *answer(struct fake_fixture *f, const struct buf *reply)
{
    struct err err;
    snprintf(f->text, sizeof(f->text), "%s", buf_str(reply));
    return reply->length ? json_parse(&f->arena, reply->data, reply->length, &err) : NULL;
}

const cJSON *fake_ask(struct fake_fixture *f, const char *target, const char *json)
{
    struct buf reply = {0};
    f->status = fake_aws_call(f->fake, target, json, &reply);
    const cJSON *result = answer(f, &reply);
    buf_free(&reply);
    return result;
}

static const cJSON *ask(struct fake_fixture *f, const char *prefix, const char *operation,
                        const char *format, va_list args)
{
    struct buf target = {0}, json = {0};
    buf_printf(&target, "%s%s", prefix, operation);
    buf_vprintf(&json, format, args);
    const cJSON *result = fake_ask(f, target.data, json.data);
    buf_free(&target);
    buf_free(&json);
    return result;
}

const cJSON *fake_ddb_ask(struct fake_fixture *f, const char *operation, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const cJSON *result = ask(f, "DynamoDB_20120810.", operation, format, args);
    va_end(args);
    return result;
}

const cJSON *fake_sqs_ask(struct fake_fixture *f, const char *operation, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const cJSON *result = ask(f, "AmazonSQS.", operation, format, args);
    va_end(args);
    return result;
}

static const char *or_else(const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

/* Signs as the program does. */
static void sign(struct http_request *request, const struct fake_signing *how, const char *json,
                 const char *host, struct buf *authorization, char date[SIGV4_DATE])
{
    int64_t now = clock_now(NULL) + how->skew;
    sigv4_date(now, date);
    request->header[request->headers++] = (struct http_header){"Host", host};
    request->header[request->headers++] = (struct http_header){"X-Amz-Date", date};
    if (how->token)
        request->header[request->headers++] =
            (struct http_header){"X-Amz-Security-Token", how->token};
    struct sigv4_request signs = {
        .method = "POST",
        .path = "/",
        .query = "",
        .header = request->header,
        .headers = request->headers,
        .body = json,
        .length = strlen(json),
        .region = or_else(how->region, FAKE_REGION),
        .service = or_else(how->service, "sqs"),
        .access_key = or_else(how->access_key, FAKE_ACCESS_KEY),
        .secret_key = or_else(how->secret_key, FAKE_SECRET_KEY),
        .time = now,
    };
    sigv4_authorization(authorization, &signs, NULL);
    request->header[request->headers++] =
        (struct http_header){"Authorization", buf_str(authorization)};
}

const cJSON *fake_post(struct fake_fixture *f, const char *target, const char *json,
                       const struct fake_signing *how)
{
    static const struct fake_signing right = {0};
    const char *url = fake_aws_url(f->fake);
    struct buf authorization = {0};
    struct http_response response = {0};
    struct err err;
    char date[SIGV4_DATE];
    how = how ? how : &right;
    struct http_request request = {.method = "POST", .url = url, .no_proxy = true};
    request.header[request.headers++] = (struct http_header){"X-Amz-Target", target};
    request.header[request.headers++] =
        (struct http_header){"Content-Type", "application/x-amz-json-1.0"};
    if (!how->no_authorization)
        sign(&request, how, json, url + strlen("http://"), &authorization, date);
    if (how->unsigned_name)
        request.header[request.headers++] = (struct http_header){how->unsigned_name, "x"};
    request.body = or_else(how->sent_instead, json);
    request.length = strlen(request.body);
    http_fetch(f->transport, &request, &response, &err);
    f->status = response.status;
    const cJSON *result = answer(f, &response.body);
    http_response_free(&response);
    buf_free(&authorization);
    return result;
}
