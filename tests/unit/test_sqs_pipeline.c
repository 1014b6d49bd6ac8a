/* The pipeline between a queue of the fake endpoint and a store in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/fake_pipeline.h"
#include "support/sqs_fixture.h"

struct bench {
    struct sqs_fixture *f;
    struct fake_store store;
    struct ingest_options options;
    struct ingest *ingest;
    char folder[64], quarantine[96];
    _Atomic bool stopped;
};

static int bench_setup(void **state)
{
    struct bench *b = mem_zero(sizeof(*b));
    void *fixture;
    sqs_setup(&fixture);
    b->f = fixture;
    fake_store_init(&b->store, 1);
    snprintf(b->folder, sizeof(b->folder), "/tmp/cw-sqs-XXXXXX");
    assert_non_null(mkdtemp(b->folder));
    snprintf(b->quarantine, sizeof(b->quarantine), "%s/refused", b->folder);
    b->options = (struct ingest_options){.open_store = fake_store_open,
                                         .store_context = &b->store,
                                         .quarantine = b->quarantine,
                                         .linger_ms = 5,
                                         .backoff_ms = 1};
    *state = b;
    return 0;
}

static int bench_teardown(void **state)
{
    struct bench *b = *state;
    void *fixture = b->f;
    sqs_teardown(&fixture);
    fake_store_free(&b->store);
    unlink(b->quarantine);
    rmdir(b->folder);
    free(b);
    return 0;
}

static void start(struct bench *b)
{
    sqs_open(b->f);
    b->ingest = ingest_start(b->f->source, &b->options, &b->f->err);
    assert_non_null(b->ingest);
}

static void *stop(void *context)
{
    struct bench *b = context;
    ingest_stop(b->ingest);
    ingest_free(b->ingest);
    atomic_store(&b->stopped, true);
    return NULL;
}

/* Messages end the last polls; they go back. */
static void finish(struct bench *b)
{
    pthread_t thread;
    b->f->source = NULL;
    pthread_create(&thread, NULL, stop, b);
    while (!atomic_load(&b->stopped)) {
        if (sqs_queue_now(b->f).polls)
            fake_aws_send(b->f->fake, "q", "the last one");
        sqs_breathe();
    }
    pthread_join(thread, NULL);
}

static struct metrics_view metrics(struct bench *b)
{
    struct metrics_view view;
    ingest_metrics(b->ingest, &view);
    return view;
}

static unsigned stored(struct bench *b)
{
    pthread_mutex_lock(&b->store.lock);
    unsigned entries = b->store.entries;
    pthread_mutex_unlock(&b->store.lock);
    return entries;
}

static void send_line(struct bench *b, unsigned number, const char *more)
{
    struct buf body = {0};
    fake_line(&body, number % 7, number, number);
    buf_text(&body, more);
    fake_aws_send(b->f->fake, "q", body.data);
    buf_free(&body);
}

static void with_redrive(struct bench *b)
{
    char attributes[256];
    fake_aws_queue(b->f->fake, "dead", NULL);
    snprintf(attributes, sizeof(attributes),
             "{\"QueueUrl\":\"%s\",\"Attributes\":{\"RedrivePolicy\":\"{"
             "\\\"deadLetterTargetArn\\\":\\\"arn:aws:sqs:eu-west-1:123456789012:dead\\\","
             "\\\"maxReceiveCount\\\":3}\"}}",
             fake_aws_queue_url(b->f->fake, "q"));
    assert_int_equal(fake_aws_call(b->f->fake, "AmazonSQS.SetQueueAttributes", attributes, NULL),
                     200);
}

/* But for the message that ends the last poll, which may still be taken. */
static size_t quarantined_lines(struct bench *b)
{
    char line[4096];
    size_t lines = 0;
    FILE *file = fopen(b->quarantine, "re");
    while (file && fgets(line, sizeof(line), file))
        lines += strchr(line, '\n') && !strstr(line, "\"the last one\"");
    if (file)
        fclose(file);
    return lines;
}

