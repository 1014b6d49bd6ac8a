/* The SQS source against the fake endpoint: receiving, deleting, keeping, releasing, draining. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/sqs_fixture.h"

static void fault(struct sqs_fixture *f, const char *operation, enum fake_fault kind,
                  unsigned times, const char *code)
{
    fake_aws_fault(
        f->fake,
        &(struct fake_rule){.operation = operation, .fault = kind, .times = times, .code = code});
}

static void what_is_done_is_deleted(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[25];
    sqs_send_many(f, 0, 25);
    sqs_open(f);
    sqs_receive_all(f, m, 25);
    assert_memory_equal(m[0].body, "m", 1);
    assert_true(m[0].sent > INT64_C(1500000000000));
    assert_non_null(m[0].id);
    source_settle(f->source, m, 25, SETTLE_DONE);
    sqs_until(sqs_state_now(f).deleted == 25);
    struct fake_queue_state queue = sqs_queue_now(f);
    assert_int_equal(queue.deleted, 25);
    assert_int_equal(queue.visible + queue.in_flight, 0);
    assert_int_equal(fake_aws_requests(f->fake, "DeleteMessageBatch"), 3);
    assert_int_equal(fake_aws_bad_signatures(f->fake), 0);
}

static void polls_grow_with_the_backlog_and_shrink_again(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[600];
    unsigned most = 0;
    f->options.pollers = 4;
    sqs_send_many(f, 0, 600);
    fake_aws_fault(
        f->fake, &(struct fake_rule){.operation = "ReceiveMessage", .fault = FAKE_SLOW, .ms = 15});
    sqs_open(f);
    for (size_t have = 0; have < 600;) {
        have += sqs_receive_now(f, m + have, 600 - have);
        struct source_state now = sqs_state_now(f);
        most = now.pollers > most ? now.pollers : most;
    }
    source_settle(f->source, m, 600, SETTLE_DONE);
    assert_int_equal(most, 4);
    fake_aws_faults_clear(f->fake);
    /* Each message ends one of the polls; an empty answer would take five seconds. */
    sqs_until(sqs_state_now(f).deleted == 600);
    assert_true(fake_aws_wait_polls(f->fake, "q", 1, SQS_PATIENCE_MS));
}

static void heartbeats_keep_what_is_held(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[30];
    sqs_send_many(f, 0, 30);
    sqs_open(f);
    sqs_receive_all(f, m, 30);
    for (unsigned beat = 1; beat <= 8; beat++) {
        sqs_advance(f, 31 * SECOND_MS);
        sqs_until(sqs_state_now(f).heartbeats == 30 * (uint64_t)beat);
    }
    struct fake_queue_state queue = sqs_queue_now(f);
    assert_int_equal(queue.expired_visibility, 0);
    assert_int_equal(queue.received, 30);
    assert_int_equal(fake_aws_requests(f->fake, "ChangeMessageVisibilityBatch"), 24);
    source_settle(f->source, m, 30, SETTLE_DONE);
    sqs_until(sqs_queue_now(f).deleted == 30);
}

static void the_unread_are_kept_too(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[10];
    sqs_send_many(f, 0, 10);
    sqs_open(f);
    sqs_until(sqs_state_now(f).held == 10);
    sqs_advance(f, 31 * SECOND_MS);
    sqs_until(sqs_state_now(f).heartbeats == 10);
    sqs_receive_all(f, m, 10);
    source_settle(f->source, m, 10, SETTLE_DONE);
    sqs_until(sqs_queue_now(f).deleted == 10);
}

static void a_heartbeat_that_fails_is_tried_again(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[10];
    sqs_send_many(f, 0, 10);
    sqs_open(f);
    sqs_receive_all(f, m, 10);
    fault(f, "ChangeMessageVisibilityBatch", FAKE_ENTRY_FAILED, 10, NULL);
    sqs_advance(f, 31 * SECOND_MS);
    sqs_until(sqs_state_now(f).failed_heartbeats == 10);
    sqs_advance(f, 5 * SECOND_MS);
    sqs_until(sqs_state_now(f).heartbeats == 10);
    assert_int_equal(sqs_queue_now(f).received, 10);
    source_settle(f->source, m, 10, SETTLE_DONE);
    sqs_until(sqs_queue_now(f).deleted == 10);
}

static void five_failures_give_a_message_back(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[1], again[1];
    sqs_send_many(f, 0, 1);
    sqs_open(f);
    sqs_receive_all(f, m, 1);
    fault(f, "ChangeMessageVisibilityBatch", FAKE_ENTRY_FAILED, 5, NULL);
    static const int64_t wait[] = {31000, 1000, 2000, 4000, 7500};
    for (unsigned i = 1; i <= 5; i++) {
        sqs_advance(f, wait[i - 1]);
        sqs_until(sqs_state_now(f).failed_heartbeats == i);
    }
    assert_int_equal(sqs_state_now(f).given_up, 1);
    /* Released, it comes back here; what is in hand is not handed out a second time. */
    sqs_until(sqs_state_now(f).redelivered == 1);
    assert_int_equal(sqs_receive_now(f, again, 1), 0);
    source_settle(f->source, m, 1, SETTLE_DONE);
    sqs_until(sqs_queue_now(f).deleted == 1);
}

