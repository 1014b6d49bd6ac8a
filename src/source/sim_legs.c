/* What follows from another contact: transfers, call-backs, consultations, monitoring, surveys,
 * replies. */
#include <string.h>

#include "source/sim_internal.h"

static void hang_up(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)argument;
    sim_contact_end(sim, contact);
}

static void hold_on(struct sim *sim, struct sim_contact *contact, int argument)
{
    sim_hold(sim, contact, argument != 0);
}

static struct sim_queue *other_queue(struct sim *sim, const struct sim_queue *queue)
{
    if (sim->queues < 2)
        return &sim->queue[0];
    size_t step = 1 + rng_below(&sim->rng, (uint32_t)sim->queues - 1);
    return &sim->queue[((size_t)(queue - sim->queue) + step) % sim->queues];
}

/* Somebody of the queue who is logged in, or NULL after a few looks. */
static struct sim_agent *colleague(struct sim *sim, const struct sim_contact *contact)
{
    enum sim_profile profile = contact->channel == SIM_CHAT ? PROFILE_CHAT : PROFILE_VOICE;
    size_t first = contact->queue->staff[profile].first, pool = contact->queue->staff[profile].pool;
    for (int look = 0; look < 6 && pool; look++) {
        struct sim_agent *agent = &sim->agent[first + rng_below(&sim->rng, (uint32_t)pool)];
        if (agent->status == AGENT_AVAILABLE && !agent->reserved)
            return agent;
    }
    return NULL;
}

/* Warm: the first leg stays, its customer on hold, until the agents have talked. Cold: it ends once
 * handed on. */
static void transfer(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)argument;
    bool voice = contact->channel == SIM_VOICE;
    contact->epoch++;
    contact->survey = false;
    struct sim_contact *leg = sim_contact_new(sim, contact->channel, SIM_TRANSFER, contact);
    leg->queue = other_queue(sim, contact->queue);
    leg->target = sim_percent(sim, 30) ? colleague(sim, leg) : NULL;
    sim_contact_flow(sim, leg, leg->target ? FLOW_TO_AGENT : FLOW_TO_QUEUE,
                     sim_between(sim, 300, 900));
    if (voice)
        sim_hold(sim, contact, true);
    if (voice && sim_percent(sim, 60)) {
        contact->peer = leg;
        leg->peer = contact;
        return;
    }
    sim_after(sim, voice ? sim_between(sim, 3500, 8000) : sim_between(sim, 200, 900), hang_up,
              contact, 0);
}

static void survey_starts(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)argument;
    sim_contact_flow(sim, contact, FLOW_SURVEY, 0);
}

static void survey(struct sim *sim, struct sim_contact *contact)
{
    struct sim_contact *leg = sim_contact_new(sim, SIM_VOICE, SIM_DISCONNECT, contact);
    leg->stage = STAGE_FLOW;
    sim_after(sim, sim_between(sim, 100, 400), survey_starts, leg, 0);
}

/* The end of one of two legs that belong together frees the other. */
void sim_leg_ended(struct sim *sim, struct sim_contact *contact)
{
    struct sim_contact *peer = contact->peer;
    if (contact->survey && contact->answered)
        survey(sim, contact);
    if (!peer)
        return;
    contact->peer = peer->peer = NULL;
    if (strcmp(contact->prior, peer->id) != 0 || peer->stage != STAGE_AGENT)
        return;
    /* Nobody took the transfer: the first agent goes back to the customer. */
    sim_after(sim, sim_between(sim, 500, 2000), hold_on, peer, 0);
    sim_after(sim, sim_between(sim, 15000, 60000), hang_up, peer, 0);
}

static void third_party_answers(struct sim *sim, struct sim_contact *contact, int argument)
{
    sim_contact_connected(sim, contact);
    sim_after(sim, argument, hang_up, contact, 0);
}

static void third_party(struct sim *sim, struct sim_contact *contact, int argument)
{
    sim_hold(sim, contact, true);
    struct sim_contact *leg = sim_contact_new(sim, SIM_VOICE, SIM_EXTERNAL, contact);
    leg->stage = STAGE_FLOW;
    sim_after(sim, sim_between(sim, 3000, 9000), third_party_answers, leg, argument - 10000);
}

static void listen_in(struct sim *sim, struct sim_contact *contact, int argument)
{
    struct sim_agent *supervisor =
        &sim->agent[sim->agents - 1 - rng_below(&sim->rng, SIM_SUPERVISORS)];
    if (supervisor->status != AGENT_AVAILABLE || supervisor->slots)
        return;
    struct sim_contact *leg = sim_contact_new(sim, SIM_VOICE, SIM_MONITOR, contact);
    leg->stage = STAGE_AGENT;
    leg->answered = sim->now;
    sim_agent_take(sim, supervisor, leg, STATE_CONNECTED);
    sim_emit(sim, leg, SIM_CONNECTED_TO_AGENT);
    sim_after(sim, argument, hang_up, leg, 0);
}

static void pause_task(struct sim *sim, struct sim_contact *contact, int argument)
{
    sim_agent_state(sim, contact, argument ? STATE_PAUSED : STATE_CONNECTED);
    sim_emit(sim, contact, argument ? SIM_PAUSED : SIM_RESUMED);
}

