/* doctor on the fake endpoint: the whole report when all is well, and each thing that may be wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "commands/doctor.h"
#include "contactwatch/dynamodb.h"
#include "fakes/fake_session.h"

#define INSTANCE   "arn:aws:connect:eu-west-1:" FAKE_ACCOUNT ":instance/i-1"
#define DEAD_QUEUE "arn:aws:sqs:eu-west-1:" FAKE_ACCOUNT ":dead"
#define REDRIVE(count)                                                                             \
    "\"RedrivePolicy\":\"{\\\"deadLetterTargetArn\\\":\\\"" DEAD_QUEUE                             \
    "\\\",\\\"maxReceiveCount\\\":" count "}\""
#define POLICY "\"Policy\":\"{\\\"Principal\\\":{\\\"Service\\\":\\\"events.amazonaws.com\\\"}}\""

struct fixture {
    struct fake_aws *fake;
    struct doctor_options options;
    const char *access_key, *secret_key;
    char *report;
    size_t failed, warnings;
};

static const char *const instances[] = {INSTANCE, NULL};

static void make_tables(struct fixture *f)
{
    struct err err = {""};
    struct aws_session *session = fake_session(f->fake);
    if (!dynamodb_init("Contacts", session, NULL, NULL, &err))
        fail_msg("%s", err.text);
    aws_session_close(session);
}

static int begin(void **state)
{
    struct fixture *f = mem_zero(sizeof(*f));
    f->fake = fake_aws_start(NULL);
    f->options = (struct doctor_options){
        .store = "dynamodb:Contacts",
        .source = "sqs:events",
        .instances = instances,
        .retention_ms = DAY_MS,
    };
    *state = f;
    return f->fake ? 0 : -1;
}

static int end(void **state)
{
    struct fixture *f = *state;
    fake_aws_stop(f->fake);
    free(f->report);
    free(f);
    return 0;
}

static void make_all(struct fixture *f)
{
    make_tables(f);
    fake_aws_queue(f->fake, "dead", "{\"MessageRetentionPeriod\":\"1209600\"}");
    fake_aws_queue(f->fake, "events",
                   "{\"SqsManagedSseEnabled\":\"true\"," POLICY "," REDRIVE("10") "}");
}

/* The endpoint's port is another each time. */
static char *without_port(const char *text)
{
    struct buf out = {0};
    for (const char *p; (p = strstr(text, "http://127.0.0.1:")) != NULL;) {
        buf_add(&out, text, (size_t)(p - text));
        buf_text(&out, "http://fake");
        text = p + strlen("http://127.0.0.1:");
        text += strspn(text, "0123456789");
    }
    buf_text(&out, text);
    return buf_take(&out);
}

static void examine_with(struct fixture *f, struct aws_session *session, bool json)
{
    struct doctor doctor;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    f->options.aws = session;
    doctor_examine(&doctor, &f->options);
    if (json)
        doctor_print_json(out, &doctor);
    else
        doctor_print(out, &doctor, false);
    fclose(out);
    f->failed = doctor_count(&doctor, FINDING_FAILED);
    f->warnings = doctor_count(&doctor, FINDING_WARNING);
    doctor_free(&doctor);
    aws_session_close(session);
    free(f->report);
    f->report = without_port(text);
    free(text);
}

static void examine(struct fixture *f)
{
    examine_with(f, fake_session_as(f->fake, f->access_key, f->secret_key, NULL), false);
}

/* A finding of this state and subject whose text holds this. */
static void assert_found(struct fixture *f, const char *state, const char *subject,
                         const char *holds)
{
    char head[64];
    snprintf(head, sizeof(head), "%-8s%-15s", state, subject);
    for (const char *line = f->report; (line = strstr(line, head)) != NULL; line++) {
        const char *end = strchr(line, '\n'), *arrow = strstr(end, "\n");
        if (strstr(end, "→") == end + 24)
            end = strchr(end + 1, '\n');
        const char *at = strstr(line, holds);
        if (arrow && at && at < end)
            return;
    }
    fail_msg("no '%s' with '%s' in:\n%s", head, holds, f->report);
}

