/*
 * The caretaker's inside: jobs with a due time each, run one after the other on its thread.
 *
 *   lease ──held──► survey ──► instances ──► list (a page at a time) ──► names/<instance>
 *                      └─────► suspects  ──► ask  (one at a time)    ──► an event, joined
 *   show: names/<instance> ──► the screen
 */
#ifndef INGEST_CARETAKER_INTERNAL_H
#define INGEST_CARETAKER_INTERNAL_H

#include <pthread.h>

#include "contactwatch/caretaker.h"
#include "contactwatch/connect.h"
#include "contactwatch/map.h"
#include "contactwatch/rng.h"
#include "ingest/reconcile_internal.h"

enum {
    CALL_EVERY_MS = 1000,
    BACKOFF_CONNECT_MS = 5000,
    BACKOFF_CONNECT_MAX_MS = 600000,
    STORE_AGAIN_MS = 30000, /* after the store could not be asked */
    INSTANCES_MAX = 16,
    SUSPECTS_MAX = 300, /* a survey's: what the pace allows until the next */
};

enum job { JOB_SHOW, JOB_LEASE, JOB_SURVEY, JOB_LIST, JOB_ASK, JOB_COUNT };

struct lease {
    char holder[96]; /* our name */
    bool held, claimed;
    int64_t seen, seen_since; /* the time limit read last, and since when it has been that one */
};

/* One instance whose names are listed. */
struct roster {
    struct connect_instance instance;
    int64_t due;            /* of the next page, or the next listing */
    bool looked;            /* at the age of the document */
    enum connect_list list; /* where the listing stands */
    char *token;            /* of its next page; NULL = the first */
    unsigned pages, denied; /* of this list; lists refused in this listing */
    struct buf text;        /* listed so far, as the document's lines */
    size_t names;
};

struct suspect {
    char *id;
    int64_t due;
};

/* What is remembered of a contact that Connect was asked about. */
struct answered {
    unsigned times;
    int64_t due;
    bool seen; /* by the survey that is running */
};

struct caretaker {
    struct caretaker_options options;
    struct aws_client *client;
    struct store *store;
    struct rng rng;
    struct arena arena; /* of one call */
    int64_t due[JOB_COUNT];
    int64_t next_call, backoff;
    int64_t denied_until; /* DescribeContact */
    struct lease lease;
    struct roster roster[INSTANCES_MAX];
    size_t rosters;
    struct suspect suspect[SUSPECTS_MAX]; /* in the order of asking */
    size_t suspects, asked;
    struct map answered; /* contact id -> struct answered */
    char said[8][160];   /* troubles logged, so that each is logged once */
    unsigned says;

    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping, finished; /* under the lock */
};

/* 0 … ms - 1 */
int64_t caretaker_jitter(struct caretaker *caretaker, int64_t ms);
/* Logs a text once until another was logged in its place eight times over. */
void caretaker_say(struct caretaker *caretaker, const char *text);
/* The store, opened when it is not; NULL after a failure, which is logged. */
struct store *caretaker_store(struct caretaker *caretaker);
/* After a failed call of the store: it is opened anew. Returns when to try again. */
int64_t caretaker_store_failed(struct caretaker *caretaker, const struct err *err, int64_t now);
/* Asks Connect, and sets when it may be asked again. */
void caretaker_ask(struct caretaker *caretaker, struct aws_call *call, int64_t now);

/* Each runs once and returns when it is due again; INT64_MAX: when another job says so. */
int64_t caretaker_show(struct caretaker *caretaker, int64_t now);
int64_t caretaker_lease(struct caretaker *caretaker, int64_t now);
int64_t caretaker_survey(struct caretaker *caretaker, int64_t now);
int64_t caretaker_list(struct caretaker *caretaker, int64_t now);
int64_t caretaker_ask_contact(struct caretaker *caretaker, int64_t now);

void caretaker_lease_release(struct caretaker *caretaker);
/* Takes an instance up when it is new and of this Region. */
void caretaker_instance(struct caretaker *caretaker, const char *arn, int64_t now);
void caretaker_suspects_free(struct caretaker *caretaker);

/* names_cache.c: the document's name and lines. */
enum { NAMES_CACHE_LIFE_MS = 86400000 };
void names_cache_key(char out[96], const char *instance_id);
void names_cache_line(struct buf *out, const char *id, const char *name);
/* Adds the instance to the document that lists them. */
bool names_cache_index(struct store *store, const char *instance_id, struct err *err);

#endif
