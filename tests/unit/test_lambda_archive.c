/* The archive function: what the stream of the status table tells of, and what comes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/expired_fixture.h"

#define KEY(id) "{\"Connect_ContactId\":{\"S\":\"" id "\"}}"

static void remove_all(struct expired *e)
{
    for (size_t i = 0; i < e->samples.count; i++)
        stream_ttl(e, e->samples.item[i].contact_id);
}

static void what_ttl_removes_is_archived_and_its_chunks_go(void **state)
{
    struct expired *e = *state;
    expired_ingest_all(e, 5);
    assert_true(expired_chunks() > e->samples.count);
    remove_all(e);
    assert_true(stream_send(e));
    assert_string_equal(e->answer.data, "{\"batchItemFailures\":[]}");
    expired_expect_all(e);
    assert_int_equal(expired_chunks(), 0);
}

static void the_same_batch_again_changes_nothing(void **state)
{
    struct expired *e = *state;
    struct buf once = {0}, twice = {0};
    expired_ingest_all(e, 5);
    remove_all(e);
    assert_true(stream_send(e));
    archive_fixture_dump(e->place, &once);
    assert_true(stream_send(e)); /* the chunks are gone */
    assert_int_equal(e->reported, 0);
    archive_fixture_dump(e->place, &twice);
    assert_string_equal(once.data, twice.data);
    expired_expect_all(e);
    buf_free(&once);
    buf_free(&twice);
}

/* Only what TTL removes of contacts counts: not what somebody deletes, nor other items. */
static void all_else_is_passed_over(void **state)
{
    static const char user[] = "{\"principalId\":\"AIDAEXAMPLE\",\"type\":\"Service\"}";
    static const char image[] =
        "{\"Connect_ContactId\":{\"S\":\"x\"},\"Status\":{\"S\":\"QUEUED\"}}";
    struct expired *e = *state;
    struct buf dump = {0};
    stream_record(e, "INSERT", NULL, KEY("x"), image);
    stream_record(e, "MODIFY", NULL, KEY("x"), image);
    stream_record(e, "MODIFY", STREAM_TTL, KEY("x"), image);
    stream_record(e, "REMOVE", NULL, KEY("x"), image);
    stream_record(e, "REMOVE", user, KEY("x"), image);
    stream_record(e, "REMOVE", STREAM_TTL, KEY("AGENT#arn:aws:connect:x"), image);
    stream_record(e, "REMOVE", STREAM_TTL, KEY("#document#names"), image);
    stream_record(e, "REMOVE", STREAM_TTL, KEY("QUARANTINE#2025-11-13"), image);
    stream_record(e, "REMOVE", STREAM_TTL,
                  "{\"Connect_ContactId\":{\"S\":\"x\"},\"Written\":{\"S\":\"1#2\"}}", image);
    stream_record(e, "REMOVE", STREAM_TTL, "{\"Other\":{\"S\":\"x\"}}", image);
    fake_aws_units_reset(fixture_fake);
    uint64_t before = fake_aws_requests(fixture_fake, NULL);
    assert_true(stream_send(e));
    assert_string_equal(e->answer.data, "{\"batchItemFailures\":[]}");
    assert_int_equal(fake_aws_requests(fixture_fake, NULL), before);
    stream_clear(e);
    assert_true(stream_send(e)); /* an empty batch */
    archive_fixture_dump(e->place, &dump);
    assert_string_equal(buf_str(&dump), "");
    buf_free(&dump);
}

static void a_poisoned_image_alone_is_reported(void **state)
{
    static const char *const poison[] = {"{}", "[]", "\"x\"",
                                         "{\"Connect_ContactId\":{\"N\":\"7\"}}",
                                         "{\"Connect_ContactId\":{\"S\":\"\"}}"};
    struct expired *e = *state;
    expired_ingest_all(e, 5);
    stream_ttl(e, e->samples.item[0].contact_id);
    for (size_t i = 0; i < ARRAY_SIZE(poison); i++)
        stream_record(e, "REMOVE", STREAM_TTL, KEY("x"), poison[i]);
    stream_ttl(e, e->samples.item[1].contact_id);
    assert_true(stream_send(e));
    assert_int_equal(e->reported, ARRAY_SIZE(poison));
    for (unsigned i = 0; i < ARRAY_SIZE(poison); i++)
        assert_true(stream_reports(e, i + 2));
    expired_expect(e, &e->samples.item[0]);
    expired_expect(e, &e->samples.item[1]);
    stream_clear(e);
    stream_record(e, "REMOVE", STREAM_TTL, KEY("x"), poison[0]);
    assert_true(stream_send(e)); /* alone, too: a part of the answer, not a failure of all */
    assert_int_equal(e->reported, 1);
}

static void a_stream_without_old_images_is_said_so(void **state)
{
    struct expired *e = *state;
    expired_ingest_all(e, 0);
    stream_ttl(e, e->samples.item[0].contact_id);
    stream_record(e, "REMOVE", STREAM_TTL, KEY("x"), NULL);
    assert_false(stream_send(e));
    assert_string_equal(e->fault.type, "Contactwatch.NoOldImage");
    assert_non_null(strstr(e->fault.message, "OLD_IMAGE"));
}

