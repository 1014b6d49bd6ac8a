/* ReceiveMessage: short, and long polls that wait and wake on arrival. */
#include "fakes/fake_sqs.h"

#include <stdlib.h>
#include <string.h>

enum { REORDER_REACH = 200, INJECTED_CLOCK_TICK = 20 };

static const char *const system_attribute[] = {
    "SenderId",
    "SentTimestamp",
    "ApproximateReceiveCount",
    "ApproximateFirstReceiveTimestamp",
    "MessageGroupId",
};

static int64_t monotonic_ms(void)
{
    return monotonic_ns() / 1000000;
}

static unsigned wanted_attributes(const struct jv *json)
{
    unsigned wanted = 0;
    const char *const lists[] = {"MessageSystemAttributeNames", "AttributeNames"};
    for (size_t l = 0; l < ARRAY_SIZE(lists); l++) {
        const struct jv *names = jv_get(json, lists[l]);
        for (const struct jv *n = names ? names->child : NULL; n; n = n->next)
            for (size_t i = 0; i < ARRAY_SIZE(system_attribute); i++)
                if (n->text &&
                    (strcmp(n->text, "All") == 0 || strcmp(n->text, system_attribute[i]) == 0))
                    wanted |= 1u << i;
    }
    return wanted;
}

/* Moves it to the dead-letter queue when it has been received often enough. */
static bool redriven(struct fake_aws *fake, struct sqs_queue *queue, struct sqs_message *message)
{
    const char *policy = map_get(&queue->attributes, "RedrivePolicy");
    if (!policy)
        return false;
    struct arena arena = {0};
    char *text = arena_strdup(&arena, policy);
    const struct jv *json = jv_parse(&arena, text, strlen(text));
    const char *arn = jv_text(json, "deadLetterTargetArn");
    const char *name = arn ? strrchr(arn, ':') : NULL;
    struct sqs_queue *dead = name ? sqs_queue_named(fake, name + 1) : NULL;
    bool moves = dead && message->received >= jv_integer(json, "maxReceiveCount", 10);
    if (moves) {
        struct sqs_message *moved = sqs_add(fake, dead, message->body, message->length, 0);
        memcpy(moved->id, message->id, sizeof(moved->id));
        moved->sent = message->sent;
        moved->received = message->received;
        moved->first_received = message->first_received;
        moved->attributes = mem_strdup(message->attributes);
        sqs_remove(queue, message);
        queue->state.redriven++;
    }
    arena_free(&arena);
    return moves;
}

static void write_attributes(struct buf *out, const struct sqs_message *message, unsigned wanted)
{
    const char *separator = ",\"Attributes\":{";
    for (size_t i = 0; i < ARRAY_SIZE(system_attribute); i++) {
        if (!(wanted & 1u << i) || (i == 4 && !message->group))
            continue;
        buf_printf(out, "%s\"%s\":\"", separator, system_attribute[i]);
        separator = ",";
        if (i == 0)
            buf_text(out, "AIDAFAKESENDER");
        else if (i == 4)
            buf_text(out, message->group);
        else
            buf_printf(out, "%lld",
                       (long long)(i == 1   ? message->sent
                                   : i == 2 ? (int64_t)message->received
                                            : message->first_received));
        buf_char(out, '"');
    }
    if (*separator == ',' && !separator[1])
        buf_char(out, '}');
}

static void write_message(struct buf *out, const struct sqs_queue *queue,
                          const struct sqs_message *message, unsigned wanted)
{
    char handle[SQS_HANDLE];
    sqs_handle_write(queue, message, handle);
    buf_printf(out, "{\"MessageId\":\"%s\",\"ReceiptHandle\":\"%s\",\"MD5OfBody\":\"%s\",\"Body\":",
               message->id, handle, message->md5);
    jv_quote(out, message->body, message->length);
    write_attributes(out, message, wanted);
    if (message->attributes) {
        buf_text(out, ",\"MessageAttributes\":");
        buf_text(out, message->attributes);
    }
    buf_char(out, '}');
}

static struct sqs_message *choose(struct fake_aws *fake, const struct sqs_queue *queue,
                                  const struct fake_operation *operation)
{
    struct sqs_message *message = queue->first;
    if (message && fake_strike(fake, operation, FAKE_REORDER))
        for (uint32_t steps = rng_below(&fake->rng, REORDER_REACH); steps && message->next; steps--)
            message = message->next;
    return message;
}

/* Hands out up to max visible messages; gives their number. */
static size_t take(struct fake_aws *fake, const struct sqs_poll *poll,
                   const struct fake_operation *operation, struct buf *out)
{
    struct sqs_queue *queue = poll->queue;
    int64_t now = fake_now(fake);
    struct sqs_message *message;
    size_t count = 0;
    while (count < poll->max && queue->state.in_flight < fake->sqs->in_flight_limit &&
           (message = choose(fake, queue, operation))) {
        if (redriven(fake, queue, message))
            continue;
        message->received++;
        message->first_received = message->first_received ? message->first_received : now;
        queue->state.received++;
        sqs_take_out(queue, message);
        if (poll->visibility_ms == 0 || fake_strike(fake, operation, FAKE_DUPLICATE))
            sqs_make_visible(queue, message);
        else
            sqs_make_later(queue, message, FAKE_IN_FLIGHT, now + poll->visibility_ms);
        buf_text(out, count++ ? "," : "{\"Messages\":[");
        write_message(out, queue, message, poll->wanted);
    }
    buf_text(out, count ? "]}" : "{}");
    return count;
}

