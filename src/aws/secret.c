#include "aws/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void widen(struct secret *secret)
{
    struct secret wider = {.length = secret->length, .size = secret->size * 2};
    wider.data = mem_alloc(wider.size);
    memcpy(wider.data, secret->data, secret->length);
    secret_free(secret);
    *secret = wider;
}

bool secret_read(struct secret *out, int fd, size_t most)
{
    *out = (struct secret){.size = 4096};
    out->data = mem_alloc(out->size);
    ssize_t got;
    while ((got = read(fd, out->data + out->length, out->size - out->length - 1)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        out->length += (size_t)got;
        if (out->length > most) {
            errno = EFBIG;
            return false;
        }
        if (out->length + 1 == out->size)
            widen(out);
    }
    out->data[out->length] = '\0';
    return true;
}

bool secret_read_file(struct secret *out, const char *path, size_t most)
{
    *out = (struct secret){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool fine = secret_read(out, fd, most);
    int failed = errno;
    close(fd);
    errno = failed;
    return fine;
}

struct secret *secret_trim(struct secret *secret)
{
    while (secret->length && strchr(" \t\r\n", secret->data[secret->length - 1]))
        secret->data[--secret->length] = '\0';
    return secret;
}

void secret_free(struct secret *secret)
{
    if (secret->data)
        OPENSSL_cleanse(secret->data, secret->size);
    free(secret->data);
    *secret = (struct secret){0};
}

void buf_wipe(struct buf *buf)
{
    if (buf->data)
        OPENSSL_cleanse(buf->data, buf->capacity);
    buf_free(buf);
}

void text_wipe(char *text)
{
    if (text)
        OPENSSL_cleanse(text, strlen(text));
    free(text);
}
