#include "contactwatch/entry.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_internal.h"
#include "contactwatch/json.h"

const char *const log_type_name[LOGTYPE_COUNT] = {"ContactEvent", "ContactFlowLog", "AgentEvent",
                                                  "ContactFlowLambda"};

static int compare_ids(const char *a, const char *b)
{
    if (!a || !b)
        return (a != NULL) - (b != NULL);
    return strcmp(a, b);
}

int entry_compare(const struct entry *a, const struct entry *b)
{
    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    int order = compare_ids(a->log_event_id, b->log_event_id);
    return order ? order : hash_compare(&a->id, &b->id);
}

static bool body_greater(const struct entry *a, const struct entry *b)
{
    int order = memcmp(a->body, b->body, a->length < b->length ? a->length : b->length);
    return order ? order > 0 : a->length > b->length;
}

void entry_join(struct entry *into, const struct entry *other)
{
    if (compare_ids(other->log_event_id, into->log_event_id) > 0)
        into->log_event_id = other->log_event_id;
    if (!body_greater(other, into))
        return;
    const char *log_event_id = into->log_event_id;
    *into = *other;
    into->log_event_id = log_event_id;
}

/*
 * A search by identity would need an index; the few entries that can be equal share a time, so they
 * are neighbours in a sorted history. One whose body was replaced keeps its identity, and with it
 * its time.
 */
void history_push(struct history *history, const struct entry *entry)
{
    for (size_t i = history->count; i-- > 0 && history->entry[i].time == entry->time;)
        if (hash_compare(&history->entry[i].id, &entry->id) == 0) {
            entry_join(&history->entry[i], entry);
            return;
        }
    mem_grow(history->entry, history->count, history->capacity);
    history->entry[history->count++] = *entry;
}

void history_append(struct history *into, const struct history *from)
{
    for (size_t i = 0; i < from->count; i++) {
        mem_grow(into->entry, into->count, into->capacity);
        into->entry[into->count++] = from->entry[i];
    }
}

static int by_identity(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = hash_compare(&x->id, &y->id);
    return order ? order : entry_compare(x, y);
}

static int by_order(const void *a, const void *b)
{
    return entry_compare(a, b);
}

void history_sort(struct history *history)
{
    if (history->count < 2)
        return;
    qsort(history->entry, history->count, sizeof(*history->entry), by_identity);
    size_t kept = 0;
    for (size_t i = 1; i < history->count; i++) {
        if (hash_compare(&history->entry[kept].id, &history->entry[i].id) == 0)
            entry_join(&history->entry[kept], &history->entry[i]);
        else
            history->entry[++kept] = history->entry[i];
    }
    history->count = kept + 1;
    qsort(history->entry, history->count, sizeof(*history->entry), by_order);
}

void history_free(struct history *history)
{
    free(history->entry);
    *history = (struct history){0};
}

/* Where in a canonical object a member of this name belongs: the offset of the first greater
 * member, or of the }. */
static size_t member_offset(const char *body, size_t length, const char *name)
{
    size_t at = 1, size = strlen(name);
    while (at < length && body[at] == '"') {
        size_t key = json_span(body + at, length - at);
        int order = memcmp(body + at + 1, name, size < key - 2 ? size : key - 2);
        if (!key || order > 0 || (order == 0 && key - 2 > size))
            break;
        size_t value = json_span(body + at + key + 1, length - at - key - 1);
        if (!value)
            break;
        at += key + 1 + value;
        at += at < length && body[at] == ',';
    }
    return at;
}

static void add_member(struct buf *out, const char *name, const char *value)
{
    char last = out->data[out->length - 1];
    if (last != '{' && last != ',')
        buf_char(out, ',');
    json_quote(out, name);
    buf_char(out, ':');
    json_quote(out, value);
}

static void add_rest(struct buf *out, const char *text, size_t length)
{
    if (length && text[0] == '"' && out->length && out->data[out->length - 1] == '"')
        buf_char(out, ',');
    buf_add(out, text, length);
}

void entry_write_json(struct buf *out, const struct entry *entry)
{
    const struct {
        const char *name, *value;
    } added[] = {{"LogEventId", entry->log_event_id}, {"LogType", log_type_name[entry->type]}};
    size_t from = 0;
    for (size_t i = 0; i < ARRAY_SIZE(added); i++) {
        if (!added[i].value)
            continue;
        size_t at = member_offset(entry->body, entry->length, added[i].name);
        add_rest(out, entry->body + from, at - from);
        add_member(out, added[i].name, added[i].value);
        from = at;
    }
    add_rest(out, entry->body + from, entry->length - from);
}
