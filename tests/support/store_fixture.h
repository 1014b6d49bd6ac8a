/* Batches of made-up events for store tests, and a store's content as text, to compare byte for
 * byte. */
#ifndef CONTACTWATCH_TESTS_STORE_FIXTURE_H
#define CONTACTWATCH_TESTS_STORE_FIXTURE_H

#include "contactwatch/event.h"
#include "contactwatch/rng.h"
#include "contactwatch/store.h"

#define FIXTURE_START INT64_C(1700000000000) /* the time the made-up events are about */

enum { BATCH_CONTACTS = 512 };

/* Deltas and entries as the ingestion builds them. Zero-initialise; batch_clear keeps the memory.
 */
struct batch {
    struct arena arena;
    struct record delta[BATCH_CONTACTS];
    struct history history[BATCH_CONTACTS];
    struct store_change change[BATCH_CONTACTS];
    size_t count;
};
void batch_clear(struct batch *batch);
void batch_free(struct batch *batch);

/* Folds one event into the batch. Texts are borrowed until batch_clear. */
void batch_add(struct batch *batch, const struct event *event);

/* A contact event; more members may be set before batch_add. n tells events of one contact and
 * moment apart. */
struct event fixture_contact(struct batch *batch, const char *contact_id, enum lifecycle state,
                             int64_t time);
struct event fixture_flow(struct batch *batch, const char *contact_id, int64_t time, unsigned n,
                          unsigned marks);
/* The same as another event would be with this body or log event id, which are outside its
 * identity. */
void fixture_body(struct batch *batch, struct event *event, const char *word);

/* Adds `events` random ones over contacts 0 … contacts-1: same seed, same events. */
void batch_random(struct batch *batch, struct rng *rng, unsigned contacts, unsigned events);
const char *fixture_id(struct arena *arena, unsigned contact);

/* Applies and asserts that every contact was stored; returns how many entries were fresh. */
unsigned batch_store(struct store *store, struct batch *batch);

/* Every contact with its history, by id: canonical records and whole entries. Free with buf_free.
 */
struct buf store_dump(struct store *store);

#endif
