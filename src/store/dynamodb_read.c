/* One contact, contacts by customer and chain, all of them. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/json.h"
#include "contactwatch/log.h"
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

/* Contacts that an index names; in the order of their start when the index tells all of them. */
struct named {
    char *id, *started;
};
struct listing {
    struct dynamodb_store *s;
    struct named *named;
    size_t count, capacity;
    bool newest_first, all_told;
    enum record_field field; /* what must be `value`: an index may lag behind */
    const char *value;
    struct record *record;
    size_t records, record_capacity;
};

static int compare_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

static int by_start(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int order = compare_text(x->started, y->started);
    return order ? order : strcmp(x->id, y->id);
}

static int by_start_backward(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int order = compare_text(y->started, x->started);
    return order ? order : strcmp(x->id, y->id);
}

static int records_by_start(const void *a, const void *b)
{
    const struct record *x = a, *y = b;
    int64_t left = record_started(x), right = record_started(y);
    return left != right ? (left < right ? -1 : 1) : strcmp(x->contact_id, y->contact_id);
}

static int records_by_start_backward(const void *a, const void *b)
{
    const struct record *x = a, *y = b;
    int64_t left = record_started(x), right = record_started(y);
    return left != right ? (left > right ? -1 : 1) : strcmp(x->contact_id, y->contact_id);
}

static bool list_index(struct listing *l, struct ddb_pages *pages, struct err *err)
{
    struct arena arena = {0};
    const cJSON *item;
    bool good = true;
    l->all_told = true;
    while (good && pages->more && (good = ddb_pages_fetch(l->s, pages, 1, NULL, err))) {
        while ((item = ddb_pages_item(pages, &arena))) {
            const char *id = ddb_text(item, DDB_KEY), *started = ddb_text(item, "Started_At");
            if (id && !ddb_reserved_key(id)) {
                mem_grow(l->named, l->count, l->capacity);
                l->named[l->count++] = (struct named){mem_strdup(id), mem_strdup(started)};
                l->all_told &= started != NULL;
            }
            arena_reset(&arena);
        }
    }
    arena_free(&arena);
    return good;
}

static bool belongs(const struct listing *l, const struct record *record)
{
    const char *value =
        l->field == FIELD_COUNT ? record_chain_root(record) : record->field[l->field].value;
    return value && strcmp(value, l->value) == 0;
}

static bool keep_record(void *context, const cJSON *item, struct arena *arena)
{
    struct listing *l = context;
    struct record record;
    if (!ddb_contact(l->s, item, arena, &record))
        return true;
    if (belongs(l, &record)) {
        mem_grow(l->record, l->records, l->record_capacity);
        l->record[l->records++] = record;
    } else {
        record_free(&record);
    }
    return true;
}

static void drop_records(struct listing *l)
{
    for (size_t i = 0; i < l->records; i++)
        record_free(&l->record[i]);
    l->records = 0;
}

/* A step's records in order to the visitor. */
static bool hand_out(struct listing *l, const struct store_visit *visit)
{
    bool on = true;
    if (l->records)
        qsort(l->record, l->records, sizeof(*l->record),
              l->newest_first ? records_by_start_backward : records_by_start);
    for (size_t i = 0; on && i < l->records; i++)
        on = visit->record(visit->context, &l->record[i]);
    drop_records(l);
    return on;
}

/* In steps as long as the order is known beforehand: a visitor may want the first few only. */
static bool fetch_listed(struct listing *l, const struct store_visit *visit, struct err *err)
{
    enum { STEP = 100 };
    const struct ddb_visit keep = {l, keep_record};
    size_t step = l->all_told ? STEP : l->count;
    bool good = true, on = true;
    if (l->all_told && l->count)
        qsort(l->named, l->count, sizeof(*l->named),
              l->newest_first ? by_start_backward : by_start);
    for (size_t from = 0; good && on && from < l->count; from += step) {
        size_t count = l->count - from < step ? l->count - from : step;
        const char **key = mem_alloc(count * sizeof(*key));
        for (size_t i = 0; i < count; i++)
            key[i] = l->named[from + i].id;
        good = ddb_fetch(l->s, key, count, true, &keep, err);
        on = good && hand_out(l, visit);
        free(key);
    }
    return good;
}

static bool scan_keep(void *context, const struct record *record, const struct history *unused)
{
    struct listing *l = context;
    (void)unused;
    if (belongs(l, record)) {
        mem_grow(l->record, l->records, l->record_capacity);
        record_copy(&l->record[l->records++], record);
    }
    return true;
}

/* Tables of the original project have fewer indexes: there all is looked through. */
static bool list_scanned(struct listing *l, const struct store_visit *visit, struct err *err)
{
    const struct ddb_scan scan = {.context = l, .contact = scan_keep};
    if (!ddb_scan(l->s, &scan, err))
        return false;
    hand_out(l, visit);
    return true;
}

static bool visit_index(struct listing *l, const char *index, const char *attribute,
                        const struct store_visit *visit, struct err *err)
{
    struct ddb_pages pages;
    if (!l->value[0])
        return true;
    ddb_pages_query(&pages, l->s->table, attribute, l->value, NULL, NULL);
    buf_printf(&pages.request, ",\"IndexName\":\"%s\"", index);
    bool good = list_index(l, &pages, err);
    bool missing = !good && ddb_is_missing(&pages.call);
    ddb_pages_close(&pages, 1);
    if (missing)
        good = list_scanned(l, visit, err);
    else if (good)
        good = fetch_listed(l, visit, err);
    drop_records(l);
    for (size_t i = 0; i < l->count; i++) {
        free(l->named[i].id);
        free(l->named[i].started);
    }
    free(l->named);
    free(l->record);
    return good;
}

bool dynamodb_by_customer(struct store *store, const char *customer,
                          const struct store_visit *visit, struct err *err)
{
    struct listing l = {
        .s = dynamodb_of(store), .newest_first = true, .field = FIELD_CUSTOMER, .value = customer};
    return visit_index(&l, DDB_INDEX_CUSTOMER, "Customer_Identifier", visit, err);
}

bool dynamodb_by_chain(struct store *store, const char *root, const struct store_visit *visit,
                       struct err *err)
{
    struct listing l = {.s = dynamodb_of(store), .field = FIELD_COUNT, .value = root};
    return visit_index(&l, DDB_INDEX_CHAIN, "Chain_Root", visit, err);
}
