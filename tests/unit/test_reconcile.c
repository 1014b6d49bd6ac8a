/* Reconciling: when a contact is silent for too long, what an answer means, and what is joined. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/decode.h"
#include "contactwatch/json.h"
#include "ingest/reconcile_internal.h"
#include "support/make_event.h"

#define START        INT64_C(1763856000000)
#define INSTANCE_ARN "arn:aws:connect:eu-west-1:123456789012:instance/i-1"

static const struct unsure_after unsure = {1, 2, 3, 4};

/* One event as it comes over the wire. */
static struct record record_of(struct arena *arena, const char *detail);

static void take(void *context, const struct event *event)
{
    struct record *record = context;
    if (!record->contact_id)
        record_init(record, event->contact_id);
    record_apply(record, event);
}

static void refuse(void *context, const char *where, const char *why, const char *text,
                   size_t length)
{
    (void)context;
    (void)length;
    fail_msg("%s %s: %s", where, why, text);
}

static struct record record_of(struct arena *arena, const char *detail)
{
    struct decode_options options = {.redact = REDACT_CARDS};
    struct record record = {0};
    struct decode_sink sink = {.context = &record, .event = take, .refused = refuse};
    decode_body(arena, &options, detail, strlen(detail), START + DAY_MS, &sink);
    assert_non_null(record.contact_id);
    return record;
}

#define AT(second) "2025-11-23T00:00:" second "Z"
#define INITIATED(channel, method)                                                                 \
    "{\"contactId\":\"c1\",\"eventType\":\"INITIATED\",\"channel\":\"" channel                     \
    "\",\"initiationMethod\":\"" method "\",\"instanceArn\":\"" INSTANCE_ARN                       \
    "\",\"initiationTimestamp\":\"" AT("00.123") "\"}\n"
#define QUEUED                                                                                     \
    "{\"contactId\":\"c1\",\"eventType\":\"QUEUED\",\"queueInfo\":{\"queueArn\":\"" INSTANCE_ARN   \
    "/queue/q1\",\"queueType\":\"STANDARD\",\"enqueueTimestamp\":\"" AT("01.250") "\"}}\n"
#define CONNECTED                                                                                  \
    "{\"contactId\":\"c1\",\"eventType\":\"CONNECTED_TO_AGENT\",\"agentInfo\":{\"agentArn\":"      \
    "\"" INSTANCE_ARN "/agent/a1\",\"connectedToAgentTimestamp\":\"" AT("02.500") "\"}}\n"
#define PAUSED                                                                                     \
    "{\"contactId\":\"c1\",\"eventType\":\"PAUSED\",\"channel\":\"VOICE\",\"instanceArn\":"        \
    "\"" INSTANCE_ARN "\",\"initiationTimestamp\":\"" AT("00.123") "\"}\n"

static void silence_allowed_is_that_of_the_stage(void **state)
{
    (void)state;
    static const struct {
        const char *events;
        int64_t allowed;
    } table[] = {
        {INITIATED("VOICE", "INBOUND"), 1},
        {INITIATED("VOICE", "CALLBACK"), 4},
        {INITIATED("VOICE", "INBOUND") QUEUED, 2},
        {INITIATED("VOICE", "CALLBACK") QUEUED, 2},
        {INITIATED("VOICE", "INBOUND") QUEUED CONNECTED, 3},
        {INITIATED("VOICE", "OUTBOUND") CONNECTED, 3},
        {INITIATED("CHAT", "API"), 4},
        {INITIATED("TASK", "API") QUEUED CONNECTED, 4},
        {INITIATED("EMAIL", "INBOUND") QUEUED, 4},
        {PAUSED, 4},
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct arena arena = {0};
        struct record record = record_of(&arena, table[i].events);
        assert_int_equal(reconcile_allowance(&record, &unsure), table[i].allowed);
        record_free(&record);
        arena_free(&arena);
    }
}

static void a_contact_is_asked_about_ever_more_seldom(void **state)
{
    (void)state;
    static const int64_t minutes[] = {30, 30, 60, 120, 240, 480, 960, 1440, 1440};
    for (unsigned times = 0; times < ARRAY_SIZE(minutes); times++)
        assert_int_equal(reconcile_interval(times), minutes[times] * MINUTE_MS);
    assert_int_equal(reconcile_interval(UINT32_MAX), DAY_MS);
}

#define ANSWER(more)                                                                               \
    "{\"Contact\":{\"Id\":\"c1\",\"Channel\":\"VOICE\",\"InitiationMethod\":\"INBOUND\","          \
    "\"InitiationTimestamp\":1763856000.123" more "}}"
