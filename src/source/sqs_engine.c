/* The engine: one thread that polls, keeps, deletes and releases, many calls at once. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/log.h"
#include "contactwatch/thread.h"
#include "source/sqs_internal.h"

enum { KEPT_BYTES = 256 << 10 }; /* buffers of spare calls, and the arena, above go back */

int64_t sqs_now(const struct sqs_source *s)
{
    return s->clock ? clock_now(s->clock) : monotonic_ns() / 1000000;
}

int64_t sqs_backoff(struct sqs_source *s, unsigned failures, int64_t first, int64_t last)
{
    int64_t wait = first;
    for (unsigned i = 1; i < failures && wait < last; i++)
        wait *= 2;
    if (wait > last)
        wait = last;
    return wait - rng_below(&s->rng, (uint32_t)(wait / 2) + 1);
}

struct sqs_call *sqs_call_new(struct sqs_source *s, enum errand errand, const char *operation,
                              int64_t now)
{
    struct sqs_call *call = s->spare;
    if (call)
        s->spare = call->next;
    else
        call = mem_zero(sizeof(*call));
    call->call.operation = operation;
    call->call.long_poll = false;
    call->call.timeout_ms = 0;
    call->errand = errand;
    call->entries = 0;
    call->started = now;
    call->previous = NULL;
    call->next = s->under_way;
    if (s->under_way)
        s->under_way->previous = call;
    s->under_way = call;
    return call;
}

void sqs_call_start(struct sqs_source *s, struct sqs_call *call)
{
    aws_start(s->client, &call->call);
}

static void retire(struct sqs_source *s, struct sqs_call *call)
{
    *(call->previous ? &call->previous->next : &s->under_way) = call->next;
    if (call->next)
        call->next->previous = call->previous;
    if (call->call.response.capacity > KEPT_BYTES || call->call.body.capacity > KEPT_BYTES)
        aws_call_free(&call->call);
    else
        aws_call_reset(&call->call);
    call->next = s->spare;
    s->spare = call;
}

static void answered(struct sqs_source *s, struct sqs_call *call, int64_t now)
{
    static void (*const handle[])(struct sqs_source *, struct sqs_call *,
                                  int64_t) = {[ERRAND_POLL] = sqs_polled,
                                              [ERRAND_DUTY] = sqs_duties_answered,
                                              [ERRAND_LOOK] = sqs_looked};
    sqs_count(&s->counts.throttles, call->call.throttles);
    handle[call->errand](s, call, now);
    retire(s, call);
    if (s->arena.total > KEPT_BYTES * 4)
        arena_free(&s->arena);
    else
        arena_reset(&s->arena);
}

/* What has no answer by now is taken as failed. */
static void cancel(struct sqs_source *s, enum errand errand, int64_t now)
{
    for (struct sqs_call *call = s->under_way, *next; call; call = next) {
        next = call->next;
        if (call->errand != errand)
            continue;
        aws_cancel(s->client, &call->call);
        call->call.fault = AWS_CANCELLED;
        answered(s, call, now);
    }
}

static int64_t since(int64_t when)
{
    return monotonic_ns() / 1000000 - when;
}

static void start_drain(struct sqs_source *s, int64_t now)
{
    s->is_draining = true;
    s->drained_at = monotonic_ns() / 1000000;
    for (struct held *h = s->oldest, *newer; h; h = newer) {
        newer = h->newer;
        if (!sqs_unready(s, h))
            continue;
        h->how = SETTLE_RELEASE;
        sqs_take_order(s, h, now);
    }
}

/* What the receiver's thread has said since the last time. */
static void take_orders(struct sqs_source *s, int64_t now)
{
    pthread_mutex_lock(&s->lock);
    struct held *order = s->order_first;
    bool draining = s->draining, closing = s->closing;
    s->order_first = s->order_last = NULL;
    s->engine_woken = false;
    pthread_mutex_unlock(&s->lock);
    if (draining && !s->is_draining)
        start_drain(s, now);
    if (closing && !s->is_closing)
        s->closed_at = monotonic_ns() / 1000000;
    s->is_closing = closing;
    for (struct held *next; order; order = next) {
        next = order->order_next;
        sqs_take_order(s, order, now);
    }
}