static void assert_nothing_else(const struct fixture *f, size_t failed, size_t warnings)
{
    if (f->failed != failed || f->warnings != warnings)
        fail_msg("%zu failed and %zu warnings are expected in:\n%s", failed, warnings, f->report);
}

static void all_is_well(void **state)
{
    struct fixture *f = *state;
    make_all(f);
    examine(f);
    char *golden = NULL;
    size_t size = 0;
    static const char path[] = "tests/fixtures/doctor/good.txt";
    if (getenv("CONTACTWATCH_WRITE_GOLDEN")) {
        FILE *fresh = fopen(path, "w");
        assert_non_null(fresh);
        fputs(f->report, fresh);
        fclose(fresh);
    }
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_true(getdelim(&golden, &size, '\0', file) > 0);
    fclose(file);
    assert_string_equal(f->report, golden);
    free(golden);
    assert_nothing_else(f, 0, 0);
}

/* Looking leaves nothing behind: items, messages and their receive counts are as before. */
static void see_untouched(void *context, const struct fake_message *message)
{
    unsigned *seen = context;
    ++*seen;
    assert_int_equal(message->received, 0);
    assert_int_equal(message->state, FAKE_VISIBLE);
}

static void nothing_is_changed(void **state)
{
    struct fixture *f = *state;
    unsigned seen = 0;
    make_all(f);
    for (int i = 0; i < 5; i++)
        fake_aws_send(f->fake, "events", "{}");
    size_t items = fake_aws_items(f->fake, "Contacts");
    examine(f);
    fake_aws_messages(f->fake, "events", see_untouched, &seen);
    assert_int_equal(seen, 5);
    assert_int_equal(fake_aws_items(f->fake, "Contacts"), items);
    assert_int_equal(fake_aws_items(f->fake, "Contacts-History"), 0);
    assert_int_equal(fake_aws_items(f->fake, "Contacts-Feed"), 0);
    assert_int_equal(fake_aws_requests(f->fake, "ReceiveMessage"), 0);
    assert_int_equal(fake_aws_bad_signatures(f->fake), 0);
    assert_found(f, "ok", "backlog", "5 waiting");
}

static void json_tells_the_same(void **state)
{
    struct fixture *f = *state;
    make_all(f);
    examine_with(f, fake_session(f->fake), true);
    static const char head[] = "{\"findings\":[{\"state\":\"ok\",\"subject\":\"credentials\",";
    assert_int_equal(strncmp(f->report, head, strlen(head)), 0);
    assert_non_null(strstr(f->report, "\"warning\":0,\"failed\":0}\n"));
}

static void without_credentials_it_stops_asking(void **state)
{
    struct fixture *f = *state;
    static const struct aws_environment nothing = {.variable = fake_no_variable};
    struct err err = {""};
    struct aws_options options = {
        .region = FAKE_REGION, .endpoint_url = fake_aws_url(f->fake), .environment = &nothing};
    setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
    f->options.aws_error = "no region: give --region";
    examine_with(f, NULL, false);
    assert_found(f, "failed", "session", "no region: give --region");
    f->options.aws_error = NULL;
    options.credentials = credentials_fixed("AKIAUNKNOWN", "x", NULL);
    examine_with(f, aws_session_open(&options, NULL, &err), false);
    assert_found(f, "failed", "identity", "these keys are unknown or have expired");
    assert_int_equal(fake_aws_requests(f->fake, "DescribeTable"), 0);
}

static void a_clock_that_is_wrong_is_told(void **state)
{
    struct fixture *f = *state;
    make_all(f);
    fake_aws_fault(f->fake, &(struct fake_rule){
                                .operation = NULL, .fault = FAKE_DATE_SKEW, .ms = 90 * SECOND_MS});
    examine(f);
    assert_found(f, "warning", "clock", "s behind AWS's");
    assert_found(f, "warning", "clock", "timedatectl");
}

