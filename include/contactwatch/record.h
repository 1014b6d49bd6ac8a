/*
 * The record: what is known of one contact, in the original project's schema, and its join.
 *
 * record_join is commutative, associative and idempotent; applying an event is a join with a record
 * of that one event. So the record of a set of events is the same whatever their order, however
 * often each comes, and however they are split over processes. Nothing is
 * counted by adding.
 */
#ifndef CONTACTWATCH_RECORD_H
#define CONTACTWATCH_RECORD_H

#include "contactwatch/event.h"

/* Top-level registers: key in the item, and whether the value is a JSON object (else text).
 * Declared once. */
#define RECORD_FIELDS(_)                                                                           \
    _(STATUS, "Status", TEXT)                                                                      \
    _(CHANNEL, "Connect_Channel", TEXT)                                                            \
    _(METHOD, "Connect_InitiationMethod", TEXT)                                                    \
    _(INITIAL_ID, "Connect_initialContactId", TEXT)                                                \
    _(PREVIOUS_ID, "Connect_previousContactId", TEXT)                                              \
    _(RELATED_ID, "Connect_relatedContactId", TEXT)                                                \
    _(QUEUE_INFO, "Connect_queueInfo", OBJECT)                                                     \
    _(AGENT_INFO, "Connect_agentInfo", OBJECT)                                                     \
    _(DISCONNECTED, "Connect_disconnectTimestamp", TEXT)                                           \
    _(DISCONNECT_REASON, "Connect_disconnectReason", TEXT)                                         \
    _(SYSTEM_CONNECTED, "Connect_connectedToSystemTimestamp", TEXT)                                \
    _(INSTANCE, "Connect_InstanceArn", TEXT)                                                       \
    _(CUSTOMER, "Customer_Identifier", TEXT)                                                       \
    _(LATEST_FLOW, "Connect_Latest_Contactflow", OBJECT)

#define RECORD_FIELD_ENUM(id, key, kind) FIELD_##id,
enum record_field { RECORD_FIELDS(RECORD_FIELD_ENUM) FIELD_COUNT };
extern const char *const record_field_key[FIELD_COUNT];

/* Flags that only rise. Abandoned and Transferred are not here, and Flag_Error is more than
 * FLAG_ERROR: they are derived (record_facts). */
enum record_flag {
    FLAG_QUEUED = 1 << 0,
    FLAG_AGENT = 1 << 1,
    FLAG_ENDED = 1 << 2,
    FLAG_ERROR = 1 << 3,
    FLAG_LAMBDA_ERROR = 1 << 4,
    FLAG_CALLBACK = 1 << 5,
    FLAG_MENU_ERROR = 1 << 6, /* an error unless the contact is a chat that met no bot */
    FLAG_BOT = 1 << 7,
};

/* A register: the value carried by the greatest stamp; at a tie the greater bytes. */
struct reg {
    uint64_t stamp;
    char *value;       /* NULL = never set; else owned, NUL-terminated */
    uint32_t capacity; /* of value, or 0 when it was put there by hand: a greater value reuses the
                          memory */
};
struct named_reg {
    char *name;
    struct reg reg;
};
struct reg_list {
    struct named_reg *item; /* sorted by name */
    uint32_t count, capacity;
};

enum {
    ATTRIBUTES_MAX = 64, /* the names first in order are kept */
    ATTRIBUTE_VALUE_MAX =
        256, /* bytes in the record, cut at a character; the whole value is in the history */
    MEMBER_NAME_MAX = 256, /* longer names of attributes and flags stay in the history alone */
};

struct record {
    char *contact_id;
    struct reg field[FIELD_COUNT];
    struct reg_list attributes;
    struct reg_list flags_set; /* Flag_NAME set by a flow */
    struct reg_list other; /* top-level members this program does not know, at stamp 0: kept as they
                              are (JSON) */
    uint32_t flags;        /* enum record_flag */
    int64_t initiated;     /* minimum seen; INSTANT_NONE */
    int64_t first;         /* minimum stamp seen; counts only while `initiated` is not known */
    int64_t last[LOGTYPE_COUNT]; /* newest stamp per log type: Timestamps
                                    {contactevent→"eventbridge", …} */
    /* Observational: merged by max, outside the canonical form. */
    int64_t version, updated_at, expiry /* epoch s */, last_receipt;
};

