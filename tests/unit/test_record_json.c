/* The record as JSON: the seed's schema, strangers in it, its size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/instant.h"
#include "contactwatch/json.h"
#include "contactwatch/record.h"
#include "support/make_event.h"

#define ID "8b6c3e87-a3d5-46d6-b8bf-3aa1def785b2"
#define INSTANCE                                                                                   \
    "arn:aws:connect:eu-west-2:111122223333:instance/5d2b0a3e-7f11-4c58-9a0e-3c7f00aa1d01"

static const int64_t T = INT64_C(1673368405627); /* 2023-01-10T16:33:25.627Z */

static struct arena arena;

static int reset(void **state)
{
    (void)state;
    arena_reset(&arena);
    return 0;
}

static const char *text_of(const struct record *record, enum record_form form)
{
    struct buf out = {0};
    record_write(&out, record, form);
    const char *text = arena_strdup(&arena, buf_str(&out));
    buf_free(&out);
    return text;
}

static struct record read_text(const char *text)
{
    struct record record = {0};
    struct err err = {""};
    const cJSON *item = json_parse(&arena, text, strlen(text), &err);
    if (!item || !record_read(&record, &arena, item, NULL, &err))
        fail_msg("%s", err.text);
    return record;
}

static void members_are_the_originals(void **state)
{
    (void)state;
    struct event event = make_contact_event(ID, "CONNECTED_TO_AGENT", T);
    event.contact.channel = "VOICE";
    event.contact.method = "INBOUND";
    event.contact.initiated = T - 5000;
    event.contact.enqueued = T - 3000;
    event.contact.queue_info = make_queue_info(&arena, "arn:q/billing", T - 3000);
    event.contact.connected_to_agent = T;
    event.contact.agent_info = make_agent_info(&arena, "arn:a/anne", T);
    const struct event all[] = {event, make_attribute(ID, "Tier", "gold", T - 4000),
                                make_flow_lambda(&arena, ID, "{\"Flag_VIP\":\"yes\"}", T - 1)};
    struct record record = make_record(ID, all, 3);
    record.expiry = 1673454900;
    record.version = 2;
    assert_string_equal(
        text_of(&record, RECORD_STORED),
        "{\"Attributes\":{\"Tier\":{\"stamp\":26773894426042,\"value\":\"gold\"}},\"Chain_Root\":"
        "\"" ID "\",\"Connect_Channel\":\"VOICE\",\"Connect_ContactId\":\"" ID
        "\",\"Connect_InitiationMethod\":\"INBOUND\",\"Connect_Latest_Contactflow\":{"
        "\"ContactFlowModuleType\":"
        "\"SetAttributes\",\"ContactId\":\"" ID
        "\",\"LogType\":\"ContactFlowLog\",\"Timestamp\":\"2023-01-10T16:33:21.627Z\"},\"Connect_"
        "agentInfo\":{"
        "\"agentArn\":\"arn:a/anne\",\"connectedToAgentTimestamp\":\"2023-01-10T16:33:25.627Z\"},"
        "\"Connect_queueInfo\":{\"enqueueTimestamp\":\"2023-01-10T16:33:22.627Z\",\"queueArn\":"
        "\"arn:q/billing\","
        "\"queueType\":\"STANDARD\"},\"DDB_ExpiryEpoch\":1673454900,\"Flag_Connected_To_Agent\":"
        "true,"
        "\"Flag_Queued\":true,\"Flag_VIP\":\"yes\",\"Stamps\":{"
        "\"Connect_Latest_Contactflow\":26773894426042,\"Flag_VIP\":26773894490027,"
        "\"Status\":26773894490036},\"Started_At\":\"2023-01-10T16:33:20.627Z\",\"Status\":"
        "\"CONNECTED_TO_AGENT\","
        "\"Timestamps\":{\"contactflowlambda\":\"2023-01-10T16:33:25.626Z\",\"contactflowlogs\":"
        "\"2023-01-10T16:33:21.627Z\",\"eventbridge\":\"2023-01-10T16:33:25.627Z\"},\"Version\":2,"
        "\"initiationTimestamp\":\"2023-01-10T16:33:20.627Z\"}");
    record_free(&record);
}

