/* The forward handler between an invocation and a queue of the fake endpoint. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/lambda_run.h"
#include "support/log_payload.h"
#include "support/pack.h"
#include "support/sqs_fixture.h"

struct forward_case {
    struct sqs_fixture *sqs;
    struct lambda_setup setup;
    struct buf event; /* 3,000 bytes of log events */
    struct told original;
};

static int set_up(void **state)
{
    struct forward_case *f = mem_zero(sizeof(*f));
    struct rng rng;
    struct buf text = {0};
    sqs_setup((void **)&f->sqs);
    f->setup = (struct lambda_setup){.aws = f->sqs->session,
                                     .queue = fake_aws_queue_url(f->sqs->fake, "q")};
    rng_seed(&rng, 5);
    log_payload(&text, &rng, 3000);
    log_payload_event(&f->event, &rng, text.data, text.length);
    told_body(&f->original, f->event.data, f->event.length);
    told_sort(&f->original);
    buf_free(&text);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct forward_case *f = *state;
    void *sqs = f->sqs;
    told_free(&f->original);
    buf_free(&f->event);
    free(f);
    return sqs_teardown(&sqs);
}

static void tell(void *context, const struct fake_message *message)
{
    told_body(context, message->body, message->length);
}

/* What is in the queue decodes to what the payload held, `times` over. */
static void check_queue(struct forward_case *f, size_t times)
{
    struct told told = {0};
    fake_aws_messages(f->sqs->fake, "q", tell, &told);
    told_sort(&told);
    assert_int_equal(told.lines, f->original.lines * times);
    for (size_t i = 0; i < told.lines; i++)
        assert_string_equal(told.line[i], f->original.line[i / times]);
    told_free(&told);
}

static void log_events_arrive_in_the_queue(void **state)
{
    struct forward_case *f = *state;
    struct buf answer = {0};
    struct lambda_fault fault;
    if (!lambda_once(&lambda_forward, &f->setup, f->event.data, &answer, &fault))
        fail_msg("%s: %s", fault.type, fault.message);
    check_queue(f, 1);
    assert_non_null(strstr(answer.data, "\"messages\":1,\"skipped\":0}"));
    buf_free(&answer);
}

static void a_partial_failure_is_tried_again(void **state)
{
    struct forward_case *f = *state;
    struct buf answer = {0};
    struct lambda_fault fault;
    fake_aws_fault(f->sqs->fake, &(struct fake_rule){.operation = "SendMessageBatch",
                                                     .fault = FAKE_ENTRY_FAILED,
                                                     .times = 2});
    fake_aws_fault(
        f->sqs->fake,
        &(struct fake_rule){.operation = "SendMessageBatch", .fault = FAKE_ERROR_503, .times = 1});
    assert_true(lambda_once(&lambda_forward, &f->setup, f->event.data, &answer, &fault));
    check_queue(f, 1);
    buf_free(&answer);
}

static void a_log_event_that_fits_in_no_message_fails_the_invocation(void **state)
{
    struct forward_case *f = *state;
    struct buf event = {0}, answer = {0};
    struct lambda_fault fault;
    log_payload_long(&event, 2 << 20, 40);
    assert_false(lambda_once(&lambda_forward, &f->setup, event.data, &answer, &fault));
    assert_string_equal(fault.type, "Contactwatch.LogEventTooLarge");
    struct told told = {0};
    fake_aws_messages(f->sqs->fake, "q", tell, &told);
    assert_int_equal(told.lines, 1); /* the one beside it */
    told_free(&told);
    buf_free(&event);
    buf_free(&answer);
}

/* One handler over several invocations, the deadline so far from now. */
static bool handle(struct forward_case *f, void *handler, int64_t deadline_ms,
                   struct lambda_fault *fault)
{
    struct buf answer = {0};
    const struct lambda_invocation invocation = {
        .request_id = "1",
        .event = f->event.data,
        .length = f->event.length,
        .received = clock_now(NULL),
        .deadline = clock_now(NULL) + deadline_ms,
    };
    bool done = lambda_forward.handle(handler, &invocation, &answer, fault);
    buf_free(&answer);
    return done;
}

static void near_the_deadline_the_invocation_fails(void **state)
{
    struct forward_case *f = *state;
    struct lambda_fault fault = {{0}, {0}};
    struct err err = {0};
    void *handler = lambda_forward.open(&f->setup, &err);
    assert_non_null(handler);
    fake_aws_fault(f->sqs->fake, &(struct fake_rule){.operation = "SendMessageBatch",
                                                     .fault = FAKE_ENTRY_FAILED});
    assert_false(handle(f, handler, 600, &fault)); /* a tenth of a second of attempts */
    assert_string_equal(fault.type, "Contactwatch.QueueUnavailable");
    assert_false(handle(f, handler, 0, &fault));
    fake_aws_faults_clear(f->sqs->fake);
    assert_true(handle(f, handler, MINUTE_MS, &fault)); /* it is as new */
    assert_true(handle(f, handler, MINUTE_MS, &fault));
    assert_true(sqs_queue_now(f->sqs).sent >= 2); /* what was given up may have arrived as well */
    lambda_forward.close(handler);
}

