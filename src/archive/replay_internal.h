/*
 * The order in which an archive's entries are played: documents wait, packed, for the time of their
 * first entry; then their entries wait for their own.
 */
#ifndef ARCHIVE_REPLAY_INTERNAL_H
#define ARCHIVE_REPLAY_INTERNAL_H

#include "archive/archive_internal.h"

/* Something that waits for its time: a document by its name and gzip, or an entry as a message. */
struct waiting {
    int64_t time;
    uint64_t number; /* of equals the one put first comes first */
    char *name;      /* of a document; NULL = an entry */
    struct buf body;
};
/* A heap, the earliest on top. Zero-initialise. */
struct waiting_heap {
    struct waiting *item;
    size_t count, capacity;
    uint64_t put;
    size_t bytes; /* of all that waits */
};
void waiting_put(struct waiting_heap *heap, struct waiting waiting);
struct waiting waiting_take(struct waiting_heap *heap); /* the earliest, the caller's; count > 0 */
void waiting_free(struct waiting *waiting);
void waiting_clear(struct waiting_heap *heap);

/* The message of one entry: an item with a history of one. */
void replay_message(struct buf *out, const char *contact_id, const struct entry *entry);

#endif
