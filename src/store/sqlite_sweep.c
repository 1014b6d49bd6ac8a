/* Removing what has expired, a few contacts at a time, so that writers never wait long. */
#include "store/sqlite_internal.h"

enum { SWEEP_CONTACTS = 32 };

static bool expired_ids(struct sqlite_store *s, int64_t id[SWEEP_CONTACTS], size_t *count,
                        struct err *err)
{
    sqlite3_stmt *statement = sqlite_use(s, SQL_EXPIRED, err);
    if (!statement)
        return false;
    sqlite3_bind_int64(statement, 1, sqlite_now_s(s));
    sqlite3_bind_int(statement, 2, SWEEP_CONTACTS);
    int step;
    for (*count = 0; (step = sqlite3_step(statement)) == SQLITE_ROW && *count < SWEEP_CONTACTS;
         ++*count)
        id[*count] = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return step == SQLITE_DONE || sqlite_fail(s, "look for expired contacts", err);
}

static bool delete_by(struct sqlite_store *s, enum sqlite_statement which, int64_t id,
                      struct err *err)
{
    sqlite3_stmt *statement = sqlite_use(s, which, err);
    if (statement)
        sqlite3_bind_int64(statement, 1, id);
    return sqlite_run(s, statement, "remove an expired contact", err);
}

static bool sweep_some(struct sqlite_store *s, size_t *count, struct err *err)
{
    int64_t id[SWEEP_CONTACTS];
    if (!sqlite_begin(s, true, err) || !expired_ids(s, id, count, err))
        return false;
    for (size_t i = 0; i < *count; i++)
        if (!delete_by(s, SQL_DELETE_ENTRIES, id[i], err) ||
            !delete_by(s, SQL_DELETE_RECORD, id[i], err))
            return false;
    return sqlite_commit(s, err);
}

bool sqlite_sweep(struct store *store, unsigned *removed, struct err *err)
{
    struct sqlite_store *s = sqlite_of(store);
    *removed = 0;
    if (s->read_only)
        return err_set(err, "store %s: opened with --view-only, nothing is removed", s->path);
    for (size_t count = SWEEP_CONTACTS; count == SWEEP_CONTACTS; *removed += (unsigned)count)
        if (!sweep_some(s, &count, err)) {
            sqlite_rollback(s);
            return false;
        }
    return true;
}
