#include "contactwatch/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "ingest/ingest_internal.h"

void metrics_add(struct metrics *m, enum metric which, uint64_t count)
{
    if (count)
        atomic_fetch_add_explicit(&m->count[which], count, memory_order_relaxed);
}

void ingest_count(struct ingest *ingest, enum metric which, uint64_t count)
{
    metrics_add(&ingest->metrics, which, count);
}

/* Only events of the last hour count: a replay of old ones says nothing about the way here. */
void metrics_lag(struct metrics *m, const struct event *event)
{
    int64_t lag = event->sent - event->entry.time;
    if (event->entry.time == INSTANT_NONE || lag > HOUR_MS || lag < -MINUTE_MS ||
        event->entry.type > LOGTYPE_FLOW)
        return;
    int kind = event->entry.type == LOGTYPE_FLOW;
    uint32_t next = atomic_fetch_add_explicit(&m->lag_next[kind], 1, memory_order_relaxed);
    atomic_store_explicit(&m->lag[kind][next % LAG_RING], lag > 0 ? lag : 0, memory_order_relaxed);
}

static int compare_ms(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void percentiles(struct metrics *m, int kind, int64_t *p50, int64_t *p99)
{
    int64_t lag[LAG_RING];
    size_t n = atomic_load_explicit(&m->lag_next[kind], memory_order_relaxed);
    if (n > LAG_RING)
        n = LAG_RING;
    *p50 = *p99 = -1;
    if (!n)
        return;
    for (size_t i = 0; i < n; i++)
        lag[i] = atomic_load_explicit(&m->lag[kind][i], memory_order_relaxed);
    qsort(lag, n, sizeof(lag[0]), compare_ms);
    *p50 = lag[n / 2];
    *p99 = lag[n * 99 / 100];
}

void ingest_metrics(const struct ingest *ingest, struct metrics_view *out)
{
    struct ingest *own = (struct ingest *)ingest; /* reading takes the lock */
    struct metrics *m = &own->metrics;
    *out = (struct metrics_view){0};
    for (int i = 0; i < METRIC_COUNT; i++)
        out->count[i] = atomic_load_explicit(&m->count[i], memory_order_relaxed);
    out->in_flight_bytes = atomic_load(&m->in_flight_bytes);
    out->in_flight_messages = atomic_load(&m->in_flight_messages);
    out->newest_event = atomic_load(&m->newest_event);
    out->last_receive = atomic_load(&m->last_receive);
    for (int kind = 0; kind < 2; kind++)
        percentiles(m, kind, &out->lag_p50[kind], &out->lag_p99[kind]);
    pthread_mutex_lock(&own->lock);
    memcpy(out->source_error, own->source_error, sizeof(out->source_error));
    pthread_mutex_unlock(&own->lock);
}
