/*
 * Themes: a style for each role. Colours are given as #rrggbb and degraded to what the terminal has
 * by screen.c; a theme is one of the six built in, or an INI file of lines `role = #rrggbb on
 * #rrggbb bold`.
 */
#ifndef CONTACTWATCH_UI_THEME_H
#define CONTACTWATCH_UI_THEME_H

#include <time.h>

#include "contactwatch/err.h"
#include "ui/canvas.h"

enum style_attribute {
    STYLE_BOLD = 1,
    STYLE_DIM = 2,
    STYLE_ITALIC = 4,
    STYLE_UNDERLINE = 8,
    STYLE_REVERSE = 16,
};

enum { COLOUR_DEFAULT = -1 }; /* the terminal's own */

struct style {
    int32_t fg, bg; /* 0xrrggbb or COLOUR_DEFAULT */
    uint32_t attributes;
};

enum { THEME_PATH = 1024, THEME_NAME = 64 };

struct theme {
    char name[THEME_NAME];
    char path[THEME_PATH];   /* "" = built in */
    struct timespec changed; /* of the file, when it was read */
    struct style style[ROLE_COUNT];
};

/* Reads "#5fafd7 on #000000 bold underline", "default", "on #202020", "reverse". */
bool style_parse(const char *text, struct style *out, struct err *err);

/* Reads the lines of a theme file into the styles; err names path and line. */
bool theme_parse(struct theme *theme, const char *text, size_t length, const char *path,
                 struct err *err);

/*
 * Loads a theme by path (with a '/'), by NAME.theme in folder (may be NULL), or of the built-in
 * ones. NULL = dark. On failure *theme stays as it was.
 */
bool theme_load(struct theme *theme, const char *name, const char *folder, struct err *err);
/* Reads the file again when it has changed; true when it did. A mistake in it is in err, the theme
 * stays. */
bool theme_reload(struct theme *theme, struct err *err);

/* Names of the built-in themes, NULL-terminated, and their text as shipped in themes/. */
extern const char *const theme_names[];
const char *theme_builtin(const char *name);

/* The attributes that stand for colours where there are none. */
const struct style *theme_mono(void);

#endif
