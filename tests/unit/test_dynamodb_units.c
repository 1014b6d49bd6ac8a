/*
 * What a contact costs: 7 events and 93 flow logs in 20 flushes, in write units and requests as the
 * fake endpoint counts them by the service's rules, failed conditions, feed and indexes included.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/decode.h"
#include "support/dynamodb_fixture.h"
#include "support/store_fixture.h"

enum { FLUSHES = 20, ENTRIES = 100, EVENTS = 7, INGESTERS = 3, FLUSH_MS = 4000 };

#define INSTANCE                                                                                   \
    "arn:aws:connect:eu-west-1:123456789012:instance/4e1c1d30-7f11-4c58-9a0e-3c7f00aa1d01"
#define CONTACT "c0ffee00-1111-4a4a-8b8b-00000000000"
#define QUEUE                                                                                      \
    "\"queueInfo\":{\"queueArn\":\"" INSTANCE "/queue/9d1c1d30-7f11-4c58-9a0e-3c7f00aa1d02\","     \
    "\"queueType\":\"STANDARD\",\"enqueueTimestamp\":\"%s\"},"
#define AGENT                                                                                      \
    "\"agentInfo\":{\"agentArn\":\"" INSTANCE "/agent/7a1c1d30-7f11-4c58-9a0e-3c7f00aa1d03\","     \
    "\"connectedToAgentTimestamp\":\"%s\"},"

static int64_t now;

static int64_t tell_now(void *context)
{
    (void)context;
    return now;
}

/* The contact events and where in the sequence of a hundred they come. */
static const struct {
    const char *type, *own_time;
    int at;
    bool queued, agent;
} events[EVENTS] = {
    {"INITIATED", "initiationTimestamp", 0, false, false},
    {"CONNECTED_TO_SYSTEM", "connectedToSystemTimestamp", 1, false, false},
    {"QUEUED", "enqueueTimestamp", 40, true, false},
    {"CONNECTED_TO_AGENT", "connectedToAgentTimestamp", 60, true, true},
    {"CONTACT_DATA_UPDATED", "lastUpdateTimestamp", 75, true, true},
    {"DISCONNECTED", "disconnectTimestamp", 98, true, true},
    {"COMPLETED", "completedTimestamp", 99, true, true},
};

static void write_event(struct buf *out, unsigned contact, int which, int64_t start, int64_t time)
{
    char at[INSTANT_TEXT], began[INSTANT_TEXT];
    instant_format(time, at);
    instant_format(start, began);
    buf_printf(out,
               "{\"version\":\"0\",\"id\":\"e%d\",\"detail-type\":\"Amazon Connect Contact Event\","
               "\"source\":\"aws.connect\",\"time\":\"%.19sZ\",\"detail\":{\"eventType\":\"%s\","
               "\"contactId\":\"" CONTACT "%u\",\"channel\":\"VOICE\",\"initiationMethod\":"
               "\"INBOUND\",\"instanceArn\":\"" INSTANCE "\",",
               which, at, events[which].type, contact);
    if (events[which].queued)
        buf_printf(out, QUEUE, at);
    if (events[which].agent)
        buf_printf(out, AGENT, at);
    if (which == EVENTS - 2)
        buf_text(out, "\"disconnectReason\":\"CUSTOMER_DISCONNECT\",");
    buf_printf(out, "\"initiationTimestamp\":\"%s\",\"%s\":\"%s\"}}", began,
               which ? events[which].own_time : "connectedTimestamp", at);
}

static void write_flow(struct buf *out, unsigned contact, int n, int64_t time)
{
    static const char *const blocks[] = {"SetLoggingBehavior", "PlayPrompt", "CheckAttribute",
                                         "SetAttributes", "InvokeExternalResource"};
    const char *block = blocks[n % 5];
    char at[INSTANT_TEXT];
    instant_format(time, at);
    buf_printf(out,
               "{\"ContactId\":\"" CONTACT "%u\",\"ContactFlowId\":\"" INSTANCE
               "/contact-flow/5b1c1d30-7f11-4c58-9a0e-3c7f00aa1d04\",\"ContactFlowName\":"
               "\"Main inbound\",\"ContactFlowModuleType\":\"%s\",\"Identifier\":"
               "\"3f2504e0-4f89-41d3-9a0c-0305e82c33%02d\",\"Timestamp\":\"%s\",\"Parameters\":{",
               contact, block, n, at);
    if (n % 5 == 3)
        buf_printf(out, "\"Key\":\"step%d\",\"Value\":\"value of step %d\"}}", n % 6, n);
    else if (n % 5 == 4)
        buf_printf(out,
                   "\"FunctionArn\":\"arn:aws:lambda:eu-west-1:123456789012:function:lookup\","
                   "\"TimeLimit\":\"8000\"},\"ExternalResults\":{\"tier\":\"gold\",\"n\":\"%d\"}}",
                   n);
    else
        buf_printf(out, "\"Text\":\"Welcome, this is part %d of what is said.\"}}", n);
}

static void take(void *context, const struct event *event)
{
    batch_add(context, event);
}

