/* The centre's own names from a file, and its names as a file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/config.h"
#include "source/sim_internal.h"

static bool take_queue(struct sim *sim, const char *name)
{
    if (sim->queues == SIM_MAX_QUEUES)
        return false;
    snprintf(sim->queue[sim->queues++].name, SIM_MAX_NAME + 1, "%s", name);
    return true;
}

static bool take_agent(struct sim *sim, const char *name)
{
    enum { MOST = 10000 };
    if (sim->given_agents == MOST)
        return false;
    if (!sim->given_agent)
        sim->given_agent = mem_zero(MOST * sizeof(*sim->given_agent));
    sim->given_agent[sim->given_agents++] = mem_strdup(name);
    return true;
}

static bool take_flow(struct sim *sim, const char *name)
{
    if (sim->given_flows == SIM_FLOWS)
        return false;
    snprintf(sim->flow[sim->given_flows++].name, SIM_MAX_NAME + 1, "%s", name);
    return true;
}

static bool take_lambda(struct sim *sim, const char *name)
{
    if (sim->given_lambdas == SIM_LAMBDAS)
        return false;
    snprintf(sim->lambda_name[sim->given_lambdas++], SIM_MAX_NAME + 1, "%s", name);
    return true;
}

static const struct {
    const char *key;
    bool (*take)(struct sim *sim, const char *name);
} key[] = {
    {"queue", take_queue}, {"agent", take_agent}, {"flow", take_flow}, {"lambda", take_lambda}};

static bool take(struct sim *sim, const struct config *config, const struct config_item *item,
                 struct err *err)
{
    for (size_t i = 0; i < ARRAY_SIZE(key); i++) {
        if (strcmp(item->key, key[i].key) != 0)
            continue;
        size_t length = strlen(item->value);
        if (!length || length > SIM_MAX_NAME)
            return err_set(err, "%s:%d: a name has 1 to %d bytes", config->path, item->line,
                           SIM_MAX_NAME);
        if (!key[i].take(sim, item->value))
            return err_set(err, "%s:%d: too many lines of %s", config->path, item->line, item->key);
        return true;
    }
    return err_set(err, "%s:%d: \"%s\" is none of queue, agent, flow, lambda", config->path,
                   item->line, item->key);
}

bool sim_names_load(struct sim *sim, const char *path, struct err *err)
{
    struct config config = {0};
    bool ok = config_load(&config, path, false, err);
    for (size_t i = 0; ok && i < config.count; i++)
        if (strcmp(config.item[i].section, "sim") == 0)
            ok = take(sim, &config, &config.item[i], err);
    config_free(&config);
    return ok;
}

static void line(struct buf *out, const char *arn, const char *name)
{
    buf_text(out, arn);
    buf_text(out, " = ");
    buf_text(out, name);
    buf_char(out, '\n');
}

void sim_write_names(const struct sim *sim, struct buf *out)
{
    buf_text(out, "[names]\n");
    for (size_t i = 0; i < sim->queues; i++)
        line(out, sim->queue[i].arn, sim->queue[i].name);
    for (size_t i = 0; i < SIM_FLOWS; i++)
        line(out, sim->flow[i].arn, sim->flow[i].name);
    for (size_t i = 0; i < ARRAY_SIZE(sim->prompt_arn); i++)
        line(out, sim->prompt_arn[i], sim_prompt_name[i]);
    for (size_t i = 0; i < SIM_LAMBDAS; i++)
        line(out, sim->lambda_arn[i], sim->lambda_name[i]);
    for (size_t i = 0; i < sim->agents; i++)
        buf_printf(out, "%s/agent/%s = %s\n", sim->instance, sim->agent[i].id, sim->agent[i].user);
}
