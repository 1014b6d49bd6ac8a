/*
 * The ingest function: what an invocation brought, whose messages a contact's events came from, and
 * what a state keeps from one invocation to the next. A state is one thread's.
 */
#ifndef LAMBDA_INGEST_INTERNAL_H
#define LAMBDA_INGEST_INTERNAL_H

#include "contactwatch/grouping.h"
#include "contactwatch/lambda.h"
#include "contactwatch/metrics.h"
#include "contactwatch/quarantine.h"

enum intake_kind {
    INTAKE_SQS,     /* answered message by message */
    INTAKE_KINESIS, /* likewise, by sequence number */
    INTAKE_WHOLE,   /* one event; what cannot be settled fails the invocation */
};

struct intake_message {
    const char *id; /* what the answer calls it; of a whole event the request's */
    const char *body;
    size_t length;
    int64_t sent;      /* ms */
    const char *order; /* message group of a FIFO queue: what comes later waits; NULL = none */
    bool refused;      /* something of it is in the quarantine's lines */
    bool agents;       /* it has a word on an agent */
    bool poison;       /* nothing of it decodes: it is left to the redrive */
    bool failed;       /* not settled */
};

/* Texts live in the arena or the invocation. */
struct intake {
    enum intake_kind kind;
    struct intake_message *message;
    size_t count, capacity;
};

/* ingest_event.c: tells events by their shape. False with the fault set: it is a batch that cannot
 * be answered by its messages. */
bool intake_read(struct intake *out, struct arena *arena,
                 const struct lambda_invocation *invocation, struct lambda_fault *fault);
void intake_free(struct intake *intake);
/* What is behind a failed message of a FIFO group fails as well. */
void intake_keep_order(struct intake *intake);
/* {"batchItemFailures":[…]}: each id once. */
void intake_answer(const struct intake *intake, struct buf *out);
size_t intake_failures(const struct intake *intake);

struct ingest_seams {
    struct store *(*open_store)(void *context, const struct store_options *options,
                                struct err *err);
    void (*pause)(void *context, int64_t ms);
    void *context;
};

enum { INGEST_MARGIN_MS = 400 /* for the answer on its way */ };

struct ingest_function {
    const struct lambda_setup *setup;
    struct ingest_seams seams;
    char writer[64]; /* of this state alone, whatever machine it is on */
    struct store *store;
    struct quarantine quarantine; /* for stores that keep none */
    struct arena arena;           /* the event's */
    struct grouping grouping;
    struct metrics metrics;
    int64_t write_ms; /* what a write takes of late */
    int64_t beaten;   /* ms; 0 = never */

    const struct lambda_invocation *invocation; /* under way */
    struct intake intake;
    struct err err; /* the last reason for what was not settled */
};

/* Tests: another store, another way to wait. */
void ingest_function_inject(void *state, const struct ingest_seams *seams);

/* Is there time for a write as they are of late? The first of an invocation is begun whatever they
 * took, so that one slow write does not end all. */
bool ingest_may_begin(const struct ingest_function *function);

/* ingest_write.c: contacts, agents and refused records into the store; marks the messages of which
 * something is not settled. */
void ingest_write(struct ingest_function *function);

/* ingest_decode.c: messages into the grouping; marks those nothing of which decodes. */
void ingest_decode(struct ingest_function *function);
/* The messages a group's events came from fail. */
void ingest_fail_group(const struct group *group);

/* ingest_beat.c */
void ingest_name_function(char *out, size_t size, const char *given);
void ingest_beat(struct ingest_function *function); /* when it is due and there is time */

#endif
