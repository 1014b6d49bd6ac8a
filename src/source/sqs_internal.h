/*
 * The SQS source's inside. Two threads: the receiver's (the ops of source.h) and the engine's,
 * which owns the AWS client and everything below but what `lock` guards.
 *
 *   polls ──► held ──► ready ──► receive()          pipeline
 *               │                                       │
 *            duties ◄──────────── orders ◄──── settle() ┘
 *
 * A message received is `held` until the queue knows that it is deleted or released. It has one
 * duty at a time: to be kept invisible (beat), to go back (release), to be deleted. A duty waits
 * for its time in the heap, then in the outbox of its kind for company, then for an answer.
 */
#ifndef SOURCE_SQS_INTERNAL_H
#define SOURCE_SQS_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "contactwatch/aws.h"
#include "contactwatch/map.h"
#include "contactwatch/source.h"
#include "contactwatch/sqs.h"

enum {
    SQS_WAIT_S = 5, /* a long poll, and so what a drain waits for */
    SQS_ONCE_WAIT_S = 1,
    SQS_VISIBILITY_S = 60,
    SQS_POLLERS = 8,
    SQS_POLLERS_MAX = 64,
    SQS_READY_MAX = 2000, /* messages unread by the pipeline */
    SQS_READY_BYTES = 16 << 20,
    SQS_HELD_MAX = 20000,         /* in hand in all */
    SQS_HELD_MS = 10 * 60 * 1000, /* then the heartbeat stops */
    SQS_BEAT_FAILURES = 5,        /* likewise */
    SQS_RELEASE_FAILURES = 5,     /* then its visibility runs out by itself */
    SQS_DELETE_LINGER_MS = 100,   /* a delete waits for company */
    SQS_CALLS_MAX = 8,            /* batches of one duty under way */
    SQS_BACKOFF_FIRST_MS = 200,
    SQS_BACKOFF_LAST_MS = 5000,
    SQS_ATTRIBUTES_MS = 10 * 1000, /* between two looks at the queue */
    SQS_DRAIN_MS = 9000,           /* from drain to the last answer */
    SQS_POISON_S = 2,              /* visibility left to a message for the redrive */
    SQS_RELEASE_FIRST_S = 5,       /* what could not be taken comes again, later each time */
    SQS_RELEASE_LAST_S = 300,
};

enum duty { DUTY_BEAT, DUTY_RELEASE, DUTY_DELETE, DUTY_COUNT };
enum place { PLACE_NONE, PLACE_HEAP, PLACE_OUTBOX, PLACE_CALL };

struct held {
    char *id, *receipt; /* of the newest receive */
    char *body;         /* freed when settled */
    size_t length;
    int64_t sent;
    uint64_t number;
    const char *refused;
    unsigned receives;

    enum duty duty;
    enum place place;
    int64_t due;      /* heap: when; outbox: since when */
    size_t at;        /* in the heap */
    int64_t received; /* newest receive, ms */
    int64_t since;    /* first receive */
    int64_t settled;  /* when it was to be deleted */
    unsigned failures;
    int release_s;                /* visibility to release with */
    bool loose;                   /* not in the table: nobody waits for it but its duty */
    bool idle;                    /* given up, still with the pipeline: no heartbeat */
    bool renewed;                 /* received again while its duty was under way */
    struct held *previous, *next; /* outbox */
    struct held *older, *newer;   /* all of the table by `since` */

    /* guarded by the lock */
    bool ready;
    struct held *ready_previous, *ready_next;
    struct held *order_next;
    enum settlement how;
};

struct held_list {
    struct held *first, *last;
    size_t count;
};

enum errand { ERRAND_POLL, ERRAND_DUTY, ERRAND_LOOK };

/* A call under way, or a spare one. */
struct sqs_call {
    struct aws_call call; /* first */
    enum errand errand;
    enum duty duty;
    struct held *entry[SQS_BATCH_MAX];
    size_t entries;
    int asked; /* of a poll */
    int64_t started;
    struct sqs_call *previous, *next; /* under way; next also among the spare */
};

/* What stands in the way, by kind of call: "" = nothing. */
enum trouble { TROUBLE_POLL, TROUBLE_DUTY, TROUBLE_LOOK, TROUBLE_COUNT };

struct polling {
    unsigned wanted, under_way, most;
    int ask; /* messages a poll: fewer after a failure, in case the answer was too large */
    int64_t not_before;
    int64_t pause; /* the newest one after an empty or failed receive */
    size_t answer; /* bytes an answer had lately */
    bool ever;     /* one has succeeded */
    bool silent;   /* the newest answer was empty, and nobody has asked why */
};

struct looking {
    bool under_way, asked; /* asked: as soon as may be */
    int64_t last, started;
    unsigned empty;     /* once: how often the queue was seen empty in a row */
    int64_t away_until; /* when all we left or lost is visible again */
};

struct sqs_counts {
    _Atomic int64_t backlog, oldest, held;
    _Atomic unsigned pollers;
    _Atomic bool redrive;
    _Atomic uint64_t throttles, silences, heartbeats, failed_heartbeats, given_up, deleted,
        failed_deletes, redelivered, corrupt, poisoned;
};

