/* What a contact costs in DynamoDB: write units and requests at 14, 100 and 300 entries in 20
 * flushes, by one ingester and by three that take turns, each entry as a flow writes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fakes/fake_aws.h"
#include "support/bench.h"
#include "support/dynamodb_fixture.h"
#include "support/store_fixture.h"

enum { FLUSHES = 20, EVENTS = 7, INGESTERS_MAX = 3, TOGETHER = 50 };

#define INSTANCE                                                                                   \
    "arn:aws:connect:eu-west-2:111122223333:instance/5e11c0de-0000-4000-8000-0000000000aa"

/* When in a contact's life each event comes, in hundredths of its entries. */
static const struct {
    enum lifecycle state;
    unsigned at;
} life[EVENTS] = {
    {LIFECYCLE_INITIATED, 0},     {LIFECYCLE_CONNECTED_TO_SYSTEM, 1},
    {LIFECYCLE_QUEUED, 60},       {LIFECYCLE_CONNECTED_TO_AGENT, 80},
    {LIFECYCLE_PAUSED, 90},       {LIFECYCLE_RESUMED, 92},
    {LIFECYCLE_DISCONNECTED, 99},
};

struct load {
    struct store *store[INGESTERS_MAX];
    unsigned ingesters, contacts, entries;
    int64_t start;
    struct rng rng;
};

/* The event that is entry n, -1 = it is a flow log. */
static int event_at(const struct load *load, unsigned n)
{
    for (int i = 0; i < EVENTS; i++) {
        unsigned place = life[i].at * load->entries / 100;
        if (load->entries <= 2 * EVENTS)
            place = (unsigned)i * 2;
        if (place == n)
            return i;
    }
    return -1;
}

static void add_line(struct load *load, struct batch *batch, const char *id, int64_t time,
                     unsigned n)
{
    static const char *const block[] = {
        "\"PlayPrompt\",\"Parameters\":{\"Prompt\":\"Thank you for calling\",\"Voice\":\"Amy\"}",
        "\"SetAttributes\",\"Parameters\":{\"Key\":\"language\",\"Value\":\"en-GB\"}",
        "\"CheckAttribute\",\"Parameters\":{\"ComparisonMethod\":\"Equals\",\"Value\":\"gold\"},"
        "\"Results\":\"true\"",
        "\"GetUserInput\",\"Parameters\":{\"Text\":\"For sales, press one\",\"Timeout\":\"5000\"},"
        "\"Results\":\"1\"",
    };
    char identifier[37], when[INSTANT_TEXT];
    struct event event = fixture_flow(batch, id, time, n, 0);
    rng_uuid(&load->rng, identifier);
    instant_format(time, when);
    event.entry.body = arena_printf(
        &batch->arena,
        "{\"ContactFlowId\":\"" INSTANCE "/contact-flow/f10e0001-0000-4000-8000-000000000002\","
        "\"ContactFlowModuleType\":%s,\"ContactFlowName\":\"Main menu\",\"ContactId\":\"%s\","
        "\"Identifier\":\"%s\",\"Timestamp\":\"%s\"}",
        block[n % ARRAY_SIZE(block)], id, identifier, when);
    event.entry.length = (uint32_t)strlen(event.entry.body);
    batch_add(batch, &event);
}

static void add_entry(struct load *load, struct batch *batch, const char *id, unsigned n)
{
    int which = event_at(load, n);
    int64_t time = load->start + (int64_t)n * SECOND_MS;
    if (which < 0) {
        add_line(load, batch, id, time, n);
        return;
    }
    struct event event = fixture_contact(batch, id, life[which].state, time);
    event.contact.queue_info = "{\"queueArn\":\"" INSTANCE "/queue/1\",\"queueType\":\"STANDARD\"}";
    batch_add(batch, &event);
}

