/* Contact events as EventBridge delivers them. */
#include "source/sim_internal.h"

#include "contactwatch/json.h"

const char *const sim_channel_name[SIM_CHANNELS] = {"VOICE", "CHAT", "TASK", "EMAIL"};
const char *const sim_method_name[SIM_METHODS] = {
    "INBOUND",  "OUTBOUND",   "API",     "WEBRTC_API",        "TRANSFER",    "QUEUE_TRANSFER",
    "CALLBACK", "DISCONNECT", "MONITOR", "EXTERNAL_OUTBOUND", "AGENT_REPLY",
};
static const char *const sim_event_name[SIM_EVENTS] = {
    "INITIATED", "CONNECTED_TO_SYSTEM", "QUEUED",    "CONNECTED_TO_AGENT",   "PAUSED",
    "RESUMED",   "DISCONNECTED",        "COMPLETED", "CONTACT_DATA_UPDATED", "AMD_DISABLED",
};

/* What Connect writes for a time that is not known in a data update. */
static const char sentinel[] = "1970-01-01T00:00:00.001Z";

void sim_time(struct buf *out, const char *key, int64_t at)
{
    char text[INSTANT_TEXT];
    instant_format(at, text);
    buf_text(out, ",\"");
    buf_text(out, key);
    buf_text(out, "\":\"");
    buf_text(out, text);
    buf_char(out, '"');
}

void sim_member(struct buf *out, const char *key, const char *value)
{
    buf_text(out, ",\"");
    buf_text(out, key);
    buf_text(out, "\":\"");
    buf_text(out, value);
    buf_char(out, '"');
}

static void write_agent(struct sim *sim, struct buf *out, const struct sim_contact *contact,
                        enum sim_event event)
{
    buf_text(out, ",\"agentInfo\":{\"agentArn\":\"");
    buf_text(out, sim->instance);
    buf_text(out, "/agent/");
    buf_text(out, contact->agent->id);
    buf_char(out, '"');
    sim_time(out, "connectedToAgentTimestamp", contact->answered);
    if (event == SIM_DISCONNECTED || event == SIM_COMPLETED)
        buf_printf(out, ",\"agentInitiatedHoldDuration\":%d", (int)(contact->held / 1000));
    if (event == SIM_COMPLETED && contact->work_end) {
        sim_time(out, "afterContactWorkStartTimestamp", contact->ended);
        sim_time(out, "afterContactWorkEndTimestamp", contact->work_end);
        buf_printf(out, ",\"afterContactWorkDuration\":%d",
                   (int)((contact->work_end - contact->ended) / 1000));
    }
    if (contact->method == SIM_MONITOR && contact->ended) {
        buf_text(out, ",\"stateTransitions\":[{\"state\":\"SILENT_MONITOR\"");
        sim_time(out, "stateStartTimestamp", contact->answered);
        sim_time(out, "stateEndTimestamp", contact->ended);
        buf_text(out, "}]");
    }
    buf_char(out, '}');
}

static void write_queue(struct sim *sim, struct buf *out, const struct sim_contact *contact)
{
    buf_text(out, ",\"queueInfo\":{\"queueType\":\"");
    buf_text(out, contact->target ? "AGENT" : "STANDARD");
    buf_text(out, "\",\"queueArn\":\"");
    if (contact->target) {
        buf_text(out, sim->instance);
        buf_text(out, "/queue/agent/");
        buf_text(out, contact->target->id);
    } else {
        buf_text(out, contact->queue->arn);
    }
    buf_char(out, '"');
    sim_time(out, "enqueueTimestamp", contact->enqueued);
    buf_char(out, '}');
}

static const char *subtype_of(const struct sim_contact *contact)
{
    static const char *const subtype[SIM_CHANNELS] = {"connect:Telephony", "connect:Chat",
                                                      "connect:Task", "connect:Email"};
    return contact->method == SIM_WEBRTC ? "connect:WebRTC" : subtype[contact->channel];
}

