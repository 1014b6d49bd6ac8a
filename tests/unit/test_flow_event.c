/* What a flow tells a Lambda: read, kept as an entry, and joined so that contact events know
 * better. A failure of a property prints its seed: run again with CONTACTWATCH_SEED=that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/flow_event.h"
#include "contactwatch/instant.h"
#include "contactwatch/json.h"
#include "contactwatch/record.h"
#include "support/decoded.h"
#include "support/event_sets.h"

#define ARN "arn:aws:connect:eu-west-2:111122223333:instance/5e11c0de-0000-4000-8000-0000000000aa"

static struct decoded got;

static int clear(void **state)
{
    (void)state;
    decoded_free(&got);
    return 0;
}

static const struct flow_event *read_one(const char *data)
{
    static struct flow_event event;
    char *text = arena_printf(&got.arena, "{\"ContactData\":{\"ContactId\":\"c-1\"%s}}", data);
    const cJSON *details = json_parse(&got.arena, text, strlen(text), NULL);
    assert_true(flow_event_read(&event, &got.arena, details));
    return &event;
}

static void ids_of_its_own_say_nothing(void **state)
{
    (void)state;
    const struct flow_event *e =
        read_one(",\"InitialContactId\":\"c-1\",\"PreviousContactId\":\"c-0\"");
    assert_null(e->initial_id);
    assert_string_equal(e->previous_id, "c-0");
}

static void queues_of_every_age(void **state)
{
    (void)state;
    const struct flow_event *e = read_one(",\"Queue\":{\"ARN\":\"a\",\"Name\":\"Billing\"}");
    assert_string_equal(e->queue_arn, "a");
    assert_string_equal(e->queue_name, "Billing");
    e = read_one(",\"Queue\":\"Billing\"");
    assert_null(e->queue_arn);
    assert_string_equal(e->queue_name, "Billing");
    e = read_one(",\"Queue\":\"arn:x/queue/q\"");
    assert_string_equal(e->queue_arn, "arn:x/queue/q");
    e = read_one(",\"Queue\":null,\"CustomerEndpoint\":null,\"InstanceARN\":null");
    assert_true(!e->queue_arn && !e->queue_name && !e->address && !e->instance_arn);
    e = read_one(",\"Queue\":[1],\"CustomerEndpoint\":\"x\",\"Channel\":7");
    assert_true(!e->queue_arn && !e->queue_name && !e->address && !e->channel);
}

static void texts_out_of_proportion_say_nothing(void **state)
{
    (void)state;
    char *data = arena_alloc(&got.arena, 4096);
    snprintf(data, 4096, ",\"InitialContactId\":\"%0300d\",\"InstanceARN\":\"%02000d\"", 1, 1);
    const struct flow_event *e = read_one(data);
    assert_null(e->initial_id);
    assert_null(e->instance_arn);
}

/* The entry keeps what the record takes, and folding the history again gives the same record. */
static void an_entry_tells_its_record_again(void **state)
{
    (void)state;
    decoded_text(&got,
                 "{\"Name\":\"ContactFlowEvent\",\"Details\":{\"ContactData\":{\"Attributes\":{"
                 "\"secret\":\"x\"},\"Channel\":\"VOICE\",\"ContactId\":\"c-1\","
                 "\"CustomerEndpoint\":{\"Address\":\"+4111111111111111\",\"Type\":"
                 "\"TELEPHONE_NUMBER\"},\"InitialContactId\":\"c-0\",\"InitiationMethod\":"
                 "\"CALLBACK\",\"InstanceARN\":\"" ARN "\",\"PreviousContactId\":\"c-1\","
                 "\"Queue\":{\"ARN\":\"" ARN "/queue/q\",\"Name\":\"Billing\"},"
                 "\"MediaStreams\":{\"Customer\":{\"Audio\":null}}},\"Parameters\":{\"n\":1.50,"
                 "\"yes\":true,\"none\":null,\"Customer_Identifier\":\" anonymous \"}}}");
    assert_int_equal(got.events, 1);
    struct record first, again;
    struct event back;
    assert_null(strstr(got.event[0].entry.body, "secret"));
    assert_non_null(
        strstr(got.event[0].entry.body, "\"Parameters\":{\"n\":\"1.5\",\"yes\":\"true\"}"));
    record_init(&first, "c-1");
    record_init(&again, "c-1");
    record_apply(&first, &got.event[0]);
    assert_true(decode_entry(&got.arena, &got.event[0].entry, "c-1", &back));
    record_apply(&again, &back);
    struct buf one = {0}, two = {0};
    record_write(&one, &first, RECORD_CANONICAL);
    record_write(&two, &again, RECORD_CANONICAL);
    assert_string_equal(one.data, two.data);
    assert_string_equal(first.field[FIELD_CUSTOMER].value, "+4111111111111111");
    assert_string_equal(first.field[FIELD_INITIAL_ID].value, "c-0");
    assert_null(first.field[FIELD_PREVIOUS_ID].value);
    assert_true(first.flags & FLAG_CALLBACK);
    buf_free(&one);
    buf_free(&two);
    record_free(&first);
    record_free(&again);
}

