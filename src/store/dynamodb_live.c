/*
 * What the screen starts from: the live by their index, first of all; then agents; then, from the
 * feed backward as far as it matters, who has ended, the marked entries, and the places from which
 * `changes` goes on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/log.h"
#include "store/dynamodb_follow_internal.h"

enum { FETCH_AT = 1600 /* ids gathered before they are asked for */, MARGIN_MS = 5 * 60000 };

/* A marked entry of a contact not met yet. */
struct waiting_entry {
    const char *contact_id;
    struct entry entry;
};

struct loading {
    struct ddb_follow *f;
    const struct store_visit *visit;
    int64_t since, started; /* our clock */
    int64_t oldest;         /* start of the contact that began first */
    bool snapshot;          /* nobody goes on from here: the index alone tells */
    bool stopped;
    struct ddb_ids ids;
    struct arena arena; /* of waiting */
    struct waiting_entry *waiting;
    size_t count, capacity;
};

/* Hands it out unless that was done in this state or a newer one; false when the visitor stops. */
static bool give(struct loading *l, const struct record *record)
{
    struct ddb_follow *f = l->f;
    int64_t began = record_started(record);
    if (!follow_newer(f, record))
        return true;
    bool hidden = !ddb_shown(f->s, record, l->since);
    follow_note(f, record, hidden);
    if (hidden)
        return true;
    if (began != INSTANT_NONE && began < l->oldest && !(record->flags & FLAG_ENDED))
        l->oldest = began;
    return l->visit->record(l->visit->context, record);
}

static bool give_item(void *context, const cJSON *item, struct arena *arena)
{
    struct loading *l = context;
    struct record record;
    if (!ddb_contact(l->f->s, item, arena, &record))
        return true;
    l->stopped = !give(l, &record);
    record_free(&record);
    return !l->stopped;
}

static bool fetch_ids(struct loading *l, struct err *err)
{
    const struct ddb_visit visit = {l, give_item};
    bool good =
        ddb_fetch(l->f->s, (const char *const *)l->ids.id, l->ids.count, false, &visit, err);
    ddb_ids_clear(&l->ids);
    return good;
}

/* Rows come while the index is still being listed. */
static bool fetch_page(void *context, bool last, struct err *err)
{
    struct loading *l = context;
    return (l->ids.count < FETCH_AT && !last) || fetch_ids(l, err);
}

static bool load_live(struct loading *l, bool *missing, struct err *err)
{
    struct follow_listing listing = {.partition = follow_live_partition,
                                     .count = DDB_LIVE_PARTITIONS,
                                     .ids = &l->ids,
                                     .page = fetch_page,
                                     .context = l,
                                     .stopped = &l->stopped};
    bool good = follow_list(l->f, &listing, err);
    *missing = listing.missing;
    return good;
}

static bool give_agent(void *context, const cJSON *item, struct arena *arena)
{
    struct loading *l = context;
    struct agent_event agent;
    struct buf plain = {0};
    ddb_plain_item(&plain, item);
    const cJSON *object = ddb_parse(arena, ddb_span_of(&plain), NULL);
    if (object && ddb_agent_read(&agent, object) && follow_agent_newer(l->f, &agent))
        l->stopped = !l->visit->agent(l->visit->context, &agent);
    buf_free(&plain);
    return !l->stopped;
}

static bool load_agents(struct loading *l, struct err *err)
{
    static const char *const partition[] = {"AGENT#0"};
    const struct ddb_visit visit = {l, give_agent};
    struct follow_listing listing = {.partition = partition, .count = 1, .ids = &l->ids};
    if (!l->visit->agent || l->stopped)
        return true;
    bool good =
        follow_list(l->f, &listing, err) &&
        ddb_fetch(l->f->s, (const char *const *)l->ids.id, l->ids.count, false, &visit, err);
    ddb_ids_clear(&l->ids);
    return good;
}

