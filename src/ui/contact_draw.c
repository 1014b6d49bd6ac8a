#include <stdio.h>
#include <string.h>

#include "contactwatch/text.h"
#include "ui/contact_view.h"

static const char *const pane_title[PANE_COUNT] = {"Friendly", "Techy", "Raw", "Attributes"};

bool contact_shows_both(const struct contact_view *view, int width)
{
    return view->both && width >= BOTH_FROM_COLUMNS && view->focus <= PANE_TECHY;
}

/* Text from its skip-th cell on. */
static const char *skip_cells(const char *text, int skip)
{
    size_t length = strlen(text), at = 0;
    while (skip > 0 && at < length) {
        uint32_t code;
        at += text_decode(text + at, length - at, &code);
        skip -= text_code_width(code);
    }
    return text + at;
}

static void draw_row(struct contact_view *view, struct canvas *canvas, enum pane_kind kind,
                     size_t at, int line)
{
    const struct pane *pane = &view->pane[kind];
    struct buf left = {0}, right = {0};
    enum role role = contact_row_text(view, kind, &pane->row[at], &left, &right);
    int width = pane->area.columns, column = pane->area.column;
    int edge = right.length ? canvas_width(canvas, buf_str(&right)) : 0;
    canvas_put(canvas, line, column, width - (edge ? edge + 1 : 0), role,
               skip_cells(buf_str(&left), pane->skip));
    if (edge)
        canvas_put(canvas, line, column + width - edge, edge, role, buf_str(&right));
    if (at == pane->position && kind == view->focus) {
        canvas_over(canvas, line, column, width, OVER_SELECTED);
        canvas_cursor(canvas, line, column);
    } else if (at == pane->position) {
        canvas_over(canvas, line, column, width, OVER_UNDERLINE);
    }
    buf_free(&left);
    buf_free(&right);
}

static void draw_pane(struct contact_view *view, struct canvas *canvas, enum pane_kind kind,
                      struct box frame)
{
    struct pane *pane = &view->pane[kind];
    char title[80];
    bool focused = view->focus == kind;
    pane->area = (struct box){frame.row + 1, frame.column + 2, frame.rows - 2, frame.columns - 3};
    if (pane->area.rows < 1 || pane->area.columns < 4)
        return;
    contact_layout(view, kind, pane->area.columns);
    snprintf(title, sizeof(title), "%s%s%s", pane_title[kind],
             pane->count && kind <= PANE_TECHY && pane->follow ? " · following" : "",
             kind == PANE_TECHY && view->hide ? " · checks and attributes hidden" : "");
    canvas_frame(canvas, frame, focused ? ROLE_TITLE : ROLE_BORDER, title);
    size_t lines = (size_t)pane->area.rows;
    pane->top = list_scroll(pane->top, pane->position, pane->count, lines);
    for (size_t i = 0; i < lines && pane->top + i < pane->count; i++)
        draw_row(view, canvas, kind, pane->top + i, pane->area.row + (int)i);
}

static void draw_both(struct contact_view *view, struct canvas *canvas, struct box area)
{
    struct box left = area, right = area;
    left.columns = area.columns * 2 / 5 + 1;
    right.column = area.column + left.columns - 1;
    right.columns = area.columns - left.columns + 1;
    draw_pane(view, canvas, PANE_FRIENDLY, left);
    draw_pane(view, canvas, PANE_TECHY, right);
    canvas_put(canvas, area.row, right.column, 1, ROLE_BORDER, "┬");
    canvas_put(canvas, area.row + area.rows - 1, right.column, 1, ROLE_BORDER, "┴");
}

void contact_draw(struct ui_view *base, struct canvas *canvas, struct box area)
{
    struct contact_view *view = (struct contact_view *)base;
    int used = contact_draw_head(view, canvas, area);
    struct box panes = {area.row + used, area.column, area.rows - used, area.columns};
    for (int kind = 0; kind < PANE_COUNT; kind++)
        view->pane[kind].area = (struct box){0};
    if (!view->note)
        canvas_put(canvas, panes.row + 1, area.column + 1, area.columns - 2, ROLE_DIM,
                   "Reading its history…");
    else if (contact_shows_both(view, area.columns))
        draw_both(view, canvas, panes);
    else
        draw_pane(view, canvas, view->focus, panes);
}
