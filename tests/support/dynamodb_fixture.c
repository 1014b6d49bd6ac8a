#include "dynamodb_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/dynamodb.h"
#include "contactwatch/json.h"
#include "fakes/fake_session.h"
#include "store_fixture.h"

enum { SESSIONS_MAX = 512 };

struct fake_aws *fixture_fake;
static struct aws_session *session[SESSIONS_MAX];
static size_t sessions;

static void close_sessions(void)
{
    while (sessions > 0)
        aws_session_close(session[--sessions]);
}

int dynamodb_fixture_begin(void **state)
{
    (void)state;
    fixture_fake = fake_aws_start(NULL);
    return fixture_fake ? 0 : -1;
}

int dynamodb_fixture_end(void **state)
{
    (void)state;
    close_sessions();
    fake_aws_stop(fixture_fake);
    fixture_fake = NULL;
    return 0;
}

struct aws_session *dynamodb_fixture_session(void)
{
    assert_true(sessions < SESSIONS_MAX);
    session[sessions] = fake_session(fixture_fake);
    assert_non_null(session[sessions]);
    return session[sessions++];
}

void dynamodb_fixture_fresh(void)
{
    static const char *const tables[] = {FIXTURE_TABLE, FIXTURE_HISTORY, FIXTURE_FEED};
    struct err err = {0};
    char request[64];
    close_sessions();
    fake_aws_faults_clear(fixture_fake);
    fake_aws_staleness(fixture_fake, 0);
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
        snprintf(request, sizeof(request), "{\"TableName\":\"%s\"}", tables[i]);
        fake_aws_call(fixture_fake, "DynamoDB_20120810.DeleteTable", request, NULL);
    }
    if (!dynamodb_init(FIXTURE_TABLE, dynamodb_fixture_session(), NULL, NULL, &err))
        fail_msg("%s", err.text);
    fake_aws_units_reset(fixture_fake);
}

static const char *one_attempt(void *context, const char *name)
{
    (void)context;
    return strcmp(name, "AWS_MAX_ATTEMPTS") == 0 ? "1" : NULL;
}

struct aws_session *dynamodb_fixture_impatient(const char *access_key, const char *secret_key)
{
    static const struct aws_environment once = {.variable = one_attempt};
    const struct aws_options options = {
        .region = FAKE_REGION,
        .endpoint_url = fake_aws_url(fixture_fake),
        .environment = &once,
        .credentials = credentials_fixed(access_key ? access_key : FAKE_ACCESS_KEY,
                                         secret_key ? secret_key : FAKE_SECRET_KEY, NULL),
        .seed = 1,
    };
    assert_true(sessions < SESSIONS_MAX);
    session[sessions] = aws_session_open(&options, NULL, NULL);
    assert_non_null(session[sessions]);
    return session[sessions++];
}

struct store *dynamodb_fixture_open(const struct store_options *options, struct err *err)
{
    struct store_options with = *options;
    if (!with.aws)
        with.aws = dynamodb_fixture_session();
    return store_open("dynamodb:" FIXTURE_TABLE, &with, err);
}

static void delete_item(const char *table, const cJSON *item, const char *range)
{
    struct buf request = {0};
    buf_printf(&request, "{\"TableName\":\"%s\",\"Key\":{\"Connect_ContactId\":", table);
    json_canonical(&request, json_get(item, "Connect_ContactId"), NULL);
    if (range) {
        buf_printf(&request, ",\"%s\":", range);
        json_canonical(&request, json_get(item, range), NULL);
    }
    buf_text(&request, "}}");
    assert_int_equal(
        fake_aws_call(fixture_fake, "DynamoDB_20120810.DeleteItem", request.data, NULL), 200);
    buf_free(&request);
}

