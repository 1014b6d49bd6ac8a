#include "support/live_fixture.h"

#include <stdio.h>
#include <string.h>

#include "contactwatch/hash.h"
#include "contactwatch/rng.h"
#include "support/make_event.h"

static int64_t latest_of(const struct test_leg *leg)
{
    const int64_t times[] = {leg->start,    leg->system, leg->enqueued,
                             leg->agent_at, leg->end,    leg->acw_end};
    int64_t latest = leg->stamp;
    for (size_t i = 0; !leg->stamp && i < ARRAY_SIZE(times); i++)
        latest = times[i] > latest ? times[i] : latest;
    return latest;
}

static const char *type_of(const struct test_leg *leg)
{
    if (leg->type)
        return leg->type;
    return leg->completed  ? "COMPLETED"
           : leg->end      ? "DISCONNECTED"
           : leg->agent_at ? "CONNECTED_TO_AGENT"
           : leg->enqueued ? "QUEUED"
                           : "INITIATED";
}

static const char *iso(struct arena *arena, int64_t time)
{
    char text[INSTANT_TEXT];
    instant_format(time, text);
    return arena_strdup(arena, text);
}

static const char *queue_info(struct arena *arena, const struct test_leg *leg)
{
    if (!leg->enqueued)
        return NULL;
    return arena_printf(arena,
                        "{\"enqueueTimestamp\":\"%s\",\"queueArn\":\"%s\",\"queueType\":\"%s\"}",
                        iso(arena, leg->enqueued), leg->queue ? leg->queue : QUEUE_BILLING,
                        leg->queue_type ? leg->queue_type : "STANDARD");
}

static const char *agent_info(struct arena *arena, const struct test_leg *leg)
{
    if (!leg->agent_at)
        return NULL;
    const char *end = leg->acw_end ? arena_printf(arena, "\"afterContactWorkEndTimestamp\":\"%s\",",
                                                  iso(arena, leg->acw_end))
                                   : "";
    const char *hold =
        leg->hold_s ? arena_printf(arena, "\"agentInitiatedHoldDuration\":%d,", leg->hold_s) : "";
    return arena_printf(arena, "{%s\"agentArn\":\"%s\",%s\"connectedToAgentTimestamp\":\"%s\"}",
                        end, leg->agent ? leg->agent : AGENT_JANE, hold, iso(arena, leg->agent_at));
}

static void apply_contact(struct record *record, struct arena *arena, const struct test_leg *leg)
{
    struct event event = make_contact_event(leg->id, type_of(leg), latest_of(leg));
    struct contact_event *contact = &event.contact;
    contact->channel = leg->channel ? leg->channel : "VOICE";
    contact->method = leg->method ? leg->method : "INBOUND";
    contact->initial_id = leg->initial;
    contact->previous_id = leg->previous;
    contact->customer_id = leg->customer;
    contact->queue_info = queue_info(arena, leg);
    contact->agent_info = agent_info(arena, leg);
    contact->initiated = leg->start;
    contact->connected_to_system = leg->system;
    contact->enqueued = leg->enqueued;
    contact->connected_to_agent = leg->agent_at;
    contact->disconnected = leg->end;
    contact->acw_end = leg->acw_end;
    make_seal(arena, &event);
    record_apply(record, &event);
}

#define FLOW_MAIN "arn:aws:connect:eu-west-2:1:instance/i1/contact-flow/f1000000-dddd"

void test_record(struct record *record, const struct test_leg *leg)
{
    struct arena arena = {0};
    record_init(record, leg->id);
    apply_contact(record, &arena, leg);
    if (leg->attribute) {
        struct event event = make_attribute(leg->id, leg->attribute, leg->value, leg->start);
        make_seal(&arena, &event);
        record_apply(record, &event);
    }
    if (leg->flow_at) {
        struct event event =
            make_flow_log(leg->id, leg->block ? leg->block : "PlayPrompt", leg->flow_at);
        event.flow.flow_id = FLOW_MAIN;
        event.flow.flow_name = leg->flow;
        if (leg->module) {
            event.flow.run_id = FLOW_MAIN;
            event.flow.flow_id =
                "arn:aws:connect:eu-west-2:1:instance/i1/flow-module/m1000000-eeee";
            event.flow.flow_name = leg->module;
        }
        make_seal(&arena, &event);
        record_apply(record, &event);
    }
    arena_free(&arena);
}

