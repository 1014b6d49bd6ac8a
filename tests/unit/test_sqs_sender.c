/* Sending to a queue of the fake endpoint. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/sqs.h"
#include "contactwatch/sqs_sender.h"
#include "support/sqs_fixture.h"

static struct sqs_sender *open_sender(struct sqs_fixture *f, const char *queue)
{
    struct sqs_sender *sender = sqs_sender_open(f->session, queue, &f->err);
    if (!sender)
        fail_msg("%s", f->err.text);
    return sender;
}

static void add(struct sqs_fixture *f, struct sqs_sender *sender, unsigned from, unsigned to)
{
    char body[32];
    for (unsigned i = from; i < to; i++) {
        int length = snprintf(body, sizeof(body), "m%u", i);
        if (!sqs_sender_add(sender, body, (size_t)length, &f->err))
            fail_msg("%s", f->err.text);
    }
}

static void everything_is_sent_in_tens(void **state)
{
    struct sqs_fixture *f = *state;
    struct sqs_sender *sender = open_sender(f, "q");
    add(f, sender, 0, 1234);
    assert_true(sqs_sender_finish(sender, &f->err));
    assert_int_equal(sqs_sender_sent(sender), 1234);
    assert_int_equal(sqs_queue_now(f).sent, 1234);
    assert_int_equal(fake_aws_requests(f->fake, "SendMessageBatch"), 124);
    add(f, sender, 0, 1);
    assert_true(sqs_sender_finish(sender, &f->err));
    assert_int_equal(sqs_queue_now(f).sent, 1235);
    sqs_sender_close(sender);
}

static void count_body(void *context, const struct fake_message *message)
{
    unsigned *seen = context;
    seen[strtoul(message->body + 1, NULL, 10) % 200]++;
}

static void each_failed_entry_is_sent_again(void **state)
{
    struct sqs_fixture *f = *state;
    unsigned seen[200] = {0};
    struct sqs_sender *sender = open_sender(f, fake_aws_queue_url(f->fake, "q"));
    fake_aws_fault(f->fake, &(struct fake_rule){.operation = "SendMessageBatch",
                                                .fault = FAKE_ENTRY_FAILED,
                                                .probability = 0.3,
                                                .times = 60});
    fake_aws_fault(
        f->fake,
        &(struct fake_rule){.operation = "SendMessageBatch", .fault = FAKE_ERROR_500, .times = 4});
    add(f, sender, 0, 200);
    assert_true(sqs_sender_finish(sender, &f->err));
    assert_int_equal(sqs_queue_now(f).sent, 200);
    fake_aws_messages(f->fake, "q", count_body, seen);
    for (size_t i = 0; i < 200; i++)
        assert_int_equal(seen[i], 1);
    sqs_sender_close(sender);
}

static void batches_stay_below_a_mebibyte(void **state)
{
    struct sqs_fixture *f = *state;
    struct sqs_sender *sender = open_sender(f, "q");
    char *body = mem_alloc(SQS_BODY_MAX + 1);
    memset(body, 'x', SQS_BODY_MAX + 1);
    body[SQS_BODY_MAX] = '\0';
    assert_true(sqs_sender_add(sender, body, SQS_BODY_MAX, &f->err));
    body[400000] = '\0';
    for (int i = 0; i < 5; i++)
        assert_true(sqs_sender_add(sender, body, 400000, &f->err));
    assert_true(sqs_sender_finish(sender, &f->err));
    assert_int_equal(sqs_queue_now(f).sent, 6);
    assert_int_equal(fake_aws_requests(f->fake, "SendMessageBatch"), 4);
    assert_false(sqs_sender_add(sender, body, SQS_BODY_MAX + 1, &f->err));
    assert_false(sqs_sender_add(sender, "", 0, &f->err));
    free(body);
    sqs_sender_close(sender);
}

static void a_message_the_queue_refuses_is_an_error(void **state)
{
    struct sqs_fixture *f = *state;
    struct sqs_sender *sender = open_sender(f, "q");
    fake_aws_fault(f->fake, &(struct fake_rule){.operation = "SendMessageBatch",
                                                .fault = FAKE_ENTRY_REFUSED,
                                                .times = 1,
                                                .code = "InvalidMessageContents"});
    add(f, sender, 0, 5);
    assert_false(sqs_sender_finish(sender, &f->err));
    assert_non_null(strstr(f->err.text, "InvalidMessageContents"));
    assert_false(sqs_sender_add(sender, "x", 1, &f->err));
    assert_false(sqs_sender_finish(sender, &f->err));
    sqs_sender_close(sender);
    assert_null(sqs_sender_open(f->session, "nowhere", &f->err));
}

static void fifo_queues_take_messages_too(void **state)
{
    struct sqs_fixture *f = *state;
    struct fake_queue_state queue;
    fake_aws_queue(f->fake, "q.fifo", "{\"FifoQueue\":\"true\"}");
    struct sqs_sender *sender = open_sender(f, "q.fifo");
    add(f, sender, 0, 25);
    assert_true(sqs_sender_finish(sender, &f->err));
    assert_true(fake_aws_queue_state(f->fake, "q.fifo", &queue));
    assert_int_equal(queue.sent, 25);
    sqs_sender_close(sender);
}

#define SQS_TEST(test) cmocka_unit_test_setup_teardown(test, sqs_setup, sqs_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SQS_TEST(everything_is_sent_in_tens),    SQS_TEST(each_failed_entry_is_sent_again),
        SQS_TEST(batches_stay_below_a_mebibyte), SQS_TEST(a_message_the_queue_refuses_is_an_error),
        SQS_TEST(fifo_queues_take_messages_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
