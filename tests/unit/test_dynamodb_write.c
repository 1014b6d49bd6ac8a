/* Writing to DynamoDB where it is difficult: throttles, lost replies, conflicts, refusals, items
 * that others change. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/json.h"
#include "support/dynamodb_fixture.h"
#include "support/store_fixture.h"

static struct store *open_with(struct aws_session *session)
{
    const struct store_options options = {.aws = session};
    struct err err = {0};
    struct store *store = dynamodb_fixture_open(&options, &err);
    if (!store)
        fail_msg("%s", err.text);
    return store;
}

static struct store *open_one(void)
{
    return open_with(dynamodb_fixture_session());
}

static int64_t today(void)
{
    return clock_now(NULL);
}

static void add(struct batch *batch, const char *id, enum lifecycle state, int64_t time)
{
    struct event event = fixture_contact(batch, id, state, time);
    batch_add(batch, &event);
}

static void add_flow(struct batch *batch, const char *id, unsigned n)
{
    struct event event = fixture_flow(batch, id, today() + n, n, 0);
    batch_add(batch, &event);
}

static size_t history_of(struct store *store, const char *id, struct record *record)
{
    struct arena arena = {0};
    struct history history = {0};
    struct err err = {0};
    bool found = false;
    if (!store_get(store, id, &arena, record, &history, &found, &err))
        fail_msg("%s", err.text);
    assert_true(found);
    size_t count = history.count;
    history_free(&history);
    arena_free(&arena);
    return count;
}

static void expect_history(struct store *store, const char *id, size_t entries, int64_t version)
{
    struct record record;
    assert_int_equal(history_of(store, id, &record), entries);
    assert_int_equal(record.version, version);
    record_free(&record);
}

static void item_of(const char *id, struct buf *json)
{
    buf_clear(json);
    assert_true(fake_aws_item(fixture_fake, FIXTURE_TABLE, id, NULL, json));
}

static void call(const char *operation, const char *json)
{
    char target[64];
    struct buf reply = {0};
    snprintf(target, sizeof(target), "DynamoDB_20120810.%s", operation);
    if (fake_aws_call(fixture_fake, target, json, &reply) != 200)
        fail_msg("%s", reply.data);
    buf_free(&reply);
}

static void a_throttled_flush_is_for_later_and_says_why(void **state)
{
    static const char *const operations[] = {"BatchWriteItem", "UpdateItem", "PutItem"};
    struct batch *batch = *state;
    struct store *store = open_with(dynamodb_fixture_impatient(NULL, NULL));
    for (unsigned i = 0; i < ARRAY_SIZE(operations); i++) {
        struct err err = {0};
        add_flow(batch, "a", i + 1);
        fake_aws_fault(fixture_fake,
                       &(struct fake_rule){.operation = operations[i],
                                           .fault = FAKE_THROTTLE,
                                           .code = "TableWriteKeyRangeThroughputExceeded"});
        assert_false(store_apply(store, batch->change, batch->count, &err));
        assert_int_equal(batch->change[0].outcome, STORE_RETRY);
        assert_int_equal(batch->change[0].fresh, 0);
        if (i < 2 && !strstr(err.text, "TableWriteKeyRangeThroughputExceeded"))
            fail_msg("\"%s\" does not give the reason", err.text);
        fake_aws_faults_clear(fixture_fake);
        assert_int_equal(batch_store(store, batch), 1); /* once, however far it had come */
        batch_clear(batch);
    }
    expect_history(store, "a", 3, 3);
    store_close(store);
}

static void a_lost_reply_is_settled_by_the_join(void **state)
{
    static const char *const operations[] = {"BatchWriteItem", "UpdateItem", "PutItem"};
    struct batch *batch = *state;
    struct store *store = open_one();
    struct fake_units units;
    for (unsigned i = 0; i < ARRAY_SIZE(operations); i++) {
        add_flow(batch, "a", i + 1);
        fake_aws_fault(
            fixture_fake,
            &(struct fake_rule){.operation = operations[i], .fault = FAKE_RESET_AFTER, .times = 1});
        assert_int_equal(batch_store(store, batch), 1);
        batch_clear(batch);
    }
    assert_int_equal(fake_aws_struck(fixture_fake, FAKE_RESET_AFTER), ARRAY_SIZE(operations));
    expect_history(store, "a", 3, 3);
    assert_int_equal(fake_aws_items(fixture_fake, FIXTURE_HISTORY), 3);
    fake_aws_units(fixture_fake, FIXTURE_TABLE, "UpdateItem", &units);
    assert_int_equal(units.failed_conditions, 1);
    assert_int_equal(fake_aws_requests(fixture_fake, "BatchGetItem"), 0); /* it was no conflict */
    store_close(store);
}

