/* Help, made from the tables: keys in force, flags, filter fields, commands. What is not on offer
 * is not in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/command.h"
#include "ui/ui_internal.h"

enum { HELP_LINE = 160, KEYS_WIDTH = 16 };

struct help_line {
    char left[48], text[HELP_LINE];
    bool head;
};

struct help_view {
    struct ui_view base;
    struct help_line *line;
    size_t count, capacity, top, rows;
};

static struct help_line *add_line(struct help_view *view)
{
    mem_grow(view->line, view->count, view->capacity);
    struct help_line *line = &view->line[view->count++];
    *line = (struct help_line){.head = false};
    return line;
}

static void add_head(struct help_view *view, const char *text)
{
    if (view->count)
        add_line(view);
    struct help_line *line = add_line(view);
    snprintf(line->text, sizeof(line->text), "%s", text);
    line->head = true;
}

static void add_pair(struct help_view *view, const char *left, const char *text)
{
    struct help_line *line = add_line(view);
    snprintf(line->left, sizeof(line->left), "%s", left);
    snprintf(line->text, sizeof(line->text), "%s", text);
}

static void add_keys(struct help_view *view, const struct keymap *map, enum key_context context)
{
    struct buf keys = {0};
    bool headed = false;
    for (int action = 1; action < ACTION_COUNT; action++) {
        if (action_spec[action].context != context || !ui_available((enum action)action))
            continue;
        if (!headed)
            add_head(view, context_title[context]);
        headed = true;
        buf_clear(&keys);
        keymap_keys(map, (enum action)action, &keys);
        add_pair(view, buf_str(&keys), action_spec[action].help);
    }
    buf_free(&keys);
}

static void add_signs(struct help_view *view)
{
    static const char *const sign[][2] = {
        {"Q A T C", "queued, agent, transferred, call-back"},
        {"X E L +", "abandoned, error, Lambda error, set by a flow"},
        {"▶", "the selected contact"},
        {"*", "has just changed"},
        {"+", "marked"},
        {"~", "kept though outside the filter"},
        {"?", "unsure: nothing from its call for too long"},
        {"! !!", "waits long, too long"},
    };
    add_head(view, "Flags and signs");
    for (size_t i = 0; i < ARRAY_SIZE(sign); i++)
        add_pair(view, sign[i][0], sign[i][1]);
}

static void add_fields(struct help_view *view)
{
    add_head(view, "Filter");
    add_pair(view, "", "status=queued and wait>60     queue=billing,sales     not agent~doe");
    add_pair(view, "", "= != ~ (contains) ~/re/ !~ < <= > >=     and or not ( )     - is none");
    for (const struct filter_field *field = filter_fields; field->name; field++)
        add_pair(view, field->name, field->help);
}

static void add_commands(struct help_view *view)
{
    char left[48];
    add_head(view, "Commands");
    for (const struct command_spec *command = command_specs; command->name; command++) {
        snprintf(left, sizeof(left), ":%s %s", command->name, command->arguments);
        add_pair(view, left, command->help);
    }
}

static void help_draw(struct ui_view *base, struct canvas *canvas, struct box area)
{
    struct help_view *view = (struct help_view *)base;
    view->rows = (size_t)area.rows;
    size_t last = view->count > view->rows ? view->count - view->rows : 0;
    view->top = view->top > last ? last : view->top;
    for (size_t i = 0; i < view->rows && view->top + i < view->count; i++) {
        const struct help_line *line = &view->line[view->top + i];
        int row = area.row + (int)i;
        if (line->head) {
            canvas_put(canvas, row, 0, area.columns, ROLE_TITLE, line->text);
            continue;
        }
        int used = canvas_put(canvas, row, 2, KEYS_WIDTH * 2, ROLE_HEAD, line->left);
        int at = 2 + (used < KEYS_WIDTH ? KEYS_WIDTH : used + 2);
        canvas_put(canvas, row, at, area.columns - at, ROLE_TEXT, line->text);
    }
    canvas_cursor(canvas, area.row, 0);
}

static void help_move(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)ui;
    struct help_view *view = (struct help_view *)base;
    size_t last = view->count > view->rows ? view->count - view->rows : 0;
    view->top = list_move(action, view->top, last + 1, view->rows);
}

static void help_again(struct ui *ui, struct ui_view *base, enum action action)
{
    (void)base;
    (void)action;
    ui_pop(ui);
}

static void help_close(struct ui_view *base)
{
    free(((struct help_view *)base)->line);
    free(base);
}

static const struct view_action help_actions[] = {
    {ACTION_UP, help_move},        {ACTION_DOWN, help_move},    {ACTION_PAGE_UP, help_move},
    {ACTION_PAGE_DOWN, help_move}, {ACTION_HALF_UP, help_move}, {ACTION_HALF_DOWN, help_move},
    {ACTION_HOME, help_move},      {ACTION_END, help_move},     {ACTION_HELP, help_again},
    {ACTION_NONE, NULL},
};

static const struct view_ops help_ops = {
    .name = "Help",
    .context = CONTEXT_EVERYWHERE,
    .actions = help_actions,
    .close = help_close,
    .draw = help_draw,
};

struct ui_view *help_view_new(struct ui *ui)
{
    struct help_view *view = mem_zero(sizeof(*view));
    view->base.ops = &help_ops;
    view->base.ui = ui;
    for (int context = 0; context < CONTEXT_COUNT; context++)
        add_keys(view, &ui->keymap, (enum key_context)context);
    add_signs(view);
    add_fields(view);
    add_commands(view);
    return &view->base;
}

void ui_describe_keys(struct buf *out)
{
    struct keymap map;
    keymap_init(&map);
    for (int context = 0; context < CONTEXT_COUNT; context++) {
        buf_printf(out, "%s\n", context_title[context]);
        for (int action = 1; action < ACTION_COUNT; action++) {
            struct buf keys = {0};
            if (action_spec[action].context != (enum key_context)context ||
                !ui_available((enum action)action))
                continue;
            keymap_keys(&map, (enum action)action, &keys);
            buf_printf(out, "  %-12s %-16s %s\n", buf_str(&keys), action_spec[action].name,
                       action_spec[action].help);
            buf_free(&keys);
        }
    }
}
