/* The grouper's thread: decodes messages and collects their events by contact until a batch is due.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/ingest_internal.h"

struct delivery {
    struct ingest *ingest;
    struct batch *batch;
    struct parcel *parcel;
    int64_t arrival; /* of its message, for the lag */
};

static void note_time(struct ingest *ingest, const struct event *event, uint64_t hash)
{
    int64_t time = event->entry.time;
    if (time == INSTANT_NONE)
        return;
    struct metrics *m = &ingest->metrics;
    if (time > atomic_load_explicit(&m->newest_event, memory_order_relaxed))
        atomic_store_explicit(&m->newest_event, time, memory_order_relaxed);
    struct seen *seen = &ingest->seen[hash % SEEN_SLOTS];
    if (seen->hash != hash)
        *seen = (struct seen){hash, time};
    else if (time < seen->newest)
        metrics_add(m, METRIC_OUT_OF_ORDER, 1);
    else
        seen->newest = time;
}

static void take_event(void *context, const struct event *event)
{
    struct delivery *d = context;
    note_time(d->ingest, event, grouping_event(&d->batch->grouping, event)->hash);
    metrics_lag(&d->ingest->metrics, event, d->arrival);
}

static void take_agent(void *context, const struct agent_event *agent)
{
    struct batch *batch = ((struct delivery *)context)->batch;
    batch->weight += grouping_agent(&batch->grouping, agent);
}

static void take_refused(void *context, const char *where, const char *why, const char *text,
                         size_t length)
{
    struct delivery *d = context;
    char place[320];
    const struct message *message = &d->parcel->message;
    snprintf(place, sizeof(place), "%s %llu%s%s, %s", d->ingest->source->ops->name,
             (unsigned long long)message->position, message->id ? " " : "",
             message->id ? message->id : "", where);
    grouping_refuse(&d->batch->grouping, clock_now(d->ingest->options.clock), place, why, text,
                    length);
    d->parcel->refused = true;
}

static void count_result(struct metrics *m, const struct decode_result *result)
{
    metrics_add(m, METRIC_EVENTS, result->events);
    metrics_add(m, METRIC_REFUSED, result->refused);
    metrics_add(m, METRIC_SKIPPED, result->skipped);
    metrics_add(m, METRIC_FUTURE, result->future);
}

/* What waited in a queue arrives when it is taken from it. */
static int64_t arrival_of(const struct ingest *ingest, const struct message *message)
{
    return ingest->source->ops->state ? clock_now(ingest->options.clock) : message->sent;
}

/* A message nothing of which decodes goes back whole to a queue that has a dead-letter queue: its
 * lines are taken out of the quarantine's again. */
static bool is_poison(struct batch *batch, struct parcel *parcel,
                      const struct decode_result *result, struct refusals_mark before)
{
    if (!parcel->message.redrive || result->events || result->skipped || !result->refused)
        return false;
    grouping_take_back(&batch->grouping, before);
    parcel->poison = true;
    return true;
}

static void decode_parcel(struct ingest *ingest, struct batch *batch, struct parcel *parcel)
{
    struct message *message = &parcel->message;
    struct delivery delivery = {ingest, batch, parcel, arrival_of(ingest, message)};
    struct decode_sink sink = {&delivery, take_event, take_agent, take_refused};
    struct decode_result result = {0};
    struct grouping *grouping = &batch->grouping;
    struct refusals_mark before = grouping_mark(grouping);
    if (message->refused) {
        take_refused(&delivery, "whole", message->refused, message->body, message->length);
        result.refused = 1;
    } else {
        result = decode_body(&grouping->arena, &ingest->options.decode, message->body,
                             message->length, message->sent, &sink);
    }
    count_result(&ingest->metrics, &result);
    if (is_poison(batch, parcel, &result, before)) {
        queue_push(ingest->settled, parcel);
    } else {
        ingest_batch_add_parcel(batch, parcel);
        batch->weight += result.events + result.refused;
    }
    size_t held = grouping->arena.total + grouping->refused.length;
    atomic_fetch_add(&ingest->metrics.in_flight_bytes, (int64_t)(held - batch->counted));
    batch->counted = held;
}

static void release(struct ingest *ingest, struct parcel *parcel)
{
    parcel->failed = true;
    queue_push(ingest->settled, parcel);
}

static int until(int64_t deadline_ns)
{
    int64_t left = deadline_ns - monotonic_ns();
    return left > 0 ? (int)(left / 1000000) + 1 : 0;
}

static bool is_due(const struct ingest *ingest, const struct batch *batch)
{
    return batch->weight >= ingest->options.batch_events ||
           batch->counted >= ingest->options.in_flight_bytes / 4 ||
           batch->parcels >= MAX_MESSAGES / 4 || monotonic_ns() >= batch->deadline_ns;
}

static void take_parcel(struct ingest *ingest, struct batch **batch, struct parcel *parcel)
{
    if (ingest_stopping(ingest)) {
        release(ingest, parcel);
        return;
    }
    if (!*batch) {
        *batch = ingest_batch_get(ingest);
        (*batch)->deadline_ns = monotonic_ns() + ingest->options.linger_ms * 1000000;
    }
    step_begin(&ingest->grouping);
    decode_parcel(ingest, *batch, parcel);
    step_end(&ingest->grouping);
}

void *grouper_main(void *context)
{
    struct ingest *ingest = context;
    struct batch *batch = NULL;
    for (;;) {
        void *item = queue_pop(ingest->decode, batch ? until(batch->deadline_ns) : -1);
        /* An item may have come between a time-out and the close. */
        if (!item && queue_closed(ingest->decode) && !(item = queue_pop(ingest->decode, 0)))
            break;
        ingest_take_tuning(ingest);
        bool flush = !item || item == &flush_token;
        if (!flush)
            take_parcel(ingest, &batch, item);
        if (batch && (flush || is_due(ingest, batch))) {
            ingest_batch_dispatch(ingest, batch);
            batch = NULL;
        }
    }
    if (batch)
        ingest_batch_dispatch(ingest, batch);
    for (unsigned i = 0; i < ingest->options.writers; i++)
        queue_close(ingest->writer[i].queue);
    return NULL;
}
