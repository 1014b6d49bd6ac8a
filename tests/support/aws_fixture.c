#include "support/aws_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "aws/aws_internal.h"

struct aws_session *aws_fixture_session(struct scripted_transport *scripted, const char *url,
                                        const char *token)
{
    struct err err = {0};
    struct aws_options options = {
        .region = "eu-west-1",
        .endpoint_url = url,
        .environment = scripted_environment(scripted),
        .credentials = credentials_fixed("AKIDEXAMPLE", "secret", token),
        .seed = 7,
    };
    struct aws_session *session = aws_session_open(&options, NULL, &err);
    assert_non_null(session);
    return session;
}

const cJSON *aws_fixture_vectors(struct arena *arena, const char *file)
{
    char path[256], piece[4096];
    struct buf text = {0};
    snprintf(path, sizeof(path), "../shared/vectors/json-protocol/%s", file);
    FILE *stream = fopen(path, "r");
    if (!stream)
        return NULL;
    for (size_t n; (n = fread(piece, 1, sizeof(piece), stream));)
        buf_add(&text, piece, n);
    fclose(stream);
    const cJSON *root = json_parse(arena, text.data, text.length, NULL);
    buf_free(&text);
    assert_non_null(root);
    return root;
}

void aws_fixture_open(struct aws_fixture *fixture, enum aws_service service)
{
    struct err err = {0};
    *fixture = (struct aws_fixture){.scripted = scripted_open()};
    fixture->session = aws_fixture_session(fixture->scripted, NULL, NULL);
    fixture->client = aws_client_open(fixture->session, service, &err);
    assert_non_null(fixture->client);
}

void aws_fixture_close(struct aws_fixture *fixture)
{
    scripted_finished(fixture->scripted);
    aws_call_free(&fixture->call);
    aws_client_close(fixture->client);
    aws_session_close(fixture->session);
    scripted_close(fixture->scripted);
}

enum aws_fault aws_fixture_run(struct aws_fixture *fixture, const char *operation, const char *body)
{
    struct aws_call *call = &fixture->call;
    struct err err = {0};
    aws_call_reset(call);
    call->operation = operation;
    if (body)
        buf_text(&call->body, body);
    bool fine = aws_run(fixture->client, call, &err);
    assert_int_equal(fine, call->fault == AWS_FINE);
    assert_int_equal(fine, err.text[0] == '\0');
    return call->fault;
}

const char *header_of(const char *request, const char *name)
{
    static char value[2048];
    char line[128];
    snprintf(line, sizeof(line), "\n%s: ", name);
    const char *at = strstr(request, line);
    if (!at)
        return NULL;
    at += strlen(line);
    snprintf(value, sizeof(value), "%.*s", (int)strcspn(at, "\n"), at);
    return value;
}

void assert_header(const char *request, const char *name, const char *expected)
{
    const char *value = header_of(request, name);
    if (!expected) {
        assert_null(value);
        return;
    }
    assert_non_null(value);
    assert_string_equal(value, expected);
}

struct aws_call read_answer(enum aws_service service, int status, const char *head,
                            const char *body, size_t length)
{
    struct aws_call call = {.operation = "Anything", .status = status};
    struct http_response response = {.status = status};
    buf_text(&response.head, head);
    buf_add(&call.response, body, length);
    aws_read_failure(&call, &aws_service_specs[service], &response);
    http_response_free(&response);
    return call;
}