static void what_is_wrong_with_the_queue(void **state)
{
    static const struct {
        const char *queue, *dead; /* attributes; NULL = not there */
        size_t held;              /* messages in the dead-letter queue */
        const char *state, *subject, *holds;
    } table[] = {
        {NULL, NULL, 0, "failed", "queue", "there is no queue of this name"},
        {"{}", NULL, 0, "warning", "redrive", "no dead-letter queue"},
        {"{}", NULL, 0, "warning", "queue policy", "there is none"},
        {"{\"SqsManagedSseEnabled\":\"false\"}", NULL, 0, "warning", "encryption",
         "SqsManagedSseEnabled=true"},
        {"{\"KmsMasterKeyId\":\"alias/aws/sqs\"}", NULL, 0, "warning", "encryption",
         "EventBridge cannot use AWS's own key"},
        {"{\"KmsMasterKeyId\":\"arn:aws:kms:k\"}", NULL, 0, "ok", "encryption", "kms:Decrypt"},
        {"{\"MessageRetentionPeriod\":\"3600\"}", NULL, 0, "warning", "queue",
         "keeps messages for 1 h"},
        {"{" REDRIVE("2") "}", "{}", 0, "warning", "redrive", "set maxReceiveCount to 10"},
        {"{" REDRIVE("10") "}", "{}", 0, "warning", "dead letters", "keep it there for 14 days"},
        {"{" REDRIVE("10") "}", "{}", 3, "warning", "dead letters", "3 in dead"},
    };
    struct fixture *f = *state;
    f->options.store = "sqlite:/nonexistent/x.db";
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        fake_aws_stop(f->fake);
        f->fake = fake_aws_start(NULL);
        if (table[i].dead)
            fake_aws_queue(f->fake, "dead", table[i].dead);
        if (table[i].queue)
            fake_aws_queue(f->fake, "events", table[i].queue);
        for (size_t n = 0; n < table[i].held; n++)
            fake_aws_send(f->fake, "dead", "{}");
        examine(f);
        assert_found(f, table[i].state, table[i].subject, table[i].holds);
    }
}

static void make_table(struct fixture *f, const char *json)
{
    struct buf reply = {0};
    if (fake_aws_call(f->fake, "DynamoDB_20120810.CreateTable", json, &reply) != 200)
        fail_msg("%s", buf_str(&reply));
    buf_free(&reply);
}

#define ATTRIBUTE(name) "{\"AttributeName\":\"" name "\",\"AttributeType\":\"S\"}"
#define KEY_OF(name)    "{\"AttributeName\":\"" name "\",\"KeyType\":\"HASH\"}"
#define IMPORTED_BILLING                                                                           \
    "\"ProvisionedThroughput\":{\"ReadCapacityUnits\":5,\"WriteCapacityUnits\":5}"
/* As the original project's template makes it. */
#define IMPORTED                                                                                                                         \
    "{\"TableName\":\"Contacts\"," IMPORTED_BILLING                                                                                      \
    ",\"AttributeDefinitions\":[" ATTRIBUTE("Connect_ContactId") "," ATTRIBUTE(                                                          \
        "Customer_Identifier") "],\"KeySchema\":[" KEY_OF("Connect_ContactId") "],"                                                      \
                                                                               "\"GlobalSecondary"                                       \
                                                                               "Indexes\":[{"                                            \
                                                                               "\"IndexName\":"                                          \
                                                                               "\"GSI-Customer_"                                         \
                                                                               "Identifier\","                                           \
                                                                               "\"KeySchema\":"                                          \
                                                                               "[" KEY_OF(                                               \
                                                                                   "Customer_"                                           \
                                                                                   "Identifier") "],\"Projection\":{\"ProjectionType\":" \
                                                                                                 "\"ALL\"}," IMPORTED_BILLING            \
                                                                                                 "}]}"

static void a_table_of_the_original_project(void **state)
{
    struct fixture *f = *state;
    f->options.source = NULL;
    make_table(f, IMPORTED);
    examine(f);
    assert_found(f, "ok", "table", "Contacts: ACTIVE");
    assert_found(f, "failed", "history table", "contactwatch init --store dynamodb:Contacts");
    assert_found(f, "failed", "feed table", "there is no such table here");
    assert_found(f, "warning", "billing", "Contacts: provisioned");
    assert_found(f, "failed", "TTL", "aws dynamodb update-time-to-live --table-name Contacts");
    assert_found(f, "warning", "index", "GSI-Customer_Identifier holds whole items");
    assert_found(f, "failed", "index", "GSI-Live is missing");
    assert_found(f, "failed", "index", "GSI-Chain is missing");
    assert_found(f, "warning", "schema", "has no #contactwatch item");
    f->options.view_only = true;
    examine(f);
    assert_found(f, "warning", "history table", "there is no such table here");
    assert_found(f, "warning", "index", "GSI-Live is missing: a viewer reads the whole table");
}

