#include "source/file_reader_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contactwatch/mem.h"

static void begin_file(struct file_reader *r)
{
    if (r->coding == CODING_GZIP)
        inflateEnd(&r->inflate);
    r->coding = CODING_UNKNOWN;
    r->member_open = false;
    r->offset = 0;
}

/* Without O_NONBLOCK the opening of a FIFO would wait for its writer, deaf to a wake. */
bool file_reader_reopen(struct file_reader *r, struct err *err)
{
    bool standard = strcmp(r->path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(r->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return err_set(err, "%s: %s", r->path, strerror(errno));
    struct stat st;
    if (fstat(fd, &st) < 0 || S_ISDIR(st.st_mode)) {
        err_set(err, "%s: %s", r->path, S_ISDIR(st.st_mode) ? "is a directory" : strerror(errno));
        if (!standard)
            close(fd);
        errno = EISDIR;
        return false;
    }
    if (r->fd > STDIN_FILENO)
        close(r->fd);
    begin_file(r);
    r->fd = fd;
    r->regular = S_ISREG(st.st_mode);
    r->device = st.st_dev;
    r->inode = st.st_ino;
    if (r->follow)
        file_follow_watch(r);
    return true;
}

bool file_reader_open(struct file_reader *r, const char *path, bool follow, struct err *err)
{
    *r = (struct file_reader){.fd = -1, .notify_fd = -1, .file_watch = -1};
    r->path = mem_strdup(path);
    r->follow = follow && strcmp(path, "-") != 0;
    r->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (r->follow)
        file_follow_start(r);
    if (file_reader_reopen(r, err) || (r->follow && errno == ENOENT))
        return true;
    file_reader_close(r);
    return false;
}

void file_reader_close(struct file_reader *r)
{
    begin_file(r);
    if (r->fd > STDIN_FILENO)
        close(r->fd);
    if (r->notify_fd >= 0)
        close(r->notify_fd);
    close(r->wake_fd);
    free(r->raw);
    free(r->path);
}

static bool drain_wake(struct file_reader *r)
{
    uint64_t count;
    return read(r->wake_fd, &count, sizeof(count)) == (ssize_t)sizeof(count);
}

bool file_reader_sleep(struct file_reader *r, int timeout_ms)
{
    struct pollfd wake = {.fd = r->wake_fd, .events = POLLIN};
    return poll(&wake, 1, timeout_ms) > 0 && drain_wake(r);
}

/* A regular file is always ready; a pipe is waited for together with the wake. */
static enum read_result wait_ready(struct file_reader *r, int timeout_ms)
{
    struct pollfd poll_fd[] = {{.fd = r->wake_fd, .events = POLLIN},
                               {.fd = r->fd, .events = POLLIN}};
    if (poll(poll_fd, 2, timeout_ms) <= 0)
        return READ_NOTHING;
    if (poll_fd[0].revents && drain_wake(r))
        return READ_NOTHING;
    return poll_fd[1].revents ? READ_BYTES : READ_NOTHING;
}

static enum read_result read_raw(struct file_reader *r, char *out, size_t room, int timeout_ms,
                                 size_t *count, struct err *err)
{
    *count = 0;
    if (r->fd < 0)
        return READ_END;
    if (!r->regular && wait_ready(r, timeout_ms) != READ_BYTES)
        return READ_NOTHING;
    ssize_t got = read(r->fd, out, room);
    if (got > 0) {
        r->offset += got;
        *count = (size_t)got;
        return READ_BYTES;
    }
    if (got == 0)
        return READ_END;
    if (errno == EINTR || errno == EAGAIN)
        return READ_NOTHING;
    r->failed = !r->follow;
    err_set(err, "%s: %s", r->path, strerror(errno));
    return READ_ERROR;
}

static bool begin_inflate(struct file_reader *r, const char *first, size_t count, struct err *err)
{
    r->inflate = (z_stream){0};
    if (inflateInit2(&r->inflate, 15 + 16) != Z_OK)
        return err_set(err, "%s: cannot inflate", r->path);
    r->coding = CODING_GZIP;
    if (!r->raw)
        r->raw = mem_alloc(RAW_BLOCK);
    memcpy(r->raw, first, count);
    r->inflate.next_in = r->raw;
    r->inflate.avail_in = (unsigned)count;
    r->member_open = true;
    return true;
}

/* The first bytes tell whether the file is gzip. */
static enum read_result read_first(struct file_reader *r, char *out, int timeout_ms, size_t *count,
                                   struct err *err)
{
    enum read_result result = read_raw(r, out, RAW_BLOCK, timeout_ms, count, err);
    if (result != READ_BYTES)
        return result;
    size_t have = *count;
    while (have < 2 && out[0] == '\x1f' && result != READ_END && result != READ_ERROR) {
        size_t more;
        result = read_raw(r, out + have, RAW_BLOCK - have, timeout_ms, &more, err);
        have += more;
    }
    *count = have;
    if (have < 2 || memcmp(out, "\x1f\x8b", 2) != 0) {
        r->coding = CODING_PLAIN;
        return READ_BYTES;
    }
    *count = 0;
    return begin_inflate(r, out, have, err) ? READ_NOTHING : READ_ERROR;
}

static enum read_result inflate_failed(struct file_reader *r, const char *why, struct err *err)
{
    r->failed = true;
    err_set(err, "%s: %s", r->path, why);
    return READ_ERROR;
}

static enum read_result refill(struct file_reader *r, int timeout_ms, struct err *err)
{
    size_t got;
    enum read_result result = read_raw(r, (char *)r->raw, RAW_BLOCK, timeout_ms, &got, err);
    r->inflate.next_in = r->raw;
    r->inflate.avail_in = (unsigned)got;
    if (result == READ_END && r->member_open && !r->follow)
        return inflate_failed(r, "the compressed data ends too soon", err);
    return result;
}

/* Members may follow each other; anything else behind the last one is padding. */
static enum read_result read_gzip(struct file_reader *r, char *out, size_t room, int timeout_ms,
                                  size_t *count, struct err *err)
{
    for (*count = 0; !*count;) {
        if (!r->inflate.avail_in) {
            enum read_result result = refill(r, timeout_ms, err);
            if (result != READ_BYTES)
                return result;
        }
        if (!r->member_open) {
            if (r->inflate.next_in[0] != 0x1f) {
                r->inflate.avail_in = 0;
                continue;
            }
            inflateReset(&r->inflate);
            r->member_open = true;
        }
        r->inflate.next_out = (unsigned char *)out;
        r->inflate.avail_out = (unsigned)room;
        int status = inflate(&r->inflate, Z_NO_FLUSH);
        if (status == Z_STREAM_END)
            r->member_open = false;
        else if (status != Z_OK && status != Z_BUF_ERROR)
            return inflate_failed(r, "the compressed data is damaged", err);
        *count = room - r->inflate.avail_out;
    }
    return READ_BYTES;
}

static enum read_result read_coded(struct file_reader *r, char *out, size_t room, int timeout_ms,
                                   size_t *count, struct err *err)
{
    if (r->coding == CODING_UNKNOWN) {
        enum read_result result = read_first(r, out, timeout_ms, count, err);
        if (r->coding != CODING_GZIP || result == READ_ERROR)
            return result;
    }
    if (r->coding == CODING_GZIP)
        return read_gzip(r, out, room, timeout_ms, count, err);
    return read_raw(r, out, room, timeout_ms, count, err);
}

enum read_result file_reader_read(struct file_reader *r, char *out, size_t room, int timeout_ms,
                                  size_t *count, struct err *err)
{
    *count = 0;
    if (r->failed)
        return READ_END;
    enum read_result result = read_coded(r, out, room, timeout_ms, count, err);
    if (result == READ_END && r->follow && (r->regular || r->fd < 0))
        return file_follow_wait(r, timeout_ms);
    return result;
}
