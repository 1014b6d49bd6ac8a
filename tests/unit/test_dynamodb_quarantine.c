/* Refused records in the table: kept once, whole, and in nobody's way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/dynamodb.h"
#include "contactwatch/json.h"
#include "contactwatch/quarantine.h"
#include "support/dynamodb_fixture.h"
#include "support/store_fixture.h"

#define MIDNIGHT INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */

/* What the README says to ask. */
static const cJSON *listed(struct arena *arena)
{
    struct buf answer = {0};
    struct err err = {0};
    assert_int_equal(
        fake_aws_call(fixture_fake, "DynamoDB_20120810.Query",
                      "{\"TableName\":\"" FIXTURE_TABLE "\",\"IndexName\":"
                      "\"GSI-Live\",\"KeyConditionExpression\":\"Live_Partition = :q\","
                      "\"ExpressionAttributeValues\":"
                      "{\":q\":{\"S\":\"QUARANTINE#0\"}}}",
                      &answer),
        200);
    const cJSON *items = json_get(json_parse(arena, answer.data, answer.length, &err), "Items");
    buf_free(&answer);
    assert_true(cJSON_IsArray(items));
    return items;
}

static const char *key_of(const cJSON *item)
{
    return json_text(json_get(item, DDB_KEY), "S");
}

/* The line of an item, with those of its other parts behind. */
static void line_of(const char *key, struct arena *arena, struct buf *out)
{
    struct buf json = {0}, more = {0};
    struct err err = {0};
    for (unsigned part = 1; part < 20; part++) {
        buf_clear(&more);
        buf_text(&more, key);
        if (part > 1)
            buf_printf(&more, "#%03u", part);
        buf_clear(&json);
        if (!fake_aws_item(fixture_fake, FIXTURE_TABLE, more.data, NULL, &json))
            break;
        const cJSON *item = json_parse(arena, json.data, json.length, &err);
        buf_text(out, json_text(json_get(item, "Line"), "S"));
    }
    buf_free(&json);
    buf_free(&more);
}

static void keep(struct store *store, const struct buf *lines)
{
    struct err err = {0};
    if (!store->ops->quarantine(store, lines->data, lines->length, &err))
        fail_msg("%s", err.text);
}

static void each_line_is_kept_once(void **state)
{
    (void)state;
    struct store *store = dynamodb_fixture_store(NULL);
    struct buf lines = {0}, line = {0};
    struct arena arena = {0};
    quarantine_line(&lines, MIDNIGHT - 1, "sqs m1, line 2", "JSON is cut off", "{\"broken\":", 10);
    quarantine_line(&lines, MIDNIGHT - 1, "sqs m2, body", "not JSON", "\xff\xfe", 2);
    keep(store, &lines);
    const cJSON *items = listed(&arena);
    assert_int_equal(cJSON_GetArraySize(items), 2);
    assert_int_equal(strncmp(key_of(items->child), "QUARANTINE#2025-12-31#", 22), 0);
    buf_clear(&lines); /* the same again, a moment later on the same day */
    quarantine_line(&lines, MIDNIGHT - 1000, "sqs m1, line 2", "JSON is cut off",
                    "{\"broken\":", 10);
    keep(store, &lines);
    assert_int_equal(cJSON_GetArraySize(listed(&arena)), 2);
    buf_clear(&lines);
    quarantine_line(&lines, MIDNIGHT, "sqs m3, body", "not JSON", "third", 5);
    keep(store, &lines);
    items = listed(&arena);
    assert_int_equal(cJSON_GetArraySize(items), 3);
    const char *last = key_of(items->child->next->next);
    assert_int_equal(strncmp(last, "QUARANTINE#2026-01-01#", 22), 0);
    line_of(last, &arena, &line);
    buf_char(&line, '\n');
    assert_string_equal(line.data, lines.data);
    buf_free(&lines);
    buf_free(&line);
    arena_free(&arena);
    store_close(store);
}

static void it_leaves_after_two_weeks(void **state)
{
    (void)state;
    struct store *store = dynamodb_fixture_store(NULL);
    struct buf lines = {0};
    struct arena arena = {0};
    quarantine_line(&lines, clock_now(NULL), "sqs m1, body", "not JSON", "x", 1);
    keep(store, &lines);
    dynamodb_fixture_expire(clock_now(NULL) + 14 * DAY_MS - MINUTE_MS);
    assert_int_equal(cJSON_GetArraySize(listed(&arena)), 1);
    dynamodb_fixture_expire(clock_now(NULL) + 14 * DAY_MS + MINUTE_MS);
    assert_int_equal(cJSON_GetArraySize(listed(&arena)), 0);
    buf_free(&lines);
    arena_free(&arena);
    store_close(store);
}

