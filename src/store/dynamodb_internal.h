/*
 * The DynamoDB store's inside (design.md section 4). Three tables:
 *
 *   status   one item per contact, key Connect_ContactId, in the original project's shape; indexes
 *            GSI-Customer_Identifier, GSI-Chain, GSI-Live. Besides contacts: "#contactwatch"
 *            (schema), "AGENT#<arn>", "#document#<name>" and its parts,
 *            "QUARANTINE#<day>#<hash>".
 *   history  one item per contact and flush, key Connect_ContactId + Written ("<ms>#<hash>").
 *   feed     one item per flush, key Feed_Shard ("FEED#0".."FEED#3") + Written
 *            ("<ms>#<writer>#<seq>").
 */
#ifndef STORE_DYNAMODB_INTERNAL_H
#define STORE_DYNAMODB_INTERNAL_H

#include <cjson/cJSON.h>

#include "contactwatch/aws.h"
#include "contactwatch/dynamodb.h"
#include "contactwatch/map.h"
#include "store/store_internal.h"

enum {
    DDB_LIVE_PARTITIONS = 8,
    DDB_FEED_SHARDS = 4,
    DDB_CHUNK_MAX = 300 * 1024, /* bytes of one item's packed entries or rows */
    DDB_FEED_LIFE_S = 24 * 3600,
    DDB_HISTORY_SLACK_S = 7 * 24 * 3600, /* a chunk outlives its record by this */
    DDB_PARALLEL = 32,                   /* calls under way at once */
};

/*
 * Attributes that are not the original's, and not keys (dynamodb.h). Part and Parts (N, absent = 1
 * of 1) number the parts of one entry that is too large for one item: their Written is the same but
 * for
 * "#<part>", three digits, behind it. Live_Partition is "LIVE#0".."LIVE#7" of an open contact,
 * "AGENT#0" of an agent and "QUARANTINE#0" of a line refused.
 */
#define DDB_PACKED            "Packed" /* B: gzip of entries or rows */
#define DDB_PART              "Part"
#define DDB_PARTS             "Parts"
#define DDB_AGENT_PREFIX      "AGENT#"
#define DDB_QUARANTINE_PREFIX "QUARANTINE#"

struct ddb_cache;  /* dynamodb_cache.c: what this process last wrote of each contact */
struct ddb_pool;   /* dynamodb_drive.c: calls whose memory is used again */
struct ddb_feed;   /* dynamodb_feed.c: this writer's place in the feed */
struct ddb_follow; /* dynamodb_changes.c: what this reader has seen of the feed */

struct dynamodb_store {
    struct store base;
    struct aws_client *client;
    struct aws_session *aws; /* the options' */
    char *table, *history, *feed;
    int64_t retention_ms;
    struct clock clock_copy;
    const struct clock *clock;
    bool read_only;
    bool imported; /* a table of the original project: no schema item; to a reader HISTORY and FEED
                      may be missing */
    char writer[64];
    struct rng rng; /* of waits */
    struct ddb_cache *cache;
    struct ddb_pool *pool;
    struct ddb_feed *out;
    struct ddb_follow *in;
    struct map words;           /* agent ARN → its last word that is stored (dynamodb_agents.c) */
    _Atomic int64_t *sign;      /* the options' */
    bool on_demand;             /* likewise */
    struct store_counts counts; /* all but the units */
    double write_units, read_units; /* reads cost halves */
};
static inline struct dynamodb_store *dynamodb_of(struct store *store)
{
    return (struct dynamodb_store *)store;
}

/* Sets err to what failed, why (throttling with its reasons) and what to do. Returns false. */
bool ddb_call_error(const struct dynamodb_store *store, const struct aws_call *call,
                    struct err *err);
/* One call from start to end on the store's client; false with err set. */
bool ddb_run(struct dynamodb_store *store, struct aws_call *call, struct err *err);

/* dynamodb_counts.c: around every call. */
void ddb_ask_units(struct aws_call *call);
void ddb_done(struct dynamodb_store *store, const struct aws_call *call);
void dynamodb_counts(struct store *store, struct store_counts *out);

/* dynamodb_init.c: the item that tells the schema, if there is none yet. */
bool ddb_put_schema(struct dynamodb_store *store, struct err *err);

/* dynamodb_json.c: walking JSON text without a tree. Names are raw text between the quotes. */
struct ddb_span {
    const char *text;
    size_t length; /* text NULL = not there */
};
struct ddb_member {
    struct ddb_span name, value;
};
/* *at starts at the text of an object or array, and is moved; false behind the last (or at what is
 * no JSON). end: of the text. */
