/* Contact events and flow logs: what is read from them, and what
 * identifies them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/instant.h"
#include "support/decoded.h"

#define ARN   "arn:aws:connect:eu-west-2:111122223333:instance/i-1"
#define OTHER "arn:aws:connect:eu-west-2:111122223333:instance/i-2"
#define DETAIL                                                                                     \
    "\"contactId\":\"c-1\",\"channel\":\"Voice\",\"instanceArn\":\"" ARN                           \
    "\",\"initiationMethod\":\"INBOUND\""
#define LINE                                                                                       \
    "\"ContactId\":\"c-1\",\"ContactFlowId\":\"" ARN                                               \
    "/flow-module/m-1\",\"Timestamp\":\"2025-12-30T10:00:01.250Z\""

static struct decoded got;

static int release(void **state)
{
    (void)state;
    decoded_free(&got);
    return 0;
}

static const struct event *one(const char *body)
{
    decoded_text(&got, body);
    for (size_t i = 0; i < got.refusals; i++)
        print_message("%s: %s\n", got.refused[i].where, got.refused[i].why);
    assert_int_equal(got.result.events, 1);
    assert_int_equal(got.result.refused, 0);
    return &got.event[0];
}

static int64_t at(const char *text)
{
    int64_t ms;
    assert_true(instant_parse(text, &ms));
    return ms;
}

static void both_cases_say_the_same(void **state)
{
    (void)state;
    static const char *const body[] = {
        "{\"eventType\":\"QUEUED\"," DETAIL ",\"initiationTimestamp\":\"2025-12-30T10:00:00.100Z\","
        "\"initialContactId\":\"c-0\",\"previousContactId\":\"c-1\",\"queueInfo\":{\"queueArn\":"
        "\"q\","
        "\"queueType\":\"STANDARD\",\"enqueueTimestamp\":\"2025-12-30T10:00:05.000Z\"}}",
        "{\"EventType\":\"QUEUED\",\"ContactId\":\"c-1\",\"Channel\":\"VOICE\",\"InstanceArn\":"
        "\"" ARN "\","
        "\"InitiationMethod\":\"INBOUND\",\"InitiationTimestamp\":\"2025-12-30T10:00:00.100Z\","
        "\"InitialContactId\":\"c-0\",\"RelatedContactId\":null,\"QueueInfo\":{\"QueueType\":"
        "\"STANDARD\","
        "\"QueueArn\":\"q\",\"EnqueueTimestamp\":\"2025-12-30T10:00:05.000Z\",\"Extra\":null}}",
    };
    struct hash128 id[2];
    for (size_t i = 0; i < ARRAY_SIZE(body); i++) {
        const struct event *e = one(body[i]);
        id[i] = e->entry.id;
        assert_int_equal(e->contact.state, LIFECYCLE_QUEUED);
        assert_int_equal(e->entry.rank, LIFECYCLE_QUEUED);
        assert_string_equal(e->contact.channel, "VOICE");
        assert_string_equal(e->contact.method, "INBOUND");
        assert_string_equal(e->contact.instance_arn, ARN);
        assert_string_equal(e->contact.initial_id, "c-0");
        assert_null(e->contact.previous_id); /* its own id means none */
        assert_null(e->contact.related_id);
        assert_true(e->contact.initiated == at("2025-12-30T10:00:00.100Z"));
        assert_true(e->entry.time == at("2025-12-30T10:00:05.000Z"));
        assert_string_equal(e->contact.queue_info,
                            "{\"enqueueTimestamp\":\"2025-12-30T10:00:05.000Z\","
                            "\"queueArn\":\"q\",\"queueType\":\"STANDARD\"}");
    }
    assert_memory_equal(&id[0], &id[1], sizeof(id[0]));
}

static void sentinels_are_null(void **state)
{
    (void)state;
    const struct event *e = one(
        "{\"time\":\"2025-12-30T10:00:00Z\",\"detail\":{\"eventType\":\"CONTACT_DATA_"
        "UPDATED\"," DETAIL
        ",\"connectedToSystemTimestamp\":\"1970-01-01T00:00:00.001Z\",\"disconnectReason\":\"\","
        "\"agentInfo\":{\"connectedToAgentTimestamp\":\"1970-01-01T00:00:00.001Z\"}}}");
    assert_true(e->contact.connected_to_system == INSTANT_NONE);
    assert_true(e->contact.connected_to_agent == INSTANT_NONE);
    assert_null(e->contact.agent_info);
    assert_null(e->contact.disconnect_reason);
    assert_int_equal(e->contact.state, LIFECYCLE_NONE);
    assert_int_equal(e->entry.rank, RANK_DATA);
    assert_true(e->entry.time == at("2025-12-30T10:00:00Z"));
}

