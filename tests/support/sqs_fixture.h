/* A queue of the fake endpoint, the source on it, and a clock of both that can be moved. */
#ifndef TESTS_SQS_FIXTURE_H
#define TESTS_SQS_FIXTURE_H

#include <stdatomic.h>

#include "contactwatch/source.h"
#include "fakes/fake_aws.h"
#include "fakes/fake_session.h"

enum { SQS_PATIENCE_MS = 20000 }; /* for what takes milliseconds */

struct sqs_fixture {
    struct fake_aws *fake;
    struct aws_session *session;
    struct source *source;
    struct source_options options;
    struct clock clock; /* the engine's: real, and moved by sqs_advance */
    _Atomic int64_t moved;
    struct err err;
};

/* Of cmocka; the queue is "q", and there is no source yet. */
int sqs_setup(void **state);
int sqs_teardown(void **state); /* closes what is open */

void sqs_open(struct sqs_fixture *f);         /* by its URL */
void sqs_close_source(struct sqs_fixture *f); /* ends its last polls with messages */
void sqs_advance(struct sqs_fixture *f, int64_t ms);

/* Messages "m0"… to the queue. */
void sqs_send_many(struct sqs_fixture *f, unsigned from, unsigned to);
/* Receives until there are `count`, or fails. */
void sqs_receive_all(struct sqs_fixture *f, struct message *out, size_t count);
size_t sqs_receive_now(struct sqs_fixture *f, struct message *out, size_t max); /* 20 ms */

struct fake_queue_state sqs_queue_now(struct sqs_fixture *f);
struct source_state sqs_state_now(struct sqs_fixture *f);

/* Waits in small steps until the condition holds; fails after SQS_PATIENCE_MS. */
#define sqs_until(condition)                                                                       \
    do {                                                                                           \
        int64_t until_ = monotonic_ns() + SQS_PATIENCE_MS * INT64_C(1000000);                      \
        while (!(condition)) {                                                                     \
            if (monotonic_ns() > until_)                                                           \
                fail_msg("waited in vain for %s", #condition);                                     \
            sqs_breathe();                                                                         \
        }                                                                                          \
    } while (0)
void sqs_breathe(void); /* a millisecond */

#endif
