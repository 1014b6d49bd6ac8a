/*
 * What is new behind a cursor. Records' and agents' changes and entries share one sequence of
 * numbers, so all are walked together in its order; an entry brings its contact's record first. A
 * record counts once per call, however often it comes up.
 */
#include "contactwatch/map.h"
#include "store/sqlite_internal.h"

/* Where a statement keeps what is read here. */
struct lane {
    sqlite3_stmt *statement;
    int number, contact_id, record, expiry; /* columns */
    int64_t at; /* number of the current row; INT64_MAX behind the last */
};

struct walk {
    struct sqlite_store *s;
    const struct store_visit *visit;
    struct err *err;
    struct lane records, entries, agents;
    struct map given; /* contact_id → &given_mark or &expired_mark */
    size_t limit, count;
    int64_t done; /* everything up to this number is handed out */
    int64_t now_s;
    bool full;
};
static char given_mark, expired_mark;

static bool advance(struct walk *walk, struct lane *lane)
{
    int step = lane->statement ? sqlite3_step(lane->statement) : SQLITE_DONE;
    lane->at = step == SQLITE_ROW ? sqlite3_column_int64(lane->statement, lane->number) : INT64_MAX;
    return step == SQLITE_ROW || step == SQLITE_DONE ||
           sqlite_fail(walk->s, "read changes", walk->err);
}

/* The record of the lane's row, unless it was given in this call. */
static bool give_record(struct walk *walk, const struct lane *lane, const char *contact_id)
{
    if (map_get(&walk->given, contact_id))
        return true;
    if (sqlite3_column_int64(lane->statement, lane->expiry) <= walk->now_s) {
        map_set(&walk->given, contact_id, &expired_mark);
        return true;
    }
    if (walk->count == walk->limit) {
        walk->full = true;
        return true;
    }
    const struct record *record =
        sqlite_record_columns(walk->s, lane->statement, lane->contact_id, lane->record, walk->err);
    if (!record)
        return false;
    map_set(&walk->given, contact_id, &given_mark);
    walk->count++;
    walk->full = !walk->visit->record(walk->visit->context, record);
    return true;
}

static bool give_entry(struct walk *walk, const char *contact_id)
{
    struct entry entry;
    if (map_get(&walk->given, contact_id) == &expired_mark)
        return true;
    if (!sqlite_entry_columns(walk->entries.statement, 0, &entry))
        return sqlite_fail(walk->s, "read an entry", walk->err);
    walk->full = !walk->visit->entry(walk->visit->context, contact_id, &entry);
    return true;
}

static bool agent_step(struct walk *walk)
{
    struct agent_event agent = sqlite_agent_columns(walk->agents.statement);
    walk->full = !walk->visit->agent(walk->visit->context, &agent);
    walk->done = walk->agents.at;
    return advance(walk, &walk->agents);
}

static bool contact_step(struct walk *walk)
{
    bool is_entry = walk->entries.at < walk->records.at;
    struct lane *lane = is_entry ? &walk->entries : &walk->records;
    const char *contact_id = (const char *)sqlite3_column_text(lane->statement, lane->contact_id);
    size_t before = walk->count;
    if (!contact_id)
        return sqlite_fail(walk->s, "read changes", walk->err);
    if (!give_record(walk, lane, contact_id))
        return false;
    if (walk->full && (is_entry || walk->count == before))
        return true; /* this row is still to come */
    if (is_entry && !give_entry(walk, contact_id))
        return false;
    walk->done = lane->at;
    return advance(walk, lane);
}

static bool is_over(const struct walk *walk)
{
    return walk->records.at == INT64_MAX && walk->entries.at == INT64_MAX &&
           walk->agents.at == INT64_MAX;
}

static bool step_on(struct walk *walk)
{
    bool agent = walk->agents.at < walk->records.at && walk->agents.at < walk->entries.at;
    return agent ? agent_step(walk) : contact_step(walk);
}

static bool open_lane(struct walk *walk, struct lane *lane, enum sqlite_statement which,
                      int64_t from)
{
    lane->statement = sqlite_use(walk->s, which, walk->err);
    if (!lane->statement)
        return false;
    sqlite3_bind_int64(lane->statement, 1, from);
    return true;
}

static bool open_lanes(struct walk *walk, int64_t from)
{
    walk->records = (struct lane){NULL, 2, 0, 1, 3, 0};
    walk->entries = (struct lane){NULL, 7, 8, 9, 10, 0};
    walk->agents = (struct lane){.number = 8};
    return open_lane(walk, &walk->records, SQL_CHANGED_RECORDS, from) &&
           (!walk->visit->entry || open_lane(walk, &walk->entries, SQL_NEW_ENTRIES, from)) &&
           (!walk->visit->agent || open_lane(walk, &walk->agents, SQL_CHANGED_AGENTS, from)) &&
           advance(walk, &walk->records) && advance(walk, &walk->entries) &&
           advance(walk, &walk->agents);
}

bool sqlite_changes(struct store *store, struct store_cursor *cursor, size_t limit,
                    const struct store_visit *visit, struct err *err)
{
    struct sqlite_store *s = sqlite_of(store);
    struct walk walk = {.s = s, .visit = visit, .err = err, .limit = limit ? limit : 1};
    int64_t *from = &cursor->position[0], last = 0;
    if (!sqlite_begin(s, false, err))
        return false;
    bool good = sqlite_counter(s, &last, err);
    if (good && last != *from) {
        walk.now_s = sqlite_now_s(s);
        walk.done = *from;
        good = open_lanes(&walk, *from);
        while (good && !walk.full && !is_over(&walk))
            good = step_on(&walk);
        *from = good && !walk.full ? last : walk.done;
    }
    sqlite_rollback(s);
    map_free(&walk.given, NULL);
    return good;
}
