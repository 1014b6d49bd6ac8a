/* Items of the original project: history inline, no Version. Read as they are, moved to chunks by
 * their first write, in a table that init made or in the original's own. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/dynamodb.h"
#include "support/dynamodb_fixture.h"
#include "support/store_fixture.h"

#define ID "c0ffee00-1111-4a4a-8b8b-0000000000b1"
#define INSTANCE                                                                                   \
    "arn:aws:connect:eu-west-2:111122223333:instance/5d2b0a3e-7f11-4c58-9a0e-3c7f00aa1d01"

/* As its Lambdas leave a chat: text order, one entry twice, empty objects. %lld: expiry. */
static const char original[] =
    "{\"TableName\":\"%s\",\"Item\":{\"Connect_ContactId\":{\"S\":\"" ID "\"},"
    "\"Connect_Channel\":{\"S\":\"CHAT\"},\"Connect_InitiationMethod\":{\"S\":\"API\"},"
    "\"Connect_queueInfo\":{\"M\":{}},\"Connect_agentInfo\":{\"M\":{}},"
    "\"Connect_disconnectTimestamp\":{\"S\":\"\"},\"Customer_Identifier\":{\"S\":\"C-7\"},"
    "\"DDB_ExpiryEpoch\":{\"N\":\"%lld\"},\"Team\":{\"S\":\"North\"},"
    "\"Status\":{\"S\":\"INITIATED\"},\"initiationTimestamp\":{\"S\":\"%s\"},"
    "\"Timestamps\":{\"M\":{\"eventbridge\":{\"S\":\"%s\"}}},\"History\":{\"L\":["
    "{\"M\":{\"LogType\":{\"S\":\"ContactEvent\"},\"Timestamp\":{\"S\":\"%s\"},"
    "\"channel\":{\"S\":\"CHAT\"},\"contactId\":{\"S\":\"" ID "\"},"
    "\"eventType\":{\"S\":\"INITIATED\"},\"initiationMethod\":{\"S\":\"API\"},"
    "\"initiationTimestamp\":{\"S\":\"%s\"},\"instanceArn\":{\"S\":\"" INSTANCE "\"}}},"
    "{\"M\":{\"LogType\":{\"S\":\"ContactFlowLog\"},\"Timestamp\":{\"S\":\"%s\"},"
    "\"ContactId\":{\"S\":\"" ID "\"},\"ContactFlowId\":{\"S\":\"" INSTANCE
    "/contact-flow/f1\"},\"ContactFlowName\":{\"S\":\"Main\"},\"ContactFlowModuleType\":"
    "{\"S\":\"SetAttributes\"},\"Parameters\":{\"M\":{\"Key\":{\"S\":\"Tier\"},"
    "\"Value\":{\"S\":\"gold\"}}}}},"
    "{\"M\":{\"LogType\":{\"S\":\"ContactFlowLog\"},\"Timestamp\":{\"S\":\"%s\"},"
    "\"ContactId\":{\"S\":\"" ID "\"},\"ContactFlowId\":{\"S\":\"" INSTANCE
    "/contact-flow/f1\"},\"ContactFlowName\":{\"S\":\"Main\"},\"ContactFlowModuleType\":"
    "{\"S\":\"SetAttributes\"},\"Parameters\":{\"M\":{\"Key\":{\"S\":\"Tier\"},"
    "\"Value\":{\"S\":\"gold\"}}}}}]}}}";

static char at[INSTANT_TEXT];

static void put_original(const char *table)
{
    struct buf json = {0};
    int64_t now = clock_now(NULL);
    instant_format(now - MINUTE_MS, at);
    buf_printf(&json, original, table, (long long)(now + DAY_MS) / 1000, at, at, at, at, at, at);
    dynamodb_fixture_call("PutItem", json.data);
    buf_free(&json);
}

static struct store *open_as(const char *spec, bool read_only)
{
    const struct store_options options = {.aws = dynamodb_fixture_session(),
                                          .read_only = read_only};
    struct err err = {0};
    struct store *store = store_open(spec, &options, &err);
    if (!store)
        fail_msg("%s", err.text);
    return store;
}

