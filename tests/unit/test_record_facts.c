/* What is derived from a record: abandoned, transferred, expiry, live or not, the typed view. */
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

/* A contact that was queued, perhaps answered, and ended. */
static struct record ended_contact(const char *channel, const char *method, bool queued,
                                   bool answered)
{
    struct event event = make_contact_event(ID, "DISCONNECTED", T);
    event.contact.channel = channel;
    event.contact.method = method;
    event.contact.initiated = T - 60000;
    event.contact.enqueued = queued ? T - 30000 : INSTANT_NONE;
    event.contact.connected_to_agent = answered ? T - 10000 : INSTANT_NONE;
    return make_record(ID, &event, 1);
}

static void abandoned_is_ended_queued_and_never_answered(void **state)
{
    (void)state;
    static const struct {
        const char *channel, *method;
        bool queued, answered, abandoned;
    } row[] = {
        {"VOICE", "INBOUND", true, false, true},   {"CHAT", "API", true, false, true},
        {"VOICE", "INBOUND", true, true, false},   {"VOICE", "INBOUND", false, false, false},
        {"VOICE", "CALLBACK", true, false, false}, {"TASK", "API", true, false, false},
        {"EMAIL", "INBOUND", true, false, false},  {NULL, "INBOUND", true, false, false},
    };
    for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
        struct record record =
            ended_contact(row[i].channel, row[i].method, row[i].queued, row[i].answered);
        struct record_facts facts;
        record_facts(&facts, &record, &arena);
        assert_int_equal(facts.abandoned, row[i].abandoned);
        record.flags &= ~(uint32_t)FLAG_ENDED;
        record_facts(&facts, &record, &arena);
        assert_false(facts.abandoned);
        record_free(&record);
    }
}

static void a_callback_logged_late_takes_abandoned_back(void **state)
{
    (void)state;
    struct record record = ended_contact("VOICE", "INBOUND", true, false);
    struct event log = make_flow_log(ID, "CreateCallback", T - 100);
    log.entry.marks = MARK_CALLBACK;
    struct buf out = {0};
    record_write(&out, &record, RECORD_CANONICAL);
    assert_non_null(strstr(out.data, "\"Flag_Abandoned\":true"));
    record_apply(&record, &log);
    buf_clear(&out);
    record_write(&out, &record, RECORD_CANONICAL);
    assert_null(strstr(out.data, "Flag_Abandoned"));
    buf_free(&out);
    record_free(&record);
}

/* What a key-press menu says to a chat is no error; what a bot or a call says to one is. */
static void a_menus_error_hangs_on_the_channel(void **state)
{
    (void)state;
    static const struct {
        const char *channel;
        uint16_t marks;
        bool error;
    } row[] = {{"CHAT", MARK_MENU_ERROR, false},
               {"chat", MARK_MENU_ERROR, false},
               {"VOICE", MARK_MENU_ERROR, true},
               {NULL, MARK_MENU_ERROR, true},
               {"CHAT", MARK_MENU_ERROR | MARK_BOT, true},
               {"CHAT", MARK_MENU_ERROR | MARK_ERROR, true},
               {"CHAT", MARK_ERROR, true},
               {"VOICE", MARK_BOT, false}};
    for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
        struct event log = make_flow_log(ID, "GetUserInput", T - 100);
        log.entry.marks = row[i].marks;
        struct record record = make_record(ID, &log, 1), again;
        struct record_facts facts;
        struct buf first = {0}, second = {0};
        record_write(&first, &record, RECORD_CANONICAL); /* stored before its channel was known */
        assert_true(record_read(&again, &arena, json_parse(&arena, first.data, first.length, NULL),
                                NULL, NULL));
        record_set(&again, FIELD_CHANNEL, stamp_pack(0, T, 1), row[i].channel);
        record_set(&record, FIELD_CHANNEL, stamp_pack(0, T, 1), row[i].channel);
        record_facts(&facts, &again, &arena);
        assert_int_equal(facts.error, row[i].error);
        buf_clear(&first);
        record_write(&first, &record, RECORD_CANONICAL);
        record_write(&second, &again, RECORD_CANONICAL);
        assert_string_equal(first.data, second.data);
        assert_int_equal(strstr(first.data, "Flag_Error\":true") != NULL, row[i].error);
        buf_free(&first);
        buf_free(&second);
        record_free(&record);
        record_free(&again);
    }
}

static void transferred_is_this_legs_method(void **state)
{
    (void)state;
    static const struct {
        const char *method;
        bool transferred;
    } row[] = {{"TRANSFER", true}, {"QUEUE_TRANSFER", true}, {"INBOUND", false}, {NULL, false}};
    for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
        struct record record = ended_contact("VOICE", row[i].method, true, true);
        struct record_facts facts;
        record_facts(&facts, &record, &arena);
        assert_int_equal(facts.transferred, row[i].transferred);
        record_free(&record);
    }
}

static void expiry_is_rounded_up_to_five_minutes(void **state)
{
    (void)state;
    struct record record = ended_contact("VOICE", "INBOUND", true, true);
    record.last_receipt = 1000 * 300 * SECOND_MS;
    assert_true(record_expiry(&record, 0) == 1000 * 300);
    record.last_receipt += 1;
    assert_true(record_expiry(&record, 0) == 1001 * 300);
    /* Defect 4: retention is in minutes, and handed in as ms. */
    assert_true(record_expiry(&record, 60 * MINUTE_MS) == 1001 * 300 + 3600);
    record_free(&record);
}

