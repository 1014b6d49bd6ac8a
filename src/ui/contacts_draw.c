#include <stdio.h>
#include <string.h>

#include "ui/contacts_view.h"
#include "ui/tiles.h"

static enum role stage_role(const struct row *row)
{
    static const enum role role[SHOWN_COUNT] = {
        [SHOWN_SCHEDULED] = ROLE_DIM, [SHOWN_DIALLING] = ROLE_FLOW, [SHOWN_IN_FLOW] = ROLE_FLOW,
        [SHOWN_QUEUED] = ROLE_QUEUED, [SHOWN_RINGING] = ROLE_WARN,  [SHOWN_WITH_AGENT] = ROLE_AGENT,
        [SHOWN_ON_HOLD] = ROLE_WARN,  [SHOWN_PAUSED] = ROLE_DIM,    [SHOWN_ACW] = ROLE_AGENT,
        [SHOWN_ENDED] = ROLE_ENDED,
    };
    return row->shown < SHOWN_COUNT ? role[row->shown] : ROLE_TEXT;
}

static const char *alarm_of(const struct ui *ui, const struct row *row)
{
    static const char *const sign[] = {"", "!", "!!"};
    return sign[row_level(row, ui->live, ui->now)];
}

static enum role cell_role(const struct ui *ui, const struct row *row, int id)
{
    const char *alarm = alarm_of(ui, row);
    if (row->ended)
        return ROLE_ENDED;
    switch (id) {
    case COLUMN_STATUS: return stage_role(row);
    case COLUMN_IN_STATE: return !alarm[0] ? ROLE_TEXT : alarm[1] ? ROLE_BAD : ROLE_WARN;
    case COLUMN_FLAGS: return row->flags & (ROW_ERROR | ROW_LAMBDA_ERROR) ? ROLE_ERROR : ROLE_TEXT;
    case COLUMN_ERRORS: return row->errors ? ROLE_ERROR : ROLE_DIM;
    case COLUMN_LAMBDA_ERRORS: return row->lambda_errors ? ROLE_ERROR : ROLE_DIM;
    case COLUMN_NOW_AT:
    case COLUMN_FLOW:
    case COLUMN_BLOCK: return ROLE_FLOW;
    case COLUMN_COUNT: return ROLE_ATTRIBUTE;
    default: return ROLE_TEXT;
    }
}

/* From 100 columns on every flag has its place; X? keeps its question there. */
static void spread_flags(struct buf *text)
{
    static const char place[] = "QATCXEL+";
    char spread[sizeof(place)];
    memset(spread, ' ', sizeof(spread) - 1);
    spread[sizeof(spread) - 1] = '\0';
    for (size_t i = 0; i < text->length; i++) {
        const char *at = strchr(place, text->data[i]);
        bool question = i + 1 < text->length && text->data[i + 1] == '?';
        if (at)
            spread[at - place] = question ? '?' : *at;
    }
    buf_clear(text);
    buf_text(text, spread);
}

enum { SHORT_ID = 8 };

static void cut_id(struct buf *text, int width)
{
    if (text->length > SHORT_ID && (int)text->length > width) {
        text->length = SHORT_ID;
        text->data[SHORT_ID] = '\0';
    }
}

/* A number is never cut: days lose their minutes, and a status its question mark (the gutter has it
 * too). */
static void shorten(struct canvas *canvas, struct buf *text, int width)
{
    if (!text->length || canvas_width(canvas, text->data) <= width)
        return;
    char *colon = strrchr(text->data, ':');
    if (text->data[text->length - 1] == '?')
        text->data[--text->length] = '\0';
    else if (colon && strchr(text->data, 'd')) {
        text->length = (size_t)(colon - text->data);
        *colon = '\0';
    }
}

