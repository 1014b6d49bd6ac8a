#include <stdio.h>
#include <string.h>

#include "ui/contact_view.h"
#include "ui/contacts_view.h"
#include "ui/tiles.h"

static struct contacts_view *of(struct ui_view *base)
{
    return (struct contacts_view *)base;
}

void contacts_select(struct contacts_view *view, size_t position)
{
    const struct row *row = position < view->rows.count
                                ? live_row(view->base.ui->live, view->rows.order[position])
                                : NULL;
    if (!row)
        return;
    view_select(&view->rows, row->id);
    view->position = position;
}

struct row *contacts_selected(const struct contacts_view *view)
{
    return view->rows.selected ? live_find(view->base.ui->live, view->rows.selected) : NULL;
}

/* The order stands still while rows are being chosen. */
static void hold_for_a_while(struct contacts_view *view)
{
    view->rows.hold_until = view->base.ui->now + HOLD_MS;
}

static size_t table_lines(const struct contacts_view *view)
{
    int end = view->base.area.row + view->base.area.rows;
    return end > view->table_row + 1 ? (size_t)(end - view->table_row - 1) : 1;
}

static void move(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)ui;
    struct contacts_view *view = of(base);
    contacts_settle(view);
    view->chosen = true;
    contacts_select(view, list_move(action, view->position, view->rows.count, table_lines(view)));
    hold_for_a_while(view);
}

static void sideways(struct ui *ui, struct ui_view *base, enum action action)
{
    struct contacts_view *view = of(base);
    if (!view->columns.count)
        ui_message(ui, MESSAGE_INFO, "the columns follow the width: c chooses them");
    else if (action == ACTION_RIGHT && view->skip + view->shown.count < view->columns.count)
        view->skip++;
    else if (action == ACTION_LEFT && view->skip)
        view->skip--;
}

static void mark(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)action;
    struct contacts_view *view = of(base);
    const char *id = view->rows.selected;
    if (!id)
        return;
    view_mark(&view->rows, id, !view_is_marked(&view->rows, id));
    move(ui, base, ACTION_DOWN);
}

static void unmark_all(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)ui;
    (void)action;
    view_unmark_all(&of(base)->rows);
}

static void close_marks(struct ui *ui, struct ui_view *base, enum action action)
{
    unmark_all(ui, base, action);
}

static void hold(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)ui;
    (void)action;
    struct view *rows = &of(base)->rows;
    rows->hold = !rows->hold;
    rows->hold_until = 0;
}

static void invert(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)ui;
    (void)action;
    struct view *rows = &of(base)->rows;
    view_set_sort(rows, rows->sort, !rows->descending);
}

/* By a key or a click: not kept, as it may have been a slip. The menu and :sort are. */
static void sort_by(struct contacts_view *view, int id)
{
    struct view *rows = &view->rows;
    bool again = rows->sort == id;
    view_set_sort(rows, id, again ? !rows->descending : columns[id].descending);
}

/* The columns shown, in their order; attributes cannot be sorted by. */
static void sort_beside(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)ui;
    struct contacts_view *view = of(base);
    const struct table_columns *shown = &view->shown;
    size_t at = 0, step = action == ACTION_SORT_NEXT ? 1 : shown->count - 1;
    for (size_t i = 0; i < shown->count; i++)
        if (shown->column[i].id == view->rows.sort)
            at = i;
    for (size_t i = 0; i < shown->count; i++) {
        at = (at + step) % shown->count;
        if (shown->column[at].id != COLUMN_COUNT) {
            sort_by(view, shown->column[at].id);
            return;
        }
    }
}

static void filter_changed(struct ui *ui, const char *text)
{
    struct filter_error error;
    if (contacts_set_filter(contacts_view_of(ui), text, &error))
        return;
    snprintf(ui->prompt.error, sizeof(ui->prompt.error), "%s", error.text);
    ui->prompt.error_at = error.at;
}

static void filter_cancelled(struct ui *ui)
{
    struct contacts_view *view = contacts_view_of(ui);
    struct filter_error error;
    contacts_set_filter(view, view->filter_before, &error);
}

static void filter_complete(struct ui *ui, const char *text, size_t *start, struct buf *candidates)
{
    (void)ui;
    size_t length = strlen(text);
    *start = length;
    while (*start && !strchr(" ()", text[*start - 1]))
        (*start)--;
    for (const struct filter_field *field = filter_fields; field->name; field++)
        if (!strncmp(field->name, text + *start, length - *start))
            buf_printf(candidates, "%s\n", field->name);
}

static const struct prompt_use filter_prompt = {
    .label = "filter: ",
    .kind = PROMPT_FILTER,
    .changed = filter_changed,
    .cancelled = filter_cancelled,
    .complete = filter_complete,
};

static void filter(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)action;
    struct contacts_view *view = of(base);
    memcpy(view->filter_before, view->filter, sizeof(view->filter));
    prompt_open(&ui->prompt, &filter_prompt, view->filter);
}

static void open_contact(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)action;
    contacts_settle(of(base));
    const struct row *row = contacts_selected(of(base));
    if (!row)
        ui_message(ui, MESSAGE_INFO, "no contact is selected");
    else if (ui->host.open_contact) {
        of(base)->chosen = true;
        ui_push(ui, contact_view_new(ui, row->id));
    }
}

const struct view_action contacts_actions[] = {
    {ACTION_OPEN, open_contact},
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
    {ACTION_MARK, mark},
    {ACTION_UNMARK_ALL, unmark_all},
    {ACTION_CLOSE, close_marks},
    {ACTION_HOLD, hold},
    {ACTION_INVERT, invert},
    {ACTION_SORT_NEXT, sort_beside},
    {ACTION_SORT_PREVIOUS, sort_beside},
    {ACTION_SORT_MENU, contacts_sort_menu},
    {ACTION_COLUMNS, contacts_columns_menu},
    {ACTION_FILTER, filter},
    {ACTION_SAVE_VIEW, contacts_save_view},
    {ACTION_PICK_VIEW, contacts_pick_view},
    {ACTION_NONE, NULL},
};

static bool click_head(struct contacts_view *view, int column)
{
    int at = GUTTER;
    for (size_t i = 0; i < view->shown.count; i++) {
        const struct table_column *shown = &view->shown.column[i];
        if (column >= at && column < at + shown->width && shown->id != COLUMN_COUNT) {
            sort_by(view, shown->id);
            return true;
        }
        at += shown->width + 1;
    }
    return false;
}

bool contacts_key(struct ui_view *base, const struct key_press *press)
{
    struct contacts_view *view = of(base);
    if (press->key != KEY_POINTER || press->pointer >= POINTER_WHEEL_UP)
        return false;
    if (press->row == view->table_row)
        return click_head(view, press->column);
    if (press->row < view->table_row) {
        struct box tiles = base->area;
        tiles.rows = view->table_row - 1 - base->area.row;
        int id = tile_at(base->ui, tiles, press->row, press->column);
        if (id >= 0)
            tile_open(base->ui, (enum tile_id)id);
        return id >= 0;
    }
    size_t line = (size_t)(press->row - view->table_row - 1);
    if (line >= table_lines(view) || view->top + line >= view->rows.count)
        return false;
    view->chosen = true;
    contacts_select(view, view->top + line);
    hold_for_a_while(view);
    if (press->pointer == POINTER_DOUBLE)
        ui_do(base->ui, ACTION_OPEN);
    return true;
}
