/* The statements, and what every function of the store does with them. */
#include <string.h>

#include "store/sqlite_internal.h"

#define ENTRY_COLUMNS "e.time, e.rank, e.type, e.marks, e.hash, e.log_event_id, e.body"
#define AGENT_COLUMNS                                                                              \
    "arn, time, name, event_type, status_name, status_type, status_since, contacts"

static const char *const sql[SQL_STATEMENTS] = {
    [SQL_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [SQL_BEGIN_READ] = "BEGIN",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_COUNTER] = "SELECT last FROM counter",
    [SQL_SET_COUNTER] = "UPDATE counter SET last = ?1",
    [SQL_FIND] = "SELECT contact_id, record, id, expiry FROM contact WHERE contact_id = ?1",
    [SQL_INSERT_RECORD] =
        "INSERT INTO contact(id, record, change, expiry, started, ended, customer,"
        " chain_root, contact_id) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [SQL_UPDATE_RECORD] = "UPDATE contact SET record = ?2, change = ?3 WHERE id = ?1",
    [SQL_MOVE_RECORD] = "UPDATE contact SET record = ?2, change = ?3, expiry = ?4, started = ?5,"
                        " ended = ?6, customer = ?7, chain_root = ?8 WHERE id = ?1",
    [SQL_PROLONG_RECORD] = "UPDATE contact SET record = ?2, expiry = ?3 WHERE id = ?1",
    [SQL_INSERT_ENTRY] =
        "INSERT INTO entry(seq, contact, time, rank, type, marks, hash, log_event_id, body)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT(contact, hash) DO NOTHING",
    [SQL_FIND_ENTRY] =
        "SELECT " ENTRY_COLUMNS ", e.seq FROM entry e WHERE e.contact = ?1 AND e.hash = ?2",
    [SQL_REPLACE_ENTRY] =
        "UPDATE entry SET contact = ?2, time = ?3, rank = ?4, type = ?5, marks = ?6, hash = ?7,"
        " log_event_id = ?8, body = ?9 WHERE seq = ?1",
    [SQL_HISTORY] = "SELECT " ENTRY_COLUMNS " FROM entry e WHERE e.contact = ?1",
    [SQL_BY_CUSTOMER] = "SELECT contact_id, record FROM contact WHERE customer = ?2 AND expiry > ?1"
                        " ORDER BY started DESC, contact_id",
    [SQL_BY_CHAIN] = "SELECT contact_id, record FROM contact WHERE chain_root = ?2 AND expiry > ?1"
                     " ORDER BY started, contact_id",
    [SQL_ALL] = "SELECT contact_id, record FROM contact WHERE expiry > ?1 ORDER BY id",
    [SQL_LIVE] = "SELECT contact_id, record, ended, id FROM contact WHERE ended BETWEEN ?1 AND ?2 "
                 "AND expiry > ?3"
                 " ORDER BY ended, id",
    [SQL_MARKED] =
        "SELECT " ENTRY_COLUMNS ", c.ended, c.id FROM contact c INDEXED BY contact_ended"
        " CROSS JOIN entry e INDEXED BY entry_of_table ON e.contact = c.id AND e.marks & 319 <> 0"
        " WHERE c.ended BETWEEN ?1 AND ?2 ORDER BY c.ended, c.id",
    [SQL_CHANGED_RECORDS] =
        "SELECT contact_id, record, change, expiry FROM contact WHERE change > ?1"
        " ORDER BY change",
    [SQL_NEW_ENTRIES] =
        "SELECT " ENTRY_COLUMNS ", e.seq, c.contact_id, c.record, c.expiry FROM entry e"
        " CROSS JOIN contact c ON c.id = e.contact WHERE e.seq > ?1 ORDER BY e.seq",
    [SQL_EXPIRED] = "SELECT id FROM contact WHERE expiry <= ?1 ORDER BY expiry LIMIT ?2",
    [SQL_EXPIRED_RECORDS] =
        "SELECT contact_id, record, id FROM contact WHERE expiry <= ?1 AND id > ?2"
        " ORDER BY id LIMIT ?3",
    [SQL_DELETE_ENTRIES] = "DELETE FROM entry WHERE contact = ?1",
    [SQL_DELETE_RECORD] = "DELETE FROM contact WHERE id = ?1",
    [SQL_FIND_AGENT] = "SELECT " AGENT_COLUMNS " FROM agent WHERE arn = ?1",
    [SQL_WRITE_AGENT] =
        "INSERT INTO agent(arn, time, name, event_type, status_name, status_type, status_since,"
        " contacts, change, heard) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
        " ON CONFLICT(arn) DO UPDATE SET time = ?2, name = ?3, event_type = ?4, status_name = ?5,"
        " status_type = ?6, status_since = ?7, contacts = ?8, change = ?9, heard = ?10",
    [SQL_AGENTS] = "SELECT " AGENT_COLUMNS " FROM agent ORDER BY arn",
    [SQL_CHANGED_AGENTS] =
        "SELECT " AGENT_COLUMNS ", change FROM agent WHERE change > ?1 ORDER BY change",
    [SQL_DELETE_AGENTS] = "DELETE FROM agent WHERE heard <= ?1",
    [SQL_WRITE_DOCUMENT] = "INSERT INTO document(name, written, data) VALUES(?1, ?2, ?3)"
                           " ON CONFLICT(name) DO UPDATE SET written = ?2, data = ?3",
    [SQL_READ_DOCUMENT] = "SELECT written, data FROM document WHERE name = ?1",
};

static const char damaged[] =
    "the file is damaged; restore a copy, or move it away to start afresh";
