/* One call of apply: a job per contact, brought through history, record and feed. */
#ifndef STORE_DYNAMODB_APPLY_INTERNAL_H
#define STORE_DYNAMODB_APPLY_INTERNAL_H

#include "store/dynamodb_internal.h"

enum { DDB_CONTEST_MS = 60 * 1000 }; /* a contact is read before each write for so long */

enum ddb_stage {
    STAGE_HISTORY, /* entries are to be written */
    STAGE_READ,    /* what is stored is to be read */
    STAGE_WRITE,
    STAGE_STORED,
    STAGE_RETRY,
    STAGE_REFUSED,
};

struct ddb_job {
    struct store_change *change;
    enum ddb_stage stage;
    /* Entries for the feed; of these the first `unwritten` are to go to the history first. */
    struct entry *entry;
    size_t entries, unwritten;
    bool skipped; /* some of the change's entries are known to be stored and are not among them */
    bool forced;  /* an entry's body is replaced: readers must look again */
    /* The original's entries, to be moved from the item to chunks. */
    struct history moved;
    struct ddb_pieces pieces;
    size_t pieces_left; /* under way */

    /* What is stored, as far as it is known, and what will be. */
    bool prepared, exists, live, written;
    int64_t inline_count; /* entries inline; -1 = no History */
    bool versioned;       /* it has a Version, whatever it is */
    int64_t version, updated_at, expiry, last_receipt;
    struct buf before;    /* the stored members, canonical JSON; empty = nothing */
    struct record joined; /* zero until prepared */
    unsigned tries;
    bool lost;      /* a condition failed */
    int64_t due_ns; /* not before */
};

struct ddb_apply {
    struct dynamodb_store *store;
    struct ddb_job *job;
    size_t count;
    int64_t now;        /* ms, of the whole flush */
    struct arena arena; /* entries of the jobs */
    struct arena item;  /* an item being read */
    struct buf names, values, set, remove, after;
    struct err retry, refused; /* the last reason of each */
};

/* dynamodb_history_write.c: writes the unwritten entries of jobs in STAGE_HISTORY; those that are
 * stored go on to STAGE_WRITE. */
void ddb_write_history(struct ddb_apply *apply);

/* dynamodb_record.c: writes the records of jobs in STAGE_WRITE. One that turns out to have entries
 * to be written first goes back to STAGE_HISTORY. */
void ddb_write_records(struct ddb_apply *apply);
/* dynamodb_contested.c: reads the records of contested contacts, many in one request. */
void ddb_read_contested(struct ddb_apply *apply);

/* dynamodb_join.c: joins with what the cache knows, with an item, or with nothing; an item leaves
 * the job in STAGE_WRITE, STAGE_HISTORY, or refused when it is no record. */
void ddb_join_cached(struct ddb_apply *apply, struct ddb_job *job);
void ddb_join_item(struct ddb_apply *apply, struct ddb_job *job, const cJSON *item);
void ddb_join_nothing(struct ddb_apply *apply, struct ddb_job *job);

/* dynamodb_update.c: the conditional update from `before` to `joined`. */
enum ddb_update { UPDATE_NEEDED, UPDATE_NEEDLESS };
enum ddb_update ddb_update_build(struct ddb_apply *apply, struct ddb_job *job, struct buf *body);

/* The item is gone: what was thought to be stored of the contact is not. */
void ddb_job_start_over(struct ddb_apply *apply, struct ddb_job *job);
/* The call's fault as the job's stage; keeps the reason. */
void ddb_job_failed(struct ddb_apply *apply, struct ddb_job *job, const struct aws_call *call);

#endif
