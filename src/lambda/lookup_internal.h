/* The inside of lookup: a customer's contacts are read, put together by calls, and judged. */
#ifndef LAMBDA_LOOKUP_INTERNAL_H
#define LAMBDA_LOOKUP_INTERNAL_H

#include "contactwatch/chain.h"
#include "contactwatch/lookup.h"

struct lookup_call {
    const char *root;
    struct chain chain; /* legs that are known; monitors and third parties too */
};

/* All that is known of a customer, but for the current call. */
struct lookup_known {
    const struct lookup_options *options;
    const struct lookup_request *request;
    struct arena *arena;
    struct record *record; /* heap; the customer's own first */
    size_t records, capacity;
    const char *root; /* of the current call as its record has it; NULL = not seen */
    size_t looked;    /* of one identifier's, with those of the current call */
    struct lookup_call *call;
    size_t calls;
};

/* lookup_read.c: two requests for the customer, and two for the other legs of the calls, if any. */
bool lookup_read(struct lookup_known *known, struct store *store, struct err *err);
void lookup_known_free(struct lookup_known *known);

/* lookup_judge.c */
bool lookup_leg_active(const struct lookup_known *known, const struct leg *leg);
void lookup_judge(const struct lookup_known *known, struct lookup_result *out);

#endif
