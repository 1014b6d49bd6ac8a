/* SQS requests and answers as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/json.h"
#include "contactwatch/sqs.h"

static const char url[] = "https://sqs.eu-west-1.amazonaws.com/1/q";

static void requests_are_the_documented_json(void **state)
{
    (void)state;
    struct buf out = {0};
    sqs_receive_request(&out, url, &(struct sqs_receive){10, 5, 60});
    assert_string_equal(out.data,
                        "{\"QueueUrl\":\"https://sqs.eu-west-1.amazonaws.com/1/q\","
                        "\"MaxNumberOfMessages\":10,\"WaitTimeSeconds\":5,"
                        "\"VisibilityTimeout\":60,\"MessageSystemAttributeNames\":[\"All\"]}");
    buf_clear(&out);
    sqs_batch_open(&out, "u");
    sqs_delete_entry(&out, 0, "h\"0");
    sqs_delete_entry(&out, 1, "h1");
    sqs_batch_close(&out);
    assert_string_equal(out.data,
                        "{\"QueueUrl\":\"u\",\"Entries\":[{\"Id\":\"0\",\"ReceiptHandle\":"
                        "\"h\\\"0\"},{\"Id\":\"1\",\"ReceiptHandle\":\"h1\"}]}");
    buf_clear(&out);
    sqs_batch_open(&out, "u");
    sqs_visibility_entry(&out, 0, "h", 0);
    sqs_batch_close(&out);
    assert_string_equal(out.data, "{\"QueueUrl\":\"u\",\"Entries\":[{\"Id\":\"0\","
                                  "\"ReceiptHandle\":\"h\",\"VisibilityTimeout\":0}]}");
    buf_clear(&out);
    sqs_batch_open(&out, "u");
    sqs_send_entry(&out, 0, "b", NULL, NULL);
    sqs_send_entry(&out, 1, "b", "g", "d");
    sqs_batch_close(&out);
    assert_string_equal(out.data,
                        "{\"QueueUrl\":\"u\",\"Entries\":[{\"Id\":\"0\",\"MessageBody\":\"b\"},"
                        "{\"Id\":\"1\",\"MessageBody\":\"b\",\"MessageGroupId\":\"g\","
                        "\"MessageDeduplicationId\":\"d\"}]}");
    buf_free(&out);
}

struct received {
    struct arena arena;
    struct sqs_message message[SQS_BATCH_MAX];
    size_t count, broken;
    struct err err;
    bool fine;
};

static struct received receive(const char *answer)
{
    struct received r = {0};
    r.fine = sqs_receive_answer(&r.arena, answer, strlen(answer), r.message, &r.count, &r.broken,
                                &r.err);
    return r;
}

static void a_receive_is_read(void **state)
{
    (void)state;
    struct received r = receive(
        "{\"Messages\":[{\"MessageId\":\"i\",\"ReceiptHandle\":\"h\","
        "\"MD5OfBody\":\"5D41402ABC4B2A76B9719D911017C592\",\"Body\":\"hello\",\"Attributes\":"
        "{\"SentTimestamp\":\"1700000000123\",\"ApproximateReceiveCount\":\"3\"}},"
        "{\"MessageId\":\"j\",\"ReceiptHandle\":\"k\",\"MD5OfBody\":\"00\",\"Body\":\"\"}]}");
    assert_true(r.fine);
    assert_int_equal(r.count, 2);
    assert_string_equal(r.message[0].id, "i");
    assert_string_equal(r.message[0].receipt, "h");
    assert_string_equal(r.message[0].body, "hello");
    assert_int_equal(r.message[0].length, 5);
    assert_int_equal(r.message[0].sent, INT64_C(1700000000123));
    assert_int_equal(r.message[0].receives, 3);
    assert_false(r.message[0].corrupt);
    assert_int_equal(r.message[1].sent, INSTANT_NONE);
    assert_int_equal(r.message[1].receives, 1);
    assert_true(r.message[1].corrupt);
    arena_free(&r.arena);
}

/* Ten messages of the largest size a queue takes, each quote of theirs escaped. */
static void a_receive_of_ten_large_messages_is_read(void **state)
{
    enum { BODY = 1 << 20 };
    struct buf answer = {0};
    (void)state;
    buf_text(&answer, "{\"Messages\":[");
    for (unsigned i = 0; i < SQS_BATCH_MAX; i++) {
        buf_printf(&answer, "%s{\"MessageId\":\"%u\",\"ReceiptHandle\":\"h\",\"Body\":\"",
                   i ? "," : "", i);
        for (unsigned n = 0; n < BODY / 15; n++)
            buf_text(&answer, "\\\"member\\\":12345,");
        buf_text(&answer, "\"}");
    }
    buf_text(&answer, "]}");
    struct received r = receive(answer.data);
    assert_true(r.fine);
    assert_int_equal(r.count, SQS_BATCH_MAX);
    assert_int_equal(r.broken, 0);
    for (unsigned i = 0; i < SQS_BATCH_MAX; i++)
        assert_int_equal(r.message[i].length, BODY / 15 * strlen("\"member\":12345,"));
    arena_free(&r.arena);
    buf_free(&answer);
}

