/* The header tiles: each formula, by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/rng.h"
#include "support/live_fixture.h"

#define T0   INT64_C(1767268800000) /* 2026-01-01T12:00:00Z */
#define S(n) ((int64_t)(n)*SECOND_MS)

/* A leg that entered the queue at T0 + enqueued, and left or was answered after `wait` (0 = still
 * there). */
static struct test_leg waiting(const char *id, int64_t enqueued_s)
{
    return (struct test_leg){.id = id, .start = T0, .enqueued = T0 + S(enqueued_s)};
}

static struct test_leg left(const char *id, int64_t enqueued_s, int64_t after_s)
{
    struct test_leg leg = waiting(id, enqueued_s);
    leg.end = leg.enqueued + S(after_s);
    return leg;
}

static struct test_leg answered(const char *id, int64_t enqueued_s, int64_t after_s)
{
    struct test_leg leg = waiting(id, enqueued_s);
    leg.agent_at = leg.enqueued + S(after_s);
    return leg;
}

static void put(struct live *live, struct test_leg leg, int64_t now_s)
{
    test_put(live, &leg, T0 + S(now_s));
}

static void states_are_counted(void **state)
{
    struct live *live = *state;
    put(live, waiting("v1", 10), 50);
    put(live, waiting("v2", 5), 50);
    struct test_leg leg = waiting("chat", 20);
    leg.channel = "CHAT", leg.queue = QUEUE_SALES;
    put(live, leg, 50);
    leg = waiting("cb", 1);
    leg.method = "CALLBACK";
    put(live, leg, 50);
    leg = waiting("mon", 1);
    leg.method = "MONITOR";
    put(live, leg, 50);
    leg = waiting("ext", 1);
    leg.method = "EXTERNAL_OUTBOUND";
    put(live, leg, 50);
    put(live, (struct test_leg){.id = "flow", .start = T0}, 50);
    put(live, answered("agent", 3, 4), 50);
    put(live, answered("held", 3, 4), 50);
    test_agent_state(live, "held", "CONNECTED_ONHOLD", T0 + S(20), T0 + S(50));
    const struct tiles *tiles = live_tiles(live, T0 + S(60));
    assert_int_equal(tiles->waiting[CHANNEL_VOICE], 2);
    assert_int_equal(tiles->waiting[CHANNEL_CHAT], 1);
    assert_int_equal(tiles->callbacks, 1);
    assert_int_equal(tiles->in_flow, 1);
    assert_int_equal(tiles->with_agent, 2);
    assert_int_equal(tiles->unsure, 0);
    assert_true(tiles->longest == S(55));
    assert_string_equal(tiles->longest_id, "v2");
    assert_string_equal(tiles->longest_queue, QUEUE_BILLING);
    leg = left("v2", 5, 56);
    put(live, leg, 61);
    tiles = live_tiles(live, T0 + S(62));
    assert_int_equal(tiles->waiting[CHANNEL_VOICE], 1);
    assert_string_equal(tiles->longest_id, "v1");
}

static void nothing_is_not_zero(void **state)
{
    const struct tiles *tiles = live_tiles(*state, T0);
    assert_true(tiles->longest == -1);
    assert_int_equal(tiles->sl_of, 0);
    assert_false(tiles->acw_known);
    assert_true(tiles->sl_target == S(20));
}

static void service_level(void **state)
{
    struct live *live = *state;
    put(live, answered("quick", 0, 20), 100); /* within, at the limit */
    put(live, answered("slow", 0, 21), 100);  /* answered too late */
    put(live, left("gone", 0, 5), 100);       /* left within T, however it left */
    put(live, left("gave-up", 0, 60), 100);   /* left too late */
    put(live, waiting("long", 79), 100);      /* waits longer than T: counts against */
    put(live, waiting("new", 81), 100);       /* not decided yet */
    struct test_leg leg = answered("agentq", 0, 1);
    leg.queue_type = "AGENT";
    put(live, leg, 100);
    leg = answered("cb", 0, 1);
    leg.method = "CALLBACK";
    put(live, leg, 100);
    leg = answered("mon", 0, 1);
    leg.method = "MONITOR";
    put(live, leg, 100);
    const struct tiles *tiles = live_tiles(live, T0 + S(100));
    assert_int_equal(tiles->sl_of, 5);
    assert_int_equal(tiles->sl_within, 2);
    tiles = live_tiles(live, T0 + S(102)); /* time alone decides "new" */
    assert_int_equal(tiles->sl_of, 6);
    assert_int_equal(tiles->sl_within, 2);
    live_settings(live)->sl_answered = true;
    assert_int_equal(live_tiles(live, T0 + S(102))->sl_within, 1);
}

