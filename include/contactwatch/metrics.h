/*
 * What the pipeline measures about itself: declared once here; the screen, /metrics, logs and `ingest` print the same.
 */
#ifndef CONTACTWATCH_METRICS_H
#define CONTACTWATCH_METRICS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define METRICS(_)                                                                                 \
    _(MESSAGES, "messages_total", "messages received")                                             \
    _(EVENTS, "events_total", "events decoded")                                                    \
    _(STORED, "entries_stored_total", "history entries stored that were new")                      \
    _(DUPLICATES, "duplicates_total", "entries that were stored already")                          \
    _(OUT_OF_ORDER, "out_of_order_total", "events older than one already seen of the contact")     \
    _(FUTURE, "future_stamps_total", "stamps more than a day ahead, taken as unknown")             \
    _(SKIPPED, "skipped_total", "records rightly ignored")                                         \
    _(REFUSED, "refused_total", "records refused, undecodable or too large")                       \
    _(QUARANTINED, "quarantined_total", "refused records written to the quarantine file")          \
    _(BATCHES, "batches_total", "batches written to the store")                                    \
    _(CONTACTS_WRITTEN, "contacts_written_total", "records written")                               \
    _(RETRIES, "store_retries_total", "batches the store could not take at once")                  \
    _(SOURCE_ERRORS, "source_errors_total", "failed receives")                                     \
    _(RELEASED, "released_total", "messages given back to the source")

#define METRIC_ENUM(id, name, help) METRIC_##id,
enum metric { METRICS(METRIC_ENUM) METRIC_COUNT };
extern const char *const metric_name[METRIC_COUNT];
extern const char *const metric_help[METRIC_COUNT];

enum { LAG_RING = 1024 };

struct metrics {
    _Atomic uint64_t count[METRIC_COUNT];
    _Atomic int64_t in_flight_bytes;
    _Atomic int64_t in_flight_messages;
    _Atomic int64_t newest_event;      /* ms, event time */
    _Atomic int64_t last_receive;      /* ms, wall clock of the last successful receive */
    _Atomic int64_t lag[2][LAG_RING];  /* ms, ring per source kind: 0 contact events, 1 flow logs */
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
