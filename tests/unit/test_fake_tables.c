/* The fake's tables: keys, pages, indexes, late reads, time to live, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/fake_fixture.h"

static void put_numbers(struct fake_fixture *f, int from, int to)
{
    for (int i = from; i < to; i++) {
        fake_ddb_ask(
            f, "PutItem",
            "{\"TableName\":\"rrr\",\"Item\":{\"pk\":{\"S\":\"p\"},\"rk\":{\"N\":\"%d\"}}}", i);
        assert_int_equal(f->status, 200);
    }
}

/* The range keys of the answer, as "1 2 3". */
static const char *numbers(const cJSON *reply)
{
    static char text[512];
    size_t length = 0;
    text[0] = '\0';
    const cJSON *item = json_get(reply, "Items")->child;
    for (; item && length < sizeof(text); item = item->next)
        length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s", length ? " " : "",
                                   json_text(json_get(item, "rk"), "N"));
    return text;
}

static const cJSON *query(struct fake_fixture *f, const char *range, const char *more)
{
    const cJSON *reply =
        fake_ddb_ask(f, "Query",
                     "{\"TableName\":\"rrr\",\"KeyConditionExpression\":\"pk = :p%s\","
                     "\"ExpressionAttributeValues\":{\":p\":{\"S\":\"p\"}%s}%s}",
                     range, *range ? ",\":a\":{\"N\":\"3\"}" : "", more);
    assert_int_equal(f->status, 200);
    return reply;
}

static void a_query_gives_its_stretch_in_order(void **state)
{
    struct fake_fixture *f = *state;
    put_numbers(f, 5, 12);
    put_numbers(f, -1, 5); /* by number, not by text */
    assert_string_equal(numbers(query(f, "", "")), "-1 0 1 2 3 4 5 6 7 8 9 10 11");
    assert_string_equal(numbers(query(f, " AND rk > :a", "")), "4 5 6 7 8 9 10 11");
    assert_string_equal(numbers(query(f, " AND rk >= :a", "")), "3 4 5 6 7 8 9 10 11");
    assert_string_equal(numbers(query(f, " AND rk < :a", "")), "-1 0 1 2");
    assert_string_equal(numbers(query(f, " AND rk <= :a", "")), "-1 0 1 2 3");
    assert_string_equal(numbers(query(f, " AND rk = :a", "")), "3");
    assert_string_equal(numbers(query(f, " AND rk < :a", ",\"ScanIndexForward\":false")),
                        "2 1 0 -1");
    assert_string_equal(numbers(query(f, "", ",\"Limit\":2,\"ScanIndexForward\":false")), "11 10");
}

static void pages_join_without_gap_or_repetition(void **state)
{
    struct fake_fixture *f = *state;
    put_numbers(f, 0, 10);
    for (int forward = 0; forward < 2; forward++) {
        struct buf more = {0};
        int seen = 0;
        for (const cJSON *last = NULL;; buf_clear(&more)) {
            buf_printf(&more, ",\"Limit\":3,\"ScanIndexForward\":%s", forward ? "true" : "false");
            if (last) {
                buf_text(&more, ",\"ExclusiveStartKey\":");
                json_canonical(&more, last, NULL);
            }
            const cJSON *reply = query(f, "", more.data);
            for (const cJSON *i = json_get(reply, "Items")->child; i; i = i->next, seen++)
                assert_int_equal(strtol(json_text(json_get(i, "rk"), "N"), NULL, 10),
                                 forward ? seen : 9 - seen);
            last = json_get(reply, "LastEvaluatedKey");
            if (!last)
                break;
        }
        assert_int_equal(seen, 10);
        buf_free(&more);
    }
}

static size_t scan_segment(struct fake_fixture *f, int segment, int segments)
{
    size_t seen = 0;
    struct buf start = {0};
    do {
        const cJSON *reply = fake_ddb_ask(
            f, "Scan", "{\"TableName\":\"ttt\",\"Segment\":%d,\"TotalSegments\":%d,\"Limit\":7%s}",
            segment, segments, buf_str(&start));
        assert_int_equal(f->status, 200);
        seen += (size_t)cJSON_GetArraySize(json_get(reply, "Items"));
        const cJSON *last = json_get(reply, "LastEvaluatedKey");
        buf_clear(&start);
        if (last) {
            buf_text(&start, ",\"ExclusiveStartKey\":");
            json_canonical(&start, last, NULL);
        }
    } while (start.length);
    buf_free(&start);
    return seen;
}

static void scans_see_all_in_any_number_of_segments(void **state)
{
    struct fake_fixture *f = *state;
    for (int i = 0; i < 100; i++)
        fake_ddb_ask(f, "PutItem", "{\"TableName\":\"ttt\",\"Item\":{\"pk\":{\"S\":\"k%d\"}}}", i);
    for (int segments = 1; segments < 5; segments++) {
        size_t seen = 0;
        for (int segment = 0; segment < segments; segment++)
            seen += scan_segment(f, segment, segments);
        assert_int_equal(seen, 100);
    }
}

