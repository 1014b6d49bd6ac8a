/*
 * Cuts a stream of text into message bodies of at most DECODE_MAX_BODY bytes, whatever is in it:
 * NDJSON (many whole lines a body), pretty-printed documents, and arrays or objects of any size,
 * which are handed out by their elements. Pure: bytes in, bodies out; one bad or oversized record
 * never spoils its neighbours.
 */
#ifndef SOURCE_FRAMER_INTERNAL_H
#define SOURCE_FRAMER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contactwatch/mem.h"

/* Follows one JSON value to its end, as far as brackets and strings go; may be continued with more
 * bytes. */
enum scan { SCAN_DONE, SCAN_MORE, SCAN_BAD };
enum { SCAN_MAX_DEPTH = 128 };
struct value_scan {
    size_t at;  /* bytes of the value seen; its length once SCAN_DONE */
    char first; /* the value's first character; 0 = none seen */
    unsigned depth;
    bool in_string, escaped;
    char before;                /* last character that was not blank */
    bool array[SCAN_MAX_DEPTH]; /* is the bracket of this depth a [ */
};
/* text is the value from its beginning. A bare number or word is done only when something follows
 * it. */
enum scan scan_value(struct value_scan *scan, const char *text, size_t length);

enum framer_state {
    FRAME_TOP,        /* between documents */
    FRAME_ARRAY,      /* among the elements of a top-level array, or of a member of a wide object */
    FRAME_OBJECT,     /* among the members of an object too large to hand out whole */
    FRAME_SKIP_VALUE, /* inside an oversized value; scan knows where in it */
    FRAME_SKIP_LINE   /* the rest of an oversized or broken line */
};

struct framer {
    char *text;
    size_t start, end, capacity;
    size_t cap;    /* bytes of a body, at least 4096; 0 becomes DECODE_MAX_BODY */
    size_t handed; /* bytes of the body handed out last: consumed by the next call */
    uint64_t line; /* number of the line at start, from 1 */
    enum framer_state state, after_skip;
    struct value_scan scan; /* of the value at start; all zero when none is begun */
    bool by_lines;          /* the last document was a line: a cheap look tells the next one */
    bool single;            /* one record a body, for pacing */
    bool started;           /* the byte order mark has been looked for */
    bool wide;              /* FRAME_ARRAY is inside an object */
    struct buf prefix;      /* wide object: its small members, "{" first */
    struct buf joined;      /* elements put together */
    char key[128];          /* wide object: the member whose array is streamed, quoted */
};

struct frame {
    const char *body; /* valid until the next call on the framer */
    size_t length;
    uint64_t line;
    const char *refused; /* why the record could not be taken whole; NULL = it is whole */
};

void framer_free(struct framer *framer);
/* Memory for `room` more bytes; then framer_add says how many came. */
char *framer_room(struct framer *framer, size_t room);
void framer_add(struct framer *framer, size_t count);
/* The next body. ended: no more bytes will come, so a last line needs no newline. False: more bytes
 * are needed. */
bool framer_next(struct framer *framer, bool ended, struct frame *out);
/* Forgets where it is, for a file that begins anew; call once framer_next(ended) has answered
 * false. */
void framer_restart(struct framer *framer);

/* Shared by the halves of the framer. */
enum {
    FRAME_SHARE = 16, /* records are put together up to this share of the cap: 64 KiB */
    FRAME_EXCERPT = 4 << 10
};
extern const char frame_too_large[], frame_not_json[];
static inline size_t framer_have(const struct framer *f)
{
    return f->end - f->start;
}
static inline const char *framer_at(const struct framer *f)
{
    return f->text + f->start;
}
void framer_consume(struct framer *framer, size_t count);
void framer_skip_blanks(struct framer *framer);
/* Hands out the beginning of what cannot be taken; the caller sets the state that skips the rest.
 */
bool framer_refuse(struct framer *framer, const char *why, struct frame *out);
/* As framer_refuse for a value that the input ends in: everything left is consumed. */
bool framer_refuse_rest(struct framer *framer, struct frame *out);
/* Steps: true = *out is filled; false = see whether the state or the bytes changed, else more bytes
 * are needed. */
bool framer_step_array(struct framer *framer, bool ended, struct frame *out);
bool framer_step_object(struct framer *framer, bool ended, struct frame *out);

#endif
