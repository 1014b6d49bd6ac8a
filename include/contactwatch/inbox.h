/*
 * What producers tell the screen: immutable messages through a bounded queue with an eventfd. The
 * receiver owns each message and frees it with note_free. This is the only way into live/ from
 * another thread.
 */
#ifndef CONTACTWATCH_INBOX_H
#define CONTACTWATCH_INBOX_H

#include "contactwatch/metrics.h"
#include "contactwatch/queue.h"
#include "contactwatch/record.h"
#include "contactwatch/store.h"

enum note_kind {
    NOTE_RECORDS, /* records changed (joined state) */
    NOTE_ENTRIES, /* new history entries */
    NOTE_LOADED,  /* the live index has been read */
    NOTE_CONTACT, /* answer to follower_open: the chain with its histories */
    NOTE_NAMES,   /* names listed from Connect */
    NOTE_AGENTS,  /* what agent events say of agents */
    NOTE_HEALTH,  /* how the follower stands to a shared store: after each look, and while it fails
                   */
    NOTE_ERROR,   /* the store cannot be read: text says why */
};

struct note_entry {
    const char *contact_id;
    struct entry entry;
};

struct note_name {
    const char *id, *name;
};

struct note {
    enum note_kind kind;
    struct arena arena; /* everything below lives here, but for records */
    struct record *record;
    size_t records;
    struct note_entry *entry;
    size_t entries;
    struct note_name *name;
    size_t names;
    struct agent_event *agent; /* texts in the arena */
    size_t agents;
    struct store_health health; /* beats in the arena */
    struct history *history;    /* NOTE_CONTACT: one per record */
    const char *contact_id;     /* NOTE_CONTACT: the one asked for */
    const char *found;          /* NOTE_CONTACT: its whole id, where only a beginning was known */
    const char *text;           /* NOTE_ERROR; "" = it can be read again. NOTE_CONTACT: why there is
                                   none, or NULL */
};

struct inbox {
    struct queue *queue;
};

/* zeroed; its arrays are heap memory that note_free releases */
struct note *note_new(enum note_kind kind);
void note_free(struct note *note); /* NULL is allowed */

#endif
