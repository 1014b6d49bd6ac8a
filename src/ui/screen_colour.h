/* From a theme's colours to what the terminal has: true colour, 256, 8, or attributes alone. */
#ifndef CONTACTWATCH_UI_SCREEN_COLOUR_H
#define CONTACTWATCH_UI_SCREEN_COLOUR_H

#include <curses.h>

#include "ui/theme.h"

struct look {
    attr_t attributes;
    int pair;
};

struct palette {
    struct look look[2][ROLE_COUNT]; /* [with the flash's background][role] */
};

void palette_make(struct palette *palette, const struct theme *theme, int colours);
struct look palette_look(const struct palette *palette, enum role role, unsigned over);

/* The nearest of 256 (the cube and the greys, which no terminal repaints), and of the 8 by hue. */
int colour_256(int32_t rgb);
int colour_8(int32_t rgb);

#endif
