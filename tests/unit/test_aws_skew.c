/* The clock set right by Date headers: the scenarios published for SDKs, and our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aws/client_internal.h"
#include "aws/skew.h"
#include "support/aws_fixture.h"

#define TOO_SKEWED    "{\"__type\":\"x#RequestTimeTooSkewed\",\"message\":\"no\"}"
#define BAD_SIGNATURE "{\"__type\":\"x#InvalidSignatureException\",\"message\":\"no\"}"
#define NOT_ALLOWED   "{\"__type\":\"x#AccessDeniedException\",\"Message\":\"no\"}"

/* Brings the fixture to the time of day on the scenarios' day. */
static void set_clock(struct aws_fixture *fixture, const char *time)
{
    int64_t to;
    assert_true(instant_parse(time, &to));
    scripted_advance(fixture->scripted, to - scripted_now(fixture->scripted));
}

static void assert_signed_at(const struct aws_fixture *fixture, size_t request, const char *date)
{
    const char *at = strstr(scripted_request(fixture->scripted, request), "X-Amz-Date: ");
    assert_non_null(at);
    assert_memory_equal(at + 12, date, 16);
}

static enum aws_fault run(struct aws_fixture *fixture, const struct scripted_answer *answer,
                          size_t count)
{
    scripted_script(fixture->scripted, answer, count);
    return aws_fixture_run(fixture, "ReceiveMessage", "{}");
}

static void clocks_agree(void **state)
{
    (void)state;
    static const struct scripted_answer answer = {
        .status = 200, .head = "date: Thu, 01 Jan 2026 00:00:01 GMT\n", .delay_ms = 2000};
    struct aws_fixture fixture;
    aws_fixture_open(&fixture, AWS_SQS);
    set_clock(&fixture, "2026-01-01T00:00:00Z");
    assert_int_equal(run(&fixture, &answer, 1), AWS_FINE);
    assert_signed_at(&fixture, 0, "20260101T000000Z");
    assert_int_equal(aws_session_skew(fixture.session), 0);
    aws_fixture_close(&fixture);
}

static void a_refusal_for_the_clock_is_mended_and_remembered(void **state)
{
    (void)state;
    static const char *const refusals[] = {TOO_SKEWED, BAD_SIGNATURE, NOT_ALLOWED};
    for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
        const struct scripted_answer script[] = {
            {.status = 403,
             .head = "date: Thu, 01 Jan 2026 00:05:01 GMT\n",
             .delay_ms = 2000,
             .body = refusals[i]},
            {.status = 200, .head = "date: Thu, 01 Jan 2026 00:05:03 GMT\n", .delay_ms = 2000},
            {.status = 200, .head = "date: Thu, 01 Jan 2026 00:06:01 GMT\n", .delay_ms = 2000},
        };
        struct aws_fixture fixture;
        aws_fixture_open(&fixture, AWS_SQS);
        set_clock(&fixture, "2026-01-01T00:00:00Z");
        assert_int_equal(run(&fixture, script, 2), AWS_FINE);
        assert_int_equal(fixture.call.attempts, 2);
        assert_signed_at(&fixture, 0, "20260101T000000Z");
        assert_signed_at(&fixture, 1, "20260101T000502Z");
        assert_int_equal(aws_session_skew(fixture.session), 300000);
        set_clock(&fixture, "2026-01-01T00:01:00Z");
        assert_int_equal(run(&fixture, script + 2, 1), AWS_FINE);
        assert_signed_at(&fixture, 2, "20260101T000600Z");
        assert_int_equal(aws_session_skew(fixture.session), 300000);
        aws_fixture_close(&fixture);
    }
}

static void a_last_attempt_still_teaches(void **state)
{
    (void)state;
    static const struct scripted_answer answer = {.status = 403,
                                                  .head = "date: Thu, 01 Jan 2026 00:05:01 GMT\n",
                                                  .delay_ms = 2000,
                                                  .body = TOO_SKEWED};
    struct aws_fixture fixture;
    aws_fixture_open(&fixture, AWS_SQS);
    fixture.session->max_attempts = 1;
    set_clock(&fixture, "2026-01-01T00:00:00Z");
    assert_int_equal(run(&fixture, &answer, 1), AWS_DENIED);
    assert_string_equal(fixture.call.code, "RequestTimeTooSkewed");
    assert_int_equal(aws_session_skew(fixture.session), 300000);
    aws_fixture_close(&fixture);
}

