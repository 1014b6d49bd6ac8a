/* The functions that flows call, on DynamoDB: answers in time whatever happens, reads that stay
 * bounded, and both through the runtime loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/caretaker.h"
#include "contactwatch/dynamodb.h"
#include "contactwatch/log.h"
#include "fakes/fake_session.h"
#include "support/dynamodb_fixture.h"
#include "support/function.h"
#include "support/lambda_run.h"
#include "support/lookup_case.h"

#define SPEC     "dynamodb:" FIXTURE_TABLE
#define ORIGINAL "OriginalContacts"
#define CURRENT  "cccc0000-0000-4000-8000-000000000000"
#define FROM     ",\"Channel\":\"VOICE\",\"CustomerEndpoint\":{\"Address\":\"" CASE_CUSTOMER "\"}"

static const struct case_contact ended = {
    .id = "a", .began = 20, .ended = 10, .queue = CASE_BILLING, .agent = "ada"};

static struct function f;

static int begin(void **state)
{
    (void)state;
    log_set_stderr(false);
    dynamodb_fixture_fresh();
    function_open(&f, &lambda_lookup, SPEC, dynamodb_fixture_session());
    return 0;
}

static int end(void **state)
{
    (void)state;
    function_close(&f);
    return 0;
}

static const cJSON *look_up(void)
{
    return function_call(&f, function_event(&f, CURRENT, FROM, "{}"));
}

static void put_contacts(const struct case_contact *contact, size_t count)
{
    struct store *store = dynamodb_fixture_store(NULL);
    case_store(store, clock_now(NULL), contact, count);
    store_close(store);
}

static void expect(const cJSON *answer, const char *member, const char *text)
{
    assert_non_null(answer);
    if (strcmp(function_said(answer, member), text) != 0)
        fail_msg("%s is not '%s': %s", member, text, f.answer.data);
}

/* Every member is there in any answer, and nothing else. */
static void expect_members(const cJSON *answer)
{
    for (int i = 0; i < LOOKUP_MEMBER_COUNT; i++)
        function_said(answer, lookup_member_name[i]);
    assert_int_equal(cJSON_GetArraySize(answer), LOOKUP_MEMBER_COUNT);
}

static void expect_safe(const cJSON *answer, const char *trouble)
{
    assert_non_null(answer);
    expect_members(answer);
    expect(answer, "trouble", trouble);
    expect(answer, "suggestion", "NONE");
    expect(answer, "activeCallback", "false");
    expect(answer, "lastContactId", "");
}

static void a_flow_is_answered_with_names(void **state)
{
    (void)state;
    static const char index[] = "5e11c0de-0000-4000-8000-0000000000aa\n",
                      names[] = CASE_BILLING "\tBilling\nada\ta.lovelace\n";
    struct store *store = dynamodb_fixture_store(NULL);
    assert_true(store->ops->document_put(store, "names", index, strlen(index), NULL));
    assert_true(store->ops->document_put(store, "names/5e11c0de-0000-4000-8000-0000000000aa", names,
                                         strlen(names), NULL));
    store_close(store);
    put_contacts(&ended, 1);
    const cJSON *answer = look_up();
    expect_members(answer);
    expect(answer, "suggestion", "RECENT_CONTACT");
    expect(answer, "lastQueue", "Billing");
    expect(answer, "lastAgent", "a.lovelace");
    expect(answer, "trouble", "");
    uint64_t read = fake_aws_requests(fixture_fake, "GetItem");
    expect(look_up(), "lastQueue", "Billing");
    assert_int_equal(fake_aws_requests(fixture_fake, "GetItem"), read); /* names are kept */
}

static void names_are_not_worth_an_answer(void **state)
{
    (void)state;
    put_contacts(&ended, 1);
    fake_aws_fault(fixture_fake, &(struct fake_rule){.operation = "GetItem",
                                                     .fault = FAKE_ERROR_CODE,
                                                     .code = "AccessDeniedException",
                                                     .skip = 1}); /* the schema's */
    const cJSON *answer = look_up();
    expect(answer, "lastQueue", CASE_BILLING);
    expect(answer, "trouble", "");
}

