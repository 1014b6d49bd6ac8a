/* The Queues view: the tiles' formulas, queue by queue. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "live/level.h"

/* Queues of one pass, found by their pooled ARN. */
struct queue_set {
    struct live *live;
    struct level *level;
    uint32_t *slot; /* index + 1; 0 = empty */
    size_t slots, level_capacity;
};

static size_t slot_of(const struct queue_set *set, const char *queue)
{
    size_t at = ((uintptr_t)queue >> 5) & (set->slots - 1);
    while (set->slot[at] && set->live->queue[set->slot[at] - 1].queue != queue)
        at = (at + 1) & (set->slots - 1);
    return at;
}

static void enlarge(struct queue_set *set)
{
    set->slots = set->slots ? set->slots * 2 : 64;
    free(set->slot);
    set->slot = mem_zero(set->slots * sizeof(*set->slot));
    for (uint32_t i = 0; i < set->live->queues; i++)
        set->slot[slot_of(set, set->live->queue[i].queue)] = i + 1;
}

static size_t queue_index(struct queue_set *set, const char *queue)
{
    struct live *live = set->live;
    if (live->queues * 2 >= set->slots)
        enlarge(set);
    size_t at = slot_of(set, queue);
    if (set->slot[at])
        return set->slot[at] - 1;
    mem_grow(live->queue, live->queues, live->queue_capacity);
    mem_grow(set->level, live->queues, set->level_capacity);
    set->level[live->queues] = (struct level){0};
    live->queue[live->queues] = (struct queue_stats){.queue = queue,
                                                     .name = names_find(&live->names, queue),
                                                     .longest = -1,
                                                     .next_breach = INT64_MAX};
    set->slot[at] = (uint32_t)++live->queues;
    return live->queues - 1;
}

static void count_row(struct queue_set *set, const struct cell *cell, int64_t now)
{
    const struct row *row = &cell->row;
    size_t index = queue_index(set, row->queue);
    struct queue_stats *stats = &set->live->queue[index];
    int64_t breach;
    if (set->live->share[row->index].class == TILE_AGENT) {
        stats->with_agent++;
        return;
    }
    int64_t wait = row_wait(row, now);
    stats->waiting++;
    stats->longest = wait > stats->longest ? wait : stats->longest;
    if (row_breach(row, set->live, now, &breach) && breach >= 0 && breach < stats->next_breach)
        stats->next_breach = breach;
}

static void count_rows(struct queue_set *set, int64_t now)
{
    struct live *live = set->live;
    for (size_t i = 0; i < live->limit; i++) {
        uint8_t class = live->share[i].class;
        if ((class == TILE_WAITING || class == TILE_AGENT) && live_cell(live, i)->row.queue)
            count_row(set, live_cell(live, i), now);
    }
}

static void take_level(struct queue_stats *stats, const struct level *level)
{
    stats->sl_within = level->within;
    stats->sl_of = level->of;
    stats->abandoned = level->abandoned;
    stats->abandoned_of = level->abandoned_of;
    stats->answered = level->answered;
    stats->average_wait = level->waits ? level->waited_ms / (int64_t)level->waits : -1;
    memcpy(stats->wait_history, level->history, sizeof(stats->wait_history));
    stats->wait_history[WAIT_STEPS - 1] = stats->waiting;
}

static int by_name(const void *a, const void *b)
{
    const struct queue_stats *x = a, *y = b;
    int order =
        strcasecmp(x->name ? x->name : arn_tail(x->queue), y->name ? y->name : arn_tail(y->queue));
    return order ? order : strcmp(x->queue, y->queue);
}

size_t live_queues(struct live *live, int64_t now, const struct queue_stats **out)
{
    struct queue_set set = {.live = live};
    struct level_pass pass;
    live->queues = 0;
    level_pass_init(&pass, live, now, tiles_window(live, now));
    for (size_t i = 0; i < live->stints.count; i++) {
        const struct stint *stint = &live->stints.item[i];
        if (!stint->queue || (stint->flags & (STINT_EXCLUDED | STINT_CALLBACK)))
            continue;
        size_t index = queue_index(&set, stint->queue);
        level_count(&pass, &set.level[index], stint);
    }
    count_rows(&set, now);
    for (size_t i = 0; set.level && i < live->queues; i++)
        take_level(&live->queue[i], &set.level[i]);
    free(set.slot);
    free(set.level);
    if (live->queues)
        qsort(live->queue, live->queues, sizeof(*live->queue), by_name);
    *out = live->queue;
    return live->queues;
}
