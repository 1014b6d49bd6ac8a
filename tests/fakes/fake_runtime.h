/*
 * Lambda's runtime API on 127.0.0.1, for the loop and for handlers: invocations are put in, and
 * what comes of them is taken out. It looks after the order of calls as Lambda does: an answer to a
 * request it has not handed out is refused (400), a second one too (403), and an answer beyond
 * 6 MiB is the error Function.ResponseSizeTooLarge (413). Each connection has a thread, so an
 * invocation asked for waits as long as there is none.
 *
 * For scripts it takes invocations over HTTP as AWS's runtime interface emulator does:
 *
 *     POST /2015-03-31/functions/function/invocations
 *
 * waits for what comes of the event in its body (200; X-Amz-Function-Error: Unhandled on an error);
 * POST /_fake/runtime tells how often an invocation was asked for, and how many are under way.
 */
#ifndef TESTS_FAKE_RUNTIME_H
#define TESTS_FAKE_RUNTIME_H

#include "contactwatch/mem.h"

struct fake_runtime;
struct fake_runtime *fake_runtime_start(int port); /* 0 = any; NULL: it cannot be listened on */
void fake_runtime_stop(struct fake_runtime *runtime);
const char *fake_runtime_address(const struct fake_runtime *runtime); /* "127.0.0.1:PORT" */

/* An invocation. NULL and 0 are what is usual; "" leaves the header out. */
struct fake_event {
    const char *body;
    size_t length;        /* 0 = strlen */
    const char *id;       /* NULL = one of its own, in the form of a UUID */
    const char *deadline; /* NULL = in deadline_ms */
    int64_t deadline_ms;  /* from now; 0 = a minute */
    const char *trace;
};
/* Puts it in line; gives the number to ask for its outcome by. */
unsigned fake_runtime_invoke(struct fake_runtime *runtime, const struct fake_event *event);

/* What came of it. */
struct fake_outcome {
    bool error;
    char type[80]; /* of an error: the header Lambda-Runtime-Function-Error-Type */
    struct buf body;
};
void fake_outcome_free(struct fake_outcome *outcome);
/* Waits for it; false after timeout_ms. */
bool fake_runtime_outcome(struct fake_runtime *runtime, unsigned number, int timeout_ms,
                          struct fake_outcome *out);
/* Both in one; within 20 s. */
bool fake_runtime_call(struct fake_runtime *runtime, const char *event, struct fake_outcome *out);
/* The init error; false if none has come after timeout_ms. */
bool fake_runtime_init_error(struct fake_runtime *runtime, int timeout_ms,
                             struct fake_outcome *out);

/* --- Harm --- */
enum fake_runtime_route { FAKE_NEXT, FAKE_RESPONSE, FAKE_ERROR, FAKE_INIT_ERROR, FAKE_ROUTES };
/* The next `times` requests of the route are answered with this status and have no effect; 0: the
 * connection is closed without an answer. */
void fake_runtime_fault(struct fake_runtime *runtime, enum fake_runtime_route route, int status,
                        unsigned times);
/* From now on nothing is answered: whoever waits for an invocation is disconnected. */
void fake_runtime_vanish(struct fake_runtime *runtime);
/* Invocations are handed out only so many at the same time; more is against the rules. 1 at first.
 */
void fake_runtime_concurrency(struct fake_runtime *runtime, unsigned most);

/* --- What was asked --- */
unsigned fake_runtime_requests(struct fake_runtime *runtime, enum fake_runtime_route route);
/* Waits until so many have asked for an invocation, in all; false after timeout_ms. */
bool fake_runtime_wait_next(struct fake_runtime *runtime, unsigned count, int timeout_ms);
int64_t fake_runtime_first_next_ns(struct fake_runtime *runtime); /* monotonic; 0 = not yet */
/* What was against the rules, the first of it; NULL = nothing. Static text. */
const char *fake_runtime_violation(struct fake_runtime *runtime);

#endif
