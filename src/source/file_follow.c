/*
 * A followed file at its end: inotify tells of growth, and its folder of a successor under the same
 * name. Where inotify is not to be had, a look every FOLLOW_POLL_MS. The caller's own time-outs
 * look as well, for network file systems.
 */
#include <libgen.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contactwatch/mem.h"
#include "source/file_reader_internal.h"

void file_follow_start(struct file_reader *r)
{
    r->notify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (r->notify_fd < 0)
        return;
    char *copy = mem_strdup(r->path);
    if (inotify_add_watch(r->notify_fd, dirname(copy), IN_CREATE | IN_MOVED_TO) < 0) {
        close(r->notify_fd);
        r->notify_fd = -1;
    }
    free(copy);
}

void file_follow_watch(struct file_reader *r)
{
    if (r->notify_fd < 0)
        return;
    if (r->file_watch >= 0)
        inotify_rm_watch(r->notify_fd, r->file_watch);
    r->file_watch = inotify_add_watch(r->notify_fd, r->path,
                                      IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF);
}

/* Has the file been truncated, replaced, or grown since it was read to its end? */
static enum read_result look(struct file_reader *r)
{
    struct stat now, named;
    if (r->fd >= 0 && fstat(r->fd, &now) == 0) {
        if (now.st_size > r->offset)
            return READ_BYTES;
        if (now.st_size < r->offset) {
            if (lseek(r->fd, 0, SEEK_SET) < 0)
                return READ_NOTHING;
            return file_reader_reopen(r, NULL) ? READ_BREAK : READ_NOTHING;
        }
    }
    if (stat(r->path, &named) < 0)
        return READ_NOTHING;
    if (r->fd >= 0 && named.st_dev == r->device && named.st_ino == r->inode)
        return READ_NOTHING;
    return file_reader_reopen(r, NULL) ? READ_BREAK : READ_NOTHING;
}

static void drain_notify(struct file_reader *r)
{
    char events[4096];
    while (read(r->notify_fd, events, sizeof(events)) > 0)
        continue;
}

enum read_result file_follow_wait(struct file_reader *r, int timeout_ms)
{
    enum read_result result = look(r);
    if (result != READ_NOTHING || timeout_ms == 0)
        return result;
    if (r->notify_fd < 0 && (timeout_ms < 0 || timeout_ms > FOLLOW_POLL_MS))
        timeout_ms = FOLLOW_POLL_MS;
    struct pollfd poll_fd[] = {{.fd = r->wake_fd, .events = POLLIN},
                               {.fd = r->notify_fd, .events = POLLIN}};
    poll(poll_fd, 2, timeout_ms);
    if (poll_fd[1].revents)
        drain_notify(r);
    if (poll_fd[0].revents && file_reader_sleep(r, 0))
        return READ_NOTHING;
    return look(r);
}
