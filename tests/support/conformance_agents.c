/* Agents beside the contacts: of each the newest word, whatever the order, to all who follow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/names.h"
#include "contactwatch/rng.h"
#include "store_conformance.h"
#include "store_fixture.h"

#define JANE  "arn:aws:connect:eu-west-2:1:instance/i/agent/jane"
#define JOHN  "arn:aws:connect:eu-west-2:1:instance/i/agent/john"
#define START FIXTURE_START

struct heard {
    struct buf agents; /* a line each */
    size_t count, records;
};

static bool hear_agent(void *context, const struct agent_event *agent)
{
    struct heard *heard = context;
    buf_printf(&heard->agents, "%s %s %s %s %s %lld %lld %d\n", arn_tail(agent->agent_arn),
               agent->agent_name ? agent->agent_name : "-",
               agent->event_type ? agent->event_type : "-",
               agent->status_name ? agent->status_name : "-",
               agent->status_type ? agent->status_type : "-", (long long)(agent->time - START),
               (long long)agent->status_since, agent->contacts);
    heard->count++;
    return true;
}

static bool hear_record(void *context, const struct record *record)
{
    (void)record;
    ((struct heard *)context)->records++;
    return true;
}

static void forget_heard(struct heard *heard)
{
    buf_free(&heard->agents);
    *heard = (struct heard){0};
}

static struct agent_event agent_at(const char *arn, const char *status, int64_t time)
{
    return (struct agent_event){.agent_arn = arn,
                                .agent_name = arn_tail(arn),
                                .event_type = "STATE_CHANGE",
                                .status_name = status,
                                .status_type = "ROUTABLE",
                                .status_since = time,
                                .time = START + time,
                                .contacts = 1};
}

static void put(struct store *store, const struct agent_event *agent, size_t count)
{
    struct err err = {0};
    if (!store->ops->apply_agents(store, agent, count, &err))
        fail_msg("%s", err.text);
}

static void put_one(struct store *store, const char *arn, const char *status, int64_t time)
{
    struct agent_event agent = agent_at(arn, status, time);
    put(store, &agent, 1);
}

static void load(struct store *store, struct heard *heard, struct store_cursor *cursor)
{
    const struct store_visit visit = {.context = heard, .record = hear_record, .agent = hear_agent};
    struct err err = {0};
    if (!store->ops->live(store, 0, &visit, cursor, &err))
        fail_msg("%s", err.text);
    seen_sort(&heard->agents);
}

static void follow(struct store *store, struct heard *heard, struct store_cursor *cursor)
{
    const struct store_visit visit = {.context = heard, .record = hear_record, .agent = hear_agent};
    struct err err = {0};
    size_t before;
    do {
        before = heard->count + heard->records;
        if (!store->ops->changes(store, cursor, 10, &visit, &err))
            fail_msg("%s", err.text);
    } while (heard->count + heard->records > before);
    seen_sort(&heard->agents);
}

static void expect_live(struct store *store, const char *wanted)
{
    struct heard heard = {0};
    struct store_cursor cursor;
    load(store, &heard, &cursor);
    assert_string_equal(buf_str(&heard.agents), wanted);
    forget_heard(&heard);
}

static void live_gives_every_agent_whole(void **state)
{
    (void)state;
    struct store *store = conformance_open(), *reader;
    const struct agent_event bare = {.agent_arn = JOHN, .time = START + 7};
    expect_live(store, "");
    put_one(store, JANE, "Lunch \"12\" ü", 5);
    put(store, &bare, 1);
    put(store, NULL, 0);
    store_close(store);
    reader = conformance_open();
    expect_live(reader,
                "jane jane STATE_CHANGE Lunch \"12\" ü ROUTABLE 5 5 1\njohn - - - - 7 0 0\n");
    store_close(reader);
}

static void of_one_agent_the_newest_word_stays(void **state)
{
    (void)state;
    struct store *store = conformance_open();
    put_one(store, JANE, "Available", 20);
    put_one(store, JANE, "Offline", 10);
    expect_live(store, "jane jane STATE_CHANGE Available ROUTABLE 20 20 1\n");
    put_one(store, JANE, "Lunch", 30);
    expect_live(store, "jane jane STATE_CHANGE Lunch ROUTABLE 30 30 1\n");
    const struct agent_event both[] = {agent_at(JANE, "B", 40), agent_at(JANE, "A", 40)};
    put(store, both, 2);
    expect_live(store, "jane jane STATE_CHANGE B ROUTABLE 40 40 1\n");
    store_close(store);
}

