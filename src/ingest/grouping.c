#include "contactwatch/grouping.h"

#include <stdlib.h>
#include <string.h>

#include "contactwatch/quarantine.h"

enum { FIRST_SLOTS = 1024 };

void grouping_empty(struct grouping *g)
{
    for (size_t i = 0; g->groups && i < g->slots; i++)
        if (g->slot[i].group)
            record_free(&g->slot[i].group->delta);
    if (g->groups)
        memset(g->slot, 0, g->slots * sizeof(*g->slot));
    map_free(&g->agents, NULL);
    arena_reset(&g->arena);
    buf_free(&g->refused);
    g->groups = g->refusals = 0;
}

void grouping_free(struct grouping *g)
{
    grouping_empty(g);
    arena_free(&g->arena);
    free(g->slot);
    *g = (struct grouping){0};
}

static void place(struct grouping *g, struct group *group)
{
    size_t i = group->hash & (g->slots - 1);
    while (g->slot[i].group)
        i = (i + 1) & (g->slots - 1);
    g->slot[i] = (struct group_slot){group->hash, group};
}

static void widen(struct grouping *g)
{
    struct group_slot *old = g->slot;
    size_t count = g->slots;
    g->slots = count ? 2 * count : FIRST_SLOTS;
    g->slot = mem_zero(g->slots * sizeof(*g->slot));
    for (size_t i = 0; i < count; i++)
        if (old[i].group)
            place(g, old[i].group);
    free(old);
}

static struct group *group_of(struct grouping *g, const char *contact_id)
{
    uint64_t hash = hash_text(contact_id);
    const struct group_slot *slot;
    if ((g->groups + 1) * 2 > g->slots)
        widen(g);
    for (size_t i = hash & (g->slots - 1); (slot = &g->slot[i])->group;
         i = (i + 1) & (g->slots - 1))
        if (slot->hash == hash && strcmp(slot->group->contact_id, contact_id) == 0)
            return slot->group;
    struct group *group = arena_zero(&g->arena, sizeof(*group));
    group->contact_id = contact_id;
    group->hash = hash;
    record_init(&group->delta, contact_id);
    place(g, group);
    g->groups++;
    return group;
}

static void push_entry(struct grouping *g, struct history *history, const struct entry *entry)
{
    if (history->count == history->capacity) {
        size_t capacity = history->capacity ? history->capacity * 2 : 4;
        struct entry *more = arena_alloc(&g->arena, capacity * sizeof(*more));
        if (history->count)
            memcpy(more, history->entry, history->count * sizeof(*more));
        history->entry = more;
        history->capacity = capacity;
    }
    history->entry[history->count++] = *entry;
}

struct group *grouping_event(struct grouping *g, const struct event *event)
{
    struct group *group = group_of(g, event->contact_id);
    record_apply(&group->delta, event);
    push_entry(g, &group->entries, &event->entry);
    return group;
}

struct group *grouping_next(const struct grouping *g, size_t *position)
{
    while (*position < g->slots) {
        struct group *group = g->slot[(*position)++].group;
        if (group)
            return group;
    }
    return NULL;
}

size_t group_sort(struct group *group)
{
    size_t before = group->entries.count;
    history_sort(&group->entries);
    return before - group->entries.count;
}

bool grouping_agent(struct grouping *g, const struct agent_event *agent)
{
    if (!agent_event_fits(agent))
        return false;
    const struct agent_event *known = map_get(&g->agents, agent->agent_arn);
    if (!known || agent_event_compare(known, agent) < 0)
        map_set(&g->agents, agent->agent_arn, (void *)agent);
    return true;
}

const struct agent_event *grouping_agents(struct grouping *g)
{
    struct agent_event *agent =
        arena_alloc(&g->arena, (g->agents.count + 1) * sizeof(struct agent_event));
    const struct map_slot *slot;
    size_t n = 0;
    for (size_t i = 0; (slot = map_next(&g->agents, &i));)
        agent[n++] = *(const struct agent_event *)slot->value;
    return agent;
}

void grouping_refuse(struct grouping *g, int64_t now, const char *where, const char *why,
                     const char *record, size_t length)
{
    g->refused.max = QUARANTINE_MAX;
    quarantine_line(&g->refused, now, where, why, record, length);
    g->refusals++;
}

struct refusals_mark grouping_mark(const struct grouping *g)
{
    return (struct refusals_mark){g->refused.length, g->refusals, g->refused.full};
}

void grouping_take_back(struct grouping *g, struct refusals_mark mark)
{
    g->refused.length = mark.length;
    if (g->refused.data)
        g->refused.data[mark.length] = '\0';
    g->refused.full = mark.full;
    g->refusals = mark.refusals;
}
