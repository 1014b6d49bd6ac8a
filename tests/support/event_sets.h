/* Random sets of events of one contact, as a contact centre sends them at its worst: for property
 * tests. */
#ifndef TESTS_EVENT_SETS_H
#define TESTS_EVENT_SETS_H

#include "contactwatch/event.h"
#include "contactwatch/rng.h"

enum { EVENT_SET_MAX = 256 };

struct event_set {
    const char *contact_id;
    struct event event[EVENT_SET_MAX];
    size_t count;
};

/*
 * A life of a contact with ties, transfers, lost events, data updates, types nobody knows yet,
 * times that are not known, two bodies for one event, a flow that sets attributes and flags, agent
 * states. Lives in the arena.
 */
void event_set_make(struct event_set *set, struct arena *arena, struct rng *rng);
void event_set_shuffle(struct event_set *set, struct rng *rng);
/* Delivers some of the events again. */
void event_set_repeat(struct event_set *set, struct rng *rng);

#endif
