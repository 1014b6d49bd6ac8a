/*
 * Bytes of a file, a pipe or standard input: gzip is inflated as it streams, a growing file is
 * followed through truncation and rotation (as tail -F). Used by one thread; only the wake
 * descriptor is written by others.
 */
#ifndef SOURCE_FILE_READER_INTERNAL_H
#define SOURCE_FILE_READER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <zlib.h>

#include "contactwatch/err.h"

enum read_result {
    READ_BYTES,   /* some came */
    READ_NOTHING, /* timed out, or woken */
    READ_BREAK,   /* the file was truncated or replaced: what follows begins anew */
    READ_END,
    READ_ERROR
};

enum coding { CODING_UNKNOWN, CODING_PLAIN, CODING_GZIP };

struct file_reader {
    char *path; /* "-" = standard input */
    bool follow;
    bool regular;
    int fd;                    /* -1 while a followed file does not exist */
    int wake_fd;               /* eventfd */
    int notify_fd, file_watch; /* inotify; -1 = not to be had: poll every FOLLOW_POLL_MS */
    dev_t device;
    ino_t inode;
    off_t offset; /* raw bytes read */
    enum coding coding;
    z_stream inflate;
    bool member_open;   /* inside a gzip member */
    bool failed;        /* the next read is the end */
    unsigned char *raw; /* RAW_BLOCK bytes of compressed input */
};

enum { RAW_BLOCK = 64 << 10, FOLLOW_POLL_MS = 250 };

bool file_reader_open(struct file_reader *reader, const char *path, bool follow, struct err *err);
/* Waits up to timeout_ms for at most `room` bytes. */
enum read_result file_reader_read(struct file_reader *reader, char *out, size_t room,
                                  int timeout_ms, size_t *count, struct err *err);
/* Waits up to timeout_ms for a wake alone; true when woken. */
bool file_reader_sleep(struct file_reader *reader, int timeout_ms);
void file_reader_close(struct file_reader *reader);

/* file_follow.c: a followed file at its end. */
void file_follow_start(struct file_reader *reader);
void file_follow_watch(struct file_reader *reader); /* the file just opened */
/* READ_BREAK when a new file is open, READ_BYTES when it is worth reading again, else READ_NOTHING.
 */
enum read_result file_follow_wait(struct file_reader *reader, int timeout_ms);
bool file_reader_reopen(struct file_reader *reader, struct err *err);

#endif
