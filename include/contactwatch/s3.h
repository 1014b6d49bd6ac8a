/*
 * S3, as far as it is used: objects read, written on conditions, removed, listed. Thin: many calls
 * under way at once on the aws client beneath. A bucket is asked at its own host at AWS
 * (bucket.s3.REGION.amazonaws.com), at an endpoint of the user's as a path.
 */
#ifndef CONTACTWATCH_S3_H
#define CONTACTWATCH_S3_H

#include "contactwatch/aws.h"

enum { S3_KEY_MAX = 1024 };

struct s3;
/* Asks nothing yet. The session outlives it; one thread at a time. */
struct s3 *s3_open(struct aws_session *session, const char *bucket, struct err *err);
void s3_close(struct s3 *s3);

/* One call; zero at first. What it shall be is set by one of the next four, each time anew. */
struct s3_call {
    struct aws_call call; /* its body is what s3_put sends; response, etag, status: the answer */
    struct buf path, query;
    struct http_header header[1];
    size_t owner; /* the caller's */
};
void s3_get(const struct s3 *s3, struct s3_call *call, const char *key);
/* etag: "" = only if no object has that key; else only in place of that object; NULL = in any
 * case. The call's body is kept. */
void s3_put(const struct s3 *s3, struct s3_call *call, const char *key, const char *etag);
void s3_delete(const struct s3 *s3, struct s3_call *call, const char *key);
/* token: NULL, or where the page before ended. delimiter: NULL or "/". */
void s3_list(const struct s3 *s3, struct s3_call *call, const char *prefix, const char *delimiter,
             const char *token);
void s3_call_free(struct s3_call *call);

void s3_start(struct s3 *s3, struct s3_call *call);
/* The next one completed, waiting for it; NULL when nothing is under way. */
struct s3_call *s3_next(struct s3 *s3);
/* One from start to end, with nothing else under way; false with err set unless it is fine. */
bool s3_run(struct s3 *s3, struct s3_call *call, struct err *err);

bool s3_missing(const struct s3_call *call);  /* there is no such object, in a bucket that is */
bool s3_conflict(const struct s3_call *call); /* its condition did not hold, or met another write */
/* What failed, why and what to do: of a bucket elsewhere in which region it is. Returns false. */
bool s3_call_error(const struct s3 *s3, const struct s3_call *call, struct err *err);

/* A page of a listing: each key, and each common prefix, in order. Return false to stop. */
struct s3_page {
    void *context;
    bool (*name)(void *context, const char *name, bool is_prefix);
    char token[2048]; /* out: where the next page begins; "" = there is none */
    bool stopped;     /* out */
};
/* Reads an answer to s3_list; false with err set when it is none. */
bool s3_page_read(struct s3_page *page, const char *xml, size_t length, struct err *err);

#endif
