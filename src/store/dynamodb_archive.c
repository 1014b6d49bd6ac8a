/* For the archive: what is kept of a contact, what has expired, and taking away what was archived.
 */
#include <stdio.h>
#include <string.h>

#include "contactwatch/json.h"
#include "store/dynamodb_read_internal.h"

static void ask_item(struct aws_call *call, const struct dynamodb_store *s, const char *contact_id)
{
    call->operation = "GetItem";
    buf_printf(&call->body, "{\"TableName\":\"%s\",\"ConsistentRead\":true,\"Key\":{", s->table);
    ddb_put_text(&call->body, DDB_KEY, contact_id);
    buf_text(&call->body, "}}");
}

/* Entries that lie in the item itself, as the original project keeps them. */
struct inside {
    int64_t count; /* as the item counts them; -1 = it has no History */
    bool unread;   /* one of them is not understood here */
};

/* Is it an entry by itself? The item is made of the contact's id and this one. */
static bool is_understood(struct arena *arena, const cJSON *contact_id, const cJSON *entry)
{
    struct record record = {0};
    struct history one = {0};
    cJSON id = *contact_id, only = *entry;
    cJSON list = {.type = cJSON_Array, .string = "L", .child = &only};
    cJSON history = {.type = cJSON_Object, .string = "History", .child = &list};
    cJSON item = {.type = cJSON_Object, .child = &id};
    id.next = &history;
    only.next = NULL;
    bool good = ddb_record_read(&record, arena, &item, &one, NULL) && one.count == 1;
    record_free(&record);
    history_free(&one);
    return good;
}

static void count_inside(const cJSON *item, struct arena *arena, struct inside *out)
{
    const cJSON *id = json_get(item, DDB_KEY), *entry = NULL;
    const cJSON *list = json_get(json_get(item, "History"), "L");
    *out = (struct inside){.count = list ? 0 : -1};
    cJSON_ArrayForEach(entry, list)
    {
        out->count++;
        out->unread |= !id || !is_understood(arena, id, entry);
    }
}

static bool take_inline(const struct dynamodb_store *s, const struct aws_call *call,
                        struct arena *arena, struct history *history, struct inside *inside,
                        struct err *err)
{
    struct record record = {0};
    *inside = (struct inside){.count = -1};
    if (call->fault != AWS_FINE)
        return ddb_call_error(s, call, err);
    struct ddb_span text = ddb_get(ddb_span_of(&call->response), "Item");
    const cJSON *item = text.text ? ddb_parse(arena, text, err) : NULL;
    count_inside(item, arena, inside);
    bool good = !text.text || (item && ddb_record_read(&record, arena, item, history, err));
    record_free(&record);
    return good;
}

/* Item and first page of the chunks are asked for together. */
bool dynamodb_history(struct store *store, const char *contact_id, struct arena *arena,
                      struct history *history, struct err *err)
{
    struct dynamodb_store *s = dynamodb_of(store);
    struct aws_call item = {0};
    struct ddb_pages chunks = {0};
    struct inside inside;
    if (!contact_id[0] || strlen(contact_id) > CONTACT_ID_MAX || ddb_reserved_key(contact_id))
        return true;
    ask_item(&item, s, contact_id);
    ddb_history_query(&chunks, s, contact_id);
    struct aws_call *both[] = {&item, &chunks.call};
    ddb_pages_ask(&chunks);
    ddb_run_each(s, both, 2);
    bool absent = s->imported && ddb_is_missing(&chunks.call);
    bool good = take_inline(s, &item, arena, history, &inside, err) &&
                (absent || (ddb_pages_take(s, &chunks, err) &&
                            ddb_history_read(s, &chunks, contact_id, arena, history, err)));
    history_sort(history);
    aws_call_free(&item);
    ddb_pages_close(&chunks, 1);
    return good;
}

struct removal {
    struct dynamodb_store *s;
    const struct record *record;
    struct store_contained archived;
    struct ddb_deletion chunks;
    unsigned *removed;
    struct inside inside;
    bool lives; /* it is another record by now, or more than was archived */
    bool failed;
    struct err *err;
};

/* An item without Version does not tell that it changed: what lies in it is looked at. */
static bool check_inline(struct removal *r)
{
    struct aws_call call = {0};
    struct arena arena = {0};
    struct history history = {0};
    ask_item(&call, r->s, r->record->contact_id);
    bool good = ddb_run(r->s, &call, r->err) &&
                take_inline(r->s, &call, &arena, &history, &r->inside, r->err);
    for (size_t i = 0; good && i < history.count; i++)
        r->lives |= !store_contains(&r->archived, &history.entry[i]);
    if (good && r->inside.unread)
        good = err_set(r->err,
                       "store dynamodb:%s: its History has an entry that is not understood here: "
                       "it stays",
                       r->s->table);
    history_free(&history);
    arena_free(&arena);
    aws_call_free(&call);
    return good;
}