static void a_caller_without_a_number_asks_nothing(void **state)
{
    (void)state;
    uint64_t before = fake_aws_requests(fixture_fake, NULL);
    const cJSON *answer = function_call(
        &f, function_event(&f, CURRENT, ",\"CustomerEndpoint\":{\"Address\":\"anonymous\"}", "{}"));
    expect_safe(answer, "");
    expect(answer, "customerKnown", "false");
    assert_int_equal(fake_aws_requests(fixture_fake, NULL), before);
}

static void the_parameter_is_the_customer(void **state)
{
    (void)state;
    put_contacts(&ended, 1);
    const cJSON *answer =
        function_call(&f, function_event(&f, CURRENT, FROM, "{\"Customer_Identifier\":\"C-9\"}"));
    expect(answer, "lastContactId", "");
    expect(answer, "customerKnown", "true");
    answer = function_call(
        &f, function_event(&f, CURRENT, "", "{\"Customer_Identifier\":\"" CASE_CUSTOMER "\"}"));
    expect(answer, "lastContactId", "a");
}

static void events_that_cannot_be_read_are_answered(void **state)
{
    (void)state;
    static const char *const event[] = {"",
                                        "x",
                                        "{}",
                                        "[1]",
                                        "{\"Details\":{\"ContactData\":7}}",
                                        "{\"Details\":{\"ContactData\":{}}}"};
    for (size_t i = 0; i < ARRAY_SIZE(event); i++)
        expect_safe(function_call(&f, event[i]), "event");
}

static void other_instances_are_told_nothing(void **state)
{
    (void)state;
    static const char *const instances[] = {CASE_INSTANCE, NULL};
    put_contacts(&ended, 1);
    f.setup.decode.instances = instances;
    expect_safe(
        function_call(&f, function_event(&f, CURRENT, FROM ",\"InstanceARN\":\"arn:other\"", "{}")),
        "instance");
    expect(look_up(), "lastContactId", "a");
}

/* With one attempt a call, so that nothing is waited for. */
static void impatient(const char *access_key, const char *secret_key)
{
    function_close(&f);
    function_open(&f, &lambda_lookup, SPEC, dynamodb_fixture_impatient(access_key, secret_key));
}

static void throttled_reads_are_said(void **state)
{
    (void)state;
    put_contacts(&ended, 1);
    impatient(NULL, NULL);
    static const char *const operation[] = {"Query", "BatchGetItem"};
    for (size_t i = 0; i < ARRAY_SIZE(operation); i++) {
        fake_aws_fault(fixture_fake,
                       &(struct fake_rule){.operation = operation[i], .fault = FAKE_THROTTLE});
        expect_safe(look_up(), "throttled");
        fake_aws_faults_clear(fixture_fake);
    }
    expect(look_up(), "lastContactId", "a");
}

/* The time is over between two attempts. */
static void throttled_until_the_end_is_throttled(void **state)
{
    (void)state;
    f.time_ms = 400;
    fake_aws_fault(fixture_fake, &(struct fake_rule){.operation = "Query",
                                                     .fault = FAKE_THROTTLE,
                                                     .header = "x-amz-retry-after: 5000"});
    expect_safe(look_up(), "throttled");
}

/* Contact events keep a customer of the profiles under its id, flows under the address. */
static void both_identifiers_of_a_customer_are_looked_for(void **state)
{
    (void)state;
    const struct case_contact own = {.id = "by-address", .began = 30, .ended = 20};
    put_contacts(&own, 1);
    const char *event =
        function_event(&f, CURRENT,
                       ",\"Channel\":\"VOICE\",\"CustomerEndpoint\":{\"Address\":\"+1555\"},"
                       "\"CustomerId\":\"" CASE_CUSTOMER "\"",
                       "{}");
    expect(function_call(&f, event), "lastContactId", "by-address");
    event = function_event(&f, CURRENT, FROM ",\"CustomerId\":\"profile-1\"", "{}");
    expect(function_call(&f, event), "lastContactId", "by-address");
    event = function_event(&f, CURRENT, FROM ",\"CustomerId\":\"profile-1\"",
                           "{\"Customer_Identifier\":\"C-9\"}");
    expect(function_call(&f, event), "lastContactId", "");
}

