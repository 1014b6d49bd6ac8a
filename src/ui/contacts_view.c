#include "ui/contacts_view.h"

#include <stdlib.h>

static void contacts_close(struct ui_view *base)
{
    struct contacts_view *view = (struct contacts_view *)base;
    view_free(&view->rows);
    free(view);
}

static const char *contacts_contact(struct ui_view *base)
{
    const struct row *row = contacts_selected((struct contacts_view *)base);
    return row ? row->id : NULL;
}

const struct view_ops contacts_view_ops = {
    .name = "Contacts",
    .context = CONTEXT_CONTACTS,
    .actions = contacts_actions,
    .close = contacts_close,
    .draw = contacts_draw,
    .key = contacts_key,
    .contact = contacts_contact,
};

struct contacts_view *contacts_view_of(const struct ui *ui)
{
    return (struct contacts_view *)ui->stack[0];
}

/* What was set on purpose earlier counts where nothing is asked for now; what no longer reads is
 * left out. */
static bool start(struct contacts_view *view, const char *asked, const char *key,
                  bool (*set)(struct contacts_view *view, const char *text, struct err *err),
                  struct err *err)
{
    if (asked)
        return set(view, asked, err);
    const char *kept = ui_load(view->base.ui, key);
    if (kept)
        set(view, kept, NULL);
    return true;
}

struct ui_view *contacts_view_new(struct ui *ui, struct err *err)
{
    struct contacts_view *view = mem_zero(sizeof(*view));
    struct filter_error mistake;
    view->base.ops = &contacts_view_ops;
    view->base.ui = ui;
    view_init(&view->rows, ui->live);
    view_set_sort(&view->rows, COLUMN_IN_STATE, columns[COLUMN_IN_STATE].descending);
    bool good = start(view, ui->options.sort, "sort", contacts_set_sort, err) &&
                start(view, ui->options.columns, "columns", contacts_set_columns, err);
    if (good && ui->options.filter && !contacts_set_filter(view, ui->options.filter, &mistake))
        good =
            err_set(err, "filter: %s, at “%.40s”", mistake.text, ui->options.filter + mistake.at);
    if (good)
        return &view->base;
    contacts_close(&view->base);
    return NULL;
}
