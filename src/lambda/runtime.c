/*
 * The runtime loop. Each thread has a handler state and a connection to the runtime API of its own;
 * the thread that called waits for signals and for the others. No invocation is asked for before
 * every state is open: an init error is not taken any more then.
 */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "contactwatch/log.h"
#include "contactwatch/thread.h"
#include "lambda/runtime_serve.h"

struct server;
struct worker {
    struct server *server;
    struct runtime_api api;
    pthread_t thread;
    bool started;
    struct err err; /* of a handler that could not be opened */
};

struct server {
    const struct lambda_handler *handler;
    const struct lambda_setup *setup;
    struct worker *worker;
    unsigned workers;
    atomic_bool stop, gone;
    int ended; /* eventfd: counts the workers that are done */
    pthread_mutex_t lock;
    pthread_cond_t changed; /* of the two below */
    unsigned opened;
    bool failed, go;
};

/* Tells how opening went, and waits until all have; false: nothing is served. */
static bool open_together(struct server *server, bool opened)
{
    pthread_mutex_lock(&server->lock);
    server->opened++;
    server->failed |= !opened;
    pthread_cond_broadcast(&server->changed);
    while (!server->go && !server->failed)
        pthread_cond_wait(&server->changed, &server->lock);
    bool go = !server->failed;
    pthread_mutex_unlock(&server->lock);
    return go;
}

static void *work(void *context)
{
    struct worker *worker = context;
    struct server *server = worker->server;
    void *state = server->handler->open(server->setup, &worker->err);
    if (open_together(server, state != NULL)) {
        enum runtime_said said;
        do
            said = runtime_serve(&worker->api, server->handler, server->setup, state);
        while (said != RUNTIME_STOPPED && said != RUNTIME_GONE);
        if (said == RUNTIME_GONE)
            atomic_store(&server->gone, true);
    }
    if (state)
        server->handler->close(state);
    eventfd_write(server->ended, 1);
    return NULL;
}

static void stop_all(struct server *server)
{
    atomic_store(&server->stop, true);
    for (unsigned i = 0; i < server->workers; i++)
        if (server->worker[i].started)
            runtime_api_wake(&server->worker[i].api);
}

/* All states are open (or one could not be): then it begins. */
static void begin(struct server *server, unsigned started)
{
    pthread_mutex_lock(&server->lock);
    server->failed |= started < server->workers;
    while (server->opened < started && !server->failed)
        pthread_cond_wait(&server->changed, &server->lock);
    server->go = !server->failed;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

/* Until every worker is done; a signal stops them, a second one has its usual effect. */
static void attend(struct server *server, int signals, const sigset_t *before, unsigned started)
{
    struct pollfd fd[] = {{.fd = server->ended, .events = POLLIN},
                          {.fd = signals, .events = POLLIN}};
    eventfd_t done = 0;
    while (done < started) {
        eventfd_t more = 0;
        if (poll(fd, ARRAY_SIZE(fd), -1) < 0)
            continue;
        if (fd[1].revents) {
            struct signalfd_siginfo which;
            if (read(signals, &which, sizeof(which)) == (ssize_t)sizeof(which))
                log_debug("signal %u: stopping", which.ssi_signo);
            stop_all(server);
            fd[1].fd = -1;
            pthread_sigmask(SIG_SETMASK, before, NULL);
        }
        if (fd[0].revents && eventfd_read(server->ended, &more) == 0)
            done += more;
        if (atomic_load(&server->gone))
            stop_all(server);
    }
}

static const char *why_not_open(const struct server *server)
{
    for (unsigned i = 0; i < server->workers; i++)
        if (server->worker[i].err.text[0])
            return server->worker[i].err.text;
    return "no thread can be started";
}

/* Starts the workers and sees them end. */
static void run(struct server *server, int signals, const sigset_t *before)
{
    unsigned started = 0;
    for (; started < server->workers; started++) {
        struct worker *worker = &server->worker[started];
        worker->started = thread_start(&worker->thread, work, worker);
        if (!worker->started)
            break;
    }
    begin(server, started);
    attend(server, signals, before, started);
    for (unsigned i = 0; i < started; i++)
        pthread_join(server->worker[i].thread, NULL);
}

static bool open_all(struct server *server, const char *api, struct err *err)
{
    for (unsigned i = 0; i < server->workers; i++) {
        server->worker[i].server = server;
        if (!runtime_api_open(&server->worker[i].api, api, &server->stop, err))
            return false;
    }
    return true;
}

static int init_failed(struct runtime_api *api, const char *type, const char *message)
{
    struct lambda_fault fault = {{0}, {0}};
    lambda_fail(&fault, type, "%s", message);
    log_error("%s: %s", type, message);
    runtime_init_fail(api, &fault);
    return 1;
}

int lambda_init_failed(const char *host_port, const char *type, const char *message)
{
    static const atomic_bool never = false;
    struct runtime_api api;
    struct err err = {0};
    if (!runtime_api_open(&api, host_port, &never, &err)) {
        log_error("%s", err.text);
        return 2;
    }
    int code = init_failed(&api, type, message);
    runtime_api_close(&api);
    return code;
}

static int serve(struct server *server, const char *api, int signals, const sigset_t *before)
{
    struct err err = {0};
    int code = 1;
    if (!open_all(server, api, &err)) {
        log_error("%s", err.text);
        return 2;
    }
    run(server, signals, before);
    if (server->failed)
        code = init_failed(&server->worker[0].api, "Runtime.ConfigInvalid", why_not_open(server));
    else if (!atomic_load(&server->gone))
        code = 0;
    return code;
}

int lambda_serve(const struct lambda_handler *handler, const struct lambda_setup *setup,
                 const char *api, unsigned threads)
{
    struct server server = {
        .handler = handler,
        .setup = setup,
        .workers = threads < 1                    ? 1
                   : threads > LAMBDA_THREADS_MAX ? LAMBDA_THREADS_MAX
                                                  : threads,
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .changed = PTHREAD_COND_INITIALIZER,
    };
    sigset_t ends, before;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, &before);
    int signals = signalfd(-1, &ends, SFD_CLOEXEC);
    server.ended = eventfd(0, EFD_CLOEXEC);
    server.worker = mem_zero(server.workers * sizeof(*server.worker));
    runtime_trace(server.workers == 1);
    int code = serve(&server, api, signals, &before);
    for (unsigned i = 0; i < server.workers; i++)
        runtime_api_close(&server.worker[i].api);
    free(server.worker);
    close(server.ended);
    close(signals);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}