/* True when nothing is left to do, or no time. */
static bool is_over(struct sqs_source *s, int64_t now)
{
    if (!s->is_draining)
        return false;
    if (s->polling.under_way && since(s->drained_at) >= s->drain_ms * 2 / 3)
        cancel(s, ERRAND_POLL, now);
    if (!s->is_closing)
        return false;
    /* A pipeline that took its time to flush still has a moment for its deletes. */
    bool late = since(s->drained_at) >= s->drain_ms && since(s->closed_at) >= s->drain_ms / 10;
    return late || (!s->polling.under_way && !sqs_duties_pending(s));
}

static void earlier(int64_t *next, int64_t when)
{
    if (when < *next)
        *next = when;
}

/* Until when the engine has nothing to do by itself, in ms from now; -1 = for ever. */
static int idle_for(const struct sqs_source *s, int64_t now)
{
    int64_t next = INT64_MAX;
    const struct held *first = s->outbox[DUTY_DELETE].first;
    if (s->heap_count)
        earlier(&next, s->heap[0]->due);
    if (first && s->calls[DUTY_DELETE] < SQS_CALLS_MAX)
        earlier(&next, first->due + SQS_DELETE_LINGER_MS);
    if (!s->is_draining) {
        if (s->polling.under_way < s->polling.wanted && now < s->polling.not_before)
            earlier(&next, s->polling.not_before);
        if (!s->looking.under_way)
            earlier(&next, sqs_look_due(s));
    } else if (s->is_closing || s->polling.under_way) {
        earlier(&next, now + 50); /* the limits of a drain are of another clock */
    }
    if (next == INT64_MAX)
        return -1;
    int64_t left = next - now;
    return left <= 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

/* Sleeps until an answer, an order or the time. With nothing under way the client does not wait. */
static void rest(struct sqs_source *s, int timeout_ms)
{
    struct aws_call *call = NULL;
    if (aws_under_way(s->client)) {
        call = aws_next(s->client, timeout_ms);
    } else {
        struct timespec until = thread_deadline(timeout_ms);
        pthread_mutex_lock(&s->lock);
        while (!s->engine_woken &&
               (timeout_ms < 0 ? pthread_cond_wait(&s->ordered, &s->lock)
                               : pthread_cond_timedwait(&s->ordered, &s->lock, &until)) == 0)
            continue;
        pthread_mutex_unlock(&s->lock);
    }
    for (; call; call = aws_next(s->client, 0))
        answered(s, (struct sqs_call *)call, sqs_now(s));
}

static void clean_up(struct sqs_source *s, int64_t now)
{
    size_t left = 0;
    cancel(s, ERRAND_POLL, now);
    cancel(s, ERRAND_LOOK, now);
    cancel(s, ERRAND_DUTY, now);
    for (size_t i = 0; i < s->heap_count; i++)
        left += s->heap[i]->duty != DUTY_BEAT;
    for (enum duty duty = 0; duty < DUTY_COUNT; duty++) {
        left += s->outbox[duty].count;
        for (struct held *h; (h = held_take(s, duty));)
            held_free(s, h);
    }
    while (s->heap_count)
        held_free(s, s->heap[0]);
    while (s->oldest)
        held_free(s, s->oldest);
    if (left)
        log_warning("%zu messages could not be deleted or released in time: the queue hands them "
                    "out again",
                    left);
}

void *sqs_engine_main(void *source)
{
    struct sqs_source *s = source;
    for (;;) {
        int64_t now = sqs_now(s);
        take_orders(s, now);
        sqs_send_duties(s, now);
        sqs_look(s, now);
        sqs_poll(s, now);
        atomic_store_explicit(&s->counts.oldest, s->oldest ? s->oldest->since : -1,
                              memory_order_relaxed);
        if (is_over(s, now))
            break;
        rest(s, idle_for(s, now));
    }
    clean_up(s, sqs_now(s));
    return NULL;
}
