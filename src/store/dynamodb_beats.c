/* The writers' beats, and how this reader stands to what it reads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/dynamodb_follow_internal.h"

enum { ALL_BACK_MS = 3 * 60000 };

static bool read_word(struct store_beat *beat, const cJSON *item)
{
    const char *name = ddb_text(item, "Beat_Writer");
    int64_t at = ddb_number(item, "Beat_At");
    if (!name || (beat->writer[0] && at < beat->at))
        return false;
    *beat = (struct store_beat){
        .at = at,
        .lag_ms = ddb_number(item, "Beat_Lag"),
        .backlog = ddb_number(item, "Beat_Backlog"),
        .events = (uint64_t)ddb_number(item, "Beat_Events"),
        .refused = (uint64_t)ddb_number(item, "Beat_Refused"),
        .quarantined = (uint64_t)ddb_number(item, "Beat_Quarantined"),
        .throttles = (uint64_t)ddb_number(item, "Beat_Throttles"),
        .stopping = ddb_number(item, "Beat_Stopping") != 0,
        .on_demand = ddb_number(item, "Beat_On_Demand") != 0,
    };
    snprintf(beat->writer, sizeof(beat->writer), "%s", name);
    return true;
}

/* Of all writers, also those that are gone: whether silence means something. */
static void note_word(struct ddb_follow *f, const struct store_beat *beat)
{
    if (beat->stopping || beat->at <= f->word_at)
        return;
    f->word_at = beat->at;
    f->word_on_demand = beat->on_demand;
}

static void take_beat(struct ddb_follow *f, const cJSON *item)
{
    const char *written = ddb_text(item, DDB_WRITTEN), *shard = ddb_text(item, FEED_SHARD_NAME);
    const char *name = written ? strchr(written, '#') : NULL;
    int64_t seq = ddb_number(item, FEED_SEQ);
    if (!name || !name[1] || strlen(name + 1) >= sizeof(((struct follow_writer *)0)->name) ||
        !shard || seq < 0)
        return;
    int64_t ms = strtoll(written, NULL, 10);
    unsigned number = feed_shard_of(++name);
    follow_told(f, name, number, (uint64_t)seq, ddb_number(item, FEED_PRIOR));
    struct follow_writer *w = follow_writer(f, name, number);
    int64_t at = w->beat.at;
    if (read_word(&w->beat, item))
        note_word(f, &w->beat);
    if (w->beat.at != at)
        w->beat_heard = clock_now(f->s->clock);
    if (ms > f->beats_ms)
        f->beats_ms = ms;
    if (ms > f->newest_write)
        f->newest_write = ms;
}

/* Nobody has beaten of late: who did last? */
static bool read_last_beat(struct ddb_follow *f, struct arena *arena, struct err *err)
{
    struct ddb_pages pages, *failed = NULL;
    struct store_beat beat = {.writer = ""};
    ddb_pages_query(&pages, f->s->feed, DDB_FEED_SHARD, FEED_BEAT_SHARD, NULL, NULL);
    buf_text(&pages.request, ",\"ScanIndexForward\":false,\"Limit\":1");
    bool good = ddb_pages_fetch(f->s, &pages, 1, &failed, err);
    const cJSON *item = good ? ddb_pages_item(&pages, arena) : NULL;
    if (item && read_word(&beat, item))
        note_word(f, &beat);
    if (f->word_at > f->newest_write)
        f->newest_write = f->word_at;
    ddb_pages_close(&pages, 1);
    return good;
}

bool follow_read_beats(struct ddb_follow *f, bool all, struct err *err)
{
    struct arena arena = {0};
    struct ddb_pages pages, *failed = NULL;
    char above[32];
    const cJSON *item;
    int64_t from =
        all || !f->beats_ms ? ddb_now(f->s) - ALL_BACK_MS : f->beats_ms - FOLLOW_BEATS_BACK_MS;
    snprintf(above, sizeof(above), "%013lld", (long long)(from > 0 ? from : 0));
    ddb_pages_query(&pages, f->s->feed, DDB_FEED_SHARD, FEED_BEAT_SHARD, DDB_WRITTEN, above);
    bool good = true;
    while (pages.more && (good = ddb_pages_fetch(f->s, &pages, 1, &failed, err)))
        while ((item = ddb_pages_item(&pages, &arena))) {
            take_beat(f, item);
            arena_reset(&arena);
        }
    if (good && all && !f->beats_ms && !f->word_at)
        good = read_last_beat(f, &arena, err);
    f->beats_at = clock_now(f->s->clock);
    ddb_pages_close(&pages, 1);
    arena_free(&arena);
    return good;
}

void dynamodb_health(struct store *store, struct store_health *out)
{
    struct ddb_follow *f = ddb_follow_of(dynamodb_of(store));
    int64_t now = clock_now(f->s->clock);
    size_t at = 0;
    f->beats = 0;
    for (struct map_slot *slot; (slot = map_next(&f->writer, &at));) {
        const struct follow_writer *w = slot->value;
        if (!w->beat.writer[0] || now - w->beat_heard > FOLLOW_BEAT_SHOWN_MS)
            continue;
        mem_grow(f->beat, f->beats, f->beat_capacity);
        f->beat[f->beats++] = w->beat;
    }
    *out = (struct store_health){.read_at = f->no_feed ? f->relist_at : f->read_at,
                                 .every = f->no_feed ? follow_relist_every(f) : 0,
                                 .newest_write = f->newest_write,
                                 .reloads = f->reloads,
                                 .beat = f->beat,
                                 .beats = f->beats,
                                 .heard = f->word_at,
                                 .on_demand = f->word_on_demand};
}
