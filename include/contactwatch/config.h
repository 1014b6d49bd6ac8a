/*
 * Configuration file: INI with repeated keys kept in order and sections that may carry a name
 * ([queue Billing], [alert long-wait]). Values may be of any length; comments on their own line (#
 * or ;).
 */
#ifndef CONTACTWATCH_CONFIG_H
#define CONTACTWATCH_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "contactwatch/err.h"
#include "contactwatch/mem.h"

struct config_item {
    const char *section; /* "" before the first section; "alert" of [alert long-wait] */
    const char *name;    /* "long-wait", or "" */
    const char *key, *value;
    int line;
};
struct config {
    struct arena arena;
    struct config_item *item;
    size_t count, capacity;
    char *path;
};

enum { CONFIG_MAX_BYTES = 1 << 20 };

bool config_parse(struct config *config, const char *text, size_t length, const char *path,
                  struct err *err);
/* A file that is not there is an empty config when `optional`. Warns (log) when others can read it.
 */
bool config_load(struct config *config, const char *path, bool optional, struct err *err);
/* The last value of a key in a section ("" name), or NULL. */
const char *config_get(const struct config *config, const char *section, const char *name,
                       const char *key);
void config_free(struct config *config);

#endif
