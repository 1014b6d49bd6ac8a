/* What comes of itself: callers, chats, tasks, e-mails, and calls made by agents and by the API. */
#include <math.h>

#include "source/sim_internal.h"

/* Agents' minutes for each contact that arrives, by profile, transfers and after-contact work
 * included. */
const double sim_minutes[SIM_PROFILES] = {[PROFILE_VOICE] = 3.6, [PROFILE_CHAT] = 0.48};

/* Contacts of each hour (UTC) relative to each other: quiet nights, a peak before noon and one
 * after lunch. */
static const double hourly[24] = {8,  5,  4,   3,  4,  7,  18, 42, 74, 95, 108, 100,
                                  84, 92, 106, 98, 86, 70, 50, 36, 28, 22, 16,  11};
static const double quiet_floor = 0.35; /* of the mean: nights are still lively */

void sim_shape_build(struct sim *sim)
{
    double sum = 0;
    for (int i = 0; i < 24; i++)
        sum += hourly[i];
    double mean = sum / 24, lifted = 0;
    for (int i = 0; i < 24; i++)
        lifted += sim->shape[i] = fmax(hourly[i] / mean, quiet_floor);
    /* What the floor adds is taken from the hours above it, so that the mean stays 1. */
    double above = 0, surplus = lifted - 24;
    for (int i = 0; i < 24; i++)
        above += sim->shape[i] > quiet_floor ? sim->shape[i] - quiet_floor : 0;
    for (int i = 0; i < 24; i++)
        if (sim->shape[i] > quiet_floor)
            sim->shape[i] -= surplus * (sim->shape[i] - quiet_floor) / above;
}

double sim_load(const struct sim *sim, int64_t at)
{
    /* An hour's figure stands for its middle. */
    int64_t day = ((at - HOUR_MS / 2) % DAY_MS + DAY_MS) % DAY_MS;
    int hour = (int)(day / HOUR_MS);
    double part = (double)(day % HOUR_MS) / (double)HOUR_MS;
    return sim->shape[hour] * (1 - part) + sim->shape[(hour + 1) % 24] * part;
}

double sim_peak(const struct sim *sim)
{
    double peak = 0;
    for (int i = 0; i < 24; i++)
        peak = fmax(peak, sim->shape[i]);
    return peak;
}

static void call_in(struct sim *sim, struct sim_contact *contact)
{
    bool speech = sim_percent(sim, 25);
    sim_contact_flow(sim, contact, speech ? FLOW_SPEECH : FLOW_MAIN, sim_between(sim, 250, 700));
}

static void chat_joined(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)argument;
    sim_contact_connected(sim, contact);
    /* Now and then a chat is sent into the flow made for calls, whose menu it cannot answer. */
    sim_contact_flow(sim, contact, sim_percent(sim, 4) ? FLOW_MAIN : FLOW_CHAT,
                     sim_between(sim, 200, 600));
}

static void open_chat(struct sim *sim, struct sim_contact *contact)
{
    contact->stage = STAGE_FLOW;
    sim_after(sim, sim_between(sim, 500, 2200), chat_joined, contact, 0);
}

static void task_due(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)argument;
    sim_contact_connected(sim, contact);
    sim_contact_flow(sim, contact, FLOW_TASK, sim_between(sim, 60, 200));
}

static void task_scheduled(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)argument;
    contact->scheduled = sim->now + sim_between(sim, 8 * MINUTE_MS, 30 * MINUTE_MS);
    contact->updated = "ScheduledTimestamp";
    sim_emit(sim, contact, SIM_DATA_UPDATED);
    sim_after(sim, contact->scheduled - sim->now, task_due, contact, 0);
}

static void open_task(struct sim *sim, struct sim_contact *contact)
{
    contact->stage = STAGE_FLOW;
    contact->identified = true;
    sim_after(sim, sim_between(sim, 40, 300), sim_percent(sim, 25) ? task_scheduled : task_due,
              contact, 0);
}

static void open_email(struct sim *sim, struct sim_contact *contact)
{
    sim_contact_flow(sim, contact, FLOW_EMAIL, sim_between(sim, 200, 900));
}

