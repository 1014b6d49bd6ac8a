#include "contact/members_internal.h"

#include <stdlib.h>
#include <string.h>

const struct member record_member[MEMBER_COUNT] = {
    {"Attributes", MEMBER_ATTRIBUTES, 0},
    {"Chain_Root", MEMBER_CHAIN_ROOT, 0},
    {"Connect_Channel", MEMBER_FIELD_TEXT, FIELD_CHANNEL},
    {"Connect_ContactId", MEMBER_ID, 0},
    {"Connect_InitiationMethod", MEMBER_FIELD_TEXT, FIELD_METHOD},
    {"Connect_InstanceArn", MEMBER_FIELD_TEXT, FIELD_INSTANCE},
    {"Connect_Latest_Contactflow", MEMBER_FIELD_OBJECT, FIELD_LATEST_FLOW},
    {"Connect_agentInfo", MEMBER_FIELD_OBJECT, FIELD_AGENT_INFO},
    {"Connect_connectedToSystemTimestamp", MEMBER_FIELD_TEXT, FIELD_SYSTEM_CONNECTED},
    {"Connect_disconnectReason", MEMBER_FIELD_TEXT, FIELD_DISCONNECT_REASON},
    {"Connect_disconnectTimestamp", MEMBER_FIELD_TEXT, FIELD_DISCONNECTED},
    {"Connect_initialContactId", MEMBER_FIELD_TEXT, FIELD_INITIAL_ID},
    {"Connect_previousContactId", MEMBER_FIELD_TEXT, FIELD_PREVIOUS_ID},
    {"Connect_queueInfo", MEMBER_FIELD_OBJECT, FIELD_QUEUE_INFO},
    {"Connect_relatedContactId", MEMBER_FIELD_TEXT, FIELD_RELATED_ID},
    {"Customer_Identifier", MEMBER_FIELD_TEXT, FIELD_CUSTOMER},
    {"DDB_ExpiryEpoch", MEMBER_OBSERVED, OBSERVED_EXPIRY},
    {"Flag_Abandoned", MEMBER_ABANDONED, 0},
    {"Flag_Callback", MEMBER_FLAG, FLAG_CALLBACK},
    {"Flag_Connected_To_Agent", MEMBER_FLAG, FLAG_AGENT},
    {"Flag_Ended", MEMBER_FLAG, FLAG_ENDED},
    {"Flag_Error", MEMBER_ERROR, 0},
    {"Flag_Lambda_Error", MEMBER_FLAG, FLAG_LAMBDA_ERROR},
    {"Flag_Queued", MEMBER_FLAG, FLAG_QUEUED},
    {"Flag_Transferred", MEMBER_TRANSFERRED, 0},
    {"History", MEMBER_HISTORY, 0},
    {"Last_Receipt", MEMBER_OBSERVED, OBSERVED_LAST_RECEIPT},
    {"Live_Partition", MEMBER_STORE, 0},
    {"Stamps", MEMBER_STAMPS, 0},
    {"Started_At", MEMBER_STARTED, 0},
    {"Status", MEMBER_FIELD_TEXT, FIELD_STATUS},
    {"Timestamps", MEMBER_TIMESTAMPS, 0},
    {"Updated_At", MEMBER_OBSERVED, OBSERVED_UPDATED_AT},
    {"Version", MEMBER_OBSERVED, OBSERVED_VERSION},
    {"initiationTimestamp", MEMBER_INITIATED, 0},
};

const char *const timestamp_key[LOGTYPE_COUNT] = {
    [LOGTYPE_CONTACT] = "eventbridge",
    [LOGTYPE_FLOW] = "contactflowlogs",
    [LOGTYPE_AGENT] = "agentevents",
    [LOGTYPE_LAMBDA] = "contactflowlambda",
};
const enum log_type timestamp_order[LOGTYPE_COUNT] = {LOGTYPE_AGENT, LOGTYPE_LAMBDA, LOGTYPE_FLOW,
                                                      LOGTYPE_CONTACT};

static int compare_key(const void *key, const void *member)
{
    return strcmp(key, ((const struct member *)member)->key);
}

const struct member *member_find(const char *key)
{
    return bsearch(key, record_member, MEMBER_COUNT, sizeof(record_member[0]), compare_key);
}

bool record_reserved(const char *name)
{
    return member_find(name) != NULL;
}

int64_t observed(const struct record *record, uint32_t which)
{
    const int64_t value[] = {
        [OBSERVED_EXPIRY] = record->expiry,
        [OBSERVED_LAST_RECEIPT] = record->last_receipt,
        [OBSERVED_UPDATED_AT] = record->updated_at,
        [OBSERVED_VERSION] = record->version,
    };
    return value[which];
}

void set_observed(struct record *record, uint32_t which, int64_t value)
{
    int64_t *const place[] = {
        [OBSERVED_EXPIRY] = &record->expiry,
        [OBSERVED_LAST_RECEIPT] = &record->last_receipt,
        [OBSERVED_UPDATED_AT] = &record->updated_at,
        [OBSERVED_VERSION] = &record->version,
    };
    *place[which] = value;
}
