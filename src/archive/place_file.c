/* A folder as a place. Writers of several processes take turns by a lock; readers need none, as
 * files are replaced whole. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/place_file_internal.h"

enum { DEPTH_MAX = 5 };

bool file_failed(const struct file_place *p, const char *what, const char *name, struct err *err)
{
    char shown[NAME_SHOWN];
    const char *why = strerror(errno);
    return err_set(err, "cannot %s %.200s/%s: %s", what, p->base.label, name_shown(name, shown),
                   why);
}

static bool read_whole(struct file_place *p, int fd, struct object *object, struct err *err)
{
    struct stat status;
    char shown[NAME_SHOWN];
    if (fstat(fd, &status) != 0)
        return file_failed(p, "read", object->name, err);
    if (!S_ISREG(status.st_mode) || status.st_size > ARCHIVE_PACKED_MAX)
        return err_set(err, "%.200s/%s is no contact's document: it is %s", p->base.label,
                       name_shown(object->name, shown),
                       S_ISREG(status.st_mode) ? "larger than 16 MiB" : "no ordinary file");
    buf_reserve(&object->body, (size_t)status.st_size + 1);
    ssize_t got = 1;
    while (got > 0 && object->body.length <= ARCHIVE_PACKED_MAX) {
        buf_reserve(&object->body, 64 << 10);
        got = read(fd, object->body.data + object->body.length, 64 << 10);
        if (got > 0)
            object->body.length += (size_t)got;
        object->body.data[object->body.length] = '\0';
    }
    return got == 0 || file_failed(p, "read", object->name, err);
}

static bool read_one(struct file_place *p, struct object *object, struct err *err)
{
    buf_clear(&object->body);
    object->found = false;
    object->etag[0] = '\0';
    int fd = openat(p->folder, object->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT || file_failed(p, "read", object->name, err);
    object->found = read_whole(p, fd, object, err);
    close(fd);
    return object->found;
}

static bool file_read(struct place *place, struct object *object, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++)
        if (!read_one((struct file_place *)place, &object[i], err))
            return false;
    return true;
}

static bool file_remove(struct place *place, char *const *name, size_t count, struct err *err)
{
    struct file_place *p = (struct file_place *)place;
    for (size_t i = 0; i < count; i++) {
        if (unlinkat(p->folder, name[i], 0) != 0 && errno != ENOENT)
            return file_failed(p, "remove", name[i], err);
        for (char *slash; (slash = strrchr(name[i], '/'));) { /* folders that are empty now */
            *slash = '\0';
            if (unlinkat(p->folder, name[i], AT_REMOVEDIR) != 0)
                break;
        }
    }
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

struct listing {
    struct file_place *p;
    const char *prefix;
    bool folders;
    struct name_list names;
};

static bool is_folder(int folder, const struct dirent *entry)
{
    struct stat status;
    if (entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK)
        return entry->d_type == DT_DIR;
    return fstatat(folder, entry->d_name, &status, 0) == 0 && S_ISDIR(status.st_mode);
}

static bool list_folder(struct listing *listing, const char *path, int depth, struct err *err);

static bool take_name(struct listing *listing, const char *path, int folder,
                      const struct dirent *entry, int depth, struct err *err)
{
    struct buf name = {0};
    bool good = true;
    buf_printf(&name, "%s%s", path, entry->d_name);
    size_t length = strlen(listing->prefix);
    bool deeper = name.length < length ? strncmp(name.data, listing->prefix, name.length) == 0
                                       : strncmp(name.data, listing->prefix, length) == 0;
    bool is_dir = deeper && entry->d_name[0] != '.' && is_folder(folder, entry);
    if (is_dir)
        buf_char(&name, '/');
    if (entry->d_name[0] == '.' || !deeper) {
        buf_free(&name);
    } else if (is_dir && (!listing->folders || name.length < length)) {
        good = depth >= DEPTH_MAX || list_folder(listing, name.data, depth + 1, err);
        buf_free(&name);
    } else if (is_dir == listing->folders && name.length >= length) {
        names_add(&listing->names, buf_take(&name));
    } else {
        buf_free(&name);
    }
    return good;
}