static void what_comes_back_unprocessed_goes_again(void **state)
{
    struct batch *batch = *state;
    struct store *store = open_one();
    for (unsigned i = 0; i < 60; i++)
        add_flow(batch, fixture_id(&batch->arena, i), i);
    fake_aws_fault(fixture_fake, &(struct fake_rule){.operation = "BatchWriteItem",
                                                     .fault = FAKE_UNPROCESSED,
                                                     .probability = 0.4,
                                                     .times = 40});
    assert_int_equal(batch_store(store, batch), 60);
    assert_true(fake_aws_struck(fixture_fake, FAKE_UNPROCESSED) > 0);
    assert_int_equal(fake_aws_items(fixture_fake, FIXTURE_HISTORY), 60);
    for (unsigned i = 0; i < 60; i++)
        expect_history(store, fixture_id(&batch->arena, i), 1, 1);
    store_close(store);
}

static void a_condition_that_gives_no_item_makes_the_writer_read(void **state)
{
    struct batch *batch = *state;
    struct store *store = open_one();
    add_flow(batch, "a", 1);
    batch_store(store, batch);
    batch_clear(batch);
    add_flow(batch, "a", 2);
    fake_aws_fault(fixture_fake, &(struct fake_rule){.operation = "UpdateItem",
                                                     .fault = FAKE_ERROR_CODE,
                                                     .code = "ConditionalCheckFailedException",
                                                     .times = 1});
    assert_int_equal(batch_store(store, batch), 1);
    expect_history(store, "a", 2, 2);
    store_close(store);
}

static void a_contact_that_vanished_is_written_anew(void **state)
{
    struct batch *batch = *state;
    struct store *store = open_one();
    add_flow(batch, "a", 1);
    batch_store(store, batch);
    call("DeleteItem",
         "{\"TableName\":\"" FIXTURE_TABLE "\",\"Key\":{\"Connect_ContactId\":{\"S\":\"a\"}}}");
    add_flow(batch, "a", 2); /* beside the first, which is thought to be stored */
    batch_store(store, batch);
    expect_history(store, "a", 2, 1);
    store_close(store);
}

static void who_may_not_write_is_told_and_nothing_is_lost(void **state)
{
    struct batch *batch = *state;
    struct err err = {0};
    fake_aws_key(fixture_fake, &(struct fake_key){.access_key = "AKIDREADONLY00000000",
                                                  .secret_key = "asecretofitsown",
                                                  .denied = "dynamodb:UpdateItem"});
    struct store *store =
        open_with(dynamodb_fixture_impatient("AKIDREADONLY00000000", "asecretofitsown"));
    add_flow(batch, "a", 1);
    assert_false(store_apply(store, batch->change, batch->count, &err));
    assert_int_equal(batch->change[0].outcome, STORE_RETRY);
    assert_non_null(strstr(err.text, "AccessDenied"));
    assert_non_null(strstr(err.text, "UpdateItem"));
    store_close(store);
}

/* Two neighbours are stored, the one between them never can be. */
static void a_record_larger_than_an_item_is_refused_alone(void **state)
{
    enum { LARGE = 500 << 10 };
    struct batch *batch = *state;
    struct store *store = open_one();
    struct err err = {0};
    add_flow(batch, "a", 1);
    struct event event = fixture_contact(batch, "large", LIFECYCLE_QUEUED, today());
    char *info = arena_alloc(&batch->arena, LARGE + 32);
    memset(info, 'x', LARGE + 32);
    memcpy(info, "{\"queueArn\":\"", 13);
    memcpy(info + LARGE, "\"}", 3);
    event.contact.queue_info = info;
    batch_add(batch, &event);
    add_flow(batch, "b", 2);
    assert_true(store_apply(store, batch->change, batch->count, &err));
    static const enum store_outcome wanted[] = {STORE_STORED, STORE_REFUSED, STORE_STORED};
    for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
        assert_int_equal(batch->change[i].outcome, wanted[i]);
    assert_non_null(strstr(err.text, "contact large: UpdateItem: "));
    store_close(store);
}

