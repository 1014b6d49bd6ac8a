#include "ui/screen.h"

#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "contactwatch/text.h"
#include "ui/screen_colour.h"
#include "ui/screen_keys.h"
#include "ui/screen_signal.h"

struct screen {
    SCREEN *curses;
    FILE *in, *out;
    struct canvas shown; /* what the terminal holds */
    struct palette palette;
    int colours;
    bool ascii, mouse, fresh, real; /* fresh: shown is not valid; real: out is a terminal */
    cchar_t *line;
};

static void use(struct screen *screen)
{
    set_term(screen->curses);
}

bool screen_ascii(const struct screen *screen)
{
    return screen->ascii;
}

int screen_colours(const struct screen *screen)
{
    return screen->colours;
}

int screen_input(const struct screen *screen)
{
    return fileno(screen->in);
}

int screen_resized(const struct screen *screen)
{
    (void)screen;
    return screen_signal_fd();
}

static int limit_colours(int asked)
{
    const char *no_color = getenv("NO_COLOR");
    if ((no_color && *no_color && asked < 0) || asked == 0 || !has_colors())
        return 0;
    int have = COLORS;
    return asked > 0 && asked < have ? asked : have;
}

static void set_modes(struct screen *screen)
{
    raw(); /* no flow control, and ^C ^Z come as keys */
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    intrflush(stdscr, FALSE);
    leaveok(stdscr, FALSE);
    set_escdelay(25);
    mouseinterval(0);
    screen_mouse(screen, screen->mouse);
}

struct screen *screen_open(const struct screen_options *options, struct err *err)
{
    struct screen *screen = mem_zero(sizeof(*screen));
    screen->in = options->in ? options->in : stdin;
    screen->out = options->out ? options->out : stdout;
    screen->real = isatty(fileno(screen->out));
    const char *term = options->term ? options->term : getenv("TERM");
    setlocale(LC_CTYPE, "");
    screen->ascii = options->ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
    screen_signal_save(fileno(screen->in), fileno(screen->out));
    screen->curses = newterm(term, screen->out, screen->in);
    if (!screen->curses) {
        screen_signal_forget();
        free(screen);
        err_set(err, "the terminal “%.60s” is not known: set TERM to one that is",
                term ? term : "");
        return NULL;
    }
    screen->mouse = options->mouse;
    screen->colours = 0;
    if (has_colors()) {
        start_color();
        use_default_colors();
        screen->colours = limit_colours(options->colours);
    }
    set_modes(screen);
    screen_signal_catch();
    screen->fresh = true;
    return screen;
}

/* The page is left empty: where the window has become wider meanwhile, a multiplexer folds what is
 * on it into the history of the page it goes back to. */
static void leave(struct screen *screen)
{
    mousemask(0, NULL);
    if (screen_has_own_page()) {
        erase();
        refresh();
    }
    endwin();
    fflush(screen->out);
}

void screen_close(struct screen *screen)
{
    if (!screen)
        return;
    use(screen);
    leave(screen);
    screen_signal_forget();
    delscreen(screen->curses);
    canvas_free(&screen->shown);
    free(screen->line);
    free(screen);
}

void screen_set_size(struct screen *screen, int rows, int columns)
{
    use(screen);
    struct winsize size;
    if (rows <= 0 && ioctl(fileno(screen->out), TIOCGWINSZ, &size) == 0 && size.ws_row > 0) {
        rows = size.ws_row;
        columns = size.ws_col;
    }
    if (rows > 0 && columns > 0)
        resizeterm(rows, columns);
    screen->fresh = true;
}

void screen_size(struct screen *screen, int *rows, int *columns)
{
    use(screen);
    getmaxyx(stdscr, *rows, *columns);
}

void screen_theme(struct screen *screen, const struct theme *theme)
{
    use(screen);
    palette_make(&screen->palette, theme, screen->colours);
    screen->fresh = true;
}