static void an_empty_receive_is_no_messages(void **state)
{
    (void)state;
    static const char *const empty[] = {"{}", "{\"Messages\":[]}", "{\"Messages\":null}"};
    for (size_t i = 0; i < ARRAY_SIZE(empty); i++) {
        struct received r = receive(empty[i]);
        assert_true(r.fine && !r.count && !r.broken);
        arena_free(&r.arena);
    }
}

static void what_is_no_answer_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "[]", "<html>", "{\"Messages\":7}", "{\"Messages\":["};
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        struct received r = receive(wrong[i]);
        assert_false(r.fine);
        assert_true(r.err.text[0]);
        arena_free(&r.arena);
    }
}

static void messages_without_the_needful_are_counted(void **state)
{
    (void)state;
    struct buf answer = {0};
    buf_text(&answer, "{\"Messages\":[{},7,{\"MessageId\":\"i\",\"Body\":\"b\"},"
                      "{\"MessageId\":\"i\",\"ReceiptHandle\":\"h\",\"Body\":7}");
    for (int i = 0; i < 12; i++)
        buf_printf(&answer, ",{\"MessageId\":\"%d\",\"ReceiptHandle\":\"h\",\"Body\":\"b\"}", i);
    buf_text(&answer, "]}");
    struct received r = receive(answer.data);
    assert_true(r.fine);
    assert_int_equal(r.count, SQS_BATCH_MAX);
    assert_int_equal(r.broken, 6);
    arena_free(&r.arena);
    buf_free(&answer);
}

static void each_entry_of_a_batch_is_looked_at(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct sqs_result result[6];
    const char *answer =
        "{\"Successful\":[{\"Id\":\"0\"},{\"Id\":\"9\"},{\"Id\":\"x\"}],\"Failed\":["
        "{\"Id\":\"1\",\"SenderFault\":false,\"Code\":\"InternalError\",\"Message\":\"m\"},"
        "{\"Id\":\"2\",\"SenderFault\":true,\"Code\":\"ReceiptHandleIsInvalid\"},"
        "{\"Id\":\"3\",\"SenderFault\":true,\"Code\":"
        "\"AWS.SimpleQueueService.MessageNotInflight\"},"
        "{\"Id\":\"4\",\"SenderFault\":true,\"Code\":\"InvalidMessageContents\"}]}";
    assert_true(sqs_batch_answer(&arena, answer, strlen(answer), result, 6, NULL));
    static const enum sqs_outcome expected[] = {SQS_DONE, SQS_RETRY,   SQS_GONE,
                                                SQS_GONE, SQS_REFUSED, SQS_RETRY};
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(result[i].outcome, expected[i]);
    assert_string_equal(result[4].code, "InvalidMessageContents");
    assert_false(sqs_batch_answer(&arena, "nonsense", 8, result, 6, NULL));
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(result[i].outcome, SQS_RETRY);
    arena_free(&arena);
}

static void attributes_are_read(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct sqs_attributes a;
    const char *answer =
        "{\"Attributes\":{\"ApproximateNumberOfMessages\":\"12\","
        "\"ApproximateNumberOfMessagesNotVisible\":\"3\",\"FifoQueue\":\"true\","
        "\"RedrivePolicy\":\"{\\\"deadLetterTargetArn\\\":\\\"arn:aws:sqs:r:1:d\\\","
        "\\\"maxReceiveCount\\\":\\\"5\\\"}\"}}";
    assert_true(sqs_attributes_answer(&arena, answer, strlen(answer), &a, NULL));
    assert_int_equal(a.visible, 12);
    assert_int_equal(a.in_flight, 3);
    assert_int_equal(a.delayed, -1);
    assert_true(a.fifo && a.redrive);
    assert_int_equal(a.max_receives, 5);
    answer = "{\"Attributes\":{\"ApproximateNumberOfMessages\":\"x\",\"RedrivePolicy\":\"\"}}";
    assert_true(sqs_attributes_answer(&arena, answer, strlen(answer), &a, NULL));
    assert_int_equal(a.visible, -1);
    assert_false(a.fifo || a.redrive);
    arena_free(&arena);
}

static void a_queue_url_is_read_and_told_from_a_name(void **state)
{
    (void)state;
    struct arena arena = {0};
    char out[SQS_URL_MAX];
    assert_true(
        sqs_url_answer(&arena, "{\"QueueUrl\":\"http://x/1/q\"}", 27, out, sizeof(out), NULL));
    assert_string_equal(out, "http://x/1/q");
    assert_false(sqs_url_answer(&arena, "{}", 2, out, sizeof(out), NULL));
    assert_true(sqs_is_url(url) && sqs_is_url("http://127.0.0.1/1/q"));
    assert_false(sqs_is_url("contacts"));
    assert_true(sqs_is_fifo("q.fifo"));
    assert_false(sqs_is_fifo("fifo") || sqs_is_fifo(".fifo") || sqs_is_fifo("q.fifo.not"));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_the_documented_json),
        cmocka_unit_test(a_receive_is_read),
        cmocka_unit_test(a_receive_of_ten_large_messages_is_read),
        cmocka_unit_test(an_empty_receive_is_no_messages),
        cmocka_unit_test(what_is_no_answer_is_refused),
        cmocka_unit_test(messages_without_the_needful_are_counted),
        cmocka_unit_test(each_entry_of_a_batch_is_looked_at),
        cmocka_unit_test(attributes_are_read),
        cmocka_unit_test(a_queue_url_is_read_and_told_from_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
