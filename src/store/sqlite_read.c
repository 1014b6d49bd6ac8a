/* Reading records, one or many. Every reader sees one moment: a read transaction around all it
 * asks. */
#include <stdlib.h>
#include <string.h>

#include "store/sqlite_internal.h"

static void copy_entry(struct entry *entry, struct arena *arena)
{
    entry->body = arena_strndup(arena, entry->body, entry->length);
    entry->log_event_id = arena_strdup(arena, entry->log_event_id);
}

bool sqlite_read_history(struct sqlite_store *s, int64_t id, struct arena *arena,
                         struct history *history, struct err *err)
{
    sqlite3_stmt *statement = sqlite_use(s, SQL_HISTORY, err);
    if (!statement)
        return false;
    sqlite3_bind_int64(statement, 1, id);
    int step;
    while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
        struct entry entry;
        if (!sqlite_entry_columns(statement, 0, &entry))
            break;
        copy_entry(&entry, arena);
        mem_grow(history->entry, history->count, history->capacity);
        history->entry[history->count++] = entry;
    }
    bool good = step == SQLITE_DONE || sqlite_fail(s, "read a history", err);
    sqlite3_reset(statement);
    history_sort(history);
    return good;
}

static bool read_one(struct sqlite_store *s, const char *contact_id, struct record *record,
                     int64_t *id, bool *found, struct err *err)
{
    sqlite3_stmt *statement = sqlite_use(s, SQL_FIND, err);
    if (!statement)
        return false;
    sqlite3_bind_text(statement, 1, contact_id, -1, SQLITE_STATIC);
    int step = sqlite3_step(statement);
    bool good = step == SQLITE_ROW || step == SQLITE_DONE || sqlite_fail(s, "read a record", err);
    if (step == SQLITE_ROW && sqlite3_column_int64(statement, 3) > sqlite_now_s(s)) {
        const struct record *stored = sqlite_record_columns(s, statement, 0, 1, err);
        good = *found = stored != NULL;
        *id = sqlite3_column_int64(statement, 2);
        if (good)
            record_copy(record, stored);
    }
    sqlite3_reset(statement);
    return good;
}

bool sqlite_get(struct store *store, const char *contact_id, struct arena *arena,
                struct record *record, struct history *history, bool *found, struct err *err)
{
    struct sqlite_store *s = sqlite_of(store);
    int64_t id = 0;
    *found = false;
    if (!sqlite_begin(s, false, err))
        return false;
    bool good = read_one(s, contact_id, record, &id, found, err);
    if (good && *found && history && !sqlite_read_history(s, id, arena, history, err)) {
        record_free(record);
        good = *found = false;
    }
    sqlite_rollback(s);
    return good;
}

/* Hands every row (contact_id, record, …) to the visitor; *stopped when it wanted no more. */
static bool visit_rows(struct sqlite_store *s, sqlite3_stmt *statement,
                       const struct store_visit *visit, bool *stopped, struct err *err)
{
    int step = SQLITE_DONE;
    bool good = true;
    while (good && !*stopped && (step = sqlite3_step(statement)) == SQLITE_ROW) {
        const struct record *record = sqlite_record_columns(s, statement, 0, 1, err);
        good = record != NULL;
        *stopped = good && !visit->record(visit->context, record);
    }
    if (good && !*stopped && step != SQLITE_DONE)
        good = sqlite_fail(s, "read records", err);
    sqlite3_reset(statement);
    return good;
}

static bool visit_where(struct store *store, enum sqlite_statement which, const char *text,
                        const struct store_visit *visit, struct err *err)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *statement = sqlite_use(s, which, err);
    if (!statement)
        return false;
    sqlite3_bind_int64(statement, 1, sqlite_now_s(s));
    if (text)
        sqlite3_bind_text(statement, 2, text, -1, SQLITE_STATIC);
    bool stopped = false;
    return visit_rows(s, statement, visit, &stopped, err);
}

bool sqlite_by_customer(struct store *store, const char *customer, const struct store_visit *visit,
                        struct err *err)
{
    return visit_where(store, SQL_BY_CUSTOMER, customer, visit, err);
}

bool sqlite_by_chain(struct store *store, const char *root, const struct store_visit *visit,
                     struct err *err)
{
    return visit_where(store, SQL_BY_CHAIN, root, visit, err);
}

bool sqlite_all(struct store *store, const struct store_visit *visit, struct err *err)
{
    return visit_where(store, SQL_ALL, NULL, visit, err);
}