static void write_tags(struct sim *sim, struct buf *out, const struct sim_contact *contact)
{
    buf_text(out, ",\"tags\":{\"aws:connect:instanceId\":\"");
    buf_text(out, sim->instance_id);
    buf_char(out, '"');
    if (contact->channel == SIM_VOICE && contact->method == SIM_INBOUND)
        sim_member(out, "aws:connect:systemEndpoint", sim->number);
    if (contact->tagged)
        sim_member(out, "Centre", "Leeds");
    buf_text(out, "},\"segmentAttributes\":{\"connect:Subtype\":{\"valueString\":\"");
    buf_text(out, subtype_of(contact));
    buf_text(out, "\"}}");
}

static void write_chain(struct buf *out, const struct sim_contact *contact)
{
    sim_member(out, "contactId", contact->id);
    if (contact->initial[0])
        sim_member(out, "initialContactId", contact->initial);
    if (contact->prior[0])
        sim_member(out, "previousContactId", contact->prior);
    if (contact->related[0])
        sim_member(out, "relatedContactId", contact->related);
}

static void write_end(struct buf *out, const struct sim_contact *contact)
{
    sim_time(out, "disconnectTimestamp", contact->ended);
    if (contact->reason)
        sim_member(out, "disconnectReason", contact->reason);
    if (contact->detection)
        sim_member(out, "answeringMachineDetectionStatus", contact->detection);
}

static void write_detail(struct sim *sim, struct buf *out, const struct sim_contact *contact,
                         enum sim_event event)
{
    char text[INSTANT_TEXT];
    instant_format(contact->initiated, text);
    buf_text(out, "{\"initiationTimestamp\":\"");
    buf_text(out, text);
    buf_char(out, '"');
    if (contact->system)
        sim_time(out, "connectedToSystemTimestamp", contact->system);
    else if (event == SIM_DATA_UPDATED)
        sim_member(out, "connectedToSystemTimestamp", sentinel);
    write_chain(out, contact);
    sim_member(out, "channel", sim_channel_name[contact->channel]);
    sim_member(out, "instanceArn", sim->instance);
    sim_member(out, "initiationMethod", sim_method_name[contact->method]);
    sim_member(out, "eventType", sim_event_name[event]);
    if (event == SIM_DATA_UPDATED)
        buf_printf(out, ",\"updatedProperties\":[\"%s\"]", contact->updated);
    if (contact->scheduled)
        sim_time(out, "scheduledTimestamp", contact->scheduled);
    if (contact->agent && contact->answered)
        write_agent(sim, out, contact, event);
    if (contact->enqueued && contact->method != SIM_OUTBOUND)
        write_queue(sim, out, contact);
    if (contact->ended)
        write_end(out, contact);
    if (contact->identified)
        buf_printf(out, ",\"customerId\":\"+447700900%03d\"", contact->customer);
    write_tags(sim, out, contact);
    buf_char(out, '}');
}

void sim_emit(struct sim *sim, struct sim_contact *contact, enum sim_event event)
{
    struct buf *out = &sim->body;
    char id[SIM_UUID], text[INSTANT_TEXT];
    int64_t lag = sim_between(sim, 50, 900);
    sim_uuid(sim, id);
    instant_format(sim->now + lag / 8, text);
    text[19] = 'Z'; /* whole seconds on this wire */
    text[20] = '\0';
    buf_clear(out);
    buf_text(out, "{\"version\":\"0\",\"id\":\"");
    buf_text(out, id);
    buf_text(out, "\",\"detail-type\":\"Amazon Connect Contact Event\",\"source\":\"aws.connect\"");
    sim_member(out, "account", sim->account);
    sim_member(out, "time", text);
    sim_member(out, "region", sim->region);
    buf_text(out, ",\"resources\":[\"");
    buf_text(out, sim->instance);
    buf_text(out, "\",\"");
    buf_text(out, sim->instance);
    buf_text(out, "/contact/");
    buf_text(out, contact->id);
    buf_text(out, "\"],\"detail\":");
    write_detail(sim, out, contact, event);
    buf_char(out, '}');
    sim_send(sim, out, lag);
}
