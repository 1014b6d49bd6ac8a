/* Calls run together on the store's client, no longer than the caller waits. */
#include <stdio.h>

#include "store/dynamodb_internal.h"

int ddb_left_ms(const struct dynamodb_store *s)
{
    if (!s->base.give_up)
        return -1;
    int64_t left = (s->base.give_up - monotonic_ns() + 999999) / 1000000;
    return left < 0 ? 0 : left > DAY_MS ? (int)DAY_MS : (int)left;
}

void ddb_give_up(struct dynamodb_store *s, struct aws_call *call)
{
    aws_cancel(s->client, call);
    if (call->fault == AWS_CANCELLED)
        ddb_done(s, call);
    else if (call->fault == AWS_FINE && call->status == 0)
        call->fault = AWS_CANCELLED;
    if (call->fault == AWS_CANCELLED)
        snprintf(call->message, sizeof(call->message), "no answer within the time there was");
}

void ddb_run_each(struct dynamodb_store *s, struct aws_call *const *call, size_t count)
{
    size_t left = count;
    for (size_t i = 0; i < count; i++) {
        ddb_ask_units(call[i]);
        aws_start(s->client, call[i]);
    }
    while (left > 0) {
        const struct aws_call *done = aws_next(s->client, ddb_left_ms(s));
        if (done) {
            ddb_done(s, done);
            left--;
        } else if (aws_under_way(s->client) == 0 || ddb_left_ms(s) == 0) {
            break;
        }
    }
    for (size_t i = 0; left > 0 && i < count; i++)
        ddb_give_up(s, call[i]);
}

void ddb_run_all(struct dynamodb_store *s, struct aws_call *call, size_t count)
{
    enum { TOGETHER = 32 };
    for (size_t from = 0; from < count; from += TOGETHER) {
        struct aws_call *wave[TOGETHER];
        size_t n = 0;
        for (; n < TOGETHER && from + n < count; n++)
            wave[n] = &call[from + n];
        ddb_run_each(s, wave, n);
    }
}
