/* What decode_body delivered, kept for a test to look at. */
#ifndef TESTS_SUPPORT_DECODED_H
#define TESTS_SUPPORT_DECODED_H

#include "contactwatch/decode.h"

enum { DECODED_MAX = 64 };

struct decoded {
    struct arena arena;
    struct event event[DECODED_MAX];
    struct agent_event agent[DECODED_MAX];
    size_t events, agents;
    struct {
        char where[96], why[128];
        size_t length;
    } refused[DECODED_MAX];
    size_t refusals;
    struct decode_result result;
};

/* 2026-01-01T00:00:00Z: the message's time in these tests */
#define DECODED_SENT INT64_C(1767225600000)

void decoded_clear(struct decoded *decoded);
void decoded_free(struct decoded *decoded);
/* Decodes a body; what came before is dropped. options NULL: nothing redacted, all instances. */
void decoded_body(struct decoded *decoded, const struct decode_options *options, const char *body,
                  size_t length);
void decoded_text(struct decoded *decoded, const char *body);

#endif
