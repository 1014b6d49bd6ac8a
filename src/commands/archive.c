/* archive: what has expired and still lies in the store goes into the archive, and leaves the
 * store. */
#include <signal.h>
#include <string.h>

#include "commands/commands.h"
#include "commands/setup.h"
#include "contactwatch/archive.h"
#include "contactwatch/log.h"

enum { IN_A_ROW_MAX = 20 }; /* failures, from which on the store or the archive is down */

struct archiving {
    struct archive *archive; /* NULL: only counts */
    struct store *store;     /* what is removed from; another connection gives what has expired */
    size_t archived, kept, failed, in_a_row;
    struct err err; /* the last failure */
};

static volatile sig_atomic_t stopped;

/* A second one ends the program at once: nothing is lost by that. */
static void on_signal(int signal)
{
    stopped = signal;
}

static void stop_between_contacts(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND | SA_RESTART};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
}

static bool take(void *context, const struct record *record)
{
    struct archiving *a = context;
    struct err err = {""};
    unsigned removed = 1;
    if (stopped)
        return false;
    if (!a->archive || archive_take(a->archive, a->store, record, NULL, &removed, &err)) {
        a->archived += removed > 0;
        a->kept += removed == 0;
        a->in_a_row = 0;
        return true;
    }
    log_error("contact %.256s is not archived: %s", record->contact_id, err.text);
    a->err = err;
    a->failed++;
    return ++a->in_a_row < IN_A_ROW_MAX;
}

/* From now on the store's own sweep leaves what has expired to this command. */
static bool announce(const struct archiving *a, const char *place, struct err *err)
{
    return !a->store->ops->sweep ||
           a->store->ops->document_put(a->store, STORE_ARCHIVED, place, strlen(place), err);
}

static const char *contacts(size_t count)
{
    return count == 1 ? "contact" : "contacts";
}

static int report(const struct archiving *a, const char *place)
{
    if (!a->archive)
        printf("%zu %s would go to %s\n", a->archived, contacts(a->archived), place);
    else
        printf("archived %zu %s to %s\n", a->archived, contacts(a->archived), place);
    if (a->kept)
        printf("%zu %s had changed meanwhile, or were taken by somebody else\n", a->kept,
               contacts(a->kept));
    if (stopped)
        puts("stopped before the end: run it again for the rest");
    if (!a->failed)
        return EXIT_DONE;
    struct err err;
    err_set(&err, "%zu %s could not be archived and stay in the store%s; the last: %s", a->failed,
            contacts(a->failed),
            a->in_a_row >= IN_A_ROW_MAX ? " (so many in a row that it was given up)" : "",
            a->err.text);
    return command_failed(&err);
}

static int archive(struct archiving *a, struct store *from, const char *place)
{
    struct err err = {""};
    const struct store_visit visit = {.context = a, .record = take};
    if (a->archive && !announce(a, place, &err))
        return command_failed(&err);
    stop_between_contacts();
    bool read = from->ops->expired(from, &visit, &err);
    int code = report(a, place);
    return read ? code : command_failed(&err);
}

static bool open_archive(struct invocation *invocation, const char *place, struct archiving *a,
                         struct err *err)
{
    struct aws_session *aws = NULL;
    if (option_on(invocation, OPT_DRY_RUN))
        return true;
    if (archive_needs_aws(place) && !(aws = setup_aws(invocation, NULL, err)))
        return false;
    a->archive = archive_open(place, aws, true, err);
    return a->archive != NULL;
}

int run_archive(struct invocation *invocation)
{
    struct err err = {""};
    struct store_options options;
    struct archiving archiving = {0};
    const char *place = option_text(invocation, OPT_ARCHIVE);
    if (!place || !*place) {
        err_set(&err, "archive needs --archive s3://BUCKET[/PREFIX] or --archive file:FOLDER");
        return command_misused(&err);
    }
    const char *spec = setup_store(invocation, &err);
    bool said = spec && setup_store_options(invocation, spec, &options, &err);
    options.read_only = true; /* so that a store that is not there is not made */
    struct store *from = said ? store_open(spec, &options, &err) : NULL;
    options.read_only = option_on(invocation, OPT_DRY_RUN);
    archiving.store = from ? store_open(spec, &options, &err) : NULL;
    int code = archiving.store && open_archive(invocation, place, &archiving, &err)
                   ? archive(&archiving, from, place)
                   : command_failed(&err);
    archive_close(archiving.archive);
    store_close(archiving.store);
    store_close(from);
    return code;
}
