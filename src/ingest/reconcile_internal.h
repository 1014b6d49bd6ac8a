/* Reconciling, without clock, store or network: when a contact is asked about, and what Connect's
 * answer means for it. */
#ifndef INGEST_RECONCILE_INTERNAL_H
#define INGEST_RECONCILE_INTERNAL_H

#include "contactwatch/caretaker.h"
#include "contactwatch/connect.h"
#include "contactwatch/record.h"

/* How long this contact may be silent: as the screen has it. */
int64_t reconcile_allowance(const struct record *record, const struct unsure_after *unsure);

enum verdict {
    VERDICT_ENDED,   /* Connect has its end: an event closes it */
    VERDICT_MOVED,   /* open, but further than known here: an event says so */
    VERDICT_OPEN,    /* open, and nothing new: stays unsure */
    VERDICT_UNKNOWN, /* Connect does not know it: stays unsure */
    VERDICT_LATER,   /* no answer: throttled, out of order */
    VERDICT_DENIED,
    VERDICT_COUNT
};
/* What a finished call means. *contact is read from its answer where there is one. */
enum verdict reconcile_verdict(const struct aws_call *call, const struct record *record,
                               struct arena *arena, struct connect_contact *contact);

/*
 * The event that the answer amounts to (VERDICT_ENDED, VERDICT_MOVED), as the EventBridge envelope
 * that Connect would have sent. Its identity is (contact, type, stamp), so the real one is its
 * duplicate; the member DescribeContact sorts before all that a real one has, so of the two the
 * real one's body stays.
 */
void reconcile_event(struct buf *out, const struct connect_contact *contact,
                     const struct record *record, const struct connect_instance *instance);

/* How long to leave a contact alone that has been asked about so many times: 30 min, doubling, a
 * day at most. */
int64_t reconcile_interval(unsigned times);

#endif
