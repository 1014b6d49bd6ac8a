#include "contactwatch/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "contactwatch/aws.h"
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

static int64_t monotonic_ms(void)
{
    return monotonic_ns() / 1000000;
}

/* Only events of the last hour count: a replay of old ones says nothing about the way here. */
void metrics_lag(struct metrics *m, const struct event *event, int64_t arrival)
{
    int64_t lag = arrival - event->entry.time;
    if (event->entry.time == INSTANT_NONE || lag > HOUR_MS || lag < -MINUTE_MS ||
        event->entry.type > LOGTYPE_FLOW)
        return;
    if (lag < 0)
        lag = 0;
    struct lag_ring *ring = &m->lag[event->entry.type == LOGTYPE_FLOW];
    uint32_t next = atomic_fetch_add_explicit(&ring->next, 1, memory_order_relaxed) % LAG_RING;
    atomic_store_explicit(&ring->lag[next], lag, memory_order_relaxed);
    atomic_store_explicit(&ring->at[next], monotonic_ms(), memory_order_relaxed);
    atomic_fetch_add_explicit(&ring->sum, (uint64_t)lag, memory_order_relaxed);
}

static int compare_ms(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void view_lag(struct lag_ring *ring, struct metrics_view *out, int kind)
{
    int64_t lag[LAG_RING], since = monotonic_ms() - LAG_WINDOW_MS;
    size_t n = 0;
    uint32_t next = atomic_load_explicit(&ring->next, memory_order_relaxed);
    for (size_t i = 0; i < LAG_RING && i < next; i++)
        if (atomic_load_explicit(&ring->at[i], memory_order_relaxed) >= since)
            lag[n++] = atomic_load_explicit(&ring->lag[i], memory_order_relaxed);
    out->lag_count[kind] = next;
    out->lag_ms[kind] = atomic_load_explicit(&ring->sum, memory_order_relaxed);
    out->lag_p50[kind] = out->lag_p99[kind] = -1;
    if (!n)
        return;
    qsort(lag, n, sizeof(lag[0]), compare_ms);
    out->lag_p50[kind] = lag[n / 2];
    out->lag_p99[kind] = lag[n * 99 / 100];
}

void metrics_view_lag(struct metrics *m, struct metrics_view *out)
{
    for (int kind = 0; kind < 2; kind++)
        view_lag(&m->lag[kind], out, kind);
}

static void view_source(struct ingest *ingest, struct metrics_view *out)
{
    struct source_state state;
    source_state(ingest->source, &state);
    out->has_queue = ingest->source->ops->state != NULL;
    out->backlog = state.backlog;
    out->oldest_ms = state.oldest_ms;
    out->held = state.held;
    out->pollers = state.pollers;
    out->source_throttles = state.throttles;
    out->silences = state.silences;
    out->heartbeats = state.heartbeats;
    out->failed_heartbeats = state.failed_heartbeats;
    out->given_up = state.given_up;
    out->deleted = state.deleted;
    out->failed_deletes = state.failed_deletes;
    out->redelivered = state.redelivered;
    out->corrupt = state.corrupt;
}

static void view_store(struct ingest *ingest, struct metrics_view *out)
{
    int64_t now = monotonic_ns(), since = 0;
    for (unsigned i = 0; i < ingest->options.writers; i++) {
        struct writer *w = &ingest->writer[i];
        int64_t failing = atomic_load(&w->failing_since);
        if (failing && (!since || failing < since))
            since = failing;
        out->has_store_counts |= w->counts;
        out->store_requests += atomic_load_explicit(&w->requests, memory_order_relaxed);
        out->conflicts += atomic_load_explicit(&w->conflicts, memory_order_relaxed);
        out->store_throttles += atomic_load_explicit(&w->throttles, memory_order_relaxed);
        out->write_units += atomic_load_explicit(&w->write_units, memory_order_relaxed);
        out->read_units += atomic_load_explicit(&w->read_units, memory_order_relaxed);
    }
    out->store_failing_ms = since ? (now - since) / 1000000 : 0;
    if (!since)
        out->store_error[0] = '\0';
}

static void view_aws(const struct ingest *ingest, struct metrics_view *out)
{
    const struct ingest_options *o = &ingest->options;
    const struct aws_session *session = o->aws ? o->aws : o->store.aws;
    struct aws_counts counts = {0};
    if (!session)
        return;
    aws_session_counts(session, &counts);
    out->has_aws = true;
    out->aws_requests = counts.requests;
    out->aws_retries = counts.retries;
    out->aws_throttles = counts.throttles;
    out->aws_failures = counts.failures;
    out->clock_skew_ms = aws_session_skew(session);
}

void ingest_metrics(const struct ingest *ingest, struct metrics_view *out)
{
    struct ingest *own = (struct ingest *)ingest; /* reading takes the lock */
    struct metrics *m = &own->metrics;
    *out = (struct metrics_view){.started = own->started};
    for (int i = 0; i < METRIC_COUNT; i++)
        out->count[i] = atomic_load_explicit(&m->count[i], memory_order_relaxed);
    out->in_flight_bytes = atomic_load(&m->in_flight_bytes);
    out->in_flight_messages = atomic_load(&m->in_flight_messages);
    out->newest_event = atomic_load(&m->newest_event);
    out->last_receive = atomic_load(&m->last_receive);
    out->longest_step_ms = ingest_longest_step(ingest);
    out->longest_attempt_ms = ingest_longest_attempt(ingest);
    metrics_view_lag(m, out);
    pthread_mutex_lock(&own->lock);
    memcpy(out->source_error, own->source_error, sizeof(out->source_error));
    memcpy(out->store_error, own->store_error, sizeof(out->store_error));
    out->ended = own->done;
    pthread_mutex_unlock(&own->lock);
    view_source(own, out);
    view_store(own, out);
    view_aws(own, out);
}
