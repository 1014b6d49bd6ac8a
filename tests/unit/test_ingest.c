/* The pipeline between a scripted source and a store in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sched.h>
#include <stdio.h>

#include "support/pipeline_fixture.h"

static void count_commit(void *context)
{
    ++*(_Atomic unsigned *)context;
}

static void everything_is_stored_then_settled(void **state)
{
    struct pipeline *f = *state;
    _Atomic unsigned commits = 0;
    f->options.committed = count_commit;
    f->options.context = &commits;
    pipeline_add_events(f, 0, 500, 3);
    struct metrics_view view = pipeline_run(f);
    assert_int_equal(f->store.entries, 500);
    assert_int_equal(fake_source_with_fate(&f->source, FATE_DONE), f->source.count);
    assert_int_equal(view.count[METRIC_MESSAGES], f->source.count);
    assert_int_equal(view.count[METRIC_EVENTS], 500);
    assert_int_equal(view.count[METRIC_STORED], 500);
    assert_int_equal(view.count[METRIC_DUPLICATES], 0);
    assert_int_equal(view.newest_event, INT64_C(1700000000000) + 499 * SECOND_MS);
    assert_true(commits > 0);
}

static void duplicates_are_stored_once_and_counted(void **state)
{
    struct pipeline *f = *state;
    struct buf body = {0};
    fake_line(&body, 1, 1, 1);
    fake_line(&body, 1, 1, 1);
    f->options.batch_events = 1;
    fake_source_add(&f->source, body.data, body.length);
    fake_source_add(&f->source, body.data, body.length);
    buf_free(&body);
    struct metrics_view view = pipeline_run(f);
    assert_int_equal(f->store.entries, 1);
    assert_int_equal(view.count[METRIC_STORED], 1);
    assert_int_equal(view.count[METRIC_DUPLICATES], 3);
}

static void what_comes_late_is_counted(void **state)
{
    struct pipeline *f = *state;
    struct buf body = {0};
    fake_line(&body, 1, 1, 10);
    fake_line(&body, 1, 2, 9);
    fake_line(&body, 2, 3, 5);
    fake_line(&body, 1, 4, 11);
    fake_source_add(&f->source, body.data, body.length);
    buf_free(&body);
    struct metrics_view view = pipeline_run(f);
    assert_int_equal(view.count[METRIC_OUT_OF_ORDER], 1);
    assert_int_equal(view.lag_p50[1], -1); /* old events say nothing about the lag */
}

static void lag_is_measured_on_fresh_events(void **state)
{
    struct pipeline *f = *state;
    char time[INSTANT_TEXT], line[256];
    instant_format(clock_now(NULL) - 5000, time);
    snprintf(line, sizeof(line),
             "{\"ContactId\":\"c\",\"ContactFlowId\":\"arn\",\"ContactFlowModuleType\":\"X\","
             "\"Timestamp\":\"%s\"}",
             time);
    pipeline_add_text(f, line);
    struct metrics_view view = pipeline_run(f);
    assert_true(view.lag_p50[1] >= 5000 && view.lag_p99[1] < 60000);
    assert_int_equal(view.lag_p50[0], -1);
}

static void a_store_that_fails_is_tried_again(void **state)
{
    struct pipeline *f = *state;
    f->store.fail_next = 3;
    pipeline_add_events(f, 0, 20, 4);
    struct metrics_view view = pipeline_run(f);
    assert_int_equal(f->store.entries, 20);
    assert_int_equal(view.count[METRIC_RETRIES], 3);
    assert_int_equal(fake_source_with_fate(&f->source, FATE_DONE), f->source.count);
}

static void a_full_pipeline_stops_receiving(void **state)
{
    struct pipeline *f = *state;
    bool good;
    f->options.in_flight_bytes = 20000;
    f->source.a_receive = 1;
    f->store.shut = true;
    pipeline_add_events(f, 0, 900, 2);
    pipeline_start(f);
    fake_store_wait_applies(&f->store, 1);
    struct metrics_view view;
    do {
        sched_yield();
        ingest_metrics(f->ingest, &view);
    } while (view.in_flight_bytes < 20000);
    assert_true(fake_source_with_fate(&f->source, FATE_UNREAD) > 300);
    fake_store_shut(&f->store, false);
    pipeline_finish(f, &good);
    assert_true(good);
    assert_int_equal(f->store.entries, 900);
}

