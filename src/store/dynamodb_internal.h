/*
 * The DynamoDB store's inside (design.md section 4). Three tables:
 *
 *   status   one item per contact, key Connect_ContactId, in the original project's shape; indexes
 *            GSI-Customer_Identifier, GSI-Chain, GSI-Live. Besides contacts: "#contactwatch"
 * (schema), "AGENT#<arn>", "#document#<name>#<part>". history  one item per contact and flush, key
 * Connect_ContactId + Written ("<ms>#<hash>"). feed     one item per flush, key Feed_Shard
 * ("FEED#0".."FEED#3") + Written ("<ms>#<writer>#<seq>").
 */
#ifndef STORE_DYNAMODB_INTERNAL_H
#define STORE_DYNAMODB_INTERNAL_H

#include <cjson/cJSON.h>

#include "contactwatch/aws.h"
#include "contactwatch/map.h"
#include "store/store_internal.h"

enum {
    DDB_SCHEMA = 1,
    DDB_LIVE_PARTITIONS = 8,
    DDB_FEED_SHARDS = 4,
    DDB_CHUNK_MAX = 300 * 1024, /* bytes of one item's packed entries or rows */
    DDB_FEED_LIFE_S = 24 * 3600,
};

struct ddb_cache;  /* dynamodb_cache.c: what this process last wrote of each contact */
struct ddb_feed;   /* dynamodb_feed.c: this writer's place in the feed */
struct ddb_follow; /* dynamodb_changes.c: what this reader has seen of the feed */

struct dynamodb_store {
    struct store base;
    struct aws_client *client;
    char *table, *history, *feed;
    int64_t retention_ms;
    const struct clock *clock;
    bool read_only;
    char writer[64];
    struct ddb_cache *cache;
    struct ddb_feed *out;
    struct ddb_follow *in;
    uint64_t throttles;
};
static inline struct dynamodb_store *dynamodb_of(struct store *store)
{
    return (struct dynamodb_store *)store;
}

struct store *dynamodb_store_open(const char *tables, const struct store_options *options,
                                  struct err *err);

/* dynamodb_item.c: attribute values {"S": …} and plain JSON. Numbers keep their text. */
void ddb_typed(struct buf *out, const cJSON *plain);     /* one value */
void ddb_plain(struct buf *out, const cJSON *typed);     /* one value; B gives its base64 */
void ddb_plain_item(struct buf *out, const cJSON *item); /* a map of attribute values */
/* A status item as a record; entries of an inline History (the original's) go to *inline_history
 * (may be NULL). */
bool ddb_record_read(struct record *record, struct arena *arena, const cJSON *item,
                     struct history *inline_history, struct err *err);

/* dynamodb_chunk.c: entries as gzip of a JSON array in the original's entry shape, in pieces of at
 * most DDB_CHUNK_MAX; a larger single entry in numbered parts. */
struct ddb_piece {
    struct buf bytes;     /* gzip */
    unsigned part, parts; /* 1 of 1 but for an entry that is too large for one item */
};
struct ddb_pieces {
    struct ddb_piece *piece;
    size_t count, capacity;
};
void ddb_chunk_pack(struct ddb_pieces *out, const struct entry *entry, size_t count);
void ddb_pieces_free(struct ddb_pieces *pieces);
/* Appends a chunk's entries (marks computed anew) to the history; bodies in the arena. */
bool ddb_chunk_read(struct arena *arena, const char *contact_id, const void *bytes, size_t length,
                    struct history *history, struct err *err);

/* dynamodb_apply.c */
bool dynamodb_apply(struct store *store, struct store_change *change, size_t count,
                    struct err *err);

/* dynamodb_feed.c: after the records of a flush are written: its changed rows and new entries. */
struct ddb_row {
    const struct record *record; /* joined, as written; NULL = only entries */
    const char *contact_id;
    const struct entry *entry; /* new entries */
    size_t entries;
};
bool ddb_feed_write(struct dynamodb_store *store, const struct ddb_row *row, size_t count,
                    const struct agent_event *agent, size_t agents, struct err *err);

#endif
