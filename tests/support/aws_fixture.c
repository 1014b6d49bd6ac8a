#include "support/aws_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void aws_fixture_open(struct aws_fixture *fixture, enum aws_service service)
{
    struct err err = {0};
    *fixture = (struct aws_fixture){.scripted = scripted_open()};
    struct aws_options options = {
        .region = "eu-west-1",
        .environment = scripted_environment(fixture->scripted),
        .credentials = credentials_fixed("AKIDEXAMPLE", "secret", NULL),
        .seed = 7,
    };
    fixture->session = aws_session_open(&options, NULL, &err);
    assert_non_null(fixture->session);
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
