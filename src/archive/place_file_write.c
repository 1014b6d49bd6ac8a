/* Writing into a folder so that a crash leaves the old file or the new one, never half of it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/place_file_internal.h"

/* Makes the folder durable in the one it lies in, and what lies in it. */
static bool sync_folder(const struct file_place *p, const char *path)
{
    int fd = openat(p->folder, *path ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool good = fsync(fd) == 0;
    close(fd);
    return good;
}

/* Makes the folders on the way to `name`. */
static bool make_folders(const struct file_place *p, const char *name, struct err *err)
{
    char *path = mem_strdup(name);
    bool good = true;
    for (char *slash = strchr(path, '/'); slash && good; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdirat(p->folder, path, 0700) == 0) {
            char *last = strrchr(path, '/');
            char *parent = mem_strndup(path, last ? (size_t)(last - path) : 0);
            good = sync_folder(p, parent);
            free(parent);
        } else {
            good = errno == EEXIST;
        }
        if (!good)
            file_failed(p, "make the folder", path, err);
        *slash = '/';
    }
    free(path);
    return good;
}

static char *folder_of(const char *name)
{
    const char *slash = strrchr(name, '/');
    return mem_strndup(name, slash ? (size_t)(slash - name) : 0);
}

static bool write_whole(int fd, const struct buf *body)
{
    for (size_t done = 0; done < body->length;) {
        ssize_t written = write(fd, body->data + done, body->length - done);
        if (written < 0 && errno != EINTR)
            return false;
        done += written > 0 ? (size_t)written : 0;
    }
    return fsync(fd) == 0;
}

/* What a writer that was killed left under the temporary name is overwritten: the lock is ours. */
static bool replace(const struct file_place *p, const char *name, const char *temporary,
                    const struct buf *body)
{
    int fd = openat(p->folder, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool good = write_whole(fd, body);
    good = close(fd) == 0 && good;
    if (good && renameat(p->folder, temporary, p->folder, name) == 0)
        return true;
    int why = errno;
    unlinkat(p->folder, temporary, 0);
    errno = why;
    return false;
}

enum write_result file_write(struct place *place, const char *name, const struct buf *body,
                             const char *etag, struct err *err)
{
    (void)etag;
    struct file_place *p = (struct file_place *)place;
    char *folder = folder_of(name);
    struct buf temporary = {0};
    buf_printf(&temporary, "%s/.writing", folder);
    bool good = make_folders(p, name, err);
    if (good && (!replace(p, name, temporary.data, body) || !sync_folder(p, folder)))
        good = file_failed(p, "write", name, err);
    buf_free(&temporary);
    free(folder);
    return good ? WRITE_DONE : WRITE_FAILED;
}

static bool mark_one(struct file_place *p, const char *name, struct err *err)
{
    if (!make_folders(p, name, err))
        return false;
    int fd = openat(p->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EEXIST || file_failed(p, "write", name, err);
    char *folder = folder_of(name);
    bool good = fsync(fd) == 0 && sync_folder(p, folder);
    close(fd);
    free(folder);
    return good || file_failed(p, "write", name, err);
}

bool file_mark(struct place *place, char *const *name, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++)
        if (!mark_one((struct file_place *)place, name[i], err))
            return false;
    return true;
}