static bool list_folder(struct listing *listing, const char *path, int depth, struct err *err)
{
    int fd = openat(listing->p->folder, *path ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || file_failed(listing->p, "list", path, err);
    DIR *dir = fdopendir(fd);
    if (!dir) {
        close(fd);
        return file_failed(listing->p, "list", path, err);
    }
    bool good = true;
    for (struct dirent *entry; good && (entry = readdir(dir));)
        good = take_name(listing, path, fd, entry, depth, err);
    closedir(dir);
    return good;
}

/* Begins in the deepest folder that the prefix names. */
static bool list_prefix(struct file_place *p, const char *prefix, bool folders,
                        place_visitor *visit, void *context, bool *stopped, struct err *err)
{
    struct listing listing = {.p = p, .prefix = prefix, .folders = folders};
    const char *slash = strrchr(prefix, '/');
    char *path = mem_strndup(prefix, slash ? (size_t)(slash - prefix) + 1 : 0);
    bool good = list_folder(&listing, path, 0, err);
    struct name_list *names = &listing.names;
    if (names->count)
        qsort(names->item, names->count, sizeof(*names->item), by_name);
    for (size_t i = 0; good && !*stopped && i < names->count; i++)
        *stopped = !visit(context, names->item[i]);
    names_clear(names);
    free(path);
    return good;
}

static bool file_list(struct place *place, char *const *prefix, size_t count, bool folders,
                      place_visitor *visit, void *context, struct err *err)
{
    bool stopped = false;
    for (size_t i = 0; i < count && !stopped; i++)
        if (!list_prefix((struct file_place *)place, prefix[i], folders, visit, context, &stopped,
                         err))
            return false;
    return true;
}

static bool file_lock(struct place *place, struct err *err)
{
    struct file_place *p = (struct file_place *)place;
    p->lock = openat(p->folder, ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (p->lock < 0)
        return file_failed(p, "lock", ".lock", err);
    while (flock(p->lock, LOCK_EX) != 0)
        if (errno != EINTR) {
            close(p->lock);
            p->lock = -1;
            return file_failed(p, "lock", ".lock", err);
        }
    return true;
}

static void file_unlock(struct place *place)
{
    struct file_place *p = (struct file_place *)place;
    if (p->lock >= 0)
        close(p->lock);
    p->lock = -1;
}

static void file_close(struct place *place)
{
    struct file_place *p = (struct file_place *)place;
    file_unlock(place);
    close(p->folder);
    free(p);
}

/* One that is made is durable before anything lies in it. */
static bool make_place(const char *folder, struct err *err)
{
    if (mkdir(folder, 0700) != 0)
        return errno == EEXIST ||
               err_set(err, "cannot make the archive's folder %s: %s", folder, strerror(errno));
    struct buf parent = {0};
    buf_printf(&parent, "%s/..", folder);
    int fd = open(parent.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    int why = errno;
    if (fd >= 0)
        close(fd);
    buf_free(&parent);
    return good || err_set(err, "cannot make the archive's folder %s: %s", folder, strerror(why));
}

struct place *place_file_open(const char *folder, bool write, struct err *err)
{
    static const struct place_ops ops = {file_read,   file_write, file_mark,   file_list,
                                         file_remove, file_lock,  file_unlock, file_close};
    if (write && !make_place(folder, err))
        return NULL;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        err_set(err, "cannot open the archive's folder %s: %s", folder, strerror(errno));
        return NULL;
    }
    struct file_place *p = mem_zero(sizeof(*p));
    struct buf label = {0};
    buf_printf(&label, "file:%s", folder);
    *p = (struct file_place){.base = {&ops, buf_take(&label)}, .folder = fd, .lock = -1};
    return &p->base;
}
