#include "contactwatch/s3.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/aws_internal.h"

/* Of an attempt: an object may be large, and a line slow. */
enum { TIMEOUT_MS = 10 * 1000, READ_MS = 30 * 1000, BYTES_A_MS = 256 };

struct s3 {
    struct aws_client *client;
    char *bucket;
    char *region;
    bool by_path; /* "/BUCKET/KEY"; else the host names the bucket */
};

static bool bucket_valid(const char *bucket)
{
    size_t length = strlen(bucket);
    if (length < 3 || length > 63 || !isalnum((unsigned char)bucket[0]))
        return false;
    return strspn(bucket, "abcdefghijklmnopqrstuvwxyz0123456789.-") == length;
}

/* Is it AWS's own, and not one that was configured? */
static bool is_own_endpoint(const struct aws_session *session, const char *endpoint)
{
    char own[ENDPOINT_MAX];
    const struct endpoint_params params = {.service = AWS_S3,
                                           .region = session->region,
                                           .fips = session->endpoints.fips,
                                           .dualstack = session->endpoints.dualstack};
    return endpoint_resolve(&params, own, sizeof(own), NULL) && strcmp(own, endpoint) == 0;
}

struct s3 *s3_open(struct aws_session *session, const char *bucket, struct err *err)
{
    char endpoint[ENDPOINT_MAX], host[ENDPOINT_MAX + 64];
    if (!bucket_valid(bucket)) {
        err_set(err, "%.100s: not the name of a bucket (3 to 63 of a-z, 0-9, '-' and '.')", bucket);
        return NULL;
    }
    if (!aws_session_endpoint(session, AWS_S3, endpoint, sizeof(endpoint), err))
        return NULL;
    /* A certificate of *.s3.REGION.amazonaws.com holds for names without a dot. */
    bool by_path = !is_own_endpoint(session, endpoint) || strchr(bucket, '.');
    const char *scheme = "https://";
    snprintf(host, sizeof(host), "%s%s.%s", scheme, bucket, endpoint + strlen(scheme));
    struct aws_client *client = aws_client_open_at(session, AWS_S3, by_path ? endpoint : host, err);
    if (!client)
        return NULL;
    struct s3 *s3 = mem_zero(sizeof(*s3));
    *s3 = (struct s3){client, mem_strdup(bucket), mem_strdup(session->region), by_path};
    return s3;
}

void s3_close(struct s3 *s3)
{
    if (!s3)
        return;
    aws_client_close(s3->client);
    free(s3->bucket);
    free(s3->region);
    free(s3);
}

static void add_encoded(struct buf *out, const char *text, bool path)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        bool plain = (c < 0x80 && isalnum(c)) || strchr("-._~", c) || (path && c == '/');
        if (plain)
            buf_char(out, (char)c);
        else
            buf_printf(out, "%%%02X", c);
    }
}

static void set_up(const struct s3 *s3, struct s3_call *call, const char *operation,
                   const char *method, const char *key)
{
    struct aws_call *aws = &call->call;
    *aws = (struct aws_call){.body = aws->body,
                             .response = aws->response,
                             .state = aws->state,
                             .owner = call,
                             .operation = operation,
                             .method = method,
                             .timeout_ms = TIMEOUT_MS};
    buf_clear(&aws->response);
    buf_clear(&call->path);
    buf_char(&call->path, '/');
    if (s3->by_path)
        buf_printf(&call->path, "%s%s", s3->bucket, *key ? "/" : "");
    add_encoded(&call->path, key, true);
    aws->path = call->path.data;
    if (strcmp(method, "PUT") != 0)
        buf_clear(&aws->body);
}

void s3_get(const struct s3 *s3, struct s3_call *call, const char *key)
{
    set_up(s3, call, "GetObject", "GET", key);
    call->call.timeout_ms = READ_MS;
}

void s3_put(const struct s3 *s3, struct s3_call *call, const char *key, const char *etag)
{
    set_up(s3, call, "PutObject", "PUT", key);
    call->call.timeout_ms += (int)(call->call.body.length / BYTES_A_MS);
    if (!etag)
        return;
    call->header[0] =
        *etag ? (struct http_header){"If-Match", etag} : (struct http_header){"If-None-Match", "*"};
    call->call.header = call->header;
    call->call.headers = 1;
}

void s3_delete(const struct s3 *s3, struct s3_call *call, const char *key)
{
    set_up(s3, call, "DeleteObject", "DELETE", key);
}

static void add_parameter(struct buf *query, const char *name, const char *value)
{
    if (!value)
        return;
    buf_printf(query, "&%s=", name);
    add_encoded(query, value, false);
}

void s3_list(const struct s3 *s3, struct s3_call *call, const char *prefix, const char *delimiter,
             const char *token)
{
    set_up(s3, call, "ListObjectsV2", "GET", "");
    buf_clear(&call->query);
    buf_text(&call->query, "list-type=2");
    add_parameter(&call->query, "prefix", prefix);
    add_parameter(&call->query, "delimiter", delimiter);
    add_parameter(&call->query, "continuation-token", token);
    call->call.query = call->query.data;
}

void s3_call_free(struct s3_call *call)
{
    aws_call_free(&call->call);
    buf_free(&call->path);
    buf_free(&call->query);
    *call = (struct s3_call){0};
}

void s3_start(struct s3 *s3, struct s3_call *call)
{
    aws_start(s3->client, &call->call);
}

struct s3_call *s3_next(struct s3 *s3)
{
    while (aws_under_way(s3->client)) {
        struct aws_call *call = aws_next(s3->client, -1);
        if (call)
            return call->owner;
    }
    return NULL;
}

bool s3_run(struct s3 *s3, struct s3_call *call, struct err *err)
{
    s3_start(s3, call);
    const struct s3_call *done = s3_next(s3);
    return done && (done->call.fault == AWS_FINE || s3_call_error(s3, done, err));
}

bool s3_missing(const struct s3_call *call)
{
    return call->call.status == 404 && strcmp(call->call.code, "NoSuchBucket") != 0;
}

bool s3_conflict(const struct s3_call *call)
{
    const char *code = call->call.code;
    return call->call.status == 412 || strcmp(code, "PreconditionFailed") == 0 ||
           strcmp(code, "ConditionalRequestConflict") == 0;
}

bool s3_call_error(const struct s3 *s3, const struct s3_call *call, struct err *err)
{
    const struct aws_call *aws = &call->call;
    bool elsewhere = *aws->region && strcmp(aws->region, s3->region) != 0;
    if (elsewhere && (aws->status / 100 == 3 || aws->status == 400 || aws->status == 403))
        return err_set(err,
                       "%s: the bucket %s is in the region %s, it was asked for in %s: give "
                       "--region %s",
                       aws->operation, s3->bucket, aws->region, s3->region, aws->region);
    if (strcmp(aws->code, "NoSuchBucket") == 0)
        return err_set(err, "%s: there is no bucket %s", aws->operation, s3->bucket);
    aws_call_error(aws, err);
    if (aws->status == 403 && strcmp(aws->operation, "GetObject") == 0)
        err_set(err,
                "GetObject: %s: %s (needed are s3:GetObject and, for what is not there, "
                "s3:ListBucket)",
                aws->code, aws->message);
    return false;
}
