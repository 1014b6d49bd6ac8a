/* Views: kept in order by small steps, the same as a naive sort and filter of everything would
 * give. */
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

#define T0   INT64_C(1767268800000) /* 2026-01-01T12:00:00Z */
#define S(n) ((int64_t)(n)*SECOND_MS)

static struct live *live;
static struct view view;

static int setup(void **state)
{
    (void)state;
    const struct live_config config = {.utc = 1};
    live = live_new(&config);
    view_init(&view, live);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    view_free(&view);
    live_free(live);
    return 0;
}

static void queued(const char *id, int64_t enqueued_s, int64_t now_s)
{
    const struct test_leg leg = {.id = id, .start = T0, .enqueued = T0 + S(enqueued_s)};
    test_put(live, &leg, T0 + S(now_s));
}

static void assert_order(const char *expected)
{
    struct buf out = {0};
    for (size_t i = 0; i < view.count; i++) {
        const struct row *row = live_row(live, view.order[i]);
        buf_printf(&out, "%s%s%s", i ? " " : "", row->id, view_is_kept(&view, row, 0) ? "~" : "");
    }
    assert_string_equal(buf_str(&out), expected);
    buf_free(&out);
}

static void set_filter(const char *text)
{
    struct filter_error error;
    struct filter *filter = filter_parse(text, &error);
    if (!filter)
        fail_msg("%s: %s", text, error.text);
    view_set_filter(&view, filter);
}

static void longest_in_state_first(void **state)
{
    (void)state;
    queued("b", 2, 10);
    queued("a", 1, 10);
    queued("d", 3, 10);
    queued("c", 3, 10);
    assert_true(view_refresh(&view, T0 + S(10)));
    assert_order("a b c d");
    assert_false(view_refresh(&view, T0 + S(10) + 1));
    view_set_sort(&view, COLUMN_IN_STATE, false);
    view_refresh(&view, T0 + S(10));
    assert_order("c d b a");
    view_set_sort(&view, COLUMN_CONTACT, true);
    view_refresh(&view, T0 + S(10));
    assert_order("d c b a");
    queued("bb", 7, 11);
    view_refresh(&view, T0 + S(11));
    assert_order("d c bb b a");
    assert_int_equal(view_position(&view, "bb"), 2);
    assert_true(view_position(&view, "nobody") == SIZE_MAX);
}

static void the_selected_row_is_kept(void **state)
{
    (void)state;
    set_filter("status=queued");
    queued("a", 1, 10);
    queued("b", 2, 10);
    queued("c", 3, 10);
    view_select(&view, "b");
    view_refresh(&view, T0 + S(10));
    const struct test_leg b = {
        .id = "b", .start = T0, .enqueued = T0 + S(2), .agent_at = T0 + S(11)};
    const struct test_leg a = {
        .id = "a", .start = T0, .enqueued = T0 + S(1), .agent_at = T0 + S(12)};
    test_put(live, &a, T0 + S(12));
    test_put(live, &b, T0 + S(12));
    view_refresh(&view, T0 + S(12));
    assert_order("c b~");
    assert_int_equal(view_matching(&view), 1);
    assert_int_equal(view_position(&view, "b"), 1);
    view_select(&view, "c");
    view_refresh(&view, T0 + S(12));
    assert_order("c");
    assert_int_equal(view_matching(&view), 1);
}

static void a_selected_row_that_ends_stays_until_it_leaves(void **state)
{
    (void)state;
    queued("a", 1, 10);
    queued("b", 2, 10);
    view_select(&view, "a");
    view_refresh(&view, T0 + S(10));
    const struct test_leg a = {.id = "a", .start = T0, .enqueued = T0 + S(1), .end = T0 + S(11)};
    test_put(live, &a, T0 + S(11));
    view_refresh(&view, T0 + S(11));
    assert_order("b a");
    live_tick(live, T0 + S(11) + 5 * MINUTE_MS);
    view_refresh(&view, T0 + S(11) + 5 * MINUTE_MS);
    assert_order("b");
}

