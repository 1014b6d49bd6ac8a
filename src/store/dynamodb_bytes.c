/* Bytes of packed attributes: gzip, zlib with a dictionary, and base64 as the protocol wants binary
 * values. */
#define ZLIB_CONST
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "store/dynamodb_internal.h"

enum { WINDOW = 15, AS_GZIP = 16, GZIP_OR_ZLIB = 32, TINY = 640, SMALL = 8 << 10, STEP = 64 << 10 };

/*
 * What is small is packed well, as it is billed by the whole KB, and with small tables, as zlib
 * clears them each time; what is large is packed fast.
 */
static void deflate_all(struct buf *out, const void *data, size_t length, bool for_feed)
{
    z_stream z = {0};
    bool is_small = length <= SMALL;
    int window = is_small ? 13 : WINDOW;
    if (length > UINT32_MAX / 2 || deflateInit2(&z, is_small ? Z_DEFAULT_COMPRESSION : Z_BEST_SPEED,
                                                Z_DEFLATED, for_feed ? window : window + AS_GZIP,
                                                is_small ? 6 : 8, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    if (for_feed)
        deflateSetDictionary(&z, (const Bytef *)ddb_dictionary, (uInt)strlen(ddb_dictionary));
    size_t most = deflateBound(&z, length);
    if (buf_reserve(out, most)) {
        z.next_in = data;
        z.avail_in = (unsigned)length;
        z.next_out = (unsigned char *)out->data + out->length;
        z.avail_out = (unsigned)most;
        deflate(&z, Z_FINISH);
        out->length += z.total_out;
        out->data[out->length] = '\0';
    }
    deflateEnd(&z);
}

static void add_number(struct buf *out, uint32_t number, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        buf_char(out, (char)(number >> (8 * i)));
}

/* A gzip member of one stored block: what would be one write unit either way is not worth packing.
 */
static void store_all(struct buf *out, const void *data, size_t length)
{
    static const char head[] = "\x1F\x8B\x08\0\0\0\0\0\0\xFF\x01";
    buf_add(out, head, sizeof(head) - 1);
    add_number(out, (uint32_t)length, 2);
    add_number(out, ~(uint32_t)length, 2);
    buf_add(out, data, length);
    add_number(out, (uint32_t)crc32(0, data, (uInt)length), 4);
    add_number(out, (uint32_t)length, 4);
}

void ddb_gzip(struct buf *out, const void *data, size_t length)
{
    if (length <= TINY)
        store_all(out, data, length);
    else
        deflate_all(out, data, length, false);
}

void ddb_deflate(struct buf *out, const void *data, size_t length)
{
    deflate_all(out, data, length, true);
}

static int inflate_step(z_stream *z)
{
    int status = inflate(z, Z_NO_FLUSH);
    if (status == Z_NEED_DICT)
        status =
            inflateSetDictionary(z, (const Bytef *)ddb_dictionary, (uInt)strlen(ddb_dictionary));
    return status;
}

static bool room_for_more(struct buf *out, z_stream *z, size_t max)
{
    if (out->length >= max || !buf_reserve(out, STEP))
        return false;
    z->next_out = (unsigned char *)out->data + out->length;
    z->avail_out = out->length + STEP > max ? (unsigned)(max - out->length) : STEP;
    return true;
}

bool ddb_gunzip(struct buf *out, const void *data, size_t length, size_t max, struct err *err)
{
    z_stream z = {0};
    int status = Z_OK;
    buf_clear(out);
    if (length > UINT32_MAX || inflateInit2(&z, WINDOW + GZIP_OR_ZLIB) != Z_OK)
        return err_set(err, "packed bytes cannot be inflated");
    z.next_in = data;
    z.avail_in = (unsigned)length;
    while (status == Z_OK && room_for_more(out, &z, max)) {
        status = inflate_step(&z);
        out->length = (size_t)((char *)z.next_out - out->data);
        out->data[out->length] = '\0';
    }
    inflateEnd(&z);
    if (status == Z_STREAM_END)
        return true;
    return err_set(err,
                   status == Z_OK ? "packed bytes inflate to more than %zu bytes"
                                  : "packed bytes are damaged or cut off (at %zu)",
                   status == Z_OK ? max : (size_t)z.total_in);
}

void ddb_base64(struct buf *out, const void *data, size_t length)
{
    size_t most = (length + 2) / 3 * 4;
    if (length > INT32_MAX / 2 || !buf_reserve(out, most + 1))
        return;
    out->length +=
        (size_t)EVP_EncodeBlock((unsigned char *)out->data + out->length, data, (int)length);
}

bool ddb_unbase64(struct buf *out, const char *text)
{
    size_t length = strlen(text), padding = 0;
    if (length % 4 || length > INT32_MAX / 2 || !buf_reserve(out, length / 4 * 3 + 1))
        return false;
    while (padding < 2 && padding < length && text[length - 1 - padding] == '=')
        padding++;
    int written = EVP_DecodeBlock((unsigned char *)out->data + out->length,
                                  (const unsigned char *)text, (int)length);
    if (written < (int)padding)
        return false;
    out->length += (size_t)written - padding;
    out->data[out->length] = '\0';
    return true;
}
