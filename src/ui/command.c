#include "ui/command.h"

#include <stdio.h>
#include <string.h>

#include "ui/contact_view.h"
#include "ui/contacts_view.h"
#include "ui/export.h"

static bool run_theme(struct ui *ui, const char *name, struct err *err)
{
    if (!ui_set_theme(ui, name, err))
        return false;
    ui_save(ui, "theme", name);
    return true;
}

static void complete_theme(struct ui *ui, struct buf *out)
{
    (void)ui;
    for (size_t i = 0; theme_names[i]; i++)
        buf_printf(out, "%s\n", theme_names[i]);
}

static bool run_utc(struct ui *ui, const char *argument, struct err *err)
{
    (void)argument;
    (void)err;
    ui->utc = !ui->utc;
    live_settings(ui->live)->utc = ui->utc;
    ui_save(ui, "utc", ui->utc ? "on" : "off");
    return true;
}

static bool run_mouse(struct ui *ui, const char *argument, struct err *err)
{
    bool on = !strcmp(argument, "on");
    if (!on && strcmp(argument, "off") != 0)
        return err_set(err, ":mouse is on or off");
    screen_mouse(ui->screen, on);
    ui_save(ui, "mouse", argument);
    return true;
}

static void complete_mouse(struct ui *ui, struct buf *out)
{
    (void)ui;
    buf_text(out, "on\noff\n");
}

static bool run_columns(struct ui *ui, const char *argument, struct err *err)
{
    struct contacts_view *view = contacts_view_of(ui);
    if (!contacts_set_columns(view, argument, err))
        return false;
    contacts_save_setup(view);
    return true;
}

static bool run_sort(struct ui *ui, const char *argument, struct err *err)
{
    struct contacts_view *view = contacts_view_of(ui);
    if (!contacts_set_sort(view, argument, err))
        return false;
    contacts_save_setup(view);
    return true;
}

static void complete_column(struct ui *ui, struct buf *out)
{
    (void)ui;
    for (int id = 0; id < COLUMN_COUNT; id++)
        buf_printf(out, "%s\n", columns[id].key);
}

static bool run_filter(struct ui *ui, const char *argument, struct err *err)
{
    struct filter_error error;
    return contacts_set_filter(contacts_view_of(ui), argument, &error) ||
           err_set(err, "filter: %s, at “%.40s”", error.text, argument + error.at);
}

static void complete_field(struct ui *ui, struct buf *out)
{
    (void)ui;
    for (const struct filter_field *field = filter_fields; field->name; field++)
        buf_printf(out, "%s\n", field->name);
}

static bool run_save(struct ui *ui, const char *argument, struct err *err)
{
    (void)err;
    saved_view_store(ui, argument);
    return true; /* it says itself what is wrong */
}

static bool run_view(struct ui *ui, const char *argument, struct err *err)
{
    ui_go(ui, 0);
    return saved_view_apply(ui, argument, err);
}

static void complete_view(struct ui *ui, struct buf *out)
{
    saved_view_names(ui, out);
}

static bool run_export(struct ui *ui, const char *argument, struct err *err)
{
    if (!*argument || !strcmp(argument, "json"))
        export_selected(ui);
    else if (!strcmp(argument, "csv"))
        return export_table(ui, NULL, err);
    else if (!strncmp(argument, "csv ", 4))
        return export_table(ui, argument + 4, err);
    else if (!strcmp(argument, "text"))
        return contact_export_text(ui, NULL, err);
    else if (!strncmp(argument, "text ", 5))
        return contact_export_text(ui, argument + 5, err);
    else
        return err_set(err, ":export is json, csv [PATH], or text [PATH]");
    return true;
}

static void complete_export(struct ui *ui, struct buf *out)
{
    (void)ui;
    buf_text(out, "json\ncsv\ntext\n");
}

static bool run_help(struct ui *ui, const char *argument, struct err *err)
{
    (void)argument;
    (void)err;
    ui_do(ui, ACTION_HELP);
    return true;
}

