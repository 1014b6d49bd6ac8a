/*
 * Small named documents: gzip in the item "#document#NAME", or, when it is larger than an item
 * holds, in parts "#document#NAME#SUM#n" that the item names by their checksum. Parts are written
 * before the item that names them, so a reader finds a document whole: the old one or the new one.
 */
#include <string.h>

#include "contactwatch/json.h"
#include "store/dynamodb_internal.h"

enum { PARTS_MAX = (STORE_DOCUMENT_MAX >> 18) + 2 };

static bool check_name(const char *name, struct err *err)
{
    size_t length = strlen(name);
    return (length > 0 && length <= 200) ||
           err_set(err, "a document's name has 1 to 200 bytes, not %zu", length);
}

static void part_key(struct buf *key, const char *name, const char *sum, unsigned part)
{
    buf_clear(key);
    buf_printf(key, "#document#%s", name);
    if (sum)
        buf_printf(key, "#%s#%u", sum, part);
}

/* In hex, of what is stored; half of it will do. */
static void sum_of(const struct buf *bytes, char out[17])
{
    char hex[HASH_HEX];
    struct hash128 hash = hash_bytes(bytes->data, bytes->length);
    hash_hex(&hash, hex);
    memcpy(out, hex, 16);
    out[16] = '\0';
}

struct document {
    struct dynamodb_store *store;
    const char *name;
    struct buf key;
    char sum[17];
    unsigned parts;
};

static void begin_item(const struct document *d, struct buf *body)
{
    buf_printf(body, "{\"TableName\":\"%s\",\"Item\":{", d->store->table);
    ddb_put_text(body, DDB_KEY, d->key.data);
}

static bool put_part(struct document *d, const char *data, size_t length, unsigned part,
                     struct err *err)
{
    struct aws_call call = {.operation = "PutItem"};
    part_key(&d->key, d->name, d->sum, part);
    begin_item(d, &call.body);
    ddb_put_bytes(&call.body, DDB_PACKED, data, length);
    buf_text(&call.body, "}}");
    bool good = ddb_run(d->store, &call, err);
    aws_call_free(&call);
    return good;
}

/* The item itself; *before is filled with the sum and parts of the document it replaces. */
static bool put_head(struct document *d, const struct buf *bytes, struct document *before,
                     struct err *err)
{
    struct aws_call call = {.operation = "PutItem"};
    struct arena arena = {0};
    part_key(&d->key, d->name, NULL, 0);
    begin_item(d, &call.body);
    ddb_put_number(&call.body, DDB_WRITTEN, ddb_now(d->store));
    if (d->parts) {
        ddb_put_text(&call.body, "Sum", d->sum);
        ddb_put_number(&call.body, DDB_PARTS, d->parts);
    } else {
        ddb_put_bytes(&call.body, DDB_PACKED, bytes->data, bytes->length);
    }
    buf_text(&call.body, "},\"ReturnValues\":\"ALL_OLD\"}");
    bool good = ddb_run(d->store, &call, err);
    const cJSON *answer = good ? ddb_parse(&arena, ddb_span_of(&call.response), NULL) : NULL;
    const cJSON *old = json_get(answer, "Attributes");
    const char *sum = ddb_text(old, "Sum");
    int64_t parts = ddb_number(old, DDB_PARTS);
    if (sum && strlen(sum) == 16 && strcmp(sum, d->sum) != 0 && parts > 0 && parts <= PARTS_MAX) {
        memcpy(before->sum, sum, sizeof(before->sum));
        before->parts = (unsigned)parts;
    }
    arena_free(&arena);
    aws_call_free(&call);
    return good;
}

static void delete_parts(struct document *d, const struct document *before)
{
    for (unsigned part = 1; part <= before->parts; part++) {
        struct aws_call call = {.operation = "DeleteItem"};
        part_key(&d->key, d->name, before->sum, part);
        buf_printf(&call.body, "{\"TableName\":\"%s\",\"Key\":{", d->store->table);
        ddb_put_text(&call.body, DDB_KEY, d->key.data);
        buf_text(&call.body, "}}");
        ddb_run(d->store, &call, NULL); /* one that stays is in nobody's way */
        aws_call_free(&call);
    }
}

