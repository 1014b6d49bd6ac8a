#ifndef COMMANDS_OPTION_VALUE_H
#define COMMANDS_OPTION_VALUE_H

#include "commands/command.h"

/* Sets an option from text; from says where it was given, for messages (NULL = the default). */
bool option_set(struct invocation *invocation, enum option_id id, const char *text,
                const char *from, struct err *err);
bool option_taken(const struct invocation *invocation, enum option_id id);

#endif
