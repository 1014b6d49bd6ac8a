#include "contactwatch/event.h"

#include <string.h>

#include "contactwatch/instant.h"

const char *const lifecycle_name[LIFECYCLE_COUNT] = {
    "",       "INITIATED", "CONNECTED_TO_SYSTEM", "QUEUED",    "CONNECTED_TO_AGENT",
    "PAUSED", "RESUMED",   "DISCONNECTED",        "COMPLETED",
};

enum lifecycle lifecycle_of(const char *event_type)
{
    for (int state = LIFECYCLE_INITIATED; event_type && state < LIFECYCLE_COUNT; state++)
        if (strcmp(lifecycle_name[state], event_type) == 0)
            return (enum lifecycle)state;
    return LIFECYCLE_NONE;
}

int lifecycle_terminal(enum lifecycle state)
{
    return state == LIFECYCLE_COMPLETED ? 2 : state == LIFECYCLE_DISCONNECTED ? 1 : 0;
}

enum { RANK_BITS = 4, TERMINAL_SHIFT = 46 };

uint64_t stamp_pack(int terminal, int64_t ms, int rank)
{
    return (uint64_t)terminal << TERMINAL_SHIFT | (uint64_t)ms << RANK_BITS | (uint64_t)rank;
}

/* Milliseconds of the present, unshifted: 16 times the year 2017 is beyond the year 2700. */
uint64_t stamp_aside(int64_t ms)
{
    return ms > INSTANT_NONE && ms < INSTANT_SENTINEL_BEFORE << RANK_BITS ? (uint64_t)ms : 0;
}

int64_t stamp_time(uint64_t stamp)
{
    return (int64_t)(stamp >> RANK_BITS & ((UINT64_C(1) << (TERMINAL_SHIFT - RANK_BITS)) - 1));
}

int stamp_rank(uint64_t stamp)
{
    return (int)(stamp & ((1 << RANK_BITS) - 1));
}

int stamp_terminal(uint64_t stamp)
{
    return (int)(stamp >> TERMINAL_SHIFT);
}
