/* Queues meet agents: the contact that waits longest goes to an agent who is free; calls before
 * tasks and e-mails. */
#include <stdlib.h>

#include "source/sim_internal.h"

static enum sim_profile profile_for(enum sim_channel channel)
{
    return channel == SIM_CHAT ? PROFILE_CHAT : PROFILE_VOICE;
}

static void ring_push(struct sim_ring *ring, uint32_t agent)
{
    if (ring->count == ring->capacity) {
        size_t capacity = ring->capacity ? ring->capacity * 2 : 16;
        uint32_t *item = mem_alloc(capacity * sizeof(*item));
        for (size_t i = 0; i < ring->count; i++)
            item[i] = ring->item[(ring->head + i) & (ring->capacity - 1)];
        free(ring->item);
        ring->item = item;
        ring->head = 0;
        ring->capacity = capacity;
    }
    ring->item[(ring->head + ring->count++) & (ring->capacity - 1)] = agent;
}

static uint32_t ring_pop(struct sim_ring *ring)
{
    uint32_t agent = ring->item[ring->head];
    ring->head = (ring->head + 1) & (ring->capacity - 1);
    ring->count--;
    return agent;
}

static bool sim_agent_can(const struct sim_agent *agent, enum sim_profile profile)
{
    return agent->status == AGENT_AVAILABLE && agent->profile == profile && !agent->reserved &&
           agent->slots < (profile == PROFILE_CHAT ? SIM_AGENT_SLOTS : 1);
}

static void list(struct sim *sim, struct sim_agent *agent)
{
    for (int i = 0; i < agent->queues; i++) {
        if (agent->listed & 1U << i)
            continue;
        agent->listed = (uint8_t)(agent->listed | 1U << i);
        ring_push(&sim->queue[agent->queue[i]].idle[agent->profile],
                  (uint32_t)(agent - sim->agent));
    }
}

/* Takes agents off the queue's list until one really is free. Who can take more stays listed
 * elsewhere. */
struct sim_agent *sim_idle_agent(struct sim *sim, struct sim_queue *queue, enum sim_profile profile)
{
    struct sim_ring *ring = &queue->idle[profile];
    while (ring->count) {
        struct sim_agent *agent = &sim->agent[ring_pop(ring)];
        for (int i = 0; i < agent->queues; i++)
            if (&sim->queue[agent->queue[i]] == queue)
                agent->listed = (uint8_t)(agent->listed & ~(1U << i));
        if (sim_agent_can(agent, profile))
            return agent;
    }
    return NULL;
}

static void wait_push(struct sim_contact *contact, bool front)
{
    struct sim_wait *wait = &contact->queue->wait[contact->channel];
    contact->waiting = true;
    contact->ahead = front ? NULL : wait->last;
    contact->behind = front ? wait->first : NULL;
    if (contact->ahead)
        contact->ahead->behind = contact;
    else
        wait->first = contact;
    if (contact->behind)
        contact->behind->ahead = contact;
    else
        wait->last = contact;
}

void sim_unqueue(struct sim_contact *contact)
{
    if (contact->target && contact->target->reserved == contact)
        contact->target->reserved = NULL;
    if (!contact->waiting)
        return;
    struct sim_wait *wait = &contact->queue->wait[contact->channel];
    contact->waiting = false;
    if (contact->ahead)
        contact->ahead->behind = contact->behind;
    else
        wait->first = contact->behind;
    if (contact->behind)
        contact->behind->ahead = contact->ahead;
    else
        wait->last = contact->ahead;
    contact->ahead = contact->behind = NULL;
}

static void give_up(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)argument;
    if (contact->stage == STAGE_QUEUED || contact->stage == STAGE_RINGING)
        sim_contact_end(sim, contact);
}

static void start_waiting(struct sim *sim, struct sim_contact *contact)
{
    if (contact->method == SIM_CALLBACK || contact->channel >= SIM_TASK)
        return;
    bool chat = contact->channel == SIM_CHAT;
    sim_after(sim, sim_around(sim, chat ? 140e3 : 75e3, 1.2), give_up, contact, 0);
    sim_run_start(sim, contact, chat || contact->target ? FLOW_QUEUE_PLAIN : FLOW_QUEUE,
                  sim_between(sim, 200, 500));
}

static void place(struct sim *sim, struct sim_contact *contact)
{
    enum sim_profile profile = profile_for(contact->channel);
    struct sim_agent *agent = NULL;
    if (contact->target) {
        agent = contact->target;
        if (!sim_agent_can(agent, profile)) {
            agent->reserved = contact;
            return;
        }
    } else {
        agent = sim_idle_agent(sim, contact->queue, profile);
    }
    if (!agent) {
        wait_push(contact, false);
        return;
    }
    sim_contact_ring(sim, contact, agent);
    if (sim_agent_can(agent, profile))
        list(sim, agent);
}

void sim_enqueue(struct sim *sim, struct sim_contact *contact, struct sim_queue *queue)
{
    contact->epoch++;
    contact->queue = queue;
    contact->enqueued = sim->now;
    contact->stage = STAGE_QUEUED;
    if (contact->target && (contact->target->reserved || contact->target->status == AGENT_OFFLINE))
        contact->target = NULL;
    sim_emit(sim, contact, SIM_QUEUED);
    start_waiting(sim, contact);
    place(sim, contact);
}

void sim_requeue(struct sim *sim, struct sim_contact *contact)
{
    contact->stage = STAGE_QUEUED;
    contact->target = NULL;
    struct sim_agent *agent = sim_idle_agent(sim, contact->queue, profile_for(contact->channel));
    if (agent)
        sim_contact_ring(sim, contact, agent);
    else
        wait_push(contact, true);
}

static struct sim_contact *longest_waiting(struct sim *sim, const struct sim_agent *agent)
{
    static const enum sim_channel voice[] = {SIM_VOICE, SIM_EMAIL, SIM_TASK}, chat[] = {SIM_CHAT};
    const enum sim_channel *channel = agent->profile == PROFILE_CHAT ? chat : voice;
    size_t count = agent->profile == PROFILE_CHAT ? ARRAY_SIZE(chat) : ARRAY_SIZE(voice);
    for (size_t c = 0; c < count; c++) {
        struct sim_contact *oldest = NULL;
        for (int i = 0; i < agent->queues; i++) {
            struct sim_contact *first = sim->queue[agent->queue[i]].wait[channel[c]].first;
            if (first && (!oldest || first->enqueued < oldest->enqueued))
                oldest = first;
        }
        if (oldest)
            return oldest;
    }
    return NULL;
}

void sim_agent_free(struct sim *sim, struct sim_agent *agent)
{
    struct sim_contact *contact = agent->reserved;
    if (contact) {
        agent->reserved = NULL;
        if (!sim_agent_can(agent, profile_for(contact->channel))) {
            agent->reserved = contact;
            return;
        }
        sim_contact_ring(sim, contact, agent);
    }
    while (sim_agent_can(agent, agent->profile) && (contact = longest_waiting(sim, agent)))
        sim_contact_ring(sim, contact, agent);
    if (sim_agent_can(agent, agent->profile))
        list(sim, agent);
}
