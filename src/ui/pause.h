/*
 * What comes while the picture is paused: kept in order, not applied. A record replaces the earlier
 * one of its contact, so that only entries grow with time.
 */
#ifndef CONTACTWATCH_UI_PAUSE_H
#define CONTACTWATCH_UI_PAUSE_H

#include "contactwatch/inbox.h"
#include "contactwatch/map.h"

enum { PAUSE_ENTRIES_MAX = 1000000 };

struct pause {
    bool on;
    struct waiting {
        struct note *note;
    } * waiting;
    size_t notes, capacity;
    struct map place;     /* contact id -> where its record waits */
    struct note *contact; /* the newest NOTE_CONTACT */
    uint64_t changes;     /* that came since the pause began: shown */
    size_t entries;
};

void pause_keep(struct pause *pause, struct note *note); /* takes it */
bool pause_is_full(const struct pause *pause);
/* Hands out what waits, in order, the caller frees each; then is empty. */
void pause_end(struct pause *pause, void (*apply)(void *context, struct note *note), void *context);
void pause_free(struct pause *pause);

#endif
