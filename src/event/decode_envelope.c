/* An object is told by the members it has: the first shape in the table that fits
 * opens it. */
#include <stdlib.h>

#include "base/json_internal.h"
#include "event/decode_internal.h"

#define NOT_KNOWN "no event and no envelope that is known"

typedef void open_fn(struct decoder *d, cJSON *object, const struct members *m,
                     const struct origin *origin);

static void open_each(struct decoder *d, const char *name, const cJSON *array,
                      const struct origin *origin)
{
    size_t index = 0;
    if (!cJSON_IsArray(array)) {
        refuse_value(d, "an envelope whose records are no array", array);
        return;
    }
    for (cJSON *item = array->child; item; item = item->next) {
        place_enter(d, name, index++);
        decode_value(d, item, origin);
        place_leave(d);
    }
}

/* A member that holds a document as text, or opened already. */
static void open_inner(struct decoder *d, cJSON *inner, const struct origin *origin)
{
    if (cJSON_IsString(inner))
        decode_text(d, inner->valuestring, strlen(inner->valuestring), origin);
    else
        decode_value(d, inner, origin);
}

static void open_entry(struct decoder *d, cJSON *entry, const struct members *m,
                       const struct origin *origin)
{
    const char *type = member_text(m, KEY_LOG_TYPE);
    struct origin from = *origin;
    if (member_text(m, KEY_LOG_EVENT_ID))
        from.log_event_id = member_text(m, KEY_LOG_EVENT_ID);
    if (!type)
        refuse_value(d, "a LogType that is no text", entry);
    else if (strcmp(type, log_type_name[LOGTYPE_CONTACT]) == 0)
        decode_contact(d, entry, m, &from);
    else if (strcmp(type, log_type_name[LOGTYPE_FLOW]) == 0)
        decode_flow(d, entry, m, &from);
    else if (strcmp(type, log_type_name[LOGTYPE_AGENT]) == 0)
        decode_agent_entry(d, entry, m);
    else if (strcmp(type, log_type_name[LOGTYPE_LAMBDA]) == 0)
        decode_lambda(d, entry, m, &from);
    else
        refuse_value(d, "a LogType that is not known", entry);
}

static void open_event_bridge(struct decoder *d, cJSON *object, const struct members *m,
                              const struct origin *origin)
{
    struct origin from = *origin;
    from.time = member_text(m, KEY_TIME);
    cJSON *detail = m->at[KEY_DETAIL];
    if (cJSON_IsString(detail)) {
        open_inner(d, detail, &from);
        return;
    }
    struct members inner;
    members_find(&inner, detail);
    const char *source = member_text(m, KEY_SOURCE);
    bool ours = !source || strcmp(source, "aws.connect") == 0;
    if (inner.at[KEY_CONTACT_ID] && (inner.at[KEY_EVENT_TYPE] || ours))
        decode_contact(d, detail, &inner, &from);
    else if (inner.at[KEY_MODULE_TYPE])
        decode_flow(d, detail, &inner, &from);
    else if (source)
        d->result.skipped++;
    else
        refuse_value(d, "a detail that is no contact event", object);
}

static void open_awslogs(struct decoder *d, cJSON *object, const struct members *m,
                         const struct origin *origin)
{
    const char *data = json_text(m->at[KEY_AWSLOGS], "data");
    if (data)
        decode_text(d, data, strlen(data), origin);
    else
        refuse_value(d, "awslogs without data", object);
}

static void open_log_events(struct decoder *d, cJSON *object, const struct members *m,
                            const struct origin *origin)
{
    const char *type = member_text(m, KEY_MESSAGE_TYPE);
    if (type && strcmp(type, "DATA_MESSAGE") != 0)
        d->result.skipped++;
    else if (cJSON_IsArray(m->at[KEY_LOG_EVENTS]))
        open_each(d, "logEvents", m->at[KEY_LOG_EVENTS], origin);
    else
        refuse_value(d, "a log message without logEvents", object);
}

/* What was logged is one record, also when it is several lines of something else. */
static void open_logged(struct decoder *d, const char *message, const struct origin *origin)
{
    struct err err = {0};
    size_t length = strlen(message);
    cJSON *line = json_parse(d->arena, message, length, &err);
    if (line && d->level <= DECODE_MAX_NESTING) {
        d->level++;
        decode_value(d, line, origin);
        d->level--;
    } else {
        refuse_text(d, line ? TOO_NESTED : err.text, message, length);
    }
}

static void open_log_event(struct decoder *d, cJSON *object, const struct members *m,
                           const struct origin *origin)
{
    (void)object;
    struct origin from = *origin;
    const char *id = member_text(m, KEY_EVENT_ID), *message = member_text(m, KEY_MESSAGE);
    from.log_event_id = id ? id : member_text(m, KEY_ID);
    const cJSON *time = m->at[KEY_TIMESTAMP];
    if (cJSON_IsNumber(time) && time->valuedouble >= (double)INSTANT_SENTINEL_BEFORE &&
        time->valuedouble < 1e15)
        from.log_time = (int64_t)time->valuedouble;
    if (message && from.log_event_id)
        open_logged(d, message, &from);
    else
        open_inner(d, m->at[KEY_MESSAGE], &from);
}

static void open_records(struct decoder *d, cJSON *object, const struct members *m,
                         const struct origin *origin)
{
    (void)object;
    open_each(d, "record", m->at[KEY_RECORDS], origin);
}

static void open_events(struct decoder *d, cJSON *object, const struct members *m,
                        const struct origin *origin)
{
    (void)object;
    open_each(d, "events", m->at[KEY_EVENTS], origin);
}

