
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/text.h"
#include "ui/ui_internal.h"

void prompt_open(struct prompt *prompt, const struct prompt_use *use, const char *text)
{
    *prompt = (struct prompt){.use = use};
    if (text)
        snprintf(prompt->text, sizeof(prompt->text), "%s", text);
    prompt->length = prompt->cursor = strlen(prompt->text);
}

static void prompt_close(struct prompt *prompt)
{
    prompt->use = NULL;
}

static void prompt_history_add(struct prompt_history *history, const char *line)
{
    if (!*line || (history->count && !strcmp(history->line[history->count - 1], line)))
        return;
    if (history->count == PROMPT_HISTORY) {
        free(history->line[0]);
        memmove(history->line, history->line + 1, (PROMPT_HISTORY - 1) * sizeof(char *));
        history->count--;
    }
    history->line[history->count++] = mem_strdup(line);
}

void prompt_history_free(struct prompt_history *history)
{
    while (history->count)
        free(history->line[--history->count]);
}

/* The start of the character before the cursor, with its combining marks. */
static size_t before(const struct prompt *prompt)
{
    size_t at = prompt->cursor;
    uint32_t code = 0;
    while (at > 0) {
        do
            at--;
        while (at > 0 && ((unsigned char)prompt->text[at] & 0xc0) == 0x80);
        text_decode(prompt->text + at, prompt->length - at, &code);
        if (text_code_width(code) > 0)
            break;
    }
    return at;
}

static size_t after(const struct prompt *prompt)
{
    size_t at = prompt->cursor;
    uint32_t code;
    at += text_decode(prompt->text + at, prompt->length - at, &code);
    for (size_t n; (n = text_decode(prompt->text + at, prompt->length - at, &code)) > 0; at += n)
        if (text_code_width(code) > 0)
            break;
    return at;
}

static size_t word_before(const struct prompt *prompt)
{
    size_t at = prompt->cursor;
    while (at > 0 && prompt->text[at - 1] == ' ')
        at--;
    while (at > 0 && prompt->text[at - 1] != ' ')
        at--;
    return at;
}

static void erase(struct prompt *prompt, size_t from, size_t to)
{
    memmove(prompt->text + from, prompt->text + to, prompt->length - to + 1);
    prompt->length -= to - from;
    prompt->cursor = from;
}

static void insert(struct prompt *prompt, const char *bytes, size_t length)
{
    if (prompt->length + length >= PROMPT_MAX)
        return;
    memmove(prompt->text + prompt->cursor + length, prompt->text + prompt->cursor,
            prompt->length - prompt->cursor + 1);
    memcpy(prompt->text + prompt->cursor, bytes, length);
    prompt->length += length;
    prompt->cursor += length;
}

static void set_text(struct prompt *prompt, const char *text)
{
    snprintf(prompt->text, sizeof(prompt->text), "%s", text);
    prompt->length = prompt->cursor = strlen(prompt->text);
}

static void recall(const struct ui *ui, struct prompt *prompt, bool back)
{
    const struct prompt_history *history = &ui->history[prompt->use->kind];
    if (back ? prompt->recalled == history->count : prompt->recalled == 0)
        return;
    if (prompt->recalled == 0)
        memcpy(prompt->own, prompt->text, prompt->length + 1);
    prompt->recalled += back ? 1 : (size_t)-1;
    set_text(prompt,
             prompt->recalled ? history->line[history->count - prompt->recalled] : prompt->own);
}

static size_t common_prefix(const char *a, const char *b)
{
    size_t n = 0;
    while (a[n] && a[n] == b[n] && a[n] != '\n')
        n++;
    return n;
}

/* Puts in what all candidates have in common; the rest is shown as a hint. */
static void complete(struct ui *ui, struct prompt *prompt)
{
    struct buf found = {.max = 1 << 16};
    size_t start = 0;
    if (!prompt->use->complete || prompt->cursor != prompt->length)
        return;
    prompt->use->complete(ui, prompt->text, &start, &found);
    const char *first = buf_str(&found);
    size_t common = strcspn(first, "\n"), lines = 0;
    for (const char *at = first; *at; at += strcspn(at, "\n") + 1, lines++) {
        size_t same = common_prefix(first, at);
        common = same < common ? same : common;
    }
    if (lines && common >= prompt->length - start) {
        erase(prompt, start, prompt->length);
        insert(prompt, first, common);
        if (lines == 1)
            insert(prompt, " ", 1);
    }
    snprintf(prompt->hint, sizeof(prompt->hint), "%s", lines > 1 ? first : "");
    for (char *at = prompt->hint; (at = strchr(at, '\n'));)
        *at = ' ';
    buf_free(&found);
}

enum edit { EDIT_NOTHING, EDIT_MOVED, EDIT_CHANGED };