static void dial_failed(struct sim *sim, struct sim_contact *contact, int argument)
{
    static const char *const status[] = {"AMD_UNANSWERED", "SIT_TONE_BUSY", "AMD_UNANSWERED",
                                         "SIT_TONE_INVALID_NUMBER"};
    static const char *const reason[] = {"TELECOM_UNANSWERED", "TELECOM_BUSY", "TELECOM_UNANSWERED",
                                         "TELECOM_NUMBER_INVALID"};
    if (contact->method == SIM_API) {
        contact->detection = status[argument];
        contact->reason = reason[argument];
    }
    sim_contact_end(sim, contact);
}

static void dial_answered(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)argument;
    sim_contact_connected(sim, contact);
    if (contact->method == SIM_OUTBOUND) {
        contact->logging = true;
        sim_run_start(sim, contact, FLOW_OUTBOUND, sim_between(sim, 30, 90));
        sim_contact_answer(sim, contact);
        return;
    }
    contact->detection = "HUMAN_ANSWERED";
    if (sim_percent(sim, 20)) {
        contact->detection = "AMD_NOT_APPLICABLE";
        sim_emit(sim, contact, SIM_AMD_DISABLED);
    }
    sim_contact_flow(sim, contact, FLOW_REMINDER, sim_between(sim, 100, 400));
}

static void sim_dial(struct sim *sim, struct sim_contact *contact)
{
    contact->stage = STAGE_FLOW;
    if (sim_percent(sim, 30))
        sim_after(sim, sim_between(sim, 14000, 32000), dial_failed, contact,
                  sim_percent(sim, 70) ? 0 : (int)rng_below(&sim->rng, 4));
    else
        sim_after(sim, sim_between(sim, 4000, 18000), dial_answered, contact, 0);
}

/* An agent who is free calls somebody; with nobody free there is no call. */
static void agent_calls(struct sim *sim)
{
    struct sim_queue *queue = &sim->queue[rng_below(&sim->rng, (uint32_t)sim->queues)];
    struct sim_agent *agent = sim_idle_agent(sim, queue, PROFILE_VOICE);
    if (!agent)
        return;
    struct sim_contact *contact = sim_contact_new(sim, SIM_VOICE, SIM_OUTBOUND, NULL);
    contact->queue = queue;
    contact->identified = true;
    sim_agent_take(sim, agent, contact, STATE_CONNECTING);
    sim_dial(sim, contact);
}

static const struct {
    int percent;
    enum sim_channel channel;
    enum sim_method method;
    void (*open)(struct sim *sim, struct sim_contact *contact);
} kind[] = {
    {57, SIM_VOICE, SIM_INBOUND, call_in},   {3, SIM_VOICE, SIM_WEBRTC, call_in},
    {20, SIM_CHAT, SIM_API, open_chat},      {7, SIM_TASK, SIM_API, open_task},
    {5, SIM_EMAIL, SIM_INBOUND, open_email}, {4, SIM_VOICE, SIM_API, sim_dial},
};

static void arrive(struct sim *sim)
{
    int luck = (int)rng_below(&sim->rng, 100);
    for (size_t i = 0; i < ARRAY_SIZE(kind); i++) {
        if (luck < kind[i].percent) {
            kind[i].open(sim, sim_contact_new(sim, kind[i].channel, kind[i].method, NULL));
            return;
        }
        luck -= kind[i].percent;
    }
    agent_calls(sim);
}

static void arrival(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)contact;
    if (argument) {
        arrive(sim);
        sim->arrivals++;
    }
    sim->closed = sim->options.contacts && sim->arrivals >= sim->options.contacts;
    if (!sim->closed) {
        double mean = (double)MINUTE_MS / (sim->options.rate * sim_load(sim, sim->now));
        sim->arrival_debt += rng_exponential(&sim->rng, mean);
        int64_t gap = (int64_t)sim->arrival_debt;
        sim->arrival_debt -= (double)gap;
        sim_after(sim, gap, arrival, NULL, 1);
    }
}

void sim_arrivals_start(struct sim *sim)
{
    sim_after(sim, 0, arrival, NULL, 0);
}
