#include <string.h>

#include "ui/contact_view.h"
#include "ui/export.h"
#include "ui/tiles.h"
#include "ui/ui_internal.h"

static void close_topmost(struct ui *ui, struct ui_view *view, enum action action)
{
    (void)view;
    (void)action;
    if (ui->depth > 1)
        ui_pop(ui);
}

static void leave(struct ui *ui, struct ui_view *view, enum action action)
{
    (void)view;
    (void)action;
    if (ui->depth > 1) {
        ui_pop(ui);
    } else if (ui->options.ingests && !ui->asked_quit) {
        ui->asked_quit = true;
        ui_message(ui, MESSAGE_BAD,
                   "this process ingests: leaving stops that; q again quits, any other key stays");
    } else {
        ui->quit = true;
    }
}

static void go(struct ui *ui, struct ui_view *view, enum action action)
{
    (void)view;
    for (size_t i = 0; i < ui_view_count; i++)
        if (ui_views[i].action == action)
            ui_go(ui, i);
}

static void go_beside(struct ui *ui, struct ui_view *view, enum action action)
{
    size_t at = 0, count = ui_view_count > 0 ? ui_view_count : 1;
    size_t step = action == ACTION_VIEW_NEXT ? 1 : count - 1;
    for (size_t i = 0; i < ui_view_count; i++)
        if (ui_views[i].ops == view->ops)
            at = i;
    ui_go(ui, (at + step) % count);
}

static void help(struct ui *ui, struct ui_view *view, enum action action)
{
    (void)view;
    (void)action;
    ui_push(ui, help_view_new(ui));
}

static void command(struct ui *ui, struct ui_view *view, enum action action)
{
    (void)view;
    (void)action;
    command_prompt(ui);
}

static void open_by_id(struct ui *ui, struct ui_view *view, enum action action)
{
    (void)view;
    (void)action;
    contact_open_prompt(ui);
}

static void mask(struct ui *ui, struct ui_view *view, enum action action)
{
    (void)view;
    (void)action;
    mask_toggle(ui);
}

static void copy(struct ui *ui, struct ui_view *view, enum action action)
{
    (void)view;
    const char *id = ui_contact(ui);
    if (!id)
        ui_message(ui, MESSAGE_BAD, "no contact is selected");
    else if (action == ACTION_COPY)
        copy_text(ui, id, "contact id");
    else
        copy_link(ui, id);
}

static void export(struct ui *ui, struct ui_view *view, enum action action)
{
    (void)view;
    (void)action;
    export_selected(ui);
}

static void redraw(struct ui *ui, struct ui_view *view, enum action action)
{
    (void)view;
    (void)action;
    screen_repaint(ui->screen);
}

static void suspend(struct ui *ui, struct ui_view *view, enum action action)
{
    (void)view;
    (void)action;
    screen_suspend(ui->screen);
    int rows, wide;
    screen_size(ui->screen, &rows, &wide);
    canvas_resize(&ui->canvas, rows, wide);
}

static void apply_waiting(void *context, struct note *note)
{
    ui_take(context, note);
}

static void pause_toggle(struct ui *ui, struct ui_view *view, enum action action)
{
    (void)view;
    (void)action;
    if (!ui->pause.on) {
        ui->pause.on = true;
        return;
    }
    ui->now = ui_wall(ui);
    pause_end(&ui->pause, apply_waiting, ui);
    ui->last_tick = 0;
    ui_tick(ui);
}

static void tiles(struct ui *ui, struct ui_view *view, enum action action)
{
    (void)view;
    (void)action;
    ui_push(ui, tiles_view_new(ui));
}

/* What the program does itself. What is in neither this table nor a view's is not on offer, and
 * help leaves it out. */
static const action_fn program_action[ACTION_COUNT] = {
    [ACTION_CLOSE] = close_topmost, [ACTION_LEAVE] = leave,
    [ACTION_HELP] = help,           [ACTION_COMMAND] = command,
    [ACTION_MASK] = mask,           [ACTION_COPY] = copy,
    [ACTION_COPY_LINK] = copy,      [ACTION_EXPORT] = export,
    [ACTION_REDRAW] = redraw,       [ACTION_SUSPEND] = suspend,
    [ACTION_PAUSE] = pause_toggle,  [ACTION_TILES] = tiles,
    [ACTION_VIEW_NEXT] = go_beside, [ACTION_VIEW_PREVIOUS] = go_beside,
    [ACTION_OPEN_ID] = open_by_id,
};

static bool is_view_number(enum action action)
{
    return action >= ACTION_VIEW_CONTACTS && action <= ACTION_VIEW_INGEST;
}

/* NULL = only views do it. */
static action_fn ui_action(enum action action)
{
    if (!is_view_number(action))
        return program_action[action];
    for (size_t i = 0; i < ui_view_count; i++)
        if (ui_views[i].action == action)
            return go;
    return NULL;
}

static action_fn view_action(const struct view_ops *ops, enum action action)
{
    for (const struct view_action *at = ops->actions; at && at->action; at++)
        if (at->action == action)
            return at->run;
    return NULL;
}

bool ui_can(const struct ui_view *view, enum action action)
{
    return view_action(view->ops, action) || ui_action(action);
}

bool ui_available(enum action action)
{
    for (size_t i = 0; i < ui_view_count; i++)
        if (view_action(ui_views[i].ops, action))
            return true;
    return view_action(&contact_view_ops, action) || ui_action(action);
}

void ui_do(struct ui *ui, enum action action)
{
    struct ui_view *view = ui_top(ui);
    action_fn run = view_action(view->ops, action);
    if (!run)
        run = ui_action(action);
    if (run)
        run(ui, view, action);
    else
        ui_message(ui, MESSAGE_BAD, "not available in this view: %s", action_spec[action].help);
    ui->dirty = true;
}

/* A second press on the same place within half a second is a double click. */
static void note_press(struct ui *ui, struct key_press *press)
{
    int64_t now = ui_wall(ui);
    if (press->pointer != POINTER_PRESS)
        return;
    if (press->row == ui->pressed_row && now - ui->pressed_at < 500) {
        press->pointer = POINTER_DOUBLE;
        now = 0;
    }
    ui->pressed_at = now;
    ui->pressed_row = press->row;
}

static void wheel(struct ui *ui, enum pointer_kind pointer)
{
    for (int i = 0; i < 3; i++)
        ui_do(ui, pointer == POINTER_WHEEL_UP ? ACTION_UP : ACTION_DOWN);
}

static void press_key(struct ui *ui, const struct key_press *press)
{
    enum action action = keymap_find(&ui->keymap, press->key, ui_top(ui)->ops->context);
    if (press->key == ('C' & 0x1f))
        action = ACTION_LEAVE;
    if (action != ACTION_LEAVE)
        ui->asked_quit = false;
    if (action != ACTION_NONE)
        ui_do(ui, action);
}

void ui_key(struct ui *ui, const struct key_press *press)
{
    struct key_press key = *press;
    struct ui_view *top = ui_top(ui);
    ui->last_key = ui_wall(ui);
    ui->dirty = true;
    if (!ui->prompt.use)
        ui->message_until = ui->asked_quit ? ui->message_until : 0;
    if (key.key == KEY_POINTER)
        note_press(ui, &key);
    if (ui->prompt.use && key.key != KEY_POINTER)
        prompt_key(ui, &ui->prompt, &key);
    else if (top->ops->key && top->ops->key(top, &key))
        return;
    else if (key.key == KEY_POINTER && key.pointer >= POINTER_WHEEL_UP)
        wheel(ui, key.pointer);
    else if (key.key != KEY_POINTER)
        press_key(ui, &key);
}
