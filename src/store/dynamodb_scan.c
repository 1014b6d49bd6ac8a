/* Every contact, by a Scan in segments. */
#include "contactwatch/log.h"
#include "store/dynamodb_read_internal.h"

enum { SEGMENTS = 4 };

struct scanning {
    struct dynamodb_store *s;
    const struct ddb_scan *scan;
    bool stopped;
};

/* The original's items have their history inside, which is left where it is unless wanted. */
static void scan_item(struct scanning *scanning, const cJSON *item, struct arena *arena)
{
    const struct ddb_scan *scan = scanning->scan;
    struct history history = {0};
    struct record record;
    struct err err = {0};
    const char *id = ddb_text(item, DDB_KEY);
    if (!id || ddb_reserved_key(id))
        return;
    if (!ddb_record_read(&record, arena, item, scan->want_history ? &history : NULL, &err))
        log_warning("store dynamodb:%s: an item is passed over: %s", scanning->s->table, err.text);
    else if (ddb_expired(scanning->s, &record) == scan->expired)
        scanning->stopped = !scan->contact(scan->context, &record, &history);
    record_free(&record);
    history_free(&history);
}

static void request(struct ddb_pages *pages, const struct dynamodb_store *s, unsigned segment,
                    bool expired)
{
    ddb_pages_open(pages, "Scan", s->table);
    buf_printf(&pages->request, ",\"ConsistentRead\":true,\"Segment\":%u,\"TotalSegments\":%u",
               segment, (unsigned)SEGMENTS);
    if (expired)
        buf_printf(&pages->request,
                   ",\"FilterExpression\":\"" DDB_EXPIRY
                   " <= :now\",\"ExpressionAttributeValues\":{\":now\":{\"N\":\"%lld\"}}",
                   (long long)(ddb_now(s) / SECOND_MS));
}

bool ddb_scan(struct dynamodb_store *s, const struct ddb_scan *scan, struct err *err)
{
    struct scanning scanning = {s, scan, false};
    struct ddb_pages segment[SEGMENTS];
    struct arena arena = {0};
    const cJSON *item;
    bool good = true, more = true;
    for (unsigned i = 0; i < SEGMENTS; i++)
        request(&segment[i], s, i, scan->expired);
    while (good && more && !scanning.stopped) {
        good = ddb_pages_fetch(s, segment, SEGMENTS, NULL, err);
        more = false;
        for (unsigned i = 0; good && i < SEGMENTS; i++) {
            while (!scanning.stopped && (item = ddb_pages_item(&segment[i], &arena))) {
                scan_item(&scanning, item, &arena);
                arena_reset(&arena);
            }
            more |= segment[i].more;
        }
    }
    ddb_pages_close(segment, SEGMENTS);
    arena_free(&arena);
    return good;
}

static bool give(void *context, const struct record *record, const struct history *history)
{
    const struct store_visit *visit = context;
    (void)history;
    return visit->record(visit->context, record);
}

bool dynamodb_all(struct store *store, const struct store_visit *visit, struct err *err)
{
    const struct ddb_scan scan = {.context = (void *)visit, .contact = give};
    return ddb_scan(dynamodb_of(store), &scan, err);
}

bool dynamodb_expired(struct store *store, const struct store_visit *visit, struct err *err)
{
    const struct ddb_scan scan = {.context = (void *)visit, .contact = give, .expired = true};
    return ddb_scan(dynamodb_of(store), &scan, err);
}
