/* insert: what a flow's parameters become, what is refused, and what the flow is answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/dynamodb_fixture.h"
#include "support/function.h"
#include "support/sqlite_file.h"
#include "support/store_fixture.h"

#define INSTANCE                                                                                   \
    "arn:aws:connect:eu-west-2:111122223333:instance/5e11c0de-0000-4000-8000-0000000000aa"
#define BILLING INSTANCE "/queue/b1111a60-0000-4000-8000-000000000001"
#define ID      "f10e0000-0000-4000-8000-000000000001"

static struct function insert;

static int begin(void **state)
{
    (void)state;
    sqlite_file_fresh();
    function_open(&insert, &lambda_insert, sqlite_file_spec, NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    function_close(&insert);
    return 0;
}

static const cJSON *call(const char *data, const char *parameters)
{
    return function_call(&insert, function_event(&insert, ID, data, parameters));
}

static void expect(const cJSON *answer, const char *result, const char *written)
{
    assert_non_null(answer);
    if (strcmp(function_said(answer, "result"), result) != 0)
        fail_msg("%s", insert.answer.data);
    assert_string_equal(function_said(answer, "written"), written);
}

/* The stored contact, and its entries; false when there is none. */
struct seen {
    struct record record;
    struct history history;
    struct arena arena;
};
static bool see(struct seen *seen, const char *id)
{
    bool found = false;
    struct err err = {""};
    *seen = (struct seen){.history = {0}};
    struct store *store = sqlite_file_open(&(struct store_options){.read_only = true}, &err);
    if (!store)
        fail_msg("%s", err.text);
    assert_true(store_get(store, id, &seen->arena, &seen->record, &seen->history, &found, &err));
    store_close(store);
    return found;
}

static void forget(struct seen *seen)
{
    record_free(&seen->record);
    history_free(&seen->history);
    arena_free(&seen->arena);
}

static const char *value(const struct seen *seen, enum record_field field)
{
    const char *text = seen->record.field[field].value;
    return text ? text : "";
}

static const char *named(const struct reg_list *list, const char *name)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (strcmp(list->item[i].name, name) == 0)
            return list->item[i].reg.value;
    return "";
}

static void parameters_become_attributes_flags_and_the_customer(void **state)
{
    (void)state;
    expect(call(",\"Channel\":\"voice\"",
                "{\"tier\":\"gold\",\"Flag_VIP\":\"yes\",\"Customer_Identifier\":\" C-7 \"}"),
           "OK", "3");
    assert_string_equal(
        function_said(json_parse(&insert.arena, insert.answer.data, insert.answer.length, NULL),
                      "customerKnown"),
        "true");
    struct seen seen;
    assert_true(see(&seen, ID));
    assert_string_equal(named(&seen.record.attributes, "tier"), "gold");
    assert_string_equal(named(&seen.record.flags_set, "Flag_VIP"), "yes");
    assert_string_equal(value(&seen, FIELD_CUSTOMER), "C-7");
    assert_string_equal(value(&seen, FIELD_CHANNEL), "VOICE");
    assert_int_equal(seen.history.count, 1);
    assert_int_equal(seen.history.entry[0].type, LOGTYPE_LAMBDA);
    forget(&seen);
}

/* Defect 3 of the original: it read parameters['parameter'], and failed with every call. */
static void a_call_without_that_parameter_is_no_error(void **state)
{
    (void)state;
    expect(call("", "{}"), "OK", "0");
    expect(call("", "{\"parameter\":\"x\"}"), "OK", "1");
    expect(function_call(&insert, "{\"Details\":{\"ContactData\":{\"ContactId\":\"" ID "\"}}}"),
           "OK", "0");
    expect(call("", "null"), "OK", "0");
}