static size_t expect_contact(struct store *store, const char *status)
{
    struct arena arena = {0};
    struct record record;
    struct history history = {0};
    struct err err = {0};
    bool found = false;
    if (!store_get(store, ID, &arena, &record, &history, &found, &err))
        fail_msg("%s", err.text);
    assert_true(found);
    assert_string_equal(record.field[FIELD_STATUS].value, status);
    assert_string_equal(record.field[FIELD_CUSTOMER].value, "C-7");
    assert_string_equal(record.attributes.item[0].reg.value, "gold");
    assert_string_equal(record.other.item[0].name, "Team");
    size_t count = history.count;
    record_free(&record);
    history_free(&history);
    arena_free(&arena);
    return count;
}

static void add_ending(struct batch *batch)
{
    struct event event = fixture_contact(batch, ID, LIFECYCLE_DISCONNECTED, clock_now(NULL));
    event.contact.channel = "CHAT";
    batch_add(batch, &event);
}

static void the_first_write_moves_the_history_to_chunks(void **state)
{
    struct batch *batch = *state;
    struct buf item = {0};
    put_original(FIXTURE_TABLE);
    struct store *store = open_as("dynamodb:" FIXTURE_TABLE, false);
    assert_int_equal(expect_contact(store, "INITIATED"), 2);
    add_ending(batch);
    batch_store(store, batch);
    assert_int_equal(expect_contact(store, "DISCONNECTED"), 3);
    dynamodb_fixture_item(FIXTURE_TABLE, ID, &item);
    assert_null(strstr(item.data, "\"History\""));
    assert_null(strstr(item.data, "\"S\":\"\"")); /* what said nothing is gone */
    assert_non_null(strstr(item.data, "\"Team\":{\"S\":\"North\"}"));
    assert_non_null(strstr(item.data, "\"Version\":{\"N\":\"1\"}"));
    assert_non_null(strstr(item.data, "\"Stamps\""));
    assert_int_equal(fake_aws_items(fixture_fake, FIXTURE_HISTORY), 2); /* moved, and the new one */
    buf_free(&item);
    store_close(store);
    store = open_as("dynamodb:" FIXTURE_TABLE, true);
    assert_int_equal(expect_contact(store, "DISCONNECTED"), 3);
    store_close(store);
}

/* What others put where the version stands must not stop the contact for good. */
static void a_version_that_is_none_is_written_over(void **state)
{
    static const char *const odd[] = {"{\"S\":\"seven\"}", "{\"N\":\"-7\"}", "{\"L\":[]}",
                                      "{\"N\":\"99999999999999999999\"}"};
    struct batch *batch = *state;
    struct store *store = open_as("dynamodb:" FIXTURE_TABLE, false);
    add_ending(batch);
    for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
        struct buf json = {0}, item = {0};
        put_original(FIXTURE_TABLE);
        buf_printf(&json,
                   "{\"TableName\":\"%s\",\"Key\":{\"Connect_ContactId\":{\"S\":\"%s\"}},"
                   "\"UpdateExpression\":\"SET Version = :v\",\"ExpressionAttributeValues\":"
                   "{\":v\":%s}}",
                   FIXTURE_TABLE, ID, odd[i]);
        dynamodb_fixture_call("UpdateItem", json.data);
        batch_store(store, batch);
        assert_true(expect_contact(store, "DISCONNECTED") >= 3);
        dynamodb_fixture_item(FIXTURE_TABLE, ID, &item);
        assert_non_null(strstr(item.data, "\"Version\":{\"N\":\"1\"}"));
        buf_free(&item);
        buf_free(&json);
    }
    store_close(store);
}

static void append_entry(const char *type)
{
    struct buf json = {0};
    buf_printf(
        &json,
        "{\"TableName\":\"" FIXTURE_TABLE "\",\"Key\":{\"Connect_ContactId\":{\"S\":\"" ID
        "\"}},\"UpdateExpression\":\"SET History = list_append(History, :e)\","
        "\"ExpressionAttributeValues\":{\":e\":{\"L\":[{\"M\":{\"LogType\":{\"S\":"
        "\"%s\"},\"Timestamp\":{\"S\":\"2026-11-23T01:00:00.000Z\"},\"ContactId\":"
        "{\"S\":\"" ID "\"},\"ContactFlowId\":{\"S\":\"" INSTANCE
        "/contact-flow/f1\"},\"ContactFlowModuleType\":{\"S\":\"PlayPrompt\"},\"Parameters\":"
        "{\"M\":{}}}}]}}}",
        type);
    dynamodb_fixture_call("UpdateItem", json.data);
    buf_free(&json);
}

