/*
 * Following the feed: what a reader knows of the writers, of the contacts it has handed out, and
 * how far it has read.
 *
 * Reading is by the tail of each shard: Written > the newest key seen. That alone would lose an
 * item that becomes visible behind one with a later time: of another writer, whose clock is ahead,
 * or who is simply quicker. Four things find it, none of which reads megabytes again:
 *  - one read a second starts where the next item of each writer known in the shard may be at the
 *    earliest, by the writer's own clock: its newest item, or what its clock said when the shard
 *    was last read so, less SLACK_MS for what was under way then. That is OVERLAP_MS before the
 *    tail, or as far as the writers' clocks differ, at most SPREAD_MS;
 *  - a writer's numbers have no holes: a later number seen before an earlier one has it looked for
 *    from where the writer was last, at each read until it is there;
 *  - beats say each writer's last number, and name the writers not heard of yet, with the time of
 *    their last item: what of theirs was not seen is looked for likewise. A flush brings one along
 *    when the last is some seconds old;
 *  - a hole that does not close within PATIENCE_MS makes `changes` hand out everything again.
 * A shard at rest is read from behind its tail, so an idle reader asks four small questions.
 */
#ifndef STORE_DYNAMODB_FOLLOW_INTERNAL_H
#define STORE_DYNAMODB_FOLLOW_INTERNAL_H

#include "store/dynamodb_feed_internal.h"
#include "store/dynamodb_read_internal.h"

enum {
    FOLLOW_OVERLAP_MS = 1000,
    FOLLOW_FIRST_OVERLAP_MS = 10000, /* of the first read behind `live` */
    FOLLOW_SLACK_MS = 2000,
    FOLLOW_SPREAD_MS = 20000,
    FOLLOW_HEARD_MS = 10 * 60000, /* writers silent for longer are known by their beats */
    FOLLOW_FULL_EVERY_MS = 900,
    FOLLOW_PATIENCE_MS = 5000,
    FOLLOW_BEATS_EVERY_MS = 2000,
    FOLLOW_BEATS_BACK_MS = 20000,
    FOLLOW_RELIST_EVERY_MS = 60000,
    FOLLOW_SCAN_EVERY_MS = 5000, /* without a feed: at least, at most as above, and in between … */
    FOLLOW_SCAN_REST = 50,       /* … so many times as long as looking through takes */
    FOLLOW_FORGET_MS = 15 * 60000, /* an ended contact not heard of for so long is not kept */
    FOLLOW_BEAT_SHOWN_MS = 60000,
    FOLLOW_HOLES_MAX = 256,
    FOLLOW_GIVEN_UP_MAX = 4096,
    FOLLOW_LIFE_MS = (DDB_FEED_LIFE_S - 3600) * 1000, /* what the feed surely still holds */
};

struct follow_writer {
    char name[96];
    unsigned shard;
    uint64_t through; /* greatest number seen or told of */
    uint64_t low;     /* least one accounted for: seen, or looked for as a hole */
    char newest[FEED_KEY_MAX];
    int64_t newest_ms;
    int64_t heard; /* ms, our clock: its newest item */
    int64_t beat_heard;
    int64_t named;          /* when it was last met with */
    struct store_beat beat; /* writer "" = it gave no word yet */
};
struct follow_hole {
    struct follow_writer *writer;
    uint64_t seq;
    int64_t from_ms; /* it lies behind this */
    int64_t noticed; /* our clock */
};
struct follow_shard {
    char tail[FEED_KEY_MAX];
    int64_t tail_ms;
    int64_t moved; /* our clock: when the tail did last */
};
/* A contact that was handed out, or is known not to be shown. */
struct follow_known {
    int64_t updated, version;
    int64_t changed; /* our clock */
    uint64_t status; /* hash of its text */
    bool live, hidden;
};

/* Entries handed out lately: the last FOLLOW_SEEN_MAX to twice as many. */
enum { FOLLOW_SEEN_MAX = 1 << 16 };
struct follow_seen {
    struct hash128 *slot[2]; /* the younger and the older half */
    size_t count;            /* of the younger */
};

/* Items of the shards in the order of their keys, or backward. */
struct feed_merge {
    struct ddb_pages pages[DDB_FEED_SHARDS];
    struct arena arena[DDB_FEED_SHARDS];
    const cJSON *item[DDB_FEED_SHARDS];
    bool open, backward;
    bool missing; /* the last failure: there is no such table */
    int taken;    /* the shard of the item given last, -1 = none */
};

struct ddb_follow {
    struct dynamodb_store *s;
    struct map writer, known; /* name, contact id → the above */
    struct map told_agent;    /* ARN → struct follow_agent: what was handed out last */
    struct map given_up;      /* "<writer>#<number>" of holes that did not close */
    struct follow_hole *hole;
    size_t holes, hole_capacity;
    struct follow_shard shard[DDB_FEED_SHARDS];
    struct follow_seen seen;
    struct store_cursor given;      /* as handed out last */
    bool started, caught_up, first; /* first: the next full read has the long overlap */
    bool reload;
    bool scans;       /* nothing but items of the original project: looked through, not listed */
    bool no_index;    /* … for good: there is nothing to list them by */
    bool no_feed;     /* and there is no feed beside it */
    int64_t start_ms; /* what was written before is not looked for */
    int64_t since;

