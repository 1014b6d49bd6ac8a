/*
 * A simulated contact centre: emits the exact wire forms (EventBridge envelopes, CloudWatch Logs
 * subscription payloads, agent events), deterministic by seed. Pure generator with its own virtual
 * clock; the sim source and `simulate` play it.
 */
#ifndef CONTACTWATCH_SIM_H
#define CONTACTWATCH_SIM_H

#include "contactwatch/err.h"
#include "contactwatch/instant.h"
#include "contactwatch/mem.h"

enum { SIM_DEFAULT_RATE = 20, SIM_MAX_RATE = 20000 }; /* contacts a minute */

struct sim_options {
    uint64_t seed;
    int64_t start;     /* virtual time of the first arrival */
    double rate;       /* contacts a minute, mean over the day; 0 = SIM_DEFAULT_RATE */
    uint64_t contacts; /* arrivals after which no more come, 0 = no end; transfers and call-backs
                          come on top */
    double duplicates; /* share of messages that come twice, 0…1 */
    double disorder;   /* … that come up to half a minute out of order */
    double late;       /* … that come one to ten minutes late */
    /*
     * NULL = built in. An INI file; its section [sim] holds, each repeatable, in order: `queue =
     * NAME` (at most 9, replaces all queues), `agent = USER` (at most 10,000, the first to be
     * called in), `flow = NAME` and `lambda = NAME` (rename the built-in ones in the order
     * sim_write_names has them). Other sections are left alone.
     */
    const char *names_file;
};

struct sim;
struct sim *sim_new(const struct sim_options *options, struct err *err);
/* The next message in order of delivery: body appended to *body (cleared first), due = when it
 * arrives. False at the end. */
bool sim_next(struct sim *sim, struct buf *body, int64_t *due);
/* When the next message is due, INT64_MAX at the end. */
int64_t sim_due(const struct sim *sim);
/* Names (ARN = name lines) of its queues, agents, flows, prompts, as a names file. */
void sim_write_names(const struct sim *sim, struct buf *out);
void sim_free(struct sim *sim);

#endif
