/* Shared by the files of the JSON guard and by the decoder, which cuts oversized envelopes into
 * their records. */
#ifndef BASE_JSON_INTERNAL_H
#define BASE_JSON_INTERNAL_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "contactwatch/mem.h"

#define JSON_CUT_OFF "JSON is cut off"

struct json_end {
    size_t at;       /* behind the document; where it went wrong when it was refused */
    const char *why; /* when refused */
    bool cut_off;    /* refused because the text ended too early */
};

/* One document of at most `most` bytes, leading blanks included, into a tree in the arena; NULL
 * when refused, and then nothing is allocated. */
cJSON *json_build(struct arena *arena, const char *text, size_t length, size_t most,
                  struct json_end *end);

/* Where the value at the start of text ends, whatever its size; 0 if it does not end or is too
 * deep. */
size_t json_span(const char *text, size_t length);

/* json_walk.c: *at starts at the text of an object or array, and is moved; false behind the last
 * one, with *at at the end, or at what is no JSON. A name is the raw text between its quotes. */
struct json_part {
    const char *text;
    size_t length;
};
bool json_next_element(const char **at, const char *end, struct json_part *value);
bool json_next_member(const char **at, const char *end, struct json_part *name,
                      struct json_part *value);

/* Skips what is plain within a string: stops at a quote, a backslash, a NUL, or beyond ASCII. */
const char *json_plain(const char *p, const char *end);

/* The closing quote of a string, or NULL; *room is what its text takes at most, without a NUL. */
const char *json_string_end(const char *p, const char *end, size_t *room);

/* Writes the text up to the closing quote, NUL-terminated, with U+FFFD for what is not sound.
 * False: no JSON escape. */
bool json_unescape(char *out, const char *p, const char *close);

/* The end of the number at p, by JSON's grammar; NULL if it is none. */
const char *json_number_end(const char *p, const char *end);
/* An integer of few digits, as most numbers are; NAN for all others: read those by json_decimal. */
double json_number(const char *text, size_t length);
/* By strtod, which wants the point of the locale: it is put into the text. */
double json_decimal(char *text);
void json_write_number(struct buf *out, double value);

/* How many bytes of white space (and a byte order mark at the very start) lead the text. */
size_t json_blanks(const char *text, size_t length);

/* Names equal but for the case of an ASCII first letter; name is given in camelCase or PascalCase.
 */
static inline bool json_same_either(const char *a, const char *name)
{
    if (a[0] != name[0]) {
        char low = (char)(a[0] | 0x20);
        if (low != (char)(name[0] | 0x20) || low < 'a' || low > 'z')
            return false;
    }
    return a[0] && strcmp(a + 1, name + 1) == 0;
}

#endif
