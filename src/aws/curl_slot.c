#include "aws/curl_slot.h"

#include <ctype.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CONNECT_TIMEOUT_MS = 2000, TIMEOUT_MS = 10000, HEAD_MAX = 64 << 10 };

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
    struct slot *slot = context;
    struct http_response *response = &slot->exchange->response;
    if (response->body.length + size * count > slot->response_max) {
        response->too_large = true;
        return 0;
    }
    buf_add(&response->body, data, size * count);
    return size * count;
}

static size_t on_header(char *data, size_t size, size_t count, void *context)
{
    struct slot *slot = context;
    struct buf *head = &slot->exchange->response.head;
    size_t length = size * count;
    if (length >= 5 && memcmp(data, "HTTP/", 5) == 0) {
        buf_clear(head); /* of an interim answer */
        return length;
    }
    const char *colon = memchr(data, ':', length);
    if (!colon)
        return length;
    if (head->length + length > HEAD_MAX) {
        slot->exchange->response.too_large = true;
        return 0;
    }
    for (const char *at = data; at < colon; at++)
        buf_char(head, (char)tolower((unsigned char)*at));
    size_t rest = length - (size_t)(colon - data);
    while (rest && (colon[rest - 1] == '\n' || colon[rest - 1] == '\r'))
        rest--;
    buf_add(head, colon, rest);
    buf_char(head, '\n');
    return length;
}

/* A child process has no business with our connections. */
static int on_socket(void *context, curl_socket_t fd, curlsocktype purpose)
{
    (void)context;
    (void)purpose;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    return CURL_SOCKOPT_OK;
}

/* What holds for every request. */
static void set_up(struct slot *slot, const char *ca_bundle)
{
    CURL *easy = slot->easy;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, slot);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, slot->error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, slot);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, slot);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_socket);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https,http");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT,
                     1L); /* giving up does not wait for a slow resolver */
    if (ca_bundle)
        curl_easy_setopt(easy, CURLOPT_CAINFO, ca_bundle);
}

struct slot *slot_new(const char *ca_bundle)
{
    struct slot *slot = mem_zero(sizeof(*slot));
    slot->easy = curl_easy_init();
    if (!slot->easy) {
        free(slot);
        return NULL;
    }
    set_up(slot, ca_bundle);
    return slot;
}

void slot_wipe(struct slot *slot)
{
    if (slot->text.data)
        OPENSSL_cleanse(slot->text.data, slot->text.capacity);
}

void slot_free(struct slot *slot)
{
    curl_easy_cleanup(slot->easy);
    buf_free(&slot->text);
    free(slot);
}

static void add_line(struct slot *slot, size_t *count, size_t *offset, const char *name,
                     const char *value)
{
    offset[(*count)++] = slot->text.length;
    buf_text(&slot->text, name);
    buf_char(&slot->text, value && !*value ? ';' : ':');
    if (value && *value) {
        buf_char(&slot->text, ' ');
        buf_text(&slot->text, value);
    }
    buf_char(&slot->text, '\0');
}

/* Lines of the slot's own memory: curl only reads the list. "Name:" takes a header of curl's out.
 */
static void set_headers(struct slot *slot, const struct http_request *request)
{
    size_t offset[ARRAY_SIZE(slot->line)], count = 0;
    bool type = false;
    buf_clear(&slot->text);
    for (size_t i = 0; i < request->headers && i < HTTP_HEADERS_MAX; i++) {
        type = type || strcasecmp(request->header[i].name, "content-type") == 0;
        add_line(slot, &count, offset, request->header[i].name, request->header[i].value);
    }
    add_line(slot, &count, offset, "Expect", NULL);
    add_line(slot, &count, offset, "Accept", NULL);
    if (!type)
        add_line(slot, &count, offset, "Content-Type", NULL);
    for (size_t i = 0; i < count; i++) {
        slot->line[i].data = slot->text.data + offset[i];
        slot->line[i].next = i + 1 < count ? &slot->line[i + 1] : NULL;
    }
    curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER, slot->line);
}

static void set_body(struct slot *slot, const struct http_request *request)
{
    const char *method = request->method ? request->method : "GET";
    bool get = strcmp(method, "GET") == 0, head = strcmp(method, "HEAD") == 0;
    bool post = strcmp(method, "POST") == 0;
    curl_easy_setopt(slot->easy, CURLOPT_NOBODY, head ? 1L : 0L);
    if (request->body || post || strcmp(method, "PUT") == 0) {
        curl_easy_setopt(slot->easy, CURLOPT_POST, 1L);
        curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDS, request->body ? request->body : "");
        curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->length);
        curl_easy_setopt(slot->easy, CURLOPT_CUSTOMREQUEST, post ? NULL : method);
    } else {
        if (!head)
            curl_easy_setopt(slot->easy, CURLOPT_HTTPGET, 1L);
        curl_easy_setopt(slot->easy, CURLOPT_CUSTOMREQUEST, get || head ? NULL : method);
    }
}

static long timeout_or(int given, long standard)
{
    return given < 0 ? 0 : given ? (long)given : standard;
}

void slot_request(struct slot *slot, const struct http_request *request)
{
    CURL *easy = slot->easy;
    bool direct = request->no_proxy || strncasecmp(request->url, "http://", 7) == 0;
    slot->response_max = request->response_max ? request->response_max : HTTP_RESPONSE_MAX;
    slot->error[0] = '\0';
    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    curl_easy_setopt(easy, CURLOPT_PROXY, direct ? "" : NULL);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     timeout_or(request->connect_timeout_ms, CONNECT_TIMEOUT_MS));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_or(request->timeout_ms, TIMEOUT_MS));
    set_body(slot, request);
    set_headers(slot, request);
}