static bool number_fits(const struct fake_request *request, struct fake_reply *reply,
                        const char *name, int64_t minimum, int64_t maximum)
{
    int64_t value = jv_integer(request->json, name, minimum);
    if (value >= minimum && value <= maximum)
        return true;
    return fake_fail(request, reply, 400, "InvalidParameterValueException",
                     "Value %lld for parameter %s is invalid. Reason: Must be between %lld and "
                     "%lld, if provided.",
                     (long long)value, name, (long long)minimum, (long long)maximum);
}

static void park(struct fake_aws *fake, const struct sqs_poll *poll)
{
    struct sqs_poll *kept = mem_alloc(sizeof(*kept)), **tail = &fake->sqs->polls;
    *kept = *poll;
    kept->next = NULL;
    while (*tail)
        tail = &(*tail)->next;
    *tail = kept;
    struct fake_queue_state *state = &poll->queue->state;
    state->polls++;
    state->most_polls = state->polls > state->most_polls ? state->polls : state->most_polls;
}

FAKE_HANDLER(fake_sqs_receive)
{
    struct sqs_queue *queue = sqs_queue_asked(fake, request, reply);
    if (!queue || !number_fits(request, reply, "MaxNumberOfMessages", 1, SQS_BATCH_MAX) ||
        !number_fits(request, reply, "WaitTimeSeconds", 0, 20) ||
        !number_fits(request, reply, "VisibilityTimeout", 0, SQS_VISIBILITY_MAX))
        return;
    int64_t wait = jv_integer(request->json, "WaitTimeSeconds",
                              sqs_attribute(queue, "ReceiveMessageWaitTimeSeconds", 0));
    struct sqs_poll poll = {
        .queue = queue,
        .connection = request->connection,
        .deadline = monotonic_ms() + wait * 1000,
        .max = (size_t)jv_integer(request->json, "MaxNumberOfMessages", 1),
        .visibility_ms = 1000 * jv_integer(request->json, "VisibilityTimeout",
                                           sqs_attribute(queue, "VisibilityTimeout", 30)),
        .wanted = wanted_attributes(request->json),
    };
    sqs_pass_time(queue, fake_now(fake));
    bool full = queue->state.in_flight >= fake->sqs->in_flight_limit;
    if (full && !wait) {
        fake_fail(request, reply, 403, "OverLimit", "Too many messages in flight.");
    } else if (fake_strike(fake, request->operation, FAKE_EMPTY_RECEIVE)) {
        buf_text(&reply->body, "{}");
    } else if (wait && request->connection && (full || !queue->first)) {
        park(fake, &poll);
        reply->parked = true;
    } else {
        take(fake, &poll, request->operation, &reply->body);
    }
}

/* Unlinks the first poll that can be answered now; NULL when there is none. *next becomes the ms
 * until one will be by time alone. */
static struct sqs_poll *due(struct fake_aws *fake, int64_t *next)
{
    int64_t now = monotonic_ms(), here = fake_now(fake);
    *next = -1;
    for (struct sqs_poll **at = &fake->sqs->polls; *at; at = &(*at)->next) {
        struct sqs_poll *poll = *at;
        struct sqs_queue *queue = poll->queue;
        sqs_pass_time(queue, here);
        if ((queue->first && queue->state.in_flight < fake->sqs->in_flight_limit) ||
            poll->deadline <= now) {
            *at = poll->next;
            return poll;
        }
        int64_t left = poll->deadline - now;
        if (queue->heap_count && queue->heap[0]->visible_at - here < left)
            left = queue->heap[0]->visible_at - here;
        if (fake->clock && left > INJECTED_CLOCK_TICK)
            left = INJECTED_CLOCK_TICK; /* its time does not pass with ours */
        if (*next < 0 || left < *next)
            *next = left;
    }
    return NULL;
}

int64_t fake_sqs_tick(struct fake_aws *fake)
{
    const struct fake_operation *operation = NULL;
    struct sqs_poll *poll;
    int64_t next;
    if (!fake->sqs->polls)
        return -1;
    operation = fake_operation_named("ReceiveMessage");
    while ((poll = due(fake, &next))) {
        struct fake_request request = {.operation = operation};
        struct fake_reply reply = {.status = 200};
        poll->queue->state.polls--;
        /* only redriven ones were there: it goes on waiting */
        if (!take(fake, poll, operation, &reply.body) && poll->deadline > monotonic_ms()) {
            buf_free(&reply.body);
            park(fake, poll);
        } else {
            fake_harm_after(fake, &request, &reply);
            fake_server_answer(fake->server, poll->connection, &reply);
        }
        free(poll);
    }
    return next;
}

void fake_sqs_forget(struct fake_aws *fake, struct fake_connection *connection)
{
    for (struct sqs_poll **at = &fake->sqs->polls; *at;) {
        struct sqs_poll *poll = *at;
        if (poll->connection != connection) {
            at = &poll->next;
            continue;
        }
        *at = poll->next;
        poll->queue->state.polls--;
        free(poll);
    }
}
