/* Keys of the contact view: moving, panes, folds, legs. */
#include <stdlib.h>
#include <string.h>

#include "ui/contact_view.h"

static struct pane *focused(struct contact_view *view)
{
    return &view->pane[view->focus];
}

static void move(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)ui;
    struct contact_view *view = contact_view_of(base);
    contact_settle(view);
    struct pane *pane = focused(view);
    size_t page = pane->area.rows > 1 ? (size_t)pane->area.rows : 1;
    pane->position = list_move(action, pane->position, pane->count, page);
    if (view->focus > PANE_TECHY)
        return;
    contact_follow_time(view);
    for (int kind = 0; kind <= PANE_TECHY; kind++) {
        struct pane *story = &view->pane[kind];
        story->follow = action == ACTION_END;
        if (story->follow && story->count)
            story->position = story->count - 1;
    }
}

/* Friendly wraps: there is nothing aside. */
static void sideways(struct ui *ui, struct ui_view *base, enum action action)
{
    enum { STEP = 8, FURTHEST = 4096 };
    (void)ui;
    struct pane *pane = focused(contact_view_of(base));
    if (pane == &contact_view_of(base)->pane[PANE_FRIENDLY])
        return;
    pane->skip += action == ACTION_RIGHT ? STEP : -STEP;
    if (pane->skip < 0)
        pane->skip = 0;
    if (pane->skip > FURTHEST)
        pane->skip = FURTHEST;
}

/* Raw shows the entries of the line selected in the story it was called from. */
static void open_raw(struct contact_view *view)
{
    struct pane *pane = &view->pane[PANE_RAW];
    contact_settle(view);
    view->raw_of = contact_place(view, view->story);
    view->plain[PANE_RAW].told = false;
    *pane = (struct pane){.row = pane->row, .capacity = pane->capacity};
}

static void show(struct contact_view *view, enum pane_kind kind)
{
    if (kind <= PANE_TECHY) {
        view->story = kind;
        ui_save(view->base.ui, "contact-pane", kind == PANE_TECHY ? "techy" : "friendly");
    }
    if (kind == PANE_RAW && view->note)
        open_raw(view);
    view->focus = kind;
}

/* The same key again shows both. */
static void show_story(struct ui *ui, struct ui_view *base, enum action action)
{
    struct contact_view *view = contact_view_of(base);
    enum pane_kind kind = action == ACTION_TECHY ? PANE_TECHY : PANE_FRIENDLY;
    bool narrow = base->area.columns < BOTH_FROM_COLUMNS;
    bool again = view->focus == kind && (narrow || !view->both);
    if (again && narrow)
        ui_message(ui, MESSAGE_INFO, "both side by side need %d columns", BOTH_FROM_COLUMNS);
    view->both = again || (view->focus > PANE_TECHY && view->both);
    show(view, kind);
}

static void show_plain(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)ui;
    struct contact_view *view = contact_view_of(base);
    enum pane_kind kind = action == ACTION_RAW ? PANE_RAW : PANE_ATTRIBUTES;
    show(view, view->focus == kind ? view->story : kind);
}

static void change_pane(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)ui;
    (void)action;
    struct contact_view *view = contact_view_of(base);
    show(view, view->focus == PANE_FRIENDLY ? PANE_TECHY : PANE_FRIENDLY);
}

static void close_plain(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)action;
    struct contact_view *view = contact_view_of(base);
    if (view->search[0])
        view->search[0] = '\0';
    else if (view->focus > PANE_TECHY)
        show(view, view->story);
    else
        ui_pop(ui);
}

/* A fold opens or closes; any other line shows its raw entries. */
static void open_line(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)action;
    struct contact_view *view = contact_view_of(base);
    char key[FOLD_KEY];
    contact_settle(view);
    const struct story_line *line = contact_line(view, view->focus, focused(view)->position);
    if (!line)
        return;
    if (!line->folded) {
        show_plain(ui, base, ACTION_RAW);
        return;
    }
    contact_fold_key(view, line, key);
    contact_outdate(view);
    view->pane[PANE_FRIENDLY].follow = view->pane[PANE_TECHY].follow = false;
    if (!map_remove(&view->unfolded, key))
        map_set(&view->unfolded, key, view);
}

static void fold_all(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)ui;
    (void)action;
    struct contact_view *view = contact_view_of(base);
    contact_outdate(view);
    view->unfold_all = !view->unfold_all;
    map_free(&view->unfolded, NULL);
}

static void hide_checks(struct ui *ui, struct ui_view *base, enum action action)
{
    struct contact_view *view = contact_view_of(base);
    (void)action;
    contact_outdate(view);
    view->hide = !view->hide;
    if (view->focus != PANE_TECHY && !contact_shows_both(view, base->area.columns))
        ui_message(ui, MESSAGE_INFO, "checks and attributes are %s in techy",
                   view->hide ? "hidden" : "shown");
}

static void change_leg(struct ui *ui, struct ui_view *base, enum action action)
{
    struct contact_view *view = contact_view_of(base);
    struct pane *techy = &view->pane[PANE_TECHY];
    size_t count = view->chain.count;
    if (count < 2) {
        ui_message(ui, MESSAGE_INFO, "this call has no other contact");
        return;
    }
    size_t at = (view->leg + (action == ACTION_LEG_NEXT ? 1 : count - 1)) % count;
    free(view->leg_id);
    view->leg_id = mem_strdup(view->chain.leg[at].record->contact_id);
    contact_build(view);
    techy->place.known = techy->follow = false;
    techy->position = techy->top = 0;
}

const struct view_action contact_actions[] = {
    {ACTION_UP, move},
    {ACTION_DOWN, move},
    {ACTION_PAGE_UP, move},
    {ACTION_PAGE_DOWN, move},
    {ACTION_HALF_UP, move},
    {ACTION_HALF_DOWN, move},
    {ACTION_HOME, move},
    {ACTION_END, move},
    {ACTION_LEFT, sideways},
    {ACTION_RIGHT, sideways},
    {ACTION_OPEN, open_line},
    {ACTION_CLOSE, close_plain},
    {ACTION_FRIENDLY, show_story},
    {ACTION_TECHY, show_story},
    {ACTION_RAW, show_plain},
    {ACTION_ATTRIBUTES, show_plain},
    {ACTION_PANE_NEXT, change_pane},
    {ACTION_PANE_PREVIOUS, change_pane},
    {ACTION_LEG_NEXT, change_leg},
    {ACTION_LEG_PREVIOUS, change_leg},
    {ACTION_ERROR_NEXT, contact_next_error},
    {ACTION_ERROR_PREVIOUS, contact_next_error},
    {ACTION_SEARCH, contact_search},
    {ACTION_SEARCH_NEXT, contact_next_hit},
    {ACTION_SEARCH_PREVIOUS, contact_next_hit},
    {ACTION_FOLD, fold_all},
    {ACTION_HIDE, hide_checks},
    {ACTION_NONE, NULL},
};
