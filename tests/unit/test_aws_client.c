/* Many calls under way on one client: their coming back, their being given up, their keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "aws/client_internal.h"
#include "contactwatch/log.h"
#include "support/aws_fixture.h"

static const struct scripted_answer fine = {.status = 200, .body = "{}"};

static void many_calls_come_back_as_they_complete(void **state)
{
    (void)state;
    enum { CALLS = 40 };
    static struct scripted_answer script[CALLS];
    struct aws_call calls[CALLS] = {0};
    struct aws_fixture fixture;
    struct rng rng;
    rng_seed(&rng, 11);
    aws_fixture_open(&fixture, AWS_DYNAMODB);
    for (size_t i = 0; i < CALLS; i++) {
        script[i] = fine;
        script[i].delay_ms = (int)rng_below(&rng, 5000) + 1;
        scripted_script(fixture.scripted, &script[i], 1);
        calls[i].operation = "GetItem";
        calls[i].owner = &script[i];
        aws_start(fixture.client, &calls[i]);
    }
    assert_int_equal(aws_under_way(fixture.client), CALLS);
    int last = 0;
    for (size_t i = 0; i < CALLS; i++) {
        struct aws_call *call = aws_next(fixture.client, -1);
        assert_non_null(call);
        int delay = ((const struct scripted_answer *)call->owner)->delay_ms;
        assert_true(delay >= last);
        last = delay;
        aws_call_free(call);
    }
    assert_null(aws_next(fixture.client, -1));
    assert_int_equal(aws_under_way(fixture.client), 0);
    aws_fixture_close(&fixture);
}

static void a_wait_ends_on_time_and_on_a_wake(void **state)
{
    (void)state;
    static const struct scripted_answer slow = {.status = 200, .delay_ms = 5000, .body = "{}"};
    struct aws_fixture fixture;
    aws_fixture_open(&fixture, AWS_SQS);
    scripted_script(fixture.scripted, &slow, 1);
    int64_t start = scripted_now(fixture.scripted);
    assert_null(aws_next(fixture.client, 1000)); /* nothing is under way */
    assert_int_equal(scripted_now(fixture.scripted), start);
    fixture.call.operation = "ReceiveMessage";
    aws_start(fixture.client, &fixture.call);
    assert_null(aws_next(fixture.client, 0));
    assert_int_equal(scripted_now(fixture.scripted), start);
    assert_null(aws_next(fixture.client, 700));
    assert_int_equal(scripted_now(fixture.scripted), start + 700);
    aws_wake(fixture.client);
    assert_null(aws_next(fixture.client, -1));
    assert_int_equal(scripted_now(fixture.scripted), start + 700);
    assert_ptr_equal(aws_next(fixture.client, -1), &fixture.call);
    assert_int_equal(scripted_now(fixture.scripted), start + 5000);
    aws_fixture_close(&fixture);
}

/* On the wire, waiting for its next attempt, done and not yet fetched: each can be given up. */
static void calls_can_be_given_up(void **state)
{
    (void)state;
    static const struct scripted_answer script[] = {
        {.status = 200, .delay_ms = 9000, .body = "{}"},
        {.status = 429, .delay_ms = 1, .body = ""},
        {.status = 200, .delay_ms = 2, .body = "{}"},
        {.status = 200, .delay_ms = 2, .body = "{}"},
    };
    struct aws_call calls[4] = {0};
    struct aws_fixture fixture;
    aws_fixture_open(&fixture, AWS_SQS);
    scripted_script(fixture.scripted, script, 4);
    for (size_t i = 0; i < 4; i++) {
        calls[i].operation = "SendMessage";
        aws_start(fixture.client, &calls[i]);
    }
    assert_ptr_equal(aws_next(fixture.client, 2), &calls[2]);
    aws_cancel(fixture.client, &calls[2]); /* handed back already: nothing happens */
    assert_int_equal(calls[2].fault, AWS_FINE);
    aws_cancel(fixture.client, &calls[0]);
    aws_cancel(fixture.client, &calls[1]);
    assert_int_equal(calls[1].fault, AWS_CANCELLED);
    assert_int_equal(aws_under_way(fixture.client), 1);
    assert_ptr_equal(aws_next(fixture.client, -1), &calls[3]);
    assert_null(aws_next(fixture.client, -1));
    for (size_t i = 0; i < 4; i++)
        aws_call_free(&calls[i]);
    aws_fixture_close(&fixture);
}

