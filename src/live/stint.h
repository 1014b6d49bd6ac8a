/*
 * Stints: one stay of a contact in a queue, known by (contact, enqueueTimestamp). They outlive the
 * rows, so that the day's service level and abandonment stay right when an ended contact has left
 * the table.
 */
#ifndef LIVE_STINT_H
#define LIVE_STINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum stint_flag {
    STINT_STANDARD = 1 << 0, /* queueType STANDARD */
    STINT_CALLBACK = 1 << 1, /* method CALLBACK */
    STINT_EXCLUDED = 1 << 2, /* a monitor or third-party leg, or unsure: in no tile */
    STINT_ANSWERED = 1 << 3,
    STINT_CUT = 1 << 4,           /* ended by the disconnect, without an agent */
    STINT_SPOKEN = 1 << 5,        /* voice or chat: can be abandoned */
    STINT_TOOK_CALLBACK = 1 << 6, /* CreateCallback was logged */
    STINT_EXIT = 1 << 7,          /* the flow transferred or disconnected it after the enqueue */
    STINT_SUCCESSOR = 1 << 8,     /* a member of the chain came from it */
};

struct stint {
    uint64_t contact; /* hash of the contact id */
    int64_t enqueued;
    int64_t left;      /* INSTANT_NONE = still in the queue */
    const char *queue; /* ARN, pooled */
    uint32_t next;     /* of the same contact */
    uint16_t flags;    /* enum stint_flag */
};

#define NO_STINT UINT32_MAX

struct stints {
    struct stint *item;
    size_t count, capacity;
    uint32_t *slot; /* by contact: the newest of each; open addressing */
    size_t slots;
    size_t contacts;
};

/* The first stint of a contact; the others follow by next. NO_STINT if none. */
uint32_t stint_first(const struct stints *stints, uint64_t contact);
/* The stint of (contact, enqueued), made if new. The pointer is valid until the next call. */
struct stint *stint_get(struct stints *stints, uint64_t contact, int64_t enqueued, bool *made);
bool stint_abandoned(const struct stint *stint);
/* Drops those that left before `before`; release is told each queue text. */
void stint_prune(struct stints *stints, int64_t before,
                 void (*release)(void *context, const char *queue), void *context);
void stint_free(struct stints *stints);

#endif
