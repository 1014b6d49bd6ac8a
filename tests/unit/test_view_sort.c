/* Many rows ordered at once: as the columns compare, whatever they have in common. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/rng.h"
#include "contactwatch/view.h"
#include "support/live_fixture.h"

#define T0 INT64_C(1767268800000)

enum { ROWS = 2000, QUEUES = 12 };

/* Names that part late, in case only, at eight bytes, or not at all. */
static const char *const queue_name[QUEUES] = {"Customer Service North",
                                               "Customer Service South",
                                               "customer service NORTH",
                                               "Customer",
                                               "Customer ",
                                               "Customer Service",
                                               "C",
                                               NULL,
                                               "Überlauf",
                                               "customer",
                                               "\xff\xff\xff\xff\xff\xff\xff\xff\xff",
                                               "Customer Service North 2"};
static const char *const flow_name[] = {"Main menu", "Main men", "Main menu, second part", NULL};
static const char *const block[] = {"PlayPrompt", "PlayPrompts", "GetUserInput"};

static void add_row(struct live *live, struct rng *rng, int number)
{
    char id[48], queue[96], customer[24];
    unsigned of = rng_below(rng, QUEUES);
    snprintf(id, sizeof(id), "%s%04d", rng_chance(rng, 0.5) ? "a0000000-0000-" : "", number);
    snprintf(queue, sizeof(queue), "arn:aws:connect:eu-west-2:1:instance/i/queue/q-%u", of);
    snprintf(customer, sizeof(customer), "+4420790%06u", rng_below(rng, 500));
    if (queue_name[of])
        names_set(live_names(live), queue, queue_name[of], NAME_FILE);
    struct test_leg leg = {.id = id,
                           .queue = queue,
                           .customer = rng_chance(rng, 0.8) ? customer : NULL,
                           .start = T0 + rng_below(rng, 300),
                           .flow = flow_name[rng_below(rng, ARRAY_SIZE(flow_name))],
                           .block = block[rng_below(rng, ARRAY_SIZE(block))]};
    leg.flow_at = rng_chance(rng, 0.7) ? leg.start + 1 : 0;
    leg.enqueued = rng_chance(rng, 0.8) ? leg.start + 2 : 0;
    leg.agent_at = leg.enqueued && rng_chance(rng, 0.3) ? leg.start + 3 : 0;
    test_put(live, &leg, T0 + SECOND_MS);
}

static int in_order(const struct view *view, size_t place, int64_t now)
{
    const struct row *a = live_row(view->live, view->order[place - 1]);
    const struct row *b = live_row(view->live, view->order[place]);
    int order = columns[view->sort].compare(a, b, view->live, now);
    order = view->descending ? -order : order;
    return order < 0 || (order == 0 && strcmp(a->id, b->id) < 0);
}

static void every_column_orders_as_it_compares(void **state)
{
    (void)state;
    const struct live_config config = {.utc = 1};
    struct live *live = live_new(&config);
    struct view view;
    struct rng rng;
    int64_t now = T0 + SECOND_MS;
    printf("seed 5\n");
    rng_seed(&rng, 5);
    for (int i = 0; i < ROWS; i++)
        add_row(live, &rng, i);
    live_names_changed(live);
    live_tick(live, now);
    view_init(&view, live);
    for (int column = 0; column < COLUMN_COUNT * 2; column++) {
        view_set_sort(&view, column / 2, column % 2);
        view_refresh(&view, now);
        assert_int_equal(view.count, ROWS);
        for (size_t i = 1; i < view.count; i++)
            if (!in_order(&view, i, now))
                fail_msg("by %s: %s is wrong", columns[view.sort].key,
                         live_row(live, view.order[i])->id);
    }
    view_free(&view);
    live_free(live);
}

/* While a key is answered a new filter waits: rows stay where they are, those that left the model
 * go. */
static void a_new_filter_can_wait(void **state)
{
    (void)state;
    const struct live_config config = {.utc = 1, .keep_ended_ms = 1};
    const struct test_leg waits = {.id = "waits", .start = T0, .enqueued = T0};
    const struct test_leg flows = {.id = "flows", .start = T0 + 1, .flow_at = T0 + 1};
    const struct test_leg ends = {.id = "flows", .start = T0 + 1, .end = T0 + 2};
    struct live *live = live_new(&config);
    struct view view;
    test_put(live, &waits, T0);
    test_put(live, &flows, T0);
    view_init(&view, live);
    view.postpone = true;
    view_refresh(&view, T0 + 10);
    assert_int_equal(view.count, 2); /* there was no order to keep */
    view_set_filter(&view, filter_parse("queue=nobody", NULL));
    view_refresh(&view, T0 + 20);
    assert_true(view.stale);
    assert_int_equal(view.count, 2);
    test_put(live, &ends, T0 + 30);
    live_tick(live, T0 + SECOND_MS);
    view_refresh(&view, T0 + SECOND_MS);
    assert_int_equal(view.count, 1);
    view.postpone = false;
    view_refresh(&view, T0 + SECOND_MS);
    assert_false(view.stale);
    assert_int_equal(view.count, 0);
    assert_int_equal(view_matching(&view), 0);
    view_free(&view);
    live_free(live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_filter_can_wait),
        cmocka_unit_test(every_column_orders_as_it_compares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
