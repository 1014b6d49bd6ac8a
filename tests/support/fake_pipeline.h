/* A scripted source and a store in memory, to watch the pipeline between them. */
#ifndef TESTS_FAKE_PIPELINE_H
#define TESTS_FAKE_PIPELINE_H

#include <pthread.h>

#include "contactwatch/ingest.h"
#include "contactwatch/map.h"
#include "contactwatch/rng.h"

enum { FAKE_MESSAGES = 512, FAKE_TOKENS = 1024 };

/* What is stored, whatever connection it came through. Zero-initialise, then fake_store_init. */
struct fake_store {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stored[FAKE_TOKENS]; /* by the number in the event's "T" */
    unsigned entries;         /* different ones stored */
    unsigned applies, opened, closed;
    unsigned fail_next; /* this many applies store nothing */
    double retry_share; /* of contacts are to be tried again */
    bool fail_all;      /* until it is cleared */
    bool shut;          /* apply waits while this is set */
    bool cannot_open;
    struct rng rng;
    struct map ids;       /* identities stored */
    bool shared;          /* it keeps agents and refused lines, hears heartbeats and counts, as a
                             shared store does */
    unsigned fail_agents; /* this many apply_agents store nothing */
    struct buf agents;    /* what was stored of agents: "NAME STATUS\n" each */
    unsigned fail_lines;  /* so many times none are kept */
    struct buf lines;     /* the quarantine's */
    struct store_beat first_beat, last_beat;
    unsigned beats;
    int64_t beat_give_up; /* the store's, at the last */
};
void fake_store_init(struct fake_store *store, uint64_t seed);
void fake_store_free(struct fake_store *store);
struct store *fake_store_open(void *fake_store, struct err *err);
void fake_store_shut(struct fake_store *store, bool shut);
void fake_store_wait_applies(struct fake_store *store, unsigned applies);
void fake_store_wait_beats(struct fake_store *store, unsigned beats);

enum fake_fate { FATE_UNREAD, FATE_IN_FLIGHT, FATE_DONE, FATE_RELEASED };
struct scripted_message {
    char *body;
    size_t length;
    const char *refused;
    enum fake_fate fate;
};

struct fake_source {
    struct source base;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct scripted_message message[FAKE_MESSAGES];
    size_t count, next;
    size_t a_receive;     /* messages a receive, at most; 0 = as many as asked for */
    unsigned errors;      /* receives that fail first */
    unsigned last_errors; /* receives that fail before the end */
    bool endless;         /* waits at its end until woken, instead of ending */
    bool woken, closed;
    struct fake_store *store; /* where every event of a message must be before it is settled */
    unsigned early;           /* messages settled before that */
};
/* The pipeline closes it; the memory is the test's. */
void fake_source_init(struct fake_source *source, struct fake_store *store);
void fake_source_free(struct fake_source *source);
/* From now on it knows a backlog of 42 and 3 throttles, as a queue does. */
void fake_source_is_queue(struct fake_source *source);
void fake_source_add(struct fake_source *source, const char *text, size_t length);
size_t fake_source_with_fate(struct fake_source *source, enum fake_fate fate);

/* A flow log line of a contact with number `token`, at second `second`. */
void fake_line(struct buf *out, unsigned contact, unsigned token, unsigned second);

#endif
