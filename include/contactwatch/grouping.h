/*
 * The events of some messages grouped by contact, ready to be joined into a store: one delta with
 * its entries a contact, one word an agent, and the lines of what was refused. No I/O, no clock, no
 * lock; everything lives until the grouping is emptied.
 */
#ifndef CONTACTWATCH_GROUPING_H
#define CONTACTWATCH_GROUPING_H

#include "contactwatch/map.h"
#include "contactwatch/record.h"

/* What a grouping holds of one contact. */
struct group {
    const char *contact_id;
    uint64_t hash; /* of the id */
    struct record delta;
    struct history entries; /* array in the grouping's arena */
    void *owner;            /* the caller's, NULL at first */
};

struct group_slot {
    uint64_t hash;
    struct group *group; /* NULL = free */
};

/* Zero-initialise. */
struct grouping {
    struct arena arena; /* events, groups, entries */
    struct group_slot *slot;
    size_t slots, groups;
    struct map agents;  /* ARN -> struct agent_event *, the newest; in the arena */
    struct buf refused; /* quarantine lines, at most QUARANTINE_MAX */
    size_t refusals;
};
void grouping_empty(struct grouping *grouping); /* keeps memory */
void grouping_free(struct grouping *grouping);

/* Joins an event into its contact's group, which is made when it is the first; returns the group.
 * The event and its texts stay the caller's, usually in the grouping's arena. */
struct group *grouping_event(struct grouping *grouping, const struct event *event);
/* The next group, in no order: for (size_t i = 0; (group = grouping_next(grouping, &i));) */
struct group *grouping_next(const struct grouping *grouping, size_t *position);
/* Once all events are there: sorts the entries; how many were there more than once. */
size_t group_sort(struct group *group);

/* Keeps the newest word of each agent; false when it does not fit (agent_event_fits). */
bool grouping_agent(struct grouping *grouping, const struct agent_event *agent);
/* All of them, `agents.count`, in the arena. */
const struct agent_event *grouping_agents(struct grouping *grouping);

/* Adds a line of a record refused; see quarantine_line. */
void grouping_refuse(struct grouping *grouping, int64_t now, const char *where, const char *why,
                     const char *record, size_t length);
/* Takes back the lines added since the mark, as if they had not been: for a message that is left to
 * its queue's redrive. */
struct refusals_mark {
    size_t length, refusals;
    bool full;
};
struct refusals_mark grouping_mark(const struct grouping *grouping);
void grouping_take_back(struct grouping *grouping, struct refusals_mark mark);

#endif
