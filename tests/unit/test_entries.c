/* Agent events, stored entries and the original project's items: split, written, read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/instant.h"
#include "contactwatch/rng.h"
#include "support/decoded.h"

#define ARN "arn:aws:connect:eu-west-2:111122223333:instance/i-1"

static struct decoded got;

static int release(void **state)
{
    (void)state;
    decoded_free(&got);
    return 0;
}

static int64_t at(const char *text)
{
    int64_t ms;
    assert_true(instant_parse(text, &ms));
    return ms;
}

static void agent_events_are_split(void **state)
{
    (void)state;
#define AGENT(type)                                                                                \
    "{\"AgentARN\":\"a-1\",\"EventId\":\"x\",\"EventTimestamp\":\"2025-12-30T10:00:09.000Z\","     \
    "\"EventType\":\"" type "\","                                                                  \
    "\"InstanceARN\":\"" ARN                                                                       \
    "\",\"CurrentAgentSnapshot\":{\"AgentStatus\":{\"Name\":\"Available\",\"Type\":\"ROUTABLE\","  \
    "\"StartTimestamp\":\"2025-12-30T09:00:00.000Z\"},\"Configuration\":{\"Username\":\"j.doe\","  \
    "\"FirstName\":\"Jane\"},"                                                                     \
    "\"Contacts\":[{\"ContactId\":\"c-1\",\"State\":\"CONNECTED_ONHOLD\",\"StateStartTimestamp\":" \
    "\"2025-12-30T10:00:08.000Z\",\"Queue\":{\"ARN\":\"q\",\"Name\":\"Billing\"}}]},"              \
    "\"PreviousAgentSnapshot\":{\"Contacts\":[{\"ContactId\":\"c-1\"},{\"ContactId\":\"c-2\"}]}}"
    decoded_text(&got, AGENT("STATE_CHANGE"));
    assert_int_equal(got.result.events, 2);
    assert_int_equal(got.agents, 1);
    assert_string_equal(got.agent[0].agent_name, "j.doe");
    assert_string_equal(got.agent[0].status_type, "ROUTABLE");
    assert_int_equal(got.agent[0].contacts, 1);
    const struct event *held = &got.event[0], *gone = &got.event[1];
    assert_string_equal(held->contact_id, "c-1");
    assert_string_equal(held->agent.state, "CONNECTED_ONHOLD");
    assert_string_equal(held->agent.queue_name, "Billing");
    assert_true(held->agent.since == at("2025-12-30T10:00:08.000Z"));
    assert_true(held->entry.time == at("2025-12-30T10:00:09.000Z"));
    assert_int_equal(held->entry.marks, MARK_AGENT_STATE);
    assert_null(strstr(held->entry.body, "Jane"));
    assert_null(strstr(held->entry.body, "EventId"));
    assert_string_equal(gone->contact_id, "c-2");
    assert_string_equal(gone->agent.state, "GONE");
    decoded_text(&got, AGENT("HEART_BEAT"));
    assert_int_equal(got.result.events, 0);
    assert_int_equal(got.result.skipped, 1);
    assert_int_equal(got.agents, 1);
#undef AGENT
}

/* Entries as they are stored, in canonical form. */
#define CONTACT_ENTRY                                                                              \
    "{\"LogType\":\"ContactEvent\",\"Timestamp\":\"2025-12-30T10:00:01Z\",\"channel\":\"CHAT\","   \
    "\"contactId\":"                                                                               \
    "\"c-1\",\"eventType\":\"INITIATED\",\"initiationTimestamp\":\"2025-12-30T10:00:00.999Z\"}"
#define FLOW_ENTRY                                                                                 \
    "{\"ContactFlowModuleType\":\"PlayPrompt\",\"ContactId\":\"c-1\",\"LogEventId\":\"369\","      \
    "\"LogType\":"                                                                                 \
    "\"ContactFlowLog\",\"Parameters\":{\"Text\":\"a \\\"quoted\\\" "                              \
    "text\"},\"Timestamp\":\"2025-12-30T10:00:02.000Z\"}"