static void sent(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)argument;
    sim_contact_connected(sim, contact);
    sim_after(sim, sim_between(sim, 300, 1500), hang_up, contact, 0);
}

static void reply(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)argument;
    struct sim_contact *leg = sim_contact_new(sim, SIM_EMAIL, SIM_REPLY, contact);
    leg->stage = STAGE_FLOW;
    sim_after(sim, sim_between(sim, 400, 1500), sent, leg, 0);
}

/* The consultation is over: the first agent leaves, the customer talks on with the second. */
static void sim_handed_over(struct sim *sim, struct sim_contact *leg)
{
    if (leg->peer && leg->peer->stage == STAGE_AGENT) {
        struct sim_contact *first = leg->peer;
        leg->peer = first->peer = NULL;
        sim_after(sim, sim_between(sim, 12000, 45000), hang_up, first, 0);
    }
}

static int64_t plan_voice(struct sim *sim, struct sim_contact *contact, int64_t talk)
{
    uint32_t luck = rng_below(&sim->rng, 100);
    bool leg = contact->method == SIM_TRANSFER;
    if (luck < (leg ? 4U : 17U)) {
        sim_after(sim, talk / 2, transfer, contact, 0);
        return 0;
    }
    if (luck < 20 && talk > 60000) {
        int64_t length = sim_between(sim, 30000, 90000);
        sim_after(sim, talk / 3, third_party, contact, (int)length);
        sim_after(sim, talk / 3 + length + 5000, hold_on, contact, 0);
        return talk + length + 5000;
    }
    if (luck < 24 && talk > 60000)
        sim_after(sim, talk / 4, listen_in, contact, (int)(talk / 2));
    if (luck < 48 && talk > 40000) {
        int64_t length = sim_around(sim, 35e3, 0.6);
        sim_after(sim, talk / 3, hold_on, contact, 1);
        sim_after(sim, talk / 3 + length, hold_on, contact, 0);
        talk += length;
    }
    contact->survey = contact->method == SIM_INBOUND && luck > 70;
    return talk;
}

static int64_t plan_task(struct sim *sim, struct sim_contact *contact, int64_t talk)
{
    if (!sim_percent(sim, 35))
        return talk;
    int64_t length = sim_between(sim, 40000, 4 * MINUTE_MS);
    sim_after(sim, talk / 3, pause_task, contact, 1);
    sim_after(sim, talk / 3 + length, pause_task, contact, 0);
    return talk + length;
}

/* What will happen while the agent has the contact, and when it ends. */
void sim_talk_plan(struct sim *sim, struct sim_contact *contact)
{
    static const double median[SIM_CHANNELS] = {190e3, 330e3, 150e3, 190e3};
    int64_t talk = 5000 + sim_around(sim, median[contact->channel], 0.6);
    sim_handed_over(sim, contact);
    if (contact->channel == SIM_VOICE)
        talk = plan_voice(sim, contact, talk);
    else if (contact->channel == SIM_TASK)
        talk = plan_task(sim, contact, talk);
    else if (contact->channel == SIM_EMAIL)
        sim_after(sim, talk - 3000, reply, contact, 0);
    else if (sim_percent(sim, contact->method == SIM_TRANSFER ? 3 : 11)) {
        sim_after(sim, talk / 2, transfer, contact, 0);
        talk = 0;
    }
    if (talk)
        sim_after(sim, talk, hang_up, contact, 0);
}

static void callback_due(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)argument;
    sim_enqueue(sim, contact, contact->queue);
}

void sim_callback(struct sim *sim, struct sim_contact *contact, int64_t delay)
{
    struct sim_contact *leg = sim_contact_new(sim, SIM_VOICE, SIM_CALLBACK, contact);
    leg->stage = STAGE_FLOW;
    leg->attempts = (uint8_t)(contact->attempts + 1);
    sim_after(sim, delay, callback_due, leg, 0);
}

static void callback_failed(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)argument;
    if (contact->attempts < 3)
        sim_callback(sim, contact, 5 * MINUTE_MS);
    sim_contact_end(sim, contact);
}

static void callback_answered(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)argument;
    sim_contact_connected(sim, contact);
    sim_run_start(sim, contact, FLOW_OUTBOUND, sim_between(sim, 30, 90));
    sim_talk_plan(sim, contact);
}

void sim_callback_dial(struct sim *sim, struct sim_contact *contact)
{
    if (sim_percent(sim, 25))
        sim_after(sim, sim_between(sim, 18000, 32000), callback_failed, contact, 0);
    else
        sim_after(sim, sim_between(sim, 4000, 15000), callback_answered, contact, 0);
}

static void moved(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)argument;
    sim_enqueue(sim, contact, contact->queue);
}

void sim_queue_transfer(struct sim *sim, struct sim_contact *contact)
{
    struct sim_contact *leg = sim_contact_new(sim, SIM_VOICE, SIM_QUEUE_TRANSFER, contact);
    leg->queue = other_queue(sim, contact->queue);
    leg->stage = STAGE_FLOW;
    sim_after(sim, sim_between(sim, 80, 300), moved, leg, 0);
    sim_contact_end(sim, contact);
}
