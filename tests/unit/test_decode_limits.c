/* What a body may not be: nested, large or bad without end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/json.h"
#include "support/decoded.h"
#include "support/pack.h"

#define ARN "arn:aws:connect:eu-west-2:111122223333:instance/i-1"
#define CONTACT                                                                                    \
    "{\"eventType\":\"INITIATED\",\"contactId\":\"c-1\",\"channel\":\"VOICE\",\"instanceArn\":"    \
    "\"" ARN                                                                                       \
    "\",\"initiationMethod\":\"INBOUND\",\"initiationTimestamp\":\"2025-12-30T10:00:00.123Z\"}"
#define BRIDGE                                                                                     \
    "{\"version\":\"0\",\"id\":\"e-1\",\"detail-type\":\"Amazon Connect Contact Event\","          \
    "\"source\":\"aws.connect\",\"time\":\"2025-12-30T10:00:00Z\",\"detail\":" CONTACT "}"
#define FLOW                                                                                       \
    "{\"ContactId\":\"c-1\",\"ContactFlowId\":\"" ARN                                              \
    "/contact-flow/f-1\",\"ContactFlowName\":\"Main\","                                            \
    "\"ContactFlowModuleType\":\"PlayPrompt\",\"Identifier\":\"b\",\"Timestamp\":\"2025-12-30T10:" \
    "00:01.000Z\","                                                                                \
    "\"Parameters\":{\"Text\":\"Hello\"}}"

static struct decoded got;
static struct buf body;

static int setup(void **state)
{
    (void)state;
    buf_clear(&body);
    return 0;
}

static int release(void **state)
{
    (void)state;
    decoded_free(&got);
    buf_free(&body);
    return 0;
}

static void expect(size_t events, size_t refused)
{
    assert_int_equal(got.result.events, events);
    assert_int_equal(got.result.refused, refused);
}

static void wrap_again(int times)
{
    struct buf outer = {0};
    buf_clear(&body);
    buf_text(&body, BRIDGE);
    for (int i = 0; i < times; i++) {
        buf_clear(&outer);
        buf_text(&outer, "{\"TopicArn\":\"t\",\"Message\":");
        json_quote(&outer, body.data);
        buf_char(&outer, '}');
        buf_clear(&body);
        buf_add(&body, outer.data, outer.length);
    }
    buf_free(&outer);
}

static void nesting_is_capped(void **state)
{
    (void)state;
    wrap_again(DECODE_MAX_NESTING);
    decoded_body(&got, NULL, body.data, body.length);
    expect(1, 0);
    wrap_again(DECODE_MAX_NESTING + 1);
    decoded_body(&got, NULL, body.data, body.length);
    expect(0, 1);
    assert_non_null(strstr(got.refused[0].why, "envelopes"));
}

static void sizes_are_capped(void **state)
{
    (void)state;
    char *large = mem_zero(DECODE_MAX_BODY + 1);
    memset(large, ' ', DECODE_MAX_BODY + 1);
    decoded_body(&got, NULL, large, DECODE_MAX_BODY + 1);
    expect(0, 1);
    assert_int_equal(got.refused[0].length, 4096); /* what is handed on is cut */
    struct buf zeros = {0};
    for (int i = 0; i < 80; i++) /* 80 MiB in 80 KB */
        pack(&zeros, PACK_GZIP, large, DECODE_MAX_BODY);
    decoded_body(&got, NULL, zeros.data, zeros.length);
    expect(0, 1);
    assert_non_null(strstr(got.refused[0].why, "more than is taken"));
    buf_free(&zeros);
    free(large);
}

/* 64 MiB of records that are none take neither hours nor gigabytes. */
static void a_flood_of_bad_records_is_cut_short(void **state)
{
    (void)state;
    struct buf plain = {0};
    for (int i = 0; i < 4 << 20; i++)
        buf_add(&plain, "{}", 2);
    buf_text(&plain, "\n");
    pack(&body, PACK_GZIP, plain.data, plain.length);
    decoded_body(&got, NULL, body.data, body.length);
    assert_int_equal(got.result.events, 0);
    assert_true(got.result.refused < 20000);
    assert_string_equal(got.refused[0].where, "body");
    buf_free(&plain);
}

/* An envelope may inflate to more than one document may have; its records are then taken one by
 * one. */
static void large_envelopes_are_taken_record_by_record(void **state)
{
    (void)state;
    struct buf plain = {0};
    const size_t lines = 6000;
    pack_log_message(&plain, "DATA_MESSAGE", FLOW, lines);
    assert_true(plain.length > JSON_MAX_BYTES);
    pack_awslogs(&body, plain.data);
    decoded_body(&got, NULL, body.data, body.length);
    expect(lines, 0);
    assert_string_equal(got.event[1].entry.log_event_id, PACK_LOG_ID);
    buf_free(&plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nesting_is_capped, setup),
        cmocka_unit_test_setup(sizes_are_capped, setup),
        cmocka_unit_test_setup(a_flood_of_bad_records_is_cut_short, setup),
        cmocka_unit_test_setup(large_envelopes_are_taken_record_by_record, setup),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
