/* What the screen starts from: the live contacts, then their marked entries, and where changes go
 * on from here. */
#include <stdlib.h>

#include "store/sqlite_internal.h"

struct shown {
    int64_t id;
    const char *contact_id;
};
struct live_read {
    struct sqlite_store *s;
    const struct store_visit *visit;
    struct err *err;
    struct arena ids;
    struct shown *shown; /* whose marked entries are wanted */
    size_t count, capacity;
    bool stopped;
};

static bool live_row(struct live_read *read, sqlite3_stmt *statement, bool open, int64_t now)
{
    const struct record *record = sqlite_record_columns(read->s, statement, 0, 1, read->err);
    if (!record)
        return false;
    if (open && !record_is_live(record, now))
        return true;
    read->stopped = !read->visit->record(read->visit->context, record);
    if (read->visit->entry) {
        mem_grow(read->shown, read->count, read->capacity);
        read->shown[read->count++] = (struct shown){sqlite3_column_int64(statement, 2),
                                                    arena_strdup(&read->ids, record->contact_id)};
    }
    return true;
}

/* Contacts whose end (0 = open) lies in [from, to]. */
static bool live_records(struct live_read *read, int64_t from, int64_t to)
{
    struct sqlite_store *s = read->s;
    int64_t now = clock_now(s->clock);
    sqlite3_stmt *statement = sqlite_use(s, SQL_LIVE, read->err);
    if (!statement)
        return false;
    sqlite3_bind_int64(statement, 1, now / SECOND_MS);
    sqlite3_bind_int64(statement, 2, from);
    sqlite3_bind_int64(statement, 3, to);
    int step = SQLITE_DONE;
    bool good = true;
    while (good && !read->stopped && (step = sqlite3_step(statement)) == SQLITE_ROW)
        good = live_row(read, statement, to == 0, now);
    if (good && !read->stopped && step != SQLITE_DONE)
        good = sqlite_fail(s, "read live contacts", read->err);
    sqlite3_reset(statement);
    return good;
}

static bool marked_entries(struct live_read *read, const struct shown *shown)
{
    sqlite3_stmt *statement = sqlite_use(read->s, SQL_MARKED, read->err);
    if (!statement)
        return false;
    sqlite3_bind_int64(statement, 1, shown->id);
    int step = SQLITE_DONE;
    struct entry entry;
    while (!read->stopped && (step = sqlite3_step(statement)) == SQLITE_ROW &&
           sqlite_entry_columns(statement, 0, &entry))
        read->stopped = !read->visit->entry(read->visit->context, shown->contact_id, &entry);
    bool good =
        read->stopped || step == SQLITE_DONE || sqlite_fail(read->s, "read entries", read->err);
    sqlite3_reset(statement);
    return good;
}

bool sqlite_live(struct store *store, int64_t since, const struct store_visit *visit,
                 struct store_cursor *cursor, struct err *err)
{
    struct sqlite_store *s = sqlite_of(store);
    struct live_read read = {.s = s, .visit = visit, .err = err};
    int64_t last = 0;
    if (!sqlite_begin(s, false, err))
        return false;
    bool good = sqlite_counter(s, &last, err) && live_records(&read, 0, 0) &&
                (read.stopped || live_records(&read, since > 1 ? since : 1, INT64_MAX));
    for (size_t i = 0; good && !read.stopped && i < read.count; i++)
        good = marked_entries(&read, &read.shown[i]);
    sqlite_rollback(s);
    if (good && cursor)
        *cursor = (struct store_cursor){{last}};
    arena_free(&read.ids);
    free(read.shown);
    return good;
}