static void a_stint_counts_once_and_is_joined(void **state)
{
    struct live *live = *state;
    for (int i = 0; i < 3; i++)
        put(live, waiting("c", 0), 30 + i);
    assert_int_equal(live_tiles(live, T0 + S(40))->sl_of, 1);
    put(live, answered("c", 0, 10), 41); /* late, and out of order: it was answered in time */
    const struct tiles *tiles = live_tiles(live, T0 + S(42));
    assert_int_equal(tiles->sl_of, 1);
    assert_int_equal(tiles->sl_within, 1);
    assert_int_equal(tiles->abandoned_of, 1);
}

static void a_second_queue_is_a_second_stint(void **state)
{
    struct live *live = *state;
    put(live, waiting("c", 0), 5);
    put(live, waiting("c", 60), 65); /* the flow moved it: it left the first after a minute */
    const struct tiles *tiles = live_tiles(live, T0 + S(70));
    assert_int_equal(tiles->sl_of, 1);
    assert_int_equal(tiles->sl_within, 0);
    assert_int_equal(tiles->abandoned_of, 2);
    put(live, left("c", 60, 100), 160);
    tiles = live_tiles(live, T0 + S(180));
    assert_int_equal(tiles->abandoned, 1);
    assert_int_equal(tiles->abandoned_of, 2);
}

static void targets_by_queue(void **state)
{
    struct live *live = *state;
    names_set(live_names(live), QUEUE_SALES, "Sales", NAME_FILE);
    live_sl_target(live, "*", S(30), 90);
    live_sl_target(live, "sales", S(5), 70);
    double percent;
    assert_true(live_sl(live, QUEUE_SALES, &percent) == S(5));
    assert_true(percent > 69 && percent < 71);
    assert_true(live_sl(live, QUEUE_BILLING, &percent) == S(30));
    put(live, answered("billing", 0, 25), 30);
    const struct tiles *tiles = live_tiles(live, T0 + S(31));
    assert_true(tiles->sl_target == S(30));
    struct test_leg leg = answered("sales", 0, 25);
    leg.queue = QUEUE_SALES;
    put(live, leg, 32);
    tiles = live_tiles(live, T0 + S(33));
    assert_int_equal(tiles->sl_of, 2);
    assert_int_equal(tiles->sl_within, 1);
    assert_true(tiles->sl_target == -1); /* not all equal: not printed */
    int64_t breach;
    leg = waiting("b", 30);
    leg.queue = QUEUE_SALES;
    put(live, leg, 34);
    assert_true(row_breach(live_find(live, "b"), live, T0 + S(37), &breach));
    assert_true(breach == -S(2));
    assert_false(row_breach(live_find(live, "sales"), live, T0 + S(37), &breach));
}

static void abandoned_share(void **state)
{
    struct live *live = *state;
    put(live, left("gone", 0, 30), 40);
    put(live, left("short", 0, 3), 40);
    put(live, answered("fine", 0, 3), 40);
    put(live, waiting("there", 35), 40);
    struct test_leg leg = left("moved", 0, 30);
    put(live, leg, 40);
    put(live, (struct test_leg){.id = "next", .initial = "moved", .previous = "moved", .start = T0},
        40);
    put(live, left("cb", 0, 30), 40);
    test_entry(live, "cb", MARK_CALLBACK, T0 + S(20), "{}", T0 + S(40));
    const struct tiles *tiles = live_tiles(live, T0 + S(41));
    assert_int_equal(tiles->abandoned, 2);
    assert_int_equal(tiles->abandoned_of, 6);
    live_settings(live)->short_abandon_ms = S(5);
    tiles = live_tiles(live, T0 + S(41));
    assert_int_equal(tiles->abandoned, 1);
    assert_int_equal(tiles->abandoned_of, 5);
}

