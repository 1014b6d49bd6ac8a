/*
 * AWS Signature Version 4, in headers. Source: the AWS General Reference's "Create a signed AWS API
 * request"; checked against AWS's published cases. Pure.
 */
#ifndef CONTACTWATCH_SIGV4_H
#define CONTACTWATCH_SIGV4_H

#include "contactwatch/http.h"
#include "contactwatch/instant.h"

enum { SIGV4_KEY = 32, SIGV4_DATE = 17 /* "20150830T123600Z" and a NUL */ };

/* The derived key of one (secret, date, region, service); reused until one of them changes. Zero at
 * first. Owned by one thread; wiped by sigv4_wipe. */
struct sigv4_key {
    unsigned char identity[SIGV4_KEY]; /* hash of what it was derived from */
    unsigned char key[SIGV4_KEY];
    bool set;
};

struct sigv4_request {
    const char *method, *path; /* path as sent, before normalisation */
    const char *query;         /* without '?', "" if none */
    const struct http_header *header;
    size_t headers; /* all of them are signed; must hold host and x-amz-date */
    const void *body;
    size_t length;
    const char *region, *service;
    const char *access_key, *secret_key;
    int64_t time;          /* ms */
    bool keep_path;        /* sign the path as it is: no normalisation, one encoding (S3) */
    const char *body_hash; /* hex, when known already ("UNSIGNED-PAYLOAD" too); NULL = of body */
};

void sigv4_date(int64_t ms, char out[SIGV4_DATE]);
/* The two steps, for the published cases. */
void sigv4_canonical_request(struct buf *out, const struct sigv4_request *request);
void sigv4_string_to_sign(struct buf *out, const struct sigv4_request *request,
                          const char *canonical_request);
/* The whole value of the Authorization header. cache may be NULL. */
void sigv4_authorization(struct buf *out, const struct sigv4_request *request,
                         struct sigv4_key *cache);
void sigv4_wipe(struct sigv4_key *cache);
void sha256_hex(const void *data, size_t length, char out[65]);

#endif
