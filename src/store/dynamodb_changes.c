/*
 * What is new: the feed's items in the order of their times, each row before its entries. What a
 * visitor does not take now stays and comes first the next time. Everything is handed out again,
 * in one go whatever the limit, when an item of the feed is missing, or the cursor is older than
 * what the feed keeps.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/dynamodb_follow_internal.h"

struct giving {
    struct ddb_follow *f;
    const struct store_visit *visit;
    size_t limit, count;
    bool full; /* the limit is reached, or the visitor stopped */
};

/* False when the row is to be taken up again: the limit stands before it. */
static bool give_record(struct giving *g, const struct feed_row *row)
{
    struct ddb_follow *f = g->f;
    if (!row->has_record || !follow_newer(f, &row->record))
        return true;
    if (ddb_expired(f->s, &row->record)) {
        follow_note(f, &row->record, true);
        return true;
    }
    if (g->count == g->limit) {
        g->full = true;
        return false;
    }
    g->count++;
    follow_note(f, &row->record, false);
    g->full = !g->visit->record(g->visit->context, &row->record);
    return true;
}

/* An expired contact is nowhere, nor one that is not in the table. */
static bool is_gone(const struct ddb_follow *f, const struct feed_row *row)
{
    if (row->has_record)
        return ddb_expired(f->s, &row->record);
    return map_get(&f->known, row->contact_id) == NULL;
}

static bool give_entries(struct giving *g, const struct feed_row *row, struct err *err)
{
    struct ddb_follow *f = g->f;
    const struct store_visit *visit = g->visit;
    bool good = true;
    if (!visit->entry || is_gone(f, row))
        f->entry = row->entries;
    for (; f->entry < row->entries && !g->full; f->entry++) {
        const struct entry *entry = &f->rows.entry[row->first + f->entry];
        if (follow_first_time(&f->seen, row->contact_id, entry))
            g->full = !visit->entry(visit->context, row->contact_id, entry);
    }
    if (row->look && !g->full && !is_gone(f, row))
        good = follow_give_history(f, row->contact_id, false, visit, &g->full, err);
    return good;
}

static bool give_rows(struct giving *g, struct err *err)
{
    struct ddb_follow *f = g->f;
    while (f->row < f->rows.rows && !g->full) {
        const struct feed_row *row = &f->rows.row[f->row];
        if (!f->row_given && !give_record(g, row))
            return true;
        f->row_given = true;
        if (g->full)
            return true;
        if (!give_entries(g, row, err))
            return false;
        if (f->entry < row->entries)
            return true;
        f->row++;
        f->entry = 0;
        f->row_given = false;
    }
    return true;
}

static bool give_pending(struct giving *g, struct err *err)
{
    struct ddb_follow *f = g->f;
    if (!give_rows(g, err))
        return false;
    if (f->row < f->rows.rows)
        return true;
    for (; f->next_agent < f->rows.agents && !g->full; f->next_agent++)
        if (g->visit->agent && follow_agent_newer(f, &f->rows.agent[f->next_agent]))
            g->full = !g->visit->agent(g->visit->context, &f->rows.agent[f->next_agent]);
    if (f->next_agent == f->rows.agents) {
        f->pending = false;
        feed_rows_clear(&f->rows);
    }
    return true;
}

/* The next item that is new becomes pending; *end at the end of this read. */
static bool next_item(struct ddb_follow *f, bool *end, struct err *err)
{
    const cJSON *item = NULL;
    unsigned shard = 0;
    *end = false;
    while (!f->pending && !f->reload) {
        struct feed_key key;
        if (!merge_next(&f->merge, f->s, &item, &shard, err))
            return false;
        *end = item == NULL;
        if (*end)
            return true;
        const char *written = ddb_text(item, DDB_WRITTEN);
        if (!feed_key_read(&key, written))
            continue;
        follow_note_tail(f, shard, written, key.ms);
        if (follow_take(f, &key, written, shard, ddb_number(item, FEED_PRIOR), false) &&
            !follow_take_item(f, item, key.ms, err))
            return false;
    }
    return true;
}