/* Card numbers go, as everywhere; the customer stays whole. */
static void card_numbers_are_taken_out_of_parameters(void **state)
{
    (void)state;
    static const struct decode_options cards = {.redact = REDACT_CARDS};
    static const char body[] =
        "{\"Details\":{\"ContactData\":{\"ContactId\":\"c-1\"},\"Parameters\":{"
        "\"card\":\"4111111111111111\",\"Customer_Identifier\":\"4111111111111111\"}}}";
    decoded_body(&got, &cards, body, strlen(body));
    assert_non_null(strstr(got.event[0].entry.body, "\"card\":\"xxxxxxxxxxxxxxxx\""));
    assert_non_null(
        strstr(got.event[0].entry.body, "\"Customer_Identifier\":\"4111111111111111\""));
}

static uint64_t first_seed(void)
{
    const char *given = getenv("CONTACTWATCH_SEED");
    return given ? strtoull(given, NULL, 10) : 20260105;
}

static bool is_timed_contact(const struct event *event)
{
    return event->entry.type == LOGTYPE_CONTACT && event->entry.time != INSTANT_NONE;
}

static void check_word(const struct event_set *set, uint64_t seed)
{
    static const enum record_field said[] = {FIELD_CHANNEL,     FIELD_METHOD,     FIELD_INITIAL_ID,
                                             FIELD_PREVIOUS_ID, FIELD_RELATED_ID, FIELD_INSTANCE,
                                             FIELD_QUEUE_INFO};
    struct record events, all;
    record_init(&events, set->contact_id);
    record_init(&all, set->contact_id);
    for (size_t i = 0; i < set->count; i++) {
        const struct event *event = &set->event[i];
        if (is_timed_contact(event))
            record_apply(&events, event);
        if (is_timed_contact(event) || event->entry.type == LOGTYPE_LAMBDA)
            record_apply(&all, event);
    }
    for (size_t i = 0; i < ARRAY_SIZE(said); i++) {
        const char *own = events.field[said[i]].value, *kept = all.field[said[i]].value;
        if (own && strcmp(own, kept) != 0)
            fail_msg("seed %llu: %s is %s, not %s", (unsigned long long)seed,
                     record_field_key[said[i]], kept, own);
    }
    record_free(&events);
    record_free(&all);
}

static void a_contact_events_own_word_always_wins(void **state)
{
    (void)state;
    struct event_set *set = mem_zero(sizeof(*set));
    uint64_t first = first_seed();
    for (uint64_t seed = first; seed < first + 400; seed++) {
        struct rng rng;
        rng_seed(&rng, seed);
        event_set_make(set, &got.arena, &rng);
        event_set_shuffle(set, &rng);
        check_word(set, seed);
        arena_reset(&got.arena);
    }
    free(set);
}

/* Of two flows' words the later stays, whatever the order: the working queue may change. */
static void the_later_working_queue_stays(void **state)
{
    (void)state;
    static const struct flow_event early = {.queue_arn = ARN "/queue/z"},
                                   late = {.queue_arn = ARN "/queue/a"};
    for (int swapped = 0; swapped < 2; swapped++) {
        struct record record;
        record_init(&record, "c-1");
        for (int i = 0; i < 2; i++) {
            bool later = i != swapped;
            const struct event event = {
                .contact_id = "c-1",
                .entry = {.type = LOGTYPE_LAMBDA,
                          .rank = RANK_LAMBDA,
                          .time = DECODED_SENT + later},
                .lambda = {.contact = later ? &late : &early},
            };
            record_apply(&record, &event);
        }
        assert_string_equal(record.field[FIELD_QUEUE_INFO].value,
                            "{\"queueArn\":\"" ARN "/queue/a\"}");
        assert_false(record.flags & FLAG_QUEUED);
        record_free(&record);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, clear)
    const struct CMUnitTest tests[] = {
        TEST(ids_of_its_own_say_nothing),
        TEST(queues_of_every_age),
        TEST(texts_out_of_proportion_say_nothing),
        TEST(an_entry_tells_its_record_again),
        TEST(card_numbers_are_taken_out_of_parameters),
        TEST(a_contact_events_own_word_always_wins),
        TEST(the_later_working_queue_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
