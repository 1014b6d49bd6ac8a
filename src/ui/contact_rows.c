/* Rows of the panes: which lines are visible, how they wrap, how one becomes text. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "contactwatch/text.h"
#include "ui/contact_view.h"

enum { CLOCK_WIDTH = 10, EXACT_WIDTH = 14, DELTA_WIDTH = 9, MARK_WIDTH = 2 };

void contact_outdate(struct contact_view *view)
{
    for (int kind = 0; kind < PANE_COUNT; kind++) {
        struct pane *pane = &view->pane[kind];
        if (pane->width)
            pane->place = contact_place(view, (enum pane_kind)kind);
        pane->width = 0;
    }
}

void contact_fold_key(const struct contact_view *view, const struct story_line *line, char out[40])
{
    const struct history *history = contact_history(view, line->contact_id);
    out[0] = '\0';
    if (!history || !line->entries || line->entry >= history->count)
        return;
    for (int i = 0; i < 16; i++)
        snprintf(out + 2 * i, 3, "%02x", history->entry[line->entry].id.byte[i]);
}

bool contact_is_unfolded(const struct contact_view *view, const struct story_line *line)
{
    char key[40];
    contact_fold_key(view, line, key);
    return (map_get(&view->unfolded, key) != NULL) != view->unfold_all;
}

/* End of the piece of text that begins at `from` and fills at most width cells, broken at a blank
 * where there is one. */
static size_t wrap_end(const char *text, size_t from, int width)
{
    size_t length = strlen(text), at = from, blank = 0;
    int cells = 0;
    while (at < length) {
        uint32_t code;
        size_t used = text_decode(text + at, length - at, &code);
        cells += text_code_width(code);
        if (cells > width)
            return blank > from ? blank : at > from ? at : at + used;
        at += used;
        if (code == ' ')
            blank = at;
    }
    return length;
}

static uint32_t pieces(const char *text, int width)
{
    uint32_t count = 0;
    size_t length = strlen(text);
    for (size_t at = 0; at < length; count++)
        at = wrap_end(text, at, width);
    return count ? count : 1;
}

static void day_of(const struct ui *ui, int64_t ms, char out[16])
{
    time_t seconds = (time_t)(ms / SECOND_MS);
    struct tm tm;
    if (ui->utc)
        gmtime_r(&seconds, &tm);
    else
        localtime_r(&seconds, &tm);
    strftime(out, 16, "%Y-%m-%d", &tm);
}

static void add_row(struct pane *pane, size_t line, uint32_t part)
{
    mem_grow(pane->row, pane->count, pane->capacity);
    pane->row[pane->count++] = (struct pane_row){(uint32_t)line, part};
}

static void add_pieces(const struct contact_view *view, struct pane *pane, enum pane_kind kind,
                       size_t line)
{
    struct story_style style;
    struct buf text = {0};
    contact_style(view, &style);
    uint32_t count = 1;
    if (kind == PANE_FRIENDLY) {
        story_left(&text, &contact_story(view, kind)->line[line], &style, false);
        count = pieces(buf_str(&text), pane->width - CLOCK_WIDTH - MARK_WIDTH);
    }
    for (uint32_t part = 0; part < count; part++)
        add_row(pane, line, part);
    buf_free(&text);
}

static void layout_story(struct contact_view *view, enum pane_kind kind)
{
    const struct story *story = contact_story(view, kind);
    struct pane *pane = &view->pane[kind];
    char day[16] = "", before[16] = "";
    bool open = true;
    for (size_t i = 0; i < story->count; i++) {
        const struct story_line *line = &story->line[i];
        if (line->kind != LINE_DETAIL)
            open = contact_is_unfolded(view, line);
        else if (!open)
            continue;
        if (view->hide && line->check && kind == PANE_TECHY)
            continue;
        if (line->time != INSTANT_NONE) {
            day_of(view->base.ui, line->time, day);
            if (before[0] && strcmp(day, before) != 0)
                add_row(pane, i, PART_DATE);
            memcpy(before, day, sizeof(before));
        }
        add_pieces(view, pane, kind, i);
    }
}

