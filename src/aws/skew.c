#include "aws/skew.h"

#include <string.h>

/* Two digits at text, or -1. */
static int two_digits(const char *text)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
        return -1;
    return (text[0] - '0') * 10 + text[1] - '0';
}

static int month_of(const char *text)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int i = 0; i < 12; i++)
        if (memcmp(names + 3 * i, text, 3) == 0)
            return i;
    return -1;
}

bool http_date_parse(const char *text, int64_t *out)
{
    static const char form[] = "xxx, 00 xxx 0000 00:00:00 GMT";
    if (strlen(text) != sizeof(form) - 1)
        return false;
    for (size_t i = 0; form[i]; i++)
        if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : form[i] != 'x' && text[i] != form[i])
            return false;
    struct tm tm = {
        .tm_mday = two_digits(text + 5),
        .tm_mon = month_of(text + 8),
        .tm_year = two_digits(text + 12) * 100 + two_digits(text + 14) - 1900,
        .tm_hour = two_digits(text + 17),
        .tm_min = two_digits(text + 20),
        .tm_sec = two_digits(text + 23),
    };
    if (tm.tm_mon < 0 || tm.tm_year < 70 || tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour > 23 ||
        tm.tm_min > 59 || tm.tm_sec > 60)
        return false;
    *out = (int64_t)timegm(&tm) * SECOND_MS;
    return true;
}

bool skew_observe(const struct http_response *response, int64_t sent, int64_t now, int64_t *skew)
{
    char text[64];
    int64_t date;
    if (now < sent || now - sent > SKEW_SLOWEST_MS ||
        http_header_get(response, "age", text, sizeof(text)) ||
        !http_header_get(response, "date", text, sizeof(text)) || !http_date_parse(text, &date))
        return false;
    int64_t least = date - now, most = date + SECOND_MS - 1 - sent;
    if (*skew < least || *skew > most)
        *skew = date - (sent + (now - sent) / 2);
    return true;
}

bool skew_explains(const char *code, int64_t signed_with, int64_t skew)
{
    static const char *const codes[] = {
        "AccessDeniedException", "AuthFailure",        "InvalidSignatureException",
        "RequestExpired",        "RequestInTheFuture", "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
    };
    int64_t change = skew > signed_with ? skew - signed_with : signed_with - skew;
    if (change < SKEW_MATTERS_MS)
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
        if (strcmp(codes[i], code) == 0)
            return true;
    return false;
}
