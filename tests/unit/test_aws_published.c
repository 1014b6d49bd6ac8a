/* The published cases of the JSON protocol, where they are at hand: what is put on the wire, and
 * what is read from errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aws/aws_internal.h"
#include "support/aws_fixture.h"

static const struct scripted_answer fine = {.status = 200, .body = "{}"};

/* One published input case: an operation whose body is given. False when it is not for us. */
static bool check_input(const cJSON *given, enum aws_service service)
{
    const cJSON *wire = json_get(given, "serialized"), *head = json_get(wire, "headers");
    const char *body = json_text(wire, "body"), *host = json_text(wire, "host");
    const char *target = json_text(head, "X-Amz-Target");
    if (!body || (!target && !host) || json_get(head, "Content-Encoding"))
        return false; /* request compression: none of our services asks for it */
    struct scripted_transport *scripted = scripted_open();
    struct aws_call call = {.operation = target ? strchr(target, '.') + 1 : "Operation"};
    struct err err = {0};
    struct buf url = {0}, line = {0};
    buf_printf(&url, "https://%s", host ? host : "example.com");
    struct aws_session *session = aws_fixture_session(scripted, url.data, NULL);
    struct aws_client *client = aws_client_open(session, service, &err);
    scripted_script(scripted, &fine, 1);
    if (strcmp(body, "{}") != 0)
        buf_text(&call.body, body);
    assert_true(aws_run(client, &call, &err));
    const char *sent = scripted_request(scripted, 0);
    buf_printf(&line, "%s %s%s\n", json_text(wire, "method"), url.data,
               host && strchr(host, '/') ? "/" : json_text(wire, "uri"));
    assert_memory_equal(sent, line.data, line.length);
    assert_string_equal(strstr(sent, "\n\n") + 2, body);
    assert_header(sent, "Content-Type", "application/x-amz-json-1.0");
    assert_header(sent, "x-amzn-query-mode", json_text(head, "x-amzn-query-mode"));
    if (target)
        assert_string_equal(strchr(header_of(sent, "X-Amz-Target"), '.'), strchr(target, '.'));
    buf_free(&url);
    buf_free(&line);
    aws_call_free(&call);
    aws_client_close(client);
    aws_session_close(session);
    scripted_close(scripted);
    return true;
}

static size_t check_inputs(const char *file, enum aws_service service)
{
    struct arena arena = {0};
    size_t ran = 0;
    const cJSON *suites = aws_fixture_vectors(&arena, file);
    for (const cJSON *suite = suites ? suites->child : NULL; suite; suite = suite->next)
        for (const cJSON *one = json_get(suite, "cases")->child; one; one = one->next)
            ran += check_input(one, service);
    arena_free(&arena);
    return ran;
}

static void published_input_cases(void **state)
{
    (void)state;
    size_t plain = check_inputs("input-json_1_0.json", AWS_DYNAMODB);
    size_t compatible = check_inputs("input-json_1_0-query-compatible.json", AWS_SQS);
    print_message("%zu published input cases ran\n", plain + compatible);
    assert_true((plain == 0 && compatible == 0) || (plain >= 15 && compatible == 1));
}

static size_t check_output(const cJSON *given)
{
    const cJSON *response = json_get(given, "response"), *head = json_get(response, "headers");
    const char *code = json_text(given, "errorCode"), *body = json_text(response, "body");
    const int status = json_get(response, "status_code")->valueint;
    struct buf lines = {0};
    for (const cJSON *at = head ? head->child : NULL; at; at = at->next) {
        for (const char *c = at->string; *c; c++)
            buf_char(&lines, (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c));
        buf_printf(&lines, ": %s\n", at->valuestring);
    }
    struct aws_call call =
        read_answer(AWS_SQS, status, buf_str(&lines), body ? body : "", body ? strlen(body) : 0);
    struct http_response plain = {.status = status};
    assert_true(status / 100 != 2 || aws_body_sound(&call, &aws_service_specs[AWS_SQS], &plain));
    if (code)
        assert_string_equal(*call.query_code ? call.query_code : call.code, code);
    if (json_text(given, "errorMessage"))
        assert_string_equal(call.message, json_text(given, "errorMessage"));
    aws_call_free(&call);
    buf_free(&lines);
    return 1;
}

static void published_output_cases(void **state)
{
    (void)state;
    static const char *const files[] = {"output-json_1_0.json",
                                        "output-json_1_0-query-compatible.json"};
    size_t ran = 0;
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        struct arena arena = {0};
        const cJSON *suites = aws_fixture_vectors(&arena, files[i]);
        for (const cJSON *suite = suites ? suites->child : NULL; suite; suite = suite->next)
            for (const cJSON *one = json_get(suite, "cases")->child; one; one = one->next)
                ran += check_output(one);
        arena_free(&arena);
    }
    print_message("%zu published output cases ran\n", ran);
    assert_true(ran == 0 || ran == 34);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_input_cases),
        cmocka_unit_test(published_output_cases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
