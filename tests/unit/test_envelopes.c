/* Every envelope, and what the decoder says of a record that it cannot take. */
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
#define LOG_ID PACK_LOG_ID

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

static void quoted(const char *before, const char *text, const char *after)
{
    buf_text(&body, before);
    json_quote(&body, text);
    buf_text(&body, after);
}

static void log_message(struct buf *out, const char *type, size_t lines)
{
    pack_log_message(out, type, FLOW, lines);
}

static void expect(unsigned events, unsigned refused, unsigned skipped)
{
    for (size_t i = 0; i < got.refusals && i < DECODED_MAX && refused < got.refusals; i++)
        print_message("%s: %s\n", got.refused[i].where, got.refused[i].why);
    assert_int_equal(got.result.events, events);
    assert_int_equal(got.result.refused, refused);
    assert_int_equal(got.result.skipped, skipped);
    assert_int_equal(got.events, events);
    assert_int_equal(got.refusals, refused);
}

static void expect_body(void)
{
    decoded_body(&got, NULL, body.data, body.length);
    expect(1, 0, 0);
    assert_string_equal(got.event[0].contact_id, "c-1");
}

/* The same event through whatever envelope has the same identity. */
static void contact_events_in_their_envelopes(void **state)
{
    (void)state;
    decoded_text(&got, CONTACT);
    expect(1, 0, 0);
    const struct hash128 id = got.event[0].entry.id;
    decoded_text(&got, BRIDGE);
    expect(1, 0, 0);
    assert_memory_equal(&id, &got.event[0].entry.id, sizeof(id));
    assert_non_null(strstr(got.event[0].entry.body, "\"Timestamp\":\"2025-12-30T10:00:00Z\""));

    static const struct {
        const char *before, *text, *after;
    } wrapped[] = {
        {"{\"Records\":[{\"messageId\":\"m\",\"body\":", BRIDGE, "}]}"}, /* SQS to Lambda */
        {"{\"Type\":\"Notification\",\"TopicArn\":\"t\",\"Message\":", BRIDGE, "}"}, /* SNS */
        {"{\"Records\":[{\"EventSource\":\"aws:sns\",\"Sns\":{\"TopicArn\":\"t\",\"Message\":",
         BRIDGE, "}}]}"},
        {"{\"Messages\":[{\"Body\":", BRIDGE, "}]}"}, /* aws sqs receive-message */
        {"{\"source\":\"aws.connect\",\"time\":\"2025-12-30T10:00:00Z\",\"detail\":", CONTACT, "}"},
        {"", BRIDGE, ""}, /* quoted by an input transformer */
    };
    for (size_t i = 0; i < ARRAY_SIZE(wrapped); i++) {
        buf_clear(&body);
        quoted(wrapped[i].before, wrapped[i].text, wrapped[i].after);
        expect_body();
        assert_memory_equal(&id, &got.event[0].entry.id, sizeof(id));
    }
}

static void flow_logs_in_their_envelopes(void **state)
{
    (void)state;
    decoded_text(&got, FLOW);
    expect(1, 0, 0);
    const struct hash128 id = got.event[0].entry.id;
    assert_null(got.event[0].entry.log_event_id);
    quoted("{\"id\":\"" LOG_ID "\",\"timestamp\":1767088801000,\"message\":", FLOW, "}");
    expect_body();
    assert_string_equal(got.event[0].entry.log_event_id, LOG_ID);
    assert_memory_equal(&id, &got.event[0].entry.id, sizeof(id));
    buf_clear(&body); /* aws logs filter-log-events */
    quoted("{\"events\":[{\"logStreamName\":\"s\",\"timestamp\":1767088801000,\"message\":", FLOW,
           ",\"eventId\":\"" LOG_ID "\"}],\"searchedLogStreams\":[]}");
    expect_body();
    assert_string_equal(got.event[0].entry.log_event_id, LOG_ID);
    buf_clear(&body);
    log_message(&body, "DATA_MESSAGE", 1);
    expect_body();
    assert_memory_equal(&id, &got.event[0].entry.id, sizeof(id));
}

static void compressed(struct buf *out, enum pack_format format, bool base64)
{
    struct buf plain = {0}, packed = {0};
    log_message(&plain, "DATA_MESSAGE", 1);
    pack(&packed, format, plain.data, plain.length);
    if (base64)
        pack_base64(out, packed.data, packed.length);
    else
        buf_add(out, packed.data, packed.length);
    buf_free(&plain);
    buf_free(&packed);
}

static void subscriptions(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
    } around[] = {
        {"", ""},
        {"\n ", " \n"},
        {"{\"awslogs\":{\"data\":\"", "\"}}"},
        {"{\"Records\":[{\"kinesis\":{\"data\":\"", "\"},\"eventSource\":\"aws:kinesis\"}]}"},
        {"[{\"kinesisSchemaVersion\":\"1.0\",\"data\":\"",
         "\",\"eventSource\":\"aws:kinesis\"}]"},                         /* a pipe */
        {"{\"records\":[{\"recordId\":\"1\",\"data\":\"", "\"}]}"},       /* Firehose */
        {"{\"Records\":[{\"SequenceNumber\":\"1\",\"Data\":\"", "\"}]}"}, /* GetRecords */
    };
    for (size_t i = 0; i < ARRAY_SIZE(around); i++)
        for (int format = PACK_GZIP; format <= PACK_ZLIB; format++) {
            buf_clear(&body);
            buf_text(&body, around[i].before);
            compressed(&body, (enum pack_format)format, true);
            buf_text(&body, around[i].after);
            expect_body();
        }
    for (int format = PACK_GZIP; format <= PACK_ZLIB; format++) {
        buf_clear(&body);
        compressed(&body, (enum pack_format)format, false);
        expect_body();
    }
}

