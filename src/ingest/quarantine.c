#include "contactwatch/quarantine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contactwatch/instant.h"
#include "contactwatch/json.h"
#include "contactwatch/text.h"

static char *beside_store(const char *spec)
{
    if (!spec || strncmp(spec, "dynamodb:", 9) == 0)
        return NULL;
    if (strncmp(spec, "sqlite:", 7) == 0)
        spec += 7;
    struct buf path = {0};
    buf_printf(&path, "%s.quarantine", spec);
    return buf_take(&path);
}

void quarantine_init(struct quarantine *q, const char *path, const char *store_spec)
{
    q->path = path ? mem_strdup(path) : beside_store(store_spec);
    pthread_mutex_init(&q->lock, NULL);
}

void quarantine_free(struct quarantine *q)
{
    free(q->path);
    pthread_mutex_destroy(&q->lock);
}

static void base64(struct buf *out, const unsigned char *in, size_t length)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < length; i += 3) {
        unsigned b0 = in[i], b1 = i + 1 < length ? in[i + 1] : 0,
                 b2 = i + 2 < length ? in[i + 2] : 0;
        buf_char(out, digit[b0 >> 2]);
        buf_char(out, digit[(b0 & 3) << 4 | b1 >> 4]);
        buf_char(out, i + 1 < length ? digit[(b1 & 15) << 2 | b2 >> 6] : '=');
        buf_char(out, i + 2 < length ? digit[b2 & 63] : '=');
    }
}

void quarantine_line(struct buf *out, int64_t now, const char *where, const char *why,
                     const char *record, size_t length)
{
    char time[INSTANT_TEXT];
    instant_format(now, time);
    buf_printf(out, "{\"time\":\"%s\",\"where\":", time);
    json_quote_safe(out, where);
    buf_text(out, ",\"why\":");
    json_quote_safe(out, why);
    if (text_valid_utf8(record, length) && !memchr(record, 0, length)) {
        char *text = mem_strndup(record, length);
        buf_text(out, ",\"record\":");
        json_quote_safe(out, text);
        free(text);
    } else {
        buf_text(out, ",\"record_base64\":\"");
        base64(out, (const unsigned char *)record, length);
        buf_char(out, '"');
    }
    buf_text(out, "}\n");
}

void quarantine_entries(struct buf *out, int64_t now, const char *contact_id, const char *why,
                        const struct history *entries)
{
    for (size_t i = 0; i < entries->count; i++)
        quarantine_line(out, now, contact_id, why, entries->entry[i].body,
                        entries->entry[i].length);
}

static bool write_all(int fd, const char *data, size_t length)
{
    while (length) {
        ssize_t done = write(fd, data, length);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        data += done;
        length -= (size_t)done;
    }
    return true;
}

/* A new file's name is in its folder, which is made durable by itself; where it may not be read, or
 * its kind knows no fsync, the file's own has to do. */
static bool keep_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? mem_strndup(path, (size_t)(slash - path) + 1) : mem_strdup(".");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool kept = fd < 0 || fsync(fd) == 0 || errno == EINVAL;
    if (fd >= 0)
        close(fd);
    free(folder);
    return kept;
}

/* The file is locked against other processes, so a write that fails half way can be taken back. */
static bool append_locked(const char *path, int fd, const struct buf *lines, struct err *err)
{
    struct stat st;
    if (flock(fd, LOCK_EX) < 0 || fstat(fd, &st) < 0 ||
        (S_ISREG(st.st_mode) && (st.st_mode & 077) && fchmod(fd, 0600) < 0))
        return err_set(err, "%s: %s", path, strerror(errno));
    if ((uint64_t)st.st_size + lines->length > QUARANTINE_MAX)
        return err_set(err, "%s: the quarantine is full (%d MiB): look at it and move it away",
                       path, QUARANTINE_MAX >> 20);
    if (write_all(fd, lines->data, lines->length) && fsync(fd) == 0 &&
        (st.st_size || keep_name(path)))
        return true;
    err_set(err, "%s: %s", path, strerror(errno));
    if (ftruncate(fd, st.st_size) < 0)
        err_wrap(err, "half a line is left");
    return false;
}

bool quarantine_write(struct quarantine *q, const struct buf *lines, struct err *err)
{
    if (!q->path)
        return err_set(err, "records were refused and there is no quarantine file for them");
    if (lines->full)
        return err_set(err, "%s: more refused records in one message than it can hold", q->path);
    pthread_mutex_lock(&q->lock);
    int fd = open(q->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool ok = fd >= 0 ? append_locked(q->path, fd, lines, err)
                      : err_set(err, "%s: %s", q->path, strerror(errno));
    if (fd >= 0)
        close(fd);
    pthread_mutex_unlock(&q->lock);
    return ok;
}
