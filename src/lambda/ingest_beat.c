/* What this function tells those who watch the store: now and then, behind an invocation, as it
 * does not run in between. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "contactwatch/log.h"
#include "lambda/ingest_internal.h"

enum { BEAT_MS = 5000, NAME_MAX_BYTES = 40 };

/* Host and process id are the same in every environment of Lambda. */
void ingest_name_function(char *out, size_t size, const char *given)
{
    const char *name = given ? given : getenv("AWS_LAMBDA_FUNCTION_NAME");
    uint64_t chance = 0;
    if (getrandom(&chance, sizeof(chance), 0) != sizeof(chance))
        chance = (uint64_t)monotonic_ns();
    snprintf(out, size, "%.*s-%012llx", (int)NAME_MAX_BYTES, name && *name ? name : "lambda",
             (unsigned long long)(chance & 0xffffffffffff));
}

void ingest_beat(struct ingest_function *f)
{
    int64_t now = clock_now(f->setup->clock);
    struct store_counts counts = {0};
    struct metrics_view view;
    struct err err = {0};
    if (!f->store || !f->store->ops->beat || (f->beaten && now - f->beaten < BEAT_MS) ||
        !ingest_may_begin(f))
        return;
    metrics_view_lag(&f->metrics, &view);
    if (f->store->ops->counts)
        f->store->ops->counts(f->store, &counts);
    struct store_beat beat = {
        .at = now,
        .lag_ms = metrics_lag_p50(&view),
        .backlog = -1,
        .events = f->metrics.count[METRIC_EVENTS],
        .refused = f->metrics.count[METRIC_REFUSED],
        .quarantined = f->metrics.count[METRIC_QUARANTINED],
        .throttles = counts.throttles,
        .on_demand = true,
    };
    memcpy(beat.writer, f->writer, sizeof(beat.writer));
    if (f->store->ops->beat(f->store, &beat, &err))
        f->beaten = now;
    else
        log_debug("no heartbeat was left in the store: %s", err.text);
}
