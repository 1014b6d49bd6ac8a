#include "contactwatch/decode.h"

#include <stdio.h>

#include "base/json_internal.h"
#include "event/decode_internal.h"

/* How often a document that does not end on its line may be looked for over the lines behind it. */
enum { SPANNING_TRIES = 16 };

/* So many bad records in one body, and what is left of it is refused in one piece. */
enum { REFUSALS_MAX = 10000, TEXT_USUAL = 1000, REASON_MAX = 96 };

void place_enter(struct decoder *d, const char *name, size_t index)
{
    if (d->places < PLACES_MAX)
        d->place[d->places] = (struct place){.name = name, .index = index};
    d->places++;
}

void place_leave(struct decoder *d)
{
    d->places--;
}

static size_t line_number(struct place *place)
{
    const char *p = place->counted, *newline;
    while (p < place->at && (newline = memchr(p, '\n', (size_t)(place->at - p))) != NULL) {
        place->line++;
        p = newline + 1;
    }
    place->counted = place->at;
    return place->line;
}

static void write_where(struct decoder *d, struct buf *out)
{
    unsigned known = d->places < PLACES_MAX ? d->places : PLACES_MAX;
    for (unsigned i = 0; i < known; i++) {
        struct place *place = &d->place[i];
        const char *comma = out->length ? ", " : "";
        if (!place->name) {
            if (place->several)
                buf_printf(out, "%sline %zu", comma, line_number(place));
        } else if (strcmp(place->name, "record") == 0) {
            buf_printf(out, "%srecord %zu", comma, place->index + 1);
        } else {
            buf_printf(out, "%s%s[%zu]", comma, place->name, place->index);
        }
    }
    if (!out->length)
        buf_text(out, "body");
}

void refuse_text(struct decoder *d, const char *why, const char *text, size_t length)
{
    struct buf where = {0};
    write_where(d, &where);
    d->result.refused++;
    d->sink->refused(d->sink->context, where.data, why, text,
                     length < REFUSED_TEXT_MAX ? length : REFUSED_TEXT_MAX);
    buf_free(&where);
}

void refuse_value(struct decoder *d, const char *why, const cJSON *value)
{
    struct buf text = {0};
    json_canonical(&text, value, NULL);
    refuse_text(d, why, buf_str(&text), text.length);
    buf_free(&text);
}

static bool looks_like_json(char c)
{
    return c == '{' || c == '[' || c == '"';
}

static void decode_bytes(struct decoder *d, const char *data, size_t length,
                         const struct origin *origin);

/* Bytes that are no JSON text: compressed, or base64. */
static void decode_inflated(struct decoder *d, const char *data, size_t length,
                            const struct origin *origin)
{
    struct buf plain = {.max = (size_t)DECODE_MAX_INFLATED - d->inflated};
    const char *why;
    bool whole = inflate_all(&plain, data, length, &why);
    d->inflated += plain.length;
    if (plain.length)
        decode_text(d, plain.data, plain.length, origin);
    if (!whole)
        refuse_text(d, why, data, length);
    buf_free(&plain);
}

/* False if it is not base64 of anything known. */
static bool decode_base64(struct decoder *d, const char *text, size_t length,
                          const struct origin *origin)
{
    struct buf bytes = {0};
    bool known = base64_decode(&bytes, text, length) && bytes.length &&
                 (is_compressed(bytes.data, bytes.length) || looks_like_json(bytes.data[0]));
    if (known)
        decode_bytes(d, bytes.data, bytes.length, origin);
    buf_free(&bytes);
    return known;
}

static size_t line_length(const char *text, size_t length)
{
    const char *newline = memchr(text, '\n', length);
    return newline ? (size_t)(newline - text) : length;
}

/* Is there another document on the rest of the line, or nothing? Then what went before ended where
 * it seemed to. */
static bool is_followed_by_json(const char *rest, size_t length)
{
    size_t blanks = json_blanks(rest, length);
    return blanks == length || looks_like_json(rest[blanks]);
}

/*
 * One JSON document at the start of text, `line` bytes of which are its line; returns how far it
 * went. A document may run over several lines; but when it then is not sound, only its first line
 * is given up if the next looks like a record.
 */
