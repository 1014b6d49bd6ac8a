/* JSON written. */
#include <string.h>

#include "fakes/fake_json.h"

void jv_quote(struct buf *out, const char *text, size_t length)
{
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
    buf_reserve(out, length + 2);
    buf_char(out, '"');
    size_t done = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_add(out, text + done, i - done);
        const char *known = c ? strchr(from, c) : NULL;
        if (known)
            buf_printf(out, "\\%c", to[known - from]);
        else
            buf_printf(out, "\\u%04x", c);
        done = i + 1;
    }
    buf_add(out, text + done, length - done);
    buf_char(out, '"');
}

void jv_quote_text(struct buf *out, const char *text)
{
    jv_quote(out, text, strlen(text));
}

static void write_children(struct buf *out, const struct jv *value)
{
    for (const struct jv *c = value->child; c; c = c->next) {
        if (value->type == JV_OBJECT) {
            jv_quote(out, c->name, c->name_length);
            buf_char(out, ':');
        }
        jv_write(out, c);
        if (c->next)
            buf_char(out, ',');
    }
}

void jv_write(struct buf *out, const struct jv *value)
{
    switch (value->type) {
    case JV_NULL: buf_text(out, "null"); break;
    case JV_BOOL: buf_text(out, value->boolean ? "true" : "false"); break;
    case JV_NUMBER: buf_add(out, value->text, value->length); break;
    case JV_STRING: jv_quote(out, value->text, value->length); break;
    case JV_ARRAY:
    case JV_OBJECT:
        buf_char(out, value->type == JV_ARRAY ? '[' : '{');
        write_children(out, value);
        buf_char(out, value->type == JV_ARRAY ? ']' : '}');
        break;
    }
}
