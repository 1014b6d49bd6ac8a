#include "lambda/runtime_api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/json.h"
#include "contactwatch/log.h"

enum { ANSWER_MAX = 64 << 10 }; /* of what the API says to a POST */

#define AGENT "contactwatch/" CONTACTWATCH_VERSION

static bool is_host_port(const char *text)
{
    size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                 ".-_:[]%");
    return length && length < 256 && !text[length];
}

bool runtime_api_open(struct runtime_api *api, const char *host_port, const atomic_bool *stop,
                      struct err *err)
{
    *api = (struct runtime_api){.stop = stop};
    if (!is_host_port(host_port))
        return err_set(err, "AWS_LAMBDA_RUNTIME_API: '%.80s' is not HOST:PORT", host_port);
    snprintf(api->base, sizeof(api->base), "http://%s/2018-06-01/runtime", host_port);
    api->transport = transport_curl_open(&(struct transport_options){.connections = 1});
    return api->transport || err_set(err, "libcurl cannot be used");
}

void runtime_api_close(struct runtime_api *api)
{
    if (api->transport)
        api->transport->ops->close(api->transport);
    http_response_free(&api->exchange.response);
    buf_free(&api->error);
}

void runtime_api_wake(struct runtime_api *api)
{
    api->transport->ops->wake(api->transport);
}

/* Waits as long as it takes; false when told to stop meanwhile, if that ends it. */
static bool run(struct runtime_api *api, bool stoppable)
{
    struct transport *transport = api->transport;
    transport->ops->start(transport, &api->exchange);
    while (transport->ops->wait(transport, -1) != &api->exchange) {
        if (!stoppable || !atomic_load(api->stop))
            continue;
        transport->ops->cancel(transport, &api->exchange);
        return false;
    }
    return true;
}

static void prepare(struct runtime_api *api, const char *method, const char *url,
                    size_t response_max)
{
    api->exchange.request = (struct http_request){
        .method = method,
        .url = url,
        .header = {{"User-Agent", AGENT}},
        .headers = 1,
        .connect_timeout_ms = 2000,
        .timeout_ms = -1,
        .response_max = response_max,
        .vouched = true,
        .no_proxy = true,
    };
}

/* It becomes a part of URLs. */
static bool take_request_id(const struct http_response *response, char out[RUNTIME_ID_SIZE])
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789-_";
    char id[RUNTIME_ID_SIZE + 1];
    if (!http_header_get(response, "lambda-runtime-aws-request-id", id, sizeof(id)))
        return false;
    size_t length = strlen(id);
    if (!length || length >= RUNTIME_ID_SIZE || strspn(id, allowed) != length)
        return false;
    memcpy(out, id, length + 1);
    return true;
}

static int64_t take_deadline(const struct http_response *response)
{
    char text[32], *end;
    if (!http_header_get(response, "lambda-runtime-deadline-ms", text, sizeof(text)))
        return INSTANT_NONE;
    long long ms = strtoll(text, &end, 10);
    return end != text && !*end && ms > INSTANT_SENTINEL_BEFORE && ms < INT64_C(1) << 50
               ? ms
               : INSTANT_NONE;
}

/* What a large event has left behind is not kept. */
static void trim(struct buf *buf)
{
    if (buf->capacity > 1 << 20)
        buf_free(buf);
}

static enum runtime_said no_invocation(const struct http_response *response)
{
    if (response->status)
        log_error("the runtime API answers %d instead of an invocation", response->status);
    else
        log_error("the runtime API has gone away: %s", response->error);
    return RUNTIME_GONE;
}

enum runtime_said runtime_next(struct runtime_api *api, struct runtime_event *out)
{
    char url[RUNTIME_URL_SIZE + 32];
    struct http_response *response = &api->exchange.response;
    trim(&response->body);
    snprintf(url, sizeof(url), "%s/invocation/next", api->base);
    prepare(api, "GET", url, LAMBDA_EVENT_MAX);
    if (atomic_load(api->stop) || !run(api, true))
        return RUNTIME_STOPPED;
    if (response->status != 200 && !response->too_large)
        return no_invocation(response);
    *out = (struct runtime_event){.deadline = take_deadline(response)};
    if (!take_request_id(response, out->request_id)) {
        log_error("the runtime API hands out an invocation without a request id to answer by");
        return RUNTIME_GONE;
    }
    http_header_get(response, "lambda-runtime-trace-id", out->trace, sizeof(out->trace));
    if (response->too_large)
        return RUNTIME_TOO_MUCH;
    out->text = buf_str(&response->body);
    out->length = response->body.length;
    return RUNTIME_FINE;
}

static enum runtime_said said(const struct http_response *response, const char *what)
{
    int status = response->status;
    if (status >= 200 && status < 300)
        return RUNTIME_FINE;
    if (status == 413)
        return RUNTIME_TOO_MUCH;
    if (status >= 400 && status < 500) {
        log_warning("the runtime API takes no %s (%d)", what, status);
        return RUNTIME_REFUSED;
    }
    if (status)
        log_error("the runtime API answers %d to the %s", status, what);
    else
        log_error("the runtime API has gone away: %s", response->error);
    return RUNTIME_GONE;
}

enum runtime_said runtime_respond(struct runtime_api *api, const char *request_id,
                                  const struct buf *answer)
{
    char url[RUNTIME_URL_SIZE + RUNTIME_ID_SIZE + 32];
    snprintf(url, sizeof(url), "%s/invocation/%s/response", api->base, request_id);
    prepare(api, "POST", url, ANSWER_MAX);
    struct http_request *request = &api->exchange.request;
    request->header[request->headers++] = (struct http_header){"Content-Type", "application/json"};
    request->body = answer->data;
    request->length = answer->length;
    run(api, false);
    return said(&api->exchange.response, "answer");
}

static void write_error(struct buf *out, const struct lambda_fault *fault)
{
    buf_clear(out);
    buf_text(out, "{\"errorMessage\":");
    json_quote_safe(out, fault->message);
    buf_text(out, ",\"errorType\":");
    json_quote_safe(out, fault->type);
    buf_text(out, ",\"stackTrace\":[]}");
}

static enum runtime_said post_error(struct runtime_api *api, const char *url,
                                    const struct lambda_fault *fault)
{
    write_error(&api->error, fault);
    prepare(api, "POST", url, ANSWER_MAX);
    struct http_request *request = &api->exchange.request;
    request->header[request->headers++] =
        (struct http_header){"Content-Type", "application/vnd.aws.lambda.error+json"};
    request->header[request->headers++] =
        (struct http_header){"Lambda-Runtime-Function-Error-Type", fault->type};
    request->body = api->error.data;
    request->length = api->error.length;
    run(api, false);
    return said(&api->exchange.response, "error");
}

enum runtime_said runtime_fail(struct runtime_api *api, const char *request_id,
                               const struct lambda_fault *fault)
{
    char url[RUNTIME_URL_SIZE + RUNTIME_ID_SIZE + 32];
    snprintf(url, sizeof(url), "%s/invocation/%s/error", api->base, request_id);
    return post_error(api, url, fault);
}

enum runtime_said runtime_init_fail(struct runtime_api *api, const struct lambda_fault *fault)
{
    char url[RUNTIME_URL_SIZE + 32];
    snprintf(url, sizeof(url), "%s/init/error", api->base);
    return post_error(api, url, fault);
}
