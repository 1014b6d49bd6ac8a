/* What the screen starts from: the live contacts, then their marked entries, and where changes go
 * on from here. */
#include <stdlib.h>

#include "store/sqlite_internal.h"

/* A contact that was handed out; in the order (ended, id), in which its marked entries are read
 * too. */
struct shown {
    int64_t ended, id;
    const char *contact_id;
};

struct live_read {
    struct sqlite_store *s;
    const struct store_visit *visit;
    struct err *err;
    struct arena ids;
    struct shown *shown;
    size_t count, capacity;
    size_t at; /* while entries are read: no shown before it can have more */
    bool stopped;
};

/* Contacts by their end, both included; 0 = open. */
struct range {
    int64_t from, to;
};

static bool live_row(struct live_read *read, sqlite3_stmt *statement, int64_t now)
{
    int64_t ended = sqlite3_column_int64(statement, 2), id = sqlite3_column_int64(statement, 3);
    const struct record *record = sqlite_record_columns(read->s, statement, 0, 1, read->err);
    if (!record)
        return false;
    if (!ended && !record_is_live(record, now))
        return true;
    read->stopped = !read->visit->record(read->visit->context, record);
    if (read->visit->entry) {
        const char *contact_id = arena_strdup(&read->ids, record->contact_id);
        mem_grow(read->shown, read->count, read->capacity);
        read->shown[read->count++] = (struct shown){ended, id, contact_id};
    }
    return true;
}

static bool live_records(struct live_read *read, struct range range)
{
    struct sqlite_store *s = read->s;
    int64_t now = clock_now(s->clock);
    sqlite3_stmt *statement = sqlite_use(s, SQL_LIVE, read->err);
    if (!statement)
        return false;
    sqlite3_bind_int64(statement, 1, range.from);
    sqlite3_bind_int64(statement, 2, range.to);
    sqlite3_bind_int64(statement, 3, now / SECOND_MS);
    int step = SQLITE_DONE;
    bool good = true;
    while (good && !read->stopped && (step = sqlite3_step(statement)) == SQLITE_ROW)
        good = live_row(read, statement, now);
    if (good && !read->stopped && step != SQLITE_DONE)
        good = sqlite_fail(s, "read live contacts", read->err);
    sqlite3_reset(statement);
    return good;
}

/* The shown contact of a row, or NULL; rows come in the order of read->shown. */
static const struct shown *shown_of(struct live_read *read, int64_t ended, int64_t id)
{
    for (; read->at < read->count; read->at++) {
        const struct shown *shown = &read->shown[read->at];
        if (shown->ended == ended && shown->id == id)
            return shown;
        if (shown->ended > ended || (shown->ended == ended && shown->id > id))
            return NULL;
    }
    return NULL;
}

static bool marked_row(struct live_read *read, sqlite3_stmt *statement)
{
    int64_t ended = sqlite3_column_int64(statement, 7), id = sqlite3_column_int64(statement, 8);
    const struct shown *shown = shown_of(read, ended, id);
    struct entry entry;
    if (!shown)
        return true;
    if (!sqlite_entry_columns(statement, 0, &entry))
        return sqlite_fail(read->s, "read an entry", read->err);
    read->stopped = !read->visit->entry(read->visit->context, shown->contact_id, &entry);
    return true;
}

static bool marked_entries(struct live_read *read, struct range range)
{
    if (!read->visit->entry || read->stopped)
        return true;
    sqlite3_stmt *statement = sqlite_use(read->s, SQL_MARKED, read->err);
    if (!statement)
        return false;
    sqlite3_bind_int64(statement, 1, range.from);
    sqlite3_bind_int64(statement, 2, range.to);
    int step = SQLITE_DONE;
    bool good = true;
    while (good && !read->stopped && (step = sqlite3_step(statement)) == SQLITE_ROW)
        good = marked_row(read, statement);
    if (good && !read->stopped && step != SQLITE_DONE)
        good = sqlite_fail(read->s, "read entries", read->err);
    sqlite3_reset(statement);
    return good;
}

static bool all_agents(struct live_read *read)
{
    return !read->visit->agent || read->stopped ||
           sqlite_visit_agents(read->s, read->visit, &read->stopped, read->err);
}

bool sqlite_live(struct store *store, int64_t since, const struct store_visit *visit,
                 struct store_cursor *cursor, struct err *err)
{
    struct sqlite_store *s = sqlite_of(store);
    struct live_read read = {.s = s, .visit = visit, .err = err};
    const struct range open = {0, 0}, ended = {since > 1 ? since : 1, INT64_MAX};
    int64_t last = 0;
    if (!sqlite_begin(s, false, err))
        return false;
    bool good = sqlite_counter(s, &last, err) && live_records(&read, open) &&
                (read.stopped || live_records(&read, ended)) && marked_entries(&read, open) &&
                marked_entries(&read, ended) && all_agents(&read);
    sqlite_rollback(s);
    if (good && cursor)
        *cursor = (struct store_cursor){{last}};
    arena_free(&read.ids);
    free(read.shown);
    return good;
}