/* Its Lambda appends between our reading and our writing: the condition on the number of entries
 * fails, and the entry moves too. */
static void an_entry_that_came_meanwhile_is_moved_too(void **state)
{
    struct batch *batch = *state;
    put_original(FIXTURE_TABLE);
    struct store *store = open_as("dynamodb:" FIXTURE_TABLE, false);
    add_ending(batch);
    fake_aws_fault(
        fixture_fake,
        &(struct fake_rule){.operation = "UpdateItem", .fault = FAKE_RESET_BEFORE, .skip = 1});
    struct err err = {0};
    store_apply(store, batch->change, batch->count, &err); /* read, and moved, but not written */
    fake_aws_faults_clear(fixture_fake);
    assert_int_equal(batch->change[0].outcome, STORE_RETRY);
    append_entry("ContactFlowLog");
    batch_store(store, batch);
    assert_int_equal(expect_contact(store, "DISCONNECTED"), 4);
    store_close(store);
}

static int64_t in_two_days(void *context)
{
    (void)context;
    return clock_now(NULL) + 2 * DAY_MS;
}

static bool take_copy(void *context, const struct record *record)
{
    record_copy(context, record);
    return true;
}

/* How much was removed; UINT_MAX = it failed. */
static unsigned removed_with(struct store *store, const struct record *record, size_t entries)
{
    struct arena arena = {0};
    struct history history = {0};
    struct err err = {0};
    unsigned removed = 0;
    assert_true(store->ops->history(store, ID, &arena, &history, &err));
    assert_true(history.count >= entries);
    history.count = entries;
    if (!store->ops->remove(store, record, &history, &removed, &err)) {
        assert_non_null(strstr(err.text, "not understood"));
        removed = UINT_MAX;
    }
    history_free(&history);
    arena_free(&arena);
    return removed;
}

/* An item without Version does not tell that it changed: what came after its History was read is
 * not removed with it, nor what is in no archive as nobody understands it. */
static void an_expired_one_goes_with_all_its_entries_or_stays(void **state)
{
    const struct clock later = {in_two_days, NULL};
    const struct store_options options = {.aws = dynamodb_fixture_session(), .clock = &later};
    struct record record = {0};
    struct buf item = {0};
    const struct store_visit copy = {.context = &record, .record = take_copy};
    struct err err = {0};
    (void)state;
    put_original(FIXTURE_TABLE);
    struct store *store = store_open("dynamodb:" FIXTURE_TABLE, &options, &err);
    assert_non_null(store);
    assert_true(store->ops->expired(store, &copy, &err));
    assert_string_equal(record.contact_id, ID);
    append_entry("ContactFlowLog");
    assert_int_equal(removed_with(store, &record, 2), 0);
    assert_int_equal(removed_with(store, &record, 3), 1);
    put_original(FIXTURE_TABLE);
    append_entry("Riddle");
    assert_int_equal(removed_with(store, &record, 2), UINT_MAX);
    dynamodb_fixture_item(FIXTURE_TABLE, ID, &item);
    assert_non_null(strstr(item.data, "Riddle"));
    buf_free(&item);
    dynamodb_fixture_call("DeleteItem", "{\"TableName\":\"" FIXTURE_TABLE
                                        "\",\"Key\":{\"Connect_ContactId\":{\"S\":\"" ID "\"}}}");
    struct arena arena = {0};
    struct history left = {0};
    assert_true(store->ops->history(store, ID, &arena, &left, &err));
    assert_int_equal(left.count, 0);
    arena_free(&arena);
    record_free(&record);
    store_close(store);
}

