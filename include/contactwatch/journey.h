/*
 * The two stories of a contact as data: what the customer lived through, and what the
 * flow executed. Typed lines with times, durations, nesting and errors; words are made from them by
 * story_text, for the screen, `show` and exports alike. Pure: the clock comes in as an argument.
 * Everything lives in the arena given to journey_build.
 *
 * Rule above all: never say what the data does not say; what is deduced from flow logs alone is
 * `inferred`.
 */
#ifndef CONTACTWATCH_JOURNEY_H
#define CONTACTWATCH_JOURNEY_H

#include <regex.h>

#include "contactwatch/chain.h"
#include "contactwatch/instant.h"
#include "contactwatch/mask.h"
#include "contactwatch/names.h"

/* A piece of a line. Its kind says how it is masked and named when it becomes text, and how it is
 * coloured. */
enum part_kind {
    PART_WORDS,  /* our own words */
    PART_PROMPT, /* heard or read by the customer: quoted, SSML already taken out, masked by shape
                  */
    PART_INPUT,  /* typed by the customer: masked (a single digit stays) */
    PART_PHONE,  /* masked but for the last 4 */
    PART_QUEUE,  /* ARN: shown as a name */
    PART_AGENT,  /* ARN or user name */
    PART_FLOW,   /* flow or module: text is the name, or key the ARN if no name is known */
    PART_RECORDING, /* prompt ARN */
    PART_LAMBDA,    /* function ARN: shown as its name and alias */
    PART_VALUE,     /* key=text, or text alone when key is NULL; masked by key and shape */
    PART_DURATION,  /* ms, as m:ss; running: still growing, measured to now */
    PART_EXACT,     /* ms, as "150 ms" or "1.258 s"; running: an upper bound, ≤ in front */
    PART_ERROR,     /* text of an error */
    PART_SECRET,    /* text alone, masked by its name `key`, which is not shown */
};

struct part {
    enum part_kind kind;
    const char *key;  /* PART_VALUE: the name; else NULL */
    const char *text; /* NULL for durations */
    int64_t ms;       /* durations; PART_DURATION running: the start instead */
    bool running;
};

enum line_kind {
    LINE_EVENT,  /* a contact event: techy draws it across the nesting */
    LINE_LEG,    /* rule at the start of a chain member */
    LINE_FLOW,   /* a flow run begins */
    LINE_BLOCK,  /* a block of a flow */
    LINE_RESULT, /* the result of the block above */
    LINE_DETAIL, /* a line folded under the one above */
    LINE_WAIT,   /* waiting, a hold: friendly's own line for a stage */
    LINE_NOTE,   /* dim: why, paperwork, a gap, something missing */
    LINE_FOOT,   /* summary at the end of techy */
};

enum line_mark { LINE_OK, LINE_WARNING, LINE_NEAR_LIMIT, LINE_ERROR };

struct story_line {
    enum line_kind kind;
    enum line_mark mark;
    int64_t time;     /* ms; INSTANT_NONE: continues the line above */
    int64_t delta;    /* techy: ms since the entry before of this leg, -1 none */
    int64_t duration; /* ms; -1 unknown or not shown */
    bool at_most;     /* the duration is an upper bound: shown with ≤ */
    bool told;        /* the words already say the duration: no column for it */
    bool inferred;    /* deduced from flow logs */
    bool dim;
    bool check;      /* a check or an attribute: H hides it */
    uint8_t depth;   /* nesting of modules (techy) */
    uint16_t folded; /* how many LINE_DETAIL lines follow under this one */
    const char *contact_id;
    const char *block_type, *block_id; /* techy columns; may be NULL */
    const struct part *part;           /* what it says */
    uint32_t parts;
    const struct part *result; /* techy: → result; may be NULL */
    uint32_t results;
    uint32_t entry,
        entries; /* the history entries it is made of: index in the leg's history, count */
};

struct story {
    struct story_line *line;
    size_t count, capacity;
};

/* Stages for the time bar. */
/* STAGE_DIALLING: an outgoing call until the line is answered. */
enum stage_kind { STAGE_FLOW, STAGE_QUEUE, STAGE_AGENT, STAGE_ACW, STAGE_DIALLING };
struct stage {
    enum stage_kind kind;
    const char *who;    /* queue or agent ARN; NULL */
    int64_t start, end; /* end INSTANT_NONE: still going on */
    const char *contact_id;
};

/* Every change of an attribute, in order; the last of a name is its value now. */
struct attribute_change {
    const char *name, *value, *before; /* before NULL = was not set */
    int64_t time;
    const char *block_id, *flow_name, *contact_id;
};

struct journey {
    struct story friendly;   /* the whole chain */
    struct story techy;      /* the chosen leg */
    const struct part *head; /* one sentence about the whole call */
    uint32_t head_parts;
    struct stage *stage; /* of the chain's customer legs, by start */
    size_t stages;
    struct attribute_change *attribute; /* of the chain */
    size_t attributes;
    unsigned errors, warnings;
};

struct journey_input {
    const struct chain *chain;
    const struct history *history; /* one for each leg of the chain, same index */
    size_t leg;                    /* the leg that techy tells */
    int64_t now;
    const regex_t *hide_prompts; /* prompts matching are not told in friendly; may be NULL */
};

void journey_build(struct journey *journey, struct arena *arena, const struct journey_input *input);

/* How lines become text. */
struct story_style {
    const struct names *names;
    const struct mask *mask;
    int64_t now; /* for running durations */
    bool ascii;  /* "..." for “…”, -> for → */
};

/*
 * Appends the words of parts; of a line: its parts, → and its result, "(inferred)". Clock time,
 * delta, block type and id, duration (unless `told`), mark, nesting and the rule around a
 * LINE_EVENT, LINE_LEG or LINE_FLOW are laid out by the caller. All text from outside is sanitised
 * here.
 */
void story_parts(struct buf *out, const struct part *part, uint32_t count,
                 const struct story_style *style);
void story_text(struct buf *out, const struct story_line *line, const struct story_style *style);

/* What is drawn on both sides of a line's words: "━━", "──", "─"; "" for the other kinds. */
const char *story_rule(enum line_kind kind, bool ascii);

/* A duration as techy tells it: "≤ 150 ms", "1.258 s". */
void story_exact(struct buf *out, int64_t ms, bool at_most, bool ascii);

/*
 * A line as a row of a pane: at its left the words with the rules of events, legs and flows, in
 * techy with nesting, block type and identifier; at its right edge the duration (techy) and the
 * mark. The clock time in front is the caller's.
 */
void story_left(struct buf *out, const struct story_line *line, const struct story_style *style,
                bool techy);
void story_right(struct buf *out, const struct story_line *line, const struct story_style *style,
                 bool techy);
void story_delta(struct buf *out, const struct story_line *line); /* "+1.258", nothing for -1 */

/* SSML to text: tags dropped, entities decoded, blanks folded. */
void ssml_to_text(struct buf *out, const char *ssml);

#endif