static void run(struct load *load)
{
    struct batch *batch = mem_zero(sizeof(*batch));
    for (unsigned flush = 0; flush < FLUSHES; flush++) {
        unsigned from = flush * load->entries / FLUSHES;
        unsigned to = (flush + 1) * load->entries / FLUSHES;
        batch_clear(batch);
        for (unsigned c = 0; c < load->contacts; c++)
            for (unsigned n = from; n < to; n++)
                add_entry(load, batch, fixture_id(&batch->arena, c), n);
        if (to > from)
            batch_store(load->store[flush % load->ingesters], batch);
    }
    batch_free(batch);
    free(batch);
}

/* What each ingester writes once, of itself, is no contact's cost. */
static void warm_up(struct load *load)
{
    struct batch *batch = mem_zero(sizeof(*batch));
    for (unsigned i = 0; i < load->ingesters; i++) {
        struct event event = fixture_contact(batch, arena_printf(&batch->arena, "another-%u", i),
                                             LIFECYCLE_INITIATED, load->start);
        batch_add(batch, &event);
        batch_store(load->store[i], batch);
        batch_clear(batch);
    }
    batch_free(batch);
    free(batch);
}

static void tell(const struct load *load)
{
    struct fake_units all, status, history, feed;
    double contacts = load->contacts;
    char what[128];
    bool bars = load->entries == 100 && load->contacts == 1;
    fake_aws_units(fixture_fake, NULL, NULL, &all);
    fake_aws_units(fixture_fake, FIXTURE_TABLE, NULL, &status);
    fake_aws_units(fixture_fake, FIXTURE_HISTORY, NULL, &history);
    fake_aws_units(fixture_fake, FIXTURE_FEED, NULL, &feed);
    snprintf(what, sizeof(what), "DynamoDB: %u entries, %u ingester%s%s", load->entries,
             load->ingesters, load->ingesters > 1 ? "s" : "",
             load->contacts > 1 ? ", 50 contacts a flush" : "");
    bench_figure(what, all.write / contacts, "write units", bars ? BENCH_AT_MOST : BENCH_NO_BAR,
                 load->ingesters > 1 ? 140 : 110);
    snprintf(what, sizeof(what), "  status %.1f, indexes %.1f, history %.1f, feed %.1f; requests",
             status.table_write / contacts, status.index_write / contacts, history.write / contacts,
             feed.write / contacts);
    bench_figure(what, (double)all.requests / contacts, "requests",
                 bars && load->ingesters == 1 ? BENCH_AT_MOST : BENCH_NO_BAR, 60);
    snprintf(what, sizeof(what), "  failed conditions %.1f; read units",
             (double)all.failed_conditions / contacts);
    bench_figure(what, all.read / contacts, "read units", BENCH_NO_BAR, 0);
}

static void measure(unsigned entries, unsigned ingesters, unsigned contacts)
{
    struct load load = {.ingesters = ingesters, .contacts = contacts, .entries = entries};
    struct err err = {0};
    rng_seed(&load.rng, 1);
    load.start = clock_now(NULL) - (int64_t)entries * SECOND_MS;
    dynamodb_fixture_fresh();
    for (unsigned i = 0; i < ingesters; i++) {
        load.store[i] = dynamodb_fixture_open(&(struct store_options){0}, &err);
        if (!load.store[i])
            fail_msg("%s", err.text);
    }
    warm_up(&load);
    fake_aws_units_reset(fixture_fake);
    run(&load);
    tell(&load);
    for (unsigned i = 0; i < ingesters; i++)
        store_close(load.store[i]);
}

static void what_a_contact_costs(void **state)
{
    static const unsigned entries[] = {14, 100, 300}, ingesters[] = {1, 3};
    (void)state;
    for (size_t e = 0; e < ARRAY_SIZE(entries); e++)
        for (size_t i = 0; i < ARRAY_SIZE(ingesters); i++)
            measure(entries[e], ingesters[i], 1);
    for (size_t i = 0; i < ARRAY_SIZE(ingesters); i++)
        measure(100, ingesters[i], TOGETHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_a_contact_costs)};
    return cmocka_run_group_tests(tests, dynamodb_fixture_begin, dynamodb_fixture_end);
}
