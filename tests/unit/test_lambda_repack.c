/* Log events cut into messages decode to the same events as the payload they came in. A failure
 * prints the seed: run again with CONTACTWATCH_SEED. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/decode.h"
#include "lambda/forward_internal.h"
#include "support/log_payload.h"
#include "support/pack.h"

struct sent {
    struct told told;
    struct buf last; /* body */
    unsigned messages, stop_at;
    size_t largest;
};

static void check_allowed(const char *body, size_t length)
{
    assert_null(memchr(body, '\0', length));
    for (size_t i = 0; i < length; i++) {
        const unsigned char *c = (const unsigned char *)body + i;
        if (*c < 0x20 || (i + 2 < length && c[0] == 0xef && c[1] == 0xbf && c[2] >= 0xbe))
            fail_msg("a character that SQS does not take");
    }
}

static bool take(void *context, const char *body, size_t length)
{
    struct sent *sent = context;
    assert_in_range(length, 1, SQS_BODY_MAX);
    assert_int_equal(strlen(body), length);
    check_allowed(body, length);
    told_body(&sent->told, body, length);
    buf_clear(&sent->last);
    buf_add(&sent->last, body, length);
    sent->largest = length > sent->largest ? length : sent->largest;
    return ++sent->messages != sent->stop_at;
}

/* Repacks an event; false with the fault. */
static bool repack(struct sent *sent, const char *event, size_t length,
                   struct forward_counts *counts, struct lambda_fault *fault)
{
    const struct forward_sink sink = {sent, take};
    struct forward_packer packer = {.sink = &sink};
    bool fine = forward_repack(&packer, event, length, fault);
    *counts = packer.counts;
    forward_packer_free(&packer);
    return fine;
}

static void sent_free(struct sent *sent)
{
    told_free(&sent->told);
    buf_free(&sent->last);
    *sent = (struct sent){0};
}

static uint64_t first_seed(void)
{
    const char *text = getenv("CONTACTWATCH_SEED");
    return text ? strtoull(text, NULL, 10) : 1;
}

static void check_round(uint64_t seed, size_t size)
{
    struct rng rng;
    struct buf text = {0}, event = {0};
    struct told original = {0};
    struct sent sent = {0};
    struct forward_counts counts;
    struct lambda_fault fault;
    rng_seed(&rng, seed);
    for (uint32_t envelopes = 1 + rng_below(&rng, 2); envelopes; envelopes--)
        log_payload(&text, &rng, size);
    log_payload_event(&event, &rng, text.data, text.length);
    assert_in_range(event.length, 1, DECODE_MAX_BODY);
    told_body(&original, event.data, event.length);
    if (!repack(&sent, event.data, event.length, &counts, &fault))
        fail_msg("seed %llu: %s", (unsigned long long)seed, fault.message);
    told_sort(&original);
    told_sort(&sent.told);
    if (original.lines != sent.told.lines)
        fail_msg("seed %llu: %zu lines of %zu", (unsigned long long)seed, sent.told.lines,
                 original.lines);
    for (size_t i = 0; i < original.lines; i++)
        if (strcmp(original.line[i], sent.told.line[i]) != 0)
            fail_msg("seed %llu:\n%.2000s\n%.2000s", (unsigned long long)seed, original.line[i],
                     sent.told.line[i]);
    assert_int_equal(counts.too_large, 0);
    assert_int_equal(counts.messages, sent.messages);
    told_free(&original);
    sent_free(&sent);
    buf_free(&text);
    buf_free(&event);
}

static void messages_decode_to_the_same_events(void **state)
{
    (void)state;
    printf("CONTACTWATCH_SEED=%llu\n", (unsigned long long)first_seed());
    for (uint64_t seed = first_seed(); seed < first_seed() + 300; seed++)
        check_round(seed, 3000);
    for (uint64_t seed = first_seed(); seed < first_seed() + 6; seed++)
        check_round(seed, 1200000);
}

