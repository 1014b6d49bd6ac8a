/*
 * How a history becomes two stories: entries are parsed once into moments,
 * neighbouring moments join into blocks, blocks of one outermost flow are a run; the friendly and
 * the techy teller read the same blocks. Everything lives in the arena of the journey. Private to
 * the journey's files.
 */
#ifndef CONTACTWATCH_JOURNEY_INTERNAL_H
#define CONTACTWATCH_JOURNEY_INTERNAL_H

#include "contactwatch/journey.h"
#include "contactwatch/json.h"

/* Which part of the contact a flow serves, and so who hears it. */
enum flow_role {
    ROLE_INBOUND,
    ROLE_QUEUE,
    ROLE_AGENT_WHISPER,
    ROLE_CUSTOMER_WHISPER,
    ROLE_OUTBOUND_WHISPER,
    ROLE_CUSTOMER_HOLD,
    ROLE_AGENT_HOLD,
    ROLE_REMAINING, /* after the agent has left */
    ROLE_AGENT_UI,
    ROLE_TRANSFER, /* what the transferring agent hears */
    ROLE_COUNT
};

enum channel { CHANNEL_UNKNOWN, CHANNEL_VOICE, CHANNEL_CHAT, CHANNEL_TASK, CHANNEL_EMAIL };

/* How entries of one block join. */
enum block_join {
    JOIN_NONE,
    JOIN_INPUT,      /* prompt, then a result without Parameters */
    JOIN_PROMPT,     /* as JOIN_INPUT: PlayPrompt and its "Success" */
    JOIN_LOOP,       /* prompts, then an entry without one that starts the loop */
    JOIN_ATTRIBUTES, /* one entry for each key */
    JOIN_LAMBDA,     /* consecutive entries of one block */
    JOIN_CHECK,      /* one entry for each condition tried, up to the first that is true */
};

struct block;
struct leg_story;
struct teller;

/* What a block type is called, how it joins and how it is told. Declared once, in journey_table.c.
 */
struct block_kind {
    const char *type;
    enum block_join join;
    bool check;         /* a check or an attribute: can be hidden */
    const char *params; /* techy: the parameters to show, comma separated; NULL = all */
    const char *words;  /* techy: said in front of them */
    void (*friendly)(struct teller *teller, const struct block *block);
    void (*techy)(struct teller *teller, const struct block *block);
};
const struct block_kind *
block_kind_find(const char *type); /* never NULL: unknown types have a kind too */

/* One history entry, parsed. */
struct moment {
    const struct entry *entry;
    const cJSON *json;
    uint32_t index; /* in the leg's history */
    uint32_t run, block;
    int64_t time;
    const char *name; /* event type, block type or agent state */
    enum log_type type;
    enum lifecycle state; /* contact events */
    uint8_t depth;        /* modules it is inside of */
    const struct block_kind *kind;
    const char *block_id, *flow_id, *flow_name, *run_id, *results;
    const cJSON *parameters, *external;
    const char *before; /* SetAttributes: the value this one replaces, NULL if none or the same */
    struct moment *next_flow; /* the contact's next flow log entry */
    struct moment *joined;    /* the next one of the same block */
};

struct block {
    const struct block_kind *kind;
    struct moment *first, *last;
    struct moment *result; /* the entry that holds Results, NULL if none does */
    uint32_t count, index;
    enum line_mark mark;
    int64_t duration; /* -1 unknown */
    bool at_most;
};

struct run {
    const char *id, *name;
    enum flow_role role;
    int64_t start, end; /* first and last entry */
};

/* A stay in a queue or with an agent that contact events date. */
struct milestone {
    enum stage_kind kind; /* STAGE_QUEUE or STAGE_AGENT */
    int64_t time;
    const char *who;
    uint32_t entry;
};

struct hold {
    int64_t start, end; /* end INSTANT_NONE: still on hold */
};

struct leg_story {
    const struct leg *leg;
    size_t number; /* in the chain */
    const char *contact_id;
    struct moment *moment;
    size_t moments, flow_moments, contact_moments;
    struct moment *first_contact; /* the first contact event */
    struct moment *first_flow, *last_flow;
    struct run *run;
    size_t runs;
    struct block *block;
    size_t blocks;
    struct milestone *milestone; /* by time */
    size_t milestones;
    struct hold *hold;
    size_t holds;
    enum channel channel;
    const char *method, *agent, *queue, *task_name, *disconnect_reason;
    int64_t initiated, connected_to_system, disconnected;
    int64_t left_alone; /* the leg it came from ended; INSTANT_NONE while that is not known */
    int64_t acw_start, acw_end, acw_ms, hold_ms;            /* ms -1 unknown */
    int64_t inferred_queue, inferred_found, inferred_agent; /* by flow logs alone; INSTANT_NONE */
    const char *inferred_queue_arn;
    bool completed;
};

