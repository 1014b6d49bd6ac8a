/*
 * The transport over libcurl's multi interface, one thread. A slot is an easy handle with its
 * buffers; slots are kept and used again, so a request costs no allocation of ours once the number
 * under way has settled. Nothing of a request or an answer is ever logged.
 */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "aws/ca_bundle.h"
#include "aws/curl_slot.h"
#include "contactwatch/instant.h"

enum {
    CONNECTIONS = 64,
    LONGEST_WAIT_MS = 60000,
    FAILED_WAIT_MS = 100, /* where libcurl cannot wait: no memory, no descriptors */
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

static struct slot *slot_take(struct curl_transport *transport)
{
    struct slot *slot = transport->idle;
    if (slot) {
        transport->idle = slot->next_idle;
        return slot;
    }
    slot = slot_new(transport->ca_bundle);
    if (!slot)
        return NULL;
    slot->next = transport->slots;
    transport->slots = slot;
    return slot;
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

/* A line break in a header would begin another one. */
static bool headers_sound(const struct http_request *request, struct err *err)
{
    if (request->headers > HTTP_HEADERS_MAX)
        return err_set(err, "more than %d headers", HTTP_HEADERS_MAX);
    for (size_t i = 0; i < request->headers; i++)
        if (strpbrk(request->header[i].value, "\r\n"))
            return err_set(err, "the header %s has a line break in it", request->header[i].name);
    return true;
}

static void release(struct curl_transport *transport, struct slot *slot)
{
    curl_multi_remove_handle(transport->multi, slot->easy);
    slot_wipe(slot);
    slot->exchange->transport = NULL;
    slot->exchange = NULL;
    slot->next_idle = transport->idle;
    transport->idle = slot;
    transport->under_way--;
}

static void start(struct transport *base, struct exchange *exchange)
{
    struct curl_transport *transport = (struct curl_transport *)base;
    struct http_response *response = &exchange->response;
    struct err err = {0};
    response_reset(response);
    struct slot *slot = NULL;
    if (!http_request_allowed(&exchange->request, &err) || !headers_sound(&exchange->request, &err))
        snprintf(response->error, sizeof(response->error), "%.150s", err.text);
    else if (!(slot = slot_take(transport)))
        snprintf(response->error, sizeof(response->error), "no more connections can be opened");
    if (!slot) {
        fail_at_once(transport, exchange);
        return;
    }
    slot->exchange = exchange;
    exchange->transport = slot;
    slot_request(slot, &exchange->request);
    transport->under_way++;
    CURLMcode added = curl_multi_add_handle(transport->multi, slot->easy);
    if (added == CURLM_OK)
        return;
    snprintf(response->error, sizeof(response->error), "%.150s", curl_multi_strerror(added));
    release(transport, slot);
    fail_at_once(transport, exchange);
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
        if (curl_multi_poll(transport->multi, NULL, 0, left, NULL) != CURLM_OK)
            poll(NULL, 0, left < FAILED_WAIT_MS ? left : FAILED_WAIT_MS);
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
        slot_free(slot);
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
    const char *bundle = options && options->ca_bundle ? options->ca_bundle : ca_bundle_of_system();
    transport->ca_bundle = bundle ? mem_strdup(bundle) : NULL;
    return &transport->base;
}