/* Whatever the order, however often, by however many writers. */
static void the_order_of_agent_events_changes_nothing(void **state)
{
    enum { EVENTS = 60, AGENTS = 5 };
    static const char *const status[] = {"Available", "Lunch", "Offline", "Training"};
    char arn[AGENTS][80];
    struct agent_event event[EVENTS];
    struct rng rng;
    struct heard first = {0}, second = {0};
    struct store_cursor cursor;
    (void)state;
    rng_seed(&rng, conformance_seed());
    for (unsigned i = 0; i < AGENTS; i++)
        snprintf(arn[i], sizeof(arn[i]), "%s%u", JANE, i);
    for (unsigned i = 0; i < EVENTS; i++)
        event[i] = agent_at(arn[rng_below(&rng, AGENTS)], status[rng_below(&rng, 4)],
                            (int64_t)rng_below(&rng, 20));
    struct store *store = conformance_open();
    put(store, event, EVENTS);
    load(store, &first, &cursor);
    store_close(store);
    conformance_factory->fresh();
    struct store *writer[2] = {conformance_open(), conformance_open()};
    for (unsigned i = 0; i < 3 * EVENTS; i++)
        put(writer[i % 2], &event[rng_below(&rng, EVENTS)], 1);
    for (unsigned i = EVENTS; i-- > 0;)
        put(writer[i % 2], &event[i], 1);
    load(writer[0], &second, &cursor);
    assert_int_equal(first.count, AGENTS);
    assert_string_equal(buf_str(&second.agents), buf_str(&first.agents));
    forget_heard(&first);
    forget_heard(&second);
    store_close(writer[0]);
    store_close(writer[1]);
}

static void changes_give_agents_that_changed_once(void **state)
{
    (void)state;
    struct store *writer = conformance_open(), *reader = conformance_open();
    struct heard heard = {0};
    struct store_cursor cursor = {0};
    put_one(writer, JANE, "Available", 10);
    load(reader, &heard, &cursor);
    assert_int_equal(heard.count, 1);
    forget_heard(&heard);
    follow(reader, &heard, &cursor);
    assert_int_equal(heard.count, 0);
    put_one(writer, JOHN, "Lunch", 11);
    put_one(writer, JANE, "Offline", 12);
    put_one(writer, JANE, "Available", 10); /* nothing new */
    follow(reader, &heard, &cursor);
    assert_string_equal(buf_str(&heard.agents), "jane jane STATE_CHANGE Offline ROUTABLE 12 12 1\n"
                                                "john john STATE_CHANGE Lunch ROUTABLE 11 11 1\n");
    forget_heard(&heard);
    put_one(writer, JANE, "Available", 10);
    follow(reader, &heard, &cursor);
    assert_int_equal(heard.count, 0);
    forget_heard(&heard);
    store_close(writer);
    store_close(reader);
}

static void contacts_and_agents_are_followed_together(void **state)
{
    struct batch *batch = *state;
    struct store *writer = conformance_open(), *reader = conformance_open();
    struct heard heard = {0};
    struct store_cursor cursor = {0};
    for (unsigned i = 0; i < 25; i++) {
        char arn[80];
        snprintf(arn, sizeof(arn), "%s%u", JANE, i);
        batch_clear(batch);
        const char *id = fixture_id(&batch->arena, i);
        struct event event = fixture_flow(batch, id, START + i, i, 0);
        batch_add(batch, &event);
        batch_store(writer, batch);
        put_one(writer, arn, "Available", i);
    }
    follow(reader, &heard, &cursor);
    assert_int_equal(heard.count, 25);
    assert_int_equal(heard.records, 25);
    forget_heard(&heard);
    store_close(writer);
    store_close(reader);
}

static void who_does_not_ask_hears_of_no_agent(void **state)
{
    (void)state;
    struct store *store = conformance_open();
    struct seen seen = {0};
    struct store_visit visit = seen_visit(&seen);
    struct store_cursor cursor = {0};
    put_one(store, JANE, "Available", 10);
    assert_true(store->ops->changes(store, &cursor, 10, &visit, NULL));
    assert_true(store->ops->live(store, 0, &visit, &cursor, NULL));
    assert_int_equal(seen.record_count, 0);
    seen_clear(&seen);
    store_close(store);
}

static void agents_that_do_not_fit_are_passed_over(void **state)
{
    (void)state;
    char large[AGENT_TEXT_MAX + 2];
    memset(large, 'x', sizeof(large) - 1);
    large[sizeof(large) - 1] = '\0';
    struct store *store = conformance_open();
    struct agent_event event[] = {agent_at(large, "Available", 1), agent_at(JANE, large, 1),
                                  agent_at("", "Available", 1), agent_at(JOHN, "Available", 1)};
    put(store, event, 4);
    expect_live(store, "john john STATE_CHANGE Available ROUTABLE 1 1 1\n");
    store_close(store);
}

int conformance_agents(void)
{
    static const struct CMUnitTest tests[] = {
        CONFORMANCE(live_gives_every_agent_whole),
        CONFORMANCE(of_one_agent_the_newest_word_stays),
        CONFORMANCE(the_order_of_agent_events_changes_nothing),
        CONFORMANCE(changes_give_agents_that_changed_once),
        CONFORMANCE(contacts_and_agents_are_followed_together),
        CONFORMANCE(who_does_not_ask_hears_of_no_agent),
        CONFORMANCE(agents_that_do_not_fit_are_passed_over),
    };
    return cmocka_run_group_tests_name("store: agents", tests, NULL, NULL);
}
