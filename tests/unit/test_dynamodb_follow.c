/* Viewers beside writers: each change once, whatever clocks, order and numbers do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/json.h"
#include "support/dynamodb_fixture.h"
#include "support/viewer.h"

static uint64_t test_seed(void)
{
    const char *text = getenv("SEED");
    uint64_t seed = text ? strtoull(text, NULL, 10) : 20231114;
    print_message("SEED=%llu\n", (unsigned long long)seed);
    return seed;
}

static int setup(void **state)
{
    viewer_now = FIXTURE_START + HOUR_MS;
    return dynamodb_test_setup(state);
}

static void write_flow(struct store *writer, struct batch *batch, const char *id, unsigned n)
{
    batch_clear(batch);
    struct event event = fixture_flow(batch, id, FIXTURE_START + n, n, n % 5 ? 0 : MARK_ERROR);
    batch_add(batch, &event);
    batch_store(writer, batch);
}

static void expect_exact(struct viewer *v, size_t entries)
{
    viewer_expect_whole(v, true);
    assert_int_equal(v->entries, entries);
    assert_int_equal(v->again, 0);
    assert_int_equal(v->orphans, 0);
    assert_int_equal(v->backward, 0);
}

/* Writers at work while a viewer looks once in a while; all of it at last. */
static void watch_writers(struct batch *batch, const int64_t *off, size_t writers, bool loads)
{
    struct store *writer[8];
    struct viewer v;
    struct rng rng;
    rng_seed(&rng, test_seed());
    viewer_open(&v, true);
    if (loads)
        viewer_load(&v, 0);
    for (size_t i = 0; i < writers; i++)
        writer[i] = viewer_store(off[i], false);
    for (unsigned i = 0; i < 150; i++) {
        batch_clear(batch);
        batch_random(batch, &rng, 40, 1 + rng_below(&rng, 30));
        batch_store(writer[rng_below(&rng, (uint32_t)writers)], batch);
        viewer_now += rng_below(&rng, 300);
        if (rng_chance(&rng, 0.5))
            assert_true(viewer_look(&v, 1 + rng_below(&rng, 50)));
    }
    for (unsigned i = 0; i < 12; i++) {
        viewer_now += SECOND_MS;
        viewer_follow(&v, 100);
    }
    viewer_expect_whole(&v, true);
    assert_int_equal(v.again, 0);
    assert_int_equal(v.orphans, 0);
    assert_int_equal(v.backward, 0);
    assert_int_equal(viewer_health(&v).reloads, 0);
    for (size_t i = 0; i < writers; i++)
        store_close(writer[i]);
    viewer_close(&v);
}

static void beside_three_writers_each_change_is_seen_once(void **state)
{
    watch_writers(*state, (const int64_t[]){0, 200, -300}, 3, true);
}

static void a_viewer_that_never_loaded_sees_all_from_the_start(void **state)
{
    watch_writers(*state, (const int64_t[]){0, -100}, 2, false);
}

static void clocks_five_seconds_apart_lose_nothing(void **state)
{
    watch_writers(*state, (const int64_t[]){0, 5000, -5000, 2500, -2500, 0, 5000, -5000}, 8, true);
}

static void a_writer_is_seen_within_two_looks_of_one_second(void **state)
{
    struct batch *batch = *state;
    struct store *fast[4], *slow[4];
    struct viewer v;
    viewer_open(&v, true);
    viewer_load(&v, 0);
    for (unsigned i = 0; i < 4; i++) {
        fast[i] = viewer_store(400, false);
        slow[i] = viewer_store(-400, false);
    }
    for (unsigned i = 0; i < 60; i++) {
        write_flow(fast[i % 4], batch, "fast", 2 * i);
        viewer_now += 20;
        viewer_look(&v, 100);
        write_flow(slow[i % 4], batch, "slow", 2 * i + 1);
        size_t before = v.entries;
        for (unsigned look = 0; look < 2; look++) {
            viewer_now += SECOND_MS;
            assert_true(viewer_look(&v, 100));
        }
        assert_true(v.entries > before);
    }
    expect_exact(&v, 120);
    for (unsigned i = 0; i < 4; i++) {
        store_close(fast[i]);
        store_close(slow[i]);
    }
    viewer_close(&v);
}

/* The items of the feed that are flushes, in the order of their keys. */
struct feed_items {
    char *text[64]; /* DynamoDB JSON */
    size_t count;
};

static int by_written(const void *a, const void *b)
{
    const char *x = strstr(*(char *const *)a, "\"Written\""),
               *y = strstr(*(char *const *)b, "\"Written\"");
    return strcmp(x, y);
}