static void open_sns(struct decoder *d, cJSON *object, const struct members *m,
                     const struct origin *origin)
{
    const char *type = member_text(m, KEY_TYPE);
    if (type && strcmp(type, "Notification") != 0)
        d->result.skipped++; /* a confirmation of the subscription */
    else if (m->at[KEY_MESSAGE])
        open_inner(d, m->at[KEY_MESSAGE], origin);
    else
        refuse_value(d, "a notification without Message", object);
}

static void open_lambda_event(struct decoder *d, cJSON *object, const struct members *m,
                              const struct origin *origin)
{
    (void)object;
    (void)origin;
    decode_flow_event(d, m->at[KEY_DETAILS]);
}

static void open_agent(struct decoder *d, cJSON *object, const struct members *m,
                       const struct origin *origin)
{
    (void)origin;
    decode_agent(d, object, m);
}

static void open_item(struct decoder *d, cJSON *object, const struct members *m,
                      const struct origin *origin)
{
    (void)m;
    (void)origin;
    decode_item(d, object);
}

static void open_exported(struct decoder *d, cJSON *object, const struct members *m,
                          const struct origin *origin)
{
    (void)object;
    (void)origin;
    decode_item(d, m->at[KEY_ITEM]);
}

#define WRAPS(function, wanted)                                                                    \
    static void function(struct decoder *d, cJSON *object, const struct members *m,                \
                         const struct origin *origin)                                              \
    {                                                                                              \
        (void)object;                                                                              \
        open_inner(d, m->at[wanted], origin);                                                      \
    }
WRAPS(open_kinesis, KEY_KINESIS)
WRAPS(open_sns_record, KEY_SNS)
WRAPS(open_data, KEY_DATA)

/* Someone's own wrapping: only what is opened as a record or an envelope is looked into. */
static void open_wrapped(struct decoder *d, cJSON *object, const struct members *m,
                         const struct origin *origin)
{
    cJSON *inner = m->at[KEY_LOG] ? m->at[KEY_LOG] : m->at[KEY_EVENT];
    const char *text = cJSON_IsString(inner) ? inner->valuestring : NULL;
    size_t blanks = text ? json_blanks(text, strlen(text)) : 0;
    if (text && (text[blanks] == '{' || text[blanks] == '[')) {
        decode_text(d, text, strlen(text), origin);
    } else if (!cJSON_IsObject(inner)) {
        refuse_value(d, NOT_KNOWN, object);
    } else if (d->level > DECODE_MAX_NESTING) {
        refuse_value(d, TOO_NESTED, object);
    } else {
        d->level++;
        decode_value(d, inner, origin);
        d->level--;
    }
}

/* A message of an SQS batch knows when it was sent. */
static void open_sqs(struct decoder *d, cJSON *object, const struct members *m,
                     const struct origin *origin)
{
    const int64_t sent = d->sent, latest = d->latest;
    const char *text = json_text_either(json_either(object, "attributes"), "SentTimestamp");
    int64_t ms = text ? strtoll(text, NULL, 10) : 0;
    if (ms >= INSTANT_SENTINEL_BEFORE && ms < INT64_MAX - DAY_MS) {
        d->sent = ms;
        d->latest = ms + DAY_MS;
    }
    open_inner(d, m->at[KEY_BODY], origin);
    d->sent = sent;
    d->latest = latest;
}

/* A shape is a member that must be there, and one more, or KEY_NONE. */
static const struct shape {
    enum key first, second;
    open_fn *open;
} shapes[] = {
    {KEY_LOG_TYPE, KEY_NONE, open_entry},
    {KEY_MODULE_TYPE, KEY_NONE, decode_flow},
    {KEY_ITEM_ID, KEY_NONE, open_item},
    {KEY_ITEM, KEY_NONE, open_exported},
    {KEY_DETAIL, KEY_NONE, open_event_bridge},
    {KEY_AGENT_ARN, KEY_EVENT_TYPE, open_agent},
    {KEY_CONTACT_ID, KEY_EVENT_TYPE, decode_contact},
    {KEY_AWSLOGS, KEY_NONE, open_awslogs},
    {KEY_MESSAGE_TYPE, KEY_NONE, open_log_events},
    {KEY_LOG_EVENTS, KEY_NONE, open_log_events},
    {KEY_RECORDS, KEY_NONE, open_records},
    {KEY_KINESIS, KEY_NONE, open_kinesis},
    {KEY_SNS, KEY_NONE, open_sns_record},
    {KEY_BODY, KEY_NONE, open_sqs},
    {KEY_TOPIC, KEY_NONE, open_sns},
    {KEY_MESSAGE, KEY_NONE, open_log_event},
    {KEY_EVENTS, KEY_NONE, open_events},
    {KEY_DATA, KEY_NONE, open_data},
    {KEY_DETAILS, KEY_NONE, open_lambda_event},
    {KEY_LOG, KEY_NONE, open_wrapped},
    {KEY_EVENT, KEY_NONE, open_wrapped},
};

static void decode_object(struct decoder *d, cJSON *object, const struct origin *origin)
{
    struct members m;
    members_find(&m, object);
    for (size_t i = 0; i < ARRAY_SIZE(shapes); i++)
        if (m.at[shapes[i].first] && (shapes[i].second == KEY_NONE || m.at[shapes[i].second])) {
            shapes[i].open(d, object, &m, origin);
            return;
        }
    refuse_value(d, NOT_KNOWN, object);
}

void decode_value(struct decoder *d, cJSON *value, const struct origin *origin)
{
    if (cJSON_IsObject(value))
        decode_object(d, value, origin);
    else if (cJSON_IsArray(value))
        open_each(d, "record", value, origin);
    else if (cJSON_IsString(value) && value->valuestring)
        decode_text(d, value->valuestring, strlen(value->valuestring), origin);
    else
        refuse_value(d, "not an event", value);
}