#define ANSWER_QUEUE ",\"QueueInfo\":{\"Id\":\"q1\",\"EnqueueTimestamp\":1763856001.25}"
#define ANSWER_AGENT ",\"AgentInfo\":{\"Id\":\"a1\",\"ConnectedToAgentTimestamp\":1763856002.5}"
#define ANSWER_ENDED                                                                               \
    ",\"DisconnectTimestamp\":1763856060.75,\"DisconnectReason\":\"AGENT_DISCONNECT\""

static void an_answer_means(void **state)
{
    (void)state;
    static const char flow[] = INITIATED("VOICE", "INBOUND");
    static const char queue[] = INITIATED("VOICE", "INBOUND") QUEUED;
    static const char agent[] = INITIATED("VOICE", "INBOUND") QUEUED CONNECTED;
    static const struct {
        const char *known;
        enum aws_fault fault;
        const char *answer;
        enum verdict verdict;
    } table[] = {
        {flow, AWS_FINE, ANSWER(ANSWER_ENDED), VERDICT_ENDED},
        {agent, AWS_FINE, ANSWER(ANSWER_QUEUE ANSWER_AGENT ANSWER_ENDED), VERDICT_ENDED},
        {flow, AWS_FINE, ANSWER(""), VERDICT_OPEN},
        {flow, AWS_FINE, ANSWER(ANSWER_QUEUE), VERDICT_MOVED},
        {queue, AWS_FINE, ANSWER(ANSWER_QUEUE), VERDICT_OPEN},
        {queue, AWS_FINE, ANSWER(ANSWER_QUEUE ANSWER_AGENT), VERDICT_MOVED},
        {agent, AWS_FINE, ANSWER(ANSWER_QUEUE ANSWER_AGENT), VERDICT_OPEN},
        {agent, AWS_FINE, ANSWER(""), VERDICT_OPEN},
        {flow, AWS_FINE, ANSWER(",\"AgentInfo\":{\"ConnectedToAgentTimestamp\":1763856002.5}"),
         VERDICT_OPEN}, /* by nobody that is named */
        {flow, AWS_FINE, "{\"Contact\":{\"Id\":\"another\"}}", VERDICT_UNKNOWN},
        {flow, AWS_FINE, "{\"Contact\":", VERDICT_LATER},
        {flow, AWS_FINE, "", VERDICT_LATER},
        {flow, AWS_REFUSED, "", VERDICT_UNKNOWN},
        {flow, AWS_DENIED, "", VERDICT_DENIED},
        {flow, AWS_THROTTLED, "", VERDICT_LATER},
        {flow, AWS_TRANSIENT, "", VERDICT_LATER},
        {flow, AWS_CANCELLED, "", VERDICT_LATER},
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct arena arena = {0};
        struct record record = record_of(&arena, table[i].known);
        struct connect_contact contact;
        struct aws_call call = {.fault = table[i].fault};
        buf_text(&call.response, table[i].answer);
        assert_int_equal(reconcile_verdict(&call, &record, &arena, &contact), table[i].verdict);
        buf_free(&call.response);
        record_free(&record);
        arena_free(&arena);
    }
}

struct entries {
    struct history history;
    struct record record;
};

static void take_entry(void *context, const struct event *event)
{
    struct entries *entries = context;
    take(&entries->record, event);
    history_push(&entries->history, &event->entry);
}

static void decode_into(struct arena *arena, struct entries *into, const char *text)
{
    struct decode_options options = {.redact = REDACT_CARDS};
    struct decode_sink sink = {.context = into, .event = take_entry, .refused = refuse};
    struct decode_result result =
        decode_body(arena, &options, text, strlen(text), START + DAY_MS, &sink);
    assert_int_not_equal(result.events, 0);
    history_sort(&into->history);
}

static struct buf event_of(const char *answer, const struct record *record)
{
    struct arena arena = {0};
    struct connect_contact contact;
    struct connect_instance instance;
    struct buf out = {0};
    struct err err = {""};
    assert_true(connect_instance_read(&instance, INSTANCE_ARN));
    assert_true(connect_describe_read(&arena, answer, strlen(answer), &contact, &err));
    reconcile_event(&out, &contact, record, &instance);
    arena_free(&arena);
    return out;
}

static struct buf canonical(const struct record *record)
{
    struct buf out = {0};
    record_write(&out, record, RECORD_CANONICAL);
    return out;
}

