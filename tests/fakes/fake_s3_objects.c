/* One object: put, got, looked at, deleted, each on conditions. */
#include <string.h>

#include "fakes/fake_s3.h"

static bool no_such_key(const struct fake_request *request, struct fake_reply *reply)
{
    if (request->key && !fake_allowed(request->key, FAKE_S3, "ListBucket"))
        return fake_fail(request, reply, 403, "AccessDenied", "Access Denied");
    return fake_fail(request, reply, 404, "NoSuchKey", "The specified key does not exist.");
}

static bool etag_fits(const char *wanted, const struct s3_object *object)
{
    size_t quoted = *wanted == '"', length = strlen(object->etag) - 2;
    if (strcmp(wanted, "*") == 0)
        return true;
    return strncmp(wanted + quoted, object->etag + 1, length) == 0 &&
           strcmp(wanted + quoted + length, quoted ? "\"" : "") == 0;
}

static bool precondition(const struct fake_request *request, struct fake_reply *reply)
{
    return fake_fail(request, reply, 412, "PreconditionFailed",
                     "At least one of the pre-conditions you specified did not hold");
}

/* Conditions of a change; `there` is what it would change. */
static bool may_change(struct fake_aws *fake, const struct fake_request *request,
                       const struct s3_object *there, struct fake_reply *reply)
{
    const char *match = fake_request_header(request, "if-match");
    const char *none = fake_request_header(request, "if-none-match");
    if (none && strcmp(none, "*") != 0)
        return fake_fail(request, reply, 501, "NotImplemented",
                         "A header you provided implies functionality that is not implemented");
    if ((match || none) && fake_strike(fake, request->operation, FAKE_CONFLICT))
        return fake_fail(request, reply, 409, "ConditionalRequestConflict",
                         "The conditional request cannot succeed due to a conflicting operation "
                         "against this resource.");
    if (match && !there)
        return no_such_key(request, reply);
    if ((match && !etag_fits(match, there)) || (none && there))
        return precondition(request, reply);
    return true;
}

/* What is given back with the object. */
static void keep_headers(const struct fake_request *request, struct s3_object *object)
{
    static const char *const kept[] = {"content-encoding", "cache-control", "content-disposition",
                                       "content-language"};
    const char *type = fake_request_header(request, "content-type");
    object->type = mem_strdup(type ? type : "binary/octet-stream");
    for (size_t i = 0; i < request->headers; i++) {
        const struct fake_header *header = &request->header[i];
        bool keep = strncmp(header->name, "x-amz-meta-", 11) == 0;
        for (size_t k = 0; k < ARRAY_SIZE(kept); k++)
            keep = keep || strcmp(header->name, kept[k]) == 0;
        if (keep)
            buf_printf(&object->header, "%s: %s\r\n", header->name, header->value);
    }
}

static void add_etag(struct fake_reply *reply, const struct s3_object *object)
{
    buf_printf(&reply->header, "ETag: %s\r\nx-amz-server-side-encryption: AES256\r\n",
               object->etag);
}

FAKE_HANDLER(fake_s3_put)
{
    struct s3_bucket *bucket = s3_bucket_asked(fake, request, reply);
    if (!bucket)
        return;
    if (!fake_request_header(request, "content-length")) {
        fake_fail(request, reply, 411, "MissingContentLength",
                  "You must provide the Content-Length HTTP header.");
        return;
    }
    if (strlen(request->object) > S3_KEY_MAX) {
        fake_fail(request, reply, 400, "KeyTooLongError", "Your key is too long");
        return;
    }
    if (!s3_body_is_whole(request, reply) ||
        !may_change(fake, request, s3_object_named(bucket, request->object), reply))
        return;
    struct s3_object *object =
        s3_object_set(fake, bucket, request->object, request->body, request->length);
    keep_headers(request, object);
    add_etag(reply, object);
}

FAKE_HANDLER(fake_s3_get)
{
    struct s3_bucket *bucket = s3_bucket_asked(fake, request, reply);
    const struct s3_object *object = bucket ? s3_object_named(bucket, request->object) : NULL;
    const char *match = fake_request_header(request, "if-match");
    const char *none = fake_request_header(request, "if-none-match");
    if (!object) {
        if (bucket)
            no_such_key(request, reply);
        return;
    }
    if (match && !etag_fits(match, object)) {
        precondition(request, reply);
        return;
    }
    add_etag(reply, object);
    buf_printf(&reply->header, "Last-Modified: %s\r\nAccept-Ranges: bytes\r\n",
               fake_http_date(object->modified));
    if (none && etag_fits(none, object)) {
        reply->status = 304;
        return;
    }
    buf_add(&reply->header, buf_str(&object->header), object->header.length);
    reply->type = arena_strdup(request->arena, object->type ? object->type : "binary/octet-stream");
    buf_add(&reply->body, buf_str(&object->body), object->body.length);
}

FAKE_HANDLER(fake_s3_delete)
{
    struct s3_bucket *bucket = s3_bucket_asked(fake, request, reply);
    if (!bucket || !may_change(fake, request, s3_object_named(bucket, request->object), reply))
        return;
    s3_object_remove(bucket, request->object);
    reply->status = 204;
}
