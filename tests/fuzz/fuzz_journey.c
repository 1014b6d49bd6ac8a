/*
 * NDJSON lines as history entries, whatever they hold: both stories of every leg become text,
 * masked and not, in UTF-8 and ASCII. A line with "initialContactId" or a TRANSFER belongs to the
 * second leg.
 */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/journey.h"
#include "contactwatch/json.h"
#include "contactwatch/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LEGS = 2 };

struct input {
    struct arena arena;
    struct record record[LEGS];
    struct history history[LEGS];
    struct mask mask;
    int64_t now;
};

static enum log_type type_of(const cJSON *json)
{
    if (json_get(json, "ContactFlowModuleType"))
        return LOGTYPE_FLOW;
    if (json_either(json, "eventType"))
        return LOGTYPE_CONTACT;
    return json_get(json, "Contact") ? LOGTYPE_AGENT : LOGTYPE_LAMBDA;
}

static void take_line(struct input *in, const char *line, size_t length)
{
    const cJSON *json = json_parse(&in->arena, line, length, NULL);
    if (!json)
        return;
    mask_learn_json(&in->mask, json);
    struct entry entry = {
        .type = (uint8_t)type_of(json), .length = (uint32_t)length, .rank = RANK_FLOW};
    entry.body = arena_strndup(&in->arena, line, length);
    entry.id = hash_bytes(line, length);
    const char *stamp = json_text(json, "Timestamp");
    entry.time = stamp ? instant_or_none(stamp) : in->now;
    if (entry.time > in->now)
        in->now = entry.time;
    bool later = json_either(json, "initialContactId") != NULL;
    history_push(&in->history[later], &entry);
}

static void check_text(const struct story *story, const struct story_style *style)
{
    struct buf out = {0};
    for (size_t i = 0; i < story->count; i++) {
        buf_clear(&out);
        story_text(&out, &story->line[i], style);
        if (!text_valid_utf8(buf_str(&out), out.length))
            abort();
        for (size_t k = 0; style->ascii && k < out.length; k++)
            if ((unsigned char)out.data[k] >= 0x80)
                abort();
    }
    buf_free(&out);
}

static void tell(struct input *in)
{
    struct leg leg[LEGS] = {
        {.record = &in->record[0], .previous = -1, .start = INSTANT_SENTINEL_BEFORE},
        {.record = &in->record[1], .previous = 0, .start = INSTANT_SENTINEL_BEFORE + 1},
    };
    struct chain chain = {.leg = leg, .count = LEGS};
    for (size_t i = 0; i < 4; i++) {
        struct journey journey;
        struct journey_input input = {
            .chain = &chain, .history = in->history, .leg = i % 2, .now = in->now};
        struct story_style style = {
            .mask = i < 2 ? &in->mask : NULL, .now = in->now, .ascii = i % 2 == 0};
        journey_build(&journey, &in->arena, &input);
        check_text(&journey.friendly, &style);
        check_text(&journey.techy, &style);
        struct buf head = {0};
        story_parts(&head, journey.head, journey.head_parts, &style);
        buf_free(&head);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {.now = INSTANT_SENTINEL_BEFORE};
    const char *line = (const char *)data, *end = line + size;
    mask_init(&in.mask, NULL, NULL);
    record_init(&in.record[0], "first");
    record_init(&in.record[1], "second");
    while (line < end) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t length = (size_t)((stop ? stop : end) - line);
        take_line(&in, line, length);
        line += length + 1;
    }
    for (size_t i = 0; i < LEGS; i++)
        history_sort(&in.history[i]);
    tell(&in);
    for (size_t i = 0; i < LEGS; i++) {
        history_free(&in.history[i]);
        record_free(&in.record[i]);
    }
    mask_free(&in.mask);
    arena_free(&in.arena);
    return 0;
}
