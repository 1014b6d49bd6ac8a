/*
 * Layout: format byte, then numbers as LEB128 (signed ones zigzag). A register is stamp, length + 1
 * of its value (0 = no value), the value and a NUL. Fields come as a count and one register each; a
 * list as a count and named registers.
 */
#include "store/record_pack.h"

#include <stdlib.h>
#include <string.h>

enum { PACK_FORMAT = 1, NUMBER_MAX_BYTES = 10, LIST_MAX = 1 << 16 };

static void put_number(struct buf *out, uint64_t number)
{
    char byte[NUMBER_MAX_BYTES];
    size_t used = 0;
    for (; number >= 0x80; number >>= 7)
        byte[used++] = (char)(number | 0x80);
    byte[used++] = (char)number;
    buf_add(out, byte, used);
}

static void put_signed(struct buf *out, int64_t number)
{
    put_number(out, ((uint64_t)number << 1) ^ (number < 0 ? UINT64_MAX : 0));
}

static void put_text(struct buf *out, const char *text)
{
    size_t length = text ? strlen(text) : 0;
    put_number(out, text ? length + 1 : 0);
    if (text)
        buf_add(out, text, length + 1);
}

static void put_register(struct buf *out, const struct reg *reg)
{
    put_number(out, reg->stamp);
    put_text(out, reg->value);
}

static void put_list(struct buf *out, const struct reg_list *list)
{
    put_number(out, list->count);
    for (uint32_t i = 0; i < list->count; i++) {
        put_text(out, list->item[i].name);
        put_register(out, &list->item[i].reg);
    }
}

void record_pack(struct buf *out, const struct record *record)
{
    buf_char(out, PACK_FORMAT);
    put_number(out, FIELD_COUNT);
    for (size_t i = 0; i < FIELD_COUNT; i++)
        put_register(out, &record->field[i]);
    put_list(out, &record->attributes);
    put_list(out, &record->flags_set);
    put_list(out, &record->other);
    put_number(out, record->flags);
    put_signed(out, record->initiated);
    put_signed(out, record->first);
    put_number(out, LOGTYPE_COUNT);
    for (size_t i = 0; i < LOGTYPE_COUNT; i++)
        put_signed(out, record->last[i]);
    put_signed(out, record->version);
    put_signed(out, record->updated_at);
    put_signed(out, record->expiry);
    put_signed(out, record->last_receipt);
}

struct reader {
    const char *at, *end;
    bool bad;
};

static uint64_t get_number(struct reader *in)
{
    uint64_t number = 0;
    for (unsigned shift = 0; in->at < in->end && shift < 7 * NUMBER_MAX_BYTES; shift += 7) {
        uint8_t byte = (uint8_t)*in->at++;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return number;
    }
    in->bad = true;
    return 0;
}

static int64_t get_signed(struct reader *in)
{
    uint64_t number = get_number(in);
    return (int64_t)(number >> 1) ^ -(int64_t)(number & 1);
}

static char *get_text(struct reader *in)
{
    uint64_t size = get_number(in);
    if (size == 0)
        return NULL;
    if (size > (uint64_t)(in->end - in->at) || in->at[size - 1] != '\0') {
        in->bad = true;
        return NULL;
    }
    char *text = (char *)in->at;
    in->at += size;
    return text;
}

static struct reg get_register(struct reader *in)
{
    uint64_t stamp = get_number(in);
    return (struct reg){.stamp = stamp, .value = get_text(in)};
}

static void get_list(struct reader *in, struct reg_list *list)
{
    uint64_t count = get_number(in);
    list->count = 0;
    if (count > LIST_MAX)
        in->bad = true;
    for (; count > 0 && !in->bad; count--) {
        mem_grow(list->item, list->count, list->capacity);
        struct named_reg *item = &list->item[list->count++];
        item->name = get_text(in);
        item->reg = get_register(in);
        in->bad |= item->name == NULL;
    }
}

static size_t get_count(struct reader *in, size_t most)
{
    uint64_t count = get_number(in);
    if (count > most)
        in->bad = true;
    return in->bad ? 0 : (size_t)count;
}

static void clear_view(struct record *record)
{
    struct reg_list attributes = record->attributes, flags = record->flags_set,
                    other = record->other;
    memset(record, 0, sizeof(*record));
    record->attributes = attributes;
    record->flags_set = flags;
    record->other = other;
}

bool record_view_read(struct record_view *view, const char *contact_id, const void *data,
                      size_t length)
{
    struct record *record = &view->record;
    clear_view(record);
    record->contact_id = (char *)contact_id;
    struct reader in = {data, data ? (const char *)data + length : NULL, !data || length == 0};
    if (in.bad || *in.at++ != PACK_FORMAT)
        return false;
    for (size_t i = 0, count = get_count(&in, FIELD_COUNT); i < count; i++)
        record->field[i] = get_register(&in);
    get_list(&in, &record->attributes);
    get_list(&in, &record->flags_set);
    get_list(&in, &record->other);
    record->flags = (uint32_t)get_number(&in);
    record->initiated = get_signed(&in);
    record->first = get_signed(&in);
    for (size_t i = 0, count = get_count(&in, LOGTYPE_COUNT); i < count; i++)
        record->last[i] = get_signed(&in);
    record->version = get_signed(&in);
    record->updated_at = get_signed(&in);
    record->expiry = get_signed(&in);
    record->last_receipt = get_signed(&in);
    return !in.bad && contact_id;
}

void record_view_free(struct record_view *view)
{
    free(view->record.attributes.item);
    free(view->record.flags_set.item);
    free(view->record.other.item);
    *view = (struct record_view){0};
}
