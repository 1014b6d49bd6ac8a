#include "support/lambda_run.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/thread.h"

static void *serve(void *context)
{
    struct lambda_run *run = context;
    run->code =
        lambda_serve(run->handler, run->setup, fake_runtime_address(run->runtime), run->threads);
    return NULL;
}

void lambda_run_start(struct lambda_run *run, const struct lambda_handler *handler,
                      const struct lambda_setup *setup, unsigned threads)
{
    *run = (struct lambda_run){.runtime = fake_runtime_start(0),
                               .handler = handler,
                               .setup = setup,
                               .threads = threads,
                               .code = -1};
    assert_non_null(run->runtime);
    fake_runtime_concurrency(run->runtime, threads ? threads : 1);
    assert_true(thread_start(&run->thread, serve, run));
}

int lambda_run_wait(struct lambda_run *run)
{
    pthread_join(run->thread, NULL);
    const char *violation = fake_runtime_violation(run->runtime);
    fake_runtime_stop(run->runtime);
    if (violation)
        fail_msg("%s", violation);
    return run->code;
}

int lambda_run_stop(struct lambda_run *run)
{
    pthread_kill(run->thread, SIGTERM);
    return lambda_run_wait(run);
}

const char *lambda_run_answer(struct lambda_run *run, const char *event, struct fake_outcome *out)
{
    if (!fake_runtime_call(run->runtime, event, out))
        fail_msg("no answer");
    return buf_str(&out->body);
}

bool lambda_once(const struct lambda_handler *handler, const struct lambda_setup *setup,
                 const char *event, struct buf *answer, struct lambda_fault *fault)
{
    struct err err = {0};
    void *state = handler->open(setup, &err);
    if (!state)
        fail_msg("%s", err.text);
    const struct lambda_invocation invocation = {
        .request_id = "00000000-0000-4000-8000-000000000000",
        .event = event,
        .length = strlen(event),
        .received = clock_now(setup->clock),
        .deadline = clock_now(setup->clock) + MINUTE_MS,
    };
    *fault = (struct lambda_fault){{0}, {0}};
    bool done = handler->handle(state, &invocation, answer, fault);
    handler->close(state);
    return done;
}
