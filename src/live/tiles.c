/*
 * The header tiles by the formulas of screens.md. Counts by state are kept as rows change; what
 * hangs on the window and on now is one pass over the stints, at most once for each state of the
 * model and second.
 */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/chain.h"
#include "contactwatch/text.h"
#include "live/live_internal.h"

enum { ERRORS_MAX = 1 << 20, TARGETS_CACHED = 256, SPARK_STEPS = 6 };
enum { STINTS_EACH_FRAME = 1 << 16 }; /* with more, what hangs on them is renewed once a second */
static const int64_t spark_step_ms = 5 * MINUTE_MS;

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

void tiles_error(struct live *live, const char *contact, int64_t time, uint64_t id)
{
    size_t at = live->errors;
    while (at > 0 && live->error[at - 1].time > time)
        at--;
    for (size_t i = at; i > 0 && live->error[i - 1].time == time; i--)
        if (live->error[i - 1].id == id)
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
    live->error[at] = (struct error_time){time, id, pool_take(&live->pool, contact)};
    live->errors++;
}

static bool counts_in_tiles(const struct live *live, const char *contact)
{
    uint32_t index = text_of(contact)->row;
    if (index == NO_ROW)
        return true;
    const struct row *row = &live_cell(live, index)->row;
    return !row->unsure && row->leg != LEG_MONITOR && row->leg != LEG_EXTERNAL;
}

static unsigned count_errors(const struct live *live, int64_t now)
{
    unsigned errors = 0;
    for (size_t i = live->errors; i > 0; i--) {
        const struct error_time *error = &live->error[i - 1];
        if (error->time <= now - ERROR_WINDOW_MS)
            break;
        errors += error->time <= now && counts_in_tiles(live, error->contact);
    }
    return errors;
}

void live_sl_target(struct live *live, const char *queue, int64_t target_ms, double percent)
{
    live->tiles_generation = UINT64_MAX;
    if (strcmp(queue, "*") == 0) {
        live->config.sl_target_ms = target_ms;
        live->config.sl_percent = percent;
        return;
    }
    mem_grow(live->target, live->targets, live->target_capacity);
    live->target[live->targets++] = (struct sl_target){mem_strdup(queue), target_ms, percent};
}

/* The last section that names the queue wins, as in the rest of the configuration. */
static const struct sl_target *find_target(const struct live *live, const char *arn,
                                           const char *name)
{
    for (size_t i = live->targets; arn && i > 0; i--) {
        const struct sl_target *target = &live->target[i - 1];
        if ((name && text_equal_fold(target->queue, name)) || strcmp(target->queue, arn) == 0 ||
            strcmp(target->queue, arn_tail(arn)) == 0)
            return target;
    }
    return NULL;
}

int64_t sl_target_of(const struct live *live, const char *queue_arn, const char *queue_name)
{
    const struct sl_target *target = find_target(live, queue_arn, queue_name);
    return target ? target->target_ms : live->config.sl_target_ms;
}

int64_t live_sl(const struct live *live, const char *queue_arn, double *percent)
{
    const char *name = queue_arn ? names_find(&live->names, queue_arn) : NULL;
    const struct sl_target *target = find_target(live, queue_arn, name);
    if (percent)
        *percent = target ? target->percent : live->config.sl_percent;
    return target ? target->target_ms : live->config.sl_target_ms;
}

/* One pass over the stints asks for few queues, but for each of them very often. */
struct pass {
    struct live *live;
    int64_t now;
    struct {
        const char *queue;
        int64_t target;
    } cached[TARGETS_CACHED];
    int64_t least, most; /* targets seen; -1 */
};

static int64_t target_in(struct pass *pass, const char *queue)
{
    size_t at = ((uintptr_t)queue >> 5) % TARGETS_CACHED;
    if (!queue || !pass->live->targets)
        return pass->live->config.sl_target_ms;
    if (pass->cached[at].queue != queue) {
        pass->cached[at].queue = queue;
        pass->cached[at].target = live_sl(pass->live, queue, NULL);
    }
    return pass->cached[at].target;
}

