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

static int64_t newest_of(const struct record *record)
{
    int64_t newest = record_started(record);
    for (int i = 0; i < LOGTYPE_COUNT; i++)
        if (record->last[i] > newest)
            newest = record->last[i];
    return newest;
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
        end = newest_of(record);
    return end == INSTANT_NONE ? INSTANT_SENTINEL_BEFORE : end;
}

static int compare_legs(const void *a, const void *b)
{
    const struct leg *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return strcmp(x->record->contact_id, y->record->contact_id);
}

static int find_leg(const struct chain *chain, const char *contact_id)
{
    for (size_t i = 0; contact_id && i < chain->count; i++)
        if (strcmp(chain->leg[i].record->contact_id, contact_id) == 0)
            return (int)i;
    return -1;
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
            .previous = -1,
        };
    qsort(chain->leg, count, sizeof(*chain->leg), compare_legs);
    for (size_t i = 0; i < count; i++)
        chain->leg[i].previous = find_leg(chain, value_of(chain->leg[i].record, FIELD_PREVIOUS_ID));
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

/* COMPLETED may never come (formats.md 1.2): a leg silent for its channel's life counts as
 * complete. */
static bool is_complete(const struct leg *leg, int64_t now)
{
    return stamp_terminal(leg->record->field[FIELD_STATUS].stamp) ==
               lifecycle_terminal(LIFECYCLE_COMPLETED) ||
           now - newest_of(leg->record) > channel_life(value_of(leg->record, FIELD_CHANNEL));
}

/* Monitor and third-party legs are not the customer's call, unless nothing else is known of it. */
static bool counts(const struct chain *chain, const struct leg *leg)
{
    if (leg->kind == LEG_CUSTOMER || leg->kind == LEG_CALLBACK)
        return true;
    for (size_t i = 0; i < chain->count; i++)
        if (chain->leg[i].kind == LEG_CUSTOMER || chain->leg[i].kind == LEG_CALLBACK)
            return false;
    return true;
}

enum chain_end chain_state(const struct chain *chain, int64_t now)
{
    bool pending = false, complete = true;
    int64_t last = INSTANT_NONE;
    for (size_t i = 0; i < chain->count; i++) {
        const struct leg *leg = &chain->leg[i];
        if (!counts(chain, leg))
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