static void refuse(void *context, const char *where, const char *why, const char *text,
                   size_t length)
{
    (void)context;
    fail_msg("%s: %s: %.*s", where, why, (int)length, text);
}

/* Entry n of the contact's hundred into the batch. */
static void add(struct batch *batch, unsigned contact, int n, int64_t start)
{
    static const struct decode_options options = {.redact = REDACT_NONE};
    const struct decode_sink sink = {.context = batch, .event = take, .refused = refuse};
    struct buf body = {0};
    int64_t time = start + n * (int64_t)FLUSH_MS * FLUSHES / ENTRIES;
    int which = 0;
    while (which < EVENTS && events[which].at != n)
        which++;
    if (which < EVENTS)
        write_event(&body, contact, which, start, time);
    else
        write_flow(&body, contact, n, time);
    const char *text = arena_strndup(&batch->arena, body.data, body.length);
    decode_body(&batch->arena, &options, text, body.length, time, &sink);
    buf_free(&body);
}

static struct store *open_one(void)
{
    static const struct clock clock = {tell_now, NULL};
    const struct store_options options = {.clock = &clock};
    struct err err = {0};
    struct store *store = dynamodb_fixture_open(&options, &err);
    if (!store)
        fail_msg("%s", err.text);
    return store;
}

static struct fake_units run(struct batch *batch, unsigned ingesters, int entries)
{
    struct store *store[INGESTERS];
    struct fake_units all;
    int64_t start = FIXTURE_START;
    now = start;
    for (unsigned i = 0; i < ingesters; i++)
        store[i] = open_one();
    fake_aws_units_reset(fixture_fake);
    for (int flush = 0, n = 0; n < entries; flush++) {
        for (int k = 0; k < ENTRIES / FLUSHES && n < entries; k++)
            add(batch, 1, n++, start);
        now = start + (flush + 1) * (int64_t)FLUSH_MS;
        batch_store(store[(unsigned)flush % ingesters], batch);
        batch_clear(batch);
    }
    fake_aws_units(fixture_fake, NULL, NULL, &all);
    for (unsigned i = 0; i < ingesters; i++)
        store_close(store[i]);
    return all;
}

static void tell(const char *what, const struct fake_units *all)
{
    static const char *const tables[] = {FIXTURE_TABLE, FIXTURE_HISTORY, FIXTURE_FEED};
    print_message("%s: %.0f write units, %.1f read units, %llu requests, %llu failed conditions\n",
                  what, all->write, all->read, (unsigned long long)all->requests,
                  (unsigned long long)all->failed_conditions);
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
        struct fake_units one;
        fake_aws_units(fixture_fake, tables[i], NULL, &one);
        print_message("  %-16s %4.0f, its indexes %3.0f\n", tables[i], one.table_write,
                      one.index_write);
    }
}

static void one_ingester_writes_a_contact_for_110_units(void **state)
{
    struct fake_units all = run(*state, 1, ENTRIES);
    tell("one ingester", &all);
    assert_true(all.write <= 110);
    assert_int_equal(all.failed_conditions, 0);
}

static void three_ingesters_write_it_for_140(void **state)
{
    struct fake_units all = run(*state, INGESTERS, ENTRIES);
    tell("three ingesters", &all);
    assert_true(all.write <= 140);
}

/* Three requests a flush: history, record, and the one to the feed, beside which a writer's beats
 * are put by the clock. */
static void a_contact_takes_60_requests(void **state)
{
    static const char *const operations[] = {"BatchWriteItem", "UpdateItem"};
    uint64_t before[ARRAY_SIZE(operations)];
    for (size_t i = 0; i < ARRAY_SIZE(operations); i++)
        before[i] = fake_aws_requests(fixture_fake, operations[i]);
    run(*state, 1, ENTRIES);
    for (size_t i = 0; i < ARRAY_SIZE(operations); i++)
        assert_int_equal(fake_aws_requests(fixture_fake, operations[i]) - before[i], FLUSHES);
}

/* No index carries what a flow log changes. */
static void a_flow_log_leaves_the_indexes_alone(void **state)
{
    struct batch *batch = *state;
    struct fake_units all;
    now = FIXTURE_START;
    struct store *store = open_one();
    for (int n = 0; n < 3; n++)
        add(batch, 1, n, FIXTURE_START);
    batch_store(store, batch);
    batch_clear(batch);
    fake_aws_units_reset(fixture_fake);
    now += 10 * MINUTE_MS;
    for (int n = 3; n < 30; n++)
        add(batch, 1, n, FIXTURE_START);
    batch_store(store, batch);
    fake_aws_units(fixture_fake, NULL, NULL, &all);
    assert_true(all.index_write == 0 && all.table_write > 0);
    store_close(store);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        DYNAMODB_TEST(one_ingester_writes_a_contact_for_110_units),
        DYNAMODB_TEST(three_ingesters_write_it_for_140),
        DYNAMODB_TEST(a_contact_takes_60_requests),
        DYNAMODB_TEST(a_flow_log_leaves_the_indexes_alone),
    };
    return cmocka_run_group_tests(tests, dynamodb_fixture_begin, dynamodb_fixture_end);
}
