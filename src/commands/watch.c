/* watch and demo: a follower of the store feeds the screen; with a source, the pipeline runs beside
 * it. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/commands.h"
#include "commands/setup.h"
#include "commands/watch.h"
#include "contactwatch/aws.h"
#include "contactwatch/log.h"
#include "contactwatch/ui.h"

enum { INBOX_NOTES = 256, HISTORIC_MS = 10 * MINUTE_MS };

static struct ui *signalled; /* for the handlers only */

static int64_t wall_now(void)
{
    return clock_now(NULL);
}

/* A recorded feed is watched at the time of its newest event, as if that were now. Where AWS keeps
 * the records, its clock counts: this machine's may be wrong. */
static int64_t picture_now(void *context)
{
    struct watch *watch = context;
    const struct aws_session *session = watch->invocation->aws;
    int64_t skew = session ? aws_session_skew(session) : 0;
    return wall_now() + skew - atomic_load(&watch->behind);
}

static void committed(void *context)
{
    struct watch *watch = context;
    struct ingest *ingest = watch->ingest;
    struct follower *follower = watch->follower;
    if (watch->recorded && ingest) {
        struct metrics_view view;
        ingest_metrics(ingest, &view);
        int64_t behind = wall_now() - view.newest_event;
        if (view.newest_event && (behind > HISTORIC_MS || atomic_load(&watch->behind)))
            atomic_store(&watch->behind, behind);
    }
    if (follower)
        follower_wake(follower);
}

