/*
 * What the pipeline measures about itself. Counters are written by its threads and read by any.
 */
#ifndef CONTACTWATCH_METRICS_H
#define CONTACTWATCH_METRICS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum metric {
    METRIC_MESSAGES,          /* messages received */
    METRIC_EVENTS,            /* events decoded */
    METRIC_STORED,            /* history entries stored that were new */
    METRIC_DUPLICATES,        /* entries that were stored already */
    METRIC_OUT_OF_ORDER,      /* events older than one already seen of the contact */
    METRIC_FUTURE,            /* stamps more than a day ahead, taken as unknown */
    METRIC_SKIPPED,           /* records rightly ignored */
    METRIC_REFUSED,           /* records refused, undecodable or too large */
    METRIC_QUARANTINED,       /* refused records written to the quarantine file */
    METRIC_BATCHES,           /* batches written to the store */
    METRIC_CONTACTS_WRITTEN,  /* records written */
    METRIC_RETRIES,           /* batches the store could not take at once */
    METRIC_SOURCE_ERRORS,     /* failed receives */
    METRIC_RELEASED,          /* messages given back to the source */
    METRIC_RECONCILE_ASKED,   /* contacts Connect was asked about */
    METRIC_RECONCILE_CLOSED,  /* … of them closed by its answer */
    METRIC_RECONCILE_OPEN,    /* … still open */
    METRIC_RECONCILE_UNKNOWN, /* … it does not know */
    METRIC_RECONCILE_FAILED,  /* … without an answer */
    METRIC_COUNT
};

enum { LAG_RING = 1024 };

struct metrics {
    _Atomic uint64_t count[METRIC_COUNT];
    _Atomic int64_t in_flight_bytes;
    _Atomic int64_t in_flight_messages;
    _Atomic int64_t newest_event;     /* ms, event time */
    _Atomic int64_t last_receive;     /* ms, wall clock of the last successful receive */
    _Atomic int64_t lag[2][LAG_RING]; /* ms, ring per source kind: 0 contact events, 1 flow logs */
    _Atomic uint32_t lag_next[2];
};

/* A copy for readers, with the derived numbers. */
struct metrics_view {
    uint64_t count[METRIC_COUNT];
    int64_t in_flight_bytes, in_flight_messages, newest_event, last_receive;
    int64_t lag_p50[2], lag_p99[2]; /* ms, -1 = nothing yet */
    char source_error[160];         /* the last receive's error, "" when the last one succeeded */
};

#endif