struct sqs_source {
    struct source base;
    struct aws_session *session;
    struct aws_client *client; /* the engine's; aws_wake from any thread */
    char url[SQS_URL_MAX];
    const struct clock *clock; /* NULL = monotonic */
    bool once;
    int visibility_s, wait_s;
    int64_t drain_ms;
    pthread_t thread;
    struct sqs_counts counts;

    pthread_mutex_t lock; /* guards what follows; never held across a call to AWS */
    pthread_cond_t received, ordered;
    struct held *ready_first, *ready_last;
    size_t ready_count, ready_bytes;
    struct held *order_first, *order_last;
    bool woken, engine_woken, starved, draining, closing, ended, fatal, fatal_told;
    char trouble[TROUBLE_COUNT][ERR_MAX];
    unsigned troubles, troubles_told; /* changes */

    /* the engine's own */
    struct map table; /* by message id */
    struct held *oldest, *newest;
    struct held **heap;
    size_t heap_count, heap_capacity;
    struct held_list outbox[DUTY_COUNT];
    unsigned calls[DUTY_COUNT];
    struct sqs_call *under_way, *spare;
    struct polling polling;
    struct looking looking;
    struct arena arena;
    struct rng rng;
    char trouble_code[TROUBLE_COUNT][80]; /* what was logged of it */
    uint64_t number;
    bool is_draining, is_closing;  /* as of the last look under the lock */
    int64_t drained_at, closed_at; /* ms on the real monotonic clock */
};

int64_t sqs_now(const struct sqs_source *s); /* ms on the engine's clock */
/* first · 2^(failures−1), at most last, and of that a random half to whole. */
int64_t sqs_backoff(struct sqs_source *s, unsigned failures, int64_t first, int64_t last);

/* sqs_held.c */
struct held *held_find(const struct sqs_source *s, const char *id);
struct held *held_add(struct sqs_source *s, const struct sqs_message *message, int64_t now);
void held_loosen(struct sqs_source *s, struct held *h); /* out of the table */
void held_free(struct sqs_source *s, struct held *h);
void held_rename(struct held *h, const char *receipt);
void held_wait(struct sqs_source *s, struct held *h, int64_t due); /* from wherever it is */
void held_enqueue(struct sqs_source *s, struct held *h, int64_t now);
void held_lift(struct sqs_source *s, struct held *h);         /* out of heap or outbox */
struct held *held_due(struct sqs_source *s, int64_t before);  /* out of the heap; NULL = none */
struct held *held_take(struct sqs_source *s, enum duty duty); /* out of an outbox */

/* sqs_duty.c */
void sqs_beat_later(struct sqs_source *s, struct held *h, int64_t now);
void sqs_take_order(struct sqs_source *s, struct held *h, int64_t now);
void sqs_send_duties(struct sqs_source *s, int64_t now);
void sqs_duties_answered(struct sqs_source *s, struct sqs_call *call, int64_t now);
bool sqs_duties_pending(const struct sqs_source *s);

/* sqs_poll.c */
void sqs_poll(struct sqs_source *s, int64_t now);
void sqs_polled(struct sqs_source *s, struct sqs_call *call, int64_t now);
void sqs_poll_silenced(struct sqs_source *s, int64_t now);

/* sqs_look.c */
void sqs_look(struct sqs_source *s, int64_t now);
/* What was left to come again does so in that many seconds. */
void sqs_look_away(struct sqs_source *s, int seconds, int64_t now);
int64_t sqs_look_due(const struct sqs_source *s);
void sqs_looked(struct sqs_source *s, struct sqs_call *call, int64_t now);
/* At the start, blocking: resolves a name, asks for the attributes. */
bool sqs_introduce(struct sqs_source *s, const char *queue, struct err *err);

/* sqs_source.c, sqs_open.c */
extern const struct source_ops sqs_source_ops;
void sqs_free(struct sqs_source *s); /* once its thread has ended */

/* sqs_engine.c */
void *sqs_engine_main(void *source);
struct sqs_call *sqs_call_new(struct sqs_source *s, enum errand errand, const char *operation,
                              int64_t now);
void sqs_call_start(struct sqs_source *s, struct sqs_call *call);
/* Sets or clears (text "") what stands in the way; logs when code is another than before. */
void sqs_trouble(struct sqs_source *s, enum trouble kind, const char *code, const char *text);
void sqs_call_trouble(struct sqs_source *s, enum trouble kind, const struct aws_call *call);
/* Takes it from the pipeline's reach; false when the pipeline has it already. */
bool sqs_unready(struct sqs_source *s, struct held *h);
void sqs_ready(struct sqs_source *s, struct held *const *h, size_t count);
/* Nothing will come any more; why = it failed for good. */
void sqs_end(struct sqs_source *s, const char *why);
/* Is there room for so many polls' answers? Marks the pipeline as the one to say when there is. */
bool sqs_room(struct sqs_source *s, size_t polls);
static inline void sqs_count(_Atomic uint64_t *counter, uint64_t by)
{
    atomic_fetch_add_explicit(counter, by, memory_order_relaxed);
}

#endif
