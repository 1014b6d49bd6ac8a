/* The pipeline as a service: agents, heartbeats, settings that change while it runs, and whether it
 * gets on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "support/pipeline_fixture.h"

static void add_agent(struct pipeline *f, const char *name, const char *status, unsigned second)
{
    char line[512], time[INSTANT_TEXT];
    instant_format(INT64_C(1700000000000) + second * SECOND_MS, time);
    snprintf(line, sizeof(line),
             "{\"AgentARN\":\"arn:aws:connect:eu-west-2:1:instance/i/agent/%s\","
             "\"EventTimestamp\":\"%s\",\"EventType\":\"STATE_CHANGE\",\"EventId\":\"e\","
             "\"CurrentAgentSnapshot\":{\"AgentStatus\":{\"Name\":\"%s\",\"Type\":\"ROUTABLE\"},"
             "\"Configuration\":{\"Username\":\"%s\"},\"Contacts\":[]}}",
             name, time, status, name);
    pipeline_add_text(f, line);
}

static void the_newest_word_on_an_agent_is_stored_once_a_batch(void **state)
{
    struct pipeline *f = *state;
    f->store.shared = true;
    add_agent(f, "jane", "Available", 10);
    add_agent(f, "jane", "Lunch", 30);
    add_agent(f, "jane", "Offline", 20);
    struct metrics_view view = pipeline_run(f);
    assert_string_equal(buf_str(&f->store.agents), "jane Lunch\n");
    assert_int_equal(view.count[METRIC_AGENTS], 1);
    assert_int_equal(f->store.applies, 0); /* no contact, nothing to join */
    assert_int_equal(fake_source_with_fate(&f->source, FATE_DONE), 3);
}

static void agents_are_stored_by_one_writer_whatever_the_shards(void **state)
{
    struct pipeline *f = *state;
    f->store.shared = true;
    f->options.writers = 5;
    add_agent(f, "jane", "Available", 10);
    pipeline_add_events(f, 0, 200, 3);
    struct metrics_view view = pipeline_run(f);
    assert_string_equal(buf_str(&f->store.agents), "jane Available\n");
    assert_int_equal(view.count[METRIC_AGENTS], 1);
    assert_int_equal(f->store.entries, 200);
}

static void agents_the_store_cannot_take_are_tried_again(void **state)
{
    struct pipeline *f = *state;
    f->store.shared = true;
    f->store.fail_agents = 3;
    add_agent(f, "jane", "Available", 10);
    pipeline_run(f);
    assert_string_equal(buf_str(&f->store.agents), "jane Available\n");
}

static void stopping_releases_agents_that_are_not_stored(void **state)
{
    struct pipeline *f = *state;
    bool good;
    f->store.shared = true;
    f->store.fail_agents = 1;
    f->source.endless = true;
    f->options.backoff_ms = 60000;
    f->options.linger_ms = 1;
    add_agent(f, "jane", "Available", 10);
    pipeline_start(f);
    struct metrics_view view;
    do {
        sched_yield();
        ingest_metrics(f->ingest, &view);
    } while (!view.store_error[0]);
    assert_non_null(strstr(view.store_error, "wants no agents"));
    ingest_stop(f->ingest);
    pipeline_finish(f, &good);
    assert_false(good);
    assert_int_equal(fake_source_with_fate(&f->source, FATE_RELEASED), 1);
}

static void a_store_without_agents_is_no_hindrance(void **state)
{
    struct pipeline *f = *state;
    add_agent(f, "jane", "Available", 10);
    struct metrics_view view = pipeline_run(f);
    assert_int_equal(view.count[METRIC_AGENTS], 0);
    assert_int_equal(fake_source_with_fate(&f->source, FATE_DONE), 1);
}

