#include "contactwatch/sqs_sender.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "source/sqs_queue.h"

enum {
    BATCHES = 16,  /* under way */
    ATTEMPTS = 12, /* of a batch of which nothing was taken, in a row */
    PAUSE_FIRST_MS = 50,
    PAUSE_LAST_MS = 5000,
};

struct batch {
    struct aws_call call; /* first */
    char *body[SQS_BATCH_MAX];
    char (*token)[37]; /* of FIFO queues: the same in each attempt */
    size_t count, bytes;
    unsigned failures;
    struct batch *next; /* spare */
};

struct sqs_sender {
    struct aws_client *client;
    char url[SQS_URL_MAX];
    bool fifo, failed;
    int64_t until_ns; /* 0 = without end */
    struct rng rng;
    struct arena arena;
    struct batch batch[BATCHES], *spare, *open;
    uint64_t sent;
};

struct sqs_sender *sqs_sender_open(struct aws_session *session, const char *queue, struct err *err)
{
    struct sqs_sender *sender = mem_zero(sizeof(*sender));
    rng_seed(&sender->rng, (uint64_t)clock_now(NULL) ^ (uint64_t)monotonic_ns());
    sender->client = aws_client_open(session, AWS_SQS, err);
    if (!sender->client || !sqs_find_queue(sender->client, session, queue, sender->url, err)) {
        sqs_sender_close(sender);
        return NULL;
    }
    sender->fifo = sqs_is_fifo(sender->url);
    for (size_t i = 0; i < BATCHES; i++) {
        sender->batch[i].next = sender->spare;
        sender->spare = &sender->batch[i];
        if (sender->fifo)
            sender->batch[i].token = mem_zero(SQS_BATCH_MAX * sizeof(*sender->batch[i].token));
    }
    return sender;
}

static void send_batch(struct sqs_sender *sender, struct batch *batch)
{
    aws_call_reset(&batch->call);
    batch->call.operation = "SendMessageBatch";
    batch->call.timeout_ms = 30000;
    sqs_batch_open(&batch->call.body, sender->url);
    for (size_t i = 0; i < batch->count; i++)
        sqs_send_entry(&batch->call.body, (unsigned)i, batch->body[i],
                       sender->fifo ? "contactwatch" : NULL, sender->fifo ? batch->token[i] : NULL);
    sqs_batch_close(&batch->call.body);
    aws_start(sender->client, &batch->call);
}

static void recycle(struct sqs_sender *sender, struct batch *batch)
{
    batch->count = batch->bytes = 0;
    batch->failures = 0;
    batch->next = sender->spare;
    sender->spare = batch;
}

/* Those not taken move to the front. */
static bool keep_failed(struct sqs_sender *sender, struct batch *batch,
                        const struct sqs_result *result, struct err *err)
{
    size_t left = 0;
    for (size_t i = 0; i < batch->count; i++) {
        if (result[i].outcome == SQS_DONE) {
            free(batch->body[i]);
            sender->sent++;
            batch->failures = 0;
            continue;
        }
        if (result[i].outcome != SQS_RETRY)
            err_set(err, "the queue refuses a message: %s", result[i].code);
        sender->failed |= result[i].outcome != SQS_RETRY;
        batch->body[left] = batch->body[i];
        if (sender->fifo)
            memmove(batch->token[left], batch->token[i], sizeof(*batch->token));
        left++;
    }
    batch->count = left;
    return !sender->failed;
}

void sqs_sender_until(struct sqs_sender *sender, int64_t until_ns)
{
    sender->until_ns = until_ns;
}

