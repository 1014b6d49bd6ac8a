/*
 * Replaying at its own pace: the event time of a record, found without decoding it. That is the
 * latest of the times its members "time", "Timestamp", "timestamp", "EventTimestamp" and those of
 * the contact's lifecycle name (not the scheduled or expiry ones, which lie ahead): what had
 * happened when the record was sent.
 */
#ifndef SOURCE_PACE_INTERNAL_H
#define SOURCE_PACE_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

/* INSTANT_NONE when the record names no time in plain text: such a one is due at once. */
int64_t pace_event_time(const char *body, size_t length);

struct pace {
    double speed;        /* 1 = as it was, N = faster */
    int64_t first_event; /* INSTANT_NONE until the first record with a time */
    int64_t first_wall;
};
/* When the record is due on the wall clock; now for the first and for those without a time. */
int64_t pace_due(struct pace *pace, int64_t event_time, int64_t now);

#endif
