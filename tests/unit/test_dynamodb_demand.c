/* Writers that run on demand: they come and go, beat seldom, and their silence means nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/dynamodb_follow_internal.h"
#include "support/dynamodb_fixture.h"
#include "support/viewer.h"

static int setup(void **state)
{
    viewer_now = FIXTURE_START + HOUR_MS;
    return dynamodb_test_setup(state);
}

static int64_t tell(void *context)
{
    (void)context;
    return viewer_now;
}

static struct store *open_writer(const char *name, bool on_demand)
{
    static const struct clock clock = {tell, NULL};
    struct err err = {0};
    struct store *store = dynamodb_fixture_open(
        &(struct store_options){.clock = &clock, .writer = name, .on_demand = on_demand}, &err);
    if (!store)
        fail_msg("%s", err.text);
    return store;
}

static void write_flow(struct store *writer, struct batch *batch, const char *id, unsigned n)
{
    struct event event = fixture_flow(batch, id, FIXTURE_START + n, n, 0);
    batch_clear(batch);
    batch_add(batch, &event);
    batch_store(writer, batch);
}

static void beat(struct store *writer, const char *name, bool on_demand)
{
    struct store_beat word = {.at = viewer_now, .lag_ms = 700, .backlog = -1, .events = 3};
    word.on_demand = on_demand;
    snprintf(word.writer, sizeof(word.writer), "%s", name);
    assert_true(writer->ops->beat(writer, &word, NULL));
}

static size_t beats_stored(void)
{
    struct buf answer = {0};
    size_t count = 0;
    assert_int_equal(fake_aws_call(fixture_fake, "DynamoDB_20120810.Query",
                                   "{\"TableName\":\"" FIXTURE_FEED "\",\"KeyConditionExpression\":"
                                   "\"Feed_Shard = :b\",\"ExpressionAttributeValues\":"
                                   "{\":b\":{\"S\":\"" FEED_BEAT_SHARD "\"}}}",
                                   &answer),
                     200);
    for (const char *at = answer.data; (at = strstr(at, "\"Seq\"")); at++)
        count++;
    buf_free(&answer);
    return count;
}

static void it_beats_only_when_told_to(void **state)
{
    struct batch *batch = *state;
    struct store *always = open_writer("always", false), *demand = open_writer("demand", true);
    write_flow(demand, batch, "a", 1);
    viewer_now += 6000;
    write_flow(demand, batch, "a", 2);
    assert_int_equal(beats_stored(), 0);
    beat(demand, "demand", true);
    assert_int_equal(beats_stored(), 1);
    write_flow(always, batch, "b", 1);
    assert_int_equal(beats_stored(), 2);
    store_close(always);
    store_close(demand);
}

static void its_silence_is_known_to_mean_nothing(void **state)
{
    struct batch *batch = *state;
    struct store *always = open_writer("always", false), *demand = open_writer("demand", true);
    struct viewer v;
    viewer_open(&v, true);
    viewer_load(&v, 0);
    assert_false(viewer_health(&v).on_demand);
    assert_int_equal(viewer_health(&v).heard, 0);
    write_flow(demand, batch, "a", 1);
    beat(demand, "demand", true);
    viewer_now += 3000;
    viewer_follow(&v, 100);
    struct store_health health = viewer_health(&v);
    assert_int_equal(health.beats, 1);
    assert_true(health.beat[0].on_demand && health.on_demand);
    assert_int_equal(health.heard, viewer_now - 3000);
    viewer_now += 10 * MINUTE_MS;
    viewer_follow(&v, 100);
    assert_int_equal(viewer_health(&v).beats, 0);
    assert_true(viewer_health(&v).on_demand);
    beat(always, "always", false);
    viewer_now += 3000;
    viewer_follow(&v, 100);
    assert_false(viewer_health(&v).on_demand); /* who is silent now should not be */
    viewer_close(&v);
    store_close(always);
    store_close(demand);
}

/* At night nobody calls: who begins to look learns by the last beat, hours old. */
static void a_viewer_that_comes_later_knows_too(void **state)
{
    struct batch *batch = *state;
    struct store *demand = open_writer("demand", true);
    struct viewer v;
    write_flow(demand, batch, "a", 1);
    beat(demand, "demand", true);
    store_close(demand);
    viewer_now += 8 * HOUR_MS;
    viewer_open(&v, true);
    viewer_load(&v, 0);
    assert_true(viewer_health(&v).on_demand);
    assert_int_equal(viewer_health(&v).heard, viewer_now - 8 * HOUR_MS);
    assert_true(viewer_health(&v).newest_write >= viewer_now - 8 * HOUR_MS);
    assert_int_equal(viewer_health(&v).beats, 0);
    viewer_close(&v);
}

static size_t writers_known(const struct viewer *v)
{
    return ddb_follow_of(dynamodb_of(v->store))->writer.count;
}

/* Environments are frozen and thrown away amid anything; each is a writer of its own. */
static void those_who_come_and_go_leave_no_trace(void **state)
{
    struct batch *batch = *state;
    struct viewer v;
    viewer_open(&v, true);
    viewer_load(&v, 0);
    for (unsigned i = 0; i < 60; i++) {
        char name[32];
        snprintf(name, sizeof(name), "demand-%u", i);
        struct store *demand = open_writer(name, true);
        write_flow(demand, batch, "a", 3 * i);
        write_flow(demand, batch, "b", 3 * i + 1);
        if (i % 2)
            beat(demand, name, true);
        viewer_now += 500;
        viewer_follow(&v, 100);
        write_flow(demand, batch, "a", 3 * i + 2);
        store_close(demand);
        viewer_now += 5000;
        viewer_follow(&v, 100);
    }
    viewer_expect_whole(&v, true);
    assert_int_equal(v.again, 0);
    assert_int_equal(viewer_health(&v).reloads, 0);
    assert_int_equal(writers_known(&v), 60);
    viewer_now += 30 * MINUTE_MS;
    viewer_follow(&v, 100);
    assert_int_equal(writers_known(&v), 60); /* the feed still has what they wrote */
    for (unsigned i = 0; i < 26; i++) {
        viewer_now += HOUR_MS;
        viewer_follow(&v, 100);
    }
    assert_int_equal(writers_known(&v), 2); /* the last beats are looked at again and again */
    assert_int_equal(viewer_health(&v).reloads, 0);
    assert_true(viewer_health(&v).on_demand);
    viewer_close(&v);
}

#define DEMAND_TEST(test) cmocka_unit_test_setup_teardown(test, setup, dynamodb_test_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        DEMAND_TEST(it_beats_only_when_told_to),
        DEMAND_TEST(its_silence_is_known_to_mean_nothing),
        DEMAND_TEST(a_viewer_that_comes_later_knows_too),
        DEMAND_TEST(those_who_come_and_go_leave_no_trace),
    };
    return cmocka_run_group_tests(tests, dynamodb_fixture_begin, dynamodb_fixture_end);
}
