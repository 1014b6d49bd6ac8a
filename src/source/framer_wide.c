/*
 * Inside arrays and objects of any size. An array's elements are handed out joined by newlines;
 * those of an array in an object with the object's small members around them again, so that the
 * decoder sees its envelope:
 *     {"events":[1,2,3…],"x":…}  ->  {"events":[1,2]}  {"events":[3…]}
 */
#include "source/framer_internal.h"

#include <string.h>

static void skip_separators(struct framer *f)
{
    framer_skip_blanks(f);
    while (framer_have(f) && framer_at(f)[0] == ',') {
        framer_consume(f, 1);
        framer_skip_blanks(f);
    }
}

/* Refuses the value at the start and passes over it. */
static bool refuse_value(struct framer *f, struct frame *out)
{
    f->scan = (struct value_scan){0};
    f->after_skip = f->state;
    f->state = FRAME_SKIP_VALUE;
    return framer_refuse(f, frame_too_large, out);
}

static bool refuse_broken(struct framer *f, struct frame *out)
{
    f->after_skip = f->state == FRAME_ARRAY ? FRAME_ARRAY : FRAME_TOP;
    f->state = FRAME_SKIP_LINE;
    return framer_refuse(f, frame_not_json, out);
}

static void begin_group(struct framer *f)
{
    buf_clear(&f->joined);
    if (f->wide) {
        buf_add(&f->joined, f->prefix.data, f->prefix.length);
        buf_text(&f->joined, f->key);
        buf_text(&f->joined, ":[");
    }
}

/* A newline in an element is between its tokens: without them each element is a line, and a bad one
 * harms no other. */
static void add_as_line(struct buf *out, const char *text, size_t length)
{
    buf_add(out, text, length);
    char *at = out->data + out->length - length, *stop = out->data + out->length;
    while (at < stop && (at = memchr(at, '\n', (size_t)(stop - at))))
        *at++ = ' ';
}

/* The element at the start joins the group; false if the group is full and must go first. */
static bool add_element(struct framer *f, size_t length, size_t count)
{
    if (count && (f->single || f->joined.length + length > f->cap / FRAME_SHARE)) {
        f->scan = (struct value_scan){0};
        return false;
    }
    if (count)
        buf_char(&f->joined, f->wide ? ',' : '\n');
    add_as_line(&f->joined, framer_at(f), length);
    framer_consume(f, length);
    return true;
}

static bool emit_group(struct framer *f, uint64_t line, struct frame *out)
{
    f->scan = (struct value_scan){0};
    if (f->wide)
        buf_text(&f->joined, "]}");
    *out = (struct frame){f->joined.data, f->joined.length, line, NULL};
    return true;
}

/* No further element can join: what comes of the value at the start when it is the first of its
 * group. */
static bool odd_element(struct framer *f, enum scan scan, size_t limit, bool ended,
                        struct frame *out)
{
    if (scan == SCAN_BAD)
        return refuse_broken(f, out);
    if (f->scan.at > limit)
        return refuse_value(f, out);
    return ended && framer_refuse_rest(f, out);
}

bool framer_step_array(struct framer *f, bool ended, struct frame *out)
{
    begin_group(f);
    size_t limit = f->cap - f->joined.length - 2, count = 0;
    uint64_t line = f->line;
    for (;;) {
        skip_separators(f);
        if (!count)
            line = f->line;
        if (!framer_have(f))
            break;
        if (framer_at(f)[0] == ']') {
            f->state = f->wide ? FRAME_OBJECT : FRAME_TOP;
            framer_consume(f, 1);
            break;
        }
        enum scan scan = scan_value(&f->scan, framer_at(f), framer_have(f));
        if (scan == SCAN_DONE && f->scan.at <= limit) {
            if (!add_element(f, f->scan.at, count))
                break;
            count++;
            continue;
        }
        if (!count)
            return odd_element(f, scan, limit, ended, out);
        break;
    }
    return count && emit_group(f, line, out);
}

/* Finds key and value of the member at the start: their offsets and the key's length. */
static enum scan find_member(const struct framer *f, size_t *key, size_t *value)
{
    const char *text = framer_at(f);
    size_t have = framer_have(f);
    struct value_scan scan = {0};
    enum scan result = text[0] == '"' ? scan_value(&scan, text, have) : SCAN_BAD;
    if (result != SCAN_DONE)
        return result;
    *key = scan.at;
    size_t at = scan.at;
    bool colon = false;
    for (; at < have; at++) {
        if (text[at] == ':' && !colon)
            colon = true;
        else if (text[at] != ' ' && text[at] != '\n' && text[at] != '\r' && text[at] != '\t')
            break;
    }
    *value = at;
    if (at == have)
        return SCAN_MORE;
    return colon ? SCAN_DONE : SCAN_BAD;
}

/* An array of objects is streamed; one of texts or numbers is a member like others. */
static enum scan holds_records(const struct framer *f, size_t value)
{
    const char *text = framer_at(f);
    for (size_t at = value + 1; at < framer_have(f); at++) {
        if (text[at] == '{')
            return SCAN_DONE;
        if (!strchr(" \t\r\n", text[at]))
            return SCAN_BAD;
    }
    return SCAN_MORE;
}

static void enter_member(struct framer *f, size_t key, size_t value)
{
    memcpy(f->key, framer_at(f), key);
    f->key[key] = '\0';
    f->state = FRAME_ARRAY;
    f->wide = true;
    framer_consume(f, value + 1);
}

/* A member that is not streamed is kept for the groups to come. */
static bool keep_member(struct framer *f, size_t value, bool ended, struct frame *out)
{
    struct value_scan scan = {0};
    enum scan result = scan_value(&scan, framer_at(f) + value, framer_have(f) - value);
    if (result == SCAN_BAD)
        return refuse_broken(f, out);
    size_t length = value + scan.at;
    bool fits = length < f->cap / FRAME_SHARE - f->prefix.length;
    if (result == SCAN_DONE && fits) {
        buf_add(&f->prefix, framer_at(f), length);
        buf_char(&f->prefix, ',');
        framer_consume(f, length);
        return false;
    }
    if (!fits) {
        framer_consume(f, value);
        return refuse_value(f, out);
    }
    return ended && framer_refuse_rest(f, out);
}

bool framer_step_object(struct framer *f, bool ended, struct frame *out)
{
    skip_separators(f);
    if (!framer_have(f))
        return false;
    if (framer_at(f)[0] == '}') {
        f->state = FRAME_TOP;
        framer_consume(f, 1);
        return false;
    }
    size_t key = 0, value = 0;
    enum scan found = find_member(f, &key, &value);
    if (found == SCAN_DONE && framer_at(f)[value] == '[' && key < sizeof(f->key)) {
        enum scan records = holds_records(f, value);
        if (records == SCAN_DONE) {
            enter_member(f, key, value);
            return false;
        }
        if (records == SCAN_MORE)
            found = SCAN_MORE;
    }
    if (found == SCAN_BAD || framer_have(f) > 2 * f->cap)
        return refuse_broken(f, out);
    if (found == SCAN_MORE)
        return ended && framer_refuse_rest(f, out);
    return keep_member(f, value, ended, out);
}
