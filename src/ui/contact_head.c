/* What stands above the panes: who this is, the time bar of the stages, the chain, one sentence. */
#include <stdio.h>
#include <string.h>

#include "contactwatch/text.h"
#include "ui/contact_view.h"

enum { BAR_FROM_ROWS = 6, CHAIN_FROM_ROWS = 8, SENTENCE_FROM_ROWS = 12, WRAP_FROM_ROWS = 18 };

/* The pieces of the title, in order; when the line is too short they give way by their number. */
enum title_piece { TITLE_CRUMB, TITLE_ID, TITLE_KIND, TITLE_STATUS, TITLE_FLAGS, TITLE_COUNT };
struct title {
    char text[TITLE_COUNT][160];
    enum role role[TITLE_COUNT];
};

static enum role status_role(const struct row *row)
{
    static const enum role role[SHOWN_COUNT] = {
        [SHOWN_SCHEDULED] = ROLE_DIM, [SHOWN_DIALLING] = ROLE_FLOW, [SHOWN_IN_FLOW] = ROLE_FLOW,
        [SHOWN_QUEUED] = ROLE_QUEUED, [SHOWN_RINGING] = ROLE_WARN,  [SHOWN_WITH_AGENT] = ROLE_AGENT,
        [SHOWN_ON_HOLD] = ROLE_WARN,  [SHOWN_PAUSED] = ROLE_DIM,    [SHOWN_ACW] = ROLE_AGENT,
        [SHOWN_ENDED] = ROLE_ENDED,
    };
    return row->shown < SHOWN_COUNT ? role[row->shown] : ROLE_TEXT;
}

static void put_column(struct contact_view *view, struct buf *out, enum column_id id,
                       const struct row *row)
{
    columns[id].format(out, row, view->base.ui->live, view->base.ui->now);
}

static void title_of_row(struct contact_view *view, const struct row *row, struct title *title)
{
    struct buf text = {0};
    put_column(view, &text, COLUMN_STATUS, row);
    buf_char(&text, ' ');
    put_column(view, &text, COLUMN_IN_STATE, row);
    snprintf(title->text[TITLE_STATUS], sizeof(title->text[0]), "%s", buf_str(&text));
    title->role[TITLE_STATUS] = status_role(row);
    buf_clear(&text);
    put_column(view, &text, COLUMN_FLAGS, row);
    const char *flags = buf_str(&text) + strspn(buf_str(&text), " ");
    if (*flags)
        snprintf(title->text[TITLE_FLAGS], sizeof(title->text[0]), "flags %s", flags);
    if (row->flags & (ROW_ERROR | ROW_LAMBDA_ERROR))
        title->role[TITLE_FLAGS] = ROLE_ERROR;
    buf_free(&text);
}

static void make_title(struct contact_view *view, struct title *title)
{
    const struct row *row = live_find(view->base.ui->live, view->leg_id);
    struct record_facts facts = {0};
    struct arena arena = {0};
    *title = (struct title){.role = {ROLE_DIM, ROLE_TITLE, ROLE_TEXT, ROLE_TEXT, ROLE_TEXT}};
    snprintf(title->text[TITLE_CRUMB], sizeof(title->text[0]), "Contacts ›");
    snprintf(title->text[TITLE_ID], sizeof(title->text[0]), "%s", view->leg_id);
    if (view->chain.count)
        record_facts(&facts, view->chain.leg[view->leg].record, &arena);
    if (facts.channel || facts.method)
        snprintf(title->text[TITLE_KIND], sizeof(title->text[0]), "%.40s by %.40s",
                 facts.channel ? facts.channel : "–", facts.method ? facts.method : "–");
    if (row)
        title_of_row(view, row, title);
    else if (view->chain.count)
        snprintf(title->text[TITLE_STATUS], sizeof(title->text[0]), "%s",
                 lifecycle_name[facts.status]);
    if (view->gone && view->note) {
        snprintf(title->text[TITLE_STATUS], sizeof(title->text[0]), "NOT IN THE STORE ANY MORE");
        title->role[TITLE_STATUS] = ROLE_WARN;
    }
    arena_free(&arena);
}

static int title_width(struct canvas *canvas, const struct title *title, int gap)
{
    int width = 0;
    for (int i = 0; i < TITLE_COUNT; i++)
        if (title->text[i][0])
            width += canvas_width(canvas, title->text[i]) + (i > TITLE_ID ? gap : 1);
    return width;
}

/* The id is cut to its first eight, then the crumb goes, the gaps close, and the channel goes. */
static int fit_title(struct canvas *canvas, struct title *title, int room)
{
    enum { SHORT_ID = 8, WIDE_GAP = 3, CLOSE_GAP = 2 };
    int gap = WIDE_GAP;
    for (int step = 0; step < 4 && title_width(canvas, title, gap) > room; step++) {
        if (step == 0 && strlen(title->text[TITLE_ID]) > SHORT_ID)
            title->text[TITLE_ID][SHORT_ID] = '\0';
        else if (step == 1)
            title->text[TITLE_CRUMB][0] = '\0';
        else if (step == 2)
            gap = CLOSE_GAP;
        else if (step == 3)
            title->text[TITLE_KIND][0] = '\0';
    }
    return gap;
}