    struct feed_merge merge; /* the read under way */
    struct feed_rows rows;   /* of the item being handed out */
    bool pending;
    size_t row, entry, next_agent; /* in rows: what comes next */
    bool row_given;
    struct buf bytes;

    int64_t full_at, beats_at, beats_ms, relist_at;
    int64_t scan_ms; /* how long the last look through took */
    int64_t read_at, newest_write;
    int64_t word_at;     /* the newest word of any writer: when it was said, */
    bool word_on_demand; /* and that its writer runs on demand */
    uint64_t reloads;
    struct store_beat *beat;
    size_t beats, beat_capacity;
};
struct ddb_follow *ddb_follow_of(struct dynamodb_store *store);
void follow_restart(struct ddb_follow *follow, const struct store_cursor *cursor);
bool follow_knows_nothing(const struct ddb_follow *follow); /* no contact, no item */
void follow_note_tail(struct ddb_follow *follow, unsigned shard, const char *written, int64_t ms);
void follow_set_cursor(struct ddb_follow *follow, struct store_cursor *cursor);

/* dynamodb_writers.c */
/* Is the item new? Notes what is missing before it. prior: its Prior. */
bool follow_take(struct ddb_follow *follow, const struct feed_key *key, const char *written,
                 unsigned shard, int64_t prior, bool backward);
void follow_told(struct ddb_follow *follow, const char *name, unsigned shard, uint64_t seq,
                 int64_t prior); /* by a beat */
struct follow_writer *follow_writer(struct ddb_follow *follow, const char *name, unsigned shard);
void follow_judge_holes(struct ddb_follow *follow); /* sets reload */
/* Those of whom the feed keeps nothing any more: writers that run on demand come and go. */
void follow_forget_writers(struct ddb_follow *follow);
/* From where a shard is to be read: an exclusive lower bound of Written. full: with overlap. */
void follow_from(const struct ddb_follow *follow, unsigned shard, bool full,
                 char out[FEED_KEY_MAX]);

/* dynamodb_known.c */
struct follow_known *follow_known(struct ddb_follow *follow, const char *contact_id);
/* Is this newer than what was handed out? */
bool follow_newer(const struct ddb_follow *follow, const struct record *record);
struct follow_known *follow_note(struct ddb_follow *follow, const struct record *record,
                                 bool hidden);
/* Was the entry not handed out lately? Then it counts as handed out now. */
bool follow_first_time(struct follow_seen *seen, const char *contact_id, const struct entry *entry);
void follow_seen_free(struct follow_seen *seen);

/* Is this newer than what was handed out of the agent? Then it counts as handed out now. */
bool follow_agent_newer(struct ddb_follow *follow, const struct agent_event *agent);
void follow_agents_free(struct ddb_follow *follow);

/* dynamodb_items.c: the flush item becomes the pending one, with the records of its contacts. One
 * that cannot be read is as if it were missing: reload is set. */
bool follow_take_item(struct ddb_follow *follow, const cJSON *item, int64_t ms, struct err *err);

/* dynamodb_merge.c */
void merge_open(struct feed_merge *merge, const struct dynamodb_store *store,
                char from[DDB_FEED_SHARDS][FEED_KEY_MAX], bool backward);
/* The next item (borrowed until the next call) and its shard; *item NULL = there is none. */
bool merge_next(struct feed_merge *merge, struct dynamodb_store *store, const cJSON **item,
                unsigned *shard, struct err *err);
void merge_close(struct feed_merge *merge);

/* dynamodb_beats.c: reads the beats of late; all: of the last minutes. */
bool follow_read_beats(struct ddb_follow *follow, bool all, struct err *err);

/* dynamodb_relist.c: lists the live again and hands out what was missed. *stopped by the visitor.
 */
bool follow_relist(struct ddb_follow *follow, const struct store_visit *visit, bool *stopped,
                   struct err *err);
/* Hands out the entries of a contact's history that were not; marked: of MARKS_OF_TABLE only. */
bool follow_give_history(struct ddb_follow *follow, const char *contact_id, bool marked,
                         const struct store_visit *visit, bool *stopped, struct err *err);

/* dynamodb_imported.c: a table of the original project, looked through from time to time. */
/* How long after one look around the next is due. */
int64_t follow_relist_every(const struct ddb_follow *follow);
bool follow_scan(struct ddb_follow *follow, const struct store_visit *visit, bool everything,
                 bool *stopped, struct err *err);

/* dynamodb_live.c */
bool follow_load(struct ddb_follow *follow, int64_t since, const struct store_visit *visit,
                 bool *stopped, struct err *err);

/* dynamodb_listing.c: the ids of partitions of GSI-Live. */
extern const char *const follow_live_partition[DDB_LIVE_PARTITIONS];
struct follow_listing {
    const char *const *partition;
    size_t count; /* at most DDB_LIVE_PARTITIONS */
    struct ddb_ids *ids;
    struct ddb_ids *status;                                  /* Status of each; may be NULL */
    bool (*page)(void *context, bool last, struct err *err); /* behind some; may be NULL */
    void *context;
    const bool *stopped; /* may be NULL */
    bool missing;        /* out: there is no such index */
};
bool follow_list(struct ddb_follow *follow, struct follow_listing *listing, struct err *err);

#endif
