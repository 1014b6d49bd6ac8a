/*
 * Contacts by customer and by chain: an index names them, then their records are fetched. An index
 * with Started_At as its range key tells them in their order; one of the original project's does
 * not, and carries whole items, so there all of a customer's are named before the newest are known.
 */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/json.h"
#include "store/dynamodb_read_internal.h"

enum {
    STEP = 100,    /* records fetched at once */
    TOGETHER = 16, /* queries */
    PAGES_MAX = 8  /* of 1 MiB, of an index that tells no order, where not all are wanted */
};

struct named {
    char *id;
    int64_t started; /* INSTANT_NONE = the index does not tell */
};
struct listing {
    struct dynamodb_store *s;
    const char *index, *attribute;
    const char *asked;        /* what is read of the index: only what it carries may be named */
    const char *const *value; /* of the attribute */
    size_t values;
    enum record_field field; /* what must be one of the values: an index may lag behind;
                                FIELD_COUNT = the chain's root */
    bool newest_first, all_told;
    const struct store_visit *visit;
    struct named *named;
    size_t count, capacity;
    struct record *record;
    size_t records, record_capacity;
};

static int by_start(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    if (x->started != y->started)
        return x->started < y->started ? -1 : 1;
    return strcmp(x->id, y->id);
}

static int by_start_backward(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    if (x->started != y->started)
        return x->started > y->started ? -1 : 1;
    return strcmp(x->id, y->id);
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

static void name_items(struct listing *l, struct ddb_pages *pages)
{
    struct arena arena = {0};
    const cJSON *item;
    while ((item = ddb_pages_item(pages, &arena))) {
        const char *id = ddb_text(item, DDB_KEY), *started = ddb_text(item, "Started_At");
        bool wanted = id && !ddb_reserved_key(id) &&
                      (!l->visit->wanted || l->visit->wanted(l->visit->context, id));
        if (!started)
            started = ddb_text(item, "initiationTimestamp");
        if (wanted) {
            int64_t at = started ? instant_or_none(started) : INSTANT_NONE;
            mem_grow(l->named, l->count, l->capacity);
            l->named[l->count++] = (struct named){mem_strdup(id), at};
            l->all_told &= at != INSTANT_NONE;
        }
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void open_query(struct ddb_pages *pages, const struct listing *l, const char *value)
{
    ddb_pages_query(pages, l->s->table, l->attribute, value, NULL, NULL);
    buf_printf(&pages->request, ",\"IndexName\":\"%s\",\"ProjectionExpression\":\"%s\"", l->index,
               l->asked);
    if (l->newest_first)
        buf_text(&pages->request, ",\"ScanIndexForward\":false");
}

/*
 * The page after which there is no going on: enough are named, and no later one is newer. Of a
 * chain any of its legs will do.
 */
static bool is_last(const struct listing *l, const struct ddb_pages *pages, unsigned page)
{
    size_t limit = l->visit->limit;
    bool ordered = ddb_get(ddb_span_of(&pages->start), "Started_At").text != NULL;
    bool enough = ordered ? l->count >= limit : !l->newest_first;
    return limit && pages->more && (enough || page == PAGES_MAX);
}

/* Those of up to TOGETHER values. A limit is the first page's alone: where it does not end there,
 * all the others are needed. */
static bool list_some(struct listing *l, const char *const *value, size_t count, bool *missing,
                      struct err *err)
{
    struct ddb_pages pages[TOGETHER] = {{.more = false}}, *failed = NULL;
    bool good = true, more = true;
    size_t plain[TOGETHER];
    for (size_t i = 0; i < count; i++) {
        open_query(&pages[i], l, value[i]);
        plain[i] = pages[i].request.length;
        if (l->visit->limit)
            buf_printf(&pages[i].request, ",\"Limit\":%zu", l->visit->limit);
    }
    for (unsigned page = 1; good && more; page++) {
        good = ddb_pages_fetch(l->s, pages, count, &failed, err);
        more = false;
        for (size_t i = 0; good && i < count; i++) {
            name_items(l, &pages[i]);
            pages[i].more &= !is_last(l, &pages[i], page);
            pages[i].request.data[pages[i].request.length = plain[i]] = '\0';
            more |= pages[i].more;
        }
    }
    *missing = !good && failed && ddb_is_missing(&failed->call);
    ddb_pages_close(pages, count);
    return good;
}

static bool belongs(const struct listing *l, const struct record *record)
{
    const char *value =
        l->field == FIELD_COUNT ? record_chain_root(record) : record->field[l->field].value;
    for (size_t i = 0; value && i < l->values; i++)
        if (strcmp(value, l->value[i]) == 0)
            return true;
    return false;
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
static bool hand_out(struct listing *l)
{
    bool on = true;
    if (l->records)
        qsort(l->record, l->records, sizeof(*l->record),
              l->newest_first ? records_by_start_backward : records_by_start);
    for (size_t i = 0; on && i < l->records; i++)
        on = l->visit->record(l->visit->context, &l->record[i]);
    drop_records(l);
    return on;
}

/* In steps as long as the order is known beforehand: a visitor may want the first few only. */
static bool fetch_listed(struct listing *l, struct err *err)
{
    const struct ddb_visit keep = {l, keep_record};
    size_t step = l->all_told ? STEP : l->count, limit = l->visit->limit * l->values;
    bool good = true, on = true;
    if (l->count)
        qsort(l->named, l->count, sizeof(*l->named),
              l->newest_first ? by_start_backward : by_start);
    size_t wanted = limit && limit < l->count ? limit : l->count;
    for (size_t from = 0; good && on && from < wanted; from += step) {
        size_t count = wanted - from < step ? wanted - from : step;
        const char **key = mem_alloc(count * sizeof(*key));
        for (size_t i = 0; i < count; i++)
            key[i] = l->named[from + i].id;
        good = ddb_fetch(l->s, key, count, true, &keep, err);
        on = good && hand_out(l);
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

/* Tables of the original project have fewer indexes: there all is looked through, by those who want
 * all. */
static bool list_scanned(struct listing *l, struct err *err)
{
    const struct ddb_scan scan = {.context = l, .contact = scan_keep};
    if (l->visit->limit)
        return true;
    if (!ddb_scan(l->s, &scan, err))
        return false;
    hand_out(l);
    return true;
}

static bool visit_index(struct listing *l, struct err *err)
{
    bool good = true, missing = false;
    l->all_told = true;
    for (size_t from = 0; good && from < l->values; from += TOGETHER) {
        size_t count = l->values - from < TOGETHER ? l->values - from : TOGETHER;
        good = list_some(l, l->value + from, count, &missing, err);
    }
    if (missing)
        good = list_scanned(l, err);
    else if (good)
        good = fetch_listed(l, err);
    drop_records(l);
    for (size_t i = 0; i < l->count; i++)
        free(l->named[i].id);
    free(l->named);
    free(l->record);
    return good;
}

bool dynamodb_by_customer(struct store *store, const char *customer,
                          const struct store_visit *visit, struct err *err)
{
    struct listing l = {.s = dynamodb_of(store),
                        .index = DDB_INDEX_CUSTOMER,
                        .attribute = "Customer_Identifier",
                        .asked = DDB_KEY ",Started_At,initiationTimestamp",
                        .value = &customer,
                        .values = *customer != '\0',
                        .field = FIELD_CUSTOMER,
                        .newest_first = true,
                        .visit = visit};
    return visit_index(&l, err);
}

bool dynamodb_by_chains(struct store *store, const char *const *root, size_t count,
                        const struct store_visit *visit, struct err *err)
{
    struct listing l = {.s = dynamodb_of(store),
                        .index = DDB_INDEX_CHAIN,
                        .attribute = "Chain_Root",
                        .asked = DDB_KEY,
                        .value = root,
                        .values = count,
                        .field = FIELD_COUNT,
                        .visit = visit};
    return visit_index(&l, err);
}

bool dynamodb_by_chain(struct store *store, const char *root, const struct store_visit *visit,
                       struct err *err)
{
    return dynamodb_by_chains(store, &root, *root != '\0', visit, err);
}