static void a_queue_that_does_not_take_anything_is_said_at_once(void **state)
{
    struct forward_case *f = *state;
    struct buf answer = {0};
    struct lambda_fault fault;
    fake_aws_fault(f->sqs->fake, &(struct fake_rule){.operation = "SendMessageBatch",
                                                     .fault = FAKE_ERROR_CODE,
                                                     .code = "AccessDenied"});
    assert_false(lambda_once(&lambda_forward, &f->setup, f->event.data, &answer, &fault));
    assert_string_equal(fault.type, "Contactwatch.QueueUnavailable");
    assert_non_null(strstr(fault.message, "AccessDenied"));
    f->setup.queue = "nowhere";
    fake_aws_faults_clear(f->sqs->fake);
    assert_false(lambda_once(&lambda_forward, &f->setup, f->event.data, &answer, &fault));
    assert_non_null(strstr(fault.message, "nowhere"));
    assert_int_equal(answer.length, 0);
}

static void what_is_large_is_cut(void **state)
{
    struct forward_case *f = *state;
    struct rng rng;
    struct buf text = {0}, answer = {0};
    struct lambda_fault fault;
    rng_seed(&rng, 9);
    log_payload(&text, &rng, 4000000);
    buf_clear(&f->event);
    log_payload_event(&f->event, &rng, text.data, text.length);
    if (!lambda_once(&lambda_forward, &f->setup, f->event.data, &answer, &fault))
        fail_msg("%s: %s", fault.type, fault.message);
    assert_in_range(sqs_queue_now(f->sqs).sent, 4, 20);
    assert_int_equal(fake_aws_requests(f->sqs->fake, "SendMessageBatch"),
                     sqs_queue_now(f->sqs).sent); /* a mebibyte in all */
    buf_free(&text);
    buf_free(&answer);
}

static void faults_have_their_types(void **state)
{
    struct forward_case *f = *state;
    static const char *const unreadable[] = {"{}", "{\"awslogs\":{\"data\":\"AAAA\"}}", "x"};
    struct buf answer = {0}, event = {0};
    struct lambda_fault fault;
    for (size_t i = 0; i < ARRAY_SIZE(unreadable); i++) {
        assert_false(lambda_once(&lambda_forward, &f->setup, unreadable[i], &answer, &fault));
        assert_string_equal(fault.type, "Contactwatch.PayloadUnreadable");
    }
    pack_log_message(&answer, "CONTROL_MESSAGE", "CWL CONTROL MESSAGE", 1);
    pack_awslogs(&event, answer.data);
    buf_clear(&answer);
    assert_true(lambda_once(&lambda_forward, &f->setup, event.data, &answer, &fault));
    assert_string_equal(answer.data, "{\"logEvents\":0,\"messages\":0,\"skipped\":1}");
    assert_int_equal(fake_aws_requests(f->sqs->fake, NULL), 0);
    buf_free(&answer);
    buf_free(&event);
}

static void without_a_queue_it_cannot_begin(void **state)
{
    struct forward_case *f = *state;
    struct err err = {0};
    f->setup.queue = NULL;
    assert_null(lambda_forward.open(&f->setup, &err));
    assert_non_null(strstr(err.text, "CONTACTWATCH_QUEUE"));
    assert_true(lambda_forward.no_store);
}

static void the_loop_serves_it(void **state)
{
    struct forward_case *f = *state;
    struct lambda_run run;
    struct fake_outcome out;
    lambda_run_start(&run, &lambda_forward, &f->setup, 2);
    lambda_run_answer(&run, f->event.data, &out);
    assert_false(out.error);
    fake_outcome_free(&out);
    lambda_run_answer(&run, "{}", &out);
    assert_string_equal(out.type, "Contactwatch.PayloadUnreadable");
    fake_outcome_free(&out);
    assert_int_equal(lambda_run_stop(&run), 0);
    check_queue(f, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(log_events_arrive_in_the_queue),
        TEST(a_partial_failure_is_tried_again),
        TEST(near_the_deadline_the_invocation_fails),
        TEST(a_queue_that_does_not_take_anything_is_said_at_once),
        TEST(what_is_large_is_cut),
        TEST(a_log_event_that_fits_in_no_message_fails_the_invocation),
        TEST(faults_have_their_types),
        TEST(without_a_queue_it_cannot_begin),
        TEST(the_loop_serves_it),
    };
    return cmocka_run_group_tests_name("lambda_forward", tests, NULL, NULL);
}
