#include "fakes/fake_runtime_internal.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/instant.h"
#include "contactwatch/thread.h"

/* A request's body is gathered before it is answered. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *length, void **request)
{
    (void)version;
    struct buf *body = *request;
    if (!body) {
        *request = mem_zero(sizeof(*body));
        return MHD_YES;
    }
    if (*length) {
        buf_add(body, data, *length);
        *length = 0;
        return MHD_YES;
    }
    return fake_runtime_answer(context, connection, method, url, body) ? MHD_YES : MHD_NO;
}

static void on_done(void *context, struct MHD_Connection *connection, void **request,
                    enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)connection;
    (void)code;
    struct buf *body = *request;
    if (body)
        buf_free(body);
    free(body);
    *request = NULL;
}

struct fake_runtime *fake_runtime_start(int port)
{
    struct fake_runtime *runtime = mem_zero(sizeof(*runtime));
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    pthread_mutex_init(&runtime->lock, NULL);
    thread_cond_init(&runtime->changed);
    runtime->concurrency = 1;
    runtime->daemon =
        MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL,
                         NULL, on_request, runtime, MHD_OPTION_SOCK_ADDR, &at,
                         MHD_OPTION_NOTIFY_COMPLETED, on_done, NULL, MHD_OPTION_END);
    if (!runtime->daemon) {
        free(runtime);
        return NULL;
    }
    snprintf(runtime->address, sizeof(runtime->address), "127.0.0.1:%u",
             MHD_get_daemon_info(runtime->daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    return runtime;
}

void fake_runtime_vanish(struct fake_runtime *runtime)
{
    pthread_mutex_lock(&runtime->lock);
    runtime->gone = true;
    pthread_cond_broadcast(&runtime->changed);
    pthread_mutex_unlock(&runtime->lock);
}

void fake_runtime_stop(struct fake_runtime *runtime)
{
    fake_runtime_vanish(runtime);
    MHD_stop_daemon(runtime->daemon);
    for (struct fake_invocation *at; (at = runtime->first);) {
        runtime->first = at->next;
        fake_outcome_free(&at->outcome);
        free(at->body);
        free(at);
    }
    fake_outcome_free(&runtime->init_error);
    pthread_cond_destroy(&runtime->changed);
    pthread_mutex_destroy(&runtime->lock);
    free(runtime);
}

const char *fake_runtime_address(const struct fake_runtime *runtime)
{
    return runtime->address;
}

void fake_outcome_free(struct fake_outcome *outcome)
{
    buf_free(&outcome->body);
    *outcome = (struct fake_outcome){0};
}

void fake_runtime_violated(struct fake_runtime *runtime, const char *what)
{
    if (!runtime->violation)
        runtime->violation = what;
}

struct fake_invocation *fake_runtime_find(struct fake_runtime *runtime, unsigned number)
{
    struct fake_invocation *at = runtime->first;
    while (at && at->number != number)
        at = at->next;
    return at;
}

unsigned fake_runtime_invoke(struct fake_runtime *runtime, const struct fake_event *event)
{
    struct fake_invocation *made = mem_zero(sizeof(*made));
    made->length = event->length ? event->length : strlen(event->body);
    made->body = mem_strndup(event->body, made->length);
    made->deadline_ms = event->deadline_ms ? event->deadline_ms : MINUTE_MS;
    if (event->deadline)
        snprintf(made->deadline, sizeof(made->deadline), "%s", event->deadline);
    else
        snprintf(made->deadline, sizeof(made->deadline), "%lld",
                 (long long)(clock_now(NULL) + made->deadline_ms));
    snprintf(made->trace, sizeof(made->trace), "%s", event->trace ? event->trace : "");
    pthread_mutex_lock(&runtime->lock);
    made->number = ++runtime->invocations;
    if (event->id)
        snprintf(made->id, sizeof(made->id), "%s", event->id);
    else
        snprintf(made->id, sizeof(made->id), "00000000-0000-4000-8000-%012u", made->number);
    *(runtime->last ? &runtime->last->next : &runtime->first) = made;
    runtime->last = made;
    pthread_cond_broadcast(&runtime->changed);
    unsigned number = made->number;
    pthread_mutex_unlock(&runtime->lock);
    return number;
}

static void copy_outcome(struct fake_outcome *out, const struct fake_outcome *from)
{
    *out = (struct fake_outcome){.error = from->error};
    memcpy(out->type, from->type, sizeof(out->type));
    buf_add(&out->body, buf_str(&from->body), from->body.length);
}

/* Waits for a change; false when the time is over. The lock is held. */
static bool wait_until(struct fake_runtime *runtime, const struct timespec *end)
{
    return pthread_cond_timedwait(&runtime->changed, &runtime->lock, end) == 0;
}

