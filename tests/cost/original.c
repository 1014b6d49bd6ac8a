/* The original project, computed from the same entries by DynamoDB's rounding rules: each entry is
 * a run of a Lambda that gets the whole item, appends to its History and puts it back, and logs it
 * at INFO. Its Lambda: 60 ms at 128 MB, measured. */
#include <string.h>

#include "contactwatch/decode.h"
#include "contactwatch/json.h"
#include "contactwatch/record.h"
#include "cost/cost.h"
#include "fakes/fake_av.h"
#include "fakes/fake_ddb.h"

#define ORIGINAL_S  0.060
#define ORIGINAL_GB 0.125

struct original {
    struct record record;
    struct av history; /* AV_L */
    size_t history_text;
    struct usage *usage;
};

static struct av value_of(const cJSON *json)
{
    struct av value = {.type = cJSON_IsArray(json) ? AV_L : AV_M};
    if (cJSON_IsString(json))
        return av_string(json->valuestring);
    if (cJSON_IsBool(json))
        return (struct av){.type = AV_BOOL, .boolean = cJSON_IsTrue(json)};
    if (!cJSON_IsObject(json) && !cJSON_IsArray(json))
        return (struct av){.type = AV_NULL};
    for (const cJSON *member = json->child; member; member = member->next)
        if (cJSON_IsArray(json))
            av_append(&value, value_of(member));
        else
            av_set(&value, member->string, value_of(member));
    return value;
}

static struct av parsed(const struct buf *text)
{
    struct arena arena = {0};
    struct err err;
    const cJSON *json = json_parse(&arena, text->data, text->length, &err);
    struct av value = json ? value_of(json) : (struct av){.type = AV_M};
    arena_free(&arena);
    return value;
}

/* Its members beside the history, as far as the record has them in the original's names. */
static size_t head_size(const struct record *record, size_t *text)
{
    static const char *const ours[] = {"Stamps", "Attributes", "Chain_Root", "Started_At"};
    struct buf json = {0};
    record_write(&json, record, RECORD_CANONICAL);
    struct av head = parsed(&json);
    for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
        av_remove(&head, ours[i]);
    av_set(&head, "DDB_ExpiryEpoch", av_string("1795359"));
    av_set(&head, "Customer_Identifier", av_string(""));
    buf_clear(&json);
    av_write_map(&json, &head);
    size_t size = av_map_size(&head);
    *text = json.length;
    av_free(&head);
    buf_free(&json);
    return size;
}

static double units(size_t size, size_t unit)
{
    return size ? (double)((size + unit - 1) / unit) : 1;
}

static size_t item_size(const struct original *o, size_t *text)
{
    size_t size = head_size(&o->record, text) + strlen("History") + av_size(&o->history);
    *text += o->history_text;
    return size;
}

static void on_event(void *context, const struct event *event)
{
    struct original *o = context;
    struct buf entry = {0};
    size_t text, before = o->history.count ? item_size(o, &text) : 0;
    record_apply(&o->record, event);
    entry_write_json(&entry, &event->entry);
    av_append(&o->history, parsed(&entry));
    o->history_text += entry.length;
    size_t after = item_size(o, &text);
    o->usage->of[PRICE_READ] += units(before, DDB_READ_UNIT) / 2; /* eventually consistent */
    o->usage->of[PRICE_WRITE] += units(after > before ? after : before, DDB_WRITE_UNIT);
    o->usage->of[PRICE_LAMBDA] += 1;
    o->usage->of[PRICE_GB_S_X86] += ORIGINAL_S * ORIGINAL_GB;
    o->usage->of[PRICE_LOGS] += (double)(text + COST_LAMBDA_LOG + COST_LINE_OVERHEAD) / 1e9;
    buf_free(&entry);
}

static void on_refused(void *context, const char *where, const char *why, const char *text,
                       size_t length)
{
    (void)context, (void)where, (void)why, (void)text, (void)length;
}

void cost_original(const struct shape *shape, struct usage *out)
{
    struct typical contact;
    struct arena arena = {0};
    struct original o = {.usage = out, .history = {.type = AV_L}};
    struct buf entry = {0};
    const struct decode_sink sink = {.context = &o, .event = on_event, .refused = on_refused};
    typical_contact(&contact, shape->events, shape->lines, 1, clock_now(NULL) - HOUR_MS);
    record_init(&o.record, contact.id);
    for (unsigned n = 0; n < typical_entries(&contact); n++) {
        buf_clear(&entry);
        typical_entry(&entry, &contact, n);
        decode_body(&arena, &(struct decode_options){0}, entry.data, entry.length, clock_now(NULL),
                    &sink);
        arena_reset(&arena);
    }
    record_free(&o.record);
    av_free(&o.history);
    buf_free(&entry);
    arena_free(&arena);
}

void cost_logs(const struct shape *shape, struct usage *out)
{
    struct typical contact;
    struct buf line = {0};
    size_t bytes = 0;
    typical_contact(&contact, shape->events, shape->lines, 1, clock_now(NULL));
    for (unsigned n = 0; n < typical_entries(&contact); n++) {
        if (typical_is_event(&contact, n))
            continue;
        buf_clear(&line);
        typical_entry(&line, &contact, n);
        bytes += line.length + COST_LINE_OVERHEAD;
    }
    out->of[PRICE_LOGS] = (double)bytes / 1e9;
    buf_free(&line);
}