static void slow_and_cached_answers_teach_nothing(void **state)
{
    (void)state;
    static const struct scripted_answer slow = {
        .status = 200, .head = "date: Thu, 01 Jan 2026 00:10:00 GMT\n", .delay_ms = 960000};
    static const struct scripted_answer cached = {
        .status = 200,
        .head = "age: 17280\ndate: Thu, 01 Jan 2026 00:12:01 GMT\n",
        .delay_ms = 2000};
    static const struct scripted_answer prompt = {
        .status = 200, .head = "date: Thu, 01 Jan 2026 00:22:01 GMT\n", .delay_ms = 2000};
    struct aws_fixture fixture;
    aws_fixture_open(&fixture, AWS_SQS);
    set_clock(&fixture, "2026-01-01T00:00:00Z");
    scripted_script(fixture.scripted, &slow, 1);
    fixture.call.operation = "ReceiveMessage";
    fixture.call.timeout_ms = -1;
    aws_start(fixture.client, &fixture.call);
    assert_ptr_equal(aws_next(fixture.client, -1), &fixture.call);
    assert_int_equal(aws_session_skew(fixture.session), 0);
    set_clock(&fixture, "2026-01-01T00:16:50Z");
    assert_int_equal(run(&fixture, &cached, 1), AWS_FINE);
    assert_int_equal(aws_session_skew(fixture.session), 0);
    set_clock(&fixture, "2026-01-01T00:17:00Z");
    assert_int_equal(run(&fixture, &prompt, 1), AWS_FINE);
    assert_int_equal(aws_session_skew(fixture.session), 300000);
    aws_fixture_close(&fixture);
}

static void a_stale_correction_is_dropped_silently(void **state)
{
    (void)state;
    static const struct scripted_answer answer = {
        .status = 200, .head = "date: Thu, 01 Jan 2026 00:00:01 GMT\n", .delay_ms = 2000};
    struct aws_fixture fixture;
    aws_fixture_open(&fixture, AWS_SQS);
    set_clock(&fixture, "2026-01-01T00:00:00Z");
    atomic_store(&fixture.session->skew, 300000);
    assert_int_equal(run(&fixture, &answer, 1), AWS_FINE);
    assert_signed_at(&fixture, 0, "20260101T000500Z");
    assert_int_equal(aws_session_skew(fixture.session), 0);
    aws_fixture_close(&fixture);
}

static void a_small_difference_does_not_explain_a_refusal(void **state)
{
    (void)state;
    static const struct scripted_answer answer = {.status = 400,
                                                  .head = "date: Thu, 01 Jan 2026 00:02:01 GMT\n",
                                                  .delay_ms = 2000,
                                                  .body = BAD_SIGNATURE};
    struct aws_fixture fixture;
    aws_fixture_open(&fixture, AWS_SQS);
    set_clock(&fixture, "2026-01-01T00:00:00Z");
    assert_int_equal(run(&fixture, &answer, 1), AWS_DENIED);
    assert_int_equal(fixture.call.attempts, 1);
    assert_int_equal(aws_session_skew(fixture.session), 120000);
    aws_fixture_close(&fixture);
}

/* With the clock known to be 10 minutes off, a real refusal is not taken for another skew. */
static void a_real_refusal_under_a_known_skew_is_final(void **state)
{
    (void)state;
    static const struct scripted_answer answer = {.status = 400, .body = NOT_ALLOWED};
    struct aws_fixture fixture;
    aws_fixture_open(&fixture, AWS_SQS);
    scripted_dates(fixture.scripted, 10 * MINUTE_MS + 377);
    assert_int_equal(run(&fixture, (struct scripted_answer[]){{.status = 200, .body = "{}"}}, 1),
                     AWS_FINE);
    assert_int_equal(aws_session_skew(fixture.session) / MINUTE_MS, 10);
    assert_int_equal(run(&fixture, &answer, 1), AWS_DENIED);
    assert_int_equal(fixture.call.attempts, 1);
    aws_fixture_close(&fixture);
}

