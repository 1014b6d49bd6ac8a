/* What keeps a pipeline looked after: heartbeats for those who watch the store, what the stores
 * have counted, whether every thread gets on, and settings that change while it runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contactwatch/log.h"
#include "ingest/ingest_internal.h"

static int64_t step_ms(const step_t *step, int64_t now)
{
    int64_t began = atomic_load_explicit(step, memory_order_relaxed);
    return began && now > began ? (now - began) / 1000000 : 0;
}

int64_t ingest_longest_step(const struct ingest *ingest)
{
    int64_t now = monotonic_ns(), longest = step_ms(&ingest->receiving, now);
    int64_t grouping = step_ms(&ingest->grouping, now);
    longest = grouping > longest ? grouping : longest;
    for (unsigned i = 0; i < ingest->options.writers; i++) {
        int64_t writing = step_ms(&ingest->writer[i].step, now);
        longest = writing > longest ? writing : longest;
    }
    return longest;
}

int64_t ingest_longest_attempt(const struct ingest *ingest)
{
    int64_t now = monotonic_ns(), longest = 0;
    for (unsigned i = 0; i < ingest->options.writers; i++) {
        int64_t trying = step_ms(&ingest->writer[i].attempt, now);
        longest = trying > longest ? trying : longest;
    }
    return longest;
}

void writer_count(struct writer *w)
{
    struct store_counts counts = {0};
    if (!w->counts)
        return;
    w->store->ops->counts(w->store, &counts);
    atomic_store_explicit(&w->requests, counts.requests, memory_order_relaxed);
    atomic_store_explicit(&w->conflicts, counts.conflicts, memory_order_relaxed);
    atomic_store_explicit(&w->throttles, counts.throttles, memory_order_relaxed);
    atomic_store_explicit(&w->write_units, counts.write_units, memory_order_relaxed);
    atomic_store_explicit(&w->read_units, counts.read_units, memory_order_relaxed);
}

void writer_failed(struct writer *w, const char *why)
{
    struct ingest *ingest = w->ingest;
    int64_t never = 0;
    atomic_compare_exchange_strong(&w->failing_since, &never, monotonic_ns());
    pthread_mutex_lock(&ingest->lock);
    snprintf(ingest->store_error, sizeof(ingest->store_error), "%.159s", why);
    pthread_mutex_unlock(&ingest->lock);
}

void writer_succeeded(struct writer *w)
{
    atomic_store(&w->failing_since, 0);
}

/* A pause is a step of its own, and viewers hear in it that this writer is there. */
bool writer_pause(struct writer *w, int64_t ms)
{
    step_end(&w->step);
    bool stopping = ingest_pause(w->ingest, ms);
    step_begin(&w->step);
    writer_count(w);
    writer_beat(w);
    return stopping;
}

static void beat(struct writer *w, bool stopping)
{
    struct ingest *ingest = w->ingest;
    struct metrics_view view;
    struct store_beat beat = {.at = clock_now(ingest->options.clock), .stopping = stopping};
    struct err err = {0};
    ingest_metrics(ingest, &view);
    snprintf(beat.writer, sizeof(beat.writer), "%s", ingest->writer_name);
    beat.lag_ms = metrics_lag_p50(&view);
    beat.backlog = view.backlog;
    beat.events = view.count[METRIC_EVENTS];
    beat.refused = view.count[METRIC_REFUSED];
    beat.quarantined = view.count[METRIC_QUARANTINED];
    beat.throttles = metrics_throttles(&view);
    if (!w->store->ops->beat(w->store, &beat, &err))
        log_debug("no heartbeat was left in the store: %s", err.text);
    writer_count(w);
    w->beaten = monotonic_ns();
}

static bool beats(const struct writer *w)
{
    return w->number == 0 && w->store->ops->beat;
}

int64_t writer_beat(struct writer *w)
{
    if (!beats(w))
        return -1;
    int64_t every = w->ingest->options.beat_ms;
    int64_t left = every - (monotonic_ns() - w->beaten) / 1000000;
    if (w->beaten && left > 0)
        return left;
    beat(w, false);
    return every;
}

void writer_last_beat(struct writer *w)
{
    if (beats(w))
        beat(w, true);
}

void ingest_name_writer(struct ingest *ingest)
{
    char host[40] = "";
    if (ingest->options.store.writer) {
        snprintf(ingest->writer_name, sizeof(ingest->writer_name), "%s",
                 ingest->options.store.writer);
        return;
    }
    if (gethostname(host, sizeof(host) - 1) != 0)
        host[0] = '\0';
    snprintf(ingest->writer_name, sizeof(ingest->writer_name), "%s-%ld", host[0] ? host : "host",
             (long)getpid());
}

static void tuning_free(struct tuning *tuning)
{
    if (!tuning)
        return;
    arena_free(&tuning->arena);
    free(tuning);
}

void ingest_tune(struct ingest *ingest, const struct decode_options *decode, int64_t linger_ms)
{
    struct tuning *tuning = mem_zero(sizeof(*tuning));
    size_t count = 0;
    while (decode->instances && decode->instances[count])
        count++;
    const char **instances = arena_zero(&tuning->arena, (count + 1) * sizeof(*instances));
    for (size_t i = 0; i < count; i++)
        instances[i] = arena_strdup(&tuning->arena, decode->instances[i]);
    tuning->decode = (struct decode_options){decode->redact, count ? instances : NULL};
    tuning->linger_ms = linger_ms > 0 ? linger_ms : LINGER_DEFAULT_MS;
    tuning_free(atomic_exchange(&ingest->tuned, tuning));
}

void ingest_take_tuning(struct ingest *ingest)
{
    struct tuning *tuning = atomic_load_explicit(&ingest->tuned, memory_order_relaxed);
    if (!tuning || !(tuning = atomic_exchange(&ingest->tuned, NULL)))
        return;
    tuning_free(ingest->tuning);
    ingest->tuning = tuning;
    ingest->options.decode = tuning->decode;
    ingest->options.linger_ms = tuning->linger_ms;
}

void ingest_free_tuning(struct ingest *ingest)
{
    tuning_free(ingest->tuning);
    tuning_free(atomic_load(&ingest->tuned));
}
