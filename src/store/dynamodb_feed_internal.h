/*
 * The feed: how a flush is packed, who wrote what, and what is read back.
 *
 * A flush item: Feed_Shard "FEED#0".."FEED#3" (a writer's own for good), Written
 * "<ms, 13 digits>#<writer>#<seq, 10 digits>", Packed, and Prior: the ms of the writer's item
 * before, 0 for its first. Times of one writer never go back, and an item is put only behind the
 * one before, so that a missing number means an item that is not there (yet).
 *
 * A beat: Feed_Shard "FEED#BEAT", Written "<ms>#<writer>", Seq (the writer's last number), Prior
 * (that item's ms), Shard, and when the pipeline gave one its word in "Beat_…". Every writer beats
 * with its first flush and then with one every few seconds, so that readers know of all of them by
 * one small partition.
 *
 * Packed is zlib with ddb_dictionary (gzip is read too) of lines of JSON:
 *   {"feed":1}
 *   {"c":ID,"r":RECORD}   a row, its record as stored; without "r" only entries are new; with
 *                         "h":true entries too large for the feed are new: read the history
 *   {"e":[TIME,RANK,TYPE,MARKS,ID,LENGTH,LOG_EVENT_ID]}  an entry of the row, its body
 *   BODY                                                  of LENGTH bytes in the next line
 *   {"a":AGENT}
 */
#ifndef STORE_DYNAMODB_FEED_INTERNAL_H
#define STORE_DYNAMODB_FEED_INTERNAL_H

#include "store/dynamodb_internal.h"

enum {
    FEED_FORMAT = 1,
    FEED_RAW_MAX = 1536 << 10,    /* bytes packed together, before packing */
    FEED_UNPACKED_MAX = 16 << 20, /* bytes one item may inflate to */
    FEED_KEY_MAX = 160,           /* bytes of Written */
    FEED_BEAT_EVERY_MS = 5000,    /* with a flush */
    FEED_BEAT_LIFE_S = 3600,
    FEED_WAITING_MAX = 64 << 20, /* bytes kept of what could not be put */
};
#define FEED_BEAT_SHARD "FEED#BEAT"
#define FEED_PRIOR      "Prior"
#define FEED_SEQ        "Seq"
#define FEED_SHARD_NAME "Shard"

/* dynamodb_feed_pack.c: appends packed pieces of at most DDB_CHUNK_MAX to the array. */
struct feed_pieces {
    struct buf *piece;
    size_t count, capacity;
};
void feed_pack(struct feed_pieces *out, const struct ddb_row *row, size_t count,
               const struct agent_event *agent, size_t agents);

/* One item again, of rows that were one item before. */
void feed_pack_whole(struct buf *out, const struct ddb_row *row, size_t count,
                     const struct agent_event *agent, size_t agents);

/* dynamodb_feed_unpack.c: what one item holds. Texts live in the arena. Zero-initialise. */
struct feed_row {
    const char *contact_id;
    struct record record;
    bool has_record;
    bool look; /* read its history: entries are too large for the feed */
    size_t first, entries;
};
struct feed_rows {
    struct arena arena;
    struct feed_row *row;
    size_t rows, row_capacity;
    struct entry *entry;
    size_t entries, entry_capacity;
    struct agent_event *agent;
    size_t agents, agent_capacity;
};
/* False when damaged, or of a newer format: what was read before is there. */
bool feed_unpack(struct feed_rows *out, const void *bytes, size_t length, struct err *err);
void feed_rows_clear(struct feed_rows *rows); /* keeps memory */
void feed_rows_free(struct feed_rows *rows);

/* dynamodb_feed_key.c: the parts of a Written; false if it is none of a flush. */
struct feed_key {
    int64_t ms;
    char writer[96];
    uint64_t seq;
};
bool feed_key_read(struct feed_key *key, const char *written);
void feed_key_write(char out[FEED_KEY_MAX], int64_t ms, const char *writer, uint64_t seq);
unsigned feed_shard_of(const char *writer);

#endif
