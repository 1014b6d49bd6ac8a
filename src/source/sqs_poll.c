/*
 * Long polls: as many as come back full, one when the queue is empty, slower when it fails.
 * Engine's thread.
 */
#include <string.h>

#include "source/sqs_internal.h"

enum { POLL_GRACE_MS = 25000 }; /* for the answer, beyond the wait */

static bool may_poll(struct sqs_source *s, int64_t now)
{
    const struct polling *p = &s->polling;
    /* Before the queue is called empty nothing may be on its way here. */
    bool judging = s->once && (s->looking.asked || s->looking.under_way);
    return !s->is_draining && !judging && p->under_way < p->wanted && now >= p->not_before &&
           sqs_room(s, p->under_way + 1);
}

void sqs_poll(struct sqs_source *s, int64_t now)
{
    struct polling *p = &s->polling;
    while (may_poll(s, now)) {
        struct sqs_call *call = sqs_call_new(s, ERRAND_POLL, "ReceiveMessage", now);
        struct sqs_receive receive = {p->ask, s->wait_s, s->visibility_s};
        sqs_receive_request(&call->call.body, s->url, &receive);
        call->asked = p->ask;
        call->call.long_poll = true;
        call->call.timeout_ms = s->wait_s * 1000 + POLL_GRACE_MS;
        p->under_way++;
        sqs_call_start(s, call);
    }
    atomic_store_explicit(&s->counts.pollers, p->under_way, memory_order_relaxed);
}

static void pause_polls(struct sqs_source *s, int64_t now)
{
    struct polling *p = &s->polling;
    p->pause = p->pause ? p->pause * 2 : SQS_BACKOFF_FIRST_MS;
    if (p->pause > SQS_BACKOFF_LAST_MS)
        p->pause = SQS_BACKOFF_LAST_MS;
    p->not_before = now + sqs_backoff(s, 1, p->pause, p->pause);
}

static bool is_over_limit(const struct aws_call *call)
{
    const char *dot = strrchr(call->code, '.');
    return strcmp(dot ? dot + 1 : call->code, "OverLimit") == 0;
}

/* One poll goes on trying. It asks for one message: the answer may have been too large. What the
 * lost answer took is out of sight for a while. */
static void slow_down(struct sqs_source *s, int64_t now)
{
    s->polling.wanted = 1;
    s->polling.ask = 1;
    sqs_look_away(s, s->visibility_s, now);
    pause_polls(s, now);
}

static void poll_failed(struct sqs_source *s, const struct aws_call *call, int64_t now)
{
    struct polling *p = &s->polling;
    slow_down(s, now);
    if (is_over_limit(call)) {
        sqs_count(&s->counts.throttles, 1);
        return;
    }
    struct err err = {0};
    aws_call_error(call, &err);
    if (!p->ever && (call->fault == AWS_DENIED || call->fault == AWS_REFUSED))
        sqs_end(s, err.text); /* refused from the start is refused for good */
    else
        sqs_call_trouble(s, TROUBLE_POLL, call);
}

/* A message in hand already: the newer receipt is the one that counts. */
static void receive_again(struct sqs_source *s, struct held *h, const struct sqs_message *message,
                          int64_t now)
{
    sqs_count(&s->counts.redelivered, 1);
    held_rename(h, message->receipt);
    h->receives = message->receives;
    h->received = now;
    h->renewed = true; /* is looked at only when a duty is under way */
    if (h->idle)
        h->since = now;
    if (h->place == PLACE_CALL)
        return;
    if (h->duty == DUTY_DELETE)
        held_enqueue(s, h, now);
    else
        sqs_beat_later(s, h, now);
}

static void take_messages(struct sqs_source *s, const struct sqs_message *message, size_t count,
                          int64_t now)
{
    struct held *fresh[SQS_BATCH_MAX];
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        struct held *h = held_find(s, message[i].id);
        if (message[i].corrupt) {
            sqs_count(&s->counts.corrupt, 1);
        } else if (h) {
            receive_again(s, h, &message[i], now);
        } else {
            h = fresh[n++] = held_add(s, &message[i], now);
            sqs_beat_later(s, h, now);
        }
    }
    if (!s->is_draining) {
        sqs_ready(s, fresh, n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        fresh[i]->how = SETTLE_RELEASE;
        sqs_take_order(s, fresh[i], now);
    }
}

static void scale(struct sqs_source *s, const struct sqs_call *call, size_t count, int64_t now)
{
    struct polling *p = &s->polling;
    bool quick = now - call->started < s->wait_s * SECOND_MS / 2;
    p->silent = !count;
    if (count) {
        p->pause = 0;
        p->ask = p->ask * 2 < SQS_BATCH_MAX ? p->ask * 2 : SQS_BATCH_MAX;
        if ((int)count >= call->asked)
            p->wanted = p->wanted * 2 < p->most ? p->wanted * 2 : p->most;
        return;
    }
    p->wanted = 1;
    if (quick && !s->once)
        pause_polls(s, now);
    if (s->once || atomic_load_explicit(&s->counts.backlog, memory_order_relaxed) > 0)
        s->looking.asked = true;
}

void sqs_polled(struct sqs_source *s, struct sqs_call *call, int64_t now)
{
    struct polling *p = &s->polling;
    struct sqs_message message[SQS_BATCH_MAX];
    struct err err = {0};
    size_t count, broken;
    const struct buf *answer = &call->call.response;
    p->under_way--;
    if (call->call.fault != AWS_FINE) {
        poll_failed(s, &call->call, now);
        return;
    }
    if (!sqs_receive_answer(&s->arena, answer->data, answer->length, message, &count, &broken,
                            &err)) {
        slow_down(s, now);
        sqs_trouble(s, TROUBLE_POLL, "garbage", err.text);
        return;
    }
    if (call->call.attempts > 1)
        sqs_look_away(s, s->visibility_s, now); /* the answer of an attempt before may be lost */
    p->ever = true;
    p->answer = answer->length > p->answer / 8 * 7 ? answer->length : p->answer / 8 * 7;
    sqs_count(&s->counts.corrupt, broken);
    sqs_trouble(s, TROUBLE_POLL, "", "");
    take_messages(s, message, count, now);
    scale(s, call, count + broken, now);
}

/* Called when the queue says that it has messages though the newest receive was empty: at the
 * limit of messages in flight long polls are silent. */
void sqs_poll_silenced(struct sqs_source *s, int64_t now)
{
    sqs_count(&s->counts.silences, 1);
    s->polling.silent = false;
    pause_polls(s, now);
}
