/* How calls are put on the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/sigv4.h"
#include "support/aws_fixture.h"

static const struct scripted_answer fine = {.status = 200, .body = "{}"};

/* What the service would compute from the request as it arrived. */
static void assert_signed(const char *text, const char *service, const char *path,
                          const char *query, int64_t time)
{
    static const char *const names[] = {"Host",
                                        "X-Amz-Date",
                                        "X-Amz-Target",
                                        "Content-Type",
                                        "x-amzn-query-mode",
                                        "x-amz-content-sha256",
                                        "X-Amz-Security-Token"};
    struct http_header header[ARRAY_SIZE(names)];
    char method[16];
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (header_of(text, names[i]))
            header[count++] = (struct http_header){names[i], mem_strdup(header_of(text, names[i]))};
    snprintf(method, sizeof(method), "%.*s", (int)strcspn(text, " "), text);
    const char *body = strstr(text, "\n\n") + 2;
    struct sigv4_request request = {
        .method = method,
        .path = path,
        .query = query,
        .header = header,
        .headers = count,
        .body = body,
        .length = strlen(body),
        .region = "eu-west-1",
        .service = service,
        .access_key = "AKIDEXAMPLE",
        .secret_key = "secret",
        .time = time,
        .keep_path = strcmp(service, "s3") == 0,
    };
    struct buf authorization = {0};
    sigv4_authorization(&authorization, &request, NULL);
    assert_header(text, "Authorization", authorization.data);
    buf_free(&authorization);
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)header[i].value);
}

static void a_json_call(void **state)
{
    (void)state;
    struct aws_fixture fixture;
    aws_fixture_open(&fixture, AWS_SQS);
    scripted_script(fixture.scripted, &fine, 1);
    assert_int_equal(aws_fixture_run(&fixture, "ReceiveMessage", "{\"QueueUrl\":\"u\"}"), AWS_FINE);
    const char *text = scripted_request(fixture.scripted, 0);
    assert_memory_equal(text, "POST https://sqs.eu-west-1.amazonaws.com/\n", 42);
    assert_header(text, "Host", "sqs.eu-west-1.amazonaws.com");
    assert_header(text, "X-Amz-Target", "AmazonSQS.ReceiveMessage");
    assert_header(text, "Content-Type", "application/x-amz-json-1.0");
    assert_header(text, "X-Amz-Date", "20261122T150000Z");
    assert_header(text, "x-amzn-query-mode", "true");
    assert_header(text, "amz-sdk-request", "attempt=1; max=3");
    assert_header(text, "X-Amz-Security-Token", NULL);
    assert_int_equal(strlen(header_of(text, "amz-sdk-invocation-id")), 36);
    assert_non_null(strstr(text, "SignedHeaders=content-type;host;x-amz-date;x-amz-target;"
                                 "x-amzn-query-mode, "));
    assert_string_equal(strstr(text, "\n\n"), "\n\n{\"QueueUrl\":\"u\"}");
    assert_signed(text, "sqs", "/", "", scripted_now(fixture.scripted));
    aws_fixture_close(&fixture);
}

static void services_have_names_of_their_own(void **state)
{
    (void)state;
    static const struct {
        enum aws_service service;
        const char *url, *target, *mode, *max, *signing;
    } cases[] = {
        {AWS_DYNAMODB, "POST https://dynamodb.eu-west-1.amazonaws.com/\n",
         "DynamoDB_20120810.ListTables", NULL, "attempt=1; max=4", "dynamodb"},
        {AWS_DYNAMODB_STREAMS, "POST https://streams.dynamodb.eu-west-1.amazonaws.com/\n",
         "DynamoDBStreams_20120810.ListTables", NULL, "attempt=1; max=4", "dynamodb"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct aws_fixture fixture;
        aws_fixture_open(&fixture, cases[i].service);
        scripted_script(fixture.scripted, &fine, 1);
        assert_int_equal(aws_fixture_run(&fixture, "ListTables", NULL), AWS_FINE);
        const char *text = scripted_request(fixture.scripted, 0);
        assert_memory_equal(text, cases[i].url, strlen(cases[i].url));
        assert_header(text, "X-Amz-Target", cases[i].target);
        assert_header(text, "x-amzn-query-mode", cases[i].mode);
        assert_header(text, "amz-sdk-request", cases[i].max);
        assert_string_equal(strstr(text, "\n\n"), "\n\n{}"); /* never an empty payload */
        assert_signed(text, cases[i].signing, "/", "", scripted_now(fixture.scripted));
        aws_fixture_close(&fixture);
    }
}

static void a_form_and_rest_calls(void **state)
{
    (void)state;
    static const struct {
        enum aws_service service;
        const char *method, *path, *query, *body, *type, *url, *signing;
    } cases[] = {
        {AWS_STS, NULL, NULL, NULL, "Action=GetCallerIdentity&Version=2011-06-15",
         "application/x-www-form-urlencoded; charset=utf-8",
         "POST https://sts.eu-west-1.amazonaws.com/\n", "sts"},
        {AWS_CONNECT, "GET", "/queues-summary/a%2Fb", "nextToken=x%3D&maxResults=9", NULL, NULL,
         "GET https://connect.eu-west-1.amazonaws.com/queues-summary/a%2Fb?"
         "nextToken=x%3D&maxResults=9\n",
         "connect"},
        {AWS_CONNECT, "POST", "/search", NULL, "{\"a\":1}", "application/json",
         "POST https://connect.eu-west-1.amazonaws.com/search\n", "connect"},
        {AWS_S3, "PUT", "/bucket/a%20b/../c", NULL, "xx", "application/octet-stream",
         "PUT https://s3.eu-west-1.amazonaws.com/bucket/a%20b/../c\n", "s3"},
        {AWS_S3, "GET", "/bucket/key", NULL, NULL, NULL,
         "GET https://s3.eu-west-1.amazonaws.com/bucket/key\n", "s3"},
    };
    static const struct scripted_answer answer = {.status = 200, .body = "<Any>thing</Any>"};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct aws_fixture fixture;
        struct err err;
        aws_fixture_open(&fixture, cases[i].service);
        scripted_script(fixture.scripted, &answer, 1);
        fixture.call.operation = "Anything";
        fixture.call.method = cases[i].method;
        fixture.call.path = cases[i].path;
        fixture.call.query = cases[i].query;
        if (cases[i].body)
            buf_text(&fixture.call.body, cases[i].body);
        assert_true(aws_run(fixture.client, &fixture.call, &err));
        const char *text = scripted_request(fixture.scripted, 0);
        assert_memory_equal(text, cases[i].url, strlen(cases[i].url));
        assert_header(text, "Content-Type", cases[i].type);
        assert_header(text, "X-Amz-Target", NULL);
        assert_int_equal(header_of(text, "x-amz-content-sha256") != NULL,
                         cases[i].service == AWS_S3);
        assert_signed(text, cases[i].signing, cases[i].path ? cases[i].path : "/",
                      cases[i].query ? cases[i].query : "", scripted_now(fixture.scripted));
        aws_fixture_close(&fixture);
    }
}

