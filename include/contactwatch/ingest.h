/*
 * The pipeline: receive -> decode -> group by contact -> join into the store -> settle.
 * Every command that ingests uses it. Bounded queues, back-pressure in bytes, its own metrics.
 * Nothing is settled before it is durable, so a crash anywhere only makes messages come again, and
 * the join makes that harmless.
 */
#ifndef CONTACTWATCH_INGEST_H
#define CONTACTWATCH_INGEST_H

#include "contactwatch/decode.h"
#include "contactwatch/inbox.h"
#include "contactwatch/metrics.h"
#include "contactwatch/source.h"
#include "contactwatch/store.h"

struct ingest_options {
    struct decode_options decode;
    const char *store_spec; /* each writer opens its own connection */
    struct store_options store;
    /* path of the quarantine file; NULL = beside an SQLite store, else refused stay unsettled */
    const char *quarantine;
    int64_t linger_ms;       /* default 250 */
    size_t batch_events;     /* flush at that many events; default 4096 */
    size_t in_flight_bytes;  /* cap; default 64 MiB */
    unsigned writers;        /* default 1 for SQLite */
    struct aws_session *aws; /* whose calls its metrics count; NULL = none, or the store's */
    int64_t backoff_ms;      /* first wait after a failure, doubling to 5 s; default 100 */
    int64_t beat_ms;         /* between heartbeats, where the store knows them; default 5 s */
    const struct clock *clock;
    /* after each flush that stored something new, on a writer's thread; may be NULL */
    void (*committed)(void *context);
    void *context;
    /* Tests: opens each writer's store instead of store_spec; may be NULL. */
    struct store *(*open_store)(void *context, struct err *err);
    void *store_context;
};

struct ingest;
/* Starts the threads. The source belongs to the pipeline from now on, also when this fails. */
struct ingest *ingest_start(struct source *source, const struct ingest_options *options,
                            struct err *err);
/* Waits until the source has ended and everything is settled; false if something could not be
 * taken, err says why. */
bool ingest_wait(struct ingest *ingest, struct err *err);
bool ingest_done(const struct ingest *ingest); /* the source has ended and everything is settled */
/* Stops receiving, flushes, settles, releases the unread, joins the threads. Within 10 s. Any
 * thread but its own. */
void ingest_stop(struct ingest *ingest);
void ingest_ask_stop(struct ingest *ingest); /* any thread: as ingest_stop, without waiting */
void ingest_metrics(const struct ingest *ingest, struct metrics_view *out);
/* Any thread: what was done beside the pipeline counts with it. */
void ingest_count(struct ingest *ingest, enum metric which, uint64_t count);
/* Any thread: how what comes from now on is decoded, and how long it is collected (0 = the
 * default). What is given is copied. */
void ingest_tune(struct ingest *ingest, const struct decode_options *decode, int64_t linger_ms);
void ingest_free(struct ingest *ingest); /* after ingest_stop or ingest_wait */

/*
 * Follows a store for the screen: a thread with its own connection reads `live`, then `changes`
 * when woken or once a second when another process may have written, and posts what it reads to an
 * inbox (live.h). It also answers requests to open a contact.
 */
struct follower;
struct inbox;
struct follower *follower_start(const char *store_spec, const struct store_options *options,
                                struct inbox *inbox, int64_t ended_since, struct err *err);
/* As follower_start with a store opened by `open`, on the follower's thread. */
struct follower *follower_start_with(struct store *(*open)(void *context, struct err *err),
                                     void *context, struct inbox *inbox, int64_t ended_since);
void follower_wake(struct follower *follower); /* any thread: something was committed */
/* any thread: post its chain and histories, and again at each change */
void follower_open(struct follower *follower, const char *contact_id);
/* any thread: likewise of the one contact whose id begins so */
void follower_find(struct follower *follower, const char *beginning);
/* any thread: no contact is open any more */
void follower_close_contact(struct follower *follower);
void follower_stop(struct follower *follower);

#endif