void contact_layout(struct contact_view *view, enum pane_kind kind, int width)
{
    struct pane *pane = &view->pane[kind];
    if (pane->width == width)
        return;
    if (pane->width)
        pane->place = contact_place(view, kind);
    pane->width = width;
    pane->count = 0;
    if (contact_story(view, kind)) {
        layout_story(view, kind);
        contact_find_place(view, kind, &pane->place);
    } else {
        for (size_t i = 0; i < view->plains[kind]; i++)
            add_row(pane, i, 0);
    }
    if (pane->follow || pane->position >= pane->count)
        pane->position = pane->count ? pane->count - 1 : 0;
}

const struct story_line *contact_line(const struct contact_view *view, enum pane_kind kind,
                                      size_t row)
{
    const struct story *story = contact_story(view, kind);
    const struct pane *pane = &view->pane[kind];
    if (!story || row >= pane->count || pane->row[row].line >= story->count)
        return NULL;
    return &story->line[pane->row[row].line];
}

static enum role line_role(const struct story_line *line, enum pane_kind kind)
{
    static const enum role of_kind[] = {
        [LINE_EVENT] = ROLE_HEAD,  [LINE_LEG] = ROLE_BORDER,  [LINE_FLOW] = ROLE_FLOW,
        [LINE_BLOCK] = ROLE_TEXT,  [LINE_RESULT] = ROLE_TEXT, [LINE_DETAIL] = ROLE_DIM,
        [LINE_WAIT] = ROLE_QUEUED, [LINE_NOTE] = ROLE_DIM,    [LINE_FOOT] = ROLE_DIM,
    };
    if (line->mark == LINE_ERROR)
        return ROLE_ERROR;
    if (line->mark != LINE_OK)
        return ROLE_WARN;
    if (line->dim)
        return ROLE_DIM;
    if (kind == PANE_FRIENDLY && line->kind == LINE_EVENT)
        return ROLE_TEXT;
    if (line->block_type && strcmp(line->block_type, "InvokeExternalResource") == 0)
        return ROLE_LAMBDA;
    if (line->block_type && strstr(line->block_type, "Attributes"))
        return ROLE_ATTRIBUTE;
    return of_kind[line->kind];
}

static void put_time(const struct contact_view *view, enum pane_kind kind,
                     const struct story_line *line, bool first, struct buf *out)
{
    char clock[16];
    size_t before = out->length;
    size_t width = kind == PANE_TECHY ? EXACT_WIDTH + DELTA_WIDTH : CLOCK_WIDTH;
    if (first && line->time != INSTANT_NONE) {
        ui_clock(view->base.ui, line->time, clock);
        buf_text(out, clock);
        if (kind == PANE_TECHY) {
            buf_printf(out, ".%03d  ", (int)(line->time % SECOND_MS));
            story_delta(out, line);
        }
    }
    if (out->length - before < width)
        buf_pad(out, ' ', width - (out->length - before));
}

static void put_piece(struct buf *out, const char *text, uint32_t part, int width)
{
    size_t at = 0, end = 0;
    for (uint32_t i = 0; i <= part; i++) {
        at = end;
        end = wrap_end(text, at, width);
    }
    buf_add(out, text + at, end - at);
}

enum role contact_row_text(const struct contact_view *view, enum pane_kind kind,
                           const struct pane_row *row, struct buf *left, struct buf *right)
{
    const struct story *story = contact_story(view, kind);
    if (!story) {
        buf_text(left, view->plain[kind][row->line].text);
        return view->plain[kind][row->line].role;
    }
    const struct story_line *line = &story->line[row->line];
    struct story_style style;
    struct buf text = {0};
    contact_style(view, &style);
    if (row->part == PART_DATE) {
        char day[16];
        day_of(view->base.ui, line->time, day);
        buf_printf(left, "── %s ──", day);
        return ROLE_BORDER;
    }
    put_time(view, kind, line, row->part == 0, left);
    story_left(&text, line, &style, kind == PANE_TECHY);
    if (kind == PANE_FRIENDLY)
        put_piece(left, buf_str(&text), row->part,
                  view->pane[kind].width - CLOCK_WIDTH - MARK_WIDTH);
    else
        buf_text(left, buf_str(&text));
    if (row->part == 0)
        story_right(right, line, &style, kind == PANE_TECHY);
    buf_free(&text);
    return line_role(line, kind);
}
