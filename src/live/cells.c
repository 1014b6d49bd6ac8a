/* Where rows are kept: cells in slabs, so that they never move; found by index, and by contact id
 * through its text. */
#include <stdlib.h>

#include "live/live_internal.h"

enum { INDEX_REST = 64 }; /* that many freed indexes rest before the oldest is used again */

size_t live_limit(const struct live *live)
{
    return live->limit;
}

size_t live_count(const struct live *live)
{
    return live->visible;
}

struct cell *live_cell(const struct live *live, size_t index)
{
    return &live->slab[index / CELLS_PER_SLAB].cell[index % CELLS_PER_SLAB];
}

struct row *live_row(const struct live *live, size_t index)
{
    if (index >= live->limit)
        return NULL;
    struct cell *cell = live_cell(live, index);
    return cell->visible ? &cell->row : NULL;
}

static struct cell *live_cell_of(const struct live *live, const char *contact_id)
{
    struct text *text = contact_id ? pool_find(&live->pool, contact_id) : NULL;
    return text && text->row != NO_ROW ? live_cell(live, text->row) : NULL;
}

struct row *live_find(const struct live *live, const char *contact_id)
{
    struct cell *cell = live_cell_of(live, contact_id);
    return cell && cell->visible ? &cell->row : NULL;
}

static void grow_arrays(struct live *live)
{
    if (live->limit < live->capacity)
        return;
    live->capacity = live->capacity ? live->capacity * 2 : 1024;
    live->due = mem_realloc(live->due, live->capacity * sizeof(*live->due));
    live->waiting = mem_realloc(live->waiting, live->capacity * sizeof(*live->waiting));
    live->share = mem_realloc(live->share, live->capacity * sizeof(*live->share));
}

static uint32_t new_index(struct live *live)
{
    if (live->free_count > INDEX_REST) {
        uint32_t index = live->free_index[live->free_first];
        live->free_first = (live->free_first + 1) % live->free_capacity;
        live->free_count--;
        return index;
    }
    if (live->limit == live->slabs * CELLS_PER_SLAB) {
        live->slab = mem_realloc(live->slab, (live->slabs + 1) * sizeof(*live->slab));
        live->slab[live->slabs++].cell = mem_zero(CELLS_PER_SLAB * sizeof(struct cell));
    }
    grow_arrays(live);
    return (uint32_t)live->limit++;
}

static void rest_index(struct live *live, uint32_t index)
{
    if (live->free_count == live->free_capacity) {
        size_t capacity = live->free_capacity ? live->free_capacity * 2 : 256;
        uint32_t *ring = mem_alloc(capacity * sizeof(*ring));
        for (size_t i = 0; i < live->free_count; i++)
            ring[i] = live->free_index[(live->free_first + i) % live->free_capacity];
        free(live->free_index);
        live->free_index = ring;
        live->free_first = 0;
        live->free_capacity = capacity;
    }
    live->free_index[(live->free_first + live->free_count++) % live->free_capacity] = index;
}

struct cell *live_cell_make(struct live *live, const char *contact_id)
{
    struct cell *cell = live_cell_of(live, contact_id);
    if (cell)
        return cell;
    uint32_t index = new_index(live);
    cell = live_cell(live, index);
    *cell = (struct cell){.used = true, .chain_next = NO_ROW, .chain_before = NO_ROW};
    cell->row.index = index;
    cell->row.hold_ms = cell->record_hold_ms = cell->acw_ms = -1;
    cell->row.channel = CHANNEL_OTHER;
    cell->row.chain_size = 1;
    cell->row.id = pool_take(&live->pool, contact_id);
    text_of(cell->row.id)->row = index;
    live->due[index] = INT64_MAX;
    live->waiting[index] = INT64_MAX;
    live->share[index] = (struct tile_share){0};
    return cell;
}

void live_cell_hide(struct live *live, struct cell *cell)
{
    cell->visible = false;
    live->visible--;
    tiles_withdraw(live, cell->row.index);
    live_touch(live, cell, cell->row.changed);
}

void live_cell_remove(struct live *live, struct cell *cell)
{
    uint32_t index = cell->row.index;
    int64_t now = cell->row.changed;
    bool visible = cell->visible;
    tiles_withdraw(live, index);
    stint_drop(live, cell);
    live->due[index] = INT64_MAX;
    chain_leave(live, cell, now);
    text_of(cell->row.id)->row = NO_ROW;
    row_release(live, cell);
    live->visible -= visible;
    *cell = (struct cell){.row = {.index = index}};
    live->change[live->generation++ % CHANGES_KEPT] = index;
    rest_index(live, index);
}
