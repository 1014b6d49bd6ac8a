/* Agents of a batch: of each the newest word, stored by one writer before the batch counts as
 * stored.
 */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/log.h"
#include "ingest/ingest_internal.h"

void ingest_batch_agent(struct batch *batch, const struct agent_event *agent)
{
    if (!agent_event_fits(agent))
        return;
    const struct agent_event *known = map_get(&batch->agents, agent->agent_arn);
    batch->weight++;
    if (!known || agent_event_compare(known, agent) < 0)
        map_set(&batch->agents, agent->agent_arn, (void *)agent);
}

static struct agent_event *gather(struct batch *batch)
{
    struct agent_event *agent =
        arena_alloc(&batch->arena, batch->agents.count * sizeof(struct agent_event));
    struct map_slot *slot;
    size_t n = 0;
    for (size_t i = 0; (slot = map_next(&batch->agents, &i));)
        agent[n++] = *(const struct agent_event *)slot->value;
    return agent;
}

bool ingest_write_agents(struct writer *w, struct batch *batch)
{
    size_t count = batch->agents.count;
    int64_t backoff = w->ingest->options.backoff_ms;
    if (!count || !w->store->ops->apply_agents)
        return true;
    const struct agent_event *agent = gather(batch);
    for (struct err err = {0}; !w->store->ops->apply_agents(w->store, agent, count, &err);) {
        writer_failed(w, err.text);
        log_warning("the store could not take %zu agents, trying again in %lld ms: %s", count,
                    (long long)backoff, err.text);
        if (writer_pause(w, backoff)) {
            ingest_failed(w->ingest, err.text);
            return false;
        }
        backoff = backoff * 2 < BACKOFF_LAST_MS ? backoff * 2 : BACKOFF_LAST_MS;
    }
    writer_succeeded(w);
    metrics_add(&w->ingest->metrics, METRIC_AGENTS, count);
    return true;
}
