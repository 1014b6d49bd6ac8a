/* Writing: a batch is one transaction; each contact is read again inside it, joined, and written if
 * it changed. */
#include <string.h>

#include "store/sqlite_internal.h"

/* What the record says in columns of its own. */
struct columns {
    int64_t expiry, started, ended;
    const char *customer, *root;
};

struct job {
    struct store_change *change;
    struct record joined;
    struct columns column;
    int64_t id;                           /* contact.id */
    int64_t stored_expiry, stored_update; /* 0 = not stored yet */
    bool is_new, moved;                   /* moved: a column other than record and change differs */
    bool changed;                         /* the canonical form, or an entry */
};

static int64_t newest_of(const struct record *record)
{
    int64_t newest = INSTANT_NONE;
    for (size_t i = 0; i < LOGTYPE_COUNT; i++)
        if (record->last[i] > newest)
            newest = record->last[i];
    return newest;
}

static int64_t ended_at(const struct record *record)
{
    if (!(record->flags & FLAG_ENDED))
        return 0;
    const char *text = record->field[FIELD_DISCONNECTED].value;
    int64_t ended = text ? instant_or_none(text) : INSTANT_NONE;
    if (ended == INSTANT_NONE)
        ended = stamp_time(record->field[FIELD_STATUS].stamp);
    if (ended == INSTANT_NONE)
        ended = newest_of(record);
    return ended > 0 ? ended : 1;
}

