#include "ui/screen_colour.h"

#include <stdlib.h>

static int red(int32_t rgb)
{
    return rgb >> 16 & 0xff;
}

static int green(int32_t rgb)
{
    return rgb >> 8 & 0xff;
}

static int blue(int32_t rgb)
{
    return rgb & 0xff;
}

static long distance(int32_t rgb, int r, int g, int b)
{
    long dr = red(rgb) - r, dg = green(rgb) - g, db = blue(rgb) - b;
    return 2 * dr * dr + 4 * dg * dg + 3 * db * db;
}

static int cube_step(int value)
{
    return value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40;
}

int colour_256(int32_t rgb)
{
    static const int level[] = {0, 95, 135, 175, 215, 255};
    int r = cube_step(red(rgb)), g = cube_step(green(rgb)), b = cube_step(blue(rgb));
    int mean = (red(rgb) + green(rgb) + blue(rgb)) / 3;
    int grey = mean < 8 ? 0 : mean > 238 ? 23 : (mean - 8 + 5) / 10;
    if (grey > 23)
        grey = 23;
    int shade = 8 + 10 * grey;
    bool cube_wins =
        distance(rgb, level[r], level[g], level[b]) <= distance(rgb, shade, shade, shade);
    return cube_wins ? 16 + 36 * r + 6 * g + b : 232 + grey;
}

int colour_8(int32_t rgb)
{
    int r = red(rgb), g = green(rgb), b = blue(rgb);
    int high = r > g ? (r > b ? r : b) : (g > b ? g : b);
    int low = r < g ? (r < b ? r : b) : (g < b ? g : b);
    if (high - low < 32) /* a grey */
        return high < 128 ? COLOR_BLACK : COLOR_WHITE;
    int half = (high + low) / 2;
    return (r > half ? COLOR_RED : 0) | (g > half ? COLOR_GREEN : 0) | (b > half ? COLOR_BLUE : 0);
}

/* On the terminal's own background, whose colour is not known, a grey of 8 could vanish: its own
 * text does not. */
static int degrade(int32_t rgb, bool on_default, int colours)
{
    if (rgb == COLOUR_DEFAULT)
        return -1;
    if (colours > 256)
        return rgb < 8 ? rgb | 8 : rgb; /* direct colour keeps 0 to 7 for the first eight */
    if (colours >= 256)
        return colour_256(rgb);
    int colour = colour_8(rgb);
    return on_default && (colour == COLOR_BLACK || colour == COLOR_WHITE) ? -1 : colour;
}

static attr_t attributes_of(const struct style *style)
{
    static const struct {
        uint32_t bit;
        attr_t attribute;
    } map[] = {{STYLE_BOLD, A_BOLD},
               {STYLE_DIM, A_DIM},
               {STYLE_ITALIC, A_ITALIC},
               {STYLE_UNDERLINE, A_UNDERLINE},
               {STYLE_REVERSE, A_REVERSE}};
    attr_t attributes = A_NORMAL;
    for (size_t i = 0; i < ARRAY_SIZE(map); i++)
        if (style->attributes & map[i].bit)
            attributes |= map[i].attribute;
    return attributes;
}

static struct look make_look(struct style style, int number, int colours)
{
    struct look look = {.attributes = attributes_of(&style)};
    if (!colours || (style.fg == COLOUR_DEFAULT && style.bg == COLOUR_DEFAULT))
        return look;
    int fg = degrade(style.fg, style.bg == COLOUR_DEFAULT, colours);
    int bg = degrade(style.bg, false, colours);
    if (fg == bg && fg >= 0)
        fg = bg == COLOR_WHITE ? COLOR_BLACK : COLOR_WHITE;
    if (init_extended_pair(number, fg, bg) == OK)
        look.pair = number;
    return look;
}

void palette_make(struct palette *palette, const struct theme *theme, int colours)
{
    const struct style *styles = colours ? theme->style : theme_mono();
    const struct style *flash = &styles[ROLE_FLASH];
    for (int role = 0; role < ROLE_COUNT; role++) {
        struct style style = styles[role];
        palette->look[0][role] = make_look(style, 1 + role, colours);
        if (flash->bg != COLOUR_DEFAULT) {
            style.bg = flash->bg;
            if (flash->fg != COLOUR_DEFAULT)
                style.fg = flash->fg;
        }
        style.attributes = (style.attributes & ~(uint32_t)STYLE_DIM) | flash->attributes;
        palette->look[1][role] = make_look(style, 1 + ROLE_COUNT + role, colours);
    }
}

struct look palette_look(const struct palette *palette, enum role role, unsigned over)
{
    struct look look = palette->look[over & OVER_FLASH ? 1 : 0][role];
    if (over & OVER_SELECTED) {
        attr_t bold = look.attributes & A_BOLD;
        look = palette->look[0][ROLE_SELECTED];
        look.attributes |= bold;
    }
    if (over & OVER_REVERSE)
        look.attributes ^= A_REVERSE;
    if (over & OVER_BOLD)
        look.attributes |= A_BOLD;
    if (over & OVER_UNDERLINE)
        look.attributes |= A_UNDERLINE;
    return look;
}
