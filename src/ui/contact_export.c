/* The open contact as text: both stories in full, whatever is folded on the screen, masked as the
 * screen is. */
#include <stdio.h>
#include <string.h>

#include "contactwatch/text.h"
#include "ui/contact_view.h"
#include "ui/export_file.h"

enum { PATH_BYTES = 1024, TIME_WIDTH = 10, EXACT_WIDTH = 14, DELTA_WIDTH = 10 };

static void put_day(const struct contact_view *view, struct buf *out, int64_t time, char before[16])
{
    char day[16];
    contact_day(view->base.ui, time, day);
    if (strcmp(day, before) != 0)
        buf_printf(out, "── %s ──\n", day);
    memcpy(before, day, sizeof(day));
}

static void put_line(const struct contact_view *view, struct buf *out,
                     const struct story_line *line, bool techy)
{
    struct story_style style;
    struct buf right = {0};
    char clock[16];
    size_t start = out->length, width = techy ? EXACT_WIDTH + DELTA_WIDTH : TIME_WIDTH;
    contact_style(view, &style);
    style.ascii = false;
    if (line->time != INSTANT_NONE) {
        ui_clock(view->base.ui, line->time, clock);
        buf_text(out, clock);
        if (techy) {
            buf_printf(out, ".%03d  ", (int)(line->time % SECOND_MS));
            story_delta(out, line);
        }
    }
    size_t used = out->length - start;
    buf_pad(out, ' ', used < width ? width - used : 1);
    story_left(out, line, &style, techy);
    story_right(&right, line, &style, techy);
    if (right.length)
        buf_printf(out, "  %s", buf_str(&right));
    buf_char(out, '\n');
    buf_free(&right);
}

static void put_story(const struct contact_view *view, struct buf *out, enum pane_kind kind)
{
    const struct story *story = contact_story(view, kind);
    char day[16] = "";
    for (size_t i = 0; i < story->count; i++) {
        const struct story_line *line = &story->line[i];
        if (line->time != INSTANT_NONE && line->kind != LINE_FOOT)
            put_day(view, out, line->time, day);
        put_line(view, out, line, kind == PANE_TECHY);
    }
}

static void put_head(const struct contact_view *view, struct buf *out)
{
    struct story_style style;
    char zone[16];
    contact_style(view, &style);
    style.ascii = false;
    ui_zone(view->base.ui, zone);
    buf_text(out, "Contact ");
    text_sanitise(out, view->leg_id, strlen(view->leg_id), false);
    buf_char(out, '\n');
    story_parts(out, view->journey.head, view->journey.head_parts, &style);
    buf_printf(out, "\nTimes are %s. Personal data is %s.\n\nFriendly\n", zone,
               view->base.ui->mask.off ? "NOT masked" : "masked");
}

bool contact_export_text(struct ui *ui, const char *path, struct err *err)
{
    const struct contact_view *view = contact_view_of(ui_shown(ui));
    struct buf out = {0};
    char written[PATH_BYTES], name[9];
    if (ui->options.read_only)
        return err_set(err, "nothing is exported here: read-only");
    if (view->base.ops != &contact_view_ops || !view->note)
        return err_set(err, ":export text is of an open contact: Enter opens one");
    put_head(view, &out);
    put_story(view, &out, PANE_FRIENDLY);
    buf_printf(&out, "\nTechy\n");
    put_story(view, &out, PANE_TECHY);
    snprintf(name, sizeof(name), "%.8s", view->leg_id);
    bool good =
        path ? export_write_to(path, &out, err) : export_write(ui, name, "txt", &out, written, err);
    if (good)
        ui_message(ui, MESSAGE_GOOD, "exported both stories, %s, to %s",
                   ui->mask.off ? "unmasked" : "masked", path ? path : written);
    buf_free(&out);
    return good;
}
