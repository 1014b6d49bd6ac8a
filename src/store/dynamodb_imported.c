/*
 * A table that the original project's functions fill: it has no index of the live and no feed, and
 * each contact's history is in its item. It is looked through whole, at first and once a minute;
 * where no feed lies beside it, as often as its size allows.
 */
#include <stdlib.h>
#include <string.h>

#include "store/dynamodb_follow_internal.h"

struct scanning {
    struct ddb_follow *f;
    const struct store_visit *visit;
    bool everything; /* the first look: what is shown, and of its entries the marked ones */
    bool stopped;
    struct buf text;
};

/* Such items have no version: what tells that one changed is what is in it. */
static uint64_t content_of(struct scanning *scanning, const struct record *record,
                           const struct history *history)
{
    buf_clear(&scanning->text);
    record_write(&scanning->text, record, RECORD_CANONICAL);
    buf_printf(&scanning->text, " %zu", history->count);
    return hash_text(buf_str(&scanning->text));
}

static void give_entries(struct scanning *scanning, const char *contact_id,
                         const struct history *history)
{
    const struct store_visit *visit = scanning->visit;
    for (size_t i = 0; i < history->count && !scanning->stopped; i++) {
        const struct entry *entry = &history->entry[i];
        bool fresh = follow_first_time(&scanning->f->seen, contact_id, entry);
        bool wanted = !scanning->everything || (entry->marks & MARKS_OF_TABLE);
        if (fresh && wanted && visit->entry)
            scanning->stopped = !visit->entry(visit->context, contact_id, entry);
    }
}

static bool look_at(void *context, const struct record *record, const struct history *history)
{
    struct scanning *scanning = context;
    struct ddb_follow *f = scanning->f;
    const struct follow_known *known = follow_known(f, record->contact_id);
    uint64_t content = content_of(scanning, record, history);
    if (known && known->status == content)
        return true;
    bool hidden = scanning->everything && !ddb_shown(f->s, record, f->since);
    follow_note(f, record, hidden)->status = content;
    if (hidden)
        return true;
    scanning->stopped = !scanning->visit->record(scanning->visit->context, record);
    give_entries(scanning, record->contact_id, history);
    return !scanning->stopped;
}

int64_t follow_relist_every(const struct ddb_follow *f)
{
    int64_t every = f->scan_ms * FOLLOW_SCAN_REST;
    if (!f->no_feed || every > FOLLOW_RELIST_EVERY_MS)
        return FOLLOW_RELIST_EVERY_MS;
    return every > FOLLOW_SCAN_EVERY_MS ? every : FOLLOW_SCAN_EVERY_MS;
}

bool follow_scan(struct ddb_follow *f, const struct store_visit *visit, bool everything,
                 bool *stopped, struct err *err)
{
    struct scanning scanning = {.f = f, .visit = visit, .everything = everything};
    const struct ddb_scan scan = {.context = &scanning, .contact = look_at, .want_history = true};
    int64_t start = monotonic_ns();
    bool good = ddb_scan(f->s, &scan, err);
    f->scan_ms = (monotonic_ns() - start) / INT64_C(1000000);
    *stopped |= scanning.stopped;
    buf_free(&scanning.text);
    return good;
}
