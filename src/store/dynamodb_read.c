/* One contact. */
#include <string.h>

#include "contactwatch/json.h"
#include "store/dynamodb_read_internal.h"

static void get_item(struct aws_call *call, const struct dynamodb_store *s, const char *contact_id)
{
    call->operation = "GetItem";
    buf_printf(&call->body, "{\"TableName\":\"%s\",\"ConsistentRead\":true,\"Key\":{", s->table);
    ddb_put_text(&call->body, DDB_KEY, contact_id);
    buf_text(&call->body, "}}");
}

/* The record; of an item of the original also its entries. */
static bool take_item(struct dynamodb_store *s, const struct aws_call *call, struct arena *arena,
                      struct record *record, struct history *history, bool *found, struct err *err)
{
    struct arena scratch = {0};
    if (call->fault != AWS_FINE)
        return ddb_call_error(s, call, err);
    struct ddb_span text = ddb_get(ddb_span_of(&call->response), "Item");
    const cJSON *item = text.text ? ddb_parse(&scratch, text, err) : NULL;
    bool good = !text.text || item;
    if (item) {
        good = ddb_record_read(record, history ? arena : &scratch, item, history, err);
        *found = good && !ddb_expired(s, record);
        if (!*found)
            record_free(record);
    }
    arena_free(&scratch);
    return good;
}

/* A table of the original project may have no history beside it. */
static bool take_history(struct dynamodb_store *s, struct ddb_pages *chunks, const char *contact_id,
                         struct arena *arena, struct history *history, struct err *err)
{
    bool absent = s->imported && ddb_is_missing(&chunks->call);
    bool good = absent || (ddb_pages_take(s, chunks, err) &&
                           ddb_history_read(s, chunks, contact_id, arena, history, err));
    history_sort(history);
    return good;
}

/* Record and first page of its history are asked for together. */
bool dynamodb_get(struct store *store, const char *contact_id, struct arena *arena,
                  struct record *record, struct history *history, bool *found, struct err *err)
{
    struct dynamodb_store *s = dynamodb_of(store);
    struct aws_call item = {0};
    struct ddb_pages chunks = {0};
    *found = false;
    if (!contact_id[0] || strlen(contact_id) > CONTACT_ID_MAX || ddb_reserved_key(contact_id))
        return true;
    get_item(&item, s, contact_id);
    ddb_history_query(&chunks, s, contact_id);
    struct aws_call *both[] = {&item, &chunks.call};
    ddb_pages_ask(&chunks);
    ddb_run_each(s, both, history ? 2 : 1);
    bool good = take_item(s, &item, arena, record, history, found, err);
    if (good && *found && history) {
        good = *found = take_history(s, &chunks, contact_id, arena, history, err);
        if (!good)
            record_free(record);
    }
    aws_call_free(&item);
    ddb_pages_close(&chunks, 1);
    return good;
}
