/* Cells on a terminal, and fitting text into them. */
#include <string.h>
#include <utf8proc.h>

#include "contactwatch/text.h"

int text_code_width(uint32_t code)
{
    if (code < 0x7f)
        return code >= 0x20;
    int width = utf8proc_charwidth((utf8proc_int32_t)code);
    return width < 0 ? 0 : width;
}

int text_width(const char *text)
{
    size_t length = strlen(text);
    int width = 0;
    for (size_t i = 0; i < length;) {
        uint32_t code;
        i += text_decode(text + i, length - i, &code);
        width += text_code_width(code);
    }
    return width;
}

/* Bytes of text that fill at most width cells; *cells tells how many. Combining marks stay with
 * their base. */
static size_t prefix(const char *text, size_t length, int width, int *cells)
{
    size_t i = 0;
    *cells = 0;
    while (i < length) {
        uint32_t code;
        size_t used = text_decode(text + i, length - i, &code);
        int wide = text_code_width(code);
        if (*cells + wide > width)
            break;
        *cells += wide;
        i += used;
    }
    return i;
}

/* Appends text cut to width cells, an ellipsis (… or ~ in ASCII) last when cut. Returns the cells
 * written. */
static int text_cut(struct buf *out, const char *text, int width, bool ascii)
{
    int cells;
    size_t length = strlen(text);
    if (width <= 0)
        return 0;
    size_t fits = prefix(text, length, width, &cells);
    if (fits == length) {
        buf_add(out, text, length);
        return cells;
    }
    fits = prefix(text, length, width - 1, &cells);
    buf_add(out, text, fits);
    buf_text(out, ascii ? "~" : "…");
    return cells + 1;
}

void text_fit(struct buf *out, const char *text, int width, bool right, bool ascii)
{
    if (width <= 0)
        return;
    struct buf cut = {0};
    int cells = text_cut(&cut, text, width, ascii);
    size_t pad = (size_t)(width - cells);
    if (right)
        buf_pad(out, ' ', pad);
    buf_add(out, buf_str(&cut), cut.length);
    if (!right)
        buf_pad(out, ' ', pad);
    buf_free(&cut);
}
