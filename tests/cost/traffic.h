/* A contact centre on the fake endpoint: what its contacts deliver, and functions that take it. */
#ifndef TESTS_COST_TRAFFIC_H
#define TESTS_COST_TRAFFIC_H

#include "contactwatch/lambda.h"
#include "cost/cost.h"

#define TRAFFIC_QUEUE  "contacts"
#define TRAFFIC_BUCKET "archive"
#define TRAFFIC_TABLE  "Contacts"
#define TRAFFIC_STORE  "dynamodb:" TRAFFIC_TABLE

/* COST_CONTACTS contacts of a shape, side by side: message m of each comes in the same flush. */
struct traffic {
    struct fake_aws *fake;
    struct aws_session *session;
    struct typical contact[COST_CONTACTS];
    unsigned messages;                                    /* of each */
    struct buf body[COST_CONTACTS][TYPICAL_MESSAGES_MAX]; /* as they lie in the queue */
};
void traffic_open(struct traffic *traffic, const struct shape *shape);
void traffic_close(struct traffic *traffic);
/* Tables made anew, no counts; from now on each request takes trip_ms. */
void traffic_fresh(struct traffic *traffic, int64_t trip_ms);
/* Ends the program with a message: a cost that could not be measured is none. */
_Noreturn void traffic_fail(const char *what, const char *why);

/* A store of the centre's tables. */
struct store *traffic_store(const struct traffic *traffic);
/* Flush f as a batch of the store. */
void traffic_flush(struct traffic *traffic, struct store *store, unsigned flush);
/* What SQS asks for the bodies of a flush: a send each, and together a receive and a delete. */
double traffic_queue_requests(const struct traffic *traffic, unsigned flush);

/* A function as Lambda runs it. An invocation lasts as long as it waits, COST_TRIP_MS a trip, and
 * as long as its processor time takes on the share of a processor that its memory buys. */
struct timed {
    const struct lambda_handler *handler;
    struct lambda_setup setup;
    double memory_mb;
    void *state;
    double *ms; /* of each invocation */
    size_t invocations, capacity;
};
void timed_open(struct timed *timed, struct traffic *traffic, const char *name, double memory_mb);
void timed_close(struct timed *timed);
void timed_run(struct timed *timed, const struct buf *event);
/* Adds its invocations, their time and the log lines Lambda writes; gives the median time. */
double timed_usage(struct timed *timed, struct usage *out);

#endif
