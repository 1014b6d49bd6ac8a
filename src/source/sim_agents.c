/* Agents: who is logged in when, in which status, and the agent event stream that tells of it. */
#include "contactwatch/json.h"
#include "source/sim_internal.h"

enum { HEART_BEAT_MS = 120000 };

static const struct {
    const char *name, *type;
} status_word[SIM_STATUSES] = {
    [AGENT_OFFLINE] = {"Offline", "OFFLINE"},  [AGENT_AVAILABLE] = {"Available", "ROUTABLE"},
    [AGENT_LUNCH] = {"Lunch", "CUSTOM"},       [AGENT_BREAK] = {"Break", "CUSTOM"},
    [AGENT_TRAINING] = {"Training", "CUSTOM"},
};
static const char *const state_word[] = {
    [STATE_CONNECTING] = "CONNECTING",   [STATE_CONNECTED] = "CONNECTED",
    [STATE_ONHOLD] = "CONNECTED_ONHOLD", [STATE_ENDED] = "ENDED",
    [STATE_MISSED] = "MISSED",           [STATE_PAUSED] = "PAUSED",
};
static const struct {
    const char *name, *concurrency, *channels;
} profile_word[SIM_PROFILES] = {
    [PROFILE_VOICE] = {"Voice and tasks",
                       "{\"AvailableSlots\":1,\"Channel\":\"VOICE\",\"MaximumSlots\":1},"
                       "{\"AvailableSlots\":1,\"Channel\":\"TASK\",\"MaximumSlots\":1}",
                       "[\"VOICE\",\"TASK\",\"EMAIL\"]"},
    [PROFILE_CHAT] = {"Chat", "{\"AvailableSlots\":3,\"Channel\":\"CHAT\",\"MaximumSlots\":3}",
                      "[\"CHAT\"]"},
    [PROFILE_SUPERVISOR] = {"Supervisors",
                            "{\"AvailableSlots\":1,\"Channel\":\"VOICE\",\"MaximumSlots\":1}",
                            "[\"VOICE\"]"},
};

static void put_arn(struct sim *sim, struct buf *out, const char *kind, const char *id)
{
    buf_text(out, "\"ARN\":\"");
    buf_text(out, sim->instance);
    buf_char(out, '/');
    buf_text(out, kind);
    buf_char(out, '/');
    buf_text(out, id);
    buf_char(out, '"');
}

static void put_queue(struct buf *out, const struct sim_queue *queue)
{
    buf_text(out, "{\"ARN\":\"");
    buf_text(out, queue->arn);
    buf_text(out, "\",\"Name\":");
    json_quote(out, queue->name);
}

static void put_configuration(struct sim *sim, struct buf *out, const struct sim_agent *agent)
{
    char id[SIM_UUID];
    const char *channels = profile_word[agent->profile].channels;
    buf_text(out, "\"Configuration\":{\"Username\":");
    json_quote(out, agent->user);
    buf_text(out, ",\"FirstName\":");
    json_quote(out, agent->first);
    buf_text(out, ",\"LastName\":");
    json_quote(out, agent->last);
    buf_text(out, ",\"AgentHierarchyGroups\":null,\"RoutingProfile\":{");
    sim_uuid_of("profile", profile_word[agent->profile].name, id);
    put_arn(sim, out, "routing-profile", id);
    sim_member(out, "Name", profile_word[agent->profile].name);
    buf_text(out, ",\"Concurrency\":[");
    buf_text(out, profile_word[agent->profile].concurrency);
    buf_text(out, "],\"DefaultOutboundQueue\":");
    put_queue(out, &sim->queue[agent->queue[0]]);
    buf_text(out, ",\"Channels\":[\"VOICE\"]},\"InboundQueues\":[{");
    put_arn(sim, out, "queue/agent", agent->id);
    buf_text(out, ",\"Name\":null,\"Channels\":");
    buf_text(out, channels);
    buf_char(out, '}');
    for (int i = 0; i < agent->queues; i++) {
        buf_char(out, ',');
        put_queue(out, &sim->queue[agent->queue[i]]);
        buf_text(out, ",\"Channels\":");
        buf_text(out, channels);
        buf_char(out, '}');
    }
    buf_text(out, "]}}");
}

static void put_time(struct buf *out, const char *key, int64_t at)
{
    if (at) {
        sim_time(out, key, at);
        return;
    }
    buf_text(out, ",\"");
    buf_text(out, key);
    buf_text(out, "\":null");
}

static void put_contact(struct sim *sim, struct buf *out, const struct sim_slot *slot)
{
    const struct sim_contact *contact = slot->contact;
    buf_text(out, "{\"ContactId\":\"");
    buf_text(out, contact->id);
    buf_char(out, '"');
    if (contact->initial[0])
        sim_member(out, "InitialContactId", contact->initial);
    else
        buf_text(out, ",\"InitialContactId\":null");
    sim_member(out, "Channel", sim_channel_name[contact->channel]);
    sim_member(out, "InitiationMethod", sim_method_name[contact->method]);
    sim_member(out, "State", state_word[slot->state]);
    sim_time(out, "StateStartTimestamp", slot->since);
    put_time(out, "ConnectedToAgentTimestamp", contact->answered);
    put_time(out, "QueueTimestamp", contact->enqueued);
    buf_text(out, ",\"Queue\":");
    if (contact->target) {
        buf_char(out, '{');
        put_arn(sim, out, "queue/agent", contact->target->id);
        buf_text(out, ",\"Name\":null");
    } else {
        put_queue(out, contact->queue);
    }
    buf_text(out, "}}");
}

