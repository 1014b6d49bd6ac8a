/* The pipeline between a scripted source and a store in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contactwatch/log.h"
#include "ingest/quarantine_internal.h"
#include "support/fake_pipeline.h"

struct fixture {
    struct fake_store store;
    struct fake_source source;
    struct ingest_options options;
    struct ingest *ingest;
    struct err err;
    char folder[64], quarantine[96];
};

static void count_commit(void *context)
{
    ++*(_Atomic unsigned *)context;
}

static int setup(void **state)
{
    struct fixture *f = mem_zero(sizeof(*f));
    log_set_stderr(false);
    snprintf(f->folder, sizeof(f->folder), "/tmp/cw-ingest-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->quarantine, sizeof(f->quarantine), "%s/refused", f->folder);
    fake_store_init(&f->store, 1);
    fake_source_init(&f->source, &f->store);
    f->options = (struct ingest_options){.open_store = fake_store_open,
                                         .store_context = &f->store,
                                         .quarantine = f->quarantine,
                                         .backoff_ms = 1};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    fake_source_free(&f->source);
    fake_store_free(&f->store);
    unlink(f->quarantine);
    rmdir(f->folder);
    free(f);
    return 0;
}

static void add_events(struct fixture *f, unsigned from, unsigned to, unsigned a_message)
{
    struct buf body = {0};
    for (unsigned i = from; i < to; i++) {
        fake_line(&body, i % 7, i, i);
        if ((i + 1 - from) % a_message == 0 || i + 1 == to) {
            fake_source_add(&f->source, body.data, body.length);
            buf_clear(&body);
        }
    }
    buf_free(&body);
}

static void add_text(struct fixture *f, const char *text)
{
    fake_source_add(&f->source, text, strlen(text));
}

static void start(struct fixture *f)
{
    f->ingest = ingest_start(&f->source.base, &f->options, &f->err);
    if (!f->ingest)
        fail_msg("%s", f->err.text);
}

static struct metrics_view finish(struct fixture *f, bool *good)
{
    struct metrics_view view;
    *good = ingest_wait(f->ingest, &f->err);
    ingest_metrics(f->ingest, &view);
    ingest_free(f->ingest);
    assert_int_equal(f->source.early, 0);
    assert_true(f->source.closed);
    assert_int_equal(f->store.opened, f->store.closed);
    assert_int_equal(view.in_flight_messages, 0);
    assert_int_equal(view.in_flight_bytes, 0);
    return view;
}

static struct metrics_view run(struct fixture *f)
{
    bool good;
    start(f);
    struct metrics_view view = finish(f, &good);
    if (!good)
        fail_msg("%s", f->err.text);
    return view;
}

static void everything_is_stored_then_settled(void **state)
{
    struct fixture *f = *state;
    _Atomic unsigned commits = 0;
    f->options.committed = count_commit;
    f->options.context = &commits;
    add_events(f, 0, 500, 3);
    struct metrics_view view = run(f);
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
    struct fixture *f = *state;
    struct buf body = {0};
    fake_line(&body, 1, 1, 1);
    fake_line(&body, 1, 1, 1);
    f->options.batch_events = 1;
    fake_source_add(&f->source, body.data, body.length);
    fake_source_add(&f->source, body.data, body.length);
    buf_free(&body);
    struct metrics_view view = run(f);
    assert_int_equal(f->store.entries, 1);
    assert_int_equal(view.count[METRIC_STORED], 1);
    assert_int_equal(view.count[METRIC_DUPLICATES], 3);
}

static void what_comes_late_is_counted(void **state)
{
    struct fixture *f = *state;
    struct buf body = {0};
    fake_line(&body, 1, 1, 10);
    fake_line(&body, 1, 2, 9);
    fake_line(&body, 2, 3, 5);
    fake_line(&body, 1, 4, 11);
    fake_source_add(&f->source, body.data, body.length);
    buf_free(&body);
    struct metrics_view view = run(f);
    assert_int_equal(view.count[METRIC_OUT_OF_ORDER], 1);
    assert_int_equal(view.lag_p50[1], -1); /* old events say nothing about the lag */
}