static void what_is_denied_is_said(void **state)
{
    (void)state;
    static const struct fake_key key = {
        .access_key = "AKIADENIED", .secret_key = "secret", .denied = "dynamodb:Query"};
    put_contacts(&ended, 1);
    fake_aws_key(fixture_fake, &key);
    impatient(key.access_key, key.secret_key);
    expect_safe(look_up(), "denied");
    fake_aws_key_remove(fixture_fake, key.access_key);
}

static void a_store_that_breaks_is_said(void **state)
{
    (void)state;
    put_contacts(&ended, 1);
    impatient(NULL, NULL);
    static const enum fake_fault fault[] = {FAKE_ERROR_500, FAKE_RESET_BEFORE, FAKE_GARBAGE,
                                            FAKE_TRUNCATED};
    for (size_t i = 0; i < ARRAY_SIZE(fault); i++) {
        fake_aws_fault(fixture_fake, &(struct fake_rule){.fault = fault[i]});
        expect_safe(look_up(), "store");
        fake_aws_faults_clear(fixture_fake);
    }
    expect(look_up(), "lastContactId", "a");
}

/* The function's own time is nearly over: it answers before. */
static void a_slow_store_is_given_up_in_time(void **state)
{
    (void)state;
    put_contacts(&ended, 1);
    f.time_ms = 400;
    static const char *const operation[] = {"GetItem", "Query", "BatchGetItem"};
    for (size_t i = 0; i < ARRAY_SIZE(operation); i++) {
        fake_aws_fault(
            fixture_fake,
            &(struct fake_rule){.operation = operation[i], .fault = FAKE_SLOW, .ms = 60000});
        int64_t before = clock_now(NULL);
        expect_safe(look_up(), "slow");
        assert_true(clock_now(NULL) - before < 30000);
        fake_aws_faults_clear(fixture_fake);
    }
    f.time_ms = 8000;
    expect(look_up(), "lastContactId", "a");
}

static void no_time_at_all_is_answered(void **state)
{
    (void)state;
    f.time_ms = 0;
    expect_safe(look_up(), "slow");
}

/* Items by the service's own words, as fast as the fake takes them. */
static void put_item(const char *table, unsigned n, int64_t started)
{
    char text[1024], time[INSTANT_TEXT];
    instant_format(started, time);
    snprintf(text, sizeof(text),
             "{\"TableName\":\"%s\",\"Item\":{\"Connect_ContactId\":{\"S\":\"contact-%u\"},"
             "\"Customer_Identifier\":{\"S\":\"" CASE_CUSTOMER "\"},\"Status\":{\"S\":"
             "\"DISCONNECTED\"},\"Connect_Channel\":{\"S\":\"VOICE\"},\"Chain_Root\":{\"S\":"
             "\"contact-%u\"},\"Started_At\":{\"S\":\"%s\"},\"initiationTimestamp\":{\"S\":\"%s\"},"
             "\"Connect_disconnectTimestamp\":{\"S\":\"%s\"},\"Flag_Ended\":{\"BOOL\":true},"
             "\"Version\":{\"N\":\"1\"},\"DDB_ExpiryEpoch\":{\"N\":\"%lld\"}}}",
             table, n, n, time, time, time, (long long)(clock_now(NULL) / 1000 + 86400));
    dynamodb_fixture_call("PutItem", text);
}

