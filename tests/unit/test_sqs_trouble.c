/* The SQS source when the queue is empty, silent, refuses, throttles, or is not there. */
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

static void assert_refused(struct sqs_fixture *f, const char *spec, const char *words)
{
    struct err err = {0};
    assert_null(source_open(spec, &f->options, &err));
    if (!strstr(err.text, words))
        fail_msg("%s: %s", spec, err.text);
}

static void what_cannot_start_says_why(void **state)
{
    struct sqs_fixture *f = *state;
    char spec[256];
    snprintf(spec, sizeof(spec), "sqs:%s/123456789012/nowhere", fake_aws_url(f->fake));
    assert_refused(f, "sqs:nowhere", "there is no queue nowhere in eu-west-1");
    assert_refused(f, spec, "check its name or URL");
    assert_refused(f, "sqs:", "URL or name");
    f->options.aws = NULL;
    assert_refused(f, "sqs:q", "session");
    fake_aws_key(f->fake, &(struct fake_key){"AKIANOTALLOWED", "secret", NULL, 0,
                                             "sqs:GetQueueAttributes", NULL});
    f->options.aws = fake_session_as(f->fake, "AKIANOTALLOWED", "secret", NULL);
    assert_refused(f, "sqs:q", "sqs:GetQueueAttributes");
    aws_session_close((struct aws_session *)f->options.aws);
    f->options.aws = fake_session_as(f->fake, "AKIANOTALLOWED", "another-secret", NULL);
    assert_refused(f, "sqs:q", "secret key");
    aws_session_close((struct aws_session *)f->options.aws);
}

static void a_name_is_enough(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[1];
    f->source = source_open("sqs:q", &f->options, &f->err);
    assert_non_null(f->source);
    sqs_send_many(f, 0, 1);
    sqs_receive_all(f, m, 1);
    source_settle(f->source, m, 1, SETTLE_DONE);
    sqs_until(sqs_queue_now(f).deleted == 1);
}

static void not_allowed_to_receive_is_for_good_at_the_start(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[1];
    size_t count;
    fake_aws_key(f->fake, &(struct fake_key){"AKIANOTALLOWED", "secret", NULL, 0,
                                             "sqs:ReceiveMessage", NULL});
    f->options.aws = fake_session_as(f->fake, "AKIANOTALLOWED", "secret", NULL);
    sqs_open(f);
    assert_int_equal(source_receive(f->source, m, 1, SQS_PATIENCE_MS, &count, &f->err),
                     RECEIVE_ERROR);
    assert_non_null(strstr(f->err.text, "AccessDenied"));
    assert_int_equal(source_receive(f->source, m, 1, SQS_PATIENCE_MS, &count, &f->err),
                     RECEIVE_END);
    sqs_close_source(f);
    aws_session_close((struct aws_session *)f->options.aws);
}

static void not_allowed_any_more_is_waited_out(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[1];
    struct fake_key key = {"AKIACHANGING", "secret", NULL, 0, NULL, NULL};
    fake_aws_key(f->fake, &key);
    struct aws_session *session = fake_session_as(f->fake, "AKIACHANGING", "secret", NULL);
    f->options.aws = session;
    sqs_send_many(f, 0, 1);
    sqs_open(f);
    sqs_receive_all(f, m, 1);
    key.denied = "sqs:ReceiveMessage sqs:DeleteMessage";
    fake_aws_key(f->fake, &key);
    source_settle(f->source, m, 1, SETTLE_DONE);
    sqs_send_many(f, 1, 3); /* ends the poll under way */
    size_t count;
    sqs_until(source_receive(f->source, m, 1, 20, &count, &f->err) == RECEIVE_TROUBLE);
    assert_non_null(strstr(f->err.text, "AccessDenied"));
    key.denied = NULL;
    fake_aws_key(f->fake, &key);
    for (int i = 0; i < 50 && sqs_queue_now(f).deleted < 1; i++) {
        sqs_advance(f, 5 * SECOND_MS);
        sqs_breathe();
    }
    sqs_until(sqs_queue_now(f).deleted >= 1);
    sqs_close_source(f);
    aws_session_close(session);
}