#define AGENT_ENTRY                                                                                \
    "{\"AgentARN\":\"a-1\",\"AgentName\":\"j.doe\",\"Contact\":{\"ContactId\":\"c-1\",\"State\":"  \
    "\"CONNECTED\"},"                                                                              \
    "\"EventTimestamp\":\"2025-12-30T10:00:03.000Z\",\"EventType\":\"STATE_CHANGE\",\"LogType\":"  \
    "\"AgentEvent\","                                                                              \
    "\"Timestamp\":\"2025-12-30T10:00:03.000Z\"}"
#define LAMBDA_ENTRY                                                                               \
    "{\"LogType\":\"ContactFlowLambda\",\"Parameters\":{\"tier\":\"gold\"},\"Timestamp\":\"2025-"  \
    "12-30T10:00:04.000Z\"}"

static const char *const stored[] = {CONTACT_ENTRY, FLOW_ENTRY, AGENT_ENTRY, LAMBDA_ENTRY};

static void items_round_trip(void **state)
{
    (void)state;
    decoded_text(
        &got, "{\"Connect_ContactId\":\"c-1\",\"Status\":\"INITIATED\",\"History\":[" CONTACT_ENTRY
              "," FLOW_ENTRY "," AGENT_ENTRY "," LAMBDA_ENTRY "]}");
    assert_int_equal(got.result.events, ARRAY_SIZE(stored));
    for (size_t i = 0; i < ARRAY_SIZE(stored); i++) {
        struct buf out = {0};
        assert_string_equal(got.event[i].contact_id, "c-1");
        assert_int_equal(got.event[i].entry.type, i); /* in the order of enum log_type */
        entry_write_json(&out, &got.event[i].entry);
        assert_string_equal(out.data, stored[i]);
        buf_free(&out);
    }
    assert_string_equal(got.event[1].entry.log_event_id, "369");
}

static void typed_items(void **state)
{
    (void)state;
    decoded_text(&got, "{\"Item\":{\"Connect_ContactId\":{\"S\":\"c-1\"},\"DDB_ExpiryEpoch\":{"
                       "\"N\":\"1\"},\"History\":{\"L\":["
                       "{\"M\":{\"LogType\":{\"S\":\"ContactEvent\"},\"Timestamp\":{\"S\":\"2025-"
                       "12-30T10:00:01Z\"},"
                       "\"contactId\":{\"S\":\"c-1\"},\"eventType\":{\"S\":\"QUEUED\"},\"n\":{"
                       "\"N\":\"1.5\"},\"b\":{\"BOOL\":true},"
                       "\"z\":{\"NULL\":true},\"s\":{\"SS\":[\"x\",\"y\"]},\"queueInfo\":{\"M\":{"
                       "\"queueArn\":{\"S\":\"q\"},"
                       "\"enqueueTimestamp\":{\"S\":\"2025-12-30T10:00:00.500Z\"}}}}}]}}}");
    assert_int_equal(got.result.events, 1);
    assert_string_equal(got.event[0].entry.body,
                        "{\"Timestamp\":\"2025-12-30T10:00:01Z\",\"b\":true,\"contactId\":\"c-1\","
                        "\"eventType\":\"QUEUED\","
                        "\"n\":1.5,\"queueInfo\":{\"enqueueTimestamp\":\"2025-12-30T10:00:00."
                        "500Z\",\"queueArn\":\"q\"},"
                        "\"s\":[\"x\",\"y\"],\"z\":null}");
    assert_true(got.event[0].entry.time == at("2025-12-30T10:00:00.500Z"));
}