static void tables_that_are_not_ours(void **state)
{
    struct fixture *f = *state;
    f->options.source = NULL;
    examine(f);
    assert_found(f, "failed", "table", "there is no such table here");
    make_table(f,
               "{\"TableName\":\"Contacts\",\"BillingMode\":\"PAY_PER_REQUEST\","
               "\"AttributeDefinitions\":[" ATTRIBUTE("id") "],\"KeySchema\":[" KEY_OF("id") "]}");
    examine(f);
    assert_found(f, "failed", "table", "its key is id, not Connect_ContactId");
    f->options.store = "dynamodb:a,b,c,d";
    examine(f);
    assert_found(f, "failed", "table", "write dynamodb:TABLE[,HISTORY[,FEED]]");
}

static void put(struct fixture *f, const char *table, const char *item)
{
    struct buf body = {0}, reply = {0};
    buf_printf(&body, "{\"TableName\":\"%s\",\"Item\":%s}", table, item);
    if (fake_aws_call(f->fake, "DynamoDB_20120810.PutItem", buf_str(&body), &reply) != 200)
        fail_msg("%s", buf_str(&reply));
    buf_free(&body);
    buf_free(&reply);
}

static void a_newer_schema(void **state)
{
    struct fixture *f = *state;
    make_all(f);
    put(f, "Contacts",
        "{\"Connect_ContactId\":{\"S\":\"#contactwatch\"},\"Schema\":{\"N\":\"99\"}}");
    examine(f);
    assert_found(f, "failed", "schema", "99, made by a newer contactwatch");
    assert_nothing_else(f, 1, 0);
}

static int64_t fixed_now(void *context)
{
    return *(const int64_t *)context;
}

static void the_originals_writers(void **state)
{
    struct fixture *f = *state;
    int64_t now = INT64_C(1763856000000); /* 2025-11-23T00:00:00Z */
    struct clock clock = {fixed_now, &now};
    f->options.clock = &clock;
    make_all(f);
    put(f, "Contacts",
        "{\"Connect_ContactId\":{\"S\":\"old\"},\"History\":{\"L\":[]},\"Timestamps\":{\"M\":"
        "{\"eventbridge\":{\"S\":\"2025-11-22T20:00:00Z\"}}}}");
    examine(f);
    assert_found(f, "ok", "original", "1 of 2 items have an inline History, none changed");
    put(f, "Contacts",
        "{\"Connect_ContactId\":{\"S\":\"now\"},\"History\":{\"L\":[]},\"Timestamps\":{\"M\":"
        "{\"contactflowlogs\":{\"S\":\"2025-11-22T23:58:00.123Z\"}}}}");
    fake_aws_fault(f->fake, &(struct fake_rule){.operation = "Scan", .fault = FAKE_SHORT_PAGE});
    examine(f);
    assert_found(f, "failed", "original", "its writers are at work: 1 of 3 items");
    assert_found(f, "failed", "original", "newest now");
    assert_found(f, "failed", "original", "put-function-concurrency");
    assert_nothing_else(f, 1, 0);
}

