/* The time bar: the stages of the call, each as long as it lasted. */
#include <stdio.h>
#include <string.h>

#include "ui/contact_view.h"

enum { SEGMENTS_MAX = 16, SEPARATOR = 3, TOTAL_WIDTH = 16 };

static const struct {
    const char *word, *fill;
    enum role role;
} stage_look[] = {
    [STAGE_FLOW] = {"flow", "▓", ROLE_FLOW},         [STAGE_QUEUE] = {"queue", "▒", ROLE_QUEUED},
    [STAGE_AGENT] = {"agent", "█", ROLE_AGENT},      [STAGE_ACW] = {"ACW", "░", ROLE_ENDED},
    [STAGE_DIALLING] = {"dialling", "░", ROLE_FLOW},
};

struct segment {
    char label[48], length[DURATION_TEXT];
    int least, bar; /* cells */
    int64_t ms;
    const struct stage *stage;
};

struct bar {
    struct segment segment[SEGMENTS_MAX];
    size_t count, skip; /* skip: oldest stages left out */
    int width;
    int64_t sum;
};

/* A stage that goes on lasts until the picture's time; of a chain that fell silent, its last
 * word. */
static int64_t stage_length(const struct contact_view *view, const struct stage *stage)
{
    int64_t end = stage->end;
    if (end == INSTANT_NONE) {
        const struct row *row = live_find(view->base.ui->live, stage->contact_id);
        if (view->silence != INSTANT_NONE)
            end = view->silence;
        else
            end = row && row->unsure ? stage->start : view->base.ui->now;
    }
    return end > stage->start ? end - stage->start : 0;
}

static void make_segment(const struct contact_view *view, struct canvas *canvas,
                         const struct stage *stage, bool named, struct segment *out)
{
    char name[32] = "";
    if (named && stage->who)
        names_show(live_names(view->base.ui->live), stage->who, name, sizeof(name));
    out->stage = stage;
    out->ms = stage_length(view, stage);
    snprintf(out->label, sizeof(out->label), "%s%s%s", stage_look[stage->kind].word,
             name[0] ? " " : "", name);
    duration_format(out->ms, out->length);
    out->bar = 1;
    out->least = canvas_width(canvas, out->label) + 1 + out->bar + 1 + (int)strlen(out->length);
}

static void make_segments(const struct contact_view *view, struct canvas *canvas, bool named,
                          struct bar *bar)
{
    const struct journey *journey = &view->journey;
    bar->count = 0;
    bar->width = bar->skip ? 2 : 0;
    bar->sum = 0;
    for (size_t i = bar->skip; i < journey->stages && bar->count < SEGMENTS_MAX; i++) {
        struct segment *segment = &bar->segment[bar->count];
        make_segment(view, canvas, &journey->stage[i], named, segment);
        bar->width += segment->least + (bar->count++ ? SEPARATOR : 0);
        bar->sum += segment->ms;
    }
}

/* Each grows by its share of what is spare; four fifths of it, so that the total stands apart. */
static void stretch(struct bar *bar, int room)
{
    int spare = room > bar->width ? (room - bar->width) * 4 / 5 : 0;
    for (size_t i = 0; i < bar->count && bar->sum > 0; i++)
        bar->segment[i].bar += (int)((double)spare * (double)bar->segment[i].ms / (double)bar->sum);
}

static void draw_segment(struct canvas *canvas, int row, int *at, const struct segment *segment)
{
    enum role role = stage_look[segment->stage->kind].role;
    *at += canvas_put(canvas, row, *at, 48, ROLE_TEXT, segment->label) + 1;
    for (int i = 0; i < segment->bar; i++)
        *at += canvas_put(canvas, row, *at, 1, role, stage_look[segment->stage->kind].fill);
    *at += 1;
    *at += canvas_put(canvas, row, *at, DURATION_TEXT, ROLE_TEXT, segment->length);
}

static void draw_total(const struct contact_view *view, struct canvas *canvas, struct box area,
                       int row)
{
    const struct journey *journey = &view->journey;
    int64_t end = journey->stage[0].start;
    bool open = false;
    for (size_t i = 0; i < journey->stages; i++) {
        int64_t until = journey->stage[i].start + stage_length(view, &journey->stage[i]);
        end = until > end ? until : end;
        open |= journey->stage[i].end == INSTANT_NONE && view->silence == INSTANT_NONE;
    }
    char text[DURATION_TEXT], total[48];
    duration_format(end - journey->stage[0].start, text);
    snprintf(total, sizeof(total), "%s total %s", open ? "…" : " ", text);
    int width = canvas_width(canvas, total);
    canvas_put(canvas, row, area.column + area.columns - width - 1, width, ROLE_TEXT, total);
}

/* Names leave first when the line is short, then the oldest stages. */
static void fit(const struct contact_view *view, struct canvas *canvas, int room, struct bar *bar)
{
    size_t stages = view->journey.stages;
    bool named = true;
    bar->skip = stages > SEGMENTS_MAX ? stages - SEGMENTS_MAX : 0;
    make_segments(view, canvas, named, bar);
    while ((named || bar->count > 1) && bar->width > room) {
        bar->skip += !named;
        named = false;
        make_segments(view, canvas, named, bar);
    }
}

void contact_draw_bar(struct contact_view *view, struct canvas *canvas, struct box area, int row)
{
    int room = area.columns - TOTAL_WIDTH - 2, at = area.column + 1;
    struct bar bar;
    if (!view->journey.stages)
        return;
    fit(view, canvas, room, &bar);
    stretch(&bar, room);
    if (bar.skip)
        at += canvas_put(canvas, row, at, 2, ROLE_DIM, "… ");
    for (size_t i = 0; i < bar.count; i++) {
        if (i)
            at += canvas_put(canvas, row, at, SEPARATOR, ROLE_BORDER, " ┃ ");
        draw_segment(canvas, row, &at, &bar.segment[i]);
    }
    draw_total(view, canvas, area, row);
}
