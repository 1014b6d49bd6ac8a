/* JSON text of the service, walked where it lies: answers have up to 16 MB, of which little is
 * looked at. */
#include <string.h>

#include "base/json_internal.h"
#include "contactwatch/json.h"
#include "store/dynamodb_internal.h"

static struct ddb_span span_of(struct json_part part)
{
    return (struct ddb_span){part.text, part.length};
}

bool ddb_element_next(const char **at, const char *end, struct ddb_span *out)
{
    struct json_part value;
    if (!json_next_element(at, end, &value))
        return false;
    *out = span_of(value);
    return true;
}

bool ddb_member_next(const char **at, const char *end, struct ddb_member *out)
{
    struct json_part name, value;
    if (!json_next_member(at, end, &name, &value))
        return false;
    *out = (struct ddb_member){span_of(name), span_of(value)};
    return true;
}

struct ddb_span ddb_get(struct ddb_span object, const char *name)
{
    size_t length = strlen(name);
    struct ddb_member member;
    const char *at = object.text, *end = at ? at + object.length : NULL;
    while (at && ddb_member_next(&at, end, &member))
        if (member.name.length == length && memcmp(member.name.text, name, length) == 0)
            return member.value;
    return (struct ddb_span){0};
}

static void append(cJSON *container, cJSON *node)
{
    cJSON *first = container->child;
    if (first) {
        node->prev = first->prev;
        first->prev->next = node;
        first->prev = node;
    } else {
        container->child = node->prev = node;
    }
}

/* The parts of a container too large for one tree, each a tree of its own below a node made here.
 */
static cJSON *parse_large(struct arena *arena, struct ddb_span text, unsigned depth,
                          struct err *err)
{
    const char *at = text.text, *end = at + text.length;
    bool is_object = *at == '{';
    struct ddb_member member = {0};
    cJSON *root = arena_zero(arena, sizeof(*root));
    root->type = is_object ? cJSON_Object : cJSON_Array;
    while (is_object ? ddb_member_next(&at, end, &member)
                     : ddb_element_next(&at, end, &member.value)) {
        bool large = member.value.length > JSON_MAX_BYTES && depth < 4 &&
                     (*member.value.text == '{' || *member.value.text == '[');
        cJSON *node = large ? parse_large(arena, member.value, depth + 1, err)
                            : json_parse(arena, member.value.text, member.value.length, err);
        if (!node)
            return NULL;
        node->string =
            is_object ? arena_strndup(arena, member.name.text, member.name.length) : NULL;
        append(root, node);
    }
    return root;
}

cJSON *ddb_parse(struct arena *arena, struct ddb_span text, struct err *err)
{
    if (text.length <= JSON_MAX_BYTES)
        return json_parse(arena, text.text ? text.text : "", text.length, err);
    text.length = json_span(text.text, text.length);
    if (!text.length || (*text.text != '{' && *text.text != '[')) {
        err_set(err, "an answer that is not valid JSON");
        return NULL;
    }
    return parse_large(arena, text, 0, err);
}
