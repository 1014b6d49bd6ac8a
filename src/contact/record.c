#include "contactwatch/record.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "contact/latest_flow_internal.h"
#include "contact/members_internal.h"
#include "contact/registers_internal.h"
#include "contactwatch/instant.h"
#include "contactwatch/json.h"

#define RECORD_FIELD_KEY(id, key, kind) [FIELD_##id] = key,
const char *const record_field_key[FIELD_COUNT] = {RECORD_FIELDS(RECORD_FIELD_KEY)};

void record_init(struct record *record, const char *contact_id)
{
    *record = (struct record){.contact_id = mem_strdup(contact_id)};
}

void record_free(struct record *record)
{
    free(record->contact_id);
    for (int i = 0; i < FIELD_COUNT; i++)
        free(record->field[i].value);
    reg_list_free(&record->attributes);
    reg_list_free(&record->flags_set);
    reg_list_free(&record->other);
    *record = (struct record){0};
}

void record_copy(struct record *into, const struct record *from)
{
    record_init(into, from->contact_id);
    record_join(into, from);
}

bool record_set(struct record *record, enum record_field field, uint64_t stamp, const char *value)
{
    return value && *value && reg_put(&record->field[field], stamp, value, strlen(value));
}

static bool set_id(struct record *record, enum record_field field, uint64_t stamp, const char *id)
{
    return id && strcmp(id, record->contact_id) != 0 && record_set(record, field, stamp, id);
}

/* An object with nothing in it says nothing, like "". */
static bool set_object(struct record *record, enum record_field field, uint64_t stamp,
                       const char *json)
{
    return json && strcmp(json, "{}") != 0 && record_set(record, field, stamp, json);
}

static bool set_instant(struct record *record, enum record_field field, uint64_t stamp, int64_t ms)
{
    if (ms == INSTANT_NONE || !reg_open(&record->field[field], stamp))
        return false;
    char text[INSTANT_TEXT];
    instant_format(ms, text);
    return record_set(record, field, stamp, text);
}

static bool keep_least(int64_t *into, int64_t ms)
{
    if (ms == INSTANT_NONE || (*into != INSTANT_NONE && *into <= ms))
        return false;
    *into = ms;
    return true;
}

static bool keep_greatest(int64_t *into, int64_t value)
{
    if (value <= *into)
        return false;
    *into = value;
    return true;
}

static bool raise_flags(struct record *record, uint32_t flags)
{
    uint32_t before = record->flags;
    record->flags |= flags;
    return record->flags != before;
}

static uint32_t contact_flags(const struct contact_event *contact)
{
    uint32_t flags = 0;
    if (contact->enqueued != INSTANT_NONE || contact->state == LIFECYCLE_QUEUED)
        flags |= FLAG_QUEUED;
    if (contact->connected_to_agent != INSTANT_NONE ||
        contact->state == LIFECYCLE_CONNECTED_TO_AGENT)
        flags |= FLAG_AGENT;
    if (contact->disconnected != INSTANT_NONE || lifecycle_terminal(contact->state) > 0)
        flags |= FLAG_ENDED;
    if (contact->method && strcasecmp(contact->method, "CALLBACK") == 0)
        flags |= FLAG_CALLBACK;
    return flags;
}

static bool apply_contact(struct record *record, const struct event *event)
{
    const struct contact_event *contact = &event->contact;
    uint64_t stamp =
        stamp_pack(lifecycle_terminal(contact->state), event->entry.time, event->entry.rank);
    bool changed = raise_flags(record, contact_flags(contact));
    /* LIFECYCLE_NONE is called "", which never takes part. */
    changed |= record_set(record, FIELD_STATUS, stamp, lifecycle_name[contact->state]);
    changed |= record_set(record, FIELD_CHANNEL, stamp, contact->channel);
    changed |= record_set(record, FIELD_METHOD, stamp, contact->method);
    changed |= set_id(record, FIELD_INITIAL_ID, stamp, contact->initial_id);
    changed |= set_id(record, FIELD_PREVIOUS_ID, stamp, contact->previous_id);
    changed |= set_id(record, FIELD_RELATED_ID, stamp, contact->related_id);
    changed |= set_object(record, FIELD_QUEUE_INFO, stamp, contact->queue_info);
    changed |= set_object(record, FIELD_AGENT_INFO, stamp, contact->agent_info);
    changed |= set_instant(record, FIELD_DISCONNECTED, stamp, contact->disconnected);
    changed |= record_set(record, FIELD_DISCONNECT_REASON, stamp, contact->disconnect_reason);
    changed |= set_instant(record, FIELD_SYSTEM_CONNECTED, stamp, contact->connected_to_system);
    changed |= record_set(record, FIELD_INSTANCE, stamp, contact->instance_arn);
    changed |= record_set(record, FIELD_CUSTOMER, stamp, contact->customer_id);
    return changed | keep_least(&record->initiated, contact->initiated);
}

static bool set_attribute(struct record *record, const char *name, uint64_t stamp,
                          const char *value)
{
    if (!*name || strnlen(name, MEMBER_NAME_MAX + 1) > MEMBER_NAME_MAX)
        return false;
    return reg_list_put(&record->attributes, name, stamp, value,
                        cut_length(value, ATTRIBUTE_VALUE_MAX), ATTRIBUTES_MAX);
}

static bool apply_flow(struct record *record, const struct event *event)
{
    const struct flow_log *flow = &event->flow;
    uint64_t stamp = stamp_pack(0, event->entry.time, event->entry.rank);
    bool changed = false;
    if (flow->key)
        changed |= set_attribute(record, flow->key, stamp, flow->value ? flow->value : "");
    changed |= record_set(record, FIELD_INSTANCE, 0, flow->instance_arn);
    if (reg_open(&record->field[FIELD_LATEST_FLOW], stamp)) {
        char value[LATEST_FLOW_MAX];
        size_t length = latest_flow_write(value, event);
        changed |= reg_put(&record->field[FIELD_LATEST_FLOW], stamp, value, length);
    }
    return changed;
}

