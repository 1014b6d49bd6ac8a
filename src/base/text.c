/* UTF-8 in, harmless UTF-8 out. Unicode's tables are utf8proc's; ASCII, nearly all there is, takes
 * the short way. */
#include "contactwatch/text.h"

#include <string.h>
#include <utf8proc.h>

enum { MARKS_MAX = 2, REPLACEMENT = 0xfffd };

/* Length of the well-formed sequence at text, or 0. */
static size_t sequence(const unsigned char *text, size_t length, uint32_t *code)
{
    utf8proc_int32_t value;
    utf8proc_ssize_t used = utf8proc_iterate(text, (utf8proc_ssize_t)length, &value);
    if (used <= 0)
        return 0;
    *code = (uint32_t)value;
    return (size_t)used;
}

size_t text_decode(const char *text, size_t length, uint32_t *code)
{
    if (!length)
        return 0;
    if ((unsigned char)*text < 0x80) {
        *code = (unsigned char)*text;
        return 1;
    }
    size_t used = sequence((const unsigned char *)text, length, code);
    if (used)
        return used;
    *code = REPLACEMENT;
    return 1;
}

size_t text_encode(uint32_t code, char out[4])
{
    utf8proc_ssize_t used = utf8proc_encode_char((utf8proc_int32_t)code, (utf8proc_uint8_t *)out);
    return used > 0 ? (size_t)used : 0;
}

bool text_valid_utf8(const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        uint32_t code;
        if ((unsigned char)text[i] < 0x80) {
            i++;
            continue;
        }
        size_t used = sequence((const unsigned char *)text + i, length - i, &code);
        if (!used)
            return false;
        i += used;
    }
    return true;
}

bool text_is_unsafe(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } range[] = {
        {0x00, 0x1f},       {0x7f, 0x9f},       {0xad, 0xad},     {0x34f, 0x34f},
        {0x61c, 0x61c},     {0x115f, 0x1160},   {0x17b4, 0x17b5}, {0x180b, 0x180f},
        {0x200b, 0x200f},   {0x2028, 0x202e},   {0x2060, 0x206f}, {0x3164, 0x3164},
        {0xd800, 0xdfff},   {0xfdd0, 0xfdef},   {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},
        {0xffa0, 0xffa0},   {0xfff0, 0xfffb},   {0xfffe, 0xffff}, {0x1bca0, 0x1bca3},
        {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
    };
    if (code >= 0x20 && code < 0x7f)
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(range); i++)
        if (code >= range[i].first && code <= range[i].last)
            return true;
    return (code & 0xfffe) == 0xfffe;
}

static bool is_mark(uint32_t code)
{
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)code);
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME;
}

static void put_unsafe(struct buf *out, uint32_t code, bool ascii)
{
    if (code == '\n' || code == '\t' || code == '\r')
        buf_char(out, ' ');
    else if (ascii && code < 0x20)
        buf_printf(out, "^%c", (char)(code + 0x40));
    else
        buf_printf(out, "<U+%04X>", (unsigned)code);
}

void text_sanitise(struct buf *out, const char *text, size_t length, bool ascii)
{
    int marks = 0;
    for (size_t i = 0; i < length;) {
        size_t run = i;
        while (run < length && text[run] >= 0x20 && text[run] < 0x7f)
            run++;
        if (run > i) {
            buf_add(out, text + i, run - i);
            i = run;
            marks = 0;
            continue;
        }
        uint32_t code;
        size_t used = text_decode(text + i, length - i, &code);
        i += used;
        if (text_is_unsafe(code)) {
            put_unsafe(out, code, ascii);
            marks = 0;
            continue;
        }
        marks = is_mark(code) ? marks + 1 : 0;
        if (marks > MARKS_MAX)
            continue;
        if (ascii) {
            if (!marks)
                buf_char(out, '?');
        } else {
            char bytes[4];
            buf_add(out, bytes, text_encode(code, bytes));
        }
    }
}
