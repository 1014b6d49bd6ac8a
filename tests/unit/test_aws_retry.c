/* A client trying failed calls again, in virtual time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aws/client_internal.h"
#include "support/aws_fixture.h"

static const struct scripted_answer fine = {.status = 200, .body = "{}"};
static const struct scripted_answer broken = {.status = 500, .body = "{}"};
static const struct scripted_answer throttled = {
    .status = 400, .body = "{\"__type\":\"x#ThrottlingException\",\"message\":\"slow down\"}"};

static void play(struct aws_fixture *fixture, const struct scripted_answer *answer, size_t times)
{
    for (size_t i = 0; i < times; i++)
        scripted_script(fixture->scripted, answer, 1);
}

static void dynamodb_is_tried_four_times(void **state)
{
    (void)state;
    struct aws_fixture fixture;
    aws_fixture_open(&fixture, AWS_DYNAMODB);
    play(&fixture, &broken, 4);
    assert_int_equal(aws_fixture_run(&fixture, "GetItem", "{}"), AWS_TRANSIENT);
    assert_int_equal(fixture.call.attempts, 4);
    assert_int_equal(fixture.call.status, 500);
    assert_int_equal(fixture.client->quota.left, 458);
    assert_true(scripted_request_time(fixture.scripted, 1) -
                    scripted_request_time(fixture.scripted, 0) <=
                25);
    assert_true(scripted_request_time(fixture.scripted, 2) -
                    scripted_request_time(fixture.scripted, 1) <=
                50);
    assert_true(scripted_request_time(fixture.scripted, 3) -
                    scripted_request_time(fixture.scripted, 2) <=
                100);
    aws_fixture_close(&fixture);
}

/* 500, 486, 472, then 486 again: the last retry's cost comes back. */
static void a_success_gives_the_last_cost_back(void **state)
{
    (void)state;
    struct aws_fixture fixture;
    aws_fixture_open(&fixture, AWS_DYNAMODB);
    play(&fixture, &broken, 2);
    play(&fixture, &fine, 1);
    assert_int_equal(aws_fixture_run(&fixture, "GetItem", "{}"), AWS_FINE);
    assert_int_equal(fixture.client->quota.left, 486);
    play(&fixture, &fine, 1);
    assert_int_equal(aws_fixture_run(&fixture, "GetItem", "{}"), AWS_FINE);
    assert_int_equal(fixture.client->quota.left, 487);
    play(&fixture, &throttled, 1);
    play(&fixture, &fine, 1);
    assert_int_equal(aws_fixture_run(&fixture, "GetItem", "{}"), AWS_FINE);
    assert_int_equal(fixture.client->quota.left, 487);
    assert_int_equal(fixture.call.throttles, 1);
    aws_fixture_close(&fixture);
}

static void others_are_tried_three_times_unless_told_otherwise(void **state)
{
    (void)state;
    struct aws_fixture fixture;
    aws_fixture_open(&fixture, AWS_SQS);
    play(&fixture, &throttled, 3);
    assert_int_equal(aws_fixture_run(&fixture, "SendMessage", "{}"), AWS_THROTTLED);
    assert_int_equal(fixture.call.attempts, 3);
    assert_int_equal(fixture.call.throttles, 3);
    assert_int_equal(fixture.client->quota.left, 490);
    fixture.session->max_attempts = 2;
    play(&fixture, &broken, 2);
    assert_int_equal(aws_fixture_run(&fixture, "SendMessage", "{}"), AWS_TRANSIENT);
    struct err err;
    aws_call_reset(&fixture.call);
    fixture.call.operation = "SendMessage";
    fixture.call.max_attempts = 1;
    play(&fixture, &broken, 1);
    assert_false(aws_run(fixture.client, &fixture.call, &err));
    assert_int_equal(fixture.call.attempts, 1);
    assert_non_null(
        strstr(scripted_request(fixture.scripted, 5), "amz-sdk-request: attempt=1; max=1\n"));
    aws_fixture_close(&fixture);
}

/* Delays are chance, but never beyond their limit; over many of them both halves are used. */
static void delays_are_spread(void **state)
{
    (void)state;
    struct aws_fixture fixture;
    aws_fixture_open(&fixture, AWS_SQS);
    int low = 0, high = 0;
    for (size_t i = 0; i < 100; i++) {
        play(&fixture, &throttled, 1);
        play(&fixture, &fine, 1);
        assert_int_equal(aws_fixture_run(&fixture, "SendMessage", "{}"), AWS_FINE);
        int64_t delay = scripted_request_time(fixture.scripted, 2 * i + 1) -
                        scripted_request_time(fixture.scripted, 2 * i);
        assert_in_range(delay, 0, 1000);
        low += delay < 500;
        high += delay >= 500;
    }
    assert_true(low > 25 && high > 25);
    aws_fixture_close(&fixture);
}

static void an_empty_quota_fails_at_once(void **state)
{
    (void)state;
    struct aws_fixture fixture;
    aws_fixture_open(&fixture, AWS_SQS);
    fixture.client->quota.left = 4;
    play(&fixture, &throttled, 1);
    int64_t before = scripted_now(fixture.scripted);
    assert_int_equal(aws_fixture_run(&fixture, "SendMessage", "{}"), AWS_THROTTLED);
    assert_int_equal(scripted_now(fixture.scripted) - before, 0);
    assert_int_equal(fixture.client->quota.left, 4);
    aws_fixture_close(&fixture);
}

