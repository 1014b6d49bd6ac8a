/*
 * The state file: what is set on purpose in the screen and persists (saved views, columns, sort).
 * The user's own configuration is never written. Lines "key = value", replaced as a whole by a
 * rename, mode 0600.
 */
#ifndef COMMANDS_STATE_H
#define COMMANDS_STATE_H

#include <stdbool.h>

#include "contactwatch/map.h"

struct state_file {
    char *path; /* NULL: nowhere to keep it */
    struct map value;
};

void state_load(struct state_file *state); /* a file that is missing or broken is an empty state */
bool state_save(struct state_file *state, const char *key, const char *value); /* NULL removes */
const char *state_find(const struct state_file *state, const char *key);
void state_free(struct state_file *state);

#endif
