/* Agents, and how the follower stands to a store that has a word between processes. */
#include <stdlib.h>
#include <string.h>

#include "ingest/follower_internal.h"

bool follower_store_endures(const struct follower *f)
{
    return f->store && f->store->ops->health;
}

bool follower_take_agent(void *context, const struct agent_event *agent)
{
    struct follower *f = context;
    if (!f->agents) {
        f->agents = note_new(NOTE_AGENTS);
        f->agents->agent = mem_alloc(AGENT_BATCH * sizeof(*f->agents->agent));
    }
    struct note *note = f->agents;
    note->agent[note->agents++] = agent_event_copy(&note->arena, agent);
    return note->agents < AGENT_BATCH || follower_post_held(f);
}

/* The picture's age is the reader's to tell: while nothing can be read, read_at stands still. */
void follower_post_health(struct follower *f)
{
    int64_t now = monotonic_ns();
    if (!follower_store_endures(f) ||
        (f->health_ns && now - f->health_ns < HEALTH_STEP_MS * INT64_C(1000000)))
        return;
    struct note *note = note_new(NOTE_HEALTH);
    f->store->ops->health(f->store, &note->health);
    size_t size = note->health.beats * sizeof(*note->health.beat);
    struct store_beat *copy = arena_alloc(&note->arena, size + 1);
    if (size)
        memcpy(copy, note->health.beat, size);
    note->health.beat = copy;
    f->health_ns = now;
    follower_post(f, note);
}
