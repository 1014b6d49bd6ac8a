/* What S3 holds a body to: the hash under the signature, and the checksums sent with it. */
#include <openssl/evp.h>
#include <string.h>
#include <zlib.h>

#include "fakes/fake_s3.h"

void fake_sha256(const void *data, size_t length, unsigned char out[32])
{
    EVP_Digest(data, length, out, NULL, EVP_sha256(), NULL);
}

bool s3_hash_is_said(const struct fake_request *request, struct fake_reply *reply)
{
    const char *claimed = fake_request_header(request, "x-amz-content-sha256");
    if (!claimed)
        return fake_fail(request, reply, 400, "InvalidRequest",
                         "Missing required header for this request: x-amz-content-sha256");
    if (strncmp(claimed, "STREAMING-", 10) == 0)
        return fake_fail(request, reply, 501, "NotImplemented",
                         "A header you provided implies functionality that is not implemented");
    return true;
}

bool s3_body_fits(const struct fake_request *request, struct fake_reply *reply)
{
    const char *claimed = fake_request_header(request, "x-amz-content-sha256");
    unsigned char hash[32];
    char hex[65];
    fake_sha256(request->body, request->length, hash);
    fake_hex(hash, sizeof(hash), hex);
    return strcmp(claimed, "UNSIGNED-PAYLOAD") == 0 || strcmp(claimed, hex) == 0 ||
           fake_fail(request, reply, 400, "XAmzContentSHA256Mismatch",
                     "The provided 'x-amz-content-sha256' header does not match what was "
                     "computed.");
}

static bool checksum_fits(const struct fake_request *request, const char *header,
                          const unsigned char *value, size_t length)
{
    unsigned char text[4 * EVP_MAX_MD_SIZE];
    const char *sent = fake_request_header(request, header);
    EVP_EncodeBlock(text, value, (int)length);
    return !sent || strcmp(sent, (const char *)text) == 0;
}

bool s3_body_is_whole(const struct fake_request *request, struct fake_reply *reply)
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned long crc = crc32(0, (const Bytef *)request->body, (uInt)request->length);
    for (size_t i = 0; i < 4; i++)
        sum[i] = (unsigned char)(crc >> (24 - 8 * i));
    bool fits = checksum_fits(request, "x-amz-checksum-crc32", sum, 4);
    EVP_Digest(request->body, request->length, sum, NULL, EVP_md5(), NULL);
    fits = checksum_fits(request, "content-md5", sum, 16) && fits;
    fake_sha256(request->body, request->length, sum);
    fits = checksum_fits(request, "x-amz-checksum-sha256", sum, 32) && fits;
    return fits || fake_fail(request, reply, 400, "BadDigest",
                             "The Content-MD5 or checksum value that you specified did not match "
                             "what the server received.");
}