static void a_page_ends_at_a_mebibyte(void **state)
{
    struct fake_fixture *f = *state;
    struct buf fill = {0};
    buf_pad(&fill, 'x', 390 << 10);
    for (int i = 0; i < 4; i++)
        fake_ddb_ask(f, "PutItem",
                     "{\"TableName\":\"rrr\",\"Item\":{\"pk\":{\"S\":\"p\"},\"rk\":{\"N\":\"%d\"},"
                     "\"v\":{\"S\":\"%s\"}}}",
                     i, fill.data);
    struct buf reply = {0};
    fake_aws_call(f->fake, "DynamoDB_20120810.Query",
                  "{\"TableName\":\"rrr\",\"KeyConditionExpression\":\"pk = :p\","
                  "\"ExpressionAttributeValues\":{\":p\":{\"S\":\"p\"}}}",
                  &reply);
    assert_non_null(strstr(reply.data, "\"Count\":2,\"ScannedCount\":2"));
    assert_non_null(strstr(reply.data, "\"LastEvaluatedKey\""));
    buf_free(&reply);
    buf_free(&fill);
}

static int in_index(struct fake_fixture *f, const char *value)
{
    const cJSON *reply = fake_ddb_ask(
        f, "Query",
        "{\"TableName\":\"ttt\",\"IndexName\":\"GSI-A\",\"KeyConditionExpression\":\"a = :a\","
        "\"ExpressionAttributeValues\":{\":a\":{\"S\":\"%s\"}}}",
        value);
    assert_int_equal(f->status, 200);
    return json_get(reply, "Count")->valueint;
}

static void indexes_are_sparse_and_hold_what_they_project(void **state)
{
    struct fake_fixture *f = *state;
    fake_ddb_ask(f, "PutItem",
                 "{\"TableName\":\"ttt\",\"Item\":{\"pk\":{\"S\":\"1\"},\"a\":{\"S\":\"A\"},"
                 "\"b\":{\"S\":\"B\"},\"hidden\":{\"S\":\"H\"}}}");
    fake_ddb_ask(f, "PutItem", "{\"TableName\":\"ttt\",\"Item\":{\"pk\":{\"S\":\"2\"}}}");
    assert_int_equal(in_index(f, "A"), 1);
    assert_non_null(strstr(f->text, "\"b\":{\"S\":\"B\"}"));
    assert_null(strstr(f->text, "hidden"));
    fake_ddb_ask(f, "UpdateItem",
                 "{\"TableName\":\"ttt\",\"Key\":{\"pk\":{\"S\":\"1\"}},"
                 "\"UpdateExpression\":\"REMOVE a\"}");
    assert_int_equal(in_index(f, "A"), 0);
    fake_ddb_ask(f, "Query",
                 "{\"TableName\":\"ttt\",\"IndexName\":\"GSI-A\",\"ConsistentRead\":true,"
                 "\"KeyConditionExpression\":\"a = :a\","
                 "\"ExpressionAttributeValues\":{\":a\":{\"S\":\"A\"}}}");
    assert_int_equal(f->status, 400);
    static const char of[] = "{\"TableName\":\"ttt\",\"IndexName\":\"GSI-A\","
                             "\"ProjectionExpression\":\"pk,b%s\","
                             "\"KeyConditionExpression\":\"a = :a\","
                             "\"ExpressionAttributeValues\":{\":a\":{\"S\":\"A\"}}}";
    fake_ddb_ask(f, "Query", of, "");
    assert_int_equal(f->status, 200);
    fake_ddb_ask(f, "Query", of, ",left_out");
    assert_int_equal(f->status, 400);
    assert_non_null(strstr(f->text, "GSI-A does not project [left_out]"));
}

static void late_reads_see_what_was(void **state)
{
    struct fake_fixture *f = *state;
    static const char get[] = "{\"TableName\":\"ttt\",\"Key\":{\"pk\":{\"S\":\"1\"}}%s}";
    fake_aws_staleness(f->fake, 1000);
    fake_ddb_ask(f, "PutItem",
                 "{\"TableName\":\"ttt\",\"Item\":{\"pk\":{\"S\":\"1\"},\"a\":{\"S\":\"A\"}}}");
    assert_int_equal(in_index(f, "A"), 0);
    assert_null(json_get(fake_ddb_ask(f, "GetItem", get, ""), "Item"));
    assert_non_null(json_get(fake_ddb_ask(f, "GetItem", get, ",\"ConsistentRead\":true"), "Item"));
    fake_aws_advance(f->fake, 1000);
    assert_int_equal(in_index(f, "A"), 1);
    assert_non_null(json_get(fake_ddb_ask(f, "GetItem", get, ""), "Item"));
}

