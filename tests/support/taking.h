/* The ingest function between events by hand and a store in memory; time passes only while it
 * waits. */
#ifndef TESTS_TAKING_H
#define TESTS_TAKING_H

#include "contactwatch/lambda.h"
#include "support/fake_pipeline.h"

#define TAKING_NOW   INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */
#define TAKING_QUEUE "arn:aws:sqs:eu-west-2:111122223333:contacts"

struct taking {
    struct fake_store store;
    struct lambda_setup setup; /* may be changed before the first invocation */
    struct clock clock;
    int64_t now, time_ms; /* what an invocation has, 10 s unless changed */
    unsigned pauses;
    int64_t apply_ms;  /* what a write takes */
    const char *queue; /* ARN of the messages to come */
    void *state;
    struct buf event;
    size_t records;
    struct buf answer;
    struct lambda_fault fault;
};
int taking_setup(void **state); /* of cmocka: *state is the fixture, its store a shared one */
int taking_teardown(void **state);

/* Another message of the batch. group: of a FIFO queue, NULL = none. */
void taking_message(struct taking *taking, const char *id, const char *body, const char *group);
/* One with a flow log line each of contact and token, up to `to` (excluded). */
void taking_lines(struct taking *taking, const char *id, unsigned contact, unsigned from,
                  unsigned to);
/* Hands over the batch, or this event; false: it has failed, with the fault. */
bool taking_invoke(struct taking *taking);
bool taking_event(struct taking *taking, const char *event);
/* Invokes, and asserts that exactly these messages are named, in this order: "m1 m3". */
void taking_expect(struct taking *taking, const char *ids);
/* The ids an answer names, with a blank between. */
void taking_named(const char *answer, struct buf *out);

/* A record of an SQS batch, and what goes around some of them. */
void taking_record(struct buf *out, const char *queue, const char *id, const char *body,
                   int64_t sent, const char *group);
void taking_close(struct buf *batch);

#endif
