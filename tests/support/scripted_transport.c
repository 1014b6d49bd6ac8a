#include "support/scripted_transport.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "contactwatch/instant.h"

struct pending {
    struct exchange *exchange;
    const struct scripted_answer *answer;
    int64_t due;
    bool times_out;
};

struct asked {
    char *text;
    int64_t time;
};

struct scripted_transport {
    struct transport base;
    struct clock clock;
    struct aws_environment environment;
    int64_t now;
    bool dates;
    int64_t ahead;
    const struct scripted_answer **answer, *always;
    size_t answers, answer_capacity, next;
    struct pending *pending;
    size_t pendings, pending_capacity;
    struct asked *asked;
    size_t count, asked_capacity;
    atomic_bool woken;
};

static struct scripted_transport *of(struct transport *transport)
{
    return (struct scripted_transport *)transport;
}

static char *request_text(const struct http_request *request)
{
    struct buf text = {0};
    buf_printf(&text, "%s %s\n", request->method, request->url);
    for (size_t i = 0; i < request->headers; i++)
        buf_printf(&text, "%s: %s\n", request->header[i].name, request->header[i].value);
    buf_char(&text, '\n');
    buf_add(&text, request->body, request->length);
    return buf_take(&text);
}

static const struct scripted_answer *answer_for(struct scripted_transport *scripted,
                                                const char *request)
{
    const struct scripted_answer *answer =
        scripted->next < scripted->answers ? scripted->answer[scripted->next++] : scripted->always;
    if (!answer)
        fail_msg("no answer is left for:\n%s", request);
    if (answer->expect && !strstr(request, answer->expect))
        fail_msg("expected \"%s\" in:\n%s", answer->expect, request);
    return answer;
}

static void start(struct transport *base, struct exchange *exchange)
{
    struct scripted_transport *scripted = of(base);
    int timeout = exchange->request.timeout_ms ? exchange->request.timeout_ms : 10000;
    mem_grow(scripted->asked, scripted->count, scripted->asked_capacity);
    char *text = request_text(&exchange->request);
    scripted->asked[scripted->count++] = (struct asked){text, scripted->now};
    mem_grow(scripted->pending, scripted->pendings, scripted->pending_capacity);
    struct pending *pending = &scripted->pending[scripted->pendings++];
    *pending = (struct pending){.exchange = exchange, .answer = answer_for(scripted, text)};
    pending->times_out = timeout > 0 && pending->answer->delay_ms > timeout;
    pending->due = scripted->now + (pending->times_out ? timeout : pending->answer->delay_ms);
    exchange->transport = scripted;
}

static void complete(const struct scripted_transport *scripted, const struct pending *pending)
{
    const struct scripted_answer *answer = pending->answer;
    struct http_response *response = &pending->exchange->response;
    buf_clear(&response->head);
    buf_clear(&response->body);
    response->status = pending->times_out ? 0 : answer->status;
    response->timed_out = pending->times_out;
    response->too_large = answer->too_large;
    response->error[0] = '\0';
    if (!response->status) {
        snprintf(response->error, sizeof(response->error), "%s",
                 pending->times_out ? "timed out"
                 : answer->error    ? answer->error
                                    : "reset");
        return;
    }
    buf_text(&response->head, answer->head ? answer->head : "");
    if (scripted->dates) {
        struct tm tm = instant_split(scripted->now + scripted->ahead, true);
        char date[40];
        strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
        buf_printf(&response->head, "date: %s\n", date);
    }
    buf_text(&response->body, answer->body ? answer->body : "");
}

static struct exchange *finish(struct scripted_transport *scripted, size_t index)
{
    struct pending pending = scripted->pending[index];
    memmove(&scripted->pending[index], &scripted->pending[index + 1],
            (--scripted->pendings - index) * sizeof(pending));
    if (pending.due > scripted->now)
        scripted->now = pending.due;
    complete(scripted, &pending);
    pending.exchange->transport = NULL;
    return pending.exchange;
}

