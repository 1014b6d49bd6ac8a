#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/text.h"
#include "ui/contact_view.h"

static struct contact_view *of(struct ui_view *base)
{
    return (struct contact_view *)base;
}

static struct pane *focused(struct contact_view *view)
{
    return &view->pane[view->focus];
}

static void move(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)ui;
    struct contact_view *view = of(base);
    struct pane *pane = focused(view);
    size_t page = pane->area.rows > 1 ? (size_t)pane->area.rows : 1;
    pane->position = list_move(action, pane->position, pane->count, page);
    bool tail = action == ACTION_END;
    view->pane[PANE_FRIENDLY].follow = view->pane[PANE_TECHY].follow = tail;
    contact_follow_time(view);
}

static void sideways(struct ui *ui, struct ui_view *base, enum action action)
{
    enum { STEP = 8, FURTHEST = 4096 };
    (void)ui;
    struct pane *pane = focused(of(base));
    pane->skip += action == ACTION_RIGHT ? STEP : -STEP;
    if (pane->skip < 0)
        pane->skip = 0;
    if (pane->skip > FURTHEST)
        pane->skip = FURTHEST;
}

static void show(struct contact_view *view, enum pane_kind kind)
{
    if (kind == PANE_RAW)
        contact_build_raw(view);
    if (kind <= PANE_TECHY) {
        view->story = kind;
        ui_save(view->base.ui, "contact-pane", kind == PANE_TECHY ? "techy" : "friendly");
    }
    view->focus = kind;
    if (kind == PANE_RAW)
        view->pane[PANE_RAW].width = 0;
}

/* The same key again shows both. */
static void show_story(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)ui;
    struct contact_view *view = of(base);
    enum pane_kind kind = action == ACTION_TECHY ? PANE_TECHY : PANE_FRIENDLY;
    bool alone = view->focus == kind && !view->both;
    view->both = alone || (view->focus > PANE_TECHY && view->both);
    show(view, kind);
}

static void show_plain(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)ui;
    struct contact_view *view = of(base);
    enum pane_kind kind = action == ACTION_RAW ? PANE_RAW : PANE_ATTRIBUTES;
    show(view, view->focus == kind ? view->story : kind);
}

static void change_pane(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)ui;
    (void)action;
    struct contact_view *view = of(base);
    show(view, view->focus == PANE_FRIENDLY ? PANE_TECHY : PANE_FRIENDLY);
}

static void close_plain(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)action;
    struct contact_view *view = of(base);
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
    struct contact_view *view = of(base);
    const struct story_line *line = contact_line(view, view->focus, focused(view)->position);
    char key[40];
    if (!line)
        return;
    if (!line->folded) {
        show_plain(ui, base, ACTION_RAW);
        return;
    }
    contact_fold_key(view, line, key);
    contact_outdate(view);
    if (!map_remove(&view->unfolded, key))
        map_set(&view->unfolded, key, view);
}

static void fold_all(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)ui;
    (void)action;
    struct contact_view *view = of(base);
    contact_outdate(view);
    view->unfold_all = !view->unfold_all;
    map_free(&view->unfolded, NULL);
}

static void hide_checks(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)ui;
    (void)action;
    struct contact_view *view = of(base);
    contact_outdate(view);
    view->hide = !view->hide;
}

static void change_leg(struct ui *ui, struct ui_view *base, enum action action)
{
    struct contact_view *view = of(base);
    size_t count = view->chain.count;
    if (count < 2) {
        ui_message(ui, MESSAGE_INFO, "this call has no other contact");
        return;
    }
    size_t at = (view->leg + (action == ACTION_LEG_NEXT ? 1 : count - 1)) % count;
    free(view->leg_id);
    view->leg_id = mem_strdup(view->chain.leg[at].record->contact_id);
    view->pane[PANE_TECHY].position = view->pane[PANE_TECHY].top = 0;
    contact_build(view);
}

static bool is_error(const struct contact_view *view, size_t row)
{
    const struct story_line *line = contact_line(view, view->focus, row);
    return line && line->mark == LINE_ERROR &&
           focused((struct contact_view *)view)->row[row].part == 0;
}

static bool is_hit(const struct contact_view *view, size_t row)
{
    struct buf left = {0}, right = {0};
    const struct pane *pane = &view->pane[view->focus];
    contact_row_text(view, view->focus, &pane->row[row], &left, &right);
    bool hit = text_contains_fold(buf_str(&left), view->search);
    buf_free(&left);
    buf_free(&right);
    return hit;
}

/* The next row for which `is` holds, in a circle; false if there is none. */
static bool seek(struct contact_view *view, bool back,
                 bool (*is)(const struct contact_view *view, size_t row))
{
    struct pane *pane = focused(view);
    size_t at = pane->position;
    for (size_t i = 0; i < pane->count; i++) {
        at = (at + (back ? pane->count - 1 : 1)) % pane->count;
        if (!is(view, at))
            continue;
        pane->position = at;
        view->pane[PANE_FRIENDLY].follow = view->pane[PANE_TECHY].follow = false;
        contact_follow_time(view);
        return true;
    }
    return false;
}

static void next_error(struct ui *ui, struct ui_view *base, enum action action)
{
    if (!seek(of(base), action == ACTION_ERROR_PREVIOUS, is_error))
        ui_message(ui, MESSAGE_INFO, "no error here");
}

static void next_hit(struct ui *ui, struct ui_view *base, enum action action)
{
    struct contact_view *view = of(base);
    if (!view->search[0])
        ui_message(ui, MESSAGE_INFO, "/ searches");
    else if (!seek(view, action == ACTION_SEARCH_PREVIOUS, is_hit))
        ui_message(ui, MESSAGE_BAD, "not found: %s", view->search);
}

static void search_done(struct ui *ui, const char *text)
{
    struct ui_view *base = ui_shown(ui);
    if (base->ops != &contact_view_ops)
        return;
    snprintf(of(base)->search, SEARCH_BYTES, "%s", text);
    if (*text)
        next_hit(ui, base, ACTION_SEARCH_NEXT);
}

static void search(struct ui *ui, struct ui_view *base, enum action action)
{
    static const struct prompt_use use = {
        .label = "search: ",
        .kind = PROMPT_SEARCH,
        .done = search_done,
    };
    (void)base;
    (void)action;
    prompt_open(&ui->prompt, &use, "");
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
    {ACTION_ERROR_NEXT, next_error},
    {ACTION_ERROR_PREVIOUS, next_error},
    {ACTION_SEARCH, search},
    {ACTION_SEARCH_NEXT, next_hit},
    {ACTION_SEARCH_PREVIOUS, next_hit},
    {ACTION_FOLD, fold_all},
    {ACTION_HIDE, hide_checks},
    {ACTION_NONE, NULL},
};
