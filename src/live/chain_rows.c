/* Rows of one call. The root's text holds the head of their list; the list is as long as the call
 * has legs. */
#include "live/live_internal.h"

enum { CHAIN_TELL_MAX = 1024 }; /* beyond that many legs nobody is told of a new one */

static void tell_members(struct live *live, struct text *root, int64_t now)
{
    int told = 0;
    for (uint32_t i = root->chain; i != NO_ROW && told < CHAIN_TELL_MAX; told++) {
        struct cell *cell = live_cell(live, i);
        uint16_t size = (uint16_t)(root->members < UINT16_MAX ? root->members : UINT16_MAX);
        if (cell->row.chain_size != size) {
            cell->row.chain_size = size;
            live_touch(live, cell, now);
        }
        i = cell->chain_next;
    }
}

static void unlink_row(struct live *live, struct cell *cell, int64_t now)
{
    struct text *root = text_of(cell->row.root);
    if (cell->chain_before != NO_ROW)
        live_cell(live, cell->chain_before)->chain_next = cell->chain_next;
    else
        root->chain = cell->chain_next;
    if (cell->chain_next != NO_ROW)
        live_cell(live, cell->chain_next)->chain_before = cell->chain_before;
    cell->chain_next = cell->chain_before = NO_ROW;
    root->members--;
    tell_members(live, root, now);
    pool_drop(&live->pool, cell->row.root);
    cell->row.root = NULL;
}

void chain_join(struct live *live, struct cell *cell, const char *root_id, int64_t now)
{
    struct text *root = cell->row.root ? text_of(cell->row.root) : NULL;
    const char *taken = pool_take(&live->pool, root_id);
    if (cell->row.root == taken) {
        pool_drop(&live->pool, taken);
    } else {
        if (root)
            unlink_row(live, cell, now);
        root = text_of(taken);
        cell->row.root = taken;
        cell->chain_next = root->chain;
        if (root->chain != NO_ROW)
            live_cell(live, root->chain)->chain_before = cell->row.index;
        root->chain = cell->row.index;
        root->members++;
        cell->row.chain_size = 0; /* so that it is told too */
        tell_members(live, root, now);
    }
    chain_heard(live, cell, now);
}

bool chain_is_open(const struct live *live, const struct cell *cell)
{
    uint32_t i = cell->row.root ? text_of(cell->row.root)->chain : NO_ROW;
    for (int seen = 0; i != NO_ROW && seen < CHAIN_TELL_MAX; seen++) {
        const struct cell *member = live_cell(live, i);
        if (member->visible && !member->row.ended)
            return true;
        i = member->chain_next;
    }
    return false;
}

void chain_heard(struct live *live, struct cell *cell, int64_t now)
{
    struct text *root = cell->row.root ? text_of(cell->row.root) : NULL;
    if (!root || cell->row.newest <= root->chain_newest)
        return;
    root->chain_newest = cell->row.newest;
    int told = 0;
    for (uint32_t i = root->chain; i != NO_ROW && told < CHAIN_TELL_MAX; told++) {
        struct cell *member = live_cell(live, i);
        if (member->row.unsure && member != cell && status_derive(live, member, now))
            live_touch(live, member, now);
        i = member->chain_next;
    }
}

/* A contact whose successor appears, or goes, may have been abandoned or not. */
static void count_successor(struct live *live, const char *id, int by, int64_t now)
{
    struct text *text = text_of(id);
    text->successors = (uint32_t)((int64_t)text->successors + by);
    if (by < 0)
        return;
    stint_mark(live, id, STINT_SUCCESSOR, INSTANT_NONE);
    if (text->row == NO_ROW)
        return;
    struct cell *cell = live_cell(live, text->row);
    if (status_derive(live, cell, now))
        live_touch(live, cell, now);
}

void chain_previous(struct live *live, struct cell *cell, const char *previous, int64_t now)
{
    const char *old = cell->row.previous;
    const char *taken = pool_take(&live->pool, previous);
    cell->row.previous = taken;
    if (taken && taken != old)
        count_successor(live, taken, 1, now);
    if (old && taken != old)
        count_successor(live, old, -1, now);
    pool_drop(&live->pool, old);
}

void chain_leave(struct live *live, struct cell *cell, int64_t now)
{
    if (cell->row.previous)
        count_successor(live, cell->row.previous, -1, now);
    if (cell->row.root)
        unlink_row(live, cell, now);
}

static bool earlier(const struct row *a, const struct row *b)
{
    return a->start != b->start ? a->start < b->start : a->index < b->index;
}

size_t live_chain(const struct live *live, const char *root_id, const struct row **out, size_t max)
{
    struct text *root = root_id ? pool_find(&live->pool, root_id) : NULL;
    size_t count = 0, filled = 0;
    for (uint32_t i = root ? root->chain : NO_ROW; i != NO_ROW;) {
        const struct cell *cell = live_cell(live, i);
        i = cell->chain_next;
        if (!cell->visible)
            continue;
        count++;
        if (filled == max && (!max || !earlier(&cell->row, out[max - 1])))
            continue;
        size_t at = filled < max ? filled++ : max - 1;
        for (; at > 0 && earlier(&cell->row, out[at - 1]); at--)
            out[at] = out[at - 1];
        out[at] = &cell->row;
    }
    return count;
}