bool ddb_member_next(const char **at, const char *end, struct ddb_member *out);
bool ddb_element_next(const char **at, const char *end, struct ddb_span *out);
struct ddb_span ddb_get(struct ddb_span object, const char *name);
static inline struct ddb_span ddb_span_of(const struct buf *text)
{
    return (struct ddb_span){text->data, text->length};
}
/* A document of any size the service may give as a tree; NULL with err set. */
cJSON *ddb_parse(struct arena *arena, struct ddb_span text, struct err *err);

/* dynamodb_request.c: starts the calls and waits for all; each has its fault. Nothing else may be
 * under way. */
void ddb_run_all(struct dynamodb_store *store, struct aws_call *call, size_t count);
void ddb_run_each(struct dynamodb_store *store, struct aws_call *const *call, size_t count);
/* How long the caller still waits, ms; 0 = no longer, -1 = for ever. */
int ddb_left_ms(const struct dynamodb_store *store);
/* Ends a call, or one that was not started, as cancelled; one that has its answer stays. */
void ddb_give_up(struct dynamodb_store *store, struct aws_call *call);

/* dynamodb_bytes.c. gunzip replaces out; false when damaged or larger than max. */
void ddb_gzip(struct buf *out, const void *data, size_t length);
/* zlib with ddb_dictionary, a third smaller where there is little to pack; gunzip takes both. */
void ddb_deflate(struct buf *out, const void *data, size_t length);
extern const char ddb_dictionary[]; /* dynamodb_dictionary.c */
bool ddb_gunzip(struct buf *out, const void *data, size_t length, size_t max, struct err *err);
void ddb_base64(struct buf *out, const void *data, size_t length);
bool ddb_unbase64(struct buf *out, const char *text);

/* dynamodb_item.c: attribute values {"S": …} and plain JSON. Numbers keep their text. */
void ddb_typed_text(struct buf *out, struct ddb_span plain); /* one value; sound JSON */
void ddb_plain(struct buf *out, const cJSON *typed);         /* one value; B gives its base64 */
void ddb_plain_item(struct buf *out, const cJSON *item);     /* a map of attribute values */
/* The bytes of a B attribute of an item; false if there are none. */
bool ddb_bytes(struct buf *out, const cJSON *item, const char *name);
/* The text of an S, the number of an N; NULL and 0 when absent. */
const char *ddb_text(const cJSON *item, const char *name);
int64_t ddb_number(const cJSON *item, const char *name);
/* Appends "name":{"S":text}, with a comma before unless behind a {. */
void ddb_put_text(struct buf *out, const char *name, const char *text);
void ddb_put_number(struct buf *out, const char *name, int64_t number);
void ddb_put_bytes(struct buf *out, const char *name, const void *data, size_t length);
/* A status item as a record; entries of an inline History (the original's) go to *inline_history
 * (may be NULL). */
bool ddb_record_read(struct record *record, struct arena *arena, const cJSON *item,
                     struct history *inline_history, struct err *err);

/* Items of the status table that are no contacts. */
bool ddb_reserved_key(const char *contact_id);
unsigned ddb_live_partition(const char *contact_id); /* 0 … DDB_LIVE_PARTITIONS - 1, for ever */

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
void ddb_chunk_pack(struct ddb_pieces *out, const char *contact_id, const struct entry *entry,
                    size_t count);
void ddb_pieces_free(struct ddb_pieces *pieces);
/* Appends a chunk's entries (marks computed anew) to the history; bodies in the arena. *unread
 * rises by the elements that are no entry. */
bool ddb_chunk_read(struct arena *arena, const char *contact_id, const void *bytes, size_t length,
                    struct history *history, size_t *unread, struct err *err);
/*
 * One entry as JSON and back, for whoever packs entries himself. What the decoder would not make of
 * the body alone is written beside it, so that each entry reads back as it was. scratch is reset.
 */
void ddb_entry_write(struct buf *out, const char *contact_id, const struct entry *entry,
                     struct arena *scratch);

/*
 * dynamodb_cache.c: records as last written or read, least recently used ones leave first; and
 * which entries are stored. Of records at most `bytes`, of entries DDB_SEEN_SLOTS.
 */
