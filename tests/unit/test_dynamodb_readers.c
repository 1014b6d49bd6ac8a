/* Readers of DynamoDB tables in bad weather: outages, throttles, short pages, read-only keys, the
 * original project's items, what a writer left behind; and what an idle reader costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fakes/fake_session.h"
#include "support/dynamodb_fixture.h"
#include "support/viewer.h"

#define ORIGINAL "Originals"

static int setup(void **state)
{
    viewer_now = FIXTURE_START + HOUR_MS;
    return dynamodb_test_setup(state);
}

static void write_events(struct store *writer, struct batch *batch, unsigned from, unsigned to)
{
    batch_clear(batch);
    for (unsigned n = from; n < to; n++) {
        struct event event = fixture_flow(batch, fixture_id(&batch->arena, n % 150),
                                          FIXTURE_START + n, n, n % 7 ? 0 : MARK_ERROR);
        batch_add(batch, &event);
    }
    batch_store(writer, batch);
}

static void write_state(struct store *writer, struct batch *batch, const char *id,
                        enum lifecycle state, int64_t time)
{
    batch_clear(batch);
    struct event event = fixture_contact(batch, id, state, time);
    event.contact.customer_id = "+491";
    event.contact.initial_id = "root";
    batch_add(batch, &event);
    batch_store(writer, batch);
}

static void pass_seconds(struct viewer *v, unsigned seconds)
{
    for (; seconds > 0; seconds--) {
        viewer_now += SECOND_MS;
        viewer_follow(v, 100);
    }
}

/* What every page and answer may lack comes with the next one. */
static void short_pages_and_unprocessed_keys_lose_nothing(void **state)
{
    struct batch *batch = *state;
    struct store *writer = viewer_store(0, false);
    struct viewer v;
    for (unsigned i = 0; i < 5; i++)
        write_events(writer, batch, i * 60, (i + 1) * 60);
    fake_aws_fault(fixture_fake,
                   &(struct fake_rule){.operation = "Query", .fault = FAKE_SHORT_PAGE});
    fake_aws_fault(fixture_fake,
                   &(struct fake_rule){.operation = "Scan", .fault = FAKE_SHORT_PAGE, .times = 40});
    fake_aws_fault(fixture_fake, &(struct fake_rule){.operation = "BatchGetItem",
                                                     .fault = FAKE_UNPROCESSED,
                                                     .probability = 0.3});
    viewer_open(&v, true);
    viewer_load(&v, 0);
    viewer_expect_whole(&v, false);
    write_events(writer, batch, 300, 330);
    pass_seconds(&v, 2);
    viewer_expect_whole(&v, false);
    assert_int_equal(v.orphans, 0);
    assert_true(fake_aws_struck(fixture_fake, FAKE_SHORT_PAGE) > 0);
    assert_true(fake_aws_struck(fixture_fake, FAKE_UNPROCESSED) > 0);
    store_close(writer);
    viewer_close(&v);
}

static void an_outage_amid_reading_loses_nothing(void **state)
{
    struct batch *batch = *state;
    struct store *writer = viewer_store(0, false);
    struct viewer v;
    unsigned failures = 0;
    viewer_open(&v, true);
    viewer_load(&v, 0);
    for (unsigned i = 0; i < 40; i++) {
        write_events(writer, batch, i * 20, (i + 1) * 20);
        viewer_now += 700;
        fake_aws_fault(fixture_fake,
                       &(struct fake_rule){.operation = i % 2 ? "Query" : "BatchGetItem",
                                           .fault = FAKE_ERROR_CODE,
                                           .code = "AccessDeniedException",
                                           .skip = i % 5,
                                           .times = 3});
        failures += !viewer_look(&v, 100);
        int64_t read_at = viewer_health(&v).read_at;
        assert_true(read_at <= viewer_now);
        fake_aws_faults_clear(fixture_fake);
    }
    assert_true(failures > 5);
    pass_seconds(&v, 3);
    viewer_expect_whole(&v, true);
    assert_int_equal(v.entries, 800);
    assert_int_equal(v.again, 0);
    assert_int_equal(viewer_health(&v).reloads, 0);
    assert_int_equal(viewer_health(&v).read_at, viewer_now);
    store_close(writer);
    viewer_close(&v);
}