static void numbers_and_booleans_become_texts(void **state)
{
    (void)state;
    expect(call("", "{\"n\":12.5,\"big\":1234567,\"yes\":true,\"no\":false,\"none\":null}"), "OK",
           "4");
    struct seen seen;
    assert_true(see(&seen, ID));
    assert_string_equal(named(&seen.record.attributes, "n"), "12.5");
    assert_string_equal(named(&seen.record.attributes, "big"), "1234567");
    assert_string_equal(named(&seen.record.attributes, "yes"), "true");
    assert_string_equal(named(&seen.record.attributes, "no"), "false");
    assert_int_equal(seen.record.attributes.count, 4);
    forget(&seen);
}

static char *many(const char *format, unsigned count)
{
    struct buf text = {0};
    for (unsigned i = 0; i < count; i++) {
        buf_char(&text, i ? ',' : '{');
        buf_printf(&text, "\"a%u\":", i);
        buf_text(&text, format);
    }
    buf_char(&text, '}');
    return buf_take(&text);
}

static char *long_text(const char *before, size_t length, const char *after)
{
    struct buf text = {0};
    buf_text(&text, before);
    buf_pad(&text, 'x', length);
    buf_text(&text, after);
    return buf_take(&text);
}

static void a_refused_parameter_means_that_nothing_is_written(void **state)
{
    (void)state;
    char *half = long_text("\"", 600, "\"");
    char *texts[] = {
        mem_strdup("{\"tier\":\"gold\",\"Status\":\"COMPLETED\"}"),
        mem_strdup("{\"tier\":\"gold\",\"Flag_Queued\":\"true\"}"),
        mem_strdup("{\"tier\":\"gold\",\"History\":\"[]\"}"),
        mem_strdup("{\"tier\":\"gold\",\"Version\":\"9\"}"),
        mem_strdup("{\"tier\":\"gold\",\"list\":[1]}"),
        mem_strdup("{\"tier\":\"gold\",\"map\":{\"a\":\"b\"}}"),
        mem_strdup("{\"tier\":\"gold\",\"\":\"b\"}"),
        many("\"x\"", 65),
        long_text("{\"", 257, "\":\"b\"}"),
        long_text("{\"a\":\"", 4097, "\"}"),
        long_text("{\"Customer_Identifier\":\"", 257, "\"}"),
        many(half, 60), /* more than 32 KiB in all */
    };
    expect(function_call(&insert, function_event(&insert, "other", "", "{}")), "OK", "0");
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        const cJSON *answer = call(",\"Channel\":\"VOICE\"", texts[i]);
        expect(answer, "REFUSED", "0");
        assert_true(*function_said(answer, "reason"));
        free(texts[i]);
    }
    free(half);
    struct seen seen;
    assert_false(see(&seen, ID));
    arena_free(&seen.arena);
}

static void the_answer_names_what_is_refused(void **state)
{
    (void)state;
    const cJSON *answer =
        call("", "{\"Status\":\"x\",\"tier\":\"gold\",\"Connect_Channel\":\"VOICE\"}");
    assert_string_equal(function_said(answer, "refused"), "Status,Connect_Channel");
    assert_string_equal(function_said(answer, "reason"), "a name that the record keeps for itself");
}

static void the_largest_that_fits_is_taken(void **state)
{
    (void)state;
    char *value = long_text("{\"a\":\"", 4096, "\"}"), *count = many("\"x\"", 64);
    expect(call("", value), "OK", "1");
    expect(call("", count), "OK", "64");
    free(value);
    free(count);
}

#define FROM(address) ",\"CustomerEndpoint\":{\"Address\":\"" address "\"}"

static void expect_customer(const char *data, const char *parameters, const char *customer)
{
    struct seen seen;
    char id[48];
    static unsigned n;
    snprintf(id, sizeof(id), "customer-%u", n++);
    expect(function_call(&insert, function_event(&insert, id, data, parameters)), "OK",
           strstr(parameters, "C-1") ? "1" : "0");
    assert_true(see(&seen, id));
    assert_string_equal(value(&seen, FIELD_CUSTOMER), customer);
    forget(&seen);
}