static void what_may_not_be_done(void **state)
{
    static const struct {
        const char *denied;
        bool view_only;
        const char *state, *subject, *holds; /* NULL = nothing is wrong */
        size_t failed, warnings;
    } table[] = {
        {"dynamodb:UpdateItem", false, "failed", "permission",
         "dynamodb:UpdateItem on Contacts is denied", 1, 0},
        {"dynamodb:UpdateItem", true, NULL, NULL, NULL, 0, 0},
        {"dynamodb:UpdateItem dynamodb:PutItem dynamodb:DeleteItem dynamodb:BatchWriteItem "
         "dynamodb:Scan",
         true, "warning", "original", "allow dynamodb:Scan", 0, 1},
        {"dynamodb:BatchWriteItem", false, "failed", "permission", "Contacts-History is denied", 1,
         0},
        {"dynamodb:Scan", false, "warning", "permission", "list needs it", 0, 2},
        {"dynamodb:Query", true, "failed", "permission", "Contacts/index/GSI-Live is denied", 4, 0},
        {"dynamodb:DescribeTable", false, "warning", "table", "allow dynamodb:DescribeTable", 0, 3},
        {"dynamodb:DescribeTimeToLive", false, "warning", "TTL", "to see it", 0, 3},
        {"sqs:DeleteMessage", false, "failed", "permission",
         "sqs:DeleteMessage on events is denied", 1, 0},
        {"sqs:ChangeMessageVisibility", false, "failed", "permission", "ingest needs it", 1, 0},
        {"sqs:GetQueueAttributes", false, "failed", "queue", "allow sqs:GetQueueAttributes", 1, 0},
        {"connect:ListUsers", false, "warning", "names", "connect:ListUsers of i-1", 0, 1},
        {"connect:DescribeContact", false, "warning", "reconcile", "--reconcile needs", 0, 1},
        {"sts:GetCallerIdentity", false, "warning", "identity", "STS does not tell", 0, 1},
    };
    struct fixture *f = *state;
    make_all(f);
    f->access_key = "AKIADENIED";
    f->secret_key = "denied";
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        fake_aws_key(f->fake, &(struct fake_key){.access_key = f->access_key,
                                                 .secret_key = f->secret_key,
                                                 .denied = table[i].denied});
        f->options.view_only = table[i].view_only;
        f->options.source = table[i].view_only ? NULL : "sqs:events";
        examine(f);
        if (table[i].state)
            assert_found(f, table[i].state, table[i].subject, table[i].holds);
        assert_nothing_else(f, table[i].failed, table[i].warnings);
    }
}

static void retention_shorter_than_the_statistics(void **state)
{
    struct fixture *f = *state;
    f->options.store = "sqlite:/nonexistent/x.db";
    f->options.source = NULL;
    f->options.retention_ms = HOUR_MS;
    examine_with(f, NULL, false);
    assert_found(f, "warning", "retention",
                 "kept 1 h after their end, statistics span since midnight");
    f->options.stats_window_ms = HOUR_MS;
    examine_with(f, NULL, false);
    assert_found(f, "ok", "retention", "1 h, statistics span 1 h");
}

static void terminals(void **state)
{
    static const struct {
        struct ui_terminal terminal;
        const char *state, *subject, *holds;
    } table[] = {
        {{.is_terminal = false}, "ok", "terminal", "none here"},
        {{true, false, "weird", "UTF-8", 0, 80, 24, true}, "failed", "terminal", "TERM=weird"},
        {{true, true, "vt100", "UTF-8", 0, 80, 24, true}, "warning", "terminal", "no colours"},
        {{true, true, "xterm", "ANSI_X3.4-1968", 8, 80, 24, false}, "warning", "locale", "C.UTF-8"},
        {{true, true, "xterm", "UTF-8", 8, 60, 24, true}, "warning", "size", "60×24"},
        {{true, true, "tmux-256color", "UTF-8", 256, 140, 40, true},
         "ok",
         "terminal",
         "256 colours"},
    };
    struct fixture *f = *state;
    f->options.store = "sqlite:/nonexistent/x.db";
    f->options.source = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        f->options.terminal = &table[i].terminal;
        examine_with(f, NULL, false);
        assert_found(f, table[i].state, table[i].subject, table[i].holds);
    }
}

#define DOCTOR_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DOCTOR_TEST(all_is_well),
        DOCTOR_TEST(nothing_is_changed),
        DOCTOR_TEST(json_tells_the_same),
        DOCTOR_TEST(without_credentials_it_stops_asking),
        DOCTOR_TEST(a_clock_that_is_wrong_is_told),
        DOCTOR_TEST(what_is_wrong_with_the_queue),
        DOCTOR_TEST(a_table_of_the_original_project),
        DOCTOR_TEST(tables_that_are_not_ours),
        DOCTOR_TEST(a_newer_schema),
        DOCTOR_TEST(the_originals_writers),
        DOCTOR_TEST(what_may_not_be_done),
        DOCTOR_TEST(retention_shorter_than_the_statistics),
        DOCTOR_TEST(terminals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
