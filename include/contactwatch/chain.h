/*
 * The chain: the contacts of one customer's call. Members are joined by
 * initialContactId, also retroactively; monitor and third-party legs are told apart; the whole call
 * has ended when every customer leg has, and no new one came for the grace time. Pure.
 */
#ifndef CONTACTWATCH_CHAIN_H
#define CONTACTWATCH_CHAIN_H

#include "contactwatch/record.h"

enum leg_kind { LEG_CUSTOMER, LEG_CALLBACK, LEG_MONITOR, LEG_EXTERNAL };

struct leg {
    const struct record *record;
    enum leg_kind kind;
    int64_t start, end; /* end INSTANT_NONE while open */
    int previous;       /* index of the leg this one came from, -1 none or unknown */
};

enum { CHAIN_GRACE_MS = 10000 };

struct chain {
    struct leg *leg; /* by start, then id */
    size_t count;
};

enum chain_end {
    CHAIN_OPEN,     /* a customer leg is live */
    CHAIN_WAITING,  /* all customer legs ended, call-backs or the grace time pending */
    CHAIN_ENDED,    /* all ended, grace passed */
    CHAIN_COMPLETE, /* … and every one COMPLETED */
};

/* Builds the chain of records (borrowed), in the arena. */
void chain_build(struct chain *chain, struct arena *arena, const struct record *const *records,
                 size_t count);
enum chain_end chain_state(const struct chain *chain, int64_t now);
const char *chain_end_text(enum chain_end end); /* in words: "whole call ended"; static */

#endif