static void time_to_live_removes_on_demand(void **state)
{
    struct fake_fixture *f = *state;
    long long now = (long long)(fake_aws_now(f->fake) / 1000);
    fake_ddb_ask(f, "UpdateTimeToLive",
                 "{\"TableName\":\"ttt\",\"TimeToLiveSpecification\":{\"AttributeName\":\"ttl\","
                 "\"Enabled\":true}}");
    for (int i = 0; i < 4; i++)
        fake_ddb_ask(
            f, "PutItem",
            "{\"TableName\":\"ttt\",\"Item\":{\"pk\":{\"S\":\"%d\"},\"ttl\":{\"N\":\"%lld\"}}}", i,
            now + (i < 3 ? -60 : 60));
    assert_int_equal(fake_aws_items(f->fake, "ttt"), 4);
    assert_int_equal(fake_aws_expire_items(f->fake, "ttt"), 3);
    assert_true(fake_aws_item(f->fake, "ttt", "3", NULL, NULL));
    assert_false(fake_aws_item(f->fake, "ttt", "0", NULL, NULL));
}

static const struct {
    const char *operation, *json, *words;
} no_items[] = {
    {"PutItem", "{\"TableName\":\"none\",\"Item\":{}}", "ResourceNotFoundException"},
    {"PutItem", "{\"TableName\":\"ttt\",\"Item\":{}}", "Missing the key pk"},
    {"PutItem", "{\"TableName\":\"ttt\",\"Item\":{\"pk\":{\"N\":\"1\"}}}", "Type mismatch for key"},
    {"PutItem", "{\"TableName\":\"ttt\",\"Item\":{\"pk\":{\"S\":\"\"}}}", "empty string value"},
    {"PutItem", "{\"TableName\":\"ttt\",\"Item\":{\"pk\":{\"S\":\"1\"},\"a\":{\"S\":\"\"}}}",
     "IndexKey: a"},
    {"PutItem", "{\"TableName\":\"ttt\",\"Item\":{\"pk\":{\"S\":\"1\"},\"a\":{\"N\":\"1\"}}}",
     "Type mismatch for Index Key"},
    {"PutItem", "{\"TableName\":\"ttt\",\"Item\":{\"pk\":{\"S\":\"1\"},\"x\":{\"SS\":[]}}}",
     "empty set"},
    {"PutItem", "{\"TableName\":\"ttt\",\"Item\":{\"pk\":{\"S\":\"1\"},\"x\":{\"N\":\"one\"}}}",
     "numeric value"},
    {"PutItem", "{\"TableName\":\"ttt\",\"Item\":{\"pk\":{\"S\":\"1\",\"N\":\"1\"}}}",
     "more than one datatypes"},
    {"GetItem", "{\"TableName\":\"ttt\",\"Key\":{\"x\":{\"S\":\"1\"}}}",
     "does not match the schema"},
    {"GetItem", "{\"TableName\":\"rrr\",\"Key\":{\"pk\":{\"S\":\"1\"}}}",
     "does not match the schema"},
    {"UpdateItem",
     "{\"TableName\":\"ttt\",\"Key\":{\"pk\":{\"S\":\"1\"}},\"UpdateExpression\":\"REMOVE "
     "pk\"}",
     "part of the key"},
    {"Query", "{\"TableName\":\"ttt\"}", "must be specified"},
    {"BatchWriteItem",
     "{\"RequestItems\":{\"ttt\":[{\"DeleteRequest\":{\"Key\":{\"pk\":{\"S\":\"1\"}}}},"
     "{\"DeleteRequest\":{\"Key\":{\"pk\":{\"S\":\"1\"}}}}]}}",
     "duplicates"},
    {"ListTables", "[]", "SerializationException"},
    {"ListTables", "{\"a\":", "SerializationException"},
    {"Unheard", "{}", "UnknownOperationException"},
};

static void what_is_no_item_is_refused(void **state)
{
    struct fake_fixture *f = *state;
    for (size_t i = 0; i < ARRAY_SIZE(no_items); i++) {
        fake_ddb_ask(f, no_items[i].operation, "%s", no_items[i].json);
        if (f->status != 400 || !strstr(f->text, no_items[i].words))
            fail_msg("case %zu: %s", i, f->text);
    }
    assert_int_equal(fake_aws_items(f->fake, "ttt"), 0);
}

static void four_hundred_kilobytes_are_the_most(void **state)
{
    struct fake_fixture *f = *state;
    struct buf fill = {0};
    buf_pad(&fill, 'x', (400 << 10) - 4);
    for (int over = 0; over < 2; over++) {
        fake_ddb_ask(f, "PutItem",
                     "{\"TableName\":\"ttt\",\"Item\":{\"pk\":{\"S\":\"1\"},\"v\":{\"S\":\"%s\"}}}",
                     fill.data);
        assert_int_equal(f->status, over ? 400 : 200);
        buf_char(&fill, 'x');
    }
    buf_free(&fill);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_fixture_setup, fake_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_query_gives_its_stretch_in_order),
        TEST(pages_join_without_gap_or_repetition),
        TEST(scans_see_all_in_any_number_of_segments),
        TEST(a_page_ends_at_a_mebibyte),
        TEST(indexes_are_sparse_and_hold_what_they_project),
        TEST(late_reads_see_what_was),
        TEST(time_to_live_removes_on_demand),
        TEST(what_is_no_item_is_refused),
        TEST(four_hundred_kilobytes_are_the_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
