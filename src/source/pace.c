#include "source/pace_internal.h"

#include <string.h>

#include "contactwatch/instant.h"
#include "contactwatch/mem.h"

static const char *const time_key[] = {"time",
                                       "Timestamp",
                                       "timestamp",
                                       "EventTimestamp",
                                       "initiationTimestamp",
                                       "connectedToSystemTimestamp",
                                       "enqueueTimestamp",
                                       "connectedToAgentTimestamp",
                                       "disconnectTimestamp",
                                       "afterContactWorkEndTimestamp"};

static bool names_time(const char *end, size_t before)
{
    for (size_t i = 0; i < ARRAY_SIZE(time_key); i++) {
        size_t n = strlen(time_key[i]);
        if (n < before && memcmp(end - n, time_key[i], n) == 0 && end[-(ptrdiff_t)n - 1] == '"')
            return true;
    }
    return false;
}

/* Reads the value behind the key's closing quote: an ISO text, perhaps in escaped quotes, or
 * milliseconds. */
static int64_t read_time(const char *at, const char *stop)
{
    char text[32];
    size_t n = 0;
    while (at < stop && strchr("\\\": ", *at))
        at++;
    while (at < stop && n < sizeof(text) - 1 && *at && strchr("0123456789-:.TZ+", *at))
        text[n++] = *at++;
    text[n] = '\0';
    if (strchr(text, 'T'))
        return instant_or_none(text);
    int64_t ms = 0;
    for (const char *digit = text; n == 13 && *digit >= '0' && *digit <= '9'; digit++)
        ms = ms * 10 + (*digit - '0');
    return ms >= INSTANT_SENTINEL_BEFORE ? ms : INSTANT_NONE;
}

int64_t pace_event_time(const char *body, size_t length)
{
    int64_t newest = INSTANT_NONE;
    const char *stop = body + length, *at = body;
    while ((at = memchr(at, ':', (size_t)(stop - at)))) {
        const char *end = at++;
        while (end > body && (end[-1] == ' ' || end[-1] == '"' || end[-1] == '\\'))
            end--;
        if (!names_time(end, (size_t)(end - body)))
            continue;
        int64_t time = read_time(at, stop);
        if (time > newest)
            newest = time;
    }
    return newest;
}

int64_t pace_due(struct pace *pace, int64_t event_time, int64_t now)
{
    if (event_time == INSTANT_NONE)
        return now;
    if (pace->first_event == INSTANT_NONE) {
        pace->first_event = event_time;
        pace->first_wall = now;
    }
    return pace->first_wall + (int64_t)((double)(event_time - pace->first_event) / pace->speed);
}
