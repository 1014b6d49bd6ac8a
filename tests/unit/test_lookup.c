/* What lookup says of a customer, in both stores. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/dynamodb_fixture.h"
#include "support/lookup_case.h"
#include "support/sqlite_file.h"

#define CURRENT "cccc0000-0000-4000-8000-000000000000"

static struct store *store; /* of the test */
static struct arena arena;
static int64_t now;

static void open_store(bool dynamodb)
{
    struct err err = {""};
    now = clock_now(NULL);
    if (dynamodb)
        dynamodb_fixture_fresh();
    else
        sqlite_file_fresh();
    store = dynamodb ? dynamodb_fixture_store(NULL)
                     : sqlite_file_open(&(struct store_options){.retention_ms = 0}, &err);
    assert_non_null(store);
}

static void close_store(void)
{
    store_close(store);
    arena_free(&arena);
}

static void expect(const struct lookup_result *result, enum lookup_member member, const char *text)
{
    if (strcmp(result->text[member], text) != 0)
        fail_msg("%s is '%s', not '%s'", lookup_member_name[member], result->text[member], text);
}

/* Contacts, who asks, and what of the answer is checked, up to a member that is NULL. */
struct example {
    const char *name;
    struct case_contact contact[4];
    const char *channel; /* of the current contact */
    struct {
        enum lookup_member member;
        const char *text;
    } says[12];
};

#define SAYS(member, text)                                                                         \
    {                                                                                              \
        LOOKUP_##member, text                                                                      \
    }

