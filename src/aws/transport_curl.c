/*
 * The transport over libcurl's multi interface, one thread. A slot is an easy handle with its
 * buffers; slots are kept and used again, so a request costs no allocation of ours once the number
 * under way has settled. Nothing of a request or an answer is ever logged.
 */
#include <ctype.h>
#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "contactwatch/http.h"
#include "contactwatch/instant.h"

enum {
    CONNECTIONS = 64,
    CONNECT_TIMEOUT_MS = 2000,
    TIMEOUT_MS = 10000,
    HEAD_MAX = 64 << 10,
    FIXED_LINES = 3, /* headers of curl's own that are taken out */
    LONGEST_WAIT_MS = 60000,
};

struct slot {
    CURL *easy;
    struct exchange *exchange;
    struct curl_slist line[HTTP_HEADERS_MAX + FIXED_LINES];
    struct buf text; /* of the lines */
    size_t response_max;
    char error[CURL_ERROR_SIZE];
    struct slot *next_idle, *next;
};

struct curl_transport {
    struct transport base;
    CURLM *multi;
    char *ca_bundle;
    struct slot *slots, *idle;
    struct exchange **ready; /* failed before they were sent */
    size_t readies, ready_capacity;
    int under_way;
    atomic_bool woken;
};

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

/* What holds for every request. */
static void set_up(struct curl_transport *transport, struct slot *slot)
{
    CURL *easy = slot->easy;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, slot);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, slot->error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, slot);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, slot);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https,http");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    if (transport->ca_bundle)
        curl_easy_setopt(easy, CURLOPT_CAINFO, transport->ca_bundle);
}

static struct slot *slot_take(struct curl_transport *transport)
{
    struct slot *slot = transport->idle;
    if (slot) {
        transport->idle = slot->next_idle;
        return slot;
    }
    slot = mem_zero(sizeof(*slot));
    slot->easy = curl_easy_init();
    if (!slot->easy) {
        free(slot);
        return NULL;
    }
    set_up(transport, slot);
    slot->next = transport->slots;
    transport->slots = slot;
    return slot;
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

static void set_request(struct slot *slot, const struct http_request *request)
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

static void response_reset(struct http_response *response)
{
    buf_clear(&response->head);
    buf_clear(&response->body);
    response->status = 0;
    response->timed_out = response->too_large = false;
    response->error[0] = '\0';
}

static void fail_at_once(struct curl_transport *transport, struct exchange *exchange)
{
    exchange->transport = NULL;
    mem_grow(transport->ready, transport->readies, transport->ready_capacity);
    transport->ready[transport->readies++] = exchange;
}

static void start(struct transport *base, struct exchange *exchange)
{
    struct curl_transport *transport = (struct curl_transport *)base;
    struct http_response *response = &exchange->response;
    struct err err = {0};
    response_reset(response);
    struct slot *slot = NULL;
    if (!http_url_allowed(exchange->request.url, &err))
        snprintf(response->error, sizeof(response->error), "%.150s", err.text);
    else if (!(slot = slot_take(transport)))
        snprintf(response->error, sizeof(response->error), "no more connections can be opened");
    if (!slot) {
        fail_at_once(transport, exchange);
        return;
    }
    slot->exchange = exchange;
    exchange->transport = slot;
    set_request(slot, &exchange->request);
    curl_multi_add_handle(transport->multi, slot->easy);
    transport->under_way++;
}

static void release(struct curl_transport *transport, struct slot *slot)
{
    curl_multi_remove_handle(transport->multi, slot->easy);
    slot->exchange->transport = NULL;
    slot->exchange = NULL;
    slot->next_idle = transport->idle;
    transport->idle = slot;
    transport->under_way--;
}

static void say_what_failed(struct slot *slot, CURLcode code)
{
    struct http_response *response = &slot->exchange->response;
    response->timed_out = code == CURLE_OPERATION_TIMEDOUT;
    if (response->too_large)
        snprintf(response->error, sizeof(response->error), "the answer is larger than %zu bytes",
                 slot->response_max);
    else
        snprintf(response->error, sizeof(response->error), "%.150s",
                 slot->error[0] ? slot->error : curl_easy_strerror(code));
}

/* One that has completed, or NULL. */
static struct exchange *next_done(struct curl_transport *transport)
{
    if (transport->readies) {
        struct exchange *exchange = transport->ready[0];
        transport->readies--;
        memmove(transport->ready, transport->ready + 1,
                transport->readies * sizeof(*transport->ready));
        return exchange;
    }
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(transport->multi, &left));) {
        if (message->msg != CURLMSG_DONE)
            continue;
        struct slot *slot = NULL;
        long status = 0;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&slot);
        struct exchange *exchange = slot->exchange;
        curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
        if (code == CURLE_OK)
            exchange->response.status = (int)status;
        else
            say_what_failed(slot, code);
        release(transport, slot);
        return exchange;
    }
    return NULL;
}

