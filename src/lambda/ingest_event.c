/* What Lambda hands over: batches record by record, in the text, since a batch has more values than
 * one tree may have; anything else whole. */
#include <stdlib.h>
#include <string.h>

#include "base/json_internal.h"
#include "contactwatch/json.h"
#include "event/decode_internal.h"
#include "lambda/ingest_internal.h"

static void set_body(struct intake_message *out, const cJSON *text)
{
    out->failed = !cJSON_IsString(text);
    out->body = out->failed ? "" : text->valuestring;
    out->length = strlen(out->body);
}

static bool is_fifo(const cJSON *record)
{
    static const char fifo[] = ".fifo";
    const char *queue = json_text(record, "eventSourceARN");
    size_t length = queue ? strlen(queue) : 0;
    return length >= sizeof(fifo) - 1 && strcmp(queue + length - (sizeof(fifo) - 1), fifo) == 0;
}

/* md5OfBody is not looked at: who polled the queue has. */
static bool read_sqs(struct intake_message *out, const cJSON *record, struct arena *arena)
{
    (void)arena;
    const cJSON *attributes = json_get(record, "attributes");
    const char *sent = json_text(attributes, "SentTimestamp");
    const char *group = json_text(attributes, "MessageGroupId");
    int64_t ms = sent ? strtoll(sent, NULL, 10) : 0;
    if (ms >= INSTANT_SENTINEL_BEFORE && ms < INT64_MAX - DAY_MS)
        out->sent = ms;
    out->id = json_text(record, "messageId");
    if (is_fifo(record))
        out->order = group ? group : "";
    set_body(out, json_get(record, "body"));
    return out->id != NULL;
}

/* Decoded here: a record's base64 may be larger than a message. */
static void open_data(struct intake_message *message, struct arena *arena)
{
    struct buf bytes = {0};
    if (base64_decode(&bytes, message->body, message->length)) {
        message->body = arena_strndup(arena, buf_str(&bytes), bytes.length);
        message->length = bytes.length;
    }
    buf_free(&bytes);
}

static bool read_kinesis(struct intake_message *out, const cJSON *record, struct arena *arena)
{
    const cJSON *kinesis = json_get(record, "kinesis");
    const cJSON *arrived = json_get(kinesis, "approximateArrivalTimestamp");
    double ms = cJSON_IsNumber(arrived) ? arrived->valuedouble * (double)SECOND_MS : 0;
    if (ms >= (double)INSTANT_SENTINEL_BEFORE && ms < 1e15)
        out->sent = (int64_t)ms;
    out->id = json_text(kinesis, "sequenceNumber");
    set_body(out, json_get(kinesis, "data"));
    open_data(out, arena);
    return out->id != NULL;
}

static const struct shape {
    const char *source; /* eventSource */
    enum intake_kind kind;
    bool (*read)(struct intake_message *out, const cJSON *record, struct arena *arena);
} shapes[] = {
    {"aws:sqs", INTAKE_SQS, read_sqs},
    {"aws:kinesis", INTAKE_KINESIS, read_kinesis},
};

static const struct shape *shape_of(const cJSON *record)
{
    const char *source = json_text(record, "eventSource");
    for (size_t i = 0; source && i < ARRAY_SIZE(shapes); i++)
        if (strcmp(shapes[i].source, source) == 0)
            return &shapes[i];
    return NULL;
}

/* The member Records; false when the event is not an object with such an array. */
static bool find_records(const struct lambda_invocation *invocation, struct json_part *records)
{
    static const char wanted[] = "Records";
    const char *end = invocation->event + invocation->length;
    const char *at = invocation->event + json_blanks(invocation->event, invocation->length);
    struct json_part name;
    if (at == end || *at != '{')
        return false;
    while (json_next_member(&at, end, &name, records))
        if (name.length == sizeof(wanted) - 1 && memcmp(name.text, wanted, name.length) == 0)
            return records->text[0] == '[';
    return false;
}

static void add_whole(struct intake *out, const struct lambda_invocation *invocation)
{
    mem_grow(out->message, out->count, out->capacity);
    out->kind = INTAKE_WHOLE;
    out->message[out->count++] = (struct intake_message){
        .id = invocation->request_id ? invocation->request_id : "",
        .body = invocation->event,
        .length = invocation->length,
        .sent = invocation->received,
    };
}

/* False with the fault set when it has no name to be answered by. */
static bool add_record(struct intake *out, const struct shape *shape, const cJSON *record,
                       struct arena *arena, int64_t received, struct lambda_fault *fault)
{
    struct intake_message message = {.sent = received};
    if (shape_of(record) != shape || !shape->read(&message, record, arena))
        return lambda_fail(fault, "Contactwatch.BatchNotKnown",
                           "record %zu of the batch is no %s record with an id", out->count + 1,
                           shape->source);
    mem_grow(out->message, out->count, out->capacity);
    out->kind = shape->kind;
    out->message[out->count++] = message;
    return true;
}

bool intake_read(struct intake *out, struct arena *arena,
                 const struct lambda_invocation *invocation, struct lambda_fault *fault)
{
    const struct shape *shape = NULL;
    struct json_part records = {invocation->event, 0}, element;
    bool batch = find_records(invocation, &records);
    const char *at = records.text, *end = at + records.length;
    while (batch && json_next_element(&at, end, &element)) {
        struct err err = {0};
        const cJSON *record = json_parse_texts(arena, element.text, element.length, &err);
        if (!record && shape)
            return lambda_fail(fault, "Contactwatch.BatchNotKnown", "record %zu of the batch: %s",
                               out->count + 1, err.text);
        if (!shape)
            shape = shape_of(record);
        if (!shape)
            break; /* of another source: the decoder knows more of them */
        if (!add_record(out, shape, record, arena, invocation->received, fault))
            return false;
    }
    if (!shape)
        add_whole(out, invocation);
    else if (at != end)
        return lambda_fail(fault, "Contactwatch.BatchNotKnown", "the batch is no JSON");
    return true;
}

void intake_free(struct intake *intake)
{
    free(intake->message);
    *intake = (struct intake){0};
}

void intake_keep_order(struct intake *intake)
{
    struct map stopped = {0};
    for (size_t i = 0; i < intake->count; i++) {
        struct intake_message *message = &intake->message[i];
        if (!message->order)
            continue;
        message->failed |= map_get(&stopped, message->order) != NULL;
        if (message->failed)
            map_set(&stopped, message->order, message);
    }
    map_free(&stopped, NULL);
}

void intake_answer(const struct intake *intake, struct buf *out)
{
    struct map named = {0};
    buf_text(out, "{\"batchItemFailures\":[");
    for (size_t i = 0; i < intake->count; i++) {
        struct intake_message *message = &intake->message[i];
        if (!message->failed || map_set(&named, message->id, message))
            continue;
        buf_text(out, named.count > 1 ? ",{\"itemIdentifier\":" : "{\"itemIdentifier\":");
        json_quote(out, message->id);
        buf_char(out, '}');
    }
    buf_text(out, "]}");
    map_free(&named, NULL);
}

size_t intake_failures(const struct intake *intake)
{
    size_t failures = 0;
    for (size_t i = 0; i < intake->count; i++)
        failures += intake->message[i].failed;
    return failures;
}
