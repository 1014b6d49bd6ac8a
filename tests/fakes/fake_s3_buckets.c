/* Buckets: made, looked at. */
#include <string.h>

#include "fakes/fake_s3.h"

static bool name_is_valid(const char *name)
{
    size_t length = strlen(name);
    return length >= 3 && length <= 63 &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") == length && *name != '-' &&
           *name != '.' && name[length - 1] != '-' && name[length - 1] != '.';
}

/* Outside us-east-1 the body must name the region. */
static bool region_is_said(const struct fake_aws *fake, const struct fake_request *request)
{
    struct buf wanted = {0};
    buf_printf(&wanted, "<LocationConstraint>%s</LocationConstraint>", fake->region);
    bool said =
        strstr(request->body, wanted.data) != NULL || strcmp(fake->region, "us-east-1") == 0;
    buf_free(&wanted);
    return said;
}

FAKE_HANDLER(fake_s3_create_bucket)
{
    if (!name_is_valid(request->bucket)) {
        fake_fail(request, reply, 400, "InvalidBucketName", "The specified bucket is not valid.");
    } else if (!region_is_said(fake, request)) {
        fake_fail(request, reply, 400, "IllegalLocationConstraintException",
                  "The unspecified location constraint is incompatible for the region specific "
                  "endpoint this request was sent to.");
    } else if (s3_bucket_named(fake, request->bucket)) {
        fake_fail(request, reply, 409, "BucketAlreadyOwnedByYou",
                  "Your previous request to create the named bucket succeeded and you already own "
                  "it.");
    } else {
        s3_bucket_make(fake, request->bucket);
        buf_printf(&reply->header, "Location: /%s\r\n", request->bucket);
    }
}

FAKE_HANDLER(fake_s3_head_bucket)
{
    if (s3_bucket_asked(fake, request, reply))
        buf_printf(&reply->header, "x-amz-bucket-region: %s\r\n", fake->region);
}
