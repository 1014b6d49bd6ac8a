/* Bytes that nobody else may see: never moved by a reallocation, wiped when released. */
#ifndef AWS_SECRET_H
#define AWS_SECRET_H

#include "contactwatch/mem.h"

struct secret {
    char *data; /* ended by a NUL that does not count */
    size_t length, size;
};

/* All of a file up to `most` bytes; false with errno (EFBIG beyond the cap). Free it either way. */
bool secret_read(struct secret *out, int fd, size_t most);
/* As secret_read, by path, which is opened here. */
bool secret_read_file(struct secret *out, const char *path, size_t most);
/* Takes blanks and line ends off its end. */
struct secret *secret_trim(struct secret *secret);
void secret_free(struct secret *secret);

/* Wipes what a buffer ever held, and releases it. */
void buf_wipe(struct buf *buf);
/* Wipes and releases a heap text; NULL is fine. */
void text_wipe(char *text);

#endif