static void draw_cell(struct contacts_view *view, struct canvas *canvas, int line, int at,
                      const struct table_column *column, const struct row *row)
{
    struct ui *ui = view->base.ui;
    bool attribute = column->id == COLUMN_COUNT;
    struct buf raw = {0}, text = {0};
    column_text(&raw, column, row, ui->live, ui->now);
    if (column->id == COLUMN_FLAGS && column->width >= columns[COLUMN_FLAGS].max_width)
        spread_flags(&raw);
    if (attribute || columns[column->id].personal)
        ui_masked(ui, &text, attribute ? column->attribute : NULL, buf_str(&raw));
    else
        buf_text(&text, buf_str(&raw));
    enum role role = cell_role(ui, row, column->id);
    bool right = !attribute && columns[column->id].right;
    int width = column->width;
    if (column->id == COLUMN_IN_STATE) { /* the last two places are for the alarm */
        width -= 2;
        canvas_put(canvas, line, at + width, 2, role, alarm_of(ui, row));
        if (!screen_colours(ui->screen))
            role = ROLE_TEXT; /* a bold number that ticks costs ten bytes a second each */
    }
    if (column->id == COLUMN_CONTACT)
        cut_id(&text, width);
    if (column->id == COLUMN_STATUS || column->id == COLUMN_IN_STATE || column->id == COLUMN_TOTAL)
        shorten(canvas, &text, width);
    canvas_fit(canvas, line, at, width, right, role, buf_str(&text));
    buf_free(&raw);
    buf_free(&text);
}

static void draw_gutter(struct contacts_view *view, struct canvas *canvas, int line,
                        const struct row *row, bool selected)
{
    struct ui *ui = view->base.ui;
    const char *sign = " ";
    enum role role = ROLE_TITLE;
    if (view_is_marked(&view->rows, row->id))
        sign = "+";
    else if (view_is_kept(&view->rows, row, ui->now))
        sign = "~";
    else if (row->unsure)
        sign = "?";
    else if (flash_is_on(ui, row))
        sign = "*";
    canvas_put(canvas, line, 0, 1, role, selected ? "▶" : " ");
    canvas_put(canvas, line, 1, 1, role, sign);
}

static void draw_row(struct contacts_view *view, struct canvas *canvas, int line,
                     const struct row *row, bool selected)
{
    draw_gutter(view, canvas, line, row, selected);
    int at = GUTTER;
    for (size_t i = 0; i < view->shown.count; i++) {
        const struct table_column *column = &view->shown.column[i];
        draw_cell(view, canvas, line, at, column, row);
        at += column->width + 1;
    }
    if (flash_is_on(view->base.ui, row))
        canvas_over(canvas, line, 0, canvas->columns, OVER_FLASH);
    if (selected) {
        canvas_over(canvas, line, 0, canvas->columns, OVER_SELECTED);
        canvas_cursor(canvas, line, 0);
    }
}

static void draw_heads(const struct contacts_view *view, struct canvas *canvas, int line)
{
    int at = GUTTER;
    canvas_fill(canvas, line, 0, canvas->columns, ROLE_HEAD);
    for (size_t i = 0; i < view->shown.count; i++) {
        const struct table_column *column = &view->shown.column[i];
        bool right = column->id != COLUMN_COUNT && columns[column->id].right;
        canvas_fit(canvas, line, at, column->width, right, ROLE_HEAD, column_title(column));
        if (column->id == view->rows.sort)
            canvas_over(canvas, line, at, column->width, OVER_BOLD);
        at += column->width + 1;
    }
}

static int hold_text(const struct contacts_view *view, char *out, size_t size)
{
    int64_t left = view->rows.hold_until - view->base.ui->now;
    if (view->rows.hold)
        return snprintf(out, size, "  ORDER HELD");
    if (left > 0)
        return snprintf(out, size, "  ORDER HELD %llds",
                        (long long)((left + SECOND_MS - 1) / SECOND_MS));
    out[0] = '\0';
    return 0;
}

static void draw_state(const struct contacts_view *view, struct canvas *canvas, int line)
{
    const struct ui *ui = view->base.ui;
    size_t matching = view_matching(&view->rows), all = live_count(ui->live);
    char left[160], right[96], hold[32];
    hold_text(view, hold, sizeof(hold));
    snprintf(right, sizeof(right), "sort %s%s%s", columns[view->rows.sort].title,
             view->rows.descending ? "▼" : "▲", hold);
    int wide = canvas_width(canvas, right), room = canvas->columns - wide - 2;
    canvas_put(canvas, line, canvas->columns - wide, wide, ROLE_DIM, right);
    if (!view->rows.filter) {
        canvas_printf(canvas, line, 0, room, ROLE_TEXT, "%zu contact%s", all, all == 1 ? "" : "s");
        return;
    }
    snprintf(left, sizeof(left), "%zu of %zu", matching, all);
    size_t used = strlen(left),
           kept = view->rows.count > matching ? view->rows.count - matching : 0;
    if (kept)
        snprintf(left + used, sizeof(left) - used, " +%zu kept", kept);
    int at = canvas_put(canvas, line, 0, room, ROLE_TEXT, left);
    at += canvas_put(canvas, line, at, room - at, ROLE_DIM, "  filter: ");
    canvas_put(canvas, line, at, room - at, ROLE_TITLE, view->filter);
}

