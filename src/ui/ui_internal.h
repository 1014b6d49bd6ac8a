/*
 * The inside of the screen: the view stack, the prompt, the message line, the pause. One thread
 * owns all of it.
 *
 *   row 0            the header: what is watched, is it live, the clock
 *   row 1 … n-3      the topmost view
 *   row n-2          the message line, or the prompt
 *   row n-1          the line of keys, or the prompt's mistake
 */
#ifndef CONTACTWATCH_UI_INTERNAL_H
#define CONTACTWATCH_UI_INTERNAL_H

#include "contactwatch/mask.h"
#include "contactwatch/ui.h"
#include "contactwatch/view.h"
#include "ui/pause.h"
#include "ui/prompt.h"
#include "ui/screen.h"

enum {
    STACK_MAX = 8,
    UI_MIN_ROWS = 8,
    UI_MIN_COLUMNS = 40,
    MESSAGE_MS = 6000,
    UNMASK_IDLE_MS = 5 * 60 * 1000,
};

struct ui_view;
typedef void (*action_fn)(struct ui *ui, struct ui_view *view, enum action action);
struct view_action {
    enum action action;
    action_fn run;
};

/*
 * A view: one file each. Every slot but name, actions and draw may be NULL. A view's own struct
 * begins with struct ui_view; it is made by its constructor, pushed with ui_push, and freed by
 * close.
 */
struct view_ops {
    const char *name;         /* "Contacts": in crumbs and help */
    enum key_context context; /* CONTEXT_CONTACTS for lists, CONTEXT_CONTACT */
    bool overlay;             /* drawn over the view beneath it */
    bool modal;               /* keeps all keys to itself, and says what they are */
    const struct view_action
        *actions; /* what it does, ended by ACTION_NONE; before the program's own actions */
    void (*close)(struct ui_view *view);
    void (*draw)(struct ui_view *view, struct canvas *canvas, struct box area);
    /* True when the key was taken; asked before the key table. For menus and typed input. */
    bool (*key)(struct ui_view *view, const struct key_press *press);
    /* Each second, before drawing. */
    void (*tick)(struct ui_view *view);
    /* A NOTE_CONTACT; true = the view keeps it and frees it with note_free. */
    bool (*note)(struct ui_view *view, struct note *note);
    /* The contact shown or selected; NULL if none. For copy and export. */
    const char *(*contact)(struct ui_view *view);
};

struct ui_view {
    const struct view_ops *ops;
    struct ui *ui;
    struct box area; /* where it was last drawn: for pages and the mouse */
    bool waits; /* has asked for a contact and shows nothing yet: gets its note even while paused */
    char title[80]; /* in the crumbs, when not the name of the view */
};

/* How the picture stands to a store that several processes share. */
struct picture {
    bool shared;        /* it is one */
    int64_t read_at;    /* when the follower last read it through */
    int64_t every;      /* where no feed is followed: ms between two looks; else 0 */
    int64_t heard_at;   /* newest heartbeat of any ingester; before the first, since we listen */
    int64_t lag;        /* the slowest ingester's, ms; -1 = not known */
    unsigned ingesters; /* heard of in the last minute, but for those who run on demand */
    bool on_demand;     /* who spoke last runs on demand: silence is as it should be */
    int64_t written_at; /* newest change or heartbeat; 0 = none is known */
};

enum message_kind { MESSAGE_INFO, MESSAGE_GOOD, MESSAGE_BAD };

struct ui {
    struct live *live;
    struct inbox *inbox;
    struct ui_host host;
    struct ui_options options;
    struct screen *screen;
    struct canvas canvas;
    struct theme theme;
    struct keymap keymap;
    struct mask mask;
    struct ui_view *stack[STACK_MAX];
    size_t depth;
    struct prompt prompt;
    struct prompt_history history[PROMPT_KINDS];
    struct pause pause;
    struct export_job *export_job; /* NULL = none is running */
    int64_t now;                   /* the picture's time: frozen while paused */
    int64_t last_key;              /* by the options' clock */
    int64_t last_tick;             /* the second last drawn */
    int64_t newest;                /* event time of the newest record seen */
    int64_t quiet_until;           /* rows that changed before this do not flash: the first load */
    int64_t pressed_at;            /* mouse: the press before, for the double click */
    int pressed_row, pressed_column;
    char message[256];
    enum message_kind message_kind;
    int64_t message_until;
    char store_error[256];
    struct picture picture;
    bool answering;       /* a key is answered first: what takes longer is left to the next frame */
    int64_t postponed_ns; /* since when something has been; 0 */
    bool hurry;           /* a contact asked for has come: no waiting for the next frame */
    bool dirty, quit, asked_quit, utc, loaded;
    int status;
    int wake; /* eventfd: ui_quit */
};

/* ui.c */
int64_t ui_wall(const struct ui *ui); /* the options' clock: goes on while paused */
void ui_message(struct ui *ui, enum message_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool ui_save(struct ui *ui, const char *key, const char *value);
const char *ui_load(struct ui *ui, const char *key);
bool ui_set_theme(struct ui *ui, const char *name, struct err *err);
/* Text through the mask into out (cleared first); key as in mask_text. Returns out's text. */
const char *ui_masked(const struct ui *ui, struct buf *out, const char *key, const char *text);
/* Clock times of the screen, "16:36:40"; and the zone's name. */
void ui_clock(const struct ui *ui, int64_t ms, char out[16]);
void ui_zone(const struct ui *ui, char out[16]);

/* ui_stack.c */
void ui_push(struct ui *ui, struct ui_view *view);
void ui_pop(struct ui *ui);
struct ui_view *ui_top(const struct ui *ui);
/* The topmost view that is no overlay. */
struct ui_view *ui_shown(const struct ui *ui);
/* Views of a number key, in order; NULL = not there. ui_go opens one over Contacts in place of what
 * is shown. */
struct view_entry {
    const char *name;
    enum action action;
    const struct view_ops *ops;
    struct ui_view *(*make)(struct ui *ui); /* NULL for Contacts, which is always at the bottom */
};
extern const struct view_entry ui_views[];
extern const size_t ui_view_count;
void ui_go(struct ui *ui, size_t entry);

/* ui_actions.c: what the key table's actions do, whatever the view. */
bool ui_can(const struct ui_view *view, enum action action);
void ui_do(struct ui *ui, enum action action);
void ui_key(struct ui *ui, const struct key_press *press);
bool ui_available(enum action action); /* done by the program or by one of its views */

/* ui_draw.c */
void ui_draw(struct ui *ui);

/* ui_loop.c */
void ui_take(struct ui *ui, struct note *note); /* applies one note, and frees it */
void ui_tick(struct ui *ui);

/* list.c: moving through a list. The new position for a move, `page` lines a page; the same when it
 * is none. */
size_t list_move(enum action action, size_t position, size_t count, size_t page);
/* First line shown, so that position is visible among rows lines; top is the first line before. */
size_t list_scroll(size_t top, size_t position, size_t count, size_t rows);

/* help_view.c, menu.c, command.c, copy.c, export.c, mask_toggle.c */
struct ui_view *help_view_new(struct ui *ui);
void command_prompt(struct ui *ui);
void copy_text(struct ui *ui, const char *text, const char *what);
void copy_link(struct ui *ui, const char *contact_id);
void mask_toggle(struct ui *ui);
void mask_idle(struct ui *ui);

/* flash.c */
bool flash_is_on(const struct ui *ui, const struct row *row);

/* The contact shown or selected by the view on top, NULL if none. */
const char *ui_contact(struct ui *ui);

#endif
