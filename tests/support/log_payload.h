/* Random CloudWatch Logs subscription payloads, and what the decoder makes of bodies, to compare.
 */
#ifndef TESTS_LOG_PAYLOAD_H
#define TESTS_LOG_PAYLOAD_H

#include "contactwatch/mem.h"
#include "contactwatch/rng.h"

/* One envelope as text: flow logs of few contacts, and log events of every odd kind. size: roughly
 * so many bytes at least. */
void log_payload(struct buf *out, struct rng *rng, size_t size);
/* A flow log line; `filler` bytes of text in it. */
void log_payload_line(struct buf *out, struct rng *rng, unsigned contact, size_t filler);

/* The event of an invocation: gzip or zlib, in one or more members. */
void log_payload_event(struct buf *out, struct rng *rng, const char *text, size_t length);
/* … of two log events, the message of the first so long, of random letters (of `letters` kinds). */
void log_payload_long(struct buf *event, size_t length, uint32_t letters);

/* What bodies decode to: a line for each event and refusal, whatever their order. */
struct told {
    char **line;
    size_t lines, capacity;
};
void told_body(struct told *told, const char *body, size_t length);
void told_sort(struct told *told);
void told_free(struct told *told);

#endif