static void the_day_outlives_the_rows(void **state)
{
    struct live *live = *state;
    put(live, left("x", 0, 30), 40);
    put(live, left("y", 0, 30), 40);
    put(live, left("z", 0, 30), 40);
    int64_t later = T0 + HOUR_MS;
    live_tick(live, later);
    assert_int_equal(live_count(live), 0);
    assert_int_equal(live_tiles(live, later)->abandoned, 3);
    /* What arrives late still finds the stint. */
    const struct test_leg next = {.id = "n", .initial = "x", .previous = "x", .start = later};
    test_put(live, &next, later);
    assert_int_equal(live_tiles(live, later + 1)->abandoned, 2);
    test_entry(live, "y", MARK_CALLBACK, T0 + S(20), "{}", later);
    assert_int_equal(live_tiles(live, later + 2)->abandoned, 1);
    test_entry(live, "z", MARK_EXIT, T0 + S(29), "{}", later);
    assert_int_equal(live_tiles(live, later + 3)->abandoned, 0);
    assert_int_equal(live_tiles(live, later + 3)->abandoned_of, 3);
}

static void loaded_from_the_store_hours_later(void **state)
{
    struct live *live = *state;
    int64_t later = T0 + 3 * HOUR_MS;
    struct test_leg leg = left("x", 0, 30);
    test_put(live, &leg, later);
    assert_int_equal(live_count(live), 0); /* ended long ago: not in the table */
    const struct tiles *tiles = live_tiles(live, later);
    assert_int_equal(tiles->abandoned, 1);
    test_entry(live, "x", MARK_EXIT, T0 + S(29), "{}", later); /* its marked entries come behind */
    assert_int_equal(live_tiles(live, later + S(1))->abandoned, 0);
    live_tick(live, later + S(30));
    assert_int_equal(live_tiles(live, later + S(30))->abandoned_of, 1);
}

static void window(void **state)
{
    struct live *live = *state;
    int64_t midnight = T0 - 12 * HOUR_MS;
    const struct test_leg old = {.id = "old",
                                 .start = midnight - HOUR_MS,
                                 .enqueued = midnight - S(1),
                                 .end = midnight + S(30)};
    test_put(live, &old, T0);
    const struct test_leg today = {.id = "today",
                                   .start = midnight + S(1),
                                   .enqueued = midnight + S(2),
                                   .end = midnight + S(30)};
    test_put(live, &today, T0);
    const struct tiles *tiles = live_tiles(live, T0);
    assert_true(tiles->window == midnight);
    assert_int_equal(tiles->abandoned_of, 1);
    live_settings(live)->stats_window_ms = HOUR_MS;
    tiles = live_tiles(live, T0);
    assert_true(tiles->window == T0 - HOUR_MS);
    assert_int_equal(tiles->abandoned_of, 0);
    live_settings(live)->stats_window_ms = 0;
    live_settings(live)->retention_ms = 2 * HOUR_MS;
    assert_true(live_tiles(live, T0)->window == T0 - 2 * HOUR_MS);
}

static void window_starts_with_the_first_event(void **state)
{
    put(*state, waiting("c", 3), 4);
    assert_true(live_tiles(*state, T0 + S(9))->window == T0);
}

static void unsure_contacts_are_left_out(void **state)
{
    struct live *live = *state;
    put(live, waiting("lost", 0), 0);
    put(live, (struct test_leg){.id = "flow", .start = T0}, 0);
    int64_t later = T0 + 2 * HOUR_MS + 1;
    live_tick(live, later);
    const struct tiles *tiles = live_tiles(live, later);
    assert_int_equal(tiles->unsure, 2);
    assert_int_equal(tiles->waiting[CHANNEL_VOICE], 0);
    assert_int_equal(tiles->in_flow, 0);
    assert_int_equal(tiles->sl_of, 0);
    assert_int_equal(tiles->abandoned_of, 0);
    assert_true(tiles->longest == -1);
    struct test_leg leg = waiting("lost", 0);
    leg.agent_at = later; /* a word from it, and it counts again */
    test_put(live, &leg, later);
    tiles = live_tiles(live, later + 1);
    assert_int_equal(tiles->unsure, 1);
    assert_int_equal(tiles->sl_of, 1);
}

