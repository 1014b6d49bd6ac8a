/* Connect's requests and answers: what is asked, and what is read of pages and of a contact. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/connect.h"

#define INSTANCE_ID  "11111111-2222-4333-8444-555555555555"
#define INSTANCE_ARN "arn:aws:connect:eu-west-1:123456789012:instance/" INSTANCE_ID

static void an_instance_is_read_from_any_arn_inside_it(void **state)
{
    (void)state;
    static const char *const good[] = {
        INSTANCE_ARN, INSTANCE_ARN "/queue/aaaa", INSTANCE_ARN "/queue/agent/bbbb",
        "arn:aws-us-gov:connect:us-gov-west-1:123456789012:instance/" INSTANCE_ID};
    static const char *const bad[] = {"",
                                      "instance/" INSTANCE_ID,
                                      "arn:aws:lambda:eu-west-1:123456789012:function:f",
                                      "arn:aws:connect:eu-west-1:123456789012:instance/",
                                      "arn:aws:connect::1:instance/x",
                                      "arn:aws:connect:eu-west-1:123456789012:instance/../x",
                                      "arn:aws:connect"};
    struct connect_instance instance;
    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        assert_true(connect_instance_read(&instance, good[i]));
        assert_string_equal(instance.id, INSTANCE_ID);
        assert_string_equal(instance.region, i == 3 ? "us-gov-west-1" : "eu-west-1");
        assert_int_equal(strncmp(instance.arn, good[i], strlen(instance.arn)), 0);
        assert_true(strlen(instance.arn) == strlen(good[i]) || i == 1 || i == 2);
    }
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_false(connect_instance_read(&instance, bad[i]));
    assert_false(connect_instance_read(&instance, NULL));
}

static void a_page_is_asked_for_by_path_and_query(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct aws_call call = {0};
    connect_list_call(&call, &arena, CONNECT_MODULES, INSTANCE_ID, NULL, 1000);
    assert_string_equal(call.operation, "ListContactFlowModules");
    assert_string_equal(call.method, "GET");
    assert_string_equal(call.path, "/contact-flow-modules-summary/" INSTANCE_ID);
    assert_string_equal(call.query, "maxResults=1000");
    assert_int_equal(call.max_attempts, 1);
    connect_list_call(&call, &arena, CONNECT_QUEUES, INSTANCE_ID, "a+b/c=&d", 5);
    assert_string_equal(call.query, "maxResults=5&nextToken=a%2Bb%2Fc%3D%26d");
    connect_describe_call(&call, &arena, INSTANCE_ID, "odd id/é");
    assert_string_equal(call.path, "/contacts/" INSTANCE_ID "/odd%20id%2F%C3%A9");
    arena_free(&arena);
}

static void take(void *context, const char *id, const char *name)
{
    buf_printf(context, "%s=%s;", id, name);
}

static void a_page_gives_names_and_the_next_token(void **state)
{
    (void)state;
    static const char page[] =
        "{\"QueueSummaryList\":[{\"Id\":\"q1\",\"Arn\":\"a/q1\",\"Name\":\"Billing\"},"
        "{\"Id\":\"q2\",\"QueueType\":\"AGENT\"},{\"Id\":\"q3\",\"Name\":\"Caf\\u00e9\"},7,null],"
        "\"NextToken\":\"more\"}";
    struct arena arena = {0};
    struct buf seen = {0};
    struct connect_visit visit = {&seen, take};
    struct err err = {""};
    const char *token;
    assert_true(
        connect_list_read(&arena, CONNECT_QUEUES, page, strlen(page), &visit, &token, &err));
    assert_string_equal(buf_str(&seen), "q1=Billing;q3=Café;");
    assert_string_equal(token, "more");
    static const char last[] = "{\"UserSummaryList\":[{\"Id\":\"u\",\"Username\":\"c.silva\"}]}";
    assert_true(connect_list_read(&arena, CONNECT_USERS, last, strlen(last), &visit, &token, &err));
    assert_null(token);
    assert_non_null(strstr(buf_str(&seen), "u=c.silva;"));
    static const char *const bad[] = {"", "{}", "[", "{\"QueueSummaryList\":{}}", "<html>"};
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_false(connect_list_read(&arena, CONNECT_QUEUES, bad[i], strlen(bad[i]), &visit,
                                       &token, &err));
    buf_free(&seen);
    arena_free(&arena);
}

static void a_contact_is_read_with_its_times(void **state)
{
    (void)state;
    static const char answer[] =
        "{\"Contact\":{\"Id\":\"c1\",\"Channel\":\"VOICE\",\"InitiationMethod\":\"INBOUND\","
        "\"InitialContactId\":null,\"InitiationTimestamp\":1763856000.123,"
        "\"ConnectedToSystemTimestamp\":1.0E-3,\"DisconnectTimestamp\":\"2025-11-23T00:10:00Z\","
        "\"QueueInfo\":{\"Id\":\"q1\",\"EnqueueTimestamp\":1.763856001E9},"
        "\"AgentInfo\":{\"Id\":\"a1\",\"ConnectedToAgentTimestamp\":1763856002.5,"
        "\"AgentInitiatedHoldDuration\":17},\"DisconnectReason\":\"CUSTOMER_DISCONNECT\"}}";
    struct arena arena = {0};
    struct connect_contact contact;
    struct err err = {""};
    assert_true(connect_describe_read(&arena, answer, strlen(answer), &contact, &err));
    assert_string_equal(contact.id, "c1");
    assert_null(contact.initial_id);
    assert_int_equal(contact.initiated, INT64_C(1763856000123));
    assert_int_equal(contact.connected_to_system, INSTANT_NONE); /* the sentinel */
    assert_int_equal(contact.enqueued, INT64_C(1763856001000));
    assert_int_equal(contact.connected_to_agent, INT64_C(1763856002500));
    assert_int_equal(contact.disconnected, INT64_C(1763856600000));
    assert_int_equal(contact.hold_s, 17);
    assert_string_equal(contact.disconnect_reason, "CUSTOMER_DISCONNECT");
    static const char *const bad[] = {"", "{}", "{\"Contact\":{}}", "{\"Contact\":[1]}", "nul"};
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_false(connect_describe_read(&arena, bad[i], strlen(bad[i]), &contact, &err));
    static const char wild[] =
        "{\"Contact\":{\"Id\":\"c\",\"InitiationTimestamp\":1e300,\"DisconnectTimestamp\":-5,"
        "\"AgentInfo\":{\"AgentInitiatedHoldDuration\":1e99}}}";
    assert_true(connect_describe_read(&arena, wild, strlen(wild), &contact, &err));
    assert_int_equal(contact.initiated, INSTANT_NONE);
    assert_int_equal(contact.disconnected, INSTANT_NONE);
    assert_int_equal(contact.hold_s, -1);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_instance_is_read_from_any_arn_inside_it),
        cmocka_unit_test(a_page_is_asked_for_by_path_and_query),
        cmocka_unit_test(a_page_gives_names_and_the_next_token),
        cmocka_unit_test(a_contact_is_read_with_its_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