void screen_mouse(struct screen *screen, bool on)
{
    use(screen);
    screen->mouse = on;
    mousemask(on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
}

/* ncurses must agree on the width of a character, or the line would shift: what it sees otherwise
 * becomes '?'. */
static void make_cell(const struct screen *screen, const struct cell *cell, bool wide, cchar_t *out)
{
    wchar_t text[2 + CELL_COMBINING] = {(wchar_t)cell->code};
    if (wcwidth(text[0]) != (wide ? 2 : 1))
        text[0] = L'?';
    else
        for (int i = 0; i < CELL_COMBINING && cell->combining[i]; i++)
            if (wcwidth((wchar_t)cell->combining[i]) == 0)
                text[i + 1] = (wchar_t)cell->combining[i];
    struct look look = palette_look(&screen->palette, (enum role)cell->role, cell->over);
    int pair = look.pair;
    setcchar(out, text, look.attributes, (short)pair, &pair);
}

static void show_line(struct screen *screen, const struct canvas *canvas, int row)
{
    const struct cell *line = canvas->cell + (size_t)row * (size_t)canvas->columns;
    int cells = 0;
    for (int column = 0; column < canvas->columns; column++) {
        bool wide = column + 1 < canvas->columns && line[column + 1].code == 0;
        if (line[column].code == 0)
            continue; /* the right half: ncurses adds it itself */
        make_cell(screen, &line[column], wide, &screen->line[cells]);
        bool replaced = wide && wcwidth((wchar_t)line[column].code) != 2;
        cells++;
        if (replaced)
            screen->line[cells] = screen->line[cells - 1], cells++;
    }
    mvadd_wchnstr(row, 0, screen->line, cells);
}

static bool same_line(const struct canvas *a, const struct canvas *b, int row)
{
    size_t at = (size_t)row * (size_t)a->columns;
    return memcmp(a->cell + at, b->cell + at, (size_t)a->columns * sizeof(struct cell)) == 0;
}

static bool place_cursor(struct screen *screen, const struct canvas *canvas)
{
    bool moved = screen->shown.cursor_row != canvas->cursor_row ||
                 screen->shown.cursor_column != canvas->cursor_column;
    screen->shown.cursor_row = canvas->cursor_row;
    screen->shown.cursor_column = canvas->cursor_column;
    if (moved || screen->fresh)
        curs_set(canvas->cursor_row >= 0);
    if (canvas->cursor_row >= 0)
        move(canvas->cursor_row, canvas->cursor_column);
    return moved;
}

static void start_over(struct screen *screen, const struct canvas *canvas)
{
    canvas_resize(&screen->shown, canvas->rows, canvas->columns);
    screen->line = mem_realloc(screen->line, ((size_t)canvas->columns + 1) * sizeof(cchar_t));
    clear();
}

void screen_show(struct screen *screen, const struct canvas *canvas)
{
    use(screen);
    bool all = screen->fresh || screen->shown.rows != canvas->rows ||
               screen->shown.columns != canvas->columns;
    if (all)
        start_over(screen, canvas);
    bool dirty = all;
    for (int row = 0; row < canvas->rows; row++) {
        if (!all && same_line(&screen->shown, canvas, row))
            continue;
        show_line(screen, canvas, row);
        size_t at = (size_t)row * (size_t)canvas->columns;
        memcpy(screen->shown.cell + at, canvas->cell + at,
               (size_t)canvas->columns * sizeof(struct cell));
        dirty = true;
    }
    if (place_cursor(screen, canvas) || dirty)
        refresh();
    screen->fresh = false;
}

void screen_repaint(struct screen *screen)
{
    screen->fresh = true;
}

void screen_suspend(struct screen *screen)
{
    use(screen);
    leave(screen);
    raise(SIGSTOP);
    set_modes(screen);
    screen_set_size(screen, 0, 0);
}

void screen_send(struct screen *screen, const char *bytes, size_t length)
{
    fflush(screen->out);
    fwrite(bytes, 1, length, screen->out);
    fflush(screen->out);
}

struct key_press screen_key(struct screen *screen)
{
    use(screen);
    return screen_read_key();
}
