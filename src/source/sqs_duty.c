/*
 * What is done for each message in hand: heartbeats at half time, releases, deletes; in batches,
 * every entry's answer looked at. Engine's thread.
 */
#include <stdlib.h>
#include <string.h>

#include "source/sqs_internal.h"

static void assign(struct sqs_source *s, struct held *h, enum duty duty)
{
    if (h->place != PLACE_CALL)
        held_lift(s, h);
    h->duty = duty;
    h->failures = 0;
}

/* Whoever is in a call is sent on when its answer comes. */
static void assign_now(struct sqs_source *s, struct held *h, enum duty duty, int64_t now)
{
    assign(s, h, duty);
    if (h->place != PLACE_CALL)
        held_enqueue(s, h, now);
}

/* At half time, on a grid so that heartbeats find company; never past the time to give up. */
void sqs_beat_later(struct sqs_source *s, struct held *h, int64_t now)
{
    int64_t visibility = s->visibility_s * SECOND_MS, grid = visibility / 16;
    int64_t due = (now + visibility / 2) / grid * grid, last = h->since + SQS_HELD_MS;
    assign(s, h, DUTY_BEAT);
    h->idle = false;
    held_wait(s, h, due < last ? due : last);
}

static void give_up(struct sqs_source *s, struct held *h, int64_t now)
{
    sqs_count(&s->counts.given_up, 1);
    h->release_s = 0;
    if (sqs_unready(s, h))
        held_loosen(s, h);
    else
        h->idle = true;
    assign_now(s, h, DUTY_RELEASE, now);
}

/* What could not be taken must not come back at once, again and again. */
static int release_seconds(const struct sqs_source *s, const struct held *h)
{
    if (s->is_draining)
        return 0;
    if (h->how == SETTLE_POISON)
        return SQS_POISON_S;
    unsigned doublings = h->receives > 7 ? 6 : h->receives - 1;
    int seconds = SQS_RELEASE_FIRST_S << doublings;
    return seconds < SQS_RELEASE_LAST_S ? seconds : SQS_RELEASE_LAST_S;
}

void sqs_take_order(struct sqs_source *s, struct held *h, int64_t now)
{
    h->settled = now;
    if (h->how == SETTLE_DONE) {
        assign_now(s, h, DUTY_DELETE, now);
        return;
    }
    h->release_s = release_seconds(s, h);
    if (h->how == SETTLE_POISON) {
        sqs_count(&s->counts.poisoned, 1);
        sqs_look_away(s, h->release_s, now);
    }
    held_loosen(s, h);
    if (h->idle && h->place == PLACE_NONE)
        held_free(s, h); /* released already, or somebody else's */
    else
        assign_now(s, h, DUTY_RELEASE, now);
}

/* Seconds of visibility to ask for; the queue refuses what goes beyond 12 hours from the receive.
 */
static int beat_seconds(const struct sqs_source *s, const struct held *h, int64_t now)
{
    int64_t left = SQS_VISIBILITY_MAX_S - (now - h->received) / SECOND_MS - 1;
    return (int)(left < s->visibility_s ? left : s->visibility_s);
}

static void write_entry(const struct sqs_source *s, struct sqs_call *call, const struct held *h,
                        int64_t now)
{
    unsigned index = (unsigned)call->entries;
    struct buf *body = &call->call.body;
    if (call->duty == DUTY_DELETE)
        sqs_delete_entry(body, index, h->receipt);
    else if (call->duty == DUTY_RELEASE)
        sqs_visibility_entry(body, index, h->receipt, h->release_s);
    else
        sqs_visibility_entry(body, index, h->receipt, beat_seconds(s, h, now));
}

static void send_batch(struct sqs_source *s, enum duty duty, int64_t now)
{
    struct held *h;
    struct sqs_call *call = sqs_call_new(
        s, ERRAND_DUTY, duty == DUTY_DELETE ? "DeleteMessageBatch" : "ChangeMessageVisibilityBatch",
        now);
    call->duty = duty;
    sqs_batch_open(&call->call.body, s->url);
    while (call->entries < SQS_BATCH_MAX && (h = held_take(s, duty))) {
        h->place = PLACE_CALL;
        h->renewed = false;
        write_entry(s, call, h, now);
        call->entry[call->entries++] = h;
    }
    sqs_batch_close(&call->call.body);
    s->calls[duty]++;
    sqs_call_start(s, call);
}

static bool is_ripe(const struct sqs_source *s, enum duty duty, int64_t now)
{
    const struct held_list *list = &s->outbox[duty];
    if (!list->count || s->calls[duty] >= SQS_CALLS_MAX)
        return false;
    return duty != DUTY_DELETE || s->is_closing || list->count >= SQS_BATCH_MAX ||
           now - list->first->due >= SQS_DELETE_LINGER_MS;
}

