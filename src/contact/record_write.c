/* The record as JSON. Known members come from a sorted table, the two lists are sorted: a merge
 * writes keys in order. */
#include <string.h>

#include "contact/members_internal.h"
#include "contactwatch/instant.h"
#include "contactwatch/json.h"
#include "contactwatch/record.h"

struct writer {
    struct buf *out;
    const struct record *record;
    const struct history *history; /* NULL = without History */
    enum record_form form;
    bool some; /* a member was written, the next needs a comma */
};

static void begin(struct writer *w, const char *key)
{
    if (w->some)
        buf_char(w->out, ',');
    w->some = true;
    json_quote(w->out, key);
    buf_char(w->out, ':');
}

static void write_number(struct buf *out, uint64_t value)
{
    char text[20], *p = text + sizeof(text);
    do
        *--p = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    buf_add(out, p, (size_t)(text + sizeof(text) - p));
}

static void member_text(struct writer *w, const char *key, const char *value)
{
    begin(w, key);
    json_quote(w->out, value);
}

static void member_json(struct writer *w, const char *key, const char *json)
{
    begin(w, key);
    buf_text(w->out, json);
}

static void member_number(struct writer *w, const char *key, int64_t value)
{
    begin(w, key);
    write_number(w->out, (uint64_t)value);
}

static void member_instant(struct writer *w, const char *key, int64_t ms)
{
    if (ms == INSTANT_NONE)
        return;
    char text[INSTANT_TEXT];
    instant_format(ms, text);
    member_text(w, key, text);
}

static void member_true(struct writer *w, const char *key, bool risen)
{
    if (risen)
        member_json(w, key, "true");
}

/* Opens a nested object: what is written until close_object are its members. */
static struct writer open_object(struct writer *w, const char *key)
{
    struct writer inner = *w;
    begin(w, key);
    buf_char(w->out, '{');
    inner.some = false;
    return inner;
}

static void close_object(struct writer *inner)
{
    buf_char(inner->out, '}');
}

static void write_attributes(struct writer *w, const char *key)
{
    const struct reg_list *list = &w->record->attributes;
    if (!list->count)
        return;
    struct writer inner = open_object(w, key);
    for (uint32_t i = 0; i < list->count; i++) {
        const struct named_reg *item = &list->item[i];
        struct writer value = open_object(&inner, item->name);
        member_number(&value, "stamp", (int64_t)item->reg.stamp);
        member_text(&value, "value", item->reg.value);
        close_object(&value);
    }
    close_object(&inner);
}

static void write_timestamps(struct writer *w, const char *key)
{
    const int64_t *last = w->record->last;
    bool any = false;
    for (int i = 0; i < LOGTYPE_COUNT; i++)
        any |= last[i] != INSTANT_NONE;
    if (!any)
        return;
    struct writer inner = open_object(w, key);
    for (int i = 0; i < LOGTYPE_COUNT; i++)
        member_instant(&inner, timestamp_key[timestamp_order[i]], last[timestamp_order[i]]);
    close_object(&inner);
}

static bool is_field(const struct member *member)
{
    return member->kind == MEMBER_FIELD_TEXT || member->kind == MEMBER_FIELD_OBJECT;
}

static void write_stamp(struct writer *w, const char *key, const struct reg *reg, uint64_t common)
{
    if (reg->value && reg->stamp != common)
        member_number(w, key, (int64_t)reg->stamp);
}

/*
 * Always there, if empty: it tells an item of this program from one of the original's. Most fields
 * come with the event that Status comes with, so only stamps other than Status's are written.
 */
static void write_stamps(struct writer *w, const char *key)
{
    const struct reg_list *flags = &w->record->flags_set;
    uint64_t common = record_common_stamp(w->record);
    struct writer inner = open_object(w, key);
    uint32_t flag = 0;
    for (int i = 0; i < MEMBER_COUNT; i++) {
        const struct member *member = &record_member[i];
        for (; flag < flags->count && strcmp(flags->item[flag].name, member->key) < 0; flag++)
            write_stamp(&inner, flags->item[flag].name, &flags->item[flag].reg, common);
        if (is_field(member))
            write_stamp(&inner, member->key, &w->record->field[member->which],
                        member->which == FIELD_STATUS ? 0 : common);
        if (member->kind == MEMBER_ERROR && record_error_bits(w->record))
            member_number(&inner, member->key, record_error_bits(w->record));
    }
    close_object(&inner);
}

