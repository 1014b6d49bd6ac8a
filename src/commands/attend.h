/* Looks after a pipeline without a screen: signals, reports, the service manager. */
#ifndef COMMANDS_ATTEND_H
#define COMMANDS_ATTEND_H

#include "commands/command.h"
#include "contactwatch/ingest.h"

/* Blocks SIGINT, SIGTERM and SIGHUP in this and later threads, for attend to wait for. */
void attend_block_signals(void);

/*
 * Until the source has ended, or a signal asks to stop. The first SIGINT or SIGTERM ends it in
 * order, within 10 s; a second one at once. SIGHUP: `reload` reads the configuration again, NULL
 * stops.
 */
struct reload;
bool attend(struct ingest *ingest, struct reload *reload, struct err *err);

/* One line of what was done; the last one also says what was refused. */
void attend_report(const struct metrics_view *view, bool last);

#endif
