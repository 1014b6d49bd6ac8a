/* The fake's queues: what the service's documents promise, and what it does not promise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/fake_fixture.h"

static const char *url(struct fake_fixture *f)
{
    return fake_aws_queue_url(f->fake, "q");
}

static struct fake_queue_state now(struct fake_fixture *f, const char *queue)
{
    struct fake_queue_state state;
    assert_true(fake_aws_queue_state(f->fake, queue, &state));
    return state;
}

/* Up to ten messages; NULL = none, and then the member is not there either. */
static const cJSON *receive(struct fake_fixture *f, const char *options)
{
    const cJSON *reply = fake_sqs_ask(f, "ReceiveMessage",
                                      "{\"QueueUrl\":\"%s\",\"MaxNumberOfMessages\":10,"
                                      "\"MessageSystemAttributeNames\":[\"All\"]%s}",
                                      url(f), options);
    assert_int_equal(f->status, 200);
    return json_get(reply, "Messages");
}

static const char *handle_of(const cJSON *messages)
{
    assert_int_equal(cJSON_GetArraySize(messages), 1);
    return json_text(messages->child, "ReceiptHandle");
}

static void keep(char out[64], const char *handle)
{
    snprintf(out, 64, "%s", handle);
}

static void settle(struct fake_fixture *f, const char *operation, const char *handle,
                   const char *more)
{
    fake_sqs_ask(f, operation, "{\"QueueUrl\":\"%s\",\"ReceiptHandle\":\"%s\"%s}", url(f), handle,
                 more);
}

static void a_message_comes_as_it_was_sent(void **state)
{
    struct fake_fixture *f = *state;
    fake_sqs_ask(f, "SendMessage",
                 "{\"QueueUrl\":\"%s\",\"MessageBody\":\"a \\\"q\\\" \\u00e9\\n\"}", url(f));
    assert_non_null(strstr(f->text, "f487d249977b1bd544fc07505effc05f"));
    const cJSON *message = receive(f, "")->child, *attributes = json_get(message, "Attributes");
    assert_string_equal(json_text(message, "Body"), "a \"q\" \xc3\xa9\n");
    assert_int_equal(strlen(json_text(message, "MD5OfBody")), 32);
    assert_string_equal(json_text(attributes, "ApproximateReceiveCount"), "1");
    assert_non_null(json_text(attributes, "SentTimestamp"));
    assert_null(receive(f, "")); /* no Messages at all */
}

static void what_is_not_deleted_comes_again(void **state)
{
    struct fake_fixture *f = *state;
    fake_aws_send(f->fake, "q", "m");
    char first[64], second[64];
    keep(first, handle_of(receive(f, ",\"VisibilityTimeout\":10")));
    fake_aws_advance(f->fake, 9900);
    assert_null(receive(f, ""));
    fake_aws_advance(f->fake, 200);
    keep(second, handle_of(receive(f, "")));
    assert_string_not_equal(first, second);
    assert_int_equal(now(f, "q").expired_visibility, 1);

    settle(f, "DeleteMessage", first, "");
    assert_int_equal(f->status, 200); /* a stale handle succeeds, and deletes nothing */
    assert_int_equal(now(f, "q").stale_deletes, 1);
    settle(f, "ChangeMessageVisibility", first, ",\"VisibilityTimeout\":5");
    assert_non_null(strstr(f->text, "ReceiptHandleIsInvalid"));
    settle(f, "DeleteMessage", second, "");
    assert_int_equal(now(f, "q").deleted, 1);
    settle(f, "DeleteMessage", "no handle at all", "");
    assert_int_equal(f->status, 400);
    assert_non_null(strstr(f->text, "ReceiptHandleIsInvalid"));
}

static void visibility_is_moved_and_ended(void **state)
{
    struct fake_fixture *f = *state;
    char handle[64];
    fake_aws_send(f->fake, "q", "m");
    keep(handle, handle_of(receive(f, "")));
    settle(f, "ChangeMessageVisibility", handle, ",\"VisibilityTimeout\":100");
    fake_aws_advance(f->fake, 99 * SECOND_MS);
    assert_null(receive(f, ""));
    settle(f, "ChangeMessageVisibility", handle, ",\"VisibilityTimeout\":43150");
    assert_int_equal(f->status, 400); /* past twelve hours from the receive */
    settle(f, "ChangeMessageVisibility", handle, ",\"VisibilityTimeout\":0");
    assert_int_equal(now(f, "q").visible, 1);
    settle(f, "ChangeMessageVisibility", handle, ",\"VisibilityTimeout\":5");
    assert_non_null(strstr(f->text, "MessageNotInflight"));
}

