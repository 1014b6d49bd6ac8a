/* An item of the feed on its way to the visitor: unpacked, and its contacts' records found. */
#include <string.h>

#include "contactwatch/log.h"
#include "store/dynamodb_follow_internal.h"

/* The records of rows that have entries only, of contacts not handed out yet. */
static bool take_missing(void *context, const cJSON *item, struct arena *arena)
{
    struct ddb_follow *f = context;
    struct record record;
    if (!ddb_contact(f->s, item, arena, &record))
        return true;
    for (size_t i = 0; i < f->rows.rows; i++) {
        struct feed_row *row = &f->rows.row[i];
        if (row->has_record || strcmp(row->contact_id, record.contact_id) != 0)
            continue;
        record_copy(&row->record, &record);
        row->has_record = true;
    }
    record_free(&record);
    return true;
}

/*
 * A reader that begins at an old place of the feed would hand out every state a contact went
 * through, of contacts, too, that have expired since: it takes the state of now instead.
 */
static void prefer_table(struct ddb_follow *f, int64_t ms)
{
    if (f->caught_up || ms >= ddb_now(f->s) - MINUTE_MS)
        return;
    for (size_t i = 0; i < f->rows.rows; i++) {
        struct feed_row *row = &f->rows.row[i];
        if (!row->has_record)
            continue;
        record_free(&row->record);
        row->has_record = false;
    }
}

static bool fetch_missing(struct ddb_follow *f, struct err *err)
{
    struct map known = {0};
    struct ddb_ids ids = {0};
    for (size_t i = 0; i < f->rows.rows; i++) {
        const struct feed_row *row = &f->rows.row[i];
        bool there = row->has_record || follow_known(f, row->contact_id);
        if (!map_set(&known, row->contact_id, f) && !there)
            ddb_ids_add(&ids, row->contact_id);
    }
    const struct ddb_visit visit = {f, take_missing};
    bool good =
        !ids.count || ddb_fetch(f->s, (const char *const *)ids.id, ids.count, true, &visit, err);
    ddb_ids_free(&ids);
    map_free(&known, NULL);
    return good;
}

bool follow_take_item(struct ddb_follow *f, const cJSON *item, int64_t ms, struct err *err)
{
    struct err why = {0};
    buf_clear(&f->bytes);
    if (!ddb_bytes(&f->bytes, item, DDB_PACKED) ||
        !feed_unpack(&f->rows, f->bytes.data, f->bytes.length, &why)) {
        log_warning("store dynamodb:%s: %s", f->s->feed,
                    why.text[0] ? why.text : "an item has no rows");
        feed_rows_clear(&f->rows);
        f->reload = true;
        return true;
    }
    f->row = f->entry = f->next_agent = 0;
    f->row_given = false;
    f->pending = true;
    f->scans &= f->no_index;
    prefer_table(f, ms);
    return fetch_missing(f, err);
}
