/* What needs no network: an SQLite store, a file to read, retention, the terminal. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "commands/doctor.h"
#include "contactwatch/decode.h"
#include "contactwatch/store.h"

enum { SPACE_LITTLE_MB = 512, SAMPLE_BYTES = 1 << 18 };

static void look_at_space(struct doctor *d, const char *folder)
{
    struct statvfs space;
    if (statvfs(folder, &space) != 0)
        return;
    uint64_t mb = (uint64_t)space.f_bavail * space.f_frsize >> 20;
    bool little = mb < SPACE_LITTLE_MB;
    doctor_add(d, little ? FINDING_WARNING : FINDING_OK, "disk",
               little ? "make room: a full disk stops ingestion until there is some" : NULL,
               "%" PRIu64 " MB free at %s", mb, folder);
}

static const char *folder_of(struct doctor *d, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return ".";
    return slash == path ? "/" : arena_strndup(&d->arena, path, (size_t)(slash - path));
}

static void look_at_file(struct doctor *d, const char *path, const struct stat *file)
{
    struct err err = {""};
    struct store_options options = {.read_only = true, .clock = d->options->clock};
    struct store *store = store_open(d->options->store, &options, &err);
    store_close(store);
    if (!store)
        doctor_add(d, FINDING_FAILED, "store",
                   "see the message; a copy that is sound can take its place", "%s", err.text);
    else if (!d->options->view_only && access(path, W_OK) != 0)
        doctor_add(d, FINDING_FAILED, "store", "run as its owner, or look with --view-only",
                   "%s cannot be written: %s", path, strerror(errno));
    else
        doctor_add(d, FINDING_OK, "store", NULL, "%s, %" PRId64 " kB", path,
                   (int64_t)file->st_size / 1024);
    if (file->st_mode & (S_IRWXG | S_IRWXO))
        doctor_add(d, FINDING_WARNING, "store",
                   arena_printf(&d->arena, "it holds personal data: chmod 600 %s", path),
                   "%s can be read by others (mode %03o)", path, (unsigned)(file->st_mode & 0777));
}

void doctor_sqlite(struct doctor *d)
{
    const char *path = d->options->store;
    struct stat file;
    if (strncmp(path, "sqlite:", 7) == 0)
        path += 7;
    const char *folder = folder_of(d, path);
    if (stat(path, &file) == 0)
        look_at_file(d, path, &file);
    else if (d->options->view_only)
        doctor_add(d, FINDING_FAILED, "store",
                   "let something ingest into it first, or correct "
                   "--store",
                   "%s: %s", path, strerror(errno));
    else if (access(folder, W_OK | X_OK) != 0)
        doctor_add(d, FINDING_FAILED, "store", "make the folder, or name another in --store",
                   "%s is not there, and cannot be made: %s: %s", path, folder, strerror(errno));
    else
        doctor_add(d, FINDING_OK, "store", NULL, "%s is not there yet: ingest makes it", path);
    look_at_space(d, folder);
}

static void ignore_event(void *context, const struct event *event)
{
    (void)context;
    (void)event;
}

static void keep_first(void *context, const char *where, const char *why, const char *text,
                       size_t length)
{
    struct buf *first = context;
    (void)text;
    (void)length;
    if (!first->length)
        buf_printf(first, "%s: %s", where, why);
}

/* Whole lines of the file's beginning; everything where there is no line. */
static void look_at_events(struct doctor *d, const char *path, char *text, size_t length)
{
    struct arena arena = {0};
    struct buf first = {.max = 400};
    char *end = length == SAMPLE_BYTES ? memrchr(text, '\n', length) : NULL;
    struct decode_options options = {.redact = REDACT_ALL};
    struct decode_sink sink = {&first, ignore_event, NULL, keep_first};
    struct decode_result result =
        decode_body(&arena, &options, text, end ? (size_t)(end - text) : length,
                    clock_now(d->options->clock), &sink);
    if (!length || result.events)
        doctor_add(d, FINDING_OK, "source", NULL, "%s, %u events in its first %zu kB", path,
                   result.events, (length + 1023) / 1024);
    else
        doctor_add(d, FINDING_WARNING, "source",
                   "contact events, flow logs and agent events are known, in any envelope AWS "
                   "puts them in",
                   "%s: nothing that is known in its first %zu kB%s%s", path,
                   (length + 1023) / 1024, first.length ? "; " : "", buf_str(&first));
    buf_free(&first);
    arena_free(&arena);
}

void doctor_source(struct doctor *d)
{
    const char *path = d->options->source;
    if (!path || strcmp(path, "-") == 0 || strncmp(path, "sim:", 4) == 0)
        return;
    if (strncmp(path, "file:", 5) == 0)
        path += 5;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat file;
    if (fd < 0 || fstat(fd, &file) != 0) {
        doctor_add(d, FINDING_FAILED, "source", "correct --source, or let this user read it",
                   "%s: %s", path, strerror(errno));
    } else if (!S_ISREG(file.st_mode)) {
        doctor_add(d, FINDING_OK, "source", NULL, "%s is no plain file: it is read as it comes",
                   path);
    } else {
        char *text = mem_alloc(SAMPLE_BYTES);
        ssize_t length = read(fd, text, SAMPLE_BYTES);
        look_at_events(d, path, text, length > 0 ? (size_t)length : 0);
        free(text);
    }
    if (fd >= 0)
        close(fd);
}

void doctor_retention(struct doctor *d)
{
    const struct doctor_options *o = d->options;
    int64_t window = o->stats_window_ms > 0 ? o->stats_window_ms : DAY_MS;
    const char *kept = doctor_span(d, o->retention_ms / SECOND_MS);
    const char *span =
        o->stats_window_ms > 0 ? doctor_span(d, window / SECOND_MS) : "since midnight";
    if (o->retention_ms < window)
        doctor_add(d, FINDING_WARNING, "retention",
                   "raise --retention to the window or more: contacts leave the numbers before it "
                   "is over",
                   "contacts are kept %s after their end, statistics span %s", kept, span);
    else
        doctor_add(d, FINDING_OK, "retention", NULL, "%s, statistics span %s", kept, span);
}

void doctor_terminal(struct doctor *d)
{
    enum { COLUMNS_GOOD = 80, ROWS_GOOD = 24, COLOURS_GOOD = 8 };
    const struct ui_terminal *t = d->options->terminal;
    if (!t->is_terminal) {
        doctor_add(d, FINDING_OK, "terminal", NULL,
                   "none here: ingest, list and show need none, the monitor does");
        return;
    }
    if (!t->known)
        doctor_add(d, FINDING_FAILED, "terminal",
                   "set TERM to what it is (xterm-256color), or install its entry (ncurses-term)",
                   "TERM=%s is not known here", t->name);
    else if (t->colours < COLOURS_GOOD)
        doctor_add(d, FINDING_WARNING, "terminal", "set TERM=xterm-256color if it has colours",
                   "%s has no colours: marks are letters alone", t->name);
    else
        doctor_add(d, FINDING_OK, "terminal", NULL, "%s, %d colours", t->name, t->colours);
    doctor_add(d, t->utf8 ? FINDING_OK : FINDING_WARNING, "locale",
               t->utf8 ? NULL : "set LANG=C.UTF-8; until then ASCII is drawn", "%s", t->codeset);
    bool small = t->width < COLUMNS_GOOD || t->height < ROWS_GOOD;
    doctor_add(d, small ? FINDING_WARNING : FINDING_OK, "size",
               small ? "columns are left out below 80×24" : NULL, "%d×%d", t->width, t->height);
}