static void ids_that_are_the_stores_own_are_refused(void **state)
{
    struct batch *batch = *state;
    struct store *store = open_one();
    static const char *const ids[] = {"#contactwatch", "#document#names", "AGENT#arn"};
    struct buf schema = {0}, after = {0};
    item_of("#contactwatch", &schema);
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
        add_flow(batch, ids[i], (unsigned)i);
    assert_true(store_apply(store, batch->change, batch->count, NULL));
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
        assert_int_equal(batch->change[i].outcome, STORE_REFUSED);
    item_of("#contactwatch", &after);
    assert_string_equal(after.data, schema.data);
    buf_free(&schema);
    buf_free(&after);
    store_close(store);
}

static void what_others_put_on_an_item_stays(void **state)
{
    struct batch *batch = *state;
    struct store *store = open_one(), *cold;
    struct buf item = {0};
    add_flow(batch, "a", 1);
    batch_store(store, batch);
    call("UpdateItem",
         "{\"TableName\":\"" FIXTURE_TABLE "\",\"Key\":{\"Connect_ContactId\":{\"S\":\"a\"}},"
         "\"UpdateExpression\":\"SET Team = :t, Marks = :m\",\"ExpressionAttributeValues\":"
         "{\":t\":{\"S\":\"North\"},\":m\":{\"SS\":[\"x\",\"y\"]}}}");
    for (unsigned i = 2; i < 6; i++) {
        batch_clear(batch);
        add_flow(batch, "a", i);
        cold = open_one();
        batch_store(i % 2 ? cold : store, batch);
        store_close(cold);
        item_of("a", &item);
        assert_non_null(strstr(item.data, "\"Team\":{\"S\":\"North\"}"));
        assert_non_null(strstr(item.data, "\"Marks\":{\"SS\":[\"x\",\"y\"]}"));
    }
    expect_history(store, "a", 5, 5);
    buf_free(&item);
    store_close(store);
}

static void an_ended_contact_leaves_the_live_index(void **state)
{
    struct batch *batch = *state;
    struct store *store = open_one();
    struct buf item = {0};
    add(batch, "a", LIFECYCLE_INITIATED, today());
    batch_store(store, batch);
    item_of("a", &item);
    assert_non_null(strstr(item.data, "\"Live_Partition\":{\"S\":\"LIVE#"));
    assert_null(strstr(item.data, "\"S\":\"\""));
    batch_clear(batch);
    add(batch, "a", LIFECYCLE_DISCONNECTED, today() + 5);
    batch_store(store, batch);
    item_of("a", &item);
    assert_null(strstr(item.data, "Live_Partition"));
    buf_free(&item);
    store_close(store);
}

static void a_duplicate_costs_nothing(void **state)
{
    struct batch *batch = *state;
    struct store *store = open_one(), *cold = open_one();
    struct fake_units units;
    add(batch, "a", LIFECYCLE_INITIATED, today());
    add_flow(batch, "a", 1);
    batch_store(store, batch);
    fake_aws_units_reset(fixture_fake);
    assert_int_equal(batch_store(store, batch), 0);
    fake_aws_units(fixture_fake, NULL, NULL, &units);
    assert_int_equal(units.requests, 0);
    batch_store(cold, batch); /* who does not know writes the entries again, not the record */
    expect_history(cold, "a", 2, 1);
    store_close(store);
    store_close(cold);
}

/* One of the writers that share contacts; what fails is told by the count. */
enum { WRITERS = 3, ROUNDS = 12, CONTACTS = 5, EVENTS = 20 };
struct writer {
    struct store *store;
    unsigned first;
    unsigned stored;
};

static void make(struct batch *batch, unsigned round)
{
    struct rng rng;
    rng_seed(&rng, 77 + round);
    batch_random(batch, &rng, CONTACTS, EVENTS);
}

static void *write_rounds(void *context)
{
    struct writer *w = context;
    struct batch *batch = mem_zero(sizeof(*batch));
    for (unsigned i = w->first; i < ROUNDS; i += WRITERS) {
        make(batch, i);
        bool good = store_apply(w->store, batch->change, batch->count, NULL);
        for (size_t k = 0; k < batch->count; k++)
            good &= batch->change[k].outcome == STORE_STORED;
        w->stored += good;
        batch_clear(batch);
    }
    batch_free(batch);
    free(batch);
    return NULL;
}

