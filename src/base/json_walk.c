/* JSON text walked where it lies, without a tree. */
#include "base/json_internal.h"

static const char *skip(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
        p++;
    return p;
}

/* Behind the opening bracket or a comma, to where the next value or name starts; the end when there
 * is none. */
static const char *next_start(const char *p, const char *end, char open)
{
    p = skip(p, end);
    if (p < end && (*p == open || *p == ','))
        p = skip(p + 1, end);
    return p < end && *p != '}' && *p != ']' ? p : end;
}

static bool take_value(const char **at, const char *end, struct json_part *out)
{
    const char *p = skip(*at, end);
    size_t length = p < end ? json_span(p, (size_t)(end - p)) : 0;
    if (!length)
        return false;
    *out = (struct json_part){p, length};
    *at = p + length;
    return true;
}

bool json_next_element(const char **at, const char *end, struct json_part *value)
{
    *at = next_start(*at, end, '[');
    return take_value(at, end, value);
}

bool json_next_member(const char **at, const char *end, struct json_part *name,
                      struct json_part *value)
{
    *at = next_start(*at, end, '{');
    if (!take_value(at, end, name) || name->length < 2 || name->text[0] != '"')
        return false;
    name->text++;
    name->length -= 2;
    *at = skip(*at, end);
    if (*at >= end || **at != ':')
        return false;
    ++*at;
    return take_value(at, end, value);
}