static void put_snapshot(struct sim *sim, struct buf *out, struct sim_agent *agent)
{
    char id[SIM_UUID];
    buf_clear(out);
    buf_text(out, "{\"AgentStatus\":{");
    sim_uuid_of("status", status_word[agent->status].name, id);
    put_arn(sim, out, "agent-state", id);
    sim_member(out, "Name", status_word[agent->status].name);
    sim_time(out, "StartTimestamp", agent->status_since);
    sim_member(out, "Type", status_word[agent->status].type);
    buf_text(out, "},\"NextAgentStatus\":null,");
    size_t at = out->length;
    if (agent->snapshot.length) /* it never changes: copied from the snapshot before */
        buf_add(out, agent->snapshot.data + agent->settings_at, agent->settings_length);
    else
        put_configuration(sim, out, agent);
    agent->settings_at = at;
    agent->settings_length = out->length - at;
    buf_text(out, ",\"Contacts\":[");
    for (int i = 0; i < agent->slots; i++) {
        if (i)
            buf_char(out, ',');
        put_contact(sim, out, &agent->slot[i]);
    }
    buf_text(out, "]}");
}

static void sim_agent_event(struct sim *sim, struct sim_agent *agent, const char *type)
{
    struct buf *out = &sim->body, *now = &sim->plain;
    char id[SIM_UUID];
    put_snapshot(sim, now, agent);
    sim_uuid(sim, id);
    buf_clear(out);
    buf_text(out, "{\"AWSAccountId\":\"");
    buf_text(out, sim->account);
    buf_text(out, "\",\"AgentARN\":\"");
    buf_text(out, sim->instance);
    buf_text(out, "/agent/");
    buf_text(out, agent->id);
    buf_text(out, "\",\"CurrentAgentSnapshot\":");
    buf_add(out, now->data, now->length);
    sim_member(out, "EventId", id);
    sim_time(out, "EventTimestamp", sim->now);
    sim_member(out, "EventType", type);
    sim_member(out, "InstanceARN", sim->instance);
    buf_text(out, ",\"PreviousAgentSnapshot\":");
    buf_text(out, agent->snapshot.length ? buf_str(&agent->snapshot) : "null");
    buf_text(out, ",\"Version\":\"2017-10-01\"}");
    buf_clear(&agent->snapshot);
    buf_add(&agent->snapshot, now->data, now->length);
    agent->last_event = sim->now;
    sim_send(sim, out, sim_between(sim, 200, 1500));
}

static struct sim_slot *sim_agent_slot(struct sim_agent *agent, const struct sim_contact *contact)
{
    for (int i = 0; i < agent->slots; i++)
        if (agent->slot[i].contact == contact)
            return &agent->slot[i];
    return NULL;
}

void sim_agent_take(struct sim *sim, struct sim_agent *agent, struct sim_contact *contact,
                    enum sim_agent_state state)
{
    contact->agent = agent;
    agent->slot[agent->slots++] = (struct sim_slot){contact, state, sim->now};
    sim_agent_event(sim, agent, "STATE_CHANGE");
}

void sim_agent_state(struct sim *sim, struct sim_contact *contact, enum sim_agent_state state)
{
    struct sim_slot *slot = contact->agent ? sim_agent_slot(contact->agent, contact) : NULL;
    if (!slot)
        return;
    slot->state = state;
    slot->since = sim->now;
    sim_agent_event(sim, contact->agent, "STATE_CHANGE");
}

void sim_agent_drop(struct sim *sim, struct sim_contact *contact)
{
    struct sim_agent *agent = contact->agent;
    struct sim_slot *slot = agent ? sim_agent_slot(agent, contact) : NULL;
    if (!slot)
        return;
    struct sim_slot *last = &agent->slot[--agent->slots];
    for (; slot < last; slot++)
        slot[0] = slot[1];
    sim_agent_event(sim, agent, "STATE_CHANGE");
    sim_agent_free(sim, agent);
}

static void heart_beat(struct sim *sim, struct sim_contact *contact, int argument)
{
    (void)contact;
    struct sim_agent *agent = &sim->agent[argument];
    agent->beating = agent->status != AGENT_OFFLINE && !sim_over(sim);
    if (!agent->beating)
        return;
    if (sim->now - agent->last_event >= HEART_BEAT_MS)
        sim_agent_event(sim, agent, "HEART_BEAT");
    sim_after(sim, agent->last_event + HEART_BEAT_MS - sim->now, heart_beat, NULL, argument);
}

static size_t *staffed(struct sim *sim, const struct sim_agent *agent)
{
    return &sim->queue[agent->queue[0]].staff[agent->profile].staffed;
}

void sim_agent_status(struct sim *sim, struct sim_agent *agent, enum sim_agent_status status)
{
    bool login = agent->status == AGENT_OFFLINE;
    if (status == agent->status)
        return;
    if (agent->status == AGENT_AVAILABLE)
        --*staffed(sim, agent);
    if (status == AGENT_AVAILABLE)
        ++*staffed(sim, agent);
    agent->status = status;
    agent->status_since = sim->now;
    sim_agent_event(sim, agent, login ? "LOGIN" : "STATE_CHANGE");
    if (status == AGENT_OFFLINE) {
        sim_agent_event(sim, agent, "LOGOUT");
        buf_free(&agent->snapshot);
    } else if (!agent->beating) {
        agent->beating = true;
        sim_after(sim, HEART_BEAT_MS, heart_beat, NULL, (int)(agent - sim->agent));
    }
    if (status == AGENT_AVAILABLE)
        sim_agent_free(sim, agent);
}
