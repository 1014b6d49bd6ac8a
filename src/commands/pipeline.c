/* ingest and replay: the pipeline without a screen. */
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands/attend.h"
#include "commands/commands.h"
#include "commands/reload.h"
#include "commands/setup.h"
#include "contactwatch/archive.h"
#include "contactwatch/service.h"

struct run {
    struct invocation *invocation;
    struct source *source; /* until the pipeline takes it */
    _Atomic(struct ingest *) ingest;
    struct listener *listener;
    struct caretaker *caretaker;
    int64_t started;
};

/* On the listener's thread, also before the pipeline is there. */
static void tell_metrics(void *context, struct metrics_view *out)
{
    struct run *run = context;
    struct ingest *ingest = atomic_load(&run->ingest);
    if (ingest)
        ingest_metrics(ingest, out);
    else
        metrics_view_init(out, run->started);
}

static bool start_listener(struct run *run, const char *store, struct err *err)
{
    const struct listener_options options = {
        .address = option_text(run->invocation, OPT_METRICS),
        .info = {run->source->ops->name, setup_store_kind(store)},
        .metrics = tell_metrics,
        .context = run,
    };
    if (options.address)
        run->listener = listener_start(&options, err);
    return !options.address || run->listener;
}

static bool start(struct run *run, struct err *err)
{
    struct ingest_options options;
    const char *store = setup_store(run->invocation, err);
    bool ready = store && setup_ingest(run->invocation, store, &options, err);
    attend_block_signals();
    if (!ready || !start_listener(run, store, err)) {
        source_close(run->source);
        return false;
    }
    run->ingest = ingest_start(run->source, &options, err);
    struct caretaker_ties ties = {.ingest = run->ingest};
    return run->ingest && setup_caretaker(run->invocation, store, &ties, &run->caretaker, err);
}

/* Runs a pipeline without a screen until its source ends or a signal comes; prints what it did. */
static int run_pipeline(struct invocation *invocation, struct source *source, bool service)
{
    struct err err = {""};
    struct run run = {.invocation = invocation, .source = source, .started = clock_now(NULL)};
    int code = EXIT_FAILED;
    if (start(&run, &err)) {
        struct ingest *ingest = run.ingest;
        struct reload reload = {.running = invocation, .ingest = ingest};
        struct metrics_view view;
        struct attendant *attendant = attend_begin(ingest, service ? &reload : NULL, &err);
        code = attendant && attend_wait(attendant, &err) ? EXIT_DONE : command_failed(&err);
        bool alone = caretaker_stop(run.caretaker);
        listener_stop(run.listener);
        ingest_metrics(ingest, &view);
        attend_report(&view, true);
        if (!alone)
            _exit(code); /* the caretaker waits for an answer, and nobody waits for it */
        ingest_free(ingest);
        attend_end(attendant);
        reload_free(&reload);
    } else {
        listener_stop(run.listener);
        ingest_free(run.ingest);
        command_failed(&err);
    }
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
    if (!setup_metrics(invocation, &err) || !setup_source_options(invocation, spec, &options, &err))
        return command_misused(&err);
    struct source *source = source_open(spec, &options, &err);
    return source ? run_pipeline(invocation, source, true) : command_failed(&err);
}

/* The archive of a PLACE, which may end with one of its days ("/dt=YYYY-MM-DD"); NULL when it is a
 * file. */
static char *archive_place(struct arena *arena, const char *place, const char **day)
{
    struct stat status;
    bool bucket = strncmp(place, "s3://", 5) == 0;
    const char *path = strncmp(place, "file:", 5) == 0 ? place + 5 : place;
    if (!bucket && (stat(path, &status) != 0 || !S_ISDIR(status.st_mode)))
        return NULL;
    char *whole = bucket ? arena_strdup(arena, place) : arena_printf(arena, "file:%s", path);
    size_t length = strlen(whole);
    while (length && whole[length - 1] == '/')
        whole[--length] = '\0';
    char *last = strrchr(whole, '/');
    *day = NULL;
    if (last && strncmp(last, "/dt=", 4) == 0) {
        *day = last + 4;
        *last = '\0';
    }
    return whole;
}

static struct source *open_archive(struct invocation *invocation, const char *place,
                                   const char *day, const struct source_options *options,
                                   struct err *err)
{
    if (archive_needs_aws(place) && !setup_aws(invocation, NULL, err))
        return NULL;
    struct archive *archive = archive_open(place, invocation->aws, false, err);
    return archive ? archive_source_open(archive, day, day, options) : NULL;
}

int run_replay(struct invocation *invocation)
{
    struct err err = {""};
    struct source_options options;
    if (!setup_source_options(invocation, NULL, &options, &err))
        return command_misused(&err);
    if (!option_text(invocation, OPT_SPEED))
        options.speed = 1;
    const char *file = invocation->argument[0], *day;
    const char *place = archive_place(&invocation->arena, file, &day);
    const char *spec = strcmp(file, "-") == 0 || strncmp(file, "file:", 5) == 0
                           ? file
                           : arena_printf(&invocation->arena, "file:%s", file);
    struct source *source = place ? open_archive(invocation, place, day, &options, &err)
                                  : source_open(spec, &options, &err);
    return source ? run_pipeline(invocation, source, false) : command_failed(&err);
}
