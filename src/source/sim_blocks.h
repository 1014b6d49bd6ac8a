/* What executing a flow (sim_run.c) and its blocks that ask, call or end (sim_blocks.c) share. */
#ifndef SOURCE_SIM_BLOCKS_H
#define SOURCE_SIM_BLOCKS_H

#include "source/sim_internal.h"

typedef void (*sim_block_run)(struct sim *sim, struct sim_contact *contact,
                              const struct sim_block *block);

/* To the block of that label (0 = the next one) after the delay; behind the last one the flow
 * rests. */
void sim_go(struct sim *sim, struct sim_contact *contact, char label, int64_t delay);
void sim_again(struct sim *sim, struct sim_contact *contact,
               int64_t delay); /* the same block's next phase */
/* Resolves the text into sim->value2 and says how long it takes to say it. */
int64_t sim_speak(struct sim *sim, const struct sim_contact *contact, const char *text);

void sim_run_input(struct sim *sim, struct sim_contact *contact, const struct sim_block *block);
void sim_run_lambda(struct sim *sim, struct sim_contact *contact, const struct sim_block *block);
void sim_run_number(struct sim *sim, struct sim_contact *contact, const struct sim_block *block);
void sim_run_callback(struct sim *sim, struct sim_contact *contact, const struct sim_block *block);
void sim_run_tag(struct sim *sim, struct sim_contact *contact, const struct sim_block *block);
void sim_run_profile(struct sim *sim, struct sim_contact *contact, const struct sim_block *block);
void sim_run_resume(struct sim *sim, struct sim_contact *contact, const struct sim_block *block);
void sim_run_disconnect(struct sim *sim, struct sim_contact *contact,
                        const struct sim_block *block);

#endif
