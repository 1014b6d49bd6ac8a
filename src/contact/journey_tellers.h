/* The tellers of single block types, named by journey_table.c. Private to the journey's files. */
#ifndef CONTACTWATCH_JOURNEY_TELLERS_H
#define CONTACTWATCH_JOURNEY_TELLERS_H

#include "contact/journey_internal.h"

/* journey_friendly_blocks.c, journey_friendly_input.c: each tells no line, or one and more */
void friendly_callback(struct teller *teller, const struct block *block);
void friendly_callback_number(struct teller *teller, const struct block *block);
void friendly_check(struct teller *teller, const struct block *block);
void friendly_disconnect(struct teller *teller, const struct block *block);
void friendly_entry(struct teller *teller, const struct block *block);
void friendly_loop(struct teller *teller, const struct block *block);
void friendly_menu(struct teller *teller, const struct block *block);
void friendly_message(struct teller *teller, const struct block *block);
void friendly_prompt(struct teller *teller, const struct block *block);
void friendly_sign_in(struct teller *teller, const struct block *block);
void friendly_transfer(struct teller *teller, const struct block *block);

/* journey_techy_blocks.c, journey_techy_values.c: each says what the block did, into teller->did
 * and ->result */
void techy_attributes(struct teller *teller, const struct block *block);
void techy_callback(struct teller *teller, const struct block *block);
void techy_callback_number(struct teller *teller, const struct block *block);
void techy_check_attribute(struct teller *teller, const struct block *block);
void techy_dial(struct teller *teller, const struct block *block);
void techy_input(struct teller *teller, const struct block *block);
void techy_lambda(struct teller *teller, const struct block *block);
void techy_loop(struct teller *teller, const struct block *block);
void techy_metrics(struct teller *teller, const struct block *block);
void techy_module(struct teller *teller, const struct block *block);
void techy_profile(struct teller *teller, const struct block *block);
void techy_prompt(struct teller *teller, const struct block *block);
void techy_recording(struct teller *teller, const struct block *block);
void techy_repeat(struct teller *teller, const struct block *block);
void techy_resume(struct teller *teller, const struct block *block);
void techy_return(struct teller *teller, const struct block *block);
void techy_set_flow(struct teller *teller, const struct block *block);
void techy_set_queue(struct teller *teller, const struct block *block);
void techy_tags(struct teller *teller, const struct block *block);
void techy_transfer(struct teller *teller, const struct block *block);
void techy_wait(struct teller *teller, const struct block *block);

enum hearer { HEARD_BY_CUSTOMER, HEARD_BY_AGENT, HEARD_BY_TRANSFERRER };
/* journey_hearer.c */
enum hearer hearer_of(const struct leg_story *leg, const struct moment *moment);
void say_hearer(struct teller *teller, enum hearer hearer); /* one of the agents */

/* Shared by the techy tellers: the parameters named, comma separated (NULL: all), as values or
 * name=value. */
void techy_params(struct teller *teller, const struct moment *moment, const char *names);
/* The line of one entry folded under its block. */
void techy_member(struct teller *teller, const struct block *block, const struct moment *moment);

#endif
