/*
 * The SQLite store, inside. One file in WAL mode; every write is one BEGIN IMMEDIATE transaction
 * that reads again what it joins, so any number of processes may write. counter.last numbers
 * records' changes and entries in one sequence, assigned inside the write transaction: the order of
 * numbers is the order of commits.
 */
#ifndef CONTACTWATCH_STORE_SQLITE_INTERNAL_H
#define CONTACTWATCH_STORE_SQLITE_INTERNAL_H

#include <sqlite3.h>

#include "store/record_pack.h"
#include "store/store_internal.h"

enum { SQLITE_STORE_ID = 0x436e5774 }; /* "CnWt": the application_id of our files */

enum sqlite_statement {
    SQL_BEGIN_WRITE,
    SQL_BEGIN_READ,
    SQL_COMMIT,
    SQL_ROLLBACK,
    SQL_COUNTER,
    SQL_SET_COUNTER,
    SQL_FIND,
    SQL_INSERT_RECORD,
    SQL_UPDATE_RECORD,
    SQL_MOVE_RECORD,
    SQL_PROLONG_RECORD,
    SQL_INSERT_ENTRY,
    SQL_FIND_ENTRY,
    SQL_REPLACE_ENTRY,
    SQL_HISTORY,
    SQL_BY_CUSTOMER,
    SQL_BY_CHAIN,
    SQL_ALL,
    SQL_LIVE,
    SQL_MARKED,
    SQL_CHANGED_RECORDS,
    SQL_NEW_ENTRIES,
    SQL_EXPIRED,
    SQL_EXPIRED_RECORDS,
    SQL_DELETE_ENTRIES,
    SQL_DELETE_RECORD,
    SQL_FIND_AGENT,
    SQL_WRITE_AGENT,
    SQL_AGENTS,
    SQL_CHANGED_AGENTS,
    SQL_DELETE_AGENTS,
    SQL_WRITE_DOCUMENT,
    SQL_READ_DOCUMENT,
    SQL_STATEMENTS
};

struct sqlite_store {
    struct store base;
    sqlite3 *db;
    sqlite3_stmt *statement[SQL_STATEMENTS]; /* prepared at first use */
    char *path;
    struct clock clock_copy;
    const struct clock *clock;
    int64_t retention_ms;
    bool read_only;
    bool warned;  /* that nobody archives it any more */
    int failure;  /* SQLite's primary code at the last sqlite_fail */
    int64_t last; /* counter.last, inside a write transaction */
    struct buf packed;
    struct record_view view;
};

static inline struct sqlite_store *sqlite_of(struct store *store)
{
    return (struct sqlite_store *)store;
}

/* False with err set where nothing may be written. */
bool sqlite_writable(const struct sqlite_store *s, struct err *err);

/* Seconds, for comparing with expiry. */
int64_t sqlite_now_s(const struct sqlite_store *s);

/* Says what failed, why, and what to do; always false. */
bool sqlite_fail(struct sqlite_store *s, const char *doing, struct err *err);

/* The statement, reset and ready to bind; NULL with err set. */
sqlite3_stmt *sqlite_use(struct sqlite_store *s, enum sqlite_statement which, struct err *err);
/* Runs a statement that gives no rows. */
bool sqlite_run(struct sqlite_store *s, sqlite3_stmt *statement, const char *doing,
                struct err *err);
bool sqlite_begin(struct sqlite_store *s, bool write, struct err *err);
bool sqlite_commit(struct sqlite_store *s, struct err *err);
void sqlite_rollback(struct sqlite_store *s);
bool sqlite_counter(struct sqlite_store *s, int64_t *last, struct err *err);
bool sqlite_set_counter(struct sqlite_store *s, struct err *err); /* to s->last */

/* Brings a file to this program's schema; refuses what is not ours or newer. */
bool sqlite_schema_ready(struct sqlite_store *s, struct err *err);

/* Columns from `first` on: time, rank, type, marks, hash, log_event_id, body. Borrowed until the
 * next step. */
bool sqlite_entry_columns(sqlite3_stmt *statement, int first, struct entry *entry);
/* The record of a row: contact_id and packed bytes in these columns. Borrowed until the next step.
 */
const struct record *sqlite_record_columns(struct sqlite_store *s, sqlite3_stmt *statement, int id,
                                           int packed, struct err *err);

/* sqlite_read.c: entries of the contact with this id, appended and sorted; bodies in the arena. */
bool sqlite_read_history(struct sqlite_store *s, int64_t id, struct arena *arena,
                         struct history *history, struct err *err);
/* sqlite_sweep.c: the contact with its entries, inside a write transaction; *removed rises. */
bool sqlite_remove_contact(struct sqlite_store *s, int64_t id, unsigned *removed, struct err *err);

bool sqlite_apply(struct store *store, struct store_change *change, size_t count, struct err *err);
bool sqlite_get(struct store *store, const char *contact_id, struct arena *arena,
                struct record *record, struct history *history, bool *found, struct err *err);
bool sqlite_by_customer(struct store *store, const char *customer, const struct store_visit *visit,
                        struct err *err);
bool sqlite_by_chain(struct store *store, const char *root, const struct store_visit *visit,
                     struct err *err);
bool sqlite_all(struct store *store, const struct store_visit *visit, struct err *err);
bool sqlite_live(struct store *store, int64_t since, const struct store_visit *visit,
                 struct store_cursor *cursor, struct err *err);
bool sqlite_changes(struct store *store, struct store_cursor *cursor, size_t limit,
                    const struct store_visit *visit, struct err *err);
bool sqlite_sweep(struct store *store, unsigned *removed, struct err *err);
bool sqlite_forget(struct store *store, const char *contact_id, unsigned *removed, struct err *err);
bool sqlite_history(struct store *store, const char *contact_id, struct arena *arena,
                    struct history *history, struct err *err);
bool sqlite_expired(struct store *store, const struct store_visit *visit, struct err *err);
bool sqlite_remove(struct store *store, const struct record *record, const struct history *archived,
                   unsigned *removed, struct err *err);
bool sqlite_apply_agents(struct store *store, const struct agent_event *agent, size_t count,
                         struct err *err);
bool sqlite_document_put(struct store *store, const char *name, const void *data, size_t length,
                         struct err *err);
bool sqlite_document_get(struct store *store, const char *name, struct buf *out, int64_t *written,
                         struct err *err);

/* sqlite_agents.c: the agent of a row of SQL_AGENTS or SQL_CHANGED_AGENTS. Borrowed until the next
 * step. */
struct agent_event sqlite_agent_columns(sqlite3_stmt *statement);
/* Every agent to the visitor; *stopped when it wanted no more. */
bool sqlite_visit_agents(struct sqlite_store *s, const struct store_visit *visit, bool *stopped,
                         struct err *err);

#endif
