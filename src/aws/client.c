/*
 * Many calls under way on one thread. A call is on the wire, or waits for its next attempt, or is
 * done and waits to be fetched.
 */
#include <stdlib.h>
#include <string.h>

#include "aws/client_internal.h"
#include "contactwatch/log.h"

int64_t client_now(const struct aws_client *client)
{
    const struct clock *clock = client->session->environment.clock;
    return clock ? clock_now(clock) : monotonic_ns() / 1000000;
}

static void unlink_state(struct aws_client *client, struct aws_call_state *state)
{
    if (state->previous)
        state->previous->next = state->next;
    else
        client->under_way = state->next;
    if (state->next)
        state->next->previous = state->previous;
    state->next = state->previous = NULL;
}

static void link_state(struct aws_client *client, struct aws_call_state *state)
{
    state->previous = NULL;
    state->next = client->under_way;
    if (state->next)
        state->next->previous = state;
    client->under_way = state;
}

static void finish(struct aws_client *client, struct aws_call_state *state)
{
    unlink_state(client, state);
    attempt_wipe(state);
    state->phase = ATTEMPT_DONE;
    if (state->call->fault != AWS_FINE)
        atomic_fetch_add(&client->session->failures, 1);
    if (client->done)
        client->done_last->next = state;
    else
        client->done = state;
    client->done_last = state;
}

static void try_now(struct aws_client *client, struct aws_call_state *state)
{
    int64_t now = client_now(client);
    int64_t held_back = client->session->adaptive ? rate_take(&client->rate, now) : 0;
    if (held_back) {
        state->phase = ATTEMPT_DELAYED;
        state->due = now + held_back;
        return;
    }
    if (!attempt_start(client, state))
        finish(client, state);
}

void aws_start(struct aws_client *client, struct aws_call *call)
{
    if (!call->state)
        call->state = mem_zero(sizeof(*call->state));
    struct aws_call_state *state = call->state;
    state->call = call;
    state->exchange.owner = state;
    state->last_cost = 0;
    state->keys_renewed = false;
    state->max_attempts = call->max_attempts              ? call->max_attempts
                          : client->session->max_attempts ? client->session->max_attempts
                                                          : client->spec->attempts;
    call->attempts = call->throttles = 0;
    rng_uuid(&client->rng, state->invocation);
    link_state(client, state);
    client->count++;
    try_now(client, state);
}

static void delay(struct aws_client *client, struct aws_call_state *state, enum aws_fault kind)
{
    struct aws_session *session = client->session;
    int64_t hint = retry_hint_ms(&state->exchange.response, aws_session_now(session));
    int64_t wait = retry_delay_ms(kind, client->spec->base_delay_ms, state->call->attempts,
                                  rng_unit(&client->rng), hint);
    state->due = client_now(client) + wait;
}

static bool same_keys(const struct aws_keys *a, const struct aws_keys *b)
{
    return strcmp(a->access_key, b->access_key) == 0 &&
           strcmp(a->token ? a->token : "", b->token ? b->token : "") == 0;
}

/* Keys refused as expired or unknown: others are asked for, once a call. False when there are
 * none. */
static bool renew_keys(struct aws_client *client, struct aws_call_state *state)
{
    struct credentials *credentials = client->session->credentials;
    if (state->keys_renewed || !retry_keys_refused(state->call->code) ||
        state->call->attempts >= state->max_attempts)
        return false;
    state->keys_renewed = true;
    struct aws_keys fresh = {0};
    credentials_reject(credentials, &state->keys);
    bool others = credentials_get(credentials, &fresh, NULL) && !same_keys(&fresh, &state->keys);
    aws_keys_wipe(&fresh);
    return others;
}

