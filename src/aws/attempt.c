#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "aws/client_internal.h"
#include "aws/sha256.h"
#include "aws/skew.h"

/* The attempt's texts: offsets while they are being written, since the buffer moves. */
struct writer {
    struct buf *text;
    size_t value[HTTP_HEADERS_MAX];
    const char *name[HTTP_HEADERS_MAX];
    size_t headers, signed_headers; /* as SDKs do, their own are not signed */
};

static void header(struct writer *writer, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void header(struct writer *writer, const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    writer->name[writer->headers] = name;
    writer->value[writer->headers++] = writer->text->length;
    buf_vprintf(writer->text, format, args);
    buf_char(writer->text, '\0');
    va_end(args);
}

static const char *content_type(const struct aws_client *client, const struct aws_call *call)
{
    switch (client->spec->protocol) {
    case AWS_JSON_1_0: return "application/x-amz-json-1.0";
    case AWS_QUERY: return "application/x-www-form-urlencoded; charset=utf-8";
    case AWS_REST_JSON: return call->body.length ? "application/json" : NULL;
    case AWS_REST_XML: return call->body.length ? "application/octet-stream" : NULL;
    }
    return NULL;
}

static void write_headers(struct aws_client *client, struct aws_call_state *state,
                          struct writer *writer, int64_t time, const char *body_hash)
{
    const struct aws_service_spec *spec = client->spec;
    const char *type = content_type(client, state->call);
    char date[SIGV4_DATE];
    sigv4_date(time, date);
    header(writer, "Host", "%s", client->host);
    header(writer, "X-Amz-Date", "%s", date);
    if (spec->target)
        header(writer, "X-Amz-Target", "%s.%s", spec->target, state->call->operation);
    if (type)
        header(writer, "Content-Type", "%s", type);
    if (spec->query_mode)
        header(writer, "x-amzn-query-mode", "true");
    if (spec->protocol == AWS_REST_XML)
        header(writer, "x-amz-content-sha256", "%s", body_hash);
    for (size_t i = 0; i < state->call->headers && i < AWS_HEADERS_MAX; i++)
        header(writer, state->call->header[i].name, "%s", state->call->header[i].value);
    if (state->keys.token)
        header(writer, "X-Amz-Security-Token", "%s", state->keys.token);
    writer->signed_headers = writer->headers;
    header(writer, "amz-sdk-invocation-id", "%s", state->invocation);
    header(writer, "amz-sdk-request", "attempt=%u; max=%u", state->call->attempts,
           state->max_attempts);
}

static void sign(struct aws_client *client, struct aws_call_state *state, size_t signed_headers,
                 int64_t time, const char *path, const char *body_hash)
{
    struct http_request *http = &state->exchange.request;
    const struct sigv4_request request = {
        .method = http->method,
        .path = path,
        .query = state->call->query ? state->call->query : "",
        .header = http->header,
        .headers = signed_headers,
        .body = http->body,
        .length = http->length,
        .region = client->session->region,
        .service = client->spec->signing,
        .access_key = state->keys.access_key,
        .secret_key = state->keys.secret_key,
        .time = time,
        .keep_path = client->spec->protocol == AWS_REST_XML,
        .body_hash = body_hash,
    };
    buf_clear(&state->authorization);
    sigv4_authorization(&state->authorization, &request, &client->key);
    http->header[http->headers++] =
        (struct http_header){"Authorization", state->authorization.data};
    http->header[http->headers++] =
        (struct http_header){"User-Agent", "contactwatch/" CONTACTWATCH_VERSION};
}

/* Writes URL, headers and body of the attempt. */
static void write_request(struct aws_client *client, struct aws_call_state *state)
{
    const struct aws_call *call = state->call;
    struct http_request *http = &state->exchange.request;
    struct writer writer = {.text = &state->text};
    int64_t time = aws_session_now(client->session);
    char hash[SHA256_HEX];
    *http = (struct http_request){
        .method = call->method ? call->method : "POST",
        .body = call->body.length ? call->body.data : NULL,
        .length = call->body.length,
        .timeout_ms = call->timeout_ms,
    };
    if (!http->body && client->spec->protocol == AWS_JSON_1_0) {
        http->body = "{}";
        http->length = 2;
    }
    sha256_hex(http->body, http->length, hash);
    buf_clear(&state->text);
    const char *path = call->path ? call->path : "/";
    buf_printf(&state->text, "%s%s%s%s", client->endpoint, path, call->query ? "?" : "",
               call->query ? call->query : "");
    buf_char(&state->text, '\0');
    size_t signed_path = state->text.length;
    buf_printf(&state->text, "%s%s", client->base_path, path);
    buf_char(&state->text, '\0');
    write_headers(client, state, &writer, time, hash);
    http->url = state->text.data;
    for (size_t i = 0; i < writer.headers; i++)
        http->header[i] = (struct http_header){writer.name[i], state->text.data + writer.value[i]};
    http->headers = writer.headers;
    sign(client, state, writer.signed_headers, time, state->text.data + signed_path, hash);
}

void attempt_wipe(struct aws_call_state *state)
{
    aws_keys_wipe(&state->keys);
    if (state->text.data)
        OPENSSL_cleanse(state->text.data, state->text.capacity);
    buf_clear(&state->text);
}

bool attempt_start(struct aws_client *client, struct aws_call_state *state)
{
    struct aws_call *call = state->call;
    struct err err = {0};
    attempt_wipe(state);
    if (!credentials_get(client->session->credentials, &state->keys, &err)) {
        call->fault = AWS_DENIED;
        snprintf(call->message, sizeof(call->message), "%.255s", err.text);
        return false;
    }
    call->attempts++;
    atomic_fetch_add(&client->session->requests, 1);
    state->signed_with = aws_session_skew(client->session);
    state->sent = clock_now(client->session->environment.clock);
    write_request(client, state);
    state->phase = ATTEMPT_ON_WIRE;
    client->transport->ops->start(client->transport, &state->exchange);
    return true;
}

static void empty_outcome(struct aws_call *call)
{
    call->fault = AWS_FINE;
    call->code[0] = call->query_code[0] = call->message[0] = call->request_id[0] = '\0';
    call->etag[0] = call->region[0] = '\0';
}

static bool is_plain(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text > '~')
            return false;
    return true;
}