static void keep_waiting(struct loading *l, const char *contact_id, const struct entry *entry)
{
    mem_grow(l->waiting, l->count, l->capacity);
    struct waiting_entry *w = &l->waiting[l->count++];
    w->contact_id = arena_strdup(&l->arena, contact_id);
    w->entry = *entry;
    w->entry.body = arena_strndup(&l->arena, entry->body, entry->length);
    w->entry.log_event_id = arena_strdup(&l->arena, entry->log_event_id);
}

static void load_entry(struct loading *l, const char *contact_id, const struct entry *entry)
{
    const struct follow_known *known = follow_known(l->f, contact_id);
    if (!(entry->marks & MARKS_OF_TABLE) || (known && known->hidden))
        return;
    if (!known)
        keep_waiting(l, contact_id, entry);
    else if (follow_first_time(&l->f->seen, contact_id, entry))
        l->stopped = !l->visit->entry(l->visit->context, contact_id, entry);
}

/* Newest first: of a contact that is not listed the first row met tells whether it has ended. One
 * that is open is listed, or was not yet when the list was read; else it is silent. */
static bool load_row(struct loading *l, const struct feed_row *row, int64_t ms, struct err *err)
{
    struct ddb_follow *f = l->f;
    if (row->has_record && !ddb_expired(f->s, &row->record)) {
        bool open = !(row->record.flags & FLAG_ENDED);
        bool late = ms >= ddb_now(f->s) - (clock_now(f->s->clock) - l->started) - MINUTE_MS;
        if (open && !late && !follow_known(f, row->contact_id))
            follow_note(f, &row->record, true);
        else
            l->stopped = !give(l, &row->record);
    }
    if (!l->visit->entry)
        return true;
    if (row->look && !l->stopped && follow_known(f, row->contact_id))
        return follow_give_history(f, row->contact_id, true, l->visit, &l->stopped, err);
    for (size_t i = 0; i < row->entries && !l->stopped; i++)
        load_entry(l, row->contact_id, &f->rows.entry[row->first + i]);
    return true;
}

static bool load_item(struct loading *l, const cJSON *item, const struct feed_key *key,
                      struct err *err)
{
    struct ddb_follow *f = l->f;
    struct err why = {0};
    bool good = true;
    buf_clear(&f->bytes);
    if (!ddb_bytes(&f->bytes, item, DDB_PACKED) ||
        !feed_unpack(&f->rows, f->bytes.data, f->bytes.length, &why))
        log_warning("store dynamodb:%s: %s", f->s->feed, why.text);
    for (size_t i = 0; good && !l->stopped && i < f->rows.rows; i++)
        good = load_row(l, &f->rows.row[i], key->ms, err);
    bool late = key->ms >= l->started - MINUTE_MS;
    for (size_t i = 0; late && l->visit->agent && !l->stopped && i < f->rows.agents; i++)
        if (follow_agent_newer(f, &f->rows.agent[i]))
            l->stopped = !l->visit->agent(l->visit->context, &f->rows.agent[i]);
    feed_rows_clear(&f->rows);
    return good;
}

static bool load_feed(struct loading *l, struct err *err)
{
    struct ddb_follow *f = l->f;
    char from[DDB_FEED_SHARDS][FEED_KEY_MAX];
    const cJSON *item = NULL;
    unsigned shard = 0;
    bool good = true;
    for (int i = 0; i < DDB_FEED_SHARDS; i++)
        snprintf(from[i], FEED_KEY_MAX, "%013lld", (long long)f->start_ms);
    merge_open(&f->merge, f->s, from, true);
    while (good && !l->stopped && (good = merge_next(&f->merge, f->s, &item, &shard, err)) &&
           item) {
        struct feed_key key;
        const char *written = ddb_text(item, DDB_WRITTEN);
        if (!feed_key_read(&key, written))
            continue;
        follow_take(f, &key, written, shard, ddb_number(item, FEED_PRIOR), true);
        follow_note_tail(f, shard, written, key.ms);
        good = load_item(l, item, &key, err);
    }
    merge_close(&f->merge);
    return good;
}