/* -1 = without end. */
static int ms_left(const struct sqs_sender *sender)
{
    if (!sender->until_ns)
        return -1;
    const int64_t left = (sender->until_ns - monotonic_ns()) / 1000000;
    return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

/* Everybody waits: the queue asks to slow down, or is not there. */
static void pause_for(const struct sqs_sender *sender, unsigned failures)
{
    const int left = ms_left(sender);
    long ms = PAUSE_FIRST_MS;
    for (unsigned i = 1; i < failures && ms < PAUSE_LAST_MS; i++)
        ms *= 2;
    ms = ms < PAUSE_LAST_MS ? ms : PAUSE_LAST_MS;
    ms = left < 0 || ms < left ? ms : left;
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

static bool answered(struct sqs_sender *sender, struct batch *batch, struct err *err)
{
    struct sqs_result result[SQS_BATCH_MAX] = {{0}};
    struct aws_call *call = &batch->call;
    bool hopeless = call->fault == AWS_DENIED || call->fault == AWS_REFUSED;
    if (call->fault != AWS_FINE)
        aws_call_error(call, err);
    else
        sqs_batch_answer(&sender->arena, call->response.data, call->response.length, result,
                         batch->count, err);
    arena_reset(&sender->arena);
    if (!keep_failed(sender, batch, result, err))
        return false;
    if (!batch->count) {
        recycle(sender, batch);
        return true;
    }
    if (hopeless || (++batch->failures >= ATTEMPTS && !sender->until_ns)) {
        sender->failed = true;
        return call->fault != AWS_FINE
                   ? false
                   : err_set(err, "the queue does not take messages: %s", result[0].code);
    }
    pause_for(sender, batch->failures);
    send_batch(sender, batch);
    return true;
}

static bool wait_for_one(struct sqs_sender *sender, struct err *err)
{
    struct aws_call *call = aws_next(sender->client, ms_left(sender));
    if (call)
        return answered(sender, (struct batch *)call, err);
    if (!aws_under_way(sender->client) || ms_left(sender))
        return true;
    sender->failed = true;
    return err_set(err, "the queue has not taken everything in the time there was");
}

static void send_open(struct sqs_sender *sender)
{
    struct batch *batch = sender->open;
    sender->open = NULL;
    if (batch)
        send_batch(sender, batch);
}

static bool open_batch(struct sqs_sender *sender, struct err *err)
{
    while (!sender->spare)
        if (!wait_for_one(sender, err))
            return false;
    sender->open = sender->spare;
    sender->spare = sender->open->next;
    return true;
}

bool sqs_sender_add(struct sqs_sender *sender, const char *body, size_t length, struct err *err)
{
    if (sender->failed)
        return err_set(err, "an earlier message could not be sent");
    if (!length || length > SQS_BODY_MAX)
        return err_set(err, "a message of %zu bytes: a queue takes 1 to %d", length,
                       (int)SQS_BODY_MAX);
    if (sender->open && sender->open->bytes + length > SQS_BODY_MAX)
        send_open(sender);
    if (!sender->open && !open_batch(sender, err))
        return false;
    struct batch *batch = sender->open;
    if (sender->fifo)
        rng_uuid(&sender->rng, batch->token[batch->count]);
    batch->body[batch->count++] = mem_strndup(body, length);
    batch->bytes += length;
    if (batch->count == SQS_BATCH_MAX)
        send_open(sender);
    return true;
}

bool sqs_sender_finish(struct sqs_sender *sender, struct err *err)
{
    if (sender->failed)
        return err_set(err, "an earlier message could not be sent");
    send_open(sender);
    while (aws_under_way(sender->client))
        if (!wait_for_one(sender, err))
            return false;
    return true;
}

uint64_t sqs_sender_sent(const struct sqs_sender *sender)
{
    return sender->sent;
}

void sqs_sender_close(struct sqs_sender *sender)
{
    if (!sender)
        return;
    aws_client_close(sender->client);
    for (size_t i = 0; i < BATCHES; i++) {
        struct batch *batch = &sender->batch[i];
        for (size_t k = 0; k < batch->count; k++)
            free(batch->body[k]);
        free(batch->token);
        aws_call_free(&batch->call);
    }
    arena_free(&sender->arena);
    free(sender);
}