static void poison_goes_to_the_dead_letter_queue(void **state)
{
    struct bench *b = *state;
    struct fake_queue_state dead;
    with_redrive(b);
    for (unsigned i = 0; i < 3; i++)
        send_line(b, i, "");
    fake_aws_send(b->f->fake, "q", "{ this is no event");
    fake_aws_send(b->f->fake, "q", "{\"neither\":\"is this\"}");
    start(b);
    for (int i = 0; i < 2000 && sqs_queue_now(b->f).redriven < 2; i++) {
        sqs_advance(b->f, SECOND_MS);
        fake_aws_send(b->f->fake, "q", "[]"); /* lets the poll return */
        sqs_breathe();
    }
    struct metrics_view view = metrics(b);
    assert_true(fake_aws_queue_state(b->f->fake, "dead", &dead));
    assert_true(dead.visible >= 2);
    assert_true(view.count[METRIC_POISONED] >= 6);
    assert_int_equal(view.count[METRIC_QUARANTINED], 0);
    sqs_until(stored(b) == 3);
    finish(b);
    assert_int_equal(quarantined_lines(b), 0);
}

static void without_redrive_the_refused_are_quarantined(void **state)
{
    struct bench *b = *state;
    send_line(b, 0, "");
    fake_aws_send(b->f->fake, "q", "{ this is no event");
    start(b);
    sqs_until(sqs_queue_now(b->f).deleted == 2);
    assert_int_equal(metrics(b).count[METRIC_QUARANTINED], 1);
    assert_int_equal(metrics(b).count[METRIC_POISONED], 0);
    finish(b);
    assert_int_equal(quarantined_lines(b), 1);
    assert_int_equal(stored(b), 1);
}

static void a_message_partly_refused_is_quarantined_in_part(void **state)
{
    struct bench *b = *state;
    with_redrive(b);
    send_line(b, 0, "{\"neither\":\"is this\"}\n");
    start(b);
    sqs_until(sqs_queue_now(b->f).deleted == 1);
    assert_int_equal(metrics(b).count[METRIC_QUARANTINED], 1);
    finish(b);
    assert_int_equal(quarantined_lines(b), 1);
    assert_int_equal(stored(b), 1);
}

static void what_cannot_be_quarantined_stays(void **state)
{
    struct bench *b = *state;
    snprintf(b->quarantine, sizeof(b->quarantine), "/nowhere/at/all");
    send_line(b, 0, "");
    fake_aws_send(b->f->fake, "q", "{ this is no event");
    start(b);
    sqs_until(sqs_queue_now(b->f).deleted == 1);
    sqs_until(metrics(b).count[METRIC_RELEASED] == 1);
    sqs_until(fake_aws_requests(b->f->fake, "ChangeMessageVisibilityBatch") == 1);
    sqs_until(sqs_queue_now(b->f).in_flight == 1); /* for some seconds: it must not spin */
    assert_int_equal(sqs_queue_now(b->f).deleted, 1);
    finish(b);
}

static void a_store_that_is_away_loses_nothing(void **state)
{
    struct bench *b = *state;
    b->options.backoff_ms = 20;
    b->options.batch_events = 4;
    b->store.fail_all = true;
    for (unsigned i = 0; i < 40; i++)
        send_line(b, i, "");
    start(b);
    sqs_until(sqs_state_now(b->f).held == 40);
    for (int i = 0; i < 21; i++) {
        struct source_state before = sqs_state_now(b->f), now;
        sqs_advance(b->f, 31 * SECOND_MS);
        sqs_until((now = sqs_state_now(b->f),
                   now.heartbeats >= before.heartbeats + 40 || now.given_up >= 40));
        if (now.given_up)
            break;
    }
    assert_true(sqs_state_now(b->f).given_up >= 40);
    assert_int_equal(sqs_queue_now(b->f).deleted, 0);
    assert_true(metrics(b).count[METRIC_RETRIES] > 0);
    pthread_mutex_lock(&b->store.lock);
    b->store.fail_all = false;
    pthread_mutex_unlock(&b->store.lock);
    sqs_until(sqs_queue_now(b->f).deleted == 40);
    assert_int_equal(stored(b), 40);
    finish(b);
}

