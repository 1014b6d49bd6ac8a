/*
 * History entries as bytes. An element of the array is the entry in the original's shape; one that
 * the decoder would not read back as it was (a body too large for a tree, or not of this program's
 * decoder) is instead {"Body": text, "Id": hex, "Marks": n, "Rank": n, "Time": n, "Type": n} with
 * "LogEventId" if it has one.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json_internal.h"
#include "contactwatch/decode.h"
#include "contactwatch/json.h"
#include "store/dynamodb_internal.h"

enum { TEXT_MAX = 4 << 20, INFLATED_MAX = 64 << 20 };

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* What the decoder makes of a body. */
static bool decode_body_again(struct arena *arena, const char *contact_id, struct entry *entry)
{
    struct event event;
    const char *log_event_id = entry->log_event_id;
    entry->id = (struct hash128){{0}};
    if (!decode_entry(arena, entry, contact_id, &event))
        return false;
    *entry = event.entry;
    entry->log_event_id = log_event_id;
    return true;
}

static bool reads_back(struct arena *scratch, const char *contact_id, const struct entry *entry)
{
    struct entry again = {.type = entry->type,
                          .body = entry->body,
                          .length = entry->length,
                          .log_event_id = entry->log_event_id};
    return decode_body_again(scratch, contact_id, &again) && again.time == entry->time &&
           again.rank == entry->rank && again.type == entry->type && again.marks == entry->marks &&
           hash_compare(&again.id, &entry->id) == 0 && again.length == entry->length &&
           memcmp(again.body, entry->body, entry->length) == 0;
}

static void write_whole(struct buf *out, const struct entry *entry)
{
    buf_text(out, "{\"Body\":");
    json_quote(out, entry->body);
    buf_text(out, ",\"Id\":\"");
    for (size_t i = 0; i < sizeof(entry->id.byte); i++)
        buf_printf(out, "%02x", entry->id.byte[i]);
    buf_char(out, '"');
    if (entry->log_event_id) {
        buf_text(out, ",\"LogEventId\":");
        json_quote(out, entry->log_event_id);
    }
    buf_printf(out, ",\"Marks\":%u,\"Rank\":%u,\"Time\":%lld,\"Type\":%u}", entry->marks,
               entry->rank, (long long)entry->time, entry->type);
}

void ddb_entry_write(struct buf *out, const char *contact_id, const struct entry *entry,
                     struct arena *scratch)
{
    if (reads_back(scratch, contact_id, entry))
        entry_write_json(out, entry);
    else
        write_whole(out, entry);
    arena_reset(scratch);
}

static char *unquoted(struct arena *arena, struct ddb_span text)
{
    size_t room;
    if (!text.text || text.length < 2 || text.text[0] != '"')
        return NULL;
    const char *close = json_string_end(text.text + 1, text.text + text.length, &room);
    char *copy = close ? arena_alloc(arena, room + 1) : NULL;
    return copy && json_unescape(copy, text.text + 1, close) ? copy : NULL;
}

static bool read_id(const char *hex, struct hash128 *id)
{
    if (!hex || strlen(hex) != 2 * sizeof(id->byte))
        return false;
    for (size_t i = 0; i < sizeof(id->byte); i++) {
        char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'}, *end;
        id->byte[i] = (uint8_t)strtoul(pair, &end, 16);
        if (*end)
            return false;
    }
    return true;
}

static int64_t whole_number(struct ddb_span text)
{
    double value = text.text && json_number_end(text.text, text.text + text.length)
                       ? json_number(text.text, text.length)
                       : 0;
    return value >= 0 && value <= 1e15 ? (int64_t)value : 0;
}

static bool read_whole(struct arena *arena, struct ddb_span text, struct entry *entry)
{
    int64_t type = whole_number(ddb_get(text, "Type"));
    *entry = (struct entry){.time = whole_number(ddb_get(text, "Time")),
                            .rank = (uint8_t)whole_number(ddb_get(text, "Rank")),
                            .type = (uint8_t)type,
                            .marks = (uint16_t)whole_number(ddb_get(text, "Marks")),
                            .body = unquoted(arena, ddb_get(text, "Body")),
                            .log_event_id = unquoted(arena, ddb_get(text, "LogEventId"))};
    entry->length = entry->body ? (uint32_t)strlen(entry->body) : 0;
    const char *id = unquoted(arena, ddb_get(text, "Id"));
    return entry->body && type < LOGTYPE_COUNT && read_id(id, &entry->id);
}

static bool name_is(struct ddb_span name, const char *wanted)
{
    return name.length == strlen(wanted) && memcmp(name.text, wanted, name.length) == 0;
}

static bool type_named(const char *name, uint8_t *type)
{
    for (unsigned i = 0; i < LOGTYPE_COUNT; i++)
        if (same_text(name, log_type_name[i])) {
            *type = (uint8_t)i;
            return true;
        }
    return false;
}