static struct exchange *wait_next(struct transport *base, int timeout_ms)
{
    struct scripted_transport *scripted = of(base);
    size_t first = 0;
    if (atomic_exchange(&scripted->woken, false))
        return NULL;
    for (size_t i = 1; i < scripted->pendings; i++)
        if (scripted->pending[i].due < scripted->pending[first].due)
            first = i;
    int64_t end = timeout_ms < 0 ? INT64_MAX : scripted->now + timeout_ms;
    if (scripted->pendings && scripted->pending[first].due <= end)
        return finish(scripted, first);
    if (timeout_ms > 0)
        scripted->now = end;
    return NULL;
}

static void cancel(struct transport *base, struct exchange *exchange)
{
    struct scripted_transport *scripted = of(base);
    size_t kept = 0;
    for (size_t i = 0; i < scripted->pendings; i++)
        if (scripted->pending[i].exchange != exchange)
            scripted->pending[kept++] = scripted->pending[i];
    scripted->pendings = kept;
    exchange->transport = NULL;
}

static void wake(struct transport *base)
{
    atomic_store(&of(base)->woken, true);
}

/* Of a client that shares it. */
static void close_nothing(struct transport *base)
{
    (void)base;
}

static int64_t clock_of(void *context)
{
    return ((struct scripted_transport *)context)->now;
}

static const char *no_variable(void *context, const char *name)
{
    (void)context;
    (void)name;
    return NULL;
}

static struct transport *share(void *context)
{
    return &((struct scripted_transport *)context)->base;
}

struct scripted_transport *scripted_open(void)
{
    static const struct transport_ops ops = {start, wait_next, cancel, wake, close_nothing};
    struct scripted_transport *scripted = mem_zero(sizeof(*scripted));
    scripted->base.ops = &ops;
    instant_parse("2026-11-22T15:00:00Z", &scripted->now);
    scripted->clock = (struct clock){clock_of, scripted};
    scripted->environment = (struct aws_environment){.variable = no_variable,
                                                     .context = scripted,
                                                     .clock = &scripted->clock,
                                                     .transport = share};
    return scripted;
}

void scripted_close(struct scripted_transport *scripted)
{
    for (size_t i = 0; i < scripted->count; i++)
        free(scripted->asked[i].text);
    free(scripted->asked);
    free(scripted->pending);
    free(scripted->answer);
    free(scripted);
}

void scripted_script(struct scripted_transport *scripted, const struct scripted_answer *answer,
                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        mem_grow(scripted->answer, scripted->answers, scripted->answer_capacity);
        scripted->answer[scripted->answers++] = &answer[i];
    }
}

void scripted_always(struct scripted_transport *scripted, const struct scripted_answer *answer)
{
    scripted->always = answer;
}

void scripted_forget(struct scripted_transport *scripted)
{
    scripted->next = scripted->answers;
}

void scripted_dates(struct scripted_transport *scripted, int64_t ahead_ms)
{
    scripted->dates = true;
    scripted->ahead = ahead_ms;
}

const struct aws_environment *scripted_environment(struct scripted_transport *scripted)
{
    return &scripted->environment;
}

int64_t scripted_now(const struct scripted_transport *scripted)
{
    return scripted->now;
}

void scripted_advance(struct scripted_transport *scripted, int64_t ms)
{
    scripted->now += ms;
}

size_t scripted_requests(const struct scripted_transport *scripted)
{
    return scripted->count;
}

const char *scripted_request(const struct scripted_transport *scripted, size_t index)
{
    assert_true(index < scripted->count);
    return scripted->asked[index].text;
}

int64_t scripted_request_time(const struct scripted_transport *scripted, size_t index)
{
    assert_true(index < scripted->count);
    return scripted->asked[index].time;
}

void scripted_finished(const struct scripted_transport *scripted)
{
    assert_int_equal(scripted->answers - scripted->next, 0);
    assert_int_equal(scripted->pendings, 0);
}
