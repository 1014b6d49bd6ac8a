/*
 * What the pipeline measures about itself. Counters are written by its threads and read by any.
 */
#ifndef CONTACTWATCH_METRICS_H
#define CONTACTWATCH_METRICS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
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
    METRIC_AGENTS,            /* words on agents handed to the store */
    METRIC_RETRIES,           /* batches the store could not take at once */
    METRIC_SOURCE_ERRORS,     /* failed receives */
    METRIC_RELEASED,          /* messages given back to the source */
    METRIC_POISONED,          /* messages left to their queue's redrive: nothing of them decodes */
    METRIC_RECONCILE_ASKED,   /* contacts Connect was asked about */
    METRIC_RECONCILE_CLOSED,  /* … of them closed by its answer */
    METRIC_RECONCILE_OPEN,    /* … still open */
    METRIC_RECONCILE_UNKNOWN, /* … it does not know */
    METRIC_RECONCILE_FAILED,  /* … without an answer */
    METRIC_COUNT
};

enum { LAG_RING = 1024, LAG_WINDOW_MS = 60000, METRIC_WRITERS = 16 };

/* Event time to arrival, of one kind of source: 0 contact events, 1 flow logs. */
struct lag_ring {
    _Atomic int64_t lag[LAG_RING]; /* ms */
    _Atomic int64_t at[LAG_RING];  /* ms, monotonic: only the last minute counts */
    _Atomic uint32_t next;
    _Atomic uint64_t sum; /* ms, of all */
};

struct metrics {
    _Atomic uint64_t count[METRIC_COUNT];
    _Atomic int64_t in_flight_bytes;
    _Atomic int64_t in_flight_messages;
    _Atomic int64_t newest_event; /* ms, event time */
    _Atomic int64_t last_receive; /* ms, wall clock of the last successful receive */
    struct lag_ring lag[2];
};

struct event;
void metrics_add(struct metrics *metrics, enum metric which, uint64_t count);
/* Notes how long an event has been on its way. */
void metrics_lag(struct metrics *metrics, const struct event *event, int64_t arrival);

/* A copy for readers, with the derived numbers, and what source, store and AWS know of themselves.
 * The same for the screen, the metrics page and the log. -1 = not known. */
struct metrics_view {
    uint64_t count[METRIC_COUNT];
    int64_t in_flight_bytes, in_flight_messages, newest_event, last_receive;
    int64_t started;                  /* ms, wall clock */
    int64_t lag_p50[2], lag_p99[2];   /* ms, of the last minute; -1 = nothing yet */
    uint64_t lag_count[2], lag_ms[2]; /* of all events since the start */
    char source_error[160];           /* the last receive's error, "" when the last one succeeded */
    char store_error[160];            /* "" unless a writer is trying again */
    int64_t store_failing_ms;         /* for how long none of its attempts succeeded */
    int64_t longest_step_ms;          /* how long a thread has been at one step; 0 = all wait */
    int64_t longest_attempt_ms;       /* how long a writer has been at one batch; 0 = none is */
    bool ended;                       /* the source has ended and everything is settled */

    bool has_queue; /* the source is a queue: */
    int64_t backlog, oldest_ms, held, pollers;
    uint64_t source_throttles, silences, heartbeats, failed_heartbeats, given_up;
    uint64_t deleted, failed_deletes, redelivered, corrupt;
    bool has_store_counts; /* the store counts: */
    uint64_t store_requests, conflicts, store_throttles, write_units, read_units;
    bool has_aws; /* all calls to AWS: */
    uint64_t aws_requests, aws_retries, aws_throttles, aws_failures;
    int64_t clock_skew_ms; /* AWS's clock − ours */
};
/* The lag members. */
void metrics_view_lag(struct metrics *metrics, struct metrics_view *out);
/* The longer way of the two. */
static inline int64_t metrics_lag_p50(const struct metrics_view *view)
{
    return view->lag_p50[0] > view->lag_p50[1] ? view->lag_p50[0] : view->lag_p50[1];
}
/* Of a pipeline that has not begun. */
static inline void metrics_view_init(struct metrics_view *view, int64_t started)
{
    *view = (struct metrics_view){.started = started,
                                  .lag_p50 = {-1, -1},
                                  .lag_p99 = {-1, -1},
                                  .backlog = -1,
                                  .oldest_ms = -1,
                                  .held = -1};
}
static inline uint64_t metrics_throttles(const struct metrics_view *view)
{
    return view->source_throttles + view->store_throttles;
}

/*
 * The metrics as they are published, declared once: page, log and documentation come from this
 * table.
 */
enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_SUMMARY };
struct metric_spec {
    const char *family; /* "contactwatch_events_total": rows of one family stand together */
    const char *suffix; /* of a sample of a summary: "_sum"; else "" */
    const char *labels; /* "{events=\"contact\"}", else "" */
    enum metric_type type;
    const char *help;
    double (*value)(const struct metrics_view *view); /* NAN = no sample now */
};
extern const struct metric_spec metric_specs[];
extern const size_t metric_spec_count;

#endif