/* Were it taken for an empty batch, a queue would delete its messages. */
static void what_is_no_stream_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "{",
        "{}",
        "[]",
        "7",
        "{\"Records\":7}",
        "{\"Records\":[]} more",
        "{\"Records\":[{\"eventSource\":\"aws:sqs\",\"messageId\":\"1\",\"body\":\"\"}]}",
        "{\"Records\":[{\"eventSource\":\"aws:dynamodb\",\"dynamodb\":{}}]}",
        "{\"Records\":[{\"eventSource\":\"aws:dynamodb\",\"eventName\":\"REMOVE\",\"dynamodb\":"
        "{\"SequenceNumber\":\"\"}}]}",
        "{\"Records\":[7]}",
        "{\"Records\":[{} {}]}",
        "{\"Records\":[,]}"};
    struct expired *e = *state;
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        if (stream_send_text(e, wrong[i]))
            fail_msg("taken: %s", wrong[i]);
        assert_string_equal(e->fault.type, "Contactwatch.BadEvent");
    }
}

static void what_there_is_no_time_for_is_reported(void **state)
{
    struct expired *e = *state;
    expired_ingest_all(e, 5);
    remove_all(e);
    e->time_ms = 500;
    assert_true(stream_send(e));
    assert_int_equal(e->reported, e->samples.count);
    assert_true(expired_chunks() > 0);
    e->time_ms = MINUTE_MS;
    assert_true(stream_send(e));
    assert_int_equal(e->reported, 0);
    expired_expect_all(e);
}

static int64_t passing(void *context)
{
    int64_t *at = context;
    return *at += 400;
}

static void the_rest_is_reported_when_the_time_is_nearly_up(void **state)
{
    struct expired *e = *state;
    int64_t at;
    const struct clock clock = {passing, &at};
    expired_ingest_all(e, 0);
    remove_all(e);
    at = expired_now;
    e->setup.clock = &clock;
    e->time_ms = 4000;
    assert_true(stream_send(e));
    assert_in_range(e->reported, 1, e->samples.count - 1);
    for (unsigned i = 1; i <= e->samples.count; i++)
        assert_int_equal(stream_reports(e, i), i > e->samples.count - e->reported);
    for (size_t i = 0; i < e->samples.count - e->reported; i++)
        expired_expect(e, &e->samples.item[i]);
}

/* The bucket is on the same fake; S3 does what it may to whoever writes. */
static void a_bucket_that_does_harm_takes_them_all(void **state)
{
    static const struct fake_rule rules[] = {
        {.operation = "s3:PutObject", .fault = FAKE_ERROR_503, .times = 2},
        {.operation = "s3:PutObject", .fault = FAKE_RESET_AFTER, .skip = 4, .times = 2},
        {.operation = "s3:GetObject", .fault = FAKE_ERROR_500, .skip = 2, .times = 1},
        {.operation = "s3:PutObject", .fault = FAKE_CONFLICT, .skip = 9, .times = 1},
    };
    struct expired *e = *state;
    fake_aws_bucket(fixture_fake, "archive");
    e->setup.archive = "s3://archive/of/us";
    e->setup.aws = dynamodb_fixture_session();
    expired_ingest_all(e, 5);
    remove_all(e);
    for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
        fake_aws_fault(fixture_fake, &rules[i]);
    assert_true(stream_send(e));
    assert_int_equal(e->reported, 0);
    assert_true(fake_aws_struck(fixture_fake, FAKE_RESET_AFTER) > 0);
    assert_int_equal(expired_chunks(), 0);
    expired_expect_all(e);
}

/* No more is asked of one that is down, and nothing leaves the store. */
static void a_bucket_that_is_down_fails_the_invocation(void **state)
{
    static const struct fake_rule down = {
        .operation = "s3:GetObject", .fault = FAKE_ERROR_CODE, .code = "AccessDenied"};
    struct expired *e = *state;
    fake_aws_bucket(fixture_fake, "archive");
    e->setup.archive = "s3://archive/of/us";
    e->setup.aws = dynamodb_fixture_session();
    expired_ingest_all(e, 5);
    remove_all(e);
    fake_aws_fault(fixture_fake, &down);
    const size_t chunks = expired_chunks();
    assert_false(stream_send(e));
    assert_string_equal(e->fault.type, "Contactwatch.ArchiveUnavailable");
    assert_int_equal(fake_aws_struck(fixture_fake, FAKE_ERROR_CODE), 3);
    assert_int_equal(expired_chunks(), chunks);
    fake_aws_faults_clear(fixture_fake);
    assert_true(stream_send(e));
    assert_int_equal(e->reported, 0);
    expired_expect_all(e);
}

static void without_a_place_there_is_no_function(void **state)
{
    struct expired *e = *state;
    struct err err = {""};
    e->setup.archive = NULL;
    assert_null(lambda_archive.open(&e->setup, &err));
    assert_non_null(strstr(err.text, "CONTACTWATCH_ARCHIVE"));
    assert_ptr_equal(lambda_handler_find("archive"), &lambda_archive);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        EXPIRED_TEST(what_ttl_removes_is_archived_and_its_chunks_go),
        EXPIRED_TEST(the_same_batch_again_changes_nothing),
        EXPIRED_TEST(all_else_is_passed_over),
        EXPIRED_TEST(a_poisoned_image_alone_is_reported),
        EXPIRED_TEST(a_stream_without_old_images_is_said_so),
        EXPIRED_TEST(what_is_no_stream_is_refused),
        EXPIRED_TEST(what_there_is_no_time_for_is_reported),
        EXPIRED_TEST(the_rest_is_reported_when_the_time_is_nearly_up),
        EXPIRED_TEST(a_bucket_that_does_harm_takes_them_all),
        EXPIRED_TEST(a_bucket_that_is_down_fails_the_invocation),
        EXPIRED_TEST(without_a_place_there_is_no_function),
    };
    return cmocka_run_group_tests(tests, dynamodb_fixture_begin, dynamodb_fixture_end);
}