static void stopping_releases_what_is_not_stored(void **state)
{
    struct pipeline *f = *state;
    bool good;
    f->store.fail_all = true;
    f->source.endless = true;
    f->source.a_receive = 1;
    f->options.batch_events = 10;
    f->options.backoff_ms = 60000;
    pipeline_add_events(f, 0, 400, 1);
    pipeline_start(f);
    fake_store_wait_applies(&f->store, 1);
    int64_t begin = monotonic_ns();
    ingest_stop(f->ingest);
    assert_true(monotonic_ns() - begin < 10 * INT64_C(1000000000));
    pipeline_finish(f, &good);
    assert_false(good);
    assert_int_equal(f->store.entries, 0);
    assert_int_equal(fake_source_with_fate(&f->source, FATE_DONE), 0);
    assert_int_equal(fake_source_with_fate(&f->source, FATE_IN_FLIGHT), 0);
    assert_true(fake_source_with_fate(&f->source, FATE_RELEASED) > 0);
}

static void stopping_an_idle_pipeline_keeps_what_it_has(void **state)
{
    struct pipeline *f = *state;
    bool good;
    f->source.endless = true;
    f->options.linger_ms = 60000; /* only the stop flushes */
    pipeline_add_events(f, 0, 5, 5);
    pipeline_start(f);
    struct metrics_view view;
    do {
        sched_yield();
        ingest_metrics(f->ingest, &view);
    } while (view.count[METRIC_EVENTS] < 5);
    assert_false(ingest_done(f->ingest));
    ingest_stop(f->ingest);
    assert_true(ingest_done(f->ingest));
    pipeline_finish(f, &good);
    assert_true(good);
    assert_int_equal(f->store.entries, 5);
    assert_int_equal(f->source.message[0].fate, FATE_DONE);
}

static void a_source_that_recovers_is_no_failure(void **state)
{
    struct pipeline *f = *state;
    f->source.errors = 3;
    pipeline_add_events(f, 0, 10, 2);
    struct metrics_view view = pipeline_run(f);
    assert_int_equal(view.count[METRIC_SOURCE_ERRORS], 3);
    assert_string_equal(view.source_error, "");
    assert_int_equal(f->store.entries, 10);
}

static void a_source_that_ends_in_failure_is_one(void **state)
{
    struct pipeline *f = *state;
    bool good;
    f->source.last_errors = 1;
    pipeline_add_events(f, 0, 10, 2);
    pipeline_start(f);
    struct metrics_view view = pipeline_finish(f, &good);
    assert_false(good);
    assert_string_equal(view.source_error, "the fake source fails");
    assert_int_equal(f->store.entries, 10);
}

static void a_store_that_is_not_there_stops_the_start(void **state)
{
    struct pipeline *f = *state;
    f->store.cannot_open = true;
    assert_null(ingest_start(&f->source.base, &f->options, &f->err));
    assert_string_equal(f->err.text, "the fake store is not there");
    assert_true(f->source.closed);
}

/* One schedule: random splits, repeats, failures, sizes and numbers of writers. */
#define PIPELINE_TEST(test) cmocka_unit_test_setup_teardown(test, pipeline_setup, pipeline_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPELINE_TEST(everything_is_stored_then_settled),
        PIPELINE_TEST(duplicates_are_stored_once_and_counted),
        PIPELINE_TEST(what_comes_late_is_counted),
        PIPELINE_TEST(lag_is_measured_on_fresh_events),
        PIPELINE_TEST(a_store_that_fails_is_tried_again),
        PIPELINE_TEST(a_full_pipeline_stops_receiving),
        PIPELINE_TEST(stopping_releases_what_is_not_stored),
        PIPELINE_TEST(stopping_an_idle_pipeline_keeps_what_it_has),
        PIPELINE_TEST(a_source_that_recovers_is_no_failure),
        PIPELINE_TEST(a_source_that_ends_in_failure_is_one),
        PIPELINE_TEST(a_store_that_is_not_there_stops_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
