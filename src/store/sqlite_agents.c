/* Agents, each with what its newest event said; and small named documents. */
#include "store/sqlite_internal.h"

struct agent_event sqlite_agent_columns(sqlite3_stmt *statement)
{
    return (struct agent_event){
        .agent_arn = (const char *)sqlite3_column_text(statement, 0),
        .time = sqlite3_column_int64(statement, 1),
        .agent_name = (const char *)sqlite3_column_text(statement, 2),
        .event_type = (const char *)sqlite3_column_text(statement, 3),
        .status_name = (const char *)sqlite3_column_text(statement, 4),
        .status_type = (const char *)sqlite3_column_text(statement, 5),
        .status_since = sqlite3_column_int64(statement, 6),
        .contacts = sqlite3_column_int(statement, 7),
    };
}

bool sqlite_visit_agents(struct sqlite_store *s, const struct store_visit *visit, bool *stopped,
                         struct err *err)
{
    sqlite3_stmt *statement = sqlite_use(s, SQL_AGENTS, err);
    if (!statement)
        return false;
    int step = SQLITE_DONE;
    while (!*stopped && (step = sqlite3_step(statement)) == SQLITE_ROW) {
        struct agent_event agent = sqlite_agent_columns(statement);
        *stopped = !visit->agent(visit->context, &agent);
    }
    bool good = *stopped || step == SQLITE_DONE || sqlite_fail(s, "read agents", err);
    sqlite3_reset(statement);
    return good;
}

/* Is what is stored of this agent older? */
static bool look_up(struct sqlite_store *s, const struct agent_event *agent, bool *older,
                    struct err *err)
{
    sqlite3_stmt *find = sqlite_use(s, SQL_FIND_AGENT, err);
    if (!find)
        return false;
    sqlite3_bind_text(find, 1, agent->agent_arn, -1, SQLITE_STATIC);
    int step = sqlite3_step(find);
    bool good = step == SQLITE_ROW || step == SQLITE_DONE || sqlite_fail(s, "read an agent", err);
    *older = true;
    if (step == SQLITE_ROW) {
        struct agent_event stored = sqlite_agent_columns(find);
        *older = agent_event_compare(&stored, agent) < 0;
    }
    sqlite3_reset(find);
    return good;
}

static bool write_agent(struct sqlite_store *s, const struct agent_event *agent, struct err *err)
{
    sqlite3_stmt *write = sqlite_use(s, SQL_WRITE_AGENT, err);
    if (!write)
        return false;
    sqlite3_bind_text(write, 1, agent->agent_arn, -1, SQLITE_STATIC);
    sqlite3_bind_int64(write, 2, agent->time);
    sqlite3_bind_text(write, 3, agent->agent_name, -1, SQLITE_STATIC);
    sqlite3_bind_text(write, 4, agent->event_type, -1, SQLITE_STATIC);
    sqlite3_bind_text(write, 5, agent->status_name, -1, SQLITE_STATIC);
    sqlite3_bind_text(write, 6, agent->status_type, -1, SQLITE_STATIC);
    sqlite3_bind_int64(write, 7, agent->status_since);
    sqlite3_bind_int(write, 8, agent->contacts);
    sqlite3_bind_int64(write, 9, ++s->last);
    sqlite3_bind_int64(write, 10, clock_now(s->clock));
    return sqlite_run(s, write, "write an agent", err);
}

static bool apply_all(struct sqlite_store *s, const struct agent_event *agent, size_t count,
                      struct err *err)
{
    if (!sqlite_begin(s, true, err) || !sqlite_counter(s, &s->last, err))
        return false;
    int64_t before = s->last;
    for (size_t i = 0; i < count; i++) {
        bool older = false;
        if (!agent_event_fits(&agent[i]))
            continue;
        if (!look_up(s, &agent[i], &older, err) || (older && !write_agent(s, &agent[i], err)))
            return false;
    }
    return (s->last == before || sqlite_set_counter(s, err)) && sqlite_commit(s, err);
}

bool sqlite_apply_agents(struct store *store, const struct agent_event *agent, size_t count,
                         struct err *err)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_writable(s, err))
        return false;
    if (!count || apply_all(s, agent, count, err))
        return true;
    sqlite_rollback(s);
    return false;
}

bool sqlite_document_put(struct store *store, const char *name, const void *data, size_t length,
                         struct err *err)
{
    struct sqlite_store *s = sqlite_of(store);
    if (!sqlite_writable(s, err))
        return false;
    if (length > STORE_DOCUMENT_MAX)
        return err_set(err, "the document %s is larger than %d MiB", name,
                       STORE_DOCUMENT_MAX >> 20);
    sqlite3_stmt *write = sqlite_use(s, SQL_WRITE_DOCUMENT, err);
    if (!write)
        return false;
    sqlite3_bind_text(write, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(write, 2, clock_now(s->clock));
    sqlite3_bind_blob(write, 3, length ? data : "", (int)length, SQLITE_STATIC);
    return sqlite_run(s, write, "write a document", err);
}

bool sqlite_document_get(struct store *store, const char *name, struct buf *out, int64_t *written,
                         struct err *err)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *read = sqlite_use(s, SQL_READ_DOCUMENT, err);
    *written = INSTANT_NONE;
    if (!read)
        return false;
    sqlite3_bind_text(read, 1, name, -1, SQLITE_STATIC);
    int step = sqlite3_step(read);
    bool good = step == SQLITE_ROW || step == SQLITE_DONE || sqlite_fail(s, "read a document", err);
    if (step == SQLITE_ROW) {
        const void *data = sqlite3_column_blob(read, 1);
        *written = sqlite3_column_int64(read, 0);
        if (data)
            buf_add(out, data, (size_t)sqlite3_column_bytes(read, 1));
    }
    sqlite3_reset(read);
    return good;
}
