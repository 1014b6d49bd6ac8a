/* Contact events: their fields, and the stamp and identity of the entry. */
#include "base/json_internal.h"
#include "event/decode_internal.h"

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), size = strlen(end);
    return length >= size && memcmp(text + length - size, end, size) == 0;
}

static bool is_timestamp(const cJSON *node)
{
    return cJSON_IsString(node) && node->string && ends_with(node->string, "imestamp");
}

/* The newest time that anything in the detail has happened at: no schedules, no expiries, nothing
 * from the future. */
static int64_t newest_time(const struct decoder *d, cJSON *object, bool top, bool *future)
{
    int64_t newest = INSTANT_NONE;
    for (cJSON *node = object->child; node; node = node->next) {
        int64_t ms = INSTANT_NONE;
        const char *name = node->string ? node->string : "";
        if (top && strcmp(name, "Timestamp") == 0)
            continue; /* the envelope's, in a stored entry */
        if (node->child)
            ms = newest_time(d, node, false, future);
        else if (is_timestamp(node) && !strstr(name, "cheduled") && !strstr(name, "xpiry"))
            ms = take_time(d, node, future);
        newest = ms > newest ? ms : newest;
    }
    return newest;
}

/*
 * The stamp must be the same when the stored entry is read again, which has of repeated members the
 * first alone: what counts is its newest time, not that of all that came.
 */
static int64_t newest_or(struct decoder *d, cJSON *detail, int64_t envelope, bool *future)
{
    int64_t newest = newest_time(d, detail, true, future);
    if (newest <= envelope)
        return envelope;
    buf_clear(&d->text);
    json_canonical(&d->text, detail, NULL);
    cJSON *kept = json_parse(d->arena, d->text.data, d->text.length, NULL);
    newest = kept ? newest_time(d, kept, true, future) : INSTANT_NONE;
    return newest > envelope ? newest : envelope;
}

/* The time that an event of this type is about; INSTANT_NONE for types without one. */
static int64_t own_time(const struct contact_event *c)
{
    switch (c->state) {
    case LIFECYCLE_INITIATED: return c->initiated;
    case LIFECYCLE_CONNECTED_TO_SYSTEM: return c->connected_to_system;
    case LIFECYCLE_QUEUED: return c->enqueued;
    case LIFECYCLE_CONNECTED_TO_AGENT: return c->connected_to_agent;
    case LIFECYCLE_DISCONNECTED: return c->disconnected;
    case LIFECYCLE_COMPLETED: return c->acw_end;
    default: return INSTANT_NONE;
    }
}

