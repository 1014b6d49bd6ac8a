/*
 * JSON from outside into cJSON's tree, and the canonical form.
 *
 * cJSON's own parser takes trailing text, invalid UTF-8 and a million nodes, cuts strings at \u0000
 * and refuses a whole document for one lone surrogate. This one builds the same tree in one guarded
 * pass, in an arena: it repairs what can be repaired, refuses the rest, and costs less.
 */
#ifndef CONTACTWATCH_JSON_H
#define CONTACTWATCH_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contactwatch/err.h"
#include "contactwatch/mem.h"

enum {
    JSON_MAX_BYTES = 1 << 20,
    JSON_MAX_DEPTH = 100,
    JSON_MAX_NODES = 100000,
};

/*
 * Parses one JSON document of at most JSON_MAX_BYTES, depth JSON_MAX_DEPTH and JSON_MAX_NODES
 * values. Invalid UTF-8, lone surrogates and \u0000 become U+FFFD; text after the document is
 * refused. The tree lives in the arena: never cJSON_Delete it. NULL with err set when refused; err
 * names the byte offset. Thread-safe as long as each thread has its own arena.
 */
cJSON *json_parse(struct arena *arena, const char *text, size_t length, struct err *err);

/* As json_parse for a document that may be followed by others: *end is the offset behind the one
 * parsed. */
cJSON *json_parse_first(struct arena *arena, const char *text, size_t length, size_t *end,
                        struct err *err);

/* As json_parse_first, of any size: for an answer whose size is capped where it is read, and that
 * is large by its strings, not by its values. */
cJSON *json_parse_texts(struct arena *arena, const char *text, size_t length, struct err *err);

/* Member by exact name; json_either takes the first letter in either case. NULL if
 * absent. */
const cJSON *json_get(const cJSON *object, const char *name);
const cJSON *json_either(const cJSON *object, const char *name);

/* The text of a string member, or NULL when absent, not a string, or empty. */
const char *json_text(const cJSON *object, const char *name);
const char *json_text_either(const cJSON *object, const char *name);

/*
 * The canonical form: members sorted by name bytewise, of a repeated name the first, no blanks,
 * shortest numbers, UTF-8 kept, only ", \ and controls escaped. skip (NULL-terminated, may be NULL)
 * are names left out at the top level.
 */
void json_canonical(struct buf *out, const cJSON *value, const char *const *skip);

/* Appends a quoted JSON string. json_quote_safe also writes bidi, zero-width and C1 characters as
 * \u escapes. */
void json_quote(struct buf *out, const char *text);
void json_quote_safe(struct buf *out, const char *text);

/* Rewrites JSON text so that every control, bidi and zero-width character in it is a \u escape. */
void json_write_safe(struct buf *out, const char *json, size_t length);

#endif
