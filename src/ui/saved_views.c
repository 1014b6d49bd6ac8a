/* Saved views: filter, sort and columns under a name, kept by the host. `views` lists the names,
 * `view.NAME` holds one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/contacts_view.h"
#include "ui/menu.h"

enum { NAME_MAX_BYTES = 40, VIEWS_MAX = 50 };

static void state_key(char *out, size_t size, const char *name)
{
    snprintf(out, size, "view.%.39s", name);
}

size_t saved_view_names(struct ui *ui, struct buf *out)
{
    const char *names = ui_load(ui, "views");
    size_t count = 0;
    for (const char *at = names ? names : ""; *at && count < VIEWS_MAX;) {
        size_t length = strcspn(at, "|");
        if (length && length < NAME_MAX_BYTES) {
            buf_printf(out, "%.*s\n", (int)length, at);
            count++;
        }
        at += length + (at[length] != '\0');
    }
    return count;
}

/* The list of names with one more, or with one less. */
static void save_names(struct ui *ui, const char *name, bool with)
{
    struct buf names = {0}, list = {0};
    saved_view_names(ui, &names);
    for (const char *at = buf_str(&names); *at; at += strcspn(at, "\n") + 1) {
        size_t length = strcspn(at, "\n");
        if (length != strlen(name) || strncmp(at, name, length) != 0)
            buf_printf(&list, "%s%.*s", list.length ? "|" : "", (int)length, at);
    }
    if (with)
        buf_printf(&list, "%s%s", list.length ? "|" : "", name);
    ui_save(ui, "views", list.length ? buf_str(&list) : NULL);
    buf_free(&names);
    buf_free(&list);
}

static bool is_good_name(const char *name)
{
    return *name && strlen(name) < NAME_MAX_BYTES && !strpbrk(name, "|=\n[]#; ");
}

bool saved_view_store(struct ui *ui, const char *name)
{
    const struct contacts_view *view = contacts_view_of(ui);
    struct buf value = {0};
    char sort[64], key[NAME_MAX_BYTES + 8];
    if (!is_good_name(name)) {
        ui_message(ui, MESSAGE_BAD, "a view's name is one word of letters, digits, - and _");
        return false;
    }
    contacts_sort_text(view, sort, sizeof(sort));
    buf_printf(&value, "%s|", sort);
    contacts_columns_text(view, &value);
    buf_printf(&value, "|%s", view->filter);
    state_key(key, sizeof(key), name);
    bool saved = ui_save(ui, key, buf_str(&value));
    buf_free(&value);
    if (saved)
        save_names(ui, name, true);
    ui_message(ui, saved ? MESSAGE_GOOD : MESSAGE_BAD,
               saved ? "view %s is saved: V picks it"
                     : "view %s is not saved: no place for it here",
               name);
    return saved;
}

bool saved_view_apply(struct ui *ui, const char *name, struct err *err)
{
    struct contacts_view *view = contacts_view_of(ui);
    char key[NAME_MAX_BYTES + 8];
    state_key(key, sizeof(key), is_good_name(name) ? name : "");
    char *value = mem_strdup(ui_load(ui, key));
    char *list = value ? strchr(value, '|') : NULL;
    char *filter = list ? strchr(list + 1, '|') : NULL;
    struct filter_error mistake;
    if (!filter) {
        free(value);
        return err_set(err, "no view is saved as “%.40s”", name);
    }
    *list++ = *filter++ = '\0';
    bool good = contacts_set_sort(view, value, err) && contacts_set_columns(view, list, err);
    if (good && !contacts_set_filter(view, filter, &mistake))
        good = err_set(err, "its filter: %s", mistake.text);
    free(value);
    return good;
}

static void name_done(struct ui *ui, const char *text)
{
    saved_view_store(ui, text);
}

void contacts_save_view(struct ui *ui, struct ui_view *base, enum action action)
{
    static const struct prompt_use use = {.label = "save view as: ", .done = name_done};
    (void)base;
    (void)action;
    if (!ui->host.save_state || ui->options.read_only)
        ui_message(ui, MESSAGE_BAD, "nothing is saved here: read-only");
    else
        prompt_open(&ui->prompt, &use, NULL);
}

static void view_chosen(struct menu *menu, size_t at)
{
    struct err err = {""};
    if (!saved_view_apply(menu->base.ui, menu->item[at].text, &err))
        ui_message(menu->base.ui, MESSAGE_BAD, "%s", err.text);
}

static void view_deleted(struct menu *menu, size_t at)
{
    char key[NAME_MAX_BYTES + 8];
    state_key(key, sizeof(key), menu->item[at].text);
    save_names(menu->base.ui, menu->item[at].text, false);
    ui_save(menu->base.ui, key, NULL);
}

void contacts_pick_view(struct ui *ui, struct ui_view *base, enum action action)
{
    static const struct menu_use use = {
        .title = "Saved views",
        .keys = "Enter picks · Del removes · Esc",
        .chosen = view_chosen,
        .deleted = view_deleted,
    };
    struct buf names = {0};
    (void)base;
    (void)action;
    if (!saved_view_names(ui, &names)) {
        ui_message(ui, MESSAGE_INFO, "no view is saved yet: S saves filter, sort and columns");
    } else {
        struct menu *menu = menu_new(ui, &use);
        for (char *at = names.data; *at;) {
            size_t length = strcspn(at, "\n");
            at[length] = '\0';
            menu_add(menu, at, 0, false);
            at += length + 1;
        }
        ui_push(ui, &menu->base);
    }
    buf_free(&names);
}
