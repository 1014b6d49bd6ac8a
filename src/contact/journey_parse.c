/* Entries to moments: each body is parsed once, and what every step needs is picked out of it. */
#include <string.h>

#include "contact/journey_internal.h"

static const struct {
    const char *name;
    enum channel channel;
} channel_names[] = {
    {"VOICE", CHANNEL_VOICE}, {"CHAT", CHANNEL_CHAT},   {"TASK", CHANNEL_TASK},
    {"TASKS", CHANNEL_TASK},  {"EMAIL", CHANNEL_EMAIL},
};

static enum channel channel_of(const char *name)
{
    for (size_t i = 0; name && i < ARRAY_SIZE(channel_names); i++)
        if (strcasecmp(name, channel_names[i].name) == 0)
            return channel_names[i].channel;
    return CHANNEL_UNKNOWN;
}

const char *moment_param(const struct moment *moment, const char *name)
{
    return json_text(moment->parameters, name);
}

static void parse_flow(struct moment *moment)
{
    const cJSON *json = moment->json;
    const char *type = json_text(json, "ContactFlowModuleType");
    moment->name = type ? type : "block";
    moment->kind = block_kind_find(moment->name);
    moment->block_id = json_text(json, "Identifier");
    moment->flow_id = json_text(json, "ContactFlowId");
    moment->flow_name = json_text(json, "ContactFlowName");
    moment->results = json_text(json, "Results");
    moment->parameters = json_get(json, "Parameters");
    if (!moment->parameters)
        moment->parameters = json_get(json, "Events"); /* as it was called in 2017 */
    moment->external = json_get(json, "ExternalResults");
    moment->run_id = moment->flow_id ? moment->flow_id : "";
    const cJSON *stack = json_get(json, "ModuleExecutionStack");
    int depth = 0;
    for (const cJSON *arn = cJSON_IsArray(stack) ? stack->child : NULL; arn;
         arn = arn->next, depth++)
        if (!arn->next && cJSON_IsString(arn) && arn->valuestring[0])
            moment->run_id = arn->valuestring;
    moment->depth = (uint8_t)(depth > 1 ? (depth > 200 ? 200 : depth - 1) : 0);
}

static void take_text(const char **into, const char *value)
{
    if (value)
        *into = value;
}

static void take_agent_info(struct leg_story *leg, const cJSON *agent)
{
    take_text(&leg->agent, json_text_either(agent, "agentArn"));
    int64_t start = instant_or_none(json_text_either(agent, "afterContactWorkStartTimestamp"));
    int64_t end = instant_or_none(json_text_either(agent, "afterContactWorkEndTimestamp"));
    if (start)
        leg->acw_start = start;
    if (end)
        leg->acw_end = end;
    const cJSON *acw = json_either(agent, "afterContactWorkDuration");
    const cJSON *hold = json_either(agent, "agentInitiatedHoldDuration");
    if (cJSON_IsNumber(acw) && acw->valuedouble >= 0 && acw->valuedouble < 1e8)
        leg->acw_ms = (int64_t)(acw->valuedouble * 1000);
    if (cJSON_IsNumber(hold) && hold->valuedouble >= 0 && hold->valuedouble < 1e8)
        leg->hold_ms = (int64_t)(hold->valuedouble * 1000);
}

static void take_times(struct leg_story *leg, const cJSON *json)
{
    int64_t initiated = instant_or_none(json_text_either(json, "initiationTimestamp"));
    int64_t system = instant_or_none(json_text_either(json, "connectedToSystemTimestamp"));
    int64_t disconnected = instant_or_none(json_text_either(json, "disconnectTimestamp"));
    if (initiated && (!leg->initiated || initiated < leg->initiated))
        leg->initiated = initiated;
    if (system)
        leg->connected_to_system = system;
    if (disconnected)
        leg->disconnected = disconnected;
}

