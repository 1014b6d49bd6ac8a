/* The SQS source's face to the pipeline, and what its two threads share under the lock. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/log.h"
#include "contactwatch/thread.h"
#include "source/sqs_internal.h"

static struct sqs_source *mine(struct source *source)
{
    return (struct sqs_source *)source;
}

/* Without the lock. */
static void wake_engine(struct sqs_source *s)
{
    pthread_mutex_lock(&s->lock);
    bool first = !s->engine_woken;
    s->engine_woken = true;
    pthread_cond_signal(&s->ordered);
    pthread_mutex_unlock(&s->lock);
    if (first)
        aws_wake(s->client);
}

static void leave_ready(struct sqs_source *s, struct held *h)
{
    *(h->ready_previous ? &h->ready_previous->ready_next : &s->ready_first) = h->ready_next;
    *(h->ready_next ? &h->ready_next->ready_previous : &s->ready_last) = h->ready_previous;
    h->ready_previous = h->ready_next = NULL;
    h->ready = false;
    s->ready_count--;
    s->ready_bytes -= h->length;
}

bool sqs_unready(struct sqs_source *s, struct held *h)
{
    pthread_mutex_lock(&s->lock);
    bool was = h->ready;
    if (was)
        leave_ready(s, h);
    pthread_mutex_unlock(&s->lock);
    return was;
}

void sqs_ready(struct sqs_source *s, struct held *const *h, size_t count)
{
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < count; i++) {
        h[i]->ready = true;
        h[i]->ready_previous = s->ready_last;
        *(s->ready_last ? &s->ready_last->ready_next : &s->ready_first) = h[i];
        s->ready_last = h[i];
        s->ready_count++;
        s->ready_bytes += h[i]->length;
    }
    if (count)
        pthread_cond_signal(&s->received);
    pthread_mutex_unlock(&s->lock);
}

bool sqs_room(struct sqs_source *s, size_t polls)
{
    pthread_mutex_lock(&s->lock);
    bool room = s->ready_count + polls * SQS_BATCH_MAX <= SQS_READY_MAX &&
                (s->ready_bytes + polls * s->polling.answer <= SQS_READY_BYTES ||
                 (!s->ready_count && polls == 1)) &&
                s->table.count + polls * SQS_BATCH_MAX <= SQS_HELD_MAX;
    s->starved = !room;
    pthread_mutex_unlock(&s->lock);
    return room;
}

void sqs_end(struct sqs_source *s, const char *why)
{
    pthread_mutex_lock(&s->lock);
    s->ended = !why;
    s->fatal = why != NULL;
    if (why)
        snprintf(s->trouble[TROUBLE_POLL], sizeof(s->trouble[TROUBLE_POLL]), "%s", why);
    s->draining = true;
    pthread_cond_signal(&s->received);
    pthread_mutex_unlock(&s->lock);
}

void sqs_trouble(struct sqs_source *s, enum trouble kind, const char *code, const char *text)
{
    static const char *const what[TROUBLE_COUNT] = {[TROUBLE_POLL] = "receiving",
                                                    [TROUBLE_DUTY] = "deleting or keeping messages",
                                                    [TROUBLE_LOOK] = "looking at the queue"};
    pthread_mutex_lock(&s->lock);
    bool changed = strcmp(s->trouble[kind], text) != 0;
    snprintf(s->trouble[kind], sizeof(s->trouble[kind]), "%s", text);
    s->troubles += changed;
    if (changed)
        pthread_cond_signal(&s->received);
    pthread_mutex_unlock(&s->lock);
    if (strcmp(s->trouble_code[kind], code) == 0)
        return;
    snprintf(s->trouble_code[kind], sizeof(s->trouble_code[kind]), "%.79s", code);
    if (*code)
        log_warning("%s fails, going on trying: %s", what[kind], text);
    else
        log_info("%s works again", what[kind]);
}

void sqs_call_trouble(struct sqs_source *s, enum trouble kind, const struct aws_call *call)
{
    struct err err = {0};
    if (call->fault == AWS_CANCELLED)
        return;
    aws_call_error(call, &err);
    const char *code = *call->code                    ? call->code
                       : call->fault == AWS_THROTTLED ? "throttled"
                                                      : "no answer";
    sqs_trouble(s, kind, code, err.text);
}

static void wait_for_messages(struct sqs_source *s, int timeout_ms)
{
    struct timespec until = thread_deadline(timeout_ms);
    while (!s->ready_count && !s->woken && !s->ended && !s->fatal &&
           s->troubles == s->troubles_told &&
           pthread_cond_timedwait(&s->received, &s->lock, &until) == 0)
        continue;
    s->woken = false;
}