/* A loop of long polls against an empty quota must not spin. */
static void a_long_poll_waits_before_it_fails(void **state)
{
    (void)state;
    static const struct scripted_answer asked_to_wait = {
        .status = 503, .head = "x-amz-retry-after: 3000\n", .body = ""};
    struct aws_fixture fixture;
    aws_fixture_open(&fixture, AWS_SQS);
    fixture.client->quota.left = 0;
    play(&fixture, &asked_to_wait, 1);
    int64_t before = scripted_now(fixture.scripted);
    fixture.call.operation = "ReceiveMessage";
    fixture.call.long_poll = true;
    aws_start(fixture.client, &fixture.call);
    assert_ptr_equal(aws_next(fixture.client, -1), &fixture.call);
    assert_int_equal(fixture.call.fault, AWS_TRANSIENT);
    assert_int_equal(fixture.call.attempts, 1);
    assert_int_equal(scripted_now(fixture.scripted) - before, 3000);
    aws_fixture_close(&fixture);
}

static void what_no_repetition_mends_is_not_repeated(void **state)
{
    (void)state;
    static const struct scripted_answer refused[] = {
        {.status = 400,
         .body = "{\"__type\":\"com.amazonaws.dynamodb.v20120810#"
                 "ConditionalCheckFailedException\",\"Message\":\"no\",\"Item\":{}}"},
        {.status = 403, .body = "{\"__type\":\"com.amazonaws.sqs#OverLimit\",\"message\":\"x\"}"},
        {.status = 400, .body = "{\"__type\":\"x#AccessDeniedException\",\"Message\":\"no\"}"},
        {.status = 0, .too_large = true, .error = "the answer is larger than 5 bytes"},
        {.status = 301, .head = "location: https://elsewhere.example\n"},
    };
    static const enum aws_fault faults[] = {AWS_REFUSED, AWS_REFUSED, AWS_DENIED, AWS_REFUSED,
                                            AWS_REFUSED};
    struct aws_fixture fixture;
    aws_fixture_open(&fixture, AWS_DYNAMODB);
    scripted_script(fixture.scripted, refused, ARRAY_SIZE(refused));
    for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
        assert_int_equal(aws_fixture_run(&fixture, "UpdateItem", "{}"), faults[i]);
        assert_int_equal(fixture.call.attempts, 1);
    }
    assert_int_equal(fixture.client->quota.left, RETRY_QUOTA);
    aws_fixture_close(&fixture);
}

static void silence_and_resets_are_tried_again(void **state)
{
    (void)state;
    static const struct scripted_answer script[] = {
        {.delay_ms = 60000, .status = 200},
        {.error = "Connection reset by peer", .delay_ms = 5},
        {.status = 200, .body = "{\"a\":1}"},
    };
    struct aws_fixture fixture;
    aws_fixture_open(&fixture, AWS_SQS);
    scripted_script(fixture.scripted, script, ARRAY_SIZE(script));
    int64_t before = scripted_now(fixture.scripted);
    fixture.call.operation = "ReceiveMessage";
    fixture.call.timeout_ms = 15000;
    aws_start(fixture.client, &fixture.call);
    assert_ptr_equal(aws_next(fixture.client, -1), &fixture.call);
    assert_int_equal(fixture.call.fault, AWS_FINE);
    assert_string_equal(buf_str(&fixture.call.response), "{\"a\":1}");
    assert_in_range(scripted_now(fixture.scripted) - before, 15005, 15155);
    struct aws_counts counts;
    aws_session_counts(fixture.session, &counts);
    assert_int_equal(counts.requests, 3);
    assert_int_equal(counts.retries, 2);
    assert_int_equal(counts.failures, 0);
    aws_fixture_close(&fixture);
}

static void a_damaged_answer_is_asked_for_again(void **state)
{
    (void)state;
    static const struct scripted_answer script[] = {
        {.status = 200, .head = "x-amz-crc32: 1\n", .body = "{\"a\":1}"},
        {.status = 400,
         .head = "x-amz-crc32: 2\n",
         .body = "{\"__type\":\"x#ValidationException\"}"},
        {.status = 200, .body = "{\"a\":"},
        {.status = 200, .head = "x-amz-crc32: 2745614147\n", .body = "{}"},
    };
    struct aws_fixture fixture;
    aws_fixture_open(&fixture, AWS_DYNAMODB);
    scripted_script(fixture.scripted, script, ARRAY_SIZE(script));
    assert_int_equal(aws_fixture_run(&fixture, "GetItem", "{}"), AWS_FINE);
    assert_int_equal(fixture.call.attempts, 4);
    assert_string_equal(buf_str(&fixture.call.response), "{}");
    aws_fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dynamodb_is_tried_four_times),
        cmocka_unit_test(a_success_gives_the_last_cost_back),
        cmocka_unit_test(others_are_tried_three_times_unless_told_otherwise),
        cmocka_unit_test(delays_are_spread),
        cmocka_unit_test(an_empty_quota_fails_at_once),
        cmocka_unit_test(a_long_poll_waits_before_it_fails),
        cmocka_unit_test(what_no_repetition_mends_is_not_repeated),
        cmocka_unit_test(silence_and_resets_are_tried_again),
        cmocka_unit_test(a_damaged_answer_is_asked_for_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
