/* ingest as a Lambda function: what an invocation of 10 and of 100 messages takes and costs, and
 * what heartbeats of many environments cost those who write and those who look. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "contactwatch/log.h"
#include "lambda/ingest_internal.h"
#include "support/bench.h"
#include "support/dynamodb_fixture.h"
#include "support/taking.h"
#include "support/typical.h"
#include "support/viewer.h"

enum { ROUNDS = 60, EVENTS = 7, LOGS = 93, ENVIRONMENTS = 50, LARGEST = 100 };

struct lambda {
    struct lambda_setup setup;
    void *state;
    struct buf event, answer;
};

static void open_function(struct lambda *f, const struct clock *clock)
{
    struct err err = {0};
    f->setup = (struct lambda_setup){
        .store_spec = "dynamodb:" FIXTURE_TABLE, .clock = clock, .aws = dynamodb_fixture_session()};
    f->state = lambda_ingest.open(&f->setup, &err);
}

static void close_function(struct lambda *f)
{
    lambda_ingest.close(f->state);
    buf_free(&f->event);
    buf_free(&f->answer);
    *f = (struct lambda){.state = NULL};
}

static void add(struct lambda *f, unsigned message, const struct typical *contact, unsigned n)
{
    char id[16];
    struct buf body = {0};
    snprintf(id, sizeof(id), "m%u", message);
    typical_entry(&body, contact, n);
    taking_record(&f->event, TAKING_QUEUE, id, body.data, clock_now(f->setup.clock), NULL);
    buf_free(&body);
}

/* Gives the milliseconds it took. */
static double invoke(struct lambda *f)
{
    struct lambda_fault fault;
    taking_close(&f->event);
    int64_t now = clock_now(f->setup.clock), begun = monotonic_ns();
    const struct lambda_invocation invocation = {.request_id = "r",
                                                 .event = f->event.data,
                                                 .length = f->event.length,
                                                 .received = now,
                                                 .deadline = now + MINUTE_MS};
    buf_clear(&f->answer);
    bool done = lambda_ingest.handle(f->state, &invocation, &f->answer, &fault);
    double took = bench_wall_ms(&begun);
    assert_true(done);
    assert_string_equal(f->answer.data, "{\"batchItemFailures\":[]}");
    buf_clear(&f->event);
    return took;
}

/* Each message an entry of a contact of its own; a contact's entries come one invocation after the
 * other. */
static void measure(unsigned messages)
{
    static struct typical contact[LARGEST];
    struct lambda f = {.state = NULL};
    struct fake_units used;
    char what[96];
    double took[ROUNDS];
    dynamodb_fixture_fresh();
    open_function(&f, NULL);
    for (unsigned i = 0; i < messages; i++)
        typical_contact(&contact[i], EVENTS, LOGS, i, clock_now(NULL) - HOUR_MS);
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < messages; i++)
            add(&f, i, &contact[i], round);
        took[round] = invoke(&f);
    }
    fake_aws_units(fixture_fake, NULL, NULL, &used);
    snprintf(what, sizeof(what), "ingest function, %u messages: median", messages);
    bench_figure(what, bench_median(took, ROUNDS), "ms", BENCH_NO_BAR, 0);
    snprintf(what, sizeof(what), "ingest function, %u messages: slowest", messages);
    bench_figure(what, bench_percentile(took, ROUNDS, 100), "ms", BENCH_NO_BAR, 0);
    snprintf(what, sizeof(what), "ingest function, %u messages: write units a message", messages);
    bench_figure(what, used.write / ROUNDS / messages, "", BENCH_NO_BAR, 0);
    close_function(&f);
}

static int64_t tell(void *context)
{
    (void)context;
    return viewer_now;
}

/* A minute of many environments, each asked once a second, and one viewer. */
static void many_environments(void)
{
    static const struct clock clock = {tell, NULL};
    static struct lambda f[ENVIRONMENTS];
    static struct typical contact[ENVIRONMENTS];
    struct fake_units feed, beats;
    struct viewer v;
    viewer_now = clock_now(NULL);
    dynamodb_fixture_fresh();
    for (unsigned i = 0; i < ENVIRONMENTS; i++) {
        open_function(&f[i], &clock);
        typical_contact(&contact[i], EVENTS, LOGS, i, viewer_now);
    }
    viewer_open(&v, true);
    viewer_load(&v, 0);
    for (unsigned second = 0; second < 60; second++) {
        for (unsigned i = 0; i < ENVIRONMENTS; i++) {
            add(&f[i], 0, &contact[i], second);
            invoke(&f[i]);
            viewer_now += SECOND_MS / ENVIRONMENTS;
        }
        viewer_follow(&v, 1000);
    }
    fake_aws_units(fixture_fake, NULL, NULL, &beats);
    fake_aws_units(fixture_fake, FIXTURE_FEED, NULL, &feed);
    bench_figure("50 environments, one message a second each: write units a second",
                 beats.write / 60, "", BENCH_NO_BAR, 0);
    bench_figure("… of these for the feed and heartbeats", feed.write / 60, "", BENCH_NO_BAR, 0);
    bench_figure("… read units a second of a viewer", feed.read / 60, "", BENCH_NO_BAR, 0);
    viewer_close(&v);
    for (unsigned i = 0; i < ENVIRONMENTS; i++)
        close_function(&f[i]);
}

int main(void)
{
    log_set_stderr(false);
    if (dynamodb_fixture_begin(NULL))
        return 1;
    measure(10);
    measure(LARGEST);
    many_environments();
    return dynamodb_fixture_end(NULL);
}
