/* forward: the log events of a CloudWatch Logs subscription go to a queue, from which an ingester
 * takes them. What is not sent by the deadline fails the invocation, and Lambda tries it again:
 * what was sent by then comes twice, which changes nothing. */
#include <stdlib.h>

#include "contactwatch/log.h"
#include "contactwatch/sqs_sender.h"
#include "lambda/forward_internal.h"

enum { MARGIN_MS = 500 }; /* kept for telling of a failure */

struct forward {
    const struct lambda_setup *setup;
    struct sqs_sender *sender; /* NULL until it is needed, and after a failure */
    struct forward_packer packer;
    struct forward_sink sink;
    struct err err; /* why the sink would have no more */
};

static bool send_message(void *context, const char *body, size_t length)
{
    struct forward *forward = context;
    return sqs_sender_add(forward->sender, body, length, &forward->err);
}

static void *open_forward(const struct lambda_setup *setup, struct err *err)
{
    if (!setup->queue || !*setup->queue || !setup->aws) {
        err_set(err, "say which queue log events go to: CONTACTWATCH_QUEUE=URL");
        return NULL;
    }
    struct forward *forward = mem_zero(sizeof(*forward));
    forward->setup = setup;
    forward->sink = (struct forward_sink){forward, send_message};
    forward->packer.sink = &forward->sink;
    return forward;
}

static bool is_ready(struct forward *forward, const struct lambda_invocation *invocation)
{
    const int64_t left = lambda_time_left(forward->setup, invocation, MARGIN_MS);
    forward->err.text[0] = '\0';
    if (!forward->sender)
        forward->sender =
            sqs_sender_open(forward->setup->aws, forward->setup->queue, &forward->err);
    if (forward->sender)
        sqs_sender_until(forward->sender, monotonic_ns() + left * 1000000);
    return forward->sender != NULL;
}

static bool repack_and_send(struct forward *forward, const struct lambda_invocation *invocation,
                            struct lambda_fault *fault)
{
    bool readable = forward_repack(&forward->packer, invocation->event, invocation->length, fault);
    bool sent = !forward->packer.stopped && sqs_sender_finish(forward->sender, &forward->err);
    if (!sent) {
        sqs_sender_close(forward->sender);
        forward->sender = NULL;
        return lambda_fail(fault, "Contactwatch.QueueUnavailable", "%.250s", forward->err.text);
    }
    if (readable && forward->packer.counts.too_large)
        return lambda_fail(fault, "Contactwatch.LogEventTooLarge",
                           "%u log events are larger than a message of the queue can be",
                           forward->packer.counts.too_large);
    return readable;
}

static bool handle_forward(void *state, const struct lambda_invocation *invocation,
                           struct buf *answer, struct lambda_fault *fault)
{
    struct forward *forward = state;
    const struct forward_counts *counts = &forward->packer.counts;
    if (!is_ready(forward, invocation))
        return lambda_fail(fault, "Contactwatch.QueueUnavailable", "%.250s", forward->err.text);
    if (!repack_and_send(forward, invocation, fault))
        return false;
    log_debug("%u log events in %u messages", counts->events, counts->messages);
    buf_printf(answer, "{\"logEvents\":%u,\"messages\":%u,\"skipped\":%u}", counts->events,
               counts->messages, counts->skipped);
    return true;
}

static void close_forward(void *state)
{
    struct forward *forward = state;
    sqs_sender_close(forward->sender);
    forward_packer_free(&forward->packer);
    free(forward);
}

const struct lambda_handler lambda_forward = {
    .name = "forward",
    .open = open_forward,
    .handle = handle_forward,
    .close = close_forward,
    .no_store = true,
};