static const struct example example[] = {
    {"nothing is known",
     {{0}},
     "VOICE",
     {SAYS(SUGGESTION, "NONE"), SAYS(CUSTOMER_KNOWN, "true"), SAYS(ACTIVE_CALLBACK, "false"),
      SAYS(ACTIVE_CALLBACK_ID, ""), SAYS(ACTIVE_CHANNEL, ""), SAYS(LAST_ID, ""), SAYS(MINUTES, ""),
      SAYS(IN_24H, "0"), SAYS(WHOLE_CALL_ENDED, ""), SAYS(TROUBLE, "")}},
    {"the current contact does not count",
     {{.id = CURRENT, .began = 1}},
     "VOICE",
     {SAYS(SUGGESTION, "NONE"), SAYS(LAST_ID, ""), SAYS(IN_24H, "0")}},
    {"nor do other legs of its call",
     {{.id = CURRENT, .began = 1, .initial = "first"},
      {.id = "first", .began = 9, .ended = 2},
      {.id = "later", .began = 8, .initial = CURRENT},
      {.id = "latest", .began = 0.5, .initial = "first"}}, /* read before the current one */
     "VOICE",
     {SAYS(SUGGESTION, "NONE"), SAYS(LAST_ID, ""), SAYS(IN_24H, "0")}},
    {"a call that has ended lately",
     {{.id = "a", .began = 40, .ended = 30.5, .queue = CASE_BILLING, .agent = "ada"}},
     "VOICE",
     {SAYS(SUGGESTION, "RECENT_CONTACT"), SAYS(LAST_ID, "a"), SAYS(LAST_CHANNEL, "VOICE"),
      SAYS(LAST_STATUS, "DISCONNECTED"), SAYS(LAST_QUEUE, CASE_BILLING),
      SAYS(LAST_QUEUE_ARN, CASE_INSTANCE "/queue/" CASE_BILLING), SAYS(LAST_AGENT, "ada"),
      SAYS(MINUTES, "30"), SAYS(IN_24H, "1"), SAYS(WHOLE_CALL_ENDED, "true"),
      SAYS(ACTIVE_CHANNEL, "")}},
    {"one that ended longer ago",
     {{.id = "a", .began = 100, .ended = 61}},
     "VOICE",
     {SAYS(SUGGESTION, "NONE"), SAYS(LAST_ID, "a"), SAYS(MINUTES, "61"), SAYS(IN_24H, "1")}},
    {"a chat goes on while the customer calls",
     {{.id = "a", .began = 20, .channel = "CHAT", .queue = CASE_SALES}},
     "VOICE",
     {SAYS(SUGGESTION, "OTHER_CHANNEL_ACTIVE"), SAYS(ACTIVE_CHANNEL, "CHAT"), SAYS(ACTIVE_ID, "a"),
      SAYS(MINUTES, "20"), SAYS(WHOLE_CALL_ENDED, "false"), SAYS(LAST_QUEUE, CASE_SALES)}},
    {"a second chat is no other channel",
     {{.id = "a", .began = 70, .heard = 65, .channel = "CHAT"}},
     "CHAT",
     {SAYS(SUGGESTION, "RECENT_CONTACT"), SAYS(ACTIVE_CHANNEL, "CHAT"), SAYS(MINUTES, "70")}},
    {"of two active ones the other channel's is told",
     {{.id = "a", .began = 30, .channel = "CHAT"}, {.id = "b", .began = 10}},
     "VOICE",
     {SAYS(SUGGESTION, "OTHER_CHANNEL_ACTIVE"), SAYS(ACTIVE_ID, "a"), SAYS(LAST_ID, "b"),
      SAYS(IN_24H, "2")}},
    {"an open contact that went silent is not active",
     {{.id = "a", .began = 300, .heard = 250, .channel = "CHAT"}},
     "VOICE",
     {SAYS(SUGGESTION, "NONE"), SAYS(ACTIVE_CHANNEL, ""), SAYS(MINUTES, "300")}},
    {"a monitor's leg is nobody's contact",
     {{.id = "a", .began = 5, .method = "MONITOR"},
      {.id = "b", .began = 4, .method = "EXTERNAL_OUTBOUND"}},
     "CHAT",
     {SAYS(SUGGESTION, "NONE"), SAYS(ACTIVE_CHANNEL, ""), SAYS(LAST_ID, ""), SAYS(IN_24H, "0")}},
    {"a call-back waits",
     {{.id = "a", .began = 30, .ended = 25, .callback = true},
      {.id = "b",
       .began = 25,
       .method = "CALLBACK",
       .initial = "a",
       .previous = "a",
       .nobody = true,
       .queue = CASE_SALES}},
     "VOICE",
     {SAYS(SUGGESTION, "CALLBACK_ACTIVE"), SAYS(ACTIVE_CALLBACK, "true"),
      SAYS(ACTIVE_CALLBACK_ID, "b"), SAYS(ACTIVE_CHANNEL, ""), SAYS(LAST_ID, "a"),
      SAYS(IN_24H, "1"), SAYS(WHOLE_CALL_ENDED, "false")}},
    {"a call-back whose leg has not come",
     {{.id = "a", .began = 30, .ended = 25, .callback = true}},
     "VOICE",
     {SAYS(SUGGESTION, "CALLBACK_ACTIVE"), SAYS(ACTIVE_CALLBACK_ID, "a")}},
    {"a call-back that is over",
     {{.id = "a", .began = 300, .ended = 290, .callback = true},
      {.id = "b",
       .began = 290,
       .ended = 200,
       .method = "CALLBACK",
       .initial = "a",
       .agent = "ada",
       .nobody = true}},
     "VOICE",
     {SAYS(SUGGESTION, "NONE"), SAYS(ACTIVE_CALLBACK, "false"), SAYS(LAST_ID, "b"),
      SAYS(MINUTES, "200"), SAYS(LAST_AGENT, "ada"), SAYS(WHOLE_CALL_ENDED, "true")}},
    {"a call-back nobody has heard of for a day",
     {{.id = "a", .began = 1500, .ended = 1490, .callback = true},
      {.id = "b", .began = 1490, .method = "CALLBACK", .initial = "a", .nobody = true}},
     "VOICE",
     {SAYS(ACTIVE_CALLBACK, "false"), SAYS(SUGGESTION, "NONE"), SAYS(IN_24H, "0")}},
    {"a transfer leg that nobody named goes on",
     {{.id = "a", .began = 30, .ended = 20, .queue = CASE_BILLING},
      {.id = "b",
       .began = 21,
       .method = "TRANSFER",
       .initial = "a",
       .previous = "a",
       .nobody = true,
       .agent = "bob"}},
     "CHAT",
     {SAYS(SUGGESTION, "OTHER_CHANNEL_ACTIVE"), SAYS(ACTIVE_ID, "b"), SAYS(ACTIVE_CHANNEL, "VOICE"),
      SAYS(LAST_ID, "b"), SAYS(LAST_QUEUE, CASE_BILLING), SAYS(LAST_AGENT, "bob"),
      SAYS(IN_24H, "1"), SAYS(WHOLE_CALL_ENDED, "false")}},
    {"also of an older call",
     {{.id = "a", .began = 200, .ended = 190},
      {.id = "a2", .began = 190, .heard = 5, .method = "TRANSFER", .initial = "a", .nobody = true},
      {.id = "z", .began = 30, .ended = 29, .channel = "EMAIL"}},
     "CHAT",
     {SAYS(SUGGESTION, "OTHER_CHANNEL_ACTIVE"), SAYS(ACTIVE_ID, "a2"), SAYS(LAST_ID, "z"),
      SAYS(IN_24H, "2")}},
    {"an agent's own queue is none to go to",
     {{.id = "a", .began = 30, .ended = 20, .queue = "agent/ada"}},
     "VOICE",
     {SAYS(LAST_QUEUE, ""), SAYS(LAST_QUEUE_ARN, "")}},
    {"a call that began two days ago",
     {{.id = "a", .began = 2880, .ended = 10}},
     "VOICE",
     {SAYS(IN_24H, "0"), SAYS(MINUTES, "10"), SAYS(SUGGESTION, "RECENT_CONTACT")}},
};

