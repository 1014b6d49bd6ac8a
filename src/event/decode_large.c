/*
 * A document larger than one tree may be: an inflated CloudWatch or Kinesis envelope. Its array of
 * records is walked in the text, and each record is parsed alone; the small members around it only
 * say what kind of envelope it is.
 */
#include "base/json_internal.h"
#include "event/decode_internal.h"

static const struct array {
    const char *key;
    const char *name;
} arrays[] = {
    {"logEvents", "logEvents"}, {"Records", "record"},  {"records", "record"},
    {"events", "events"},       {"Messages", "record"},
};

static void decode_element(struct decoder *d, const char *text, size_t length,
                           const struct origin *origin)
{
    struct err err = {0};
    cJSON *tree = json_parse(d->arena, text, length, &err);
    if (tree)
        decode_value(d, tree, origin);
    else
        refuse_text(d, err.text, text, length);
}

/* An element that is no record ends the walk: an array of a million numbers is one refusal. */
static void walk_array(struct decoder *d, const char *text, size_t length, const char *name,
                       const struct origin *origin)
{
    const char *at = text, *end = text + length;
    struct json_part element;
    size_t index = 0;
    bool record = true;
    while (record && json_next_element(&at, end, &element)) {
        record = element.text[0] == '{' || element.text[0] == '"';
        place_enter(d, name, index++);
        if (record)
            decode_element(d, element.text, element.length, origin);
        else
            refuse_text(d, "not an event", element.text, (size_t)(end - element.text));
        place_leave(d);
    }
    if (!record || at == end)
        return;
    place_enter(d, name, index);
    refuse_text(d, "not an event", at, (size_t)(end - at));
    place_leave(d);
}

/* The array of records of the object; NULL if it has none. Members before it are stepped over. */
static const struct array *find_array(const char *text, size_t length, struct json_part *value)
{
    const char *at = text;
    struct json_part name;
    while (json_next_member(&at, text + length, &name, value))
        for (size_t i = 0; i < ARRAY_SIZE(arrays); i++)
            if (name.length == strlen(arrays[i].key) && value->text[0] == '[' &&
                memcmp(name.text, arrays[i].key, name.length) == 0)
                return &arrays[i];
    return NULL;
}

bool decode_large(struct decoder *d, const char *text, size_t length, const struct origin *origin)
{
    struct json_part value;
    if (text[0] == '[') {
        walk_array(d, text, length, "record", origin);
        return true;
    }
    const struct array *array = text[0] == '{' ? find_array(text, length, &value) : NULL;
    if (array)
        walk_array(d, value.text, value.length, array->name, origin);
    return array != NULL;
}
