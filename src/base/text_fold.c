/* Comparison without case, for the filter: one code point against one, by utf8proc's simple
 * folding. */
#include <string.h>
#include <utf8proc.h>

#include "contactwatch/text.h"

/* The next code point, folded; 0 at the end. */
static uint32_t next(const char **text)
{
    unsigned char c = (unsigned char)**text;
    if (c < 0x80) {
        *text += c != 0;
        return c >= 'A' && c <= 'Z' ? (uint32_t)(c + 32) : c;
    }
    uint32_t code;
    *text += text_decode(*text, strnlen(*text, 4), &code);
    return (uint32_t)utf8proc_tolower((utf8proc_int32_t)code);
}

bool text_equal_fold(const char *a, const char *b)
{
    for (;;) {
        uint32_t x = next(&a), y = next(&b);
        if (x != y)
            return false;
        if (!x)
            return true;
    }
}

bool text_prefix_fold(const char *text, const char *prefix)
{
    while (*prefix)
        if (next(&text) != next(&prefix))
            return false;
    return true;
}

/* The next place where the needle may begin: bytes beyond ASCII may fold to anything. */
static const char *may_begin(const char *text, uint32_t first)
{
    unsigned char lower = (unsigned char)first;
    unsigned char upper = lower >= 'a' && lower <= 'z' ? (unsigned char)(lower - 32) : lower;
    for (unsigned char c; (c = (unsigned char)*text) != 0; text++)
        if (c == lower || c == upper || c >= 0x80)
            break;
    return text;
}

bool text_contains_fold(const char *haystack, const char *needle)
{
    const char *rest = needle;
    uint32_t first = next(&rest);
    for (;;) {
        if (first < 0x80)
            haystack = may_begin(haystack, first);
        if (text_prefix_fold(haystack, needle))
            return true;
        if (!next(&haystack))
            return false;
    }
}

/* Iterative: on a mismatch only the last '*' is tried again, one character further, so time is at
 * most n·m. */
bool text_glob_fold(const char *pattern, const char *text)
{
    const char *star = NULL, *retry = NULL;
    while (*text) {
        if (*pattern == '*') {
            star = ++pattern;
            retry = text;
            continue;
        }
        const char *p = pattern, *t = text;
        if (*p && next(&p) == next(&t)) {
            pattern = p;
            text = t;
            continue;
        }
        if (!star)
            return false;
        next(&retry);
        pattern = star;
        text = retry;
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}