/* Given up and not released yet, then handed back: it is released all the same. */
static void what_is_given_up_and_handed_back_is_released(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[1];
    sqs_send_many(f, 0, 1);
    sqs_open(f);
    sqs_receive_all(f, m, 1);
    fault(f, "ChangeMessageVisibilityBatch", FAKE_ENTRY_FAILED, 6, NULL);
    static const int64_t wait[] = {31000, 1000, 2000, 4000, 7500};
    for (unsigned i = 1; i <= 5; i++) {
        sqs_advance(f, wait[i - 1]);
        sqs_until(sqs_state_now(f).failed_heartbeats == i);
    }
    sqs_until(fake_aws_struck(f->fake, FAKE_ENTRY_FAILED) == 6);
    source_settle(f->source, m, 1, SETTLE_RELEASE);
    sqs_until(fake_aws_requests(f->fake, "ChangeMessageVisibilityBatch") == 7);
    sqs_advance(f, 6 * SECOND_MS); /* its visibility would last longer */
    sqs_receive_all(f, m, 1);
    source_settle(f->source, m, 1, SETTLE_DONE);
    sqs_until(sqs_queue_now(f).deleted == 1);
}

static void ten_minutes_are_the_most(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[1];
    sqs_send_many(f, 0, 1);
    sqs_open(f);
    sqs_receive_all(f, m, 1);
    struct source_state before, now = sqs_state_now(f);
    for (int i = 0; i < 24 && !now.given_up; i++) {
        before = now;
        sqs_advance(f, 31 * SECOND_MS);
        sqs_until((now = sqs_state_now(f), now.heartbeats > before.heartbeats || now.given_up));
    }
    assert_in_range(now.heartbeats, 18, 20);
    assert_int_equal(sqs_state_now(f).given_up, 1);
    sqs_until(sqs_state_now(f).redelivered == 1);
    assert_int_equal(sqs_queue_now(f).expired_visibility, 0);
    source_settle(f->source, m, 1, SETTLE_DONE);
    sqs_until(sqs_queue_now(f).deleted == 1);
}

static void a_receipt_that_is_gone_ends_the_heartbeat(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[2];
    sqs_send_many(f, 0, 2);
    sqs_open(f);
    sqs_receive_all(f, m, 2);
    fault(f, "ChangeMessageVisibilityBatch", FAKE_ENTRY_REFUSED, 2, "MessageNotInflight");
    sqs_advance(f, 31 * SECOND_MS);
    sqs_until(sqs_state_now(f).failed_heartbeats == 2);
    uint64_t asked = fake_aws_requests(f->fake, "ChangeMessageVisibilityBatch");
    sqs_advance(f, 20 * SECOND_MS);
    source_settle(f->source, m, 2, SETTLE_DONE);
    sqs_until(sqs_queue_now(f).deleted == 2);
    assert_int_equal(fake_aws_requests(f->fake, "ChangeMessageVisibilityBatch"), asked);
}

static void each_failed_delete_is_tried_again(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[10];
    sqs_send_many(f, 0, 10);
    sqs_open(f);
    sqs_receive_all(f, m, 10);
    fault(f, "DeleteMessageBatch", FAKE_ENTRY_FAILED, 14, NULL);
    source_settle(f->source, m, 10, SETTLE_DONE);
    sqs_until(sqs_state_now(f).deleted == 10);
    assert_int_equal(sqs_state_now(f).failed_deletes, 14);
    assert_int_equal(sqs_queue_now(f).deleted, 10);
}

static void deletes_outlive_errors_and_lost_replies(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[40];
    sqs_send_many(f, 0, 40);
    sqs_open(f);
    sqs_receive_all(f, m, 40);
    fault(f, "DeleteMessageBatch", FAKE_RESET_AFTER, 2, NULL);
    fault(f, "DeleteMessageBatch", FAKE_ERROR_500, 4, NULL);
    fault(f, "DeleteMessageBatch", FAKE_THROTTLE, 1, NULL);
    fault(f, "DeleteMessageBatch", FAKE_GARBAGE, 1, NULL);
    source_settle(f->source, m, 40, SETTLE_DONE);
    sqs_until(sqs_state_now(f).held == 0);
    assert_int_equal(sqs_queue_now(f).deleted, 40);
    assert_int_equal(sqs_queue_now(f).in_flight, 0);
}

static void a_delete_that_cannot_succeed_is_dropped(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[3];
    sqs_send_many(f, 0, 3);
    sqs_open(f);
    sqs_receive_all(f, m, 3);
    fault(f, "DeleteMessageBatch", FAKE_ENTRY_REFUSED, 3, "ReceiptHandleIsInvalid");
    source_settle(f->source, m, 3, SETTLE_DONE);
    sqs_until(sqs_state_now(f).held == 0);
    assert_int_equal(sqs_state_now(f).failed_deletes, 3);
    assert_int_equal(fake_aws_requests(f->fake, "DeleteMessageBatch"), 1);
}

