/* The rules of every batch: how many entries, what their ids may be, who failed. */
#include "fakes/fake_sqs.h"

#include <string.h>

enum { ID_MAX = 80 };

static bool valid_id(const char *id)
{
    size_t length = id ? strlen(id) : 0;
    return length > 0 && length <= ID_MAX &&
           strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == length;
}

/* Reads the entries; *count is their number. */
static bool read_entries(const struct fake_request *request, struct fake_reply *reply,
                         struct sqs_entry entry[SQS_BATCH_MAX], size_t *count)
{
    const struct jv *entries = jv_get(request->json, "Entries");
    if (!entries || entries->type != JV_ARRAY || !entries->count)
        return fake_fail(request, reply, 400, "EmptyBatchRequest",
                         "There should be at least one %sBatchRequestEntry in the request.",
                         request->operation->name);
    if (entries->count > SQS_BATCH_MAX)
        return fake_fail(request, reply, 400, "TooManyEntriesInBatchRequest",
                         "Maximum number of entries per request are 10. You have sent %zu.",
                         entries->count);
    *count = 0;
    for (const struct jv *e = entries->child; e; e = e->next) {
        const char *id = jv_text(e, "Id");
        if (!valid_id(id))
            return fake_fail(request, reply, 400, "InvalidBatchEntryId",
                             "A batch entry id can only contain alphanumeric characters, hyphens "
                             "and underscores. It can be at most 80 letters long.");
        for (size_t i = 0; i < *count; i++)
            if (strcmp(entry[i].id, id) == 0)
                return fake_fail(request, reply, 400, "BatchEntryIdsNotDistinct", "Id %s repeated.",
                                 id);
        entry[(*count)++] = (struct sqs_entry){e, id};
    }
    return true;
}

static void write_failed(struct buf *out, const struct sqs_entry *entry,
                         const struct sqs_fault *fault)
{
    buf_printf(out, "%s{\"Id\":\"%s\",\"SenderFault\":%s,\"Code\":\"%s\",\"Message\":",
               out->length ? "," : "", entry->id, fault->sender ? "true" : "false", fault->code);
    jv_quote_text(out, fault->message);
    buf_char(out, '}');
}

/* Harm done to single entries. */
static bool struck(struct fake_aws *fake, const struct fake_request *request,
                   struct sqs_fault *fault)
{
    const struct fake_rule *rule = fake_strike(fake, request->operation, FAKE_ENTRY_FAILED);
    if (rule) {
        *fault = (struct sqs_fault){"InternalError", "Internal error, try again.", false};
        return true;
    }
    rule = fake_strike(fake, request->operation, FAKE_ENTRY_REFUSED);
    if (rule)
        *fault = (struct sqs_fault){rule->code ? rule->code : "ReceiptHandleIsInvalid",
                                    "The input receipt handle is invalid.", true};
    return rule != NULL;
}

void sqs_batch(struct fake_aws *fake, struct fake_request *request, struct fake_reply *reply,
               sqs_entry_fn each)
{
    struct sqs_entry entry[SQS_BATCH_MAX];
    struct buf successful = {0}, failed = {0}, one = {0};
    size_t count = 0;
    struct sqs_queue *queue = sqs_queue_asked(fake, request, reply);
    if (!queue || !read_entries(request, reply, entry, &count))
        return;
    sqs_pass_time(queue, fake_now(fake));
    for (size_t i = 0; i < count; i++) {
        struct sqs_fault fault = {0};
        buf_clear(&one);
        if (struck(fake, request, &fault) || !each(fake, queue, &entry[i], &one, &fault))
            write_failed(&failed, &entry[i], &fault);
        else
            buf_printf(&successful, "%s{\"Id\":\"%s\"%s}", successful.length ? "," : "",
                       entry[i].id, buf_str(&one));
    }
    buf_printf(&reply->body, "{\"Failed\":[%s],\"Successful\":[%s]}", buf_str(&failed),
               buf_str(&successful));
    buf_free(&successful);
    buf_free(&failed);
    buf_free(&one);
}
