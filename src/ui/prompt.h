/*
 * The line editor on the message line: UTF-8, a history, completion; what is typed is told to its
 * owner at each change.
 */
#ifndef CONTACTWATCH_UI_PROMPT_H
#define CONTACTWATCH_UI_PROMPT_H

#include "ui/canvas.h"
#include "ui/keys.h"

enum { PROMPT_MAX = 2048, PROMPT_HISTORY = 50 };

struct ui;
struct prompt_history {
    char *line[PROMPT_HISTORY];
    size_t count;
};

/* The lines typed before are kept by kind, in struct ui. */
enum prompt_kind {
    PROMPT_OTHER,
    PROMPT_FILTER,
    PROMPT_COMMAND,
    PROMPT_SEARCH,
    PROMPT_CONTACT,
    PROMPT_KINDS
};

/* What a prompt is for. Each function may be NULL. */
struct prompt_use {
    const char *label;                                /* "filter: " */
    enum prompt_kind kind;                            /* PROMPT_OTHER has no history */
    void (*changed)(struct ui *ui, const char *text); /* may set prompt.error */
    void (*done)(struct ui *ui, const char *text); /* Enter; not called while there is an error */
    void (*cancelled)(struct ui *ui);              /* Esc */
    /* Appends the candidates for the word that begins at *start, each ended by a newline. */
    void (*complete)(struct ui *ui, const char *text, size_t *start, struct buf *candidates);
};

struct prompt {
    const struct prompt_use *use; /* NULL = closed */
    char text[PROMPT_MAX];
    size_t length, cursor; /* bytes */
    size_t recalled;       /* how far back in the history; 0 = the own line */
    char own[PROMPT_MAX];  /* what was typed before the history was entered */
    char error[160];
    size_t error_at; /* byte offset in text */
    char hint[256];  /* candidates of the completion */
};

void prompt_open(struct prompt *prompt, const struct prompt_use *use, const char *text);
void prompt_key(struct ui *ui, struct prompt *prompt, const struct key_press *press);
void prompt_draw(const struct prompt *prompt, struct canvas *canvas, int row, int error_row);
void prompt_history_free(struct prompt_history *history);

#endif
