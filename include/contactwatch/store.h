/*
 * Where records live. One small interface; SQLite (embedded) and DynamoDB implement it and pass one
 * conformance suite (tests/support/store_conformance.h). Several processes may write one store at
 * once: every write is a join.
 */
#ifndef CONTACTWATCH_STORE_H
#define CONTACTWATCH_STORE_H

#include <stdatomic.h>

#include "contactwatch/err.h"
#include "contactwatch/instant.h"
#include "contactwatch/record.h"

struct aws_session;
struct store_options {
    int64_t retention_ms;    /* default RETENTION_DEFAULT_MS */
    struct aws_session *aws; /* dynamodb: who asks, and where; outlives the store */
    /* dynamodb: the caller's own word on this process for heartbeats, "host-pid" by default */
    const char *writer;
    const struct clock *clock; /* NULL = the system's */
    bool read_only;            /* --view-only: never writes, never creates */
    int64_t wait_ms;           /* for another process that writes; 0 = STORE_WAIT_DEFAULT_MS */
    int64_t give_up;           /* the store's give_up from the beginning: opening may ask, too */
    /* Set to the monotonic time, ns, whenever a request of this store has come back: a sign of life
     * for who watches over its thread. May be NULL. */
    _Atomic int64_t *sign;
    /* dynamodb: one of many who come and go. Heartbeats are `beat`'s alone, none of the store's own
     * accord, and a contact it does not know is read before it is written. */
    bool on_demand;
};
enum { RETENTION_DEFAULT_MIN = 1440, STORE_WAIT_DEFAULT_MS = 5000 };

/* What happened to one contact of a batch. */
enum store_outcome {
    STORE_STORED,  /* durable, or already contained in what is stored */
    STORE_RETRY,   /* not now: throttled, locked, disk full */
    STORE_REFUSED, /* never: rejected for good */
};

/* One contact of a batch: a joined delta with its history entries. */
struct store_change {
    const struct record *delta;
    const struct history *entries;
    enum store_outcome outcome; /* out */
    /* out: entries that were not stored before, as far as this connection knows: dynamodb does not
     * ask what another process has stored, and writes such an entry once more, which is harmless */
    unsigned fresh;
};

/*
 * What readers are handed. Pointers are valid during the call only. Return false to stop. A visitor
 * must not call the store it is called by.
 */
struct store_visit {
    void *context;
    bool (*record)(void *context, const struct record *record);
    /* May be NULL. For `changes` every new entry; for `live` only those with a mark of
     * MARKS_OF_TABLE. */
    bool (*entry)(void *context, const char *contact_id, const struct entry *entry);
    /* May be NULL. `live`: every agent known; `changes`: those that changed. */
    bool (*agent)(void *context, const struct agent_event *agent);
    /*
     * by_customer and by_chains: no more than about so many (of each chain) are wanted, so no more
     * is read than that takes, and where there is no index nothing is found; 0 = all. The visitor
     * still stops by itself.
     */
    size_t limit;
    /* May be NULL. by_chains: is this contact of any use? Others may be handed out all the same. */
    bool (*wanted)(void *context, const char *contact_id);
};

/* A place in the sequence of changes; owned by its reader. Zero = before everything. Meaning is the
 * store's own. */
struct store_cursor {
    int64_t position[4];
};

/* What a writer tells the viewers of a shared store every few seconds. */
struct store_beat {
    char writer[64]; /* which process */
    int64_t at;      /* ms */
    int64_t lag_ms;  /* event time to stored, p50; -1 = not known */
    int64_t backlog; /* messages waiting in the queue; -1 = not known */
    uint64_t events, refused, quarantined, throttles; /* since it started */
    bool stopping;                                    /* its last word */
    bool on_demand; /* runs only when there is something to take: its silence means nothing */
};
/* How a reader stands to what it reads. */
struct store_health {
    int64_t read_at;         /* when changes were last read through; INSTANT_NONE = never */
    int64_t every;           /* ms between two looks, where there is no feed to follow; else 0 */
    int64_t newest_write;    /* newest change or beat seen of any writer */
    uint64_t reloads;        /* gaps that made `changes` hand out everything again */
    struct store_beat *beat; /* the store's; of each writer heard of in the last minute */
    size_t beats;
    int64_t heard;  /* when the newest word of any writer was said, however long ago; 0 = never */
    bool on_demand; /* … and it was one of those who run on demand */
};