/* An event without a time of its own is as new as the newest thing in it that has happened. */
static void stamps_of_events_without_a_time_of_their_own(void **state)
{
    (void)state;
    const struct event *e =
        one("{\"time\":\"2025-12-30T10:00:00Z\",\"detail\":{\"eventType\":\"COMPLETED\"," DETAIL
            ",\"disconnectTimestamp\":\"2025-12-30T10:00:00.700Z\",\"scheduledTimestamp\":\"2025-"
            "12-30T12:00:00Z\","
            "\"routingCriteria\":{\"steps\":[{\"expiry\":{\"expiryTimestamp\":\"2025-12-30T11:00:"
            "00Z\"}}]}}}");
    assert_true(e->entry.time == at("2025-12-30T10:00:00.700Z"));
    e = one("{\"time\":\"2025-12-30T10:00:00Z\",\"detail\":{\"eventType\":\"COMPLETED\"," DETAIL
            ",\"agentInfo\":{\"afterContactWorkEndTimestamp\":\"2025-12-30T09:59:59.500Z\"}}}");
    assert_true(e->entry.time == at("2025-12-30T09:59:59.500Z")); /* its own */
    e = one("{\"time\":\"2025-12-30T10:00:00Z\",\"detail\":{\"eventType\":\"SOMETHING_NEW\"," DETAIL
            "}}");
    assert_string_equal(e->contact.type, "SOMETHING_NEW"); /* unknown types are kept */
    assert_true(e->entry.time == at("2025-12-30T10:00:00Z"));
}

static void identity_of_contact_events(void **state)
{
    (void)state;
#define UPDATE(instance, extra)                                                                    \
    "{\"id\":\"" extra                                                                             \
    "\",\"time\":\"2025-12-30T10:00:00Z\",\"detail\":{\"eventType\":\"CONTACT_DATA_UPDATED\","     \
    "\"contactId\":\"c-1\",\"instanceArn\":\"" instance "\",\"tags\":{\"a\":\"" extra "\"}}}"
    struct hash128 first = one(UPDATE(ARN, "1"))->entry.id,
                   again = one(UPDATE(OTHER, "1"))->entry.id;
    assert_memory_equal(&first, &again, sizeof(first)); /* both Regions publish it */
    again = one(UPDATE(ARN, "2"))->entry.id;
    assert_memory_not_equal(&first, &again, sizeof(first));
#undef UPDATE
}

static void stamps_from_the_future_are_null(void **state)
{
    (void)state;
    const struct event *e = one("{\"eventType\":\"INITIATED\"," DETAIL
                                ",\"initiationTimestamp\":\"2026-01-02T00:00:00.001Z\"}");
    assert_true(e->entry.time == INSTANT_NONE);
    assert_true(e->contact.initiated == INSTANT_NONE);
    assert_int_equal(got.result.future, 1);
    e = one("{\"eventType\":\"INITIATED\"," DETAIL
            ",\"initiationTimestamp\":\"2026-01-02T00:00:00.000Z\"}");
    assert_true(e->entry.time == DECODED_SENT + DAY_MS);
    assert_int_equal(got.result.future, 0);
    e = one("{\"eventType\":\"CONNECTED_TO_AGENT\"," DETAIL
            ",\"queueInfo\":{\"queueArn\":\"q\",\"enqueueTimestamp\":\"2027-01-01T00:00:00Z\"},"
            "\"agentInfo\":{\"agentArn\":\"a\",\"connectedToAgentTimestamp\":"
            "\"2027-01-01T00:00:00Z\"}}");
    assert_string_equal(e->contact.queue_info,
                        "{\"queueArn\":\"q\"}"); /* nor do registers say it */
    assert_string_equal(e->contact.agent_info, "{\"agentArn\":\"a\"}");
}

