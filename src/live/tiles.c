/*
 * The header tiles. Counts by state are kept as rows change; what
 * hangs on the window and on now is one pass over the stints, at most once for each state of the
 * model and second.
 */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/chain.h"
#include "live/level.h"
#include "live/live_internal.h"

enum { ERRORS_MAX = 1 << 20 };
enum { STINTS_EACH_FRAME = 1 << 16 }; /* with more, what hangs on them is renewed once a second */
static void count(struct live *live, const struct tile_share *share, unsigned by)
{
    struct tiles *tiles = &live->tiles;
    switch (share->class) {
    case TILE_WAITING: tiles->waiting[share->channel] += by; break;
    case TILE_IN_FLOW: tiles->in_flow += by; break;
    case TILE_AGENT: tiles->with_agent += by; break;
    case TILE_ACW: tiles->acw += by; break;
    case TILE_UNSURE: tiles->unsure += by; break;
    default: break;
    }
    if (share->callback)
        tiles->callbacks += by;
    if (share->acw_estimated)
        live->acw_estimated += by;
}

void tiles_withdraw(struct live *live, uint32_t index)
{
    count(live, &live->share[index], 0u - 1u);
    live->share[index] = (struct tile_share){0};
    live->waiting[index] = INT64_MAX;
}

static enum tile_class class_of(const struct cell *cell)
{
    static const uint8_t by_stage[SHOWN_COUNT] = {[SHOWN_IN_FLOW] = TILE_IN_FLOW,
                                                  [SHOWN_QUEUED] = TILE_WAITING,
                                                  [SHOWN_WITH_AGENT] = TILE_AGENT,
                                                  [SHOWN_ON_HOLD] = TILE_AGENT,
                                                  [SHOWN_ACW] = TILE_ACW};
    const struct row *row = &cell->row;
    if (!cell->visible || row->leg == LEG_MONITOR || row->leg == LEG_EXTERNAL)
        return TILE_NOTHING;
    if (row->unsure)
        return TILE_UNSURE;
    if (row->shown == SHOWN_QUEUED && row->leg == LEG_CALLBACK)
        return TILE_NOTHING;
    return (enum tile_class)by_stage[row->shown];
}

void tiles_share(struct live *live, struct cell *cell)
{
    const struct row *row = &cell->row;
    uint32_t index = row->index;
    tiles_withdraw(live, index);
    struct tile_share share = {.class = (uint8_t)class_of(cell), .channel = row->channel};
    share.callback = cell->visible && row->leg == LEG_CALLBACK && !row->unsure && !row->ended &&
                     row->enqueued != INSTANT_NONE && row->agent_at == INSTANT_NONE;
    share.acw_estimated = share.class == TILE_ACW && cell->acw_estimated;
    live->share[index] = share;
    if (share.class == TILE_WAITING)
        live->waiting[index] = row->enqueued;
    count(live, &share, 1);
}

/* Errors by time; those long past go. */
static void drop_old_errors(struct live *live, int64_t before)
{
    size_t gone = 0;
    while (gone < live->errors && live->error[gone].time < before)
        pool_drop(&live->pool, live->error[gone++].contact);
    if (!gone)
        return;
    live->errors -= gone;
    memmove(live->error, live->error + gone, live->errors * sizeof(*live->error));
}

void tiles_error(struct live *live, const char *contact, const struct error_time *error,
                 int64_t now)
{
    const int64_t time = error->time;
    size_t at = live->errors;
    if (time < now - 2 * ERROR_WINDOW_MS)
        return;
    while (at > 0 && live->error[at - 1].time > time)
        at--;
    for (size_t i = at; i > 0 && live->error[i - 1].time == time; i--)
        if (live->error[i - 1].id == error->id)
            return;
    if (live->errors == ERRORS_MAX) {
        if (at == 0)
            return;
        drop_old_errors(live, live->error[ERRORS_MAX / 4].time);
        at = live->errors;
        while (at > 0 && live->error[at - 1].time > time)
            at--;
    }
    mem_grow(live->error, live->errors, live->error_capacity);
    memmove(&live->error[at + 1], &live->error[at], (live->errors - at) * sizeof(*live->error));
    live->error[at] = *error;
    live->error[at].contact = pool_take(&live->pool, contact);
    live->errors++;
}

