/* Making queues and asking about them. */
#include "fakes/fake_sqs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    int64_t minimum, maximum;
    const char *initial; /* NULL = not set; numbers have maximum > 0 */
} settable[] = {
    {"DelaySeconds", 0, 900, "0"},
    {"MaximumMessageSize", 1024, SQS_MESSAGE_MAX, "1048576"},
    {"MessageRetentionPeriod", 60, 1209600, "345600"},
    {"ReceiveMessageWaitTimeSeconds", 0, 20, "0"},
    {"VisibilityTimeout", 0, SQS_VISIBILITY_MAX, "30"},
    {"Policy", 0, 0, NULL},
    {"RedrivePolicy", 0, 0, NULL},
    {"RedriveAllowPolicy", 0, 0, NULL},
    {"KmsMasterKeyId", 0, 0, NULL},
    {"KmsDataKeyReusePeriodSeconds", 60, 86400, NULL},
    {"SqsManagedSseEnabled", 0, 0, "true"},
    {"FifoQueue", 0, 0, NULL},
    {"ContentBasedDeduplication", 0, 0, NULL},
};

static bool valid(const struct jv *attribute)
{
    for (size_t i = 0; i < ARRAY_SIZE(settable); i++) {
        if (strcmp(settable[i].name, attribute->name) != 0)
            continue;
        char *end;
        long long value = strtoll(attribute->text, &end, 10);
        return attribute->type == JV_STRING &&
               (!settable[i].maximum ||
                (!*end && value >= settable[i].minimum && value <= settable[i].maximum));
    }
    return false;
}

static void set(struct sqs_queue *queue, const char *name, const char *value)
{
    free(map_set(&queue->attributes, name, mem_strdup(value)));
}

/* The attributes of the request, each checked; nothing is set when one is wrong. */
static bool set_all(struct sqs_queue *queue, const struct fake_request *request,
                    struct fake_reply *reply)
{
    const struct jv *attributes = jv_get(request->json, "Attributes");
    const struct jv *first = attributes ? attributes->child : NULL;
    for (const struct jv *a = first; a; a = a->next)
        if (!a->text || !valid(a))
            return fake_fail(request, reply, 400, "InvalidAttributeValue",
                             "Invalid value for the parameter %s.", a->name);
    for (const struct jv *a = first; queue && a; a = a->next)
        set(queue, a->name, a->text);
    return true;
}

static bool same(const struct sqs_queue *queue, const struct jv *attributes)
{
    for (const struct jv *a = attributes ? attributes->child : NULL; a; a = a->next) {
        const char *value = map_get(&queue->attributes, a->name);
        if (!value || !a->text || strcmp(value, a->text) != 0)
            return false;
    }
    return true;
}

static void answer_url(struct fake_reply *reply, const struct sqs_queue *queue)
{
    buf_text(&reply->body, "{\"QueueUrl\":");
    jv_quote_text(&reply->body, queue->url);
    buf_char(&reply->body, '}');
}

static bool valid_name(const char *name)
{
    size_t length = name ? strlen(name) : 0;
    size_t plain = name ? strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789-_")
                        : 0;
    return length > 0 && length <= 80 &&
           (plain == length || (name && strcmp(name + plain, ".fifo") == 0));
}

FAKE_HANDLER(fake_sqs_create)
{
    const char *name = jv_text(request->json, "QueueName");
    if (!valid_name(name)) {
        fake_fail(request, reply, 400, "InvalidParameterValueException",
                  "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in "
                  "length");
        return;
    }
    struct sqs_queue *queue = sqs_queue_named(fake, name);
    if (queue && !same(queue, jv_get(request->json, "Attributes"))) {
        fake_fail(request, reply, 400, "QueueNameExists",
                  "A queue already exists with the same name and a different value for attribute.");
        return;
    }
    if (!queue) {
        if (!set_all(NULL, request, reply))
            return;
        queue = sqs_queue_new(fake, name);
        for (size_t i = 0; i < ARRAY_SIZE(settable); i++)
            if (settable[i].initial)
                set(queue, settable[i].name, settable[i].initial);
        set_all(queue, request, reply);
    }
    answer_url(reply, queue);
}

