/* Sorting and merging of row indexes. The order is total: ties go by contact id, so equal models
 * give equal screens. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/mem.h"
#include "live/live_internal.h"
#include "live/view_internal.h"

/* Rows of the order are there: those that left the model were changed, and so taken out before
 * anything is compared. */
static const struct row *row_of(const struct view *view, uint32_t index)
{
    return &live_cell(view->live, index)->row;
}

/* A pass over the order jumps through memory: the rows some steps ahead are asked for early. */
static void fetch_ahead(const struct view *view, size_t place)
{
    enum { AHEAD = 16, LINE = 64 };
    if (place + AHEAD >= view->count)
        return;
    const char *row = (const char *)row_of(view, view->order[place + AHEAD]);
    __builtin_prefetch(row);
    __builtin_prefetch(row + LINE);
}

int view_compare(const struct view *view, uint32_t a, uint32_t b, int64_t now)
{
    const struct row *x = row_of(view, a), *y = row_of(view, b);
    int order = columns[view->sort].compare(x, y, view->live, now);
    if (order)
        return view->descending ? -order : order;
    return strcmp(x->id, y->id);
}

void view_reserve(struct view *view, size_t count)
{
    if (count <= view->capacity)
        return;
    size_t capacity = view->capacity ? view->capacity : 256;
    while (capacity < count)
        capacity *= 2;
    view->order = mem_realloc(view->order, capacity * sizeof(*view->order));
    view->insert = mem_realloc(view->insert, capacity * sizeof(*view->insert));
    view->capacity = capacity;
}

/* First place in order[0 … count) behind which `index` belongs. */
static size_t place_of(const struct view *view, uint32_t index, size_t count, int64_t now)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (view_compare(view, view->order[middle], index, now) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* From the back, so that each row moves once and the places found stay right. */
void view_merge(struct view *view, size_t count, int64_t now)
{
    size_t end = view->count;
    view->count += count;
    for (size_t left = count; left > 0; left--) {
        uint32_t index = view->insert[left - 1];
        size_t at = place_of(view, index, end, now);
        memmove(&view->order[at + left], &view->order[at], (end - at) * sizeof(*view->order));
        view->order[at + left - 1] = index;
        end = at;
    }
}

void view_compact(struct view *view)
{
    size_t kept = 0;
    for (size_t i = 0; i < view->count; i++) {
        uint32_t index = view->order[i];
        uint8_t member = view->member[index];
        view->order[kept] = index;
        kept += member == VIEW_IN || member == VIEW_KEPT;
    }
    view->count = kept;
}

/*
 * Keeps the rows that are not before the last one kept, takes the others out. Few rows pass others
 * in one second; when one moves far the wrong way more are taken out than need be, which costs time
 * and nothing else.
 */
size_t view_repair(struct view *view, int64_t now)
{
    size_t kept = 0, out = 0;
    for (size_t i = 0; i < view->count; i++) {
        uint32_t index = view->order[i];
        fetch_ahead(view, i);
        if (kept && view_compare(view, view->order[kept - 1], index, now) > 0)
            view->insert[out++] = index;
        else
            view->order[kept++] = index;
    }
    if (!out)
        return 0;
    view->count = kept;
    view_sort(view, view->insert, out, now);
    view_merge(view, out, now);
    return out;
}
