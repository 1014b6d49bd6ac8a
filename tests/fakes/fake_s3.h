/* The buckets' inside, and what their handlers share. */
#ifndef TESTS_FAKE_S3_H
#define TESTS_FAKE_S3_H

#include "fakes/fake_services.h"

enum { S3_KEY_MAX = 1024, S3_KEYS_MAX = 1000, S3_ETAG = 35 };

struct s3_object {
    char *key, *type;
    struct buf body;
    struct buf header;  /* what it was put with and is given back with, each line with \r\n */
    char etag[S3_ETAG]; /* with its quotes */
    int64_t modified;
};
struct s3_bucket {
    char *name;
    struct s3_object **object; /* in the order of their keys' bytes */
    size_t count, capacity;
};
struct fake_s3 {
    struct map buckets;
};

/* fake_s3.c */
struct s3_bucket *s3_bucket_named(struct fake_aws *fake, const char *name);
struct s3_bucket *s3_bucket_make(struct fake_aws *fake, const char *name);
/* Where the key stands, or would stand. */
size_t s3_place(const struct s3_bucket *bucket, const char *key, bool *found);
struct s3_object *s3_object_named(const struct s3_bucket *bucket, const char *key);
/* Replaces what has that key. Gives it with body, ETag and time; the rest is empty. */
struct s3_object *s3_object_set(struct fake_aws *fake, struct s3_bucket *bucket, const char *key,
                                const void *body, size_t length);
void s3_object_remove(struct s3_bucket *bucket, const char *key);

/* fake_s3_route.c: fills request->bucket and ->key. NULL with the reply filled. */
bool s3_is_meant(const struct fake_request *request);
const char *s3_operation_name(struct fake_request *request, struct fake_reply *reply);
/* The bucket asked for; NULL with the reply filled. */
struct s3_bucket *s3_bucket_asked(struct fake_aws *fake, const struct fake_request *request,
                                  struct fake_reply *reply);

/* fake_s3_body.c */
bool s3_body_is_whole(const struct fake_request *request, struct fake_reply *reply);

/* fake_s3_error.c */
void s3_error(const struct fake_request *request, struct fake_reply *reply, const char *code,
              const char *message);
void s3_xml_text(struct buf *out, const char *text);

#endif
