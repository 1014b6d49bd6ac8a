/*
 * One contact: its two stories side by side, the raw entries, the attributes, the chain. Grows
 * while it happens.
 *
 *   Contacts › edfcdfa6-…   CHAT by API   WITH AGENT 0:29   flags QA
 *   flow ▓▓ 0:03 ┃ queue Billing ▒▒▒▒▒▒ 0:37 ┃ agent j.doe ████ 0:29 …      total 1:10
 *   chain  ● edfcdfa6 API 16:33:25 ── transferred ──▶ ○ a56502b2 TRANSFER 16:34:35
 *   Chat, 4:02: flow 0:03, waited 0:37 in Billing, …
 *   ┌ Friendly ───────────────┬ Techy ─────────────────────────────┐
 *   │ 16:33:25  Started a chat │ 16:33:25.627   ━━ INITIATED API ━━ │
 */
#ifndef CONTACTWATCH_UI_CONTACT_VIEW_H
#define CONTACTWATCH_UI_CONTACT_VIEW_H

#include <regex.h>

#include "contactwatch/journey.h"
#include "ui/ui_internal.h"

enum pane_kind { PANE_FRIENDLY, PANE_TECHY, PANE_RAW, PANE_ATTRIBUTES, PANE_COUNT };
enum { BOTH_FROM_COLUMNS = 120, PART_DATE = 0xffff, SEARCH_BYTES = 256 };

/* A row of a pane: a line of its story, and which piece of it when it is wrapped; PART_DATE: the
 * rule of a new day. */
struct pane_row {
    uint32_t line;
    uint32_t part;
};

/* What finds a line again after the story has been told anew. */
struct place {
    struct hash128 entry;
    char contact_id[CONTACT_ID_MAX + 1];
    enum line_kind kind;
    uint32_t repeat; /* among the lines of the same entry and kind */
    bool known;
};

struct pane {
    struct pane_row *row;
    size_t count, capacity;
    size_t top, position; /* of rows */
    int width;            /* that the rows were laid out for; 0 = they are out of date */
    int skip;             /* cells scrolled away to the left */
    bool follow;          /* stays at the end as it grows */
    struct box area;      /* inside its frame, as last drawn */
    struct place place;   /* where it was when its rows went out of date */
};

/* A line of the raw and attribute panes. */
struct plain_line {
    const char *text;
    enum role role;
};

struct contact_view {
    struct ui_view base;
    char *id;               /* the contact that was opened */
    char *leg_id;           /* the one that techy tells */
    struct note *note;      /* the chain and its histories; NULL until they have come */
    struct arena arena;     /* chain, journey, attribute lines: built from the note */
    struct arena raw_arena; /* the raw lines */
    struct chain chain;
    struct history *history; /* one for each leg of the chain */
    size_t leg;
    struct journey journey;
    struct plain_line *plain[PANE_COUNT]; /* raw and attributes */
    size_t plains[PANE_COUNT];
    struct pane pane[PANE_COUNT];
    enum pane_kind focus, story; /* story: the one shown alone */
    bool both;                   /* stories side by side, where there is room */
    bool hide, unfold_all;
    struct map unfolded; /* entries (hex of their identity) whose details are shown */
    char search[SEARCH_BYTES];
    regex_t hide_prompts;
    bool hides_prompts;
};

struct ui_view *contact_view_new(struct ui *ui, const char *contact_id);
extern const struct view_ops contact_view_ops;
extern const struct view_action contact_actions[];

/* contact_build.c */
void contact_build(struct contact_view *view); /* after a new note, or another leg */
void contact_build_raw(struct contact_view *view);
void contact_style(const struct contact_view *view, struct story_style *out);
const struct story *contact_story(const struct contact_view *view,
                                  enum pane_kind kind); /* NULL for plain panes */
const struct history *contact_history(const struct contact_view *view, const char *contact_id);

/* contact_rows.c */
void contact_layout(struct contact_view *view, enum pane_kind kind, int width);
/* Rows are laid out anew when next drawn; to be called before the story changes. */
void contact_outdate(struct contact_view *view);
bool contact_is_unfolded(const struct contact_view *view, const struct story_line *line);
void contact_fold_key(const struct contact_view *view, const struct story_line *line, char out[40]);
/* The text of a row; right edge too for techy. Roles by what it tells. */
enum role contact_row_text(const struct contact_view *view, enum pane_kind kind,
                           const struct pane_row *row, struct buf *left, struct buf *right);
const struct story_line *contact_line(const struct contact_view *view, enum pane_kind kind,
                                      size_t row);
struct place contact_place(const struct contact_view *view, enum pane_kind kind);
void contact_find_place(struct contact_view *view, enum pane_kind kind, const struct place *place);
void contact_follow_time(
    struct contact_view *view); /* the other story goes where the focused one is */

/* contact_draw.c, contact_head.c */
void contact_draw(struct ui_view *base, struct canvas *canvas, struct box area);
int contact_draw_head(struct contact_view *view, struct canvas *canvas,
                      struct box area); /* lines used */
bool contact_shows_both(const struct contact_view *view, int columns);

#endif