static void lag_is_measured_on_fresh_events(void **state)
{
    struct fixture *f = *state;
    char time[INSTANT_TEXT], line[256];
    instant_format(clock_now(NULL) - 5000, time);
    snprintf(line, sizeof(line),
             "{\"ContactId\":\"c\",\"ContactFlowId\":\"arn\",\"ContactFlowModuleType\":\"X\","
             "\"Timestamp\":\"%s\"}",
             time);
    add_text(f, line);
    struct metrics_view view = run(f);
    assert_true(view.lag_p50[1] >= 5000 && view.lag_p99[1] < 60000);
    assert_int_equal(view.lag_p50[0], -1);
}

static void a_store_that_fails_is_tried_again(void **state)
{
    struct fixture *f = *state;
    f->store.fail_next = 3;
    add_events(f, 0, 20, 4);
    struct metrics_view view = run(f);
    assert_int_equal(f->store.entries, 20);
    assert_int_equal(view.count[METRIC_RETRIES], 3);
    assert_int_equal(fake_source_with_fate(&f->source, FATE_DONE), f->source.count);
}

static struct buf quarantined(const struct fixture *f)
{
    struct buf out = {0};
    char chunk[4096];
    size_t got;
    FILE *file = fopen(f->quarantine, "r");
    assert_non_null(file);
    while ((got = fread(chunk, 1, sizeof(chunk), file)))
        buf_add(&out, chunk, got);
    fclose(file);
    struct stat st;
    assert_int_equal(stat(f->quarantine, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    return out;
}

static void refused_records_are_quarantined(void **state)
{
    struct fixture *f = *state;
    add_events(f, 0, 2, 2);
    add_text(f, "{\"broken\":");
    add_text(f, "\xff\xfe\xfd");
    f->source.message[0].refused = NULL;
    add_text(f, "the beginning");
    f->source.message[3].refused = "larger than 1 MiB";
    struct metrics_view view = run(f);
    assert_int_equal(f->store.entries, 2);
    assert_int_equal(view.count[METRIC_REFUSED], 3);
    assert_int_equal(view.count[METRIC_QUARANTINED], 3);
    assert_int_equal(fake_source_with_fate(&f->source, FATE_DONE), 4);
    struct buf text = quarantined(f);
    assert_non_null(strstr(text.data, "\"where\":\"fake 2, "));
    assert_non_null(strstr(text.data, "\"record\":\"{\\\"broken\\\":"));
    assert_non_null(strstr(text.data, "\"record_base64\":\"//79\"}\n"));
    assert_non_null(
        strstr(text.data, "\"why\":\"larger than 1 MiB\",\"record\":\"the beginning\""));
    buf_free(&text);
}

static void a_message_whose_refusal_cannot_be_kept_is_not_settled(void **state)
{
    struct fixture *f = *state;
    bool good;
    f->options.quarantine = "/nonexistent/refused";
    add_events(f, 0, 2, 2);
    add_text(f, "{\"broken\":");
    start(f);
    struct metrics_view view = finish(f, &good);
    assert_false(good);
    assert_non_null(strstr(f->err.text, "/nonexistent/refused"));
    assert_int_equal(f->source.message[0].fate, FATE_DONE);
    assert_int_equal(f->source.message[1].fate, FATE_RELEASED);
    assert_int_equal(view.count[METRIC_RELEASED], 1);
    assert_int_equal(view.count[METRIC_QUARANTINED], 0);
}

static void what_the_store_refuses_is_quarantined(void **state)
{
    struct fixture *f = *state;
    struct buf body = {0};
    fake_line(&body, 666, 1, 1);
    fake_line(&body, 1, 2, 1);
    fake_source_add(&f->source, body.data, body.length);
    buf_free(&body);
    struct metrics_view view = run(f);
    assert_int_equal(f->store.entries, 1);
    assert_int_equal(view.count[METRIC_QUARANTINED], 1);
    assert_int_equal(f->source.message[0].fate, FATE_DONE);
    struct buf text = quarantined(f);
    assert_non_null(strstr(text.data, "does not want it"));
    buf_free(&text);
}

static void the_quarantine_has_a_cap(void **state)
{
    struct fixture *f = *state;
    struct quarantine quarantine;
    struct err err = {0};
    struct buf lines = {0};
    FILE *file = fopen(f->quarantine, "w");
    assert_int_equal(ftruncate(fileno(file), QUARANTINE_MAX - 10), 0);
    fclose(file);
    buf_text(&lines, "{\"more than\":10}\n");
    quarantine_init(&quarantine, f->quarantine, NULL);
    assert_false(quarantine_write(&quarantine, &lines, &err));
    assert_non_null(strstr(err.text, "full"));
    struct stat st;
    assert_int_equal(stat(f->quarantine, &st), 0);
    assert_int_equal(st.st_size, QUARANTINE_MAX - 10);
    quarantine_free(&quarantine);
    buf_free(&lines);
}

static void a_full_pipeline_stops_receiving(void **state)
{
    struct fixture *f = *state;
    bool good;
    f->options.in_flight_bytes = 20000;
    f->source.a_receive = 1;
    f->store.shut = true;
    add_events(f, 0, 900, 2);
    start(f);
    fake_store_wait_applies(&f->store, 1);
    struct metrics_view view;
    do {
        sched_yield();
        ingest_metrics(f->ingest, &view);
    } while (view.in_flight_bytes < 20000);
    assert_true(fake_source_with_fate(&f->source, FATE_UNREAD) > 300);
    fake_store_shut(&f->store, false);
    finish(f, &good);
    assert_true(good);
    assert_int_equal(f->store.entries, 900);
}

static void stopping_releases_what_is_not_stored(void **state)
{
    struct fixture *f = *state;
    bool good;
    f->store.fail_all = true;
    f->source.endless = true;
    f->source.a_receive = 1;
    f->options.batch_events = 10;
    f->options.backoff_ms = 60000;
    add_events(f, 0, 400, 1);
    start(f);
    fake_store_wait_applies(&f->store, 1);
    int64_t begin = monotonic_ns();
    ingest_stop(f->ingest);
    assert_true(monotonic_ns() - begin < 10 * INT64_C(1000000000));
    finish(f, &good);
    assert_false(good);
    assert_int_equal(f->store.entries, 0);
    assert_int_equal(fake_source_with_fate(&f->source, FATE_DONE), 0);
    assert_int_equal(fake_source_with_fate(&f->source, FATE_IN_FLIGHT), 0);
    assert_true(fake_source_with_fate(&f->source, FATE_RELEASED) > 0);
}

static void stopping_an_idle_pipeline_keeps_what_it_has(void **state)
{
    struct fixture *f = *state;
    bool good;
    f->source.endless = true;
    f->options.linger_ms = 60000; /* only the stop flushes */
    add_events(f, 0, 5, 5);
    start(f);
    struct metrics_view view;
    do {
        sched_yield();
        ingest_metrics(f->ingest, &view);
    } while (view.count[METRIC_EVENTS] < 5);
    assert_false(ingest_done(f->ingest));
    ingest_stop(f->ingest);
    assert_true(ingest_done(f->ingest));
    finish(f, &good);
    assert_true(good);
    assert_int_equal(f->store.entries, 5);
    assert_int_equal(f->source.message[0].fate, FATE_DONE);
}

static void a_source_that_recovers_is_no_failure(void **state)
{
    struct fixture *f = *state;
    f->source.errors = 3;
    add_events(f, 0, 10, 2);
    struct metrics_view view = run(f);
    assert_int_equal(view.count[METRIC_SOURCE_ERRORS], 3);
    assert_string_equal(view.source_error, "");
    assert_int_equal(f->store.entries, 10);
}

static void a_source_that_ends_in_failure_is_one(void **state)
{
    struct fixture *f = *state;
    bool good;
    f->source.last_errors = 1;
    add_events(f, 0, 10, 2);
    start(f);
    struct metrics_view view = finish(f, &good);
    assert_false(good);
    assert_string_equal(view.source_error, "the fake source fails");
    assert_int_equal(f->store.entries, 10);
}

static void a_store_that_is_not_there_stops_the_start(void **state)
{
    struct fixture *f = *state;
    f->store.cannot_open = true;
    assert_null(ingest_start(&f->source.base, &f->options, &f->err));
    assert_string_equal(f->err.text, "the fake store is not there");
    assert_true(f->source.closed);
}

/* One schedule: random splits, repeats, failures, sizes and numbers of writers. */
static void random_schedule(struct fixture *f, uint64_t seed)
{
    struct rng rng;
    struct buf body = {0};
    rng_seed(&rng, seed);
    unsigned events = 1 + rng_below(&rng, 60), contacts = 1 + rng_below(&rng, 12);
    for (unsigned i = 0; i < events || body.length;) {
        if (i < events)
            fake_line(&body, i % contacts, i, i);
        if (rng_chance(&rng, 0.2))
            fake_line(&body, i / 2 % contacts, i / 2, i / 2);
        i += i < events;
        if (i == events || rng_chance(&rng, 0.3)) {
            fake_source_add(&f->source, body.data, body.length);
            if (rng_chance(&rng, 0.2))
                fake_source_add(&f->source, body.data, body.length);
            buf_clear(&body);
        }
    }
    buf_free(&body);
    fake_store_free(&f->store);
    fake_store_init(&f->store, seed);
    f->store.fail_next = rng_chance(&rng, 0.2) ? 1 : 0;
    f->store.retry_share = rng_chance(&rng, 0.1) ? 0.3 : 0;
    f->source.errors = rng_chance(&rng, 0.2) ? 1 : 0;
    f->source.a_receive = 1 + rng_below(&rng, 5);
    f->options.writers = 1 + rng_below(&rng, 3);
    f->options.batch_events = 1 + rng_below(&rng, 40);
    f->options.in_flight_bytes = 1000 + rng_below(&rng, 100000);
    struct metrics_view view = run(f);
    if (f->store.entries != events || view.count[METRIC_STORED] != events ||
        view.count[METRIC_EVENTS] != events + view.count[METRIC_DUPLICATES] ||
        fake_source_with_fate(&f->source, FATE_DONE) != f->source.count)
        fail_msg("seed %llu: %u of %u events stored", (unsigned long long)seed, f->store.entries,
                 events);
}

static void no_schedule_loses_or_doubles_anything(void **state)
{
    (void)state;
    printf("seeds 1 to 1000\n");
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        void *fixture;
        setup(&fixture);
        random_schedule(fixture, seed);
        teardown(&fixture);
    }
}

#define PIPELINE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPELINE_TEST(everything_is_stored_then_settled),
        PIPELINE_TEST(duplicates_are_stored_once_and_counted),
        PIPELINE_TEST(what_comes_late_is_counted),
        PIPELINE_TEST(lag_is_measured_on_fresh_events),
        PIPELINE_TEST(a_store_that_fails_is_tried_again),
        PIPELINE_TEST(refused_records_are_quarantined),
        PIPELINE_TEST(a_message_whose_refusal_cannot_be_kept_is_not_settled),
        PIPELINE_TEST(what_the_store_refuses_is_quarantined),
        PIPELINE_TEST(the_quarantine_has_a_cap),
        PIPELINE_TEST(a_full_pipeline_stops_receiving),
        PIPELINE_TEST(stopping_releases_what_is_not_stored),
        PIPELINE_TEST(stopping_an_idle_pipeline_keeps_what_it_has),
        PIPELINE_TEST(a_source_that_recovers_is_no_failure),
        PIPELINE_TEST(a_source_that_ends_in_failure_is_one),
        PIPELINE_TEST(a_store_that_is_not_there_stops_the_start),
        cmocka_unit_test(no_schedule_loses_or_doubles_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
