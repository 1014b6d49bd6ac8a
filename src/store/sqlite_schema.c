/* The schema of the file, and the steps that bring an older one up to it. A step once released
 * never changes. */
#include <stdio.h>
#include <string.h>

#include "store/sqlite_internal.h"

static const char *const step[] = {
    "CREATE TABLE counter(last INTEGER NOT NULL) STRICT;"
    "INSERT INTO counter VALUES(0);"
    /* id: the number of the change that made it. started, ended: ms, ended 0 = open. expiry: s. */
    "CREATE TABLE contact("
    " id INTEGER PRIMARY KEY, contact_id TEXT NOT NULL UNIQUE, change INTEGER NOT NULL,"
    " expiry INTEGER NOT NULL, started INTEGER NOT NULL, ended INTEGER NOT NULL,"
    " customer TEXT, chain_root TEXT NOT NULL, record BLOB NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX contact_change ON contact(change);"
    "CREATE INDEX contact_expiry ON contact(expiry);"
    "CREATE INDEX contact_ended ON contact(ended);"
    "CREATE INDEX contact_customer ON contact(customer, started) WHERE customer IS NOT NULL;"
    "CREATE INDEX contact_chain ON contact(chain_root, started);"
    "CREATE TABLE entry("
    " seq INTEGER PRIMARY KEY, contact INTEGER NOT NULL, time INTEGER NOT NULL, rank INTEGER NOT "
    "NULL,"
    " type INTEGER NOT NULL, marks INTEGER NOT NULL, hash BLOB NOT NULL, log_event_id TEXT,"
    " body TEXT NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX entry_identity ON entry(contact, hash);"
    "CREATE INDEX entry_marked ON entry(contact) WHERE marks <> 0;",
    /* 319: MARKS_OF_TABLE, word for word as SQL_MARKED has it. */
    "DROP INDEX entry_marked;"
    "CREATE INDEX entry_of_table ON entry(contact) WHERE marks & 319 <> 0;",
    /* time, status_since, written, heard: ms. heard: when it was last written here. */
    "CREATE TABLE agent("
    " arn TEXT PRIMARY KEY, change INTEGER NOT NULL, heard INTEGER NOT NULL, time INTEGER NOT NULL,"
    " name TEXT, event_type TEXT, status_name TEXT, status_type TEXT, status_since INTEGER NOT "
    "NULL,"
    " contacts INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX agent_change ON agent(change);"
    "CREATE TABLE document("
    " name TEXT PRIMARY KEY, written INTEGER NOT NULL, data BLOB NOT NULL) STRICT;",
};
_Static_assert(MARKS_OF_TABLE == 319, "entry_of_table and SQL_MARKED follow");
/* The log may grow to 16 MiB before it is carried over into the file: pages written often are then
 * written once. */
static const char settings[] =
    "PRAGMA synchronous = FULL; PRAGMA cache_size = -32768;"
    "PRAGMA wal_autocheckpoint = 4096; PRAGMA journal_size_limit = 67108864";
enum { SCHEMA_VERSION = (int)ARRAY_SIZE(step) };

static bool read_number(struct sqlite_store *s, const char *question, int64_t *out, struct err *err)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(s->db, question, -1, &statement, NULL) != SQLITE_OK)
        return sqlite_fail(s, "open it", err);
    bool found = sqlite3_step(statement) == SQLITE_ROW;
    if (found)
        *out = sqlite3_column_int64(statement, 0);
    else
        sqlite_fail(s, "open it", err);
    sqlite3_finalize(statement);
    return found;
}

static bool run(struct sqlite_store *s, const char *text, struct err *err)
{
    return sqlite3_exec(s->db, text, NULL, NULL, NULL) == SQLITE_OK ||
           sqlite_fail(s, "set it up", err);
}

static bool is_ours(struct sqlite_store *s, int64_t *version, struct err *err)
{
    int64_t application = 0, objects = 0;
    *version = 0;
    if (!read_number(s, "PRAGMA application_id", &application, err) ||
        !read_number(s, "PRAGMA user_version", version, err) ||
        !read_number(s, "SELECT count(*) FROM sqlite_schema", &objects, err))
        return false;
    if (application != SQLITE_STORE_ID && (application != 0 || objects != 0))
        return err_set(err,
                       "store %s: this SQLite file belongs to another program; name another file",
                       s->path);
    if (*version > SCHEMA_VERSION)
        return err_set(
            err,
            "store %s: written by a newer contactwatch (schema %d, this one knows %d); upgrade "
            "this program, or name another file",
            s->path, (int)*version, SCHEMA_VERSION);
    if (application == 0)
        *version = 0;
    return true;
}

static bool migrate(struct sqlite_store *s, struct err *err)
{
    int64_t version = 0;
    if (!run(s, "BEGIN IMMEDIATE", err))
        return false;
    if (!is_ours(s, &version, err)) /* again: another process may have been faster */
        return sqlite_rollback(s), false;
    for (; version < SCHEMA_VERSION; version++)
        if (!run(s, step[version], err))
            return sqlite_rollback(s), false;
    char stamp[96];
    snprintf(stamp, sizeof(stamp), "PRAGMA application_id = %d; PRAGMA user_version = %d",
             SQLITE_STORE_ID, SCHEMA_VERSION);
    if (!run(s, stamp, err) || !run(s, "COMMIT", err))
        return sqlite_rollback(s), false;
    return true;
}

static int is_wal(void *context, int columns, char **value, char **name)
{
    (void)name;
    *(bool *)context = columns == 1 && value[0] && strcmp(value[0], "wal") == 0;
    return 0;
}

static bool use_wal(struct sqlite_store *s, struct err *err)
{
    bool wal = false;
    if (sqlite3_exec(s->db, "PRAGMA journal_mode = WAL", is_wal, &wal, NULL) != SQLITE_OK)
        return sqlite_fail(s, "set it up", err);
    return wal ||
           err_set(
               err,
               "store %s: its file system cannot share memory between processes; use a local disk",
               s->path);
}

bool sqlite_schema_ready(struct sqlite_store *s, struct err *err)
{
    int64_t version = 0;
    if (!run(s, "BEGIN", err)) /* one moment, though another process is setting it up */
        return false;
    bool ours = is_ours(s, &version, err);
    sqlite_rollback(s);
    if (!ours)
        return false;
    if (s->read_only && version < SCHEMA_VERSION)
        return err_set(err, "store %s: %s; open it once without --view-only", s->path,
                       version ? "written by an older contactwatch"
                               : "nothing has been stored in it yet");
    if (s->read_only)
        return run(s, "PRAGMA cache_size = -2048", err);
    return use_wal(s, err) && run(s, settings, err) &&
           (version == SCHEMA_VERSION || migrate(s, err));
}
