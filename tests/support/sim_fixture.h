/* A run of the simulated contact centre, and what was seen of it. */
#ifndef TESTS_SIM_FIXTURE_H
#define TESTS_SIM_FIXTURE_H

#include "contactwatch/decode.h"
#include "contactwatch/map.h"
#include "contactwatch/sim.h"

#define SIM_SEED  UINT64_C(20251113)
#define SIM_START INT64_C(1763026200000) /* 2025-11-13T09:30:00Z */

struct seen {
    int64_t initiated, enqueued, answered, ended;
    bool voice_or_chat, callback;
    char link[3][64]; /* initial, previous, related */
};

/* What was seen of one run. */
struct sim_seen {
    struct map contacts; /* id -> struct seen */
    struct map kinds;    /* "VOICE INBOUND", "event QUEUED", "state CONNECTED", "block SetQueue" */
    struct map bodies;   /* hash of a message -> not NULL */
    bool keep_arns;
    struct map arns;          /* every ARN named in an entry */
    const char *const *until; /* NULL-terminated kinds: when all were seen, that is enough */
    struct sim *sim;
    uint64_t messages, twice, events, refused, agents, contact_events, slow, very_slow;
    int64_t due;
};

/* The default centre at this rate of contacts a minute. */
struct sim_options sim_plain(double rate);

/* Runs the centre for some minutes, or to its end when 0. */
void sim_watch(struct sim_seen *centre, const struct sim_options *options, int64_t minutes);

/* Frees and clears. */
void sim_leave(struct sim_seen *centre);

#endif
