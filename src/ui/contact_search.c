/* The next error, and the next line that holds the text sought. */
#include <stdio.h>

#include "contactwatch/text.h"
#include "ui/contact_view.h"

typedef bool (*is_fn)(const struct contact_view *view, size_t row);

static bool is_error(const struct contact_view *view, size_t row)
{
    const struct story_line *line = contact_line(view, view->focus, row);
    return line && line->mark == LINE_ERROR && view->pane[view->focus].row[row].part == 0;
}

/* A line as a whole, however it is wrapped. */
static bool is_hit(const struct contact_view *view, size_t row)
{
    const struct pane *pane = &view->pane[view->focus];
    const struct story_line *line = contact_line(view, view->focus, row);
    struct buf text = {0};
    if (pane->row[row].part != 0)
        return false;
    if (line) {
        struct story_style style;
        contact_style(view, &style);
        story_left(&text, line, &style, view->focus == PANE_TECHY);
    } else if (pane->row[row].line < view->plain[view->focus].count) {
        buf_text(&text, view->plain[view->focus].line[pane->row[row].line].text);
    }
    bool hit = text_contains_fold(buf_str(&text), view->search);
    buf_free(&text);
    return hit;
}

/* The next row for which `is` holds, in a circle; false if there is none. */
static bool seek(struct contact_view *view, bool back, is_fn is)
{
    contact_settle(view);
    struct pane *pane = &view->pane[view->focus];
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

void contact_next_error(struct ui *ui, struct ui_view *base, enum action action)
{
    struct contact_view *view = contact_view_of(base);
    if (seek(view, action == ACTION_ERROR_PREVIOUS, is_error))
        return;
    if (view->focus != PANE_TECHY && view->journey.errors)
        ui_message(ui, MESSAGE_INFO, "no error here; t: techy tells of %u", view->journey.errors);
    else
        ui_message(ui, MESSAGE_INFO, "no error here");
}

void contact_next_hit(struct ui *ui, struct ui_view *base, enum action action)
{
    struct contact_view *view = contact_view_of(base);
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
    snprintf(contact_view_of(base)->search, SEARCH_BYTES, "%s", text);
    if (*text)
        contact_next_hit(ui, base, ACTION_SEARCH_NEXT);
}

void contact_search(struct ui *ui, struct ui_view *base, enum action action)
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