static enum edit edit_special(struct ui *ui, struct prompt *prompt, uint32_t key)
{
    switch (key) {
    case KEY_GO_LEFT: prompt->cursor = before(prompt); return EDIT_MOVED;
    case KEY_GO_RIGHT: prompt->cursor = after(prompt); return EDIT_MOVED;
    case KEY_GO_HOME:
    case 'A' & 0x1f: prompt->cursor = 0; return EDIT_MOVED;
    case KEY_GO_END:
    case 'E' & 0x1f: prompt->cursor = prompt->length; return EDIT_MOVED;
    case KEY_ERASE: erase(prompt, before(prompt), prompt->cursor); return EDIT_CHANGED;
    case KEY_DELETE: erase(prompt, prompt->cursor, after(prompt)); return EDIT_CHANGED;
    case 'W' & 0x1f: erase(prompt, word_before(prompt), prompt->cursor); return EDIT_CHANGED;
    case 'U' & 0x1f: erase(prompt, 0, prompt->cursor); return EDIT_CHANGED;
    case 'K' & 0x1f: erase(prompt, prompt->cursor, prompt->length); return EDIT_CHANGED;
    case KEY_GO_UP: recall(ui, prompt, true); return EDIT_CHANGED;
    case KEY_GO_DOWN: recall(ui, prompt, false); return EDIT_CHANGED;
    default: return EDIT_NOTHING;
    }
}

static enum edit edit_key(struct ui *ui, struct prompt *prompt, uint32_t key)
{
    if (key < 0x20 || key == KEY_ERASE || key >= KEY_SPECIAL)
        return edit_special(ui, prompt, key);
    if (text_is_unsafe(key))
        return EDIT_NOTHING;
    char bytes[4] = "";
    insert(prompt, bytes, text_encode(key, bytes));
    return EDIT_CHANGED;
}

static void finish(struct ui *ui, struct prompt *prompt)
{
    const struct prompt_use *use = prompt->use;
    char text[PROMPT_MAX];
    memcpy(text, prompt->text, prompt->length + 1);
    if (prompt->error[0])
        return;
    if (use->kind != PROMPT_OTHER)
        prompt_history_add(&ui->history[use->kind], text);
    prompt_close(prompt);
    if (use->done)
        use->done(ui, text);
}

void prompt_key(struct ui *ui, struct prompt *prompt, const struct key_press *press)
{
    const struct prompt_use *use = prompt->use;
    prompt->hint[0] = '\0';
    if (press->key == KEY_RETURN) {
        finish(ui, prompt);
    } else if (press->key == KEY_ESCAPE || press->key == ('C' & 0x1f)) {
        prompt_close(prompt);
        if (use->cancelled)
            use->cancelled(ui);
    } else if (press->key == KEY_TAB || edit_key(ui, prompt, press->key) == EDIT_CHANGED) {
        if (press->key == KEY_TAB)
            complete(ui, prompt);
        prompt->error[0] = '\0';
        if (use->changed)
            use->changed(ui, prompt->text);
    }
}

/* Text longer than the line scrolls: the cursor stays inside. */
static size_t first_shown(const struct prompt *prompt, int width, int *cursor)
{
    size_t from = 0;
    for (;;) {
        struct buf part = {0};
        buf_add(&part, prompt->text + from, prompt->cursor - from);
        *cursor = text_width(buf_str(&part));
        buf_free(&part);
        if (*cursor < width || from >= prompt->cursor)
            return from;
        uint32_t code;
        from += text_decode(prompt->text + from, prompt->length - from, &code);
    }
}

void prompt_draw(const struct prompt *prompt, struct canvas *canvas, int row, int error_row)
{
    int at = canvas_put(canvas, row, 0, canvas->columns, ROLE_TITLE, prompt->use->label);
    int cursor, width = canvas->columns - at;
    size_t from = first_shown(prompt, width, &cursor);
    canvas_put(canvas, row, at, width, ROLE_TEXT, prompt->text + from);
    canvas_cursor(canvas, row, at + cursor);
    if (prompt->error[0]) {
        struct buf left = {0};
        if (prompt->error_at > from && prompt->error_at <= prompt->length)
            buf_add(&left, prompt->text + from, prompt->error_at - from);
        int column = at + text_width(buf_str(&left));
        buf_free(&left);
        int wide = canvas_width(canvas, prompt->error) + 2;
        bool room = column + wide <= canvas->columns;
        if (!room)
            column = canvas->columns > wide ? canvas->columns - wide : 0;
        canvas_printf(canvas, error_row, column, canvas->columns - column, ROLE_BAD, "%s %s",
                      room ? "↑" : " ", prompt->error);
    } else if (prompt->hint[0]) {
        canvas_put(canvas, error_row, 0, canvas->columns, ROLE_DIM, prompt->hint);
    }
}