static void write_history(struct writer *w, const char *key)
{
    if (!w->history)
        return;
    begin(w, key);
    buf_char(w->out, '[');
    for (size_t i = 0; i < w->history->count; i++) {
        if (i)
            buf_char(w->out, ',');
        entry_write_json(w->out, &w->history->entry[i]);
    }
    buf_char(w->out, ']');
}

static void write_observed(struct writer *w, const struct member *member)
{
    int64_t value = observed(w->record, member->which);
    if (w->form == RECORD_STORED && value > 0)
        member_number(w, member->key, value);
}

static void write_member(struct writer *w, const struct member *member)
{
    const struct record *record = w->record;
    switch (member->kind) {
    case MEMBER_FIELD_TEXT:
        if (record->field[member->which].value)
            member_text(w, member->key, record->field[member->which].value);
        break;
    case MEMBER_FIELD_OBJECT:
        if (record->field[member->which].value)
            member_json(w, member->key, record->field[member->which].value);
        break;
    case MEMBER_FLAG: member_true(w, member->key, record->flags & member->which); break;
    case MEMBER_ERROR: member_true(w, member->key, record_has_error(record)); break;
    case MEMBER_ABANDONED: member_true(w, member->key, record_is_abandoned(record)); break;
    case MEMBER_TRANSFERRED: member_true(w, member->key, record_is_transferred(record)); break;
    case MEMBER_ID: member_text(w, member->key, record->contact_id); break;
    case MEMBER_CHAIN_ROOT: member_text(w, member->key, record_chain_root(record)); break;
    case MEMBER_INITIATED: member_instant(w, member->key, record->initiated); break;
    case MEMBER_STARTED: member_instant(w, member->key, record_started(record)); break;
    case MEMBER_ATTRIBUTES: write_attributes(w, member->key); break;
    case MEMBER_STAMPS: write_stamps(w, member->key); break;
    case MEMBER_TIMESTAMPS: write_timestamps(w, member->key); break;
    case MEMBER_HISTORY: write_history(w, member->key); break;
    case MEMBER_OBSERVED: write_observed(w, member); break;
    case MEMBER_STORE: break;
    }
}

static uint32_t write_other(struct writer *w, uint32_t i, const char *until)
{
    const struct reg_list *list = &w->record->other;
    for (; i < list->count && (!until || strcmp(list->item[i].name, until) < 0); i++)
        member_json(w, list->item[i].name, list->item[i].reg.value);
    return i;
}

/* Both lists up to a known key: names of the one are never names of the other. */
static void write_lists(struct writer *w, uint32_t *flag, uint32_t *other, const char *until)
{
    const struct reg_list *flags = &w->record->flags_set;
    while (*flag < flags->count && (!until || strcmp(flags->item[*flag].name, until) < 0)) {
        const char *name = flags->item[*flag].name;
        *other = write_other(w, *other, name);
        member_text(w, name, flags->item[*flag].reg.value);
        ++*flag;
    }
    *other = write_other(w, *other, until);
}

static void write_all(struct writer *w)
{
    uint32_t flag = 0, other = 0;
    buf_char(w->out, '{');
    for (int i = 0; i < MEMBER_COUNT; i++) {
        write_lists(w, &flag, &other, record_member[i].key);
        write_member(w, &record_member[i]);
    }
    write_lists(w, &flag, &other, NULL);
    buf_char(w->out, '}');
}

void record_write(struct buf *out, const struct record *record, enum record_form form)
{
    write_all(&(struct writer){.out = out, .record = record, .form = form});
}

void record_write_item(struct buf *out, const struct record *record, const struct history *history,
                       enum record_form form)
{
    write_all(&(struct writer){.out = out, .record = record, .history = history, .form = form});
}
