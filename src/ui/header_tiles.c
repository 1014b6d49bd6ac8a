#include <stdio.h>
#include <string.h>

#include "ui/tiles.h"

/* Appends to a tile's text. */
#define add(out, ...) snprintf((out) + strlen(out), TILE_BYTES - strlen(out), __VA_ARGS__)

static void waiting(struct ui *ui, const struct tiles *t, struct tile *out)
{
    static const char letter[CHANNEL_COUNT] = {'V', 'C', 'T', 'E', 'O'};
    snprintf(out->text, sizeof(out->text), "WAITING");
    unsigned total = 0;
    for (int channel = 0; channel < CHANNEL_COUNT; channel++) {
        total += t->waiting[channel];
        if (t->waiting[channel])
            add(out->text, " %u%c", t->waiting[channel], letter[channel]);
    }
    if (!total)
        add(out->text, ui->loaded ? " 0" : " –");
    if (t->callbacks)
        add(out->text, " +%ucb", t->callbacks);
    if (t->unsure)
        add(out->text, " ?%u", t->unsure);
    out->role = total ? ROLE_QUEUED : ROLE_TEXT;
}

static void longest(struct ui *ui, const struct tiles *t, struct tile *out)
{
    const struct live_config *config = live_settings(ui->live);
    char text[DURATION_TEXT] = "–", name[64] = "";
    const char *sign = "";
    if (t->longest >= 0) {
        duration_format(t->longest, text);
        names_show(live_names(ui->live), t->longest_queue, name, sizeof(name));
        sign = t->longest >= config->wait_bad_ms    ? "!!"
               : t->longest >= config->wait_warn_ms ? "!"
                                                    : "";
    }
    out->role = sign[0] ? (sign[1] ? ROLE_BAD : ROLE_WARN) : ROLE_TEXT;
    snprintf(out->text, sizeof(out->text), "LONGEST %s%s%s%.20s", text, sign, *name ? " " : "",
             name);
}

static void service_level(struct ui *ui, const struct tiles *t, struct tile *out)
{
    out->role = ROLE_TEXT;
    if (!t->sl_of) {
        snprintf(out->text, sizeof(out->text), "SL –");
        return;
    }
    double percent = 100.0 * t->sl_within / t->sl_of;
    double wanted = live_settings(ui->live)->sl_percent;
    out->role = percent >= wanted ? ROLE_OK : percent >= wanted - 10 ? ROLE_WARN : ROLE_BAD;
    snprintf(out->text, sizeof(out->text), "SL %.0f%%", percent);
    if (t->sl_target >= 0 && ui->canvas.columns >= 100)
        add(out->text, " in %lld s", (long long)(t->sl_target / SECOND_MS));
    add(out->text, " (%u/%u)", t->sl_within, t->sl_of);
}

static void abandoned(const struct tiles *t, struct tile *out)
{
    out->role = ROLE_TEXT;
    snprintf(out->text, sizeof(out->text), "ABAND %u/%u", t->abandoned, t->abandoned_of);
    if (t->abandoned_of)
        add(out->text, " %.1f%%", 100.0 * t->abandoned / t->abandoned_of);
}

static void paperwork(const struct tiles *t, struct tile *out)
{
    out->role = ROLE_TEXT;
    if (t->acw_known)
        snprintf(out->text, sizeof(out->text), "ACW %u%s", t->acw, t->acw_exact ? "" : "?");
    else
        snprintf(out->text, sizeof(out->text), "ACW –");
}

static void history(const struct tiles *t, struct tile *out)
{
    static const char *const bar[] = {"▁", "▂", "▃", "▅", "▆", "▇"};
    unsigned high = 1;
    out->role = ROLE_QUEUED;
    out->text[0] = '\0';
    for (size_t i = 0; i < ARRAY_SIZE(t->wait_history); i++)
        high = t->wait_history[i] > high ? t->wait_history[i] : high;
    for (size_t i = 0; i < ARRAY_SIZE(t->wait_history); i++) {
        size_t level = (size_t)t->wait_history[i] * (ARRAY_SIZE(bar) - 1) / high;
        add(out->text, "%s", bar[level]);
    }
    add(out->text, " 30min");
}

static void since(struct ui *ui, const struct tiles *t, struct tile *out)
{
    char clock[16] = "–", zone[16];
    if (t->window)
        ui_clock(ui, t->window, clock);
    ui_zone(ui, zone);
    out->role = ROLE_DIM;
    snprintf(out->text, sizeof(out->text), "since %.5s %s", clock, zone);
}

static void fill(struct ui *ui, struct tile *tile)
{
    const struct tiles *t = live_tiles(ui->live, ui->now);
    waiting(ui, t, &tile[TILE_WAITING]);
    longest(ui, t, &tile[TILE_LONGEST]);
    snprintf(tile[TILE_IN_FLOW].text, sizeof(tile->text), "IN FLOW %u", t->in_flow);
    tile[TILE_IN_FLOW].role = ROLE_FLOW;
    snprintf(tile[TILE_AGENT].text, sizeof(tile->text), "AGENT %u", t->with_agent);
    tile[TILE_AGENT].role = ROLE_AGENT;
    paperwork(t, &tile[TILE_ACW]);
    service_level(ui, t, &tile[TILE_SL]);
    abandoned(t, &tile[TILE_ABANDONED]);
    snprintf(tile[TILE_ERRORS].text, sizeof(tile->text), "ERR %u/5min", t->errors_5min);
    tile[TILE_ERRORS].role = t->errors_5min ? ROLE_ERROR : ROLE_TEXT;
    history(t, &tile[TILE_HISTORY]);
    since(ui, t, &tile[TILE_SINCE]);
}

int tiles_layout(struct ui *ui, struct box area, struct tile tile[TILE_COUNT])
{
    int row = 0, at = 0;
    fill(ui, tile);
    for (int i = 0; i < TILE_COUNT; i++) {
        int wide = canvas_width(&ui->canvas, tile[i].text);
        int gap = i == TILE_SINCE ? 2 : 3;
        if (at && at + gap + wide > area.columns) {
            row++;
            at = 0;
        }
        at += at ? gap : 0;
        tile[i].row = area.row + row;
        tile[i].column = area.column + at;
        tile[i].width = row < area.rows ? wide : 0;
        at += wide;
    }
    return row < area.rows ? row + 1 : area.rows;
}

int tiles_draw(struct ui *ui, struct box area)
{
    struct tile tile[TILE_COUNT];
    int lines = tiles_layout(ui, area, tile);
    for (int i = 0; i < TILE_COUNT; i++)
        if (tile[i].width)
            canvas_put(&ui->canvas, tile[i].row, tile[i].column, area.columns, tile[i].role,
                       tile[i].text);
    return lines;
}

int tile_at(struct ui *ui, struct box area, int row, int column)
{
    struct tile tile[TILE_COUNT];
    tiles_layout(ui, area, tile);
    for (int i = 0; i < TILE_COUNT; i++)
        if (tile[i].width && row == tile[i].row && column >= tile[i].column &&
            column < tile[i].column + tile[i].width)
            return i;
    return -1;
}