static void heartbeats_tell_what_the_metrics_tell(void **state)
{
    struct pipeline *f = *state;
    f->store.shared = true;
    f->options.store.writer = "host-1";
    fake_source_is_queue(&f->source);
    pipeline_add_events(f, 0, 50, 5);
    pipeline_add_text(f, "nonsense");
    struct metrics_view view = pipeline_run(f);
    assert_true(f->store.beats >= 2); /* at the start, and the last word */
    assert_string_equal(f->store.first_beat.writer, "host-1");
    assert_false(f->store.first_beat.stopping);
    const struct store_beat *last = &f->store.last_beat;
    assert_true(last->stopping);
    assert_int_equal(last->events, 50);
    assert_int_equal(last->refused, view.count[METRIC_REFUSED]);
    assert_int_equal(last->quarantined, 1);
    assert_int_equal(last->backlog, 42);
    assert_int_equal(last->throttles, 3 + 11);
    assert_int_equal(last->lag_ms, -1);
    assert_true(last->at > INT64_C(1700000000000));
}

static void heartbeats_go_on_while_nothing_comes_and_while_the_store_fails(void **state)
{
    struct pipeline *f = *state;
    bool good;
    f->store.shared = true;
    f->store.fail_all = true;
    f->source.endless = true;
    f->options.beat_ms = 1;
    pipeline_start(f);
    fake_store_wait_beats(&f->store, 3);
    ingest_stop(f->ingest);
    pipeline_finish(f, &good);
    fake_source_free(&f->source);
    fake_source_init(&f->source, &f->store);
    f->source.endless = true;
    pipeline_add_events(f, 0, 5, 5);
    unsigned before = f->store.beats;
    pipeline_start(f);
    fake_store_wait_applies(&f->store, 1);
    fake_store_wait_beats(&f->store, before + 3);
    ingest_stop(f->ingest);
    pipeline_finish(f, &good);
    assert_true(f->store.last_beat.stopping);
    assert_non_null(strchr(f->store.last_beat.writer, '-')); /* host-pid */
}

static void what_the_store_counts_is_in_the_metrics(void **state)
{
    struct pipeline *f = *state;
    f->store.shared = true;
    f->options.writers = 2;
    pipeline_add_events(f, 0, 100, 5);
    struct metrics_view view = pipeline_run(f);
    assert_true(view.has_store_counts);
    assert_false(view.has_queue);
    assert_int_equal(view.backlog, -1);
    assert_true(view.conflicts == 7 || view.conflicts == 14);
    assert_int_equal(metrics_throttles(&view), view.store_throttles);
    assert_true(view.ended);
}

static void a_store_that_fails_is_said_so_until_it_takes_something(void **state)
{
    struct pipeline *f = *state;
    bool good;
    f->store.fail_all = true;
    pipeline_add_events(f, 0, 5, 5);
    pipeline_start(f);
    struct metrics_view view;
    do {
        sched_yield();
        ingest_metrics(f->ingest, &view);
    } while (!view.store_error[0] || view.store_failing_ms < 1);
    assert_non_null(strstr(view.store_error, "does not want it"));
    pthread_mutex_lock(&f->store.lock);
    f->store.fail_all = false;
    pthread_mutex_unlock(&f->store.lock);
    view = pipeline_finish(f, &good);
    assert_true(good);
    assert_string_equal(view.store_error, "");
    assert_int_equal(view.store_failing_ms, 0);
}

static void a_step_that_does_not_end_is_seen(void **state)
{
    struct pipeline *f = *state;
    bool good;
    f->store.shut = true;
    pipeline_add_events(f, 0, 5, 5);
    pipeline_start(f);
    fake_store_wait_applies(&f->store, 1);
    struct metrics_view view;
    do {
        sched_yield();
        ingest_metrics(f->ingest, &view);
    } while (view.longest_step_ms < 20);
    fake_store_shut(&f->store, false);
    view = pipeline_finish(f, &good);
    assert_int_equal(view.longest_step_ms, 0);
}

