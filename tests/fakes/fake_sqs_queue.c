/* Queues and where their messages stand. */
#include "fakes/fake_sqs.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/hash.h"

struct fake_sqs *fake_sqs_open(void)
{
    struct fake_sqs *sqs = mem_zero(sizeof(*sqs));
    sqs->in_flight_limit = SQS_IN_FLIGHT;
    return sqs;
}

void fake_sqs_close(struct fake_sqs *sqs)
{
    while (sqs->polls) {
        struct sqs_poll *poll = sqs->polls;
        sqs->polls = poll->next;
        free(poll);
    }
    while (sqs->dead) {
        struct sqs_queue *queue = sqs->dead;
        sqs->dead = queue->next_dead;
        sqs_queue_free(queue);
    }
    map_free(&sqs->queues, sqs_queue_free);
    free(sqs);
}

struct sqs_queue *sqs_queue_named(struct fake_aws *fake, const char *name)
{
    return map_get(&fake->sqs->queues, name);
}

int64_t sqs_attribute(const struct sqs_queue *queue, const char *name, int64_t otherwise)
{
    const char *value = map_get(&queue->attributes, name);
    return value ? strtoll(value, NULL, 10) : otherwise;
}

struct sqs_queue *sqs_queue_asked(struct fake_aws *fake, const struct fake_request *request,
                                  struct fake_reply *reply)
{
    const char *url = jv_text(request->json, "QueueUrl");
    const char *name = url ? strrchr(url, '/') : NULL;
    if (!url) {
        fake_fail(request, reply, 400, "MissingRequiredParameterException",
                  "The request must contain the parameter QueueUrl.");
        return NULL;
    }
    struct sqs_queue *queue = sqs_queue_named(fake, name ? name + 1 : url);
    if (!queue)
        fake_fail(request, reply, 400, "QueueDoesNotExist", "The specified queue does not exist.");
    return queue;
}

struct sqs_queue *sqs_queue_new(struct fake_aws *fake, const char *name)
{
    struct sqs_queue *queue = mem_zero(sizeof(*queue));
    struct buf text = {0};
    queue->name = mem_strdup(name);
    queue->tag = (uint32_t)hash_text(name);
    queue->created = fake_now(fake);
    buf_printf(&text, "%s/%s/%s", fake_server_url(fake->server), FAKE_ACCOUNT, name);
    queue->url = buf_take(&text);
    buf_printf(&text, "arn:aws:sqs:%s:%s:%s", fake->region, FAKE_ACCOUNT, name);
    queue->arn = buf_take(&text);
    map_set(&fake->sqs->queues, name, queue);
    return queue;
}

static void message_free(struct sqs_message *message)
{
    free(message->body);
    free(message->attributes);
    free(message->group);
    free(message);
}

void sqs_purge_all(struct sqs_queue *queue)
{
    for (uint64_t i = 0; i < queue->messages; i++)
        if (queue->message[i])
            sqs_remove(queue, queue->message[i]);
}

void sqs_queue_free(void *context)
{
    struct sqs_queue *queue = context;
    sqs_purge_all(queue);
    map_free(&queue->attributes, free);
    free(queue->message);
    free(queue->heap);
    free(queue->name);
    free(queue->url);
    free(queue->arn);
    free(queue);
}

static size_t *count_of(struct sqs_queue *queue, enum fake_message_state state)
{
    return state == FAKE_VISIBLE   ? &queue->state.visible
           : state == FAKE_DELAYED ? &queue->state.delayed
                                   : &queue->state.in_flight;
}

static void heap_put(struct sqs_queue *queue, size_t place, struct sqs_message *message)
{
    queue->heap[place] = message;
    message->place = place;
}

static void heap_rise(struct sqs_queue *queue, size_t place)
{
    struct sqs_message *message = queue->heap[place];
    for (; place > 0; place = (place - 1) / 2) {
        struct sqs_message *parent = queue->heap[(place - 1) / 2];
        if (parent->visible_at <= message->visible_at)
            break;
        heap_put(queue, place, parent);
    }
    heap_put(queue, place, message);
}

static void heap_sink(struct sqs_queue *queue, size_t place)
{
    struct sqs_message *message = queue->heap[place];
    for (size_t child; (child = place * 2 + 1) < queue->heap_count; place = child) {
        if (child + 1 < queue->heap_count &&
            queue->heap[child + 1]->visible_at < queue->heap[child]->visible_at)
            child++;
        if (queue->heap[child]->visible_at >= message->visible_at)
            break;
        heap_put(queue, place, queue->heap[child]);
    }
    heap_put(queue, place, message);
}