bool dynamodb_document_put(struct store *store, const char *name, const void *data, size_t length,
                           struct err *err)
{
    struct document d = {.store = dynamodb_of(store), .name = name}, before = {0};
    struct buf bytes = {0};
    if (d.store->read_only)
        return err_set(err, "store dynamodb:%s: opened with --view-only, nothing is written",
                       d.store->table);
    if (length > STORE_DOCUMENT_MAX)
        return err_set(err, "the document %.100s is larger than %d MiB", name,
                       STORE_DOCUMENT_MAX >> 20);
    if (!check_name(name, err))
        return false;
    ddb_gzip(&bytes, data, length);
    bool good = true;
    if (bytes.length > DDB_CHUNK_MAX) {
        sum_of(&bytes, d.sum);
        for (size_t at = 0; good && at < bytes.length; at += DDB_CHUNK_MAX) {
            size_t left = bytes.length - at;
            good = put_part(&d, bytes.data + at, left < DDB_CHUNK_MAX ? left : DDB_CHUNK_MAX,
                            ++d.parts, err);
        }
    }
    good = good && put_head(&d, &bytes, &before, err);
    if (good)
        delete_parts(&d, &before);
    buf_free(&bytes);
    buf_free(&d.key);
    return good;
}

/* The item of d->key; NULL with *good set when there is none, or false when it could not be asked.
 */
static const cJSON *read_item(struct document *d, struct arena *arena, bool *good, struct err *err)
{
    struct aws_call call = {.operation = "GetItem"};
    buf_printf(&call.body, "{\"TableName\":\"%s\",\"ConsistentRead\":true,\"Key\":{",
               d->store->table);
    ddb_put_text(&call.body, DDB_KEY, d->key.data);
    buf_text(&call.body, "}}");
    *good = ddb_run(d->store, &call, err);
    const cJSON *answer = *good ? ddb_parse(arena, ddb_span_of(&call.response), err) : NULL;
    *good = answer != NULL;
    aws_call_free(&call);
    return json_get(answer, "Item");
}

static bool read_parts(struct document *d, struct arena *arena, const cJSON *head,
                       struct buf *bytes, struct err *err)
{
    const char *sum = ddb_text(head, "Sum");
    int64_t parts = ddb_number(head, DDB_PARTS);
    if (!sum)
        return ddb_bytes(bytes, head, DDB_PACKED);
    for (unsigned part = 1; part <= parts && part <= PARTS_MAX; part++) {
        bool good;
        part_key(&d->key, d->name, sum, part);
        const cJSON *item = read_item(d, arena, &good, err);
        if (!item || !ddb_bytes(bytes, item, DDB_PACKED))
            return false;
    }
    return true;
}

/* A part may go while it is being read, when the document is replaced: then once more. */
bool dynamodb_document_get(struct store *store, const char *name, struct buf *out, int64_t *written,
                           struct err *err)
{
    struct document d = {.store = dynamodb_of(store), .name = name};
    struct arena arena = {0};
    struct buf bytes = {0}, plain = {0};
    bool good = check_name(name, err), whole = false;
    *written = INSTANT_NONE;
    for (unsigned tries = 0; good && !whole && tries < 3; tries++) {
        buf_clear(&bytes);
        part_key(&d.key, name, NULL, 0);
        const cJSON *head = read_item(&d, &arena, &good, err);
        if (!head)
            break;
        whole = read_parts(&d, &arena, head, &bytes, err);
        *written = whole ? ddb_number(head, DDB_WRITTEN) : INSTANT_NONE;
        good = whole || tries < 2 || err_set(err, "document %.100s: a part is missing", name);
    }
    if (whole) {
        good = ddb_gunzip(&plain, bytes.data, bytes.length, STORE_DOCUMENT_MAX, err);
        buf_add(out, buf_str(&plain), good ? plain.length : 0);
    }
    buf_free(&plain);
    buf_free(&bytes);
    buf_free(&d.key);
    arena_free(&arena);
    return good;
}
