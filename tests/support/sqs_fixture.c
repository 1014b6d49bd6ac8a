#include "support/sqs_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/log.h"

static int64_t moved_now(void *context)
{
    const struct sqs_fixture *f = context;
    return monotonic_ns() / 1000000 + atomic_load(&f->moved);
}

int sqs_setup(void **state)
{
    struct sqs_fixture *f = mem_zero(sizeof(*f));
    log_set_stderr(false);
    f->fake = fake_aws_start(NULL);
    assert_non_null(f->fake);
    fake_aws_queue(f->fake, "q", NULL);
    f->session = fake_session(f->fake);
    assert_non_null(f->session);
    f->clock = (struct clock){moved_now, f};
    f->options = (struct source_options){.aws = f->session, .clock = &f->clock};
    *state = f;
    return 0;
}

int sqs_teardown(void **state)
{
    struct sqs_fixture *f = *state;
    sqs_close_source(f);
    aws_session_close(f->session);
    fake_aws_stop(f->fake);
    free(f);
    return 0;
}

void sqs_open(struct sqs_fixture *f)
{
    char spec[256];
    snprintf(spec, sizeof(spec), "sqs:%s", fake_aws_queue_url(f->fake, "q"));
    f->source = source_open(spec, &f->options, &f->err);
    if (!f->source)
        fail_msg("%s", f->err.text);
}

struct closing {
    struct source *source;
    _Atomic bool closed;
};

static void *close_it(void *context)
{
    struct closing *closing = context;
    source_close(closing->source);
    atomic_store(&closing->closed, true);
    return NULL;
}

/* The queue's own end of a long poll would take its five seconds. */
void sqs_close_source(struct sqs_fixture *f)
{
    struct closing closing = {.source = f->source};
    pthread_t thread;
    if (!f->source)
        return;
    f->source = NULL;
    fake_aws_faults_clear(f->fake);
    pthread_create(&thread, NULL, close_it, &closing);
    while (!atomic_load(&closing.closed)) {
        struct fake_queue_state queue;
        if (fake_aws_queue_state(f->fake, "q", &queue) && queue.polls)
            fake_aws_send(f->fake, "q", "the last one");
        sqs_breathe();
    }
    pthread_join(thread, NULL);
}

void sqs_advance(struct sqs_fixture *f, int64_t ms)
{
    fake_aws_advance(f->fake, ms);
    atomic_fetch_add(&f->moved, ms);
    if (f->source)
        source_wake(f->source);
}

void sqs_send_many(struct sqs_fixture *f, unsigned from, unsigned to)
{
    char body[32];
    for (unsigned i = from; i < to; i++) {
        snprintf(body, sizeof(body), "m%u", i);
        fake_aws_send(f->fake, "q", body);
    }
}

size_t sqs_receive_now(struct sqs_fixture *f, struct message *out, size_t max)
{
    size_t count = 0;
    enum receive result = source_receive(f->source, out, max, 20, &count, &f->err);
    if (result == RECEIVE_ERROR || result == RECEIVE_END)
        fail_msg("received %d: %s", result, f->err.text);
    return count;
}

void sqs_receive_all(struct sqs_fixture *f, struct message *out, size_t count)
{
    size_t have = 0;
    sqs_until((have += sqs_receive_now(f, out + have, count - have)) == count);
}

struct fake_queue_state sqs_queue_now(struct sqs_fixture *f)
{
    struct fake_queue_state queue;
    assert_true(fake_aws_queue_state(f->fake, "q", &queue));
    return queue;
}

struct source_state sqs_state_now(struct sqs_fixture *f)
{
    struct source_state state;
    source_state(f->source, &state);
    return state;
}

void sqs_breathe(void)
{
    struct timespec step = {0, 1000000};
    nanosleep(&step, NULL);
}
