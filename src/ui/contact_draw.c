#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/text.h"
#include "ui/contact_view.h"

static const char *const pane_title[PANE_COUNT] = {"Friendly", "Techy", "Raw", "Attributes"};

bool contact_shows_both(const struct contact_view *view, int width)
{
    return view->both && width >= BOTH_FROM_COLUMNS && view->focus <= PANE_TECHY;
}

/* Cuts text to what `width` cells from its skip-th on can show and a little more; values may be as
 * long as an entry. */
static void window(struct buf *text, int skip, int width)
{
    enum { BYTES_A_CELL = 16 };
    size_t at = 0, most = (size_t)(width > 0 ? width + 1 : 1) * BYTES_A_CELL;
    while (skip > 0 && at < text->length) {
        uint32_t code;
        at += text_decode(text->data + at, text->length - at, &code);
        skip -= text_code_width(code);
    }
    if (!text->data || (at == 0 && text->length <= most))
        return;
    text->length -= at;
    memmove(text->data, text->data + at, text->length);
    if (text->length > most) {
        text->length = most;
        while (text->length > 0 && ((unsigned char)text->data[text->length] & 0xC0) == 0x80)
            text->length--;
    }
    text->data[text->length] = '\0';
}

/* Underlines where the text sought stands in what is drawn; letters beyond ASCII count by case. */
static void draw_hits(const struct contact_view *view, struct canvas *canvas, int line, int column,
                      int room, const struct buf *text)
{
    if (!view->search[0])
        return;
    int wide = canvas_width(canvas, view->search);
    for (const char *at = buf_str(text); (at = strcasestr(at, view->search)) != NULL; at++) {
        char *before = mem_strndup(text->data, (size_t)(at - text->data));
        int from = canvas_width(canvas, before);
        free(before);
        if (from >= room)
            return;
        canvas_over(canvas, line, column + from, from + wide > room ? room - from : wide,
                    OVER_UNDERLINE | OVER_BOLD);
    }
}

static void draw_row(struct contact_view *view, struct canvas *canvas, enum pane_kind kind,
                     size_t at, int line, struct row_text *text)
{
    const struct pane *pane = &view->pane[kind];
    int width = pane->area.columns, column = pane->area.column;
    contact_row_text(view, kind, at, text);
    int edge = text->right.length ? canvas_width(canvas, buf_str(&text->right)) : 0;
    int time = canvas_put(canvas, line, column, width, ROLE_DIM, buf_str(&text->time));
    int room = width - time - (edge ? edge + 1 : 0);
    window(&text->left, pane->skip, room);
    canvas_put(canvas, line, column + time, room, text->role, buf_str(&text->left));
    draw_hits(view, canvas, line, column + time, room, &text->left);
    if (edge)
        canvas_put(canvas, line, column + width - edge, edge,
                   text->role == ROLE_ERROR || text->role == ROLE_WARN ? text->role : ROLE_DIM,
                   buf_str(&text->right));
    if (at != pane->position)
        return;
    canvas_over(canvas, line, column, width, kind == view->focus ? OVER_SELECTED : OVER_UNDERLINE);
    if (kind == view->focus)
        canvas_cursor(canvas, line, column);
}

/* The title above, and how far down this is below, when not all of it is seen. */
static void draw_frame(const struct contact_view *view, struct canvas *canvas, enum pane_kind kind,
                       struct box frame)
{
    const struct pane *pane = &view->pane[kind];
    enum role role = view->focus == kind ? ROLE_TITLE : ROLE_BORDER;
    char title[120], place[40];
    snprintf(title, sizeof(title), "%s%s%s", pane_title[kind],
             pane->count && kind <= PANE_TECHY && pane->follow ? " · following" : "",
             kind == PANE_TECHY && view->hide ? " · checks and attributes hidden" : "");
    if (view->search[0] && view->focus == kind) {
        size_t used = strlen(title);
        snprintf(title + used, sizeof(title) - used, " · /%.30s", view->search);
    }
    canvas_frame(canvas, frame, role, title);
    if (pane->count <= (size_t)pane->area.rows)
        return;
    snprintf(place, sizeof(place), " %zu/%zu ", pane->position + 1, pane->count);
    int width = (int)strlen(place);
    if (width + 4 < frame.columns)
        canvas_put(canvas, frame.row + frame.rows - 1, frame.column + frame.columns - width - 2,
                   width, role, place);
}

