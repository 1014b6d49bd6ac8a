/* A contact's life: made, in a flow, queued, ringing, with an agent, after-contact work, gone. */
#include <stdlib.h>
#include <string.h>

#include "source/sim_internal.h"

/* Draws one of the queues by its share of the demand. */
static struct sim_queue *draw_queue(struct sim *sim)
{
    double all = 0;
    for (size_t i = 0; i < sim->queues; i++)
        all += sim->queue[i].weight * sim->queue[i].surge;
    double luck = rng_unit(&sim->rng) * all;
    for (size_t i = 0; i + 1 < sim->queues; i++) {
        double share = sim->queue[i].weight * sim->queue[i].surge;
        if (luck < share)
            return &sim->queue[i];
        luck -= share;
    }
    return &sim->queue[sim->queues - 1];
}

static void follow(struct sim_contact *contact, const struct sim_contact *from)
{
    memcpy(contact->initial, from->initial[0] ? from->initial : from->id, SIM_UUID);
    memcpy(contact->prior, from->id, SIM_UUID);
    contact->customer = from->customer;
    contact->identified = from->identified;
    contact->logging = from->logging; /* the setting persists into later flows */
    contact->queue = from->queue;
}

struct sim_contact *sim_contact_new(struct sim *sim, enum sim_channel channel,
                                    enum sim_method method, const struct sim_contact *from)
{
    struct sim_contact *contact = mem_zero(sizeof(*contact));
    sim_uuid(sim, contact->id);
    contact->channel = channel;
    contact->method = method;
    contact->initiated = sim->now;
    contact->updated = "UserDefinedAttributes";
    contact->stream = (uint8_t)rng_below(&sim->rng, (uint32_t)sim->streams);
    contact->queue = draw_queue(sim);
    contact->customer = (int)rng_below(&sim->rng, SIM_CUSTOMERS);
    if (from)
        follow(contact, from);
    if (from && method == SIM_REPLY)
        memcpy(contact->related, from->id, SIM_UUID);
    contact->next = sim->contacts;
    if (contact->next)
        contact->next->previous = contact;
    sim->contacts = contact;
    sim->live++;
    sim_emit(sim, contact, SIM_INITIATED);
    return contact;
}

void sim_contact_unref(struct sim *sim, struct sim_contact *contact)
{
    if (contact->pending || !contact->complete)
        return;
    if (contact->previous)
        contact->previous->next = contact->next;
    else
        sim->contacts = contact->next;
    if (contact->next)
        contact->next->previous = contact->previous;
    if (contact->peer)
        contact->peer->peer = NULL;
    sim->live--;
    free(contact);
}

void sim_contact_connected(struct sim *sim, struct sim_contact *contact)
{
    contact->system = sim->now;
    sim_emit(sim, contact, SIM_CONNECTED_TO_SYSTEM);
}

void sim_contact_flow(struct sim *sim, struct sim_contact *contact, enum sim_flow_id flow,
                      int64_t delay)
{
    contact->stage = STAGE_FLOW;
    sim_run_start(sim, contact, flow, delay);
}

static void answer(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)argument;
    contact->epoch++;
    bool whispers = contact->channel == SIM_VOICE && contact->method != SIM_CALLBACK;
    contact->stage = STAGE_WHISPER;
    if (whispers && contact->logging)
        sim_run_start(sim, contact, FLOW_AGENT_WHISPER, sim_between(sim, 60, 200));
    else
        sim_contact_answer(sim, contact);
}

/* The agent did not pick up: off to a break, and the contact back to the head of its queue. */
static void missed(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)argument;
    struct sim_agent *agent = contact->agent;
    sim_agent_state(sim, contact, STATE_MISSED);
    sim_agent_pause(sim, agent, AGENT_BREAK, 2 * MINUTE_MS);
    sim_agent_drop(sim, contact);
    contact->agent = NULL;
    sim_requeue(sim, contact);
}

