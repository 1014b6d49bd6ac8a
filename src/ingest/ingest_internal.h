/*
 * The pipeline's inside. Threads and what they own:
 *
 *   receiver --decode--> grouper --write[n]--> writer n (its own store connection)
 *      ^                                          |
 *      +----------------- settled ----------------+
 *
 * A parcel is one message in flight; it belongs to exactly one batch, and a batch's parcels are
 * handed back together once every contact of the batch is stored or quarantined. `decode` and
 * `settled` hold MAX_MESSAGES, more than can be in flight, so pushing to them never waits; only
 * `write` does, and nothing a writer does waits for the grouper or the receiver.
 */
#ifndef INGEST_INGEST_INTERNAL_H
#define INGEST_INGEST_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "contactwatch/grouping.h"
#include "contactwatch/ingest.h"
#include "contactwatch/quarantine.h"
#include "contactwatch/queue.h"

enum {
    MAX_MESSAGES = 8192, /* in flight */
    RECEIVE_MAX = 16,    /* messages a receive */
    IDLE_STEP_MS = 50,   /* wait for more while something is in flight */
    IDLE_WAIT_MS = 5000, /* wait while nothing is */
    BACKOFF_FIRST_MS = 100,
    BACKOFF_LAST_MS = 5000,
    WRITERS_MAX = METRIC_WRITERS,
    BEAT_MS = 5000,
    LINGER_DEFAULT_MS = 250,
    WRITE_QUEUE = 2,   /* batches waiting for a writer */
    SEEN_SLOTS = 65536 /* contacts whose newest event time is remembered */
};

struct parcel {
    struct message message;
    struct parcel *next; /* of its batch */
    bool failed;         /* to be released, not settled */
    bool refused;        /* something of it is in the batch's quarantine lines */
    bool poison;         /* to be left to the queue's redrive */
};

struct shard {
    struct store_change *change;
    size_t count;
};

struct batch {
    struct grouping grouping; /* lives until the batch is stored */
    struct parcel *parcel;    /* a list, the last one first */
    size_t parcels;
    struct shard shard[WRITERS_MAX];
    size_t weight;  /* events, agents and refusals */
    size_t counted; /* bytes of the arena counted as in flight */
    int64_t deadline_ns;
    _Atomic unsigned shards_left;
    _Atomic bool failed;
};

/* Newest event time of a contact; slots are shared, a later contact displaces an earlier one. */
struct seen {
    uint64_t hash;
    int64_t newest;
};

/* When a thread began what it is doing, monotonic ns; 0 = it waits for others. */
typedef _Atomic int64_t step_t;

struct writer {
    struct ingest *ingest;
    struct store *store;
    struct queue *queue;
    pthread_t thread;
    unsigned number;
    bool counts; /* the store counts what follows, as read after each attempt */
    _Atomic uint64_t requests, conflicts, throttles, write_units, read_units;
    _Atomic int64_t failing_since; /* monotonic ns; 0 = its last attempt stored something */
    step_t step;                   /* begun anew by each request of the store that comes back */
    step_t attempt;                /* at one batch; not begun anew */
    int64_t beaten;                /* monotonic ns of its last heartbeat */
};

/* What may change while the pipeline runs; the grouper takes it over. Texts are its own. */
struct tuning {
    struct arena arena;
    struct decode_options decode;
    int64_t linger_ms;
};

struct ingest {
    struct ingest_options options;
    struct source *source;
    struct metrics metrics;
    struct quarantine quarantine;
    struct queue *decode;  /* parcels and flush_token; closed when the source has ended or the
                              pipeline stops */
    struct queue *settled; /* parcels and wake_token */
    struct queue *spare;   /* empty batches */
    struct writer writer[WRITERS_MAX];
    pthread_t receiver, grouper;
    struct seen *seen; /* the grouper's */
    size_t in_flight;  /* the receiver's: parcels not settled */
    step_t receiving, grouping;
    _Atomic(struct tuning *) tuned; /* to be taken over; NULL = nothing new */
    struct tuning *tuning;          /* the grouper's: in force; NULL = the options */
    int64_t started;
    char writer_name[64]; /* for heartbeats */

    pthread_mutex_t lock; /* guards what follows; never held across a call to store or source */
    pthread_cond_t changed;
    bool done, joined;
    char source_error[160], store_error[160];
    char failure[ERR_MAX]; /* why something was not taken */
    _Atomic bool stopping;
};

extern char flush_token, wake_token; /* their addresses are queue items */

void ingest_thread(pthread_t *thread, void *(*run)(void *),
                   void *context); /* signals blocked; aborts if none is to be had */
bool ingest_stopping(const struct ingest *ingest);
void ingest_failed(struct ingest *ingest, const char *why); /* the first reason is kept */
/* Waits up to ms; true at once when the pipeline is told to stop. */
bool ingest_pause(struct ingest *ingest, int64_t ms);

static inline void step_begin(step_t *step)
{
    atomic_store_explicit(step, monotonic_ns(), memory_order_relaxed);
}
static inline void step_end(step_t *step)
{
    atomic_store_explicit(step, 0, memory_order_relaxed);
}
/* ms that the longest step, or attempt at a batch, under way has taken; 0 = none is */
int64_t ingest_longest_step(const struct ingest *ingest);
int64_t ingest_longest_attempt(const struct ingest *ingest);

/* service.c: what a writer does besides writing batches. */
void writer_count(struct writer *writer); /* takes over what its store has counted */
/* The heartbeat when it is due; ms until the next one, -1 = the store knows none. */
int64_t writer_beat(struct writer *writer);
void writer_last_beat(struct writer *writer);
/* What an attempt came to, for health. */
void writer_failed(struct writer *writer, const char *why);
void writer_succeeded(struct writer *writer);
/* As ingest_pause, between attempts. */
bool writer_pause(struct writer *writer, int64_t ms);
void ingest_name_writer(struct ingest *ingest);
void ingest_take_tuning(struct ingest *ingest); /* the grouper */
void ingest_free_tuning(struct ingest *ingest);

/* agents.c: false only when the pipeline stops before they are stored. */
bool ingest_write_agents(struct writer *writer, struct batch *batch);

void *receiver_main(void *ingest);
void *grouper_main(void *ingest);
void *writer_main(void *writer);

struct batch *ingest_batch_get(struct ingest *ingest);
void ingest_batch_add_parcel(struct batch *batch, struct parcel *parcel);
/* Sorts, spreads the contacts over the shards and hands them to the writers. The batch is theirs
 * afterwards. */
void ingest_batch_dispatch(struct ingest *ingest, struct batch *batch);
/* One shard is through; behind the last one the parcels go back to the receiver. */
void ingest_batch_shard_done(struct ingest *ingest, struct batch *batch);
void ingest_batch_free(void *batch);

#endif
