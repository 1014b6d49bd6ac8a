/* The fake's harm: each kind strikes as it should, and as often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/fake_fixture.h"

static const char put[] = "DynamoDB_20120810.PutItem";
static const char item[] = "{\"TableName\":\"ttt\",\"Item\":{\"pk\":{\"S\":\"1\"}}}";
static const struct fake_signing dynamodb = {.service = "dynamodb"};

static void harm(struct fake_fixture *f, enum fake_fault fault, const struct fake_rule *more)
{
    struct fake_rule rule = more ? *more : (struct fake_rule){.times = 1};
    rule.fault = fault;
    fake_aws_fault(f->fake, &rule);
}

static void throttles_give_their_reasons(void **state)
{
    struct fake_fixture *f = *state;
    harm(f, FAKE_THROTTLE, NULL);
    const cJSON *reply = fake_post(f, put, item, &dynamodb);
    assert_int_equal(f->status, 400);
    assert_non_null(strstr(f->text, "#ProvisionedThroughputExceededException"));
    assert_string_equal(json_text(json_get(reply, "ThrottlingReasons")->child, "reason"),
                        "TableWriteKeyRangeThroughputExceeded");
    assert_int_equal(fake_aws_items(f->fake, "ttt"), 0);
    fake_post(f, put, item, &dynamodb);
    assert_int_equal(f->status, 200);
    harm(f, FAKE_THROTTLE, NULL);
    fake_post(f, "AmazonSQS.GetQueueUrl", "{\"QueueName\":\"q\"}", NULL);
    assert_non_null(strstr(f->text, "com.amazonaws.sqs#RequestThrottled"));
}

static void a_lost_reply_has_taken_effect(void **state)
{
    struct fake_fixture *f = *state;
    harm(f, FAKE_RESET_BEFORE, NULL);
    fake_post(f, put, item, &dynamodb);
    assert_int_equal(f->status, 0);
    assert_int_equal(fake_aws_items(f->fake, "ttt"), 0);
    harm(f, FAKE_RESET_AFTER, NULL);
    fake_post(f, put, item, &dynamodb);
    assert_int_equal(f->status, 0);
    assert_int_equal(fake_aws_items(f->fake, "ttt"), 1);
}

static void replies_are_spoilt(void **state)
{
    struct fake_fixture *f = *state;
    harm(f, FAKE_TRUNCATED, NULL);
    fake_post(f, "DynamoDB_20120810.ListTables", "{}", &dynamodb);
    assert_true(strlen(f->text) < strlen("{\"TableNames\":[\"rrr\",\"ttt\"]}"));
    harm(f, FAKE_GARBAGE, NULL);
    assert_null(fake_post(f, put, item, &dynamodb));
    harm(f, FAKE_ERROR_500, NULL);
    fake_post(f, put, item, &dynamodb);
    assert_int_equal(f->status, 500);
    harm(f, FAKE_ERROR_503, NULL);
    fake_post(f, put, item, &dynamodb);
    assert_int_equal(f->status, 503);
    harm(f, FAKE_ERROR_CODE, &(struct fake_rule){.times = 1, .code = "LimitExceededException"});
    fake_post(f, put, item, &dynamodb);
    assert_non_null(strstr(f->text, "#LimitExceededException"));
}

static void a_slow_reply_comes_late(void **state)
{
    struct fake_fixture *f = *state;
    int64_t start = monotonic_ns();
    harm(f, FAKE_SLOW, &(struct fake_rule){.times = 1, .ms = 60});
    fake_post(f, put, item, &dynamodb);
    assert_int_equal(f->status, 200);
    assert_true(monotonic_ns() - start >= INT64_C(55000000));
}

static void an_outage_ends(void **state)
{
    struct fake_fixture *f = *state;
    fake_aws_outage(f->fake, 50);
    int64_t start = monotonic_ns();
    unsigned refused = 0;
    for (fake_post(f, put, item, &dynamodb); f->status != 200; refused++)
        fake_post(f, put, item, &dynamodb);
    assert_true(refused > 0);
    assert_true(monotonic_ns() - start >= INT64_C(45000000));
}

static void rules_skip_and_count(void **state)
{
    struct fake_fixture *f = *state;
    harm(f, FAKE_ERROR_500, &(struct fake_rule){.operation = "PutItem", .skip = 2, .times = 2});
    static const int expected[] = {200, 200, 500, 500, 200};
    for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
        fake_post(f, put, item, &dynamodb);
        assert_int_equal(f->status, expected[i]);
        fake_post(f, "DynamoDB_20120810.ListTables", "{}", &dynamodb);
        assert_int_equal(f->status, 200);
    }
    assert_int_equal(fake_aws_struck(f->fake, FAKE_ERROR_500), 2);
    assert_int_equal(fake_aws_requests(f->fake, "PutItem"), 5);
}

static unsigned struck_with_seed(uint64_t seed)
{
    struct fake_aws *fake = fake_aws_start(&(struct fake_aws_options){.seed = seed});
    struct buf reply = {0};
    unsigned pattern = 0;
    fake_aws_queue(fake, "q", NULL);
    fake_aws_fault(fake, &(struct fake_rule){.fault = FAKE_ENTRY_FAILED, .probability = 0.5});
    for (int i = 0; i < 20; i++) {
        buf_clear(&reply);
        fake_aws_call(fake, "AmazonSQS.SendMessageBatch",
                      "{\"QueueUrl\":\"q\",\"Entries\":[{\"Id\":\"0\",\"MessageBody\":\"m\"}]}",
                      &reply);
        pattern = pattern * 2 + (strstr(reply.data, "\"Failed\":[]") == NULL);
    }
    buf_free(&reply);
    fake_aws_stop(fake);
    return pattern;
}

static void a_seed_repeats_itself(void **state)
{
    (void)state;
    assert_int_equal(struck_with_seed(7), struck_with_seed(7));
    assert_int_not_equal(struck_with_seed(7), struck_with_seed(8));
}

static void batches_come_back_in_part(void **state)
{
    struct fake_fixture *f = *state;
    harm(f, FAKE_UNPROCESSED, NULL);
    const cJSON *reply = fake_ddb_ask(
        f, "BatchWriteItem",
        "{\"RequestItems\":{\"ttt\":[{\"PutRequest\":{\"Item\":{\"pk\":{\"S\":\"1\"}}}},"
        "{\"PutRequest\":{\"Item\":{\"pk\":{\"S\":\"2\"}}}}]}}");
    assert_int_equal(cJSON_GetArraySize(json_get(json_get(reply, "UnprocessedItems"), "ttt")), 1);
    assert_int_equal(fake_aws_items(f->fake, "ttt"), 1);
    harm(f, FAKE_UNPROCESSED, NULL);
    reply = fake_ddb_ask(f, "BatchGetItem",
                         "{\"RequestItems\":{\"ttt\":{\"Keys\":[{\"pk\":{\"S\":\"1\"}},"
                         "{\"pk\":{\"S\":\"2\"}}],\"ConsistentRead\":true}}}");
    const cJSON *left = json_get(json_get(reply, "UnprocessedKeys"), "ttt");
    assert_int_equal(cJSON_GetArraySize(json_get(left, "Keys")), 1);
    assert_true(cJSON_IsTrue(json_get(left, "ConsistentRead")));
}

static void what_was_asked_is_kept(void **state)
{
    struct fake_fixture *f = *state;
    struct fake_captured captured;
    fake_post(f, put, item, &dynamodb);
    fake_post(f, "DynamoDB_20120810.ListTables", "{}", &dynamodb);
    assert_true(fake_aws_captured(f->fake, 1, &captured));
    assert_string_equal(captured.operation, "PutItem");
    assert_string_equal(buf_str(&captured.body), item);
    assert_non_null(strstr(buf_str(&captured.head), "Authorization: AWS4-HMAC-SHA256"));
    assert_int_equal(captured.status, 200);
    fake_captured_free(&captured);
    assert_false(fake_aws_captured(f->fake, 2, &captured));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_fixture_setup, fake_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(throttles_give_their_reasons),
        TEST(a_lost_reply_has_taken_effect),
        TEST(replies_are_spoilt),
        TEST(a_slow_reply_comes_late),
        TEST(an_outage_ends),
        TEST(rules_skip_and_count),
        cmocka_unit_test(a_seed_repeats_itself),
        TEST(batches_come_back_in_part),
        TEST(what_was_asked_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
