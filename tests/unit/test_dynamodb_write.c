/* What a writer leaves in the tables, what it leaves alone, and which tables it takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/dynamodb_fixture.h"
#include "support/store_fixture.h"

static void add(struct batch *batch, const char *id, enum lifecycle state, int64_t time)
{
    struct event event = fixture_contact(batch, id, state, time);
    batch_add(batch, &event);
}

static void ids_that_are_the_stores_own_are_refused(void **state)
{
    struct batch *batch = *state;
    struct store *store = dynamodb_fixture_store(NULL);
    static const char *const ids[] = {"#contactwatch", "#document#names", "AGENT#arn"};
    struct buf schema = {0}, after = {0};
    dynamodb_fixture_item(FIXTURE_TABLE, "#contactwatch", &schema);
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
        dynamodb_fixture_flow(batch, ids[i], (unsigned)i);
    assert_true(store_apply(store, batch->change, batch->count, NULL));
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
        assert_int_equal(batch->change[i].outcome, STORE_REFUSED);
    dynamodb_fixture_item(FIXTURE_TABLE, "#contactwatch", &after);
    assert_string_equal(after.data, schema.data);
    buf_free(&schema);
    buf_free(&after);
    store_close(store);
}

static void what_others_put_on_an_item_stays(void **state)
{
    struct batch *batch = *state;
    struct store *store = dynamodb_fixture_store(NULL), *cold;
    struct buf item = {0};
    dynamodb_fixture_flow(batch, "a", 1);
    batch_store(store, batch);
    dynamodb_fixture_call(
        "UpdateItem",
        "{\"TableName\":\"" FIXTURE_TABLE "\",\"Key\":{\"Connect_ContactId\":{\"S\":\"a\"}},"
        "\"UpdateExpression\":\"SET Team = :t, Marks = :m\",\"ExpressionAttributeValues\":"
        "{\":t\":{\"S\":\"North\"},\":m\":{\"SS\":[\"x\",\"y\"]}}}");
    for (unsigned i = 2; i < 6; i++) {
        batch_clear(batch);
        dynamodb_fixture_flow(batch, "a", i);
        cold = dynamodb_fixture_store(NULL);
        batch_store(i % 2 ? cold : store, batch);
        store_close(cold);
        dynamodb_fixture_item(FIXTURE_TABLE, "a", &item);
        assert_non_null(strstr(item.data, "\"Team\":{\"S\":\"North\"}"));
        assert_non_null(strstr(item.data, "\"Marks\":{\"SS\":[\"x\",\"y\"]}"));
    }
    dynamodb_fixture_expect(store, "a", 5, 5);
    buf_free(&item);
    store_close(store);
}

static void an_ended_contact_leaves_the_live_index(void **state)
{
    struct batch *batch = *state;
    struct store *store = dynamodb_fixture_store(NULL);
    struct buf item = {0};
    add(batch, "a", LIFECYCLE_INITIATED, clock_now(NULL));
    batch_store(store, batch);
    dynamodb_fixture_item(FIXTURE_TABLE, "a", &item);
    assert_non_null(strstr(item.data, "\"Live_Partition\":{\"S\":\"LIVE#"));
    assert_null(strstr(item.data, "\"S\":\"\""));
    batch_clear(batch);
    add(batch, "a", LIFECYCLE_DISCONNECTED, clock_now(NULL) + 5);
    batch_store(store, batch);
    dynamodb_fixture_item(FIXTURE_TABLE, "a", &item);
    assert_null(strstr(item.data, "Live_Partition"));
    buf_free(&item);
    store_close(store);
}

static void a_duplicate_costs_nothing(void **state)
{
    struct batch *batch = *state;
    struct store *store = dynamodb_fixture_store(NULL), *cold = dynamodb_fixture_store(NULL);
    struct fake_units units;
    add(batch, "a", LIFECYCLE_INITIATED, clock_now(NULL));
    dynamodb_fixture_flow(batch, "a", 1);
    batch_store(store, batch);
    fake_aws_units_reset(fixture_fake);
    assert_int_equal(batch_store(store, batch), 0);
    fake_aws_units(fixture_fake, NULL, NULL, &units);
    assert_int_equal(units.requests, 0);
    batch_store(cold, batch); /* who does not know writes the entries again, not the record */
    dynamodb_fixture_expect(cold, "a", 2, 1);
    store_close(store);
    store_close(cold);
}

static void tables_that_are_not_there_are_told(void **state)
{
    (void)state;
    struct err err = {0};
    const struct store_options options = {.aws = dynamodb_fixture_session()};
    assert_null(store_open("dynamodb:Nowhere", &options, &err));
    assert_non_null(strstr(err.text, "contactwatch init --store dynamodb:Nowhere"));
    assert_non_null(strstr(err.text, "(Nowhere in eu-west-1)"));
    assert_null(store_open("dynamodb:" FIXTURE_TABLE, &(struct store_options){0}, &err));
    assert_null(store_open("dynamodb:a b", &options, &err));
    dynamodb_fixture_call(
        "UpdateItem",
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
    dynamodb_fixture_flow(batch, "a", 1);
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
        DYNAMODB_TEST(ids_that_are_the_stores_own_are_refused),
        DYNAMODB_TEST(what_others_put_on_an_item_stays),
        DYNAMODB_TEST(an_ended_contact_leaves_the_live_index),
        DYNAMODB_TEST(a_duplicate_costs_nothing),
        DYNAMODB_TEST(tables_that_are_not_there_are_told),
        DYNAMODB_TEST(a_viewer_writes_nothing),
    };
    return cmocka_run_group_tests(tests, dynamodb_fixture_begin, dynamodb_fixture_end);
}
