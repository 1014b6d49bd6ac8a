/* What the fake bills: the service's own rounding rules, case by case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fakes/fake_av.h"
#include "fakes/fake_decimal.h"
#include "support/fake_fixture.h"

/* Gives what the operation added, and forgets it. */
static struct fake_units used(struct fake_fixture *f)
{
    struct fake_units units;
    fake_aws_units(f->fake, NULL, NULL, &units);
    fake_aws_units_reset(f->fake);
    return units;
}

#define assert_units(f, table, index)                                                              \
    do {                                                                                           \
        struct fake_units u = used(f);                                                             \
        assert_int_equal((int)(u.table_write * 10), (int)((table)*10));                            \
        assert_int_equal((int)(u.index_write * 10), (int)((index)*10));                            \
    } while (0)

/* An item of table ttt of so many bytes in all; more is further attributes. */
static void put(struct fake_fixture *f, const char *key, size_t size, const char *more)
{
    struct buf fill = {0};
    buf_pad(&fill, 'x', size - strlen("pk") - strlen(key) - strlen("f"));
    fake_ddb_ask(f, "PutItem",
                 "{\"TableName\":\"ttt\",\"Item\":{\"pk\":{\"S\":\"%s\"},\"f\":{\"S\":\"%s\"}%s}}",
                 key, fill.data, more);
    assert_int_equal(f->status, 200);
    buf_free(&fill);
}

static void update(struct fake_fixture *f, const char *key, const char *expression,
                   const char *values)
{
    fake_ddb_ask(
        f, "UpdateItem",
        "{\"TableName\":\"ttt\",\"Key\":{\"pk\":{\"S\":\"%s\"}},\"UpdateExpression\":\"%s\"%s%s}",
        key, expression, *values ? ",\"ExpressionAttributeValues\":" : "", values);
}

static void sizes_are_counted_by_the_rules(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        size_t size;
    } cases[] = {
        {"{\"S\":\"abc\"}", 3},
        {"{\"S\":\"\\u00e9\"}", 2},
        {"{\"N\":\"0\"}", 1},
        {"{\"N\":\"1\"}", 2},
        {"{\"N\":\"123\"}", 3},
        {"{\"N\":\"-123\"}", 4},
        {"{\"N\":\"1000000\"}", 2},
        {"{\"B\":\"AAEC\"}", 3},
        {"{\"B\":\"AA==\"}", 1},
        {"{\"BOOL\":false}", 1},
        {"{\"NULL\":true}", 1},
        {"{\"L\":[]}", 3},
        {"{\"M\":{\"ab\":{\"S\":\"c\"}}}", 7},
        {"{\"L\":[{\"S\":\"ab\"}]}", 6},
        {"{\"SS\":[\"ab\",\"c\"]}", 3},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct arena arena = {0};
        struct av value;
        const char *error = "";
        char *text = arena_strdup(&arena, cases[i].json);
        assert_true(av_read(&value, jv_parse(&arena, text, strlen(text)), &error));
        if (av_size(&value) != cases[i].size)
            fail_msg("%s counts %zu", cases[i].json, av_size(&value));
        av_free(&value);
        arena_free(&arena);
    }
}

static void a_write_costs_the_larger_image(void **state)
{
    struct fake_fixture *f = *state;
    put(f, "k", 1024, "");
    assert_units(f, 1, 0);
    put(f, "k", 1025, "");
    assert_units(f, 2, 0);
    put(f, "k", 100, "");
    assert_units(f, 2, 0); /* what was there was larger */
    fake_ddb_ask(f, "DeleteItem", "{\"TableName\":\"ttt\",\"Key\":{\"pk\":{\"S\":\"none\"}}}");
    assert_units(f, 1, 0);
}

static void an_index_costs_what_changes_in_it(void **state)
{
    struct fake_fixture *f = *state;
    put(f, "k", 3000, ",\"a\":{\"S\":\"A\"},\"b\":{\"S\":\"1\"}");
    assert_units(f, 3, 1); /* f is not projected */
    update(f, "k", "SET f = :v", "{\":v\":{\"S\":\"short\"}}");
    assert_units(f, 3, 0); /* nor is its change */
    update(f, "k", "SET b = :v", "{\":v\":{\"S\":\"2\"}}");
    assert_units(f, 1, 1);
    update(f, "k", "SET b = :v", "{\":v\":{\"S\":\"2\"}}");
    assert_units(f, 1, 0); /* the same again */
    update(f, "k", "SET a = :v", "{\":v\":{\"S\":\"B\"}}");
    assert_units(f, 1, 2); /* out of one place, into another */
    update(f, "k", "REMOVE a", "");
    assert_units(f, 1, 1);
    update(f, "k", "SET b = :v", "{\":v\":{\"S\":\"3\"}}");
    assert_units(f, 1, 0); /* it is not in the index */
    put(f, "l", 2500, ",\"c\":{\"S\":\"C\"}");
    assert_units(f, 3, 3); /* GSI-ALL holds all of it */
}

