/*
 * A contact leaves the feed. Its items are rewritten without the contact's rows, under their keys:
 * one that were missing would look like a gap to readers.
 */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/json.h"
#include "store/dynamodb_feed_internal.h"

struct line {
    const char *text;
    size_t length;
};

static bool next_line(const char **at, const char *end, struct line *out)
{
    if (*at >= end)
        return false;
    const char *stop = memchr(*at, '\n', (size_t)(end - *at));
    *out = (struct line){*at, (size_t)((stop ? stop : end) - *at)};
    *at = stop ? stop + 1 : end;
    return true;
}

static bool starts(const struct line *line, const char *with)
{
    size_t length = strlen(with);
    return line->length >= length && memcmp(line->text, with, length) == 0;
}

/* The lines of `from` without the rows of a contact, whose id is quoted; false if it has none. */
static bool cut_rows(struct buf *out, const struct buf *from, const struct buf *quoted)
{
    const char *at = buf_str(from), *end = at + from->length;
    struct line line;
    bool is_body = false, cutting = false, cut = false;
    while (next_line(&at, end, &line)) {
        if (!is_body && starts(&line, "{\"c\":")) {
            struct ddb_span id = ddb_get((struct ddb_span){line.text, line.length}, "c");
            cutting =
                id.length == quoted->length && memcmp(id.text, quoted->data, quoted->length) == 0;
        } else if (!is_body && starts(&line, "{\"a\":")) {
            cutting = false;
        }
        is_body = !is_body && starts(&line, "{\"e\":");
        cut |= cutting;
        if (cutting)
            continue;
        buf_add(out, line.text, line.length);
        buf_char(out, '\n');
    }
    return cut;
}

static bool put_bytes(struct dynamodb_store *s, const cJSON *item, const struct buf *bytes,
                      struct err *err)
{
    struct aws_call call = {.operation = "UpdateItem"};
    const char *shard = ddb_text(item, DDB_FEED_SHARD), *written = ddb_text(item, DDB_WRITTEN);
    buf_printf(&call.body, "{\"TableName\":\"%s\",\"Key\":{", s->feed);
    ddb_put_text(&call.body, DDB_FEED_SHARD, shard ? shard : "");
    ddb_put_text(&call.body, DDB_WRITTEN, written ? written : "");
    buf_text(&call.body, "},\"UpdateExpression\":\"SET " DDB_PACKED
                         " = :p\",\"ConditionExpression\":\"attribute_exists(" DDB_WRITTEN
                         ")\",\"ExpressionAttributeValues\":{");
    ddb_put_bytes(&call.body, ":p", bytes->data, bytes->length);
    buf_text(&call.body, "}}");
    bool good = ddb_run(s, &call, err);
    good |= strcmp(call.code, "ConditionalCheckFailedException") == 0; /* it has expired */
    aws_call_free(&call);
    return good;
}

static bool forget_in_item(struct dynamodb_store *s, const cJSON *item, const struct buf *quoted,
                           unsigned *removed, struct err *err)
{
    struct buf bytes = {0}, plain = {0}, kept = {0};
    bool good = true;
    if (ddb_bytes(&bytes, item, DDB_PACKED) &&
        ddb_gunzip(&plain, bytes.data, bytes.length, FEED_UNPACKED_MAX, NULL) &&
        cut_rows(&kept, &plain, quoted)) {
        buf_clear(&bytes);
        ddb_gzip(&bytes, kept.data, kept.length);
        good = put_bytes(s, item, &bytes, err);
        *removed += good;
    }
    buf_free(&bytes);
    buf_free(&plain);
    buf_free(&kept);
    return good;
}

static bool forget_in_page(struct dynamodb_store *s, struct ddb_span items,
                           const struct buf *quoted, unsigned *removed, struct err *err)
{
    struct arena arena = {0};
    struct ddb_span element;
    const char *at = items.text, *end = at ? at + items.length : NULL;
    bool good = true;
    while (good && at && ddb_element_next(&at, end, &element)) {
        arena_reset(&arena);
        const cJSON *item = ddb_parse(&arena, element, err);
        good = item && forget_in_item(s, item, quoted, removed, err);
    }
    arena_free(&arena);
    return good;
}

static bool forget_in_shard(struct dynamodb_store *s, unsigned shard, const struct buf *quoted,
                            unsigned *removed, struct err *err)
{
    struct buf start = {0};
    bool good = true, more = true;
    while (good && more) {
        struct aws_call call = {.operation = "Query"};
        buf_printf(&call.body,
                   "{\"TableName\":\"%s\",\"ConsistentRead\":true,\"KeyConditionExpression\":"
                   "\"" DDB_FEED_SHARD
                   " = :s\",\"ExpressionAttributeValues\":{\":s\":{\"S\":\"FEED#%u\"}}%s%s}",
                   s->feed, shard, start.length ? ",\"ExclusiveStartKey\":" : "", buf_str(&start));
        good = ddb_run(s, &call, err);
        bool missing = s->imported && strcmp(call.code, "ResourceNotFoundException") == 0;
        struct ddb_span answer = ddb_span_of(&call.response);
        struct ddb_span last = ddb_get(answer, "LastEvaluatedKey");
        buf_clear(&start);
        if (good && last.text)
            buf_add(&start, last.text, last.length);
        good =
            missing || (good && forget_in_page(s, ddb_get(answer, "Items"), quoted, removed, err));
        more = start.length > 0;
        aws_call_free(&call);
    }
    buf_free(&start);
    return good;
}

bool ddb_feed_forget(struct dynamodb_store *store, const char *contact_id, unsigned *removed,
                     struct err *err)
{
    struct buf quoted = {0};
    bool good = true;
    json_quote(&quoted, contact_id);
    for (unsigned shard = 0; good && shard < DDB_FEED_SHARDS; shard++)
        good = forget_in_shard(store, shard, &quoted, removed, err);
    buf_free(&quoted);
    return good;
}