static void draw_nothing(const struct contacts_view *view, struct canvas *canvas, int line)
{
    const struct ui *ui = view->base.ui;
    size_t all = live_count(ui->live);
    int width = canvas->columns - GUTTER;
    struct metrics_view metrics = {.source_error = ""};
    if (ui->host.metrics)
        ui->host.metrics(ui->host.context, &metrics);
    if (ui->store_error[0])
        canvas_printf(canvas, line, GUTTER, width, ROLE_BAD, "The store cannot be read: %s",
                      ui->store_error);
    else if (!ui->loaded)
        canvas_put(canvas, line, GUTTER, width, ROLE_DIM, "Loading…");
    else if (all)
        canvas_printf(canvas, line, GUTTER, width, ROLE_TEXT,
                      "The filter hides %zu contact%s: / changes it.", all, all == 1 ? "" : "s");
    else if (metrics.store_error[0])
        canvas_printf(canvas, line, GUTTER, width, ROLE_BAD, "Nothing can be stored: %s",
                      metrics.store_error);
    else if (metrics.source_error[0])
        canvas_printf(canvas, line, GUTTER, width, ROLE_BAD, "No events: %s", metrics.source_error);
    else
        canvas_put(canvas, line, GUTTER, width, ROLE_DIM, "No events yet.");
}

/* Keeps the selection on its contact; when that is gone, on the row that took its place. */
static void follow_selection(struct contacts_view *view)
{
    struct view *rows = &view->rows;
    size_t at = rows->selected ? view_position(rows, rows->selected) : SIZE_MAX;
    if (at == SIZE_MAX && rows->count) {
        at = !view->chosen ? 0 : view->position < rows->count ? view->position : rows->count - 1;
        contacts_select(view, at);
    }
    view->position = at == SIZE_MAX ? 0 : at;
}

void contacts_settle(struct contacts_view *view)
{
    if (!view->rows.stale || view->rows.count)
        return;
    view->rows.postpone = false;
    view_refresh(&view->rows, view->base.ui->now);
    follow_selection(view);
}

static void draw_rows(struct contacts_view *view, struct canvas *canvas, struct box area)
{
    struct view *rows = &view->rows;
    size_t lines = area.rows > 0 ? (size_t)area.rows : 0;
    view->top = list_scroll(view->top, view->position, rows->count, lines);
    for (size_t i = 0; i < lines && view->top + i < rows->count; i++) {
        const struct row *row = live_row(view->base.ui->live, rows->order[view->top + i]);
        if (row)
            draw_row(view, canvas, area.row + (int)i, row, view->top + i == view->position);
    }
}

int contacts_tile_lines(int rows)
{
    return rows > HEAD_LINES + 3 ? rows - HEAD_LINES - 3 : 0;
}

void contacts_draw(struct ui_view *base, struct canvas *canvas, struct box area)
{
    struct contacts_view *view = (struct contacts_view *)base;
    struct box tiles = area;
    tiles.rows = contacts_tile_lines(area.rows);
    int used = tiles.rows ? tiles_draw(base->ui, tiles) : 0;
    if (!view->chosen)
        view_select(&view->rows, NULL);
    view->rows.postpone = base->ui->answering && !base->ui->pause.on; /* a fixed picture stays */
    view_refresh(&view->rows, base->ui->now);
    base->ui->dirty |= view->rows.stale;
    follow_selection(view);
    columns_fit(&view->shown, &view->columns, view->skip, canvas->columns);
    view->table_row = area.row + used + 1;
    draw_state(view, canvas, area.row + used);
    draw_heads(view, canvas, view->table_row);
    struct box table = {view->table_row + 1, 0, area.rows - used - HEAD_LINES, area.columns};
    if (view->rows.count)
        draw_rows(view, canvas, table);
    else
        draw_nothing(view, canvas, table.row);
}
