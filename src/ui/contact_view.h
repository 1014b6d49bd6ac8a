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
enum { BOTH_FROM_COLUMNS = 120, PART_DATE = 0xffff, SEARCH_BYTES = 256, FOLD_KEY = 40 };

/* A row of a pane: a line of its story, and which piece of it when it is wrapped; PART_DATE: the
 * rule of a new day. Rows are in the order of the lines. */
struct pane_row {
    uint32_t line;
    uint32_t part;
};

/* What finds a row again after the story has been told anew. */
struct place {
    struct hash128 entry;
    char contact_id[CONTACT_ID_MAX + 1];
    enum line_kind kind;
    uint32_t repeat; /* among the lines of the same entry and kind */
    uint32_t part;
    int64_t time; /* of the line, or of the one before that has one */
    uint64_t key; /* of a plain line */
    bool known, has_entry;
};

struct pane {
    struct pane_row *row;
    size_t count, capacity;
    size_t top, position; /* of rows */
    int width;            /* that the rows were last laid out for; 0 = never */
    bool fresh;           /* the rows are of the story as it is now */
    bool follow;          /* stays at the end as it grows */
    int skip;             /* cells scrolled away to the left */
    struct box area;      /* inside its frame, as last drawn */
    struct place place;   /* where it was when its rows went out of date */
};

/* The lines of the raw and attribute panes, told when they are first looked at. */
struct plain_line {
    const char *text;
    enum role role;
    uint64_t key; /* finds it again */
};
struct plain {
    struct arena arena;
    struct plain_line *line;
    size_t count;
    bool told;
};

/* Identities of what was learnt from: a body is parsed for it once. */
struct learnt {
    struct hash128 *slot; /* all zero = free */
    size_t capacity, count;
};

struct contact_view {
    struct ui_view base;
    char *id;           /* the contact that was opened */
    char *leg_id;       /* the one that techy tells */
    struct note *note;  /* the chain and its histories; NULL until they have come */
    bool gone;          /* the last answer knew nothing of it */
    char *why_gone;     /* its words on that; NULL = none */
    struct arena arena; /* chain and journey: built from the note */
    struct chain chain;
    struct history *history; /* one for each leg of the chain */
    size_t leg;
    int64_t
        silence; /* last word of a chain of which nothing is live any more; INSTANT_NONE = live */
    struct journey journey;
    struct learnt learnt;
    struct plain plain[PANE_COUNT]; /* raw and attributes */
    struct place raw_of;            /* the line whose entries raw shows */
    struct pane pane[PANE_COUNT];
    enum pane_kind focus, story; /* story: the one shown alone */
    bool both;                   /* stories side by side, where there is room */
    bool hide, unfold_all;
    bool told_unmasked, told_utc; /* how what is laid out was told */
    struct map unfolded;          /* entries (hex of their identity) whose details are shown */
    char search[SEARCH_BYTES];
    regex_t hide_prompts;
    bool hides_prompts;
};

struct ui_view *contact_view_new(struct ui *ui, const char *contact_id);
/* Of a contact in the store or the archive whose id begins so. */
struct ui_view *contact_view_found(struct ui *ui, const char *beginning);
/* contact_open.c: asks for an id. */
void contact_open_prompt(struct ui *ui);
extern const struct view_ops contact_view_ops;
extern const struct view_action contact_actions[];

static inline struct contact_view *contact_view_of(struct ui_view *base)
{
    return (struct contact_view *)base;
}

/* contact_learn.c: what a key hides anywhere in the chain is hidden everywhere in it, so all of a
 * note is read before anything of it is shown. */
void contact_learn(struct contact_view *view, const struct note *note);
void learnt_free(struct learnt *learnt);

/* contact_build.c */
void contact_build(struct contact_view *view); /* after a new note, or another leg */
int64_t contact_silence(const struct contact_view *view);
void contact_style(const struct contact_view *view, struct story_style *out);
const struct story *contact_story(const struct contact_view *view,
                                  enum pane_kind kind); /* NULL for plain panes */
const struct history *contact_history(const struct contact_view *view, const char *contact_id);

/* contact_plain.c, contact_raw.c */
void plain_add(struct plain *plain, enum role role, uint64_t key, const char *text);
void contact_tell_plain(struct contact_view *view, enum pane_kind kind);
void contact_tell_raw(struct contact_view *view, struct plain *plain);

/* contact_rows.c */
void contact_layout(struct contact_view *view, enum pane_kind kind, int width);
/* Both stories laid out as they are now: before rows are counted or sought. */
void contact_settle(struct contact_view *view);
/* Rows are laid out anew when next looked at; to be called before the story changes. */
void contact_outdate(struct contact_view *view);
void contact_fold_key(const struct contact_view *view, const struct story_line *line,
                      char out[FOLD_KEY]);
const struct story_line *contact_line(const struct contact_view *view, enum pane_kind kind,
                                      size_t row);

/* contact_text.c: the text of a row. The time stays where it is when the rest goes sideways. */
enum { CLOCK_WIDTH = 10, MARK_WIDTH = 2, PIECES_MAX = 256 };
struct row_text {
    struct buf time, left, right;
    enum role role;
};
void contact_row_text(const struct contact_view *view, enum pane_kind kind, size_t row,
                      struct row_text *out); /* cleared first */
void row_text_free(struct row_text *text);
/* End of the piece of text that begins at `from` and fills at most width cells, broken at a blank
 * where there is one. */
size_t contact_wrap(const char *text, size_t length, size_t from, int width);
uint32_t contact_pieces(const struct contact_view *view, const struct story_line *line, int width);
void contact_day(const struct ui *ui, int64_t ms, char out[16]);

/* contact_place.c */
struct place contact_place(const struct contact_view *view, enum pane_kind kind);
void contact_find_place(struct contact_view *view, enum pane_kind kind, const struct place *place);
const struct story_line *contact_placed_line(const struct contact_view *view, enum pane_kind kind,
                                             const struct place *place);
void contact_follow_time(
    struct contact_view *view); /* the other story goes where the focused one is */

/* contact_search.c */
void contact_next_error(struct ui *ui, struct ui_view *base, enum action action);
void contact_next_hit(struct ui *ui, struct ui_view *base, enum action action);
void contact_search(struct ui *ui, struct ui_view *base, enum action action);

/* contact_draw.c, contact_head.c, contact_bar.c */
void contact_draw(struct ui_view *base, struct canvas *canvas, struct box area);
int contact_draw_head(struct contact_view *view, struct canvas *canvas,
                      struct box area); /* lines used */
void contact_draw_bar(struct contact_view *view, struct canvas *canvas, struct box area, int row);
bool contact_shows_both(const struct contact_view *view, int width);

/* contact_export.c: the open contact. path NULL: a name of its own. */
bool contact_export_text(struct ui *ui, const char *path, struct err *err);

#endif
