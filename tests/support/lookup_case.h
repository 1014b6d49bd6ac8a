/* A customer's contacts by hand, and what lookup says of them. Times are minutes before now. */
#ifndef TESTS_LOOKUP_CASE_H
#define TESTS_LOOKUP_CASE_H

#include "contactwatch/lookup.h"
#include "support/store_fixture.h"

#define CASE_CUSTOMER "+15550110001"
#define CASE_INSTANCE                                                                              \
    "arn:aws:connect:eu-west-2:111122223333:instance/5e11c0de-0000-4000-8000-0000000000aa"
#define CASE_BILLING "b1111a60-0000-4000-8000-000000000001"
#define CASE_SALES   "b1111a60-0000-4000-8000-000000000002"

struct case_contact {
    const char *id;
    double began;                   /* minutes ago */
    double ended;                   /* likewise; 0 = open */
    double heard;                   /* of a flow log line; 0 = none */
    const char *channel, *method;   /* VOICE, INBOUND unless said */
    const char *initial, *previous; /* NULL = a first leg */
    const char *queue, *agent;      /* ids; NULL = none */
    bool nobody;                    /* the customer is not known on it */
    bool callback;                  /* logs CreateCallback at its end, or at `heard` */
};
void case_add(struct batch *batch, int64_t now, const struct case_contact *contact);
/* Adds and stores them. */
void case_store(struct store *store, int64_t now, const struct case_contact *contact, size_t count);

/* The answer to a flow of this current contact (NULL = none) on this channel; texts live in the
 * arena. Fails where the store could not answer. */
struct lookup_result case_look_up(struct store *store, struct arena *arena, int64_t now,
                                  const char *current, const char *channel);

#endif