void test_put(struct live *live, const struct test_leg *leg, int64_t now)
{
    struct note *note = note_new(NOTE_RECORDS);
    note->record = mem_zero(sizeof(*note->record));
    note->records = 1;
    test_record(note->record, leg);
    live_apply(live, note, now);
    note_free(note);
}

static void put_entry(struct live *live, const char *id, const struct entry *entry, int64_t now)
{
    struct note *note = note_new(NOTE_ENTRIES);
    note->entry = mem_zero(sizeof(*note->entry));
    note->entries = 1;
    *note->entry = (struct note_entry){.contact_id = id, .entry = *entry};
    live_apply(live, note, now);
    note_free(note);
}

void test_entry(struct live *live, const char *id, unsigned marks, int64_t time, const char *body,
                int64_t now)
{
    struct entry entry = {.time = time,
                          .rank = RANK_FLOW,
                          .type = LOGTYPE_FLOW,
                          .marks = (uint16_t)marks,
                          .length = (uint32_t)strlen(body),
                          .body = body};
    const struct hash_part parts[] = {
        {id, strlen(id)}, {&time, sizeof(time)}, {body, strlen(body)}};
    entry.id = hash_parts(parts, ARRAY_SIZE(parts));
    put_entry(live, id, &entry, now);
}

void test_agent_state(struct live *live, const char *id, const char *state, int64_t since,
                      int64_t now)
{
    struct arena arena = {0};
    const char *at = iso(&arena, since);
    const char *body = arena_printf(
        &arena,
        "{\"AgentARN\":\"" AGENT_JANE "\",\"AgentName\":\"jane\",\"Contact\":{\"ContactId\":\"%s\","
        "\"Queue\":{\"ARN\":\"" QUEUE_BILLING "\",\"Name\":\"Billing\"},\"State\":\"%s\","
        "\"StateStartTimestamp\":\"%s\"},\"EventTimestamp\":\"%s\",\"EventType\":\"STATE_CHANGE\","
        "\"Timestamp\":\"%s\"}",
        id, state, at, at, at);
    struct entry entry = {.time = since,
                          .rank = RANK_AGENT,
                          .type = LOGTYPE_AGENT,
                          .marks = MARK_AGENT_STATE,
                          .length = (uint32_t)strlen(body),
                          .body = body,
                          .id = hash_bytes(body, strlen(body))};
    put_entry(live, id, &entry, now);
    arena_free(&arena);
}

void test_any_record(struct rng *rng, struct record *record, size_t number, int64_t now)
{
    char id[40], phone[16];
    snprintf(id, sizeof(id), "%08zx-0000-4000-8000-%012zu", number * 2654435761U & 0xffffffff,
             number);
    snprintf(phone, sizeof(phone), "+4420%07u", rng_below(rng, 10000000));
    struct test_leg leg = {.id = id, .customer = phone, .stamp = now, .flow = "Main IVR"};
    leg.start = now - (int64_t)rng_below(rng, 600000);
    leg.flow_at = leg.start + 100;
    if (rng_chance(rng, 0.66))
        leg.enqueued = leg.start + (int64_t)rng_below(rng, 60000);
    if (leg.enqueued && rng_chance(rng, 0.5))
        leg.agent_at = leg.enqueued + (int64_t)rng_below(rng, 120000);
    test_record(record, &leg);
}

int live_setup(void **state)
{
    const struct live_config config = {.utc = 1};
    *state = live_new(&config);
    return 0;
}

int live_teardown(void **state)
{
    live_free(*state);
    return 0;
}
