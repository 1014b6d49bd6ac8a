/* Between documents: runs of whole lines, documents over several lines, and what is neither. */
#include "source/framer_internal.h"

#include <stdlib.h>
#include <string.h>

#include "contactwatch/decode.h"

const char frame_too_large[] = "larger than 1 MiB";
static const char frame_cut_off[] = "cut off at the end";
const char frame_not_json[] = "not JSON";

void framer_free(struct framer *f)
{
    free(f->text);
    buf_free(&f->prefix);
    buf_free(&f->joined);
}

char *framer_room(struct framer *f, size_t room)
{
    if (f->start && f->capacity - f->end < room) {
        memmove(f->text, f->text + f->start, f->end - f->start);
        f->end -= f->start;
        f->start = 0;
    }
    if (f->capacity - f->end < room) {
        f->capacity = f->end + room;
        f->text = mem_realloc(f->text, f->capacity);
    }
    return f->text + f->end;
}

void framer_add(struct framer *f, size_t count)
{
    f->end += count;
}

void framer_consume(struct framer *f, size_t count)
{
    const char *at = framer_at(f), *stop = at + count;
    while (at < stop && (at = memchr(at, '\n', (size_t)(stop - at)))) {
        f->line++;
        at++;
    }
    f->start += count;
    f->scan = (struct value_scan){0};
}

void framer_skip_blanks(struct framer *f)
{
    size_t n = 0, have = framer_have(f);
    const char *text = framer_at(f);
    while (n < have && (text[n] == ' ' || text[n] == '\n' || text[n] == '\r' || text[n] == '\t'))
        n++;
    if (n)
        framer_consume(f, n);
}

static bool framer_hand_out(struct framer *f, size_t length, struct frame *out)
{
    *out = (struct frame){framer_at(f), length, f->line, NULL};
    f->handed = length;
    return true;
}

bool framer_refuse(struct framer *f, const char *why, struct frame *out)
{
    size_t have = framer_have(f);
    *out = (struct frame){framer_at(f), have < FRAME_EXCERPT ? have : FRAME_EXCERPT, f->line, why};
    return true;
}

bool framer_refuse_rest(struct framer *f, struct frame *out)
{
    f->state = FRAME_TOP;
    f->handed = framer_have(f);
    return framer_refuse(f, frame_cut_off, out);
}

/* The length of the line at `text` without its newline; false when the newline has not come. */
static bool line_length(const char *text, size_t have, bool ended, size_t *length)
{
    const char *newline = memchr(text, '\n', have);
    *length = newline ? (size_t)(newline - text) : have;
    return newline || (ended && have);
}

/* Is the line one or more whole documents? Among lines, its first and last characters tell well
 * enough. */
static bool line_is_whole(const char *text, size_t length, bool by_lines)
{
    while (length && (text[length - 1] == '\r' || text[length - 1] == ' '))
        length--;
    if (length < 2 || (text[0] != '{' && text[0] != '['))
        return false;
    if (text[length - 1] != (text[0] == '{' ? '}' : ']'))
        return false;
    for (size_t at = 0; !by_lines && at < length;) {
        struct value_scan scan = {0};
        if (scan_value(&scan, text + at, length - at) != SCAN_DONE)
            return false;
        at += scan.at;
        while (at < length && (text[at] == ' ' || text[at] == '\t'))
            at++;
    }
    return true;
}

/* Bytes of the whole lines at the start, newlines included, up to f->cap / FRAME_SHARE (one line
 * may exceed that). */
static size_t whole_lines(struct framer *f, bool ended)
{
    const char *text = framer_at(f);
    size_t have = framer_have(f), taken = 0, length;
    while (taken < have && line_length(text + taken, have - taken, ended, &length)) {
        size_t with = length + (taken + length < have);
        if (with > f->cap || (taken && taken + with > f->cap / FRAME_SHARE) ||
            !line_is_whole(text + taken, length, f->by_lines))
            break;
        taken += with;
        f->by_lines = true;
        if (f->single)
            break;
    }
    return taken;
}

/* A line of its own, whole or not: the decoder judges it. */
static bool lone_line(struct framer *f, bool ended, struct frame *out)
{
    size_t length, have = framer_have(f);
    bool whole = line_length(framer_at(f), have, ended, &length);
    if (length > f->cap) {
        f->state = FRAME_SKIP_LINE;
        f->after_skip = FRAME_TOP;
        return framer_refuse(f, frame_too_large, out);
    }
    return whole && framer_hand_out(f, length, out);
}

