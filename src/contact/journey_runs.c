/* Flow runs: stretches of one outermost flow, and which part of the contact each serves. */
#include <string.h>

#include "contact/journey_internal.h"
#include "contactwatch/names.h"

static const struct {
    const char *type; /* SetContactFlow, SetEventHook */
    enum flow_role role;
} role_types[] = {
    {"CustomerQueue", ROLE_QUEUE},
    {"AgentWhisper", ROLE_AGENT_WHISPER},
    {"CustomerWhisper", ROLE_CUSTOMER_WHISPER},
    {"OutboundWhisper", ROLE_OUTBOUND_WHISPER},
    {"CustomerHold", ROLE_CUSTOMER_HOLD},
    {"AgentHold", ROLE_AGENT_HOLD},
    {"CustomerRemaining", ROLE_REMAINING},
    {"DefaultAgentUI", ROLE_AGENT_UI},
};

/* The names of the flows that every instance is born with. */
static const struct {
    const char *name;
    enum flow_role role;
} default_flows[] = {
    {"Default customer queue", ROLE_QUEUE},
    {"Default agent whisper", ROLE_AGENT_WHISPER},
    {"Default customer whisper", ROLE_CUSTOMER_WHISPER},
    {"Default outbound", ROLE_OUTBOUND_WHISPER},
    {"Default customer hold", ROLE_CUSTOMER_HOLD},
    {"Default agent hold", ROLE_AGENT_HOLD},
    {"Default agent transfer", ROLE_TRANSFER},
    {"Default queue transfer", ROLE_TRANSFER},
};

static const char *const words[ROLE_COUNT] = {
    [ROLE_QUEUE] = "queue flow",
    [ROLE_AGENT_WHISPER] = "agent whisper",
    [ROLE_CUSTOMER_WHISPER] = "customer whisper",
    [ROLE_OUTBOUND_WHISPER] = "outbound whisper",
    [ROLE_CUSTOMER_HOLD] = "customer hold",
    [ROLE_AGENT_HOLD] = "agent hold",
    [ROLE_REMAINING] = "disconnect flow",
    [ROLE_AGENT_UI] = "agent's guide",
    [ROLE_TRANSFER] = "transfer flow",
};

const char *role_words(enum flow_role role)
{
    return words[role];
}

bool role_is_agents(enum flow_role role)
{
    return role == ROLE_AGENT_WHISPER || role == ROLE_AGENT_HOLD || role == ROLE_AGENT_UI;
}

struct role_book {
    struct {
        const char *flow;
        enum flow_role role;
    } line[64];
    size_t count;
};

/* The latest word on a flow counts; a flow named in two roles has the later one. */
static void book_note(struct role_book *book, const struct moment *moment)
{
    const char *type = moment_param(moment, "Type"), *flow = moment_param(moment, "ContactFlowId");
    if (!type || !flow)
        return;
    flow = arn_tail(flow);
    for (size_t i = 0; i < ARRAY_SIZE(role_types); i++) {
        if (strcasecmp(type, role_types[i].type) != 0)
            continue;
        size_t at = 0;
        while (at < book->count && strcmp(book->line[at].flow, flow) != 0)
            at++;
        if (at == ARRAY_SIZE(book->line))
            return;
        book->line[at].flow = flow;
        book->line[at].role = role_types[i].role;
        if (at == book->count)
            book->count++;
    }
}

static enum flow_role book_role(const struct role_book *book, const struct run *run)
{
    const char *flow = arn_tail(run->id);
    for (size_t i = 0; i < book->count; i++)
        if (strcmp(book->line[i].flow, flow) == 0)
            return book->line[i].role;
    for (size_t i = 0; run->name && i < ARRAY_SIZE(default_flows); i++)
        if (strcasecmp(run->name, default_flows[i].name) == 0)
            return default_flows[i].role;
    return ROLE_INBOUND;
}

static bool sets_role(const struct moment *moment)
{
    return strcmp(moment->kind->type, "SetContactFlow") == 0 ||
           strcmp(moment->kind->type, "SetEventHook") == 0;
}

static struct run *run_of(struct leg_story *leg, const struct moment *moment, struct run *now)
{
    if (now && strcmp(now->id, moment->run_id) == 0)
        return now;
    struct run *run = &leg->run[leg->runs++];
    *run = (struct run){.id = moment->run_id, .start = moment->time};
    return run;
}

void leg_find_runs(struct leg_story *leg, struct arena *arena)
{
    struct role_book book = {.count = 0};
    struct run *run = NULL;
    leg->run = arena_alloc(arena, (leg->flow_moments + 1) * sizeof(*leg->run));
    for (struct moment *moment = leg->first_flow; moment; moment = moment->next_flow) {
        struct run *before = run;
        run = run_of(leg, moment, run);
        moment->run = (uint32_t)(run - leg->run);
        run->end = moment->time;
        if (!run->name && moment->flow_id && strcmp(moment->flow_id, run->id) == 0)
            run->name = moment->flow_name;
        if (run != before || run->name)
            run->role = book_role(&book, run);
        if (sets_role(moment))
            book_note(&book, moment);
    }
}