static void ten_thousand_contacts_cost_no_more_than_fifty(void **state)
{
    (void)state;
    struct fake_units units;
    int64_t now = clock_now(NULL);
    for (unsigned i = 0; i < 10000; i++)
        put_item(FIXTURE_TABLE, i, now - (int64_t)((i * 7919u) % 10000 + 1) * MINUTE_MS);
    look_up(); /* opens the store */
    fake_aws_units_reset(fixture_fake);
    uint64_t before = fake_aws_requests(fixture_fake, NULL);
    const cJSON *answer = look_up();
    expect(answer, "lastContactId", "contact-0"); /* a minute ago */
    expect(answer, "contactsIn24h", "50");
    fake_aws_units(fixture_fake, FIXTURE_TABLE, NULL, &units);
    assert_true(fake_aws_requests(fixture_fake, NULL) - before <= 2 + LOOKUP_CHAINS_MAX);
    assert_true(units.read <= 75); /* 50 records, and a few pages of an index */
}

/* Its index tells no order, and there is none for chains: the newest are found all the same, and
 * nothing is scanned. */
static void an_index_of_the_original_tells_the_newest_too(void **state)
{
    (void)state;
    int64_t now = clock_now(NULL);
    dynamodb_fixture_original(ORIGINAL);
    for (unsigned i = 0; i < 300; i++)
        put_item(ORIGINAL, i, now - (int64_t)((i * 7919u + 150) % 300 + 1) * MINUTE_MS);
    f.setup.store_spec = "dynamodb:" ORIGINAL;
    const cJSON *answer = look_up();
    expect(answer, "trouble", "");
    expect(answer, "minutesSinceLastContact", "1");
    expect(answer, "contactsIn24h", "50");
    /* Items so large that a page holds one: some are looked at, and no end of pages is read. */
    fake_aws_fault(fixture_fake,
                   &(struct fake_rule){.operation = "Query", .fault = FAKE_SHORT_PAGE});
    uint64_t before = fake_aws_requests(fixture_fake, "Query");
    answer = look_up();
    expect(answer, "trouble", "");
    expect(answer, "contactsIn24h", "8");
    assert_true(fake_aws_requests(fixture_fake, "Query") - before <= 8 + LOOKUP_CHAINS_MAX);
    assert_int_equal(fake_aws_requests(fixture_fake, "Scan"), 0);
}

static void insert_says_what_the_store_did(void **state)
{
    (void)state;
    function_close(&f);
    function_open(&f, &lambda_insert, SPEC, dynamodb_fixture_impatient(NULL, NULL));
    static const struct fake_rule rule[] = {
        {.operation = "UpdateItem", .fault = FAKE_THROTTLE},
        {.operation = "BatchWriteItem", .fault = FAKE_ERROR_500},
        {.fault = FAKE_RESET_BEFORE},
    };
    f.time_ms = 400;
    for (size_t i = 0; i < ARRAY_SIZE(rule); i++) {
        fake_aws_fault(fixture_fake, &rule[i]);
        const cJSON *answer = look_up();
        expect(answer, "result", "FAILED");
        expect(answer, "written", "0");
        fake_aws_faults_clear(fixture_fake);
    }
    expect(look_up(), "result", "OK");
}

/* More failures than a request is tried again for: while there is time, the whole is tried again.
 */
static void insert_outlasts_a_blip(void **state)
{
    (void)state;
    function_close(&f);
    function_open(&f, &lambda_insert, SPEC, dynamodb_fixture_impatient(NULL, NULL));
    f.time_ms = 8000;
    fake_aws_fault(
        fixture_fake,
        &(struct fake_rule){.operation = "BatchWriteItem", .fault = FAKE_ERROR_500, .times = 4});
    expect(look_up(), "result", "OK");
    fake_aws_fault(fixture_fake, &(struct fake_rule){.operation = "*",
                                                     .fault = FAKE_ERROR_CODE,
                                                     .code = "AccessDeniedException"});
    uint64_t before = fake_aws_requests(fixture_fake, NULL);
    expect(look_up(), "result", "FAILED");
    assert_true(fake_aws_requests(fixture_fake, NULL) - before <= 3); /* which does not pass */
    fake_aws_faults_clear(fixture_fake);
}