static void items_that_hold_no_events(void **state)
{
    (void)state;
    decoded_text(&got, "{\"Connect_ContactId\":\"c-1\",\"Status\":\"QUEUED\"}");
    assert_int_equal(got.result.refused, 1);
    assert_string_equal(got.refused[0].why, "an item without History");
    decoded_text(&got, "{\"Connect_ContactId\":\"c-1\",\"History\":[{\"eventType\":\"QUEUED\","
                       "\"contactId\":\"c-1\"}," FLOW_ENTRY ",{\"LogType\":\"Else\"}]}");
    assert_int_equal(got.result.refused, 2);
    assert_int_equal(got.result.events, 1);
    assert_string_equal(got.refused[1].where, "History[2]");
    decoded_text(&got, "{\"eventType\":\"QUEUED\",\"contactId\":\"c-1\",\"LogType\":1}");
    assert_int_equal(got.result.refused, 1);
}

/* What an event is, its stored entry says again. */
static void events_come_back_from_their_entries(void **state)
{
    (void)state;
    struct arena arena = {0};
    decoded_text(&got, "{\"Connect_ContactId\":\"c-1\",\"History\":[" CONTACT_ENTRY "," FLOW_ENTRY
                       "," AGENT_ENTRY "," LAMBDA_ENTRY "]}");
    for (size_t i = 0; i < ARRAY_SIZE(stored); i++) {
        const struct event *event = &got.event[i];
        struct event back;
        struct entry bare = {
            .type = event->entry.type, .body = event->entry.body, .length = event->entry.length};
        assert_true(decode_entry(&arena, &bare, "c-1", &back));
        assert_string_equal(back.contact_id, "c-1");
        assert_memory_equal(&back.entry.id, &event->entry.id, sizeof(back.entry.id));
        assert_true(back.entry.time == event->entry.time);
        assert_int_equal(back.entry.marks, event->entry.marks);
        assert_int_equal(back.entry.rank, event->entry.rank);
        assert_string_equal(back.entry.body, event->entry.body);
    }
    struct entry broken = {.type = LOGTYPE_FLOW, .body = "{", .length = 1};
    struct event none;
    assert_false(decode_entry(&arena, &broken, "c-1", &none));
    broken = (struct entry){.type = LOGTYPE_CONTACT, .body = "{}", .length = 2};
    assert_false(decode_entry(&arena, &broken, "c-1", &none));
    arena_free(&arena);
}

/* What is stored has of repeated members the first, and sorts PascalCase in front. */
static void repeated_members_read_back_alike(void **state)
{
    (void)state;
    static const char *const body[] = {
        "{\"eventType\":\"PAUSED\",\"contactId\":\"c\",\"initiationTimestamp\":\"20\","
        "\"initiationTimestamp\":\"2025-12-30T10:00:00.1Z\",\"Timestamp\":\"2025-12-30T10:00:"
        "00Z\"}",
        "{\"eventType\":\"QUEUED\",\"contactId\":\"c\",\"queueInfo\":{"
        "\"enqueueTimestamp\":\"2025-12-30T10:00:02Z\",\"queueArn\":\"a\",\"QueueArn\":\"b\","
        "\"QueueArn\":\"c\",\"EnqueueTimestamp\":\"2025-12-30T10:00:01Z\"}}"};
    for (size_t i = 0; i < ARRAY_SIZE(body); i++) {
        decoded_text(&got, body[i]);
        assert_int_equal(got.events, 1);
        const struct event *event = &got.event[0];
        struct entry bare = event->entry;
        memset(&bare.id, 0, sizeof(bare.id));
        struct event back;
        assert_true(decode_entry(&got.arena, &bare, "c", &back));
        assert_true(back.entry.time == event->entry.time);
        assert_memory_equal(&back.entry.id, &event->entry.id, sizeof(back.entry.id));
        if (event->contact.queue_info)
            assert_string_equal(back.contact.queue_info, event->contact.queue_info);
    }
}

/* A time that was taken as null because it lay in the future stays null. */
static void what_was_null_stays_null(void **state)
{
    (void)state;
    struct arena arena = {0};
    decoded_text(&got, "{\"ContactId\":\"c-1\",\"ContactFlowModuleType\":\"Wait\",\"Timestamp\":"
                       "\"2031-01-01T00:00:00Z\"}");
    struct event back;
    assert_true(got.event[0].entry.time == INSTANT_NONE);
    assert_true(decode_entry(&arena, &got.event[0].entry, "c-1", &back));
    assert_true(back.entry.time == INSTANT_NONE);
    arena_free(&arena);
}