static void expire_table(const char *table, const char *range, int64_t now)
{
    struct buf request = {0}, answer = {0};
    struct arena arena = {0};
    buf_printf(&request,
               "{\"TableName\":\"%s\",\"FilterExpression\":\"DDB_ExpiryEpoch <= :now\","
               "\"ExpressionAttributeValues\":{\":now\":{\"N\":\"%lld\"}}}",
               table, (long long)(now / SECOND_MS));
    assert_int_equal(fake_aws_call(fixture_fake, "DynamoDB_20120810.Scan", request.data, &answer),
                     200);
    const cJSON *item = NULL, *tree = json_parse(&arena, answer.data, answer.length, NULL);
    assert_non_null(tree);
    assert_null(json_get(tree, "LastEvaluatedKey"));
    cJSON_ArrayForEach(item, json_get(tree, "Items")) delete_item(table, item, range);
    arena_free(&arena);
    buf_free(&request);
    buf_free(&answer);
}

void dynamodb_fixture_expire(int64_t now)
{
    expire_table(FIXTURE_TABLE, NULL, now);
    expire_table(FIXTURE_HISTORY, "Written", now);
}

struct store *dynamodb_fixture_store(struct aws_session *with)
{
    const struct store_options options = {.aws = with};
    struct err err = {0};
    struct store *store = dynamodb_fixture_open(&options, &err);
    if (!store)
        fail_msg("%s", err.text);
    return store;
}

void dynamodb_fixture_flow(struct batch *batch, const char *id, unsigned n)
{
    struct event event = fixture_flow(batch, id, clock_now(NULL) + n, n, 0);
    batch_add(batch, &event);
}

void dynamodb_fixture_expect(struct store *store, const char *id, size_t entries, int64_t version)
{
    struct arena arena = {0};
    struct history history = {0};
    struct record record;
    struct err err = {0};
    bool found = false;
    if (!store_get(store, id, &arena, &record, &history, &found, &err))
        fail_msg("%s", err.text);
    assert_true(found);
    assert_int_equal(history.count, entries);
    assert_int_equal(record.version, version);
    record_free(&record);
    history_free(&history);
    arena_free(&arena);
}

void dynamodb_fixture_item(const char *table, const char *id, struct buf *json)
{
    buf_clear(json);
    assert_true(fake_aws_item(fixture_fake, table, id, NULL, json));
}

void dynamodb_fixture_call(const char *operation, const char *json)
{
    char target[64];
    struct buf reply = {0};
    snprintf(target, sizeof(target), "DynamoDB_20120810.%s", operation);
    if (fake_aws_call(fixture_fake, target, json, &reply) != 200)
        fail_msg("%s", reply.data);
    buf_free(&reply);
}

void dynamodb_fixture_original(const char *table)
{
    char json[768];
    snprintf(json, sizeof(json), "{\"TableName\":\"%s\"}", table);
    fake_aws_call(fixture_fake, "DynamoDB_20120810.DeleteTable", json, NULL); /* of a test before */
    snprintf(
        json, sizeof(json),
        "{\"TableName\":\"%s\",\"BillingMode\":\"PAY_PER_REQUEST\",\"AttributeDefinitions\":["
        "{\"AttributeName\":\"Connect_ContactId\",\"AttributeType\":\"S\"},"
        "{\"AttributeName\":\"Customer_Identifier\",\"AttributeType\":\"S\"}],\"KeySchema\":["
        "{\"AttributeName\":\"Connect_ContactId\",\"KeyType\":\"HASH\"}],"
        "\"GlobalSecondaryIndexes\":[{\"IndexName\":\"GSI-Customer_Identifier\",\"KeySchema\":["
        "{\"AttributeName\":\"Customer_Identifier\",\"KeyType\":\"HASH\"}],"
        "\"Projection\":{\"ProjectionType\":\"ALL\"}}]}",
        table);
    dynamodb_fixture_call("CreateTable", json);
}

int dynamodb_test_setup(void **state)
{
    dynamodb_fixture_fresh();
    *state = mem_zero(sizeof(struct batch));
    return 0;
}

int dynamodb_test_teardown(void **state)
{
    batch_free(*state);
    free(*state);
    return 0;
}
