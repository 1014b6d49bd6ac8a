/*
 * Reconciling: the contacts that the survey lined up are asked about one by one. How often each was
 * asked is kept in memory alone: another process that takes over begins anew, at the same pace.
 */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/log.h"
#include "contactwatch/metrics.h"
#include "ingest/caretaker_internal.h"
#include "ingest/ingest_internal.h"

static void count(struct caretaker *c, enum metric which)
{
    if (c->options.ingest)
        ingest_count(c->options.ingest, which, 1);
}

/* Leaves the contact alone for the interval of its turn, give or take a tenth. */
static void put_off(struct caretaker *c, const char *id, int64_t now)
{
    struct answered *answered = map_get(&c->answered, id);
    if (!answered) {
        answered = mem_zero(sizeof(*answered));
        map_set(&c->answered, id, answered);
    }
    int64_t interval = reconcile_interval(++answered->times);
    answered->due = now + interval - interval / 10 + caretaker_jitter(c, interval / 5);
}

struct joining {
    struct record delta;
    struct history entries;
};

static void take_event(void *context, const struct event *event)
{
    struct joining *joining = context;
    if (!joining->delta.contact_id)
        record_init(&joining->delta, event->contact_id);
    record_apply(&joining->delta, event);
    history_push(&joining->entries, &event->entry);
}

static void take_refused(void *context, const char *where, const char *why, const char *text,
                         size_t length)
{
    (void)context;
    (void)text;
    (void)length;
    log_warning("an answer of DescribeContact was refused: %s %s", where, why);
}

/* Decodes the event and joins it. False when the store cannot take it now. */
static bool join(struct caretaker *c, const struct buf *event, int64_t now, struct err *err)
{
    struct joining joining = {.entries = {0}};
    struct decode_sink sink = {.context = &joining, .event = take_event, .refused = take_refused};
    decode_body(&c->arena, &c->options.decode, event->data, event->length, now, &sink);
    if (!joining.delta.contact_id)
        return true; /* not wanted: of another instance */
    history_sort(&joining.entries);
    struct store_change change = {
        .delta = &joining.delta, .entries = &joining.entries, .outcome = STORE_RETRY};
    store_apply(c->store, &change, 1, err);
    record_free(&joining.delta);
    history_free(&joining.entries);
    if (change.outcome == STORE_REFUSED)
        caretaker_say(c, err->text);
    if (change.outcome == STORE_STORED && change.fresh && c->options.committed)
        c->options.committed(c->options.context);
    return change.outcome != STORE_RETRY;
}

/* What each verdict counts as. */
static const enum metric metric_of[VERDICT_COUNT] = {
    [VERDICT_ENDED] = METRIC_RECONCILE_CLOSED, [VERDICT_MOVED] = METRIC_RECONCILE_OPEN,
    [VERDICT_OPEN] = METRIC_RECONCILE_OPEN,    [VERDICT_UNKNOWN] = METRIC_RECONCILE_UNKNOWN,
    [VERDICT_LATER] = METRIC_RECONCILE_FAILED, [VERDICT_DENIED] = METRIC_RECONCILE_FAILED,
};

/* Returns when the next contact is asked about. */
static int64_t settle(struct caretaker *c, const struct aws_call *call, const struct record *record,
                      const struct connect_instance *instance, int64_t now)
{
    struct connect_contact contact;
    struct err err = {""};
    enum verdict verdict = reconcile_verdict(call, record, &c->arena, &contact);
    if (verdict == VERDICT_ENDED || verdict == VERDICT_MOVED) {
        struct buf event = {0};
        reconcile_event(&event, &contact, record, instance);
        bool joined = join(c, &event, now, &err);
        buf_free(&event);
        if (!joined)
            return caretaker_store_failed(c, &err, now);
    }
    count(c, metric_of[verdict]);
    if (verdict == VERDICT_DENIED) {
        aws_call_error(call, &err);
        caretaker_say(c, err.text);
        c->denied_until = now + DAY_MS;
        return c->denied_until;
    }
    if (verdict != VERDICT_LATER)
        put_off(c, record->contact_id, now);
    /* Throttling is about all of them; what else failed holds up nobody: the next survey lines it
     * up again. */
    if (call->fault != AWS_THROTTLED && call->fault != AWS_CANCELLED)
        c->asked++;
    return c->next_call;
}

/* The instance of a contact: the one it names, else the only one there is. */
static bool instance_of(const struct caretaker *c, const struct record *record,
                        struct connect_instance *out)
{
    const char *arn = record->field[FIELD_INSTANCE].value;
    if (!arn && c->rosters == 1)
        arn = c->roster[0].instance.arn;
    if (!arn || !connect_instance_read(out, arn))
        return false;
    return !c->options.aws || strcmp(out->region, aws_session_region(c->options.aws)) == 0;
}

static bool still_silent(const struct caretaker *c, const struct record *record, int64_t now)
{
    return record_is_live(record, now) &&
           now - record_newest(record) > reconcile_allowance(record, &c->options.unsure);
}

static int64_t ask_about(struct caretaker *c, const struct record *record, int64_t now)
{
    struct connect_instance instance;
    if (!still_silent(c, record, now) || !instance_of(c, record, &instance)) {
        c->asked++;
        return now;
    }
    struct aws_call call = {0};
    connect_describe_call(&call, &c->arena, instance.id, record->contact_id);
    count(c, METRIC_RECONCILE_ASKED);
    caretaker_ask(c, &call, now);
    int64_t next = settle(c, &call, record, &instance, now);
    aws_call_free(&call);
    return next;
}

int64_t caretaker_ask_contact(struct caretaker *c, int64_t now)
{
    struct err err = {""};
    struct record record;
    bool found = false;
    if (c->asked >= c->suspects)
        return INT64_MAX;
    const struct suspect *suspect = &c->suspect[c->asked];
    int64_t earliest = suspect->due > c->next_call ? suspect->due : c->next_call;
    if (c->denied_until > earliest)
        earliest = c->denied_until;
    if (now < earliest)
        return earliest;
    struct store *store = caretaker_store(c);
    if (!store)
        return now + STORE_AGAIN_MS;
    /* The survey may have read an index that does not tell everything, and minutes ago. */
    if (!store_get(store, suspect->id, &c->arena, &record, NULL, &found, &err))
        return caretaker_store_failed(c, &err, now);
    int64_t next = now;
    if (found) {
        next = ask_about(c, &record, now);
        record_free(&record);
    } else {
        c->asked++;
    }
    arena_reset(&c->arena);
    return next;
}