static void a_client_closes_over_what_is_under_way(void **state)
{
    (void)state;
    static const struct scripted_answer slow = {.status = 200, .delay_ms = 9000, .body = "{}"};
    struct scripted_transport *scripted = scripted_open();
    struct aws_session *session = aws_fixture_session(scripted, NULL, NULL);
    struct err err = {0};
    struct aws_call calls[3] = {0};
    struct aws_client *client = aws_client_open(session, AWS_SQS, &err);
    scripted_always(scripted, &slow);
    for (size_t i = 0; i < 3; i++) {
        calls[i].operation = "ReceiveMessage";
        aws_start(client, &calls[i]);
    }
    aws_client_close(client);
    for (size_t i = 0; i < 3; i++)
        aws_call_free(&calls[i]);
    scripted_finished(scripted);
    aws_session_close(session);
    scripted_close(scripted);
}

/* Which keys the environment has at the moment. */
static const char *current_key = "AKIDONE";

static const char *key_variable(void *context, const char *name)
{
    (void)context;
    if (strcmp(name, "AWS_ACCESS_KEY_ID") == 0)
        return current_key;
    return strcmp(name, "AWS_SECRET_ACCESS_KEY") == 0 ? "secret" : NULL;
}

static const struct scripted_answer expired = {
    .status = 400, .body = "{\"__type\":\"x#ExpiredTokenException\",\"message\":\"expired\"}"};

static void keys_refused_are_asked_for_again_once(void **state)
{
    (void)state;
    struct scripted_transport *scripted = scripted_open();
    struct aws_environment environment = *scripted_environment(scripted);
    environment.variable = key_variable;
    struct err err = {0};
    current_key = "AKIDONE";
    struct aws_options options = {.region = "eu-west-1", .environment = &environment, .seed = 1};
    struct aws_session *session = aws_session_open(&options, NULL, &err);
    struct aws_client *client = aws_client_open(session, AWS_SQS, &err);
    struct aws_call call = {.operation = "ReceiveMessage"};
    scripted_script(scripted, &fine, 1);
    assert_true(aws_run(client, &call, &err));
    assert_non_null(strstr(scripted_request(scripted, 0), "Credential=AKIDONE/"));
    scripted_advance(scripted, MINUTE_MS);
    current_key = "AKIDTWO";
    scripted_script(scripted, &expired, 1);
    scripted_script(scripted, &fine, 1);
    assert_true(aws_run(client, &call, &err));
    assert_non_null(strstr(scripted_request(scripted, 1), "Credential=AKIDONE/"));
    assert_non_null(strstr(scripted_request(scripted, 2), "Credential=AKIDTWO/"));
    assert_int_equal(client->quota.left, RETRY_QUOTA);
    scripted_advance(scripted, MINUTE_MS);
    current_key = "AKIDTHREE"; /* not taken either: no third time */
    scripted_script(scripted, &expired, 1);
    scripted_script(scripted, &expired, 1);
    assert_false(aws_run(client, &call, &err));
    assert_int_equal(call.fault, AWS_DENIED);
    assert_string_equal(err.text,
                        "ReceiveMessage: ExpiredTokenException: expired (renew the credentials)");
    aws_call_free(&call);
    aws_client_close(client);
    aws_session_close(session);
    scripted_finished(scripted);
    scripted_close(scripted);
}

static void keys_that_stay_the_same_are_not_tried_again(void **state)
{
    (void)state;
    struct aws_fixture fixture;
    aws_fixture_open(&fixture, AWS_SQS);
    scripted_script(fixture.scripted, &expired, 1);
    assert_int_equal(aws_fixture_run(&fixture, "ReceiveMessage", "{}"), AWS_DENIED);
    assert_int_equal(fixture.call.attempts, 1);
    aws_fixture_close(&fixture);
}

