#include "support/pack.h"

#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "contactwatch/json.h"

void pack(struct buf *out, enum pack_format format, const char *data, size_t length)
{
    z_stream z = {0};
    deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, format == PACK_GZIP ? 15 + 16 : 15, 8,
                 Z_DEFAULT_STRATEGY);
    uLong most = deflateBound(&z, length);
    buf_reserve(out, most);
    z.next_in = (unsigned char *)(uintptr_t)data;
    z.avail_in = (unsigned)length;
    z.next_out = (unsigned char *)out->data + out->length;
    z.avail_out = (unsigned)most;
    deflate(&z, Z_FINISH);
    out->length += z.total_out;
    deflateEnd(&z);
}

void pack_base64(struct buf *out, const char *data, size_t length)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *byte = (const unsigned char *)data;
    for (size_t i = 0; i < length; i += 3) {
        uint32_t group = (uint32_t)byte[i] << 16;
        group |= i + 1 < length ? (uint32_t)byte[i + 1] << 8 : 0;
        group |= i + 2 < length ? byte[i + 2] : 0;
        buf_char(out, digit[group >> 18]);
        buf_char(out, digit[group >> 12 & 63]);
        buf_char(out, i + 1 < length ? digit[group >> 6 & 63] : '=');
        buf_char(out, i + 2 < length ? digit[group & 63] : '=');
    }
}

void pack_awslogs(struct buf *out, const char *text)
{
    struct buf packed = {0};
    pack(&packed, PACK_GZIP, text, strlen(text));
    buf_text(out, "{\"awslogs\":{\"data\":\"");
    pack_base64(out, packed.data, packed.length);
    buf_text(out, "\"}}");
    buf_free(&packed);
}

void pack_log_message(struct buf *out, const char *type, const char *line, size_t count)
{
    buf_printf(out,
               "{\"messageType\":\"%s\",\"owner\":\"1\",\"logGroup\":\"/aws/connect/x\","
               "\"logEvents\":[",
               type);
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "%s{\"id\":\"" PACK_LOG_ID "\",\"timestamp\":1767088801000,\"message\":",
                   i ? "," : "");
        json_quote(out, line);
        buf_char(out, '}');
    }
    buf_text(out, "]}");
}