static void writers_at_once_lose_nothing(void **state)
{
    struct batch *batch = *state;
    struct writer writer[WRITERS];
    pthread_t thread[WRITERS];
    struct store *one = open_one();
    for (unsigned i = 0; i < ROUNDS; i++) {
        make(batch, i);
        batch_store(one, batch);
        batch_clear(batch);
    }
    struct buf wanted = store_dump(one);
    store_close(one);
    dynamodb_fixture_fresh();
    for (unsigned i = 0; i < WRITERS; i++)
        writer[i] = (struct writer){.store = open_one(), .first = i};
    for (unsigned i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, write_rounds, &writer[i]), 0);
    for (unsigned i = 0; i < WRITERS; i++)
        pthread_join(thread[i], NULL);
    for (unsigned i = 0; i < WRITERS; i++)
        assert_int_equal(writer[i].stored, ROUNDS / WRITERS);
    struct buf dump = store_dump(writer[0].store);
    assert_string_equal(dump.data, wanted.data);
    buf_free(&dump);
    buf_free(&wanted);
    for (unsigned i = 0; i < WRITERS; i++)
        store_close(writer[i].store);
}

static void tables_that_are_not_there_are_told(void **state)
{
    (void)state;
    struct err err = {0};
    const struct store_options options = {.aws = dynamodb_fixture_session()};
    assert_null(store_open("dynamodb:Nowhere", &options, &err));
    assert_non_null(strstr(err.text, "contactwatch init --store dynamodb:Nowhere"));
    assert_null(store_open("dynamodb:" FIXTURE_TABLE, &(struct store_options){0}, &err));
    assert_null(store_open("dynamodb:a b", &options, &err));
    call("UpdateItem",
         "{\"TableName\":\"" FIXTURE_TABLE
         "\",\"Key\":{\"Connect_ContactId\":{\"S\":\"#contactwatch\"}},\"UpdateExpression\":"
         "\"SET #s = :s\",\"ExpressionAttributeNames\":{\"#s\":\"Schema\"},"
         "\"ExpressionAttributeValues\":{\":s\":{\"N\":\"99\"}}}");
    assert_null(store_open("dynamodb:" FIXTURE_TABLE, &options, &err));
    assert_non_null(strstr(err.text, "newer contactwatch"));
}

static void a_viewer_writes_nothing(void **state)
{
    struct batch *batch = *state;
    struct err err = {0};
    unsigned removed;
    const struct store_options options = {.aws = dynamodb_fixture_session(), .read_only = true};
    struct store *store = dynamodb_fixture_open(&options, &err);
    assert_non_null(store);
    fake_aws_units_reset(fixture_fake);
    add_flow(batch, "a", 1);
    assert_false(store_apply(store, batch->change, batch->count, &err));
    assert_non_null(strstr(err.text, "--view-only"));
    assert_int_equal(batch->change[0].outcome, STORE_RETRY);
    assert_false(store->ops->apply_agents(store, NULL, 0, &err));
    assert_false(store->ops->document_put(store, "n", "x", 1, &err));
    assert_false(store->ops->forget(store, "a", &removed, &err));
    store_close(store);
    struct fake_units units;
    fake_aws_units(fixture_fake, NULL, NULL, &units);
    assert_int_equal(units.requests, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        DYNAMODB_TEST(a_throttled_flush_is_for_later_and_says_why),
        DYNAMODB_TEST(a_lost_reply_is_settled_by_the_join),
        DYNAMODB_TEST(what_comes_back_unprocessed_goes_again),
        DYNAMODB_TEST(a_condition_that_gives_no_item_makes_the_writer_read),
        DYNAMODB_TEST(a_contact_that_vanished_is_written_anew),
        DYNAMODB_TEST(who_may_not_write_is_told_and_nothing_is_lost),
        DYNAMODB_TEST(a_record_larger_than_an_item_is_refused_alone),
        DYNAMODB_TEST(ids_that_are_the_stores_own_are_refused),
        DYNAMODB_TEST(what_others_put_on_an_item_stays),
        DYNAMODB_TEST(an_ended_contact_leaves_the_live_index),
        DYNAMODB_TEST(a_duplicate_costs_nothing),
        DYNAMODB_TEST(writers_at_once_lose_nothing),
        DYNAMODB_TEST(tables_that_are_not_there_are_told),
        DYNAMODB_TEST(a_viewer_writes_nothing),
    };
    return cmocka_run_group_tests(tests, dynamodb_fixture_begin, dynamodb_fixture_end);
}
