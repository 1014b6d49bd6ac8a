/*
 * Answers of Connect: any bytes are read or refused. A contact described becomes an event that
 * decodes, of that contact; names become lines that read back.
 */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/decode.h"
#include "ingest/caretaker_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_name(void *context, const char *id, const char *name)
{
    struct buf *line = context;
    buf_clear(line);
    names_cache_line(line, id, name);
    if (line->length &&
        (line->data[line->length - 1] != '\n' ||
         strchr(line->data, '\n') != line->data + line->length - 1 || !strchr(line->data, '\t')))
        abort();
}

static void take_event(void *context, const struct event *event)
{
    const struct connect_contact *contact = context;
    if (event->entry.type != LOGTYPE_CONTACT || strcmp(event->contact_id, contact->id) != 0)
        abort();
}

static void refuse(void *context, const char *where, const char *why, const char *text,
                   size_t length)
{
    (void)context;
    (void)where;
    (void)why;
    (void)text;
    (void)length;
    abort();
}

/* What is joined when the record of this contact has nothing but its id. */
static void settle(struct arena *arena, const struct aws_call *call, const char *id)
{
    static const char arn[] = "arn:aws:connect:eu-west-1:123456789012:instance/i-1";
    struct connect_instance instance;
    struct connect_contact contact;
    struct record record;
    struct buf event = {0};
    struct decode_options options = {.redact = REDACT_CARDS};
    struct decode_sink sink = {&contact, take_event, NULL, refuse};
    record_init(&record, id);
    enum verdict verdict = reconcile_verdict(call, &record, arena, &contact);
    if (!connect_instance_read(&instance, arn))
        abort();
    if (verdict == VERDICT_ENDED || verdict == VERDICT_MOVED) {
        reconcile_event(&event, &contact, &record, &instance);
        struct decode_result result =
            decode_body(arena, &options, event.data, event.length, INT64_C(5000000000000), &sink);
        if (result.events != 1)
            abort();
    }
    buf_free(&event);
    record_free(&record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct buf line = {0};
    struct connect_visit visit = {&line, take_name};
    struct connect_contact contact;
    struct aws_call call = {.fault = AWS_FINE};
    struct record record;
    const char *text = (const char *)data, *token;
    struct err err = {""};
    for (int list = 0; list < CONNECT_LIST_COUNT; list++)
        if (!connect_list_read(&arena, (enum connect_list)list, text, size, &visit, &token, &err) &&
            !err.text[0])
            abort();
    buf_add(&call.response, data, size);
    if (connect_describe_read(&arena, text, size, &contact, &err) &&
        strlen(contact.id) <= CONTACT_ID_MAX)
        settle(&arena, &call, contact.id);
    buf_free(&call.response);
    buf_free(&line);
    arena_free(&arena);
    return 0;
}
