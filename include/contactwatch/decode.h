/*
 * Bytes -> events. Every envelope is recognised by its shape, nested up to
 * DECODE_MAX_NESTING. Pure: no I/O, no clock, no lock. One bad record never spoils its neighbours.
 */
#ifndef CONTACTWATCH_DECODE_H
#define CONTACTWATCH_DECODE_H

#include "contactwatch/event.h"

enum {
    DECODE_MAX_BODY = 1 << 20,     /* one message body */
    DECODE_MAX_RECORD = 1 << 20,   /* one inner record */
    DECODE_MAX_NESTING = 5,        /* envelopes in envelopes */
    DECODE_MAX_INFLATED = 64 << 20 /* all that one body inflates to */
};

enum redact { REDACT_NONE, REDACT_CARDS, REDACT_INPUTS, REDACT_ALL };

struct decode_options {
    enum redact redact; /* applied before anything is hashed or stored; default REDACT_CARDS */
    const char *const *instances; /* NULL-terminated ARNs whose events are taken; NULL = all */
};

/* Where the decoder delivers. All pointers are valid until the arena is reset. */
struct decode_sink {
    void *context;
    void (*event)(void *context, const struct event *event);
    void (*agent)(void *context, const struct agent_event *agent); /* may be NULL */
    /* One record could not be taken: where ("record 3, logEvents[2]") and why. text is the record,
     * cut at 4 KiB. */
    void (*refused)(void *context, const char *where, const char *why, const char *text,
                    size_t length);
};

struct decode_result {
    unsigned events;  /* delivered */
    unsigned refused; /* reported to sink->refused */
    unsigned skipped; /* rightly ignored: CONTROL_MESSAGE, other sources, other instances */
    unsigned future;  /* stamps more than a day ahead of `sent`, taken as null */
};

/*
 * Decodes one message body: one JSON document, an array, NDJSON, concatenated JSON, gzip or zlib
 * bytes, or base64 of these. sent: the message's SentTimestamp or the arrival time, ms (the base
 * for refusing stamps from the future). The arena is used for the tree and the events; the caller
 * resets it once the sink's data is no longer needed.
 */
struct decode_result decode_body(struct arena *arena, const struct decode_options *options,
                                 const char *body, size_t length, int64_t sent,
                                 const struct decode_sink *sink);

/*
 * Rebuilds an event from a stored entry (body and type), to fold a history again. False if the body
 * is not one.
 */
bool decode_entry(struct arena *arena, const struct entry *entry, const char *contact_id,
                  struct event *out);

/* Does the `results` of a block of this type mean an error? Used by decode and
 * by the journey. */
bool flow_log_is_error(const char *block_type, const char *results, bool has_external_results);

#endif
