#include "ui/export_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 1024, TRIES = 100 };

static bool write_all(int fd, const struct buf *text)
{
    for (size_t at = 0; at < text->length;) {
        ssize_t n = write(fd, text->data + at, text->length - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

bool export_write_to(const char *path, const struct buf *text, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_set(err, "cannot write %.200s: %s", path, strerror(errno));
    bool good = write_all(fd, text);
    int why = errno;
    if (close(fd) != 0 && good) {
        good = false;
        why = errno;
    }
    return good || err_set(err, "cannot write %.200s: %s", path, strerror(why));
}

bool export_write(struct ui *ui, const char *name, const char *extension, const struct buf *text,
                  char *path, struct err *err)
{
    const char *folder = ui->options.export_dir;
    struct tm tm = instant_split(ui_wall(ui), true);
    char stamp[32];
    strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
    for (int i = 1; i < TRIES; i++) {
        char again[8] = "";
        if (i > 1)
            snprintf(again, sizeof(again), "-%d", i);
        snprintf(path, PATH_BYTES, "%s%scontactwatch-%s-%s%s.%s", folder ? folder : "",
                 folder ? "/" : "", name, stamp, again, extension);
        if (access(path, F_OK) != 0)
            break;
    }
    return export_write_to(path, text, err);
}
