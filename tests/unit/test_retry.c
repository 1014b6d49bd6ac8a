/* How often, how long and at what cost a failed call is tried again. Numbers of the published
 * behaviour of November 2026. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aws/retry.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delays_grow_by_two_up_to_twenty_seconds),
        cmocka_unit_test(the_service_may_ask_for_more_but_not_for_too_much),
        cmocka_unit_test(a_quota_is_taken_and_given_back),
        cmocka_unit_test(failures_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
