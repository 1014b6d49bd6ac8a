/* What the terminal can do, without a screen on it. */
#include <curses.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "contactwatch/ui.h"
#include <term.h>

void ui_terminal_look(struct ui_terminal *out)
{
    const char *name = getenv("TERM");
    struct winsize size;
    int status = 0;
    *out = (struct ui_terminal){.name = name ? name : "", .codeset = nl_langinfo(CODESET)};
    out->utf8 = strcmp(out->codeset, "UTF-8") == 0;
    out->is_terminal = isatty(STDOUT_FILENO);
    if (!out->is_terminal)
        return;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
        out->width = size.ws_col;
        out->height = size.ws_row;
    }
    out->known = setupterm(NULL, STDOUT_FILENO, &status) == OK;
    if (out->known)
        out->colours = tigetnum("colors");
    if (out->colours < 0)
        out->colours = 0;
}
