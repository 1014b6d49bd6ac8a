#include <stdio.h>

#include "contactwatch/json.h"

void json_quote(struct buf *out, const char *text) {
    buf_char(out, '"');
    for (const char *run = text;;) {
        const char *p = run;
        while ((unsigned char)*p >= 0x20 && *p != '"' && *p != '\\')
            p++;
        buf_add(out, run, (size_t)(p - run));
        if (!*p)
            break;
        switch (*p) {
        case '"': buf_text(out, "\\\""); break;
        case '\\': buf_text(out, "\\\\"); break;
        case '\n': buf_text(out, "\\n"); break;
        case '\t': buf_text(out, "\\t"); break;
        case '\r': buf_text(out, "\\r"); break;
        default: buf_printf(out, "\\u%04x", (unsigned char)*p);
        }
        run = p + 1;
    }
    buf_char(out, '"');
}
