/*
 * JSON -> record. An item with "Stamps" is this program's: its registers are taken as they are. One
 * without is the original's: its History is folded again, its other members join at stamp 0.
 */
#include <math.h>
#include <string.h>

#include "contact/members_internal.h"
#include "contact/registers_internal.h"
#include "contactwatch/decode.h"
#include "contactwatch/instant.h"
#include "contactwatch/json.h"

#define KEY_ID "Connect_ContactId"

struct reader {
    struct record *record;
    struct arena *arena;
    struct history *history; /* may be NULL */
    const cJSON *stamps;     /* NULL: an item of the original */
    uint64_t common;         /* stamp of the members that "Stamps" does not name: Status's */
    struct buf text;         /* scratch */
};

/* A whole number that a JSON number holds exactly, else 0. */
static int64_t whole_number(const cJSON *value)
{
    const double limit = 9007199254740992.0; /* 2^53 */
    if (!cJSON_IsNumber(value) || !(value->valuedouble >= 0) || value->valuedouble >= limit ||
        value->valuedouble != floor(value->valuedouble))
        return 0;
    return (int64_t)value->valuedouble;
}

static uint64_t stamp_of(const struct reader *r, const char *key)
{
    const cJSON *stamp = json_get(r->stamps, key);
    return stamp ? (uint64_t)whole_number(stamp) : r->common;
}

/* The original's items may hold sentinels; what this program wrote is known to be good. */
static int64_t read_instant(const struct reader *r, const cJSON *value)
{
    int64_t ms;
    if (!cJSON_IsString(value))
        return INSTANT_NONE;
    if (!r->stamps)
        return instant_or_none(value->valuestring);
    return instant_parse(value->valuestring, &ms) && ms > 0 ? ms : INSTANT_NONE;
}

static bool is_id(uint32_t field)
{
    return field == FIELD_INITIAL_ID || field == FIELD_PREVIOUS_ID || field == FIELD_RELATED_ID;
}

static void read_text(struct reader *r, const struct member *member, const cJSON *value)
{
    if (!cJSON_IsString(value))
        return;
    const char *text = value->valuestring;
    char instant[INSTANT_TEXT];
    if (is_id(member->which) && strcmp(text, r->record->contact_id) == 0)
        return;
    if (member->which == FIELD_DISCONNECTED || member->which == FIELD_SYSTEM_CONNECTED) {
        int64_t ms = read_instant(r, value);
        if (ms == INSTANT_NONE)
            return;
        instant_format(ms, instant);
        text = instant;
    }
    record_set(r->record, (enum record_field)member->which, stamp_of(r, member->key), text);
}

static void read_object(struct reader *r, const struct member *member, const cJSON *value)
{
    static const char *const in_history_only[] = {"Parameters", "ExternalResults", NULL};
    if (!cJSON_IsObject(value) || !value->child)
        return;
    buf_clear(&r->text);
    json_canonical(&r->text, value, member->which == FIELD_LATEST_FLOW ? in_history_only : NULL);
    if (r->text.length > strlen("{}"))
        record_set(r->record, (enum record_field)member->which, stamp_of(r, member->key),
                   buf_str(&r->text));
}

static void read_attributes(struct reader *r, const cJSON *value)
{
    const cJSON *item = NULL;
    if (!cJSON_IsObject(value))
        return;
    cJSON_ArrayForEach(item, value)
    {
        const cJSON *text = json_get(item, "value");
        const char *name = item->string;
        if (!cJSON_IsString(text) || !*name || strnlen(name, MEMBER_NAME_MAX + 1) > MEMBER_NAME_MAX)
            continue;
        reg_list_put(&r->record->attributes, name, (uint64_t)whole_number(json_get(item, "stamp")),
                     text->valuestring, cut_length(text->valuestring, ATTRIBUTE_VALUE_MAX),
                     ATTRIBUTES_MAX);
    }
}

static void read_timestamps(struct reader *r, const cJSON *value)
{
    for (int i = 0; i < LOGTYPE_COUNT; i++) {
        int64_t ms = read_instant(r, json_get(value, timestamp_key[i]));
        if (ms > r->record->last[i])
            r->record->last[i] = ms;
    }
}

static bool type_of_entry(const cJSON *entry, uint8_t *type)
{
    const char *name = json_text(entry, "LogType");
    for (int i = 0; name && i < LOGTYPE_COUNT; i++) {
        if (strcmp(name, log_type_name[i]) == 0) {
            *type = (uint8_t)i;
            return true;
        }
    }
    return false;
}

static bool read_entry(struct reader *r, const cJSON *node, struct event *event)
{
    static const char *const added[] = {"LogType", "LogEventId", NULL};
    struct entry entry = {.log_event_id = arena_strdup(r->arena, json_text(node, "LogEventId"))};
    if (!type_of_entry(node, &entry.type))
        return false;
    buf_clear(&r->text);
    json_canonical(&r->text, node, added);
    entry.body = arena_strndup(r->arena, r->text.data, r->text.length);
    entry.length = (uint32_t)r->text.length;
    if (!decode_entry(r->arena, &entry, r->record->contact_id, event))
        return false;
    event->entry.log_event_id = entry.log_event_id;
    return true;
}

