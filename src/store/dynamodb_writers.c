/* What a reader knows of the writers: their numbers, and the holes between those seen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/log.h"
#include "store/dynamodb_follow_internal.h"

struct follow_writer *follow_writer(struct ddb_follow *f, const char *name, unsigned shard)
{
    struct follow_writer *w = map_get(&f->writer, name);
    if (!w) {
        w = mem_zero(sizeof(*w));
        snprintf(w->name, sizeof(w->name), "%s", name);
        w->shard = shard;
        map_set(&f->writer, name, w);
    }
    w->named = clock_now(f->s->clock);
    return w;
}

static bool is_missed(const struct ddb_follow *f, const struct follow_writer *w)
{
    for (size_t i = 0; i < f->holes; i++)
        if (f->hole[i].writer == w)
            return true;
    return false;
}

void follow_forget_writers(struct ddb_follow *f)
{
    int64_t oldest = clock_now(f->s->clock) - DDB_FEED_LIFE_S * SECOND_MS;
    struct map_slot *slot;
    for (size_t i = 0; (slot = map_next(&f->writer, &i));) {
        struct follow_writer *w = slot->value;
        if (w->named < oldest && !is_missed(f, w))
            free(map_remove(&f->writer, slot->key));
    }
}

static void hole_name(char out[FEED_KEY_MAX], const struct follow_writer *w, uint64_t seq)
{
    snprintf(out, FEED_KEY_MAX, "%s#%llu", w->name, (unsigned long long)seq);
}

static void add_hole(struct ddb_follow *f, struct follow_writer *w, uint64_t seq, int64_t from_ms)
{
    char name[FEED_KEY_MAX];
    hole_name(name, w, seq);
    if (map_get(&f->given_up, name))
        return;
    if (f->holes >= FOLLOW_HOLES_MAX) {
        f->reload = true;
        return;
    }
    mem_grow(f->hole, f->holes, f->hole_capacity);
    f->hole[f->holes++] = (struct follow_hole){w, seq, from_ms, clock_now(f->s->clock)};
}

static void add_holes(struct ddb_follow *f, struct follow_writer *w, uint64_t from, uint64_t to,
                      int64_t from_ms)
{
    if (to - from > FOLLOW_HOLES_MAX)
        f->reload = true;
    for (; from < to && !f->reload; from++)
        add_hole(f, w, from, from_ms);
}

static bool fill_hole(struct ddb_follow *f, const struct follow_writer *w, uint64_t seq)
{
    for (size_t i = 0; i < f->holes; i++) {
        if (f->hole[i].writer != w || f->hole[i].seq != seq)
            continue;
        f->hole[i] = f->hole[--f->holes];
        return true;
    }
    return false;
}

/* Of a writer first heard of amid its numbers: the one before was written since this reader began,
 * so it is looked for, and brings the one before that. */
static void look_back(struct ddb_follow *f, struct follow_writer *w, uint64_t seq, int64_t prior)
{
    int64_t oldest = clock_now(f->s->clock) - FOLLOW_LIFE_MS;
    if (!f->caught_up || w->low != seq || seq <= 1 || prior <= 0 || prior < f->start_ms ||
        prior < oldest)
        return;
    w->low = seq - 1;
    add_hole(f, w, seq - 1, prior - 1);
}

static void note_newest(struct follow_writer *w, const struct feed_key *key, const char *written)
{
    if (strcmp(written, w->newest) <= 0)
        return;
    snprintf(w->newest, sizeof(w->newest), "%s", written);
    w->newest_ms = key->ms;
}

/* Backward, only what is missing among the newest is looked for: it may be about to be seen. */
static bool take_older(struct ddb_follow *f, struct follow_writer *w, const struct feed_key *key)
{
    bool late = key->ms >= clock_now(f->s->clock) - MINUTE_MS;
    if (key->seq >= w->low)
        return fill_hole(f, w, key->seq);
    if (late)
        add_holes(f, w, key->seq + 1, w->low, key->ms - 1);
    w->low = key->seq;
    return true;
}

