#include "ui/contacts_view.h"
#include "ui/ui_internal.h"

const struct view_entry ui_views[] = {
    {"Contacts", ACTION_VIEW_CONTACTS, &contacts_view_ops, NULL},
};
const size_t ui_view_count = ARRAY_SIZE(ui_views);

void ui_push(struct ui *ui, struct ui_view *view)
{
    if (ui->depth == STACK_MAX) {
        view->ops->close(view);
        ui_message(ui, MESSAGE_BAD, "too many views are open: Esc closes one");
        return;
    }
    view->ui = ui;
    ui->stack[ui->depth++] = view;
    ui->dirty = true;
}

void ui_pop(struct ui *ui)
{
    struct ui_view *view = ui->stack[--ui->depth];
    ui->stack[ui->depth] = NULL;
    if (view->ops->close)
        view->ops->close(view);
    ui->dirty = true;
}

struct ui_view *ui_top(const struct ui *ui)
{
    return ui->stack[ui->depth - 1];
}

struct ui_view *ui_shown(const struct ui *ui)
{
    size_t at = ui->depth - 1;
    while (at > 0 && ui->stack[at]->ops->overlay)
        at--;
    return ui->stack[at];
}

void ui_go(struct ui *ui, size_t entry)
{
    if (entry >= ui_view_count)
        return;
    while (ui->depth > 1)
        ui_pop(ui);
    if (ui_views[entry].make)
        ui_push(ui, ui_views[entry].make(ui));
    ui->dirty = true;
}

const char *ui_contact(struct ui *ui)
{
    struct ui_view *view = ui_shown(ui);
    return view->ops->contact ? view->ops->contact(view) : NULL;
}
