/* SQS: requests, and the answers of batches and about queues. */
#include "contactwatch/sqs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/sqs_internal.h"
#include "contactwatch/json.h"

bool sqs_is_url(const char *queue)
{
    return strncmp(queue, "https://", 8) == 0 || strncmp(queue, "http://", 7) == 0;
}

bool sqs_is_fifo(const char *queue)
{
    size_t length = strlen(queue);
    return length > 5 && strcmp(queue + length - 5, ".fifo") == 0;
}

static void member(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "\"%s\":", name);
    json_quote(out, value);
}

void sqs_receive_request(struct buf *out, const char *url, const struct sqs_receive *receive)
{
    buf_char(out, '{');
    member(out, "QueueUrl", url);
    buf_printf(out,
               ",\"MaxNumberOfMessages\":%d,\"WaitTimeSeconds\":%d,\"VisibilityTimeout\":%d,"
               "\"MessageSystemAttributeNames\":[\"All\"]}",
               receive->max, receive->wait_s, receive->visibility_s);
}

void sqs_batch_open(struct buf *out, const char *url)
{
    buf_char(out, '{');
    member(out, "QueueUrl", url);
    buf_text(out, ",\"Entries\":[");
}

static void open_entry(struct buf *out, unsigned index)
{
    buf_printf(out, "%s{\"Id\":\"%u\",", index ? "," : "", index);
}

void sqs_delete_entry(struct buf *out, unsigned index, const char *receipt)
{
    open_entry(out, index);
    member(out, "ReceiptHandle", receipt);
    buf_char(out, '}');
}

void sqs_visibility_entry(struct buf *out, unsigned index, const char *receipt, int seconds)
{
    open_entry(out, index);
    member(out, "ReceiptHandle", receipt);
    buf_printf(out, ",\"VisibilityTimeout\":%d}", seconds);
}

void sqs_send_entry(struct buf *out, unsigned index, const char *body, const char *group,
                    const char *deduplication)
{
    open_entry(out, index);
    member(out, "MessageBody", body);
    if (group) {
        buf_char(out, ',');
        member(out, "MessageGroupId", group);
    }
    if (deduplication) {
        buf_char(out, ',');
        member(out, "MessageDeduplicationId", deduplication);
    }
    buf_char(out, '}');
}

void sqs_batch_close(struct buf *out)
{
    buf_text(out, "]}");
}

void sqs_url_request(struct buf *out, const char *name)
{
    buf_char(out, '{');
    member(out, "QueueName", name);
    buf_char(out, '}');
}

void sqs_attributes_request(struct buf *out, const char *url)
{
    buf_char(out, '{');
    member(out, "QueueUrl", url);
    buf_text(out, ",\"AttributeNames\":[\"All\"]}");
}

const cJSON *sqs_answer(struct arena *arena, const char *answer, size_t length, struct err *err)
{
    const cJSON *tree = json_parse_texts(arena, answer ? answer : "", length, err);
    if (!tree)
        err_wrap(err, "SQS's answer");
    else if (!cJSON_IsObject(tree))
        err_set(err, "SQS's answer is not an object");
    return cJSON_IsObject(tree) ? tree : NULL;
}

/* The index that is an entry's id; entries when it is none of ours. */
static size_t index_of(const cJSON *entry, size_t entries)
{
    const char *id = json_text(entry, "Id");
    if (!id || !id[0] || id[1] || id[0] < '0' || id[0] > '9')
        return entries;
    size_t index = (size_t)(id[0] - '0');
    return index < entries ? index : entries;
}

static enum sqs_outcome failure(const char *code, bool sender)
{
    static const char *const gone[] = {"ReceiptHandleIsInvalid", "MessageNotInflight",
                                       "InvalidParameterValue", "InvalidReceiptHandle"};
    const char *dot = strrchr(code, '.'); /* AWS.SimpleQueueService.MessageNotInflight */
    const char *name = dot ? dot + 1 : code;
    for (size_t i = 0; i < ARRAY_SIZE(gone); i++)
        if (strcmp(name, gone[i]) == 0)
            return SQS_GONE;
    return sender ? SQS_REFUSED : SQS_RETRY;
}

bool sqs_batch_answer(struct arena *arena, const char *answer, size_t length,
                      struct sqs_result *result, size_t entries, struct err *err)
{
    for (size_t i = 0; i < entries; i++)
        result[i] = (struct sqs_result){.outcome = SQS_RETRY};
    const cJSON *tree = sqs_answer(arena, answer, length, err), *entry;
    if (!tree)
        return false;
    cJSON_ArrayForEach(entry, json_get(tree, "Successful"))
    {
        size_t i = index_of(entry, entries);
        if (i < entries)
            result[i].outcome = SQS_DONE;
    }
    cJSON_ArrayForEach(entry, json_get(tree, "Failed"))
    {
        size_t i = index_of(entry, entries);
        const char *code = json_text(entry, "Code");
        if (i == entries)
            continue;
        snprintf(result[i].code, sizeof(result[i].code), "%.79s", code ? code : "");
        result[i].outcome = failure(result[i].code, cJSON_IsTrue(json_get(entry, "SenderFault")));
    }
    return true;
}

bool sqs_url_answer(struct arena *arena, const char *answer, size_t length, char *url, size_t size,
                    struct err *err)
{
    const cJSON *tree = sqs_answer(arena, answer, length, err);
    const char *text = tree ? json_text(tree, "QueueUrl") : NULL;
    if (!tree)
        return false;
    if (!text || strlen(text) >= size)
        return err_set(err, "SQS's answer has no QueueUrl");
    memcpy(url, text, strlen(text) + 1);
    return true;
}

static int64_t count_of(const cJSON *attributes, const char *name)
{
    const char *text = json_text(attributes, name);
    char *end;
    if (!text || *text < '0' || *text > '9')
        return -1;
    long long value = strtoll(text, &end, 10);
    return *end ? -1 : value;
}

static void take_redrive(struct arena *arena, const char *policy, struct sqs_attributes *out)
{
    const cJSON *tree = policy ? json_parse(arena, policy, strlen(policy), NULL) : NULL;
    if (!tree || !json_text(tree, "deadLetterTargetArn"))
        return;
    const cJSON *most = json_get(tree, "maxReceiveCount"); /* a number, or a number as text */
    out->redrive = true;
    int64_t count = count_of(tree, "maxReceiveCount");
    if (cJSON_IsNumber(most) && most->valuedouble >= 0 && most->valuedouble <= 1e6)
        count = (int64_t)most->valuedouble;
    out->max_receives = count > 0 ? count : 0;
}

bool sqs_attributes_answer(struct arena *arena, const char *answer, size_t length,
                           struct sqs_attributes *attributes, struct err *err)
{
    const cJSON *tree = sqs_answer(arena, answer, length, err);
    if (!tree)
        return false;
    const cJSON *list = json_get(tree, "Attributes");
    const char *fifo = json_text(list, "FifoQueue");
    *attributes = (struct sqs_attributes){
        .visible = count_of(list, "ApproximateNumberOfMessages"),
        .in_flight = count_of(list, "ApproximateNumberOfMessagesNotVisible"),
        .delayed = count_of(list, "ApproximateNumberOfMessagesDelayed"),
        .fifo = fifo && strcmp(fifo, "true") == 0,
    };
    take_redrive(arena, json_text(list, "RedrivePolicy"), attributes);
    return true;
}