static void draw_title(struct contact_view *view, struct canvas *canvas, struct box area)
{
    struct title title;
    make_title(view, &title);
    int at = area.column + 1, end = area.column + area.columns;
    int gap = fit_title(canvas, &title, end - at);
    for (int i = 0; i < TITLE_COUNT; i++) {
        if (!title.text[i][0])
            continue;
        if (i > TITLE_CRUMB && at > area.column + 1)
            at += i > TITLE_ID ? gap : 1;
        at += canvas_put(canvas, area.row, at, end - at, title.role[i], title.text[i]);
    }
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

static void leg_text(const struct contact_view *view, size_t i, char *out, size_t size)
{
    const struct leg *leg = &view->chain.leg[i];
    const char *method = leg->record->field[FIELD_METHOD].value;
    char clock[16] = "–";
    if (leg->start != INSTANT_NONE)
        ui_clock(view->base.ui, leg->start, clock);
    snprintf(out, size, "%s %.8s %.24s %s", i == view->leg ? "●" : "○", leg->record->contact_id,
             method ? method : "–", clock);
}

static void link_text(const struct contact_view *view, size_t i, char *out, size_t size)
{
    snprintf(out, size, " ── %s ──▶ ", link_word(&view->chain.leg[i]));
}

/* The first leg drawn: as early as leaves room for the chosen one. */
static size_t first_leg(const struct contact_view *view, struct canvas *canvas, int room)
{
    enum { CUT = 2 };
    char text[96];
    size_t first = view->leg;
    leg_text(view, first, text, sizeof(text));
    int width = canvas_width(canvas, text);
    while (first > 0) {
        link_text(view, first, text, sizeof(text));
        width += canvas_width(canvas, text);
        leg_text(view, first - 1, text, sizeof(text));
        width += canvas_width(canvas, text);
        if (width + (first > 1 ? CUT : 0) > room)
            break;
        first--;
    }
    return first;
}

static void draw_chain(const struct contact_view *view, struct canvas *canvas, struct box area,
                       int row)
{
    int at = area.column + 1, end = area.column + area.columns - 1;
    char text[96];
    at += canvas_put(canvas, row, at, end - at, ROLE_DIM, "chain  ");
    size_t first = first_leg(view, canvas, end - at);
    if (first)
        at += canvas_put(canvas, row, at, end - at, ROLE_DIM, "… ");
    for (size_t i = first; i < view->chain.count && at < end; i++) {
        if (i > first) {
            link_text(view, i, text, sizeof(text));
            at += canvas_put(canvas, row, at, end - at, ROLE_BORDER, text);
        }
        leg_text(view, i, text, sizeof(text));
        int from = at;
        at += canvas_put(canvas, row, at, end - at, i == view->leg ? ROLE_TITLE : ROLE_TEXT, text);
        if (i == view->leg)
            canvas_over(canvas, row, from, at - from, OVER_BOLD);
    }
    enum chain_end how = chain_state(&view->chain, view->base.ui->now);
    snprintf(text, sizeof(text), "   %s", chain_end_text(how));
    if (how != CHAIN_OPEN && at + canvas_width(canvas, text) <= end)
        canvas_put(canvas, row, at, end - at, ROLE_DIM, text);
}

/* One sentence; on a second line where it is long and there is room. Returns the lines. */
static int draw_sentence(const struct contact_view *view, struct canvas *canvas, struct box area,
                         int row)
{
    struct story_style style;
    struct buf text = {0};
    int width = area.columns - 2, lines = 1;
    contact_style(view, &style);
    story_parts(&text, view->journey.head, view->journey.head_parts, &style);
    size_t end = text.length;
    if (area.rows >= WRAP_FROM_ROWS && text_width(buf_str(&text)) > width) {
        end = contact_wrap(buf_str(&text), text.length, 0, width);
        lines = 2;
    }
    canvas_printf(canvas, row, area.column + 1, width, ROLE_DIM, "%.*s", (int)end, buf_str(&text));
    if (lines == 2)
        canvas_put(canvas, row + 1, area.column + 1, width, ROLE_DIM, buf_str(&text) + end);
    buf_free(&text);
    return lines;
}

int contact_draw_head(struct contact_view *view, struct canvas *canvas, struct box area)
{
    int used = 1;
    draw_title(view, canvas, area);
    if (!view->note)
        return used;
    if (area.rows >= BAR_FROM_ROWS && view->journey.stages)
        contact_draw_bar(view, canvas, area, area.row + used++);
    if (area.rows >= CHAIN_FROM_ROWS && view->chain.count > 1)
        draw_chain(view, canvas, area, area.row + used++);
    if (area.rows >= SENTENCE_FROM_ROWS)
        used += draw_sentence(view, canvas, area, area.row + used);
    return used;
}
