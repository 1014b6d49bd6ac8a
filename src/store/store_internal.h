/* What the implementations share: how store_open finds them, and caps that every store keeps. */
#ifndef CONTACTWATCH_STORE_INTERNAL_H
#define CONTACTWATCH_STORE_INTERNAL_H

#include "contactwatch/store.h"

enum {
    STORE_BODY_MAX =
        2
        << 20, /* bytes of one entry's body: DECODE_MAX_RECORD, and what its canonical form adds */
    STORE_RECORD_MAX = 1 << 20, /* bytes of one record, packed */
};

struct store *sqlite_store_open(const char *path, const struct store_options *options,
                                struct err *err);

struct store *dynamodb_store_open(const char *tables, const struct store_options *options,
                                  struct err *err);

/* store_contained.c: the entries of a history, to be asked for by identity. Contained is an entry
 * whose join with the one there would change nothing. Borrows the history. */
struct store_contained {
    const struct entry **entry; /* by identity */
    size_t count;
};
void store_contained_open(struct store_contained *contained, const struct history *history);
bool store_contains(const struct store_contained *contained, const struct entry *entry);
void store_contained_close(struct store_contained *contained);

/* Why this change can never be stored, or NULL when it can. */
const char *store_change_fault(const struct store_change *change);

#endif
