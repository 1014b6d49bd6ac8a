/*
 * Many row indexes sorted in a few milliseconds: by radix, on 64 bits of the column at a time, then
 * on the contact id. Rows lie all over memory, so they are visited once a level, asked for ahead.
 */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/mem.h"
#include "live/live_internal.h"
#include "live/view_internal.h"

enum { FEW = 16, DIGITS = 8, AHEAD = 16, LINE = 64 };

struct keyed {
    uint64_t key;
    uint32_t index;
};

struct sorting {
    const struct view *view;
    const struct column *column;
    int64_t now;
    struct keyed *item, *spare;
};

/* A run of rows that are alike in all levels before this one. */
struct run {
    size_t first, count;
    bool by_id;
    unsigned level;
};

static const struct row *row_at(const struct sorting *s, size_t place)
{
    return &live_cell(s->view->live, s->item[place].index)->row;
}

static void fetch_ahead(const struct sorting *s, size_t place, size_t end, bool by_id)
{
    if (place + 2 * AHEAD >= end)
        return;
    const char *row = (const char *)row_at(s, place + 2 * AHEAD);
    __builtin_prefetch(row);
    __builtin_prefetch(row + LINE);
    if (by_id)
        __builtin_prefetch(row_at(s, place + AHEAD)->id);
}

static bool id_level(const char *id, unsigned level, uint64_t *key)
{
    size_t skip = (size_t)level * DIGITS;
    *key = 0;
    if (strnlen(id, skip) < skip)
        return false;
    id += skip;
    for (int i = 0; i < DIGITS; i++) {
        *key = *key << 8 | (unsigned char)*id;
        id += *id != '\0';
    }
    return *id != '\0';
}

/* The keys of a run at its level; true when some row has more to tell at the next. */
static bool take_keys(struct sorting *s, const struct run *run)
{
    size_t end = run->first + run->count;
    bool more = false;
    for (size_t i = run->first; i < end; i++) {
        uint64_t key;
        fetch_ahead(s, i, end, run->by_id);
        if (run->by_id)
            more |= id_level(row_at(s, i)->id, run->level, &key);
        else
            more |= s->column->sort_key(row_at(s, i), s->now, run->level, &key);
        s->item[i].key = s->view->descending && !run->by_id ? ~key : key;
    }
    return more;
}

static void by_digit(const struct keyed *from, struct keyed *to, size_t count, unsigned shift)
{
    size_t place[256] = {0}, sum = 0;
    for (size_t i = 0; i < count; i++)
        place[from[i].key >> shift & 255]++;
    for (size_t digit = 0; digit < 256; digit++) {
        size_t here = place[digit];
        place[digit] = sum;
        sum += here;
    }
    for (size_t i = 0; i < count; i++)
        to[place[from[i].key >> shift & 255]++] = from[i];
}

/* From the lowest byte on; bytes that are the same in all keys are passed over. */
static void by_key(struct sorting *s, const struct run *run)
{
    struct keyed *from = s->item + run->first, *to = s->spare + run->first;
    uint64_t differ = 0;
    for (size_t i = 1; i < run->count; i++)
        differ |= from[i].key ^ from[0].key;
    for (unsigned shift = 0; shift < 64; shift += 8) {
        if (!(differ >> shift & 255))
            continue;
        by_digit(from, to, run->count, shift);
        struct keyed *swap = from;
        from = to;
        to = swap;
    }
    if (from != s->item + run->first)
        memcpy(to, from, run->count * sizeof(*from));
}

static void sort_few(struct sorting *s, const struct run *run)
{
    struct keyed *item = s->item + run->first;
    for (size_t i = 1; i < run->count; i++) {
        struct keyed moved = item[i];
        size_t at = i;
        for (; at > 0 && view_compare(s->view, item[at - 1].index, moved.index, s->now) > 0; at--)
            item[at] = item[at - 1];
        item[at] = moved;
    }
}

/* Most often all of a run have the very same text: then its other bytes need no look. */
static bool all_alike(const struct sorting *s, const struct run *run)
{
    const struct row *first = row_at(s, run->first);
    size_t end = run->first + run->count;
    for (size_t i = run->first + 1; i < end; i++) {
        fetch_ahead(s, i, end, false);
        if (s->column->compare(first, row_at(s, i), s->view->live, s->now) != 0)
            return false;
    }
    return true;
}

static void sort_run(struct sorting *s, struct run run)
{
    if (run.count <= FEW) {
        sort_few(s, &run);
        return;
    }
    bool more = take_keys(s, &run);
    by_key(s, &run);
    if (run.by_id && !more)
        return;
    size_t end = run.first + run.count;
    for (size_t first = run.first, next; first < end; first = next) {
        for (next = first + 1; next < end && s->item[next].key == s->item[first].key; next++)
            continue;
        struct run alike = {first, next - first, run.by_id, run.level + 1};
        if (alike.count < 2)
            continue;
        if (!run.by_id && (!more || all_alike(s, &alike)))
            alike = (struct run){first, next - first, true, 0};
        sort_run(s, alike);
    }
}

void view_sort(struct view *view, uint32_t *index, size_t count, int64_t now)
{
    struct keyed *item = mem_alloc((2 * count + 1) * sizeof(*item));
    struct sorting s = {view, &columns[view->sort], now, item, item + count};
    for (size_t i = 0; i < count; i++)
        item[i] = (struct keyed){0, index[i]};
    sort_run(&s, (struct run){0, count, false, 0});
    for (size_t i = 0; i < count; i++)
        index[i] = item[i].index;
    free(item);
}