static struct columns columns_of(const struct record *record)
{
    return (struct columns){
        .expiry = record->expiry,
        .started = record_started(record),
        .ended = ended_at(record),
        .customer = record->field[FIELD_CUSTOMER].value,
        .root = record_chain_root(record),
    };
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_columns(const struct columns *a, const struct columns *b)
{
    return a->expiry == b->expiry && a->started == b->started && a->ended == b->ended &&
           same_text(a->customer, b->customer) && same_text(a->root, b->root);
}

/* Joins in memory and counts the version up, as if it were to be written. */
static void join(struct sqlite_store *s, struct job *job, const struct record *stored)
{
    struct record *joined = &job->joined;
    const struct record *delta = job->change->delta;
    int64_t now = clock_now(s->clock);
    int64_t version = stored ? stored->version : 0;
    if (stored)
        record_copy(joined, stored);
    else
        record_init(joined, delta->contact_id);
    job->changed = record_join(joined, delta) || !stored;
    if (joined->last_receipt < now)
        joined->last_receipt = now;
    joined->version = version + 1;
    job->stored_update = stored ? stored->updated_at : 0;
    joined->updated_at = now > job->stored_update ? now : job->stored_update + 1;
    joined->expiry = record_expiry(joined, s->retention_ms);
    job->column = columns_of(joined);
    if (stored) {
        struct columns before = columns_of(stored);
        job->moved = !same_columns(&before, &job->column);
    }
}

static bool load(struct sqlite_store *s, struct job *job, struct err *err)
{
    sqlite3_stmt *find = sqlite_use(s, SQL_FIND, err);
    if (!find)
        return false;
    sqlite3_bind_text(find, 1, job->change->delta->contact_id, -1, SQLITE_STATIC);
    const struct record *stored = NULL;
    int step = sqlite3_step(find);
    bool good = step == SQLITE_ROW || step == SQLITE_DONE || sqlite_fail(s, "read a record", err);
    if (step == SQLITE_ROW) {
        stored = sqlite_record_columns(s, find, 0, 1, err);
        job->id = sqlite3_column_int64(find, 2);
        job->stored_expiry = sqlite3_column_int64(find, 3);
    }
    job->is_new = step == SQLITE_DONE;
    if (stored || job->is_new)
        join(s, job, stored);
    else if (good)
        job->change->outcome =
            STORE_REFUSED; /* what is stored is damaged: must not hold up the others */
    sqlite3_reset(find);
    return good;
}

static void bind_entry(sqlite3_stmt *statement, int64_t seq, int64_t contact,
                       const struct entry *entry)
{
    sqlite3_bind_int64(statement, 1, seq);
    sqlite3_bind_int64(statement, 2, contact);
    sqlite3_bind_int64(statement, 3, entry->time);
    sqlite3_bind_int(statement, 4, entry->rank);
    sqlite3_bind_int(statement, 5, entry->type);
    sqlite3_bind_int(statement, 6, entry->marks);
    sqlite3_bind_blob(statement, 7, &entry->id, sizeof(entry->id), SQLITE_STATIC);
    sqlite3_bind_text(statement, 8, entry->log_event_id, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 9, entry->body, (int)entry->length, SQLITE_STATIC);
}

static bool same_entry(const struct entry *a, const struct entry *b)
{
    return a->time == b->time && a->rank == b->rank && a->type == b->type && a->marks == b->marks &&
           a->length == b->length && memcmp(a->body, b->body, a->length) == 0 &&
           same_text(a->log_event_id, b->log_event_id);
}

/* An entry of this identity is stored: the winner of both stays, under the number it has. */
static bool unite_entry(struct sqlite_store *s, struct job *job, const struct entry *entry,
                        struct err *err)
{
    sqlite3_stmt *find = sqlite_use(s, SQL_FIND_ENTRY, err);
    sqlite3_stmt *replace = find ? sqlite_use(s, SQL_REPLACE_ENTRY, err) : NULL;
    if (!replace)
        return false;
    sqlite3_bind_int64(find, 1, job->id);
    sqlite3_bind_blob(find, 2, &entry->id, sizeof(entry->id), SQLITE_STATIC);
    struct entry stored, winner = *entry;
    bool good = sqlite3_step(find) == SQLITE_ROW || sqlite_fail(s, "read an entry", err);
    bool readable =
        good && sqlite_entry_columns(find, 0, &stored); /* if damaged, the new one heals it */
    if (readable) {
        winner = stored;
        entry_join(&winner, entry);
    }
    if (good && !(readable && same_entry(&winner, &stored))) {
        bind_entry(replace, sqlite3_column_int64(find, 7), job->id, &winner);
        good = sqlite_run(s, replace, "replace an entry", err);
        job->changed = true;
    }
    sqlite3_reset(find);
    return good;
}

static bool add_entries(struct sqlite_store *s, struct job *job, struct err *err)
{
    const struct history *entries = job->change->entries;
    sqlite3_stmt *insert = sqlite_use(s, SQL_INSERT_ENTRY, err);
    if (!insert)
        return false;
    for (size_t i = 0; entries && i < entries->count; i++) {
        const struct entry *entry = &entries->entry[i];
        bind_entry(insert, s->last + 1, job->id, entry);
        if (!sqlite_run(s, insert, "write an entry", err))
            return false;
        if (sqlite3_changes(s->db) > 0) {
            s->last++;
            job->change->fresh++;
            job->changed = true;
        } else if (!unite_entry(s, job, entry, err)) {
            return false;
        }
    }
    return true;
}

static bool write_record(struct sqlite_store *s, struct job *job, struct err *err)
{
    bool all = job->is_new || job->moved;
    enum sqlite_statement which = job->is_new ? SQL_INSERT_RECORD
                                  : all       ? SQL_MOVE_RECORD
                                              : SQL_UPDATE_RECORD;
    sqlite3_stmt *write = sqlite_use(s, which, err);
    if (!write)
        return false;
    sqlite3_bind_int64(write, 1, job->id);
    sqlite3_bind_blob(write, 2, s->packed.data, (int)s->packed.length, SQLITE_STATIC);
    sqlite3_bind_int64(write, 3, ++s->last);
    if (all) {
        sqlite3_bind_int64(write, 4, job->column.expiry);
        sqlite3_bind_int64(write, 5, job->column.started);
        sqlite3_bind_int64(write, 6, job->column.ended);
        sqlite3_bind_text(write, 7, job->column.customer, -1, SQLITE_STATIC);
        sqlite3_bind_text(write, 8, job->column.root, -1, SQLITE_STATIC);
    }
    if (job->is_new)
        sqlite3_bind_text(write, 9, job->joined.contact_id, -1, SQLITE_STATIC);
    return sqlite_run(s, write, "write a record", err);
}

/* Only what is observed has changed: the stored record lives longer, and nobody need hear of it. */
static bool prolong(struct sqlite_store *s, struct job *job, struct err *err)
{
    job->joined.version--;
    job->joined.updated_at = job->stored_update;
    buf_clear(&s->packed);
    record_pack(&s->packed, &job->joined);
    sqlite3_stmt *write = sqlite_use(s, SQL_PROLONG_RECORD, err);
    if (!write)
        return false;
    sqlite3_bind_int64(write, 1, job->id);
    sqlite3_bind_blob(write, 2, s->packed.data, (int)s->packed.length, SQLITE_STATIC);
    sqlite3_bind_int64(write, 3, job->column.expiry);
    return sqlite_run(s, write, "write a record", err);
}

static bool write_job(struct sqlite_store *s, struct job *job, struct err *err)
{
    buf_clear(&s->packed);
    record_pack(&s->packed, &job->joined);
    if (s->packed.length > STORE_RECORD_MAX) {
        job->change->outcome = STORE_REFUSED;
        err_set(err, "contact %s: its record would be larger than 1 MiB", job->joined.contact_id);
        return true;
    }
    if (job->is_new)
        job->id = ++s->last;
    if (!add_entries(s, job, err))
        return false;
    job->change->outcome = STORE_STORED;
    if (job->changed)
        return write_record(s, job, err);
    return job->column.expiry <= job->stored_expiry || prolong(s, job, err);
}

static bool apply_one(struct sqlite_store *s, struct store_change *change, struct err *err)
{
    const char *fault = store_change_fault(change);
    if (fault) {
        change->outcome = STORE_REFUSED;
        err_set(err, "contact %.64s: %s",
                change->delta->contact_id ? change->delta->contact_id : "", fault);
        return true;
    }
    struct job job = {.change = change};
    bool good = load(s, &job, err) && (change->outcome == STORE_REFUSED || write_job(s, &job, err));
    record_free(&job.joined);
    return good;
}

static bool apply_all(struct sqlite_store *s, struct store_change *change, size_t count,
                      struct err *err)
{
    if (!sqlite_begin(s, true, err) || !sqlite_counter(s, &s->last, err))
        return false;
    int64_t before = s->last;
    for (size_t i = 0; i < count; i++)
        if (!apply_one(s, &change[i], err))
            return false;
    return (before == s->last || sqlite_set_counter(s, err)) && sqlite_commit(s, err);
}

bool sqlite_apply(struct store *store, struct store_change *change, size_t count, struct err *err)
{
    struct sqlite_store *s = sqlite_of(store);
    for (size_t i = 0; i < count; i++) {
        change[i].outcome = STORE_RETRY;
        change[i].fresh = 0;
    }
    if (!sqlite_writable(s, err))
        return false;
    if (apply_all(s, change, count, err))
        return true;
    sqlite_rollback(s);
    for (size_t i = 0; i < count; i++) {
        change[i].fresh = 0;
        if (change[i].outcome == STORE_STORED)
            change[i].outcome = STORE_RETRY;
    }
    return false;
}
