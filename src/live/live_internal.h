/* What the files of live/ share. Everything belongs to the one thread that owns the model. */
#ifndef LIVE_INTERNAL_H
#define LIVE_INTERNAL_H

#include "contactwatch/live.h"
#include "live/stint.h"
#include "live/text_pool.h"

enum {
    CELLS_PER_SLAB = 256,
    CHANGES_KEPT = 1 << 16,
    AGENT_STATES_MAX = 64,
    LAMBDAS_MAX = 32,
    EXITS_KEPT = 3,
    ERRORS_SEEN_MAX = 64,
    ABANDON_GRACE_MS = 10000,
    ACW_LONGEST_MS = 15 * 60 * 1000,
    HIDDEN_KEEP_MS = 15000, /* an invisible cell waits that long for what belongs to it */
    ERROR_WINDOW_MS = 300 * 1000,
};

/* The states of a contact in an agent event. */
enum agent_mark_state {
    AGENT_OTHER,
    AGENT_RINGING,
    AGENT_CONNECTED,
    AGENT_ON_HOLD,
    AGENT_PAUSED,
    AGENT_ACW,
    AGENT_GONE,
};
struct agent_mark {
    int64_t since;
    uint8_t state;
};

/* How a row counts in the header tiles, kept so that a change takes out what it put in. */
enum tile_class { TILE_NOTHING, TILE_WAITING, TILE_IN_FLOW, TILE_AGENT, TILE_ACW, TILE_UNSURE };
struct tile_share {
    uint8_t class;
    uint8_t channel;
    bool callback;
    bool acw_estimated;
};

/* A row and what only the model reads. */
struct cell {
    struct row row;
    bool used;
    bool visible;  /* handed out by live_row */
    bool recorded; /* a record was seen; before that only entries */
    bool callback_logged;
    bool acw_estimated;
    bool followed; /* a member of the chain came from it */
    uint8_t agent_marks;
    uint8_t exits;
    uint8_t errors_seen;
    bool menu_errors_count; /* else they are what a chat makes of a key-press menu */
    uint16_t block_errors, menu_errors;
    int64_t status_since;
    int64_t connected_to_system;
    int64_t flow_time;
    int64_t acw_ms;
    int64_t record_hold_ms;
    int64_t hold_dropped_ms; /* holds of states no longer kept */
    int64_t exit[EXITS_KEPT];
    struct agent_mark *agent_mark; /* by time */
    uint64_t *error_seen;          /* identities, so that an entry told twice counts once */
    int64_t last_error_time;
    uint32_t chain_next, chain_before; /* rows of the chain; NO_ROW */
};

/* Cells never move: rows are handed out by pointer. */
struct slab {
    struct cell *cell; /* CELLS_PER_SLAB */
};

/* An error entry of the last minutes, for the tile. */
struct error_time {
    int64_t time;
    uint64_t id;
    const char *contact; /* pooled */
    bool menu;
};

struct sl_target {
    char *queue;
    int64_t target_ms;
    double percent;
};

/* The local day that holds [start, end): asking the C library for each row is too slow. */
struct day_cache {
    int64_t start, end;
    int utc;
};

/* The settings the tiles hang on: when one changes they are made anew. */
struct tile_settings {
    int64_t target_ms, short_abandon_ms, window_ms, retention_ms, answered, utc;
};

struct live {
    struct live_config config;
    struct names names;
    struct text_pool pool;
    struct slab *slab;
    size_t slabs, limit, visible;
    int64_t *due;     /* per index: when time alone changes the row; INT64_MAX */
    int64_t *waiting; /* per index: enqueueTimestamp of those in WAITING; INT64_MAX */
    struct tile_share *share;
    size_t capacity;      /* of the three arrays above */
    uint32_t *free_index; /* ring, oldest first: an index rests before it is used again */
    size_t free_first, free_count, free_capacity;
    uint64_t generation;
    uint32_t change[CHANGES_KEPT];
    struct stints stints;
    struct error_time *error;
    size_t errors, error_capacity;
    struct sl_target *target;
    size_t targets, target_capacity;
    struct agent_event *agent; /* texts pooled */
    size_t agents, agent_capacity;
    struct map agent_index;                 /* ARN -> place in `agent` + 1 */
    const struct agent_event **agent_order; /* by name, as of agents_ordered */
    uint64_t agents_generation, agents_ordered;
    struct arena arena;
    struct day_cache *day;
    bool loaded, completed_seen, agent_events_seen, names_changed;
    int64_t first_event;
    struct tiles tiles;
    struct queue_stats *queue;
    size_t queues, queue_capacity;
    struct tile_settings tiles_made_with;
    uint64_t tiles_generation;
    int64_t tiles_second;
    unsigned acw_estimated;
};

struct cell *live_cell(const struct live *live, size_t index);
struct cell *live_cell_make(struct live *live, const char *contact_id);
void live_cell_remove(struct live *live, struct cell *cell);
void live_cell_hide(struct live *live, struct cell *cell);
void live_touch(struct live *live, struct cell *cell, int64_t now);
int64_t live_midnight(const struct live *live,
                      int64_t now); /* the view's midnight at or before now */

/* row.c: the record's part of a row. */
void row_from_record(struct live *live, struct cell *cell, const struct record *record,
                     int64_t now);
void row_release(struct live *live, struct cell *cell);
void row_name(struct live *live, struct cell *cell); /* looks the names of its ARNs up again */

/* row_entries.c */
void row_entry(struct live *live, const struct note_entry *entry, int64_t now);
void row_count_errors(struct live *live, struct cell *cell); /* once its channel is known */
int64_t row_agent_hold(const struct cell *cell); /* finished holds; -1 without agent events */
const struct agent_mark *row_agent_state(const struct cell *cell);

/* status.c: everything derived from the cell and the time; returns whether the shown state changed.
 */
bool status_derive(struct live *live, struct cell *cell, int64_t now);
enum leaving { STAYS, HIDES, LEAVES };
enum leaving status_leaves(const struct live *live, const struct cell *cell, int64_t now);
bool status_is_past(const struct live *live, const struct cell *cell,
                    int64_t now); /* not to be shown */

/* agents.c */
void agents_apply(struct live *live, const struct agent_event *agent);
void agents_free(struct live *live);

/* stint_rows.c: what rows tell the stints. */
void stint_from_cell(struct live *live, const struct cell *cell);
void stint_mark(struct live *live, const char *contact_id, uint16_t flag, int64_t exit);
void stint_drop(struct live *live, const struct cell *cell); /* the row goes without having ended */
void stint_drop_texts(void *live, const char *queue);

/* chain_rows.c: rows of one call, linked through the root's text. */
void chain_join(struct live *live, struct cell *cell, const char *root, int64_t now);
void chain_previous(struct live *live, struct cell *cell, const char *previous, int64_t now);
void chain_leave(struct live *live, struct cell *cell, int64_t now);
bool chain_is_open(const struct live *live,
                   const struct cell *cell); /* has it a leg that goes on? */
void chain_heard(struct live *live, struct cell *cell,
                 int64_t now); /* the row's newest event rose */

/* tiles.c */
void tiles_share(struct live *live, struct cell *cell);
void tiles_withdraw(struct live *live, uint32_t index);
/* Only errors of the last minutes are kept: a day of them comes in no order when a store is loaded.
 */
void tiles_error(struct live *live, const char *contact, const struct error_time *error,
                 int64_t now);                              /* of `error` all but the contact */
int64_t tiles_window(const struct live *live, int64_t now); /* S */
int64_t sl_target_of(const struct live *live, const char *queue_arn, const char *queue_name);

#endif
