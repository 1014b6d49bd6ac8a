/*
 * Masking of personal data on its way out of the program to eyes: by key, by
 * shape, and any value hidden once is hidden wherever it recurs in the chain. Interchange JSON is
 * never masked.
 */
#ifndef CONTACTWATCH_MASK_H
#define CONTACTWATCH_MASK_H

#include <cjson/cJSON.h>
#include <regex.h>
#include <stdbool.h>
#include <stdint.h>

#include "contactwatch/err.h"
#include "contactwatch/map.h"
#include "contactwatch/mem.h"

struct mask {
    regex_t keys;         /* names of attributes whose values are hidden */
    struct map known;     /* values of 3 or more characters hidden by key or shape in this chain */
    struct map safe;      /* agent user names: never hidden */
    bool off;             /* unmasked: everything passes as it is */
    struct map seen_keys; /* names asked before, and the answer */
    uint64_t lengths;     /* which lengths occur in `known`: bit n, 63 = 63 and more */
    unsigned char first[32]; /* which first bytes occur in `known`, folded */
};

bool mask_init(struct mask *mask, const char *key_pattern,
               struct err *err); /* NULL = the default pattern */
void mask_free(struct mask *mask);
void mask_forget(struct mask *mask);                 /* drops known values: another chain */
void mask_safe(struct mask *mask, const char *name); /* this agent user name stays */
bool mask_key(const struct mask *mask,
              const char *key); /* is this name one whose value is hidden? */

/* Learns from a history entry's JSON: the values to hide (of objects, Name=Value items), and the
 * agent's user name, which stays shown. */
void mask_learn_json(struct mask *mask, const cJSON *value);

/*
 * Appends text with shapes and known values hidden; key (may be NULL) is the name it belongs to.
 * In all three mask may be NULL: unmasked.
 */
void mask_text(struct buf *out, const struct mask *mask, const char *key, const char *text);
void mask_phone(struct buf *out, const struct mask *mask, const char *number); /* •••••1234 */
void mask_digits(struct buf *out, const struct mask *mask,
                 const char *digits); /* •••• ; one digit stays */

/*
 * Appends the JSON of a tree with personal values hidden by their place in it: members, Name=Value
 * items, Key and Value pairs, typed digits. indent: blanks a level, 0 = all on one line.
 */
void mask_json(struct buf *out, const struct mask *mask, const cJSON *value, unsigned indent);

#endif
