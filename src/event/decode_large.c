/*
 * A document larger than one tree may be: an inflated CloudWatch or Kinesis envelope. Its array of
 * records is walked in the text, and each record is parsed alone; the small members around it only
 * say what kind of envelope it is.
 */
#include "base/json_internal.h"
#include "event/decode_internal.h"

static const struct array {
    const char *key; /* with its quotes, as in the text */
    const char *name;
} arrays[] = {
    {"\"logEvents\"", "logEvents"}, {"\"Records\"", "record"},  {"\"records\"", "record"},
    {"\"events\"", "events"},       {"\"Messages\"", "record"},
};

static size_t next_token(const char *text, size_t length, size_t at)
{
    while (at < length &&
           (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t'))
        at++;
    return at;
}

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

/* text[0] is the [. An element that is no record ends the walk: an array of a million numbers is
 * one refusal. */
static void walk_array(struct decoder *d, const char *text, size_t length, const char *name,
                       const struct origin *origin)
{
    size_t index = 0, at = next_token(text, length, 1);
    while (at < length && text[at] != ']') {
        size_t size = json_span(text + at, length - at);
        bool record = text[at] == '{' || text[at] == '"';
        place_enter(d, name, index++);
        if (size && record)
            decode_element(d, text + at, size, origin);
        else
            refuse_text(d, "not an event", text + at, length - at);
        place_leave(d);
        if (!size || !record)
            return;
        at = next_token(text, length, at + size);
        if (at < length && text[at] == ',')
            at = next_token(text, length, at + 1);
    }
}

/* The array of records of the object at text[0] == '{'; 0 if it has none. Members before it are
 * stepped over. */
static size_t find_array(const char *text, size_t length, const struct array **found)
{
    size_t at = next_token(text, length, 1);
    while (at < length && text[at] == '"') {
        const char *key = text + at;
        size_t size = json_span(key, length - at);
        at = next_token(text, length, at + size);
        if (!size || at >= length || text[at] != ':')
            return 0;
        at = next_token(text, length, at + 1);
        for (size_t i = 0; i < ARRAY_SIZE(arrays); i++)
            if (size == strlen(arrays[i].key) && memcmp(key, arrays[i].key, size) == 0 &&
                at < length && text[at] == '[') {
                *found = &arrays[i];
                return at;
            }
        size_t value = json_span(text + at, length - at);
        if (!value)
            return 0;
        at = next_token(text, length, at + value);
        if (at < length && text[at] == ',')
            at = next_token(text, length, at + 1);
    }
    return 0;
}

bool decode_large(struct decoder *d, const char *text, size_t length, const struct origin *origin)
{
    const struct array *array = NULL;
    if (text[0] == '[') {
        walk_array(d, text, length, "record", origin);
        return true;
    }
    size_t at = text[0] == '{' ? find_array(text, length, &array) : 0;
    if (at)
        walk_array(d, text + at, json_span(text + at, length - at), array->name, origin);
    return at != 0;
}