static void heap_remove(struct sqs_queue *queue, struct sqs_message *message)
{
    size_t place = message->place;
    struct sqs_message *last = queue->heap[--queue->heap_count];
    if (last == message)
        return;
    heap_put(queue, place, last);
    heap_rise(queue, place);
    heap_sink(queue, last->place);
}

void sqs_make_visible(struct sqs_queue *queue, struct sqs_message *message)
{
    message->state = FAKE_VISIBLE;
    message->previous = queue->last;
    message->next = NULL;
    if (queue->last)
        queue->last->next = message;
    else
        queue->first = message;
    queue->last = message;
    ++*count_of(queue, FAKE_VISIBLE);
}

void sqs_make_later(struct sqs_queue *queue, struct sqs_message *message,
                    enum fake_message_state state, int64_t visible_at)
{
    message->state = state;
    message->visible_at = visible_at;
    mem_grow(queue->heap, queue->heap_count, queue->heap_capacity);
    queue->heap[queue->heap_count] = message;
    heap_rise(queue, queue->heap_count++);
    ++*count_of(queue, state);
}

void sqs_take_out(struct sqs_queue *queue, struct sqs_message *message)
{
    --*count_of(queue, message->state);
    if (message->state != FAKE_VISIBLE) {
        heap_remove(queue, message);
        return;
    }
    *(message->previous ? &message->previous->next : &queue->first) = message->next;
    *(message->next ? &message->next->previous : &queue->last) = message->previous;
}

void sqs_remove(struct sqs_queue *queue, struct sqs_message *message)
{
    sqs_take_out(queue, message);
    queue->message[message->number] = NULL;
    message_free(message);
}

void sqs_pass_time(struct sqs_queue *queue, int64_t now)
{
    while (queue->heap_count && queue->heap[0]->visible_at <= now) {
        struct sqs_message *message = queue->heap[0];
        queue->state.expired_visibility += message->state == FAKE_IN_FLIGHT;
        sqs_take_out(queue, message);
        sqs_make_visible(queue, message);
    }
}

static void md5_hex(const char *body, size_t length, char out[33])
{
    unsigned char digest[16];
    EVP_Digest(body, length, digest, NULL, EVP_md5(), NULL);
    fake_hex(digest, sizeof(digest), out);
}

struct sqs_message *sqs_add(struct fake_aws *fake, struct sqs_queue *queue, const char *body,
                            size_t length, int64_t delay_ms)
{
    struct sqs_message *message = mem_zero(sizeof(*message));
    int64_t now = fake_now(fake);
    rng_uuid(&fake->rng, message->id);
    message->body = mem_strndup(body, length);
    message->length = length;
    message->sent = now;
    md5_hex(body, length, message->md5);
    mem_grow(queue->message, queue->messages, queue->message_capacity);
    message->number = queue->messages;
    queue->message[queue->messages++] = message;
    if (delay_ms > 0)
        sqs_make_later(queue, message, FAKE_DELAYED, now + delay_ms);
    else
        sqs_make_visible(queue, message);
    queue->state.sent++;
    return message;
}

void sqs_handle_write(const struct sqs_queue *queue, const struct sqs_message *message,
                      char out[SQS_HANDLE])
{
    snprintf(out, SQS_HANDLE, "AQEB%08x%016llx%08x+/==", queue->tag,
             (unsigned long long)message->number, message->received);
}

bool sqs_handle_read(const struct sqs_queue *queue, const char *handle,
                     struct sqs_message **message, bool *newest)
{
    char part[17];
    *message = NULL;
    *newest = false;
    if (!handle || strlen(handle) != 40 || strncmp(handle, "AQEB", 4) != 0 ||
        strspn(handle + 4, "0123456789abcdef") != 32)
        return false;
    snprintf(part, sizeof(part), "%.8s", handle + 4);
    if (strtoul(part, NULL, 16) != queue->tag)
        return false;
    snprintf(part, sizeof(part), "%.16s", handle + 12);
    uint64_t number = strtoull(part, NULL, 16);
    snprintf(part, sizeof(part), "%.8s", handle + 28);
    if (number >= queue->messages)
        return false;
    *message = queue->message[number];
    *newest = *message && (*message)->received == strtoul(part, NULL, 16);
    return true;
}
