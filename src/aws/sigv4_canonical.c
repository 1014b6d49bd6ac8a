/*
 * The canonical request: one form of a request that the service builds again from what arrived.
 * Encodings that a request already carries are read first, so that a query or an S3 path is signed
 * the same whether it was sent encoded or not.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/sigv4_internal.h"

static bool unreserved(unsigned char c)
{
    return isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Appends text percent-encoded; `encoded`: %XX in it stands for a byte. '/' stays in a path. */
static void add_encoded(struct buf *out, const char *text, size_t length, bool path, bool encoded)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (encoded && c == '%' && i + 2 < length && hex_digit(text[i + 1]) >= 0 &&
            hex_digit(text[i + 2]) >= 0) {
            c = (unsigned char)(hex_digit(text[i + 1]) << 4 | hex_digit(text[i + 2]));
            i += 2;
            if (c == '/' && path) {
                buf_text(out, "%2F");
                continue;
            }
        }
        if (unreserved(c) || (path && c == '/')) {
            buf_char(out, (char)c);
        } else {
            char code[3] = {'%', digits[c >> 4], digits[c & 15]};
            buf_add(out, code, 3);
        }
    }
}

/* Removes the last segment of what was built so far, "/a/b" becoming "/a". */
static void drop_segment(struct buf *path)
{
    while (path->length && path->data[path->length - 1] != '/')
        path->length--;
    if (path->length)
        path->length--;
}

/* "/a//b/./../c/" becomes "/a/c/" (RFC 3986 5.2.4, repeated slashes united). */
static void normalise_path(struct buf *out, const char *path)
{
    bool slash_last = true;
    for (const char *at = path; *at;) {
        at += strspn(at, "/");
        size_t length = strcspn(at, "/");
        slash_last = true;
        if (length == 2 && at[0] == '.' && at[1] == '.') {
            drop_segment(out);
        } else if (length > 0 && !(length == 1 && at[0] == '.')) {
            buf_char(out, '/');
            buf_add(out, at, length);
            slash_last = at[length] == '/';
        }
        at += length;
    }
    if (slash_last || !out->length)
        buf_char(out, '/');
}

static void add_path(struct buf *out, const struct sigv4_request *request)
{
    const char *path = request->path && *request->path ? request->path : "/";
    if (request->keep_path) {
        add_encoded(out, path, strlen(path), true, true);
        return;
    }
    struct buf normal = {0};
    normalise_path(&normal, path);
    add_encoded(out, buf_str(&normal), normal.length, true, false);
    buf_free(&normal);
}

/* A name and its value in one text: both encoded, as offsets. */
struct pair {
    const char *name, *value;
};

static int compare_pairs(const void *a, const void *b)
{
    const struct pair *left = a, *right = b;
    int names = strcmp(left->name, right->name);
    return names ? names : strcmp(left->value, right->value);
}

/* Encodes every parameter into `text` as "name\0value\0"; returns how many there are. */
static size_t encode_parameters(struct buf *text, const char *query)
{
    size_t count = 0;
    for (const char *at = query; *at;) {
        size_t length = strcspn(at, "&");
        if (length) {
            const char *equals = memchr(at, '=', length);
            size_t name = equals ? (size_t)(equals - at) : length;
            add_encoded(text, at, name, false, true);
            buf_char(text, '\0');
            if (equals)
                add_encoded(text, equals + 1, length - name - 1, false, true);
            buf_char(text, '\0');
            count++;
        }
        at += length + (at[length] != '\0');
    }
    return count;
}

static void add_query(struct buf *out, const char *query)
{
    struct buf text = {0};
    size_t count = encode_parameters(&text, query ? query : "");
    if (count) {
        struct pair *pair = mem_alloc(count * sizeof(*pair));
        const char *at = text.data;
        for (size_t i = 0; i < count; i++) {
            pair[i].name = at;
            pair[i].value = at + strlen(at) + 1;
            at = pair[i].value + strlen(pair[i].value) + 1;
        }
        qsort(pair, count, sizeof(*pair), compare_pairs);
        for (size_t i = 0; i < count; i++)
            buf_printf(out, "%s%s=%s", i ? "&" : "", pair[i].name, pair[i].value);
        free(pair);
    }
    buf_free(&text);
}

/* Order of signing: by lower-case name; of equal names as they were given. */
static int compare_headers(const void *a, const void *b)
{
    const struct http_header *const *left = a, *const *right = b;
    int names = strcasecmp((*left)->name, (*right)->name);
    return names ? names : (*left > *right) - (*left < *right);
}

const struct http_header **sigv4_sorted_headers(const struct sigv4_request *request)
{
    const struct http_header **sorted = mem_alloc((request->headers + 1) * sizeof(*sorted));
    for (size_t i = 0; i < request->headers; i++)
        sorted[i] = &request->header[i];
    qsort(sorted, request->headers, sizeof(*sorted), compare_headers);
    sorted[request->headers] = NULL;
    return sorted;
}

static void add_lower(struct buf *out, const char *text)
{
    for (; *text; text++)
        buf_char(out, (char)tolower((unsigned char)*text));
}

/* Blanks at the ends go; runs of them, also of folded lines, become one. */
static void add_trimmed(struct buf *out, const char *value)
{
    bool blank = false, first = true;
    for (; *value; value++) {
        if (isspace((unsigned char)*value)) {
            blank = true;
            continue;
        }
        if (blank && !first)
            buf_char(out, ' ');
        buf_char(out, *value);
        blank = first = false;
    }
}

static void add_headers(struct buf *out, const struct http_header **sorted)
{
    for (const struct http_header **at = sorted; *at; at++) {
        if (at != sorted && strcasecmp(at[-1]->name, at[0]->name) == 0) {
            buf_char(out, ',');
        } else {
            if (at != sorted)
                buf_char(out, '\n');
            add_lower(out, (*at)->name);
            buf_char(out, ':');
        }
        add_trimmed(out, (*at)->value);
    }
    buf_text(out, "\n\n");
}

void sigv4_signed_names(struct buf *out, const struct http_header **sorted)
{
    for (const struct http_header **at = sorted; *at; at++) {
        if (at != sorted && strcasecmp(at[-1]->name, at[0]->name) == 0)
            continue;
        if (at != sorted)
            buf_char(out, ';');
        add_lower(out, (*at)->name);
    }
}

void sigv4_canonical_request(struct buf *out, const struct sigv4_request *request)
{
    const struct http_header **sorted = sigv4_sorted_headers(request);
    buf_printf(out, "%s\n", request->method);
    add_path(out, request);
    buf_char(out, '\n');
    add_query(out, request->query);
    buf_char(out, '\n');
    add_headers(out, sorted);
    sigv4_signed_names(out, sorted);
    free(sorted);
    char hash[65];
    if (!request->body_hash)
        sha256_hex(request->body, request->length, hash);
    buf_printf(out, "\n%s", request->body_hash ? request->body_hash : hash);
}
