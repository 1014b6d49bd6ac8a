/* What stands above the panes: who this is, the time bar of the stages, the chain, one sentence. */
#include <stdio.h>
#include <string.h>

#include "ui/contact_view.h"

enum { SEGMENTS_MAX = 64, SEPARATOR = 3, TOTAL_WIDTH = 16, SENTENCE_FROM_ROWS = 12 };

static const struct {
    const char *word, *fill;
    enum role role;
} stage_look[] = {
    [STAGE_FLOW] = {"flow", "▓", ROLE_FLOW},
    [STAGE_QUEUE] = {"queue", "▒", ROLE_QUEUED},
    [STAGE_AGENT] = {"agent", "█", ROLE_AGENT},
    [STAGE_ACW] = {"ACW", "░", ROLE_ENDED},
};

static void draw_title(struct contact_view *view, struct canvas *canvas, struct box area)
{
    struct ui *ui = view->base.ui;
    const struct row *row = live_find(ui->live, view->leg_id);
    struct buf text = {0};
    int at = area.column + 1;
    at += canvas_printf(canvas, area.row, at, area.columns, ROLE_DIM, "Contacts › ");
    at += canvas_put(canvas, area.row, at, area.columns - at, ROLE_TITLE, view->leg_id);
    struct record_facts facts = {0};
    struct arena arena = {0};
    if (view->chain.count)
        record_facts(&facts, view->chain.leg[view->leg].record, &arena);
    if (facts.channel)
        buf_printf(&text, "   %s by %s", facts.channel, facts.method ? facts.method : "–");
    if (row) {
        buf_text(&text, "   ");
        columns[COLUMN_STATUS].format(&text, row, ui->live, ui->now);
        buf_char(&text, ' ');
        columns[COLUMN_IN_STATE].format(&text, row, ui->live, ui->now);
        buf_text(&text, "   flags ");
        columns[COLUMN_FLAGS].format(&text, row, ui->live, ui->now);
    } else if (view->chain.count) {
        buf_printf(&text, "   %s", lifecycle_name[facts.status]);
    }
    canvas_put(canvas, area.row, at, area.columns - at, ROLE_TEXT, buf_str(&text));
    buf_free(&text);
    arena_free(&arena);
}

/* The end of a stage that goes on is the picture's time; of a chain that fell silent, its last
 * word. */
static int64_t stage_length(const struct contact_view *view, const struct stage *stage)
{
    int64_t end = stage->end;
    if (end == INSTANT_NONE) {
        const struct row *row = live_find(view->base.ui->live, stage->contact_id);
        end = row && !row->unsure ? view->base.ui->now : stage->start;
    }
    return end > stage->start ? end - stage->start : 0;
}

struct segment {
    char label[48], length[DURATION_TEXT];
    int least, bar; /* cells */
    int64_t ms;
    const struct stage *stage;
};

