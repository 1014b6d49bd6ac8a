/* Taking contacts out of a store: what fails on the way, and what is odd. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/expired_fixture.h"

/* Throttles, replies that are lost, pages of one item: all within one call of the function. */
static void what_the_service_does_to_us_is_survived(void **state)
{
    static const struct fake_rule rules[] = {
        {.operation = "Query", .fault = FAKE_THROTTLE, .times = 2},
        {.operation = "Query", .fault = FAKE_SHORT_PAGE, .skip = 2, .times = 30},
        {.operation = "BatchWriteItem", .fault = FAKE_UNPROCESSED, .probability = 0.4, .times = 4},
        {.operation = "BatchWriteItem", .fault = FAKE_RESET_AFTER, .skip = 2, .times = 2},
        {.operation = "DeleteItem", .fault = FAKE_RESET_AFTER, .times = 3},
        {.operation = "DeleteItem", .fault = FAKE_ERROR_500, .skip = 4, .times = 1},
    };
    struct expired *e = *state;
    expired_ingest_all(e, 5);
    for (size_t i = 0; i < e->samples.count; i++)
        stream_ttl(e, e->samples.item[i].contact_id);
    for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
        fake_aws_fault(fixture_fake, &rules[i]);
    assert_true(stream_send(e));
    assert_int_equal(e->reported, 0);
    assert_int_equal(expired_chunks(), 0);
    expired_expect_all(e);
}

/* One fails: the others are archived, and it is reported. None works: that is a failure of all. */
static void an_outage_is_told(void **state)
{
    struct expired *e = *state;
    expired_ingest_all(e, 5);
    e->setup.store.aws = dynamodb_fixture_impatient(NULL, NULL);
    for (size_t i = 0; i < e->samples.count; i++)
        stream_ttl(e, e->samples.item[i].contact_id);
    struct fake_rule rule = {.operation = "Query", .fault = FAKE_ERROR_500, .skip = 2, .times = 1};
    fake_aws_fault(fixture_fake, &rule);
    assert_true(stream_send(e));
    assert_int_equal(e->reported, 1);
    assert_true(stream_reports(e, 2));
    fake_aws_faults_clear(fixture_fake);
    rule = (struct fake_rule){.operation = "Query", .fault = FAKE_ERROR_500};
    fake_aws_fault(fixture_fake, &rule);
    uint64_t before = fake_aws_requests(fixture_fake, "Query");
    assert_false(stream_send(e));
    assert_string_equal(e->fault.type, "Contactwatch.ArchiveUnavailable");
    assert_in_range(fake_aws_requests(fixture_fake, "Query") - before, 1, 4); /* it gave up */
    fake_aws_faults_clear(fixture_fake);
    assert_true(stream_send(e));
    assert_int_equal(e->reported, 0);
    assert_int_equal(expired_chunks(), 0);
    expired_expect_all(e);
}

/* The archive cannot be written: nothing is removed. */
static void nothing_goes_that_is_not_safely_written(void **state)
{
    struct expired *e = *state;
    expired_ingest_all(e, 5);
    size_t before = expired_chunks();
    stream_ttl(e, e->samples.item[0].contact_id);
    archive_fixture_put(e->place, "dt=2025-11-13", "x", 1); /* a file where the folder would be */
    archive_fixture_put(e->place, "dt=2025-11-14", "x", 1);
    assert_false(stream_send(e));
    assert_int_equal(expired_chunks(), before);
}

/* A history of this many entries in this many flushes, some of them larger than an item holds. */
static void store_large(struct expired *e, struct sample *sample, size_t entries, size_t flushes,
                        size_t large)
{
    struct store *store = expired_store(NULL);
    expired_attributes(e, sample, entries, large);
    expired_ingest(e, store, sample, 0, 0, entries / flushes);
    store_close(store);
    expired_pass();
}

static void an_entry_in_parts_goes_with_all_of_them(void **state)
{
    struct expired *e = *state;
    struct sample sample = {0};
    store_large(e, &sample, 4, 4, 1);
    assert_true(expired_chunks() > sample.count);
    stream_ttl(e, sample.contact_id);
    assert_true(stream_send(e));
    assert_int_equal(expired_chunks(), 0);
    expired_expect(e, &sample);
    expired_sample_free(&sample);
}

static void a_contact_of_many_entries_is_taken_whole(void **state)
{
    struct expired *e = *state;
    struct sample sample = {0};
    store_large(e, &sample, 5000, 100, 0);
    assert_int_equal(expired_chunks(), 100);
    stream_ttl(e, sample.contact_id);
    assert_true(stream_send(e));
    assert_int_equal(e->reported, 0);
    assert_int_equal(expired_chunks(), 0);
    expired_expect(e, &sample);
    expired_sample_free(&sample);
}

/* What nobody can read is not archived, and so it stays. */
static void a_chunk_that_cannot_be_read_stays(void **state)
{
    struct expired *e = *state;
    const struct sample *sample = &e->samples.item[0];
    struct store *store = expired_store(NULL);
    char put[512];
    expired_ingest(e, store, sample, 0, 0, 5);
    expired_pass();
    snprintf(put, sizeof(put),
             "{\"TableName\":\"" FIXTURE_HISTORY
             "\",\"Item\":{\"Connect_ContactId\":{\"S\":\"%s\"},"
             "\"Written\":{\"S\":\"1763077800000#00\"},\"Packed\":{\"B\":\"AAAA\"}}}",
             sample->contact_id);
    dynamodb_fixture_call("PutItem", put);
    stream_ttl(e, sample->contact_id);
    assert_true(stream_send(e));
    assert_int_equal(expired_chunks(), 1);
    expired_expect(e, sample);
    store_close(store);
}