static void draw_pane(struct contact_view *view, struct canvas *canvas, enum pane_kind kind,
                      struct box frame)
{
    struct pane *pane = &view->pane[kind];
    struct row_text text = {0};
    pane->area = (struct box){frame.row + 1, frame.column + 2, frame.rows - 2, frame.columns - 3};
    if (pane->area.rows < 1 || pane->area.columns < 4) {
        pane->area = (struct box){0};
        return;
    }
    contact_layout(view, kind, pane->area.columns);
    draw_frame(view, canvas, kind, frame);
    size_t lines = (size_t)pane->area.rows;
    pane->top = list_scroll(pane->top, pane->position, pane->count, lines);
    for (size_t i = 0; i < lines && pane->top + i < pane->count; i++)
        draw_row(view, canvas, kind, pane->top + i, pane->area.row + (int)i, &text);
    row_text_free(&text);
}

/* They share the line between them; the focused one is drawn last, so that its frame is whole. */
static void draw_both(struct contact_view *view, struct canvas *canvas, struct box area)
{
    struct box frame[2] = {area, area};
    frame[PANE_FRIENDLY].columns = area.columns * 2 / 5 + 1;
    frame[PANE_TECHY].column = area.column + frame[PANE_FRIENDLY].columns - 1;
    frame[PANE_TECHY].columns = area.columns - frame[PANE_FRIENDLY].columns + 1;
    enum pane_kind first = view->focus == PANE_FRIENDLY ? PANE_TECHY : PANE_FRIENDLY;
    draw_pane(view, canvas, first, frame[first]);
    draw_pane(view, canvas, view->focus, frame[view->focus]);
    int between = frame[PANE_TECHY].column;
    canvas_put(canvas, area.row, between, 1, ROLE_TITLE, "┬");
    canvas_put(canvas, area.row + area.rows - 1, between, 1, ROLE_TITLE, "┴");
}

/* What was told under another mask or zone is told anew. */
static void retell(struct contact_view *view)
{
    const struct ui *ui = view->base.ui;
    if (view->told_unmasked == ui->mask.off && view->told_utc == ui->utc)
        return;
    view->told_unmasked = ui->mask.off;
    view->told_utc = ui->utc;
    contact_outdate(view);
    view->plain[PANE_RAW].told = view->plain[PANE_ATTRIBUTES].told = false;
}

static void draw_nothing(const struct contact_view *view, struct canvas *canvas, struct box area)
{
    int row = area.row + 1, column = area.column + 1, width = area.columns - 2;
    if (!view->gone) {
        canvas_put(canvas, row, column, width, ROLE_DIM, "Reading its history…");
        return;
    }
    if (view->why_gone) {
        canvas_put(canvas, row, column, width, ROLE_WARN, view->why_gone);
        return;
    }
    canvas_put(canvas, row, column, width, ROLE_WARN, "This contact is not in the store.");
    canvas_put(canvas, row + 1, column, width, ROLE_DIM,
               "It has expired, was removed, or was never there.");
}

void contact_draw(struct ui_view *base, struct canvas *canvas, struct box area)
{
    struct contact_view *view = contact_view_of(base);
    int used = contact_draw_head(view, canvas, area);
    struct box panes = {area.row + used, area.column, area.rows - used, area.columns};
    for (int kind = 0; kind < PANE_COUNT; kind++)
        view->pane[kind].area = (struct box){0};
    retell(view);
    if (!view->note)
        draw_nothing(view, canvas, panes);
    else if (contact_shows_both(view, area.columns))
        draw_both(view, canvas, panes);
    else
        draw_pane(view, canvas, view->focus, panes);
}
