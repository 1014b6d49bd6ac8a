#include "aws/json_members.h"

#include <string.h>

static void skip_blanks(struct json_members *members)
{
    while (members->at < members->end && (*members->at == ' ' || *members->at == '\t' ||
                                          *members->at == '\n' || *members->at == '\r'))
        members->at++;
}

static bool take(struct json_members *members, char c)
{
    skip_blanks(members);
    if (members->at >= members->end || *members->at != c)
        return false;
    members->at++;
    return true;
}

/* From an opening quote to behind the closing one. */
static bool skip_string(struct json_members *members)
{
    for (members->at++; members->at < members->end; members->at++) {
        if (*members->at == '\\')
            members->at++;
        else if (*members->at == '"')
            return members->at++, true;
    }
    members->at = members->end;
    return false;
}

/* Brackets are counted, not matched: who wants a value parses it. */
static bool skip_value(struct json_members *members)
{
    size_t depth = 0;
    while (members->at < members->end) {
        char c = *members->at;
        if (c == '"') {
            if (!skip_string(members))
                return false;
            if (!depth)
                return true;
            continue;
        }
        if (!depth && (c == ',' || c == '}' || c == ']'))
            return true;
        members->at++;
        if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && --depth == 0)
            return true;
    }
    return false;
}

void json_members_begin(struct json_members *members, const char *text, size_t length)
{
    *members = (struct json_members){text, text ? text + length : text};
    if (!take(members, '{'))
        members->at = members->end;
}

bool json_members_next(struct json_members *members, struct json_member *out)
{
    take(members, ',');
    skip_blanks(members);
    if (members->at >= members->end || *members->at != '"')
        return false;
    out->name = members->at + 1;
    if (!skip_string(members))
        return false;
    out->name_length = (size_t)(members->at - 1 - out->name);
    if (!take(members, ':'))
        return false;
    skip_blanks(members);
    out->value = members->at;
    if (!skip_value(members))
        return false;
    out->length = (size_t)(members->at - out->value);
    return true;
}

bool json_member_is(const struct json_member *member, const char *name)
{
    return member->name_length == strlen(name) &&
           memcmp(member->name, name, member->name_length) == 0;
}
