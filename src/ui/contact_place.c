/* Keeping the place: the selected line found again in a story told anew, and by time in the other
 * story. */
#include <string.h>

#include "ui/contact_view.h"

static bool is_of(const struct story_line *line, const char *contact_id)
{
    return line->contact_id ? strcmp(line->contact_id, contact_id) == 0 : !*contact_id;
}

/* Two lines told of the same: of one entry, or of none, and of one kind. */
static bool same_origin(const struct story_line *a, const struct story_line *b)
{
    return a->kind == b->kind && !a->entries == !b->entries &&
           (!a->entries || a->entry == b->entry) && is_of(a, b->contact_id ? b->contact_id : "");
}

static struct place plain_place(const struct contact_view *view, enum pane_kind kind)
{
    const struct pane *pane = &view->pane[kind];
    struct place place = {.known = pane->position < pane->count &&
                                   pane->row[pane->position].line < view->plain[kind].count};
    if (place.known)
        place.key = view->plain[kind].line[pane->row[pane->position].line].key;
    return place;
}

static void place_entry(const struct contact_view *view, const struct story_line *line,
                        struct place *place)
{
    const struct history *history = contact_history(view, line->contact_id);
    place->has_entry = history && line->entries && line->entry < history->count;
    if (place->has_entry)
        place->entry = history->entry[line->entry].id;
    if (line->contact_id && strlen(line->contact_id) <= CONTACT_ID_MAX)
        memcpy(place->contact_id, line->contact_id, strlen(line->contact_id) + 1);
}

struct place contact_place(const struct contact_view *view, enum pane_kind kind)
{
    const struct story *story = contact_story(view, kind);
    if (!story)
        return plain_place(view, kind);
    const struct pane *pane = &view->pane[kind];
    const struct story_line *line = contact_line(view, kind, pane->position);
    struct place place = {.known = line != NULL};
    if (!line)
        return place;
    place.kind = line->kind;
    place.part = pane->row[pane->position].part;
    place_entry(view, line, &place);
    for (const struct story_line *at = story->line; at < line; at++) {
        place.repeat += same_origin(at, line);
        if (at->time != INSTANT_NONE)
            place.time = at->time;
    }
    if (line->time != INSTANT_NONE)
        place.time = line->time;
    return place;
}

/* The index of the place's entry in its history as it is now; SIZE_MAX: not there any more. */
static size_t entry_of(const struct contact_view *view, const struct place *place)
{
    const struct history *history = contact_history(view, place->contact_id);
    for (size_t i = 0; history && place->has_entry && i < history->count; i++)
        if (hash_compare(&history->entry[i].id, &place->entry) == 0)
            return i;
    return SIZE_MAX;
}

/* The line itself; else one that the entry became part of; else the last not after its time. */
static size_t find_line(const struct contact_view *view, const struct story *story,
                        const struct place *place)
{
    size_t entry = entry_of(view, place), nearest = 0, within = SIZE_MAX, same = SIZE_MAX;
    uint32_t repeat = 0;
    for (size_t i = 0; i < story->count; i++) {
        const struct story_line *line = &story->line[i];
        bool its = is_of(line, place->contact_id);
        bool origin = place->has_entry ? line->entries && line->entry == entry : !line->entries;
        if (its && origin && line->kind == place->kind) {
            same = i;
            if (repeat++ == place->repeat)
                return i;
        }
        if (its && within == SIZE_MAX && entry != SIZE_MAX && entry >= line->entry &&
            entry - line->entry < line->entries)
            within = i;
        if (line->time != INSTANT_NONE && line->time <= place->time && line->kind != LINE_FOOT)
            nearest = i;
    }
    return same != SIZE_MAX ? same : within != SIZE_MAX ? within : nearest;
}

const struct story_line *contact_placed_line(const struct contact_view *view, enum pane_kind kind,
                                             const struct place *place)
{
    const struct story *story = contact_story(view, kind);
    if (!place->known || !story || !story->count)
        return NULL;
    return &story->line[find_line(view, story, place)];
}

/* The first row of the line, or of the last visible one before it. */
static size_t row_of(const struct pane *pane, size_t line)
{
    size_t low = 0, high = pane->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pane->row[middle].line < line)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < pane->count && pane->row[low].line == line)
        return low;
    return low > 0 ? low - 1 : 0;
}

static void go_to_row(struct pane *pane, size_t row)
{
    size_t down = pane->position >= pane->top ? pane->position - pane->top : 0;
    pane->position = row;
    pane->top = row > down ? row - down : 0;
}

static void find_plain(struct contact_view *view, enum pane_kind kind, const struct place *place)
{
    const struct plain *plain = &view->plain[kind];
    for (size_t i = 0; i < plain->count; i++)
        if (plain->line[i].key == place->key) {
            go_to_row(&view->pane[kind], i);
            return;
        }
}

void contact_find_place(struct contact_view *view, enum pane_kind kind, const struct place *place)
{
    struct pane *pane = &view->pane[kind];
    const struct story *story = contact_story(view, kind);
    if (!place->known || !pane->count)
        return;
    if (!story) {
        find_plain(view, kind, place);
        return;
    }
    size_t line = find_line(view, story, place), row = row_of(pane, line);
    if (pane->row[row].part == PART_DATE && place->part != PART_DATE && row + 1 < pane->count)
        row++;
    if (place->part != PART_DATE)
        for (uint32_t part = 0; part < place->part && row + 1 < pane->count &&
                                pane->row[row + 1].line == pane->row[row].line;
             part++)
            row++;
    go_to_row(pane, row);
}

/* Row of the last moment not after the time, in the same contact if it is told there. Legs overlap,
 * and the foot looks back: times do not only rise. */
static size_t row_at(const struct contact_view *view, enum pane_kind kind,
                     const struct story_line *when)
{
    const struct pane *pane = &view->pane[kind];
    int64_t best[2] = {INSTANT_NONE, INSTANT_NONE};
    size_t row[2] = {0, 0};
    for (size_t i = 0; i < pane->count; i++) {
        const struct story_line *line = contact_line(view, kind, i);
        if (!line || pane->row[i].part != 0 || line->kind == LINE_FOOT ||
            line->time == INSTANT_NONE || line->time > when->time)
            continue;
        bool same = is_of(line, when->contact_id ? when->contact_id : "");
        if (line->time >= best[same]) {
            best[same] = line->time;
            row[same] = i;
        }
    }
    return best[true] != INSTANT_NONE ? row[true] : row[false];
}

void contact_follow_time(struct contact_view *view)
{
    enum pane_kind other = view->focus == PANE_FRIENDLY ? PANE_TECHY : PANE_FRIENDLY;
    if (view->focus > PANE_TECHY)
        return;
    size_t at = view->pane[view->focus].position;
    const struct story_line *line = contact_line(view, view->focus, at);
    while (line && line->time == INSTANT_NONE && at > 0)
        line = contact_line(view, view->focus, --at);
    if (line && line->time != INSTANT_NONE)
        view->pane[other].position = row_at(view, other, line);
}