/* The entry without what entry_write_json added to it. */
static bool read_plain(struct arena *arena, struct ddb_span text, struct entry *entry)
{
    char *body = arena_alloc(arena, text.length + 2), *to = body;
    const char *at = text.text, *end = at + text.length;
    struct ddb_member member;
    bool typed = false;
    *entry = (struct entry){0};
    *to++ = '{';
    while (ddb_member_next(&at, end, &member)) {
        if (name_is(member.name, "LogType")) {
            typed = type_named(unquoted(arena, member.value), &entry->type);
            continue;
        }
        if (name_is(member.name, "LogEventId")) {
            entry->log_event_id = unquoted(arena, member.value);
            continue;
        }
        const char *from = member.name.text - 1;
        size_t size = (size_t)(member.value.text + member.value.length - from);
        if (to - body > 1)
            *to++ = ',';
        memcpy(to, from, size);
        to += size;
    }
    *to++ = '}';
    *to = '\0';
    entry->body = body;
    entry->length = (uint32_t)(to - body);
    return typed;
}

static bool ddb_entry_read(struct arena *arena, const char *contact_id, struct ddb_span text,
                           struct entry *entry)
{
    if (!text.length || text.text[0] != '{')
        return false;
    if (ddb_get(text, "Body").text && ddb_get(text, "Id").text)
        return read_whole(arena, text, entry);
    return read_plain(arena, text, entry) && decode_body_again(arena, contact_id, entry);
}

static struct ddb_piece *add_piece(struct ddb_pieces *out)
{
    mem_grow(out->piece, out->count, out->capacity);
    struct ddb_piece *piece = &out->piece[out->count++];
    *piece = (struct ddb_piece){.part = 1, .parts = 1};
    return piece;
}

/* Bytes larger than an item holds, in numbered parts. */
static void add_parts(struct ddb_pieces *out, struct buf *bytes)
{
    unsigned parts = (unsigned)((bytes->length + DDB_CHUNK_MAX - 1) / DDB_CHUNK_MAX);
    for (unsigned i = 0; i < parts; i++) {
        struct ddb_piece *piece = add_piece(out);
        size_t from = (size_t)i * DDB_CHUNK_MAX, left = bytes->length - from;
        piece->part = i + 1;
        piece->parts = parts;
        buf_add(&piece->bytes, bytes->data + from, left < DDB_CHUNK_MAX ? left : DDB_CHUNK_MAX);
    }
    buf_free(bytes);
}

static void add_whole(struct ddb_pieces *out, struct buf *bytes)
{
    if (bytes->length > DDB_CHUNK_MAX)
        add_parts(out, bytes);
    else
        add_piece(out)->bytes = *bytes;
}

/* Where each entry ends in the JSON text. */
struct packer {
    struct ddb_pieces *out;
    struct buf json;
    size_t *end;
};

static void pack_range(struct packer *p, size_t first, size_t count)
{
    size_t from = first ? p->end[first - 1] + 1 : 1, to = p->end[first + count - 1];
    struct buf text = {0}, bytes = {0};
    buf_char(&text, '[');
    buf_add(&text, p->json.data + from, to - from);
    buf_char(&text, ']');
    if (count == 1 || text.length <= TEXT_MAX)
        ddb_gzip(&bytes, text.data, text.length);
    if (bytes.length && (count == 1 || bytes.length <= DDB_CHUNK_MAX)) {
        buf_free(&text);
        add_whole(p->out, &bytes);
        return;
    }
    buf_free(&text);
    buf_free(&bytes);
    if (count < 2)
        return;
    pack_range(p, first, count / 2);
    pack_range(p, first + count / 2, count - count / 2);
}

void ddb_chunk_pack(struct ddb_pieces *out, const char *contact_id, const struct entry *entry,
                    size_t count)
{
    struct packer p = {.out = out, .end = mem_alloc((count + 1) * sizeof(size_t))};
    struct arena scratch = {0};
    buf_char(&p.json, '[');
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_char(&p.json, ',');
        ddb_entry_write(&p.json, contact_id, &entry[i], &scratch);
        p.end[i] = p.json.length;
    }
    if (count)
        pack_range(&p, 0, count);
    arena_free(&scratch);
    buf_free(&p.json);
    free(p.end);
}

void ddb_pieces_free(struct ddb_pieces *pieces)
{
    for (size_t i = 0; i < pieces->count; i++)
        buf_free(&pieces->piece[i].bytes);
    free(pieces->piece);
    *pieces = (struct ddb_pieces){0};
}

bool ddb_chunk_read(struct arena *arena, const char *contact_id, const void *bytes, size_t length,
                    struct history *history, size_t *unread, struct err *err)
{
    struct buf json = {0};
    struct ddb_span element;
    bool good = ddb_gunzip(&json, bytes, length, INFLATED_MAX, err);
    const char *at = buf_str(&json), *end = at + json.length;
    while (good && ddb_element_next(&at, end, &element)) {
        struct entry entry;
        if (!ddb_entry_read(arena, contact_id, element, &entry)) {
            *unread += 1;
            continue;
        }
        mem_grow(history->entry, history->count, history->capacity);
        history->entry[history->count++] = entry;
    }
    buf_free(&json);
    return good;
}
