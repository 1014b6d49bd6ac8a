/* What a DynamoDB connection counts, against what the endpoint counted itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/dynamodb_internal.h"
#include "support/dynamodb_fixture.h"
#include "support/store_fixture.h"

static int64_t tell_now(void *context)
{
    (void)context;
    return FIXTURE_START + HOUR_MS;
}

static struct store *open_store(void)
{
    static const struct clock clock = {tell_now, NULL};
    const struct store_options options = {.clock = &clock, .retention_ms = DAY_MS};
    struct err err = {0};
    struct store *store = dynamodb_fixture_open(&options, &err);
    if (!store)
        fail_msg("%s", err.text);
    return store;
}

static struct store_counts counts_of(struct store *store)
{
    struct store_counts counts;
    store->ops->counts(store, &counts);
    return counts;
}

static void units_are_those_the_service_counts(void **state)
{
    struct batch *batch = *state;
    struct fake_units used;
    struct rng rng;
    rng_seed(&rng, 5);
    struct store *store = open_store();
    for (unsigned i = 0; i < 5; i++) {
        batch_clear(batch);
        batch_random(batch, &rng, 20, 200);
        batch_store(store, batch);
    }
    struct buf dump = store_dump(store);
    buf_free(&dump);
    fake_aws_units(fixture_fake, NULL, NULL, &used);
    struct store_counts counts = counts_of(store);
    assert_true(used.write > 50 && used.read > 20);
    assert_int_equal(counts.write_units, (uint64_t)(used.write + 0.5));
    assert_int_equal(counts.read_units, (uint64_t)(used.read + 0.5));
    assert_true(counts.requests >= used.requests);
    assert_int_equal(counts.conflicts, 0);
    assert_int_equal(counts.throttles, 0);
    store_close(store);
}

static void a_writer_that_was_slower_counts_a_conflict(void **state)
{
    struct batch *batch = *state;
    struct store *first = open_store(), *second = open_store();
    for (unsigned n = 0; n < 4; n++) {
        batch_clear(batch);
        struct event event = fixture_flow(batch, "a", FIXTURE_START + n, n, 0);
        batch_add(batch, &event);
        batch_store(n % 2 ? second : first, batch);
    }
    assert_true(counts_of(first).conflicts + counts_of(second).conflicts >= 1);
    struct agent_event agent = {.agent_arn = "arn", .time = 5};
    uint64_t before = counts_of(first).conflicts;
    assert_true(first->ops->apply_agents(first, &agent, 1, NULL));
    assert_true(first->ops->apply_agents(first, &agent, 1, NULL)); /* says nothing new */
    assert_int_equal(counts_of(first).conflicts, before);
    store_close(first);
    store_close(second);
}

static void each_answer_is_a_sign_of_life(void **state)
{
    struct batch *batch = *state;
    _Atomic int64_t sign = 0;
    const struct store_options options = {.retention_ms = DAY_MS, .sign = &sign};
    struct store *store = dynamodb_fixture_open(&options, NULL);
    assert_non_null(store);
    int64_t begun = monotonic_ns();
    sign = 0;
    struct event event = fixture_flow(batch, "a", FIXTURE_START, 1, 0);
    batch_add(batch, &event);
    batch_store(store, batch);
    assert_true(sign >= begun && sign <= monotonic_ns());
    store_close(store);
}

static void ask(struct aws_call *call, const char *operation, const char *body)
{
    aws_call_reset(call);
    call->operation = operation;
    buf_text(&call->body, body);
    ddb_ask_units(call);
}

static void units_are_asked_for_once_and_where_there_are_any(void **state)
{
    struct aws_call call = {0};
    (void)state;
    ask(&call, "GetItem", "{\"TableName\":\"T\"}");
    assert_string_equal(buf_str(&call.body),
                        "{\"ReturnConsumedCapacity\":\"TOTAL\",\"TableName\":\"T\"}");
    ddb_ask_units(&call);
    assert_int_equal(call.body.length,
                     strlen("{\"ReturnConsumedCapacity\":\"TOTAL\",\"TableName\":\"T\"}"));
    ask(&call, "DescribeTable", "{\"TableName\":\"T\"}");
    assert_string_equal(buf_str(&call.body), "{\"TableName\":\"T\"}");
    ask(&call, "GetItem", "{");
    assert_string_equal(buf_str(&call.body), "{");
    aws_call_free(&call);
}

static double units_of(struct aws_call *call, const char *operation, const char *answer)
{
    struct dynamodb_store store = {.read_only = true};
    aws_call_reset(call);
    call->operation = operation;
    buf_text(&call->response, answer);
    ddb_done(&store, call);
    return store.write_units + store.read_units;
}

static void answers_of_one_table_and_of_several(void **state)
{
    struct aws_call call = {0};
    (void)state;
    static const struct {
        const char *operation, *answer;
        double units;
    } cases[] = {
        {"UpdateItem", "{\"ConsumedCapacity\":{\"TableName\":\"T\",\"CapacityUnits\":3.0}}", 3},
        {"GetItem",
         "{\"ConsumedCapacity\":{\"CapacityUnits\":0.5,\"TableName\":\"T\"},\"Item\":{"
         "\"CapacityUnits\":{\"N\":\"7\"}}}",
         0.5},
        {"BatchWriteItem",
         "{\"UnprocessedItems\":{},\"ConsumedCapacity\":[{\"CapacityUnits\":2},{\"CapacityUnits\":"
         "5.0}]}",
         7},
        {"Query",
         "{\"Items\":[{\"a\":{\"S\":\"\\\"ConsumedCapacity\\\":{\\\"CapacityUnits\\\":9}\"}}]}", 0},
        {"GetItem", "{\"ConsumedCapacity\":{\"CapacityUnits\":", 0},
        {"GetItem", "{\"ConsumedCapacity\":{\"CapacityUnits\":-5}}", 0},
        {"GetItem", "{}", 0},
        {"GetItem", "", 0},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_true(units_of(&call, cases[i].operation, cases[i].answer) == cases[i].units);
    aws_call_free(&call);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        DYNAMODB_TEST(units_are_those_the_service_counts),
        DYNAMODB_TEST(a_writer_that_was_slower_counts_a_conflict),
        DYNAMODB_TEST(each_answer_is_a_sign_of_life),
        cmocka_unit_test(units_are_asked_for_once_and_where_there_are_any),
        cmocka_unit_test(answers_of_one_table_and_of_several),
    };
    return cmocka_run_group_tests_name("store: DynamoDB's counts", tests, dynamodb_fixture_begin,
                                       dynamodb_fixture_end);
}
