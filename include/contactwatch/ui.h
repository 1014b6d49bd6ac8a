/*
 * The live screen. One thread owns ncurses and everything here; it polls the keyboard and the inbox
 * and sleeps when nothing changed. It reads only live/ (and what live/ hands on); it knows nothing
 * of stores or sources: what it needs from outside comes through struct ui_host.
 */
#ifndef CONTACTWATCH_UI_H
#define CONTACTWATCH_UI_H

#include <stdio.h>

#include "contactwatch/inbox.h"
#include "contactwatch/live.h"

/* What the screen asks of the program around it. Any function may be NULL: then that is not on
 * offer. */
struct ui_host {
    void *context;
    void (*open_contact)(
        void *context, const char *contact_id); /* answered by NOTE_CONTACT, again at each change */
    void (*close_contact)(void *context);
    /* Likewise by the beginning of its id: the note tells the whole one. */
    void (*find_contact)(void *context, const char *beginning);
    void (*metrics)(void *context, struct metrics_view *out);
    bool (*save_state)(void *context, const char *key,
                       const char *value); /* what is set on purpose persists; NULL removes */
    const char *(*load_state)(void *context, const char *key); /* NULL = was never saved */
};

struct ui_options {
    const char *title;        /* "support-prod": what is watched */
    const char *path;         /* "sim→sqlite" */
    const char *theme;        /* name or path; NULL = dark */
    const char *theme_dir;    /* where NAME.theme is looked for, before the built-in copies */
    const char *filter;       /* initial, may be NULL */
    const char *columns;      /* "status,queue,attr.tier"; NULL = by width */
    const char *sort;         /* "in_state", "-total"; NULL = in_state */
    const char *mask_keys;    /* NULL = default */
    const char *hide_prompts; /* regular expression; NULL */
    const char *export_dir;   /* NULL = the current folder */
    const char *console; /* address of the Connect instance, "https://NAME.my.connect.aws"; NULL =
                            no links */
    bool allow_unmask, unmask, ascii, utc, mouse, read_only, ingests;
    int colours; /* -1 = ask the terminal; 0 mono, 8, 256, 1<<24 */
    const struct clock *clock;
    const char *const *bind; /* key, action, key, action … NULL, from the config; may be NULL */
    FILE *in, *out;          /* NULL = stdin, stdout: tests give their own */
    const char *term;        /* NULL = $TERM */
};

struct ui;
struct ui *ui_new(struct live *live, struct inbox *inbox, const struct ui_host *host,
                  const struct ui_options *options, struct err *err);
/* Runs until the user quits, the terminal goes away, or ui_quit. Returns the exit status. */
int ui_run(struct ui *ui);
void ui_quit(struct ui *ui); /* async-signal-safe */
void ui_free(struct ui *ui); /* restores the terminal */

/* For tests and the benchmark (in and out may be /dev/null): one key by its name ("j", "Enter",
 * "^B", "PgDn"), one tick, the picture as text. */
bool ui_press(struct ui *ui, const char *key);
void ui_step(struct ui *ui); /* drains the inbox, refreshes, draws what is dirty */
void ui_resize(struct ui *ui, int rows, int columns);
void ui_picture(struct ui *ui, struct buf *out,
                bool attributes); /* the screen as lines of UTF-8; with [role] marks */

/* The key table as text for man page and README. */
void ui_describe_keys(struct buf *out);

/* What the terminal can do; for doctor. Texts are the system's. */
struct ui_terminal {
    bool is_terminal, known; /* standard output is one; its name is in the terminfo database */
    const char *name, *codeset;
    int colours, width, height;
    bool utf8;
};
void ui_terminal_look(struct ui_terminal *out);

#endif