/* One that does not fit its field, or cannot be shown, is no answer to go by. */
static void take_header(const struct http_response *response, const char *name, char *field,
                        size_t size)
{
    char text[256];
    if (http_header_get(response, name, text, sizeof(text)) && strlen(text) < size &&
        is_plain(text))
        memcpy(field, text, strlen(text) + 1);
}

/* Learns AWS's time; was the refusal for having had it wrong? */
static bool correct_clock(struct aws_client *client, const struct aws_call_state *state)
{
    struct aws_session *session = client->session;
    int64_t skew = atomic_load(&session->skew), now = clock_now(session->environment.clock);
    if (session->no_skew || !skew_observe(&state->exchange.response, state->sent, now, &skew))
        return false;
    atomic_store(&session->skew, skew);
    return skew_explains(state->call->code, state->signed_with, skew);
}

static enum aws_fault read_failure(struct aws_client *client, struct aws_call_state *state)
{
    struct aws_call *call = state->call;
    struct http_response *response = &state->exchange.response;
    aws_read_failure(call, client->spec, response);
    call->fault = retry_classify(call->status, call->code, call->query_code, call->message);
    if (call->fault == AWS_THROTTLED) {
        call->throttles++;
        atomic_fetch_add(&client->session->throttles, 1);
    }
    return correct_clock(client, state) ? AWS_TRANSIENT : call->fault;
}

enum aws_fault attempt_read(struct aws_client *client, struct aws_call_state *state)
{
    struct aws_call *call = state->call;
    struct http_response *response = &state->exchange.response;
    struct buf body = call->response;
    call->response = response->body;
    response->body = body;
    call->status = response->status;
    empty_outcome(call);
    if (!call->status) {
        snprintf(call->message, sizeof(call->message), "%s", response->error);
        if (response->too_large) /* it would be the next time */
            snprintf(call->code, sizeof(call->code), "ResponseTooLarge");
        call->fault = response->too_large ? AWS_REFUSED : AWS_TRANSIENT;
        return call->fault;
    }
    take_header(response, "etag", call->etag, sizeof(call->etag));
    take_header(response, "x-amz-bucket-region", call->region, sizeof(call->region));
    if (!aws_body_sound(call, client->spec, response)) {
        call->fault = AWS_TRANSIENT;
        return call->fault;
    }
    if (call->status / 100 != 2)
        return read_failure(client, state);
    if (http_header_get(response, "x-amzn-requestid", call->request_id, sizeof(call->request_id)))
        call->request_id[sizeof(call->request_id) - 1] = '\0';
    correct_clock(client, state);
    return AWS_FINE;
}
