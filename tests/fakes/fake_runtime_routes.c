/* The routes of the fake runtime API; each runs on its connection's thread. */
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>

#include "contactwatch/instant.h"
#include "fakes/fake_runtime_internal.h"

enum { RESPONSE_MAX = (6 << 20) + 100 };

#define BASE   "/2018-06-01/runtime"
#define INVOKE "/2015-03-31/functions/function/invocations"
#define STATE  "/_fake/runtime"

struct answer {
    int status; /* 0 = none: the connection is closed */
    const char *body;
    size_t length;
    const struct fake_invocation *invocation; /* whose headers go with it */
    bool function_error;
};

static int send_answer(struct MHD_Connection *connection, const struct answer *answer)
{
    const struct fake_invocation *invocation = answer->invocation;
    if (!answer->status)
        return 0;
    struct MHD_Response *response = MHD_create_response_from_buffer(
        answer->length, (void *)(uintptr_t)(answer->body ? answer->body : ""),
        MHD_RESPMEM_MUST_COPY);
    MHD_add_response_header(response, "Content-Type", "application/json");
    if (invocation && *invocation->id)
        MHD_add_response_header(response, "Lambda-Runtime-Aws-Request-Id", invocation->id);
    if (invocation && *invocation->deadline)
        MHD_add_response_header(response, "Lambda-Runtime-Deadline-Ms", invocation->deadline);
    if (invocation && *invocation->trace)
        MHD_add_response_header(response, "Lambda-Runtime-Trace-Id", invocation->trace);
    if (invocation)
        MHD_add_response_header(response, "Lambda-Runtime-Invoked-Function-Arn",
                                "arn:aws:lambda:eu-west-1:123456789012:function:test");
    if (answer->function_error)
        MHD_add_response_header(response, "X-Amz-Function-Error", "Unhandled");
    int queued = MHD_queue_response(connection, (unsigned)answer->status, response) == MHD_YES;
    MHD_destroy_response(response);
    return queued;
}

static struct answer plain(int status, const char *body)
{
    return (struct answer){.status = status, .body = body, .length = strlen(body)};
}

/* Is the route struck? The lock is held. */
static bool struck(struct fake_runtime *runtime, enum fake_runtime_route route,
                   struct answer *answer)
{
    if (!runtime->fault[route].times)
        return false;
    runtime->fault[route].times--;
    *answer = plain(runtime->fault[route].status, "{\"errorType\":\"Struck\"}");
    return true;
}

static struct fake_invocation *first_in_line(struct fake_runtime *runtime)
{
    struct fake_invocation *at = runtime->first;
    while (at && at->state != FAKE_IN_LINE)
        at = at->next;
    return at;
}

static struct answer next(struct fake_runtime *runtime)
{
    struct answer answer;
    struct fake_invocation *at;
    if (!runtime->first_next_ns)
        runtime->first_next_ns = monotonic_ns();
    if (runtime->under_way >= runtime->concurrency)
        fake_runtime_violated(runtime, "the next invocation before the last one is answered");
    while (!runtime->gone && !struck(runtime, FAKE_NEXT, &answer)) {
        if ((at = first_in_line(runtime)) && runtime->under_way < runtime->concurrency) {
            at->state = FAKE_HANDED_OUT;
            runtime->under_way++;
            return (struct answer){
                .status = 200, .body = at->body, .length = at->length, .invocation = at};
        }
        pthread_cond_wait(&runtime->changed, &runtime->lock);
    }
    return runtime->gone ? (struct answer){0} : answer;
}

static void keep(struct fake_runtime *runtime, struct fake_invocation *at, bool error,
                 const char *type, const struct buf *body)
{
    at->outcome.error = error;
    snprintf(at->outcome.type, sizeof(at->outcome.type), "%s", type ? type : "");
    buf_add(&at->outcome.body, buf_str(body), body->length);
    at->state = FAKE_ANSWERED;
    runtime->under_way--;
    pthread_cond_broadcast(&runtime->changed);
}

static void keep_too_large(struct fake_runtime *runtime, struct fake_invocation *at)
{
    struct buf body = {0};
    buf_text(&body, "{\"errorMessage\":\"Response payload size exceeded\","
                    "\"errorType\":\"Function.ResponseSizeTooLarge\"}");
    keep(runtime, at, true, "Function.ResponseSizeTooLarge", &body);
    buf_free(&body);
}

