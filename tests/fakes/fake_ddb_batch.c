/* BatchWriteItem and BatchGetItem. */
#include <stdlib.h>
#include <string.h>

#include "fakes/fake_ddb.h"

enum { WRITES_MAX = 25, KEYS_MAX = 100, TABLES_MAX = 32, BATCH_BYTES = 16 << 20 };

/* What a batch does to one of its tables. */
struct part {
    struct ddb_cost cost;
    const struct jv *json; /* the table's member of RequestItems */
    struct buf left;       /* unprocessed, as JSON */
    size_t first, count;   /* of the batch's entries */
};
struct entry {
    const struct jv *json;
    struct part *part;
    struct av key; /* or the item to put */
    bool put;
    char *key_text;
};
struct batch {
    struct fake_aws *fake;
    struct fake_request *request;
    struct fake_reply *reply;
    struct part part[TABLES_MAX];
    size_t parts;
    struct entry entry[KEYS_MAX];
    size_t entries, max;
};

static bool add_part(struct batch *b, const struct jv *json, bool write)
{
    struct part *part = &b->part[b->parts];
    struct ddb_table *table = ddb_table_named(b->fake, json->name);
    if (b->parts == TABLES_MAX)
        return ddb_invalid(b->request, b->reply, "Too many tables in one batch");
    if (!table)
        return fake_fail(b->request, b->reply, 400, "ResourceNotFoundException",
                         "Requested resource not found");
    *part = (struct part){.cost = {.table = table, .write = write}, .json = json};
    part->first = b->entries;
    b->parts++;
    return true;
}

/* Two entries may not be of one item. */
static bool add_entry(struct batch *b, struct entry entry)
{
    for (size_t i = 0; i < b->entries; i++)
        if (b->entry[i].part == entry.part && strcmp(b->entry[i].key_text, entry.key_text) == 0) {
            free(entry.key_text);
            av_free(&entry.key);
            return ddb_invalid(b->request, b->reply,
                               "Provided list of item keys contains "
                               "duplicates");
        }
    b->entry[b->entries++] = entry;
    entry.part->count++;
    return true;
}

static bool too_many(struct batch *b)
{
    return ddb_invalid(
        b->request, b->reply,
        b->max == WRITES_MAX
            ? "1 validation error detected: Value at 'requestItems' failed to satisfy "
              "constraint: Map value must satisfy constraint: [Member must have "
              "length less than or equal to 25, Member must have length greater "
              "than or equal to 1]"
            : "Too many items requested for the BatchGetItem call");
}

static bool read_write(struct batch *b, struct part *part, const struct jv *json)
{
    const struct jv *put = jv_get(json, "PutRequest"), *delete = jv_get(json, "DeleteRequest");
    struct entry entry = {.json = json, .part = part, .put = put != NULL};
    struct ddb_table *table = part->cost.table;
    if (b->entries == b->max)
        return too_many(b);
    if (!put == !delete)
        return ddb_invalid(b->request, b->reply,
                           "Supplied WriteRequest must contain exactly one of PutRequest or "
                           "DeleteRequest");
    if (put ? !ddb_read_item(b->request, b->reply, table, jv_get(put, "Item"), &entry.key)
            : !ddb_read_key(b->request, b->reply, table, jv_get(delete, "Key"), &entry.key))
        return false;
    entry.key_text = ddb_item_key(&table->space, &entry.key);
    return add_entry(b, entry);
}

static bool read_get(struct batch *b, struct part *part, const struct jv *json)
{
    struct entry entry = {.json = json, .part = part};
    if (b->entries == b->max)
        return too_many(b);
    if (!ddb_read_key(b->request, b->reply, part->cost.table, json, &entry.key))
        return false;
    entry.key_text = ddb_item_key(&part->cost.table->space, &entry.key);
    return add_entry(b, entry);
}

static bool read_batch(struct batch *b, bool write)
{
    const struct jv *items = jv_get(b->request->json, "RequestItems");
    if (!items || !items->count)
        return ddb_invalid(b->request, b->reply,
                           "1 validation error detected: Value at "
                           "'requestItems' failed to satisfy constraint: "
                           "Member must have length greater than or equal "
                           "to 1");
    for (const struct jv *t = items->child; t; t = t->next) {
        if (!add_part(b, t, write))
            return false;
        struct part *part = &b->part[b->parts - 1];
        const struct jv *list = write ? t : jv_get(t, "Keys");
        for (const struct jv *e = list ? list->child : NULL; e; e = e->next)
            if (write ? !read_write(b, part, e) : !read_get(b, part, e))
                return false;
    }
    return true;
}

static void leave(const struct entry *entry)
{
    struct buf *left = &entry->part->left;
    if (left->length)
        buf_char(left, ',');
    jv_write(left, entry->json);
}

static void close_batch(struct batch *b)
{
    for (size_t i = 0; i < b->entries; i++) {
        av_free(&b->entry[i].key);
        free(b->entry[i].key_text);
    }
    for (size_t i = 0; i < b->parts; i++)
        buf_free(&b->part[i].left);
}