static void held_order(void **state)
{
    (void)state;
    set_filter("status=queued");
    queued("a", 1, 10);
    queued("b", 2, 10);
    queued("c", 3, 10);
    view_refresh(&view, T0 + S(10));
    view.hold_until = T0 + S(20);
    queued("b", 9, 11);  /* would sort last */
    queued("zz", 0, 11); /* new: would sort first */
    const struct test_leg a = {.id = "a", .start = T0, .enqueued = T0 + S(1), .end = T0 + S(11)};
    test_put(live, &a, T0 + S(11));
    assert_true(view_is_held(&view, T0 + S(12)));
    view_refresh(&view, T0 + S(12));
    assert_order("a~ b c zz");
    assert_int_equal(view_matching(&view), 3);
    view_refresh(&view, T0 + S(20)); /* let go */
    assert_order("zz c b");
    assert_int_equal(view_matching(&view), 3);
    view.hold = true;
    view_refresh(&view, T0 + S(21));
    queued("c", 20, 22);
    view_refresh(&view, T0 + S(22));
    assert_order("zz c b");
    view_set_sort(&view, COLUMN_CONTACT, false); /* what the user asks for is done at once */
    view_refresh(&view, T0 + S(23));
    assert_order("b c zz");
}

static void rows_that_go_while_held(void **state)
{
    (void)state;
    const struct test_leg gone = {.id = "gone", .start = T0, .end = T0 + S(1)};
    queued("a", 1, 2);
    test_put(live, &gone, T0 + S(2));
    queued("b", 2, 2);
    view_refresh(&view, T0 + S(2));
    view.hold = true;
    live_tick(live, T0 + S(1) + 5 * MINUTE_MS);
    view_refresh(&view, T0 + S(1) + 5 * MINUTE_MS);
    assert_order("a b");
}

static void time_moves_rows_into_the_filter(void **state)
{
    (void)state;
    set_filter("wait>60");
    queued("a", 0, 10);
    queued("b", 10, 10);
    view_refresh(&view, T0 + S(10));
    assert_order("");
    view_refresh(&view, T0 + S(61));
    assert_order("a");
    view_refresh(&view, T0 + S(71));
    assert_order("a b");
}

static void open_rows_pass_ended_ones(void **state)
{
    (void)state;
    view_set_sort(&view, COLUMN_TOTAL, true);
    const struct test_leg ended = {.id = "ended", .start = T0 - S(100), .end = T0};
    const struct test_leg open = {.id = "open", .start = T0 - S(50)};
    test_put(live, &ended, T0);
    test_put(live, &open, T0);
    view_refresh(&view, T0);
    assert_order("ended open");
    assert_true(view_refresh(&view, T0 + S(60)));
    assert_order("open ended");
}

static void marks_go_by_identity(void **state)
{
    (void)state;
    queued("a", 1, 2);
    view_mark(&view, "a", true);
    view_mark(&view, "b", true);
    assert_true(view_is_marked(&view, "a"));
    view_mark(&view, "b", false);
    assert_false(view_is_marked(&view, "b"));
    view_unmark_all(&view);
    assert_false(view_is_marked(&view, "a"));
}

/* The model: every row, filtered and sorted from nothing. */
static int naive_compare(const void *a, const void *b)
{
    const struct row *const *x = a, *const *y = b;
    int order = columns[view.sort].compare(*x, *y, live, view.refreshed);
    if (order)
        return view.descending ? -order : order;
    return strcmp((*x)->id, (*y)->id);
}

static void compare_with_naive(int step)
{
    const struct row *rows[4096];
    size_t count = 0, matching = 0;
    for (size_t i = 0; i < live_limit(live); i++) {
        const struct row *row = live_row(live, i);
        if (!row)
            continue;
        bool matches = filter_match(view.filter, row, live, view.refreshed);
        matching += matches;
        if (matches || view_is_kept(&view, row, view.refreshed))
            rows[count++] = row;
        if (!matches && view_is_kept(&view, row, view.refreshed))
            assert_string_equal(row->id, view.selected);
    }
    qsort(rows, count, sizeof(rows[0]), naive_compare);
    if (count != view.count || matching != view_matching(&view))
        fail_msg("step %d: %zu rows, want %zu", step, view.count, count);
    for (size_t i = 0; i < count; i++)
        if (live_row(live, view.order[i]) != rows[i])
            fail_msg("step %d: place %zu differs", step, i);
}

