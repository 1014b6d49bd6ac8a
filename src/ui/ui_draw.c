/* The frame around every view: header, message line, line of keys. */
#include <stdio.h>
#include <string.h>

#include "contactwatch/text.h"
#include "ui/header_state.h"

enum { SEGMENTS = 9 };

/* A piece of the header. When the line is too short, those with the smallest weight leave. */
struct segment {
    char text[STATE_BYTES];
    enum role role;
    unsigned over;
    int weight, gap; /* gap: blanks in front */
};

static void lag_segments(const struct ui *ui, const struct metrics_view *metrics,
                         struct segment *lag, struct segment *newest)
{
    int64_t worse = picture_lag(ui, metrics);
    int64_t latest = metrics->newest_event > ui->newest ? metrics->newest_event : ui->newest;
    char text[DURATION_TEXT] = "–";
    if (worse >= 0)
        ago(worse, text, sizeof(text));
    snprintf(lag->text, sizeof(lag->text), "lag %s", text);
    if (ui->pause.on)
        return; /* the newest event is newer than the picture */
    int64_t age = ui->now - latest;
    if (latest && age <= -SECOND_MS) {
        snprintf(newest->text, sizeof(newest->text), "clock −%lld s",
                 (long long)(-age / SECOND_MS));
        newest->role = ROLE_WARN;
        return;
    }
    ago(age > 0 ? age / SECOND_MS * SECOND_MS : 0, text, sizeof(text));
    snprintf(newest->text, sizeof(newest->text), "newest %s", latest ? text : "–");
}

static size_t make_segments(struct ui *ui, struct segment *s)
{
    struct metrics_view metrics = {.lag_p50 = {-1, -1}};
    if (ui->host.metrics)
        ui->host.metrics(ui->host.context, &metrics);
    memset(s, 0, SEGMENTS * sizeof(*s));
    s[0] = (struct segment){"contactwatch", ROLE_TITLE, 0, 2, 0};
    s[1] = (struct segment){.weight = 6, .gap = 1};
    snprintf(s[1].text, sizeof(s[1].text), "%.60s", ui->options.title ? ui->options.title : "");
    s[2] = (struct segment){.role = ROLE_DIM, .weight = 3, .gap = 2};
    snprintf(s[2].text, sizeof(s[2].text), "%.60s", ui->options.path ? ui->options.path : "");
    s[3] = (struct segment){.weight = 9, .gap = 2};
    s[3].role = picture_state(ui, &metrics, s[3].text);
    s[4] = (struct segment){.weight = 5, .gap = 1};
    s[5] = (struct segment){.weight = 4, .gap = 1};
    lag_segments(ui, &metrics, &s[4], &s[5]);
    size_t n = 6;
    if (ui->pause.on) {
        s[n] = (struct segment){.over = OVER_REVERSE, .weight = 10, .gap = 2};
        snprintf(s[n++].text, sizeof(s->text), " PAUSED +%llu ",
                 (unsigned long long)ui->pause.changes);
    }
    if (ui->mask.off)
        s[n++] = (struct segment){" UNMASKED ", ROLE_BAD, OVER_REVERSE, 10, 2};
    char clock[16], zone[16];
    ui_clock(ui, ui->now, clock);
    ui_zone(ui, zone);
    s[n] = (struct segment){.weight = 8, .gap = 2};
    snprintf(s[n++].text, sizeof(s->text), "%s %s", clock, zone);
    return n;
}

static int segments_width(struct ui *ui, const struct segment *s, size_t n)
{
    int width = 0;
    for (size_t i = 0; i < n; i++)
        if (s[i].text[0])
            width += canvas_width(&ui->canvas, s[i].text) + (width ? s[i].gap : 0);
    return width;
}

static void fit_segments(struct ui *ui, struct segment *s, size_t n)
{
    while (segments_width(ui, s, n) > ui->canvas.columns) {
        size_t least = n;
        for (size_t i = 0; i < n; i++)
            if (s[i].text[0] && (least == n || s[i].weight < s[least].weight))
                least = i;
        if (least == n || s[least].weight >= 9)
            return; /* what is left is cut at the edge */
        s[least].text[0] = '\0';
    }
}

