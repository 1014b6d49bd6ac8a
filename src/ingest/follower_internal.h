/* The follower's inside: its thread and store connection, and the contact that is open. */
#ifndef INGEST_FOLLOWER_INTERNAL_H
#define INGEST_FOLLOWER_INTERNAL_H

#include <pthread.h>

#include "contactwatch/ingest.h"
#include "contactwatch/map.h"

enum {
    NOTE_BATCH = 512,   /* records a note, at most */
    ENTRY_BATCH = 2048, /* entries a note, at most */
    AGENT_BATCH = 512,  /* agents a note, at most */
    POLL_MS = 1000,     /* another process may have written, and the store cannot tell */
    POLL_STEP_MS = 200, /* looks at such a store at least so far apart, however often woken */
    SETTLE_MS =
        30, /* from the first sign that another process writes to a look: a batch has many signs */
    OPEN_STEP_MS = 100,        /* the open contact is posted at most that often */
    OPEN_POLLED_STEP_MS = 500, /* … of a store that is polled, where each time is paid for */
    OPEN_SHARE = 5, /* … and reading it takes at most one part in so many of the time */
    HEALTH_STEP_MS = 1000,
    FULL_STEP_MS = 10, /* wait while the inbox is full */
    RETRY_FIRST_MS = 250,
    RETRY_LAST_MS = 5000
};

struct follower {
    struct store *(*open)(void *context, struct err *err);
    void *context;
    char *spec; /* follower_start: what open_spec opens */
    struct store_options options;
    struct inbox *inbox;
    int64_t ended_since;
    pthread_t thread;

    pthread_mutex_t lock; /* guards the next six; never held across a call to store or inbox */
    pthread_cond_t changed;
    bool stopping, woken;
    bool asked;   /* contact was set or cleared since the thread looked */
    char *wanted; /* contact to open, NULL = none */
    bool find;    /* wanted is the beginning of an id */
    int wake;     /* eventfd: one of these has been set */

    /* The thread's own. */
    struct store *store;
    int watch; /* the store's word that somebody wrote; -1 = it has none */
    struct store_cursor cursor;
    bool loaded, failing;
    struct note *records, *entries, *agents; /* being filled */
    size_t visited;                          /* records handed out by the call running */
    char *contact, *root;                    /* open contact and its chain; NULL = none */
    struct map members;                      /* ids of the chain posted last */
    char *beginning; /* of its id: what was asked for, until it is answered; NULL = the whole id */
    bool dirty;      /* the open chain changed since it was posted */
    int64_t posted_ns, looked_ns, health_ns;
    int64_t opening_ns; /* what reading the open contact took last */
};

/* Waits for room in the inbox; false, with the note freed, once the follower stops or the inbox is
 * closed. */
bool follower_post(struct follower *follower, struct note *note);
/* Posts the open contact's chain with histories; false with err set when the store cannot be read.
 */
bool follower_post_contact(struct follower *follower, struct err *err);
/* Posts how the follower stands to a shared store, at most once a second. */
void follower_post_health(struct follower *follower);
/* A store with a word between processes keeps its own state through failures. */
bool follower_store_endures(const struct follower *follower);
bool follower_take_agent(void *follower, const struct agent_event *agent);
/* Posts what was gathered: records, then entries, then agents. */
bool follower_post_held(struct follower *follower);
/* Does a change of this record concern the open contact? */
bool follower_concerns(const struct follower *follower, const struct record *record);
bool follower_concerns_id(const struct follower *follower, const char *contact_id);
/* Takes over what was asked for last. find: it is the beginning of an id. */
void follower_switch(struct follower *follower, char *contact, bool find);

/* follower_wait.c */
bool follower_stopping(struct follower *follower);
void follower_raise(struct follower *follower);             /* any thread: ends a wait */
bool follower_pause(struct follower *follower, int64_t ms); /* true once stopped */
/* Sleeps until woken, asked, somebody writes, or the time is up (-1 = never), and takes over what
 * was asked; false once stopped. */
bool follower_wait(struct follower *follower, int64_t ms);

#endif
