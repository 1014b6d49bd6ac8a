/* The canonical request of Signature Version 4, from a request as received. */
#include <stdlib.h>
#include <string.h>

#include "fakes/fake_verify.h"

enum { PARAMETERS_MAX = 128 };

static void encoded(struct buf *out, const char *text, size_t length, const char *kept)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                     (c && strchr(kept, c));
        if (plain) {
            buf_char(out, (char)c);
        } else {
            buf_char(out, '%');
            buf_char(out, hex[c >> 4]);
            buf_char(out, hex[c & 15]);
        }
    }
}

/* "." and ".." and empty segments go, a slash at the end stays; then encoded once more. */
static void canonical_path(struct buf *out, const char *path)
{
    struct buf plain = {0};
    for (const char *at = path; *at;) {
        at += strspn(at, "/");
        size_t length = strcspn(at, "/");
        if (length == 2 && at[0] == '.' && at[1] == '.') {
            while (plain.length && plain.data[--plain.length] != '/')
                ;
        } else if (length && !(length == 1 && *at == '.')) {
            buf_char(&plain, '/');
            buf_add(&plain, at, length);
        }
        at += length;
    }
    size_t size = strlen(path);
    if (!plain.length || (size && path[size - 1] == '/'))
        buf_char(&plain, '/');
    encoded(out, plain.data, plain.length, "/-_.~");
    buf_free(&plain);
}

/* S3: as the key is, encoded once. */
static void canonical_key(struct buf *out, const char *path)
{
    struct buf plain = {0};
    fake_url_decode(&plain, path, strlen(path), false);
    encoded(out, buf_str(&plain), plain.length, "/-_.~");
    buf_free(&plain);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Parameters decoded, encoded by the one rule, and sorted by name and then value. */
static void canonical_query(struct buf *out, const char *query)
{
    char *parameter[PARAMETERS_MAX] = {0};
    size_t count = 0;
    for (const char *at = query; *at && count < ARRAY_SIZE(parameter);) {
        size_t length = strcspn(at, "&"), name = strcspn(at, "=&");
        struct buf plain = {0}, made = {0};
        fake_url_decode(&plain, at, name, false);
        encoded(&made, buf_str(&plain), plain.length, "-_.~");
        buf_char(&made, '\1'); /* becomes '=': sorted, a name comes before its longer ones */
        buf_clear(&plain);
        if (name < length)
            fake_url_decode(&plain, at + name + 1, length - name - 1, false);
        encoded(&made, buf_str(&plain), plain.length, "-_.~");
        if (length)
            parameter[count++] = buf_take(&made);
        buf_free(&made);
        buf_free(&plain);
        at += length + (at[length] == '&');
    }
    qsort(parameter, count, sizeof(*parameter), by_text);
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_char(out, '&');
        *strchr(parameter[i], '\1') = '=';
        buf_text(out, parameter[i]);
        free(parameter[i]);
    }
}

/* Runs of blanks become one; several values of a name are joined by commas. */
static bool canonical_header(struct buf *out, const struct fake_request *request, const char *name,
                             size_t length)
{
    size_t found = 0;
    buf_add(out, name, length);
    buf_char(out, ':');
    for (size_t i = 0; i < request->headers; i++) {
        const struct fake_header *header = &request->header[i];
        if (strncmp(header->name, name, length) != 0 || header->name[length])
            continue;
        if (found++)
            buf_char(out, ',');
        for (const char *c = header->value; *c; c++)
            if (*c != ' ' || c[1] != ' ')
                buf_char(out, *c);
    }
    buf_char(out, '\n');
    return found > 0;
}

bool fake_canonical(struct buf *out, const struct fake_request *request, const char *signed_headers,
                    const char *body_hash)
{
    buf_text(out, request->method);
    buf_char(out, '\n');
    if (request->operation && request->operation->service == FAKE_S3)
        canonical_key(out, request->path);
    else if (strcmp(request->path, "/") == 0)
        buf_char(out, '/');
    else
        canonical_path(out, request->path);
    buf_char(out, '\n');
    if (*request->query)
        canonical_query(out, request->query);
    buf_char(out, '\n');
    for (const char *at = signed_headers; *at;) {
        size_t length = strcspn(at, ";");
        if (!canonical_header(out, request, at, length))
            return false;
        at += length + (at[length] == ';');
    }
    buf_char(out, '\n');
    buf_text(out, signed_headers);
    buf_char(out, '\n');
    buf_text(out, body_hash);
    return true;
}