static void insert_gives_up_in_time(void **state)
{
    (void)state;
    function_close(&f);
    function_open(&f, &lambda_insert, SPEC, dynamodb_fixture_session());
    static const struct fake_rule rule[] = {
        {.operation = "UpdateItem", .fault = FAKE_SLOW, .ms = 60000},
        {.operation = "BatchWriteItem", .fault = FAKE_UNPROCESSED},
        {.operation = "BatchWriteItem", .fault = FAKE_SLOW, .ms = 60000},
        {.operation = "PutItem", .fault = FAKE_SLOW, .ms = 60000},
    };
    f.time_ms = 400;
    for (size_t i = 0; i < ARRAY_SIZE(rule); i++) {
        fake_aws_fault(fixture_fake, &rule[i]);
        int64_t before = clock_now(NULL);
        expect(look_up(), "result", "FAILED");
        assert_true(clock_now(NULL) - before < 30000);
        fake_aws_faults_clear(fixture_fake);
    }
    f.time_ms = 8000;
    expect(look_up(), "result", "OK");
}

/* A lost answer is asked for again, and is one entry. */
static void a_lost_reply_leaves_one_entry(void **state)
{
    (void)state;
    function_close(&f);
    function_open(&f, &lambda_insert, SPEC, dynamodb_fixture_session());
    fake_aws_fault(
        fixture_fake,
        &(struct fake_rule){.operation = "UpdateItem", .fault = FAKE_RESET_AFTER, .times = 1});
    expect(look_up(), "result", "OK");
    struct store *store = dynamodb_fixture_store(NULL);
    dynamodb_fixture_expect(store, CURRENT, 1, 1);
    store_close(store);
}

/* What one call tells the next one finds, both through the loop. */
static void both_through_the_runtime(void **state)
{
    (void)state;
    struct lambda_run run;
    struct fake_outcome out;
    lambda_run_start(&run, &lambda_insert, &f.setup, 1);
    const char *text =
        lambda_run_answer(&run, function_event(&f, "earlier", FROM, "{\"tier\":\"gold\"}"), &out);
    assert_false(out.error);
    assert_non_null(strstr(text, "\"result\":\"OK\""));
    fake_outcome_free(&out);
    text = lambda_run_answer(&run, "{\"Records\":[]}", &out);
    assert_true(out.error);
    assert_string_equal(out.type, "Contactwatch.NotAFlowEvent");
    fake_outcome_free(&out);
    assert_int_equal(lambda_run_stop(&run), 0);
    lambda_run_start(&run, &lambda_lookup, &f.setup, 1);
    text = lambda_run_answer(&run, function_event(&f, CURRENT, FROM, "{}"), &out);
    assert_false(out.error);
    assert_non_null(strstr(text, "\"activeContactId\":\"earlier\""));
    fake_outcome_free(&out);
    assert_int_equal(lambda_run_stop(&run), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(a_flow_is_answered_with_names),
        TEST(names_are_not_worth_an_answer),
        TEST(a_caller_without_a_number_asks_nothing),
        TEST(the_parameter_is_the_customer),
        TEST(events_that_cannot_be_read_are_answered),
        TEST(other_instances_are_told_nothing),
        TEST(throttled_reads_are_said),
        TEST(throttled_until_the_end_is_throttled),
        TEST(both_identifiers_of_a_customer_are_looked_for),
        TEST(what_is_denied_is_said),
        TEST(a_store_that_breaks_is_said),
        TEST(a_slow_store_is_given_up_in_time),
        TEST(no_time_at_all_is_answered),
        TEST(ten_thousand_contacts_cost_no_more_than_fifty),
        TEST(an_index_of_the_original_tells_the_newest_too),
        TEST(insert_says_what_the_store_did),
        TEST(insert_outlasts_a_blip),
        TEST(insert_gives_up_in_time),
        TEST(a_lost_reply_leaves_one_entry),
        TEST(both_through_the_runtime),
    };
    return cmocka_run_group_tests(tests, dynamodb_fixture_begin, dynamodb_fixture_end);
}
