/*
 * Whatever the body: no crash; each event has a contact, and its entry reads back as the same
 * event. The first byte chooses what is redacted.
 */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/decode.h"
#include "contactwatch/instant.h"
#include "contactwatch/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void check_event(void *context, const struct event *event)
{
    struct arena *arena = context;
    const struct entry *entry = &event->entry;
    demand(event->contact_id && event->contact_id[0] &&
           strlen(event->contact_id) <= CONTACT_ID_MAX);
    demand(strlen(entry->body) == entry->length);
    struct event back;
    struct entry bare = {.type = entry->type, .body = entry->body, .length = entry->length};
    if (entry->length > JSON_MAX_BYTES)
        return;
    demand(decode_entry(arena, &bare, event->contact_id, &back));
    demand(strcmp(back.entry.body, entry->body) == 0);
    demand(strcmp(back.contact_id, event->contact_id) == 0);
    demand(back.entry.time == entry->time && back.entry.marks == entry->marks);
    demand(hash_compare(&back.entry.id, &entry->id) == 0);
    struct buf written = {0};
    entry_write_json(&written, entry);
    demand(json_parse(arena, written.data, written.length, NULL) ||
           written.length > JSON_MAX_BYTES);
    buf_free(&written);
}

static void check_agent(void *context, const struct agent_event *agent)
{
    (void)context;
    demand(agent->agent_arn != NULL);
}

static void check_refusal(void *context, const char *where, const char *why, const char *text,
                          size_t length)
{
    (void)context;
    demand(where[0] && why[0] && (text || !length));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct arena arena = {0}, scratch = {0};
    const struct decode_options options = {.redact = (enum redact)(data[0] & 3)};
    const struct decode_sink sink = {&scratch, check_event, check_agent, check_refusal};
    char *body = mem_alloc(size);
    memcpy(body, data + 1, size - 1);
    decode_body(&arena, &options, body, size - 1, INT64_C(1767225600000), &sink);
    free(body);
    arena_free(&arena);
    arena_free(&scratch);
    return 0;
}