/* In whichever order the two come, one entry stays, and it is the real one's. */
static void the_real_event_is_a_duplicate_of_the_one_made(void **state)
{
    (void)state;
    static const char known[] = INITIATED("VOICE", "INBOUND") QUEUED CONNECTED;
    static const char real[] =
        "{\"version\":\"0\",\"source\":\"aws.connect\",\"detail-type\":\"Amazon Connect Contact "
        "Event\",\"time\":\"2025-11-23T00:01:00Z\",\"detail\":{\"contactId\":\"c1\",\"eventType\":"
        "\"DISCONNECTED\",\"channel\":\"VOICE\",\"instanceArn\":\"" INSTANCE_ARN
        "\",\"disconnectTimestamp\":\"2025-11-23T00:01:00.750Z\"}}";
    struct arena arena = {0};
    struct record before = record_of(&arena, known);
    struct buf made = event_of(ANSWER(ANSWER_QUEUE ANSWER_AGENT ANSWER_ENDED), &before);
    struct buf text[2];
    for (int order = 0; order < 2; order++) {
        struct entries entries = {.history = {0}};
        decode_into(&arena, &entries, known);
        decode_into(&arena, &entries, order ? real : buf_str(&made));
        decode_into(&arena, &entries, order ? buf_str(&made) : real);
        assert_int_equal(entries.history.count, 4);
        assert_null(strstr(entries.history.entry[3].body, "DescribeContact"));
        text[order] = canonical(&entries.record);
        record_free(&entries.record);
        history_free(&entries.history);
    }
    assert_string_equal(buf_str(&text[0]), buf_str(&text[1]));
    buf_free(&text[0]);
    buf_free(&text[1]);
    buf_free(&made);
    record_free(&before);
    arena_free(&arena);
}

static void the_event_made_closes_the_contact_and_says_where_it_is_from(void **state)
{
    (void)state;
    static const char known[] = INITIATED("VOICE", "INBOUND") QUEUED;
    struct arena arena = {0};
    struct record before = record_of(&arena, known);
    struct buf made = event_of(ANSWER(ANSWER_QUEUE ANSWER_AGENT ANSWER_ENDED), &before);
    struct entries entries = {.history = {0}};
    decode_into(&arena, &entries, known);
    decode_into(&arena, &entries, buf_str(&made));
    struct record_facts facts;
    record_facts(&facts, &entries.record, &arena);
    assert_true(facts.ended);
    assert_int_equal(facts.status, LIFECYCLE_DISCONNECTED);
    assert_int_equal(facts.disconnected, INT64_C(1763856060750));
    assert_string_equal(facts.queue_arn, INSTANCE_ARN "/queue/q1");
    assert_string_equal(facts.queue_type, "STANDARD"); /* of the queue already known */
    assert_string_equal(facts.agent_arn, INSTANCE_ARN "/agent/a1");
    assert_int_equal(facts.connected_to_agent, INT64_C(1763856002500));
    assert_false(facts.abandoned);
    assert_string_equal(entries.record.field[FIELD_DISCONNECT_REASON].value, "AGENT_DISCONNECT");
    const struct entry *entry = &entries.history.entry[entries.history.count - 1];
    assert_int_equal(entry->time, INT64_C(1763856060750));
    assert_int_equal(strncmp(entry->body, "{\"DescribeContact\":true,", 24), 0);
    record_free(&entries.record);
    history_free(&entries.history);
    record_free(&before);
    buf_free(&made);
    arena_free(&arena);
}

static void an_open_contact_moves_on_to_what_was_missed(void **state)
{
    (void)state;
    static const struct {
        const char *known, *answer;
        enum lifecycle status;
    } table[] = {
        {INITIATED("VOICE", "INBOUND"), ANSWER(ANSWER_QUEUE), LIFECYCLE_QUEUED},
        {INITIATED("VOICE", "INBOUND"), ANSWER(ANSWER_QUEUE ANSWER_AGENT),
         LIFECYCLE_CONNECTED_TO_AGENT},
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct arena arena = {0};
        struct record before = record_of(&arena, table[i].known);
        struct buf made = event_of(table[i].answer, &before);
        struct record after = record_of(&arena, buf_str(&made));
        record_join(&after, &before);
        struct record_facts facts;
        record_facts(&facts, &after, &arena);
        assert_int_equal(facts.status, table[i].status);
        assert_false(facts.ended);
        record_free(&after);
        record_free(&before);
        buf_free(&made);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_allowed_is_that_of_the_stage),
        cmocka_unit_test(a_contact_is_asked_about_ever_more_seldom),
        cmocka_unit_test(an_answer_means),
        cmocka_unit_test(the_real_event_is_a_duplicate_of_the_one_made),
        cmocka_unit_test(the_event_made_closes_the_contact_and_says_where_it_is_from),
        cmocka_unit_test(an_open_contact_moves_on_to_what_was_missed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
