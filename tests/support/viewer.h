/* A viewer of a DynamoDB store that keeps what it is given, as the screen does, and writers with
 * clocks of their own; to compare what the one has with what the others stored. */
#ifndef CONTACTWATCH_TESTS_VIEWER_H
#define CONTACTWATCH_TESTS_VIEWER_H

#include "contactwatch/map.h"
#include "contactwatch/store.h"
#include "store_fixture.h"

extern int64_t viewer_now; /* the clock of all, ms */

/* A store whose clock is off by so much. The clock is the store's own, and lives as long as the
 * program. */
struct store *viewer_store(int64_t off_ms, bool read_only);

struct viewer {
    struct store *store;
    struct store_cursor cursor;
    struct map record;               /* contact id → canonical record and version */
    struct map entry;                /* contact id and identity → itself */
    struct map agent;                /* ARN → status */
    size_t records, entries, agents; /* times handed out */
    size_t orphans;                  /* entries of contacts not handed out */
    size_t again;                    /* entries handed out before */
    size_t backward;                 /* records handed out in an older state than before */
    size_t stop_after;               /* things; 0 = never */
};
void viewer_open(struct viewer *viewer, bool read_only);
void viewer_close(struct viewer *viewer);
void viewer_load(struct viewer *viewer, int64_t since);
/* Asks for changes once; false when that failed. */
bool viewer_look(struct viewer *viewer, size_t limit);
/* … until nothing comes. */
void viewer_follow(struct viewer *viewer, size_t limit);
struct store_health viewer_health(struct viewer *viewer);

/* Asserts that the viewer has every record of the store in its last state; and, with entries, each
 * entry of all histories. */
void viewer_expect_whole(struct viewer *viewer, bool entries);

#endif
