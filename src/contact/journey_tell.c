/* Parts of the line being told, and the line itself: gathered in the teller, copied into the arena
 * when told. */
#include <stdio.h>
#include <string.h>

#include "contact/journey_internal.h"

enum { VALUE_MAX = 400 }; /* bytes of a value in a line; the whole is in the raw pane */

void say_words(struct telling *telling, const char *words)
{
    say_part(telling, PART_WORDS, NULL, words);
}

void say_part(struct telling *telling, enum part_kind kind, const char *key, const char *text)
{
    if (telling->count < PARTS_MAX && (text || key))
        telling->part[telling->count++] = (struct part){.kind = kind, .key = key, .text = text};
}

void say_ms(struct telling *telling, enum part_kind kind, int64_t ms)
{
    if (telling->count < PARTS_MAX)
        telling->part[telling->count++] = (struct part){.kind = kind, .ms = ms};
}

void say_running(struct telling *telling, int64_t start)
{
    if (telling->count < PARTS_MAX)
        telling->part[telling->count++] =
            (struct part){.kind = PART_DURATION, .ms = start, .running = true};
}

void say_format(struct teller *teller, struct telling *telling, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    say_words(telling, arena_strdup(teller->arena, text));
}

static const struct {
    const char *tail;
    enum part_kind kind;
} arn_kinds[] = {
    {":function:", PART_LAMBDA},   {"/queue/", PART_QUEUE},      {"/agent/", PART_AGENT},
    {"/contact-flow/", PART_FLOW}, {"/flow-module/", PART_FLOW}, {"/prompt/", PART_RECORDING},
};

/* What an ARN names: all behind its fifth colon. Other text stays as it is. */
static const char *arn_resource(const char *text)
{
    const char *p = text;
    if (strncmp(text, "arn:", 4) != 0)
        return text;
    for (int colons = 0; colons < 5; colons++) {
        p = strchr(p, ':');
        if (!p || !*++p)
            return text;
    }
    return p;
}

void say_named(struct telling *telling, const char *key, const char *text)
{
    if (strncmp(text, "arn:", 4) == 0) {
        for (size_t i = 0; i < ARRAY_SIZE(arn_kinds); i++) {
            if (!strstr(text, arn_kinds[i].tail))
                continue;
            if (key) {
                say_words(telling, key);
                say_words(telling, "=");
            }
            bool flow = arn_kinds[i].kind == PART_FLOW;
            say_part(telling, arn_kinds[i].kind, flow ? text : NULL, flow ? NULL : text);
            return;
        }
    }
    say_part(telling, PART_VALUE, key, arn_resource(text));
}

/* At most VALUE_MAX bytes of text, cut at a character. */
static const char *shortened(struct teller *teller, const char *text)
{
    size_t length = strnlen(text, VALUE_MAX + 1);
    if (length <= VALUE_MAX)
        return text;
    length = VALUE_MAX;
    while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
        length--;
    return arena_printf(teller->arena, "%.*s…", (int)length, text);
}

void say_json(struct teller *teller, struct telling *telling, const char *key, const cJSON *value)
{
    if (cJSON_IsString(value)) {
        say_named(telling, key, shortened(teller, value->valuestring));
        return;
    }
    struct buf text = {.max = 2 * VALUE_MAX};
    json_canonical(&text, value, NULL);
    const char *copy = arena_strdup(teller->arena, buf_str(&text));
    say_part(telling, PART_VALUE, key, shortened(teller, copy));
    buf_free(&text);
}

void say_prompt(struct telling *telling, const char *text)
{
    say_part(telling, PART_PROMPT, NULL, text);
}

const struct part *telling_take(struct teller *teller, struct telling *telling, uint32_t *count)
{
    *count = telling->count;
    if (!telling->count)
        return NULL;
    size_t size = telling->count * sizeof(struct part);
    telling->count = 0;
    return memcpy(arena_alloc(teller->arena, size), telling->part, size);
}

static void story_grow(struct story *story, struct arena *arena)
{
    if (story->count < story->capacity)
        return;
    size_t capacity = story->capacity ? story->capacity * 2 : 64;
    struct story_line *line = arena_alloc(arena, capacity * sizeof(*line));
    if (story->count)
        memcpy(line, story->line, story->count * sizeof(*line));
    story->line = line;
    story->capacity = capacity;
}

struct story_line *tell(struct teller *teller, enum line_kind kind, int64_t time)
{
    story_grow(teller->story, teller->arena);
    struct story_line *line = &teller->story->line[teller->story->count++];
    *line = (struct story_line){.kind = kind,
                                .time = time,
                                .delta = -1,
                                .duration = -1,
                                .contact_id = teller->leg ? teller->leg->contact_id : NULL};
    line->part = telling_take(teller, &teller->did, &line->parts);
    line->result = telling_take(teller, &teller->result, &line->results);
    return line;
}

struct story_line *tell_moment(struct teller *teller, enum line_kind kind,
                               const struct moment *moment)
{
    struct story_line *line = tell(teller, kind, moment->time);
    line->entry = moment->index;
    line->entries = 1;
    return line;
}
