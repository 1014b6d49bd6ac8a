/* ISO-8601 by hand: strptime and timegm cost more than the rest of decoding a record. */
#include "contactwatch/instant.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static bool digits(const char **text, int count, int *out)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        char c = (*text)[i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *text += count;
    *out = value;
    return true;
}

static bool literal(const char **text, char c)
{
    if (**text != c)
        return false;
    (*text)++;
    return true;
}

/* Days since 1970-01-01 of a date in the proleptic Gregorian calendar. */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void date_of(int64_t days, int *year, int *month, int *day)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
}

static bool parse_fraction(const char **text, int *ms)
{
    *ms = 0;
    if (!literal(text, '.') && !literal(text, ','))
        return true;
    int scale = 100, count = 0;
    for (; **text >= '0' && **text <= '9'; (*text)++, count++) {
        *ms += (**text - '0') * scale;
        scale /= 10;
    }
    return count > 0 && count <= 12;
}

static bool parse_zone(const char **text, int *minutes)
{
    *minutes = 0;
    if (literal(text, 'Z') || literal(text, 'z'))
        return true;
    int sign = **text == '-' ? -1 : 1;
    int hours, mins;
    if (!literal(text, '+') && !literal(text, '-'))
        return false;
    if (!digits(text, 2, &hours) || hours > 23)
        return false;
    literal(text, ':');
    if (!digits(text, 2, &mins) || mins > 59)
        return false;
    *minutes = sign * (hours * 60 + mins);
    return true;
}

static int days_in(int year, int month)
{
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : length[month - 1];
}

bool instant_parse(const char *text, int64_t *out)
{
    int year, month, day, hour, minute, second = 0, ms = 0, zone;
    if (!text || !digits(&text, 4, &year) || !literal(&text, '-') || !digits(&text, 2, &month) ||
        !literal(&text, '-') || !digits(&text, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > days_in(year, month))
        return false;
    if (!literal(&text, 'T') && !literal(&text, 't') && !literal(&text, ' '))
        return false;
    if (!digits(&text, 2, &hour) || !literal(&text, ':') || !digits(&text, 2, &minute))
        return false;
    if (literal(&text, ':') && (!digits(&text, 2, &second) || !parse_fraction(&text, &ms)))
        return false;
    if (hour > 23 || minute > 59 || second > 60 || !parse_zone(&text, &zone) || *text)
        return false;
    int64_t seconds = days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    *out = (seconds - zone * 60) * 1000 + ms;
    return true;
}

int64_t instant_or_none(const char *text)
{
    const int64_t last = INT64_C(4354819200000); /* 2108: beyond what a stamp can hold */
    int64_t ms;
    if (!instant_parse(text, &ms) || ms < INSTANT_SENTINEL_BEFORE || ms >= last)
        return INSTANT_NONE;
    return ms;
}

static char *put(char *out, int value, int width)
{
    for (int i = width - 1; i >= 0; i--, value /= 10)
        out[i] = (char)('0' + value % 10);
    return out + width;
}

void instant_format(int64_t ms, char out[INSTANT_TEXT])
{
    int64_t days = ms / DAY_MS, rest = ms % DAY_MS;
    if (rest < 0) {
        rest += DAY_MS;
        days--;
    }
    int year, month, day;
    date_of(days, &year, &month, &day);
    char *p = put(out, year, 4);
    *p++ = '-';
    p = put(p, month, 2);
    *p++ = '-';
    p = put(p, day, 2);
    *p++ = 'T';
    p = put(p, (int)(rest / HOUR_MS), 2);
    *p++ = ':';
    p = put(p, (int)(rest / MINUTE_MS % 60), 2);
    *p++ = ':';
    p = put(p, (int)(rest / SECOND_MS % 60), 2);
    *p++ = '.';
    p = put(p, (int)(rest % 1000), 3);
    *p++ = 'Z';
    *p = '\0';
}

struct tm instant_split(int64_t ms, bool utc)
{
    time_t seconds = (time_t)(ms / SECOND_MS);
    struct tm split;
    if (utc)
        gmtime_r(&seconds, &split);
    else
        localtime_r(&seconds, &split);
    return split;
}

void duration_format(int64_t ms, char out[DURATION_TEXT])
{
    int64_t s = ms > 0 ? ms / 1000 : 0;
    if (s < 3600)
        snprintf(out, DURATION_TEXT, "%d:%02d", (int)(s / 60), (int)(s % 60));
    else if (s < 86400)
        snprintf(out, DURATION_TEXT, "%d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60),
                 (int)(s % 60));
    else
        snprintf(out, DURATION_TEXT, "%lldd %02d:%02d", (long long)(s / 86400),
                 (int)(s / 3600 % 24), (int)(s / 60 % 60));
}

static bool parse_clocked(const char *text, int64_t *seconds)
{
    int64_t total = 0;
    int part = 0, groups = 0, width = 0;
    for (;; text++) {
        if (*text >= '0' && *text <= '9' && width < 7) {
            part = part * 10 + (*text - '0');
            width++;
        } else if ((*text == ':' || !*text) && width) {
            if (groups && (part > 59 || width != 2))
                return false;
            total = total * 60 + part;
            groups++;
            part = width = 0;
            if (!*text)
                break;
        } else {
            return false;
        }
    }
    *seconds = total;
    return groups >= 2 && groups <= 3;
}

static int64_t unit_ms(const char **text)
{
    static const struct {
        const char *name;
        int64_t ms;
    } unit[] = {{"ms", 1}, {"s", SECOND_MS}, {"m", MINUTE_MS}, {"h", HOUR_MS}, {"d", DAY_MS}};
    for (size_t i = 0; i < sizeof(unit) / sizeof(unit[0]); i++) {
        size_t length = strlen(unit[i].name);
        if (strncmp(*text, unit[i].name, length) == 0) {
            *text += length;
            return unit[i].ms;
        }
    }
    return 0;
}

bool duration_parse(const char *text, int64_t *out)
{
    int64_t total = 0, seconds;
    if (!text || !*text)
        return false;
    if (strchr(text, ':')) {
        if (!parse_clocked(text, &seconds))
            return false;
        *out = seconds * SECOND_MS;
        return true;
    }
    for (int parts = 0; *text; parts++) {
        int64_t number = 0;
        int width = 0;
        for (; *text >= '0' && *text <= '9' && width < 10; text++, width++)
            number = number * 10 + (*text - '0');
        if (!width)
            return false;
        int64_t unit = unit_ms(&text);
        if (!unit && (*text || parts))
            return false;
        total += number * (unit ? unit : SECOND_MS);
    }
    *out = total;
    return true;
}

int64_t clock_now(const struct clock *clock)
{
    if (clock && clock->now)
        return clock->now(clock->context);
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t monotonic_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}