/* Defect 10: a contact that is still open must not expire before its channel's longest life is
 * over. */
static void open_contacts_do_not_expire(void **state)
{
    (void)state;
    static const struct {
        const char *channel;
        int64_t life;
    } row[] = {{"VOICE", DAY_MS},      {"CHAT", 7 * DAY_MS}, {"TASK", 90 * DAY_MS},
               {"EMAIL", 90 * DAY_MS}, {"NEWKIND", DAY_MS},  {NULL, DAY_MS}};
    for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
        struct event event = make_contact_event(ID, "INITIATED", T);
        event.contact.channel = row[i].channel;
        event.contact.initiated = T;
        struct record record = make_record(ID, &event, 1);
        record.last_receipt = T;
        int64_t over = (T + row[i].life + HOUR_MS) / 1000;
        int64_t expiry = record_expiry(&record, HOUR_MS);
        assert_true(expiry >= over && expiry < over + 301 && expiry % 300 == 0);
        assert_true(record_is_live(&record, T + row[i].life));
        assert_false(record_is_live(&record, T + row[i].life + 1));
        struct event end = make_contact_event(ID, "DISCONNECTED", T + 1);
        record_apply(&record, &end);
        assert_true(record_expiry(&record, HOUR_MS) <= (T + HOUR_MS) / 1000 + 300);
        assert_false(record_is_live(&record, T + 2));
        record_free(&record);
    }
}

static void news_keeps_a_contact_live(void **state)
{
    (void)state;
    const struct event event[] = {make_contact_event(ID, "INITIATED", T),
                                  make_flow_log(ID, "Wait", T + 20 * HOUR_MS)};
    struct record record = make_record(ID, event, 2);
    assert_true(record_is_live(&record, T + 44 * HOUR_MS));
    assert_false(record_is_live(&record, T + 44 * HOUR_MS + 1));
    record_free(&record);
}

static void facts_are_typed(void **state)
{
    (void)state;
    struct event event = make_contact_event(ID, "COMPLETED", T);
    event.contact.channel = "VOICE";
    event.contact.method = "INBOUND";
    event.contact.queue_info = make_queue_info(&arena, "arn:q/billing", T - 9000);
    event.contact.agent_info = "{\"afterContactWorkDuration\":12,\"afterContactWorkEndTimestamp\":"
                               "\"2023-01-10T16:33:25.627Z\","
                               "\"agentArn\":\"arn:a/anne\",\"agentInitiatedHoldDuration\":3,"
                               "\"connectedToAgentTimestamp\":\"2023-01-10T16:33:20.000Z\"}";
    event.contact.disconnected = T - 1000;
    event.contact.connected_to_system = T - 8000;
    event.contact.initiated = T - 10000;
    struct event log = make_flow_log(ID, "PlayPrompt", T - 500);
    log.flow.flow_id = "arn:f/main";
    log.flow.flow_name = "Main";
    log.flow.block_id = "hello";
    const struct event all[] = {event, log};
    struct record record = make_record(ID, all, 2);
    struct record_facts facts;
    record_facts(&facts, &record, &arena);
    record_free(&record); /* what the facts point to is the arena's */
    assert_int_equal(facts.status, LIFECYCLE_COMPLETED);
    assert_true(facts.status_since == T && facts.newest == T);
    assert_string_equal(facts.channel, "VOICE");
    assert_string_equal(facts.method, "INBOUND");
    assert_string_equal(facts.queue_arn, "arn:q/billing");
    assert_string_equal(facts.queue_type, "STANDARD");
    assert_string_equal(facts.agent_arn, "arn:a/anne");
    assert_true(facts.enqueued == T - 9000 && facts.connected_to_agent == T - 5627);
    assert_true(facts.disconnected == T - 1000 && facts.connected_to_system == T - 8000);
    assert_true(facts.acw_end == T && facts.acw_ms == 12000 && facts.hold_ms == 3000);
    assert_string_equal(facts.flow_id, "arn:f/main");
    assert_string_equal(facts.flow_name, "Main");
    assert_string_equal(facts.block_type, "PlayPrompt");
    assert_string_equal(facts.block_id, "hello");
    assert_true(facts.flow_time == T - 500 && facts.initiated == T - 10000);
    assert_true(facts.ended && !facts.abandoned && !facts.transferred);
}

static void an_empty_record_has_facts_too(void **state)
{
    (void)state;
    struct record record;
    struct record_facts facts;
    record_init(&record, ID);
    record_facts(&facts, &record, &arena);
    assert_int_equal(facts.status, LIFECYCLE_NONE);
    assert_true(facts.hold_ms == -1 && facts.acw_ms == -1 && facts.newest == INSTANT_NONE);
    assert_null(facts.queue_arn);
    assert_false(record_is_live(&record, T));
    assert_true(record_started(&record) == INSTANT_NONE);
    record_free(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(abandoned_is_ended_queued_and_never_answered, reset),
        cmocka_unit_test_setup(a_callback_logged_late_takes_abandoned_back, reset),
        cmocka_unit_test_setup(a_menus_error_hangs_on_the_channel, reset),
        cmocka_unit_test_setup(transferred_is_this_legs_method, reset),
        cmocka_unit_test_setup(expiry_is_rounded_up_to_five_minutes, reset),
        cmocka_unit_test_setup(open_contacts_do_not_expire, reset),
        cmocka_unit_test_setup(news_keeps_a_contact_live, reset),
        cmocka_unit_test_setup(facts_are_typed, reset),
        cmocka_unit_test_setup(an_empty_record_has_facts_too, reset),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