static void write_capacities(struct batch *b)
{
    struct buf all = {0};
    for (size_t i = 0; i < b->parts; i++) {
        struct buf one = {0};
        ddb_count(b->request, &b->part[i].cost);
        if (ddb_capacity(b->request, &b->part[i].cost, &one))
            buf_printf(&all, "%s%s", all.length ? "," : "", one.data);
        buf_free(&one);
    }
    if (all.length) {
        ddb_member(b->reply, "ConsumedCapacity");
        buf_printf(&b->reply->body, "[%s]", all.data);
    }
    buf_free(&all);
    buf_char(&b->reply->body, '}');
}

FAKE_HANDLER(fake_ddb_batch_write)
{
    struct batch *b = arena_zero(request->arena, sizeof(*b));
    *b = (struct batch){.fake = fake, .request = request, .reply = reply, .max = WRITES_MAX};
    if (read_batch(b, true)) {
        for (size_t i = 0; i < b->entries; i++) {
            struct entry *e = &b->entry[i];
            struct ddb_cost *cost = &e->part->cost;
            if (fake_strike(fake, request->operation, FAKE_UNPROCESSED)) {
                leave(e);
                continue;
            }
            struct ddb_item *item = keyspace_find(&cost->table->space, &e->key, NULL);
            ddb_write(fake, cost, item, e->key_text,
                      e->put ? e->key : (struct av){.type = AV_NULL});
            if (e->put)
                e->key = (struct av){.type = AV_NULL}; /* the table's now */
        }
        ddb_member(reply, "UnprocessedItems");
        buf_char(&reply->body, '{');
        bool any = false;
        for (size_t i = 0; i < b->parts; i++)
            if (b->part[i].left.length) {
                buf_printf(&reply->body, "%s\"%s\":[%s]", any ? "," : "", b->part[i].json->name,
                           b->part[i].left.data);
                any = true;
            }
        buf_char(&reply->body, '}');
        write_capacities(b);
    }
    close_batch(b);
}

/* The items of one table; those that are too many bytes for the answer are left. */
static bool get_part(struct batch *b, struct part *part, size_t *bytes)
{
    const char *projection = jv_text(part->json, "ProjectionExpression");
    bool consistent = jv_true(part->json, "ConsistentRead"), first = true;
    struct expr_context *expr = arena_zero(b->request->arena, sizeof(*expr));
    const struct expr_path *path = NULL;
    size_t paths = 0;
    if (!expr_open(expr, b->request->arena, part->json) ||
        (projection && !(path = expr_projection(expr, projection, &paths))) || !expr_all_used(expr))
        return ddb_invalid(b->request, b->reply, "%s", expr->error);
    buf_printf(&b->reply->body, "%s\"%s\":[", part == b->part ? "" : ",", part->json->name);
    for (size_t i = part->first; i < part->first + part->count; i++) {
        const struct entry *e = &b->entry[i];
        const struct av *item =
            ddb_seen(b->fake, keyspace_find(&part->cost.table->space, &e->key, NULL), consistent);
        size_t size = item ? av_map_size(item) : 0;
        if (fake_strike(b->fake, b->request->operation, FAKE_UNPROCESSED) ||
            *bytes + size > BATCH_BYTES) {
            leave(e);
            continue;
        }
        *bytes += size;
        part->cost.table_units += ddb_read_units(size, consistent);
        if (!item)
            continue;
        struct av shown = path ? expr_project(path, paths, item) : av_copy(item);
        buf_text(&b->reply->body, first ? "" : ",");
        av_write_map(&b->reply->body, &shown);
        av_free(&shown);
        first = false;
    }
    buf_char(&b->reply->body, ']');
    return true;
}

/* UnprocessedKeys repeats the table's own options. */
static void write_left(struct batch *b)
{
    bool any = false;
    ddb_member(b->reply, "UnprocessedKeys");
    buf_char(&b->reply->body, '{');
    for (size_t i = 0; i < b->parts; i++) {
        const struct part *part = &b->part[i];
        if (!part->left.length)
            continue;
        buf_printf(&b->reply->body, "%s\"%s\":{\"Keys\":[%s]", any ? "," : "", part->json->name,
                   part->left.data);
        for (const struct jv *o = part->json->child; o; o = o->next)
            if (strcmp(o->name, "Keys") != 0) {
                buf_printf(&b->reply->body, ",\"%s\":", o->name);
                jv_write(&b->reply->body, o);
            }
        buf_char(&b->reply->body, '}');
        any = true;
    }
    buf_char(&b->reply->body, '}');
}

FAKE_HANDLER(fake_ddb_batch_get)
{
    struct batch *b = arena_zero(request->arena, sizeof(*b));
    size_t bytes = 0;
    *b = (struct batch){.fake = fake, .request = request, .reply = reply, .max = KEYS_MAX};
    bool read = read_batch(b, false);
    if (read) {
        ddb_member(reply, "Responses");
        buf_char(&reply->body, '{');
        for (size_t i = 0; i < b->parts && read; i++)
            read = get_part(b, &b->part[i], &bytes);
    }
    if (read) {
        buf_char(&reply->body, '}');
        write_left(b);
        write_capacities(b);
    }
    close_batch(b);
}
