#include "fakes/fake_decimal.h"

#include <stdlib.h>
#include <string.h>

enum { EXPONENT_MAX = 126, EXPONENT_MIN = -129, PLAIN_MAX = 40 };

/* Digits with the exponent of the first one: zeros at the ends go. */
static bool normalise(struct decimal *out, const unsigned char *digit, int count, int exponent)
{
    while (count && !*digit) {
        digit++;
        count--;
        exponent--;
    }
    while (count && !digit[count - 1])
        count--;
    if (count > DECIMAL_DIGITS || (count && (exponent > EXPONENT_MAX || exponent < EXPONENT_MIN)))
        return false;
    memcpy(out->digit, digit, (size_t)count);
    out->count = count;
    out->exponent = count ? exponent : 0;
    out->negative = out->negative && count;
    return true;
}

bool decimal_read(struct decimal *out, const char *text, size_t length)
{
    unsigned char digit[256] = {0};
    const char *at = text, *end = text + length;
    int count = 0, exponent = 0;
    bool point = false;
    *out = (struct decimal){0};
    if (at < end && (*at == '-' || *at == '+'))
        out->negative = *at++ == '-';
    for (; at < end && ((*at >= '0' && *at <= '9') || (*at == '.' && !point)); at++) {
        if (*at == '.') {
            point = true;
            continue;
        }
        if (count == (int)sizeof(digit))
            return false;
        digit[count++] = (unsigned char)(*at - '0');
        exponent += !point;
    }
    if (!count)
        return false;
    if (at < end && (*at == 'e' || *at == 'E')) {
        char *stop;
        long e = strtol(at + 1, &stop, 10);
        if (stop == at + 1 || e > 1000 || e < -1000)
            return false;
        exponent += (int)e;
        at = stop;
    }
    return at == end && normalise(out, digit, count, exponent);
}

static void digits(struct buf *out, const struct decimal *d, int from, int to)
{
    for (int i = from; i < to; i++)
        buf_char(out, (char)('0' + (i >= 0 && i < d->count ? d->digit[i] : 0)));
}

void decimal_write(struct buf *out, const struct decimal *d)
{
    if (!d->count) {
        buf_char(out, '0');
        return;
    }
    if (d->negative)
        buf_char(out, '-');
    if (d->exponent > PLAIN_MAX || d->exponent < -PLAIN_MAX) {
        digits(out, d, 0, 1);
        if (d->count > 1) {
            buf_char(out, '.');
            digits(out, d, 1, d->count);
        }
        buf_printf(out, "E%+d", d->exponent - 1);
        return;
    }
    if (d->exponent <= 0)
        buf_char(out, '0');
    else
        digits(out, d, 0, d->exponent);
    if (d->exponent < d->count) {
        buf_char(out, '.');
        digits(out, d, d->exponent < 0 ? d->exponent : d->exponent > 0 ? d->exponent : 0, d->count);
    }
}

/* By size alone. */
static int magnitude(const struct decimal *a, const struct decimal *b)
{
    if (!a->count || !b->count)
        return (a->count > 0) - (b->count > 0);
    if (a->exponent != b->exponent)
        return a->exponent < b->exponent ? -1 : 1;
    int common = a->count < b->count ? a->count : b->count;
    int order = memcmp(a->digit, b->digit, (size_t)common);
    return order ? order : a->count - b->count;
}

int decimal_compare(const struct decimal *a, const struct decimal *b)
{
    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    return a->negative ? magnitude(b, a) : magnitude(a, b);
}

/* The digit that stands for 10^place; the first of d stands for 10^(exponent-1). */
static int at_place(const struct decimal *d, int place)
{
    int i = d->exponent - 1 - place;
    return i >= 0 && i < d->count ? d->digit[i] : 0;
}

bool decimal_add(struct decimal *out, const struct decimal *a, const struct decimal *b)
{
    unsigned char digit[512] = {0};
    if (!a->count || !b->count) {
        *out = a->count ? *a : *b;
        return true;
    }
    int top = (a->exponent > b->exponent ? a->exponent : b->exponent) + 1;
    int low_a = a->exponent - a->count, low_b = b->exponent - b->count;
    int low = low_a < low_b ? low_a : low_b, count = top - low, carry = 0;
    const struct decimal *big = magnitude(a, b) >= 0 ? a : b, *small = big == a ? b : a;
    int sign = a->negative == b->negative ? 1 : -1;
    if (count > (int)sizeof(digit))
        return false;
    for (int place = low; place < top; place++) {
        int sum = at_place(big, place) + sign * at_place(small, place) + carry;
        carry = sum > 9 ? 1 : sum < 0 ? -1 : 0;
        digit[top - 1 - place] = (unsigned char)(sum - 10 * carry);
    }
    struct decimal result = {.negative = big->negative};
    bool fits = normalise(&result, digit, count, top);
    *out = result;
    return fits;
}
