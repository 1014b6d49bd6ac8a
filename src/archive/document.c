/*
 * A contact's document: gzip of an item in the original project's shape. It comes from outside: it
 * is capped before it is inflated, and read piece by piece, so that its size in memory is that of
 * its texts.
 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "archive/archive_internal.h"
#include "base/json_internal.h"
#include "contactwatch/json.h"

enum { AS_GZIP = 15 + 16, STEP = 256 << 10, MEMBERS_MAX = 10000, ENTRIES_MAX = 1000000 };

static bool bad(const struct archive *archive, const char *name, const char *why, struct err *err)
{
    char shown[NAME_SHOWN];
    return err_set(err, "%.200s/%s is no contact's document: %s", archive->place->label,
                   name_shown(name, shown), why);
}

static const char *inflate_into(z_stream *z, struct buf *out)
{
    for (;;) {
        if (out->length >= ARCHIVE_DOCUMENT_MAX)
            return "it inflates to more than 64 MiB";
        size_t room = ARCHIVE_DOCUMENT_MAX - out->length;
        room = room < STEP ? room : STEP;
        buf_reserve(out, room);
        z->next_out = (unsigned char *)out->data + out->length;
        z->avail_out = (unsigned)room;
        int status = inflate(z, Z_NO_FLUSH);
        out->length += room - z->avail_out;
        out->data[out->length] = '\0';
        if (status == Z_STREAM_END)
            return z->avail_in ? "bytes follow its gzip" : NULL;
        if (status == Z_BUF_ERROR || (status == Z_OK && !z->avail_in && z->avail_out))
            return "its gzip is cut off";
        if (status != Z_OK)
            return "its gzip is damaged";
    }
}

bool document_inflate(const struct archive *archive, const struct object *object, struct buf *out,
                      struct err *err)
{
    z_stream z = {.next_in = (unsigned char *)object->body.data,
                  .avail_in = (unsigned)object->body.length};
    buf_clear(out);
    if (inflateInit2(&z, AS_GZIP) != Z_OK)
        return bad(archive, object->name, "there is no memory to inflate it", err);
    const char *why = object->body.length ? inflate_into(&z, out) : "it is empty";
    inflateEnd(&z);
    return !why || bad(archive, object->name, why, err);
}

bool document_deflate(struct buf *out, const struct buf *json, struct err *err)
{
    z_stream z = {0};
    if (json->length > ARCHIVE_DOCUMENT_MAX)
        return err_set(err, "its history is larger than 64 MiB");
    if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, AS_GZIP, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return err_set(err, "there is no memory to compress it");
    size_t most = deflateBound(&z, json->length);
    buf_clear(out);
    buf_reserve(out, most);
    z.next_in = (unsigned char *)json->data;
    z.avail_in = (unsigned)json->length;
    z.next_out = (unsigned char *)out->data;
    z.avail_out = (unsigned)most;
    bool done = deflate(&z, Z_FINISH) == Z_STREAM_END;
    out->length = z.total_out;
    deflateEnd(&z);
    if (!done || out->length > ARCHIVE_PACKED_MAX)
        return err_set(err, "its history compresses to more than 16 MiB");
    return true;
}

/* Walks the members of an object, or the elements of an array, by the extent of their text. */
struct walk {
    const char *at, *end;
    bool object, started, failed;
    char *name;        /* of the member, in the arena */
    const char *value; /* its text */
    size_t length;
};

static bool walk_failed(struct walk *walk)
{
    walk->failed = true;
    return false;
}

static void walk_blanks(struct walk *walk)
{
    walk->at += json_blanks(walk->at, (size_t)(walk->end - walk->at));
}

static bool walk_begin(struct walk *walk, const char *text, size_t length, char open)
{
    *walk = (struct walk){.at = text, .end = text + length, .object = open == '{'};
    walk_blanks(walk);
    if (walk->at == walk->end || *walk->at != open)
        return walk_failed(walk);
    walk->at++;
    return true;
}

static bool walk_name(struct walk *walk, struct arena *arena)
{
    size_t span = json_span(walk->at, (size_t)(walk->end - walk->at));
    const cJSON *name =
        span ? json_parse(arena, walk->at, span < JSON_MAX_BYTES ? span : 0, NULL) : NULL;
    if (!name || !cJSON_IsString(name))
        return walk_failed(walk);
    walk->name = name->valuestring;
    walk->at += span;
    walk_blanks(walk);
    if (walk->at == walk->end || *walk->at != ':')
        return walk_failed(walk);
    walk->at++;
    walk_blanks(walk);
    return true;
}

/* The next one; false at the end, and with `failed` where it stops being JSON. */
static bool walk_next(struct walk *walk, struct arena *arena)
{
    walk_blanks(walk);
    if (walk->at == walk->end)
        return walk_failed(walk);
    if (*walk->at == (walk->object ? '}' : ']')) {
        walk->at++;
        return false;
    }
    if (walk->started && *walk->at++ != ',')
        return walk_failed(walk);
    walk->started = true;
    walk_blanks(walk);
    if (walk->object && !walk_name(walk, arena))
        return false;
    walk->value = walk->at;
    walk->length = json_span(walk->at, (size_t)(walk->end - walk->at));
    walk->at += walk->length;
    return walk->length || walk_failed(walk);
}