static void harm(struct bench *b, const char *operation, enum fake_fault kind, double probability)
{
    fake_aws_fault(
        b->f->fake,
        &(struct fake_rule){.operation = operation, .fault = kind, .probability = probability});
}

static void thousands_are_settled_exactly(void **state)
{
    struct bench *b = *state;
    enum { DIFFERENT = 2500, AGAIN = 500 };
    b->store.retry_share = 0.05;
    b->options.writers = 2;
    for (unsigned i = 0; i < DIFFERENT + AGAIN; i++)
        send_line(b, i < DIFFERENT ? i : i * 7 % DIFFERENT, "");
    harm(b, "ReceiveMessage", FAKE_DUPLICATE, 0.05);
    harm(b, "ReceiveMessage", FAKE_REORDER, 0.5);
    harm(b, "ReceiveMessage", FAKE_RESET_AFTER, 0.03);
    harm(b, "sqs:*", FAKE_THROTTLE, 0.02);
    harm(b, "sqs:*", FAKE_ERROR_500, 0.02);
    harm(b, "sqs:*", FAKE_RESET_BEFORE, 0.02);
    harm(b, "DeleteMessageBatch", FAKE_ENTRY_FAILED, 0.1);
    harm(b, "DeleteMessageBatch", FAKE_RESET_AFTER, 0.03);
    start(b);
    for (int i = 0; i < 20000 && sqs_queue_now(b->f).deleted < DIFFERENT + AGAIN; i++) {
        sqs_advance(b->f, SECOND_MS);
        sqs_breathe();
    }
    fake_aws_faults_clear(b->f->fake);
    struct fake_queue_state queue = sqs_queue_now(b->f);
    assert_int_equal(queue.deleted, DIFFERENT + AGAIN);
    assert_int_equal(queue.visible + queue.in_flight + queue.delayed, 0);
    assert_int_equal(stored(b), DIFFERENT);
    sqs_until(sqs_state_now(b->f).held == 0);
    assert_int_equal(metrics(b).in_flight_messages, 0);
    finish(b);
    assert_int_equal(fake_aws_bad_signatures(b->f->fake), 0);
}

static void stopping_leaves_nothing_in_the_air(void **state)
{
    struct bench *b = *state;
    enum { ALL = 3000 };
    for (unsigned i = 0; i < ALL; i++)
        send_line(b, i, "");
    start(b);
    sqs_until(sqs_queue_now(b->f).deleted > 100);
    int64_t begin = monotonic_ns();
    finish(b);
    assert_true(monotonic_ns() - begin < 10 * INT64_C(1000000000));
    struct fake_queue_state queue = sqs_queue_now(b->f);
    assert_int_equal(queue.in_flight, 0);
    assert_int_equal(queue.deleted + queue.visible, queue.sent);
    assert_true(stored(b) >= queue.deleted);
}

#define BENCH_TEST(test) cmocka_unit_test_setup_teardown(test, bench_setup, bench_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(poison_goes_to_the_dead_letter_queue),
        BENCH_TEST(without_redrive_the_refused_are_quarantined),
        BENCH_TEST(a_message_partly_refused_is_quarantined_in_part),
        BENCH_TEST(what_cannot_be_quarantined_stays),
        BENCH_TEST(a_store_that_is_away_loses_nothing),
        BENCH_TEST(thousands_are_settled_exactly),
        BENCH_TEST(stopping_leaves_nothing_in_the_air),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
