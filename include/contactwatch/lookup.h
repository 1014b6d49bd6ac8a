/*
 * What a flow wants to know of a customer before it goes on: the same customer's other contacts,
 * the current call left out, as a flat map of texts (Connect's STRING_MAP). Used by the Lambda
 * function and by `contactwatch lookup`.
 */
#ifndef CONTACTWATCH_LOOKUP_H
#define CONTACTWATCH_LOOKUP_H

#include "contactwatch/store.h"

enum {
    LOOKUP_CONTACTS_MAX = 50, /* newest first, looked at */
    LOOKUP_ANSWER_MAX = 32 << 10
};

struct lookup_options {
    int64_t recent_ms;          /* RECENT_CONTACT: the last one ended within */
    int64_t active_within_ms;   /* an open contact silent for longer is not active */
    int64_t callback_within_ms; /* a call-back likewise */
};

struct lookup_request {
    const char *customer;   /* Customer_Identifier; NULL or "" = nobody is known */
    const char *contact_id; /* the current contact; NULL = there is none */
    const char *chain_root; /* of the current call: its InitialContactId; NULL = contact_id */
    const char *channel;    /* of the current contact; NULL = not known */
    int64_t now;            /* ms */
};

enum lookup_suggestion {
    LOOKUP_NONE,
    LOOKUP_RECENT_CONTACT,
    LOOKUP_OTHER_CHANNEL_ACTIVE,
    LOOKUP_CALLBACK_ACTIVE
};

/*
 * Appends the JSON object: activeCallback, activeCallbackContactId, activeChannel, activeContactId,
 * lastStatus, lastQueue, lastChannel, minutesSinceLastContact, contactsIn24h, wholeCallEnded,
 * suggestion. Every member is there and a text, "" when there is nothing to say. False with err set
 * when the store could not answer; then nothing is appended.
 */
bool lookup_answer(struct store *store, const struct lookup_options *options,
                   const struct lookup_request *request, struct buf *out, struct err *err);
/* The answer on any trouble: nothing is known, suggestion NONE, and "trouble" says why in a word.
 */
void lookup_safe_answer(struct buf *out, const char *trouble);

#endif