bool fake_runtime_outcome(struct fake_runtime *runtime, unsigned number, int timeout_ms,
                          struct fake_outcome *out)
{
    struct timespec end = thread_deadline(timeout_ms);
    pthread_mutex_lock(&runtime->lock);
    struct fake_invocation *at = fake_runtime_find(runtime, number);
    bool more = at != NULL;
    while (more && at->state != FAKE_ANSWERED)
        more = wait_until(runtime, &end);
    bool answered = at && at->state == FAKE_ANSWERED;
    if (answered)
        copy_outcome(out, &at->outcome);
    pthread_mutex_unlock(&runtime->lock);
    return answered;
}

bool fake_runtime_call(struct fake_runtime *runtime, const char *event, struct fake_outcome *out)
{
    unsigned number = fake_runtime_invoke(runtime, &(struct fake_event){.body = event});
    return fake_runtime_outcome(runtime, number, 20000, out);
}

bool fake_runtime_init_error(struct fake_runtime *runtime, int timeout_ms, struct fake_outcome *out)
{
    struct timespec end = thread_deadline(timeout_ms);
    pthread_mutex_lock(&runtime->lock);
    bool more = true;
    while (more && !runtime->has_init_error)
        more = wait_until(runtime, &end);
    bool there = runtime->has_init_error;
    if (there)
        copy_outcome(out, &runtime->init_error);
    pthread_mutex_unlock(&runtime->lock);
    return there;
}

void fake_runtime_fault(struct fake_runtime *runtime, enum fake_runtime_route route, int status,
                        unsigned times)
{
    pthread_mutex_lock(&runtime->lock);
    runtime->fault[route].status = status;
    runtime->fault[route].times = times;
    pthread_cond_broadcast(&runtime->changed);
    pthread_mutex_unlock(&runtime->lock);
}

void fake_runtime_concurrency(struct fake_runtime *runtime, unsigned most)
{
    pthread_mutex_lock(&runtime->lock);
    runtime->concurrency = most;
    pthread_mutex_unlock(&runtime->lock);
}

unsigned fake_runtime_requests(struct fake_runtime *runtime, enum fake_runtime_route route)
{
    pthread_mutex_lock(&runtime->lock);
    unsigned count = runtime->requests[route];
    pthread_mutex_unlock(&runtime->lock);
    return count;
}

bool fake_runtime_wait_next(struct fake_runtime *runtime, unsigned count, int timeout_ms)
{
    struct timespec end = thread_deadline(timeout_ms);
    pthread_mutex_lock(&runtime->lock);
    bool more = true;
    while (more && runtime->requests[FAKE_NEXT] < count)
        more = wait_until(runtime, &end);
    bool enough = runtime->requests[FAKE_NEXT] >= count;
    pthread_mutex_unlock(&runtime->lock);
    return enough;
}

int64_t fake_runtime_first_next_ns(struct fake_runtime *runtime)
{
    pthread_mutex_lock(&runtime->lock);
    int64_t at = runtime->first_next_ns;
    pthread_mutex_unlock(&runtime->lock);
    return at;
}

const char *fake_runtime_violation(struct fake_runtime *runtime)
{
    pthread_mutex_lock(&runtime->lock);
    const char *what = runtime->violation;
    pthread_mutex_unlock(&runtime->lock);
    return what;
}
