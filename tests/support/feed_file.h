/* Feeds as text, and the real pipeline from a file into an SQLite store. */
#ifndef TESTS_FEED_FILE_H
#define TESTS_FEED_FILE_H

#include "contactwatch/ingest.h"
#include "contactwatch/mem.h"

/* A folder of its own under /tmp with the paths of a feed and a store; feed_folder_remove deletes
 * it all. */
struct feed_folder {
    char folder[64], feed[96], store[96];
};
void feed_folder_make(struct feed_folder *folder);
void feed_folder_remove(struct feed_folder *folder);

/* A contact event `second` s after the full hour before the last; initial NULL = first of its
 * chain. */
void feed_contact(struct buf *out, const char *id, const char *type, const char *initial,
                  unsigned second);
/* A flow log line; `number` tells lines of one second apart. */
void feed_flow(struct buf *out, const char *id, const char *block, unsigned number,
               unsigned second);

/* Ingests the text into the store; returns how many entries were new. Stops the test on a failure.
 */
unsigned feed_ingest(const struct feed_folder *folder, const struct buf *text);

#endif