static void count_level(struct pass *pass, const struct stint *stint)
{
    const struct live_config *config = &pass->live->config;
    struct tiles *tiles = &pass->live->tiles;
    int64_t target = target_in(pass, stint->queue);
    int64_t until = stint->left != INSTANT_NONE ? stint->left : pass->now;
    int64_t wait = until > stint->enqueued ? until - stint->enqueued : 0;
    if (pass->least < 0 || target < pass->least)
        pass->least = target;
    if (target > pass->most)
        pass->most = target;
    bool answered = stint->flags & STINT_ANSWERED;
    if (stint->left != INSTANT_NONE || wait > target)
        tiles->sl_of++;
    if (stint->left != INSTANT_NONE && wait <= target && (answered || !config->sl_answered))
        tiles->sl_within++;
    bool abandoned = stint_abandoned(stint);
    if (abandoned && wait < config->short_abandon_ms)
        return;
    tiles->abandoned_of++;
    tiles->abandoned += abandoned;
}

/* WAITING at the ends of the last five-minute steps; the last, now, is known exactly. */
static void count_history(struct pass *pass, const struct stint *stint)
{
    for (int i = 0; i < SPARK_STEPS - 1; i++) {
        int64_t at = pass->now - (SPARK_STEPS - 1 - i) * spark_step_ms;
        bool waited = stint->enqueued <= at && (stint->left == INSTANT_NONE || stint->left > at);
        pass->live->tiles.wait_history[i] += waited;
    }
}

static void pass_stints(struct live *live, int64_t now)
{
    struct pass pass = {.live = live, .now = now, .least = -1, .most = -1};
    struct tiles *tiles = &live->tiles;
    int64_t spark = now - (SPARK_STEPS - 1) * spark_step_ms;
    tiles->sl_of = tiles->sl_within = tiles->abandoned = tiles->abandoned_of = 0;
    memset(tiles->wait_history, 0, sizeof(tiles->wait_history));
    for (size_t i = 0; i < live->stints.count; i++) {
        const struct stint *stint = &live->stints.item[i];
        if (stint->flags & (STINT_EXCLUDED | STINT_CALLBACK))
            continue;
        if (stint->left == INSTANT_NONE || stint->left > spark)
            count_history(&pass, stint);
        if ((stint->flags & STINT_STANDARD) && stint->enqueued >= tiles->window)
            count_level(&pass, stint);
    }
    if (pass.least < 0 && !live->targets)
        pass.least = pass.most = live->config.sl_target_ms;
    tiles->sl_target = pass.least == pass.most ? pass.least : -1;
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

static int64_t window_start(const struct live *live, int64_t now)
{
    const struct live_config *config = &live->config;
    int64_t start =
        config->stats_window_ms > 0 ? now - config->stats_window_ms : live_midnight(live, now);
    return latest(latest(start, now - config->retention_ms), live->first_event);
}

const struct tiles *live_tiles(struct live *live, int64_t now)
{
    struct tiles *tiles = &live->tiles;
    int64_t second = now / SECOND_MS;
    if (memcmp(&live->tiles_config, &live->config, sizeof(live->config)) != 0) {
        memcpy(&live->tiles_config, &live->config, sizeof(live->config));
        live->tiles_generation = UINT64_MAX;
    }
    if (live->tiles_generation == live->generation && live->tiles_second == second)
        return tiles;
    if (live->tiles_second / 60 != second / 60) {
        int64_t spark = now - SPARK_STEPS * spark_step_ms;
        int64_t window = window_start(live, now);
        stint_prune(&live->stints, window < spark ? window : spark, stint_drop_texts, live);
        drop_old_errors(live, now - 2 * ERROR_WINDOW_MS);
    }
    bool pass = live->stints.count <= STINTS_EACH_FRAME || live->tiles_second != second ||
                live->tiles_generation == UINT64_MAX;
    live->tiles_generation = live->generation;
    live->tiles_second = second;
    tiles->window = window_start(live, now);
    tiles->errors_5min = count_errors(live, now);
    if (pass)
        pass_stints(live, now);
    find_longest(live, now);
    tiles->wait_history[SPARK_STEPS - 1] = 0;
    for (int i = 0; i < CHANNEL_COUNT; i++)
        tiles->wait_history[SPARK_STEPS - 1] += tiles->waiting[i];
    tiles->acw_known = live->completed_seen || live->agent_events_seen;
    tiles->acw_exact = live->agent_events_seen && live->acw_estimated == 0;
    return tiles;
}