static void check(const struct example *e, bool dynamodb)
{
    size_t count = 0;
    open_store(dynamodb);
    while (count < ARRAY_SIZE(e->contact) && e->contact[count].id)
        count++;
    if (count)
        case_store(store, now, e->contact, count);
    struct lookup_result result = case_look_up(store, &arena, now, CURRENT, e->channel);
    for (size_t i = 0; i < ARRAY_SIZE(e->says) && e->says[i].text; i++) {
        const char *said = result.text[e->says[i].member];
        if (strcmp(said, e->says[i].text) != 0)
            fail_msg("%s: %s: %s is '%s', not '%s'", dynamodb ? "dynamodb" : "sqlite", e->name,
                     lookup_member_name[e->says[i].member], said, e->says[i].text);
    }
    close_store();
}

static void examples_in_sqlite(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(example); i++)
        check(&example[i], false);
}

static void examples_in_dynamodb(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(example); i++)
        check(&example[i], true);
}

/* The current contact's channel is not known to `contactwatch lookup`. */
static void without_a_current_contact_any_channel_is_another(void **state)
{
    (void)state;
    static const struct case_contact contact = {.id = "a", .began = 3};
    open_store(false);
    case_store(store, now, &contact, 1);
    struct lookup_result result = case_look_up(store, &arena, now, NULL, NULL);
    expect(&result, LOOKUP_SUGGESTION, "OTHER_CHANNEL_ACTIVE");
    close_store();
}

static void expired_contacts_are_hidden(void **state)
{
    (void)state;
    for (int dynamodb = 0; dynamodb < 2; dynamodb++) {
        struct case_contact contact = {.id = "a", .began = 3, .ended = 2};
        int64_t later = 30 * DAY_MS;
        open_store(dynamodb);
        now -= later;
        case_store(store, now, &contact, 1);
        store_close(store);
        now += later;
        /* By the store's clock it was received now; so its expiry is moved. */
        if (dynamodb)
            dynamodb_fixture_call("UpdateItem",
                                  "{\"TableName\":\"" FIXTURE_TABLE
                                  "\",\"Key\":{\"Connect_ContactId\":{\"S\":\"a\"}},"
                                  "\"UpdateExpression\":\"SET DDB_ExpiryEpoch = :e\","
                                  "\"ExpressionAttributeValues\":{\":e\":{\"N\":\"1000\"}}}");
        else
            sqlite_file_run("UPDATE contact SET expiry = 1000");
        store = dynamodb ? dynamodb_fixture_store(NULL)
                         : sqlite_file_open(&(struct store_options){.retention_ms = 0}, NULL);
        struct lookup_result result = case_look_up(store, &arena, now, CURRENT, "VOICE");
        expect(&result, LOOKUP_LAST_ID, "");
        close_store();
    }
}

static const char *name_of(void *context, const char *arn)
{
    (*(unsigned *)context)++;
    return strstr(arn, CASE_BILLING) ? "Billing" : NULL;
}

static void names_are_asked_for_what_is_told_alone(void **state)
{
    (void)state;
    static const struct case_contact contact[] = {
        {.id = "a", .began = 30, .ended = 20, .queue = CASE_BILLING, .agent = "ada"},
        {.id = "b", .began = 90, .ended = 80, .queue = CASE_SALES, .agent = "bob"}};
    unsigned asked = 0;
    const struct lookup_options options = {.name = name_of, .name_context = &asked};
    const struct lookup_request request = {.customer = CASE_CUSTOMER, .now = clock_now(NULL)};
    struct buf out = {0};
    open_store(false);
    case_store(store, now, contact, ARRAY_SIZE(contact));
    assert_true(lookup_answer(store, &options, &request, &out, NULL));
    assert_non_null(strstr(out.data, "\"lastQueue\":\"Billing\""));
    assert_non_null(strstr(out.data, "\"lastAgent\":\"ada\""));
    assert_int_equal(asked, 2);
    buf_free(&out);
    close_store();
}

static int begin(void **state)
{
    return sqlite_file_begin() ? dynamodb_fixture_begin(state) : -1;
}

static int end(void **state)
{
    sqlite_file_end();
    return dynamodb_fixture_end(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_in_sqlite),
        cmocka_unit_test(examples_in_dynamodb),
        cmocka_unit_test(without_a_current_contact_any_channel_is_another),
        cmocka_unit_test(expired_contacts_are_hidden),
        cmocka_unit_test(names_are_asked_for_what_is_told_alone),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
