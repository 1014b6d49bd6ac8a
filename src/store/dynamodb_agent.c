/* An agent's last word on itself as JSON: members of its item, and of the feed. */
#include "contactwatch/json.h"
#include "store/dynamodb_internal.h"

static void member_text(struct buf *out, const char *name, const char *text)
{
    if (!text || !*text)
        return;
    buf_printf(out, ",\"%s\":", name);
    json_quote(out, text);
}

void ddb_agent_write(struct buf *out, const struct agent_event *agent)
{
    buf_text(out, "{\"Agent_Arn\":");
    json_quote(out, agent->agent_arn ? agent->agent_arn : "");
    member_text(out, "Agent_Name", agent->agent_name);
    member_text(out, "Event_Type", agent->event_type);
    member_text(out, "Status_Name", agent->status_name);
    member_text(out, "Status_Type", agent->status_type);
    buf_printf(out, ",\"Status_Since\":%lld,\"Time\":%lld,\"Contacts\":%d}",
               (long long)agent->status_since, (long long)agent->time, agent->contacts);
}

static int64_t number(const cJSON *object, const char *name, int64_t most)
{
    const cJSON *value = json_get(object, name);
    if (!cJSON_IsNumber(value) || !(value->valuedouble >= 0) || value->valuedouble > (double)most)
        return 0;
    return (int64_t)value->valuedouble;
}

bool ddb_agent_read(struct agent_event *agent, const cJSON *object)
{
    enum { TIME_BITS = 46 };
    const int64_t latest = (INT64_C(1) << TIME_BITS) - 1;
    *agent = (struct agent_event){
        .agent_arn = json_text(object, "Agent_Arn"),
        .agent_name = json_text(object, "Agent_Name"),
        .event_type = json_text(object, "Event_Type"),
        .status_name = json_text(object, "Status_Name"),
        .status_type = json_text(object, "Status_Type"),
        .status_since = number(object, "Status_Since", latest),
        .time = number(object, "Time", latest),
        .contacts = (int)number(object, "Contacts", INT32_MAX),
    };
    return agent->agent_arn != NULL;
}
