/* Queues as the tests set them up and look at them. */
#include "fakes/fake_sqs.h"

#include <string.h>

void fake_aws_queue(struct fake_aws *fake, const char *name, const char *attributes)
{
    struct buf json = {0};
    buf_text(&json, "{\"QueueName\":");
    jv_quote_text(&json, name);
    if (attributes)
        buf_printf(&json, ",\"Attributes\":%s", attributes);
    buf_char(&json, '}');
    fake_aws_call(fake, "AmazonSQS.CreateQueue", json.data, NULL);
    buf_free(&json);
}

const char *fake_aws_queue_url(struct fake_aws *fake, const char *name)
{
    fake_lock(fake);
    const struct sqs_queue *queue = sqs_queue_named(fake, name);
    fake_unlock(fake);
    return queue ? queue->url : NULL;
}

void fake_aws_send(struct fake_aws *fake, const char *queue_name, const char *body)
{
    fake_lock(fake);
    struct sqs_queue *queue = sqs_queue_named(fake, queue_name);
    if (queue)
        sqs_add(fake, queue, body, strlen(body), sqs_attribute(queue, "DelaySeconds", 0) * 1000);
    fake_unlock(fake);
    fake_server_wake(fake->server);
}

bool fake_aws_queue_state(struct fake_aws *fake, const char *queue_name,
                          struct fake_queue_state *out)
{
    fake_lock(fake);
    struct sqs_queue *queue = sqs_queue_named(fake, queue_name);
    if (queue) {
        sqs_pass_time(queue, fake_now(fake));
        *out = queue->state;
    }
    fake_unlock(fake);
    return queue != NULL;
}

void fake_aws_messages(struct fake_aws *fake, const char *queue_name,
                       void (*visit)(void *context, const struct fake_message *message),
                       void *context)
{
    fake_lock(fake);
    struct sqs_queue *queue = sqs_queue_named(fake, queue_name);
    if (queue)
        sqs_pass_time(queue, fake_now(fake));
    for (uint64_t i = 0; queue && i < queue->messages; i++) {
        const struct sqs_message *message = queue->message[i];
        char receipt[SQS_HANDLE] = "";
        if (!message)
            continue;
        if (message->received)
            sqs_handle_write(queue, message, receipt);
        visit(context, &(struct fake_message){
                           .id = message->id,
                           .body = message->body,
                           .length = message->length,
                           .state = message->state,
                           .received = message->received,
                           .visible_at = message->visible_at,
                           .receipt = receipt,
                       });
    }
    fake_unlock(fake);
}

void fake_aws_in_flight_limit(struct fake_aws *fake, size_t limit)
{
    fake_lock(fake);
    fake->sqs->in_flight_limit = limit;
    fake_unlock(fake);
    fake_server_wake(fake->server);
}

struct wanted_polls {
    const char *queue;
    unsigned polls;
};

static bool enough_polls(struct fake_aws *fake, const void *context)
{
    const struct wanted_polls *wanted = context;
    const struct sqs_queue *queue = sqs_queue_named(fake, wanted->queue);
    return queue && queue->state.polls >= wanted->polls;
}

bool fake_aws_wait_polls(struct fake_aws *fake, const char *queue_name, unsigned polls,
                         int timeout_ms)
{
    return fake_wait(fake, enough_polls, &(struct wanted_polls){queue_name, polls}, timeout_ms);
}
