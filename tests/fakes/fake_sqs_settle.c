/* Deleting messages and changing how long they stay hidden. */
#include "fakes/fake_sqs.h"

static const struct sqs_fault invalid_handle = {"ReceiptHandleIsInvalid",
                                                "The input receipt handle is invalid.", true};
static const struct sqs_fault not_in_flight = {
    "MessageNotInflight",
    "The message referred to is not in flight: it is visible again, or was deleted.", true};
static const struct sqs_fault bad_timeout = {
    "InvalidParameterValueException",
    "Value for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and 43200, and "
    "within 12 hours of the receive.",
    true};

/* An old handle's delete succeeds, and deletes nothing: a standard queue's way. */
static bool delete_one(struct fake_aws *fake, struct sqs_queue *queue,
                       const struct sqs_entry *entry, struct buf *successful,
                       struct sqs_fault *fault)
{
    struct sqs_message *message;
    bool newest;
    (void)fake;
    (void)successful;
    *fault = invalid_handle;
    if (!sqs_handle_read(queue, jv_text(entry->json, "ReceiptHandle"), &message, &newest))
        return false;
    if (message && newest) {
        sqs_remove(queue, message);
        queue->state.deleted++;
    } else {
        queue->state.stale_deletes++;
    }
    return true;
}

static bool change_one(struct fake_aws *fake, struct sqs_queue *queue,
                       const struct sqs_entry *entry, struct buf *successful,
                       struct sqs_fault *fault)
{
    struct sqs_message *message;
    int64_t seconds = jv_integer(entry->json, "VisibilityTimeout", -1), now = fake_now(fake);
    bool newest;
    (void)successful;
    *fault = invalid_handle;
    if (!sqs_handle_read(queue, jv_text(entry->json, "ReceiptHandle"), &message, &newest))
        return false;
    *fault = bad_timeout;
    if (seconds < 0 || seconds > SQS_VISIBILITY_MAX)
        return false;
    *fault = not_in_flight;
    if (!message || message->state != FAKE_IN_FLIGHT)
        return false;
    *fault = invalid_handle;
    if (!newest)
        return false;
    *fault = bad_timeout;
    if (now + seconds * 1000 > message->first_received + SQS_VISIBILITY_MAX * INT64_C(1000))
        return false;
    sqs_take_out(queue, message);
    if (seconds)
        sqs_make_later(queue, message, FAKE_IN_FLIGHT, now + seconds * 1000);
    else
        sqs_make_visible(queue, message);
    return true;
}

static void single(struct fake_aws *fake, struct fake_request *request, struct fake_reply *reply,
                   sqs_entry_fn one)
{
    struct sqs_queue *queue = sqs_queue_asked(fake, request, reply);
    struct sqs_entry entry = {request->json, ""};
    struct sqs_fault fault;
    if (!queue)
        return;
    sqs_pass_time(queue, fake_now(fake));
    if (!one(fake, queue, &entry, NULL, &fault))
        fake_fail(request, reply, 400, fault.code, "%s", fault.message);
}

FAKE_HANDLER(fake_sqs_delete)
{
    single(fake, request, reply, delete_one);
}

FAKE_HANDLER(fake_sqs_delete_batch)
{
    sqs_batch(fake, request, reply, delete_one);
}

FAKE_HANDLER(fake_sqs_visibility)
{
    single(fake, request, reply, change_one);
}

FAKE_HANDLER(fake_sqs_visibility_batch)
{
    sqs_batch(fake, request, reply, change_one);
}
