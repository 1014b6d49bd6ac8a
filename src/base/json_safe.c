#include <string.h>

#include "contactwatch/json.h"
#include "contactwatch/text.h"

static void write_unit(struct buf *out, uint32_t unit)
{
    static const char hex[] = "0123456789abcdef";
    char text[6] = {
        '\\', 'u', hex[unit >> 12 & 15], hex[unit >> 8 & 15], hex[unit >> 4 & 15], hex[unit & 15]};
    buf_add(out, text, sizeof(text));
}

static void write_escaped(struct buf *out, uint32_t code)
{
    if (code >= 0x10000) {
        write_unit(out, 0xD800 + ((code - 0x10000) >> 10));
        code = 0xDC00 + ((code - 0x10000) & 0x3FF);
    }
    write_unit(out, code);
}

void json_write_safe(struct buf *out, const char *json, size_t length)
{
    size_t plain = 0; /* start of the run not copied yet */
    for (size_t i = 0; i < length;) {
        unsigned char c = (unsigned char)json[i];
        if (c >= 0x20 && c < 0x7F) {
            i++;
            continue;
        }
        uint32_t code;
        size_t size = text_decode(json + i, length - i, &code);
        size += size == 0;
        bool layout = c == '\n' || c == '\t' ||
                      c == '\r'; /* between tokens: JSON text has none inside strings */
        if (!layout && (c < 0x80 || text_is_unsafe(code))) {
            buf_add(out, json + plain, i - plain);
            write_escaped(out, code);
            plain = i + size;
        }
        i += size;
    }
    buf_add(out, json + plain, length - plain);
}

void json_quote_safe(struct buf *out, const char *text)
{
    struct buf quoted = {0};
    json_quote(&quoted, text);
    json_write_safe(out, quoted.data, quoted.length);
    buf_free(&quoted);
}
