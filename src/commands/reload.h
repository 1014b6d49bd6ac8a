/*
 * The configuration read again while the program runs. What can change without a restart does; of
 * the rest it says that it needs one. A file that cannot be read changes nothing.
 */
#ifndef COMMANDS_RELOAD_H
#define COMMANDS_RELOAD_H

#include "commands/command.h"
#include "contactwatch/ingest.h"

struct reload {
    struct invocation *running; /* what the program was started with */
    struct ingest *ingest;
    struct invocation *last; /* what was read last; NULL = nothing yet */
};
bool reload_now(struct reload *reload);
void reload_free(struct reload *reload);

#endif