static void an_outage_is_survived_without_spinning(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[5];
    size_t count;
    sqs_open(f);
    sqs_send_many(f, 0, 1);
    sqs_receive_all(f, m, 1);
    fault(f, NULL, FAKE_RESET_BEFORE, 0, NULL);
    fake_aws_outage(f->fake, 1); /* ends the poll under way */
    sqs_until(source_receive(f->source, m + 1, 1, 20, &count, &f->err) == RECEIVE_TROUBLE);
    uint64_t before = fake_aws_requests(f->fake, "ReceiveMessage");
    for (int i = 0; i < 120; i++)
        sqs_advance(f, SECOND_MS);
    uint64_t asked = fake_aws_requests(f->fake, "ReceiveMessage") - before;
    assert_in_range(asked, 0, 3 * 120 / 2);
    assert_int_equal(source_receive(f->source, m + 1, 1, 20, &count, &f->err), RECEIVE_TROUBLE);
    fake_aws_faults_clear(f->fake);
    sqs_send_many(f, 1, 5);
    sqs_advance(f, 5 * SECOND_MS);
    sqs_receive_all(f, m + 1, 4);
    assert_int_equal(source_receive(f->source, m, 0, 0, &count, &f->err), RECEIVE_OK);
}

static void silence_is_not_emptiness(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[20];
    sqs_send_many(f, 0, 20);
    fault(f, "ReceiveMessage", FAKE_EMPTY_RECEIVE, 6, NULL);
    f->options.once = true;
    sqs_open(f);
    for (unsigned i = 1; i <= 6; i++) {
        sqs_until(sqs_state_now(f).silences == i);
        sqs_advance(f, 6 * SECOND_MS);
    }
    sqs_receive_all(f, m, 20);
    assert_in_range(fake_aws_requests(f->fake, "ReceiveMessage"), 8, 20);
    source_settle(f->source, m, 20, SETTLE_DONE);
}

static void the_limit_of_messages_in_flight_is_waited_out(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[1];
    sqs_send_many(f, 0, 1);
    fault(f, "ReceiveMessage", FAKE_ERROR_CODE, 3, "OverLimit");
    sqs_open(f);
    for (unsigned i = 1; i <= 3; i++) {
        sqs_until(sqs_state_now(f).throttles >= i);
        sqs_advance(f, 5 * SECOND_MS);
    }
    sqs_receive_all(f, m, 1);
    source_settle(f->source, m, 1, SETTLE_DONE);
}

static void throttles_and_errors_are_counted_and_survived(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[30];
    sqs_send_many(f, 0, 30);
    fault(f, "ReceiveMessage", FAKE_RESET_BEFORE, 2, NULL);
    fault(f, "ReceiveMessage", FAKE_ERROR_503, 2, NULL);
    fault(f, "ReceiveMessage", FAKE_GARBAGE, 2, NULL);
    fault(f, "ReceiveMessage", FAKE_TRUNCATED, 1, NULL);
    sqs_open(f);
    sqs_until(fake_aws_struck(f->fake, FAKE_GARBAGE) == 2);
    /* What the garbled answers took comes again when it is visible. */
    for (size_t have = 0; have < 30;) {
        have += sqs_receive_now(f, m + have, 30 - have);
        sqs_advance(f, have < 30 ? 6 * SECOND_MS : 0);
    }
    source_settle(f->source, m, 30, SETTLE_DONE);
    sqs_until(sqs_state_now(f).held == 0);
}

static void once_ends_when_the_queue_is_empty(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[12], more[1];
    size_t count;
    f->options.once = true;
    sqs_send_many(f, 0, 12);
    sqs_open(f);
    sqs_receive_all(f, m, 12);
    source_settle(f->source, m, 11, SETTLE_DONE);
    sqs_until(sqs_queue_now(f).deleted == 11);
    assert_int_equal(source_receive(f->source, more, 1, 20, &count, &f->err), RECEIVE_OK);
    source_settle(f->source, m + 11, 1, SETTLE_DONE);
    enum receive result;
    sqs_until((result = source_receive(f->source, more, 1, 20, &count, &f->err)) == RECEIVE_END);
    assert_int_equal(sqs_queue_now(f).deleted, 12);
    assert_true(fake_aws_requests(f->fake, "GetQueueAttributes") >= 3);
}

static void once_waits_for_what_a_lost_answer_took(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[5];
    size_t count;
    f->options.once = true;
    sqs_send_many(f, 0, 5);
    fault(f, "ReceiveMessage", FAKE_TRUNCATED, 1, NULL);
    sqs_open(f);
    sqs_until(source_receive(f->source, m, 5, 20, &count, &f->err) == RECEIVE_END ||
              fake_aws_requests(f->fake, "GetQueueAttributes") >= 6);
    assert_int_equal(fake_aws_struck(f->fake, FAKE_TRUNCATED), 1);
    assert_int_equal(count, 0);
    sqs_advance(f, 61 * SECOND_MS);
    sqs_receive_all(f, m, 5);
    source_settle(f->source, m, 5, SETTLE_DONE);
    sqs_until(sqs_state_now(f).held == 0);
    assert_int_equal(sqs_queue_now(f).deleted, 5);
}