static void make_segment(struct contact_view *view, struct canvas *canvas,
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

static size_t make_segments(struct contact_view *view, struct canvas *canvas, bool named,
                            size_t skip, struct segment *out, int *width, int64_t *sum)
{
    const struct journey *journey = &view->journey;
    size_t count = 0;
    *width = 0;
    *sum = 0;
    for (size_t i = skip; i < journey->stages && count < SEGMENTS_MAX; i++) {
        make_segment(view, canvas, &journey->stage[i], named, &out[count]);
        *width += out[count].least + (count ? SEPARATOR : 0);
        *sum += out[count].ms;
        count++;
    }
    return count;
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

static void draw_total(struct contact_view *view, struct canvas *canvas, struct box area, int row)
{
    const struct journey *journey = &view->journey;
    const struct stage *last = &journey->stage[journey->stages - 1];
    int64_t end = journey->stage[0].start;
    for (size_t i = 0; i < journey->stages; i++) {
        int64_t until = journey->stage[i].start + stage_length(view, &journey->stage[i]);
        end = until > end ? until : end;
    }
    char text[DURATION_TEXT], total[48];
    duration_format(end - journey->stage[0].start, text);
    snprintf(total, sizeof(total), "%s total %s", last->end == INSTANT_NONE ? "…" : " ", text);
    int width = canvas_width(canvas, total);
    canvas_put(canvas, row, area.column + area.columns - width - 1, width, ROLE_TEXT, total);
}

/* Names leave first when the line is short, then the oldest stages. */
static void draw_stages(struct contact_view *view, struct canvas *canvas, struct box area, int row)
{
    static struct segment segment[SEGMENTS_MAX]; /* one thread draws */
    int room = area.columns - TOTAL_WIDTH - 2, width;
    int64_t sum;
    size_t skip = 0;
    bool named = true;
    if (!view->journey.stages)
        return;
    size_t count = make_segments(view, canvas, named, skip, segment, &width, &sum);
    while (count > 1 && width > room) {
        skip += !named;
        named = false;
        count = make_segments(view, canvas, named, skip, segment, &width, &sum);
    }
    int spare = room > width ? room - width : 0, at = area.column + 1;
    if (skip)
        at += canvas_put(canvas, row, at, 2, ROLE_DIM, "… ");
    for (size_t i = 0; i < count; i++) {
        if (i)
            at += canvas_put(canvas, row, at, SEPARATOR, ROLE_BORDER, " ┃ ");
        segment[i].bar +=
            sum ? (int)((double)spare * (double)segment[i].ms / (double)sum * 0.8) : 0;
        draw_segment(canvas, row, &at, &segment[i]);
    }
    draw_total(view, canvas, area, row);
}

static const char *link_word(const struct leg *leg)
{
    static const struct {
        const char *method, *word;
    } link[] = {
        {"TRANSFER", "transferred"}, {"QUEUE_TRANSFER", "moved"},
        {"CALLBACK", "called back"}, {"DISCONNECT", "after it"},
        {"MONITOR", "monitored"},    {"EXTERNAL_OUTBOUND", "third party"},
    };
    const char *method = leg->record->field[FIELD_METHOD].value;
    for (size_t i = 0; method && i < ARRAY_SIZE(link); i++)
        if (strcmp(link[i].method, method) == 0)
            return link[i].word;
    return "then";
}

static void draw_chain(const struct contact_view *view, struct canvas *canvas, struct box area,
                       int row)
{
    int at = area.column + 1, end = area.column + area.columns - 1;
    at += canvas_put(canvas, row, at, end - at, ROLE_DIM, "chain  ");
    for (size_t i = 0; i < view->chain.count && at < end; i++) {
        const struct leg *leg = &view->chain.leg[i];
        const char *method = leg->record->field[FIELD_METHOD].value;
        bool here = i == view->leg;
        char clock[16] = "–";
        if (i)
            at += canvas_printf(canvas, row, at, end - at, ROLE_BORDER, " ── %s ──▶ ",
                                link_word(leg));
        if (leg->start != INSTANT_NONE)
            ui_clock(view->base.ui, leg->start, clock);
        int from = at;
        at +=
            canvas_printf(canvas, row, at, end - at, here ? ROLE_TITLE : ROLE_TEXT, "%s %.8s %s %s",
                          here ? "●" : "○", leg->record->contact_id, method ? method : "–", clock);
        if (here)
            canvas_over(canvas, row, from, at - from, OVER_BOLD);
    }
}

static void draw_sentence(const struct contact_view *view, struct canvas *canvas, struct box area,
                          int row)
{
    struct story_style style;
    struct buf text = {0};
    contact_style(view, &style);
    story_parts(&text, view->journey.head, view->journey.head_parts, &style);
    canvas_put(canvas, row, area.column + 1, area.columns - 2, ROLE_DIM, buf_str(&text));
    buf_free(&text);
}

int contact_draw_head(struct contact_view *view, struct canvas *canvas, struct box area)
{
    int used = 1;
    draw_title(view, canvas, area);
    if (!view->note)
        return used;
    draw_stages(view, canvas, area, area.row + used++);
    if (view->chain.count > 1)
        draw_chain(view, canvas, area, area.row + used++);
    if (area.rows >= SENTENCE_FROM_ROWS)
        draw_sentence(view, canvas, area, area.row + used++);
    return used;
}
