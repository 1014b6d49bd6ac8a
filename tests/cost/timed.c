/* Handlers run and timed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cost/traffic.h"
#include "support/bench.h"

enum { WHOLE_PROCESSOR_MB = 1769, TIMEOUT_MS = 60000 };

void timed_open(struct timed *timed, struct traffic *traffic, const char *name, double memory_mb)
{
    struct err err = {0};
    *timed = (struct timed){.handler = lambda_handler_find(name), .memory_mb = memory_mb};
    timed->setup = (struct lambda_setup){
        .store_spec = TRAFFIC_STORE,
        .store.aws = traffic->session,
        .aws = traffic->session,
        .queue = fake_aws_queue_url(traffic->fake, TRAFFIC_QUEUE),
        .archive = "s3://" TRAFFIC_BUCKET "/contacts",
    };
    if (!timed->handler)
        traffic_fail(name, "there is no such handler");
    timed->state = timed->handler->open(&timed->setup, &err);
    if (!timed->state)
        traffic_fail(name, err.text);
}

void timed_close(struct timed *timed)
{
    timed->handler->close(timed->state);
    free(timed->ms);
}

void timed_run(struct timed *timed, const struct buf *event)
{
    struct lambda_fault fault = {{0}, {0}};
    struct buf answer = {0};
    int64_t now = clock_now(NULL), cpu = bench_cpu_ns(), wall = monotonic_ns();
    const struct lambda_invocation invocation = {.request_id = "cost",
                                                 .event = buf_str(event),
                                                 .length = event->length,
                                                 .received = now,
                                                 .deadline = now + TIMEOUT_MS};
    bool done = timed->handler->handle(timed->state, &invocation, &answer, &fault);
    double passed = bench_wall_ms(&wall), busy = bench_cpu_ms(&cpu);
    if (!done || (strstr(buf_str(&answer), "itemIdentifier")))
        traffic_fail(timed->handler->name, done ? buf_str(&answer) : fault.message);
    mem_grow(timed->ms, timed->invocations, timed->capacity);
    timed->ms[timed->invocations++] = passed - busy + busy * WHOLE_PROCESSOR_MB / timed->memory_mb;
    buf_free(&answer);
}

double timed_usage(struct timed *timed, struct usage *out)
{
    double invocations = (double)timed->invocations;
    double ms = bench_median(timed->ms, timed->invocations);
    out->of[PRICE_LAMBDA] += invocations;
    out->of[PRICE_GB_S_ARM] += invocations * ms / 1000 * timed->memory_mb / 1024;
    out->of[PRICE_LOGS] += invocations * COST_LAMBDA_LOG / 1e9;
    return ms;
}
