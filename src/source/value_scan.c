#include "source/framer_internal.h"

/* A raw newline cannot be inside a JSON string: there a line was cut off. */
static enum scan scan_string(struct value_scan *scan, const char *text, size_t length)
{
    for (; scan->at < length; scan->at++) {
        char c = text[scan->at];
        if (scan->escaped) {
            scan->escaped = false;
        } else if (c == '\\') {
            scan->escaped = true;
        } else if (c == '"') {
            scan->in_string = false;
            scan->before = c;
            scan->at++;
            return scan->depth ? SCAN_MORE : SCAN_DONE;
        } else if (c == '\n') {
            return SCAN_BAD;
        }
    }
    return SCAN_MORE;
}

/* In an object a bracket follows a colon, in an array a comma or the opening: anything else is
 * another record. */
static bool may_open(const struct value_scan *scan)
{
    if (!scan->depth)
        return true;
    if (scan->array[scan->depth - 1])
        return scan->before == ',' || scan->before == '[';
    return scan->before == ':';
}

static enum scan scan_bracket(struct value_scan *scan, char c)
{
    if (c == '{' || c == '[') {
        if (scan->depth == SCAN_MAX_DEPTH || !may_open(scan))
            return SCAN_BAD;
        scan->array[scan->depth++] = c == '[';
    } else {
        if (!scan->depth || scan->array[scan->depth - 1] != (c == ']'))
            return SCAN_BAD;
        scan->depth--;
    }
    scan->before = c;
    scan->at++;
    return scan->depth ? SCAN_MORE : SCAN_DONE;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static enum scan scan_bare(struct value_scan *scan, const char *text, size_t length)
{
    for (; scan->at < length; scan->at++) {
        char c = text[scan->at];
        if (is_blank(c) || c == ',' || c == ']' || c == '}')
            return c == scan->first ? SCAN_BAD : SCAN_DONE;
    }
    return SCAN_MORE;
}

enum scan scan_value(struct value_scan *scan, const char *text, size_t length)
{
    if (!scan->first && length)
        scan->first = text[0];
    if (scan->first != '{' && scan->first != '[' && scan->first != '"')
        return scan_bare(scan, text, length);
    while (scan->at < length) {
        if (scan->in_string) {
            enum scan result = scan_string(scan, text, length);
            if (result != SCAN_MORE)
                return result;
            continue;
        }
        char c = text[scan->at];
        if (c == '{' || c == '[' || c == '}' || c == ']') {
            enum scan result = scan_bracket(scan, c);
            if (result != SCAN_MORE)
                return result;
            continue;
        }
        if (c == '"')
            scan->in_string = true;
        if (!is_blank(c))
            scan->before = c;
        scan->at++;
    }
    return SCAN_MORE;
}
