/* Words, operators, quotes. Blanks separate; a value ends at a blank, comma, quote or parenthesis.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "live/filter_internal.h"

bool scan_fail(struct filter_scan *scan, size_t at, const char *format, ...)
{
    if (!scan->error->text[0]) { /* the first mistake counts */
        va_list args;
        va_start(args, format);
        /* NOLINTNEXTLINE: the analyser forgets va_start when it is given several files */
        vsnprintf(scan->error->text, sizeof(scan->error->text), format, args);
        va_end(args);
        scan->error->at = at;
    }
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void scan_blanks(struct filter_scan *scan)
{
    while (is_blank(scan->text[scan->at]))
        scan->at++;
}

static bool ends_value(char c)
{
    return !c || is_blank(c) || strchr(",()\"'", c);
}

static bool starts_operator(const char *text)
{
    return strchr("=~<>", *text) || (*text == '!' && (text[1] == '=' || text[1] == '~'));
}

size_t lex_value(const struct filter_scan *scan)
{
    size_t length = 0;
    while (!ends_value(scan->text[scan->at + length]))
        length++;
    return length;
}

size_t scan_name(const struct filter_scan *scan)
{
    const char *text = scan->text + scan->at;
    size_t length = 0;
    while (!ends_value(text[length]) && !starts_operator(text + length))
        length++;
    return length;
}

bool scan_at_word(const struct filter_scan *scan, const char *keyword)
{
    size_t length = strlen(keyword);
    return scan_name(scan) == length && strncasecmp(scan->text + scan->at, keyword, length) == 0;
}

bool scan_keyword(struct filter_scan *scan, const char *keyword)
{
    scan_blanks(scan);
    if (!scan_at_word(scan, keyword))
        return false;
    scan->at += strlen(keyword);
    return true;
}

enum filter_op scan_operator(struct filter_scan *scan)
{
    static const struct {
        const char *text;
        enum filter_op op;
    } known[] = {{"!=", OP_NOT_EQUAL},  {"!~", OP_HAS_NOT}, {"<=", OP_LESS_EQUAL},
                 {">=", OP_MORE_EQUAL}, {"=", OP_EQUAL},    {"~", OP_HAS},
                 {"<", OP_LESS},        {">", OP_MORE}};
    for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
        size_t length = strlen(known[i].text);
        if (strncmp(scan->text + scan->at, known[i].text, length) == 0) {
            scan->at += length;
            return known[i].op;
        }
    }
    return OP_NONE;
}

/* Reads up to an unescaped end; with drop, a backslash before the end or a backslash is taken out.
 */
static bool delimited(struct filter_scan *scan, struct arena *arena, bool regex, const char **out)
{
    char end = scan->text[scan->at];
    size_t i = scan->at + 1, length = 0;
    char *copy = arena_alloc(arena, strlen(scan->text + scan->at));
    for (;; i++) {
        char c = scan->text[i];
        if (!c || c == end)
            break;
        char next = scan->text[i + 1];
        if (c == '\\' && (next == end || (!regex && next == '\\')))
            c = scan->text[++i];
        else if (c == '\\' && regex && next) {
            copy[length++] = c;
            c = scan->text[++i];
        }
        copy[length++] = c;
    }
    copy[length] = '\0';
    if (!scan->text[i])
        return false;
    scan->at = i + 1;
    *out = copy;
    return true;
}

bool scan_quoted(struct filter_scan *scan, struct arena *arena, const char **out)
{
    if (delimited(scan, arena, false, out))
        return true;
    return scan_fail(scan, scan->at, "the quote is not closed");
}

bool scan_regex(struct filter_scan *scan, struct arena *arena, const char **out)
{
    if (delimited(scan, arena, true, out))
        return true;
    return scan_fail(scan, scan->at, "the regular expression has no closing /");
}