static struct feed_items feed_items(void)
{
    struct feed_items items = {0};
    struct buf answer = {0};
    struct arena arena = {0};
    const cJSON *item = NULL;
    fake_aws_call(fixture_fake, "DynamoDB_20120810.Scan", "{\"TableName\":\"" FIXTURE_FEED "\"}",
                  &answer);
    const cJSON *tree = json_parse(&arena, answer.data, answer.length, NULL);
    cJSON_ArrayForEach(item, json_get(tree, "Items"))
    {
        struct buf text = {0};
        if (!json_get(item, "Packed"))
            continue;
        json_canonical(&text, item, NULL);
        assert_true(items.count < ARRAY_SIZE(items.text));
        items.text[items.count++] = buf_take(&text);
    }
    qsort(items.text, items.count, sizeof(items.text[0]), by_written);
    arena_free(&arena);
    buf_free(&answer);
    return items;
}

static void free_items(struct feed_items *items)
{
    for (size_t i = 0; i < items->count; i++)
        free(items->text[i]);
}

static void put_item(const char *item)
{
    struct buf request = {0};
    buf_printf(&request, "{\"TableName\":\"" FIXTURE_FEED "\",\"Item\":%s}", item);
    assert_int_equal(fake_aws_call(fixture_fake, "DynamoDB_20120810.PutItem", request.data, NULL),
                     200);
    buf_free(&request);
}

static void delete_item(const char *text)
{
    struct buf request = {0};
    struct arena arena = {0};
    const cJSON *item = json_parse(&arena, text, strlen(text), NULL);
    buf_text(&request, "{\"TableName\":\"" FIXTURE_FEED "\",\"Key\":{\"Feed_Shard\":");
    json_canonical(&request, json_get(item, "Feed_Shard"), NULL);
    buf_text(&request, ",\"Written\":");
    json_canonical(&request, json_get(item, "Written"), NULL);
    buf_text(&request, "}}");
    assert_int_equal(
        fake_aws_call(fixture_fake, "DynamoDB_20120810.DeleteItem", request.data, NULL), 200);
    buf_free(&request);
    arena_free(&arena);
}

static void an_item_that_shows_late_is_found(void **state)
{
    struct batch *batch = *state;
    struct store *writer = viewer_store(0, false);
    struct viewer v;
    viewer_open(&v, true);
    viewer_load(&v, 0);
    write_flow(writer, batch, "a", 1);
    viewer_now += 3000;
    viewer_follow(&v, 100);
    write_flow(writer, batch, "a", 2);
    viewer_now += 300;
    write_flow(writer, batch, "a", 3);
    struct feed_items items = feed_items();
    assert_int_equal(items.count, 3);
    delete_item(items.text[1]);
    viewer_now += 100;
    viewer_follow(&v, 100);
    assert_int_equal(v.entries, 2);
    viewer_now += 3000;
    viewer_follow(&v, 100);
    assert_int_equal(v.entries, 2);
    put_item(items.text[1]);
    viewer_now += 1000;
    viewer_follow(&v, 100);
    expect_exact(&v, 3);
    assert_int_equal(viewer_health(&v).reloads, 0);
    free_items(&items);
    store_close(writer);
    viewer_close(&v);
}

/* The last one of a writer is missed by no later number: its beat tells. */
static void a_last_item_that_shows_late_is_found(void **state)
{
    struct batch *batch = *state;
    struct store *writer = viewer_store(0, false);
    struct viewer v;
    viewer_open(&v, true);
    viewer_load(&v, 0);
    write_flow(writer, batch, "a", 1);
    viewer_now += 100;
    viewer_follow(&v, 100);
    viewer_now += 30000;
    write_flow(writer, batch, "a", 2);
    struct feed_items items = feed_items();
    delete_item(items.text[1]);
    viewer_now += 3000;
    viewer_follow(&v, 100);
    assert_int_equal(v.entries, 1);
    put_item(items.text[1]);
    viewer_now += 1000;
    viewer_follow(&v, 100);
    expect_exact(&v, 2);
    free_items(&items);
    store_close(writer);
    viewer_close(&v);
}

static void a_gap_that_stays_has_all_read_again(void **state)
{
    struct batch *batch = *state;
    struct store *writer = viewer_store(0, false);
    struct viewer v;
    viewer_open(&v, true);
    viewer_load(&v, 0);
    write_flow(writer, batch, "a", 1);
    viewer_now += 1000;
    viewer_follow(&v, 100);
    write_flow(writer, batch, "lost", 5);
    viewer_now += 300;
    write_flow(writer, batch, "a", 3);
    struct feed_items items = feed_items();
    delete_item(items.text[1]);
    viewer_now += 1000;
    viewer_follow(&v, 100);
    assert_null(map_get(&v.record, "lost"));
    for (unsigned i = 0; i < 7; i++) {
        viewer_now += 1000;
        viewer_follow(&v, 100);
    }
    assert_int_equal(viewer_health(&v).reloads, 1);
    viewer_expect_whole(&v, false);
    write_flow(writer, batch, "a", 4); /* and on it goes */
    viewer_now += 1000;
    viewer_follow(&v, 100);
    viewer_expect_whole(&v, false);
    for (unsigned i = 0; i < 10; i++) {
        viewer_now += 1000;
        viewer_follow(&v, 100);
    }
    assert_int_equal(viewer_health(&v).reloads, 1);
    free_items(&items);
    store_close(writer);
    viewer_close(&v);
}

