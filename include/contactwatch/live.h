/*
 * What the screen reads: one compact row per contact, totals, and the means to name, filter, sort
 * and format them. Owned by one thread (the screen's); nothing here blocks, locks or does I/O. Time
 * comes in as an argument.
 */
#ifndef CONTACTWATCH_LIVE_H
#define CONTACTWATCH_LIVE_H

#include "contactwatch/inbox.h"
#include "contactwatch/instant.h"
#include "contactwatch/map.h"
#include "contactwatch/names.h"
#include "contactwatch/record.h"

/* What the column STATUS says. */
enum stage_shown {
    SHOWN_SCHEDULED,
    SHOWN_DIALLING,
    SHOWN_IN_FLOW,
    SHOWN_QUEUED,
    SHOWN_RINGING,
    SHOWN_WITH_AGENT,
    SHOWN_ON_HOLD,
    SHOWN_PAUSED,
    SHOWN_ACW,
    SHOWN_ENDED,
    SHOWN_COUNT
};
extern const char *const shown_name[SHOWN_COUNT]; /* "SCHEDULED", "IN FLOW"… */

enum channel {
    CHANNEL_VOICE,
    CHANNEL_CHAT,
    CHANNEL_TASK,
    CHANNEL_EMAIL,
    CHANNEL_OTHER,
    CHANNEL_COUNT
};
extern const char *const channel_short[CHANNEL_COUNT]; /* VOI CHT TSK EML – */

/* ROW_ABANDONED_UNSURE comes with ROW_ABANDONED: shown X? while a successor may still appear. */
enum row_flag {
    ROW_QUEUED = 1,
    ROW_AGENT = 2,
    ROW_TRANSFERRED = 4,
    ROW_CALLBACK = 8,
    ROW_ABANDONED = 16,
    ROW_ERROR = 32,
    ROW_LAMBDA_ERROR = 64,
    ROW_FLOW_FLAG = 128,
    ROW_ABANDONED_UNSURE = 256
};

struct row_attribute {
    const char *name, *value; /* interned */
};

/* At most 1 KiB with everything it owns. Texts are interned in the live model, or owned by the
 * row's block. */
struct row {
    uint32_t index;  /* in the model; stable while the row lives */
    uint8_t shown;   /* enum stage_shown */
    uint8_t channel; /* enum channel */
    uint8_t leg;     /* enum leg_kind */
    bool unsure;     /* nothing from its chain for too long */
    bool ended;
    uint8_t lifecycle;
    uint16_t flags; /* enum row_flag */
    uint16_t errors, lambda_errors;
    uint16_t chain_size;
    uint16_t attributes;
    uint16_t lambdas;
    int64_t since; /* start of the state shown; INSTANT_NONE unknown */
    int64_t start; /* initiation, else first event */
    int64_t end;   /* INSTANT_NONE = open */
    int64_t enqueued, agent_at, newest, acw_end;
    int64_t hold_ms;  /* finished holds where known, -1 */
    int64_t changed;  /* when this row last changed, receiver's clock: for the flash */
    const char *id;   /* contact id */
    const char *root; /* chain root */
    const char *previous;
    const char *method;
    const char *queue;                                       /* ARN */
    const char *agent;                                       /* ARN */
    const char *queue_name, *agent_name;                     /* where known, else NULL */
    const char *flow_id, *flow_name, *block_type, *block_id; /* NOW AT */
    const char *customer; /* Customer_Identifier or the configured attribute */
    const char *last_error;
    const char *queue_type;
    const char **lambda; /* names of the functions called, each once */
    struct row_attribute *attribute;
};

struct live;

/* Values the screen and the filter share; -1 = not known or does not apply. */
int64_t row_wait(const struct row *row, int64_t now); /* in the queue, so far or in all */
int64_t row_instate(const struct row *row, int64_t now);
int64_t row_total(const struct row *row, int64_t now); /* this leg, since its start */
/* since the agent joined, holds included */
int64_t row_talk(const struct row *row, int64_t now);
int64_t row_hold(const struct row *row, int64_t now); /* in all, the hold going on included */
int64_t row_acw(const struct row *row, int64_t now);
/* ms until the service level of its queue is missed, negative since when; false unless QUEUED. */
bool row_breach(const struct row *row, const struct live *live, int64_t now, int64_t *out);
/* Not ended, and heard of within its channel's life. */
bool row_is_live(const struct row *row, int64_t now);
/* The value of an attribute, or NULL. Names are compared exactly. */
const char *row_attribute_value(const struct row *row, const char *name);
/* Thresholds of IN STATE: 0 fine, 1 warning, 2 bad. */
int row_level(const struct row *row, struct live *live, int64_t now);

struct live_config {
    const char *const *customer_from; /* attribute names, NULL-terminated; may be NULL */
    /* 0 = the defaults */
    int64_t unsure_flow_ms, unsure_queue_ms, unsure_agent_ms, unsure_other_ms;
    /* how long ended contacts stay in the table; default 5 min; INT64_MAX: all rows stay */
    int64_t keep_ended_ms;
    int64_t stats_window_ms; /* 0 = since local midnight */
    int64_t retention_ms;
    int64_t sl_target_ms; /* default 20 s */
    double sl_percent;    /* the bar for colour; default 80 */
    int64_t short_abandon_ms;
    bool sl_answered; /* sl = answered */
    /* thresholds of IN STATE while queued; default 60 s, 180 s */
    int64_t wait_warn_ms, wait_bad_ms;
    int utc; /* clock times in UTC instead of local */
};