/* Dates of long polls were written up to 20 s after the request: the clock does not waver. */
static void a_long_poll_does_not_move_a_clock_that_agrees(void **state)
{
    (void)state;
    struct aws_fixture fixture;
    struct rng rng;
    rng_seed(&rng, 5);
    aws_fixture_open(&fixture, AWS_SQS);
    scripted_dates(fixture.scripted, 0);
    for (int i = 0; i < 200; i++) {
        struct scripted_answer answer = {
            .status = 200, .delay_ms = (int)rng_below(&rng, i % 2 ? 40 : 20000), .body = "{}"};
        scripted_script(fixture.scripted, &answer, 1);
        fixture.call.operation = "ReceiveMessage";
        fixture.call.timeout_ms = 30000;
        aws_start(fixture.client, &fixture.call);
        assert_ptr_equal(aws_next(fixture.client, -1), &fixture.call);
        assert_int_equal(aws_session_skew(fixture.session), 0);
        scripted_advance(fixture.scripted, rng_below(&rng, 3000));
    }
    aws_fixture_close(&fixture);
}

static void a_clock_set_back_meanwhile_teaches_nothing(void **state)
{
    (void)state;
    struct http_response response = {0};
    int64_t now, skew = 7;
    assert_true(instant_parse("2026-01-01T00:00:00Z", &now));
    buf_text(&response.head, "date: Thu, 01 Jan 2026 00:00:01 GMT\n");
    assert_false(skew_observe(&response, now + HOUR_MS, now, &skew));
    assert_int_equal(skew, 7);
    assert_true(skew_observe(&response, now - 2000, now, &skew));
    assert_int_equal(skew, 2000);
    http_response_free(&response);
}

static void correction_can_be_switched_off(void **state)
{
    (void)state;
    static const struct scripted_answer answer = {
        .status = 403, .head = "date: Thu, 01 Jan 2026 00:05:01 GMT\n", .body = TOO_SKEWED};
    struct aws_fixture fixture;
    aws_fixture_open(&fixture, AWS_SQS);
    fixture.session->no_skew = true;
    set_clock(&fixture, "2026-01-01T00:00:00Z");
    assert_int_equal(run(&fixture, &answer, 1), AWS_DENIED);
    assert_int_equal(fixture.call.attempts, 1);
    assert_int_equal(aws_session_skew(fixture.session), 0);
    aws_fixture_close(&fixture);
}

static void dates_of_http(void **state)
{
    (void)state;
    int64_t ms;
    assert_true(http_date_parse("Sun, 06 Nov 1994 08:49:37 GMT", &ms));
    assert_int_equal(ms, INT64_C(784111777000));
    static const char *const bad[] = {
        "",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Xxx 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Sun, 06 Nov 1-94 08:49:37 GMT",
        "Thu, 01 Jan 1969 00:00:00 GMT",
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_false(http_date_parse(bad[i], &ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clocks_agree),
        cmocka_unit_test(a_refusal_for_the_clock_is_mended_and_remembered),
        cmocka_unit_test(a_last_attempt_still_teaches),
        cmocka_unit_test(slow_and_cached_answers_teach_nothing),
        cmocka_unit_test(a_stale_correction_is_dropped_silently),
        cmocka_unit_test(a_small_difference_does_not_explain_a_refusal),
        cmocka_unit_test(a_real_refusal_under_a_known_skew_is_final),
        cmocka_unit_test(a_long_poll_does_not_move_a_clock_that_agrees),
        cmocka_unit_test(a_clock_set_back_meanwhile_teaches_nothing),
        cmocka_unit_test(correction_can_be_switched_off),
        cmocka_unit_test(dates_of_http),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