static struct entry make_entry(int64_t time, int rank, const char *log_event_id, const char *body,
                               uint8_t id)
{
    struct entry entry = {
        .time = time, .rank = (uint8_t)rank, .log_event_id = log_event_id, .body = body};
    entry.length = (uint32_t)strlen(body);
    memset(entry.id.byte, id, sizeof(entry.id.byte));
    return entry;
}

/* Whatever the order entries come in and however often, the history is the same. */
static void histories_do_not_depend_on_arrival(void **state)
{
    (void)state;
    const struct entry given[] = {
        make_entry(INSTANT_NONE, 9, NULL, "{}", 9), make_entry(5, 1, NULL, "{\"a\":1}", 1),
        make_entry(5, 10, NULL, "{\"b\":1}", 7),    make_entry(5, 10, "0369", "{\"c\":1}", 2),
        make_entry(5, 10, "0370", "{\"c\":1}", 2),  make_entry(5, 1, NULL, "{\"a\":2}", 1),
        make_entry(6, 1, NULL, "{\"d\":1}", 3),
    };
    static const char *const expected[] = {"{}", "{\"a\":2}", "{\"b\":1}", "{\"c\":1}",
                                           "{\"d\":1}"};
    const uint64_t seed = (uint64_t)clock_now(NULL);
    print_message("seed %llu\n", (unsigned long long)seed);
    struct rng rng;
    rng_seed(&rng, seed);
    for (int round = 0; round < 500; round++) {
        struct history history = {0};
        uint32_t seen = 0;
        while (seen != (1u << ARRAY_SIZE(given)) - 1) {
            size_t pick = rng_next(&rng) % ARRAY_SIZE(given);
            seen |= 1u << pick;
            history_push(&history, &given[pick]);
            if (rng_next(&rng) % 4 == 0)
                history_sort(&history);
        }
        history_sort(&history);
        assert_int_equal(history.count, ARRAY_SIZE(expected));
        for (size_t i = 0; i < history.count; i++)
            assert_string_equal(history.entry[i].body, expected[i]);
        assert_string_equal(history.entry[3].log_event_id, "0370");
        history_free(&history);
    }
}

static void stamps_pack_in_order(void **state)
{
    (void)state;
    uint64_t stamp = stamp_pack(2, INT64_C(1767225600123), RANK_DATA);
    assert_int_equal(stamp_terminal(stamp), 2);
    assert_true(stamp_time(stamp) == INT64_C(1767225600123));
    assert_int_equal(stamp_rank(stamp), RANK_DATA);
    assert_true(stamp < UINT64_C(1) << 53); /* a JSON number holds it */
    assert_true(stamp_pack(0, 2, 1) > stamp_pack(0, 1, 12));
    assert_true(stamp_pack(1, 1, 1) > stamp_pack(0, INT64_C(4354819199999), 12));
    assert_int_equal(lifecycle_of("COMPLETED"), LIFECYCLE_COMPLETED);
    assert_int_equal(lifecycle_of(NULL), LIFECYCLE_NONE);
    assert_int_equal(lifecycle_of(""), LIFECYCLE_NONE);
    assert_int_equal(lifecycle_terminal(LIFECYCLE_DISCONNECTED), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repeated_members_read_back_alike),
        cmocka_unit_test(agent_events_are_split),
        cmocka_unit_test(items_round_trip),
        cmocka_unit_test(typed_items),
        cmocka_unit_test(items_that_hold_no_events),
        cmocka_unit_test(events_come_back_from_their_entries),
        cmocka_unit_test(what_was_null_stays_null),
        cmocka_unit_test(histories_do_not_depend_on_arrival),
        cmocka_unit_test(stamps_pack_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