void sqs_send_duties(struct sqs_source *s, int64_t now)
{
    for (struct held *h; (h = held_due(s, now));) {
        bool late =
            h->duty == DUTY_BEAT && (now - h->since >= SQS_HELD_MS || beat_seconds(s, h, now) <= 0);
        if (late)
            give_up(s, h, now);
        else
            held_enqueue(s, h, now);
    }
    for (enum duty duty = 0; duty < DUTY_COUNT; duty++)
        while (is_ripe(s, duty, now))
            send_batch(s, duty, now);
}

static void beaten(struct sqs_source *s, struct held *h, enum sqs_outcome outcome, int64_t now)
{
    int64_t last = s->visibility_s * SECOND_MS / 8;
    if (outcome == SQS_DONE) {
        sqs_count(&s->counts.heartbeats, 1);
        sqs_beat_later(s, h, now);
        return;
    }
    sqs_count(&s->counts.failed_heartbeats, 1);
    if (outcome == SQS_GONE) {
        if (sqs_unready(s, h))
            held_free(s, h); /* unread, and somebody else's: it will come again if not */
        else
            h->idle = true;
    } else if (++h->failures >= SQS_BEAT_FAILURES) {
        give_up(s, h, now);
    } else {
        held_wait(s, h, now + sqs_backoff(s, h->failures, SECOND_MS, last));
    }
}

static void released(struct sqs_source *s, struct held *h, enum sqs_outcome outcome, int64_t now)
{
    bool over = outcome == SQS_DONE || outcome == SQS_GONE;
    if (!over && ++h->failures < SQS_RELEASE_FAILURES)
        held_wait(s, h,
                  now + sqs_backoff(s, h->failures, SQS_BACKOFF_FIRST_MS, SQS_BACKOFF_LAST_MS));
    else if (h->loose)
        held_free(s, h);
}

/* A delete that cannot succeed is only a redelivery. */
static void deleted(struct sqs_source *s, struct held *h, enum sqs_outcome outcome, int64_t now)
{
    if (outcome == SQS_DONE)
        sqs_count(&s->counts.deleted, 1);
    else
        sqs_count(&s->counts.failed_deletes, 1);
    if (outcome == SQS_DONE || outcome == SQS_GONE || now - h->settled >= SQS_HELD_MS)
        held_free(s, h);
    else
        held_wait(s, h,
                  now + sqs_backoff(s, ++h->failures, SQS_BACKOFF_FIRST_MS, SQS_BACKOFF_LAST_MS));
}

/* Received again while under way: what was answered is about an older receipt. */
static void renewed(struct sqs_source *s, struct held *h, int64_t now)
{
    if (h->duty == DUTY_DELETE || h->loose)
        held_enqueue(s, h, now);
    else
        sqs_beat_later(s, h, now);
}

void sqs_duties_answered(struct sqs_source *s, struct sqs_call *call, int64_t now)
{
    static void (*const answered[DUTY_COUNT])(struct sqs_source *, struct held *, enum sqs_outcome,
                                              int64_t) = {
        [DUTY_BEAT] = beaten, [DUTY_RELEASE] = released, [DUTY_DELETE] = deleted};
    struct sqs_result result[SQS_BATCH_MAX] = {{0}};
    struct err err = {0};
    s->calls[call->duty]--;
    if (call->call.fault != AWS_FINE)
        sqs_call_trouble(s, TROUBLE_DUTY, &call->call);
    else if (!sqs_batch_answer(&s->arena, call->call.response.data, call->call.response.length,
                               result, call->entries, &err))
        sqs_trouble(s, TROUBLE_DUTY, "garbage", err.text);
    else
        sqs_trouble(s, TROUBLE_DUTY, "", "");
    for (size_t i = 0; i < call->entries; i++) {
        struct held *h = call->entry[i];
        h->place = PLACE_NONE;
        if (h->duty != call->duty)
            held_enqueue(s, h, now);
        else if (h->renewed)
            renewed(s, h, now);
        else
            answered[h->duty](s, h, result[i].outcome, now);
    }
}

bool sqs_duties_pending(const struct sqs_source *s)
{
    for (enum duty duty = 0; duty < DUTY_COUNT; duty++)
        if (s->calls[duty] || s->outbox[duty].count)
            return true;
    for (size_t i = 0; i < s->heap_count; i++)
        if (s->heap[i]->duty != DUTY_BEAT)
            return true;
    return false;
}
