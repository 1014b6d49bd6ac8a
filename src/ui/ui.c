#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "ui/contacts_view.h"
#include "ui/export.h"
#include "ui/ui_internal.h"

int64_t ui_wall(const struct ui *ui)
{
    return clock_now(ui->options.clock);
}

void ui_message(struct ui *ui, enum message_kind kind, const char *format, ...)
{
    struct buf text = {.max = sizeof(ui->message) - 1};
    va_list args;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    snprintf(ui->message, sizeof(ui->message), "%s", buf_str(&text));
    buf_free(&text);
    ui->message_kind = kind;
    ui->message_until = ui_wall(ui) + MESSAGE_MS;
    ui->dirty = true;
}

bool ui_save(struct ui *ui, const char *key, const char *value)
{
    return !ui->options.read_only && ui->host.save_state &&
           ui->host.save_state(ui->host.context, key, value);
}

const char *ui_load(struct ui *ui, const char *key)
{
    return ui->host.load_state ? ui->host.load_state(ui->host.context, key) : NULL;
}

const char *ui_masked(const struct ui *ui, struct buf *out, const char *key, const char *text)
{
    buf_clear(out);
    mask_text(out, &ui->mask, key, text ? text : "");
    return buf_str(out);
}

void ui_clock(const struct ui *ui, int64_t ms, char out[16])
{
    struct tm tm = instant_split(ms, ui->utc);
    strftime(out, 16, "%H:%M:%S", &tm);
}

void ui_zone(const struct ui *ui, char out[16])
{
    struct tm tm = instant_split(ui->now, ui->utc);
    if (ui->utc)
        snprintf(out, 16, "UTC");
    else
        strftime(out, 16, "%Z", &tm);
}

bool ui_set_theme(struct ui *ui, const char *name, struct err *err)
{
    if (!theme_load(&ui->theme, name, ui->options.theme_dir, err))
        return false;
    screen_theme(ui->screen, &ui->theme);
    ui->dirty = true;
    return true;
}

static bool bind_keys(struct ui *ui, struct err *err)
{
    keymap_init(&ui->keymap);
    for (const char *const *pair = ui->options.bind; pair && pair[0] && pair[1]; pair += 2)
        if (!keymap_bind(&ui->keymap, pair[0], pair[1], err))
            return err_wrap(err, "key binding");
    return true;
}

static bool start_theme(struct ui *ui, struct err *err)
{
    const char *kept = ui->options.theme ? NULL : ui_load(ui, "theme");
    if (kept && ui_set_theme(ui, kept, NULL))
        return true;
    return ui_set_theme(ui, ui->options.theme, err);
}

static bool start_screen(struct ui *ui, struct err *err)
{
    const struct ui_options *options = &ui->options;
    struct screen_options wanted = {options->in,      options->out,   options->term,
                                    options->colours, options->mouse, options->ascii};
    ui->screen = screen_open(&wanted, err);
    if (!ui->screen || !start_theme(ui, err))
        return false;
    int rows, wide;
    screen_size(ui->screen, &rows, &wide);
    canvas_resize(&ui->canvas, rows, wide);
    ui->canvas.ascii = screen_ascii(ui->screen);
    return true;
}

static bool is_kept(struct ui *ui, const char *key, const char *value)
{
    const char *kept = ui_load(ui, key);
    return kept && !strcmp(kept, value);
}

struct ui *ui_new(struct live *live, struct inbox *inbox, const struct ui_host *host,
                  const struct ui_options *options, struct err *err)
{
    struct ui *ui = mem_zero(sizeof(*ui));
    ui->live = live;
    ui->inbox = inbox;
    ui->host = host ? *host : (struct ui_host){0};
    ui->options = *options;
    ui->utc = options->utc || is_kept(ui, "utc", "on");
    ui->options.mouse = options->mouse && !is_kept(ui, "mouse", "off");
    ui->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    ui->now = ui->last_key = ui_wall(ui);
    live_settings(live)->utc = ui->utc;
    bool good = mask_init(&ui->mask, options->mask_keys, err);
    ui->mask.off = good && options->unmask && options->allow_unmask;
    good = good && bind_keys(ui, err) && start_screen(ui, err);
    struct ui_view *contacts = good ? contacts_view_new(ui, err) : NULL;
    if (!contacts) {
        ui_free(ui);
        return NULL;
    }
    ui_push(ui, contacts);
    return ui;
}

void ui_quit(struct ui *ui)
{
    uint64_t one = 1;
    if (write(ui->wake, &one, sizeof(one)) < 0)
        return; /* it is readable already */
}

void ui_free(struct ui *ui)
{
    if (!ui)
        return;
    export_cancel(ui);
    while (ui->depth)
        ui_pop(ui);
    screen_close(ui->screen);
    pause_free(&ui->pause);
    for (int kind = 0; kind < PROMPT_KINDS; kind++)
        prompt_history_free(&ui->history[kind]);
    canvas_free(&ui->canvas);
    mask_free(&ui->mask);
    close(ui->wake);
    free(ui);
}

bool ui_press(struct ui *ui, const char *key)
{
    struct key_press press = {.key = key_parse(key)};
    if (press.key == KEY_NONE)
        return false;
    ui_key(ui, &press);
    ui_draw(ui);
    return true;
}

void ui_resize(struct ui *ui, int rows, int wide)
{
    screen_set_size(ui->screen, rows, wide);
    screen_size(ui->screen, &rows, &wide);
    canvas_resize(&ui->canvas, rows, wide);
    ui_draw(ui);
}

void ui_picture(struct ui *ui, struct buf *out, bool attributes)
{
    canvas_picture(&ui->canvas, out, attributes);
}
