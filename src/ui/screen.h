/*
 * The terminal: ncurses opened on given streams, colours by what it can do, and its restoration
 * whatever happens. Only the thread that opened a screen may use it.
 */
#ifndef CONTACTWATCH_UI_SCREEN_H
#define CONTACTWATCH_UI_SCREEN_H

#include <stdio.h>

#include "ui/keys.h"
#include "ui/theme.h"

struct screen_options {
    FILE *in, *out;   /* NULL = stdin, stdout */
    const char *term; /* NULL = $TERM */
    int colours;      /* -1 = ask the terminal; else a limit: 0, 8, 256, 1 << 24 */
    bool mouse, ascii;
};

struct screen;
struct screen *screen_open(const struct screen_options *options, struct err *err);
void screen_close(struct screen *screen); /* restores the terminal */

bool screen_ascii(const struct screen *screen); /* asked for, or the locale is not UTF-8 */
int screen_colours(const struct screen *screen);
int screen_input(const struct screen *screen);   /* descriptor for poll() */
int screen_resized(const struct screen *screen); /* descriptor that is readable after SIGWINCH */
/* The terminal's size; set: tells ncurses first (0, 0 = as the terminal says). */
void screen_size(struct screen *screen, int *rows, int *columns);
void screen_set_size(struct screen *screen, int rows, int columns);

void screen_theme(struct screen *screen, const struct theme *theme);
void screen_mouse(struct screen *screen, bool on);

/* Sends what differs from the picture before. Nothing is written when nothing differs. */
void screen_show(struct screen *screen, const struct canvas *canvas);
void screen_repaint(struct screen *screen); /* the next screen_show sends everything */
void screen_suspend(struct screen *screen); /* back to the shell; returns when continued */
/* Sends an escape sequence past the picture (OSC 52). */
void screen_send(struct screen *screen, const char *bytes, size_t length);

/* The next key waiting, without waiting for one; KEY_NONE when there is none. */
struct key_press screen_key(struct screen *screen);

#endif