static void one_that_slept_longer_than_the_feed_keeps_reads_all_again(void **state)
{
    struct batch *batch = *state;
    struct store *writer = viewer_store(0, false);
    struct viewer v;
    viewer_open(&v, true);
    write_state(writer, batch, "old", LIFECYCLE_QUEUED, viewer_now);
    viewer_load(&v, 0);
    viewer_now += 25 * HOUR_MS;
    write_state(writer, batch, "new", LIFECYCLE_QUEUED, viewer_now);
    fake_aws_call(fixture_fake, "DynamoDB_20120810.DeleteTable",
                  "{\"TableName\":\"" FIXTURE_FEED "\"}", NULL);
    fake_aws_call(fixture_fake, "DynamoDB_20120810.CreateTable",
                  "{\"TableName\":\"" FIXTURE_FEED
                  "\",\"BillingMode\":\"PAY_PER_REQUEST\",\"AttributeDefinitions\":["
                  "{\"AttributeName\":\"Feed_Shard\",\"AttributeType\":\"S\"},"
                  "{\"AttributeName\":\"Written\",\"AttributeType\":\"S\"}],\"KeySchema\":["
                  "{\"AttributeName\":\"Feed_Shard\",\"KeyType\":\"HASH\"},"
                  "{\"AttributeName\":\"Written\",\"KeyType\":\"RANGE\"}]}",
                  NULL);
    viewer_follow(&v, 100);
    assert_int_equal(viewer_health(&v).reloads, 1);
    assert_non_null(map_get(&v.record, "new"));
    store_close(writer);
    viewer_close(&v);
}

/* Neither the index nor an eventually consistent read shows what was just written. */
static void what_indexes_show_late_is_seen_by_the_feed(void **state)
{
    struct batch *batch = *state;
    struct store *writer = viewer_store(0, false);
    struct viewer v;
    fake_aws_staleness(fixture_fake, HOUR_MS);
    write_state(writer, batch, "a", LIFECYCLE_QUEUED, viewer_now);
    viewer_open(&v, true);
    viewer_load(&v, 0);
    write_state(writer, batch, "b", LIFECYCLE_QUEUED, viewer_now);
    pass_seconds(&v, 2);
    viewer_expect_whole(&v, true);
    pass_seconds(&v, 65); /* the list of the live is empty, and nobody is taken for gone */
    write_state(writer, batch, "a", LIFECYCLE_DISCONNECTED, viewer_now);
    pass_seconds(&v, 2);
    viewer_expect_whole(&v, true);
    assert_int_equal(viewer_health(&v).reloads, 0);
    fake_aws_staleness(fixture_fake, 0);
    store_close(writer);
    viewer_close(&v);
}

/* A store by keys that may read and nothing else. */
static struct store *open_reader(struct aws_session **session)
{
    static const struct fake_key key = {.access_key = "AKIAREADSREADSREADSX",
                                        .secret_key = "reads+only",
                                        .denied = "dynamodb:PutItem dynamodb:UpdateItem "
                                                  "dynamodb:DeleteItem dynamodb:BatchWriteItem "
                                                  "dynamodb:CreateTable dynamodb:DescribeTable"};
    struct err err = {0};
    fake_aws_key(fixture_fake, &key);
    *session = fake_session_as(fixture_fake, key.access_key, key.secret_key, NULL);
    const struct store_options options = {.aws = *session, .read_only = true};
    struct store *store = dynamodb_fixture_open(&options, &err);
    if (!store)
        fail_msg("%s", err.text);
    return store;
}

static bool count_one(void *context, const struct record *record)
{
    (void)record;
    ++*(size_t *)context;
    return true;
}

