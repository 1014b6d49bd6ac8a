/*
 * The caretaker: one thread beside the pipeline or the screen for what is slow and seldom. It
 *
 *   - lists the names of queues, agents, prompts, flows and modules from Connect into a document of
 *     the store, once a day, where credentials allow;
 *   - reconciles: asks Connect about contacts silent for too long, and joins its answer into the
 *     store like any other event;
 *   - tells the screen the names that are in the store.
 *
 * Of the processes on one store one asks Connect: the holder of a lease, which is a document too.
 * Calls are a second apart, under the account's 2 a second. It has its own store connection and its
 * own client, and nothing waits for it.
 */
#ifndef CONTACTWATCH_CARETAKER_H
#define CONTACTWATCH_CARETAKER_H

#include "contactwatch/aws.h"
#include "contactwatch/decode.h"
#include "contactwatch/inbox.h"
#include "contactwatch/names.h"
#include "contactwatch/store.h"

/* Silence after which a contact is unsure, ms. */
struct unsure_after {
    int64_t flow, queue, agent, other;
};

struct ingest;
struct caretaker_options {
    const char *store_spec;
    struct store_options store;
    struct aws_session *aws;      /* outlives the caretaker; NULL: Connect is not asked */
    const char *const *instances; /* NULL-terminated ARNs; NULL: those that the contacts name */
    bool list_names, reconcile;
    struct unsure_after unsure;
    struct decode_options decode; /* of what reconciling finds */
    struct inbox *inbox;          /* is told the names; may be NULL */
    struct ingest *ingest;        /* whose metrics count; may be NULL */
    /* after something was joined, on the caretaker's thread; may be NULL */
    void (*committed)(void *context);
    void *context;
    const struct clock *clock; /* NULL = the system's */
    uint64_t seed;             /* of jitter; 0 = random */
    /* Tests: opens the store instead of store_spec, and answers instead of Connect. */
    struct store *(*open_store)(void *context, struct err *err);
    void (*ask)(void *context, struct aws_call *call);
    void *test_context;
};

struct caretaker;
/* NULL with err set when the client cannot be made. */
struct caretaker *caretaker_start(const struct caretaker_options *options, struct err *err);
/* Stops and frees it (NULL is allowed). False: it is still in a call of the store's after two
 * seconds and is left behind; what it uses must stay until the process ends, at once. */
bool caretaker_stop(struct caretaker *caretaker);

/* The same without the thread: does what is due, at most one call to Connect, and returns when it
 * wants to be called again (ms). */
struct caretaker *caretaker_new(const struct caretaker_options *options, struct err *err);
int64_t caretaker_step(struct caretaker *caretaker, int64_t now);
void caretaker_free(struct caretaker *caretaker);

/* The names that the caretakers of a store listed. Nothing there is success. */
bool names_cached(struct store *store,
                  void (*visit)(void *context, const char *id, const char *name), void *context,
                  struct err *err);
/* The same into names, as NAME_LISTED. */
bool names_take_cached(struct store *store, struct names *names, struct err *err);

#endif
