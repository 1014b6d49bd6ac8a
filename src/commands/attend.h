/* Looks after a pipeline without a screen: signals, reports, the service manager. */
#ifndef COMMANDS_ATTEND_H
#define COMMANDS_ATTEND_H

#include "commands/command.h"
#include "contactwatch/ingest.h"

/* Blocks SIGINT, SIGTERM and SIGHUP in this and later threads, for attend to wait for. */
void attend_block_signals(void);

/*
 * A thread that looks after the pipeline until it is closed. The first SIGINT or SIGTERM ends it in
 * order, closing included, within 10 s, or else the process with EXIT_FAILED; a second one at once.
 * SIGHUP: `reload`, which outlives it, reads the configuration again; NULL stops. NULL with err
 * when there is no thread.
 */
struct attendant;
struct reload;
struct attendant *attend_begin(struct ingest *ingest, struct reload *reload, struct err *err);
/* Until the source has ended, or a signal asked to stop; the pipeline may be freed then. False with
 * err when something could not be taken and nobody asked to stop. */
bool attend_wait(struct attendant *attendant, struct err *err);
void attend_end(struct attendant *attendant); /* once the pipeline is closed; NULL is none */

/* One line of what was done; the last one also says what was refused. */
void attend_report(const struct metrics_view *view, bool last);

#endif
