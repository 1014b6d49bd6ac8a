/* Removes a contact: its record, its history, and what the feed tells of it. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "contactwatch/json.h"
#include "store/dynamodb_internal.h"

enum { BATCH_MAX = 25, TRIES_MAX = 10, PAUSE_MS = 50, PAUSE_MAX_MS = 2000 };

static bool delete_record(struct dynamodb_store *s, const char *contact_id, unsigned *removed,
                          struct err *err)
{
    struct aws_call call = {.operation = "DeleteItem"};
    buf_printf(&call.body, "{\"TableName\":\"%s\",\"ReturnValues\":\"ALL_OLD\",\"Key\":{",
               s->table);
    ddb_put_text(&call.body, DDB_KEY, contact_id);
    buf_text(&call.body, "}}");
    bool good = ddb_run(s, &call, err);
    if (good && ddb_get(ddb_span_of(&call.response), "Attributes").text)
        ++*removed;
    aws_call_free(&call);
    return good;
}

static void pause_before(unsigned tries)
{
    unsigned ms = (unsigned)PAUSE_MS << tries;
    ms = ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS;
    struct timespec pause = {ms / 1000, (long)(ms % 1000) * 1000000};
    nanosleep(&pause, NULL);
}

/* Sends {"TABLE":[requests]} until nothing of it comes back. */
static bool send_batch(struct dynamodb_store *s, struct buf *items, struct err *err)
{
    bool good = true;
    for (unsigned tries = 0; good && items->length > strlen("{}"); tries++) {
        struct aws_call call = {.operation = "BatchWriteItem"};
        if (tries)
            pause_before(tries);
        buf_text(&call.body, "{\"RequestItems\":");
        buf_add(&call.body, items->data, items->length);
        buf_char(&call.body, '}');
        good = ddb_run(s, &call, err);
        struct ddb_span left = ddb_get(ddb_span_of(&call.response), "UnprocessedItems");
        buf_clear(items);
        if (good && left.text)
            buf_add(items, left.text, left.length);
        if (good && items->length > strlen("{}") && tries == TRIES_MAX)
            good =
                err_set(err, "store dynamodb:%s: the service throttles; forget it again", s->table);
        aws_call_free(&call);
    }
    return good;
}

/* Deletes the items whose keys lie in a page. */
static bool delete_page(struct dynamodb_store *s, struct ddb_span keys, unsigned *removed,
                        struct err *err)
{
    struct buf items = {0};
    struct ddb_span key;
    const char *at = keys.text, *end = at ? at + keys.length : NULL;
    unsigned count = 0;
    bool good = true, more = at && ddb_element_next(&at, end, &key);
    while (good && more) {
        if (!count)
            buf_printf(&items, "{\"%s\":[", s->history);
        buf_printf(&items, "%s{\"DeleteRequest\":{\"Key\":", count ? "," : "");
        buf_add(&items, key.text, key.length);
        buf_text(&items, "}}");
        ++count;
        more = ddb_element_next(&at, end, &key);
        if (more && count < BATCH_MAX)
            continue;
        buf_text(&items, "]}");
        good = send_batch(s, &items, err);
        *removed += good ? count : 0;
        buf_clear(&items);
        count = 0;
    }
    buf_free(&items);
    return good;
}

static bool delete_history(struct dynamodb_store *s, const char *contact_id, unsigned *removed,
                           struct err *err)
{
    struct buf start = {0}; /* ExclusiveStartKey */
    bool good = true, more = true;
    while (good && more) {
        struct aws_call call = {.operation = "Query"};
        buf_printf(&call.body,
                   "{\"TableName\":\"%s\",\"ConsistentRead\":true,\"ProjectionExpression\":"
                   "\"" DDB_KEY "," DDB_WRITTEN "\",\"KeyConditionExpression\":\"" DDB_KEY
                   " = :c\",\"ExpressionAttributeValues\":{",
                   s->history);
        ddb_put_text(&call.body, ":c", contact_id);
        buf_char(&call.body, '}');
        if (start.length)
            buf_printf(&call.body, ",\"ExclusiveStartKey\":%s", start.data);
        buf_char(&call.body, '}');
        good = ddb_run(s, &call, err);
        bool missing = s->imported && strcmp(call.code, "ResourceNotFoundException") == 0;
        struct ddb_span answer = ddb_span_of(&call.response);
        struct ddb_span last = ddb_get(answer, "LastEvaluatedKey");
        buf_clear(&start);
        if (good && last.text)
            buf_add(&start, last.text, last.length);
        good = missing || (good && delete_page(s, ddb_get(answer, "Items"), removed, err));
        more = start.length > 0;
        aws_call_free(&call);
    }
    buf_free(&start);
    return good;
}

/* The history first: should it fail, the record still tells that there is something to forget. */
bool dynamodb_forget(struct store *store, const char *contact_id, unsigned *removed,
                     struct err *err)
{
    struct dynamodb_store *s = dynamodb_of(store);
    *removed = 0;
    if (s->read_only)
        return err_set(err, "store dynamodb:%s: opened with --view-only, nothing is removed",
                       s->table);
    if (ddb_reserved_key(contact_id) || !*contact_id)
        return true;
    ddb_cache_forget(s->cache, contact_id);
    return delete_history(s, contact_id, removed, err) &&
           ddb_feed_forget(s, contact_id, removed, err) &&
           delete_record(s, contact_id, removed, err);
}
