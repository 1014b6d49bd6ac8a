/* Agents as agent events tell of them: a small table, of each the newest word. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "live/live_internal.h"

static void drop_texts(struct live *live, struct agent_event *agent)
{
    pool_drop(&live->pool, agent->agent_arn);
    pool_drop(&live->pool, agent->agent_name);
    pool_drop(&live->pool, agent->event_type);
    pool_drop(&live->pool, agent->status_name);
    pool_drop(&live->pool, agent->status_type);
}

static struct agent_event pooled(struct live *live, const struct agent_event *agent)
{
    struct agent_event own = *agent;
    own.agent_arn = pool_take(&live->pool, agent->agent_arn);
    own.agent_name = pool_take(&live->pool, agent->agent_name);
    own.event_type = pool_take(&live->pool, agent->event_type);
    own.status_name = pool_take(&live->pool, agent->status_name);
    own.status_type = pool_take(&live->pool, agent->status_type);
    return own;
}

static void learn_name(struct live *live, const struct agent_event *agent)
{
    const char *before = names_find(&live->names, agent->agent_arn);
    names_set(&live->names, agent->agent_arn, agent->agent_name, NAME_LEARNED);
    if (names_find(&live->names, agent->agent_arn) != before)
        live->names_changed = true;
}

void agents_apply(struct live *live, const struct agent_event *agent)
{
    if (!agent_event_fits(agent))
        return;
    size_t at = (size_t)(uintptr_t)map_get(&live->agent_index, agent->agent_arn);
    if (!at) {
        mem_grow(live->agent, live->agents, live->agent_capacity);
        at = ++live->agents;
        map_set(&live->agent_index, agent->agent_arn, (void *)(uintptr_t)at);
    } else if (agent_event_compare(&live->agent[at - 1], agent) >= 0) {
        return;
    } else {
        drop_texts(live, &live->agent[at - 1]);
    }
    live->agent[at - 1] = pooled(live, agent);
    live->agents_generation++;
    learn_name(live, agent);
}

static const char *shown_name_of(const struct agent_event *agent)
{
    return agent->agent_name ? agent->agent_name : arn_tail(agent->agent_arn);
}

static int by_name(const void *a, const void *b)
{
    const struct agent_event *x = *(const struct agent_event *const *)a,
                             *y = *(const struct agent_event *const *)b;
    int order = strcasecmp(shown_name_of(x), shown_name_of(y));
    return order ? order : strcmp(x->agent_arn, y->agent_arn);
}

size_t live_agents(struct live *live, const struct agent_event *const **out)
{
    if (live->agents_ordered != live->agents_generation) {
        live->agents_ordered = live->agents_generation;
        free(live->agent_order);
        live->agent_order = mem_alloc((live->agents + 1) * sizeof(const struct agent_event *));
        for (size_t i = 0; i < live->agents; i++)
            live->agent_order[i] = &live->agent[i];
        qsort(live->agent_order, live->agents, sizeof(const struct agent_event *), by_name);
    }
    *out = live->agent_order;
    return live->agents;
}

const struct agent_event *live_agent(const struct live *live, const char *arn)
{
    size_t at = arn ? (size_t)(uintptr_t)map_get(&live->agent_index, arn) : 0;
    return at ? &live->agent[at - 1] : NULL;
}

void agents_free(struct live *live)
{
    for (size_t i = 0; i < live->agents; i++)
        drop_texts(live, &live->agent[i]);
    free(live->agent);
    free(live->agent_order);
    map_free(&live->agent_index, NULL);
}
