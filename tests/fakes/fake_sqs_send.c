/* SendMessage and its batch. */
#include "fakes/fake_sqs.h"

#include <string.h>

/* #x9 #xA #xD #x20-#xD7FF #xE000-#xFFFD #x10000-#x10FFFF */
static bool allowed(const char *body, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)body[i];
        if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
            return false;
        if (c == 0xef && length - i >= 3 && (unsigned char)body[i + 1] == 0xbf &&
            (unsigned char)body[i + 2] >= 0xbe)
            return false;
    }
    return true;
}

static const struct sqs_message *send_one(struct fake_aws *fake, struct sqs_queue *queue,
                                          const struct jv *json, struct sqs_fault *fault)
{
    const struct jv *body = jv_get(json, "MessageBody");
    const struct jv *attributes = jv_get(json, "MessageAttributes");
    int64_t delay = jv_integer(json, "DelaySeconds", sqs_attribute(queue, "DelaySeconds", 0));
    size_t most = (size_t)sqs_attribute(queue, "MaximumMessageSize", SQS_MESSAGE_MAX);
    struct buf text = {0};
    *fault = (struct sqs_fault){.sender = true};
    if (!body || body->type != JV_STRING || !body->length) {
        fault->code = "MissingRequiredParameterException";
        fault->message = "The request must contain the parameter MessageBody.";
        return NULL;
    }
    if (attributes)
        jv_write(&text, attributes);
    if (body->length + text.length > most) {
        fault->code = "InvalidParameterValueException";
        fault->message = "One or more parameters are invalid. Reason: Message must be shorter than "
                         "the queue's MaximumMessageSize.";
    } else if (!allowed(body->text, body->length)) {
        fault->code = "InvalidMessageContents";
        fault->message = "Invalid binary character was found in the message body.";
    } else if (delay < 0 || delay > 900) {
        fault->code = "InvalidParameterValueException";
        fault->message =
            "Value for parameter DelaySeconds is invalid. Reason: DelaySeconds must be "
            ">= 0 and <= 900.";
    }
    if (fault->code) {
        buf_free(&text);
        return NULL;
    }
    struct sqs_message *message = sqs_add(fake, queue, body->text, body->length, delay * 1000);
    message->attributes = text.length ? buf_take(&text) : NULL;
    message->group = mem_strdup(jv_text(json, "MessageGroupId"));
    return message;
}

static void write_sent(struct buf *out, const struct sqs_message *message)
{
    buf_printf(out, "\"MessageId\":\"%s\",\"MD5OfMessageBody\":\"%s\"", message->id, message->md5);
}

FAKE_HANDLER(fake_sqs_send)
{
    struct sqs_queue *queue = sqs_queue_asked(fake, request, reply);
    struct sqs_fault fault;
    if (!queue)
        return;
    const struct sqs_message *message = send_one(fake, queue, request->json, &fault);
    if (!message) {
        fake_fail(request, reply, 400, fault.code, "%s", fault.message);
        return;
    }
    buf_char(&reply->body, '{');
    write_sent(&reply->body, message);
    buf_char(&reply->body, '}');
}

static bool send_entry(struct fake_aws *fake, struct sqs_queue *queue,
                       const struct sqs_entry *entry, struct buf *successful,
                       struct sqs_fault *fault)
{
    const struct sqs_message *message = send_one(fake, queue, entry->json, fault);
    if (!message)
        return false;
    buf_char(successful, ',');
    write_sent(successful, message);
    return true;
}

FAKE_HANDLER(fake_sqs_send_batch)
{
    const struct jv *entries = jv_get(request->json, "Entries");
    size_t total = 0;
    for (const struct jv *e = entries ? entries->child : NULL; e; e = e->next) {
        const struct jv *body = jv_get(e, "MessageBody");
        total += body ? body->length : 0;
    }
    if (total > SQS_MESSAGE_MAX)
        fake_fail(request, reply, 400, "BatchRequestTooLong",
                  "Batch requests cannot be longer than %d bytes. You have sent %zu bytes.",
                  SQS_MESSAGE_MAX, total);
    else
        sqs_batch(fake, request, reply, send_entry);
}
