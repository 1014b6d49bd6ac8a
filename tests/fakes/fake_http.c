/* HTTP/1.1 as far as signed requests go: Content-Length bodies, keep-alive, 100-continue. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <zlib.h>

#include "fakes/fake_internal.h"

enum { HEAD_MAX = 64 << 10, BODY_MAX = 20 << 20 };

const char *fake_request_header(const struct fake_request *request, const char *name)
{
    for (size_t i = 0; i < request->headers; i++)
        if (strcmp(request->header[i].name, name) == 0)
            return request->header[i].value;
    return NULL;
}

/* Cuts the line at its end and gives the start of the next; NULL when there is none. */
static char *cut_line(char *line)
{
    char *end = strstr(line, "\r\n");
    if (!end)
        return NULL;
    *end = '\0';
    return end + 2;
}

static bool request_line(char *line, struct fake_request *request)
{
    char *path = strchr(line, ' ');
    char *version = path ? strchr(path + 1, ' ') : NULL;
    if (!version || strncmp(version + 1, "HTTP/1.", 7) != 0)
        return false;
    *path++ = *version = '\0';
    request->method = line;
    request->path = path;
    char *query = strchr(path, '?');
    request->query = query ? query + 1 : "";
    if (query)
        *query = '\0';
    return true;
}

static bool header_line(char *line, struct fake_request *request)
{
    char *colon = strchr(line, ':');
    if (!colon || request->headers >= FAKE_HEADERS)
        return false;
    *colon = '\0';
    for (char *c = line; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    char *value = colon + 1 + strspn(colon + 1, " \t"), *end = value + strlen(value);
    while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
        *--end = '\0';
    request->header[request->headers++] = (struct fake_header){line, value};
    return true;
}

/* Content-Length without touching the bytes: the head may still be incomplete. */
static bool body_length(const char *head, size_t length, size_t *out, bool *continue_wanted)
{
    *out = 0;
    *continue_wanted = false;
    for (const char *line = memchr(head, '\n', length); line;
         line = memchr(line, '\n', length - (size_t)(line - head))) {
        line++;
        if (strncasecmp(line, "content-length:", 15) == 0) {
            unsigned long long value = strtoull(line + 15, NULL, 10);
            if (value > BODY_MAX)
                return false;
            *out = (size_t)value;
        } else if (strncasecmp(line, "transfer-encoding:", 18) == 0) {
            return false;
        } else if (strncasecmp(line, "expect: 100-continue", 20) == 0) {
            *continue_wanted = true;
        }
    }
    return true;
}

enum fake_parse fake_http_measure(const char *text, size_t length, struct fake_extent *out)
{
    const char *end = memmem(text, length, "\r\n\r\n", 4);
    *out = (struct fake_extent){0};
    if (!end)
        return length > HEAD_MAX ? FAKE_BROKEN : FAKE_MORE;
    out->head = (size_t)(end - text) + 4;
    if (!body_length(text, out->head, &out->body, &out->continue_wanted))
        return FAKE_BROKEN;
    return length < out->head + out->body ? FAKE_MORE : FAKE_WHOLE;
}

bool fake_http_read(char *text, const struct fake_extent *extent, struct fake_request *request)
{
    text[extent->head - 2] = '\0'; /* behind the last header line */
    char *line = text, *next = cut_line(line);
    if (!next || !request_line(line, request))
        return false;
    for (line = next; (next = cut_line(line)); line = next)
        if (!header_line(line, request))
            return false;
    request->body = text + extent->head;
    request->length = extent->body;
    return true;
}

static const char *reason(int status)
{
    switch (status) {
    case 200: return "OK";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 409: return "Conflict";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 429: return "Too Many Requests";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    default: return "Unknown";
    }
}

/* The Date header's value, made once a second. */
const char *fake_http_date(int64_t ms)
{
    static _Thread_local char text[40];
    static _Thread_local int64_t made;
    if (made != ms / 1000) {
        struct tm tm = instant_split(ms, true);
        strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
        made = ms / 1000;
    }
    return text;
}

static void add_number(struct buf *out, const char *before, uint64_t value)
{
    char digits[24], *at = digits + sizeof(digits);
    do
        *--at = (char)('0' + value % 10);
    while (value /= 10);
    buf_text(out, before);
    buf_add(out, at, (size_t)(digits + sizeof(digits) - at));
}

/* Without printf: it would be a good part of a request's cost. */
void fake_http_write(struct fake_aws *fake, struct buf *out, const struct fake_reply *reply)
{
    add_number(out, "HTTP/1.1 ", (uint64_t)reply->status);
    buf_char(out, ' ');
    buf_text(out, reason(reply->status));
    buf_text(out, "\r\nContent-Type: ");
    buf_text(out, reply->type ? reply->type : "application/x-amz-json-1.0");
    bool bodyless = reply->status == 204 || reply->status == 304;
    if (!bodyless)
        add_number(out, "\r\nContent-Length: ", reply->body.length);
    buf_text(out, "\r\nDate: ");
    buf_text(out, fake_http_date(fake_now(fake) + reply->date_skew));
    add_number(out, "\r\nx-amzn-RequestId: FAKE", ++fake->next_request_id);
    if (reply->crc) {
        unsigned long crc =
            crc32(0, (const Bytef *)buf_str(&reply->body), (uInt)reply->body.length);
        add_number(out, "\r\nx-amz-crc32: ", reply->bad_crc ? crc ^ 1 : crc);
    }
    buf_text(out, "\r\n");
    buf_add(out, buf_str(&reply->header), reply->header.length);
    buf_text(out, "\r\n");
    if (bodyless || reply->head_only)
        return;
    size_t length = reply->end == FAKE_CUT ? reply->body.length / 2 : reply->body.length;
    buf_add(out, buf_str(&reply->body), length);
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

bool fake_url_decode(struct buf *out, const char *text, size_t length, bool plus)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '%') {
            int high = length - i > 2 ? hex_digit(text[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
            if (low < 0)
                return false;
            buf_char(out, (char)(high * 16 + low));
            i += 2;
        } else {
            buf_char(out, plus && text[i] == '+' ? ' ' : text[i]);
        }
    }
    return true;
}

bool fake_parameter(const char *text, const char *name, struct buf *out)
{
    size_t wanted = strlen(name);
    for (const char *at = text; at && *at; at = strchr(at, '&') ? strchr(at, '&') + 1 : NULL) {
        size_t length = strcspn(at, "&"), key = strcspn(at, "=&");
        if (key == wanted && memcmp(at, name, wanted) == 0) {
            buf_clear(out);
            size_t skip = key < length ? key + 1 : key;
            return fake_url_decode(out, at + skip, length - skip, true);
        }
    }
    return false;
}
