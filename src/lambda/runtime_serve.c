/* One invocation: asked for, handed to the handler, answered. */
#include "lambda/runtime_serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/log.h"

enum { DEADLINE_UNTOLD_MS = 3000 }; /* Lambda's own default for a function */

/* What X-Ray is told by. The text is in the environment and written in place: setenv would move
 * what others may be reading, and keep every value for ever. */
static char trace_variable[RUNTIME_TRACE_SIZE + 32] = "_X_AMZN_TRACE_ID=";
static bool trace_told;

void runtime_trace(bool told)
{
    trace_told = told && putenv(trace_variable) == 0;
}

static void set_trace(const char *trace)
{
    const size_t name = strlen("_X_AMZN_TRACE_ID=");
    if (trace_told)
        snprintf(trace_variable + name, sizeof(trace_variable) - name, "%s", trace);
}

/* A type goes into a header. */
static void make_sound(struct lambda_fault *fault)
{
    if (!*fault->type)
        snprintf(fault->type, sizeof(fault->type), "Contactwatch.Failed");
    for (char *p = fault->type; *p; p++)
        if (*p <= ' ' || *p >= 127)
            *p = '_';
}

static enum runtime_said fail(struct runtime_api *api, const char *request_id,
                              struct lambda_fault *fault)
{
    make_sound(fault);
    log_error("%s: %s", fault->type, fault->message);
    return runtime_fail(api, request_id, fault);
}

static enum runtime_said too_large(struct runtime_api *api, const char *request_id)
{
    struct lambda_fault fault = {{0}, {0}};
    lambda_fail(&fault, "Function.ResponseSizeTooLarge", "the answer is larger than %d bytes",
                (int)LAMBDA_ANSWER_MAX);
    return fail(api, request_id, &fault);
}

static enum runtime_said handle(struct runtime_api *api, const struct lambda_handler *handler,
                                void *state, const struct lambda_invocation *invocation)
{
    struct lambda_fault fault = {{0}, {0}};
    struct buf answer = {.max = LAMBDA_ANSWER_MAX};
    enum runtime_said said;
    bool done = handler->handle(state, invocation, &answer, &fault);
    if (done && !answer.length && !answer.full)
        done = lambda_fail(&fault, "Contactwatch.NoAnswer", "the handler has not answered");
    if (!done) {
        said = fail(api, invocation->request_id, &fault);
    } else if (answer.full) {
        said = too_large(api, invocation->request_id);
    } else {
        said = runtime_respond(api, invocation->request_id, &answer);
        if (said == RUNTIME_TOO_MUCH)
            said = too_large(api, invocation->request_id);
    }
    buf_free(&answer);
    return said;
}

enum runtime_said runtime_serve(struct runtime_api *api, const struct lambda_handler *handler,
                                const struct lambda_setup *setup, void *state)
{
    struct runtime_event event;
    enum runtime_said said = runtime_next(api, &event);
    if (said != RUNTIME_FINE && said != RUNTIME_TOO_MUCH)
        return said;
    log_set_request(event.request_id);
    set_trace(event.trace);
    int64_t now = clock_now(setup->clock);
    if (said == RUNTIME_TOO_MUCH) {
        struct lambda_fault fault = {{0}, {0}};
        lambda_fail(&fault, "Contactwatch.EventTooLarge", "the event is larger than %d bytes",
                    (int)LAMBDA_EVENT_MAX);
        said = fail(api, event.request_id, &fault);
    } else {
        const struct lambda_invocation invocation = {
            .request_id = event.request_id,
            .event = event.text,
            .length = event.length,
            .received = now,
            .deadline = event.deadline ? event.deadline : now + DEADLINE_UNTOLD_MS,
        };
        said = handle(api, handler, state, &invocation);
        log_debug("served in %lld ms", (long long)(clock_now(setup->clock) - now));
    }
    log_set_request(NULL);
    return said;
}
