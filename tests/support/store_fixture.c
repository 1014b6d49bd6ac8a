#include "store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/hash.h"

void batch_clear(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        record_free(&batch->delta[i]);
        history_free(&batch->history[i]);
    }
    batch->count = 0;
    arena_reset(&batch->arena);
}

void batch_free(struct batch *batch)
{
    batch_clear(batch);
    arena_free(&batch->arena);
}

static size_t slot_of(struct batch *batch, const char *contact_id)
{
    for (size_t i = 0; i < batch->count; i++)
        if (strcmp(batch->delta[i].contact_id, contact_id) == 0)
            return i;
    size_t slot = batch->count++;
    assert_true(slot < BATCH_CONTACTS);
    record_init(&batch->delta[slot], contact_id);
    batch->history[slot] = (struct history){0};
    batch->change[slot] =
        (struct store_change){.delta = &batch->delta[slot], .entries = &batch->history[slot]};
    return slot;
}

void batch_add(struct batch *batch, const struct event *event)
{
    size_t slot = slot_of(batch, event->contact_id);
    record_apply(&batch->delta[slot], event);
    history_push(&batch->history[slot], &event->entry);
}

static struct event make(struct batch *batch, const char *contact_id, enum log_type type,
                         int64_t time, unsigned n)
{
    struct event event = {.contact_id = arena_strdup(&batch->arena, contact_id)};
    char *body =
        arena_printf(&batch->arena, "{\"contact\":\"%s\",\"n\":%u,\"time\":%lld,\"type\":%d}",
                     contact_id, n, (long long)time, (int)type);
    event.entry = (struct entry){.time = time,
                                 .type = (uint8_t)type,
                                 .length = (uint32_t)strlen(body),
                                 .id = hash_bytes(body, strlen(body)),
                                 .body = body};
    return event;
}

struct event fixture_contact(struct batch *batch, const char *contact_id, enum lifecycle state,
                             int64_t time)
{
    struct event event = make(batch, contact_id, LOGTYPE_CONTACT, time, (unsigned)state);
    event.entry.rank = (uint8_t)state;
    event.contact.type = lifecycle_name[state];
    event.contact.state = state;
    event.contact.channel = "VOICE";
    event.contact.method = "INBOUND";
    event.contact.initiated = time;
    if (state == LIFECYCLE_QUEUED)
        event.contact.enqueued = time;
    if (state == LIFECYCLE_CONNECTED_TO_AGENT)
        event.contact.connected_to_agent = time;
    if (lifecycle_terminal(state))
        event.contact.disconnected = time;
    return event;
}

struct event fixture_flow(struct batch *batch, const char *contact_id, int64_t time, unsigned n,
                          unsigned marks)
{
    struct event event = make(batch, contact_id, LOGTYPE_FLOW, time, n);
    event.entry.rank = RANK_FLOW;
    event.entry.marks = (uint16_t)marks;
    event.flow.flow_id = "arn:aws:connect:eu-central-1:1:instance/i/contact-flow/f";
    event.flow.flow_name = "Main";
    event.flow.block_type = "SetAttributes";
    if (n % 3 == 0) {
        event.flow.key = arena_printf(&batch->arena, "attribute%u", n % 7);
        event.flow.value = arena_printf(&batch->arena, "value %u", n);
    }
    return event;
}

void fixture_body(struct batch *batch, struct event *event, const char *word)
{
    event->entry.body = arena_printf(&batch->arena, "{\"word\":\"%s\"}", word);
    event->entry.length = (uint32_t)strlen(event->entry.body);
}

const char *fixture_id(struct arena *arena, unsigned contact)
{
    return arena_printf(arena, "00000000-0000-4000-8000-%012u", contact);
}

void batch_random(struct batch *batch, struct rng *rng, unsigned contacts, unsigned events)
{
    static const enum lifecycle states[] = {LIFECYCLE_INITIATED,    LIFECYCLE_CONNECTED_TO_SYSTEM,
                                            LIFECYCLE_QUEUED,       LIFECYCLE_CONNECTED_TO_AGENT,
                                            LIFECYCLE_DISCONNECTED, LIFECYCLE_COMPLETED};
    for (unsigned i = 0; i < events; i++) {
        const char *id = fixture_id(&batch->arena, rng_below(rng, contacts));
        int64_t time = FIXTURE_START + rng_below(rng, 3600) * SECOND_MS;
        struct event event;
        if (rng_chance(rng, 0.2))
            event = fixture_contact(batch, id, states[rng_below(rng, ARRAY_SIZE(states))], time);
        else
            event = fixture_flow(batch, id, time, rng_below(rng, 1000),
                                 rng_chance(rng, 0.1) ? MARK_ERROR : 0);
        batch_add(batch, &event);
    }
}

unsigned batch_store(struct store *store, struct batch *batch)
{
    struct err err = {0};
    unsigned fresh = 0;
    if (!store_apply(store, batch->change, batch->count, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < batch->count; i++) {
        assert_int_equal(batch->change[i].outcome, STORE_STORED);
        fresh += batch->change[i].fresh;
    }
    return fresh;
}

struct ids {
    char **id;
    size_t count, capacity;
};

static bool collect(void *context, const struct record *record)
{
    struct ids *ids = context;
    mem_grow(ids->id, ids->count, ids->capacity);
    ids->id[ids->count++] = mem_strdup(record->contact_id);
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void dump_one(struct store *store, const char *id, struct buf *out)
{
    struct arena arena = {0};
    struct history history = {0};
    struct record record;
    struct err err = {0};
    bool found;
    assert_true(store_get(store, id, &arena, &record, &history, &found, &err));
    assert_true(found);
    record_write(out, &record, RECORD_CANONICAL);
    buf_char(out, '\n');
    for (size_t i = 0; i < history.count; i++) {
        const struct entry *e = &history.entry[i];
        buf_printf(out, "  %lld %d %d %d ", (long long)e->time, e->rank, e->type, e->marks);
        for (size_t k = 0; k < sizeof(e->id.byte); k++)
            buf_printf(out, "%02x", e->id.byte[k]);
        buf_printf(out, " %s %.*s\n", e->log_event_id ? e->log_event_id : "-", (int)e->length,
                   e->body);
    }
    record_free(&record);
    history_free(&history);
    arena_free(&arena);
}

struct buf store_dump(struct store *store)
{
    struct ids ids = {0};
    struct buf out = {0};
    struct err err = {0};
    const struct store_visit visit = {.context = &ids, .record = collect};
    assert_true(store->ops->all(store, &visit, &err));
    if (ids.count)
        qsort(ids.id, ids.count, sizeof(*ids.id), by_text);
    for (size_t i = 0; i < ids.count; i++) {
        dump_one(store, ids.id[i], &out);
        free(ids.id[i]);
    }
    free(ids.id);
    return out;
}