static void contact_ids_are_checked(void **state)
{
    (void)state;
    char id[CONTACT_ID_MAX + 2], body[1024];
    memset(id, 'x', sizeof(id));
    id[CONTACT_ID_MAX] = '\0';
    snprintf(body, sizeof(body), "{\"eventType\":\"INITIATED\",\"contactId\":\"%s\"}", id);
    one(body);
    id[CONTACT_ID_MAX] = 'x';
    id[CONTACT_ID_MAX + 1] = '\0';
    snprintf(body, sizeof(body), "{\"eventType\":\"INITIATED\",\"contactId\":\"%s\"}", id);
    decoded_text(&got, body);
    assert_int_equal(got.result.refused, 1);
    decoded_text(&got, "{\"eventType\":\"INITIATED\",\"contactId\":\"\"}");
    assert_int_equal(got.result.refused, 1);
    decoded_text(&got, "{\"ContactFlowModuleType\":\"PlayPrompt\"}");
    assert_int_equal(got.result.refused, 1);
    decoded_text(&got, "{\"eventType\":\"INITIATED\",\"contactId\":\"a\",\"contactId\":\"b\"}");
    assert_string_equal(got.event[0].contact_id, "a"); /* of a repeated name the first */
}

static void the_run_is_the_outermost_flow(void **state)
{
    (void)state;
    const struct event *e = one("{" LINE ",\"ContactFlowModuleType\":\"Wait\","
                                "\"ModuleExecutionStack\":[\"inner\",\"module\",\"flow\"]}");
    assert_string_equal(e->flow.run_id, "flow");
    e = one("{" LINE ",\"ContactFlowModuleType\":\"Wait\",\"ModuleExecutionStack\":[\"a\",7]}");
    assert_null(e->flow.run_id);
}

static void other_instances_are_skipped(void **state)
{
    (void)state;
    static const char *const wanted[] = {"arn:x", OTHER, NULL};
    const struct decode_options options = {.instances = wanted};
    static const char bodies[] =
        "{\"eventType\":\"INITIATED\"," DETAIL "}\n{" LINE ",\"ContactFlowModuleType\":\"Wait\"}\n"
        "{\"ContactId\":\"c-2\",\"ContactFlowId\":\"" OTHER
        "/contact-flow/f\",\"ContactFlowModuleType\":\"Wait\"}\n"
        "{\"AgentARN\":\"a\",\"EventType\":\"LOGIN\",\"InstanceARN\":\"" ARN "\"}";
    decoded_body(&got, &options, bodies, sizeof(bodies) - 1);
    assert_int_equal(got.result.events, 1);
    assert_int_equal(got.result.skipped, 3);
    assert_string_equal(got.event[0].contact_id, "c-2");
    assert_int_equal(got.agents, 0);
}

static void flow_logs(void **state)
{
    (void)state;
    const struct event *e =
        one("{" LINE ",\"ContactFlowName\":\"Main\",\"ContactFlowModuleType\":\"SetAttributes\","
            "\"Identifier\":\"b\",\"Parameters\":{\"Value\":\"\",\"Key\":\"tier\"}}");
    assert_int_equal(e->entry.type, LOGTYPE_FLOW);
    assert_int_equal(e->entry.rank, RANK_FLOW);
    assert_int_equal(e->entry.marks, MARK_ATTRIBUTE);
    assert_string_equal(e->flow.key, "tier");
    assert_string_equal(e->flow.value, "");
    assert_string_equal(e->flow.flow_name, "Main");
    assert_string_equal(e->flow.block_id, "b");
    assert_string_equal(e->flow.instance_arn, ARN);
    assert_null(e->flow.run_id);
    assert_true(e->entry.time == at("2025-12-30T10:00:01.250Z"));
    e = one("{\"ContactId\":\"c-1\",\"ContactFlowModuleType\":\"Resume\",\"Parameters\":{}}");
    assert_null(e->flow.flow_id);
    assert_true(e->entry.time == INSTANT_NONE);
    e = one(
        "{\"id\":\"1\",\"timestamp\":1767088801000,\"message\":\"{\\\"ContactId\\\":\\\"c-1\\\","
        "\\\"ContactFlowModuleType\\\":\\\"Resume\\\"}\"}");
    assert_true(e->entry.time == INT64_C(1767088801000)); /* CloudWatch's, for want of its own */
    assert_non_null(strstr(e->entry.body, "\"Timestamp\":\"2025-12-30T10:00:01.000Z\""));
}

