/* A contact with its chain and all their histories, read from a store. */
#ifndef COMMANDS_BUNDLE_H
#define COMMANDS_BUNDLE_H

#include "contactwatch/journey.h"
#include "contactwatch/store.h"

struct bundle {
    struct record *record;
    struct history *history; /* one per record */
    size_t count, capacity;
    size_t leg; /* the contact asked for */
    struct arena arena;
};

/* id: a contact id, or the first 4 or more characters of exactly one. */
bool bundle_load(struct bundle *bundle, struct store *store, const char *id, struct err *err);
void bundle_free(struct bundle *bundle);

#endif
