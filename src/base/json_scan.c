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

/* How many bytes in memory lie before the first whose top bit is set. */
static inline unsigned bytes_before(uint64_t stop)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return (unsigned)__builtin_ctzll(stop) / 8;
#else
    (void)stop;
    return 0; /* where carries run the other way, the bytes are looked at one by one */
#endif
}

const char *json_plain(const char *p, const char *end)
{
    while (end - p >= 8) {
        uint64_t word;
        memcpy(&word, p, sizeof(word));
        uint64_t stop = (word & EACH_BYTE(0x80)) | bytes_equal(word, '"') |
                        bytes_equal(word, '\\') | bytes_equal(word, '\0');
        if (stop) {
            p += bytes_before(stop);
            break;
        }
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

/* The length of the UTF-8 character at text, 0 if it is not sound. */
static size_t json_utf8(const char *text, size_t length)
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

/* The four hex digits of the \u escape at p, or -1. */
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

const char *json_string_end(const char *p, const char *end, size_t *room)
{
    size_t grown = 0;
    const char *start = p;
    for (;; p++) {
        p = json_plain(p, end);
        if (p >= end)
            return NULL;
        if (*p == '"')
            break;
        if (*p == '\\' && ++p >= end)
            return NULL;
        grown += 2; /* a byte may become U+FFFD */
    }
    *room = (size_t)(p - start) + grown;
    return p;
}

/* A code point that may stand in text: no NUL, no half of a surrogate pair. */
static char *put_code(char *out, uint32_t code)
{
    if (code == 0 || (code >= 0xD800 && code < 0xE000))
        code = 0xFFFD;
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xC0 | code >> 6);
        *out++ = (char)(0x80 | (code & 0x3F));
    } else {
        *out++ = (char)(code < 0x10000 ? 0xE0 | code >> 12 : 0xF0 | code >> 18);
        if (code >= 0x10000)
            *out++ = (char)(0x80 | (code >> 12 & 0x3F));
        *out++ = (char)(0x80 | (code >> 6 & 0x3F));
        *out++ = (char)(0x80 | (code & 0x3F));
    }
    return out;
}

/* One \u escape, or two that are a pair; *p moves behind. NULL if there are no four hex digits. */
static char *put_unicode(char *out, const char **p, const char *close)
{
    int high = hex4(*p, close);
    if (high < 0)
        return NULL;
    *p += 6;
    uint32_t code = (uint32_t)high;
    int low = high >= 0xD800 && high < 0xDC00 ? hex4(*p, close) : -1;
    if (low >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + (((uint32_t)high - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
        *p += 6;
    }
    return put_code(out, code);
}

static char *put_escaped(char *out, const char **p, const char *close)
{
    static const char name[] = "\"\\/bfnrt", value[] = "\"\\/\b\f\n\r\t";
    char c = (*p)[1];
    if (c == 'u')
        return put_unicode(out, p, close);
    const char *found = c ? strchr(name, c) : NULL;
    if (!found)
        return NULL;
    *out++ = value[found - name];
    *p += 2;
    return out;
}

bool json_unescape(char *out, const char *p, const char *close)
{
    while (p < close) {
        const char *plain = json_plain(p, close);
        memcpy(out, p, (size_t)(plain - p));
        out += plain - p;
        p = plain;
        if (p == close)
            break;
        if (*p == '\\') {
            out = put_escaped(out, &p, close);
            if (!out)
                return false;
            continue;
        }
        size_t size = json_utf8(p, (size_t)(close - p));
        memcpy(out, size ? p : "\xEF\xBF\xBD", size ? size : 3);
        out += size ? size : 3;
        p += size ? size : 1;
    }
    *out = '\0';
    return true;
}

size_t json_blanks(const char *text, size_t length)
{
    size_t i = length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (i < length && (text[i] == ' ' || text[i] == '\n' || text[i] == '\r' || text[i] == '\t'))
        i++;
    return i;
}

/* Where a string ends: behind its closing quote; NULL if there is none. */
static const char *skip_string(const char *p, const char *end)
{
    size_t room;
    const char *close = json_string_end(p, end, &room);
    return close ? close + 1 : NULL;
}

static const char *skip_scalar(const char *p, const char *end)
{
    while (p < end && *p && !strchr(" \t\r\n,:[]{}\"", *p))
        p++;
    return p;
}

size_t json_span(const char *text, size_t length)
{
    const char *end = text + length, *p = text + json_blanks(text, length);
    unsigned depth = 0;
    while (p < end) {
        char c = *p++;
        if (c == '"') {
            p = skip_string(p, end);
            if (!p)
                return 0;
        } else if (c == '{' || c == '[') {
            if (++depth > JSON_MAX_DEPTH)
                return 0;
        } else if (c == '}' || c == ']') {
            if (depth == 0)
                return 0;
            depth--;
        } else if (depth == 0) {
            p = skip_scalar(p, end);
        }
        if (depth == 0)
            return (size_t)(p - text);
    }
    return 0;
}