static void who_the_customer_is(void **state)
{
    (void)state;
    expect_customer(FROM("+1555"), "{}", "+1555");
    expect_customer(FROM(" +1555 "), "{\"Customer_Identifier\":\"C-1\"}", "C-1");
    expect_customer(FROM("\t+1 555\\n"), "{}", "+1 555");
    expect_customer(FROM("anonymous"), "{}", "");
    expect_customer(FROM("Anonymous"), "{}", "");
    expect_customer(FROM(""), "{}", "");
    expect_customer(FROM("anonymous") ",\"CustomerId\":\"p-1\"", "{}", "p-1");
    expect_customer(FROM("+1555") ",\"CustomerId\":\"p-1\"", "{}", "+1555");
    expect_customer(",\"CustomerEndpoint\":null", "{}", "");
    /* A number that looks like a card is still a customer. */
    expect_customer(FROM("+4111111111111111"), "{}", "+4111111111111111");
}

/* A caller who withheld the number must not become the customer "anonymous" by a parameter. */
static void a_parameter_that_names_nobody_is_left_out(void **state)
{
    (void)state;
    static const char *const nobody[] = {"", " ", "anonymous"};
    for (size_t i = 0; i < ARRAY_SIZE(nobody); i++) {
        char parameters[96];
        struct seen seen;
        snprintf(parameters, sizeof(parameters), "{\"Customer_Identifier\":\"%s\"}", nobody[i]);
        const cJSON *answer = call("", parameters);
        expect(answer, "OK", "0");
        assert_string_equal(function_said(answer, "customerKnown"), "false");
        assert_true(see(&seen, ID));
        assert_string_equal(value(&seen, FIELD_CUSTOMER), "");
        forget(&seen);
    }
}

static void an_address_never_replaces_what_a_flow_said(void **state)
{
    (void)state;
    struct seen seen;
    call(FROM("+1555"), "{\"Customer_Identifier\":\"C-1\"}");
    call(FROM("+1555"), "{\"tier\":\"gold\"}");
    assert_true(see(&seen, ID));
    assert_string_equal(value(&seen, FIELD_CUSTOMER), "C-1");
    forget(&seen);
}

static void other_instances_are_refused(void **state)
{
    (void)state;
    static const char *const instances[] = {INSTANCE, NULL};
    insert.setup.decode.instances = instances;
    const cJSON *refused = call(",\"InstanceARN\":\"" INSTANCE "b\"", "{}");
    expect(refused, "REFUSED", "0");
    assert_non_null(strstr(function_said(refused, "reason"), "instance"));
    expect(call(",\"InstanceARN\":\"" INSTANCE "\"", "{}"), "OK", "0");
    expect(call("", "{}"), "OK", "0");
}

static void what_is_no_flow_event_fails_the_invocation(void **state)
{
    (void)state;
    static const char *const event[] = {
        "",
        "nonsense",
        "[]",
        "{}",
        "{\"Records\":[{\"eventSource\":\"aws:sqs\",\"body\":\"{}\",\"messageId\":\"m\"}]}",
        "{\"Details\":{}}",
        "{\"Details\":{\"ContactData\":null}}",
        "{\"Details\":{\"ContactData\":{\"Channel\":\"VOICE\"}}}",
        "{\"Details\":{\"ContactData\":{\"ContactId\":\"\"}}}",
    };
    for (size_t i = 0; i < ARRAY_SIZE(event); i++) {
        assert_null(function_call(&insert, event[i]));
        assert_string_equal(insert.fault.type, "Contactwatch.NotAFlowEvent");
        assert_true(*insert.fault.message);
    }
}

/* Nothing but the flow's own parameters gets onto a record. */
static void an_event_of_two_shapes_is_refused(void **state)
{
    (void)state;
    expect(function_call(&insert, "{\"Details\":{\"ContactData\":{\"ContactId\":\"" ID "\"},"
                                  "\"Parameters\":{}},\"source\":\"aws.connect\",\"detail\":{"
                                  "\"contactId\":\"" ID "\",\"eventType\":\"COMPLETED\","
                                  "\"channel\":\"VOICE\"},\"detail-type\":\"Amazon Connect Contact "
                                  "Event\",\"time\":\"2026-01-01T00:00:00Z\"}"),
           "REFUSED", "0");
}