static size_t decode_document(struct decoder *d, const char *text, size_t length, size_t line,
                              int *tries, const struct origin *origin)
{
    struct json_end end, line_end;
    cJSON *tree = json_build(d->arena, text, line, JSON_MAX_BYTES, &line_end);
    bool more = line < length, spans = !tree && line_end.cut_off && more && *tries > 0;
    end = line_end;
    if (spans) {
        --*tries;
        tree = json_build(d->arena, text, length, JSON_MAX_BYTES, &end);
    }
    if (tree) {
        decode_value(d, tree, origin);
        return end.at;
    }
    size_t whole = json_span(text, spans ? length : line);
    if (whole > JSON_MAX_BYTES && decode_large(d, text, whole, origin))
        return whole;
    bool record_follows = line + 1 < length && looks_like_json(text[line + 1]);
    bool ends_here = whole && (whole > line || is_followed_by_json(text + whole, line - whole));
    if (!ends_here || (spans && record_follows)) {
        whole = line;
        end = line_end;
    }
    char why[REASON_MAX];
    snprintf(why, sizeof(why), "%s, at byte %zu", end.why, end.at);
    refuse_text(d, why, text, whole);
    return whole;
}

/* A text of one line needs no line numbers. */
static struct place *enter_lines(struct decoder *d, const char *text, size_t length,
                                 struct place *spare)
{
    place_enter(d, NULL, 0);
    if (d->places > PLACES_MAX)
        return spare;
    struct place *place = &d->place[d->places - 1];
    place->text = place->at = place->counted = text;
    place->line = 1;
    size_t first = line_length(text, length);
    place->several = first + json_blanks(text + first, length - first) < length;
    return place;
}

static void decode_lines(struct decoder *d, const char *text, size_t length,
                         const struct origin *origin)
{
    struct place spare, *place = enter_lines(d, text, length, &spare);
    int tries = SPANNING_TRIES;
    size_t at = 0, line_end = 0;
    while ((at += json_blanks(text + at, length - at)) < length) {
        if (at >= line_end)
            line_end = at + line_length(text + at, length - at);
        place->at = text + at;
        size_t line = line_end - at;
        if (d->result.refused >= REFUSALS_MAX) {
            refuse_text(d, "behind too many records that were refused", text + at, length - at);
            break;
        }
        if (looks_like_json(text[at])) {
            at += decode_document(d, text + at, length - at, line, &tries, origin);
            continue;
        }
        if (!decode_base64(d, text + at, line, origin))
            refuse_text(d, "not JSON, nor compressed, nor base64 of these", text + at, line);
        at = line_end;
    }
    place_leave(d);
}

static void decode_bytes(struct decoder *d, const char *data, size_t length,
                         const struct origin *origin)
{
    size_t blanks = json_blanks(data, length);
    if (is_compressed(data, length) && !looks_like_json(data[0]))
        decode_inflated(d, data, length, origin);
    else if (blanks < length &&
             (looks_like_json(data[blanks]) || !decode_base64(d, data, length, origin)))
        decode_lines(d, data, length, origin);
}

void decode_text(struct decoder *d, const char *text, size_t length, const struct origin *origin)
{
    if (d->level > DECODE_MAX_NESTING) {
        refuse_text(d, TOO_NESTED, text, length);
        return;
    }
    d->level++;
    decode_bytes(d, text, length, origin);
    d->level--;
}

struct decode_result decode_body(struct arena *arena, const struct decode_options *options,
                                 const char *body, size_t length, int64_t sent,
                                 const struct decode_sink *sink)
{
    struct decoder d = {
        .arena = arena,
        .options = options,
        .sink = sink,
        .sent = sent,
        .latest = sent > INSTANT_NONE ? sent + DAY_MS : INT64_MAX,
    };
    buf_reserve(&d.text, TEXT_USUAL); /* in one step, small enough for malloc's fast path */
    if (length > DECODE_MAX_BODY)
        refuse_text(&d, "larger than a message can be", body, length);
    else
        decode_text(&d, body, length, &(struct origin){0});
    buf_free(&d.text);
    return d.result;
}
