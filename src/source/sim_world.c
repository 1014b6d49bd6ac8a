/* The things of the simulated contact centre: queues, agents, flows, and their ARNs, the same in
 * every run. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/hash.h"
#include "source/sim_internal.h"

static const struct {
    const char *name;
    double weight;
} built_in_queue[] = {{"Billing", 0.24}, {"Sales", 0.20}, {"Support", 0.26},
                      {"Claims", 0.14},  {"Cards", 0.10}, {"Retentions", 0.06}};

static const char *const first_names[] = {
    "Jane",  "Omar",   "Lena",  "Marcus", "Aisha", "Tom",    "Priya", "Daniel", "Sofia",  "Kenji",
    "Ruth",  "Pavel",  "Grace", "Nikhil", "Elena", "Victor", "Hana",  "Samuel", "Ingrid", "Yusuf",
    "Clara", "Dmitri", "Zoe",   "Felix",  "Noor",  "Walter", "Bea",   "Quentin"};
static const char *const last_names[] = {
    "Doe",       "Farouk",  "Sato",     "Novak",  "Okafor", "Byrne",  "Patel",
    "Lindqvist", "Moreau",  "Castillo", "Keller", "Hughes", "Rossi",  "Petrov",
    "Nguyen",    "Adeyemi", "Schmidt",  "Larsen", "Costa",  "Murphy", "Yamada",
    "Fischer",   "Silva",   "Kowalski", "Haddad", "Jensen", "Walsh",  "Ito",
    "Bauer",     "Santos",  "Ferrari",  "Clarke", "Dubois", "Horvat", "Mensah",
    "Olsen",     "Reyes",   "Weber",    "Khan",   "Tanaka", "Brandt"};

const char *sim_first_name(int index)
{
    return first_names[(size_t)index % ARRAY_SIZE(first_names)];
}

static const char *sim_last_name(int index)
{
    return last_names[(size_t)index % ARRAY_SIZE(last_names)];
}

static void format_uuid(uint64_t a, uint64_t b, char out[SIM_UUID])
{
    static const char hex[] = "0123456789abcdef";
    a = (a & ~UINT64_C(0xf000)) | UINT64_C(0x4000);
    b = (b & ~(UINT64_C(3) << 62)) | (UINT64_C(2) << 62);
    char *p = out;
    for (int i = 0; i < 32; i++) {
        uint64_t word = i < 16 ? a : b;
        if (i == 8 || i == 12 || i == 16 || i == 20)
            *p++ = '-';
        *p++ = hex[(word >> (60 - 4 * (i % 16))) & 15];
    }
    *p = '\0';
}

void sim_uuid(struct sim *sim, char out[SIM_UUID])
{
    uint64_t a = rng_next(&sim->rng);
    format_uuid(a, rng_next(&sim->rng), out);
}

void sim_uuid_of(const char *kind, const char *name, char out[SIM_UUID])
{
    const struct hash_part part[] = {{kind, strlen(kind)}, {name, strlen(name)}};
    struct hash128 hash = hash_parts(part, ARRAY_SIZE(part));
    uint64_t word[2];
    memcpy(word, hash.byte, sizeof(word));
    format_uuid(word[0], word[1], out);
}

static void set_arn(const struct sim *sim, const char *kind, const char *id, char out[SIM_ARN])
{
    snprintf(out, SIM_ARN, "%s/%s/%s", sim->instance, kind, id);
}

static void build_instance(struct sim *sim)
{
    snprintf(sim->region, sizeof(sim->region), "eu-west-2");
    snprintf(sim->account, sizeof(sim->account), "111122223333");
    snprintf(sim->alias, sizeof(sim->alias), "northwind-support");
    snprintf(sim->number, sizeof(sim->number), "+448081570192");
    sim_uuid_of("instance", sim->alias, sim->instance_id);
    snprintf(sim->instance, sizeof(sim->instance), "arn:aws:connect:%s:%s:instance/%s", sim->region,
             sim->account, sim->instance_id);
}

static void build_queues(struct sim *sim)
{
    bool own = sim->queues > 0;
    if (!own)
        sim->queues = ARRAY_SIZE(built_in_queue);
    for (size_t i = 0; i < sim->queues; i++) {
        struct sim_queue *queue = &sim->queue[i];
        if (!own)
            snprintf(queue->name, sizeof(queue->name), "%s", built_in_queue[i].name);
        queue->weight = own ? 1.0 / (double)sim->queues : built_in_queue[i].weight;
        queue->surge = 1;
        sim_uuid_of("queue", queue->name, queue->id);
        set_arn(sim, "queue", queue->id, queue->arn);
        for (int p = 0; p < SIM_PROFILES; p++)
            queue->staff[p].factor = 1;
    }
    struct buf menu = {.max = sizeof(sim->menu) - 1};
    for (size_t i = 0; i < sim->queues; i++)
        buf_printf(&menu, "For %s, press %zu. ", sim->queue[i].name, i + 1);
    snprintf(sim->menu, sizeof(sim->menu), "%s", buf_str(&menu));
    buf_free(&menu);
}

static void build_flows(struct sim *sim)
{
    char id[SIM_UUID], key[SIM_MAX_NAME + 16];
    for (size_t i = 0; i < SIM_FLOWS; i++) {
        struct sim_flow *flow = &sim->flow[i];
        flow->script = &sim_script[i];
        if (!flow->name[0])
            snprintf(flow->name, sizeof(flow->name), "%s", flow->script->name);
        sim_uuid_of("flow", flow->script->name, id);
        set_arn(sim, flow->script->module ? "flow-module" : "contact-flow", id, flow->arn);
        flow->block_id = mem_zero(flow->script->count * sizeof(*flow->block_id));
        for (size_t b = 0; b < flow->script->count; b++) {
            snprintf(key, sizeof(key), "%zu.%zu", i, b);
            sim_uuid_of("block", key, id);
            snprintf(flow->block_id[b], sizeof(flow->block_id[b]), "%s",
                     flow->script->block[b].name ? flow->script->block[b].name : id);
        }
    }
    for (size_t i = 0; i < SIM_LAMBDAS; i++) {
        if (!sim->lambda_name[i][0])
            snprintf(sim->lambda_name[i], sizeof(sim->lambda_name[i]), "%s", sim_lambda[i].name);
        snprintf(sim->lambda_arn[i], SIM_ARN, "arn:aws:lambda:%s:%s:function:%s:live", sim->region,
                 sim->account, sim->lambda_name[i]);
    }
    snprintf(sim->bot_arn, SIM_ARN, "arn:aws:lex:%s:%s:bot-alias/NWMUTUAL01/TSTALIASID",
             sim->region, sim->account);
    for (size_t i = 0; i < ARRAY_SIZE(sim->prompt_arn); i++) {
        sim_uuid_of("prompt", sim_prompt_name[i], id);
        set_arn(sim, "prompt", id, sim->prompt_arn[i]);
    }
}

/* Agents a queue can ever have logged in: its peak demand with room to spare. */
static size_t pool_size(const struct sim *sim, const struct sim_queue *queue,
                        enum sim_profile profile)
{
    double load = sim->options.rate * queue->weight * sim_minutes[profile] * sim_peak(sim);
    return (size_t)(load * 1.5 + 5);
}

