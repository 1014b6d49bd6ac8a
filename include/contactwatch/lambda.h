/*
 * The same program as AWS Lambda functions: a custom runtime (provided.al2023) that asks the
 * runtime API for invocations and hands them to one handler. `_HANDLER` names it. Sources: the
 * runtime API of AWS's documentation, aws.md 8; events and answers: formats.md 3 and 5.
 */
#ifndef CONTACTWATCH_LAMBDA_H
#define CONTACTWATCH_LAMBDA_H

#include "contactwatch/aws.h"
#include "contactwatch/decode.h"
#include "contactwatch/store.h"

/* What handlers are made from; all of it outlives them, and is shared by threads that serve at the
 * same time. */
struct lambda_setup {
    const char *store_spec; /* NULL for handlers with no_store */
    struct store_options store;
    struct decode_options decode;
    struct aws_session *aws; /* NULL when neither store, queue nor archive needs one */
    const char *queue;       /* forward: where to; NULL = not said */
    const char *archive;     /* archive: s3://BUCKET[/PREFIX], file:FOLDER; NULL = not said */
    int64_t recent_ms, active_within_ms, callback_within_ms; /* lookup's windows (lookup.h) */
    const struct clock *clock;                               /* NULL = the system's */
};

struct lambda_invocation {
    const char *request_id;
    const char *event; /* the JSON as it came; NUL behind it */
    size_t length;
    int64_t received; /* ms */
    int64_t deadline; /* ms, by the same clock; a handler answers before */
};
/* ms left until `margin` before the deadline; 0 when that is over. */
int64_t lambda_time_left(const struct lambda_setup *setup,
                         const struct lambda_invocation *invocation, int64_t margin);

/* Why an invocation failed, in Lambda's form. type: "Contactwatch.StoreUnavailable", a word of ours
 * behind the dot. No personal data. */
struct lambda_fault {
    char type[64];
    char message[256];
};
/* Always returns false, so that `return lambda_fail(fault, ...)` reads well. */
bool lambda_fail(struct lambda_fault *fault, const char *type, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

enum {
    LAMBDA_EVENT_MAX = (6 << 20) + 4096, /* Lambda's own limit, and a little */
    LAMBDA_ANSWER_MAX = 6 << 20,
    LAMBDA_THREADS_MAX = 64,
};

struct lambda_handler {
    const char *name; /* what _HANDLER says */
    /* Before the first invocation, on the thread that will serve; NULL with err set: an init error.
     * Asks no network. */
    void *(*open)(const struct lambda_setup *setup, struct err *err);
    /* Appends the answer's JSON; true with nothing appended is a failure as well, since an empty
     * answer means success to an SQS source. False with the fault set: the invocation has failed,
     * and Lambda tries it again by the rules of its source. */
    bool (*handle)(void *state, const struct lambda_invocation *invocation, struct buf *answer,
                   struct lambda_fault *fault);
    void (*close)(void *state);
    bool no_store; /* has no use for one: none is looked for */
};
/* Ended by a NULL. */
extern const struct lambda_handler *const lambda_handlers[];
/* By its name; a path in front and ".handler" behind it do not count ("/var/task/lookup.handler").
 * NULL = there is none. */
const struct lambda_handler *lambda_handler_find(const char *name);

/* Serves until the runtime API goes away or a signal comes; returns the exit status (0 = told to
 * stop). api: AWS_LAMBDA_RUNTIME_API, "host:port"; threads: invocations served at the same time. */
int lambda_serve(const struct lambda_handler *handler, const struct lambda_setup *setup,
                 const char *api, unsigned threads);
/* Tells the runtime API that there is nothing to serve with, and why; returns the exit status.
 * type: "Runtime.ConfigInvalid". */
int lambda_init_failed(const char *api, const char *type, const char *message);

/* Each in a file of its own, src/lambda/NAME.c. */
extern const struct lambda_handler lambda_ingest, lambda_forward, lambda_insert, lambda_lookup,
    lambda_archive;

#endif