static void marks_and_errors(void **state)
{
    (void)state;
    static const struct {
        const char *type, *rest;
        int marks;
    } line[] = {
        {"InvokeExternalResource", ",\"ExternalResults\":{\"isSuccess\":\"false\"}", MARK_LAMBDA},
        {"InvokeExternalResource", ",\"Results\":\"Whatever\"",
         MARK_LAMBDA | MARK_LAMBDA_ERROR | MARK_ERROR},
        {"GetUserInput", ",\"Parameters\":{\"Text\":\"Press one\"}", MARK_PROMPT},
        {"GetUserInput", ",\"Parameters\":{\"Text\":\"Hello\",\"BotName\":\"b\"}",
         MARK_PROMPT | MARK_BOT},
        {"GetUserInput", ",\"Parameters\":{\"BotAliasArn\":\"a\"}", MARK_PROMPT | MARK_BOT},
        {"GetUserInput", ",\"Results\":\"Timeout\"", MARK_ERROR},
        {"GetUserInput", ",\"Results\":\"Error\"", MARK_MENU_ERROR},
        {"StoreUserInput", ",\"Results\":\"Error\"", MARK_ERROR},
        {"GetUserInput", ",\"Results\":\"ReportError\"", 0}, /* an intent */
        {"StoreUserInput", ",\"Results\":\"NoMatch\"", MARK_ERROR},
        {"CheckAttribute", ",\"Results\":\"Error\"", 0},
        {"GetCustomerProfile", ",\"Results\":\"NoMatch\"", 0},
        {"GetCustomerProfile", ",\"Results\":\"Invalid Parameter Exception Was Thrown\"",
         MARK_ERROR},
        {"StartMediaStreaming", ",\"Results\":\"Error\"", MARK_ERROR},
        {"Transfer", ",\"Results\":\"false\",\"Parameters\":{}", MARK_EXIT},
        {"Transfer", ",\"Results\":\"true\",\"Parameters\":{}", MARK_ERROR}, /* at capacity */
        {"CreateCallback", ",\"Parameters\":{}", MARK_CALLBACK},
        {"Disconnect", ",\"Parameters\":{}", MARK_EXIT},
        {"PlayPrompt", ",\"Results\":\"Success\"", 0},
        {"AddToPlayLoop", ",\"Parameters\":{\"AudioPrompt\":\"p\"}", MARK_PROMPT},
        {"SomethingNew", ",\"Results\":\"No prompt provided\"", MARK_ERROR},
    };
    for (size_t i = 0; i < ARRAY_SIZE(line); i++) {
        char body[512];
        snprintf(body, sizeof(body), "{" LINE ",\"ContactFlowModuleType\":\"%s\"%s}", line[i].type,
                 line[i].rest);
        assert_int_equal(one(body)->entry.marks, line[i].marks);
    }
    assert_true(flow_log_is_error("InvokeLambdaFunction", "x", false));
    assert_false(flow_log_is_error("InvokeLambdaFunction", "x", true));
    assert_false(flow_log_is_error(NULL, NULL, false));
}

static void flow_parameters(void **state)
{
    (void)state;
    const struct event *e =
        one("{\"Name\":\"ContactFlowEvent\",\"Details\":{\"ContactData\":{\"ContactId\":\"c-1\","
            "\"InstanceARN\":\"" ARN "\"},\"Parameters\":{\"tier\":\"gold\"}}}");
    assert_int_equal(e->entry.type, LOGTYPE_LAMBDA);
    assert_true(e->entry.time == DECODED_SENT);
    assert_string_equal(cJSON_GetObjectItem(e->lambda.parameters, "tier")->valuestring, "gold");
    assert_string_equal(e->entry.body, "{\"ContactData\":{\"InstanceARN\":\"" ARN "\"},"
                                       "\"ContactId\":\"c-1\",\"Parameters\":{\"tier\":\"gold\"},"
                                       "\"Timestamp\":\"2026-01-01T00:00:00.000Z\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_cases_say_the_same),
        cmocka_unit_test(sentinels_are_null),
        cmocka_unit_test(stamps_of_events_without_a_time_of_their_own),
        cmocka_unit_test(identity_of_contact_events),
        cmocka_unit_test(stamps_from_the_future_are_null),
        cmocka_unit_test(contact_ids_are_checked),
        cmocka_unit_test(the_run_is_the_outermost_flow),
        cmocka_unit_test(other_instances_are_skipped),
        cmocka_unit_test(flow_logs),
        cmocka_unit_test(marks_and_errors),
        cmocka_unit_test(flow_parameters),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