static void keys_that_may_only_read_are_enough(void **state)
{
    struct batch *batch = *state;
    struct store *writer = viewer_store(0, false), *reader;
    static const char *const writes[] = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"};
    uint64_t before[ARRAY_SIZE(writes)];
    size_t count = 0;
    struct store_visit visit = {.context = &count, .record = count_one};
    struct store_cursor cursor;
    struct arena arena = {0};
    struct history history = {0};
    struct record record;
    struct store_health health;
    bool found;
    struct aws_session *session;
    int64_t now = clock_now(NULL);
    reader = open_reader(&session);
    write_state(writer, batch, "a", LIFECYCLE_QUEUED, now);
    for (size_t i = 0; i < ARRAY_SIZE(writes); i++)
        before[i] = fake_aws_requests(fixture_fake, writes[i]);
    assert_true(reader->ops->live(reader, 0, &visit, &cursor, NULL));
    assert_true(reader->ops->changes(reader, &cursor, 10, &visit, NULL));
    assert_true(reader->ops->all(reader, &visit, NULL));
    assert_true(reader->ops->by_customer(reader, "+491", &visit, NULL));
    assert_true(reader->ops->by_chain(reader, "root", &visit, NULL));
    assert_true(store_get(reader, "a", &arena, &record, &history, &found, NULL));
    assert_true(found);
    assert_true(reader->ops->beat(reader, &(struct store_beat){.writer = "x"}, NULL));
    reader->ops->health(reader, &health);
    assert_true(health.read_at > 0);
    assert_true(count >= 4);
    for (size_t i = 0; i < ARRAY_SIZE(writes); i++)
        assert_int_equal(fake_aws_requests(fixture_fake, writes[i]), before[i]);
    record_free(&record);
    history_free(&history);
    arena_free(&arena);
    store_close(reader);
    aws_session_close(session);
    store_close(writer);
}

static void call(const char *operation, const char *json)
{
    char target[64];
    struct buf reply = {0};
    snprintf(target, sizeof(target), "DynamoDB_20120810.%s", operation);
    if (fake_aws_call(fixture_fake, target, json, &reply) != 200)
        fail_msg("%s: %s", operation, buf_str(&reply));
    buf_free(&reply);
}

/* An item as the original's functions write it. */
static void put_original(const char *table, const char *id, const char *status, bool ended)
{
    struct buf json = {0};
    char time[INSTANT_TEXT];
    instant_format(viewer_now - MINUTE_MS, time);
    buf_printf(&json,
               "{\"TableName\":\"%s\",\"Item\":{\"Connect_ContactId\":{\"S\":\"%s\"},"
               "\"Status\":{\"S\":\"%s\"},\"Connect_Channel\":{\"S\":\"VOICE\"},"
               "\"Customer_Identifier\":{\"S\":\"+492\"},\"initiationTimestamp\":{\"S\":\"%s\"},",
               table, id, status, time);
    if (ended)
        buf_printf(&json, "\"Connect_disconnectTimestamp\":{\"S\":\"%s\"},", time);
    buf_printf(&json,
               "\"DDB_ExpiryEpoch\":{\"N\":\"%lld\"},\"History\":{\"L\":["
               "{\"M\":{\"LogType\":{\"S\":\"ContactEvent\"},\"Timestamp\":{\"S\":\"%s\"},"
               "\"eventType\":{\"S\":\"%s\"},\"contactId\":{\"S\":\"%s\"},"
               "\"channel\":{\"S\":\"VOICE\"},\"initiationTimestamp\":{\"S\":\"%s\"}%s%s%s}},"
               "{\"M\":{\"LogType\":{\"S\":\"ContactFlowLog\"},\"Timestamp\":{\"S\":\"%s\"},"
               "\"ContactId\":{\"S\":\"%s\"},\"ContactFlowName\":{\"S\":\"Main\"},"
               "\"ContactFlowModuleType\":{\"S\":\"PlayPrompt\"}}}]}}}",
               (long long)(viewer_now / 1000 + 86400), time, status, id, time,
               ended ? ",\"disconnectTimestamp\":{\"S\":\"" : "", ended ? time : "",
               ended ? "\"}" : "", time, id);
    call("PutItem", json.data);
    buf_free(&json);
}

/* by_customer: how many its index names; that of new tables leaves out what has no Started_At. */
static void expect_original(struct viewer *v, size_t by_customer)
{
    struct arena arena = {0};
    struct history history = {0};
    struct record record;
    bool found;
    size_t count = 0;
    struct store_visit visit = {.context = &count, .record = count_one};
    viewer_load(v, 0);
    assert_int_equal(v->record.count, 2);
    assert_true(v->store->ops->all(v->store, &visit, NULL));
    assert_int_equal(count, 2);
    assert_true(v->store->ops->by_customer(v->store, "+492", &visit, NULL));
    assert_int_equal(count, 2 + by_customer);
    assert_true(v->store->ops->by_chain(v->store, "open", &visit, NULL));
    assert_true(store_get(v->store, "open", &arena, &record, &history, &found, NULL));
    assert_true(found);
    assert_int_equal(history.count, 2);
    assert_string_equal(record.field[FIELD_STATUS].value, "QUEUED");
    record_free(&record);
    history_free(&history);
    arena_free(&arena);
}