/* Waiting for a store that fails is no step: nobody should be restarted for it. */
static void a_pause_between_attempts_is_no_step(void **state)
{
    struct pipeline *f = *state;
    bool good;
    f->store.fail_all = true;
    f->options.backoff_ms = 60000;
    pipeline_add_events(f, 0, 5, 5);
    pipeline_start(f);
    struct metrics_view view;
    do {
        sched_yield();
        ingest_metrics(f->ingest, &view);
    } while (view.store_failing_ms < 50);
    assert_int_equal(view.longest_step_ms, 0);
    ingest_stop(f->ingest);
    pipeline_finish(f, &good);
}

static uint64_t wait_for(struct pipeline *f, enum metric which, uint64_t least)
{
    struct metrics_view view;
    do {
        sched_yield();
        ingest_metrics(f->ingest, &view);
    } while (view.count[which] < least);
    return view.count[which];
}

static void more(struct pipeline *f, unsigned from, unsigned to)
{
    pthread_mutex_lock(&f->source.lock);
    pipeline_add_events(f, from, to, 5);
    f->source.woken = true;
    pthread_cond_broadcast(&f->source.changed);
    pthread_mutex_unlock(&f->source.lock);
}

static void other_instances_are_passed_over_from_the_moment_it_is_said(void **state)
{
    struct pipeline *f = *state;
    bool good;
    char mine[] = "arn:aws:connect:eu-west-2:1:instance/mine";
    const char *instances[] = {mine, NULL};
    const struct decode_options decode = {REDACT_ALL, instances};
    f->source.endless = true;
    f->options.linger_ms = 1;
    pipeline_add_events(f, 0, 5, 5);
    pipeline_start(f);
    wait_for(f, METRIC_STORED, 5);
    ingest_tune(f->ingest, &decode, 1);
    memset(mine, 'x', 5); /* it was copied */
    more(f, 5, 10);
    wait_for(f, METRIC_SKIPPED, 5);
    ingest_tune(f->ingest, &(struct decode_options){REDACT_CARDS, NULL}, 0);
    ingest_tune(f->ingest, &(struct decode_options){REDACT_NONE, NULL}, 1);
    more(f, 10, 15);
    wait_for(f, METRIC_STORED, 10);
    ingest_stop(f->ingest);
    assert_int_equal(f->source.early, 1); /* the message that was passed over is settled */
    f->source.early = 0;
    pipeline_finish(f, &good);
    assert_int_equal(f->store.entries, 10);
}

static void asking_to_stop_does_not_wait(void **state)
{
    struct pipeline *f = *state;
    bool good;
    f->store.shut = true;
    f->source.endless = true;
    pipeline_add_events(f, 0, 5, 5);
    pipeline_start(f);
    fake_store_wait_applies(&f->store, 1);
    ingest_ask_stop(f->ingest);
    assert_false(ingest_done(f->ingest));
    fake_store_shut(&f->store, false);
    pipeline_finish(f, &good);
    assert_true(good);
    assert_int_equal(f->store.entries, 5);
}

#define PIPELINE(test) cmocka_unit_test_setup_teardown(test, pipeline_setup, pipeline_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        PIPELINE(the_newest_word_on_an_agent_is_stored_once_a_batch),
        PIPELINE(agents_are_stored_by_one_writer_whatever_the_shards),
        PIPELINE(agents_the_store_cannot_take_are_tried_again),
        PIPELINE(stopping_releases_agents_that_are_not_stored),
        PIPELINE(a_store_without_agents_is_no_hindrance),
        PIPELINE(heartbeats_tell_what_the_metrics_tell),
        PIPELINE(heartbeats_go_on_while_nothing_comes_and_while_the_store_fails),
        PIPELINE(what_the_store_counts_is_in_the_metrics),
        PIPELINE(a_store_that_fails_is_said_so_until_it_takes_something),
        PIPELINE(a_step_that_does_not_end_is_seen),
        PIPELINE(a_pause_between_attempts_is_no_step),
        PIPELINE(other_instances_are_passed_over_from_the_moment_it_is_said),
        PIPELINE(asking_to_stop_does_not_wait),
    };
    return cmocka_run_group_tests_name("ingest: the service", tests, NULL, NULL);
}
