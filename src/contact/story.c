/* Lines become text: names for ARNs, masks over what is personal, and ASCII forms where UTF-8 is
 * not wanted. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contactwatch/journey.h"
#include "contactwatch/text.h"

enum { SHORT_ID = 8 };

static const struct {
    const char *text, *ascii;
} ascii_forms[] = {
    {"“", "\""}, {"”", "\""}, {"→", "->"}, {"≤", "<="}, {"…", "..."}, {"×", "x"},
    {"–", "-"},  {"•", "*"},  {"·", "-"},  {"━", "="},  {"─", "-"},   {"Σ", "sum"},
};

/* Sanitises raw into out; in ASCII our own signs get their forms first. */
static void emit(struct buf *out, const char *raw, size_t length, bool ascii)
{
    size_t run = 0;
    for (size_t i = 0; ascii && i < length;) {
        size_t form = 0;
        while (form < ARRAY_SIZE(ascii_forms) &&
               strncmp(raw + i, ascii_forms[form].text, strlen(ascii_forms[form].text)) != 0)
            form++;
        if ((unsigned char)raw[i] < 0x80 || form == ARRAY_SIZE(ascii_forms)) {
            i++;
            continue;
        }
        text_sanitise(out, raw + run, i - run, true);
        buf_text(out, ascii_forms[form].ascii);
        i += strlen(ascii_forms[form].text);
        run = i;
    }
    text_sanitise(out, raw + run, length - run, ascii);
}

void story_exact(struct buf *out, int64_t ms, bool at_most, bool ascii)
{
    if (at_most)
        buf_text(out, ascii ? "<= " : "≤ ");
    if (ms < 0)
        ms = 0;
    if (ms < SECOND_MS)
        buf_printf(out, "%" PRId64 " ms", ms);
    else
        buf_printf(out, "%" PRId64 ".%03" PRId64 " s", ms / SECOND_MS, ms % SECOND_MS);
}

static void show_id(struct buf *out, const char *id)
{
    size_t length = strnlen(id, SHORT_ID + 1);
    if (length > SHORT_ID)
        length = SHORT_ID;
    while (length > 0 && ((unsigned char)id[length] & 0xC0) == 0x80)
        length--;
    buf_add(out, id, length);
}

static bool is_id(const char *text)
{
    size_t length = strlen(text);
    return strncmp(text, "arn:", 4) == 0 ||
           (length == 36 && strspn(text, "0123456789abcdefABCDEF-") == length);
}

static void show_name(struct buf *out, const char *arn, const struct story_style *style)
{
    const char *name = style->names ? names_find(style->names, arn) : NULL;
    if (name)
        buf_text(out, name);
    else if (is_id(arn))
        show_id(out, arn_tail(arn));
    else
        buf_text(out, arn);
}

/* The function's name and alias out of its ARN. */
static void show_lambda(struct buf *out, const char *arn)
{
    static const char mark[] = ":function:";
    const char *name = strstr(arn, mark);
    buf_text(out, name ? name + sizeof(mark) - 1 : arn);
}

static void show_recording(struct buf *out, const char *text, const struct story_style *style)
{
    const char *slash = strrchr(text, '/');
    if (strncmp(text, "arn:", 4) != 0 && slash && slash[1])
        mask_text(out, style->mask, NULL, slash + 1);
    else
        show_name(out, text, style);
}

static void show_duration(struct buf *out, const struct part *part, const struct story_style *style)
{
    char text[DURATION_TEXT];
    duration_format(part->running ? style->now - part->ms : part->ms, text);
    buf_text(out, text);
}

static void show_part(struct buf *out, const struct part *part, const struct story_style *style)
{
    const char *text = part->text ? part->text : "";
    switch (part->kind) {
    case PART_WORDS: buf_text(out, text); break;
    case PART_PROMPT:
        buf_text(out, "“");
        mask_text(out, style->mask, NULL, text);
        buf_text(out, "”");
        break;
    case PART_INPUT: mask_digits(out, style->mask, text); break;
    case PART_PHONE: mask_phone(out, style->mask, text); break;
    case PART_QUEUE:
    case PART_AGENT: show_name(out, text, style); break;
    case PART_FLOW:
        if (part->text)
            buf_text(out, text);
        else
            show_name(out, part->key && *part->key ? part->key : "(not logged)", style);
        break;
    case PART_RECORDING: show_recording(out, text, style); break;
    case PART_LAMBDA: show_lambda(out, text); break;
    case PART_VALUE:
        if (part->key) {
            buf_text(out, part->key);
            buf_char(out, '=');
        }
        mask_text(out, style->mask, part->key, text);
        break;
    case PART_SECRET: mask_text(out, style->mask, part->key, text); break;
    case PART_DURATION: show_duration(out, part, style); break;
    case PART_EXACT: story_exact(out, part->ms, part->running, false); break;
    case PART_ERROR: mask_text(out, style->mask, NULL, text); break;
    }
}

void story_parts(struct buf *out, const struct part *part, uint32_t count,
                 const struct story_style *style)
{
    struct buf raw = {0};
    for (uint32_t i = 0; i < count; i++)
        show_part(&raw, &part[i], style);
    emit(out, buf_str(&raw), raw.length, style->ascii);
    buf_free(&raw);
}

void story_text(struct buf *out, const struct story_line *line, const struct story_style *style)
{
    story_parts(out, line->part, line->parts, style);
    if (line->results) {
        if (line->parts)
            buf_char(out, ' ');
        if (line->kind != LINE_RESULT)
            buf_text(out, style->ascii ? "-> " : "→ ");
        story_parts(out, line->result, line->results, style);
    }
    if (line->inferred)
        buf_text(out, " (inferred)");
}

const char *story_rule(enum line_kind kind, bool ascii)
{
    switch (kind) {
    case LINE_EVENT: return ascii ? "==" : "━━";
    case LINE_LEG: return ascii ? "--" : "──";
    case LINE_FLOW: return ascii ? "-" : "─";
    default: return "";
    }
}
