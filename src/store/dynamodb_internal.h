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

/*
 * Attributes that are not the original's, and indexes. Part and Parts (N, absent = 1 of 1) number
 * the parts of one entry that is too large for one item: their Written is the same but for
 * "#<part>", three digits, behind it. Live_Partition is "LIVE#0".."LIVE#7" of an open contact and
 * "AGENT#0" of an agent.
 */
#define DDB_KEY            "Connect_ContactId" /* hash of status and history */
#define DDB_EXPIRY         "DDB_ExpiryEpoch"   /* TTL of all three tables, s */
#define DDB_WRITTEN        "Written"           /* range of history and feed */
#define DDB_FEED_SHARD     "Feed_Shard"        /* hash of the feed */
#define DDB_PACKED         "Packed"            /* B: gzip of entries or rows */
#define DDB_PART           "Part"
#define DDB_PARTS          "Parts"
#define DDB_LIVE           "Live_Partition"
#define DDB_INDEX_LIVE     "GSI-Live"
#define DDB_INDEX_CHAIN    "GSI-Chain"
#define DDB_INDEX_CUSTOMER "GSI-Customer_Identifier"
#define DDB_SCHEMA_KEY     "#contactwatch"
#define DDB_AGENT_PREFIX   "AGENT#"

struct ddb_cache;  /* dynamodb_cache.c: what this process last wrote of each contact */
struct ddb_feed;   /* dynamodb_feed.c: this writer's place in the feed */
struct ddb_follow; /* dynamodb_changes.c: what this reader has seen of the feed */

struct dynamodb_store {
    struct store base;
    struct aws_client *client;
    struct aws_session *aws; /* the options' */
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

/* dynamodb_request.c: starts the calls and waits for all; each has its fault. Nothing else may be
 * under way. */
void ddb_run_all(struct dynamodb_store *store, struct aws_call *call, size_t count);

/* dynamodb_bytes.c. gunzip replaces out; false when damaged or larger than max. */
void ddb_gzip(struct buf *out, const void *data, size_t length);
bool ddb_gunzip(struct buf *out, const void *data, size_t length, size_t max, struct err *err);
void ddb_base64(struct buf *out, const void *data, size_t length);
bool ddb_unbase64(struct buf *out, const char *text);

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

/* dynamodb_agent.c: an agent as a flat JSON object (members Agent_Arn, Agent_Name, Event_Type,
 * Status_Name, Status_Type, Status_Since, Time, Contacts), in its item and in the feed. Reading
 * borrows texts from the object; false if it is none. */
void ddb_agent_write(struct buf *out, const struct agent_event *agent);
bool ddb_agent_read(struct agent_event *agent, const cJSON *object);

/*
 * dynamodb_feed.c: after the records of a flush are written: its changed rows and new entries.
 * What cannot be put is kept and put first by the next call, so that a viewer misses nothing:
 * false = something still waits. So an apply calls this also when it has nothing new (count 0), and
 * says STORE_STORED only behind a true.
 */
struct ddb_row {
    const struct record *record; /* joined, as written; NULL = only entries */
    const char *contact_id;
    const struct entry *entry; /* new entries */
    size_t entries;
};
bool ddb_feed_write(struct dynamodb_store *store, const struct ddb_row *row, size_t count,
                    const struct agent_event *agent, size_t agents, struct err *err);
bool dynamodb_beat(struct store *store, const struct store_beat *beat, struct err *err);
void ddb_feed_close(struct dynamodb_store *store); /* tries once more to put what waits */

/* The readers: of the ops table. */
bool dynamodb_get(struct store *store, const char *contact_id, struct arena *arena,
                  struct record *record, struct history *history, bool *found, struct err *err);
bool dynamodb_by_customer(struct store *store, const char *customer,
                          const struct store_visit *visit, struct err *err);
bool dynamodb_by_chain(struct store *store, const char *root, const struct store_visit *visit,
                       struct err *err);
bool dynamodb_all(struct store *store, const struct store_visit *visit, struct err *err);
bool dynamodb_live(struct store *store, int64_t since, const struct store_visit *visit,
                   struct store_cursor *cursor, struct err *err);
bool dynamodb_changes(struct store *store, struct store_cursor *cursor, size_t limit,
                      const struct store_visit *visit, struct err *err);
void dynamodb_health(struct store *store, struct store_health *out);
void ddb_follow_free(struct ddb_follow *follow);

/* The store's own time, ms; with AWS's Date where the system's clock is far off. */
int64_t ddb_now(const struct dynamodb_store *store);

#endif
