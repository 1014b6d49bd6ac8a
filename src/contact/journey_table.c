/* Every block type that flows log: how its entries join and how each story tells it.
 * Sorted by type. */
#include <stdlib.h>
#include <string.h>

#include "contact/journey_tellers.h"

static const struct block_kind kinds[] = {
    {.type = "AddToPlayLoop", .join = JOIN_LOOP, .friendly = friendly_loop, .techy = techy_loop},
    {.type = "AssociateContactToCustomerProfile", .techy = techy_profile},
    {.type = "AuthenticateParticipant",
     .words = "asks to sign in",
     .join = JOIN_INPUT,
     .friendly = friendly_sign_in},
    {.type = "ChangeRoutingPriority", .words = "routing priority"},
    {.type = "CheckAttribute", .join = JOIN_CHECK, .check = true, .techy = techy_check_attribute},
    {.type = "CheckHoursOfOperation",
     .words = "within hours?",
     .check = true,
     .params = "Hours",
     .friendly = friendly_check},
    {.type = "CheckQueueStatus", .words = "queue status?", .check = true},
    {.type = "CheckStaffing",
     .words = "staffed?",
     .check = true,
     .params = "Status,Queue,Agent",
     .friendly = friendly_check},
    {.type = "CreateCallback", .friendly = friendly_callback, .techy = techy_callback},
    {.type = "CreateCase", .words = "creates a case"},
    {.type = "CreateCustomerProfile", .techy = techy_profile},
    {.type = "CreatePersistentContactAssociation", .words = "continues an earlier chat"},
    {.type = "CreateTask", .words = "creates a task", .params = "Name,Description,ContactFlowId"},
    {.type = "Dial", .join = JOIN_INPUT, .techy = techy_dial},
    {.type = "Disconnect", .words = "ends the contact", .friendly = friendly_disconnect},
    {.type = "DistributeByPercentage", .words = "branches by percentage", .check = true},
    {.type = "GetCase", .words = "looks a case up"},
    {.type = "GetCustomerProfile", .techy = techy_profile},
    {.type = "GetMetricData", .check = true, .techy = techy_metrics},
    {.type = "GetUserInput", .join = JOIN_INPUT, .friendly = friendly_menu, .techy = techy_input},
    {.type = "HoldCustomerOrAgent", .words = "hold or back from hold"},
    {.type = "InvokeExternalResource", .join = JOIN_LAMBDA, .techy = techy_lambda},
    {.type = "InvokeFlowModule", .techy = techy_module},
    {.type = "Loop", .params = "LoopCount", .check = true, .techy = techy_repeat},
    {.type = "LoopPrompts", .join = JOIN_LOOP, .friendly = friendly_loop, .techy = techy_loop},
    {.type = "PlayPrompt", .join = JOIN_PROMPT, .friendly = friendly_prompt, .techy = techy_prompt},
    {.type = "Resume", .techy = techy_resume},
    {.type = "ResumeContact", .words = "resumes the contact"},
    {.type = "ReturnFromFlowModule", .techy = techy_return},
    {.type = "SendMessage", .friendly = friendly_message, .techy = techy_prompt},
    {.type = "SetAttributes", .join = JOIN_ATTRIBUTES, .check = true, .techy = techy_attributes},
    {.type = "SetCallBackNumber",
     .friendly = friendly_callback_number,
     .techy = techy_callback_number},
    {.type = "SetContactData", .words = "contact data", .check = true},
    {.type = "SetContactFlow", .techy = techy_set_flow},
    {.type = "SetEventHook", .techy = techy_set_flow},
    {.type = "SetFlowAttributes",
     .join = JOIN_ATTRIBUTES,
     .check = true,
     .techy = techy_attributes},
    {.type = "SetLoggingBehavior", .params = "LoggingBehavior"},
    {.type = "SetQueue", .params = "Queue,Agent", .techy = techy_set_queue},
    {.type = "SetRecordingBehavior", .techy = techy_recording},
    {.type = "SetRoutingCriteria", .words = "routing criteria"},
    {.type = "SetVoice", .params = "GlobalVoice,GlobalEngine,SpeakingStyle"},
    {.type = "SetWisdomAssistant", .words = "assistant"},
    {.type = "ShowView", .words = "shows a view", .join = JOIN_INPUT},
    {.type = "StartMediaStreaming", .words = "streams", .params = "MediaStreamTypes,Track"},
    {.type = "StopMediaStreaming", .words = "stops streaming", .params = "MediaStreamTypes,Track"},
    {.type = "StoreUserInput",
     .join = JOIN_INPUT,
     .friendly = friendly_entry,
     .techy = techy_input},
    {.type = "TagContact", .check = true, .techy = techy_tags},
    {.type = "Transfer", .friendly = friendly_transfer, .techy = techy_transfer},
    {.type = "UpdateCase", .words = "updates the case"},
    {.type = "UpdateContactCallbackNumber",
     .friendly = friendly_callback_number,
     .techy = techy_callback_number},
    {.type = "Wait", .params = "TimeoutSeconds", .techy = techy_wait},
};

/* Names of later designers and exports, should a log ever carry them. */
static const struct {
    const char *alias, *type;
} aliases[] = {
    {"GetParticipantInput", "GetUserInput"},
    {"GetQueueMetrics", "GetMetricData"},
    {"InvokeLambdaFunction", "InvokeExternalResource"},
    {"MessageParticipant", "PlayPrompt"},
    {"SetDisconnectFlow", "SetContactFlow"},
    {"SetHoldFlow", "SetContactFlow"},
    {"SetWhisperFlow", "SetContactFlow"},
    {"TransferToFlow", "Transfer"},
    {"TransferToQueue", "Transfer"},
};

static const struct block_kind unknown = {.type = ""};

static int compare(const void *type, const void *kind)
{
    return strcmp(type, ((const struct block_kind *)kind)->type);
}

const struct block_kind *block_kind_find(const char *type)
{
    for (size_t i = 0; i < ARRAY_SIZE(aliases); i++)
        if (strcmp(type, aliases[i].alias) == 0)
            type = aliases[i].type;
    const struct block_kind *kind =
        bsearch(type, kinds, ARRAY_SIZE(kinds), sizeof(*kinds), compare);
    return kind ? kind : &unknown;
}
