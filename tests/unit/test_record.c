/* The fold: registers, Status, flags. */
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

#define ID       "8b6c3e87-a3d5-46d6-b8bf-3aa1def785b2"
#define OTHER_ID "edfcdfa6-358e-4594-981a-adeab87a8cc5"

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

static const char *text_of(const struct record *record, enum record_form form)
{
    struct buf out = {0};
    record_write(&out, record, form);
    const char *text = arena_strdup(&arena, buf_str(&out));
    buf_free(&out);
    return text;
}

static const char *status_of(const struct event *events, size_t count)
{
    struct record record = make_record(ID, events, count);
    const char *status = arena_strdup(&arena, value(&record, FIELD_STATUS));
    record_free(&record);
    return status;
}

static void status_is_by_terminal_then_time_then_rank(void **state)
{
    (void)state;
    const struct event tie[] = {make_contact_event(ID, "QUEUED", T),
                                make_contact_event(ID, "INITIATED", T),
                                make_contact_event(ID, "CONNECTED_TO_SYSTEM", T)};
    assert_string_equal(status_of(tie, 3), "QUEUED");
    const struct event late[] = {make_contact_event(ID, "COMPLETED", T),
                                 make_contact_event(ID, "DISCONNECTED", T + 1),
                                 make_contact_event(ID, "QUEUED", T + 9000)};
    assert_string_equal(status_of(late, 3), "COMPLETED");
    const struct event again[] = {make_contact_event(ID, "CONNECTED_TO_AGENT", T),
                                  make_contact_event(ID, "PAUSED", T + 5),
                                  make_contact_event(ID, "RESUMED", T + 9)};
    assert_string_equal(status_of(again, 3), "RESUMED");
}

/* Defect 8: by whole seconds COMPLETED and its DISCONNECTED are one moment, and the last to come
 * won. */
static void completed_and_disconnected_of_one_second(void **state)
{
    (void)state;
    struct event event[] = {make_contact_event(ID, "COMPLETED", T / 1000 * 1000),
                            make_contact_event(ID, "DISCONNECTED", T)};
    assert_string_equal(status_of(event, 2), "COMPLETED");
}

static void data_events_update_data_not_status(void **state)
{
    (void)state;
    static const char *const type[] = {"CONTACT_DATA_UPDATED", "AMD_DISABLED", "SOMETHING_NEW"};
    for (size_t i = 0; i < ARRAY_SIZE(type); i++) {
        struct event event[] = {make_contact_event(ID, "QUEUED", T),
                                make_contact_event(ID, type[i], T + 10)};
        event[1].contact.customer_id = "CRM-7";
        event[1].contact.disconnected = T + 4;
        struct record record = make_record(ID, event, 2);
        assert_string_equal(value(&record, FIELD_STATUS), "QUEUED");
        assert_string_equal(value(&record, FIELD_CUSTOMER), "CRM-7");
        assert_true(record.flags & FLAG_ENDED);
        assert_true(record.last[LOGTYPE_CONTACT] == T + 10);
        record_free(&record);
    }
}

static void registers_hold_the_greatest_stamp(void **state)
{
    (void)state;
    struct event event[] = {make_contact_event(ID, "QUEUED", T),
                            make_contact_event(ID, "QUEUED", T + 500),
                            make_contact_event(ID, "DISCONNECTED", INSTANT_NONE)};
    event[0].contact.queue_info = make_queue_info(&arena, "arn:q/first", T);
    event[1].contact.queue_info = make_queue_info(&arena, "arn:q/second", T + 500);
    event[1].contact.channel = "CHAT";
    struct record record = make_record(ID, event, 3);
    assert_non_null(strstr(value(&record, FIELD_QUEUE_INFO), "arn:q/second"));
    assert_true(record.field[FIELD_QUEUE_INFO].stamp == stamp_pack(0, T + 500, LIFECYCLE_QUEUED));
    assert_string_equal(value(&record, FIELD_STATUS), "DISCONNECTED");
    /* An event without a time says what others do not, and loses to any that has one. */
    struct event untimed = make_contact_event(ID, "RESUMED", INSTANT_NONE);
    untimed.contact.channel = "VOICE";
    untimed.contact.method = "INBOUND";
    record_apply(&record, &untimed);
    assert_string_equal(value(&record, FIELD_CHANNEL), "CHAT");
    assert_string_equal(value(&record, FIELD_METHOD), "INBOUND");
    record_free(&record);
}