enum { DDB_CACHE_BYTES = 64 << 20, DDB_SEEN_SLOTS = 1 << 19 };
enum ddb_seen {
    DDB_UNSEEN,
    DDB_IN_HISTORY, /* written, but its flush was not finished */
    DDB_IN_FEED,    /* and its row is the feed's */
    DDB_SETTLED,
};
struct ddb_cache *ddb_cache_new(size_t bytes);
void ddb_cache_free(struct ddb_cache *cache);
/* Borrowed until the next call; NULL = not known. */
const struct record *ddb_cache_get(struct ddb_cache *cache, const char *contact_id);
void ddb_cache_put(struct ddb_cache *cache, const struct record *record);
void ddb_cache_drop(struct ddb_cache *cache, const char *contact_id);
/* Drops it, and what is known of entries: of all contacts, as a rare act may cost something. */
void ddb_cache_forget(struct ddb_cache *cache, const char *contact_id);
/* Another process writes this contact too: until then it is read before each write. */
void ddb_cache_contest(struct ddb_cache *cache, const char *contact_id, int64_t until);
bool ddb_cache_contested(struct ddb_cache *cache, const char *contact_id, int64_t now);
size_t ddb_cache_bytes(const struct ddb_cache *cache);
/* *other rises when the entry is stored with another body. */
enum ddb_seen ddb_cache_seen(struct ddb_cache *cache, const char *contact_id,
                             const struct entry *entry, bool *other);
void ddb_cache_see(struct ddb_cache *cache, const char *contact_id, const struct entry *entry,
                   enum ddb_seen seen);

/* dynamodb_drive.c: many calls under way on the store's client. */
struct ddb_drive {
    void *context;
    /* Fills the call and returns true; false when nothing is to be started now: then *wait_ms is
     * how long until something is, untouched (-1) when nothing waits. */
    bool (*next)(void *context, struct aws_call *call, int *wait_ms);
    void (*done)(void *context, struct aws_call *call);
};
void ddb_drive(struct dynamodb_store *store, const struct ddb_drive *drive);
void ddb_pool_free(struct ddb_pool *pool); /* may be NULL */

/* dynamodb_apply.c */
bool dynamodb_apply(struct store *store, struct store_change *change, size_t count,
                    struct err *err);

/* dynamodb_agents.c, dynamodb_documents.c, dynamodb_forget.c */
bool dynamodb_apply_agents(struct store *store, const struct agent_event *agent, size_t count,
                           struct err *err);
bool dynamodb_document_put(struct store *store, const char *name, const void *data, size_t length,
                           struct err *err);
bool dynamodb_document_get(struct store *store, const char *name, struct buf *out, int64_t *written,
                           struct err *err);
bool dynamodb_forget(struct store *store, const char *contact_id, unsigned *removed,
                     struct err *err);

/* dynamodb_delete.c: items of the history, 25 to a request; what comes back unprocessed again
 * behind a growing pause. *removed rises by those that are gone. */
struct ddb_deletion {
    struct dynamodb_store *store;
    unsigned *removed;
    struct buf items; /* zero, as count */
    unsigned count;
};
bool ddb_delete_chunk(struct ddb_deletion *deletion, const char *contact_id, const char *written,
                      struct err *err);
bool ddb_delete_rest(struct ddb_deletion *deletion, struct err *err); /* those that still wait */
void ddb_deletion_free(struct ddb_deletion *deletion);

/* dynamodb_archive.c */
bool dynamodb_history(struct store *store, const char *contact_id, struct arena *arena,
                      struct history *history, struct err *err);
bool dynamodb_expired(struct store *store, const struct store_visit *visit, struct err *err);
bool dynamodb_remove(struct store *store, const struct record *record,
                     const struct history *archived, unsigned *removed, struct err *err);

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
    bool look; /* the feed's own: entries are left out, as too large */
};
bool ddb_feed_write(struct dynamodb_store *store, const struct ddb_row *row, size_t count,
                    const struct agent_event *agent, size_t agents, struct err *err);
/* A contact leaves the feed: items that name it are rewritten without it, or removed; *removed
 * counts them. */
bool ddb_feed_forget(struct dynamodb_store *store, const char *contact_id, unsigned *removed,
                     struct err *err);
/* dynamodb_quarantine.c */
bool dynamodb_quarantine(struct store *store, const char *lines, size_t length, struct err *err);
bool dynamodb_beat(struct store *store, const struct store_beat *beat, struct err *err);
void ddb_feed_close(struct dynamodb_store *store); /* tries once more to put what waits */

/* The readers: of the ops table. */
bool dynamodb_get(struct store *store, const char *contact_id, struct arena *arena,
                  struct record *record, struct history *history, bool *found, struct err *err);
bool dynamodb_by_customer(struct store *store, const char *customer,
                          const struct store_visit *visit, struct err *err);
bool dynamodb_by_chain(struct store *store, const char *root, const struct store_visit *visit,
                       struct err *err);
bool dynamodb_by_chains(struct store *store, const char *const *root, size_t count,
                        const struct store_visit *visit, struct err *err);
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
