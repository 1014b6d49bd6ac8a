/*
 * What feed items have in common, for zlib to refer to: so that a contact's flush is one write unit
 * and not two. Items lie for a day, and viewers of another version read them: this text must not
 * change. Another one comes beside it, chosen by the checksum that zlib writes.
 */
#include "store/dynamodb_internal.h"

const char ddb_dictionary[] =
    "{\"Parameters\":{\"Key\":\"Value\":\"FunctionArn\":\"arn:aws:lambda:\",\"TimeLimit\":\"8000\"}"
    ","
    "\"ExternalResults\":{\"Results\":\"InvokeExternalResource\",\"CheckAttribute\","
    "\"SetAttributes\","
    "\"PlayPrompt\",\"SetLoggingBehavior\",\"Text\":\""
    "{\"Timestamp\":\"20\",\"agentInfo\":{\"agentArn\":\"\",\"connectedToAgentTimestamp\":\"\","
    "\"hierarchyGroups\":,\"routingProfileArn\":\"},\"channel\":\"VOICE\","
    "\"connectedToSystemTimestamp\":\"\",\"contactId\":\"\",\"disconnectReason\":"
    "\"CUSTOMER_DISCONNECT\",\"disconnectTimestamp\":\"\",\"eventType\":\"INITIATED\","
    "\"CONNECTED_TO_SYSTEM\",\"QUEUED\",\"CONNECTED_TO_AGENT\",\"CONTACT_DATA_UPDATED\","
    "\"COMPLETED\",\"DISCONNECTED\",\"initialContactId\":\"\",\"initiationMethod\":\"INBOUND\","
    "\"initiationTimestamp\":\"\",\"instanceArn\":\"arn:aws:connect:eu-west-1:\","
    "\"queueInfo\":{\"enqueueTimestamp\":\"\",\"queueArn\":\"/queue/\",\"queueType\":\"STANDARD\"}}"
    "{\"feed\":1}\n{\"c\":\"\",\"r\":{\"Attributes\":{\"\":{\"stamp\":272,\"value\":\"\"},"
    "\"Chain_Root\":\"\",\"Connect_Channel\":\"VOICE\",\"Connect_ContactId\":\"\","
    "\"Connect_InitiationMethod\":\"INBOUND\",\"Connect_InstanceArn\":\"arn:aws:connect::instance/"
    "\","
    "\"Connect_Latest_Contactflow\":{\"ContactFlowId\":\"arn:aws:connect:eu-west-1::instance/"
    "/contact-flow/\",\"ContactFlowModuleType\":\"\",\"ContactFlowName\":\"\",\"ContactId\":\"\","
    "\"Identifier\":\"\",\"LogType\":\"ContactFlowLog\",\"Timestamp\":\"20\"},"
    "\"Connect_agentInfo\":{\"agentArn\":\"/agent/\",\"connectedToAgentTimestamp\":\"\"},"
    "\"Connect_connectedToSystemTimestamp\":\"\",\"Connect_disconnectReason\":"
    "\"CUSTOMER_DISCONNECT\",\"Connect_disconnectTimestamp\":\"\",\"Connect_initialContactId\":"
    "\"\","
    "\"Connect_previousContactId\":\"\",\"Connect_queueInfo\":{\"enqueueTimestamp\":\"\","
    "\"queueArn\":\"/queue/\",\"queueType\":\"STANDARD\"},\"Customer_Identifier\":\"\","
    "\"DDB_ExpiryEpoch\":17,\"Flag_Abandoned\":true,\"Flag_Callback\":true,"
    "\"Flag_Connected_To_Agent\":true,\"Flag_Ended\":true,\"Flag_Error\":true,"
    "\"Flag_Lambda_Error\":true,\"Flag_Queued\":true,\"Last_Receipt\":17,"
    "\"Stamps\":{\"Connect_Latest_Contactflow\":272,\"Connect_connectedToSystemTimestamp\":272,"
    "\"Connect_disconnectReason\":975,\"Connect_disconnectTimestamp\":,\"Status\":1679},"
    "\"Started_At\":\"20\",\"Status\":\"COMPLETED\",\"Timestamps\":{\"contactflowlogs\":\"20\","
    "\"eventbridge\":\"20\"},\"Updated_At\":17,\"Version\":,\"initiationTimestamp\":\"20Z\"}}\n"
    "{\"e\":[17,10,1,0,\"\",]}\n{\"ContactFlowId\":\"arn:aws:connect:\","
    "\"ContactFlowModuleType\":\"\",\"ContactFlowName\":\"\",\"ContactId\":\"\","
    "\"Identifier\":\"\",\"Parameters\":{\"\":\"\"},\"Timestamp\":\"20Z\"}\n";
