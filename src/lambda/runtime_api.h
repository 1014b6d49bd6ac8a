/* The runtime API as one thread sees it: an invocation is asked for, and answered or failed.
 * Nothing waits for a time, since the machine may be frozen anywhere. */
#ifndef LAMBDA_RUNTIME_API_H
#define LAMBDA_RUNTIME_API_H

#include <stdatomic.h>

#include "contactwatch/lambda.h"

enum { RUNTIME_ID_SIZE = 129, RUNTIME_TRACE_SIZE = 512, RUNTIME_URL_SIZE = 320 };

struct runtime_api {
    struct transport *transport;
    const atomic_bool *stop; /* ends the wait for an invocation, behind a wake */
    char base[RUNTIME_URL_SIZE];
    struct exchange exchange;
    struct buf error; /* the last error document */
};

/* What came of a call. */
enum runtime_said {
    RUNTIME_FINE,
    RUNTIME_STOPPED,  /* told to stop while waiting */
    RUNTIME_TOO_MUCH, /* the answer (or the event) is larger than is taken */
    RUNTIME_REFUSED,  /* this invocation cannot be answered any more */
    RUNTIME_GONE,     /* there is no going on: the process is to end */
};

struct runtime_event {
    char request_id[RUNTIME_ID_SIZE];
    char trace[RUNTIME_TRACE_SIZE]; /* "" = none */
    int64_t deadline;               /* Unix ms; INSTANT_NONE = not told */
    const char *text;               /* the API's until its next call; NUL behind it */
    size_t length;
};

/* host_port as AWS_LAMBDA_RUNTIME_API has it. False with err set. */
bool runtime_api_open(struct runtime_api *api, const char *host_port, const atomic_bool *stop,
                      struct err *err);
void runtime_api_close(struct runtime_api *api);
void runtime_api_wake(struct runtime_api *api); /* any thread */

/* RUNTIME_TOO_MUCH has the request's id, and no text. */
enum runtime_said runtime_next(struct runtime_api *api, struct runtime_event *out);
enum runtime_said runtime_respond(struct runtime_api *api, const char *request_id,
                                  const struct buf *answer);
enum runtime_said runtime_fail(struct runtime_api *api, const char *request_id,
                               const struct lambda_fault *fault);
enum runtime_said runtime_init_fail(struct runtime_api *api, const struct lambda_fault *fault);

#endif