/* Says nothing: null, "", or the sentinel for null. */
static bool is_void(const cJSON *node)
{
    if (cJSON_IsNull(node) || (cJSON_IsString(node) && !node->valuestring[0]))
        return true;
    int64_t ms;
    return is_timestamp(node) && instant_parse(node->valuestring, &ms) &&
           instant_or_none(node->valuestring) == INSTANT_NONE;
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_clean(const cJSON *object)
{
    for (const cJSON *node = object->child; node; node = node->next) {
        if ((node->string && is_upper(node->string[0])) || is_void(node))
            return false;
        bool nested = cJSON_IsObject(node) || cJSON_IsArray(node);
        if (nested && (!node->child || !is_clean(node)))
            return false;
    }
    return true;
}

/* A copy in camelCase without what says nothing; NULL if that is all of it. Of a name in both cases
 * the PascalCase one stands first, and so stays. */
static cJSON *cleaned(struct arena *arena, const cJSON *object)
{
    cJSON *copy = arena_zero(arena, sizeof(*copy)), *lower = NULL;
    cJSON **end_upper = &copy->child, **end_lower = &lower;
    copy->type = object->type;
    for (const cJSON *node = object->child; node; node = node->next) {
        cJSON *kept = NULL;
        if (cJSON_IsObject(node) || cJSON_IsArray(node)) {
            kept = cleaned(arena, node);
        } else if (!is_void(node)) {
            kept = arena_alloc(arena, sizeof(*kept));
            *kept = *node;
            kept->next = NULL;
        }
        if (!kept)
            continue;
        kept->string = arena_strdup(arena, node->string);
        bool upper = kept->string && is_upper(kept->string[0]);
        if (upper)
            kept->string[0] = (char)(kept->string[0] | 0x20);
        cJSON ***end = upper ? &end_upper : &end_lower;
        **end = kept;
        *end = &kept->next;
    }
    *end_upper = lower;
    return copy->child ? copy : NULL;
}

static const char *info_text(struct decoder *d, const cJSON *info)
{
    if (!cJSON_IsObject(info))
        return NULL;
    if (!info->child || !is_clean(info))
        info = cleaned(d->arena, info);
    if (!info)
        return NULL;
    buf_clear(&d->text);
    json_canonical(&d->text, info, NULL);
    return arena_strndup(d->arena, d->text.data, d->text.length);
}

const char *upper_case(struct arena *arena, const char *text)
{
    const char *p = text;
    while (p && *p && !(*p >= 'a' && *p <= 'z'))
        p++;
    if (!p || !*p)
        return text;
    char *copy = arena_strdup(arena, text);
    for (char *c = copy; *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c & ~0x20);
    return copy;
}

/* A contact that names itself as the one before means that there was none. */
static const char *other_contact(const char *id, const char *own)
{
    return id && strcmp(id, own) != 0 ? id : NULL;
}

static cJSON *member_either(cJSON *object, const char *name)
{
    cJSON *found = NULL;
    for (cJSON *member = cJSON_IsObject(object) ? object->child : NULL; member;
         member = member->next)
        if (json_same_either(member->string, name) &&
            (!found || (is_upper(member->string[0]) && !is_upper(found->string[0]))))
            found = member;
    return found;
}

static void read_fields(struct decoder *d, struct event *event, const struct members *m,
                        bool *future)
{
    struct contact_event *c = &event->contact;
    cJSON *queue = m->at[KEY_QUEUE_INFO], *agent = m->at[KEY_AGENT_INFO];
    c->type = member_text(m, KEY_EVENT_TYPE);
    c->state = lifecycle_of(c->type);
    c->channel = upper_case(d->arena, member_text(m, KEY_CHANNEL));
    c->method = member_text(m, KEY_METHOD);
    c->initial_id = other_contact(member_text(m, KEY_INITIAL_ID), event->contact_id);
    c->previous_id = other_contact(member_text(m, KEY_PREVIOUS_ID), event->contact_id);
    c->related_id = other_contact(member_text(m, KEY_RELATED_ID), event->contact_id);
    c->instance_arn = member_text(m, KEY_INSTANCE);
    c->customer_id = member_text(m, KEY_CUSTOMER_ID);
    c->disconnect_reason = member_text(m, KEY_REASON);
    c->initiated = take_time(d, m->at[KEY_INITIATED], future);
    c->connected_to_system = take_time(d, m->at[KEY_SYSTEM], future);
    c->disconnected = take_time(d, m->at[KEY_DISCONNECTED], future);
    c->enqueued = take_time(d, member_either(queue, "enqueueTimestamp"), future);
    c->connected_to_agent = take_time(d, member_either(agent, "connectedToAgentTimestamp"), future);
    c->acw_end = take_time(d, member_either(agent, "afterContactWorkEndTimestamp"), future);
    c->queue_info = info_text(d, queue);
    c->agent_info = info_text(d, agent);
}

/* By its content too when it has no time of its own to be told by. */
static void set_identity(struct decoder *d, struct event *event, const cJSON *detail)
{
    static const char *const left_out[] = {"instanceArn", "InstanceArn", "Timestamp",
                                           "LogType",     "LogEventId",  NULL};
    uint64_t stamp = (uint64_t)event->entry.time;
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(stamp >> (8 * i));
    buf_clear(&d->text);
    buf_add(&d->text, event->contact_id, strlen(event->contact_id) + 1);
    buf_add(&d->text, event->contact.type, strlen(event->contact.type) + 1);
    buf_add(&d->text, bytes, sizeof(bytes));
    if (own_time(&event->contact) == INSTANT_NONE)
        json_canonical(&d->text, detail, left_out);
    event->entry.id = hash_bytes(d->text.data, d->text.length);
}

/* Sets the stamp; returns what is to be added to the entry as Timestamp, or NULL. */
static const char *set_time(struct decoder *d, struct event *event, cJSON *detail,
                            const struct members *m, const struct origin *origin, bool *future)
{
    const char *time = origin->time;
    int64_t envelope = time_of(d, time, future);
    if (envelope == INSTANT_NONE) {
        time = NULL;
        envelope = take_time(d, m->at[KEY_TIMESTAMP], future);
    }
    int64_t stamp = own_time(&event->contact);
    if (stamp == INSTANT_NONE)
        stamp = newest_or(d, detail, envelope, future);
    event->entry.time = stamp;
    if (envelope == INSTANT_NONE && stamp != INSTANT_NONE) {
        char formatted[INSTANT_TEXT];
        instant_format(stamp, formatted);
        time = arena_strdup(d->arena, formatted);
    }
    return time;
}

void decode_contact(struct decoder *d, cJSON *detail, const struct members *m,
                    const struct origin *origin)
{
    const char *id = member_text(m, KEY_CONTACT_ID), *arn = member_text(m, KEY_INSTANCE);
    if (!contact_id_valid(d, id, detail))
        return;
    if (!member_text(m, KEY_EVENT_TYPE)) {
        refuse_value(d, "a contact event without eventType", detail);
        return;
    }
    if (!instance_wanted(d, arn, arn ? strlen(arn) : 0))
        return;
    redact_contact(d, m, detail);
    struct event *event = arena_zero(d->arena, sizeof(*event));
    struct entry *entry = &event->entry;
    bool future = false;
    event->contact_id = id;
    read_fields(d, event, m, &future);
    const char *timestamp = set_time(d, event, detail, m, origin, &future);
    entry->type = LOGTYPE_CONTACT;
    entry->rank = (uint8_t)(event->contact.state ? (int)event->contact.state : RANK_DATA);
    entry->log_event_id = origin->log_event_id;
    set_identity(d, event, detail);
    entry_body(d, entry, detail, timestamp);
    deliver(d, event, future);
}
