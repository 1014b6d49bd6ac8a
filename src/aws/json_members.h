/* The members of a JSON object, without a tree: values are skipped over, whatever their size. */
#ifndef AWS_JSON_MEMBERS_H
#define AWS_JSON_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

struct json_member {
    const char *name; /* as written, between its quotes */
    size_t name_length;
    const char *value; /* a JSON document of its own */
    size_t length;
};
struct json_members {
    const char *at, *end;
};

void json_members_begin(struct json_members *members, const char *text, size_t length);
/* False at the object's end, and where it stops being one. */
bool json_members_next(struct json_members *members, struct json_member *out);
bool json_member_is(const struct json_member *member, const char *name);

#endif