static void history_is_put_in_its_place(void **state)
{
    (void)state;
    struct event event = make_flow_log(ID, "PlayPrompt", T);
    struct record record = make_record(ID, &event, 1);
    struct entry entry[] = {
        {.body = "{\"Timestamp\":\"a\"}", .length = 17, .type = LOGTYPE_FLOW},
        {.body = "{\"Timestamp\":\"b\"}", .length = 17, .type = LOGTYPE_CONTACT}};
    struct history history = {.entry = entry, .count = 2};
    struct buf out = {0};
    record_write_item(&out, &record, &history, RECORD_CANONICAL);
    assert_non_null(strstr(out.data,
                           "},\"History\":[{\"LogType\":\"ContactFlowLog\",\"Timestamp\":\"a\"},"
                           "{\"LogType\":\"ContactEvent\",\"Timestamp\":\"b\"}],\"Stamps\":{"));
    const cJSON *item = json_parse(&arena, out.data, out.length, NULL);
    struct buf canonical = {0};
    json_canonical(&canonical, item, NULL);
    assert_string_equal(canonical.data, out.data); /* every key in order, History too */
    buf_free(&canonical);
    buf_free(&out);
    record_free(&record);
}

static void strangers_are_kept(void **state)
{
    (void)state;
    struct record record = read_text(
        "{\"Stamps\":{},\"zeta\":[1,{\"b\":null,\"a\":\"\\u0007\"}],\"Alpha\":false,"
        "\"Connect_ContactId\":\"" ID "\",\"Flag_Odd\":true,\"Live_Partition\":\"LIVE#3\","
        "\"Gamma\":\"x\"}");
    assert_string_equal(text_of(&record, RECORD_STORED),
                        "{\"Alpha\":false,\"Chain_Root\":\"" ID "\",\"Connect_ContactId\":\"" ID
                        "\",\"Flag_Odd\":\"true\",\"Gamma\":\"x\",\"Stamps\":{},"
                        "\"zeta\":[1,{\"a\":\"\\u0007\",\"b\":null}]}");
    struct record copy;
    record_copy(&copy, &record);
    assert_string_equal(text_of(&copy, RECORD_STORED), text_of(&record, RECORD_STORED));
    assert_false(record_join(&copy, &record));
    record_free(&copy);
    record_free(&record);
}

static void what_is_derived_is_not_believed(void **state)
{
    (void)state;
    struct record record =
        read_text("{\"Stamps\":{},\"Connect_ContactId\":\"" ID "\",\"Flag_Abandoned\":true,"
                  "\"Flag_Transferred\":true,\"Chain_Root\":\"elsewhere\",\"Flag_Queued\":false}");
    assert_string_equal(text_of(&record, RECORD_STORED),
                        "{\"Chain_Root\":\"" ID "\",\"Connect_ContactId\":\"" ID
                        "\",\"Stamps\":{}}");
    record_free(&record);
}

static void wrong_types_are_passed_over(void **state)
{
    (void)state;
    struct record record = read_text(
        "{\"Stamps\":{\"Status\":-1,\"Connect_Channel\":1.5,\"Customer_Identifier\":"
        "9007199254740992,"
        "\"Connect_InstanceArn\":\"7\"},\"Connect_ContactId\":\"" ID "\",\"Status\":\"QUEUED\","
        "\"Connect_Channel\":\"CHAT\",\"Customer_Identifier\":\"C\",\"Connect_InstanceArn\":\"i\","
        "\"Connect_queueInfo\":\"text\",\"Connect_agentInfo\":{},\"Connect_InitiationMethod\":7,"
        "\"Connect_Latest_Contactflow\":{\"Parameters\":{}},\"Connect_initialContactId\":\"" ID
        "\","
        "\"Connect_disconnectTimestamp\":\"yesterday\",\"Attributes\":[1],\"Timestamps\":{"
        "\"eventbridge\":5},"
        "\"initiationTimestamp\":{},\"Version\":-3,\"Updated_At\":1e300,\"DDB_ExpiryEpoch\":"
        "\"soon\","
        "\"Flag_Ended\":\"true\",\"History\":{}}");
    assert_string_equal(
        text_of(&record, RECORD_STORED),
        "{\"Chain_Root\":\"" ID "\",\"Connect_Channel\":\"CHAT\",\"Connect_ContactId\":\"" ID
        "\",\"Connect_InstanceArn\":\"i\",\"Customer_Identifier\":\"C\",\"Stamps\":{},"
        "\"Status\":\"QUEUED\"}");
    record_free(&record);
}