FAKE_HANDLER(fake_sqs_delete_queue)
{
    struct sqs_queue *queue = sqs_queue_asked(fake, request, reply);
    if (!queue)
        return;
    for (struct sqs_poll *poll = fake->sqs->polls; poll; poll = poll->next)
        if (poll->queue == queue)
            poll->deadline = 0;
    sqs_purge_all(queue);
    map_remove(&fake->sqs->queues, queue->name);
    queue->next_dead = fake->sqs->dead; /* polls still name it */
    fake->sqs->dead = queue;
}

FAKE_HANDLER(fake_sqs_list)
{
    const char *prefix = jv_text(request->json, "QueueNamePrefix"), *separator = "";
    struct map_slot *slot;
    buf_text(&reply->body, "{\"QueueUrls\":[");
    for (size_t i = 0; (slot = map_next(&fake->sqs->queues, &i));) {
        const struct sqs_queue *queue = slot->value;
        if (prefix && strncmp(queue->name, prefix, strlen(prefix)) != 0)
            continue;
        buf_text(&reply->body, separator);
        jv_quote_text(&reply->body, queue->url);
        separator = ",";
    }
    buf_text(&reply->body, "]}");
}

FAKE_HANDLER(fake_sqs_url)
{
    const char *name = jv_text(request->json, "QueueName");
    struct sqs_queue *queue = name ? sqs_queue_named(fake, name) : NULL;
    if (queue)
        answer_url(reply, queue);
    else
        fake_fail(request, reply, 400, "QueueDoesNotExist", "The specified queue does not exist.");
}

struct shown {
    struct buf *out;
    const struct jv *names;
    const char *separator;
};

static bool wanted(const struct jv *names, const char *name)
{
    for (const struct jv *n = names ? names->child : NULL; n; n = n->next)
        if (n->type == JV_STRING && (strcmp(n->text, "All") == 0 || strcmp(n->text, name) == 0))
            return true;
    return false;
}

static void show(struct shown *shown, const char *name, const char *value)
{
    if (!wanted(shown->names, name))
        return;
    buf_printf(shown->out, "%s\"%s\":", shown->separator, name);
    jv_quote_text(shown->out, value);
    shown->separator = ",";
}

static void show_number(struct shown *shown, const char *name, int64_t value)
{
    char text[24];
    snprintf(text, sizeof(text), "%lld", (long long)value);
    show(shown, name, text);
}

FAKE_HANDLER(fake_sqs_attributes)
{
    struct sqs_queue *queue = sqs_queue_asked(fake, request, reply);
    struct shown shown = {&reply->body, jv_get(request->json, "AttributeNames"), ""};
    struct map_slot *slot;
    if (!queue)
        return;
    sqs_pass_time(queue, fake_now(fake));
    if (!shown.names) {
        buf_text(&reply->body, "{}");
        return;
    }
    buf_text(&reply->body, "{\"Attributes\":{");
    for (size_t i = 0; (slot = map_next(&queue->attributes, &i));)
        show(&shown, slot->key, slot->value);
    show(&shown, "QueueArn", queue->arn);
    show_number(&shown, "ApproximateNumberOfMessages", (int64_t)queue->state.visible);
    show_number(&shown, "ApproximateNumberOfMessagesDelayed", (int64_t)queue->state.delayed);
    show_number(&shown, "ApproximateNumberOfMessagesNotVisible", (int64_t)queue->state.in_flight);
    show_number(&shown, "CreatedTimestamp", queue->created / 1000);
    show_number(&shown, "LastModifiedTimestamp", queue->created / 1000);
    buf_text(&reply->body, "}}");
}

FAKE_HANDLER(fake_sqs_set_attributes)
{
    struct sqs_queue *queue = sqs_queue_asked(fake, request, reply);
    if (queue)
        set_all(queue, request, reply);
}

FAKE_HANDLER(fake_sqs_purge)
{
    struct sqs_queue *queue = sqs_queue_asked(fake, request, reply);
    int64_t now = fake_now(fake);
    if (!queue)
        return;
    if (queue->purged && now - queue->purged < MINUTE_MS) {
        fake_fail(request, reply, 400, "PurgeQueueInProgress",
                  "Only one PurgeQueue operation on %s is allowed every 60 seconds.", queue->name);
        return;
    }
    queue->purged = now;
    sqs_purge_all(queue);
}
