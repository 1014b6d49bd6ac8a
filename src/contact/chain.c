#include "contactwatch/chain.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "contactwatch/instant.h"

static const char *value_of(const struct record *record, enum record_field field)
{
    return record->field[field].value;
}

static enum leg_kind kind_of(const struct record *record)
{
    static const struct {
        const char *method;
        enum leg_kind kind;
    } special[] = {
        {"CALLBACK", LEG_CALLBACK}, {"MONITOR", LEG_MONITOR}, {"EXTERNAL_OUTBOUND", LEG_EXTERNAL}};
    const char *method = value_of(record, FIELD_METHOD);
    for (size_t i = 0; method && i < ARRAY_SIZE(special); i++)
        if (strcasecmp(method, special[i].method) == 0)
            return special[i].kind;
    return LEG_CUSTOMER;
}

/* A leg has ended by its own word; when is its disconnect time, else the stamp of its last state,
 * else its newest. */
static int64_t end_of(const struct record *record)
{
    if (!(record->flags & FLAG_ENDED))
        return INSTANT_NONE;
    const char *disconnected = value_of(record, FIELD_DISCONNECTED);
    int64_t end = disconnected ? instant_or_none(disconnected) : INSTANT_NONE;
    const struct reg *status = &record->field[FIELD_STATUS];
    if (end == INSTANT_NONE && stamp_terminal(status->stamp) > 0)
        end = stamp_time(status->stamp);
    if (end == INSTANT_NONE)
        end = record_newest(record);
    return end == INSTANT_NONE ? INSTANT_SENTINEL_BEFORE : end;
}

static const char *id_of(const struct leg *leg)
{
    return leg->record->contact_id;
}

static int compare_legs(const void *a, const void *b)
{
    const struct leg *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return strcmp(id_of(x), id_of(y));
}

struct known_leg {
    const char *id;
    int index;
};

static int compare_ids(const void *a, const void *b)
{
    const struct known_leg *x = a, *y = b;
    return strcmp(x->id, y->id);
}

/* Links each leg to the one it came from, by a table sorted by id: a chain may have any number of
 * legs. */
static void link_legs(struct chain *chain, struct arena *arena)
{
    struct known_leg *known =
        arena_alloc(arena, (chain->count ? chain->count : 1) * sizeof(*known));
    for (size_t i = 0; i < chain->count; i++)
        known[i] = (struct known_leg){id_of(&chain->leg[i]), (int)i};
    qsort(known, chain->count, sizeof(*known), compare_ids);
    for (size_t i = 0; i < chain->count; i++) {
        const struct known_leg wanted = {.id = value_of(chain->leg[i].record, FIELD_PREVIOUS_ID)};
        const struct known_leg *found = NULL;
        if (wanted.id)
            found = bsearch(&wanted, known, chain->count, sizeof(*known), compare_ids);
        chain->leg[i].previous = found ? found->index : -1;
    }
}

void chain_build(struct chain *chain, struct arena *arena, const struct record *const *records,
                 size_t count)
{
    chain->leg = arena_zero(arena, (count ? count : 1) * sizeof(*chain->leg));
    chain->count = count;
    for (size_t i = 0; i < count; i++)
        chain->leg[i] = (struct leg){
            .record = records[i],
            .kind = kind_of(records[i]),
            .start = record_started(records[i]),
            .end = end_of(records[i]),
        };
    qsort(chain->leg, count, sizeof(*chain->leg), compare_legs);
    link_legs(chain, arena);
}

/* Is the customer on this leg, or waiting for it? A call-back is so once somebody talks. */
enum leg_state { STATE_LIVE, STATE_PENDING, STATE_OVER };

static enum leg_state state_of(const struct leg *leg, int64_t now)
{
    if (leg->end != INSTANT_NONE || !record_is_live(leg->record, now))
        return STATE_OVER;
    bool talking = leg->record->flags & FLAG_AGENT;
    return leg->kind == LEG_CALLBACK && !talking ? STATE_PENDING : STATE_LIVE;
}

/* COMPLETED may never come: a leg silent for its channel's life counts as complete. */
static bool is_complete(const struct leg *leg, int64_t now)
{
    return stamp_terminal(leg->record->field[FIELD_STATUS].stamp) ==
               lifecycle_terminal(LIFECYCLE_COMPLETED) ||
           now - record_newest(leg->record) > channel_life(value_of(leg->record, FIELD_CHANNEL));
}

static bool is_customers(const struct leg *leg)
{
    return leg->kind == LEG_CUSTOMER || leg->kind == LEG_CALLBACK;
}

/* Monitor and third-party legs are not the customer's call, unless nothing else is known of it. */
static bool knows_customer(const struct chain *chain)
{
    for (size_t i = 0; i < chain->count; i++)
        if (is_customers(&chain->leg[i]))
            return true;
    return false;
}

enum chain_end chain_state(const struct chain *chain, int64_t now)
{
    bool all = !knows_customer(chain), pending = false, complete = true;
    int64_t last = INSTANT_NONE;
    for (size_t i = 0; i < chain->count; i++) {
        const struct leg *leg = &chain->leg[i];
        if (!all && !is_customers(leg))
            continue;
        enum leg_state state = state_of(leg, now);
        if (state == STATE_LIVE)
            return CHAIN_OPEN;
        pending |= state == STATE_PENDING;
        complete &= is_complete(leg, now);
        last = leg->end > last ? leg->end : last;
        last = leg->start > last ? leg->start : last;
    }
    if (pending || now - last < CHAIN_GRACE_MS)
        return CHAIN_WAITING;
    return complete ? CHAIN_COMPLETE : CHAIN_ENDED;
}

const char *chain_end_text(enum chain_end end)
{
    static const char *const text[] = {
        [CHAIN_OPEN] = "the call goes on",
        [CHAIN_WAITING] = "no leg is live, another may follow",
        [CHAIN_ENDED] = "whole call ended",
        [CHAIN_COMPLETE] = "whole call ended and completed",
    };
    return text[end];
}
