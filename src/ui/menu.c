#include "ui/menu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void menu_close(struct ui_view *base)
{
    struct menu *menu = (struct menu *)base;
    free(menu->item);
    free(menu);
}

static void draw_item(const struct menu *menu, struct canvas *canvas, size_t at, struct box line)
{
    const struct menu_item *item = &menu->item[at];
    const char *check = !menu->use->checks ? "" : item->checked ? "[x] " : "[ ] ";
    char text[128];
    snprintf(text, sizeof(text), " %s%s", check, item->text);
    canvas_fit(canvas, line.row, line.column, line.columns, false, ROLE_TEXT, text);
    if (at == menu->position) {
        canvas_over(canvas, line.row, line.column, line.columns, OVER_SELECTED);
        canvas_cursor(canvas, line.row, line.column);
    }
}

static int menu_width(const struct menu *menu, struct canvas *canvas)
{
    int width = canvas_width(canvas, menu->use->keys) + 6;
    for (size_t i = 0; i < menu->count; i++) {
        int wide = canvas_width(canvas, menu->item[i].text) + (menu->use->checks ? 8 : 4);
        width = wide > width ? wide : width;
    }
    return width;
}

static struct box menu_box(const struct menu *menu, struct canvas *canvas, struct box area)
{
    int width = menu_width(menu, canvas), rows = (int)menu->count + 2;
    if (width > area.columns)
        width = area.columns;
    if (rows > area.rows)
        rows = area.rows;
    return (struct box){area.row + (area.rows - rows) / 2, area.column + (area.columns - width) / 2,
                        rows, width};
}

static void menu_draw(struct ui_view *base, struct canvas *canvas, struct box area)
{
    struct menu *menu = (struct menu *)base;
    struct box box = menu_box(menu, canvas, area);
    size_t lines = (size_t)(box.rows - 2);
    base->area = box;
    canvas_frame(canvas, box, ROLE_BORDER, menu->use->title);
    canvas_printf(canvas, box.row + box.rows - 1, box.column + 2, box.columns - 4, ROLE_DIM, " %s ",
                  menu->use->keys);
    menu->top = list_scroll(menu->top, menu->position, menu->count, lines);
    for (size_t i = 0; i < lines && menu->top + i < menu->count; i++)
        draw_item(menu, canvas, menu->top + i,
                  (struct box){box.row + 1 + (int)i, box.column + 1, 1, box.columns - 2});
}

static void choose(struct menu *menu)
{
    struct ui *ui = menu->base.ui;
    size_t at = menu->position;
    if (at >= menu->count || !menu->use->chosen)
        return;
    ui->stack[--ui->depth] = NULL;
    menu->use->chosen(menu, at);
    menu_close(&menu->base);
}

static void cancel(struct menu *menu)
{
    if (menu->use->cancelled)
        menu->use->cancelled(menu);
    ui_pop(menu->base.ui);
}

static void shift(struct menu *menu, bool down)
{
    size_t at = menu->position, to = down ? at + 1 : at - 1;
    if (!menu->use->checks || to >= menu->count)
        return;
    struct menu_item moved = menu->item[at];
    menu->item[at] = menu->item[to];
    menu->item[to] = moved;
    menu->position = to;
    menu->use->changed(menu);
}

static void check(struct menu *menu)
{
    if (!menu->use->checks || menu->position >= menu->count)
        return;
    menu->item[menu->position].checked = !menu->item[menu->position].checked;
    menu->use->changed(menu);
}

static void delete_item(struct menu *menu)
{
    size_t at = menu->position;
    if (!menu->use->deleted || at >= menu->count)
        return;
    menu->use->deleted(menu, at);
    memmove(menu->item + at, menu->item + at + 1, (--menu->count - at) * sizeof(*menu->item));
    menu->position -= at == menu->count && at > 0;
}

static void click(struct menu *menu, const struct key_press *press)
{
    int line = press->row - menu->base.area.row - 1;
    bool inside = line >= 0 && line < menu->base.area.rows - 2 &&
                  press->column > menu->base.area.column &&
                  press->column < menu->base.area.column + menu->base.area.columns - 1;
    size_t at = menu->top + (size_t)(line > 0 ? line : 0);
    if (!inside || at >= menu->count)
        return;
    menu->position = at;
    if (menu->use->checks)
        check(menu);
    else
        choose(menu);
}

static bool menu_key(struct ui_view *base, const struct key_press *press)
{
    struct menu *menu = (struct menu *)base;
    if (press->key == KEY_POINTER && press->pointer < POINTER_WHEEL_UP) {
        click(menu, press);
        return true;
    }
    switch (press->key) {
    case KEY_POINTER: return false;
    case KEY_RETURN: choose(menu); return true;
    case KEY_ESCAPE:
    case 'q': cancel(menu); return true;
    case ' ': check(menu); return true;
    case '<': shift(menu, false); return true;
    case '>': shift(menu, true); return true;
    case KEY_DELETE: delete_item(menu); return true;
    default: break;
    }
    enum action action = keymap_find(&base->ui->keymap, press->key, CONTEXT_EVERYWHERE);
    size_t page = base->area.rows > 2 ? (size_t)(base->area.rows - 2) : 1;
    menu->position = list_move(action, menu->position, menu->count, page);
    return true; /* a menu keeps all keys to itself */
}

static void menu_move(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)ui;
    struct menu *menu = (struct menu *)base;
    menu->position = list_move(action, menu->position, menu->count, 1);
}

static const struct view_action menu_actions[] = {
    {ACTION_UP, menu_move}, {ACTION_DOWN, menu_move}, {ACTION_NONE, NULL}};

static const struct view_ops menu_ops = {
    .name = "Menu",
    .context = CONTEXT_EVERYWHERE,
    .overlay = true,
    .modal = true,
    .actions = menu_actions,
    .close = menu_close,
    .draw = menu_draw,
    .key = menu_key,
};

struct menu *menu_new(struct ui *ui, const struct menu_use *use)
{
    struct menu *menu = mem_zero(sizeof(*menu));
    menu->base.ops = &menu_ops;
    menu->base.ui = ui;
    menu->use = use;
    return menu;
}

struct menu_item *menu_add(struct menu *menu, const char *text, int value, bool checked)
{
    mem_grow(menu->item, menu->count, menu->capacity);
    struct menu_item *item = &menu->item[menu->count++];
    *item = (struct menu_item){.value = value, .checked = checked};
    snprintf(item->text, sizeof(item->text), "%s", text);
    return item;
}