static void what_is_no_record_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"{}", "[]", "7", "{\"Connect_ContactId\":7}",
                                      "{\"Connect_ContactId\":\"\"}"};
    struct record record;
    struct err err = {""};
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        const cJSON *item = json_parse(&arena, bad[i], strlen(bad[i]), NULL);
        assert_false(record_read(&record, &arena, item, NULL, &err));
        assert_null(record.contact_id);
    }
    const char *text = arena_printf(&arena, "{\"Connect_ContactId\":\"%0257d\"}", 1);
    assert_false(
        record_read(&record, &arena, json_parse(&arena, text, strlen(text), NULL), NULL, &err));
    assert_non_null(strstr(err.text, "256"));
}

/* Seven contact events with real lengths, flow logs, three attributes, a customer, a flag set by
 * the flow. */
static struct record typical_contact(void)
{
    static const char *const type[] = {"INITIATED",          "CONNECTED_TO_SYSTEM",  "QUEUED",
                                       "CONNECTED_TO_AGENT", "CONTACT_DATA_UPDATED", "DISCONNECTED",
                                       "COMPLETED"};
    static const char *const attribute[][2] = {
        {"language", "en-GB"}, {"tier", "gold"}, {"authenticated", "true"}};
    struct record record;
    record_init(&record, ID);
    for (int i = 0; i < (int)ARRAY_SIZE(type); i++) {
        struct event event = make_contact_event(ID, type[i], T + i * 1000);
        event.contact.channel = "VOICE";
        event.contact.method = "INBOUND";
        event.contact.initiated = T;
        event.contact.instance_arn = INSTANCE;
        event.contact.queue_info =
            i < 2 ? NULL
                  : make_queue_info(&arena, INSTANCE "/queue/b1111a60-0000-4000-8000-000000000001",
                                    T + 2000);
        event.contact.agent_info =
            i < 3 ? NULL
                  : make_agent_info(&arena, INSTANCE "/agent/a6e00001-0000-4000-8000-000000000003",
                                    T + 3000);
        event.contact.disconnected = i < 5 ? INSTANT_NONE : T + 5000;
        record_apply(&record, &event);
    }
    for (size_t i = 0; i < ARRAY_SIZE(attribute); i++) {
        struct event event = make_attribute(ID, attribute[i][0], attribute[i][1], T + 1500);
        event.flow.flow_id = INSTANCE "/contact-flow/f10e0001-0000-4000-8000-000000000002";
        event.flow.flow_name = "Main inbound";
        event.flow.block_id = "103b9bc6-d842-4fbd-984d-75cc7fbb0785";
        record_apply(&record, &event);
    }
    struct event lambda = make_flow_lambda(
        &arena, ID, "{\"Customer_Identifier\":\"+442079460123\",\"Flag_VIP\":\"yes\"}", T + 1600);
    record_apply(&record, &lambda);
    record.version = 20;
    record.updated_at = record.last_receipt = T + 9000;
    record.expiry = record_expiry(&record, DAY_MS);
    return record;
}

static void a_typical_record_is_at_most_2_kb(void **state)
{
    (void)state;
    struct record record = typical_contact();
    size_t size = strlen(text_of(&record, RECORD_STORED));
    print_message("a typical record: %zu bytes of JSON\n", size);
    assert_true(size <= 2048);
    record_free(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(members_are_the_originals, reset),
        cmocka_unit_test_setup(history_is_put_in_its_place, reset),
        cmocka_unit_test_setup(strangers_are_kept, reset),
        cmocka_unit_test_setup(what_is_derived_is_not_believed, reset),
        cmocka_unit_test_setup(wrong_types_are_passed_over, reset),
        cmocka_unit_test_setup(what_is_no_record_is_refused, reset),
        cmocka_unit_test_setup(a_typical_record_is_at_most_2_kb, reset),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
