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

static size_t skip(const char *text, size_t length, size_t at)
{
    return at + json_blanks(text + at, length - at);
}

/* Behind a value or the opening bracket: where the next one starts, at the closing bracket or the
 * end otherwise. */
static size_t next_value(const char *text, size_t length, size_t at)
{
    at = skip(text, length, at);
    return at < length && text[at] == ',' ? skip(text, length, at + 1) : at;
}

/* The text of the member Records, from its bracket on; NULL when the event is not an object with
 * one. */
static const char *find_records(const char *text, size_t length, size_t *size)
{
    static const char name[] = "\"Records\"";
    size_t at = skip(text, length, 0);
    if (at == length || text[at] != '{')
        return NULL;
    for (at = next_value(text, length, at + 1); at < length && text[at] == '"';
         at = next_value(text, length, at)) {
        size_t key = json_span(text + at, length - at), value;
        bool wanted = key == sizeof(name) - 1 && memcmp(text + at, name, key) == 0;
        at = skip(text, length, at + key);
        if (!key || at >= length || text[at] != ':')
            return NULL;
        at = skip(text, length, at + 1);
        if (!(value = at < length ? json_span(text + at, length - at) : 0))
            return NULL;
        if (wanted && text[at] == '[') {
            *size = value;
            return text + at;
        }
        at += value;
    }
    return NULL;
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
    size_t size = 0;
    const char *text = find_records(invocation->event, invocation->length, &size);
    for (size_t at = text ? next_value(text, size, 1) : 0; text && text[at] != ']';
         at = next_value(text, size, at)) {
        size_t span = json_span(text + at, size - at);
        struct err err = {0};
        const cJSON *record = span ? json_parse_texts(arena, text + at, span, &err) : NULL;
        if (!record && shape)
            return lambda_fail(fault, "Contactwatch.BatchNotKnown", "record %zu of the batch: %s",
                               out->count + 1, err.text);
        if (!shape)
            shape = shape_of(record);
        if (!shape)
            break; /* of another source: the decoder knows more of them */
        if (!add_record(out, shape, record, arena, invocation->received, fault))
            return false;
        at += span;
    }
    if (!shape)
        add_whole(out, invocation);
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