/* What both tellers work on, and the parts of the line being told. */
enum { PARTS_MAX = 96 };
struct telling {
    struct part part[PARTS_MAX];
    uint32_t count;
};
struct teller {
    struct arena *arena;
    const struct journey_input *input;
    struct leg_story *legs;
    size_t leg_count;
    const struct leg_story *leg; /* being told */
    struct story *story;
    struct telling did, result;
    bool result_told; /* techy: the block's Results are in the words already */
    /* friendly */
    uint32_t why[4]; /* blocks that explain the next line */
    uint32_t whys;
    size_t loop_line; /* the last “While waiting heard” of this leg, SIZE_MAX none */
    const char *loop_text;
    unsigned loop_times;
    const char *callback_number;
};

/* journey_parse.c */
void leg_parse(struct leg_story *leg, struct arena *arena, const struct history *history);
const char *moment_param(const struct moment *moment,
                         const char *name); /* a text parameter, or NULL */
/* journey_runs.c */
void leg_find_runs(struct leg_story *leg, struct arena *arena);
bool role_is_agents(enum flow_role role); /* heard by the agent, not the customer */
const char *role_words(enum flow_role role);
/* journey_blocks.c */
void leg_join_blocks(struct leg_story *leg, struct arena *arena);
uint32_t block_span(const struct block *block); /* entries from its first to its last */
/* journey_stages.c */
void leg_find_milestones(struct leg_story *leg, struct arena *arena);
void leg_infer(struct leg_story *leg, int64_t now);
void journey_stages(struct journey *journey, struct arena *arena, const struct leg_story *legs,
                    size_t count);
void journey_sort_stages(struct journey *journey); /* by start; legs may overlap */
int64_t leg_end(const struct leg_story *leg);      /* INSTANT_NONE while open */
/* The last enqueueing before `time`, NULL if none. */
const struct milestone *leg_queued_before(const struct leg_story *leg, int64_t time);
/* journey_attributes.c */
void journey_attributes(struct journey *journey, struct arena *arena, struct leg_story *legs,
                        size_t count);
const cJSON *moment_inserted(const struct moment *moment);
bool is_inserted(const cJSON *item);
/* journey_head.c */
void journey_head(struct journey *journey, struct teller *teller);
/* journey_friendly.c, journey_techy.c */
void journey_friendly(struct journey *journey, struct teller *teller);
void journey_techy(struct journey *journey, struct teller *teller);
/* journey_friendly_legs.c, journey_friendly_end.c: how a leg begins and ends */
void friendly_opening(struct teller *teller);
void friendly_end(struct teller *teller);
void friendly_contact_event(struct teller *teller, const struct moment *moment);
const struct leg_story *leg_before(const struct teller *teller,
                                   const struct leg_story *leg); /* NULL if unknown */
const struct leg_story *leg_successor(const struct teller *teller, const struct leg_story *leg,
                                      const char *method);
bool leg_is_method(const struct leg_story *leg, const char *method);
/* Ended in a queue, with nobody reached and nothing to follow. */
bool leg_is_abandoned(const struct teller *teller, const struct leg_story *leg);
bool leg_had_agent(const struct leg_story *leg);
bool leg_is_consult(const struct teller *teller,
                    const struct leg_story *leg); /* ended before the leg it came from */
void say_agent(struct telling *telling, const struct leg_story *leg, const char *otherwise);
void say_queue(struct telling *telling, const char *queue);
bool is_agent_queue(const char *queue); /* its id is the agent's */
void say_target(struct telling *telling,
                const struct leg_story *leg); /* queue or agent that a leg went to */
/* journey_techy_foot.c */
void techy_foot(const struct journey *journey, struct teller *teller);

/* journey_tell.c: parts of the line being told, then the line. */
void say_words(struct telling *telling, const char *words);
void say_part(struct telling *telling, enum part_kind kind, const char *key, const char *text);
void say_ms(struct telling *telling, enum part_kind kind, int64_t ms);
void say_running(struct telling *telling, int64_t start);
void say_format(struct teller *teller, struct telling *telling, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void say_json(struct teller *teller, struct telling *telling, const char *key, const cJSON *value);
void say_named(struct telling *telling, const char *key,
               const char *text); /* an ARN by what it names, else a value */
void say_prompt(struct telling *telling, const char *text); /* “…” */
/* Appends the line; its parts are taken. The pointer is good until the next line. */
struct story_line *tell(struct teller *teller, enum line_kind kind, int64_t time);
struct story_line *tell_moment(struct teller *teller, enum line_kind kind,
                               const struct moment *moment);
const struct part *telling_take(struct teller *teller, struct telling *telling, uint32_t *count);

/* journey_prompt.c: what a block says to someone. */
const char *prompt_text(struct teller *teller,
                        const struct moment *moment); /* clean; NULL if none or hidden */
bool say_prompt_of(struct teller *teller, struct telling *telling, const struct moment *moment);
bool block_prompt_hidden(struct teller *teller, const struct moment *moment);

#endif