/* BASE/invocation/ID/WORD */
static struct answer settle(struct fake_runtime *runtime, const char *id, bool error,
                            const char *type, const char *form, const struct buf *body)
{
    struct fake_invocation *at = runtime->first;
    size_t length = strcspn(id, "/");
    while (at && (strlen(at->id) != length || strncmp(at->id, id, length) != 0))
        at = at->next;
    if (!at) {
        fake_runtime_violated(runtime, "an answer for an unknown request");
        return plain(
            400, "{\"errorMessage\":\"Invalid request ID\",\"errorType\":\"InvalidRequestID\"}");
    }
    if (at->state != FAKE_HANDED_OUT) {
        fake_runtime_violated(runtime, "an answer to what is not under way");
        return plain(403, "{\"errorMessage\":\"State transition failed\","
                          "\"errorType\":\"InvalidStateTransition\"}");
    }
    if (!form)
        fake_runtime_violated(runtime, "an answer without Content-Type");
    if (error && (!type || !*type))
        fake_runtime_violated(runtime, "an error without its type in a header");
    if (!error && body->length > RESPONSE_MAX) {
        keep_too_large(runtime, at);
        return plain(413, "{\"errorType\":\"RequestEntityTooLarge\"}");
    }
    keep(runtime, at, error, type, body);
    return plain(202, "{\"status\":\"OK\"}");
}

static struct answer init_error(struct fake_runtime *runtime, const char *type,
                                const struct buf *body)
{
    if (runtime->requests[FAKE_NEXT]) {
        fake_runtime_violated(runtime, "an init error after the first invocation was asked for");
        return plain(403, "{\"errorType\":\"InvalidStateTransition\"}");
    }
    if (!type || runtime->has_init_error)
        fake_runtime_violated(runtime, "an init error twice, or without its type");
    runtime->has_init_error = true;
    runtime->init_error.error = true;
    snprintf(runtime->init_error.type, sizeof(runtime->init_error.type), "%s", type ? type : "");
    buf_add(&runtime->init_error.body, buf_str(body), body->length);
    pthread_cond_broadcast(&runtime->changed);
    return plain(202, "{\"status\":\"OK\"}");
}

/* As from outside. Waits as long as the function takes; the lock is not held. */
static int invoke(struct fake_runtime *runtime, struct MHD_Connection *connection,
                  const struct buf *body)
{
    struct fake_outcome outcome = {0};
    unsigned number = fake_runtime_invoke(
        runtime, &(struct fake_event){.body = buf_str(body), .length = body->length});
    struct answer answer = plain(504, "no answer");
    if (fake_runtime_outcome(runtime, number, 60000, &outcome))
        answer = (struct answer){.status = 200,
                                 .body = buf_str(&outcome.body),
                                 .length = outcome.body.length,
                                 .function_error = outcome.error};
    int sent = send_answer(connection, &answer);
    fake_outcome_free(&outcome);
    return sent;
}

/* What scripts wait for. */
static struct answer tell_state(const struct fake_runtime *runtime, char *text, size_t size)
{
    snprintf(text, size, "{\"asked\":%u,\"underWay\":%u}", runtime->requests[FAKE_NEXT],
             runtime->under_way);
    return plain(200, text);
}

static struct answer route(struct fake_runtime *runtime, struct MHD_Connection *connection,
                           const char *method, const char *url, const struct buf *body)
{
    static const char invocation[] = BASE "/invocation/";
    const char *type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
                                                   "Lambda-Runtime-Function-Error-Type");
    const char *form = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type");
    const char *last = strrchr(url, '/');
    bool post = strcmp(method, "POST") == 0;
    enum fake_runtime_route which = FAKE_ROUTES;
    struct answer answer;
    if (!post && strcmp(url, BASE "/invocation/next") == 0)
        which = FAKE_NEXT;
    else if (post && strcmp(url, BASE "/init/error") == 0)
        which = FAKE_INIT_ERROR;
    else if (post && strncmp(url, invocation, sizeof(invocation) - 1) == 0)
        which = strcmp(last, "/response") == 0 ? FAKE_RESPONSE
                : strcmp(last, "/error") == 0  ? FAKE_ERROR
                                               : FAKE_ROUTES;
    if (which == FAKE_ROUTES) {
        fake_runtime_violated(runtime, "a route that is not there");
        return plain(404, "{\"errorType\":\"NotFound\"}");
    }
    runtime->requests[which]++;
    pthread_cond_broadcast(&runtime->changed);
    if (which == FAKE_NEXT)
        return next(runtime);
    if (struck(runtime, which, &answer))
        return answer;
    return which == FAKE_INIT_ERROR ? init_error(runtime, type, body)
                                    : settle(runtime, url + sizeof(invocation) - 1,
                                             which == FAKE_ERROR, type, form, body);
}

int fake_runtime_answer(struct fake_runtime *runtime, struct MHD_Connection *connection,
                        const char *method, const char *url, struct buf *body)
{
    if (strcmp(url, INVOKE) == 0)
        return invoke(runtime, connection, body);
    pthread_mutex_lock(&runtime->lock);
    struct answer answer = {0};
    char text[64];
    if (strcmp(url, STATE) == 0)
        answer = tell_state(runtime, text, sizeof(text));
    else if (!runtime->gone)
        answer = route(runtime, connection, method, url, body);
    int sent = send_answer(connection, &answer);
    pthread_mutex_unlock(&runtime->lock);
    return sent;
}
