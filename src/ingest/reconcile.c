#include "ingest/reconcile_internal.h"

#include <string.h>
#include <strings.h>

#include "contactwatch/json.h"

static bool is_one_of(const char *text, const char *const *names)
{
    for (; text && *names; names++)
        if (strcasecmp(text, *names) == 0)
            return true;
    return false;
}

int64_t reconcile_allowance(const struct record *record, const struct unsure_after *unsure)
{
    static const char *const patient[] = {"CHAT", "TASK", "EMAIL", NULL};
    static const char *const scheduled[] = {"CALLBACK", NULL};
    struct arena arena = {0};
    struct record_facts facts;
    record_facts(&facts, record, &arena);
    bool with_agent =
        facts.connected_to_agent != INSTANT_NONE && facts.connected_to_agent >= facts.enqueued;
    int64_t allowed = unsure->flow;
    if (is_one_of(facts.channel, patient) || facts.status == LIFECYCLE_PAUSED)
        allowed = unsure->other;
    else if (with_agent)
        allowed = unsure->agent;
    else if (facts.enqueued != INSTANT_NONE)
        allowed = unsure->queue;
    else if (is_one_of(facts.method, scheduled))
        allowed = unsure->other;
    arena_free(&arena);
    return allowed;
}

/* The lifecycle event that Connect's answer has beyond the record; LIFECYCLE_NONE = none. */
static enum lifecycle missed(const struct connect_contact *contact, const struct record *record)
{
    struct arena arena = {0};
    struct record_facts facts;
    record_facts(&facts, record, &arena);
    enum lifecycle state = LIFECYCLE_NONE;
    if (contact->disconnected != INSTANT_NONE)
        state = facts.ended ? LIFECYCLE_NONE : LIFECYCLE_DISCONNECTED;
    else if (contact->agent_id && contact->connected_to_agent > facts.connected_to_agent)
        state = LIFECYCLE_CONNECTED_TO_AGENT;
    else if (contact->queue_id && contact->enqueued > facts.enqueued)
        state = LIFECYCLE_QUEUED;
    arena_free(&arena);
    return state;
}

enum verdict reconcile_verdict(const struct aws_call *call, const struct record *record,
                               struct arena *arena, struct connect_contact *contact)
{
    static const enum verdict of_fault[] = {
        [AWS_FINE] = VERDICT_OPEN,       [AWS_THROTTLED] = VERDICT_LATER,
        [AWS_TRANSIENT] = VERDICT_LATER, [AWS_DENIED] = VERDICT_DENIED,
        [AWS_REFUSED] = VERDICT_UNKNOWN, [AWS_CANCELLED] = VERDICT_LATER,
    };
    *contact = (struct connect_contact){.hold_s = -1};
    if (call->fault != AWS_FINE)
        return of_fault[call->fault];
    if (!connect_describe_read(arena, buf_str(&call->response), call->response.length, contact,
                               NULL))
        return VERDICT_LATER;
    if (strcmp(contact->id, record->contact_id) != 0)
        return VERDICT_UNKNOWN;
    switch (missed(contact, record)) {
    case LIFECYCLE_NONE: return VERDICT_OPEN;
    case LIFECYCLE_DISCONNECTED: return VERDICT_ENDED;
    default: return VERDICT_MOVED;
    }
}

int64_t reconcile_interval(unsigned times)
{
    int64_t interval = 30 * MINUTE_MS;
    while (times-- > 1 && interval < DAY_MS)
        interval *= 2;
    return interval < DAY_MS ? interval : DAY_MS;
}

static void put_key(struct buf *out, const char *key)
{
    char before = out->length ? out->data[out->length - 1] : '{';
    buf_printf(out, "%s\"%s\":", before == '{' ? "" : ",", key);
}

static void put_text(struct buf *out, const char *key, const char *text)
{
    if (!text)
        return;
    put_key(out, key);
    json_quote(out, text);
}

static void put_time(struct buf *out, const char *key, int64_t ms)
{
    char text[INSTANT_TEXT];
    if (ms == INSTANT_NONE)
        return;
    instant_format(ms, text);
    put_text(out, key, text);
}