static void too_many_receives_send_it_to_the_dead(void **state)
{
    struct fake_fixture *f = *state;
    fake_aws_send(f->fake, "q", "poison");
    for (int i = 0; i < 3; i++) {
        assert_non_null(receive(f, ""));
        fake_aws_advance(f->fake, 31 * SECOND_MS);
    }
    assert_null(receive(f, ""));
    assert_int_equal(now(f, "q").redriven, 1);
    assert_int_equal(now(f, "q").visible + now(f, "q").in_flight, 0);
    assert_int_equal(now(f, "dead").visible, 1);
}

static void delayed_messages_wait(void **state)
{
    struct fake_fixture *f = *state;
    fake_sqs_ask(f, "SendMessage",
                 "{\"QueueUrl\":\"%s\",\"MessageBody\":\"m\",\"DelaySeconds\":20}", url(f));
    assert_int_equal(now(f, "q").delayed, 1);
    assert_null(receive(f, ""));
    fake_aws_advance(f->fake, 20 * SECOND_MS);
    assert_non_null(receive(f, ""));
}

static void what_is_not_allowed_is_refused(void **state)
{
    struct fake_fixture *f = *state;
    static const struct {
        const char *operation, *rest, *code;
    } cases[] = {
        {"ReceiveMessage", "\"MaxNumberOfMessages\":11", "InvalidParameterValueException"},
        {"ReceiveMessage", "\"WaitTimeSeconds\":21", "InvalidParameterValueException"},
        {"ReceiveMessage", "\"VisibilityTimeout\":43201", "InvalidParameterValueException"},
        {"SendMessage", "\"MessageBody\":\"\"", "MissingRequiredParameterException"},
        {"SendMessage", "\"MessageBody\":\"a\\u0000b\"", "InvalidMessageContents"},
        {"SendMessage", "\"MessageBody\":\"a\\u001bb\"", "InvalidMessageContents"},
        {"SendMessage", "\"MessageBody\":\"a\",\"DelaySeconds\":901",
         "InvalidParameterValueException"},
        {"DeleteMessageBatch", "\"Entries\":[]", "EmptyBatchRequest"},
        {"DeleteMessageBatch", "\"Entries\":[{\"Id\":\"a\"},{\"Id\":\"a\"}]",
         "BatchEntryIdsNotDistinct"},
        {"DeleteMessageBatch", "\"Entries\":[{\"Id\":\"a b\"}]", "InvalidBatchEntryId"},
        {"DeleteMessageBatch",
         "\"Entries\":[{\"Id\":\"0\"},{\"Id\":\"1\"},{\"Id\":\"2\"},{\"Id\":\"3\"},{\"Id\":\"4\"},"
         "{\"Id\":\"5\"},{\"Id\":\"6\"},{\"Id\":\"7\"},{\"Id\":\"8\"},{\"Id\":\"9\"},"
         "{\"Id\":\"10\"}]",
         "TooManyEntriesInBatchRequest"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        fake_sqs_ask(f, cases[i].operation, "{\"QueueUrl\":\"%s\",%s}", url(f), cases[i].rest);
        assert_int_equal(f->status, 400);
        if (!strstr(f->text, cases[i].code))
            fail_msg("case %zu: %s", i, f->text);
    }
    fake_sqs_ask(f, "ReceiveMessage", "{\"QueueUrl\":\"http://x/1/none\"}");
    assert_non_null(strstr(f->text, "com.amazonaws.sqs#QueueDoesNotExist"));
}

static void a_mebibyte_is_the_most(void **state)
{
    struct fake_fixture *f = *state;
    struct buf body = {0};
    buf_pad(&body, 'x', 1 << 20);
    fake_sqs_ask(f, "SendMessage", "{\"QueueUrl\":\"%s\",\"MessageBody\":\"%s\"}", url(f),
                 body.data);
    assert_int_equal(f->status, 200);
    buf_char(&body, 'x');
    fake_sqs_ask(f, "SendMessage", "{\"QueueUrl\":\"%s\",\"MessageBody\":\"%s\"}", url(f),
                 body.data);
    assert_int_equal(f->status, 400);
    fake_sqs_ask(f, "SendMessageBatch",
                 "{\"QueueUrl\":\"%s\",\"Entries\":[{\"Id\":\"0\",\"MessageBody\":\"%s\"}]}",
                 url(f), body.data);
    assert_non_null(strstr(f->text, "BatchRequestTooLong"));
    buf_free(&body);
}

static void a_batch_fails_entry_by_entry(void **state)
{
    struct fake_fixture *f = *state;
    fake_aws_send(f->fake, "q", "m");
    const char *handle = handle_of(receive(f, ""));
    const cJSON *reply =
        fake_sqs_ask(f, "DeleteMessageBatch",
                     "{\"QueueUrl\":\"%s\",\"Entries\":[{\"Id\":\"0\",\"ReceiptHandle\":\"x\"},"
                     "{\"Id\":\"1\",\"ReceiptHandle\":\"%s\"}]}",
                     url(f), handle);
    assert_int_equal(f->status, 200);
    const cJSON *failed = json_get(reply, "Failed")->child;
    assert_string_equal(json_text(failed, "Id"), "0");
    assert_true(cJSON_IsTrue(json_get(failed, "SenderFault")));
    assert_string_equal(json_text(json_get(reply, "Successful")->child, "Id"), "1");
    assert_int_equal(now(f, "q").deleted, 1);
}

static void too_many_in_flight_is_an_error_or_silence(void **state)
{
    struct fake_fixture *f = *state;
    struct err err;
    fake_aws_in_flight_limit(f->fake, 2);
    for (int i = 0; i < 3; i++)
        fake_aws_send(f->fake, "q", "m");
    assert_int_equal(cJSON_GetArraySize(receive(f, "")), 2);
    fake_sqs_ask(f, "ReceiveMessage", "{\"QueueUrl\":\"%s\"}", url(f));
    assert_non_null(strstr(f->text, "OverLimit"));

    struct aws_session *session = fake_session(f->fake);
    struct aws_client *client = aws_client_open(session, AWS_SQS, &err);
    struct aws_call call = {.operation = "ReceiveMessage", .long_poll = true};
    buf_printf(&call.body, "{\"QueueUrl\":\"%s\",\"WaitTimeSeconds\":1}", url(f));
    assert_true(aws_run(client, &call, &err));
    assert_string_equal(buf_str(&call.response), "{}");
    aws_call_free(&call);
    aws_client_close(client);
    aws_session_close(session);
}

static void a_long_poll_wakes_on_arrival(void **state)
{
    struct fake_fixture *f = *state;
    struct err err;
    struct aws_session *session = fake_session(f->fake);
    struct aws_client *client = aws_client_open(session, AWS_SQS, &err);
    struct aws_call call = {.operation = "ReceiveMessage", .long_poll = true, .timeout_ms = 30000};
    buf_printf(&call.body, "{\"QueueUrl\":\"%s\",\"WaitTimeSeconds\":20}", url(f));
    int64_t start = monotonic_ns();
    aws_start(client, &call);
    while (now(f, "q").polls == 0)
        aws_next(client, 10);
    fake_aws_send(f->fake, "q", "here");
    assert_ptr_equal(aws_next(client, 10000), &call);
    assert_true(monotonic_ns() - start < INT64_C(10000000000));
    assert_non_null(strstr(buf_str(&call.response), "\"Body\":\"here\""));
    aws_call_free(&call);
    aws_client_close(client);
    aws_session_close(session);
}

static void duplicates_and_disorder_on_demand(void **state)
{
    struct fake_fixture *f = *state;
    fake_aws_send(f->fake, "q", "m");
    fake_aws_fault(f->fake, &(struct fake_rule){.fault = FAKE_DUPLICATE, .times = 1});
    assert_int_equal(cJSON_GetArraySize(receive(f, "")), 2); /* the same one twice */
    assert_int_equal(fake_aws_struck(f->fake, FAKE_DUPLICATE), 1);
    fake_aws_faults_clear(f->fake);
    fake_aws_send(f->fake, "q", "m");
    fake_aws_fault(f->fake, &(struct fake_rule){.fault = FAKE_EMPTY_RECEIVE, .times = 1});
    assert_null(receive(f, ""));
    assert_non_null(receive(f, ""));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_fixture_setup, fake_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_message_comes_as_it_was_sent),
        TEST(what_is_not_deleted_comes_again),
        TEST(visibility_is_moved_and_ended),
        TEST(too_many_receives_send_it_to_the_dead),
        TEST(delayed_messages_wait),
        TEST(what_is_not_allowed_is_refused),
        TEST(a_mebibyte_is_the_most),
        TEST(a_batch_fails_entry_by_entry),
        TEST(too_many_in_flight_is_an_error_or_silence),
        TEST(a_long_poll_wakes_on_arrival),
        TEST(duplicates_and_disorder_on_demand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
