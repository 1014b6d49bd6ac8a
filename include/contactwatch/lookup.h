/*
 * What a flow wants to know of a customer before it goes on: the same customer's other contacts,
 * the current call left out, as a flat map of texts (Connect's STRING_MAP). Used by the Lambda
 * function and by `contactwatch lookup`.
 *
 * Looked at are the customer's LOOKUP_CONTACTS_MAX newest contacts (what has expired is hidden),
 * and the other legs of their calls (transfers and call-backs have no customer of their own) where
 * these can change the answer: of the newest call, of one on which a call-back was asked for, and
 * of one that was heard of within active_within and whose known legs have all ended;
 * LOOKUP_CHAINS_MAX calls at most. Legs of the current call never count, nor do MONITOR and
 * EXTERNAL_OUTBOUND legs.
 *
 *   customerKnown            "true": there is an identifier to look for
 *   activeCallback           "true" or "false": a CALLBACK contact that has not ended and was heard
 *                            of within callback_within; or a contact heard of within
 * callback_within that logged CreateCallback, and no CALLBACK leg of its call has begun since
 *   activeCallbackContactId  of the newest such contact
 *   activeChannel,           of the newest contact, no call-back, that has not ended and was heard
 * of activeContactId          within active_within; those on another channel than the current
 *                            contact's come first
 *   lastContactId            the contact that began last, active ones too; a call-back counts once
 *                            an agent was connected
 *   lastChannel, lastStatus  of that contact; the status is the lifecycle's, DISCONNECTED…
 *   lastQueue, lastQueueArn  the queue of that contact, or of the newest leg of its call that has
 *                            one, agents' own queues left out: its listed name, else its id
 *   lastAgent                likewise the agent
 *   minutesSinceLastContact  whole ones since that contact ended, or began if it has not ended or
 *                            its end is not known
 *   contactsIn24h            calls, not legs, that began in the last 24 hours
 *   wholeCallEnded           "true" or "false": every leg of that contact's call has ended, no
 *                            call-back is pending, and none came for CHAIN_GRACE_MS
 *   suggestion               the first that holds: CALLBACK_ACTIVE: activeCallback;
 *                            OTHER_CHANNEL_ACTIVE: activeChannel is another than the current
 *                            contact's (or that is not known); RECENT_CONTACT: the last contact is
 *                            active, or minutesSinceLastContact counts from within recent; NONE
 *   trouble                  "", or why nothing is known: slow, throttled, denied, store, event,
 *                            instance
 */
#ifndef CONTACTWATCH_LOOKUP_H
#define CONTACTWATCH_LOOKUP_H

#include "contactwatch/store.h"

enum {
    LOOKUP_CONTACTS_MAX = 50, /* newest first, looked at */
    LOOKUP_CHAINS_MAX = 8,    /* calls whose other legs are looked for */
    LOOKUP_ANSWER_MAX = 32 << 10
};

struct lookup_options {
    int64_t recent_ms;          /* RECENT_CONTACT: the last one ended within */
    int64_t active_within_ms;   /* an open contact silent for longer is not active */
    int64_t callback_within_ms; /* a call-back likewise */
    /* The name of a queue's or an agent's ARN, NULL = not known; asked when all else is read, so it
     * may ask the store. May be NULL: ids are told. */
    const char *(*name)(void *context, const char *arn);
    void *name_context;
};

struct lookup_request {
    const char *customer;   /* Customer_Identifier; NULL or "" = nobody is known */
    const char *also;       /* another identifier of the same customer; NULL = there is none */
    const char *contact_id; /* the current contact; NULL = there is none */
    const char
        *chain_root; /* of the current call: its InitialContactId; NULL = as its record has it */
    const char *channel; /* of the current contact; NULL = not known */
    int64_t now;         /* ms */
};

enum lookup_suggestion {
    LOOKUP_NONE,
    LOOKUP_RECENT_CONTACT,
    LOOKUP_OTHER_CHANNEL_ACTIVE,
    LOOKUP_CALLBACK_ACTIVE
};

/* The members, in the order they are written. */
#define LOOKUP_MEMBERS(_)                                                                          \
    _(SUGGESTION, "suggestion")                                                                    \
    _(CUSTOMER_KNOWN, "customerKnown")                                                             \
    _(ACTIVE_CALLBACK, "activeCallback")                                                           \
    _(ACTIVE_CALLBACK_ID, "activeCallbackContactId")                                               \
    _(ACTIVE_CHANNEL, "activeChannel")                                                             \
    _(ACTIVE_ID, "activeContactId")                                                                \
    _(LAST_ID, "lastContactId")                                                                    \
    _(LAST_CHANNEL, "lastChannel")                                                                 \
    _(LAST_STATUS, "lastStatus")                                                                   \
    _(LAST_QUEUE, "lastQueue")                                                                     \
    _(LAST_QUEUE_ARN, "lastQueueArn")                                                              \
    _(LAST_AGENT, "lastAgent")                                                                     \
    _(MINUTES, "minutesSinceLastContact")                                                          \
    _(IN_24H, "contactsIn24h")                                                                     \
    _(WHOLE_CALL_ENDED, "wholeCallEnded")                                                          \
    _(TROUBLE, "trouble")
#define LOOKUP_MEMBER_ENUM(id, name) LOOKUP_##id,
enum lookup_member { LOOKUP_MEMBERS(LOOKUP_MEMBER_ENUM) LOOKUP_MEMBER_COUNT };
extern const char *const lookup_member_name[LOOKUP_MEMBER_COUNT];

/* What is known, as texts; "" = nothing to say. They belong to the arena. */
struct lookup_result {
    const char *text[LOOKUP_MEMBER_COUNT];
};
/* False with err set when the store could not answer. */
bool lookup_find(struct store *store, const struct lookup_options *options,
                 const struct lookup_request *request, struct arena *arena,
                 struct lookup_result *out, struct err *err);

/* Appends the JSON object of it: every member is there and a text. */
void lookup_write(struct buf *out, const struct lookup_result *result);

/*
 * Appends the JSON object, of at most LOOKUP_ANSWER_MAX bytes. False with err set when the store
 * could not answer; then nothing is appended.
 */
bool lookup_answer(struct store *store, const struct lookup_options *options,
                   const struct lookup_request *request, struct buf *out, struct err *err);
/* The answer on any trouble: nothing is known, suggestion NONE, and "trouble" says why in a word.
 */
void lookup_safe_answer(struct buf *out, const char *trouble);

#endif
