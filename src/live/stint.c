#include "live/stint.h"

#include <stdlib.h>

#include "contactwatch/instant.h"
#include "contactwatch/mem.h"

static size_t slot_of(const struct stints *stints, uint64_t contact)
{
    size_t mask = stints->slots - 1;
    size_t i = contact & mask;
    while (stints->slot[i] != NO_STINT && stints->item[stints->slot[i]].contact != contact)
        i = (i + 1) & mask;
    return i;
}

/* Indexes every stint anew; a contact's stints are chained, the last one added first. */
static void reindex(struct stints *stints, size_t slots)
{
    free(stints->slot);
    stints->slot = mem_alloc(slots * sizeof(*stints->slot));
    stints->slots = slots;
    stints->contacts = 0;
    for (size_t i = 0; i < slots; i++)
        stints->slot[i] = NO_STINT;
    for (uint32_t i = 0; i < stints->count; i++) {
        size_t at = slot_of(stints, stints->item[i].contact);
        stints->contacts += stints->slot[at] == NO_STINT;
        stints->item[i].next = stints->slot[at];
        stints->slot[at] = i;
    }
}

uint32_t stint_first(const struct stints *stints, uint64_t contact)
{
    return stints->slots ? stints->slot[slot_of(stints, contact)] : NO_STINT;
}

struct stint *stint_get(struct stints *stints, uint64_t contact, int64_t enqueued, bool *made)
{
    *made = false;
    for (uint32_t i = stint_first(stints, contact); i != NO_STINT; i = stints->item[i].next)
        if (stints->item[i].enqueued == enqueued)
            return &stints->item[i];
    if ((stints->contacts + 1) * 2 > stints->slots)
        reindex(stints, stints->slots ? stints->slots * 2 : 1024);
    mem_grow(stints->item, stints->count, stints->capacity);
    size_t at = slot_of(stints, contact);
    stints->contacts += stints->slot[at] == NO_STINT;
    struct stint *stint = &stints->item[stints->count];
    *stint = (struct stint){.contact = contact, .enqueued = enqueued, .next = stints->slot[at]};
    stints->slot[at] = (uint32_t)stints->count++;
    *made = true;
    return stint;
}

bool stint_abandoned(const struct stint *stint)
{
    unsigned wanted = STINT_CUT | STINT_SPOKEN;
    unsigned against =
        STINT_ANSWERED | STINT_TOOK_CALLBACK | STINT_EXIT | STINT_SUCCESSOR | STINT_CALLBACK;
    return (stint->flags & (wanted | against)) == wanted;
}

void stint_prune(struct stints *stints, int64_t before,
                 void (*release)(void *context, const char *queue), void *context)
{
    size_t kept = 0;
    for (size_t i = 0; i < stints->count; i++) {
        struct stint *stint = &stints->item[i];
        if (stint->left != INSTANT_NONE && stint->left < before && stint->enqueued < before)
            release(context, stint->queue);
        else
            stints->item[kept++] = *stint;
    }
    if (kept == stints->count)
        return;
    stints->count = kept;
    reindex(stints, stints->slots);
}

void stint_free(struct stints *stints)
{
    free(stints->item);
    free(stints->slot);
    *stints = (struct stints){0};
}