static void ties_go_to_the_greater_bytes(void **state)
{
    (void)state;
    struct event a = make_contact_event(ID, "INITIATED", T), b = a;
    a.contact.channel = "CHAT";
    b.contact.channel = "CHATX";
    const struct event one[] = {a, b}, two[] = {b, a};
    struct record x = make_record(ID, one, 2), y = make_record(ID, two, 2);
    assert_string_equal(value(&x, FIELD_CHANNEL), "CHATX");
    assert_string_equal(text_of(&x, RECORD_CANONICAL), text_of(&y, RECORD_CANONICAL));
    record_free(&x);
    record_free(&y);
}

static void nothing_never_takes_part(void **state)
{
    (void)state;
    struct event event = make_contact_event(ID, "INITIATED", T);
    event.contact.channel = "";
    event.contact.queue_info = "{}";
    event.contact.previous_id = ID;
    event.contact.initial_id = OTHER_ID;
    struct record record = make_record(ID, &event, 1);
    assert_null(value(&record, FIELD_CHANNEL));
    assert_null(value(&record, FIELD_QUEUE_INFO));
    assert_null(value(&record, FIELD_PREVIOUS_ID));
    assert_null(value(&record, FIELD_METHOD));
    assert_string_equal(value(&record, FIELD_INITIAL_ID), OTHER_ID);
    assert_true(record.initiated == INSTANT_NONE);
    record_free(&record);
}

/* Defects 1 and 2: an event with an initialContactId, and a flow log before any contact event. */
static void a_record_starts_from_any_event(void **state)
{
    (void)state;
    struct event flow = make_flow_log(ID, "PlayPrompt", T),
                 moved = make_contact_event(ID, "QUEUED", T - 5);
    flow.flow.instance_arn = "arn:aws:connect:eu-west-2:111122223333:instance/from-a-flow";
    moved.contact.initial_id = OTHER_ID;
    moved.contact.previous_id = OTHER_ID;
    struct record record = make_record(ID, &flow, 1);
    assert_string_equal(record_chain_root(&record), ID);
    assert_true(record_started(&record) == T);
    assert_string_equal(value(&record, FIELD_INSTANCE), flow.flow.instance_arn);
    record_apply(&record, &moved);
    assert_string_equal(record_chain_root(&record), OTHER_ID);
    assert_string_equal(value(&record, FIELD_PREVIOUS_ID), OTHER_ID);
    assert_true(record_started(&record) == T - 5);
    moved.contact.instance_arn = "arn:aws:connect:eu-west-2:111122223333:instance/from-an-event";
    moved.contact.initiated = T - 1;
    record_apply(&record, &moved);
    assert_string_equal(value(&record, FIELD_INSTANCE), moved.contact.instance_arn);
    assert_true(record_started(&record) == T - 1);
    record_free(&record);
}

/* Defect 6: a second delivery, of any event, changes nothing and says so. */
static void repetition_changes_nothing(void **state)
{
    (void)state;
    struct event event[] = {make_contact_event(ID, "QUEUED", T),
                            make_flow_log(ID, "PlayPrompt", T + 1),
                            make_attribute(ID, "Tier", "gold", T + 2),
                            make_flow_lambda(&arena, ID, "{\"Flag_VIP\":\"yes\"}", T + 3)};
    struct record record = make_record(ID, event, ARRAY_SIZE(event));
    for (size_t i = 0; i < ARRAY_SIZE(event); i++)
        assert_false(record_apply(&record, &event[i]));
    record_free(&record);
}

