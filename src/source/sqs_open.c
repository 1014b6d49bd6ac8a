/* Opening and freeing the SQS source. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/thread.h"
#include "source/sources_internal.h"
#include "source/sqs_internal.h"

void sqs_free(struct sqs_source *s)
{
    for (struct sqs_call *call = s->spare, *next; call; call = next) {
        next = call->next;
        aws_call_free(&call->call);
        free(call);
    }
    aws_client_close(s->client);
    map_free(&s->table, NULL);
    arena_free(&s->arena);
    free(s->heap);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->received);
    pthread_cond_destroy(&s->ordered);
    free(s);
}

static void init_locks(struct sqs_source *s)
{
    pthread_mutex_init(&s->lock, NULL);
    thread_cond_init(&s->received);
    thread_cond_init(&s->ordered);
}

static void set_options(struct sqs_source *s, const struct source_options *o)
{
    int64_t visibility = o->visibility_ms / SECOND_MS;
    s->session = o->aws;
    s->clock = o->clock;
    s->once = o->once;
    s->wait_s = o->once ? SQS_ONCE_WAIT_S : SQS_WAIT_S;
    s->visibility_s = visibility <= 0                     ? SQS_VISIBILITY_S
                      : visibility > SQS_VISIBILITY_MAX_S ? SQS_VISIBILITY_MAX_S
                                                          : (int)visibility;
    s->drain_ms = o->drain_ms > 0 ? o->drain_ms : SQS_DRAIN_MS;
    s->polling.wanted = 1;
    s->polling.ask = SQS_BATCH_MAX;
    s->polling.most = !o->pollers                    ? SQS_POLLERS
                      : o->pollers > SQS_POLLERS_MAX ? SQS_POLLERS_MAX
                                                     : o->pollers;
    atomic_store(&s->counts.oldest, -1);
    rng_seed(&s->rng, (uint64_t)monotonic_ns() ^ (uintptr_t)s);
}

static bool start_thread(struct sqs_source *s, struct err *err)
{
    return thread_start(&s->thread, sqs_engine_main, s) || err_set(err, "cannot start a thread");
}

struct source *sqs_source_open(const char *queue, const struct source_options *options,
                               struct err *err)
{
    if (!options->aws) {
        err_set(err, "sqs:%s: there is no AWS session to ask with", queue);
        return NULL;
    }
    struct sqs_source *s = mem_zero(sizeof(*s));
    s->base.ops = &sqs_source_ops;
    init_locks(s);
    set_options(s, options);
    s->client = aws_client_open(s->session, AWS_SQS, err);
    if (!s->client || !sqs_introduce(s, queue, err) || !start_thread(s, err)) {
        sqs_free(s);
        return NULL;
    }
    return &s->base;
}
