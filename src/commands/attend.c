#include "commands/attend.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "commands/reload.h"
#include "contactwatch/log.h"
#include "contactwatch/service.h"

enum { REPORT_EVERY_MS = 60000, STOP_WITHIN_MS = 10000 };

struct attendant {
    struct ingest *ingest;
    struct reload *reload;
    pthread_t thread;
    _Atomic bool closed;  /* nothing is left to look after */
    pthread_mutex_t lock; /* guards what follows; never held across a call to store or source */
    bool over;            /* the pipeline has ended, and may be gone */
    bool stopping;        /* by a signal */
    int64_t watchdog_ms;  /* 0 = nobody waits for signs of life */
    int64_t next_sign_ns, next_report_ns, give_up_ns;
    bool silent; /* a thread is stuck: no sign was given */
};

static void signal_set(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
}

void attend_block_signals(void)
{
    sigset_t set;
    signal_set(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

/* The signal, or 0 when the time is up. */
static int wait_for_signal(int64_t until_ns)
{
    sigset_t set;
    signal_set(&set);
    int64_t left = until_ns - monotonic_ns();
    if (left < 0)
        left = 0;
    struct timespec timeout = {(time_t)(left / 1000000000), (long)(left % 1000000000)};
    int got = sigtimedwait(&set, NULL, &timeout);
    return got > 0 ? got : 0;
}

static void lag_text(const struct metrics_view *m, char *out, size_t size)
{
    int64_t worse = m->lag_p50[0] > m->lag_p50[1] ? m->lag_p50[0] : m->lag_p50[1];
    if (worse >= 0)
        snprintf(out, size, "%" PRId64 " ms", worse);
    else
        snprintf(out, size, "not known"); /* a file's events have no arrival */
}

void attend_report(const struct metrics_view *m, bool last)
{
    char lag[32];
    struct buf members = {0};
    lag_text(m, lag, sizeof(lag));
    buf_text(&members, "\"metrics\":{");
    metrics_json(&members, m);
    buf_char(&members, '}');
    log_write_with(LOG_INFO, buf_str(&members),
                   "%s%" PRIu64 " messages, %" PRIu64 " events, %" PRIu64 " new, %" PRIu64
                   " duplicates, %" PRIu64 " refused, %" PRIu64 " skipped, lag p50 %s",
                   last ? "done: " : "", m->count[METRIC_MESSAGES], m->count[METRIC_EVENTS],
                   m->count[METRIC_STORED], m->count[METRIC_DUPLICATES], m->count[METRIC_REFUSED],
                   m->count[METRIC_SKIPPED], lag);
    if (last && m->count[METRIC_REFUSED])
        log_warning("%" PRIu64 " records were refused, %" PRIu64
                    " of them are in the quarantine file",
                    m->count[METRIC_REFUSED], m->count[METRIC_QUARANTINED]);
    if (last && m->count[METRIC_POISONED])
        log_warning("messages nothing of which decodes were left %" PRIu64
                    " times to the queue's dead-letter queue",
                    m->count[METRIC_POISONED]);
    buf_free(&members);
}

/* Only while every thread gets on, or waits for what is not there. A store or source that fails is
 * no reason to be restarted. */
static void give_sign(struct attendant *a, const struct metrics_view *view)
{
    char lag[32];
    bool stuck = view->longest_step_ms >= a->watchdog_ms / 2;
    lag_text(view, lag, sizeof(lag));
    if (stuck && !a->silent)
        log_error("a thread has been at one step for %" PRId64 " ms: no sign of life is given",
                  view->longest_step_ms);
    a->silent = stuck;
    if (!stuck)
        notify_send("WATCHDOG=1\nSTATUS=%" PRIu64 " events, %" PRId64 " messages in flight, lag %s",
                    view->count[METRIC_EVENTS], view->in_flight_messages, lag);
}

static void do_what_is_due(struct attendant *a)
{
    int64_t now = monotonic_ns();
    struct metrics_view view;
    if (a->stopping && now >= a->give_up_ns) {
        log_error("not everything was settled within %d s: what was not comes again",
                  STOP_WITHIN_MS / 1000);
        _exit(EXIT_FAILED);
    }
    if (a->over || (now < a->next_report_ns && (!a->watchdog_ms || now < a->next_sign_ns)))
        return;
    ingest_metrics(a->ingest, &view);
    if (now >= a->next_report_ns) {
        attend_report(&view, false);
        a->next_report_ns = now + REPORT_EVERY_MS * INT64_C(1000000);
    }
    if (a->watchdog_ms && now >= a->next_sign_ns) {
        give_sign(a, &view);
        a->next_sign_ns = now + a->watchdog_ms * 1000000 / 3;
    }
}

static void stop(struct attendant *a)
{
    if (a->stopping) {
        log_warning("stopped at once: what is not settled comes again");
        _exit(EXIT_FAILED);
    }
    a->stopping = true;
    a->give_up_ns = monotonic_ns() + STOP_WITHIN_MS * INT64_C(1000000);
    log_info("stopping: what was received is stored and settled first");
    notify_send("STOPPING=1\nSTATUS=Storing what was received");
    if (!a->over)
        ingest_ask_stop(a->ingest);
}

static void reread(struct attendant *a)
{
    notify_send("RELOADING=1\nMONOTONIC_USEC=%" PRId64, monotonic_ns() / 1000);
    reload_now(a->reload);
    notify_send("READY=1");
}

static int64_t next_due(struct attendant *a)
{
    pthread_mutex_lock(&a->lock);
    int64_t due = a->over ? monotonic_ns() + REPORT_EVERY_MS * INT64_C(1000000) : a->next_report_ns;
    if (!a->over && a->watchdog_ms && a->next_sign_ns < due)
        due = a->next_sign_ns;
    if (a->stopping && a->give_up_ns < due)
        due = a->give_up_ns;
    pthread_mutex_unlock(&a->lock);
    return due;
}

/* A thread of its own waits for signals, so that nobody polls; at the end it is sent one. */
static void *attendant_main(void *context)
{
    struct attendant *a = context;
    while (!atomic_load(&a->closed)) {
        int got = wait_for_signal(next_due(a));
        if (atomic_load(&a->closed))
            break;
        pthread_mutex_lock(&a->lock);
        bool reloads = got == SIGHUP && a->reload;
        if (reloads && !a->stopping && !a->over)
            reread(a);
        else if (got && !reloads && (got != SIGHUP || !a->stopping))
            stop(a);
        do_what_is_due(a);
        pthread_mutex_unlock(&a->lock);
    }
    return NULL;
}

struct attendant *attend_begin(struct ingest *ingest, struct reload *reload, struct err *err)
{
    struct attendant *a = mem_zero(sizeof(*a));
    a->ingest = ingest;
    a->reload = reload;
    a->watchdog_ms = notify_watchdog_ms();
    a->next_sign_ns = monotonic_ns();
    a->next_report_ns = monotonic_ns() + REPORT_EVERY_MS * INT64_C(1000000);
    pthread_mutex_init(&a->lock, NULL);
    if (pthread_create(&a->thread, NULL, attendant_main, a) == 0) {
        notify_send("READY=1\nSTATUS=Taking events");
        return a;
    }
    err_set(err, "cannot start a thread");
    pthread_mutex_destroy(&a->lock);
    free(a);
    return NULL;
}

bool attend_wait(struct attendant *a, struct err *err)
{
    bool fine = ingest_wait(a->ingest, err);
    pthread_mutex_lock(&a->lock);
    a->over = true;
    bool stopping = a->stopping;
    pthread_mutex_unlock(&a->lock);
    if (!stopping)
        notify_send("STOPPING=1");
    return fine || stopping;
}

void attend_end(struct attendant *a)
{
    if (!a)
        return;
    atomic_store(&a->closed, true);
    pthread_kill(a->thread, SIGINT);
    pthread_join(a->thread, NULL);
    pthread_mutex_destroy(&a->lock);
    free(a);
}
