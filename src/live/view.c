/*
 * A selection of rows kept in order. A refresh takes the changed rows out of the order in one pass,
 * looks at their filter again and merges them back sorted; time moves few rows, which are mended
 * once a second.
 */
#include "contactwatch/view.h"

#include <stdlib.h>
#include <string.h>

#include "live/view_internal.h"

void view_init(struct view *view, struct live *live)
{
    *view = (struct view){.live = live, .sort = COLUMN_IN_STATE, .descending = true, .stale = true};
}

void view_free(struct view *view)
{
    filter_free(view->filter);
    map_free(&view->marks, NULL);
    free(view->order);
    free(view->insert);
    free(view->member);
    free(view->pending);
    free(view->selected);
    free(view->selected_before);
    *view = (struct view){0};
}

void view_set_filter(struct view *view, struct filter *filter)
{
    filter_free(view->filter);
    view->filter = filter;
    view->stale = true;
}

void view_set_sort(struct view *view, int column, bool descending)
{
    if (column < 0 || column >= COLUMN_COUNT)
        return;
    view->sort = column;
    view->descending = descending;
    view->stale = true;
}

void view_select(struct view *view, const char *contact_id)
{
    char *copy = mem_strdup(contact_id);
    free(view->selected);
    view->selected = copy;
}

bool view_is_marked(const struct view *view, const char *contact_id)
{
    return map_get(&view->marks, contact_id) != NULL;
}

void view_mark(struct view *view, const char *contact_id, bool on)
{
    if (on)
        map_set(&view->marks, contact_id, view);
    else
        map_remove(&view->marks, contact_id);
}

void view_unmark_all(struct view *view)
{
    map_free(&view->marks, NULL);
}

bool view_is_held(const struct view *view, int64_t now)
{
    return view->hold || now < view->hold_until;
}

static bool is_selected(const struct view *view, const struct row *row)
{
    return view->selected && strcmp(view->selected, row->id) == 0;
}

static void grow_members(struct view *view)
{
    size_t limit = live_limit(view->live);
    view_reserve(view, limit);
    if (limit <= view->limit)
        return;
    size_t size = view->limit ? view->limit : 256;
    while (size < limit)
        size *= 2;
    view->member = mem_realloc(view->member, size);
    memset(view->member + view->limit, VIEW_OUT, size - view->limit);
    view->limit = size;
}

static void look_again(void *context, uint32_t index)
{
    struct view *view = context;
    if (index >= view->limit || (view->member[index] & VIEW_PENDING))
        return;
    view->member[index] |= VIEW_PENDING;
    mem_grow(view->pending, view->pendings, view->pending_capacity);
    view->pending[view->pendings++] = index;
}

static void look_at_all(struct view *view)
{
    for (size_t i = 0; i < live_limit(view->live); i++)
        look_again(view, (uint32_t)i);
}

/* Rows that entered or left the filter because time passed. */
static void look_at_time(struct view *view, int64_t now)
{
    size_t limit = live_limit(view->live);
    for (size_t i = 0; i < limit; i++) {
        const struct row *row = live_row(view->live, i);
        if (!row || (view->member[i] & VIEW_PENDING))
            continue;
        bool matches = filter_match(view->filter, row, view->live, now);
        if (matches != (view->member[i] == VIEW_IN))
            look_again(view, (uint32_t)i);
    }
}

