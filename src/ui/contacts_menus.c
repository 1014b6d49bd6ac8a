/* The menus of Contacts: the column to sort by, and the columns shown. */
#include <stdio.h>
#include <string.h>

#include "ui/contacts_view.h"
#include "ui/menu.h"

enum { ATTRIBUTES_OFFERED = 40, ROWS_LOOKED_AT = 2000 };

static void column_item(char *out, size_t size, int id)
{
    snprintf(out, size, "%-14s %s", columns[id].title, columns[id].help);
}

static void sort_chosen(struct menu *menu, size_t at)
{
    struct contacts_view *view = contacts_view_of(menu->base.ui);
    int id = menu->item[at].value;
    bool again = view->rows.sort == id;
    view_set_sort(&view->rows, id, again ? !view->rows.descending : columns[id].descending);
    contacts_save_setup(view);
}

void contacts_sort_menu(struct ui *ui, struct ui_view *base, enum action action)
{
    static const struct menu_use use = {
        .title = "Sort by", .keys = "Enter choose, again inverts · Esc", .chosen = sort_chosen};
    const struct contacts_view *view = (const struct contacts_view *)base;
    struct menu *menu = menu_new(ui, &use);
    (void)action;
    for (int id = 0; id < COLUMN_COUNT; id++) {
        char text[96];
        column_item(text, sizeof(text), id);
        menu_add(menu, text, id, false);
        if (id == view->rows.sort)
            menu->position = (size_t)id;
    }
    ui_push(ui, &menu->base);
}

/* The items' order and checks become the columns. An attribute's name stands behind "attr.". */
static void columns_changed(struct menu *menu)
{
    struct contacts_view *view = contacts_view_of(menu->base.ui);
    struct buf list = {0};
    for (size_t i = 0; i < menu->count; i++) {
        const struct menu_item *item = &menu->item[i];
        if (item->checked)
            buf_printf(&list, "%s%s", list.length ? "," : "",
                       item->value == COLUMN_COUNT ? item->text : columns[item->value].key);
    }
    contacts_set_columns(view, buf_str(&list), NULL);
    buf_free(&list);
}

static void columns_chosen(struct menu *menu, size_t at)
{
    (void)at;
    contacts_save_setup(contacts_view_of(menu->base.ui));
}

static void columns_cancelled(struct menu *menu)
{
    contacts_set_columns(contacts_view_of(menu->base.ui), menu->before, NULL);
}

static bool is_listed(const struct menu *menu, int id, const char *attribute)
{
    for (size_t i = 0; i < menu->count; i++)
        if (menu->item[i].value == id &&
            (id != COLUMN_COUNT || !strcmp(menu->item[i].text, attribute)))
            return true;
    return false;
}

static void offer(struct menu *menu, const struct table_column *column, bool checked)
{
    char text[96];
    if (column->id == COLUMN_COUNT)
        snprintf(text, sizeof(text), "attr.%s", column->attribute);
    else
        column_item(text, sizeof(text), column->id);
    if (!is_listed(menu, column->id, text))
        menu_add(menu, text, column->id, checked);
}

static void offer_attributes(struct menu *menu, const struct live *live)
{
    size_t limit = live_limit(live), end = menu->count + ATTRIBUTES_OFFERED;
    for (size_t i = 0; i < limit && i < ROWS_LOOKED_AT; i++) {
        const struct row *row = live_row(live, i);
        for (size_t n = 0; row && n < row->attributes && menu->count < end; n++) {
            struct table_column column = {.id = COLUMN_COUNT};
            snprintf(column.attribute, sizeof(column.attribute), "%.63s", row->attribute[n].name);
            if (!strchr(column.attribute, ','))
                offer(menu, &column, false);
        }
    }
}

void contacts_columns_menu(struct ui *ui, struct ui_view *base, enum action action)
{
    static const struct menu_use use = {
        .title = "Columns",
        .keys = "Space shows · < > moves · Enter keeps · Esc",
        .checks = true,
        .chosen = columns_chosen,
        .changed = columns_changed,
        .cancelled = columns_cancelled,
    };
    const struct contacts_view *view = (const struct contacts_view *)base;
    struct menu *menu = menu_new(ui, &use);
    struct buf before = {0};
    (void)action;
    contacts_columns_text(view, &before);
    snprintf(menu->before, sizeof(menu->before), "%s", buf_str(&before));
    buf_free(&before);
    const struct table_columns *now = view->columns.count ? &view->columns : &view->shown;
    for (size_t i = 0; i < now->count; i++)
        offer(menu, &now->column[i], true);
    for (int id = 0; id < COLUMN_COUNT; id++)
        offer(menu, &(struct table_column){.id = id}, false);
    offer_attributes(menu, ui->live);
    ui_push(ui, &menu->base);
}
