#include "support/make_event.h"

#include <string.h>

#include "contactwatch/instant.h"
#include "contactwatch/json.h"

static struct event make(const char *contact_id, enum log_type type, int rank, int64_t time)
{
    return (struct event){
        .contact_id = contact_id,
        .sent = time,
        .entry = {.type = (uint8_t)type, .rank = (uint8_t)rank, .time = time, .body = ""},
    };
}

struct event make_contact_event(const char *contact_id, const char *type, int64_t time)
{
    enum lifecycle state = lifecycle_of(type);
    struct event event =
        make(contact_id, LOGTYPE_CONTACT, state == LIFECYCLE_NONE ? RANK_DATA : (int)state, time);
    event.contact.type = type;
    event.contact.state = state;
    return event;
}

struct event make_flow_log(const char *contact_id, const char *block_type, int64_t time)
{
    struct event event = make(contact_id, LOGTYPE_FLOW, RANK_FLOW, time);
    event.flow.block_type = block_type;
    return event;
}

struct event make_attribute(const char *contact_id, const char *key, const char *value,
                            int64_t time)
{
    struct event event = make_flow_log(contact_id, "SetAttributes", time);
    event.entry.marks = MARK_ATTRIBUTE;
    event.flow.key = key;
    event.flow.value = value;
    return event;
}

struct event make_flow_lambda(struct arena *arena, const char *contact_id, const char *parameters,
                              int64_t time)
{
    struct event event = make(contact_id, LOGTYPE_LAMBDA, RANK_LAMBDA, time);
    event.lambda.parameters = json_parse(arena, parameters, strlen(parameters), NULL);
    return event;
}

struct event make_agent_state(const char *contact_id, const char *agent_arn, const char *state,
                              int64_t time)
{
    struct event event = make(contact_id, LOGTYPE_AGENT, RANK_AGENT, time);
    event.entry.marks = MARK_AGENT_STATE;
    event.agent.agent_arn = agent_arn;
    event.agent.event_type = "STATE_CHANGE";
    event.agent.state = state;
    event.agent.since = time;
    return event;
}

static void put_instant(struct buf *out, const char *key, int64_t ms)
{
    char text[INSTANT_TEXT];
    if (ms == INSTANT_NONE)
        return;
    instant_format(ms, text);
    buf_printf(out, "%s\"%s\":\"%s\"", out->length > 1 ? "," : "", key, text);
}

static void put_text(struct buf *out, const char *key, const char *text)
{
    if (!text)
        return;
    buf_printf(out, "%s\"%s\":", out->length > 1 ? "," : "", key);
    json_quote(out, text);
}

static const char *close_object(struct arena *arena, struct buf *out)
{
    buf_char(out, '}');
    const char *text = arena_strdup(arena, buf_str(out));
    buf_free(out);
    return text;
}

const char *make_queue_info(struct arena *arena, const char *queue_arn, int64_t enqueued)
{
    struct buf out = {0};
    buf_char(&out, '{');
    put_instant(&out, "enqueueTimestamp", enqueued);
    put_text(&out, "queueArn", queue_arn);
    put_text(&out, "queueType", "STANDARD");
    return close_object(arena, &out);
}

const char *make_agent_info(struct arena *arena, const char *agent_arn, int64_t connected)
{
    struct buf out = {0};
    buf_char(&out, '{');
    put_text(&out, "agentArn", agent_arn);
    put_instant(&out, "connectedToAgentTimestamp", connected);
    return close_object(arena, &out);
}

static void put_contact(struct buf *body, const struct event *event)
{
    const struct contact_event *contact = &event->contact;
    put_text(body, "channel", contact->channel);
    put_text(body, "contactId", event->contact_id);
    put_text(body, "eventType", contact->type);
    put_instant(body, "initiationTimestamp", contact->initiated);
    put_text(body, "queue", contact->queue_info);
}

static void put_flow(struct buf *body, const struct event *event)
{
    put_text(body, "ContactFlowId", event->flow.flow_id);
    put_text(body, "ContactFlowModuleType", event->flow.block_type);
    put_text(body, "ContactId", event->contact_id);
    put_text(body, "Key", event->flow.key);
    put_text(body, "Results", event->flow.results);
    put_text(body, "Value", event->flow.value);
}

void make_seal(struct arena *arena, struct event *event)
{
    struct buf body = {0};
    buf_char(&body, '{');
    if (event->entry.type == LOGTYPE_CONTACT)
        put_contact(&body, event);
    else if (event->entry.type == LOGTYPE_FLOW)
        put_flow(&body, event);
    else
        put_text(&body, "State", event->entry.type == LOGTYPE_AGENT ? event->agent.state : NULL);
    put_instant(&body, "Timestamp", event->entry.time);
    event->entry.length = (uint32_t)body.length + 1;
    event->entry.body = close_object(arena, &body);
    const struct hash_part identity[] = {
        {event->contact_id, strlen(event->contact_id)},
        {event->contact.type,
         event->entry.type == LOGTYPE_CONTACT ? strlen(event->contact.type) : 0},
        {&event->entry.time, sizeof(event->entry.time)},
    };
    event->entry.id = event->entry.type == LOGTYPE_CONTACT
                          ? hash_parts(identity, ARRAY_SIZE(identity))
                          : hash_bytes(event->entry.body, event->entry.length);
}

struct record make_record(const char *contact_id, const struct event *events, size_t count)
{
    struct record record;
    record_init(&record, contact_id);
    for (size_t i = 0; i < count; i++)
        record_apply(&record, &events[i]);
    return record;
}