static void on_signal(int signal)
{
    (void)signal;
    if (signalled)
        ui_quit(signalled);
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

static bool start_pipeline(struct watch *watch, struct err *err)
{
    if (!watch->source)
        return true;
    struct ingest_options options;
    if (!setup_ingest(watch->invocation, watch->store, &options, err))
        return false;
    options.committed = committed;
    options.context = watch;
    watch->source_kind = watch->source->ops->name;
    watch->ingest = ingest_start(watch->source, &options, err);
    watch->source = NULL;
    return watch->ingest != NULL;
}

/* Creates the store when this process may write it, so that the follower finds one. */
static bool prepare_store(const struct watch *watch, struct err *err)
{
    struct store_options options;
    if (!setup_store_options(watch->invocation, watch->store, &options, err))
        return false;
    options.read_only = option_on(watch->invocation, OPT_VIEW_ONLY);
    struct store *store = store_open(watch->store, &options, err);
    store_close(store);
    return store != NULL;
}

/* Until what the source tells at once has been stored: its newest event is of now, or nothing more
 * comes. */
static void await_past(struct watch *watch)
{
    enum { STEP_MS = 20, RECENT_MS = 5000, QUIET_MS = 600, LONGEST_MS = 5000 };
    struct metrics_view view;
    uint64_t before = 0;
    for (int waited = 0, quiet = 0; waited < LONGEST_MS && quiet < QUIET_MS; waited += STEP_MS) {
        poll(NULL, 0, STEP_MS);
        ingest_metrics(watch->ingest, &view);
        if (view.newest_event > wall_now() - RECENT_MS)
            return;
        quiet = view.count[METRIC_STORED] == before ? quiet + STEP_MS : 0;
        before = view.count[METRIC_STORED];
    }
}

static void give_names(struct watch *watch)
{
    struct map_slot *slot;
    for (size_t i = 0; (slot = map_next(&watch->names.by_id, &i));) {
        const char *name = names_find(&watch->names, slot->key);
        if (name)
            names_set(live_names(watch->live), slot->key, name, NAME_LISTED);
    }
    names_free(&watch->names);
}

/* The demo has all its names, and no Connect. */
static bool start_caretaker(struct watch *watch, struct err *err)
{
    struct caretaker_ties ties = {watch->ingest, &watch->inbox, committed, watch};
    return watch->invocation->command->bit == ON_DEMO ||
           setup_caretaker(watch->invocation, watch->store, &ties, &watch->caretaker, err);
}

/* On the follower's thread. */
static struct store *open_followed(void *context, struct err *err)
{
    struct watch *watch = context;
    return setup_archived_store(watch->invocation, watch->store, &watch->follow, err);
}

/* A place that cannot be is told at once; whether it can be read, when it is. */
static bool check_archive(struct watch *watch, struct err *err)
{
    struct archive *archive;
    bool good = setup_archive(watch->invocation, false, &archive, err);
    archive_close(archive);
    return good;
}

static bool start(struct watch *watch, const struct clock *clock, struct err *err)
{
    struct store_options options;
    watch->inbox.queue = queue_new(INBOX_NOTES);
    if (!setup_store_options(watch->invocation, watch->store, &options, err))
        return false;
    options.read_only = true;
    options.clock = clock;
    watch->live = setup_live(watch->invocation, err);
    if (!watch->live || !prepare_store(watch, err) || !check_archive(watch, err))
        return false;
    give_names(watch);
    if (watch->wait_for_past) {
        if (!start_pipeline(watch, err))
            return false;
        await_past(watch);
    }
    int64_t since = wall_now() - watch->invocation->value[OPT_RETENTION].number;
    watch->follow = options;
    watch->follower = follower_start_with(open_followed, watch, &watch->inbox, since);
    return watch->follower && start_pipeline(watch, err) && start_caretaker(watch, err) &&
           watch_listen(watch, err);
}

static bool watch_has_queue(const struct watch *watch)
{
    const char *source = option_text(watch->invocation, OPT_SOURCE);
    return source && strncmp(source, "sqs:", 4) == 0;
}

static void stop(struct watch *watch, int code)
{
    if (watch->inbox.queue)
        queue_close(watch->inbox.queue);
    listener_stop(watch->listener);
    bool alone = caretaker_stop(watch->caretaker);
    if (watch->ingest && watch_has_queue(watch))
        log_info("stopping: the queue's last answer is waited for, up to 5 s");
    if (watch->ingest)
        ingest_stop(watch->ingest);
    if (!alone)
        _exit(code); /* the caretaker waits for an answer, and nobody waits for it */
    if (watch->follower)
        follower_stop(watch->follower);
    if (watch->ingest)
        ingest_free(watch->ingest);
    if (watch->source)
        watch->source->ops->close(watch->source);
    live_free(watch->live);
    queue_free(watch->inbox.queue, (void (*)(void *))note_free);
}

static bool interactive(struct err *err)
{
    return (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) ||
           err_set(err, "the monitor needs a terminal; for scripts there are `list` and `ingest`");
}

static int run_screen(struct watch *watch, const struct clock *clock, struct err *err)
{
    struct ui_host host;
    watch_host(watch, &host);
    struct ui_options options;
    watch_ui_options(watch, &options, clock);
    watch->ui = ui_new(watch->live, &watch->inbox, &host, &options, err);
    if (!watch->ui)
        return command_failed(err);
    log_set_stderr(false);
    signalled = watch->ui;
    catch_signals();
    int code = ui_run(watch->ui);
    signalled = NULL;
    ui_free(watch->ui);
    log_set_stderr(true);
    return code;
}

int watch_run(struct watch *watch)
{
    struct err err = {""};
    struct clock clock = {picture_now, watch};
    int code;
    state_load(&watch->state);
    if (!interactive(&err) || !start(watch, &clock, &err))
        code = command_failed(&err);
    else
        code = run_screen(watch, &clock, &err);
    stop(watch, code);
    state_free(&watch->state);
    return code;
}

int run_watch(struct invocation *invocation)
{
    struct err err = {""};
    struct watch watch = {.invocation = invocation};
    struct source_options options;
    const char *spec = option_text(invocation, OPT_SOURCE);
    if (!setup_metrics(invocation, &err) || !setup_source_options(invocation, spec, &options, &err))
        return command_misused(&err);
    if (spec && option_on(invocation, OPT_VIEW_ONLY)) {
        err_set(&err, "--view-only takes no events: leave --source out");
        return command_misused(&err);
    }
    watch.store = setup_store(invocation, &err);
    if (watch.store && spec)
        watch.source = source_open(spec, &options, &err);
    if (!watch.store || (spec && !watch.source))
        return command_failed(&err);
    watch.recorded =
        spec && strncmp(spec, "sim:", 4) != 0 && strncmp(spec, "sqs:", 4) != 0 && !options.follow;
    return watch_run(&watch);
}