/* What a connection has done since it was opened. */
struct store_counts {
    uint64_t requests;
    uint64_t conflicts; /* conditions that failed: another writer was faster */
    uint64_t throttles;
    uint64_t write_units, read_units; /* as the service counted them, failed conditions aside */
};

/* Returns false to stop. */
typedef bool store_id_visitor(void *context, const char *contact_id);

struct store;
struct store_ops {
    const char *name;
    /*
     * Joins a batch atomically per contact. False only when nothing at all was stored; outcomes are
     * set either way. True with a contact refused leaves the reason for the last one refused in
     * err.
     */
    bool (*apply)(struct store *store, struct store_change *change, size_t count, struct err *err);
    /*
     * One contact; *found tells. record is uninitialised and, when found, the caller's to free;
     * history (may be NULL) is appended to and sorted, its bodies live in the arena. Expired = not
     * found.
     */
    bool (*get)(struct store *store, const char *contact_id, struct arena *arena,
                struct record *record, struct history *history, bool *found, struct err *err);
    bool (*by_customer)(struct store *store, const char *customer, const struct store_visit *visit,
                        struct err *err); /* newest first */
    /* by start */
    bool (*by_chain)(struct store *store, const char *root, const struct store_visit *visit,
                     struct err *err);
    /* Several chains in as few requests as it takes, in no order of chains; NULL = by_chain will
     * do.
     */
    bool (*by_chains)(struct store *store, const char *const *root, size_t count,
                      const struct store_visit *visit, struct err *err);
    /* Contacts whose id begins with `prefix`, whatever the case; visitors may be told one twice.
     * NULL = they are found among all. */
    bool (*find)(struct store *store, const char *prefix, store_id_visitor *visit, void *context,
                 struct err *err);
    /* Contacts not ended, or ended (and not expired) since `since`; then their marked entries. Sets
     * *cursor; cursor NULL: nobody goes on from here, only those not ended are wanted, and no more
     * is read than that takes. */
    bool (*live)(struct store *store, int64_t since, const struct store_visit *visit,
                 struct store_cursor *cursor, struct err *err);
    /*
     * Records changed and entries added behind *cursor, by whatever process; at most `limit`
     * records; moves it. Each entry comes once, behind the record of its contact. Nothing visited =
     * nothing is new.
     */
    bool (*changes)(struct store *store, struct store_cursor *cursor, size_t limit,
                    const struct store_visit *visit, struct err *err);
    /* Every record, for list; expired hidden. */
    bool (*all)(struct store *store, const struct store_visit *visit, struct err *err);
    /* Removes expired contacts with their history; *removed counts. None of a store that is
     * archived (STORE_ARCHIVED). NULL = the service removes them. */
    bool (*sweep)(struct store *store, unsigned *removed, struct err *err);
    /*
     * A descriptor of the caller's own, readable when somebody may have written; reading it empties
     * it. -1 = there is none: ask for changes once a second. NULL = as -1.
     */
    int (*watch)(struct store *store);
    /* Joins what agent events say of agents: of one agent the greatest stays
     * (agent_event_compare). Those that do not fit (agent_event_fits) are passed over. */
    bool (*apply_agents)(struct store *store, const struct agent_event *agent, size_t count,
                         struct err *err);
    /* A small named document (names listed from Connect…), at most STORE_DOCUMENT_MAX bytes;
     * replaced whole. get: appends to out; *written is when, INSTANT_NONE = there is none. */
    bool (*document_put)(struct store *store, const char *name, const void *data, size_t length,
                         struct err *err);
    bool (*document_get)(struct store *store, const char *name, struct buf *out, int64_t *written,
                         struct err *err);
    /* Removes a contact with its history from wherever it lies; *removed counts what was removed
     * (records, entries or items). Nothing there is success. */
    bool (*forget)(struct store *store, const char *contact_id, unsigned *removed, struct err *err);
    /*
     * For the archive. history: every entry kept of a contact, of one expired or removed too,
     * appended and sorted; bodies in the arena. expired: every record that has expired and still
     * lies there, without entries, in no order. remove: what was archived goes. Does nothing
     * (*removed 0) when the record lives or has changed since `record` was read; else removes the
     * record, if it is still there, and the entries that `archived` contains. What it does not
     * contain stays, in sqlite with its record.
     */
    bool (*history)(struct store *store, const char *contact_id, struct arena *arena,
                    struct history *history, struct err *err);
    bool (*expired)(struct store *store, const struct store_visit *visit, struct err *err);
    bool (*remove)(struct store *store, const struct record *record, const struct history *archived,
                   unsigned *removed, struct err *err);
    /* Keeps quarantine lines (quarantine_line's) for those that have no file; durable when true.
     * NULL = the store keeps none. */
    bool (*quarantine)(struct store *store, const char *lines, size_t length, struct err *err);
    /* NULL = the store has no word between processes. */
    bool (*beat)(struct store *store, const struct store_beat *beat, struct err *err);
    void (*health)(struct store *store, struct store_health *out);
    /* NULL = nothing is counted. */
    void (*counts)(struct store *store, struct store_counts *out);
    void (*close)(struct store *store);
};
struct store {
    const struct store_ops *ops; /* first member of each implementation's own struct */
    /*
     * When who asks stops waiting, as monotonic_ns tells it; 0 = never. Set by the caller between
     * calls. dynamodb: what is under way then fails, and what was begun may have been done.
     */
    int64_t give_up;
};

