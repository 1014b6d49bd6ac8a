/* A contact with its chain and all their histories, found by its id or the beginning of it. */
#ifndef COMMANDS_BUNDLE_H
#define COMMANDS_BUNDLE_H

#include "contactwatch/store.h"

struct bundle {
    struct store_chain chain;
    size_t leg; /* the contact asked for */
    struct arena arena;
};

/* id: a contact id, or the first 4 or more characters of exactly one. */
bool bundle_load(struct bundle *bundle, struct store *store, const char *id, struct err *err);
void bundle_free(struct bundle *bundle);

#endif