static bool counts_in_tiles(const struct live *live, const struct error_time *error)
{
    uint32_t index = text_of(error->contact)->row;
    if (index == NO_ROW)
        return true;
    const struct cell *cell = live_cell(live, index);
    const struct row *row = &cell->row;
    if (error->menu && cell->recorded && !cell->menu_errors_count)
        return false;
    return !row->unsure && row->leg != LEG_MONITOR && row->leg != LEG_EXTERNAL;
}

static unsigned count_errors(const struct live *live, int64_t now)
{
    unsigned errors = 0;
    for (size_t i = live->errors; i > 0; i--) {
        const struct error_time *error = &live->error[i - 1];
        if (error->time <= now - ERROR_WINDOW_MS)
            break;
        errors += error->time <= now && counts_in_tiles(live, error);
    }
    return errors;
}

static void pass_stints(struct live *live, int64_t now)
{
    struct tiles *tiles = &live->tiles;
    struct level_pass pass;
    struct level level = {0};
    level_pass_init(&pass, live, now, tiles->window);
    for (size_t i = 0; i < live->stints.count; i++)
        level_count(&pass, &level, &live->stints.item[i]);
    tiles->sl_of = level.of;
    tiles->sl_within = level.within;
    tiles->abandoned = level.abandoned;
    tiles->abandoned_of = level.abandoned_of;
    memcpy(tiles->wait_history, level.history, sizeof(tiles->wait_history));
    tiles->sl_target = level_common_target(&pass);
}

static void find_longest(struct live *live, int64_t now)
{
    int64_t oldest = INT64_MAX;
    size_t index = 0;
    for (size_t i = 0; i < live->limit; i++) {
        if (live->waiting[i] < oldest) {
            oldest = live->waiting[i];
            index = i;
        }
    }
    struct tiles *tiles = &live->tiles;
    const struct row *row = oldest == INT64_MAX ? NULL : &live_cell(live, index)->row;
    tiles->longest = !row ? -1 : now > oldest ? now - oldest : 0;
    tiles->longest_queue = row ? row->queue : NULL;
    tiles->longest_id = row ? row->id : NULL;
}

static int64_t latest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t tiles_window(const struct live *live, int64_t now)
{
    const struct live_config *config = &live->config;
    int64_t start =
        config->stats_window_ms > 0 ? now - config->stats_window_ms : live_midnight(live, now);
    return latest(latest(start, now - config->retention_ms), live->first_event);
}

static void note_settings(struct live *live)
{
    const struct live_config *config = &live->config;
    const struct tile_settings now = {.target_ms = config->sl_target_ms,
                                      .short_abandon_ms = config->short_abandon_ms,
                                      .window_ms = config->stats_window_ms,
                                      .retention_ms = config->retention_ms,
                                      .answered = config->sl_answered,
                                      .utc = config->utc};
    if (memcmp(&now, &live->tiles_made_with, sizeof(now)) == 0)
        return;
    live->tiles_made_with = now;
    live->tiles_generation = UINT64_MAX;
}

const struct tiles *live_tiles(struct live *live, int64_t now)
{
    struct tiles *tiles = &live->tiles;
    int64_t second = now / SECOND_MS;
    note_settings(live);
    if (live->tiles_generation == live->generation && live->tiles_second == second)
        return tiles;
    if (live->tiles_second / 60 != second / 60) {
        int64_t spark = now - WAIT_STEPS * WAIT_STEP_MS;
        int64_t window = tiles_window(live, now);
        stint_prune(&live->stints, window < spark ? window : spark, stint_drop_texts, live);
        drop_old_errors(live, now - 2 * ERROR_WINDOW_MS);
    }
    bool pass = live->stints.count <= STINTS_EACH_FRAME || live->tiles_second != second ||
                live->tiles_generation == UINT64_MAX;
    live->tiles_generation = live->generation;
    live->tiles_second = second;
    tiles->window = tiles_window(live, now);
    tiles->errors_5min = count_errors(live, now);
    if (pass)
        pass_stints(live, now);
    find_longest(live, now);
    tiles->wait_history[WAIT_STEPS - 1] = 0;
    for (int i = 0; i < CHANNEL_COUNT; i++)
        tiles->wait_history[WAIT_STEPS - 1] += tiles->waiting[i];
    tiles->acw_known = live->completed_seen || live->agent_events_seen;
    tiles->acw_exact = live->agent_events_seen && live->acw_estimated == 0;
    return tiles;
}