static void the_originals_own_table_is_read_and_written_as_it_is(void **state)
{
    struct batch *batch = *state;
    struct err err = {0};
    struct buf item = {0};
    dynamodb_fixture_original("Original");
    put_original("Original");
    struct store *store = open_as("dynamodb:Original", true);
    assert_int_equal(expect_contact(store, "INITIATED"), 2);
    store_close(store);
    const struct store_options options = {.aws = dynamodb_fixture_session()};
    assert_null(store_open("dynamodb:Original", &options, &err));
    assert_non_null(strstr(err.text, "contactwatch init --store dynamodb:Original"));
    if (!dynamodb_init("Other,Original-History,Original-Feed", options.aws, NULL, NULL, &err))
        fail_msg("%s", err.text);
    store = open_as("dynamodb:Original", false);
    add_ending(batch);
    batch_store(store, batch);
    assert_int_equal(expect_contact(store, "DISCONNECTED"), 3);
    dynamodb_fixture_item("Original", ID, &item);
    assert_null(strstr(item.data, "\"History\""));
    buf_free(&item);
    store_close(store);
    dynamodb_fixture_call("DeleteTable", "{\"TableName\":\"Other\"}");
    dynamodb_fixture_call("DeleteTable", "{\"TableName\":\"Original\"}");
    dynamodb_fixture_call("DeleteTable", "{\"TableName\":\"Original-History\"}");
    dynamodb_fixture_call("DeleteTable", "{\"TableName\":\"Original-Feed\"}");
}

static bool count_record(void *context, const struct record *record)
{
    *(size_t *)context += strcmp(record->contact_id, ID) == 0;
    return true;
}

/* Its table gets the indexes it lacks; the one it has stays as it is. */
static void init_brings_the_originals_own_table_up_to_date(void **state)
{
    struct batch *batch = *state;
    struct err err = {0};
    struct buf table = {0};
    size_t records = 0;
    dynamodb_fixture_original("Original");
    put_original("Original");
    if (!dynamodb_init("Original", dynamodb_fixture_session(), NULL, NULL, &err))
        fail_msg("%s", err.text);
    assert_int_equal(fake_aws_requests(fixture_fake, "UpdateTable"), 2);
    fake_aws_call(fixture_fake, "DynamoDB_20120810.DescribeTable", "{\"TableName\":\"Original\"}",
                  &table);
    assert_non_null(strstr(table.data, "GSI-Live"));
    assert_non_null(strstr(table.data, "GSI-Chain"));
    assert_non_null(strstr(table.data, "\"ProjectionType\":\"ALL\""));
    struct store *store = open_as("dynamodb:Original", false);
    assert_int_equal(expect_contact(store, "INITIATED"), 2);
    struct event event = fixture_contact(batch, ID, LIFECYCLE_QUEUED, clock_now(NULL));
    event.contact.channel = "CHAT";
    batch_add(batch, &event);
    batch_store(store, batch);
    const struct store_visit visit = {.context = &records, .record = count_record};
    assert_true(store->ops->live(store, 0, &visit, NULL, &err));
    assert_int_equal(records, 1);
    assert_true(store->ops->by_chain(store, ID, &visit, &err));
    assert_int_equal(records, 2);
    buf_free(&table);
    store_close(store);
    dynamodb_fixture_call("DeleteTable", "{\"TableName\":\"Original\"}");
    dynamodb_fixture_call("DeleteTable", "{\"TableName\":\"Original-History\"}");
    dynamodb_fixture_call("DeleteTable", "{\"TableName\":\"Original-Feed\"}");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        DYNAMODB_TEST(the_first_write_moves_the_history_to_chunks),
        DYNAMODB_TEST(an_entry_that_came_meanwhile_is_moved_too),
        DYNAMODB_TEST(a_version_that_is_none_is_written_over),
        DYNAMODB_TEST(an_expired_one_goes_with_all_its_entries_or_stays),
        DYNAMODB_TEST(the_originals_own_table_is_read_and_written_as_it_is),
        DYNAMODB_TEST(init_brings_the_originals_own_table_up_to_date),
    };
    return cmocka_run_group_tests(tests, dynamodb_fixture_begin, dynamodb_fixture_end);
}
