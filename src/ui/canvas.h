/*
 * The picture in memory: a grid of cells with roles instead of colours. Views draw here; the screen
 * sends the terminal only what differs from the picture before, and the tests read it back.
 * Everything written passes the sanitiser.
 */
#ifndef CONTACTWATCH_UI_CANVAS_H
#define CONTACTWATCH_UI_CANVAS_H

#include "contactwatch/mem.h"

/* What a cell means. Themes give each a style; declared once, the theme file's names come from
 * here. */
#define ROLES(_)                                                                                   \
    _(TEXT, "text")                                                                                \
    _(DIM, "dim")                                                                                  \
    _(HEAD, "head")                                                                                \
    _(TITLE, "title")                                                                              \
    _(SELECTED, "selected")                                                                        \
    _(FLASH, "flash")                                                                              \
    _(OK, "ok")                                                                                    \
    _(WARN, "warn")                                                                                \
    _(BAD, "bad")                                                                                  \
    _(QUEUED, "queued")                                                                            \
    _(AGENT, "agent")                                                                              \
    _(ENDED, "ended")                                                                              \
    _(FLOW, "flow")                                                                                \
    _(LAMBDA, "lambda")                                                                            \
    _(ERROR, "error")                                                                              \
    _(ATTRIBUTE, "attribute")                                                                      \
    _(BORDER, "border")

#define ROLE_ENUM(id, name) ROLE_##id,
enum role { ROLES(ROLE_ENUM) ROLE_COUNT };
extern const char *const role_name[ROLE_COUNT];

/* Laid over the role of a cell. */
enum overlay {
    OVER_SELECTED = 1, /* takes the selected style whole */
    OVER_FLASH = 2,    /* the flash style's background and attributes */
    OVER_REVERSE = 4,
    OVER_BOLD = 8,
    OVER_UNDERLINE = 16,
};

enum { CELL_COMBINING = 2, CANVAS_MAX = 1000 /* rows or columns */ };

struct cell {
    uint32_t code; /* 0 = the right half of a wide character */
    uint32_t combining[CELL_COMBINING];
    uint8_t role, over;
    uint16_t unused; /* always 0: lines are compared by their bytes */
};

struct canvas {
    struct cell *cell;
    int rows, columns;
    bool ascii; /* own signs become their ASCII form, all else beyond ASCII '?' */
    int cursor_row, cursor_column; /* -1 = hidden */
    struct buf scratch;
};

struct box {
    int row, column, rows, columns;
};

void canvas_resize(struct canvas *canvas, int rows, int columns); /* and blanks it */
void canvas_free(struct canvas *canvas);
void canvas_clear(struct canvas *canvas, struct box area);

/* Writes text into at most width cells, an ellipsis last when cut. Returns the cells used. Clips at
 * the edges. */
int canvas_put(struct canvas *canvas, int row, int column, int width, enum role role,
               const char *text);
/* As canvas_put, with blanks up to width; right: blanks first. */
void canvas_fit(struct canvas *canvas, int row, int column, int width, bool right, enum role role,
                const char *text);
int canvas_printf(struct canvas *canvas, int row, int column, int width, enum role role,
                  const char *format, ...) __attribute__((format(printf, 6, 7)));
void canvas_fill(struct canvas *canvas, int row, int column, int width, enum role role);
void canvas_over(struct canvas *canvas, int row, int column, int width, unsigned over);
/* A frame along the edge of area, a title in its upper line (NULL = none); the inside is blanked.
 */
void canvas_frame(struct canvas *canvas, struct box area, enum role role, const char *title);
void canvas_cursor(struct canvas *canvas, int row, int column);

/* Cells the text takes once sanitised. */
int canvas_width(struct canvas *canvas, const char *text);

/* The picture as lines of UTF-8, trailing blanks cut; roles: changes of role and overlay as
 * [role+over] marks. */
void canvas_picture(const struct canvas *canvas, struct buf *out, bool roles);

#endif
