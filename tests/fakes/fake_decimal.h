/* DynamoDB's numbers: up to 38 decimal digits, exactly. */
#ifndef TESTS_FAKE_DECIMAL_H
#define TESTS_FAKE_DECIMAL_H

#include "contactwatch/mem.h"

enum { DECIMAL_DIGITS = 38 };

/* ±0.d1d2d3… × 10^exponent; no zeros at either end; zero has no digits. */
struct decimal {
    bool negative;
    int count, exponent;
    unsigned char digit[DECIMAL_DIGITS];
};

/* False when it is no number, or has too many digits or too large an exponent. */
bool decimal_read(struct decimal *out, const char *text, size_t length);
void decimal_write(struct buf *out, const struct decimal *d);
int decimal_compare(const struct decimal *a, const struct decimal *b);
/* False when the sum needs too many digits. */
bool decimal_add(struct decimal *out, const struct decimal *a, const struct decimal *b);

#endif