void sim_contact_ring(struct sim *sim, struct sim_contact *contact, struct sim_agent *agent)
{
    static const int64_t slowest[SIM_CHANNELS] = {5500, 5000, 8000, 9000};
    sim_unqueue(contact);
    contact->stage = STAGE_RINGING;
    sim_agent_take(sim, agent, contact, STATE_CONNECTING);
    if (contact->channel == SIM_VOICE && sim_percent(sim, 1))
        sim_after(sim, 20 * SECOND_MS, missed, contact, 0);
    else
        sim_after(sim, sim_between(sim, 1500, slowest[contact->channel]), answer, contact, 0);
}

static void count_service(struct sim *sim, struct sim_contact *contact, bool in_time)
{
    (void)sim;
    if (!contact->enqueued || contact->target || contact->method == SIM_CALLBACK ||
        contact->channel > SIM_CHAT)
        return;
    int profile = contact->channel == SIM_CHAT ? PROFILE_CHAT : PROFILE_VOICE;
    contact->queue->staff[profile].good += in_time;
    contact->queue->staff[profile].all += 1;
}

void sim_contact_answer(struct sim *sim, struct sim_contact *contact)
{
    contact->stage = STAGE_AGENT;
    contact->answered = sim->now;
    count_service(sim, contact, sim->now - contact->enqueued <= SIM_SL_TARGET_MS);
    sim_emit(sim, contact, SIM_CONNECTED_TO_AGENT);
    sim_agent_state(sim, contact, STATE_CONNECTED);
    if (contact->method == SIM_CALLBACK)
        sim_callback_dial(sim, contact);
    else
        sim_talk_plan(sim, contact);
}

void sim_hold(struct sim *sim, struct sim_contact *contact, bool on)
{
    if (on == (contact->held_since != 0))
        return;
    if (on) {
        contact->held_since = sim->now;
        sim_agent_state(sim, contact, STATE_ONHOLD);
        sim_run_start(sim, contact, FLOW_HOLD, sim_between(sim, 20, 90));
        return;
    }
    contact->held += sim->now - contact->held_since;
    contact->held_since = 0;
    if (contact->stage == STAGE_AGENT)
        sim_agent_state(sim, contact, STATE_CONNECTED);
}

static void complete(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)argument;
    if (sim_percent(sim, 95))
        sim_emit(sim, contact, SIM_COMPLETED);
    contact->complete = true;
}

static void work_done(struct sim *sim, struct sim_contact *contact, int argument)
{
    contact->work_end = sim->now;
    sim_agent_drop(sim, contact);
    complete(sim, contact, argument);
}

static int64_t work_time(struct sim *sim, const struct sim_contact *contact)
{
    static const double median[SIM_CHANNELS] = {24e3, 11e3, 5e3, 5e3};
    return sim_around(
        sim, contact->system || contact->method == SIM_INBOUND ? median[contact->channel] : 8e3,
        0.7);
}

void sim_contact_end(struct sim *sim, struct sim_contact *contact)
{
    if (contact->stage == STAGE_ENDED)
        return;
    enum sim_stage before = contact->stage;
    contact->epoch++;
    contact->stage = STAGE_ENDED;
    sim_unqueue(contact);
    sim_hold(sim, contact, false);
    contact->ended = sim->now;
    if (before == STAGE_QUEUED || before == STAGE_RINGING)
        count_service(sim, contact, sim->now - contact->enqueued <= SIM_SL_TARGET_MS);
    if (contact->agent && !contact->answered) {
        sim_agent_drop(sim, contact);
        contact->agent = NULL;
    }
    sim_emit(sim, contact, SIM_DISCONNECTED);
    sim_leg_ended(sim, contact);
    if (contact->agent && contact->method != SIM_MONITOR) {
        sim_agent_state(sim, contact, STATE_ENDED);
        sim_after(sim, work_time(sim, contact), work_done, contact, 0);
    } else {
        sim_agent_drop(sim, contact);
        sim_after(sim, sim_between(sim, 5, 60), complete, contact, 0);
    }
}
