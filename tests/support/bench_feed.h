/* Feeds for benchmarks, as files of NDJSON, and their way into a store. */
#ifndef TESTS_BENCH_FEED_H
#define TESTS_BENCH_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FEED_ID      "feed%04x-1111-4222-8333-%012u" /* of contact number n: n >> 16 … */
#define FEED_LAST    "That was the last prompt"      /* the text of a long contact's last entry */
#define FEED_ID_TEXT 37

/* Contacts that wait in a queue: four events each, the newest at `now`. */
bool feed_queued(const char *path, unsigned contacts, int64_t now);
/* One contact of so many flow log lines. */
bool feed_long(const char *path, unsigned entries, int64_t now);
bool feed_store(const char *path, const char *store_spec);

#endif
