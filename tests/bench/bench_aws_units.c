/* What a contact costs in DynamoDB: write units and requests at 14, 100 and 300 entries in 20
 * flushes, by one ingester and by three that take turns, each entry as a flow writes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/decode.h"
#include "fakes/fake_aws.h"
#include "support/bench.h"
#include "support/dynamodb_fixture.h"
#include "support/store_fixture.h"
#include "support/typical.h"

enum { FLUSHES = 20, EVENTS = 7, INGESTERS_MAX = 3, TOGETHER = 50 };

struct load {
    struct store *store[INGESTERS_MAX];
    unsigned ingesters, contacts, entries;
    int64_t start;
};

static void on_event(void *context, const struct event *event)
{
    batch_add(context, event);
}

static void on_refused(void *context, const char *where, const char *why, const char *text,
                       size_t length)
{
    (void)context, (void)text, (void)length;
    fail_msg("%s: %s", where, why);
}

static void add_entry(struct batch *batch, const struct typical *contact, unsigned n)
{
    const struct decode_sink sink = {.context = batch, .event = on_event, .refused = on_refused};
    struct buf text = {0};
    typical_entry(&text, contact, n);
    decode_body(&batch->arena, &(struct decode_options){0}, text.data, text.length, clock_now(NULL),
                &sink);
    buf_free(&text);
}

static void run(struct load *load)
{
    static struct typical contact[TOGETHER];
    for (unsigned c = 0; c < load->contacts; c++)
        typical_contact(&contact[c], EVENTS, load->entries - EVENTS, c, load->start);
    struct batch *batch = mem_zero(sizeof(*batch));
    for (unsigned flush = 0; flush < FLUSHES; flush++) {
        unsigned from = flush * load->entries / FLUSHES;
        unsigned to = (flush + 1) * load->entries / FLUSHES;
        batch_clear(batch);
        for (unsigned c = 0; c < load->contacts; c++)
            for (unsigned n = from; n < to; n++)
                add_entry(batch, &contact[c], n);
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
