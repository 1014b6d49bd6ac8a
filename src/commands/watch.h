/* What watch and demo share: a store, perhaps a source ingested into it, and the screen on them. */
#ifndef COMMANDS_WATCH_H
#define COMMANDS_WATCH_H

#include <stdatomic.h>

#include "commands/setup.h"
#include "commands/state.h"
#include "contactwatch/service.h"
#include "contactwatch/ui.h"

struct watch {
    struct invocation *invocation;
    const char *store;                   /* spec */
    struct source *source;               /* until the pipeline takes it */
    _Atomic(struct ingest *) ingest;     /* read by the pipeline's threads as well */
    _Atomic(struct follower *) follower; /* likewise */
    struct store_options follow;         /* of the follower's store */
    struct caretaker *caretaker;
    struct listener *listener; /* --metrics */
    const char *source_kind;   /* of the pipeline's source */
    struct inbox inbox;
    struct live *live;
    struct ui *ui;
    struct state_file state;
    struct names names; /* more names for the live model, listed; set by the caller */
    bool wait_for_past; /* the screen opens once the source has told its past */
    bool recorded;      /* the source is a file that is not followed: it may be of another day */
    _Atomic int64_t
        behind; /* ms that the picture's clock is behind the wall's: a recorded feed sets it */
};

/* Runs the screen until the user leaves; the exit status. Fields set by the caller: invocation,
 * store, source, recorded, names, wait_for_past. */
int watch_run(struct watch *watch);

/* Starts --metrics, if it is wanted; the pipeline runs. */
bool watch_listen(struct watch *watch, struct err *err);

/* The texts live as long as the invocation. */
void watch_ui_options(struct watch *watch, struct ui_options *out, const struct clock *clock);

/* The screen's way to follower, pipeline and state file of a watch that outlives it. */
void watch_host(struct watch *watch, struct ui_host *out);

#endif
