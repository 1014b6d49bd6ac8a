/*
 * The loop: waits for a key, a note, a change of size, or the next full second; nothing else wakes
 * it. Notes are taken for a few milliseconds at a time so that keys are answered at once; the
 * picture follows notes at most 20 times a second, but for what was asked for.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "contactwatch/log.h"
#include "ui/export.h"
#include "ui/header_state.h"
#include "ui/screen_signal.h"
#include "ui/ui_internal.h"

enum { DRAIN_NS = 4 * 1000 * 1000, NOTES_AT_ONCE = 2, KEYS_AT_ONCE = 256 };
static const int64_t frame_ns = INT64_C(50) * 1000 * 1000;
static const int64_t postpone_ns = INT64_C(300) * 1000 * 1000; /* at most, while keys go on */

static void give_contact(struct ui *ui, struct note *note)
{
    export_note(ui, note);
    for (size_t i = ui->depth; i-- > 0;) {
        struct ui_view *view = ui->stack[i];
        if (view->ops->note && view->ops->note(view, note))
            return;
    }
    note_free(note);
}

static void notice_newest(struct ui *ui, const struct note *note)
{
    for (size_t i = 0; i < note->records; i++)
        for (int type = 0; type < LOGTYPE_COUNT; type++)
            if (note->record[i].last[type] > ui->newest)
                ui->newest = note->record[i].last[type];
}

void ui_take(struct ui *ui, struct note *note)
{
    ui->dirty = true;
    if (note->kind == NOTE_CONTACT) {
        give_contact(ui, note);
        return;
    }
    if (note->kind == NOTE_HEALTH)
        picture_health(ui, note);
    if (note->kind == NOTE_ERROR)
        snprintf(ui->store_error, sizeof(ui->store_error), "%s", note->text ? note->text : "");
    if (note->kind == NOTE_RECORDS)
        notice_newest(ui, note);
    live_apply(ui->live, note, ui->now);
    if (!ui->loaded) {
        ui->loaded = live_loaded(ui->live);
        ui->quiet_until = ui->now;
    }
    note_free(note);
}

static bool view_waits(const struct ui *ui)
{
    for (size_t i = 0; i < ui->depth; i++)
        if (ui->stack[i]->waits)
            return true;
    return ui->export_job != NULL;
}

static void receive(struct ui *ui, struct note *note)
{
    bool asked_for = note->kind == NOTE_CONTACT && view_waits(ui);
    if (asked_for)
        ui->hurry = true;
    if (!ui->pause.on || asked_for || note->kind == NOTE_HEALTH) {
        ui_take(ui, note);
        return;
    }
    pause_keep(&ui->pause, note);
    if (pause_is_full(&ui->pause)) {
        ui_do(ui, ACTION_PAUSE);
        ui_message(ui, MESSAGE_BAD, "resumed: too many changes were waiting");
    }
    ui->dirty = true;
}

/* Takes notes for at most budget_ns; -1 = all there are. */
static void ui_drain(struct ui *ui, int64_t budget_ns)
{
    if (!ui->inbox)
        return;
    int64_t end = budget_ns < 0 ? INT64_MAX : monotonic_ns() + budget_ns;
    void *note[NOTES_AT_ONCE];
    if (!ui->pause.on)
        ui->now = ui_wall(ui);
    for (size_t n; (n = queue_pop_many(ui->inbox->queue, note, NOTES_AT_ONCE)) > 0;) {
        for (size_t i = 0; i < n; i++)
            receive(ui, note[i]);
        if (monotonic_ns() >= end)
            break;
    }
}

static void reload_theme(struct ui *ui)
{
    struct err err = {""};
    if (theme_reload(&ui->theme, &err)) {
        screen_theme(ui->screen, &ui->theme);
        ui->dirty = true;
    } else if (err.text[0]) {
        ui_message(ui, MESSAGE_BAD, "%s", err.text);
    }
}