static bool run_quit(struct ui *ui, const char *argument, struct err *err)
{
    (void)argument;
    (void)err;
    while (ui->depth > 1)
        ui_pop(ui);
    ui_do(ui, ACTION_LEAVE);
    return true;
}

const struct command_spec command_specs[] = {
    {"theme", "NAME|PATH", "colours", true, run_theme, complete_theme},
    {"utc", "", "clock times in UTC, and back", false, run_utc, NULL},
    {"mouse", "on|off", "off leaves the mouse to the terminal", true, run_mouse, complete_mouse},
    {"columns", "A,B,…", "columns of the table; nothing: by width", false, run_columns,
     complete_column},
    {"sort", "[-|+]COLUMN", "order; - descending, + ascending", true, run_sort, complete_column},
    {"filter", "TEXT", "show only what matches; nothing: all", false, run_filter, complete_field},
    {"save", "NAME", "save filter, sort and columns as a view", true, run_save, complete_view},
    {"view", "NAME", "a saved view", true, run_view, complete_view},
    {"export", "json|csv|text [PATH]",
     "contacts as JSON, raw; the table as CSV, the open contact as text, masked", false, run_export,
     complete_export},
    {"help", "", "keys, filter and commands", false, run_help, NULL},
    {"quit", "", "leave the program", false, run_quit, NULL},
    {NULL, NULL, NULL, false, NULL, NULL},
};

static const struct command_spec *find_command(const char *name, size_t length)
{
    const struct command_spec *found = NULL;
    for (const struct command_spec *spec = command_specs; spec->name; spec++) {
        if (strncmp(spec->name, name, length) != 0)
            continue;
        if (strlen(spec->name) == length)
            return spec;
        if (found)
            return NULL; /* the beginning of several */
        found = spec;
    }
    return found;
}

/* False with a message. */
static bool command_run(struct ui *ui, const char *given)
{
    struct err err = {""};
    char text[PROMPT_MAX];
    snprintf(text, sizeof(text), "%s", given + strspn(given, " :"));
    for (size_t end = strlen(text); end > 0 && text[end - 1] == ' ';)
        text[--end] = '\0';
    const char *line = text;
    size_t length = strcspn(line, " ");
    const char *argument = line + length + strspn(line + length, " ");
    const struct command_spec *spec = length ? find_command(line, length) : NULL;
    bool good = !length;
    if (length && !spec)
        err_set(&err, "no command is named “%.*s”", (int)(length < 40 ? length : 40), line);
    else if (spec && spec->needs && !*argument)
        err_set(&err, ":%s needs %s", spec->name, spec->arguments);
    else if (spec)
        good = spec->run(ui, argument, &err);
    if (!good)
        ui_message(ui, MESSAGE_BAD, "%s", err.text);
    ui->dirty = true;
    return good;
}

static void command_done(struct ui *ui, const char *text)
{
    command_run(ui, text);
}

static void add_matching(struct buf *out, const struct buf *all, const char *start)
{
    for (const char *at = buf_str(all); *at; at += strcspn(at, "\n") + 1)
        if (!strncmp(at, start, strlen(start)))
            buf_printf(out, "%.*s\n", (int)strcspn(at, "\n"), at);
}

static void command_complete(struct ui *ui, const char *text, size_t *start, struct buf *candidates)
{
    size_t length = strcspn(text, " ");
    struct buf all = {0};
    if (!text[length]) {
        for (const struct command_spec *spec = command_specs; spec->name; spec++)
            buf_printf(&all, "%s\n", spec->name);
        *start = 0;
    } else {
        const struct command_spec *spec = find_command(text, length);
        const char *comma = strrchr(text, ','), *blank = strrchr(text, ' ');
        *start = (size_t)((comma > blank ? comma : blank) - text) + 1;
        if (spec && spec->complete)
            spec->complete(ui, &all);
    }
    add_matching(candidates, &all, text + *start);
    buf_free(&all);
}

void command_prompt(struct ui *ui)
{
    static const struct prompt_use use = {
        .label = ":", .kind = PROMPT_COMMAND, .done = command_done, .complete = command_complete};
    prompt_open(&ui->prompt, &use, NULL);
}