static void an_envelope_keeps_whose_it_is(void **state)
{
    (void)state;
    struct buf event = {0};
    struct sent sent = {0};
    struct forward_counts counts;
    struct lambda_fault fault;
    pack_awslogs(&event,
                 "{\"messageType\":\"DATA_MESSAGE\",\"owner\":\"1\",\"logGroup\":\"/g\","
                 "\"logStream\":\"s\\u00e4\",\"subscriptionFilters\":[\"f\"],"
                 "\"logEvents\":[{\"id\":\"7\",\"timestamp\":5,\"message\":\"\\\"x\\\"\"}]}");
    assert_true(repack(&sent, event.data, event.length, &counts, &fault));
    assert_string_equal(buf_str(&sent.last),
                        "{\"messageType\":\"DATA_MESSAGE\",\"owner\":\"1\",\"logGroup\":\"/g\","
                        "\"logStream\":\"s\xc3\xa4\",\"logEvents\":[{\"id\":\"7\",\"message\":"
                        "\"\\\"x\\\"\",\"timestamp\":5}]}");
    assert_int_equal(counts.events, 1);
    sent_free(&sent);
    buf_free(&event);
}

static void control_messages_are_passed_over(void **state)
{
    (void)state;
    struct buf text = {0}, event = {0};
    struct sent sent = {0};
    struct forward_counts counts;
    struct lambda_fault fault;
    pack_log_message(&text, "CONTROL_MESSAGE", "CWL CONTROL MESSAGE: Checking health", 1);
    pack_awslogs(&event, buf_str(&text));
    assert_true(repack(&sent, event.data, event.length, &counts, &fault));
    assert_int_equal(counts.skipped, 1);
    assert_int_equal(sent.messages, 0);
    buf_free(&text);
    buf_free(&event);
}

static void what_cannot_be_read_is_a_fault(void **state)
{
    (void)state;
    static const struct {
        const char *event, *text; /* the event, or what is packed in it */
        const char *says;
        unsigned messages; /* sent nevertheless */
    } cases[] = {
        {"", NULL, "not JSON", 0},
        {"{\"awslogs\":", NULL, "not JSON", 0},
        {"[]", NULL, "no CloudWatch Logs", 0},
        {"{\"Records\":[]}", NULL, "no CloudWatch Logs", 0},
        {"{\"awslogs\":{\"data\":7}}", NULL, "no CloudWatch Logs", 0},
        {"{\"awslogs\":{\"data\":\"*\"}}", NULL, "not base64", 0},
        {"{\"awslogs\":{\"data\":\"H4sI\"}}", NULL, "cut off", 0},
        {"{\"awslogs\":{\"data\":\"aGVsbG8=\"}}", NULL, "no log events", 0},
        {NULL, "", "empty", 0},
        {NULL, "[1]", "no log events", 0},
        {NULL, "{\"messageType\":\"DATA_MESSAGE\"}", "no log events", 0},
        {NULL, "{\"logEvents\":{}}", "no log events", 0},
        {NULL, "{\"logEvents\":[{\"id\":\"1\"", "no log events", 0},
        {NULL, "{\"logEvents\":[{\"id\":\"1\"}],:}", "no log events", 0},
        {NULL, "{\"logEvents\":[{\"id\":\"1\",\"message\":\"x\"}]} and more", "no log events", 1},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct buf event = {0};
        struct sent sent = {0};
        struct forward_counts counts;
        struct lambda_fault fault = {{0}, {0}};
        if (cases[i].event)
            buf_text(&event, cases[i].event);
        else
            pack_awslogs(&event, cases[i].text);
        assert_false(repack(&sent, buf_str(&event), event.length, &counts, &fault));
        assert_string_equal(fault.type, "Contactwatch.PayloadUnreadable");
        if (!strstr(fault.message, cases[i].says))
            fail_msg("case %zu: %s", i, fault.message);
        assert_int_equal(sent.messages, cases[i].messages);
        sent_free(&sent);
        buf_free(&event);
    }
}

