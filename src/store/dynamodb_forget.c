/* Removes a contact: its record, its history, and what the feed tells of it. */
#include "store/dynamodb_read_internal.h"

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

/* Deletes the items of a page of keys. */
static bool delete_page(struct ddb_deletion *deletion, struct ddb_pages *pages, struct err *err)
{
    struct arena arena = {0};
    const cJSON *item;
    bool good = true;
    while (good && (item = ddb_pages_item(pages, &arena))) {
        const char *id = ddb_text(item, DDB_KEY), *written = ddb_text(item, DDB_WRITTEN);
        good = !id || !written || ddb_delete_chunk(deletion, id, written, err);
        arena_reset(&arena);
    }
    arena_free(&arena);
    return good && ddb_delete_rest(deletion, err);
}

static bool delete_history(struct dynamodb_store *s, const char *contact_id, unsigned *removed,
                           struct err *err)
{
    struct ddb_deletion deletion = {.store = s, .removed = removed};
    struct ddb_pages pages;
    bool good = true;
    ddb_history_query(&pages, s, contact_id);
    buf_text(&pages.request, ",\"ProjectionExpression\":\"" DDB_KEY "," DDB_WRITTEN "\"");
    while (good && pages.more) {
        good = ddb_pages_fetch(s, &pages, 1, NULL, err);
        if (!good && s->imported && ddb_is_missing(&pages.call)) {
            good = true;
            break;
        }
        good = good && delete_page(&deletion, &pages, err);
    }
    ddb_deletion_free(&deletion);
    ddb_pages_close(&pages, 1);
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
