/* The text of a row: its time, its words, what stands at its right edge, its role. */
#include <stdio.h>
#include <string.h>

#include "contactwatch/text.h"
#include "ui/contact_view.h"

/* Techy's columns leave as the pane narrows: the delta, then the block's identifier, then the
 * thousandths and the width of the type. */
enum {
    DELTA_WIDTH = 9,
    DELTA_FROM = 72,
    IDENTIFIER_FROM = 56,
    EXACT_FROM = 48,
    NAME_ROOM = 40, /* cells a name or a hidden value may take instead of what it stands for */
};

void row_text_free(struct row_text *text)
{
    buf_free(&text->time);
    buf_free(&text->left);
    buf_free(&text->right);
}

size_t contact_wrap(const char *text, size_t length, size_t from, int width)
{
    size_t at = from, blank = 0;
    int cells = 0;
    while (at < length) {
        uint32_t code;
        size_t used = text_decode(text + at, length - at, &code);
        cells += text_code_width(code);
        if (cells > width)
            return code == ' ' ? at + used : blank > from ? blank : at > from ? at : at + used;
        at += used;
        if (code == ' ')
            blank = at;
    }
    return length;
}

static int friendly_room(int width)
{
    return width - CLOCK_WIDTH - MARK_WIDTH;
}

/* No fewer cells than the parts take, without making their text. */
static size_t cells_at_most(const struct part *part, uint32_t count)
{
    size_t cells = 0;
    for (uint32_t i = 0; i < count; i++) {
        size_t length = part[i].text ? strlen(part[i].text) : 0;
        cells += part[i].kind == PART_WORDS || length > NAME_ROOM ? length : NAME_ROOM;
    }
    return cells;
}

uint32_t contact_pieces(const struct contact_view *view, const struct story_line *line, int width)
{
    enum { AROUND = 24 }; /* rules, the arrow, "(inferred)", "[+n]" */
    struct story_style style;
    struct buf text = {0};
    uint32_t count = 0;
    int room = friendly_room(width);
    if (cells_at_most(line->part, line->parts) + cells_at_most(line->result, line->results) +
            AROUND <=
        (size_t)(room > 0 ? room : 0))
        return 1;
    contact_style(view, &style);
    story_left(&text, line, &style, false);
    for (size_t at = 0; at < text.length && count < PIECES_MAX; count++)
        at = contact_wrap(buf_str(&text), text.length, at, room);
    buf_free(&text);
    return count ? count : 1;
}

/* The last piece has all that is left, however the text has grown since it was laid out. */
static void put_piece(struct buf *out, const struct buf *text, uint32_t part, bool last, int room)
{
    size_t at = 0;
    for (uint32_t i = 0; i < part; i++)
        at = contact_wrap(buf_str(text), text->length, at, room);
    size_t end = last ? text->length : contact_wrap(buf_str(text), text->length, at, room);
    buf_add(out, buf_str(text) + at, end - at);
}

void contact_day(const struct ui *ui, int64_t ms, char out[16])
{
    struct tm tm = instant_split(ms, ui->utc);
    strftime(out, 16, "%Y-%m-%d", &tm);
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

static void put_time(const struct contact_view *view, enum pane_kind kind, int width,
                     const struct story_line *line, bool first, struct buf *out)
{
    bool exact = kind == PANE_TECHY && width >= EXACT_FROM;
    bool delta = kind == PANE_TECHY && width >= DELTA_FROM;
    size_t full = (size_t)CLOCK_WIDTH + (exact ? 4U : 0U) + (delta ? (size_t)DELTA_WIDTH : 0U);
    char clock[16];
    if (first && line->time != INSTANT_NONE) {
        ui_clock(view->base.ui, line->time, clock);
        buf_text(out, clock);
        if (exact)
            buf_printf(out, ".%03d", (int)(line->time % SECOND_MS));
        buf_text(out, "  ");
        if (delta)
            story_delta(out, line);
    }
    if (delta && out->length >= full)
        full = out->length + 1;
    buf_pad(out, ' ', full - out->length);
}

/* Where the columns have no room: nesting, type, words. */
static void put_narrow_block(struct buf *out, const struct story_line *line,
                             const struct story_style *style)
{
    struct story_line words = *line;
    words.block_type = words.block_id = NULL;
    words.depth = 0;
    buf_pad(out, ' ', line->depth);
    text_sanitise(out, line->block_type, strlen(line->block_type), style->ascii);
    buf_char(out, ' ');
    story_left(out, &words, style, true);
}

static void put_techy(struct buf *out, const struct story_line *line, int width,
                      const struct story_style *style)
{
    struct story_line shown = *line;
    if (line->kind == LINE_BLOCK && line->block_type && width < EXACT_FROM) {
        put_narrow_block(out, line, style);
        return;
    }
    if (width < IDENTIFIER_FROM)
        shown.block_id = NULL;
    story_left(out, &shown, style, true);
}

static void put_friendly(const struct contact_view *view, size_t row, const struct story_line *line,
                         const struct story_style *style, struct buf *out)
{
    const struct pane *pane = &view->pane[PANE_FRIENDLY];
    bool last = row + 1 >= pane->count || pane->row[row + 1].line != pane->row[row].line;
    struct buf text = {0};
    story_left(&text, line, style, false);
    put_piece(out, &text, pane->row[row].part, last, friendly_room(pane->width));
    buf_free(&text);
}

static void story_row(const struct contact_view *view, enum pane_kind kind, size_t row,
                      struct row_text *out)
{
    const struct pane *pane = &view->pane[kind];
    const struct story_line *line = contact_line(view, kind, row);
    struct story_style style;
    char day[16];
    if (!line)
        return;
    contact_style(view, &style);
    out->role = line_role(line, kind);
    if (pane->row[row].part == PART_DATE) {
        contact_day(view->base.ui, line->time, day);
        buf_printf(&out->left, "── %s ──", day);
        out->role = ROLE_BORDER;
        return;
    }
    put_time(view, kind, pane->width, line, pane->row[row].part == 0, &out->time);
    if (kind == PANE_FRIENDLY)
        put_friendly(view, row, line, &style, &out->left);
    else
        put_techy(&out->left, line, pane->width, &style);
    if (pane->row[row].part == 0)
        story_right(&out->right, line, &style, kind == PANE_TECHY);
}

void contact_row_text(const struct contact_view *view, enum pane_kind kind, size_t row,
                      struct row_text *out)
{
    const struct plain *plain = &view->plain[kind];
    const struct pane *pane = &view->pane[kind];
    buf_clear(&out->time);
    buf_clear(&out->left);
    buf_clear(&out->right);
    out->role = ROLE_TEXT;
    if (row >= pane->count)
        return;
    if (contact_story(view, kind)) {
        story_row(view, kind, row, out);
    } else if (pane->row[row].line < plain->count) {
        buf_text(&out->left, plain->line[pane->row[row].line].text);
        out->role = plain->line[pane->row[row].line].role;
    }
}
