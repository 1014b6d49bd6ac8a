/* The runtime loop with a handler, on the fake runtime API, in a thread of this process. */
#ifndef TESTS_LAMBDA_RUN_H
#define TESTS_LAMBDA_RUN_H

#include <pthread.h>

#include "contactwatch/lambda.h"
#include "fakes/fake_runtime.h"

struct lambda_run {
    struct fake_runtime *runtime;
    const struct lambda_handler *handler;
    const struct lambda_setup *setup; /* outlives the run */
    unsigned threads;
    pthread_t thread;
    int code;
};

/* Starts the fake runtime API and the loop on it. */
void lambda_run_start(struct lambda_run *run, const struct lambda_handler *handler,
                      const struct lambda_setup *setup, unsigned threads);
/* Tells the loop to stop, as Lambda does; gives its exit status. Fails where something was against
 * the runtime API's rules. */
int lambda_run_stop(struct lambda_run *run);
/* Waits for the loop to end by itself. */
int lambda_run_wait(struct lambda_run *run);
/* One invocation; fails without an answer. The text lives in *out. */
const char *lambda_run_answer(struct lambda_run *run, const char *event, struct fake_outcome *out);

/* One call of a handler without the loop: open, handle, close. An answer is appended to `answer`;
 * false: the fault is set. */
bool lambda_once(const struct lambda_handler *handler, const struct lambda_setup *setup,
                 const char *event, struct buf *answer, struct lambda_fault *fault);

#endif