enum { STORE_DOCUMENT_MAX = 4 << 20 };
/* The document that `contactwatch archive` leaves in a store that sweeps: while it is younger than
 * this, what has expired waits for the archive. */
#define STORE_ARCHIVED         "archived"
#define STORE_ARCHIVED_HOLD_MS (30 * DAY_MS)

/* Opens `sqlite:PATH` (a bare path is one too) or `dynamodb:TABLE[,HISTORY[,FEED]]`. A store object
 * belongs to one thread at a time; open several. */
struct store *store_open(const char *spec, const struct store_options *options, struct err *err);

static inline bool store_apply(struct store *s, struct store_change *change, size_t count,
                               struct err *err)
{
    return s->ops->apply(s, change, count, err);
}
static inline bool store_get(struct store *s, const char *id, struct arena *arena,
                             struct record *record, struct history *history, bool *found,
                             struct err *err)
{
    return s->ops->get(s, id, arena, record, history, found, err);
}
static inline bool store_by_chains(struct store *s, const char *const *root, size_t count,
                                   const struct store_visit *visit, struct err *err)
{
    if (s->ops->by_chains)
        return s->ops->by_chains(s, root, count, visit, err);
    for (size_t i = 0; i < count; i++)
        if (!s->ops->by_chain(s, root[i], visit, err))
            return false;
    return true;
}
static inline void store_close(struct store *s)
{
    if (s)
        s->ops->close(s);
}

/* `find`, whether the store has one or not; *more (may be NULL): the visitor wanted more. */
bool store_find(struct store *store, const char *prefix, store_id_visitor *visit, void *context,
                bool *more, struct err *err);
/* The one contact whose id begins so, at least STORE_PREFIX_LEAST bytes; the caller's. NULL when
 * there is none, and with *several when there is more than one. False when that is not known. */
enum { STORE_PREFIX_LEAST = 4 };
bool store_whole_id(struct store *store, const char *prefix, char **id, bool *several,
                    struct err *err);

/*
 * A contact's whole chain with all histories, records by start; at most STORE_CHAIN_MAX of them,
 * the one asked for always among them. Heap arrays of `count` records and histories, bodies in the
 * arena; count 0 when the contact is not there.
 */
enum { STORE_CHAIN_MAX = 256 };
struct store_chain {
    struct record *record;
    struct history *history; /* same index */
    size_t count;
    bool cut; /* there are more */
};
bool store_load_chain(struct store *store, const char *contact_id, struct arena *arena,
                      struct store_chain *out, struct err *err);
void store_chain_free(struct store_chain *chain);

#endif