bool record_is_flow_flag(const char *name)
{
    return strncmp(name, "Flag_", 5) == 0 && name[5] && !record_reserved(name) &&
           strnlen(name, MEMBER_NAME_MAX + 1) <= MEMBER_NAME_MAX;
}

static bool apply_parameter(struct record *record, const cJSON *parameter, uint64_t stamp)
{
    const char *name = parameter->string, *value = parameter->valuestring;
    if (!name || !cJSON_IsString(parameter))
        return false;
    if (strcmp(name, record_field_key[FIELD_CUSTOMER]) == 0)
        return record_set(record, FIELD_CUSTOMER, stamp, value);
    if (record_reserved(name))
        return false;
    if (!record_is_flow_flag(name))
        return set_attribute(record, name, stamp, value);
    return *value && reg_list_put(&record->flags_set, name, stamp, value,
                                  cut_length(value, ATTRIBUTE_VALUE_MAX), FLOW_FLAGS_MAX);
}

/* The working queue of a flow: the customer need not wait in it yet, so it tells no time. */
static bool set_working_queue(struct record *record, uint64_t stamp, const char *arn)
{
    if (!arn)
        return false;
    struct buf value = {0};
    buf_text(&value, "{\"queueArn\":");
    json_quote(&value, arn);
    buf_char(&value, '}');
    bool changed = set_object(record, FIELD_QUEUE_INFO, stamp, value.data);
    buf_free(&value);
    return changed;
}

/* What a flow knows of its contact; contact events know better. */
static bool apply_aside(struct record *record, const struct flow_event *contact, uint64_t stamp)
{
    bool changed = record_set(record, FIELD_CHANNEL, stamp, contact->channel);
    changed |= record_set(record, FIELD_METHOD, stamp, contact->method);
    changed |= set_id(record, FIELD_INITIAL_ID, stamp, contact->initial_id);
    changed |= set_id(record, FIELD_PREVIOUS_ID, stamp, contact->previous_id);
    changed |= set_id(record, FIELD_RELATED_ID, stamp, contact->related_id);
    changed |= set_working_queue(record, stamp, contact->queue_arn);
    changed |= record_set(record, FIELD_INSTANCE, stamp, contact->instance_arn);
    changed |= record_set(record, FIELD_CUSTOMER, stamp,
                          contact->address ? contact->address : contact->customer_id);
    if (contact->method && strcasecmp(contact->method, "CALLBACK") == 0)
        changed |= raise_flags(record, FLAG_CALLBACK);
    return changed;
}

static bool apply_lambda(struct record *record, const struct event *event)
{
    uint64_t stamp = stamp_pack(0, event->entry.time, event->entry.rank);
    const struct flow_event *contact = event->lambda.contact;
    const cJSON *parameter = NULL;
    bool changed = contact && apply_aside(record, contact, stamp_aside(event->entry.time));
    cJSON_ArrayForEach(parameter, event->lambda.parameters) changed |=
        apply_parameter(record, parameter, stamp);
    return changed;
}

static uint32_t mark_flags(uint32_t marks)
{
    static const struct {
        uint32_t mark, flag;
    } rise[] = {{MARK_ERROR, FLAG_ERROR},
                {MARK_LAMBDA_ERROR, FLAG_LAMBDA_ERROR},
                {MARK_CALLBACK, FLAG_CALLBACK},
                {MARK_MENU_ERROR, FLAG_MENU_ERROR},
                {MARK_BOT, FLAG_BOT}};
    uint32_t flags = 0;
    for (size_t i = 0; i < ARRAY_SIZE(rise); i++)
        if (marks & rise[i].mark)
            flags |= rise[i].flag;
    return flags;
}

bool record_apply(struct record *record, const struct event *event)
{
    const struct entry *entry = &event->entry;
    if (entry->type >= LOGTYPE_COUNT)
        return false;
    bool changed = raise_flags(record, mark_flags(entry->marks));
    changed |= keep_greatest(&record->last[entry->type], entry->time);
    changed |= keep_least(&record->first, entry->time);
    switch ((enum log_type)entry->type) {
    case LOGTYPE_CONTACT: changed |= apply_contact(record, event); break;
    case LOGTYPE_FLOW: changed |= apply_flow(record, event); break;
    case LOGTYPE_LAMBDA: changed |= apply_lambda(record, event); break;
    case LOGTYPE_AGENT:
    case LOGTYPE_COUNT: break;
    }
    return changed;
}

bool record_join(struct record *into, const struct record *from)
{
    bool changed = raise_flags(into, from->flags);
    for (int i = 0; i < FIELD_COUNT; i++)
        changed |= reg_join(&into->field[i], &from->field[i]);
    changed |= reg_list_join(&into->attributes, &from->attributes, ATTRIBUTES_MAX);
    changed |= reg_list_join(&into->flags_set, &from->flags_set, FLOW_FLAGS_MAX);
    changed |= reg_list_join(&into->other, &from->other, 0);
    for (int i = 0; i < LOGTYPE_COUNT; i++)
        changed |= keep_greatest(&into->last[i], from->last[i]);
    changed |= keep_least(&into->initiated, from->initiated);
    bool earlier = keep_least(&into->first, from->first);
    changed |= earlier && into->initiated == INSTANT_NONE;
    keep_greatest(&into->version, from->version);
    keep_greatest(&into->updated_at, from->updated_at);
    keep_greatest(&into->expiry, from->expiry);
    keep_greatest(&into->last_receipt, from->last_receipt);
    return changed;
}
