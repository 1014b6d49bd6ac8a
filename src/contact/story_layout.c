/* A line of a story as a row of a pane: what stands at its left, and what at its right edge. */
#include <string.h>

#include "contactwatch/journey.h"
#include "contactwatch/text.h"

enum { TYPE_WIDTH = 22, UUID_LENGTH = 36, SHORT_ID = 8 };

static bool is_uuid(const char *text)
{
    return strlen(text) == UUID_LENGTH && strspn(text, "0123456789abcdefABCDEF-") == UUID_LENGTH;
}

static void put_block(struct buf *out, const struct story_line *line,
                      const struct story_style *style)
{
    for (int i = 0; i < line->depth; i++)
        buf_text(out, style->ascii ? "| " : "│ ");
    if (line->kind == LINE_RESULT)
        buf_text(out, style->ascii ? "` " : "└ ");
    if (line->kind == LINE_DETAIL)
        buf_text(out, "  ");
    if (line->block_type && line->kind == LINE_BLOCK)
        text_fit(out, line->block_type, TYPE_WIDTH, false, style->ascii);
    if (!line->block_id || line->kind != LINE_BLOCK)
        return;
    size_t shown = is_uuid(line->block_id) ? SHORT_ID : strlen(line->block_id);
    buf_text(out, style->ascii ? " \"" : " “");
    text_sanitise(out, line->block_id, shown, style->ascii);
    buf_text(out, style->ascii ? "\" " : "” ");
}

void story_left(struct buf *out, const struct story_line *line, const struct story_style *style,
                bool techy)
{
    const char *rule = techy || line->kind == LINE_LEG ? story_rule(line->kind, style->ascii) : "";
    if (*rule) {
        buf_printf(out, "%s ", rule);
    } else if (techy) {
        size_t before = out->length;
        put_block(out, line, style);
        if (out->length > before && line->kind == LINE_BLOCK)
            buf_char(out, ' ');
    }
    story_text(out, line, style);
    if (*rule)
        buf_printf(out, " %s", rule);
    if (line->folded)
        buf_printf(out, "  [+%u]", (unsigned)line->folded);
}

void story_right(struct buf *out, const struct story_line *line, const struct story_style *style,
                 bool techy)
{
    static const char *const mark[] = {
        [LINE_OK] = "", [LINE_WARNING] = "!", [LINE_NEAR_LIMIT] = "!", [LINE_ERROR] = "✗"};
    if (techy && line->duration >= 0 && !line->told)
        buf_printf(out, "%s%lld.%03d s",
                   !line->at_most ? ""
                   : style->ascii ? "<= "
                                  : "≤ ",
                   (long long)(line->duration / 1000), (int)(line->duration % 1000));
    if (line->mark == LINE_OK)
        return;
    if (out->length)
        buf_char(out, ' ');
    buf_text(out, line->mark == LINE_ERROR && style->ascii ? "x" : mark[line->mark]);
}

void story_delta(struct buf *out, const struct story_line *line)
{
    if (line->delta >= 0)
        buf_printf(out, "+%lld.%03d", (long long)(line->delta / 1000), (int)(line->delta % 1000));
}