static void a_failed_condition_is_billed(void **state)
{
    struct fake_fixture *f = *state;
    struct fake_units units;
    put(f, "k", 2000, ",\"a\":{\"S\":\"A\"}");
    used(f);
    fake_ddb_ask(f, "UpdateItem",
                 "{\"TableName\":\"ttt\",\"Key\":{\"pk\":{\"S\":\"k\"}},\"UpdateExpression\":"
                 "\"SET a = :v\",\"ConditionExpression\":\"a = :w\",\"ExpressionAttributeValues\":"
                 "{\":v\":{\"S\":\"B\"},\":w\":{\"S\":\"no\"}},"
                 "\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\"}");
    assert_int_equal(f->status, 400);
    assert_non_null(strstr(f->text, "\"Item\":{\"pk\":{\"S\":\"k\"}"));
    fake_aws_units(f->fake, "ttt", "UpdateItem", &units);
    assert_int_equal(units.failed_conditions, 1);
    assert_units(f, 2, 0);
}

static void get(struct fake_fixture *f, const char *key, const char *more)
{
    fake_ddb_ask(f, "GetItem", "{\"TableName\":\"ttt\",\"Key\":{\"pk\":{\"S\":\"%s\"}}%s}", key,
                 more);
    assert_int_equal(f->status, 200);
}

static void reads_cost_by_four_kilobytes(void **state)
{
    struct fake_fixture *f = *state;
    put(f, "k", 4097, "");
    used(f);
    get(f, "k", ",\"ConsistentRead\":true");
    assert_true(used(f).read == 2);
    get(f, "k", "");
    assert_true(used(f).read == 1);
    get(f, "k", ",\"ProjectionExpression\":\"pk\"");
    assert_true(used(f).read == 1); /* what is not shown is read */
    get(f, "none", "");
    assert_true(used(f).read == 0.5);
}

static void a_query_rounds_its_sum(void **state)
{
    struct fake_fixture *f = *state;
    for (int i = 0; i < 10; i++)
        fake_ddb_ask(f, "PutItem",
                     "{\"TableName\":\"rrr\",\"Item\":{\"pk\":{\"S\":\"p\"},\"rk\":{\"N\":\"%d\"},"
                     "\"v\":{\"S\":\"%0900d\"}}}",
                     i, i);
    used(f);
    const cJSON *reply = fake_ddb_ask(
        f, "Query",
        "{\"TableName\":\"rrr\",\"KeyConditionExpression\":\"pk = :p\",\"FilterExpression\":\"rk > "
        ":p9\",\"ReturnConsumedCapacity\":\"TOTAL\",\"ExpressionAttributeValues\":"
        "{\":p\":{\"S\":\"p\"},\":p9\":{\"N\":\"8\"}}}");
    assert_int_equal(json_get(reply, "Count")->valueint, 1);
    assert_int_equal(json_get(reply, "ScannedCount")->valueint, 10);
    assert_true(json_get(json_get(reply, "ConsumedCapacity"), "CapacityUnits")->valuedouble == 1.5);
    assert_true(used(f).read == 1.5); /* 9,1xx bytes: three, halved */
}

static void batches_cost_item_by_item(void **state)
{
    struct fake_fixture *f = *state;
    const cJSON *reply = fake_ddb_ask(
        f, "BatchWriteItem",
        "{\"RequestItems\":{\"ttt\":[{\"PutRequest\":{\"Item\":{\"pk\":{\"S\":\"1\"},\"a\":{\"S\":"
        "\"A\"}}}},{\"PutRequest\":{\"Item\":{\"pk\":{\"S\":\"2\"}}}}]},"
        "\"ReturnConsumedCapacity\":\"INDEXES\"}");
    assert_non_null(json_get(reply, "UnprocessedItems"));
    assert_units(f, 2, 1);
    fake_ddb_ask(
        f, "BatchGetItem",
        "{\"RequestItems\":{\"ttt\":{\"Keys\":[{\"pk\":{\"S\":\"1\"}},{\"pk\":{\"S\":\"2\"}},"
        "{\"pk\":{\"S\":\"3\"}}]}}}");
    assert_true(used(f).read == 1.5);
}

static void numbers_are_exact(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b, *sum;
    } cases[] = {
        {"1", "2", "3"},
        {"0.1", "0.2", "0.3"},
        {"-5", "5", "0"},
        {"1e3", "-0.001", "999.999"},
        {"9999999999999999999999", "1", "10000000000000000000000"},
        {"-1.5", "-2.50", "-4"},
        {"100", "-1", "99"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct decimal a, b, sum;
        struct buf text = {0};
        assert_true(decimal_read(&a, cases[i].a, strlen(cases[i].a)));
        assert_true(decimal_read(&b, cases[i].b, strlen(cases[i].b)));
        assert_true(decimal_add(&sum, &a, &b));
        decimal_write(&text, &sum);
        assert_string_equal(text.data, cases[i].sum);
        buf_free(&text);
    }
    struct decimal d;
    assert_false(decimal_read(&d, "123456789012345678901234567890123456789", 39));
    assert_false(decimal_read(&d, "1e126", 5));
    assert_false(decimal_read(&d, "abc", 3));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_fixture_setup, fake_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_counted_by_the_rules),
        cmocka_unit_test(numbers_are_exact),
        TEST(a_write_costs_the_larger_image),
        TEST(an_index_costs_what_changes_in_it),
        TEST(a_failed_condition_is_billed),
        TEST(reads_cost_by_four_kilobytes),
        TEST(a_query_rounds_its_sum),
        TEST(batches_cost_item_by_item),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