static void a_bad_log_event_goes_alone(void **state)
{
    (void)state;
    struct buf event = {0}, text = {0};
    struct sent sent = {0};
    struct forward_counts counts;
    struct lambda_fault fault;
    buf_text(&text, "{\"logEvents\":[{\"id\":\"1\",\"message\":\"");
    buf_text(&text, "{\\\"ContactId\\\":\\\"c\\\",\\\"ContactFlowModuleType\\\":\\\"x\\\"}");
    buf_text(&text, "\"},{\"id\":\"2\",\"message\":tru},{\"id\":\"3\",\"message\":\"");
    buf_text(&text, "{\\\"ContactId\\\":\\\"d\\\",\\\"ContactFlowModuleType\\\":\\\"x\\\"}\"}]}");
    pack_awslogs(&event, text.data);
    assert_true(repack(&sent, event.data, event.length, &counts, &fault));
    assert_int_equal(sent.messages, 2);
    told_sort(&sent.told);
    assert_int_equal(sent.told.lines, 3);
    assert_int_equal(strncmp(sent.told.line[0], "c 1 ", 4), 0);
    assert_int_equal(strncmp(sent.told.line[1], "d 1 ", 4), 0);
    assert_int_equal(strncmp(sent.told.line[2], "refused ", 8), 0);
    sent_free(&sent);
    buf_free(&event);
    buf_free(&text);
}

static void a_log_event_larger_than_a_message_goes_packed(void **state)
{
    (void)state;
    struct buf event = {0};
    struct sent sent = {0};
    struct told original = {0};
    struct forward_counts counts;
    struct lambda_fault fault;
    log_payload_long(&event, (1 << 20) - 110, 4);
    told_body(&original, event.data, event.length);
    assert_true(repack(&sent, event.data, event.length, &counts, &fault));
    assert_int_equal(counts.too_large, 0);
    assert_int_equal(sent.messages, 2);
    assert_int_equal(original.lines, sent.told.lines);
    told_sort(&original);
    told_sort(&sent.told);
    assert_string_equal(original.line[0], sent.told.line[0]);
    assert_true(strlen(sent.told.line[0]) > (1 << 20) - 300);
    told_free(&original);
    sent_free(&sent);
    buf_clear(&event);
    log_payload_long(&event, 2 << 20, 40);
    assert_true(repack(&sent, event.data, event.length, &counts, &fault));
    assert_int_equal(counts.too_large, 1); /* and the one beside it goes */
    assert_int_equal(sent.messages, 1);
    sent_free(&sent);
    buf_free(&event);
}

static void two_events(struct buf *event, size_t length)
{
    struct rng rng;
    struct buf text = {0};
    rng_seed(&rng, 3);
    buf_text(&text, "{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[");
    for (int i = 0; i < 2; i++) {
        buf_printf(&text, "%s{\"id\":\"%d\",\"message\":\"", i ? "," : "", i);
        for (size_t k = 0; k < length / 2 + (i ? length % 2 : 0); k++)
            buf_char(&text, 'a');
        buf_text(&text, "\"}");
    }
    buf_text(&text, "]}");
    log_payload_event(event, &rng, text.data, text.length);
    buf_free(&text);
}

static void a_message_is_filled_to_its_last_byte(void **state)
{
    (void)state;
    struct buf event = {0};
    struct forward_counts counts;
    struct lambda_fault fault;
    size_t length = SQS_BODY_MAX - 500;
    for (unsigned step = 0; step < 3; step++) {
        struct sent sent = {0};
        buf_clear(&event);
        two_events(&event, length);
        assert_true(repack(&sent, event.data, event.length, &counts, &fault));
        assert_int_equal(sent.messages, step < 2 ? 1 : 2);
        if (step == 1)
            assert_int_equal(sent.largest, SQS_BODY_MAX);
        length += step == 0 ? SQS_BODY_MAX - sent.largest : 1;
        sent_free(&sent);
    }
    buf_free(&event);
}

