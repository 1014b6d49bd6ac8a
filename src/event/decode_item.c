/* The original project's DynamoDB item: its History holds the events. Also an event rebuilt from a
 * stored entry. */
#include "event/decode_internal.h"

static bool is_typed(const cJSON *item)
{
    return cJSON_IsString(json_get(json_get(item, "Connect_ContactId"), "S"));
}

void decode_item(struct decoder *d, const cJSON *item)
{
    if (is_typed(item))
        item = tree_untyped(d->arena, item);
    const cJSON *history = json_get(item, "History");
    const char *id = json_text(item, "Connect_ContactId");
    if (!id || !cJSON_IsArray(history) || !history->child) {
        refuse_value(d, "an item without History", item);
        return;
    }
    const struct origin origin = {.contact_id = id};
    size_t index = 0;
    for (cJSON *entry = history->child; entry; entry = entry->next) {
        place_enter(d, "History", index++);
        if (json_text(entry, "LogType"))
            decode_value(d, entry, &origin);
        else
            refuse_value(d, "an entry without LogType", entry);
        place_leave(d);
    }
}

static void keep_event(void *context, const struct event *event)
{
    *(struct event *)context = *event;
}

static void keep_refusal(void *context, const char *where, const char *why, const char *text,
                         size_t length)
{
    (void)context, (void)where, (void)why, (void)text, (void)length;
}

static void decode_stored(struct decoder *d, cJSON *tree, const struct entry *entry,
                          const struct origin *origin)
{
    struct members m;
    members_find(&m, tree);
    switch (entry->type) {
    case LOGTYPE_CONTACT: decode_contact(d, tree, &m, origin); break;
    case LOGTYPE_FLOW: decode_flow(d, tree, &m, origin); break;
    case LOGTYPE_AGENT: decode_agent_entry(d, tree, &m); break;
    case LOGTYPE_LAMBDA: decode_lambda(d, tree, &m, origin); break;
    default: break;
    }
}

bool decode_entry(struct arena *arena, const struct entry *entry, const char *contact_id,
                  struct event *out)
{
    static const struct decode_options as_stored = {.redact = REDACT_NONE};
    const struct decode_sink sink = {.context = out, .event = keep_event, .refused = keep_refusal};
    struct decoder d = {.arena = arena, .options = &as_stored, .sink = &sink, .latest = INT64_MAX};
    cJSON *tree = json_parse(arena, entry->body, entry->length, NULL);
    if (!tree)
        return false;
    decode_stored(&d, tree, entry,
                  &(struct origin){.log_event_id = entry->log_event_id, .contact_id = contact_id});
    buf_free(&d.text);
    static const struct hash128 unknown;
    if (d.result.events == 1 && hash_compare(&entry->id, &unknown) != 0)
        out->entry = *entry; /* known already, and what was taken as null then stays so */
    return d.result.events == 1;
}
