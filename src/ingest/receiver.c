/* The receiver's thread: owns the source. Receives while there is room, settles what is through. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/log.h"
#include "ingest/ingest_internal.h"

enum { SETTLE_MAX = 64 };

struct settling {
    struct message message[SETTLE_POISON + 1][SETTLE_MAX]; /* by settlement */
    size_t count[SETTLE_POISON + 1];
};

static void count_in_flight(struct ingest *ingest)
{
    atomic_store(&ingest->metrics.in_flight_messages, (int64_t)ingest->in_flight);
}

static void sort_out(struct ingest *ingest, struct settling *s, struct parcel *parcel)
{
    enum settlement how = parcel->poison   ? SETTLE_POISON
                          : parcel->failed ? SETTLE_RELEASE
                                           : SETTLE_DONE;
    s->message[how][s->count[how]++] = parcel->message;
    atomic_fetch_sub(&ingest->metrics.in_flight_bytes, (int64_t)parcel->message.length);
    ingest->in_flight--;
    free(parcel);
}

static void hand_back(struct ingest *ingest, struct settling *s)
{
    metrics_add(&ingest->metrics, METRIC_RELEASED, s->count[SETTLE_RELEASE]);
    metrics_add(&ingest->metrics, METRIC_POISONED, s->count[SETTLE_POISON]);
    for (enum settlement how = SETTLE_DONE; how <= SETTLE_POISON; how++)
        if (s->count[how])
            source_settle(ingest->source, s->message[how], s->count[how], how);
}

/* Settles what is through; waits up to timeout_ms for the first. */
static void settle(struct ingest *ingest, int timeout_ms)
{
    void *item[SETTLE_MAX];
    for (;;) {
        struct settling s;
        memset(s.count, 0, sizeof(s.count));
        size_t n = queue_pop_many(ingest->settled, item, SETTLE_MAX);
        if (!n && timeout_ms && (item[0] = queue_pop(ingest->settled, timeout_ms)))
            n = 1;
        if (!n)
            return;
        timeout_ms = 0;
        for (size_t i = 0; i < n; i++)
            if (item[i] != &wake_token)
                sort_out(ingest, &s, item[i]);
        hand_back(ingest, &s);
        count_in_flight(ingest);
    }
}

static void send_on(struct ingest *ingest, const struct message *message, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct parcel *parcel = mem_zero(sizeof(*parcel));
        parcel->message = message[i];
        atomic_fetch_add(&ingest->metrics.in_flight_bytes, (int64_t)message[i].length);
        ingest->in_flight++;
        queue_push(ingest->decode, parcel);
    }
    metrics_add(&ingest->metrics, METRIC_MESSAGES, count);
    count_in_flight(ingest);
}

/* True when it is another than before. */
static bool set_source_error(struct ingest *ingest, const char *text)
{
    char old[sizeof(ingest->source_error)];
    pthread_mutex_lock(&ingest->lock);
    memcpy(old, ingest->source_error, sizeof(old));
    snprintf(ingest->source_error, sizeof(ingest->source_error), "%.159s", text);
    bool changed = strcmp(old, ingest->source_error) != 0;
    pthread_mutex_unlock(&ingest->lock);
    return changed;
}

/* What stands in the way of receiving is what is in flight: it must not linger then. */
static bool is_full(const struct ingest *ingest)
{
    return ingest->in_flight && (ingest->in_flight + RECEIVE_MAX > MAX_MESSAGES ||
                                 atomic_load(&ingest->metrics.in_flight_bytes) >=
                                     (int64_t)ingest->options.in_flight_bytes);
}

struct receiving {
    bool flushed; /* nothing was received since the last flush was asked for */
    bool failing; /* the last receive failed */
    int64_t backoff;
};

static void flush(struct ingest *ingest, struct receiving *state)
{
    if (!state->flushed && queue_try_push(ingest->decode, &flush_token))
        state->flushed = true;
}

static void received(struct ingest *ingest, struct receiving *state, const struct message *message,
                     size_t count)
{
    if (state->failing)
        set_source_error(ingest, "");
    state->failing = false;
    state->backoff = ingest->options.backoff_ms;
    atomic_store(&ingest->metrics.last_receive, clock_now(ingest->options.clock));
    send_on(ingest, message, count);
    if (count)
        state->flushed = false;
    else if (ingest->in_flight)
        flush(ingest, state);
}

static void receive_failed(struct ingest *ingest, struct receiving *state, const char *why)
{
    metrics_add(&ingest->metrics, METRIC_SOURCE_ERRORS, 1);
    if (set_source_error(ingest, why))
        log_warning("receiving failed, going on trying: %s", why);
    state->failing = true;
    flush(ingest, state);
    int64_t until = monotonic_ns() + state->backoff * 1000000;
    for (int64_t left = state->backoff; left > 0 && !ingest_stopping(ingest);
         left = (until - monotonic_ns()) / 1000000)
        settle(ingest, (int)left);
    state->backoff = state->backoff * 2 < BACKOFF_LAST_MS ? state->backoff * 2 : BACKOFF_LAST_MS;
}

/* The source tries again by itself; what it has meanwhile is fetched at once. */
static void troubled(struct ingest *ingest, struct receiving *state, const char *why)
{
    if (set_source_error(ingest, why))
        metrics_add(&ingest->metrics, METRIC_SOURCE_ERRORS, 1);
    state->failing = true;
    flush(ingest, state);
}

/* False once the source has ended. */
static bool receive(struct ingest *ingest, struct receiving *state)
{
    struct message message[RECEIVE_MAX];
    struct err err = {0};
    size_t count = 0;
    int timeout = ingest->in_flight ? IDLE_STEP_MS : IDLE_WAIT_MS;
    switch (source_receive(ingest->source, message, RECEIVE_MAX, timeout, &count, &err)) {
    case RECEIVE_OK: received(ingest, state, message, count); return true;
    case RECEIVE_ERROR: receive_failed(ingest, state, err.text); return true;
    case RECEIVE_TROUBLE: troubled(ingest, state, err.text); return true;
    case RECEIVE_END: break;
    }
    if (state->failing) {
        pthread_mutex_lock(&ingest->lock);
        snprintf(err.text, sizeof(err.text), "%s", ingest->source_error);
        pthread_mutex_unlock(&ingest->lock);
        ingest_failed(ingest, err.text);
    }
    return false;
}

void *receiver_main(void *context)
{
    struct ingest *ingest = context;
    struct receiving state = {.backoff = ingest->options.backoff_ms};
    for (bool more = true; more && !ingest_stopping(ingest);) {
        step_begin(&ingest->receiving);
        settle(ingest, 0);
        if (is_full(ingest)) {
            flush(ingest, &state);
            step_end(&ingest->receiving); /* waits for the writers */
            settle(ingest, -1);
        } else {
            more = receive(ingest, &state);
        }
    }
    step_end(&ingest->receiving);
    source_drain(ingest->source);
    queue_close(ingest->decode);
    while (ingest->in_flight)
        settle(ingest, -1);
    pthread_mutex_lock(&ingest->lock);
    ingest->done = true;
    pthread_cond_broadcast(&ingest->changed);
    pthread_mutex_unlock(&ingest->lock);
    return NULL;
}
