/* What the decoders of all kinds of record share. */
#include "event/decode_internal.h"

bool instance_wanted(struct decoder *d, const char *arn, size_t length)
{
    const char *const *instance = d->options->instances;
    if (!instance || !arn)
        return true;
    for (; *instance; instance++)
        if (strlen(*instance) == length && memcmp(*instance, arn, length) == 0)
            return true;
    d->result.skipped++;
    return false;
}

bool contact_id_valid(struct decoder *d, const char *id, const cJSON *record)
{
    if (id && strlen(id) <= CONTACT_ID_MAX)
        return true;
    refuse_value(d, id ? "contact id longer than 256 bytes" : "no contact id", record);
    return false;
}

int64_t time_of(const struct decoder *d, const char *text, bool *future)
{
    int64_t ms = text ? instant_or_none(text) : INSTANT_NONE;
    if (ms <= d->latest)
        return ms;
    *future = true;
    return INSTANT_NONE;
}

int64_t take_time(const struct decoder *d, cJSON *member, bool *future)
{
    bool late = false;
    int64_t ms = cJSON_IsString(member) ? time_of(d, member->valuestring, &late) : INSTANT_NONE;
    if (late) {
        member->type = cJSON_NULL;
        *future = true;
    }
    return ms;
}

/* In front of all others, so that of several of that name it is the one that counts. */
static void put_timestamp(struct arena *arena, cJSON *record, const char *timestamp)
{
    cJSON *others = record->child;
    record->child = NULL;
    tree_add_text(arena, record, "Timestamp", timestamp);
    record->child->next = others;
}

void entry_body(struct decoder *d, struct entry *entry, cJSON *record, const char *timestamp)
{
    static const char *const not_stored[] = {"LogType", "LogEventId", NULL};
    if (timestamp)
        put_timestamp(d->arena, record, timestamp);
    buf_clear(&d->text);
    json_canonical(&d->text, record, not_stored);
    entry->body = arena_strndup(d->arena, d->text.data, d->text.length);
    entry->length = (uint32_t)d->text.length;
}

void deliver(struct decoder *d, struct event *event, bool future)
{
    d->result.events++;
    d->result.future += future;
    event->sent = d->sent;
    d->sink->event(d->sink->context, event);
}
