/* Keeping one's place: by the identity of an entry, since rows and lines move as the story grows.
 */
#include <string.h>

#include "ui/contact_view.h"

static bool same_line(const struct contact_view *view, const struct story_line *line,
                      const struct place *place)
{
    if (line->kind != place->kind || strcmp(line->contact_id, place->contact_id) != 0)
        return false;
    const struct history *history = contact_history(view, line->contact_id);
    return history && line->entries && line->entry < history->count &&
           hash_compare(&history->entry[line->entry].id, &place->entry) == 0;
}

struct place contact_place(const struct contact_view *view, enum pane_kind kind)
{
    struct place place = {.known = false};
    const struct story *story = contact_story(view, kind);
    const struct story_line *line = contact_line(view, kind, view->pane[kind].position);
    const struct history *history = line ? contact_history(view, line->contact_id) : NULL;
    if (!history || !line->entries || line->entry >= history->count)
        return place;
    place.kind = line->kind;
    place.entry = history->entry[line->entry].id;
    place.known = strlen(line->contact_id) <= CONTACT_ID_MAX;
    if (place.known)
        memcpy(place.contact_id, line->contact_id, strlen(line->contact_id) + 1);
    for (const struct story_line *at = story->line; at < line; at++)
        place.repeat += same_line(view, at, &place);
    return place;
}

void contact_find_place(struct contact_view *view, enum pane_kind kind, const struct place *place)
{
    struct pane *pane = &view->pane[kind];
    const struct story *story = contact_story(view, kind);
    uint32_t repeat = 0;
    if (!place->known || !story)
        return;
    for (size_t i = 0; i < pane->count; i++) {
        const struct story_line *line = contact_line(view, kind, i);
        if (!line || pane->row[i].part != 0 || !same_line(view, line, place))
            continue;
        size_t lines_down = pane->position >= pane->top ? pane->position - pane->top : 0;
        pane->position = i;
        pane->top = i > lines_down ? i - lines_down : 0;
        if (repeat++ == place->repeat)
            return;
    }
}

void contact_follow_time(struct contact_view *view)
{
    enum pane_kind other = view->focus == PANE_FRIENDLY ? PANE_TECHY : PANE_FRIENDLY;
    struct pane *pane = &view->pane[other];
    if (view->focus > PANE_TECHY)
        return;
    size_t at = view->pane[view->focus].position;
    const struct story_line *line = contact_line(view, view->focus, at);
    while (line && line->time == INSTANT_NONE && at > 0)
        line = contact_line(view, view->focus, --at);
    if (!line)
        return;
    for (size_t i = 0; i < pane->count; i++) {
        const struct story_line *there = contact_line(view, other, i);
        if (there && there->time != INSTANT_NONE && there->time > line->time)
            break;
        pane->position = i;
    }
}
