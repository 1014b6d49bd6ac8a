/* Opening and closing an SQLite store. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "store/sqlite_internal.h"

/*
 * Makes the file before SQLite does, so that it and its -wal and -shm files are the owner's alone.
 * Closing a file drops every POSIX lock the process has on it, SQLite's too: hence only a file that
 * is new is opened here, and no other thread gets past this lock before it is closed.
 */
static pthread_mutex_t creating = PTHREAD_MUTEX_INITIALIZER;

static bool create_private(const char *path, struct err *err)
{
    pthread_mutex_lock(&creating);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int error = fd < 0 && errno != EEXIST ? errno : 0;
    if (fd >= 0)
        close(fd);
    pthread_mutex_unlock(&creating);
    return !error || err_set(err, "store %s: cannot create it: %s", path, strerror(error));
}

static bool exists(const char *path, struct err *err)
{
    pthread_mutex_lock(&creating);
    int error = access(path, F_OK) == 0 ? 0 : errno;
    pthread_mutex_unlock(&creating);
    return !error || err_set(err,
                             "store %s: %s; with --view-only nothing is created: start without it, "
                             "or name another file",
                             path, strerror(error));
}

/* Going over to WAL and recovering after a crash answer "busy" at once, without waiting: so it is
 * tried again here. */
static bool make_ready(struct sqlite_store *s, int64_t wait_ms, struct err *err)
{
    enum { PAUSE_MS = 5 };
    for (int64_t waited = 0;; waited += PAUSE_MS) {
        s->failure = SQLITE_OK;
        if (sqlite_schema_ready(s, err))
            return true;
        if (s->failure != SQLITE_BUSY || waited >= wait_ms)
            return false;
        sqlite3_sleep(PAUSE_MS);
    }
}

static bool connect_file(struct sqlite_store *s, int64_t wait_ms, struct err *err)
{
    int flags = (s->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_NOMUTEX;
    if (s->read_only ? !exists(s->path, err) : !create_private(s->path, err))
        return false;
    if (sqlite3_open_v2(s->path, &s->db, flags, NULL) != SQLITE_OK)
        return sqlite_fail(s, "open it", err);
    sqlite3_extended_result_codes(s->db, 1);
    sqlite3_busy_timeout(s->db, (int)wait_ms);
    return make_ready(s, wait_ms, err);
}

static void sqlite_close(struct store *store)
{
    struct sqlite_store *s = sqlite_of(store);
    for (size_t i = 0; i < SQL_STATEMENTS; i++)
        sqlite3_finalize(s->statement[i]);
    sqlite3_close(s->db);
    record_view_free(&s->view);
    buf_free(&s->packed);
    free(s->path);
    free(s);
}

/* Every commit writes to the log beside the file, a checkpoint to the file; nothing is opened here,
 * as closing a file of the database would drop SQLite's locks on it. */
static int sqlite_watch(struct store *store)
{
    const struct sqlite_store *s = sqlite_of(store);
    struct buf log = {0};
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (fd < 0)
        return -1;
    buf_printf(&log, "%s-wal", s->path);
    bool watched = inotify_add_watch(fd, buf_str(&log), IN_MODIFY) >= 0 &&
                   inotify_add_watch(fd, s->path, IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF) >= 0;
    buf_free(&log);
    if (watched)
        return fd;
    close(fd);
    return -1;
}

static const struct store_ops sqlite_store_ops = {
    .name = "sqlite",
    .apply = sqlite_apply,
    .get = sqlite_get,
    .by_customer = sqlite_by_customer,
    .by_chain = sqlite_by_chain,
    .live = sqlite_live,
    .changes = sqlite_changes,
    .all = sqlite_all,
    .sweep = sqlite_sweep,
    .watch = sqlite_watch,
    .apply_agents = sqlite_apply_agents,
    .document_put = sqlite_document_put,
    .document_get = sqlite_document_get,
    .forget = sqlite_forget,
    .history = sqlite_history,
    .expired = sqlite_expired,
    .remove = sqlite_remove,
    .close = sqlite_close,
};

/* SQLite gives ":memory:" and "file:" a meaning of their own; here every name is a path. */
static char *plain_path(const char *path)
{
    struct buf out = {0};
    if (path[0] == ':' || strncmp(path, "file:", 5) == 0)
        buf_text(&out, "./");
    buf_text(&out, path);
    return buf_take(&out);
}

struct store *sqlite_store_open(const char *path, const struct store_options *options,
                                struct err *err)
{
    struct sqlite_store *s = mem_zero(sizeof(*s));
    s->base.ops = &sqlite_store_ops;
    s->path = plain_path(path);
    s->read_only = options->read_only;
    s->retention_ms =
        options->retention_ms > 0 ? options->retention_ms : RETENTION_DEFAULT_MIN * MINUTE_MS;
    if (options->clock) {
        s->clock_copy = *options->clock;
        s->clock = &s->clock_copy;
    }
    if (connect_file(s, options->wait_ms > 0 ? options->wait_ms : STORE_WAIT_DEFAULT_MS, err))
        return &s->base;
    sqlite_close(&s->base);
    return NULL;
}
