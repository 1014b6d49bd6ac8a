#include <stdio.h>
#include <string.h>

#include "ui/contacts_view.h"

bool contacts_set_filter(struct contacts_view *view, const char *text, struct filter_error *error)
{
    if (strlen(text) >= FILTER_BYTES) {
        *error = (struct filter_error){.text = "the filter is too long", .at = FILTER_BYTES - 1};
        return false;
    }
    struct filter *filter = filter_parse(text, error);
    if (!filter)
        return false;
    if (view->filter != text)
        snprintf(view->filter, sizeof(view->filter), "%s", text);
    if (!text[strspn(text, " ")]) {
        filter_free(filter);
        filter = NULL;
    }
    view_set_filter(&view->rows, filter);
    return true;
}

/* "total" sorts as the column is first sorted, "-total" descending, "+total" ascending. */
bool contacts_set_sort(struct contacts_view *view, const char *text, struct err *err)
{
    const char *key = text + (*text == '-' || *text == '+');
    int column = column_find(key);
    if (column < 0)
        return err_set(err, "no column is named “%.40s”", key);
    view_set_sort(&view->rows, column,
                  *text == '-' || (*text != '+' && columns[column].descending));
    return true;
}

void contacts_sort_text(const struct contacts_view *view, char *out, size_t size)
{
    snprintf(out, size, "%c%s", view->rows.descending ? '-' : '+', columns[view->rows.sort].key);
}

bool contacts_set_columns(struct contacts_view *view, const char *text, struct err *err)
{
    view->skip = 0;
    return columns_parse(&view->columns, text, err);
}

void contacts_columns_text(const struct contacts_view *view, struct buf *out)
{
    columns_text(&view->columns, out);
}

void contacts_save_setup(struct contacts_view *view)
{
    struct ui *ui = view->base.ui;
    struct buf list = {0};
    char sort[64];
    contacts_columns_text(view, &list);
    contacts_sort_text(view, sort, sizeof(sort));
    ui_save(ui, "columns", list.length ? buf_str(&list) : NULL);
    ui_save(ui, "sort", sort);
    buf_free(&list);
}
