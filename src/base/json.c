#include "contactwatch/json.h"

#include <string.h>

#include "base/json_internal.h"

static cJSON *parse_first(struct arena *arena, const char *text, size_t length, size_t most,
                          size_t *end, struct err *err)
{
    struct json_end stop;
    cJSON *tree = json_build(arena, text, length, most, &stop);
    *end = stop.at;
    if (!tree)
        err_set(err, "%s, at byte %zu", stop.why, stop.at);
    return tree;
}

cJSON *json_parse_first(struct arena *arena, const char *text, size_t length, size_t *end,
                        struct err *err)
{
    return parse_first(arena, text, length, JSON_MAX_BYTES, end, err);
}

cJSON *json_parse_texts(struct arena *arena, const char *text, size_t length, struct err *err)
{
    size_t end;
    return parse_first(arena, text, length, SIZE_MAX, &end, err);
}

cJSON *json_parse(struct arena *arena, const char *text, size_t length, struct err *err)
{
    if (length > JSON_MAX_BYTES) {
        err_set(err, "JSON of %zu bytes, at most %d are taken", length, (int)JSON_MAX_BYTES);
        return NULL;
    }
    size_t end;
    cJSON *tree = json_parse_first(arena, text, length, &end, err);
    if (!tree)
        return NULL;
    size_t rest = end + json_blanks(text + end, length - end);
    if (rest < length) {
        err_set(err, "text after the JSON document, at byte %zu", rest);
        return NULL;
    }
    return tree;
}

const cJSON *json_get(const cJSON *object, const char *name)
{
    if (!cJSON_IsObject(object))
        return NULL;
    for (const cJSON *member = object->child; member; member = member->next)
        if (strcmp(member->string, name) == 0)
            return member;
    return NULL;
}

const cJSON *json_either(const cJSON *object, const char *name)
{
    if (!cJSON_IsObject(object))
        return NULL;
    for (const cJSON *member = object->child; member; member = member->next)
        if (json_same_either(member->string, name))
            return member;
    return NULL;
}

static const char *text_of(const cJSON *value)
{
    return cJSON_IsString(value) && value->valuestring[0] ? value->valuestring : NULL;
}

const char *json_text(const cJSON *object, const char *name)
{
    return text_of(json_get(object, name));
}

const char *json_text_either(const cJSON *object, const char *name)
{
    return text_of(json_either(object, name));
}