static void concatenated_members(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        compressed(&body, PACK_GZIP, false);
    decoded_body(&got, NULL, body.data, body.length);
    expect(3, 0, 0);
    size_t whole = body.length;
    compressed(&body, PACK_GZIP, false);
    decoded_body(&got, NULL, body.data, whole + 40); /* the last one is cut off */
    expect(3, 1, 0);
    assert_string_equal(got.refused[0].why, "compressed data is cut off");
    body.data[whole + 20] ^= 0x55; /* or damaged */
    decoded_body(&got, NULL, body.data, body.length);
    assert_int_equal(got.result.events, 3);
    assert_int_equal(got.result.refused, 1);
}

static void control_messages_are_skipped(void **state)
{
    (void)state;
    log_message(&body, "CONTROL_MESSAGE", 1);
    decoded_body(&got, NULL, body.data, body.length);
    expect(0, 0, 1);
    decoded_text(&got,
                 "{\"Type\":\"SubscriptionConfirmation\",\"TopicArn\":\"t\",\"Message\":\"x\"}");
    expect(0, 0, 1);
    decoded_text(&got, "{\"source\":\"aws.ec2\",\"detail\":{\"state\":\"terminated\"}}");
    expect(0, 0, 1);
    decoded_text(
        &got, "{\"source\":\"aws.connect\",\"detail\":{\"ruleName\":\"r\",\"contactArn\":\"a\"}}");
    expect(0, 0, 1);
}

/* Collections of samples, test cases of other tools: the record with a note beside it. */
static void records_wrapped_by_others(void **state)
{
    (void)state;
    decoded_text(&got, "{\"source\":\"s\",\"note\":\"n\",\"log\":" FLOW "}"
                       "{\"note\":\"n\",\"event\":" BRIDGE "}"
                       "{\"log\":{\"event\":{\"log\":" FLOW "}}}");
    expect(3, 0, 0);
    quoted("{\"event\":", BRIDGE, "}");
    expect_body();
    buf_clear(&body);
    decoded_text(&got, "{\"log\":\"started\"}{\"event\":7}{\"event\":{\"a\":1}}");
    expect(0, 3, 0);
    assert_string_equal(got.refused[0].why, got.refused[2].why);
    for (int i = 0; i < DECODE_MAX_NESTING; i++)
        buf_text(&body, "{\"log\":");
    buf_text(&body, FLOW "}}}}}");
    decoded_body(&got, NULL, body.data, body.length);
    expect(1, 0, 0);
    decoded_text(&got, "{\"log\":{\"log\":{\"log\":{\"log\":{\"log\":{\"log\":" FLOW "}}}}}}");
    expect(0, 1, 0);
    assert_non_null(strstr(got.refused[0].why, "more envelopes"));
}

static void lists_of_records(void **state)
{
    (void)state;
    decoded_text(&got, "[" BRIDGE "," FLOW "]");
    expect(2, 0, 0);
    decoded_text(&got, BRIDGE "\n" FLOW "\r\n\n" CONTACT);
    expect(3, 0, 0);
    decoded_text(&got, BRIDGE FLOW);
    expect(2, 0, 0);
    decoded_text(&got,
                 "\n {\n  \"source\": \"aws.connect\",\n\"detail\":\n" CONTACT "\n}\n" FLOW "\n");
    expect(2, 0, 0);
    decoded_text(&got, "");
    expect(0, 0, 0);
}

static void one_bad_record_spoils_no_other(void **state)
{
    (void)state;
    decoded_text(&got, BRIDGE "\n{\"contactId\":\"c-1\",\"eventType\":\n" FLOW "\n" CONTACT);
    expect(3, 1, 0);
    assert_string_equal(got.refused[0].where, "line 2");
    assert_non_null(strstr(got.refused[0].why, "cut off"));
    decoded_text(&got, FLOW "\nhello\n[ERROR] there\n" FLOW);
    expect(2, 2, 0);
    assert_string_equal(got.refused[1].where, "line 3");
    decoded_text(&got, "{\"Records\":[{\"body\":\"{}\"},{\"body\":\"x\"}," BRIDGE ",7]}");
    expect(1, 3, 0);
    assert_string_equal(got.refused[0].where, "record 1");
    assert_string_equal(got.refused[2].where, "record 4");
    log_message(&body, "DATA_MESSAGE", 2);
    struct buf records = {0};
    buf_printf(&records,
               "[" FLOW ",{\"logEvents\":[{\"id\":\"1\",\"message\":\"no\\nevent\"}]},%s]",
               body.data);
    decoded_body(&got, NULL, records.data, records.length);
    expect(3, 1, 0);
    assert_string_equal(got.refused[0].where, "record 2, logEvents[0]");
    assert_int_equal(got.refused[0].length, strlen("no\nevent"));
    buf_free(&records);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(contact_events_in_their_envelopes, setup),
        cmocka_unit_test_setup(flow_logs_in_their_envelopes, setup),
        cmocka_unit_test_setup(subscriptions, setup),
        cmocka_unit_test_setup(concatenated_members, setup),
        cmocka_unit_test_setup(control_messages_are_skipped, setup),
        cmocka_unit_test_setup(records_wrapped_by_others, setup),
        cmocka_unit_test_setup(lists_of_records, setup),
        cmocka_unit_test_setup(one_bad_record_spoils_no_other, setup),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
