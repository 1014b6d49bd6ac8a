/* The fold of what flows say: the newest log, attributes, parameters put on the record. */
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

static const int64_t T = INT64_C(1673368405627); /* 2023-01-10T16:33:25.627Z */

static struct arena arena;

static int reset(void **state)
{
    (void)state;
    arena_reset(&arena);
    return 0;
}

static const char *value(const struct record *record, enum record_field field)
{
    return record->field[field].value;
}

static const char *text_of(const struct record *record)
{
    struct buf out = {0};
    record_write(&out, record, RECORD_CANONICAL);
    const char *text = arena_strdup(&arena, buf_str(&out));
    buf_free(&out);
    return text;
}

static void latest_flow_is_small_and_whole(void **state)
{
    (void)state;
    struct event log = make_flow_log(ID, "GetUserInput", T);
    char *results = arena_zero(&arena, 1000);
    memset(results, '"', 999);
    log.flow.flow_id = "arn:aws:connect:eu-west-2:111122223333:instance/i/contact-flow/f";
    log.flow.flow_name = "Main";
    log.flow.run_id = "arn:aws:connect:eu-west-2:111122223333:instance/i/contact-flow/outer";
    log.flow.block_id = "ask";
    log.flow.results = results;
    struct record record = make_record(ID, &log, 1);
    const char *text = value(&record, FIELD_LATEST_FLOW);
    const cJSON *flow = json_parse(&arena, text, strlen(text), NULL);
    assert_string_equal(json_text(flow, "ContactFlowId"), log.flow.flow_id);
    assert_string_equal(json_text(flow, "ContactFlowName"), "Main");
    assert_string_equal(json_text(flow, "ContactFlowModuleType"), "GetUserInput");
    assert_string_equal(json_text(flow, "ContactId"), ID);
    assert_string_equal(json_text(flow, "Flow_Run"), log.flow.run_id);
    assert_string_equal(json_text(flow, "Identifier"), "ask");
    assert_string_equal(json_text(flow, "LogType"), "ContactFlowLog");
    assert_string_equal(json_text(flow, "Timestamp"), "2023-01-10T16:33:25.627Z");
    assert_int_equal(strlen(json_text(flow, "Results")), 256);
    struct buf canonical = {0};
    json_canonical(&canonical, flow, NULL);
    assert_string_equal(canonical.data, text);
    buf_free(&canonical);
    record_free(&record);
}

static const struct named_reg *attribute(const struct record *record, const char *name)
{
    for (uint32_t i = 0; i < record->attributes.count; i++)
        if (strcmp(record->attributes.item[i].name, name) == 0)
            return &record->attributes.item[i];
    return NULL;
}

static void attributes_are_cut_at_a_character(void **state)
{
    (void)state;
    char *euros = arena_zero(&arena, 301);
    for (int i = 0; i < 300; i += 3)
        memcpy(euros + i, "\xE2\x82\xAC", 3);
    const struct event event[] = {make_attribute(ID, "Sum", euros, T),
                                  make_attribute(ID, "Tier", "gold", T),
                                  make_attribute(ID, "Tier", "", T + 1)};
    struct record record = make_record(ID, event, 3);
    assert_int_equal(strlen(attribute(&record, "Sum")->reg.value), 255);
    assert_string_equal(attribute(&record, "Tier")->reg.value,
                        ""); /* a flow may clear what it set */
    record_free(&record);
}

static void the_first_64_names_are_kept(void **state)
{
    (void)state;
    struct record record;
    record_init(&record, ID);
    for (int i = 99; i >= 0; i--) {
        struct event event = make_attribute(ID, arena_printf(&arena, "n%02d", i), "v", T + i);
        record_apply(&record, &event);
    }
    assert_int_equal(record.attributes.count, ATTRIBUTES_MAX);
    assert_string_equal(record.attributes.item[0].name, "n00");
    assert_string_equal(record.attributes.item[ATTRIBUTES_MAX - 1].name, "n63");
    struct event beyond = make_attribute(ID, "n64", "v", T + 500),
                 same = make_attribute(ID, "n63", "w", T + 600);
    record_apply(&record, &beyond);
    record_apply(&record, &same);
    assert_null(attribute(&record, "n64"));
    assert_string_equal(attribute(&record, "n63")->reg.value, "w");
    record_free(&record);
}

/* Defects 3 and 9: what a flow puts on the record arrives, the customer identifier included. */
static void a_flow_puts_parameters_on_the_record(void **state)
{
    (void)state;
    struct event event = make_flow_lambda(
        &arena, ID,
        "{\"Customer_Identifier\":\"C-42\",\"Flag_VIP\":\"yes\",\"Tier\":\"gold\","
        "\"Flag_Queued\":\"true\",\"Status\":\"X\",\"History\":\"x\",\"Flag_\":\"f\"}",
        T);
    struct record record = make_record(ID, &event, 1);
    assert_string_equal(value(&record, FIELD_CUSTOMER), "C-42");
    assert_int_equal(record.flags_set.count, 1);
    assert_string_equal(record.flags_set.item[0].name, "Flag_VIP");
    assert_string_equal(attribute(&record, "Tier")->reg.value, "gold");
    assert_non_null(attribute(&record, "Flag_"));
    assert_int_equal(record.attributes.count, 2);
    assert_int_equal(record.flags, 0);
    assert_null(value(&record, FIELD_STATUS));
    assert_non_null(strstr(text_of(&record), "\"Flag_VIP\":\"yes\""));
    record_free(&record);
}

static void every_key_of_the_record_is_reserved(void **state)
{
    (void)state;
    for (int i = 0; i < FIELD_COUNT; i++)
        assert_true(record_reserved(record_field_key[i]));
    static const char *const more[] = {"Attributes",
                                       "Chain_Root",
                                       "Connect_ContactId",
                                       "DDB_ExpiryEpoch",
                                       "Flag_Abandoned",
                                       "Flag_Callback",
                                       "Flag_Connected_To_Agent",
                                       "Flag_Ended",
                                       "Flag_Error",
                                       "Flag_Lambda_Error",
                                       "Flag_Queued",
                                       "Flag_Transferred",
                                       "History",
                                       "Last_Receipt",
                                       "Live_Partition",
                                       "Stamps",
                                       "Started_At",
                                       "Timestamps",
                                       "Updated_At",
                                       "Version",
                                       "initiationTimestamp"};
    for (size_t i = 0; i < ARRAY_SIZE(more); i++)
        assert_true(record_reserved(more[i]));
    assert_int_equal(FIELD_COUNT + ARRAY_SIZE(more), 35);
    assert_false(record_reserved("Flag_VIP"));
    assert_false(record_reserved(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(latest_flow_is_small_and_whole, reset),
        cmocka_unit_test_setup(attributes_are_cut_at_a_character, reset),
        cmocka_unit_test_setup(the_first_64_names_are_kept, reset),
        cmocka_unit_test_setup(a_flow_puts_parameters_on_the_record, reset),
        cmocka_unit_test_setup(every_key_of_the_record_is_reserved, reset),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
