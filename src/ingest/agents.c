/* Agents of a batch: of each the newest word, stored by one writer before the batch counts as
 * stored.
 */
#include "contactwatch/log.h"
#include "ingest/ingest_internal.h"

bool ingest_write_agents(struct writer *w, struct batch *batch)
{
    size_t count = batch->grouping.agents.count;
    int64_t backoff = w->ingest->options.backoff_ms;
    if (!count || !w->store->ops->apply_agents)
        return true;
    const struct agent_event *agent = grouping_agents(&batch->grouping);
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