static void retry_later(struct aws_client *client, struct aws_call_state *state,
                        enum aws_fault kind)
{
    struct aws_call *call = state->call;
    int cost = 0;
    if (call->attempts < state->max_attempts && (cost = retry_take(&client->quota, kind))) {
        state->last_cost = cost;
        state->phase = ATTEMPT_DELAYED;
        atomic_fetch_add(&client->session->retries, 1);
        log_debug("%s: attempt %u of %u failed: %s (status %d)", call->operation, call->attempts,
                  state->max_attempts, *call->code ? call->code : "no code", call->status);
    } else if (call->attempts < state->max_attempts && call->long_poll) {
        state->phase = ATTEMPT_LAST_WAIT;
    } else {
        finish(client, state);
        return;
    }
    delay(client, state, kind);
}

static void settle(struct aws_client *client, struct aws_call_state *state)
{
    enum aws_fault outcome = attempt_read(client, state);
    rate_observe(&client->rate, outcome == AWS_THROTTLED, client_now(client));
    if (outcome == AWS_FINE) {
        retry_refund(&client->quota, state->last_cost);
        finish(client, state);
    } else if (outcome == AWS_THROTTLED || outcome == AWS_TRANSIENT) {
        retry_later(client, state, outcome);
    } else if (renew_keys(client, state)) {
        atomic_fetch_add(&client->session->retries, 1);
        try_now(client, state);
    } else {
        finish(client, state);
    }
}

/* Starts what is due; returns in how many ms the next one will be, -1 when none waits. */
static int64_t start_due(struct aws_client *client)
{
    int64_t next = -1;
    for (struct aws_call_state *state = client->under_way, *after; state; state = after) {
        after = state->next;
        if (state->phase == ATTEMPT_ON_WIRE)
            continue;
        int64_t left = state->due - client_now(client);
        if (left > 0)
            next = next < 0 || left < next ? left : next;
        else if (state->phase == ATTEMPT_LAST_WAIT)
            finish(client, state);
        else
            try_now(client, state);
    }
    return next;
}

static struct aws_call *take_done(struct aws_client *client)
{
    struct aws_call_state *state = client->done;
    if (!state)
        return NULL;
    client->done = state->next;
    state->next = NULL;
    client->count--;
    return state->call;
}

struct aws_call *aws_next(struct aws_client *client, int timeout_ms)
{
    int64_t end = timeout_ms < 0 ? INT64_MAX : client_now(client) + timeout_ms;
    for (;;) {
        int64_t wait = start_due(client);
        struct aws_call *call = take_done(client);
        if (call || !client->count)
            return call;
        int64_t left = end == INT64_MAX ? -1 : end - client_now(client);
        if (end != INT64_MAX && left < 0)
            left = 0;
        if (wait < 0 || (left >= 0 && left < wait))
            wait = left;
        struct exchange *exchange =
            client->transport->ops->wait(client->transport, wait > INT32_MAX ? -1 : (int)wait);
        if (exchange)
            settle(client, exchange->owner);
        else if (atomic_exchange(&client->woken, false) || left == 0)
            return NULL;
    }
}

size_t aws_under_way(const struct aws_client *client)
{
    return client->count;
}

void aws_cancel(struct aws_client *client, struct aws_call *call)
{
    struct aws_call_state *state = call->state;
    if (!state || !state->call)
        return;
    if (state->phase == ATTEMPT_DONE) {
        struct aws_call_state **at = &client->done, *last = NULL;
        for (; *at && *at != state; at = &(*at)->next)
            last = *at;
        if (!*at)
            return;
        *at = state->next;
        if (client->done_last == state)
            client->done_last = last;
        state->next = NULL;
    } else {
        if (state->phase == ATTEMPT_ON_WIRE)
            client->transport->ops->cancel(client->transport, &state->exchange);
        unlink_state(client, state);
        attempt_wipe(state);
        state->phase = ATTEMPT_DONE;
    }
    client->count--;
    call->fault = AWS_CANCELLED;
}

void aws_wake(struct aws_client *client)
{
    atomic_store(&client->woken, true);
    client->transport->ops->wake(client->transport);
}

bool aws_run(struct aws_client *client, struct aws_call *call, struct err *err)
{
    aws_start(client, call);
    while (aws_next(client, -1) != call)
        continue;
    return call->fault == AWS_FINE || aws_call_error(call, err);
}