static void the_redrive_policy_is_followed(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[2];
    fake_aws_queue(f->fake, "dead", NULL);
    sqs_open(f);
    sqs_send_many(f, 0, 1);
    sqs_receive_all(f, m, 1);
    assert_false(m[0].redrive);
    source_settle(f->source, m, 1, SETTLE_DONE);
    char json[512];
    snprintf(json, sizeof(json),
             "{\"QueueUrl\":\"%s\",\"Attributes\":{\"RedrivePolicy\":"
             "\"{\\\"deadLetterTargetArn\\\":\\\"arn:aws:sqs:eu-west-1:123456789012:dead\\\","
             "\\\"maxReceiveCount\\\":2}\"}}",
             fake_aws_queue_url(f->fake, "q"));
    assert_int_equal(fake_aws_call(f->fake, "AmazonSQS.SetQueueAttributes", json, NULL), 200);
    sqs_advance(f, 11 * SECOND_MS);
    sqs_until(sqs_state_now(f).redrive);
    sqs_send_many(f, 1, 2);
    sqs_receive_all(f, m, 1);
    assert_true(m[0].redrive);
    source_settle(f->source, m, 1, SETTLE_POISON);
    sqs_until(fake_aws_requests(f->fake, "ChangeMessageVisibilityBatch") == 1);
    assert_int_equal(sqs_state_now(f).poisoned, 1);
    sqs_advance(f, 3 * SECOND_MS);
    sqs_receive_all(f, m, 1);
    source_settle(f->source, m, 1, SETTLE_POISON);
    sqs_until(fake_aws_requests(f->fake, "ChangeMessageVisibilityBatch") == 2);
    sqs_advance(f, 3 * SECOND_MS);
    sqs_send_many(f, 2, 3);
    sqs_receive_all(f, m, 1);
    source_settle(f->source, m, 1, SETTLE_DONE);
    sqs_until(sqs_queue_now(f).redriven == 1);
}

static void the_backlog_is_told(void **state)
{
    struct sqs_fixture *f = *state;
    sqs_send_many(f, 0, 2500);
    sqs_open(f);
    assert_int_equal(sqs_state_now(f).backlog, 2500);
    sqs_until(sqs_state_now(f).held == 2000);
    sqs_advance(f, 11 * SECOND_MS);
    sqs_until(sqs_state_now(f).backlog == 500);
    assert_true(sqs_state_now(f).oldest_ms >= 11 * SECOND_MS);
}

static void a_fifo_queue_is_a_queue(void **state)
{
    struct sqs_fixture *f = *state;
    struct message m[3];
    char json[512];
    fake_aws_queue(f->fake, "q.fifo", "{\"FifoQueue\":\"true\"}");
    for (int i = 0; i < 3; i++) {
        snprintf(json, sizeof(json),
                 "{\"QueueUrl\":\"%s\",\"MessageBody\":\"m%d\",\"MessageGroupId\":\"g%d\","
                 "\"MessageDeduplicationId\":\"d%d\"}",
                 fake_aws_queue_url(f->fake, "q.fifo"), i, i % 2, i);
        assert_int_equal(fake_aws_call(f->fake, "AmazonSQS.SendMessage", json, NULL), 200);
    }
    f->options.once = true;
    f->source = source_open("sqs:q.fifo", &f->options, &f->err);
    assert_non_null(f->source);
    for (size_t have = 0; have < 3;) {
        size_t count = sqs_receive_now(f, m + have, 3 - have);
        source_settle(f->source, m + have, count, SETTLE_DONE);
        have += count;
    }
    sqs_until(sqs_state_now(f).deleted == 3);
}

#define SQS_TEST(test) cmocka_unit_test_setup_teardown(test, sqs_setup, sqs_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SQS_TEST(what_cannot_start_says_why),
        SQS_TEST(a_name_is_enough),
        SQS_TEST(not_allowed_to_receive_is_for_good_at_the_start),
        SQS_TEST(not_allowed_any_more_is_waited_out),
        SQS_TEST(an_outage_is_survived_without_spinning),
        SQS_TEST(silence_is_not_emptiness),
        SQS_TEST(the_limit_of_messages_in_flight_is_waited_out),
        SQS_TEST(throttles_and_errors_are_counted_and_survived),
        SQS_TEST(once_ends_when_the_queue_is_empty),
        SQS_TEST(once_waits_for_what_a_lost_answer_took),
        SQS_TEST(the_redrive_policy_is_followed),
        SQS_TEST(the_backlog_is_told),
        SQS_TEST(a_fifo_queue_is_a_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