static void begin_read(struct ddb_follow *f)
{
    char from[DDB_FEED_SHARDS][FEED_KEY_MAX];
    int64_t now = clock_now(f->s->clock), since = now - f->full_at;
    bool full = f->first || since >= FOLLOW_FULL_EVERY_MS || since < 0;
    for (unsigned i = 0; i < DDB_FEED_SHARDS; i++)
        follow_from(f, i, full, from[i]);
    if (full)
        f->full_at = now;
    merge_open(&f->merge, f->s, from, false);
}

static void end_read(struct ddb_follow *f)
{
    merge_close(&f->merge);
    f->caught_up = true;
    f->first = false;
    follow_judge_holes(f);
}

static bool read_on(struct giving *g, bool *end, struct err *err)
{
    struct ddb_follow *f = g->f;
    bool good = true;
    *end = false;
    while (good && !*end && !g->full && !f->reload) {
        if (!f->pending && !f->merge.open)
            begin_read(f);
        good = (f->pending || next_item(f, end, err)) && (!f->pending || give_pending(g, err));
    }
    if (good && *end)
        end_read(f);
    return good;
}

/* Reads the feed to its end, or until the visitor has had enough. What an earlier call began is
 * finished first, and does not tell of what came since. */
static bool read_feed(struct giving *g, struct err *err)
{
    struct ddb_follow *f = g->f;
    bool begun = f->merge.open || f->pending, end = false;
    bool good = read_on(g, &end, err) && (!begun || !end || f->reload || read_on(g, &end, err));
    if (!good && f->merge.missing && f->s->imported) {
        merge_close(&f->merge);
        f->no_feed = f->no_index = f->scans = good = true;
        f->relist_at = 0;
    }
    return good;
}

static bool load_again(struct giving *g, struct err *err)
{
    struct ddb_follow *f = g->f;
    bool stopped = false;
    if (!follow_load(f, f->since, g->visit, &stopped, err)) {
        f->reload = true;
        return false;
    }
    f->reload = stopped;
    f->reloads += !stopped;
    g->full = true;
    return true;
}

static bool is_due(const struct ddb_follow *f, int64_t last, int64_t every)
{
    int64_t age = clock_now(f->s->clock) - last;
    return age >= every || age < 0;
}

/* What is looked at beside the feed. */
static bool look_around(struct giving *g, struct err *err)
{
    struct ddb_follow *f = g->f;
    bool good = true;
    if (!f->no_feed && is_due(f, f->beats_at, FOLLOW_BEATS_EVERY_MS))
        good = follow_read_beats(f, false, err);
    if (good && !g->full && !f->reload && is_due(f, f->relist_at, follow_relist_every(f))) {
        good = f->scans ? follow_scan(f, g->visit, false, &g->full, err)
                        : follow_relist(f, g->visit, &g->full, err);
        if (good && !g->full)
            f->relist_at = clock_now(f->s->clock);
        follow_forget_writers(f);
    }
    return good;
}

/* A reader that has not asked for longer than the feed keeps has missed what is gone. */
static bool is_too_old(const struct ddb_follow *f, const struct store_cursor *cursor)
{
    int64_t newest = 0;
    for (int i = 0; i < DDB_FEED_SHARDS; i++)
        if (cursor->position[i] > newest)
            newest = cursor->position[i];
    if (f->started && f->read_at > newest)
        newest = f->read_at;
    return newest > 0 && ddb_now(f->s) - newest > FOLLOW_LIFE_MS;
}

bool dynamodb_changes(struct store *store, struct store_cursor *cursor, size_t limit,
                      const struct store_visit *visit, struct err *err)
{
    struct ddb_follow *f = ddb_follow_of(dynamodb_of(store));
    struct giving g = {.f = f, .visit = visit, .limit = limit ? limit : 1};
    if (!f->started || memcmp(&f->given, cursor, sizeof(*cursor)) != 0) {
        f->started = false;
        follow_restart(f, cursor);
    }
    f->reload |= is_too_old(f, cursor);
    f->started = true;
    bool good = f->reload || f->no_feed || read_feed(&g, err);
    good = good && (f->reload || g.full || look_around(&g, err));
    if (good && f->reload)
        good = load_again(&g, err);
    if (good && !f->pending && !f->reload)
        f->read_at = clock_now(f->s->clock);
    follow_set_cursor(f, cursor);
    return good;
}
