#include <stdint.h>

#include "base/json_internal.h"
#include "contactwatch/json.h"

#define EACH_BYTE(c) (UINT64_C(0x0101010101010101) * (c))

/* Of eight bytes, the top bit of each that is c. Bits above the lowest that is set may be wrong. */
static inline uint64_t bytes_equal(uint64_t word, unsigned char c)
{
    uint64_t x = word ^ EACH_BYTE(c);
    return (x - EACH_BYTE(0x01)) & ~x & EACH_BYTE(0x80);
}

/* Skips what is plain within a string: stops at a quote, a backslash, a NUL, or beyond ASCII. */
static const char *skip_plain(const char *p, const char *end)
{
    while (end - p >= 8) {
        uint64_t word;
        memcpy(&word, p, sizeof(word));
        uint64_t stop = (word & EACH_BYTE(0x80)) | bytes_equal(word, '"') |
                        bytes_equal(word, '\\') | bytes_equal(word, '\0');
        if (stop)
            break;
        p += 8;
    }
    while (p < end && *p != '"' && *p != '\\' && *p && !(*p & 0x80))
        p++;
    return p;
}

static inline bool continues(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

size_t json_utf8(const char *text, size_t length)
{
    const unsigned char *u = (const unsigned char *)text;
    if (length == 0)
        return 0;
    if (u[0] < 0x80)
        return u[0] ? 1 : 0;
    if (u[0] >= 0xC2 && u[0] < 0xE0)
        return length >= 2 && continues(text[1]) ? 2 : 0;
    if (u[0] >= 0xE0 && u[0] < 0xF0) {
        if (length < 3 || !continues(text[1]) || !continues(text[2]))
            return 0;
        bool overlong = u[0] == 0xE0 && u[1] < 0xA0, surrogate = u[0] == 0xED && u[1] >= 0xA0;
        return overlong || surrogate ? 0 : 3;
    }
    if (u[0] < 0xF0 || u[0] > 0xF4 || length < 4)
        return 0;
    if (!continues(text[1]) || !continues(text[2]) || !continues(text[3]))
        return 0;
    return (u[0] == 0xF0 && u[1] < 0x90) || (u[0] == 0xF4 && u[1] >= 0x90) ? 0 : 4;
}

/* The four hex digits of \uXXXX at p, or -1. */
static int hex4(const char *p, const char *end)
{
    if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
        return -1;
    int value = 0;
    for (int i = 2; i < 6; i++) {
        int digit = p[i] >= '0' && p[i] <= '9' ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10;
        if (digit < 0 || digit > 15 || (digit > 9 && (p[i] | 0x20) < 'a'))
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* The length of the escape at p; *sound falls for a NUL or half a surrogate pair. */
static size_t escape_length(const char *p, const char *end, bool *sound)
{
    int code = hex4(p, end);
    if (code < 0)
        return end - p < 2 ? 1 : 2;
    if (code >= 0xD800 && code < 0xDC00) {
        int low = hex4(p + 6, end);
        if (low >= 0xDC00 && low < 0xE000)
            return 12;
    }
    if (code == 0 || (code >= 0xD800 && code < 0xE000))
        *sound = false;
    return 6;
}

/* From behind the opening quote to behind the closing one; NULL if there is none. */
static const char *skip_string(const char *p, const char *end, bool *sound)
{
    for (;;) {
        p = skip_plain(p, end);
        if (p >= end)
            return NULL;
        if (*p == '"')
            return p + 1;
        size_t step;
        if (*p == '\\') {
            step = escape_length(p, end, sound);
        } else {
            step = json_utf8(p, (size_t)(end - p));
            if (!step) {
                *sound = false;
                step = 1;
            }
        }
        p += step;
    }
}

size_t json_blanks(const char *text, size_t length)
{
    size_t i = length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (i < length && (text[i] == ' ' || text[i] == '\n' || text[i] == '\r' || text[i] == '\t'))
        i++;
    return i;
}

static bool refuse(struct json_scan *scan, const char *text, const char *at, const char *why)
{
    scan->end = (size_t)(at - text);
    scan->why = why;
    return false;
}

static bool cut_off(struct json_scan *scan, const char *text, const char *at)
{
    scan->incomplete = true;
    return refuse(scan, text, at, "JSON is cut off");
}

static const char *skip_scalar(const char *p, const char *end)
{
    while (p < end && !strchr(" \t\r\n,:[]{}\"", *p))
        p++;
    return p;
}

static bool scan_value(const char *text, size_t length, struct json_scan *scan, size_t max_nodes)
{
    const char *end = text + length, *p = text + json_blanks(text, length);
    bool sound = true;
    unsigned depth = 0;
    size_t nodes = 1, strings = 0;
    while (p < end) {
        switch (*p) {
        case '"':
            strings++;
            const char *behind = skip_string(p + 1, end, &sound);
            if (!behind)
                return cut_off(scan, text, end);
            p = behind;
            break;
        case '{':
        case '[':
            if (++depth > JSON_MAX_DEPTH)
                return refuse(scan, text, p, "JSON is nested too deep");
            nodes++;
            p++;
            break;
        case '}':
        case ']':
            if (depth == 0)
                return refuse(scan, text, p, "not valid JSON");
            depth--;
            p++;
            break;
        case ',':
            nodes++;
            p++;
            continue;
        case ':':
        case ' ':
        case '\t':
        case '\r':
        case '\n': p++; continue;
        default: p = depth ? p + 1 : skip_scalar(p + 1, end);
        }
        if (nodes > max_nodes)
            return refuse(scan, text, p, "JSON has too many values");
        if (depth == 0) {
            *scan = (struct json_scan){(size_t)(p - text), nodes, strings, !sound, NULL, false};
            return true;
        }
    }
    return cut_off(scan, text, end);
}

bool json_scan(const char *text, size_t length, struct json_scan *scan)
{
    *scan = (struct json_scan){0};
    return scan_value(text, length, scan, JSON_MAX_NODES);
}

size_t json_span(const char *text, size_t length)
{
    struct json_scan scan = {0};
    return scan_value(text, length, &scan, SIZE_MAX) ? scan.end : 0;
}

const char *json_repair(struct arena *arena, const char *text, size_t *length)
{
    const char *p = text, *end = text + *length;
    char *copy = arena_alloc(arena, *length * 3 + 1), *out = copy;
    while (p < end) {
        bool sound = true;
        size_t step;
        const char *instead = NULL;
        if (*p == '\\') {
            step = escape_length(p, end, &sound);
            instead = sound ? NULL : "\\ufffd";
        } else {
            step = json_utf8(p, (size_t)(end - p));
            instead = step ? NULL : "\xEF\xBF\xBD";
            step += step == 0;
        }
        size_t size = instead ? strlen(instead) : step;
        memcpy(out, instead ? instead : p, size);
        out += size;
        p += step;
    }
    *out = '\0';
    *length = (size_t)(out - copy);
    return copy;
}