static void duplicates_are_handed_out_once(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[10], more[1];
    sqs_send_many(f, 0, 10);
    fault(f, "ReceiveMessage", FAKE_DUPLICATE, 25, NULL);
    sqs_open(f);
    sqs_receive_all(f, m, 10);
    sqs_until(sqs_state_now(f).redelivered >= 15);
    assert_int_equal(sqs_receive_now(f, more, 1), 0);
    source_settle(f->source, m, 10, SETTLE_DONE);
    /* One received again while its delete was on its way is a new one. */
    for (size_t again = 0; sqs_queue_now(f).deleted < 10;)
        if ((again = sqs_receive_now(f, more, 1)))
            source_settle(f->source, more, again, SETTLE_DONE);
}

static void nobody_polls_for_a_pipeline_that_does_not_pull(void **state)
{
    struct sqs_fixture *f = *state;
    enum { ALL = 2600 };
    static struct message m[ALL];
    sqs_send_many(f, 0, ALL);
    sqs_open(f);
    sqs_until(sqs_state_now(f).held > 1900 && sqs_state_now(f).pollers == 0);
    assert_true(sqs_state_now(f).held <= 2000);
    assert_true(sqs_queue_now(f).visible >= ALL - 2000);
    sqs_receive_all(f, m, ALL);
    source_settle(f->source, m, ALL, SETTLE_DONE);
    sqs_until(sqs_queue_now(f).deleted == ALL);
}

static void released_messages_come_again_later_each_time(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[1];
    sqs_send_many(f, 0, 1);
    sqs_open(f);
    sqs_receive_all(f, m, 1);
    source_settle(f->source, m, 1, SETTLE_RELEASE);
    sqs_until(sqs_state_now(f).held == 0 &&
              fake_aws_requests(f->fake, "ChangeMessageVisibilityBatch") == 1);
    sqs_advance(f, 6 * SECOND_MS);
    sqs_receive_all(f, m, 1);
    source_settle(f->source, m, 1, SETTLE_RELEASE);
    sqs_until(fake_aws_requests(f->fake, "ChangeMessageVisibilityBatch") == 2);
    sqs_until(sqs_queue_now(f).in_flight == 1);
    sqs_advance(f, 6 * SECOND_MS);
    assert_int_equal(sqs_receive_now(f, m, 1), 0);
    sqs_advance(f, 6 * SECOND_MS);
    sqs_receive_all(f, m, 1);
    source_settle(f->source, m, 1, SETTLE_DONE);
    sqs_until(sqs_queue_now(f).deleted == 1);
}

static void draining_gives_back_what_is_unread(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[16];
    sqs_send_many(f, 0, 100);
    sqs_open(f);
    sqs_until(sqs_state_now(f).held == 100);
    sqs_receive_all(f, m, 16);
    source_drain(f->source);
    sqs_until(sqs_queue_now(f).visible == 84);
    source_settle(f->source, m, 10, SETTLE_DONE);
    source_settle(f->source, m + 10, 6, SETTLE_RELEASE);
    int64_t begin = monotonic_ns();
    sqs_close_source(f);
    assert_true(monotonic_ns() - begin < 9 * INT64_C(1000000000));
    struct fake_queue_state queue = sqs_queue_now(f);
    assert_int_equal(queue.deleted, 10);
    assert_int_equal(queue.in_flight, 0);
    assert_int_equal(queue.visible, queue.sent - 10);
}

static void closing_in_an_outage_ends_in_time(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[5];
    f->options.drain_ms = 300;
    sqs_send_many(f, 0, 5);
    sqs_open(f);
    sqs_receive_all(f, m, 5);
    fake_aws_outage(f->fake, 60000);
    source_drain(f->source);
    source_settle(f->source, m, 5, SETTLE_DONE);
    int64_t begin = monotonic_ns();
    source_close(f->source);
    f->source = NULL;
    assert_true(monotonic_ns() - begin < 2 * INT64_C(1000000000));
}

#define SQS_TEST(test) cmocka_unit_test_setup_teardown(test, sqs_setup, sqs_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SQS_TEST(what_is_done_is_deleted),
        SQS_TEST(polls_grow_with_the_backlog_and_shrink_again),
        SQS_TEST(heartbeats_keep_what_is_held),
        SQS_TEST(the_unread_are_kept_too),
        SQS_TEST(a_heartbeat_that_fails_is_tried_again),
        SQS_TEST(five_failures_give_a_message_back),
        SQS_TEST(what_is_given_up_and_handed_back_is_released),
        SQS_TEST(ten_minutes_are_the_most),
        SQS_TEST(a_receipt_that_is_gone_ends_the_heartbeat),
        SQS_TEST(each_failed_delete_is_tried_again),
        SQS_TEST(deletes_outlive_errors_and_lost_replies),
        SQS_TEST(a_delete_that_cannot_succeed_is_dropped),
        SQS_TEST(duplicates_are_handed_out_once),
        SQS_TEST(nobody_polls_for_a_pipeline_that_does_not_pull),
        SQS_TEST(released_messages_come_again_later_each_time),
        SQS_TEST(draining_gives_back_what_is_unread),
        SQS_TEST(closing_in_an_outage_ends_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
