/* Service level and abandonment, for the tiles and for each queue. */
#include "live/level.h"

#include <string.h>

#include "contactwatch/text.h"

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

void level_pass_init(struct level_pass *pass, const struct live *live, int64_t now, int64_t window)
{
    *pass =
        (struct level_pass){.live = live, .now = now, .window = window, .least = -1, .most = -1};
}

static int64_t target_in(struct level_pass *pass, const char *queue)
{
    size_t at = ((uintptr_t)queue >> 5) % LEVEL_TARGETS_CACHED;
    if (!queue || !pass->live->targets)
        return pass->live->config.sl_target_ms;
    if (pass->cached[at].queue != queue) {
        pass->cached[at].queue = queue;
        pass->cached[at].target = live_sl(pass->live, queue, NULL);
    }
    return pass->cached[at].target;
}

int64_t level_common_target(const struct level_pass *pass)
{
    if (pass->least < 0 && !pass->live->targets)
        return pass->live->config.sl_target_ms;
    return pass->least == pass->most ? pass->least : -1;
}

static void count_level(struct level_pass *pass, struct level *level, const struct stint *stint)
{
    const struct live_config *config = &pass->live->config;
    bool left = stint->left != INSTANT_NONE, answered = stint->flags & STINT_ANSWERED;
    int64_t until = left ? stint->left : pass->now;
    int64_t wait = until > stint->enqueued ? until - stint->enqueued : 0;
    int64_t target = target_in(pass, stint->queue);
    if (pass->least < 0 || target < pass->least)
        pass->least = target;
    if (target > pass->most)
        pass->most = target;
    level->of += left || wait > target;
    level->within += left && wait <= target && (answered || !config->sl_answered);
    level->answered += answered;
    level->waits += left;
    level->waited_ms += left ? wait : 0;
    bool abandoned = stint_abandoned(stint);
    if (abandoned && wait < config->short_abandon_ms)
        return;
    level->abandoned_of++;
    level->abandoned += abandoned;
}

/* WAITING at the ends of the five-minute steps before this one; the last, now, is known exactly. */
static void count_history(const struct level_pass *pass, struct level *level,
                          const struct stint *stint)
{
    for (int i = 0; i < WAIT_STEPS - 1; i++) {
        int64_t at = pass->now - (WAIT_STEPS - 1 - i) * WAIT_STEP_MS;
        level->history[i] +=
            stint->enqueued <= at && (stint->left == INSTANT_NONE || stint->left > at);
    }
}

void level_count(struct level_pass *pass, struct level *level, const struct stint *stint)
{
    if (stint->flags & (STINT_EXCLUDED | STINT_CALLBACK))
        return;
    if (stint->left == INSTANT_NONE || stint->left > pass->now - (WAIT_STEPS - 1) * WAIT_STEP_MS)
        count_history(pass, level, stint);
    if ((stint->flags & STINT_STANDARD) && stint->enqueued >= pass->window)
        count_level(pass, level, stint);
}