/* Does the first line look like the opening of a document over several lines? */
static bool opens_document(const char *text, size_t have)
{
    size_t length;
    line_length(text, have, true, &length);
    while (length && (text[length - 1] == '\r' || text[length - 1] == ' '))
        length--;
    return length && strchr("{[,", text[length - 1]);
}

static void enter_array(struct framer *f)
{
    f->state = FRAME_ARRAY;
    f->wide = false;
    framer_consume(f, 1);
}

static void enter_object(struct framer *f)
{
    f->state = FRAME_OBJECT;
    buf_clear(&f->prefix);
    f->prefix.max = f->cap / FRAME_SHARE;
    buf_char(&f->prefix, '{');
    framer_consume(f, 1);
}

/* A document over several lines, or one that does not fit. Without a newline yet it may still be a
 * line. */
static bool step_document(struct framer *f, bool ended, struct frame *out)
{
    size_t have = framer_have(f), length;
    if (!line_length(framer_at(f), have, ended, &length) && have <= f->cap)
        return false;
    f->by_lines = false;
    if (framer_at(f)[0] == '[') {
        enter_array(f);
        return false;
    }
    enum scan scan = scan_value(&f->scan, framer_at(f), have);
    size_t seen = f->scan.at;
    if (scan == SCAN_BAD)
        return lone_line(f, ended, out);
    if (seen > f->cap)
        enter_object(f);
    else if (scan == SCAN_DONE)
        return framer_hand_out(f, seen, out);
    else if (ended)
        return opens_document(framer_at(f), have) ? framer_refuse_rest(f, out)
                                                  : lone_line(f, ended, out);
    return false;
}

static bool step_top(struct framer *f, bool ended, struct frame *out)
{
    if (!f->started && framer_have(f) >= 3 && memcmp(framer_at(f), "\xef\xbb\xbf", 3) == 0)
        framer_consume(f, 3);
    framer_skip_blanks(f);
    if (!framer_have(f))
        return false;
    f->started = true;
    char c = framer_at(f)[0];
    if (c != '{' && c != '[')
        return lone_line(f, ended, out);
    size_t taken = f->scan.at ? 0 : whole_lines(f, ended);
    if (taken)
        return framer_hand_out(f, taken, out);
    return step_document(f, ended, out);
}

static void step_skip_line(struct framer *f)
{
    size_t length, have = framer_have(f);
    if (line_length(framer_at(f), have, false, &length)) {
        f->state = f->after_skip;
        length++;
    }
    framer_consume(f, length);
}

/* What was scanned is dropped, so that a value of any size can be passed over. */
static void step_skip_value(struct framer *f)
{
    struct value_scan scan = f->scan;
    enum scan result = scan_value(&scan, framer_at(f), framer_have(f));
    framer_consume(f, scan.at);
    if (result == SCAN_DONE) {
        f->state = f->after_skip;
    } else if (result == SCAN_BAD) {
        f->state = FRAME_SKIP_LINE;
        f->after_skip = f->after_skip == FRAME_ARRAY ? FRAME_ARRAY : FRAME_TOP;
    } else {
        scan.at = 0;
        f->scan = scan;
    }
}

static bool step(struct framer *f, bool ended, struct frame *out)
{
    switch (f->state) {
    case FRAME_TOP: return step_top(f, ended, out);
    case FRAME_ARRAY: return framer_step_array(f, ended, out);
    case FRAME_OBJECT: return framer_step_object(f, ended, out);
    case FRAME_SKIP_VALUE: step_skip_value(f); return false;
    case FRAME_SKIP_LINE: step_skip_line(f); return false;
    }
    return false;
}

bool framer_next(struct framer *f, bool ended, struct frame *out)
{
    if (!f->line)
        f->line = 1;
    if (!f->cap)
        f->cap = DECODE_MAX_BODY;
    if (f->handed)
        framer_consume(f, f->handed);
    f->handed = 0;
    for (;;) {
        enum framer_state state = f->state;
        size_t start = f->start;
        if (step(f, ended, out))
            return true;
        if (f->state == state && f->start == start)
            return false;
    }
}

void framer_restart(struct framer *f)
{
    f->start = f->end = f->handed = 0;
    f->line = 0;
    f->state = FRAME_TOP;
    f->scan = (struct value_scan){0};
    f->started = f->by_lines = false;
}
