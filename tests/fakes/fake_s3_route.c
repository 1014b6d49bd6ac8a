/* Which call of S3 a request is, and of which bucket and key: by host or by path. */
#include <string.h>

#include "fakes/fake_s3.h"

bool s3_is_meant(const struct fake_request *request)
{
    const char *authorization = fake_request_header(request, "authorization");
    return authorization && strstr(authorization, "/s3/aws4_request") != NULL;
}

static bool ends_with(const char *text, size_t length, const char *end, size_t *before)
{
    size_t size = strlen(end);
    if (length <= size || memcmp(text + length - size, end, size) != 0)
        return false;
    *before = length - size;
    return true;
}

/* "BUCKET.s3.REGION.amazonaws.com" or "BUCKET.localhost", a port behind it or not; NULL = the host
 * names no bucket. */
static char *bucket_of_host(struct fake_request *request)
{
    const char *host = fake_request_header(request, "host");
    size_t length = host ? strcspn(host, ":") : 0, before = 0;
    if (!ends_with(host, length, ".localhost", &before) &&
        ends_with(host, length, ".amazonaws.com", &before)) {
        size_t part = before;
        while (part && memcmp(host + part - 1, ".s3", 3) != 0)
            part--;
        before = part ? part - 1 : 0;
    }
    return before ? arena_strndup(request->arena, host, before) : NULL;
}

static char *decoded(struct fake_request *request, const char *text, size_t length)
{
    struct buf plain = {0};
    char *result = NULL;
    if (fake_url_decode(&plain, text, length, false) && !memchr(buf_str(&plain), 0, plain.length))
        result = arena_strdup(request->arena, buf_str(&plain));
    buf_free(&plain);
    return result;
}

static void read_address(struct fake_request *request)
{
    const char *path = request->path + (request->path[0] == '/');
    request->bucket = bucket_of_host(request);
    if (!request->bucket) {
        size_t length = strcspn(path, "/");
        request->bucket = decoded(request, path, length);
        path += length + (path[length] == '/');
    }
    request->object = decoded(request, path, strlen(path));
}

static const struct {
    const char *method;
    bool object;
    const char *operation;
} routes[] = {
    {"PUT", true, "PutObject"},       {"GET", true, "GetObject"},     {"HEAD", true, "HeadObject"},
    {"DELETE", true, "DeleteObject"}, {"PUT", false, "CreateBucket"}, {"HEAD", false, "HeadBucket"},
    {"GET", false, "ListObjectsV2"},
};

const char *s3_operation_name(struct fake_request *request, struct fake_reply *reply)
{
    struct buf version = {0};
    const char *name = NULL;
    read_address(request);
    bool object = request->object && *request->object;
    for (size_t i = 0; i < ARRAY_SIZE(routes); i++)
        if (strcmp(routes[i].method, request->method) == 0 && routes[i].object == object)
            name = routes[i].operation;
    if (name && strcmp(name, "ListObjectsV2") == 0 &&
        (!fake_parameter(request->query, "list-type", &version) ||
         strcmp(buf_str(&version), "2") != 0))
        name = NULL;
    buf_free(&version);
    reply->status = 400;
    if (!request->bucket || !request->object) {
        s3_error(request, reply, "InvalidURI", "Couldn't parse the specified URI.");
        return NULL;
    }
    reply->status = name ? 200 : 501;
    if (!name)
        s3_error(request, reply, "NotImplemented",
                 "A header or query you provided implies functionality that is not implemented");
    return name;
}

struct s3_bucket *s3_bucket_asked(struct fake_aws *fake, const struct fake_request *request,
                                  struct fake_reply *reply)
{
    struct s3_bucket *bucket = s3_bucket_named(fake, request->bucket);
    if (!bucket)
        fake_fail(request, reply, 404, "NoSuchBucket", "The specified bucket does not exist");
    return bucket;
}
