/* What rows tell the stints, and what arrives for contacts whose row has left already. */
#include <string.h>

#include "contactwatch/chain.h"
#include "contactwatch/hash.h"
#include "live/live_internal.h"

static uint64_t stint_contact(const char *contact_id)
{
    return hash_text(contact_id);
}

static uint16_t flags_of(const struct cell *cell, bool answered)
{
    const struct row *row = &cell->row;
    bool standard = row->queue_type && strcmp(row->queue_type, "STANDARD") == 0;
    bool excluded = row->leg == LEG_MONITOR || row->leg == LEG_EXTERNAL || row->unsure;
    bool spoken = row->channel == CHANNEL_VOICE || row->channel == CHANNEL_CHAT;
    bool reached = answered || row->agent_at != INSTANT_NONE || (row->flags & ROW_AGENT);
    return (uint16_t)((standard ? STINT_STANDARD : 0) | (excluded ? STINT_EXCLUDED : 0) |
                      (row->leg == LEG_CALLBACK ? STINT_CALLBACK : 0) |
                      (answered ? STINT_ANSWERED : 0) | (spoken ? STINT_SPOKEN : 0) |
                      (row->ended && !reached ? STINT_CUT : 0) |
                      (row->flags & ROW_CALLBACK ? STINT_TOOK_CALLBACK : 0) |
                      (cell->followed ? STINT_SUCCESSOR : 0));
}

/* A contact waits in one queue at a time: a later enqueue ends the stints before it. */
static void end_earlier(struct live *live, uint64_t contact, int64_t enqueued)
{
    struct stints *stints = &live->stints;
    for (uint32_t i = stint_first(stints, contact); i != NO_STINT; i = stints->item[i].next) {
        struct stint *stint = &stints->item[i];
        if (stint->enqueued >= enqueued)
            continue;
        if (stint->left == INSTANT_NONE || stint->left > enqueued)
            stint->left = enqueued;
        stint->flags &= (uint16_t)~STINT_CUT;
    }
}

void stint_from_cell(struct live *live, const struct cell *cell)
{
    const struct row *row = &cell->row;
    if (!cell->recorded || row->enqueued == INSTANT_NONE)
        return;
    bool made, answered = row->agent_at != INSTANT_NONE && row->agent_at >= row->enqueued;
    uint64_t contact = stint_contact(row->id);
    struct stint *stint = stint_get(&live->stints, contact, row->enqueued, &made);
    const uint16_t lasting = STINT_EXIT | STINT_SUCCESSOR | STINT_TOOK_CALLBACK;
    stint->flags = (uint16_t)((stint->flags & lasting) | flags_of(cell, answered));
    stint->left = answered ? row->agent_at : row->end;
    for (size_t i = 0; i < cell->exits; i++)
        if (cell->exit[i] > row->enqueued && (!row->ended || cell->exit[i] <= row->end))
            stint->flags |= STINT_EXIT;
    pool_set(&live->pool, &stint->queue, row->queue);
    if (made)
        end_earlier(live, contact, row->enqueued);
}

void stint_mark(struct live *live, const char *contact_id, uint16_t flag, int64_t exit)
{
    struct stints *stints = &live->stints;
    uint32_t i = stint_first(stints, stint_contact(contact_id));
    for (; i != NO_STINT; i = stints->item[i].next) {
        struct stint *stint = &stints->item[i];
        bool within = stint->left == INSTANT_NONE || exit <= stint->left;
        if (exit == INSTANT_NONE || (exit > stint->enqueued && within))
            stint->flags |= flag;
    }
}

void stint_drop(struct live *live, const struct cell *cell)
{
    struct stints *stints = &live->stints;
    if (cell->row.ended)
        return;
    uint32_t i = stint_first(stints, stint_contact(cell->row.id));
    for (; i != NO_STINT; i = stints->item[i].next) {
        struct stint *stint = &stints->item[i];
        if (stint->left != INSTANT_NONE)
            continue;
        stint->left = cell->row.newest > stint->enqueued ? cell->row.newest : stint->enqueued;
        stint->flags |= STINT_EXCLUDED;
    }
}

void stint_drop_texts(void *live, const char *queue)
{
    pool_drop(&((struct live *)live)->pool, queue);
}