struct live *live_new(const struct live_config *config); /* config is copied, its texts borrowed */
void live_free(struct live *live);
struct live_config *live_settings(struct live *live);
struct names *live_names(struct live *live);
/* after names were set from outside: rows take them up */
void live_names_changed(struct live *live);
void live_sl_target(struct live *live, const char *queue /* NAME or "*" */, int64_t target_ms,
                    double percent);
/* The target of a queue (ARN) in ms, and the percentage wanted within it; percent may be NULL. */
int64_t live_sl(const struct live *live, const char *queue_arn, double *percent);

/* Applies one note; the note stays the caller's. now = the receiver's clock. */
void live_apply(struct live *live, const struct note *note, int64_t now);
/* What only time changes: unsure, ended rows leaving, abandoned becoming sure. Once a second. True
 * if a row changed. */
bool live_tick(struct live *live, int64_t now);
bool live_loaded(const struct live *live);

/* Rows by index, 0 … live_limit-1; a hole gives NULL. */
size_t live_limit(const struct live *live);
size_t live_count(const struct live *live);
struct row *live_row(const struct live *live, size_t index);
struct row *live_find(const struct live *live, const char *contact_id);
/* Rows of a chain, by start. Fills up to max, returns how many there are. */
size_t live_chain(const struct live *live, const char *root, const struct row **out, size_t max);
/* Rises with every change; and the indexes changed since a generation (bounded ring; false = too
 * long ago, look at all). */
uint64_t live_generation(const struct live *live);
bool live_changed_since(const struct live *live, uint64_t generation,
                        void (*visit)(void *context, uint32_t index), void *context);

enum { WAIT_STEPS = 6 };

/* The tiles of the header. */
struct tiles {
    int64_t window;                  /* S */
    unsigned waiting[CHANNEL_COUNT]; /* by channel, without call-backs */
    unsigned callbacks;              /* +4cb */
    unsigned unsure;                 /* ?3, left out of all */
    int64_t longest;                 /* ms; -1 = nobody waits */
    const char *longest_queue, *longest_id;
    unsigned in_flow, with_agent, acw;
    bool acw_known, acw_exact; /* – ; 4? */
    unsigned sl_within, sl_of; /* R, D */
    int64_t sl_target;         /* ms when all equal, else -1 */
    unsigned abandoned, abandoned_of;
    unsigned errors_5min;
    unsigned wait_history[WAIT_STEPS]; /* WAITING, 6 × 5 min, oldest first; the last is now */
};
/* recomputed when something changed or a second passed */
const struct tiles *live_tiles(struct live *live, int64_t now);

/* A line of the Queues view: the tiles' formulas for one queue. */
struct queue_stats {
    const char *queue, *name; /* ARN; name NULL where not known */
    unsigned waiting, with_agent;
    int64_t longest; /* ms; -1 = nobody waits */
    /* ms until the next contact misses the target; INT64_MAX = none will */
    int64_t next_breach;
    unsigned sl_within, sl_of, abandoned, abandoned_of, answered;
    int64_t average_wait; /* ms, of those who left the queue; -1 = none */
    unsigned wait_history[WAIT_STEPS];
};
/* The queues seen in the window or in the table, by name. Made anew at each call: once a second is
 * enough. */
size_t live_queues(struct live *live, int64_t now, const struct queue_stats **out);

/* The agents that agent events told of, by name; texts belong to the model, valid until the next
 * note. */
size_t live_agents(struct live *live, const struct agent_event *const **out);
const struct agent_event *live_agent(const struct live *live, const char *arn); /* NULL */

/*
 * Columns of the Contacts table, declared once (live/columns.c): key, title, width, how to format
 * and to compare. Formats are raw text: the caller masks and sanitises. '–' for what is not known.
 */
enum column_id {
    COLUMN_FLAGS,
    COLUMN_STATUS,
    COLUMN_CHANNEL,
    COLUMN_IN_STATE,
    COLUMN_TOTAL,
    COLUMN_QUEUE,
    COLUMN_AGENT,
    COLUMN_CUSTOMER,
    COLUMN_CONTACT,
    COLUMN_NOW_AT,
    COLUMN_METHOD,
    COLUMN_FLOW,
    COLUMN_BLOCK,
    COLUMN_CHAIN,
    COLUMN_LAST_EVENT,
    COLUMN_LAMBDA_ERRORS,
    COLUMN_ERRORS,
    COLUMN_START,
    COLUMN_COUNT
};
struct column {
    const char *key; /* in --columns and the config */
    const char *title;
    const char *help;
    int width, max_width; /* cells; grows to max_width when there is room */
    bool right;           /* aligned right */
    bool descending;      /* its first sort */
    bool personal;        /* masked */
    bool timed;           /* rows pass each other as time goes by */
    /* order of leaving as the screen narrows: 0 leaves last; 255 only on wide screens */
    uint8_t leave;
    void (*format)(struct buf *out, const struct row *row, const struct live *live, int64_t now);
    int (*compare)(const struct row *a, const struct row *b, const struct live *live, int64_t now);
    /* What compare sees as numbers, level after level: rows alike in all levels before are ordered
     * by this one. False: nothing of this row is left for the next level. Makes sorting many rows
     * cheap. */
    bool (*sort_key)(const struct row *row, int64_t now, unsigned level, uint64_t *key);
};
extern const struct column columns[COLUMN_COUNT];
/* By key; "attr.NAME" is not here but made by the view. -1 if unknown. */
int column_find(const char *key);

#endif