bool follow_take(struct ddb_follow *f, const struct feed_key *key, const char *written,
                 unsigned shard, int64_t prior, bool backward)
{
    struct follow_writer *w = follow_writer(f, key->writer, shard);
    bool fresh = true, unheard = w->through == 0;
    if (unheard) {
        w->through = w->low = key->seq;
        look_back(f, w, key->seq, prior);
    } else if (key->seq > w->through) {
        add_holes(f, w, w->through + 1, key->seq, w->newest_ms);
        w->through = key->seq;
    } else if (backward) {
        fresh = take_older(f, w, key);
    } else if ((fresh = fill_hole(f, w, key->seq))) {
        look_back(f, w, key->seq, prior);
    }
    note_newest(w, key, written);
    if (fresh)
        w->heard = clock_now(f->s->clock);
    if (key->ms > f->newest_write)
        f->newest_write = key->ms;
    return fresh;
}

void follow_told(struct ddb_follow *f, const char *name, unsigned shard, uint64_t seq,
                 int64_t prior)
{
    struct follow_writer *w = follow_writer(f, name, shard);
    if (seq == 0 || seq <= w->through)
        return;
    if (w->through) {
        add_holes(f, w, w->through + 1, seq + 1, w->newest_ms);
    } else if (prior >= f->start_ms && prior >= clock_now(f->s->clock) - FOLLOW_LIFE_MS) {
        add_hole(f, w, seq, prior - 1);
        w->low = seq;
    } else {
        w->low = seq;
    }
    w->through = seq;
}

/* What is read again then covers the hole: it is not looked for any more. */
static void give_up(struct ddb_follow *f, const struct follow_hole *hole)
{
    char name[FEED_KEY_MAX];
    hole_name(name, hole->writer, hole->seq);
    if (f->given_up.count >= FOLLOW_GIVEN_UP_MAX)
        map_free(&f->given_up, NULL);
    map_set(&f->given_up, name, f);
}

void follow_judge_holes(struct ddb_follow *f)
{
    int64_t now = clock_now(f->s->clock);
    bool patient = true;
    for (size_t i = 0; i < f->holes; i++) {
        int64_t age = now - f->hole[i].noticed;
        patient &= age >= 0 && age < FOLLOW_PATIENCE_MS;
    }
    if (patient)
        return;
    log_warning("the feed lacks %zu items, one is %llu of %s: everything is read again", f->holes,
                (unsigned long long)f->hole[0].seq, f->hole[0].writer->name);
    for (size_t i = 0; i < f->holes; i++)
        give_up(f, &f->hole[i]);
    f->reload = true;
}

/* When its next item is dated at the earliest. */
static int64_t earliest_next(const struct ddb_follow *f, const struct follow_writer *w)
{
    int64_t quiet = f->full_at - w->heard - FOLLOW_SLACK_MS;
    return w->newest_ms + (quiet > 0 ? quiet : 0);
}

/* Has the tail stood still for so long that nothing but a slow clock can be behind it? */
static bool rests(const struct ddb_follow *f, const struct follow_shard *shard)
{
    int64_t gone = clock_now(f->s->clock) - shard->moved;
    return shard->tail[0] && !f->first && gone > 3 * FOLLOW_OVERLAP_MS;
}

static int64_t overlap_start(const struct ddb_follow *f, unsigned shard)
{
    int64_t now = clock_now(f->s->clock), tail = f->shard[shard].tail_ms, from = tail;
    size_t at = 0;
    if (!rests(f, &f->shard[shard]))
        from -= f->first ? FOLLOW_FIRST_OVERLAP_MS : FOLLOW_OVERLAP_MS;
    for (struct map_slot *slot; (slot = map_next(&f->writer, &at));) {
        const struct follow_writer *w = slot->value;
        if (w->shard != shard || !w->newest[0] || now - w->heard > FOLLOW_HEARD_MS)
            continue;
        int64_t next = earliest_next(f, w);
        if (next < tail - FOLLOW_SPREAD_MS)
            next = tail - FOLLOW_SPREAD_MS;
        if (next < from)
            from = next;
    }
    return from;
}

/* A bound of "<ms>" alone takes all items of that ms. */
void follow_from(const struct ddb_follow *f, unsigned shard, bool full, char out[FEED_KEY_MAX])
{
    const struct follow_shard *sh = &f->shard[shard];
    int64_t from = full ? overlap_start(f, shard) : sh->tail_ms;
    for (size_t i = 0; i < f->holes; i++)
        if (f->hole[i].writer->shard == shard && f->hole[i].from_ms < from)
            from = f->hole[i].from_ms;
    if (from >= sh->tail_ms && rests(f, sh))
        snprintf(out, FEED_KEY_MAX, "%s", sh->tail);
    else
        snprintf(out, FEED_KEY_MAX, "%013lld", (long long)(from > 0 ? from : 0));
}