/* Has an earlier agent the same initial and family name? Far on, simply assume so. */
static bool has_twin(size_t number)
{
    size_t last = ARRAY_SIZE(last_names), first = ARRAY_SIZE(first_names);
    if (number >= last * first)
        return true;
    for (size_t other = number % last; other < number; other += last)
        if (first_names[other % first][0] == first_names[number % first][0])
            return true;
    return false;
}

static const char *user_name(struct sim *sim, size_t number)
{
    if (number < sim->given_agents)
        return sim->given_agent[number];
    char *user = has_twin(number)
                     ? arena_printf(&sim->arena, "%c.%s%zu", sim_first_name((int)number)[0],
                                    sim_last_name((int)number), number / ARRAY_SIZE(last_names) + 1)
                     : arena_printf(&sim->arena, "%c.%s", sim_first_name((int)number)[0],
                                    sim_last_name((int)number));
    for (char *p = user; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    return user;
}

static void name_agent(struct sim *sim, struct sim_agent *agent, size_t number)
{
    agent->first = sim_first_name((int)number);
    agent->last = sim_last_name((int)number);
    agent->user = user_name(sim, number);
    sim_uuid_of("agent", agent->user, agent->id);
}

static void build_agents(struct sim *sim)
{
    size_t total = SIM_SUPERVISORS, number = 0;
    for (size_t q = 0; q < sim->queues; q++) {
        for (int p = PROFILE_VOICE; p <= PROFILE_CHAT; p++) {
            sim->queue[q].staff[p].pool = pool_size(sim, &sim->queue[q], (enum sim_profile)p);
            total += sim->queue[q].staff[p].pool;
        }
    }
    sim->agents = total;
    sim->agent = mem_zero(total * sizeof(*sim->agent));
    for (size_t q = 0; q < sim->queues; q++) {
        for (int p = PROFILE_VOICE; p <= PROFILE_CHAT; p++) {
            sim->queue[q].staff[p].first = number;
            for (size_t i = 0; i < sim->queue[q].staff[p].pool; i++, number++) {
                struct sim_agent *agent = &sim->agent[number];
                name_agent(sim, agent, number);
                agent->profile = (enum sim_profile)p;
                agent->queue[agent->queues++] = (uint8_t)q;
                if (sim->queues > 1 && i % 2)
                    agent->queue[agent->queues++] =
                        (uint8_t)((q + 1 + i / 2 % (sim->queues - 1)) % sim->queues);
            }
        }
    }
    for (; number < total; number++) {
        name_agent(sim, &sim->agent[number], number);
        sim->agent[number].profile = PROFILE_SUPERVISOR;
    }
}

void sim_world_build(struct sim *sim)
{
    build_instance(sim);
    sim_shape_build(sim);
    build_queues(sim);
    build_flows(sim);
    build_agents(sim);
}

void sim_world_free(struct sim *sim)
{
    for (size_t q = 0; q < sim->queues; q++)
        for (int p = 0; p < SIM_PROFILES; p++)
            free(sim->queue[q].idle[p].item);
    for (size_t i = 0; i < sim->agents; i++)
        buf_free(&sim->agent[i].snapshot);
    free(sim->agent);
    arena_free(&sim->arena);
    for (size_t i = 0; i < SIM_FLOWS; i++)
        free(sim->flow[i].block_id);
    for (size_t i = 0; i < sim->given_agents; i++)
        free(sim->given_agent[i]);
    free(sim->given_agent);
}
