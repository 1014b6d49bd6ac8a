/*
 * JSON as requests carry it: parsed in place into an arena, strings with their lengths (a NUL may
 * be inside). Of the fake's own, so that a mistake in the program's reader shows.
 */
#ifndef TESTS_FAKE_JSON_H
#define TESTS_FAKE_JSON_H

#include "contactwatch/mem.h"

enum jv_type { JV_NULL, JV_BOOL, JV_NUMBER, JV_STRING, JV_ARRAY, JV_OBJECT };
struct jv {
    enum jv_type type;
    bool boolean;
    const char *name; /* of a member */
    size_t name_length;
    const char *text; /* of a string, or a number as written; followed by a NUL */
    size_t length;
    struct jv *child, *next;
    size_t count; /* of children */
};

/* Overwrites text, which must be followed by a NUL. NULL when it is no JSON. */
struct jv *jv_parse(struct arena *arena, char *text, size_t length);
const struct jv *jv_get(const struct jv *object, const char *name); /* NULL = absent */
const char *jv_text(const struct jv *object, const char *name);     /* NULL = no such string */
bool jv_true(const struct jv *object, const char *name);
/* A number, or a number in a string; otherwise the default. */
double jv_number(const struct jv *object, const char *name, double otherwise);
int64_t jv_integer(const struct jv *object, const char *name, int64_t otherwise);

/* Appends the value again as JSON (without its own name). */
void jv_write(struct buf *out, const struct jv *value);
/* Appends a quoted string. */
void jv_quote(struct buf *out, const char *text, size_t length);
void jv_quote_text(struct buf *out, const char *text);

#endif
