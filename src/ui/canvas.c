#include "ui/canvas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/text.h"

#define ROLE_NAME(id, name) name,
const char *const role_name[ROLE_COUNT] = {ROLES(ROLE_NAME)};

/* The program's own signs in ASCII; each keeps its width of one cell. */
static const struct {
    const char *from;
    char to;
} ascii_sign[] = {
    {"▶", '>'}, {"●", '*'}, {"○", 'o'},  {"✗", 'x'},  {"–", '-'}, {"—", '-'}, {"…", '~'},
    {"•", '*'}, {"→", '>'}, {"←", '<'},  {"↑", '^'},  {"↓", 'v'}, {"▲", '^'}, {"▼", 'v'},
    {"›", '>'}, {"×", 'x'}, {"≤", '<'},  {"≥", '>'},  {"−", '-'}, {"±", '~'}, {"·", '.'},
    {"“", '"'}, {"”", '"'}, {"‘", '\''}, {"’", '\''}, {"│", '|'}, {"┃", '|'}, {"─", '-'},
    {"━", '='}, {"┌", '+'}, {"┐", '+'},  {"└", '+'},  {"┘", '+'}, {"├", '+'}, {"┤", '+'},
    {"┬", '+'}, {"┴", '+'}, {"┼", '+'},  {"▁", '_'},  {"▂", '_'}, {"▃", '.'}, {"▄", '-'},
    {"▅", '='}, {"▆", '='}, {"▇", '^'},  {"█", '#'},  {"▓", '='}, {"▒", '-'}, {"░", '.'},
    {"Σ", 'S'}, {"✓", 'v'},
};

static char ascii_of(uint32_t code)
{
    for (size_t i = 0; i < ARRAY_SIZE(ascii_sign); i++) {
        uint32_t own;
        text_decode(ascii_sign[i].from, strlen(ascii_sign[i].from), &own);
        if (own == code)
            return ascii_sign[i].to;
    }
    return '?';
}

static struct cell *cell_at(const struct canvas *canvas, int row, int column)
{
    return &canvas->cell[(size_t)row * (size_t)canvas->columns + (size_t)column];
}