static void an_item_that_is_damaged_has_all_read_again(void **state)
{
    struct batch *batch = *state;
    struct store *writer = viewer_store(0, false);
    struct viewer v;
    viewer_open(&v, true);
    viewer_load(&v, 0);
    write_flow(writer, batch, "a", 1);
    struct feed_items items = feed_items();
    char *packed = strstr(items.text[0], "\"Packed\":{\"B\":\"");
    memcpy(packed + strlen("\"Packed\":{\"B\":\"") + 16, "AAAAAAAA", 8);
    put_item(items.text[0]);
    viewer_now += 1000;
    viewer_follow(&v, 100);
    assert_int_equal(viewer_health(&v).reloads, 1);
    viewer_expect_whole(&v, false);
    viewer_now += 1000;
    viewer_follow(&v, 100);
    assert_int_equal(viewer_health(&v).reloads, 1);
    free_items(&items);
    store_close(writer);
    viewer_close(&v);
}

static void one_that_falls_behind_catches_up(void **state)
{
    struct batch *batch = *state;
    struct store *writer[] = {viewer_store(0, false), viewer_store(100, false)};
    struct viewer v;
    enum { FLUSHES = 2000 };
    viewer_open(&v, true);
    viewer_load(&v, 0);
    write_flow(writer[0], batch, "a", 0);
    viewer_now += 1000;
    viewer_follow(&v, 100);
    for (unsigned i = 1; i < FLUSHES; i++) {
        char id[32];
        snprintf(id, sizeof(id), "contact %u", i % 50);
        write_flow(writer[i % 2], batch, id, i);
        viewer_now += 250;
    }
    viewer_follow(&v, 60);
    expect_exact(&v, FLUSHES);
    assert_int_equal(viewer_health(&v).reloads, 0);
    store_close(writer[0]);
    store_close(writer[1]);
    viewer_close(&v);
}

static void a_visitor_that_stops_often_misses_nothing(void **state)
{
    struct batch *batch = *state;
    struct store *writer = viewer_store(0, false);
    struct viewer v;
    struct rng rng;
    size_t fresh = 0;
    rng_seed(&rng, test_seed());
    viewer_open(&v, true);
    viewer_load(&v, 0);
    v.stop_after = 3;
    for (unsigned i = 0; i < 30; i++) {
        batch_clear(batch);
        batch_random(batch, &rng, 20, 20);
        fresh += batch_store(writer, batch);
        viewer_now += 400;
        assert_true(viewer_look(&v, 10));
    }
    viewer_follow(&v, 10);
    expect_exact(&v, fresh);
    store_close(writer);
    viewer_close(&v);
}

static void agents_come_with_their_flush(void **state)
{
    (void)state;
    struct store *writer = viewer_store(0, false);
    struct viewer v;
    struct agent_event agent = {
        .agent_arn = "arn:agent/1", .status_name = "Lunch", .time = FIXTURE_START};
    assert_true(writer->ops->apply_agents(writer, &agent, 1, NULL));
    viewer_open(&v, true);
    viewer_load(&v, 0);
    assert_string_equal((char *)map_get(&v.agent, "arn:agent/1"), "Lunch");
    assert_int_equal(v.agents, 1);
    agent.status_name = "Available";
    agent.time++;
    assert_true(writer->ops->apply_agents(writer, &agent, 1, NULL));
    viewer_now += 1000;
    viewer_follow(&v, 10);
    assert_string_equal((char *)map_get(&v.agent, "arn:agent/1"), "Available");
    assert_int_equal(v.agents, 2);
    store_close(writer);
    viewer_close(&v);
}

#define FOLLOW_TEST(test) cmocka_unit_test_setup_teardown(test, setup, dynamodb_test_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        FOLLOW_TEST(beside_three_writers_each_change_is_seen_once),
        FOLLOW_TEST(a_viewer_that_never_loaded_sees_all_from_the_start),
        FOLLOW_TEST(clocks_five_seconds_apart_lose_nothing),
        FOLLOW_TEST(a_writer_is_seen_within_two_looks_of_one_second),
        FOLLOW_TEST(an_item_that_shows_late_is_found),
        FOLLOW_TEST(a_last_item_that_shows_late_is_found),
        FOLLOW_TEST(a_gap_that_stays_has_all_read_again),
        FOLLOW_TEST(an_item_that_is_damaged_has_all_read_again),
        FOLLOW_TEST(one_that_falls_behind_catches_up),
        FOLLOW_TEST(a_visitor_that_stops_often_misses_nothing),
        FOLLOW_TEST(agents_come_with_their_flush),
    };
    return cmocka_run_group_tests(tests, dynamodb_fixture_begin, dynamodb_fixture_end);
}
