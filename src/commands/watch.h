/* What watch and demo share: a store, perhaps a source ingested into it, and the screen on them. */
#ifndef COMMANDS_WATCH_H
#define COMMANDS_WATCH_H

#include <stdatomic.h>

#include "commands/setup.h"
#include "commands/state.h"
#include "contactwatch/ui.h"

struct watch {
    struct invocation *invocation;
    const char *store;     /* spec */
    struct source *source; /* until the pipeline takes it */
    struct ingest *ingest;
    struct follower *follower;
    struct inbox inbox;
    struct live *live;
    struct ui *ui;
    struct state_file state;
    bool recorded; /* the source is a file that is not followed: it may be of another day */
    _Atomic int64_t
        behind; /* ms that the picture's clock is behind the wall's: a recorded feed sets it */
};

/* Runs the screen until the user leaves; the exit status. Fields set by the caller: invocation,
 * store, source, recorded. */
int watch_run(struct watch *watch);

#endif
