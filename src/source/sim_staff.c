/*
 * Staffing: agents log in and out so that each queue meets its service level most of the time,
 * whatever the rate: the square-root rule gives the first guess, and every minute the guess is
 * corrected by the service level reached.
 */
#include <math.h>

#include "source/sim_internal.h"

enum { TICK_MS = 60000 };

static void arrive(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)contact;
    struct sim_agent *agent = &sim->agent[argument];
    agent->expected = false;
    sim_agent_status(sim, agent, AGENT_AVAILABLE);
}

void sim_agent_pause(struct sim *sim, struct sim_agent *agent, enum sim_agent_status status,
                     int64_t length)
{
    sim_agent_status(sim, agent, status);
    agent->expected = true;
    sim_after(sim, length, arrive, NULL, (int)(agent - sim->agent));
}

static void come(struct sim *sim, size_t index, int64_t within)
{
    sim->agent[index].expected = true;
    sim_after(sim, sim_between(sim, 0, within), arrive, NULL, (int)index);
}

/* Logs in up to `missing` agents of the pool. */
static void call_in(struct sim *sim, size_t first, size_t pool, size_t missing, int64_t within)
{
    for (size_t i = first; i < first + pool && missing; i++) {
        if (sim->agent[i].status == AGENT_OFFLINE && !sim->agent[i].expected) {
            come(sim, i, within);
            missing--;
        }
    }
}

/* Sends idle agents home, the last first, or to a break. */
static void send_home(struct sim *sim, size_t first, size_t pool, size_t surplus)
{
    for (size_t i = first + pool; i-- > first && surplus;) {
        struct sim_agent *agent = &sim->agent[i];
        if (agent->status != AGENT_AVAILABLE || agent->slots || agent->reserved)
            continue;
        sim_agent_status(sim, agent, AGENT_OFFLINE);
        surplus--;
    }
}

static void send_on_break(struct sim *sim, size_t first, size_t pool)
{
    static const enum sim_agent_status kind[] = {AGENT_LUNCH, AGENT_BREAK, AGENT_BREAK,
                                                 AGENT_TRAINING};
    for (size_t i = first; i < first + pool; i++) {
        struct sim_agent *agent = &sim->agent[i];
        if (agent->status != AGENT_AVAILABLE || agent->slots || agent->reserved ||
            !rng_chance(&sim->rng, 0.008))
            continue;
        enum sim_agent_status status = kind[rng_below(&sim->rng, ARRAY_SIZE(kind))];
        sim_agent_pause(sim, agent, status,
                        status == AGENT_BREAK ? sim_between(sim, 5 * MINUTE_MS, 12 * MINUTE_MS)
                                              : sim_between(sim, 20 * MINUTE_MS, 40 * MINUTE_MS));
    }
}

static void staff_queue(struct sim *sim, struct sim_queue *queue, enum sim_profile profile,
                        int64_t within)
{
    double load =
        sim->options.rate * sim_load(sim, sim->now) * queue->weight * sim_minutes[profile];
    double *factor = &queue->staff[profile].factor;
    if (queue->staff[profile].all > 4) {
        double level = queue->staff[profile].good / queue->staff[profile].all;
        if (level < 0.79)
            *factor *= 1.03;
        else if (level > 0.85)
            *factor *= 0.985;
        *factor = fmin(fmax(*factor, 0.5), 1.5);
    }
    queue->staff[profile].good *= 0.85;
    queue->staff[profile].all *= 0.85;
    double want = (load * 1.03 + 0.8 * sqrt(load)) * *factor;
    size_t target = (size_t)fmax(1, ceil(want)), here = queue->staff[profile].staffed;
    size_t first = queue->staff[profile].first, pool = queue->staff[profile].pool;
    send_on_break(sim, first, pool);
    if (here < target)
        call_in(sim, first, pool, target - here, within);
    else if (here > target + 1 + target / 20)
        send_home(sim, first, pool, here - target);
}

/* Demand for a queue wanders around its share, some ten minutes up or down, which nobody planned
 * for. */
static void wander(struct sim *sim, struct sim_queue *queue)
{
    queue->surge = pow(queue->surge, 0.93) * rng_lognormal(&sim->rng, 1, 0.13);
}

static void staff(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)contact;
    if (sim_over(sim))
        return;
    for (size_t q = 0; q < sim->queues; q++) {
        wander(sim, &sim->queue[q]);
        for (int p = PROFILE_VOICE; p <= PROFILE_CHAT; p++)
            staff_queue(sim, &sim->queue[q], (enum sim_profile)p, argument);
    }
    sim_after(sim, TICK_MS, staff, NULL, 20000);
}

void sim_agents_start(struct sim *sim)
{
    staff(sim, NULL, 4000);
    for (size_t i = sim->agents - SIM_SUPERVISORS; i < sim->agents; i++)
        come(sim, i, 4000);
}