static void draw_header(struct ui *ui)
{
    struct segment s[SEGMENTS];
    struct canvas *canvas = &ui->canvas;
    size_t n = make_segments(ui, s);
    fit_segments(ui, s, n);
    int at = 0;
    for (size_t i = 0; i < n; i++) {
        if (!s[i].text[0])
            continue;
        int wide = canvas_width(canvas, s[i].text);
        at += at ? s[i].gap : 0;
        if (i == n - 1 && at < canvas->columns - wide)
            at = canvas->columns - wide;
        canvas_put(canvas, 0, at, canvas->columns - at, s[i].role, s[i].text);
        canvas_over(canvas, 0, at, wide, s[i].over);
        at += wide;
    }
}

/* The order of what is not the view's own in the line of keys. */
static const enum action common_keys[] = {ACTION_OPEN, ACTION_MARK, ACTION_PAUSE, ACTION_MASK,
                                          ACTION_LEAVE};

/* "s sort", but "?help" and "/filter": a sign needs no blank. */
static bool draw_key(struct ui *ui, int row, int *at, enum action action)
{
    struct buf keys = {0};
    keymap_keys(&ui->keymap, action, &keys);
    char text[64];
    int first = (int)strcspn(buf_str(&keys), " ");
    const char *label = action_spec[action].label;
    if (action == ACTION_LEAVE && ui->depth > 1)
        label = "back";
    bool sign = first == 1 && strchr("?/:!@<>", buf_str(&keys)[0]);
    snprintf(text, sizeof(text), "%.*s%s%s", first, buf_str(&keys), sign ? "" : " ", label);
    buf_free(&keys);
    int wide = canvas_width(&ui->canvas, text), gap = *at ? 1 : 0;
    if (!first || *at + gap + wide > ui->canvas.columns)
        return first == 0;
    canvas_put(&ui->canvas, row, *at + gap, wide, ROLE_DIM, text);
    text[first] = '\0';
    canvas_put(&ui->canvas, row, *at + gap, wide, ROLE_TITLE, text);
    *at += gap + wide;
    return true;
}

static void ui_draw_keys(struct ui *ui, int row)
{
    const struct ui_view *view = ui_top(ui);
    enum key_context own = view->ops->context;
    int at = 0;
    if (view->ops->modal)
        return;
    bool room = draw_key(ui, row, &at, ACTION_HELP);
    for (int action = 1; action < ACTION_COUNT && room; action++)
        if (action_spec[action].label && own != CONTEXT_EVERYWHERE &&
            action_spec[action].context == own && ui_can(view, (enum action)action))
            room = draw_key(ui, row, &at, (enum action)action);
    for (size_t i = 0; i < ARRAY_SIZE(common_keys) && room; i++)
        if (ui_can(view, common_keys[i]))
            room = draw_key(ui, row, &at, common_keys[i]);
}

static void draw_message(struct ui *ui, int row)
{
    static const enum role role[] = {ROLE_TEXT, ROLE_OK, ROLE_BAD};
    if (ui->message_until)
        canvas_put(&ui->canvas, row, 0, ui->canvas.columns, role[ui->message_kind], ui->message);
}

static void draw_views(struct ui *ui, struct box area)
{
    size_t at = ui->depth - 1;
    while (at > 0 && ui->stack[at]->ops->overlay)
        at--;
    for (; at < ui->depth; at++) {
        ui->stack[at]->area = area;
        ui->stack[at]->ops->draw(ui->stack[at], &ui->canvas, area);
    }
}

void ui_draw(struct ui *ui)
{
    struct canvas *canvas = &ui->canvas;
    int rows = canvas->rows, wide = canvas->columns;
    ui->dirty = false;
    canvas_clear(canvas, (struct box){0, 0, rows, wide});
    canvas->cursor_row = canvas->cursor_column = -1;
    if (rows < UI_MIN_ROWS || wide < UI_MIN_COLUMNS) {
        canvas_printf(canvas, 0, 0, wide, ROLE_WARN, "%sneeds %d×%d, has %d×%d",
                      wide < 36 ? "" : "contactwatch ", UI_MIN_COLUMNS, UI_MIN_ROWS, wide, rows);
    } else {
        draw_header(ui);
        draw_views(ui, (struct box){1, 0, rows - 3, wide});
        if (ui->prompt.use) {
            prompt_draw(&ui->prompt, canvas, rows - 2, rows - 1);
        } else {
            draw_message(ui, rows - 2);
            ui_draw_keys(ui, rows - 1);
        }
    }
    screen_show(ui->screen, canvas);
}