/* "INSTANCE/kind/id", or the ARN already known that ends in this id: that of an agent's own queue
 * has another form. */
static void put_arn(struct buf *out, const char *key, const char *known, const char *instance,
                    const char *kind, const char *id)
{
    struct buf arn = {0};
    if (known && strcmp(arn_tail(known), id) == 0)
        buf_text(&arn, known);
    else
        buf_printf(&arn, "%s/%s/%s", instance, kind, id);
    put_text(out, key, buf_str(&arn));
    buf_free(&arn);
}

static void put_queue(struct buf *out, const struct connect_contact *contact,
                      const struct record_facts *facts, const char *instance)
{
    if (!contact->queue_id)
        return;
    bool same = facts->queue_arn && strcmp(arn_tail(facts->queue_arn), contact->queue_id) == 0;
    put_key(out, "queueInfo");
    buf_char(out, '{');
    put_time(out, "enqueueTimestamp", contact->enqueued);
    put_arn(out, "queueArn", facts->queue_arn, instance, "queue", contact->queue_id);
    put_text(out, "queueType", same ? facts->queue_type : NULL);
    buf_char(out, '}');
}

static void put_agent(struct buf *out, const struct connect_contact *contact,
                      const struct record_facts *facts, const char *instance)
{
    if (!contact->agent_id)
        return;
    put_key(out, "agentInfo");
    buf_char(out, '{');
    put_time(out, "afterContactWorkEndTimestamp", contact->acw_end);
    put_time(out, "afterContactWorkStartTimestamp", contact->acw_start);
    put_arn(out, "agentArn", facts->agent_arn, instance, "agent", contact->agent_id);
    if (contact->hold_s >= 0) {
        put_key(out, "agentInitiatedHoldDuration");
        buf_printf(out, "%lld", (long long)contact->hold_s);
    }
    put_time(out, "connectedToAgentTimestamp", contact->connected_to_agent);
    buf_char(out, '}');
}

static int64_t stamp_of(const struct connect_contact *contact, enum lifecycle state)
{
    switch (state) {
    case LIFECYCLE_CONNECTED_TO_AGENT: return contact->connected_to_agent;
    case LIFECYCLE_QUEUED: return contact->enqueued;
    default: return contact->disconnected;
    }
}

static void put_detail(struct buf *out, const struct connect_contact *contact,
                       const struct record_facts *facts, enum lifecycle state, const char *instance)
{
    buf_char(out, '{');
    put_key(out, "DescribeContact");
    buf_text(out, "true");
    put_text(out, "eventType", lifecycle_name[state]);
    put_text(out, "contactId", contact->id);
    put_text(out, "instanceArn", instance);
    put_text(out, "channel", contact->channel);
    put_text(out, "initiationMethod", contact->method);
    put_text(out, "initialContactId", contact->initial_id);
    put_text(out, "previousContactId", contact->previous_id);
    put_text(out, "relatedContactId", contact->related_id);
    put_text(out, "customerId", contact->customer_id);
    put_text(out, "disconnectReason", contact->disconnect_reason);
    put_time(out, "initiationTimestamp", contact->initiated);
    put_time(out, "connectedToSystemTimestamp", contact->connected_to_system);
    put_time(out, "disconnectTimestamp", contact->disconnected);
    put_queue(out, contact, facts, instance);
    put_agent(out, contact, facts, instance);
    buf_char(out, '}');
}

void reconcile_event(struct buf *out, const struct connect_contact *contact,
                     const struct record *record, const struct connect_instance *instance)
{
    struct arena arena = {0};
    struct record_facts facts;
    record_facts(&facts, record, &arena);
    enum lifecycle state = missed(contact, record);
    buf_char(out, '{');
    put_text(out, "version", "0");
    put_text(out, "detail-type", "Amazon Connect Contact Event");
    put_text(out, "source", "aws.connect");
    put_time(out, "time", stamp_of(contact, state));
    put_text(out, "region", instance->region);
    put_key(out, "detail");
    put_detail(out, contact, &facts, state, instance->arn);
    buf_char(out, '}');
    arena_free(&arena);
}