static const struct advice {
    int code;
    const char *words;
} advice[] = {
    {SQLITE_BUSY, "another process is writing to it; try again"},
    {SQLITE_FULL, "the disk is full; free some space"},
    {SQLITE_CORRUPT, damaged},
    {SQLITE_ROW, damaged}, /* SQLite read the row, and what is in it is not ours */
    {SQLITE_DONE, damaged},
    {SQLITE_NOTADB, "it is not an SQLite database; name another file"},
    {SQLITE_READONLY, "it may not be written; check its permissions, or use --view-only"},
    {SQLITE_CANTOPEN,
     "it or its -wal and -shm files cannot be opened; check the permissions of its folder"},
};

bool sqlite_fail(struct sqlite_store *s, const char *doing, struct err *err)
{
    int code = s->failure = sqlite3_errcode(s->db) & 0xff;
    for (size_t i = 0; i < ARRAY_SIZE(advice); i++)
        if (advice[i].code == code)
            return err_set(err, "store %s: cannot %s: %s", s->path, doing, advice[i].words);
    int system = sqlite3_system_errno(s->db);
    if (code == SQLITE_IOERR && system)
        return err_set(err, "store %s: cannot %s: %s", s->path, doing, strerror(system));
    return err_set(err, "store %s: cannot %s: %s", s->path, doing, sqlite3_errmsg(s->db));
}

sqlite3_stmt *sqlite_use(struct sqlite_store *s, enum sqlite_statement which, struct err *err)
{
    sqlite3_stmt **statement = &s->statement[which];
    if (*statement) {
        sqlite3_reset(*statement);
        return *statement;
    }
    if (sqlite3_prepare_v3(s->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) ==
        SQLITE_OK)
        return *statement;
    sqlite_fail(s, "prepare a statement", err);
    return NULL;
}

bool sqlite_run(struct sqlite_store *s, sqlite3_stmt *statement, const char *doing, struct err *err)
{
    if (!statement)
        return false;
    bool done = sqlite3_step(statement) == SQLITE_DONE;
    if (!done)
        sqlite_fail(s, doing, err);
    sqlite3_reset(statement);
    return done;
}

bool sqlite_begin(struct sqlite_store *s, bool write, struct err *err)
{
    return sqlite_run(s, sqlite_use(s, write ? SQL_BEGIN_WRITE : SQL_BEGIN_READ, err), "begin",
                      err);
}

bool sqlite_commit(struct sqlite_store *s, struct err *err)
{
    return sqlite_run(s, sqlite_use(s, SQL_COMMIT, err), "commit", err);
}

void sqlite_rollback(struct sqlite_store *s)
{
    for (size_t i = 0; i < SQL_STATEMENTS; i++)
        if (s->statement[i])
            sqlite3_reset(s->statement[i]);
    if (!sqlite3_get_autocommit(s->db))
        sqlite_run(s, sqlite_use(s, SQL_ROLLBACK, NULL), "roll back", NULL);
}

bool sqlite_counter(struct sqlite_store *s, int64_t *last, struct err *err)
{
    sqlite3_stmt *statement = sqlite_use(s, SQL_COUNTER, err);
    if (!statement)
        return false;
    bool found = sqlite3_step(statement) == SQLITE_ROW;
    if (found)
        *last = sqlite3_column_int64(statement, 0);
    else
        sqlite_fail(s, "read the counter", err);
    sqlite3_reset(statement);
    return found;
}

bool sqlite_set_counter(struct sqlite_store *s, struct err *err)
{
    sqlite3_stmt *statement = sqlite_use(s, SQL_SET_COUNTER, err);
    if (statement)
        sqlite3_bind_int64(statement, 1, s->last);
    return sqlite_run(s, statement, "write the counter", err);
}

bool sqlite_writable(const struct sqlite_store *s, struct err *err)
{
    return !s->read_only ||
           err_set(err, "store %s: opened with --view-only, nothing is written", s->path);
}

int64_t sqlite_now_s(const struct sqlite_store *s)
{
    return clock_now(s->clock) / SECOND_MS;
}

bool sqlite_entry_columns(sqlite3_stmt *statement, int first, struct entry *entry)
{
    *entry = (struct entry){
        .time = sqlite3_column_int64(statement, first),
        .rank = (uint8_t)sqlite3_column_int(statement, first + 1),
        .type = (uint8_t)sqlite3_column_int(statement, first + 2),
        .marks = (uint16_t)sqlite3_column_int(statement, first + 3),
        .log_event_id = (const char *)sqlite3_column_text(statement, first + 5),
        .body = (const char *)sqlite3_column_text(statement, first + 6),
        .length = (uint32_t)sqlite3_column_bytes(statement, first + 6),
    };
    const void *hash = sqlite3_column_blob(statement, first + 4);
    if (!entry->body || !hash || sqlite3_column_bytes(statement, first + 4) != sizeof(entry->id) ||
        entry->type >= LOGTYPE_COUNT)
        return false;
    memcpy(&entry->id, hash, sizeof(entry->id));
    return true;
}

const struct record *sqlite_record_columns(struct sqlite_store *s, sqlite3_stmt *statement, int id,
                                           int packed, struct err *err)
{
    const char *contact_id = (const char *)sqlite3_column_text(statement, id);
    const void *data = sqlite3_column_blob(statement, packed);
    int length = sqlite3_column_bytes(statement, packed);
    if (data && length > 0 && record_view_read(&s->view, contact_id, data, (size_t)length))
        return &s->view.record;
    err_set(err, "store %s: the record of contact %s is damaged; restore a copy of the file",
            s->path, contact_id ? contact_id : "?");
    return NULL;
}