/* As the original's Lambdas leave it; %lld: expiry. */
#define ORIGINAL "0717e000-0000-4000-8000-0000000000b1"
#define FLOW_LOG(time, key)                                                                        \
    "{\"M\":{\"LogType\":{\"S\":\"ContactFlowLog\"},\"Timestamp\":{\"S\":\"" time "\"},"           \
    "\"ContactId\":{\"S\":\"" ORIGINAL "\"},\"ContactFlowId\":{\"S\":\"arn:aws:connect:eu-west-2:" \
    "111122223333:instance/i/contact-flow/f1\"},\"ContactFlowModuleType\":{\"S\":"                 \
    "\"SetAttributes\"},\"Parameters\":{\"M\":{\"Key\":{\"S\":\"" key                              \
    "\"},\"Value\":{\"S\":\"gold\"}}}}}"

static void put_original(void)
{
    struct buf json = {0};
    buf_printf(&json,
               "{\"TableName\":\"" FIXTURE_TABLE
               "\",\"Item\":{\"Connect_ContactId\":{\"S\":\"" ORIGINAL
               "\"},\"Status\":{\"S\":\"INITIATED\"},\"Team\":{\"S\":\"North\"},"
               "\"DDB_ExpiryEpoch\":{\"N\":\"%lld\"},\"Customer_Identifier\":{\"S\":\"C-7\"},"
               "\"initiationTimestamp\":{\"S\":\"2025-11-13T10:00:00.000Z\"},\"History\":{\"L\":"
               "[" FLOW_LOG("2025-11-13T10:00:01.000Z", "Tier") "," FLOW_LOG(
                   "2025-11-13T10:00:02.000Z", "Level") "," FLOW_LOG("2025-11-13T10:00:02.000Z",
                                                                     "Level") "]}}}",
               (long long)(expired_now / 1000 - 60));
    dynamodb_fixture_call("PutItem", json.data);
    buf_free(&json);
}

static void expect_original(struct expired *e, bool third)
{
    char *text = expired_archived(e, ORIGINAL);
    assert_non_null(strstr(text, "\"Key\":\"Tier\""));
    assert_non_null(strstr(text, "\"Key\":\"Level\""));
    assert_int_equal(strstr(text, "\"Key\":\"Third\"") != NULL, third);
    assert_non_null(strstr(text, "\"Team\":\"North\""));
    assert_non_null(strstr(text, "\"Customer_Identifier\":\"C-7\""));
    free(text);
}

static void an_item_of_the_original_is_archived_with_what_lies_in_it(void **state)
{
    struct expired *e = *state;
    put_original();
    stream_ttl(e, ORIGINAL);
    assert_true(stream_send(e));
    assert_int_equal(e->reported, 0);
    expect_original(e, false);
}

static bool keep_record(void *context, const struct record *record)
{
    struct record *kept = context;
    record_copy(kept, record);
    return false;
}

static unsigned remove_it(struct store *store, const struct record *record,
                          const struct history *history)
{
    struct err err = {""};
    unsigned removed;
    if (!store->ops->remove(store, record, history, &removed, &err))
        fail_msg("%s", err.text);
    return removed;
}

/* Its Lambda appends between reading and removing: without a version the number of entries tells.
 */
static void an_item_of_the_original_that_grows_stays(void **state)
{
    struct expired *e = *state;
    struct store *store = expired_store(NULL);
    struct record record;
    struct history history = {0};
    struct arena arena = {0};
    struct err err = {""};
    unsigned removed;
    const struct store_visit visit = {.context = &record, .record = keep_record};
    put_original();
    assert_true(store->ops->expired(store, &visit, NULL));
    assert_true(store->ops->history(store, ORIGINAL, &arena, &history, NULL));
    assert_int_equal(history.count, 2);
    dynamodb_fixture_call("UpdateItem",
                          "{\"TableName\":\"" FIXTURE_TABLE
                          "\",\"Key\":{\"Connect_ContactId\":{\"S\":\"" ORIGINAL
                          "\"}},\"UpdateExpression\":\"SET History = list_append(History, :e)\","
                          "\"ExpressionAttributeValues\":{\":e\":{\"L\":[" FLOW_LOG(
                              "2025-11-13T10:00:03.000Z", "Third") "]}}}");
    assert_int_equal(remove_it(store, &record, &history), 0);
    e->archive = archive_fixture_open(e->place, true);
    if (!archive_take(e->archive, store, &record, NULL, &removed, &err))
        fail_msg("%s", err.text);
    assert_int_equal(removed, 1);
    expect_original(e, true);
    assert_int_equal(fake_aws_items(fixture_fake, FIXTURE_TABLE), 1);
    record_free(&record);
    history_free(&history);
    arena_free(&arena);
    store_close(store);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        EXPIRED_TEST(what_the_service_does_to_us_is_survived),
        EXPIRED_TEST(an_outage_is_told),
        EXPIRED_TEST(nothing_goes_that_is_not_safely_written),
        EXPIRED_TEST(an_entry_in_parts_goes_with_all_of_them),
        EXPIRED_TEST(a_contact_of_many_entries_is_taken_whole),
        EXPIRED_TEST(a_chunk_that_cannot_be_read_stays),
        EXPIRED_TEST(an_item_of_the_original_is_archived_with_what_lies_in_it),
        EXPIRED_TEST(an_item_of_the_original_that_grows_stays),
    };
    return cmocka_run_group_tests(tests, dynamodb_fixture_begin, dynamodb_fixture_end);
}