static void errors_of_five_minutes(void **state)
{
    struct live *live = *state;
    put(live, (struct test_leg){.id = "c", .start = T0}, 0);
    put(live, (struct test_leg){.id = "m", .method = "MONITOR", .start = T0}, 0);
    test_entry(live, "c", MARK_ERROR, T0, "{\"a\":1}", T0);
    test_entry(live, "c", MARK_ERROR, T0, "{\"a\":1}", T0);
    test_entry(live, "c", MARK_ERROR, T0, "{\"a\":2}", T0);
    test_entry(live, "c", MARK_ERROR, T0 + S(10), "{\"a\":3}", T0 + S(10));
    test_entry(live, "m", MARK_ERROR, T0 + S(10), "{\"a\":4}", T0 + S(10));
    test_entry(live, "c", MARK_PROMPT, T0 + S(10), "{\"a\":5}", T0 + S(10));
    assert_int_equal(live_tiles(live, T0 + S(10))->errors_5min, 3);
    assert_int_equal(live_tiles(live, T0 + S(299))->errors_5min, 3);
    assert_int_equal(live_tiles(live, T0 + S(300))->errors_5min, 1);
    assert_int_equal(live_tiles(live, T0 + S(310))->errors_5min, 0);
}

static void acw(void **state)
{
    struct live *live = *state;
    struct test_leg leg = answered("a", 0, 5);
    leg.end = T0 + S(50);
    put(live, leg, 50);
    assert_false(live_tiles(live, T0 + S(51))->acw_known);
    struct test_leg done = {.id = "d", .start = T0, .end = T0 + S(1), .completed = true};
    put(live, done, 51);
    put(live, leg, 52);
    const struct tiles *tiles = live_tiles(live, T0 + S(53));
    assert_true(tiles->acw_known);
    assert_false(tiles->acw_exact);
    assert_int_equal(tiles->acw, 1);
    test_agent_state(live, "a", "ENDED", T0 + S(50), T0 + S(54));
    tiles = live_tiles(live, T0 + S(55));
    assert_true(tiles->acw_exact);
    assert_int_equal(tiles->acw, 1);
    leg.acw_end = T0 + S(60), leg.completed = true;
    put(live, leg, 60);
    assert_int_equal(live_tiles(live, T0 + S(61))->acw, 0);
}

static void waiting_of_half_an_hour(void **state)
{
    struct live *live = *state;
    int64_t now = T0 + 30 * MINUTE_MS;
    /* From minute 2 to 12: seen at 5 and 10 minutes, and not at 15. */
    const struct test_leg a = {
        .id = "a", .start = T0, .enqueued = T0 + 2 * MINUTE_MS, .end = T0 + 12 * MINUTE_MS};
    const struct test_leg b = {.id = "b", .start = T0, .enqueued = T0 + 9 * MINUTE_MS};
    const struct test_leg c = {.id = "c", .method = "CALLBACK", .start = T0, .enqueued = T0};
    test_put(live, &a, now);
    test_put(live, &b, now);
    test_put(live, &c, now);
    static const unsigned expected[6] = {1, 2, 1, 1, 1, 1}; /* at 5, 10, … 30 minutes */
    const struct tiles *tiles = live_tiles(live, now);
    for (int i = 0; i < 6; i++)
        assert_int_equal(tiles->wait_history[i], expected[i]);
}

static void clocks_that_disagree(void **state)
{
    struct live *live = *state;
    put(live, waiting("ahead", 10), 0); /* our clock is 10 s behind */
    const struct tiles *tiles = live_tiles(live, T0);
    assert_true(tiles->longest == 0);
    assert_int_equal(tiles->sl_of, 0);
    struct test_leg leg = waiting("odd", 10);
    leg.end = T0 + S(9); /* ended before it was queued */
    put(live, leg, 20);
    tiles = live_tiles(live, T0 + S(21));
    assert_int_equal(tiles->sl_of, 1);
    assert_int_equal(tiles->sl_within, 1);
}

