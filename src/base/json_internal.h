/* Shared by the files of the JSON guard and by the decoder, which cuts oversized envelopes into
 * their records. */
#ifndef BASE_JSON_INTERNAL_H
#define BASE_JSON_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "contactwatch/mem.h"

struct json_scan {
    size_t end;      /* behind the document; where the scan stopped when it failed */
    size_t nodes;    /* at least as many as the tree will have */
    size_t strings;  /* names and values */
    bool repair;     /* something must become U+FFFD first */
    const char *why; /* when refused */
    bool incomplete; /* refused because the text ended too early */
};

/* Looks over one document, leading blanks included. False when it is too deep, too many or cut off.
 */
bool json_scan(const char *text, size_t length, struct json_scan *scan);

/* Where the value at the start of text ends, whatever its size; 0 if it does not end or is too
 * deep. */
size_t json_span(const char *text, size_t length);

/* A copy in the arena in which all that is not sound is U+FFFD. *length is the text's, then the
 * copy's. */
const char *json_repair(struct arena *arena, const char *text, size_t *length);

/* How many bytes of white space (and a byte order mark at the very start) lead the text. */
size_t json_blanks(const char *text, size_t length);

/* The length of the UTF-8 character at text, 0 if it is not sound. */
size_t json_utf8(const char *text, size_t length);

/* Names equal but for the case of an ASCII first letter; name is given in camelCase or PascalCase.
 */
static inline bool json_same_either(const char *a, const char *name) {
    if (a[0] != name[0]) {
        char low = (char)(a[0] | 0x20);
        if (low != (char)(name[0] | 0x20) || low < 'a' || low > 'z')
            return false;
    }
    return a[0] && strcmp(a + 1, name + 1) == 0;
}

#endif