void record_init(struct record *record, const char *contact_id); /* copies the id */
void record_free(struct record *record);                         /* leaves it zero */

/* Joins one event; returns whether the canonical form may have changed. */
bool record_apply(struct record *record, const struct event *event);
/* Joins another record of the same contact; returns whether the canonical form changed. */
bool record_join(struct record *into, const struct record *from);
void record_copy(struct record *into, const struct record *from); /* into is uninitialised */
/* Joins one value into a top-level register; NULL and "" never take part. Returns whether the
 * register changed. */
bool record_set(struct record *record, enum record_field field, uint64_t stamp, const char *value);
/* Is this a top-level name of the record, which a flow's parameters may not use? */
bool record_reserved(const char *name);

/* Which members record_write writes. */
enum record_form {
    RECORD_CANONICAL, /* joined state only: equal sets of events give equal bytes */
    RECORD_STORED,    /* and the observational members */
};
/* Appends the item as JSON, keys sorted, without History. Derived flags are included
 * (Flag_Abandoned, Flag_Transferred). */
void record_write(struct buf *out, const struct record *record, enum record_form form);

/* As record_write, with "History": [entries in the original's shape]. */
void record_write_item(struct buf *out, const struct record *record, const struct history *history,
                       enum record_form form);

/*
 * Reads an item. Stamps are taken from "Stamps" (a register not named there has Status's stamp); an
 * item of the original project, without Stamps, is rebuilt by folding its History (entries are
 * appended to *history when not NULL, bodies in the arena), its other members at stamp 0.
 */
bool record_read(struct record *record, struct arena *arena, const cJSON *item,
                 struct history *history, struct err *err);

/* Typed view of a record: parsed out of the registers. Texts point into `arena`. */
struct record_facts {
    enum lifecycle status;
    const char *channel, *method;
    const char *queue_arn, *queue_type, *agent_arn;
    int64_t enqueued, connected_to_agent, connected_to_system, disconnected, initiated;
    int64_t acw_end;         /* afterContactWorkEndTimestamp */
    int64_t hold_ms, acw_ms; /* agentInitiatedHoldDuration, afterContactWorkDuration; -1 unknown */
    int64_t status_since;    /* stamp of Status */
    int64_t newest;          /* greatest of last[] */
    const char *flow_id, *flow_name, *block_type, *block_id; /* of the newest flow log */
    const char *flow_run; /* the flow that runs the module it stands in; NULL outside modules */
    int64_t flow_time;
    bool abandoned, transferred, ended;
    bool error;             /* Flag_Error */
    bool menu_error_counts; /* a menu's error is one here */
};
void record_facts(struct record_facts *facts, const struct record *record, struct arena *arena);

/* The longest life of a contact of this channel: voice 24 h, chat 7 d, task and e-mail 90 d,
 * unknown 24 h. */
int64_t channel_life(const char *channel);
/*
 * DDB_ExpiryEpoch in s: last receipt, of an open contact at least the start and its channel's
 * life, plus the retention, rounded up to 5 minutes. A function of the joined record: a writer
 * sets `expiry` to it after its join, so that a contact's end also brings its expiry forward.
 */
int64_t record_expiry(const struct record *record, int64_t retention_ms);
/* Started_At: initiation, else the first stamp seen; INSTANT_NONE if neither. */
int64_t record_started(const struct record *record);
/* The time of its newest event of any source, at least its initiation; INSTANT_NONE if neither. */
int64_t record_newest(const struct record *record);
/* Open, and its newest event not older than its channel's life. */
bool record_is_live(const struct record *record, int64_t now);
/* A call none of whose legs is live is told as of its last word, which this returns; INSTANT_NONE
 * while one is live. */
int64_t records_silence(const struct record *records, size_t count, int64_t now);
/* Chain_Root: the initial contact id, else the contact's own. */
const char *record_chain_root(const struct record *record);

#endif
