/*
 * From the invocation's event to log events: base64, gzip or zlib in one or more members, and in it
 * one envelope or several. An envelope is walked in its text, so that its size does not matter.
 */
#include <string.h>

#include "base/json_internal.h"
#include "event/decode_internal.h"
#include "lambda/forward_internal.h"

#define UNREADABLE "Contactwatch.PayloadUnreadable"

enum { NAME_MAX_BYTES = 4096 }; /* of owner, log group and log stream */

enum part { PART_TYPE, PART_OWNER, PART_GROUP, PART_STREAM, PART_EVENTS, PARTS };

static size_t skip_blanks(const char *text, size_t length, size_t at)
{
    return at + json_blanks(text + at, length - at);
}

/* The first letter in either case. */
static enum part part_of(const struct json_part *key)
{
    static const char *const name[PARTS] = {"messageType", "owner", "logGroup", "logStream",
                                            "logEvents"};
    for (enum part i = 0; i < PARTS; i++)
        if (key->length == strlen(name[i]) && (key->text[0] | 0x20) == name[i][0] &&
            memcmp(key->text + 1, name[i] + 1, key->length - 1) == 0)
            return i;
    return PARTS;
}

/* False if it is not an object with logEvents. */
static bool read_envelope(const char *text, size_t length, struct json_part out[PARTS])
{
    const char *at = text, *end = text + length;
    struct json_part key, value;
    memset(out, 0, PARTS * sizeof(*out));
    if (text[0] != '{')
        return false;
    while (json_next_member(&at, end, &key, &value)) {
        enum part part = part_of(&key);
        if (part != PARTS && !out[part].text)
            out[part] = value;
    }
    return at == end && out[PART_EVENTS].text && out[PART_EVENTS].text[0] == '[';
}

/* A text of the envelope; NULL if there is none. */
static const cJSON *part_text(struct forward_packer *p, const struct json_part *part)
{
    if (!part->text || part->length > NAME_MAX_BYTES)
        return NULL;
    const cJSON *value = json_parse(&p->arena, part->text, part->length, NULL);
    return cJSON_IsString(value) && value->valuestring[0] ? value : NULL;
}

/* envelope: its PARTS. */
static void write_head(struct forward_packer *p, const struct json_part *envelope)
{
    static const struct {
        enum part part;
        const char *before;
    } kept[] = {{PART_OWNER, ",\"owner\":"},
                {PART_GROUP, ",\"logGroup\":"},
                {PART_STREAM, ",\"logStream\":"}};
    buf_clear(&p->head);
    buf_text(&p->head, "{\"messageType\":\"DATA_MESSAGE\"");
    for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
        const cJSON *value = part_text(p, &envelope[kept[i].part]);
        if (!value)
            continue;
        buf_text(&p->head, kept[i].before);
        forward_write(&p->head, value, NULL);
    }
    buf_text(&p->head, ",\"logEvents\":[");
}

static bool walk_events(struct forward_packer *p, const struct json_part *events)
{
    const char *at = events->text, *end = at + events->length;
    struct json_part element;
    while (!p->stopped && json_next_element(&at, end, &element))
        forward_add(p, element.text, element.length);
    forward_flush(p);
    return p->stopped || at == end;
}

static bool repack_envelope(struct forward_packer *p, const char *text, size_t length)
{
    struct json_part envelope[PARTS];
    if (!read_envelope(text, length, envelope))
        return false;
    const cJSON *type = part_text(p, &envelope[PART_TYPE]);
    bool fine = true;
    if (type && strcmp(type->valuestring, "DATA_MESSAGE") != 0) {
        p->counts.skipped++;
    } else {
        write_head(p, envelope);
        fine = walk_events(p, &envelope[PART_EVENTS]);
    }
    arena_reset(&p->arena);
    return fine;
}

static bool repack_text(struct forward_packer *p, const char *text, size_t length,
                        struct lambda_fault *fault)
{
    size_t at = skip_blanks(text, length, 0);
    if (at == length)
        return lambda_fail(fault, UNREADABLE, "awslogs.data is empty");
    while (at < length && !p->stopped) {
        size_t size = json_span(text + at, length - at);
        if (!size || !repack_envelope(p, text + at, size))
            return lambda_fail(fault, UNREADABLE,
                               "awslogs.data has something in it that is no log events");
        at = skip_blanks(text, length, at + size);
    }
    return true;
}

static bool repack_bytes(struct forward_packer *p, const struct buf *bytes,
                         struct lambda_fault *fault)
{
    const char *why = NULL;
    struct buf plain = {.max = FORWARD_INFLATED_MAX};
    if (!is_compressed(bytes->data, bytes->length))
        return repack_text(p, bytes->data, bytes->length, fault);
    bool whole = inflate_all(&plain, bytes->data, bytes->length, &why);
    bool fine = whole || plain.length ? repack_text(p, buf_str(&plain), plain.length, fault) : true;
    buf_free(&plain);
    return whole ? fine : lambda_fail(fault, UNREADABLE, "awslogs.data: %s", why);
}

bool forward_repack(struct forward_packer *packer, const char *event, size_t length,
                    struct lambda_fault *fault)
{
    struct err err = {0};
    struct buf bytes = {0};
    packer->counts = (struct forward_counts){0};
    packer->stopped = false;
    packer->events = 0;
    buf_clear(&packer->text);
    const cJSON *tree = json_parse_texts(&packer->arena, event, length, &err);
    const char *data = json_text(json_get(tree, "awslogs"), "data");
    bool sound = data && base64_decode(&bytes, data, strlen(data)) && bytes.length;
    arena_reset(&packer->arena);
    if (!tree)
        lambda_fail(fault, UNREADABLE, "the event is not JSON: %.200s", err.text);
    else if (!data)
        lambda_fail(fault, UNREADABLE, "the event is no CloudWatch Logs subscription's");
    else if (!sound)
        lambda_fail(fault, UNREADABLE, "awslogs.data is not base64");
    bool fine = sound && repack_bytes(packer, &bytes, fault);
    buf_free(&bytes);
    return fine;
}
