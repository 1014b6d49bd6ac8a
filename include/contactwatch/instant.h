/*
 * Time: int64_t milliseconds since the epoch everywhere inside; ISO-8601 only at the edges.
 * INSTANT_NONE (0) means "not known": nothing here happened in 1970.
 */
#ifndef CONTACTWATCH_INSTANT_H
#define CONTACTWATCH_INSTANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define INSTANT_NONE INT64_C(0)
#define SECOND_MS    INT64_C(1000)
#define MINUTE_MS    (60 * SECOND_MS)
#define HOUR_MS      (60 * MINUTE_MS)
#define DAY_MS       (24 * HOUR_MS)

/* Amazon Connect started in 2017: an earlier timestamp is a sentinel for null. */
#define INSTANT_SENTINEL_BEFORE INT64_C(1483228800000) /* 2017-01-01T00:00:00Z */

enum { INSTANT_TEXT = 25 }; /* "2023-01-10T16:33:25.627Z" and a NUL */

/*
 * Reads an ISO-8601 date-time: YYYY-MM-DDTHH:MM[:SS[.f…]] then Z or ±HH:MM or ±HHMM.
 * Digits after the third of the fraction are cut. Returns false for anything else.
 */
bool instant_parse(const char *text, int64_t *out);

/* As instant_parse, with sentinels before 2017 and years after 2107 answered by INSTANT_NONE. */
int64_t instant_or_none(const char *text);

/* Always with three digits of fraction and Z, so that equal widths compare as text. */
void instant_format(int64_t ms, char out[INSTANT_TEXT]);

/* Broken down in local time ($TZ), or in UTC. */
struct tm instant_split(int64_t ms, bool utc);

/* A duration as m:ss or h:mm:ss, days as 3d 04:05; a negative one prints 0:00. */
enum { DURATION_TEXT = 24 };
void duration_format(int64_t ms, char out[DURATION_TEXT]);

/* Reads 90, 90s, 1m30s, 2h, 3:12 or 1:02:03 into milliseconds. */
bool duration_parse(const char *text, int64_t *out);

/* The clock seam: tests inject their own. */
typedef int64_t (*clock_fn)(void *context);
struct clock {
    clock_fn now;
    void *context;
};
int64_t clock_now(const struct clock *clock); /* NULL = the system's */
int64_t monotonic_ns(void);                   /* for measuring, never for events */

#endif
