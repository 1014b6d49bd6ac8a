/* Calls run together on the store's client. */
#include "store/dynamodb_internal.h"

void ddb_run_each(struct dynamodb_store *s, struct aws_call *const *call, size_t count)
{
    size_t left = count;
    for (size_t i = 0; i < count; i++) {
        ddb_ask_units(call[i]);
        aws_start(s->client, call[i]);
    }
    while (left > 0) {
        const struct aws_call *done = aws_next(s->client, -1);
        if (done) {
            ddb_done(s, done);
            left--;
        } else if (aws_under_way(s->client) == 0) {
            break;
        }
    }
    for (size_t i = 0; left > 0 && i < count; i++)
        if (call[i]->fault == AWS_FINE && call[i]->status == 0)
            call[i]->fault = AWS_CANCELLED;
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
