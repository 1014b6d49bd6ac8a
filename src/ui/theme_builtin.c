/* The themes of themes/, so that the program needs no installed file; a test holds the two equal.
 */
#include <stddef.h>
#include <string.h>

#include "ui/theme.h"

const char *const theme_names[] = {"dark", "light", "high-contrast", "colour-blind", "solarized",
                                   "mono", NULL};

/* clang-format off */
static const char *const theme_text[] = {
    "# The default. On the terminal's own background; every colour has a contrast of 3.9 or more on white and on black.\n"
    "text = default\n"
    "dim = #767676\n"
    "head = default underline\n"
    "title = #0087af bold\n"
    "selected = #ffffff on #005f87\n"
    "flash = bold\n"
    "ok = #008700\n"
    "warn = #af5f00 bold\n"
    "bad = #d7005f bold\n"
    "queued = #af5f00\n"
    "agent = #008787\n"
    "ended = #767676\n"
    "flow = #0087af\n"
    "lambda = #875fd7\n"
    "error = #d7005f bold\n"
    "attribute = #5f8700\n"
    "border = #767676\n",
    "# Dark text on white, whatever the terminal's own colours are.\n"
    "text = #1c1c1c on #ffffff\n"
    "dim = #626262 on #ffffff\n"
    "head = #1c1c1c on #e4e4e4 bold\n"
    "title = #005f87 on #ffffff bold\n"
    "selected = #ffffff on #005faf\n"
    "flash = #1c1c1c on #ffffaf\n"
    "ok = #005f00 on #ffffff\n"
    "warn = #875f00 on #ffffff bold\n"
    "bad = #af0000 on #ffffff bold\n"
    "queued = #875f00 on #ffffff\n"
    "agent = #005f5f on #ffffff\n"
    "ended = #6c6c6c on #ffffff\n"
    "flow = #005faf on #ffffff\n"
    "lambda = #5f00af on #ffffff\n"
    "error = #af0000 on #ffffff bold\n"
    "attribute = #5f5f00 on #ffffff\n"
    "border = #8a8a8a on #ffffff\n",
    "# White on black; every pair has a contrast of 7 or more.\n"
    "text = #ffffff on #000000\n"
    "dim = #c6c6c6 on #000000\n"
    "head = #000000 on #ffffff bold\n"
    "title = #ffffff on #000000 bold underline\n"
    "selected = #000000 on #ffff00 bold\n"
    "flash = #000000 on #ffffff bold\n"
    "ok = #5fff5f on #000000\n"
    "warn = #ffff00 on #000000 bold\n"
    "bad = #ff8787 on #000000 bold underline\n"
    "queued = #ffff00 on #000000\n"
    "agent = #5fffff on #000000\n"
    "ended = #c6c6c6 on #000000\n"
    "flow = #87d7ff on #000000\n"
    "lambda = #ffafff on #000000\n"
    "error = #ff8787 on #000000 bold underline\n"
    "attribute = #d7ff87 on #000000\n"
    "border = #ffffff on #000000\n",
    "# Blue against orange: nothing is told by red against green.\n"
    "text = #dadada on #121212\n"
    "dim = #949494 on #121212\n"
    "head = #dadada on #303030 bold\n"
    "title = #56b4e9 on #121212 bold\n"
    "selected = #000000 on #56b4e9\n"
    "flash = #ffffff on #444444\n"
    "ok = #56b4e9 on #121212\n"
    "warn = #f0e442 on #121212 bold\n"
    "bad = #ff8700 on #121212 bold underline\n"
    "queued = #f0e442 on #121212\n"
    "agent = #56b4e9 on #121212\n"
    "ended = #949494 on #121212\n"
    "flow = #dadada on #121212\n"
    "lambda = #cc79a7 on #121212\n"
    "error = #ff8700 on #121212 bold underline\n"
    "attribute = #afafff on #121212\n"
    "border = #6c6c6c on #121212\n",
    "# Ethan Schoonover's palette, the dark variant; accents lightened where the original falls below a contrast of 4.\n"
    "text = #93a1a1 on #002b36\n"
    "dim = #839496 on #002b36\n"
    "head = #eee8d5 on #073642 bold\n"
    "title = #4aa5e6 on #002b36 bold\n"
    "selected = #002b36 on #93a1a1\n"
    "flash = #fdf6e3 on #0f5563\n"
    "ok = #a3b800 on #002b36\n"
    "warn = #cba000 on #002b36 bold\n"
    "bad = #ff7f73 on #002b36 bold\n"
    "queued = #cba000 on #002b36\n"
    "agent = #35b5aa on #002b36\n"
    "ended = #839496 on #002b36\n"
    "flow = #4aa5e6 on #002b36\n"
    "lambda = #a3a6e8 on #002b36\n"
    "error = #ff7f73 on #002b36 bold\n"
    "attribute = #f08a5a on #002b36\n"
    "border = #586e75 on #002b36\n",
    "# No colours: what a colour would say is said by the signs, this only guides the eye.\n"
    "text = default\n"
    "dim = default\n"
    "head = underline\n"
    "title = bold\n"
    "selected = reverse\n"
    "flash = bold\n"
    "ok = default\n"
    "warn = bold\n"
    "bad = bold\n"
    "queued = default\n"
    "agent = default\n"
    "ended = dim\n"
    "flow = default\n"
    "lambda = default\n"
    "error = bold\n"
    "attribute = default\n"
    "border = default\n",
};
/* clang-format on */

const char *theme_builtin(const char *name)
{
    for (size_t i = 0; theme_names[i]; i++)
        if (!strcmp(theme_names[i], name))
            return theme_text[i];
    return NULL;
}