/* It is gone, or it is what was archived and has expired. One made anew has a later expiry. */
static void add_condition(const struct removal *r, struct buf *body)
{
    const struct record *record = r->record;
    buf_text(body, ",\"ConditionExpression\":\"attribute_not_exists(" DDB_KEY ") OR (" DDB_EXPIRY
                   " = :e AND " DDB_EXPIRY " <= :now AND ");
    buf_text(body, record->version > 0
                       ? "Version = :v"
                       : "(attribute_not_exists(Version) OR NOT Version BETWEEN :v AND :most)");
    if (r->inside.count >= 0)
        buf_text(body, " AND size(History) = :h");
    else if (record->version <= 0)
        buf_text(body, " AND attribute_not_exists(History)");
    buf_text(body, ")\",\"ExpressionAttributeValues\":{");
    ddb_put_number(body, ":e", record->expiry);
    ddb_put_number(body, ":now", ddb_now(r->s) / SECOND_MS);
    ddb_put_number(body, ":v", record->version > 0 ? record->version : 1);
    if (record->version <= 0)
        ddb_put_number(body, ":most", (INT64_C(1) << 53) - 1);
    if (r->inside.count >= 0)
        ddb_put_number(body, ":h", r->inside.count);
    buf_char(body, '}');
}

static bool delete_record(struct removal *r)
{
    struct aws_call call = {.operation = "DeleteItem"};
    buf_printf(&call.body, "{\"TableName\":\"%s\",\"ReturnValues\":\"ALL_OLD\",\"Key\":{",
               r->s->table);
    ddb_put_text(&call.body, DDB_KEY, r->record->contact_id);
    buf_char(&call.body, '}');
    add_condition(r, &call.body);
    buf_char(&call.body, '}');
    bool good = ddb_run(r->s, &call, r->err);
    if (good && ddb_get(ddb_span_of(&call.response), "Attributes").text)
        ++*r->removed;
    if (!good && strcmp(call.code, "ConditionalCheckFailedException") == 0)
        good = r->lives = true;
    aws_call_free(&call);
    return good;
}

static bool delete_chunk(void *context, const char *written, unsigned parts,
                         const struct entry *entry, size_t count)
{
    struct removal *r = context;
    const char *id = r->record->contact_id;
    for (size_t i = 0; i < count; i++)
        if (!store_contains(&r->archived, &entry[i]))
            return true;
    if (parts == 1)
        r->failed = !ddb_delete_chunk(&r->chunks, id, written, r->err);
    for (unsigned part = 1; parts > 1 && part <= parts && !r->failed; part++) {
        char key[192];
        snprintf(key, sizeof(key), "%.180s#%03u", written, part);
        r->failed = !ddb_delete_chunk(&r->chunks, id, key, r->err);
    }
    return !r->failed;
}

static bool delete_chunks(struct removal *r)
{
    const struct ddb_chunk_visit visit = {r, delete_chunk};
    r->chunks = (struct ddb_deletion){.store = r->s, .removed = r->removed};
    bool good = ddb_history_visit(r->s, r->record->contact_id, &visit, r->err) && !r->failed &&
                ddb_delete_rest(&r->chunks, r->err);
    ddb_deletion_free(&r->chunks);
    return good;
}

/* The record first: while it is there, whoever joins an event with it writes it anew, and then
 * nothing may go. */
bool dynamodb_remove(struct store *store, const struct record *record,
                     const struct history *archived, unsigned *removed, struct err *err)
{
    struct dynamodb_store *s = dynamodb_of(store);
    struct removal r = {
        .s = s, .record = record, .removed = removed, .inside = {.count = -1}, .err = err};
    *removed = 0;
    if (s->read_only)
        return err_set(err, "store dynamodb:%s: opened with --view-only, nothing is removed",
                       s->table);
    if (ddb_reserved_key(record->contact_id) || !*record->contact_id)
        return true;
    ddb_cache_forget(s->cache, record->contact_id);
    store_contained_open(&r.archived, archived);
    bool good = (record->version > 0 || check_inline(&r)) &&
                (r.lives || (delete_record(&r) && (r.lives || delete_chunks(&r))));
    store_contained_close(&r.archived);
    return good;
}