static void contacts_stay_together(void **state)
{
    (void)state;
    enum { CONTACTS = 60, ROUNDS = 100 };
    struct rng rng;
    struct buf text = {0}, event = {0}, line = {0};
    struct sent sent = {0};
    struct forward_counts counts;
    struct lambda_fault fault;
    rng_seed(&rng, 1);
    buf_text(&text, "{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[");
    for (unsigned i = 0; i < CONTACTS * ROUNDS; i++) {
        buf_clear(&line);
        buf_printf(&line,
                   "{\"ContactId\":\"c-%02u\",\"ContactFlowModuleType\":\"x\",\"Results\":\"",
                   i % CONTACTS);
        buf_pad(&line, 'x', 400);
        buf_printf(&line, "\",\"Identifier\":\"%u\"}", i);
        buf_printf(&text, "%s{\"id\":\"%u\",\"message\":", i ? "," : "", i);
        json_quote(&text, line.data);
        buf_char(&text, '}');
    }
    buf_text(&text, "]}");
    log_payload_event(&event, &rng, text.data, text.length);
    assert_true(repack(&sent, event.data, event.length, &counts, &fault));
    assert_int_equal(sent.told.lines, CONTACTS * ROUNDS);
    assert_in_range(sent.messages, 2, 4);
    unsigned changes = 0; /* in the order sent */
    for (size_t i = 1; i < sent.told.lines; i++)
        changes += strncmp(sent.told.line[i], sent.told.line[i - 1], 5) != 0;
    assert_int_equal(changes, CONTACTS - 1);
    sent_free(&sent);
    sent.stop_at = 1;
    assert_true(repack(&sent, event.data, event.length, &counts, &fault));
    assert_int_equal(sent.messages, 1); /* a sink that has enough gets no more */
    sent_free(&sent);
    buf_free(&text);
    buf_free(&event);
    buf_free(&line);
}

/* As many values as fit into the bytes of a message are more than the decoder's tree takes. */
static void many_small_log_events_decode_too(void **state)
{
    (void)state;
    enum { EVENTS = 60000 };
    struct rng rng;
    struct buf text = {0}, event = {0};
    struct sent sent = {0};
    struct forward_counts counts;
    struct lambda_fault fault;
    rng_seed(&rng, 1);
    buf_text(&text, "{\"logEvents\":[");
    for (unsigned i = 0; i < EVENTS; i++)
        buf_printf(&text, "%s{\"id\":\"1\",\"message\":[]}", i ? "," : "");
    buf_text(&text, "]}");
    log_payload_event(&event, &rng, text.data, text.length);
    assert_true(repack(&sent, event.data, event.length, &counts, &fault));
    assert_int_equal(sent.told.lines, 0); /* nothing is refused */
    assert_in_range(sent.messages, 2, 4);
    sent_free(&sent);
    buf_free(&text);
    buf_free(&event);
}

static void what_inflates_without_end_is_not_followed(void **state)
{
    (void)state;
    struct buf text = {0}, packed = {0}, event = {0};
    struct sent sent = {0};
    struct forward_counts counts;
    struct lambda_fault fault = {{0}, {0}};
    buf_pad(&text, ' ', FORWARD_INFLATED_MAX + 1);
    pack(&packed, PACK_GZIP, text.data, text.length);
    buf_text(&event, "{\"awslogs\":{\"data\":\"");
    pack_base64(&event, packed.data, packed.length);
    buf_text(&event, "\"}}");
    assert_false(repack(&sent, event.data, event.length, &counts, &fault));
    assert_non_null(strstr(fault.message, "more than is taken"));
    buf_free(&text);
    buf_free(&packed);
    buf_free(&event);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_decode_to_the_same_events),
        cmocka_unit_test(an_envelope_keeps_whose_it_is),
        cmocka_unit_test(control_messages_are_passed_over),
        cmocka_unit_test(what_cannot_be_read_is_a_fault),
        cmocka_unit_test(a_bad_log_event_goes_alone),
        cmocka_unit_test(a_log_event_larger_than_a_message_goes_packed),
        cmocka_unit_test(a_message_is_filled_to_its_last_byte),
        cmocka_unit_test(contacts_stay_together),
        cmocka_unit_test(many_small_log_events_decode_too),
        cmocka_unit_test(what_inflates_without_end_is_not_followed),
    };
    return cmocka_run_group_tests_name("lambda_repack", tests, NULL, NULL);
}