static int remaining_ms(int timeout_ms, int64_t start_ns)
{
    if (timeout_ms < 0)
        return LONGEST_WAIT_MS;
    int64_t left = timeout_ms - (monotonic_ns() - start_ns) / 1000000;
    return left < 0 ? 0 : (int)left;
}

static struct exchange *wait_next(struct transport *base, int timeout_ms)
{
    struct curl_transport *transport = (struct curl_transport *)base;
    int64_t start_ns = monotonic_ns();
    for (;;) {
        int running;
        struct exchange *exchange = next_done(transport);
        if (exchange)
            return exchange;
        curl_multi_perform(transport->multi, &running);
        if ((exchange = next_done(transport)))
            return exchange;
        int left = remaining_ms(timeout_ms, start_ns);
        if (atomic_exchange(&transport->woken, false) || left == 0 ||
            (timeout_ms < 0 && !transport->under_way))
            return NULL;
        curl_multi_poll(transport->multi, NULL, 0, left, NULL);
    }
}

static void cancel(struct transport *base, struct exchange *exchange)
{
    struct curl_transport *transport = (struct curl_transport *)base;
    if (exchange->transport) {
        release(transport, exchange->transport);
        return;
    }
    size_t kept = 0;
    for (size_t i = 0; i < transport->readies; i++)
        if (transport->ready[i] != exchange)
            transport->ready[kept++] = transport->ready[i];
    transport->readies = kept;
}

static void wake(struct transport *base)
{
    struct curl_transport *transport = (struct curl_transport *)base;
    atomic_store(&transport->woken, true);
    curl_multi_wakeup(transport->multi);
}

static void close_all(struct transport *base)
{
    struct curl_transport *transport = (struct curl_transport *)base;
    for (struct slot *slot; (slot = transport->slots);) {
        transport->slots = slot->next;
        if (slot->exchange)
            release(transport, slot);
        curl_easy_cleanup(slot->easy);
        buf_free(&slot->text);
        free(slot);
    }
    curl_multi_cleanup(transport->multi);
    free(transport->ready);
    free(transport->ca_bundle);
    free(transport);
}

static void curl_begin(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct transport *transport_curl_open(const struct transport_options *options)
{
    static const struct transport_ops ops = {start, wait_next, cancel, wake, close_all};
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, curl_begin);
    struct curl_transport *transport = mem_zero(sizeof(*transport));
    transport->base.ops = &ops;
    transport->multi = curl_multi_init();
    if (!transport->multi) {
        free(transport);
        return NULL;
    }
    long kept = options && options->connections ? (long)options->connections : CONNECTIONS;
    curl_multi_setopt(transport->multi, CURLMOPT_MAXCONNECTS, kept);
    if (options && options->ca_bundle)
        transport->ca_bundle = mem_strdup(options->ca_bundle);
    return &transport->base;
}