void ui_tick(struct ui *ui)
{
    int64_t wall = ui_wall(ui);
    int64_t second = wall / SECOND_MS;
    if (second == ui->last_tick)
        return;
    ui->last_tick = second;
    mask_idle(ui);
    export_tick(ui);
    reload_theme(ui);
    if (ui->message_until && wall >= ui->message_until) {
        ui->message_until = 0;
        ui->dirty = true;
    }
    if (ui->pause.on)
        return;
    ui->now = wall;
    live_tick(ui->live, wall);
    for (size_t i = 0; i < ui->depth; i++)
        if (ui->stack[i]->ops->tick)
            ui->stack[i]->ops->tick(ui->stack[i]);
    ui->dirty = true;
}

void ui_step(struct ui *ui)
{
    ui_drain(ui, -1);
    ui_tick(ui);
    if (ui->dirty)
        ui_draw(ui);
}

/* How long to sleep, ms: to the frame that is due, else to the next full second. */
static int patience(const struct ui *ui, int64_t drawn)
{
    if (ui->inbox && queue_count(ui->inbox->queue) > 0)
        return 0;
    if (ui->dirty) {
        int64_t left = drawn + frame_ns - monotonic_ns();
        return left > 0 ? (int)(left / 1000000) + 1 : 0;
    }
    int64_t past = ui_wall(ui) % SECOND_MS;
    return (int)(SECOND_MS - (past < 0 ? past + SECOND_MS : past));
}

static bool has_input(int fd)
{
    int waiting = 0;
    return ioctl(fd, FIONREAD, &waiting) == 0 && waiting > 0;
}

static bool take_keys(struct ui *ui)
{
    bool any = false;
    struct key_press press;
    for (int i = 0; i < KEYS_AT_ONCE && !ui->quit; i++) {
        press = screen_key(ui->screen);
        if (press.key == KEY_NONE)
            break;
        ui_key(ui, &press);
        any = true;
    }
    return any;
}

enum { POLL_KEYS, POLL_SIZE, POLL_WAKE, POLL_INBOX, POLL_COUNT };

/* False when the terminal has gone. */
static bool wait_for_something(struct ui *ui, int timeout)
{
    struct pollfd fd[POLL_COUNT] = {
        {screen_input(ui->screen), POLLIN, 0},
        {screen_resized(ui->screen), POLLIN, 0},
        {ui->wake, POLLIN, 0},
        {ui->inbox ? queue_fd(ui->inbox->queue) : -1, POLLIN, 0},
    };
    /* A closed queue's descriptor stays readable: it would spin. */
    if (ui->inbox && queue_closed(ui->inbox->queue) && !queue_count(ui->inbox->queue))
        fd[POLL_INBOX].fd = -1;
    if (poll(fd, POLL_COUNT, timeout) < 0)
        return errno == EINTR;
    if (fd[POLL_WAKE].revents)
        ui->quit = true;
    if (fd[POLL_SIZE].revents) {
        screen_signal_seen();
        ui_resize(ui, 0, 0);
    }
    if (fd[POLL_KEYS].revents & (POLLHUP | POLLERR | POLLNVAL))
        return false;
    return !(fd[POLL_KEYS].revents & POLLIN) || has_input(fd[POLL_KEYS].fd);
}

static void draw_frame(struct ui *ui, bool keys)
{
    int64_t now = monotonic_ns();
    ui->answering = keys && (!ui->postponed_ns || now - ui->postponed_ns < postpone_ns);
    ui_draw(ui);
    ui->postponed_ns = !ui->dirty ? 0 : ui->postponed_ns ? ui->postponed_ns : now;
    ui->answering = ui->hurry = false;
}

int ui_run(struct ui *ui)
{
    int64_t drawn = 0;
    ui_tick(ui);
    ui->dirty = true;
    while (!ui->quit) {
        ui_drain(ui, DRAIN_NS);
        bool keys = take_keys(ui);
        ui_tick(ui);
        if (ui->dirty && (keys || ui->hurry || monotonic_ns() - drawn >= frame_ns)) {
            draw_frame(ui, keys);
            drawn = monotonic_ns();
        }
        if (!ui->quit && !wait_for_something(ui, patience(ui, drawn))) {
            log_info("the terminal has gone");
            break;
        }
    }
    return ui->status;
}