static void look_at_id(struct view *view, const char *contact_id)
{
    const struct row *row = contact_id ? live_find(view->live, contact_id) : NULL;
    if (row)
        look_again(view, row->index);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void look_at_selection(struct view *view)
{
    if (same_text(view->selected, view->selected_before))
        return;
    look_at_id(view, view->selected_before);
    look_at_id(view, view->selected);
    free(view->selected_before);
    view->selected_before = mem_strdup(view->selected);
}

/* What a row is to the view now; in_order tells whether it has a place it may keep. */
static enum view_member member_now(const struct view *view, uint32_t index, bool in_order,
                                   bool held, int64_t now)
{
    const struct row *row = live_row(view->live, index);
    if (!row)
        return VIEW_OUT;
    if (filter_match(view->filter, row, view->live, now))
        return VIEW_IN;
    return in_order && (held || is_selected(view, row)) ? VIEW_KEPT : VIEW_OUT;
}

/* Every pending row leaves the order; those that belong in it are put in `insert`. */
static size_t reorder(struct view *view, int64_t now)
{
    size_t insert = 0;
    if (view->pendings)
        view_compact(view);
    for (size_t i = 0; i < view->pendings; i++) {
        uint32_t index = view->pending[i];
        uint8_t before = view->member[index] & (uint8_t)~VIEW_PENDING;
        uint8_t member = (uint8_t)member_now(view, index, before != VIEW_OUT, false, now);
        view->matching += (size_t)(member == VIEW_IN) - (size_t)(before == VIEW_IN);
        view->member[index] = member;
        if (member != VIEW_OUT)
            view->insert[insert++] = index;
    }
    return insert;
}

/* While held, rows keep their place: gone ones leave, new ones are put in `insert` for the end. */
static size_t update_held(struct view *view, int64_t now)
{
    size_t insert = 0;
    bool gone = false;
    for (size_t i = 0; i < view->pendings; i++) {
        uint32_t index = view->pending[i];
        uint8_t before = view->member[index] & (uint8_t)~VIEW_PENDING;
        uint8_t member = (uint8_t)member_now(view, index, before != VIEW_OUT, true, now);
        view->matching += (size_t)(member == VIEW_IN) - (size_t)(before == VIEW_IN);
        view->member[index] = member;
        gone |= before != VIEW_OUT && member == VIEW_OUT;
        if (before == VIEW_OUT && member != VIEW_OUT)
            view->insert[insert++] = index;
    }
    if (gone)
        view_compact(view);
    return insert;
}

static void place(struct view *view, size_t insert, bool held, int64_t now)
{
    if (!insert)
        return;
    view_sort(view, view->insert, insert, now);
    if (!held) {
        view_merge(view, insert, now);
        return;
    }
    memcpy(view->order + view->count, view->insert, insert * sizeof(*view->order));
    view->count += insert;
}

bool view_refresh(struct view *view, int64_t now)
{
    bool later = view->stale && view->postpone && view->refreshed;
    bool stale = view->stale && !later;
    bool held = later || (view_is_held(view, now) && !stale);
    bool second = now / 1000 != view->refreshed / 1000;
    bool all = stale || (view->held && !held);
    grow_members(view);
    view->pendings = 0;
    look_at_selection(view);
    if (all || !live_changed_since(view->live, view->generation, look_again, view))
        look_at_all(view);
    else if (second && filter_depends_on_time(view->filter))
        look_at_time(view, now);
    size_t insert = held ? update_held(view, now) : reorder(view, now);
    place(view, insert, held, now);
    size_t moved = 0;
    if (!held && !all && second && columns[view->sort].timed)
        moved = view_repair(view, now);
    bool changed = view->pendings > 0 || moved > 0 || all || second;
    view->generation = live_generation(view->live);
    view->held = held;
    view->stale = later;
    view->refreshed = now;
    return changed;
}

size_t view_position(const struct view *view, const char *contact_id)
{
    const struct row *row = contact_id ? live_find(view->live, contact_id) : NULL;
    if (!row || row->index >= view->limit || view->member[row->index] == VIEW_OUT)
        return SIZE_MAX;
    for (size_t i = 0; i < view->count; i++)
        if (view->order[i] == row->index)
            return i;
    return SIZE_MAX;
}

bool view_is_kept(const struct view *view, const struct row *row, int64_t now)
{
    (void)now;
    return row->index < view->limit && view->member[row->index] == VIEW_KEPT;
}

size_t view_matching(const struct view *view)
{
    return view->matching;
}
