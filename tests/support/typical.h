/*
 * A contact as Connect tells of it: its events as EventBridge delivers them, its flow logs as lines
 * in CloudWatch. The same contact is the same bytes. For what is measured of a contact's cost.
 */
#ifndef CONTACTWATCH_TESTS_TYPICAL_H
#define CONTACTWATCH_TESTS_TYPICAL_H

#include "contactwatch/instant.h"
#include "contactwatch/mem.h"

enum { TYPICAL_LINES_A_MESSAGE = 8, TYPICAL_MESSAGES_MAX = 64 };

struct typical {
    unsigned events, lines; /* events: 5, 6 or 7 */
    unsigned number;        /* tells contacts apart */
    int64_t start;          /* ms; an entry a second */
    char id[37];
    /* How it is delivered: each event alone, and every eight lines together; the entries from..to,
     * events among them left out. */
    struct {
        unsigned from, to;
    } message[TYPICAL_MESSAGES_MAX];
    unsigned messages;
};
void typical_contact(struct typical *out, unsigned events, unsigned lines, unsigned number,
                     int64_t start);
unsigned typical_entries(const struct typical *contact);
/* Appends entry n, in the order of time, as it comes: the envelope of an event, or a log line. */
bool typical_is_event(const struct typical *contact, unsigned n);
void typical_entry(struct buf *out, const struct typical *contact, unsigned n);

/* Message m as a queue has it: an event alone, or lines as a log subscription packs them. */
void typical_message(struct buf *out, const struct typical *contact, unsigned m);

#endif
