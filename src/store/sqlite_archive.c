/* For the archive: what is kept of a contact, what has expired, and taking away what was archived.
 */
#include "contactwatch/log.h"
#include "store/sqlite_internal.h"

enum { PAGE = 64 }; /* records handed out with no transaction open */

/* A contact's row, expired or not. */
struct row {
    bool found, sound;       /* sound: its record can be read, and with it the last two */
    int64_t id, until;       /* hidden from then on, s */
    int64_t version, expiry; /* as the record says */
};

static bool find(struct sqlite_store *s, const char *contact_id, struct row *row, struct err *err)
{
    *row = (struct row){0};
    sqlite3_stmt *statement = sqlite_use(s, SQL_FIND, err);
    if (!statement)
        return false;
    sqlite3_bind_text(statement, 1, contact_id, -1, SQLITE_STATIC);
    int step = sqlite3_step(statement);
    row->found = step == SQLITE_ROW;
    if (row->found) {
        const struct record *stored = sqlite_record_columns(s, statement, 0, 1, NULL);
        row->id = sqlite3_column_int64(statement, 2);
        row->until = sqlite3_column_int64(statement, 3);
        row->sound = stored != NULL;
        row->version = stored ? stored->version : 0;
        row->expiry = stored ? stored->expiry : 0;
    }
    bool good = row->found || step == SQLITE_DONE || sqlite_fail(s, "read a record", err);
    sqlite3_reset(statement);
    return good;
}

bool sqlite_history(struct store *store, const char *contact_id, struct arena *arena,
                    struct history *history, struct err *err)
{
    struct sqlite_store *s = sqlite_of(store);
    struct row row;
    bool good = sqlite_begin(s, false, err) && find(s, contact_id, &row, err) &&
                (!row.found || sqlite_read_history(s, row.id, arena, history, err));
    sqlite_rollback(s);
    return good;
}

/* Copies of the next expired records behind *after; damaged ones are passed over. *more: there may
 * be others. */
static bool read_page(struct sqlite_store *s, int64_t now, int64_t *after,
                      struct record record[PAGE], size_t *count, bool *more, struct err *err)
{
    sqlite3_stmt *statement = sqlite_use(s, SQL_EXPIRED_RECORDS, err);
    struct err why = {0};
    int step, rows = 0;
    *count = 0;
    if (!statement)
        return false;
    sqlite3_bind_int64(statement, 1, now);
    sqlite3_bind_int64(statement, 2, *after);
    sqlite3_bind_int(statement, 3, PAGE);
    for (; (step = sqlite3_step(statement)) == SQLITE_ROW && rows < PAGE; rows++) {
        const struct record *stored = sqlite_record_columns(s, statement, 0, 1, &why);
        if (stored)
            record_copy(&record[(*count)++], stored);
        else
            log_warning("%s", why.text);
        *after = sqlite3_column_int64(statement, 2);
    }
    *more = rows == PAGE;
    sqlite3_reset(statement);
    return step == SQLITE_DONE || sqlite_fail(s, "read records", err);
}

bool sqlite_expired(struct store *store, const struct store_visit *visit, struct err *err)
{
    struct sqlite_store *s = sqlite_of(store);
    struct record record[PAGE];
    int64_t now = sqlite_now_s(s), after = 0;
    bool good = true, on = true, more = true;
    for (size_t count; good && on && more;) {
        good = read_page(s, now, &after, record, &count, &more, err);
        for (size_t i = 0; i < count; i++) {
            on = on && good && visit->record(visit->context, &record[i]);
            record_free(&record[i]);
        }
    }
    return good;
}

static bool all_archived(struct sqlite_store *s, int64_t id, const struct history *archived,
                         bool *all, struct err *err)
{
    struct arena arena = {0};
    struct history history = {0};
    struct store_contained contained;
    bool good = sqlite_read_history(s, id, &arena, &history, err);
    store_contained_open(&contained, archived);
    *all = good;
    for (size_t i = 0; i < history.count && *all; i++)
        *all = store_contains(&contained, &history.entry[i]);
    store_contained_close(&contained);
    history_free(&history);
    arena_free(&arena);
    return good;
}

/* Entries are the record's here: one that was not archived keeps them all. */
static bool remove_archived(struct sqlite_store *s, const struct record *record,
                            const struct history *archived, unsigned *removed, struct err *err)
{
    struct row row;
    bool all = false;
    if (!sqlite_begin(s, true, err) || !find(s, record->contact_id, &row, err))
        return false;
    if (!row.found || !row.sound || row.until > sqlite_now_s(s) || row.expiry != record->expiry ||
        row.version != record->version)
        return sqlite_commit(s, err);
    return all_archived(s, row.id, archived, &all, err) &&
           (!all || sqlite_remove_contact(s, row.id, removed, err)) && sqlite_commit(s, err);
}

bool sqlite_remove(struct store *store, const struct record *record, const struct history *archived,
                   unsigned *removed, struct err *err)
{
    struct sqlite_store *s = sqlite_of(store);
    *removed = 0;
    if (!sqlite_writable(s, err))
        return false;
    bool good = remove_archived(s, record, archived, removed, err);
    if (!good) {
        sqlite_rollback(s);
        *removed = 0;
    }
    return good;
}