static void an_endpoint_may_have_a_port_and_a_path(void **state)
{
    (void)state;
    static const struct {
        const char *endpoint, *url, *host, *path;
    } cases[] = {
        {"http://127.0.0.1:4566", "POST http://127.0.0.1:4566/\n", "127.0.0.1:4566", "/"},
        {"http://localhost:80", "POST http://localhost:80/\n", "localhost", "/"},
        {"https://example.com:443", "POST https://example.com:443/\n", "example.com", "/"},
        {"https://example.com:8443/", "POST https://example.com:8443/\n", "example.com:8443", "/"},
        {"https://example.com/custom", "POST https://example.com/custom/\n", "example.com",
         "/custom/"},
        {"https://example.com/custom/", "POST https://example.com/custom/\n", "example.com",
         "/custom/"},
        {"http://[::1]:4566", "POST http://[::1]:4566/\n", "[::1]:4566", "/"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct scripted_transport *scripted = scripted_open();
        struct aws_session *session = aws_fixture_session(scripted, cases[i].endpoint, "TOKEN==");
        struct err err = {0};
        struct aws_call call = {.operation = "ListQueues"};
        struct aws_client *client = aws_client_open(session, AWS_SQS, &err);
        assert_non_null(client);
        scripted_script(scripted, &fine, 1);
        assert_true(aws_run(client, &call, &err));
        const char *text = scripted_request(scripted, 0);
        assert_memory_equal(text, cases[i].url, strlen(cases[i].url));
        assert_header(text, "Host", cases[i].host);
        assert_header(text, "X-Amz-Security-Token", "TOKEN==");
        assert_signed(text, "sqs", cases[i].path, "", scripted_now(scripted));
        aws_call_free(&call);
        aws_client_close(client);
        aws_session_close(session);
        scripted_close(scripted);
    }
}

static void an_open_endpoint_elsewhere_is_refused(void **state)
{
    (void)state;
    struct scripted_transport *scripted = scripted_open();
    struct aws_session *session = aws_fixture_session(scripted, "http://example.com", NULL);
    struct err err = {0};
    assert_null(aws_client_open(session, AWS_SQS, &err));
    assert_non_null(strstr(err.text, "https://"));
    aws_session_close(session);
    scripted_close(scripted);
}

/* The same call, other attempts: one id, a new count, a new date and so another signature. */
static void each_attempt_is_signed_anew(void **state)
{
    (void)state;
    static const struct scripted_answer script[] = {{.status = 503, .delay_ms = 1200, .body = ""},
                                                    {.status = 200, .body = "{}"}};
    struct aws_fixture fixture;
    aws_fixture_open(&fixture, AWS_SQS);
    scripted_script(fixture.scripted, script, 2);
    assert_int_equal(aws_fixture_run(&fixture, "SendMessage", "{}"), AWS_FINE);
    char *id =
        mem_strdup(header_of(scripted_request(fixture.scripted, 0), "amz-sdk-invocation-id"));
    const char *second = scripted_request(fixture.scripted, 1);
    assert_header(second, "amz-sdk-invocation-id", id);
    assert_header(second, "amz-sdk-request", "attempt=2; max=3");
    assert_header(second, "X-Amz-Date", "20261122T150001Z");
    assert_signed(second, "sqs", "/", "", scripted_request_time(fixture.scripted, 1));
    assert_int_equal(fixture.call.attempts, 2);
    assert_string_equal(fixture.call.code, "");
    scripted_script(fixture.scripted, &fine, 1);
    assert_int_equal(aws_fixture_run(&fixture, "SendMessage", "{}"), AWS_FINE);
    assert_string_not_equal(
        header_of(scripted_request(fixture.scripted, 2), "amz-sdk-invocation-id"), id);
    free(id);
    aws_fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_json_call),
        cmocka_unit_test(services_have_names_of_their_own),
        cmocka_unit_test(a_form_and_rest_calls),
        cmocka_unit_test(an_endpoint_may_have_a_port_and_a_path),
        cmocka_unit_test(an_open_endpoint_elsewhere_is_refused),
        cmocka_unit_test(each_attempt_is_signed_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
