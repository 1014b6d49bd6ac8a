#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json_internal.h"

enum { EXACT_DIGITS = 15, NUMBER_TEXT = 32 };

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *p, const char *end)
{
    while (p < end && is_digit(*p))
        p++;
    return p;
}

const char *json_number_end(const char *p, const char *end)
{
    const char *digits = p + (p < end && *p == '-');
    p = skip_digits(digits, end);
    if (p == digits || (*digits == '0' && p - digits > 1))
        return NULL;
    if (p < end && *p == '.') {
        digits = p + 1;
        p = skip_digits(digits, end);
        if (p == digits)
            return NULL;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        p += p < end && (*p == '+' || *p == '-');
        digits = p;
        p = skip_digits(digits, end);
        if (p == digits)
            return NULL;
    }
    return p;
}

double json_number(const char *text, size_t length)
{
    bool negative = text[0] == '-';
    size_t i = negative;
    int64_t value = 0;
    for (; i < length && i <= EXACT_DIGITS && is_digit(text[i]); i++)
        value = value * 10 + (text[i] - '0');
    if (i < length)
        return NAN;
    return (double)(negative ? -value : value);
}

double json_decimal(char *text)
{
    char *point = strchr(text, '.');
    if (point)
        *point = localeconv()->decimal_point[0];
    return strtod(text, NULL);
}

/* The shortest text that reads back as the same double. A locale's decimal comma is made a point.
 */
static void write_double(struct buf *out, double value)
{
    char text[NUMBER_TEXT];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value) /* NOLINT: exact on purpose */
            break;
    }
    for (char *p = text; *p; p++)
        if (!strchr("0123456789+-e", *p))
            *p = '.';
    buf_text(out, text);
}

void json_write_number(struct buf *out, double value)
{
    if (!isfinite(value)) {
        buf_text(out, "null");
        return;
    }
    if (value != floor(value) || fabs(value) >= 1e15) {
        write_double(out, value);
        return;
    }
    char text[NUMBER_TEXT], *p = text + sizeof(text);
    int64_t rest = (int64_t)value;
    uint64_t digits = (uint64_t)(rest < 0 ? -rest : rest);
    do
        *--p = (char)('0' + digits % 10);
    while ((digits /= 10) != 0);
    if (rest < 0)
        *--p = '-';
    buf_add(out, p, (size_t)(text + sizeof(text) - p));
}