static void parse_contact(struct leg_story *leg, struct moment *moment)
{
    const cJSON *json = moment->json;
    const char *type = json_text_either(json, "eventType");
    moment->name = type ? type : "event";
    moment->state = lifecycle_of(moment->name);
    if (!leg->first_contact)
        leg->first_contact = moment;
    leg->contact_moments++;
    take_times(leg, json);
    enum channel channel = channel_of(json_text_either(json, "channel"));
    if (channel != CHANNEL_UNKNOWN)
        leg->channel = channel;
    take_text(&leg->method, json_text_either(json, "initiationMethod"));
    take_text(&leg->disconnect_reason, json_text_either(json, "disconnectReason"));
    take_text(&leg->queue, json_text_either(json_either(json, "queueInfo"), "queueArn"));
    take_text(&leg->task_name, json_text_either(json, "name"));
    take_text(&leg->task_name, json_text_either(json_either(json, "contactDetails"), "name"));
    take_agent_info(leg, json_either(json, "agentInfo"));
    if (moment->state == LIFECYCLE_DISCONNECTED || moment->state == LIFECYCLE_COMPLETED) {
        if (!leg->disconnected)
            leg->disconnected = moment->time;
        leg->completed = leg->completed || moment->state == LIFECYCLE_COMPLETED;
    }
}

static void parse_agent(struct leg_story *leg, struct moment *moment)
{
    const cJSON *contact = json_get(moment->json, "Contact");
    const char *state = json_text_either(contact, "State");
    moment->name = state ? state : "GONE";
    moment->results = json_text_either(moment->json, "AgentName");
    if (!moment->results)
        moment->results = json_text_either(moment->json, "AgentARN");
    if (leg->channel == CHANNEL_UNKNOWN)
        leg->channel = channel_of(json_text_either(contact, "Channel"));
}

static bool parse_entry(struct leg_story *leg, struct arena *arena, struct moment *moment)
{
    moment->json = json_parse(arena, moment->entry->body, moment->entry->length, NULL);
    if (!cJSON_IsObject(moment->json))
        return false;
    switch (moment->type) {
    case LOGTYPE_CONTACT: parse_contact(leg, moment); break;
    case LOGTYPE_FLOW: parse_flow(moment); break;
    case LOGTYPE_AGENT: parse_agent(leg, moment); break;
    default: moment->name = "attributes"; break;
    }
    return true;
}

static void link_flow(struct leg_story *leg)
{
    for (size_t i = 0; i < leg->moments; i++) {
        struct moment *moment = &leg->moment[i];
        if (moment->type != LOGTYPE_FLOW)
            continue;
        if (leg->last_flow)
            leg->last_flow->next_flow = moment;
        else
            leg->first_flow = moment;
        leg->last_flow = moment;
        leg->flow_moments++;
    }
}

/* What the history does not say (an original record may outlive part of it), the record does. */
static void take_record(struct leg_story *leg, struct arena *arena)
{
    struct record_facts facts;
    if (!leg->leg->record || (leg->contact_moments && leg->method))
        return;
    record_facts(&facts, leg->leg->record, arena);
    if (leg->channel == CHANNEL_UNKNOWN)
        leg->channel = channel_of(facts.channel);
    if (!leg->method)
        leg->method = facts.method;
    if (!leg->initiated)
        leg->initiated = facts.initiated;
}

void leg_parse(struct leg_story *leg, struct arena *arena, const struct history *history)
{
    leg->contact_id = leg->leg->record ? leg->leg->record->contact_id : NULL;
    leg->acw_ms = leg->hold_ms = -1;
    leg->moment = arena_zero(arena, (history->count + 1) * sizeof(*leg->moment));
    for (size_t i = 0; i < history->count; i++) {
        struct moment *moment = &leg->moment[leg->moments];
        const struct entry *entry = &history->entry[i];
        *moment = (struct moment){.entry = entry,
                                  .index = (uint32_t)i,
                                  .time = entry->time,
                                  .type = (enum log_type)entry->type};
        if (parse_entry(leg, arena, moment))
            leg->moments++;
    }
    link_flow(leg);
    take_record(leg, arena);
}