static int64_t now_of_viewers(void *context)
{
    (void)context;
    return viewer_now;
}

/* The table of the original's template: one index, and nothing beside it. */
static void a_table_of_the_original_is_read_as_it_is(void **state)
{
    struct viewer v = {0};
    struct err err = {0};
    struct store_health health;
    const struct clock clock = {now_of_viewers, NULL};
    (void)state;
    dynamodb_fixture_original(ORIGINAL);
    viewer_now = clock_now(NULL);
    put_original(ORIGINAL, "open", "QUEUED", false);
    put_original(ORIGINAL, "ended", "DISCONNECTED", true);
    const struct store_options options = {
        .aws = dynamodb_fixture_session(), .read_only = true, .clock = &clock};
    v.store = store_open("dynamodb:" ORIGINAL, &options, &err);
    if (!v.store)
        fail_msg("%s", err.text);
    expect_original(&v, 2);
    viewer_follow(&v, 10);
    put_original(ORIGINAL, "later", "QUEUED", false);
    pass_seconds(&v, 6);
    assert_non_null(map_get(&v.record, "later"));
    v.store->ops->health(v.store, &health);
    assert_int_equal(health.every, 5000);
    assert_true(viewer_now - health.read_at < 5000);
    viewer_close(&v);
}

static void items_of_the_original_in_a_table_of_ours_are_seen(void **state)
{
    struct viewer v;
    (void)state;
    put_original(FIXTURE_TABLE, "open", "QUEUED", false);
    put_original(FIXTURE_TABLE, "ended", "DISCONNECTED", true);
    viewer_open(&v, true);
    expect_original(&v, 0);
    put_original(FIXTURE_TABLE, "open", "CONNECTED_TO_AGENT", false);
    pass_seconds(&v, 65);
    assert_non_null(strstr(map_get(&v.record, "open"), "CONNECTED_TO_AGENT"));
    viewer_close(&v);
}

/* A writer that dies between the record and the feed leaves a change nobody was told of. */
static void what_a_dead_writer_stored_shows_within_a_minute(void **state)
{
    struct batch *batch = *state;
    struct store *writer = viewer_store(0, false), *dying;
    struct viewer v;
    write_state(writer, batch, "ends", LIFECYCLE_QUEUED, viewer_now);
    viewer_open(&v, true);
    viewer_load(&v, 0);
    dying = viewer_store(0, false);
    fake_aws_fault(fixture_fake, &(struct fake_rule){.operation = "PutItem",
                                                     .fault = FAKE_ERROR_CODE,
                                                     .code = "ValidationException"});
    batch_clear(batch);
    struct event born = fixture_contact(batch, "born", LIFECYCLE_QUEUED, viewer_now);
    struct event ends = fixture_contact(batch, "ends", LIFECYCLE_DISCONNECTED, viewer_now);
    batch_add(batch, &born);
    batch_add(batch, &ends);
    store_apply(dying, batch->change, batch->count, NULL);
    store_close(dying);
    fake_aws_faults_clear(fixture_fake);
    pass_seconds(&v, 5);
    assert_null(map_get(&v.record, "born"));
    pass_seconds(&v, 60);
    viewer_expect_whole(&v, false);
    assert_non_null(map_get(&v.record, "born"));
    store_close(writer);
    viewer_close(&v);
}