/* Each shape of the events of flows: what the record knows behind it. */
static void every_shape_of_event_works(void **state)
{
    (void)state;
    static const struct {
        const char *channel, *method, *initial, *queue, *customer, *attribute, *value;
    } known[] = {
        {"VOICE", "API", "", "{\"queueArn\":\"" BILLING "\"}", "+15550110001", NULL, NULL},
        {"VOICE", "INBOUND", "f10e0000-0000-4000-8000-0000000000f2", "", "+15550110002", NULL,
         NULL},
        {"VOICE", "OUTBOUND", "",
         "{\"queueArn\":\"" INSTANCE "/queue/b1111a60-0000-4000-8000-000000000002\"}",
         "+15550110003", NULL, NULL},
        {"VOICE", "INBOUND", "", "", "+15550110004", NULL, NULL},
        {"VOICE", "INBOUND", "", "{\"queueArn\":\"" BILLING "\"}", "+15550110005", NULL, NULL},
        {"VOICE", "API", "", "{\"queueArn\":\"" BILLING "\"}", "+15550110006", "Second", "two"},
        {"VOICE", "API", "", "", "", NULL, NULL},
        {"VOICE", "API", "", "", "+15550110008", "served", "false"},
        {"CHAT", "API", "", "", "", "phone", "+15550110009"},
        {"VOICE", "INBOUND", "", "", "+15550110010", NULL, NULL},
        {"EMAIL", "INBOUND", "", "", "profile-77", NULL, NULL},
    };
    char line[8192];
    size_t count = 0;
    FILE *file = fopen("tests/fixtures/flow_events.ndjson", "r");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file)) {
        const cJSON *event = json_get(json_parse(&insert.arena, line, strlen(line), NULL), "event");
        struct buf text = {0};
        struct seen seen;
        assert_true(count < ARRAY_SIZE(known));
        json_canonical(&text, event, NULL);
        const cJSON *answer = function_call(&insert, text.data);
        assert_string_equal(function_said(answer, "result"), "OK");
        assert_true(see(&seen, function_said(answer, "contactId")));
        assert_string_equal(value(&seen, FIELD_CHANNEL), known[count].channel);
        assert_string_equal(value(&seen, FIELD_METHOD), known[count].method);
        assert_string_equal(value(&seen, FIELD_INITIAL_ID), known[count].initial);
        assert_string_equal(value(&seen, FIELD_PREVIOUS_ID), "");
        assert_string_equal(value(&seen, FIELD_QUEUE_INFO), known[count].queue);
        assert_string_equal(value(&seen, FIELD_CUSTOMER), known[count].customer);
        if (known[count].attribute)
            assert_string_equal(named(&seen.record.attributes, known[count].attribute),
                                known[count].value);
        forget(&seen);
        buf_free(&text);
        count++;
    }
    fclose(file);
    assert_int_equal(count, ARRAY_SIZE(known));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(parameters_become_attributes_flags_and_the_customer),
        TEST(a_call_without_that_parameter_is_no_error),
        TEST(numbers_and_booleans_become_texts),
        TEST(a_refused_parameter_means_that_nothing_is_written),
        TEST(the_answer_names_what_is_refused),
        TEST(the_largest_that_fits_is_taken),
        TEST(who_the_customer_is),
        TEST(a_parameter_that_names_nobody_is_left_out),
        TEST(an_address_never_replaces_what_a_flow_said),
        TEST(other_instances_are_refused),
        TEST(what_is_no_flow_event_fails_the_invocation),
        TEST(an_event_of_two_shapes_is_refused),
        TEST(every_shape_of_event_works),
    };
    if (!sqlite_file_begin())
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    sqlite_file_end();
    return failed;
}
