#define ZLIB_CONST
#include <zlib.h>

#include "event/decode_internal.h"

enum { GZIP_OR_ZLIB = 15 + 32, STEP = 64 << 10 };

bool is_compressed(const char *data, size_t length)
{
    const unsigned char *byte = (const unsigned char *)data;
    if (length < 2)
        return false;
    bool gzip = byte[0] == 0x1F && byte[1] == 0x8B;
    bool zlib =
        (byte[0] & 0x0F) == Z_DEFLATED && byte[0] >> 4 <= 7 && (byte[0] << 8 | byte[1]) % 31 == 0;
    return gzip || zlib;
}

/* One member, from where z stands. On failure out is as it was. */
static bool inflate_member(z_stream *z, struct buf *out, const char **why)
{
    size_t before = out->length;
    int status = Z_OK;
    while (status == Z_OK) {
        if (!buf_reserve(out, 1)) {
            *why = "inflates to more than is taken";
            break;
        }
        size_t room = out->capacity - out->length - 1;
        if (room < STEP && buf_reserve(out, STEP))
            room = out->capacity - out->length - 1;
        out->full = false; /* the last step may be a short one */
        if (out->max && room > out->max - out->length)
            room = out->max - out->length;
        z->next_out = (unsigned char *)out->data + out->length;
        z->avail_out = room > UINT32_MAX ? UINT32_MAX : (unsigned)room;
        status = inflate(z, Z_NO_FLUSH);
        out->length = (size_t)((char *)z->next_out - out->data);
        if (status == Z_BUF_ERROR || (status == Z_OK && z->avail_in == 0 && z->avail_out > 0))
            *why = "compressed data is cut off";
        else if (status != Z_OK && status != Z_STREAM_END)
            *why = "compressed data is damaged";
        if (*why)
            break;
    }
    if (*why)
        out->length = before;
    if (out->data)
        out->data[out->length] = '\0';
    return *why == NULL;
}

bool inflate_all(struct buf *out, const char *data, size_t length, const char **why)
{
    z_stream z = {0};
    *why = NULL;
    if (inflateInit2(&z, GZIP_OR_ZLIB) != Z_OK) {
        *why = "no memory to inflate";
        return false;
    }
    z.next_in = (const unsigned char *)data;
    z.avail_in = (unsigned)length;
    while (z.avail_in && inflate_member(&z, out, why)) {
        if (z.avail_in && !is_compressed((const char *)z.next_in, z.avail_in)) {
            *why = "text after the compressed data";
            break;
        }
        inflateReset2(&z, GZIP_OR_ZLIB);
    }
    inflateEnd(&z);
    return *why == NULL;
}