static void beats_tell_of_the_writers(void **state)
{
    struct batch *batch = *state;
    struct store *writer[] = {viewer_store(0, false), viewer_store(0, false)};
    struct store_beat beat = {.writer = "first", .at = viewer_now, .lag_ms = 120, .backlog = 7};
    struct viewer v;
    viewer_open(&v, true);
    assert_int_equal(viewer_health(&v).read_at, INSTANT_NONE);
    assert_true(writer[0]->ops->beat(writer[0], &beat, NULL));
    viewer_load(&v, 0);
    write_events(writer[1], batch, 0, 5); /* without a word of its pipeline it is no beat shown */
    viewer_now += 2000;
    viewer_follow(&v, 100);
    struct store_health health = viewer_health(&v);
    assert_int_equal(health.beats, 1);
    assert_string_equal(health.beat[0].writer, "first");
    assert_int_equal(health.beat[0].lag_ms, 120);
    assert_int_equal(health.beat[0].backlog, 7);
    assert_int_equal(health.read_at, viewer_now);
    assert_int_equal(health.newest_write, viewer_now - 2000);
    beat.at = viewer_now;
    beat.backlog = -1;
    beat.stopping = true;
    assert_true(writer[0]->ops->beat(writer[0], &beat, NULL));
    pass_seconds(&v, 3);
    health = viewer_health(&v);
    assert_true(health.beat[0].stopping);
    assert_int_equal(health.beat[0].backlog, -1);
    pass_seconds(&v, 61);
    assert_int_equal(viewer_health(&v).beats, 0);
    store_close(writer[0]);
    store_close(writer[1]);
    viewer_close(&v);
}

/* Four small questions a second, and what beats and lists cost now and then. */
static void an_idle_reader_costs_little(void **state)
{
    struct batch *batch = *state;
    struct store *writer = viewer_store(0, false);
    struct fake_units units;
    struct viewer v;
    enum { SECONDS = 50 };
    for (unsigned i = 0; i < 5; i++)
        write_events(writer, batch, i * 200, (i + 1) * 200);
    viewer_open(&v, true);
    viewer_load(&v, 0);
    pass_seconds(&v, 5);
    fake_aws_units_reset(fixture_fake);
    for (unsigned i = 0; i < SECONDS; i++) {
        viewer_now += SECOND_MS;
        assert_true(viewer_look(&v, 100));
    }
    fake_aws_units(fixture_fake, NULL, NULL, &units);
    print_message("%.1f read units and %.1f requests a second\n", units.read / SECONDS,
                  (double)units.requests / SECONDS);
    assert_true(units.requests <= SECONDS * 5);
    assert_true(units.read <= SECONDS * 6);
    store_close(writer);
    viewer_close(&v);
}

/* Under load each second's items are read about twice: once for the tail, once for the overlap. */
static void a_busy_feed_is_not_read_over_and_over(void **state)
{
    struct batch *batch = *state;
    struct store *writer[] = {viewer_store(0, false), viewer_store(0, false)};
    struct fake_units written, read;
    struct viewer v;
    viewer_open(&v, true);
    viewer_load(&v, 0);
    write_events(writer[0], batch, 0, 5);
    write_events(writer[1], batch, 5, 10);
    pass_seconds(&v, 2);
    fake_aws_units_reset(fixture_fake);
    for (unsigned i = 1; i < 80; i++) {
        write_events(writer[i % 2], batch, i * 100, (i + 1) * 100);
        viewer_now += 250;
        if (i % 4 == 0)
            assert_true(viewer_look(&v, 1000));
    }
    fake_aws_units(fixture_fake, FIXTURE_FEED, "PutItem", &written);
    fake_aws_units(fixture_fake, FIXTURE_FEED, "Query", &read);
    print_message("%.0f units written, %.0f read\n", written.write, read.read);
    assert_true(read.read * 4 < written.write * 4 + 20 * 5 * 4);
    store_close(writer[0]);
    store_close(writer[1]);
    viewer_close(&v);
}

#define READER_TEST(test) cmocka_unit_test_setup_teardown(test, setup, dynamodb_test_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        READER_TEST(short_pages_and_unprocessed_keys_lose_nothing),
        READER_TEST(an_outage_amid_reading_loses_nothing),
        READER_TEST(one_that_slept_longer_than_the_feed_keeps_reads_all_again),
        READER_TEST(what_indexes_show_late_is_seen_by_the_feed),
        READER_TEST(keys_that_may_only_read_are_enough),
        READER_TEST(a_table_of_the_original_is_read_as_it_is),
        READER_TEST(items_of_the_original_in_a_table_of_ours_are_seen),
        READER_TEST(what_a_dead_writer_stored_shows_within_a_minute),
        READER_TEST(beats_tell_of_the_writers),
        READER_TEST(an_idle_reader_costs_little),
        READER_TEST(a_busy_feed_is_not_read_over_and_over),
    };
    return cmocka_run_group_tests(tests, dynamodb_fixture_begin, dynamodb_fixture_end);
}