/* Defect 7: as text …41Z sorts behind …41.999Z. */
static void newest_is_by_time_not_by_text(void **state)
{
    (void)state;
    int64_t whole, fraction;
    assert_true(instant_parse("2023-01-10T16:33:41Z", &whole));
    assert_true(instant_parse("2023-01-10T16:33:41.999Z", &fraction));
    const struct event event[] = {make_contact_event(ID, "CONNECTED_TO_AGENT", fraction),
                                  make_contact_event(ID, "QUEUED", whole)};
    struct record record = make_record(ID, event, 2);
    assert_string_equal(value(&record, FIELD_STATUS), "CONNECTED_TO_AGENT");
    assert_non_null(strstr(text_of(&record, RECORD_CANONICAL),
                           "\"Timestamps\":{\"eventbridge\":\"2023-01-10T16:33:41.999Z\"}"));
    record_free(&record);
}

static void initiation_is_the_earliest_seen(void **state)
{
    (void)state;
    struct event event[] = {make_contact_event(ID, "QUEUED", T + 9),
                            make_contact_event(ID, "INITIATED", T)};
    event[0].contact.initiated = T + 1;
    event[1].contact.initiated = T;
    struct record record = make_record(ID, event, 2);
    assert_true(record.initiated == T);
    record_free(&record);
}

static uint32_t flags_of(struct event event)
{
    struct record record = make_record(ID, &event, 1);
    uint32_t flags = record.flags;
    record_free(&record);
    return flags;
}

static void flags_rise_from_what_an_event_carries(void **state)
{
    (void)state;
    struct event data = make_contact_event(ID, "CONTACT_DATA_UPDATED", T);
    assert_int_equal(flags_of(data), 0);
    data.contact.enqueued = T;
    assert_int_equal(flags_of(data), FLAG_QUEUED);
    data.contact.connected_to_agent = T;
    assert_int_equal(flags_of(data), FLAG_QUEUED | FLAG_AGENT);
    assert_int_equal(flags_of(make_contact_event(ID, "DISCONNECTED", T)), FLAG_ENDED);
    assert_int_equal(flags_of(make_contact_event(ID, "COMPLETED", T)), FLAG_ENDED);
    struct event callback = make_contact_event(ID, "INITIATED", T);
    callback.contact.method = "CALLBACK";
    assert_int_equal(flags_of(callback), FLAG_CALLBACK);
    struct event log = make_flow_log(ID, "CreateCallback", T);
    log.entry.marks = MARK_CALLBACK;
    assert_int_equal(flags_of(log), FLAG_CALLBACK);
    log.entry.marks = MARK_ERROR | MARK_LAMBDA | MARK_LAMBDA_ERROR;
    assert_int_equal(flags_of(log), FLAG_ERROR | FLAG_LAMBDA_ERROR);
}

static void observations_are_not_changes(void **state)
{
    (void)state;
    struct event event = make_contact_event(ID, "QUEUED", T);
    struct record record = make_record(ID, &event, 1), seen;
    record_copy(&seen, &record);
    seen.version = 7;
    seen.updated_at = T;
    seen.expiry = T / 1000;
    seen.last_receipt = T + 5;
    assert_false(record_join(&record, &seen));
    assert_true(record.version == 7 && record.last_receipt == T + 5);
    assert_null(strstr(text_of(&record, RECORD_CANONICAL), "Version"));
    assert_non_null(strstr(text_of(&record, RECORD_STORED), "\"Version\":7"));
    record_free(&record);
    record_free(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(status_is_by_terminal_then_time_then_rank, reset),
        cmocka_unit_test_setup(completed_and_disconnected_of_one_second, reset),
        cmocka_unit_test_setup(data_events_update_data_not_status, reset),
        cmocka_unit_test_setup(registers_hold_the_greatest_stamp, reset),
        cmocka_unit_test_setup(ties_go_to_the_greater_bytes, reset),
        cmocka_unit_test_setup(nothing_never_takes_part, reset),
        cmocka_unit_test_setup(a_record_starts_from_any_event, reset),
        cmocka_unit_test_setup(repetition_changes_nothing, reset),
        cmocka_unit_test_setup(newest_is_by_time_not_by_text, reset),
        cmocka_unit_test_setup(initiation_is_the_earliest_seen, reset),
        cmocka_unit_test_setup(flags_rise_from_what_an_event_carries, reset),
        cmocka_unit_test_setup(observations_are_not_changes, reset),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
