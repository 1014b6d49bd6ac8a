/* Removing what has expired, a few contacts at a time, so that writers never wait long; and what is
 * to be forgotten. */
#include "contactwatch/log.h"
#include "store/sqlite_internal.h"

enum { SWEEP_CONTACTS = 32 };
/* Agents stay so much longer than contacts after their last event: who comes back from a week off
 * still has a name. */
static const int64_t agents_stay_ms = 7 * DAY_MS;
static const int64_t archive_late_ms = 3 * DAY_MS;

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
    return sqlite_run(s, statement, "remove a contact", err);
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

static bool sweep_agents(struct sqlite_store *s, struct err *err)
{
    sqlite3_stmt *statement = sqlite_use(s, SQL_DELETE_AGENTS, err);
    if (statement)
        sqlite3_bind_int64(statement, 1, clock_now(s->clock) - s->retention_ms - agents_stay_ms);
    return sqlite_run(s, statement, "remove agents not heard of", err);
}

/* Is what has expired to be archived first? */
static bool held_for_archive(struct sqlite_store *s, bool *held, struct err *err)
{
    struct buf place = {0};
    int64_t archived;
    bool good = sqlite_document_get(&s->base, STORE_ARCHIVED, &place, &archived, err);
    int64_t since = clock_now(s->clock) - archived;
    *held = archived != INSTANT_NONE && since < STORE_ARCHIVED_HOLD_MS;
    if (*held && since > archive_late_ms && !s->warned)
        log_warning("store %s: it was archived last %lld days ago; what has expired is kept for "
                    "contactwatch archive until 30 days have passed",
                    s->path, (long long)(since / DAY_MS));
    s->warned |= *held && since > archive_late_ms;
    buf_free(&place);
    return good;
}

bool sqlite_sweep(struct store *store, unsigned *removed, struct err *err)
{
    struct sqlite_store *s = sqlite_of(store);
    bool held;
    *removed = 0;
    if (!sqlite_writable(s, err) || !held_for_archive(s, &held, err))
        return false;
    for (size_t count = held ? 0 : SWEEP_CONTACTS; count == SWEEP_CONTACTS;
         *removed += (unsigned)count)
        if (!sweep_some(s, &count, err)) {
            sqlite_rollback(s);
            return false;
        }
    return sweep_agents(s, err);
}

static bool begin_forgetting(struct sqlite_store *s, struct err *err)
{
    return sqlite3_exec(s->db, "PRAGMA secure_delete = ON", NULL, NULL, NULL) == SQLITE_OK ||
           sqlite_fail(s, "forget a contact", err);
}

/* What was deleted is still in the log until it has been carried over into the file. Readers may
 * hold that up: then the next writer does it. */
static void end_forgetting(struct sqlite_store *s)
{
    int left = 0, carried = 0;
    sqlite3_exec(s->db, "PRAGMA secure_delete = OFF", NULL, NULL, NULL);
    if (sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, &left, &carried) !=
        SQLITE_OK)
        log_info("store %s: a copy of what was forgotten stays in its -wal file until no one "
                 "reads it",
                 s->path);
}

bool sqlite_remove_contact(struct sqlite_store *s, int64_t id, unsigned *removed, struct err *err)
{
    if (!delete_by(s, SQL_DELETE_ENTRIES, id, err))
        return false;
    *removed += (unsigned)sqlite3_changes(s->db);
    if (!delete_by(s, SQL_DELETE_RECORD, id, err))
        return false;
    *removed += (unsigned)sqlite3_changes(s->db);
    return true;
}

static bool forget_one(struct sqlite_store *s, const char *contact_id, unsigned *removed,
                       struct err *err)
{
    if (!sqlite_begin(s, true, err))
        return false;
    sqlite3_stmt *find = sqlite_use(s, SQL_FIND, err);
    if (!find)
        return false;
    sqlite3_bind_text(find, 1, contact_id, -1, SQLITE_STATIC);
    int step = sqlite3_step(find);
    int64_t id = step == SQLITE_ROW ? sqlite3_column_int64(find, 2) : 0;
    sqlite3_reset(find);
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        return sqlite_fail(s, "read a record", err);
    return (step == SQLITE_DONE || sqlite_remove_contact(s, id, removed, err)) &&
           sqlite_commit(s, err);
}

bool sqlite_forget(struct store *store, const char *contact_id, unsigned *removed, struct err *err)
{
    struct sqlite_store *s = sqlite_of(store);
    *removed = 0;
    if (!sqlite_writable(s, err) || !begin_forgetting(s, err))
        return false;
    bool good = forget_one(s, contact_id, removed, err);
    if (!good) {
        sqlite_rollback(s);
        *removed = 0;
    }
    end_forgetting(s);
    return good;
}