static void queues_by_the_same_formulas(void **state)
{
    struct live *live = *state;
    names_set(live_names(live), QUEUE_BILLING, "Billing", NAME_FILE);
    names_set(live_names(live), QUEUE_SALES, "Accounts", NAME_FILE);
    put(live, answered("a", 0, 10), 100);
    put(live, left("b", 0, 30), 100);
    put(live, waiting("c", 95), 100);
    put(live, waiting("d", 50), 100);
    struct test_leg leg = waiting("e", 99);
    leg.queue = QUEUE_SALES;
    put(live, leg, 100);
    leg.id = "cb", leg.method = "CALLBACK";
    put(live, leg, 100);
    const struct queue_stats *queue;
    assert_int_equal(live_queues(live, T0 + S(100), &queue), 2);
    assert_string_equal(queue[0].name, "Accounts");
    assert_int_equal(queue[0].waiting, 1);
    assert_int_equal(queue[0].sl_of, 0);
    assert_true(queue[0].average_wait == -1);
    assert_true(queue[0].next_breach == S(19));
    assert_string_equal(queue[1].queue, QUEUE_BILLING);
    assert_int_equal(queue[1].waiting, 2);
    assert_int_equal(queue[1].with_agent, 1);
    assert_true(queue[1].longest == S(50));
    assert_true(queue[1].next_breach == S(15)); /* d has missed it already */
    assert_int_equal(queue[1].sl_of, 3);
    assert_int_equal(queue[1].sl_within, 1);
    assert_int_equal(queue[1].answered, 1);
    assert_int_equal(queue[1].abandoned, 1);
    assert_int_equal(queue[1].abandoned_of, 4);
    assert_true(queue[1].average_wait == S(20));
    assert_int_equal(queue[1].wait_history[WAIT_STEPS - 1], 2);
}

static void tiles_are_made_once_for_a_state_and_second(void **state)
{
    struct live *live = *state;
    put(live, waiting("c", 0), 1);
    const struct tiles *tiles = live_tiles(live, T0 + S(2));
    assert_true(tiles->longest == S(2));
    assert_true(live_tiles(live, T0 + S(2) + 900)->longest == S(2));
    assert_true(live_tiles(live, T0 + S(3))->longest == S(3));
}

/* Counts that are kept by small steps equal a count of all rows, and the level one of all stays
 * ever made. */
enum { STAYS = 300 };
struct stay {
    bool made;
    struct test_leg leg;
    char id[16];
};

static void count_rows(struct live *live, struct tiles *want, int64_t now)
{
    want->longest = -1;
    for (size_t i = 0; i < live_limit(live); i++) {
        const struct row *row = live_row(live, i);
        if (!row)
            continue;
        bool callback = strcmp(row->method, "CALLBACK") == 0;
        if (strcmp(row->method, "MONITOR") == 0)
            continue;
        want->unsure += row->unsure;
        if (row->unsure)
            continue;
        bool waits = row->shown == SHOWN_QUEUED && !callback;
        want->waiting[row->channel] += waits;
        if (waits && now - row->enqueued > want->longest)
            want->longest = now - row->enqueued;
        want->callbacks += callback && row->enqueued && !row->agent_at && !row->end;
        want->in_flow += row->shown == SHOWN_IN_FLOW;
        want->with_agent += row->shown == SHOWN_WITH_AGENT;
    }
}

static void count_stays(const struct stay *stay, struct tiles *want, int64_t now)
{
    for (size_t i = 0; i < STAYS; i++) {
        const struct test_leg *leg = &stay[i].leg;
        if (!stay[i].made || !leg->enqueued || strcmp(leg->method, "INBOUND") != 0)
            continue;
        int64_t gone = leg->agent_at ? leg->agent_at : leg->end;
        int64_t wait = (gone ? gone : now) - leg->enqueued;
        want->sl_of += gone || wait > S(20);
        want->sl_within += gone && wait <= S(20);
        want->abandoned_of++;
        want->abandoned += leg->end && !leg->agent_at && strcmp(leg->channel, "TASK") != 0;
    }
}

static void make_stay(struct stay *stay, struct rng *rng, size_t number, int64_t now)
{
    static const char *const channel[] = {"VOICE", "CHAT", "TASK"};
    static const char *const method[] = {"INBOUND", "INBOUND", "CALLBACK", "MONITOR"};
    snprintf(stay->id, sizeof(stay->id), "s%zu", number);
    stay->made = true;
    stay->leg = (struct test_leg){.id = stay->id,
                                  .channel = channel[rng_below(rng, 3)],
                                  .method = method[rng_below(rng, 4)],
                                  .start = now};
}

