/*
 * Contacts, the home view: the table of live contacts.
 *
 *   tiles (one line or more)
 *   16 of 59 +1 kept  filter: wait>60                 sort IN STATE▼  ORDER HELD 4s
 *     FLAGS STATUS     CH   IN STATE   TOTAL QUEUE       AGENT    CUSTOMER  CONTACT
 *   ▶~QA    WITH AGENT VOI    0:34      2:50 Sales       j.doe    ••••5678  8b6c3e87
 */
#ifndef CONTACTWATCH_UI_CONTACTS_VIEW_H
#define CONTACTWATCH_UI_CONTACTS_VIEW_H

#include "ui/table_columns.h"
#include "ui/ui_internal.h"

enum { HOLD_MS = 5000, FILTER_BYTES = 1024, HEAD_LINES = 2 };

struct contacts_view {
    struct ui_view base;
    struct view rows;
    struct table_columns columns; /* chosen; count 0 = by width */
    struct table_columns shown;   /* as last drawn */
    char filter[FILTER_BYTES];
    char filter_before[FILTER_BYTES]; /* Esc restores */
    size_t top, position;             /* position: where the selected row was last */
    bool chosen;   /* by a key or a click; until then the first row is selected */
    size_t skip;   /* columns scrolled away to the left */
    int table_row; /* screen line of the column heads */
};

extern const struct view_ops contacts_view_ops;
struct ui_view *contacts_view_new(struct ui *ui, struct err *err);
/* The one at the bottom of the stack. */
struct contacts_view *contacts_view_of(const struct ui *ui);

/* contacts_draw.c */
void contacts_draw(struct ui_view *base, struct canvas *canvas, struct box area);

/* A key that comes behind a new filter acts on its rows, when the old one showed none. */
void contacts_settle(struct contacts_view *view);

int contacts_tile_lines(int rows); /* at most, in a view of that many rows */

/* contacts_actions.c */
extern const struct view_action contacts_actions[];
bool contacts_key(struct ui_view *base, const struct key_press *press);
void contacts_select(struct contacts_view *view, size_t position);
struct row *contacts_selected(const struct contacts_view *view);

/* contacts_setup.c: filter, sort and columns by text; false with err. Setting on purpose is what
 * persists. */
bool contacts_set_filter(struct contacts_view *view, const char *text, struct filter_error *error);
bool contacts_set_sort(struct contacts_view *view, const char *text, struct err *err);
void contacts_sort_text(const struct contacts_view *view, char *out, size_t size);
bool contacts_set_columns(struct contacts_view *view, const char *text, struct err *err);
void contacts_columns_text(const struct contacts_view *view, struct buf *out); /* "" = by width */
void contacts_save_setup(struct contacts_view *view);

/* contacts_menus.c, saved_views.c */
void contacts_sort_menu(struct ui *ui, struct ui_view *base, enum action action);
void contacts_columns_menu(struct ui *ui, struct ui_view *base, enum action action);
void contacts_save_view(struct ui *ui, struct ui_view *base, enum action action);
void contacts_pick_view(struct ui *ui, struct ui_view *base, enum action action);
bool saved_view_store(struct ui *ui, const char *name);
bool saved_view_apply(struct ui *ui, const char *name, struct err *err);
size_t saved_view_names(struct ui *ui, struct buf *out); /* one a line */

#endif
