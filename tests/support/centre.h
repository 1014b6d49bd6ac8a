/* A simulated contact centre, decoded and folded: what property tests of journeys read. */
#ifndef TESTS_CENTRE_H
#define TESTS_CENTRE_H

#include "contactwatch/map.h"
#include "contactwatch/record.h"

enum { MEMBERS_MAX = 32 };

struct life {
    struct record record;
    struct history history;
};
struct centre {
    struct arena arena;
    struct map by_id;   /* contact id -> struct life */
    struct map by_root; /* chain root -> struct members */
};
struct members {
    struct life *life[MEMBERS_MAX];
    size_t count;
};

/* Bodies of messages in order of delivery. */
struct message_list {
    struct buf *body;
    size_t count, capacity;
    int64_t sent;
};

void messages_simulate(struct message_list *list, uint64_t seed, uint64_t contacts);
void messages_shuffle(struct message_list *list, uint64_t seed);
void messages_free(struct message_list *list);

/* Takes every message so many times, in the order of the list. */
void centre_run(struct centre *centre, const struct message_list *list, int times);
void centre_close(struct centre *centre);

#endif
