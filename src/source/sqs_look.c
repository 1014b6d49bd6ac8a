/* Looking at the queue: how much waits in it, where its dead letters go, whether it is empty.
 * Engine's thread. */
#include <string.h>

#include "contactwatch/log.h"
#include "source/sqs_internal.h"

enum { SOON_MS = 1000 }; /* at least between two looks, but for the end of a queue */

int64_t sqs_look_due(const struct sqs_source *s)
{
    const struct looking *l = &s->looking;
    if (!l->asked)
        return l->last + SQS_ATTRIBUTES_MS;
    return s->once ? l->last + SQS_BACKOFF_FIRST_MS : l->last + SOON_MS;
}

void sqs_look(struct sqs_source *s, int64_t now)
{
    struct looking *l = &s->looking;
    if (l->under_way || s->is_draining || now < sqs_look_due(s))
        return;
    struct sqs_call *call = sqs_call_new(s, ERRAND_LOOK, "GetQueueAttributes", now);
    sqs_attributes_request(&call->call.body, s->url);
    l->under_way = true;
    l->last = now;
    sqs_call_start(s, call);
}

void sqs_look_away(struct sqs_source *s, int seconds, int64_t now)
{
    int64_t until = now + (seconds + 1) * SECOND_MS;
    if (until > s->looking.away_until)
        s->looking.away_until = until;
}

/* Empty, and nothing in flight is ours, nor was left by us to come again: twice in a row, since
 * what the queue says is approximate. */
static void judge_empty(struct sqs_source *s, const struct sqs_attributes *a, int64_t now)
{
    struct looking *l = &s->looking;
    bool ours = s->table.count || s->polling.under_way || sqs_duties_pending(s) ||
                (a->in_flight != 0 && now < l->away_until);
    if (!s->polling.silent || a->visible != 0 || ours)
        l->empty = 0;
    else if (++l->empty >= 2)
        sqs_end(s, NULL);
}

static void take_attributes(struct sqs_source *s, const struct sqs_attributes *a)
{
    bool had = atomic_exchange(&s->counts.redrive, a->redrive);
    atomic_store(&s->counts.backlog, a->visible);
    if (had != a->redrive)
        log_info("the queue %s a dead-letter queue now: undecodable messages go to %s",
                 a->redrive ? "has" : "has no longer", a->redrive ? "it" : "the quarantine");
}

void sqs_looked(struct sqs_source *s, struct sqs_call *call, int64_t now)
{
    struct sqs_attributes attributes;
    struct err err = {0};
    struct looking *l = &s->looking;
    const struct buf *answer = &call->call.response;
    l->under_way = l->asked = false;
    if (call->call.fault != AWS_FINE) {
        sqs_call_trouble(s, TROUBLE_LOOK, &call->call);
        atomic_store(&s->counts.backlog, -1);
    } else if (!sqs_attributes_answer(&s->arena, answer->data, answer->length, &attributes, &err)) {
        sqs_trouble(s, TROUBLE_LOOK, "garbage", err.text);
    } else {
        sqs_trouble(s, TROUBLE_LOOK, "", "");
        take_attributes(s, &attributes);
        if (s->once)
            judge_empty(s, &attributes, now);
        if (attributes.visible > 0 && s->polling.silent)
            sqs_poll_silenced(s, now);
    }
}
