#include "base/json_internal.h"
#include "event/decode_internal.h"

enum { NAME_LONGEST = 26, SAME_LENGTH = 6 };

/* By length, so that one look at a name's length leaves only a few to compare with. */
static const struct known {
    const char *name;
    enum key key;
} known[NAME_LONGEST + 1][SAME_LENGTH] = {
    [2] = {{"id", KEY_ID}},
    [3] = {{"Sns", KEY_SNS}, {"log", KEY_LOG}},
    [4] = {{"body", KEY_BODY},
           {"data", KEY_DATA},
           {"time", KEY_TIME},
           {"Type", KEY_TYPE},
           {"Item", KEY_ITEM},
           {"tags", KEY_TAGS}},
    [5] = {{"event", KEY_EVENT}},
    [6] = {{"detail", KEY_DETAIL}, {"source", KEY_SOURCE}, {"events", KEY_EVENTS}},
    [7] = {{"channel", KEY_CHANNEL},
           {"Results", KEY_RESULTS},
           {"LogType", KEY_LOG_TYPE},
           {"Contact", KEY_CONTACT},
           {"message", KEY_MESSAGE},
           {"Records", KEY_RECORDS}},
    [8] = {{"AgentARN", KEY_AGENT_ARN}, {"TopicArn", KEY_TOPIC}, {"Messages", KEY_RECORDS}},
    [9] = {{"contactId", KEY_CONTACT_ID},
           {"eventType", KEY_EVENT_TYPE},
           {"queueInfo", KEY_QUEUE_INFO},
           {"agentInfo", KEY_AGENT_INFO},
           {"Timestamp", KEY_TIMESTAMP},
           {"logEvents", KEY_LOG_EVENTS}},
    [10] = {{"Parameters", KEY_PARAMETERS},
            {"Identifier", KEY_IDENTIFIER},
            {"customerId", KEY_CUSTOMER_ID},
            {"LogEventId", KEY_LOG_EVENT_ID}},
    [11] = {{"instanceArn", KEY_INSTANCE}, {"messageType", KEY_MESSAGE_TYPE}},
    [13] = {{"ContactFlowId", KEY_FLOW_ID}},
    [15] = {{"ContactFlowName", KEY_FLOW_NAME}, {"ExternalResults", KEY_EXTERNAL_RESULTS}},
    [16] = {{"initiationMethod", KEY_METHOD},
            {"initialContactId", KEY_INITIAL_ID},
            {"relatedContactId", KEY_RELATED_ID},
            {"disconnectReason", KEY_REASON}},
    [17] = {{"previousContactId", KEY_PREVIOUS_ID}, {"Connect_ContactId", KEY_ITEM_ID}},
    [19] = {{"initiationTimestamp", KEY_INITIATED}, {"disconnectTimestamp", KEY_DISCONNECTED}},
    [20] = {{"CurrentAgentSnapshot", KEY_SNAPSHOT}, {"ModuleExecutionStack", KEY_STACK}},
    [21] = {{"ContactFlowModuleType", KEY_MODULE_TYPE},
            {"PreviousAgentSnapshot", KEY_PREVIOUS_SNAPSHOT}},
    [14] = {{"EventTimestamp", KEY_EVENT_TIMESTAMP}},
    [26] = {{"connectedToSystemTimestamp", KEY_SYSTEM}},
};
/* Names whose length is shared with too many others to keep the table narrow. */
static const struct known more[] = {
    {"awslogs", KEY_AWSLOGS}, {"kinesis", KEY_KINESIS},  {"History", KEY_HISTORY},
    {"Details", KEY_DETAILS}, {"eventId", KEY_EVENT_ID}, {"AgentName", KEY_AGENT_NAME},
};

static enum key key_of(const char *name)
{
    size_t length = strlen(name);
    if (length > NAME_LONGEST)
        return KEY_NONE;
    const struct known *row = known[length];
    for (int i = 0; i < SAME_LENGTH && row[i].name; i++)
        if (json_same_either(name, row[i].name))
            return row[i].key;
    if (length == 7 || length == 9)
        for (size_t i = 0; i < ARRAY_SIZE(more); i++)
            if (json_same_either(name, more[i].name))
                return more[i].key;
    return KEY_NONE;
}

void members_find(struct members *members, cJSON *object)
{
    memset(members, 0, sizeof(*members));
    if (!cJSON_IsObject(object))
        return;
    for (cJSON *member = object->child; member; member = member->next) {
        enum key key = key_of(member->string);
        cJSON *before = members->at[key];
        if (!before || (unsigned char)member->string[0] < (unsigned char)before->string[0])
            members->at[key] = member;
    }
    members->at[KEY_NONE] = NULL;
}

const char *member_text(const struct members *members, enum key key)
{
    const cJSON *member = members->at[key];
    return cJSON_IsString(member) && member->valuestring[0] ? member->valuestring : NULL;
}
