/* ingest and replay: the pipeline without a screen. */
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "commands/commands.h"
#include "commands/setup.h"
#include "contactwatch/log.h"

enum { REPORT_EVERY_MS = 60000 };

static void report(const struct metrics_view *m, bool last)
{
    char lag[32] = "not known"; /* a file's events have no arrival */
    int64_t worse = m->lag_p50[0] > m->lag_p50[1] ? m->lag_p50[0] : m->lag_p50[1];
    if (worse >= 0)
        snprintf(lag, sizeof(lag), "%" PRId64 " ms", worse);
    log_info("%s%" PRIu64 " messages, %" PRIu64 " events, %" PRIu64 " new, %" PRIu64
             " duplicates, %" PRIu64 " refused, %" PRIu64 " skipped, lag p50 %s",
             last ? "done: " : "", m->count[METRIC_MESSAGES], m->count[METRIC_EVENTS],
             m->count[METRIC_STORED], m->count[METRIC_DUPLICATES], m->count[METRIC_REFUSED],
             m->count[METRIC_SKIPPED], lag);
    if (last && m->count[METRIC_REFUSED])
        log_warning("%" PRIu64 " records were refused, %" PRIu64
                    " of them are in the quarantine file",
                    m->count[METRIC_REFUSED], m->count[METRIC_QUARANTINED]);
}

struct attendant {
    struct ingest *ingest;
    _Atomic bool over; /* the pipeline has ended by itself */
    bool stopped;      /* by a signal */
};

/* A thread of its own waits for signals, so that nobody polls; at the end run_pipeline sends it
 * one. */
static void *attend(void *context)
{
    struct attendant *attendant = context;
    struct metrics_view view;
    while (!signals_wait(REPORT_EVERY_MS)) {
        ingest_metrics(attendant->ingest, &view);
        report(&view, false);
    }
    attendant->stopped = !atomic_load(&attendant->over);
    if (attendant->stopped)
        ingest_stop(attendant->ingest);
    return NULL;
}

/* Until the source has ended, or a signal asks to stop. */
static bool wait_attended(struct ingest *ingest, struct err *err)
{
    struct attendant attendant = {.ingest = ingest};
    pthread_t thread;
    if (pthread_create(&thread, NULL, attend, &attendant) != 0)
        return err_set(err, "cannot start a thread");
    bool fine = ingest_wait(ingest, err);
    atomic_store(&attendant.over, true);
    pthread_kill(thread, SIGINT);
    pthread_join(thread, NULL);
    return fine || attendant.stopped;
}

/* Runs a pipeline without a screen until its source ends or a signal comes; prints what it did. */
static int run_pipeline(struct invocation *invocation, struct source *source)
{
    struct err err = {""};
    const char *store = setup_store(invocation, &err);
    if (!store) {
        source->ops->close(source);
        return command_failed(&err);
    }
    struct ingest_options options;
    if (!setup_ingest(invocation, store, &options, &err)) {
        source->ops->close(source);
        return command_failed(&err);
    }
    signals_block();
    struct ingest *ingest = ingest_start(source, &options, &err);
    if (!ingest)
        return command_failed(&err);
    int code = wait_attended(ingest, &err) ? EXIT_DONE : command_failed(&err);
    struct metrics_view view;
    ingest_metrics(ingest, &view);
    report(&view, true);
    ingest_free(ingest);
    return code;
}

int run_ingest(struct invocation *invocation)
{
    struct err err = {""};
    struct source_options options;
    const char *spec = option_text(invocation, OPT_SOURCE);
    if (!spec) {
        err_set(&err, "ingest needs --source: sqs:URL, file:PATH, - or sim:RATE");
        return command_misused(&err);
    }
    if (!setup_source_options(invocation, spec, &options, &err))
        return command_misused(&err);
    struct source *source = source_open(spec, &options, &err);
    return source ? run_pipeline(invocation, source) : command_failed(&err);
}

int run_replay(struct invocation *invocation)
{
    struct err err = {""};
    struct source_options options;
    if (!setup_source_options(invocation, NULL, &options, &err))
        return command_misused(&err);
    if (!option_text(invocation, OPT_SPEED))
        options.speed = 1;
    const char *file = invocation->argument[0];
    const char *spec = strcmp(file, "-") == 0 || strncmp(file, "file:", 5) == 0
                           ? file
                           : arena_printf(&invocation->arena, "file:%s", file);
    struct source *source = source_open(spec, &options, &err);
    return source ? run_pipeline(invocation, source) : command_failed(&err);
}