static int within(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

void canvas_resize(struct canvas *canvas, int rows, int columns)
{
    canvas->rows = within(rows, 1, CANVAS_MAX);
    canvas->columns = within(columns, 1, CANVAS_MAX);
    size_t cells = (size_t)canvas->rows * (size_t)canvas->columns;
    canvas->cell = mem_realloc(canvas->cell, cells * sizeof(*canvas->cell));
    canvas_clear(canvas, (struct box){0, 0, canvas->rows, canvas->columns});
    canvas->cursor_row = canvas->cursor_column = -1;
}

void canvas_free(struct canvas *canvas)
{
    free(canvas->cell);
    buf_free(&canvas->scratch);
    *canvas = (struct canvas){0};
}

void canvas_clear(struct canvas *canvas, struct box area)
{
    for (int row = 0; row < area.rows; row++)
        canvas_fill(canvas, area.row + row, area.column, area.columns, ROLE_TEXT);
}

/* Half of a wide character alone cannot be shown: what stands around [column, column + width) is
 * made whole. */
static void mend_edges(struct canvas *canvas, int row, int column, int width)
{
    if (column > 0 && cell_at(canvas, row, column)->code == 0)
        cell_at(canvas, row, column - 1)->code = ' ';
    int end = column + width;
    if (end < canvas->columns && cell_at(canvas, row, end)->code == 0)
        cell_at(canvas, row, end)->code = ' ';
}

/* Clips a run to the canvas; false when nothing is left of it. */
static bool clip(const struct canvas *canvas, int row, int *column, int *width)
{
    if (row < 0 || row >= canvas->rows || *column >= canvas->columns)
        return false;
    if (*column < 0) {
        *width += *column;
        *column = 0;
    }
    if (*width > canvas->columns - *column)
        *width = canvas->columns - *column;
    return *width > 0;
}

void canvas_fill(struct canvas *canvas, int row, int column, int width, enum role role)
{
    if (!clip(canvas, row, &column, &width))
        return;
    mend_edges(canvas, row, column, width);
    for (int i = 0; i < width; i++)
        *cell_at(canvas, row, column + i) = (struct cell){.code = ' ', .role = (uint8_t)role};
}

void canvas_over(struct canvas *canvas, int row, int column, int width, unsigned over)
{
    if (!clip(canvas, row, &column, &width))
        return;
    for (int i = 0; i < width; i++)
        cell_at(canvas, row, column + i)->over |= (uint8_t)over;
}

static const char *clean(struct canvas *canvas, const char *text)
{
    buf_clear(&canvas->scratch);
    text_sanitise(&canvas->scratch, text, strlen(text), false);
    return buf_str(&canvas->scratch);
}

int canvas_width(struct canvas *canvas, const char *text)
{
    return text_width(clean(canvas, text));
}

static void put_code(struct canvas *canvas, int row, int column, int wide, enum role role,
                     uint32_t code)
{
    mend_edges(canvas, row, column, wide);
    if (canvas->ascii && code > 0x7e)
        code = (unsigned char)ascii_of(code);
    *cell_at(canvas, row, column) = (struct cell){.code = code, .role = (uint8_t)role};
    if (wide == 2)
        *cell_at(canvas, row, column + 1) =
            (struct cell){.code = canvas->ascii ? '?' : 0, .role = (uint8_t)role};
}

static void put_combining(struct canvas *canvas, int row, int column, uint32_t code)
{
    if (column < 0 || canvas->ascii)
        return;
    struct cell *cell = cell_at(canvas, row, column);
    for (int i = 0; i < CELL_COMBINING; i++) {
        if (!cell->combining[i]) {
            cell->combining[i] = code;
            return;
        }
    }
}

int canvas_put(struct canvas *canvas, int row, int column, int width, enum role role,
               const char *text)
{
    if (column < 0 || !clip(canvas, row, &column, &width))
        return 0;
    const char *at = clean(canvas, text);
    size_t left = canvas->scratch.length;
    bool cut = text_width(at) > width;
    int room = cut ? width - 1 : width, used = 0, last = -1;
    uint32_t code;
    for (size_t n; (n = text_decode(at, left, &code)) > 0; at += n, left -= n) {
        int wide = text_code_width(code);
        if (wide == 0) {
            put_combining(canvas, row, last, code);
            continue;
        }
        if (used + wide > room)
            break;
        last = column + used;
        put_code(canvas, row, last, wide, role, code);
        used += wide;
    }
    if (cut)
        put_code(canvas, row, column + used++, 1, role, 0x2026);
    return used;
}

void canvas_fit(struct canvas *canvas, int row, int column, int width, bool right, enum role role,
                const char *text)
{
    canvas_fill(canvas, row, column, width, role);
    int wide = right ? canvas_width(canvas, text) : 0;
    int blanks = right && wide < width ? width - wide : 0;
    canvas_put(canvas, row, column + blanks, width - blanks, role, text);
}

int canvas_printf(struct canvas *canvas, int row, int column, int width, enum role role,
                  const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return canvas_put(canvas, row, column, width, role, text);
}

static void frame_line(struct canvas *canvas, int row, int column, int width, enum role role,
                       const char *const sign[3])
{
    canvas_put(canvas, row, column, 1, role, sign[0]);
    for (int i = 1; i < width - 1; i++)
        canvas_put(canvas, row, column + i, 1, role, sign[1]);
    canvas_put(canvas, row, column + width - 1, 1, role, sign[2]);
}

void canvas_frame(struct canvas *canvas, struct box area, enum role role, const char *title)
{
    static const char *const top[] = {"┌", "─", "┐"}, *const bottom[] = {"└", "─", "┘"};
    if (area.rows < 2 || area.columns < 2)
        return;
    canvas_clear(canvas, area);
    int last = area.row + area.rows - 1;
    frame_line(canvas, area.row, area.column, area.columns, role, top);
    frame_line(canvas, last, area.column, area.columns, role, bottom);
    for (int row = area.row + 1; row < last; row++) {
        canvas_put(canvas, row, area.column, 1, role, "│");
        canvas_put(canvas, row, area.column + area.columns - 1, 1, role, "│");
    }
    if (title && area.columns > 6)
        canvas_printf(canvas, area.row, area.column + 1, area.columns - 3, ROLE_TITLE, " %s ",
                      title);
}

void canvas_cursor(struct canvas *canvas, int row, int column)
{
    canvas->cursor_row = within(row, 0, canvas->rows - 1);
    canvas->cursor_column = within(column, 0, canvas->columns - 1);
}

static void add_code(struct buf *out, uint32_t code)
{
    char bytes[4];
    buf_add(out, bytes, text_encode(code, bytes));
}

static void add_mark(struct buf *out, const struct cell *cell)
{
    static const char letter[] = "sfrbu";
    buf_printf(out, "[%s", cell->over || cell->role ? role_name[cell->role] : "");
    for (int bit = 0; bit < 5; bit++)
        if (cell->over & 1U << bit)
            buf_printf(out, "+%c", letter[bit]);
    buf_char(out, ']');
}

static bool looks_alike(const struct cell *a, const struct cell *b)
{
    return a->role == b->role && a->over == b->over;
}

static void picture_line(const struct canvas *canvas, int row, struct buf *out, bool roles)
{
    static const struct cell plain = {.code = ' '};
    const struct cell *before = &plain;
    int end = canvas->columns;
    while (end > 0 && cell_at(canvas, row, end - 1)->code == ' ' &&
           (!roles || looks_alike(cell_at(canvas, row, end - 1), &plain)))
        end--;
    for (int column = 0; column < end; column++) {
        const struct cell *cell = cell_at(canvas, row, column);
        if (roles && !looks_alike(cell, before))
            add_mark(out, cell);
        before = cell;
        if (cell->code)
            add_code(out, cell->code);
        for (int i = 0; i < CELL_COMBINING && cell->combining[i]; i++)
            add_code(out, cell->combining[i]);
    }
    if (roles && !looks_alike(before, &plain))
        buf_text(out, "[]");
    buf_char(out, '\n');
}

void canvas_picture(const struct canvas *canvas, struct buf *out, bool roles)
{
    for (int row = 0; row < canvas->rows; row++)
        picture_line(canvas, row, out, roles);
}