static cJSON *new_object(struct arena *arena, int type)
{
    cJSON *node = arena_zero(arena, sizeof(*node));
    node->type = type;
    return node;
}

/* In cJSON's lists the first element's prev is the last one. */
static void attach(cJSON *container, const char *name, cJSON *node)
{
    cJSON *first = container->child;
    node->string = (char *)name;
    if (!first) {
        container->child = node->prev = node;
        return;
    }
    node->prev = first->prev;
    first->prev->next = node;
    first->prev = node;
}

/* What is read of a document before its entries. */
struct opened {
    cJSON *item;         /* without History */
    const char *history; /* its text; NULL = none */
    size_t length;
};

static const char *open_item(struct opened *opened, struct arena *arena, const struct buf *json)
{
    struct walk walk;
    size_t members = 0;
    *opened = (struct opened){.item = new_object(arena, cJSON_Object)};
    if (!walk_begin(&walk, json->data, json->length, '{'))
        return "it is no JSON object";
    while (walk_next(&walk, arena)) {
        if (strcmp(walk.name, "History") == 0) {
            opened->history = walk.value;
            opened->length = walk.length;
            continue;
        }
        cJSON *value = json_parse_texts(arena, walk.value, walk.length, NULL);
        if (!value || ++members > MEMBERS_MAX)
            return value ? "it has too many members" : "it is not valid JSON";
        attach(opened->item, walk.name, value);
    }
    walk_blanks(&walk);
    return walk.failed || walk.at != walk.end ? "it is not valid JSON" : NULL;
}

/* The item that a document would be with this one entry. */
static cJSON *item_of_entry(struct arena *arena, const char *contact_id, bool stamped, cJSON *entry)
{
    cJSON *item = new_object(arena, cJSON_Object), *id = new_object(arena, cJSON_String);
    cJSON *history = new_object(arena, cJSON_Array);
    id->valuestring = (char *)contact_id;
    attach(item, "Connect_ContactId", id);
    if (stamped)
        attach(item, "Stamps", new_object(arena, cJSON_Object));
    attach(history, NULL, entry);
    attach(item, "History", history);
    return item;
}

/* Joins one entry; false when it is none. scratch is reset. */
static bool take_entry(struct document *out, struct arena *arena, struct arena *scratch,
                       bool stamped, cJSON *node)
{
    struct history one = {0};
    struct record part;
    bool understood = false;
    if (node &&
        record_read(&part, scratch, item_of_entry(scratch, out->record.contact_id, stamped, node),
                    &one, NULL)) {
        record_join(&out->record, &part);
        record_free(&part);
    }
    if (one.count == 1) {
        struct entry entry = one.entry[0];
        entry.body = arena_strndup(arena, entry.body, entry.length);
        entry.log_event_id = arena_strdup(arena, entry.log_event_id);
        mem_grow(out->history.entry, out->history.count, out->history.capacity);
        out->history.entry[out->history.count++] = entry;
        understood = true;
    }
    history_free(&one);
    arena_reset(scratch);
    return understood;
}

static const char *read_entries(struct document *out, struct arena *arena, bool stamped,
                                const struct opened *opened)
{
    struct walk walk;
    struct arena scratch = {0};
    size_t entries = 0;
    const char *why = NULL;
    if (!walk_begin(&walk, opened->history, opened->length, '['))
        return "its History is no list";
    while (!why && walk_next(&walk, &scratch)) {
        cJSON *node = json_parse_texts(&scratch, walk.value, walk.length, NULL);
        if (!take_entry(out, arena, &scratch, stamped, node))
            out->whole = false;
        if (++entries > ENTRIES_MAX)
            why = "it has more than 1000000 entries";
    }
    arena_free(&scratch);
    history_sort(&out->history);
    return why ? why : walk.failed ? "its History is not valid JSON" : NULL;
}

static const char *read_all(struct document *out, struct arena *arena, const char *name,
                            const struct buf *json, struct err *err)
{
    struct arena scratch = {0};
    struct opened opened;
    const char *why = open_item(&opened, &scratch, json);
    if (!why && !record_read(&out->record, &scratch, opened.item, NULL, err))
        why = err->text;
    if (!why) {
        char *own = name_document("", out->record.contact_id);
        const char *slash = strrchr(name, '/');
        if (!slash || strcmp(slash, strrchr(own, '/')) != 0)
            why = "it is another contact's";
        free(own);
    }
    if (!why && opened.history)
        why = read_entries(out, arena, cJSON_IsObject(json_get(opened.item, "Stamps")), &opened);
    arena_free(&scratch);
    return why;
}

bool document_read(const struct archive *archive, const char *name, const struct buf *json,
                   struct arena *arena, struct document *out, struct err *err)
{
    struct err reason = {""};
    *out = (struct document){.whole = true};
    const char *why = read_all(out, arena, name, json, &reason);
    if (!why)
        return true;
    document_free(out);
    return bad(archive, name, why, err);
}

void document_free(struct document *document)
{
    record_free(&document->record);
    history_free(&document->history);
}