static void read_history(struct reader *r, const cJSON *value)
{
    if (!cJSON_IsArray(value) || (r->stamps && !r->history))
        return;
    const cJSON *node = NULL;
    cJSON_ArrayForEach(node, value)
    {
        struct event event;
        if (!read_entry(r, node, &event))
            continue;
        if (!r->stamps)
            record_apply(r->record, &event);
        if (r->history) {
            mem_grow(r->history->entry, r->history->count, r->history->capacity);
            r->history->entry[r->history->count++] = event.entry;
        }
    }
    if (r->history)
        history_sort(r->history);
}

static void read_flow_flag(struct reader *r, const cJSON *value)
{
    const char *text = value->valuestring;
    if (!cJSON_IsString(value)) {
        buf_clear(&r->text);
        json_canonical(&r->text, value, NULL);
        text = buf_str(&r->text);
    }
    reg_list_put(&r->record->flags_set, value->string, stamp_of(r, value->string), text,
                 cut_length(text, ATTRIBUTE_VALUE_MAX), FLOW_FLAGS_MAX);
}

static void read_other(struct reader *r, const cJSON *value)
{
    if (record_is_flow_flag(value->string)) {
        read_flow_flag(r, value);
        return;
    }
    buf_clear(&r->text);
    json_canonical(&r->text, value, NULL);
    reg_list_put(&r->record->other, value->string, 0, buf_str(&r->text), r->text.length, 0);
}

static void keep_least(int64_t *into, int64_t ms)
{
    if (ms != INSTANT_NONE && (*into == INSTANT_NONE || ms < *into))
        *into = ms;
}

static void read_error_bits(struct reader *r)
{
    int64_t bits = whole_number(json_get(r->stamps, "Flag_Error"));
    r->record->flags |= (bits & ERROR_RISEN ? FLAG_ERROR : 0u) |
                        (bits & ERROR_MENU ? FLAG_MENU_ERROR : 0u) |
                        (bits & ERROR_BOT ? FLAG_BOT : 0u);
}

static void read_member(struct reader *r, const struct member *member, const cJSON *value)
{
    switch (member->kind) {
    case MEMBER_FIELD_TEXT: read_text(r, member, value); break;
    case MEMBER_FIELD_OBJECT: read_object(r, member, value); break;
    case MEMBER_FLAG:
        if (cJSON_IsTrue(value))
            r->record->flags |= member->which;
        break;
    case MEMBER_ERROR:
        if (cJSON_IsTrue(value) && !json_get(r->stamps, member->key))
            r->record->flags |= FLAG_ERROR;
        break;
    case MEMBER_STAMPS: read_error_bits(r); break;
    case MEMBER_INITIATED: keep_least(&r->record->initiated, read_instant(r, value)); break;
    case MEMBER_STARTED: keep_least(&r->record->first, read_instant(r, value)); break;
    case MEMBER_ATTRIBUTES: read_attributes(r, value); break;
    case MEMBER_TIMESTAMPS: read_timestamps(r, value); break;
    case MEMBER_HISTORY: read_history(r, value); break;
    case MEMBER_OBSERVED: set_observed(r->record, member->which, whole_number(value)); break;
    case MEMBER_ABANDONED:
    case MEMBER_TRANSFERRED:
    case MEMBER_ID:
    case MEMBER_CHAIN_ROOT:
    case MEMBER_STORE: break; /* derived, read before, or not the record's */
    }
}

bool record_read(struct record *record, struct arena *arena, const cJSON *item,
                 struct history *history, struct err *err)
{
    *record = (struct record){0};
    const char *id = json_text(item, KEY_ID);
    if (!id)
        return err_set(err, "not a contact's record: it has no %s", KEY_ID);
    if (strnlen(id, CONTACT_ID_MAX + 1) > CONTACT_ID_MAX)
        return err_set(err, "%s is longer than %d bytes", KEY_ID, CONTACT_ID_MAX);
    record_init(record, id);
    const cJSON *stamps = json_get(item, "Stamps"), *value = NULL;
    struct reader r = {.record = record, .arena = arena, .history = history};
    if (cJSON_IsObject(stamps))
        r.stamps = stamps;
    if (json_text(item, record_field_key[FIELD_STATUS]))
        r.common = (uint64_t)whole_number(json_get(r.stamps, record_field_key[FIELD_STATUS]));
    cJSON_ArrayForEach(value, item)
    {
        const struct member *member = member_find(value->string);
        if (member)
            read_member(&r, member, value);
        else
            read_other(&r, value);
    }
    buf_free(&r.text);
    return true;
}