/* Contacts of which the feed has entries only. */
static bool load_waiting(struct loading *l, struct err *err)
{
    struct map asked = {0};
    for (size_t i = 0; i < l->count; i++)
        if (!follow_known(l->f, l->waiting[i].contact_id) &&
            !map_set(&asked, l->waiting[i].contact_id, l))
            ddb_ids_add(&l->ids, l->waiting[i].contact_id);
    map_free(&asked, NULL);
    bool good = fetch_ids(l, err);
    for (size_t i = 0; good && !l->stopped && i < l->count; i++)
        if (follow_known(l->f, l->waiting[i].contact_id))
            load_entry(l, l->waiting[i].contact_id, &l->waiting[i].entry);
    return good;
}

/* Where the feed starts to matter: nobody shown has an entry or an end before. */
static int64_t feed_start(const struct loading *l)
{
    int64_t start = l->since < l->oldest ? l->since : l->oldest;
    int64_t reach = ddb_now(l->f->s) - DDB_FEED_LIFE_S * SECOND_MS;
    start -= MARGIN_MS;
    return start > reach ? start : reach > 0 ? reach : 0;
}

/* A table of the original project may have no feed beside it. */
static bool load_rest(struct loading *l, struct err *err)
{
    struct ddb_follow *f = l->f;
    f->start_ms = feed_start(l);
    bool good = load_feed(l, err);
    f->no_feed = !good && f->s->imported && f->merge.missing;
    if (f->no_feed || (good && l->stopped))
        return true;
    good = good && load_waiting(l, err);
    f->caught_up = f->first = true;
    return good && (l->stopped || follow_read_beats(f, true, err));
}

/* A table without the index, or with nothing of this program's in it, may be full of items of the
 * original project. */
static bool load_all(struct loading *l, struct err *err)
{
    struct ddb_follow *f = l->f;
    bool missing = false, good = load_live(l, &missing, err);
    if (!good && !missing)
        return false;
    if (missing && !follow_scan(f, l->visit, true, &l->stopped, err))
        return false;
    f->scans = f->no_index = missing;
    if (l->snapshot)
        return true;
    if (!l->stopped && ((!missing && !load_agents(l, err)) || !load_rest(l, err)))
        return false;
    if (l->stopped || missing || !follow_knows_nothing(f))
        return true;
    f->scans = follow_scan(f, l->visit, true, &l->stopped, err) && f->known.count > 0;
    return true;
}

static bool load(struct ddb_follow *f, struct loading *l, bool *stopped, struct err *err)
{
    l->f = f;
    l->started = l->oldest = clock_now(f->s->clock);
    follow_restart(f, NULL);
    f->since = l->since;
    bool good = load_all(l, err);
    f->relist_at = clock_now(f->s->clock);
    *stopped |= l->stopped;
    ddb_ids_free(&l->ids);
    arena_free(&l->arena);
    free(l->waiting);
    return good;
}

bool follow_load(struct ddb_follow *f, int64_t since, const struct store_visit *visit,
                 bool *stopped, struct err *err)
{
    struct loading l = {.visit = visit, .since = since};
    return load(f, &l, stopped, err);
}

bool dynamodb_live(struct store *store, int64_t since, const struct store_visit *visit,
                   struct store_cursor *cursor, struct err *err)
{
    struct ddb_follow *f = ddb_follow_of(dynamodb_of(store));
    struct loading l = {.visit = visit, .since = since, .snapshot = !cursor};
    bool stopped = false;
    bool good = load(f, &l, &stopped, err);
    if (good && !stopped)
        f->read_at = clock_now(f->s->clock);
    if (cursor)
        follow_set_cursor(f, cursor);
    f->started = good && !stopped && cursor;
    return good;
}
