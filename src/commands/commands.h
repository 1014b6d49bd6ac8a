/* One function per command; each in the file of its name, the small ones in commands.c. Returns the
 * exit status. */
#ifndef COMMANDS_COMMANDS_H
#define COMMANDS_COMMANDS_H

#include "commands/command.h"

int run_watch(struct invocation *invocation);
int run_demo(struct invocation *invocation);
int run_ingest(struct invocation *invocation);
int run_replay(struct invocation *invocation);
int run_simulate(struct invocation *invocation);
int run_list(struct invocation *invocation);
int run_show(struct invocation *invocation);
int run_init(struct invocation *invocation);
int run_doctor(struct invocation *invocation);
int run_lookup(struct invocation *invocation);
int run_forget(struct invocation *invocation);
int run_archive(struct invocation *invocation);
int run_lambda(struct invocation *invocation);

#endif