static size_t take_ready(struct sqs_source *s, struct message *out, size_t max)
{
    size_t count = 0;
    bool redrive = atomic_load_explicit(&s->counts.redrive, memory_order_relaxed);
    for (struct held *h; count < max && (h = s->ready_first); count++) {
        leave_ready(s, h);
        out[count] = (struct message){.body = h->body,
                                      .length = h->length,
                                      .sent = h->sent,
                                      .position = h->number,
                                      .id = h->id,
                                      .handle = h,
                                      .refused = h->refused,
                                      .redrive = redrive};
        if (!h->sent)
            out[count].sent = clock_now(NULL);
    }
    return count;
}

static enum receive nothing_ready(struct sqs_source *s, struct err *err)
{
    const char *trouble = "";
    for (int i = 0; i < TROUBLE_COUNT && !*trouble; i++)
        trouble = s->trouble[i];
    if (s->ended || (s->fatal && s->fatal_told))
        return RECEIVE_END;
    s->troubles_told = s->troubles;
    if (!*trouble)
        return RECEIVE_OK;
    err_set(err, "%s", trouble);
    s->fatal_told = s->fatal;
    return s->fatal ? RECEIVE_ERROR : RECEIVE_TROUBLE;
}

static enum receive sqs_receive(struct source *source, struct message *out, size_t max,
                                int timeout_ms, size_t *count, struct err *err)
{
    struct sqs_source *s = mine(source);
    pthread_mutex_lock(&s->lock);
    wait_for_messages(s, timeout_ms);
    *count = take_ready(s, out, max);
    enum receive result = *count ? RECEIVE_OK : nothing_ready(s, err);
    bool wake =
        s->starved && s->ready_count <= SQS_READY_MAX / 2 && s->ready_bytes <= SQS_READY_BYTES / 2;
    if (wake)
        s->starved = false;
    pthread_mutex_unlock(&s->lock);
    if (wake)
        wake_engine(s);
    return result;
}

static void sqs_settle(struct source *source, struct message *message, size_t count,
                       enum settlement how)
{
    struct sqs_source *s = mine(source);
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < count; i++) {
        struct held *h = message[i].handle;
        free(h->body);
        h->body = message[i].body = NULL;
        h->how = how;
        h->order_next = NULL;
        *(s->order_last ? &s->order_last->order_next : &s->order_first) = h;
        s->order_last = h;
    }
    pthread_mutex_unlock(&s->lock);
    wake_engine(s);
}

static void sqs_wake(struct source *source)
{
    struct sqs_source *s = mine(source);
    pthread_mutex_lock(&s->lock);
    s->woken = true;
    pthread_cond_signal(&s->received);
    pthread_mutex_unlock(&s->lock);
    wake_engine(s);
}

static void sqs_drain(struct source *source)
{
    struct sqs_source *s = mine(source);
    pthread_mutex_lock(&s->lock);
    s->draining = true;
    pthread_mutex_unlock(&s->lock);
    wake_engine(s);
}

static void sqs_state(struct source *source, struct source_state *out)
{
    struct sqs_source *s = mine(source);
    const struct sqs_counts *c = &s->counts;
    int64_t oldest = atomic_load(&c->oldest);
    *out = (struct source_state){
        .backlog = atomic_load(&c->backlog),
        .oldest_ms = oldest < 0 ? -1 : sqs_now(s) - oldest,
        .held = atomic_load(&c->held),
        .pollers = atomic_load(&c->pollers),
        .redrive = atomic_load(&c->redrive),
        .throttles = atomic_load(&c->throttles),
        .silences = atomic_load(&c->silences),
        .heartbeats = atomic_load(&c->heartbeats),
        .failed_heartbeats = atomic_load(&c->failed_heartbeats),
        .given_up = atomic_load(&c->given_up),
        .deleted = atomic_load(&c->deleted),
        .failed_deletes = atomic_load(&c->failed_deletes),
        .redelivered = atomic_load(&c->redelivered),
        .corrupt = atomic_load(&c->corrupt),
        .poisoned = atomic_load(&c->poisoned),
    };
}

static void sqs_close(struct source *source)
{
    struct sqs_source *s = mine(source);
    pthread_mutex_lock(&s->lock);
    s->draining = s->closing = true;
    pthread_mutex_unlock(&s->lock);
    wake_engine(s);
    pthread_join(s->thread, NULL);
    sqs_free(s);
}

const struct source_ops sqs_source_ops = {.name = "sqs",
                                          .receive = sqs_receive,
                                          .settle = sqs_settle,
                                          .wake = sqs_wake,
                                          .state = sqs_state,
                                          .drain = sqs_drain,
                                          .close = sqs_close};
