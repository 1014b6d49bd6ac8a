/* A list to choose from, over the view: one item, or several by their check marks. */
#ifndef CONTACTWATCH_UI_MENU_H
#define CONTACTWATCH_UI_MENU_H

#include "ui/ui_internal.h"

struct menu_item {
    char text[96];
    int value;
    bool checked;
};

struct menu;
/* What a menu is for. Functions may be NULL. */
struct menu_use {
    const char *title, *keys; /* keys: words in the lower edge */
    bool checks;              /* Space checks, < and > move an item */
    void (*chosen)(
        struct menu *menu,
        size_t item); /* Enter; the menu has been taken off the stack, and is freed after */
    void (*changed)(struct menu *menu);              /* a check or the order changed */
    void (*deleted)(struct menu *menu, size_t item); /* Del; the menu removes the item */
    void (*cancelled)(struct menu *menu);            /* Esc or q, before it closes */
};

struct menu {
    struct ui_view base;
    const struct menu_use *use;
    struct menu_item *item;
    size_t count, capacity, position, top;
    char before[1024]; /* for the user: what cancelled brings back */
};

struct menu *menu_new(struct ui *ui, const struct menu_use *use);
struct menu_item *menu_add(struct menu *menu, const char *text, int value, bool checked);

#endif
