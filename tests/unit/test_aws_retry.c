/* How often, how long and at what cost a failed call is tried again. Numbers of the published
 * behaviour of November 2026. */
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

static void delays_grow_by_two_up_to_twenty_seconds(void **state)
{
    (void)state;
    static const struct {
        enum aws_fault kind;
        int base;
        unsigned attempt;
        double chance;
        int64_t expected;
    } cases[] = {
        {AWS_TRANSIENT, 50, 1, 1.0, 50},           {AWS_TRANSIENT, 50, 2, 1.0, 100},
        {AWS_TRANSIENT, 25, 1, 1.0, 25},           {AWS_TRANSIENT, 25, 2, 1.0, 50},
        {AWS_TRANSIENT, 25, 3, 1.0, 100},          {AWS_THROTTLED, 25, 1, 1.0, 1000},
        {AWS_THROTTLED, 50, 2, 1.0, 2000},         {AWS_THROTTLED, 50, 5, 1.0, 16000},
        {AWS_THROTTLED, 50, 6, 1.0, 20000},        {AWS_THROTTLED, 50, 400, 1.0, 20000},
        {AWS_TRANSIENT, 50, 4000000000, 1, 20000}, {AWS_TRANSIENT, 50, 1, 0.0, 0},
        {AWS_THROTTLED, 50, 1, 0.5, 500},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(
            retry_delay_ms(cases[i].kind, cases[i].base, cases[i].attempt, cases[i].chance, -1),
            cases[i].expected);
}

static int64_t delay_with(const char *head)
{
    struct http_response response = {0};
    int64_t now;
    assert_true(instant_parse("2026-11-22T15:00:00Z", &now));
    buf_text(&response.head, head);
    int64_t delay = retry_delay_ms(AWS_TRANSIENT, 50, 1, 1.0, retry_hint_ms(&response, now));
    http_response_free(&response);
    return delay;
}

static void the_service_may_ask_for_more_but_not_for_too_much(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        int64_t expected;
    } cases[] = {
        {"x-amz-retry-after: 1500\n", 1500},
        {"x-amz-retry-after: 10000\n", 5050},
        {"x-amz-retry-after: invalid\n", 50},
        {"x-amz-retry-after: -1\n", 50},
        {"x-amz-retry-after: 10\n", 50},
        {"x-amz-retry-after: \n", 50},
        {"x-amz-retry-after: 99999999999999999999\n", 50},
        {"retry-after: 2\n", 2000},
        {"retry-after: 3600\n", 5050},
        {"retry-after: Sun, 22 Nov 2026 15:00:03 GMT\n", 3000},
        {"retry-after: Sun, 22 Nov 2026 14:59:00 GMT\n", 50},
        {"retry-after: soon\n", 50},
        {"retry-after: 4\nx-amz-retry-after: 60\n", 60},
        {"", 50},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(delay_with(cases[i].head), cases[i].expected);
}

static void a_quota_is_taken_and_given_back(void **state)
{
    (void)state;
    struct retry_quota quota = {RETRY_QUOTA};
    assert_int_equal(retry_take(&quota, AWS_TRANSIENT), 14);
    assert_int_equal(quota.left, 486);
    assert_int_equal(retry_take(&quota, AWS_THROTTLED), 5);
    assert_int_equal(quota.left, 481);
    retry_refund(&quota, 5);
    assert_int_equal(quota.left, 486);
    retry_refund(&quota, 0);
    assert_int_equal(quota.left, 487);
    retry_refund(&quota, 14);
    assert_int_equal(quota.left, 500);
    quota.left = 13;
    assert_int_equal(retry_take(&quota, AWS_TRANSIENT), 0);
    assert_int_equal(retry_take(&quota, AWS_THROTTLED), 5);
    assert_int_equal(retry_take(&quota, AWS_THROTTLED), 5);
    assert_int_equal(retry_take(&quota, AWS_THROTTLED), 0);
    assert_int_equal(quota.left, 3);
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

static void failures_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *code, *query_code, *message;
        enum aws_fault fault;
    } cases[] = {
        {500, "", "", "", AWS_TRANSIENT},
        {502, "", "", "", AWS_TRANSIENT},
        {503, "", "", "", AWS_TRANSIENT},
        {504, "", "", "", AWS_TRANSIENT},
        {501, "", "", "", AWS_REFUSED},
        {429, "", "", "", AWS_THROTTLED},
        {400, "", "", "", AWS_REFUSED},
        {403, "", "", "", AWS_DENIED},
        {401, "", "", "", AWS_DENIED},
        {404, "ResourceNotFoundException", "", "", AWS_REFUSED},
        {400, "ConditionalCheckFailedException", "", "", AWS_REFUSED},
        {400, "ProvisionedThroughputExceededException", "", "", AWS_THROTTLED},
        {400, "RequestLimitExceeded", "", "", AWS_THROTTLED},
        {400, "ThrottlingException", "", "", AWS_THROTTLED},
        {400, "Throttling", "", "", AWS_THROTTLED},
        {503, "SlowDown", "", "", AWS_THROTTLED},
        {403, "RequestThrottled", "", "", AWS_THROTTLED},
        {400, "SomethingNew", "RequestThrottled", "", AWS_THROTTLED},
        {400, "PriorRequestNotComplete", "", "", AWS_THROTTLED},
        {400, "KmsThrottled", "", "", AWS_THROTTLED},
        {403, "OverLimit", "", "", AWS_REFUSED},
        {400, "RequestTimeout", "", "", AWS_TRANSIENT},
        {400, "ReplicatedWriteConflictException", "", "", AWS_TRANSIENT},
        {400, "IDPCommunicationError", "", "", AWS_TRANSIENT},
        {400, "InvalidSignatureException", "", "Signature expired: 2026", AWS_TRANSIENT},
        {400, "InvalidSignatureException", "", "does not match", AWS_DENIED},
        {400, "ExpiredTokenException", "", "", AWS_DENIED},
        {500, "AccessDenied", "", "", AWS_TRANSIENT},
        {0, "", "", "", AWS_TRANSIENT},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        enum aws_fault fault =
            retry_classify(cases[i].status, cases[i].code, cases[i].query_code, cases[i].message);
        if (fault != cases[i].fault)
            fail_msg("%d %s is %d", cases[i].status, cases[i].code, (int)fault);
    }
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
        cmocka_unit_test(delays_grow_by_two_up_to_twenty_seconds),
        cmocka_unit_test(the_service_may_ask_for_more_but_not_for_too_much),
        cmocka_unit_test(a_quota_is_taken_and_given_back),
        cmocka_unit_test(dynamodb_is_tried_four_times),
        cmocka_unit_test(a_success_gives_the_last_cost_back),
        cmocka_unit_test(others_are_tried_three_times_unless_told_otherwise),
        cmocka_unit_test(delays_are_spread),
        cmocka_unit_test(an_empty_quota_fails_at_once),
        cmocka_unit_test(a_long_poll_waits_before_it_fails),
        cmocka_unit_test(failures_are_told_apart),
        cmocka_unit_test(what_no_repetition_mends_is_not_repeated),
        cmocka_unit_test(silence_and_resets_are_tried_again),
        cmocka_unit_test(a_damaged_answer_is_asked_for_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