static void a_line_larger_than_an_item_is_kept_whole(void **state)
{
    enum { PAIRS = 450 << 10 };
    (void)state;
    struct store *store = dynamodb_fixture_store(NULL);
    struct buf record = {0}, lines = {0}, line = {0};
    struct arena arena = {0};
    for (unsigned i = 0; i < PAIRS; i++)
        buf_text(&record, i % 3 ? "é" : "x"); /* a cut may not part a character */
    quarantine_line(&lines, MIDNIGHT, "c1", "too large", record.data, record.length);
    keep(store, &lines);
    const cJSON *items = listed(&arena);
    assert_true(cJSON_GetArraySize(items) > 2);
    line_of(key_of(items->child), &arena, &line);
    buf_char(&line, '\n');
    assert_int_equal(line.length, lines.length);
    assert_memory_equal(line.data, lines.data, lines.length);
    buf_free(&record);
    buf_free(&lines);
    buf_free(&line);
    arena_free(&arena);
    store_close(store);
}

static bool count_record(void *context, const struct record *record)
{
    assert_string_equal(record->contact_id, "a");
    ++*(unsigned *)context;
    return true;
}

/* No reader takes it for a contact. */
static void readers_pass_over_it(void **state)
{
    struct batch *batch = *state;
    struct store *store = dynamodb_fixture_store(NULL), *reader = dynamodb_fixture_store(NULL);
    struct buf lines = {0};
    struct arena arena = {0};
    struct store_cursor cursor = {{0}};
    struct record record;
    struct err err = {0};
    unsigned seen = 0, removed = 0;
    bool found = true;
    const struct store_visit visit = {.context = &seen, .record = count_record};
    quarantine_line(&lines, clock_now(NULL), "sqs m1, body", "not JSON", "x", 1);
    keep(store, &lines);
    dynamodb_fixture_flow(batch, "a", 1);
    batch_store(store, batch);
    const char *key = key_of(listed(&arena)->child);
    assert_true(reader->ops->all(reader, &visit, &err));
    assert_true(reader->ops->live(reader, 0, &visit, &cursor, &err));
    assert_true(reader->ops->live(reader, 0, &visit, NULL, &err));
    assert_int_equal(seen, 3);
    dynamodb_fixture_expire(0); /* nothing yet */
    assert_true(reader->ops->expired(reader, &visit, &err));
    assert_int_equal(seen, 3);
    assert_true(store_get(reader, key, &arena, &record, NULL, &found, &err));
    assert_false(found);
    assert_true(store->ops->forget(store, key, &removed, &err));
    assert_int_equal(removed, 0);
    assert_int_equal(cJSON_GetArraySize(listed(&arena)), 1);
    buf_free(&lines);
    arena_free(&arena);
    store_close(reader);
    store_close(store);
}

static void what_cannot_be_kept_is_said(void **state)
{
    (void)state;
    struct store *store = dynamodb_fixture_store(dynamodb_fixture_impatient(NULL, NULL));
    struct buf lines = {0};
    struct err err = {0};
    for (unsigned i = 0; i < 100; i++) {
        char where[16];
        snprintf(where, sizeof(where), "sqs m%u", i);
        quarantine_line(&lines, MIDNIGHT, where, "not JSON", "x", 1);
    }
    fake_aws_fault(fixture_fake,
                   &(struct fake_rule){
                       .operation = "PutItem", .fault = FAKE_ERROR_500, .skip = 50, .times = 1});
    assert_false(store->ops->quarantine(store, lines.data, lines.length, &err));
    assert_non_null(strstr(err.text, "PutItem"));
    keep(store, &lines);
    assert_int_equal(fake_aws_items(fixture_fake, FIXTURE_TABLE), 101); /* and the schema's */
    store->give_up = monotonic_ns();
    assert_false(store->ops->quarantine(store, lines.data, lines.length, &err));
    buf_free(&lines);
    store_close(store);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        DYNAMODB_TEST(each_line_is_kept_once),
        DYNAMODB_TEST(it_leaves_after_two_weeks),
        DYNAMODB_TEST(a_line_larger_than_an_item_is_kept_whole),
        DYNAMODB_TEST(readers_pass_over_it),
        DYNAMODB_TEST(what_cannot_be_kept_is_said),
    };
    return cmocka_run_group_tests(tests, dynamodb_fixture_begin, dynamodb_fixture_end);
}
