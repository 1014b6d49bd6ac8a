/* Rows of the panes: which lines are visible, and into how many pieces they wrap. */
#include <string.h>

#include "ui/contact_view.h"

enum { FIRST_WIDTH = 76 /* of a pane that was never drawn */, DAY_SLOT_MS = 15 * 60 * 1000 };

void contact_outdate(struct contact_view *view)
{
    for (int kind = 0; kind < PANE_COUNT; kind++) {
        struct pane *pane = &view->pane[kind];
        if (pane->fresh)
            pane->place = contact_place(view, (enum pane_kind)kind);
        pane->fresh = false;
    }
}

void contact_fold_key(const struct contact_view *view, const struct story_line *line,
                      char out[FOLD_KEY])
{
    static const char digit[] = "0123456789abcdef";
    const struct history *history = contact_history(view, line->contact_id);
    size_t length = 0;
    if (history && line->entries && line->entry < history->count) {
        const uint8_t *id = history->entry[line->entry].id.byte;
        for (size_t i = 0; i < sizeof(struct hash128); i++) {
            out[length++] = digit[id[i] >> 4];
            out[length++] = digit[id[i] & 15];
        }
    }
    out[length] = '\0';
}

static bool contact_is_unfolded(const struct contact_view *view, const struct story_line *line)
{
    char key[FOLD_KEY];
    if (!view->unfolded.count)
        return view->unfold_all;
    contact_fold_key(view, line, key);
    return (map_get(&view->unfolded, key) != NULL) != view->unfold_all;
}

static void add_row(struct pane *pane, size_t line, uint32_t part)
{
    mem_grow(pane->row, pane->count, pane->capacity);
    pane->row[pane->count++] = (struct pane_row){(uint32_t)line, part};
}

/* A rule where the day changes. Every zone is a multiple of a quarter of an hour off: within one
 * the day stays. */
struct days {
    char day[16];
    int64_t slot;
};

static void add_day(const struct contact_view *view, struct pane *pane, size_t line, int64_t time,
                    struct days *days)
{
    char day[16];
    if (days->day[0] && time / DAY_SLOT_MS == days->slot)
        return;
    contact_day(view->base.ui, time, day);
    if (days->day[0] && strcmp(day, days->day) != 0)
        add_row(pane, line, PART_DATE);
    memcpy(days->day, day, sizeof(days->day));
    days->slot = time / DAY_SLOT_MS;
}

static void layout_story(struct contact_view *view, enum pane_kind kind)
{
    const struct story *story = contact_story(view, kind);
    struct pane *pane = &view->pane[kind];
    struct days days = {.slot = 0};
    bool open = false;
    for (size_t i = 0; i < story->count; i++) {
        const struct story_line *line = &story->line[i];
        bool hidden = view->hide && line->check && kind == PANE_TECHY;
        if (line->kind != LINE_DETAIL)
            open = !hidden && line->folded && contact_is_unfolded(view, line);
        else if (!open)
            continue;
        if (hidden)
            continue;
        if (line->time != INSTANT_NONE && line->kind != LINE_FOOT)
            add_day(view, pane, i, line->time, &days);
        uint32_t pieces = kind == PANE_FRIENDLY ? contact_pieces(view, line, pane->width) : 1;
        for (uint32_t part = 0; part < pieces; part++)
            add_row(pane, i, part);
    }
}

void contact_layout(struct contact_view *view, enum pane_kind kind, int width)
{
    struct pane *pane = &view->pane[kind];
    if (kind > PANE_TECHY)
        contact_tell_plain(view, kind);
    if (pane->fresh && pane->width == width)
        return;
    if (pane->fresh)
        pane->place = contact_place(view, kind);
    pane->fresh = true;
    pane->width = width;
    pane->count = 0;
    if (contact_story(view, kind))
        layout_story(view, kind);
    else
        for (size_t i = 0; i < view->plain[kind].count; i++)
            add_row(pane, i, 0);
    if (!pane->follow)
        contact_find_place(view, kind, &pane->place);
    if (pane->follow || pane->position >= pane->count)
        pane->position = pane->count ? pane->count - 1 : 0;
}

void contact_settle(struct contact_view *view)
{
    for (int kind = 0; kind <= PANE_TECHY; kind++) {
        int width = view->pane[kind].width;
        contact_layout(view, (enum pane_kind)kind, width ? width : FIRST_WIDTH);
    }
}

const struct story_line *contact_line(const struct contact_view *view, enum pane_kind kind,
                                      size_t row)
{
    const struct story *story = contact_story(view, kind);
    const struct pane *pane = &view->pane[kind];
    if (!story || row >= pane->count || pane->row[row].line >= story->count)
        return NULL;
    return &story->line[pane->row[row].line];
}