static void random_change(struct rng *rng, int64_t now)
{
    char id[16], previous[16];
    uint32_t number = rng_below(rng, 400);
    snprintf(id, sizeof(id), "c%u", number);
    snprintf(previous, sizeof(previous), "c%u", rng_below(rng, 400));
    struct test_leg leg = {.id = id, .start = now - S(rng_below(rng, 600))};
    if (rng_chance(rng, 0.7))
        leg.enqueued = leg.start + S(rng_below(rng, 60));
    if (rng_chance(rng, 0.4))
        leg.agent_at = leg.start + S(rng_below(rng, 120));
    if (rng_chance(rng, 0.3))
        leg.end = now - S(rng_below(rng, 200));
    if (rng_chance(rng, 0.2) && strcmp(previous, id) != 0)
        leg.initial = leg.previous = previous;
    leg.queue = rng_chance(rng, 0.5) ? QUEUE_SALES : QUEUE_BILLING;
    leg.channel = rng_chance(rng, 0.5) ? "VOICE" : "CHAT";
    leg.stamp = now;
    test_put(live, &leg, now);
    if (rng_chance(rng, 0.2))
        test_entry(live, id, MARK_ERROR, now, "{\"Results\":\"Error\"}", now);
}

static void random_wish(struct rng *rng)
{
    static const char *const filters[] = {"",         "status=queued", "wait>60",
                                          "queue~s",  "flag=e",        "total>5m or channel=chat",
                                          "not end=-"};
    if (rng_chance(rng, 0.1))
        set_filter(filters[rng_below(rng, ARRAY_SIZE(filters))]);
    if (rng_chance(rng, 0.1))
        view_set_sort(&view, (int)rng_below(rng, COLUMN_COUNT), rng_chance(rng, 0.5));
    if (rng_chance(rng, 0.2)) {
        char id[16];
        snprintf(id, sizeof(id), "c%u", rng_below(rng, 400));
        view_select(&view, id);
    }
}

static void random_changes_against_the_model(void **state)
{
    (void)state;
    const uint64_t seed = 20260101;
    struct rng rng;
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_seed(&rng, seed);
    names_set(live_names(live), QUEUE_SALES, "Sales", NAME_FILE);
    int64_t now = T0;
    for (int step = 0; step < 1500; step++) {
        now += rng_chance(&rng, 0.02) ? 10 * MINUTE_MS : rng_below(&rng, 700);
        for (uint32_t n = rng_below(&rng, 12); n > 0; n--)
            random_change(&rng, now);
        if (rng_chance(&rng, 0.4))
            live_tick(live, now);
        random_wish(&rng);
        /* Between two refreshes of one second the clock of filter and order is the last whole
         * second's. */
        now = now / 1000 * 1000 + 1000;
        view_refresh(&view, now);
        compare_with_naive(step);
    }
}

/* While the order is held only the places are fixed: once let go all is as the model says. */
static void random_holds_end_in_order(void **state)
{
    (void)state;
    const uint64_t seed = 77;
    struct rng rng;
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_seed(&rng, seed);
    int64_t now = T0;
    for (int step = 0; step < 300; step++) {
        view.hold = step % 3 != 2;
        now += 1000;
        for (uint32_t n = rng_below(&rng, 20); n > 0; n--)
            random_change(&rng, now);
        live_tick(live, now);
        random_wish(&rng);
        view_refresh(&view, now);
        size_t seen = 0;
        for (size_t i = 0; i < view.count; i++)
            seen += live_row(live, view.order[i]) != NULL;
        assert_int_equal(seen, view.count);
        if (!view.hold)
            compare_with_naive(step);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(longest_in_state_first, setup, teardown),
        cmocka_unit_test_setup_teardown(the_selected_row_is_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(a_selected_row_that_ends_stays_until_it_leaves, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(held_order, setup, teardown),
        cmocka_unit_test_setup_teardown(rows_that_go_while_held, setup, teardown),
        cmocka_unit_test_setup_teardown(time_moves_rows_into_the_filter, setup, teardown),
        cmocka_unit_test_setup_teardown(open_rows_pass_ended_ones, setup, teardown),
        cmocka_unit_test_setup_teardown(marks_go_by_identity, setup, teardown),
        cmocka_unit_test_setup_teardown(random_changes_against_the_model, setup, teardown),
        cmocka_unit_test_setup_teardown(random_holds_end_in_order, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
