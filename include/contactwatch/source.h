/*
 * Where events come from. One small interface: file (NDJSON, JSON, "-"), sim (a simulated contact
 * centre), sqs. A source is used by one receiver thread; only source_wake may be called from
 * another.
 */
#ifndef CONTACTWATCH_SOURCE_H
#define CONTACTWATCH_SOURCE_H

#include "contactwatch/decode.h"
#include "contactwatch/err.h"
#include "contactwatch/instant.h"

struct message {
    char *body; /* owned by the source until settled */
    size_t length;
    int64_t sent;      /* SentTimestamp, file: arrival */
    uint64_t position; /* for people: line number, message number */
    const char *id;    /* for people: what the queue calls it; the source's; may be NULL */
    void *handle;      /* the source's own */
    /* NULL, or why the source could not take this record whole: body is its beginning */
    const char *refused;
    /* A message nothing of which decodes goes back with SETTLE_POISON, not to the quarantine: its
       queue moves it to a dead-letter queue by itself. */
    bool redrive;
};

enum settlement {
    SETTLE_DONE,    /* every record stored or quarantined: delete */
    SETTLE_RELEASE, /* not taken: a queue hands it out again, a file still has it */
    SETTLE_POISON,  /* never to be taken: left to the queue's redrive (message.redrive) */
};

enum receive {
    RECEIVE_OK,  /* *count messages, perhaps 0 */
    RECEIVE_END, /* nothing will ever come again */
    /* err says why; the caller backs off and calls again. An END right behind it means failed for
       good */
    RECEIVE_ERROR,
    /* Nothing now; err says what stands in the way. The source paces itself and goes on trying:
       call again at once. It logs the change itself. */
    RECEIVE_TROUBLE,
};

/* What a source knows of itself, for the metrics. Counters are of its whole life. */
struct source_state {
    int64_t backlog;    /* messages waiting in the queue; -1 = not known */
    int64_t oldest_ms;  /* how long the oldest one in hand has been held; -1 = none, or not known */
    int64_t held;       /* messages in hand, those to be deleted too; -1 = not known */
    unsigned pollers;   /* long polls under way */
    bool redrive;       /* the queue has a dead-letter queue */
    uint64_t throttles; /* answers that said to slow down */
    uint64_t silences;  /* empty receives though the queue has messages */
    uint64_t heartbeats;        /* messages whose visibility was extended */
    uint64_t failed_heartbeats; /* extensions that failed */
    uint64_t given_up;          /* messages released as held too long, or not to be extended */
    uint64_t deleted, failed_deletes;
    uint64_t redelivered; /* receives of messages already in hand */
    uint64_t corrupt;     /* receives not taken: a wrong checksum, or without id or receipt */
    uint64_t poisoned;    /* left to the redrive */
};

struct source;
struct source_ops {
    const char *name;
    /* Waits up to timeout_ms for messages, at most max. *count may be 0. */
    enum receive (*receive)(struct source *source, struct message *out, size_t max, int timeout_ms,
                            size_t *count, struct err *err);
    /* Gives messages back, in any order; their bodies are gone afterwards. Called by the receiver
     * thread. */
    void (*settle)(struct source *source, struct message *message, size_t count,
                   enum settlement how);
    void (*wake)(struct source *source); /* any thread: a waiting receive returns soon */
    void (*state)(struct source *source, struct source_state *out); /* any thread; may be NULL */
    /* No further receive will come: what is unread goes back, the last polls return. Settling goes
     * on. May be NULL. */
    void (*drain)(struct source *source);
    void (*close)(struct source *source);
};
struct source {
    const struct source_ops *ops;
};

struct aws_session;
struct source_options {
    struct aws_session *aws; /* sqs: who asks, and where; outlives the source */
    bool once;               /* sqs: end when the queue is empty */
    int64_t visibility_ms;   /* sqs: of each receive; 0 = 60 s */
    unsigned pollers;        /* sqs: long polls at most; 0 = 8 */
    int64_t drain_ms;        /* sqs: from drain to the end at most; 0 = 9 s */
    bool follow;             /* file: wait for more at the end, as tail -F does */
    /* file: 1 = at its own pace by event time, N = faster, 0 = as fast as possible */
    double speed;
    const struct clock *clock; /* NULL = the system's */
    /* sim */
    double rate; /* new contacts a minute at the day's mean */
    uint64_t seed;
    uint64_t contacts;  /* stop after that many contacts; 0 = never */
    int64_t history_ms; /* past events handed out at once at the start (demo: an hour) */
    double duplicates, disorder, late; /* shares of messages, 0…1 */
    const char *names_file;            /* queues, agents, flows */
};

/* Opens `file:PATH`, `-`, `sim:RATE`, `sqs:URL` (or `sqs:NAME`); a bare path is a file. */
struct source *source_open(const char *spec, const struct source_options *options, struct err *err);

static inline enum receive source_receive(struct source *s, struct message *out, size_t max,
                                          int timeout_ms, size_t *count, struct err *err)
{
    return s->ops->receive(s, out, max, timeout_ms, count, err);
}
static inline void source_settle(struct source *s, struct message *message, size_t count,
                                 enum settlement how)
{
    s->ops->settle(s, message, count, how);
}
static inline void source_drain(struct source *s)
{
    if (s->ops->drain)
        s->ops->drain(s);
}
static inline void source_state(struct source *s, struct source_state *out)
{
    *out = (struct source_state){.backlog = -1, .oldest_ms = -1, .held = -1};
    if (s->ops->state)
        s->ops->state(s, out);
}
static inline void source_wake(struct source *s)
{
    s->ops->wake(s);
}
static inline void source_close(struct source *s)
{
    if (s)
        s->ops->close(s);
}

#endif