static void without_keys_nothing_is_sent(void **state)
{
    (void)state;
    struct scripted_transport *scripted = scripted_open();
    struct err err = {0};
    struct aws_environment environment = *scripted_environment(scripted);
    struct aws_options options = {.region = "eu-west-1",
                                  .environment = &environment,
                                  .credentials = credentials_fixed("", "", NULL)};
    struct aws_session *session = aws_session_open(&options, NULL, &err);
    struct aws_client *client = aws_client_open(session, AWS_SQS, &err);
    struct aws_call call = {.operation = "ReceiveMessage"};
    assert_false(aws_run(client, &call, &err));
    assert_int_equal(call.fault, AWS_DENIED);
    assert_true(strlen(call.message) > 0);
    assert_int_equal(scripted_requests(scripted), 0);
    aws_call_free(&call);
    aws_client_close(client);
    aws_session_close(session);
    scripted_close(scripted);
}

/* Keys and tokens do not outlive the attempt they signed. */
static void no_secret_stays_behind(void **state)
{
    (void)state;
    struct scripted_transport *scripted = scripted_open();
    struct aws_session *session = aws_fixture_session(scripted, NULL, "TOKENTOKENTOKEN");
    struct err err = {0};
    struct aws_call call = {.operation = "ReceiveMessage"};
    struct aws_client *client = aws_client_open(session, AWS_SQS, &err);
    scripted_script(scripted, &fine, 1);
    assert_true(aws_run(client, &call, &err));
    const struct aws_call_state *left = call.state;
    assert_non_null(strstr(scripted_request(scripted, 0), "TOKENTOKENTOKEN"));
    assert_null(memmem(left->text.data, left->text.capacity, "TOKENTOKEN", 10));
    assert_null(memmem(left, sizeof(*left), "secret", 6));
    aws_call_free(&call);
    aws_client_close(client);
    aws_session_close(session);
    scripted_close(scripted);
}

/* At the chattiest level, with everything going wrong. */
static void nothing_of_a_request_is_logged(void **state)
{
    (void)state;
    static const struct scripted_answer script[] = {
        {.status = 503, .head = "x-private: HEADTEXT\n", .body = "{\"message\":\"BODYTEXT\"}"},
        {.status = 0, .error = "reset"},
        {.status = 400, .body = "{\"__type\":\"ThrottlingException\",\"message\":\"BODYTEXT\"}"},
    };
    char path[] = "/tmp/contactwatch-log-XXXXXX", text[4096] = "";
    int fd = mkstemp(path);
    assert_true(fd >= 0 && log_open_file(path));
    log_set_stderr(false);
    log_set_level(LOG_DEBUG);
    struct scripted_transport *scripted = scripted_open();
    struct aws_session *session = aws_fixture_session(scripted, NULL, "TOKENTEXT");
    struct err err = {0};
    struct aws_call call = {.operation = "SendMessage"};
    buf_text(&call.body, "{\"MessageBody\":\"REQUESTTEXT\"}");
    struct aws_client *client = aws_client_open(session, AWS_SQS, &err);
    scripted_script(scripted, script, ARRAY_SIZE(script));
    assert_false(aws_run(client, &call, &err));
    log_set_level(LOG_INFO);
    assert_true(read(fd, text, sizeof(text) - 1) > 0);
    assert_non_null(strstr(text, "SendMessage: attempt 1 of 3 failed"));
    static const char *const never[] = {"HEADTEXT", "BODYTEXT", "TOKENTEXT", "REQUESTTEXT",
                                        "secret",   "AKID",     "Signature"};
    for (size_t i = 0; i < ARRAY_SIZE(never); i++)
        assert_null(strstr(text, never[i]));
    aws_call_free(&call);
    aws_client_close(client);
    aws_session_close(session);
    scripted_close(scripted);
    close(fd);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_calls_come_back_as_they_complete),
        cmocka_unit_test(a_wait_ends_on_time_and_on_a_wake),
        cmocka_unit_test(calls_can_be_given_up),
        cmocka_unit_test(a_client_closes_over_what_is_under_way),
        cmocka_unit_test(keys_refused_are_asked_for_again_once),
        cmocka_unit_test(keys_that_stay_the_same_are_not_tried_again),
        cmocka_unit_test(without_keys_nothing_is_sent),
        cmocka_unit_test(no_secret_stays_behind),
        cmocka_unit_test(nothing_of_a_request_is_logged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