/* The contact goes one step further. */
static void advance(struct stay *stay, struct rng *rng, int64_t now)
{
    struct test_leg *leg = &stay->leg;
    if (leg->end)
        return;
    if (!leg->enqueued && rng_chance(rng, 0.7))
        leg->enqueued = now;
    else if (leg->enqueued && !leg->agent_at && rng_chance(rng, 0.5))
        leg->agent_at = now;
    else if (rng_chance(rng, 0.4))
        leg->end = now;
}

static void random_days(void **state)
{
    struct live *live = *state;
    struct stay *stay = calloc(STAYS, sizeof(*stay));
    const uint64_t seed = 5;
    struct rng rng;
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_seed(&rng, seed);
    int64_t now = T0;
    for (int step = 0; step < 1200; step++) {
        now += S(1 + rng_below(&rng, 9));
        size_t number = rng_below(&rng, STAYS);
        if (!stay[number].made)
            make_stay(&stay[number], &rng, number, now);
        else
            advance(&stay[number], &rng, now);
        for (uint32_t again = 1 + rng_below(&rng, 2); again > 0; again--)
            test_put(live, &stay[number].leg, now);
        live_tick(live, now);
        struct tiles want = {0};
        count_rows(live, &want, now);
        const struct tiles *got = live_tiles(live, now);
        if (!want.unsure) /* those are in no level either */
            count_stays(stay, &want, now);
        assert_memory_equal(got->waiting, want.waiting, sizeof(want.waiting));
        assert_true(got->longest == want.longest);
        assert_int_equal(got->callbacks, want.callbacks);
        assert_int_equal(got->in_flow, want.in_flow);
        assert_int_equal(got->with_agent, want.with_agent);
        assert_int_equal(got->unsure, want.unsure);
        if (want.unsure)
            continue;
        assert_int_equal(got->sl_of, want.sl_of);
        assert_int_equal(got->sl_within, want.sl_within);
        assert_int_equal(got->abandoned, want.abandoned);
        assert_int_equal(got->abandoned_of, want.abandoned_of);
    }
    free(stay);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(states_are_counted, live_setup, live_teardown),
        cmocka_unit_test_setup_teardown(nothing_is_not_zero, live_setup, live_teardown),
        cmocka_unit_test_setup_teardown(service_level, live_setup, live_teardown),
        cmocka_unit_test_setup_teardown(a_stint_counts_once_and_is_joined, live_setup,
                                        live_teardown),
        cmocka_unit_test_setup_teardown(a_second_queue_is_a_second_stint, live_setup,
                                        live_teardown),
        cmocka_unit_test_setup_teardown(targets_by_queue, live_setup, live_teardown),
        cmocka_unit_test_setup_teardown(abandoned_share, live_setup, live_teardown),
        cmocka_unit_test_setup_teardown(the_day_outlives_the_rows, live_setup, live_teardown),
        cmocka_unit_test_setup_teardown(loaded_from_the_store_hours_later, live_setup,
                                        live_teardown),
        cmocka_unit_test_setup_teardown(window, live_setup, live_teardown),
        cmocka_unit_test_setup_teardown(window_starts_with_the_first_event, live_setup,
                                        live_teardown),
        cmocka_unit_test_setup_teardown(unsure_contacts_are_left_out, live_setup, live_teardown),
        cmocka_unit_test_setup_teardown(errors_of_five_minutes, live_setup, live_teardown),
        cmocka_unit_test_setup_teardown(acw, live_setup, live_teardown),
        cmocka_unit_test_setup_teardown(waiting_of_half_an_hour, live_setup, live_teardown),
        cmocka_unit_test_setup_teardown(clocks_that_disagree, live_setup, live_teardown),
        cmocka_unit_test_setup_teardown(queues_by_the_same_formulas, live_setup, live_teardown),
        cmocka_unit_test_setup_teardown(random_days, live_setup, live_teardown),
        cmocka_unit_test_setup_teardown(tiles_are_made_once_for_a_state_and_second, live_setup,
                                        live_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
