#include <stdlib.h>
#include <string.h>

#include "aws/aws_internal.h"
#include "contactwatch/text.h"

/* One entity at text ("&lt;", "&#x41;"), into out; returns its length, 0 when it is none. */
static size_t read_entity(const char *text, size_t length, char out[4], size_t *written)
{
    static const struct {
        const char *name;
        char c;
    } named[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
    for (size_t i = 0; i < ARRAY_SIZE(named); i++) {
        size_t size = strlen(named[i].name);
        if (size <= length && memcmp(text, named[i].name, size) == 0) {
            out[0] = named[i].c;
            *written = 1;
            return size;
        }
    }
    const char *end = memchr(text, ';', length < 12 ? length : 12);
    if (!end || end - text < 3 || text[1] != '#')
        return 0;
    bool hex = text[2] == 'x';
    unsigned long code = strtoul(text + 2 + hex, NULL, hex ? 16 : 10);
    *written = code && code <= 0x10FFFF ? text_encode((uint32_t)code, out) : 0;
    return (size_t)(end - text) + 1;
}

void aws_xml_read(const char *text, size_t length, char *out, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < length;) {
        char piece[4] = {text[i]};
        size_t written = 1, step = 1;
        if (text[i] == '&') {
            size_t entity = read_entity(text + i, length - i, piece, &written);
            step = entity ? entity : 1;
            written = entity ? written : 1;
        }
        if (used + written >= size)
            break;
        memcpy(out + used, piece, written);
        used += written;
        i += step;
    }
    out[used] = '\0';
}

bool aws_xml_text(const char *xml, size_t length, const char *tag, char *out, size_t size)
{
    const char *at = xml, *end = xml + length;
    size_t tag_length = strlen(tag);
    while ((at = memchr(at, '<', (size_t)(end - at)))) {
        at++;
        if ((size_t)(end - at) <= tag_length || memcmp(at, tag, tag_length) != 0 ||
            at[tag_length] != '>')
            continue;
        const char *text = at + tag_length + 1;
        const char *close = memchr(text, '<', (size_t)(end - text));
        if (!close)
            return false;
        aws_xml_read(text, (size_t)(close - text), out, size);
        return true;
    }
    return false;
}
