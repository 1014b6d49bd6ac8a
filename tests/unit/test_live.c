/* Rows: STATUS, what entries add, chains, abandonment, ended rows leaving. */
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

static void assert_shown(struct live *live, const char *id, enum stage_shown shown, int64_t since)
{
    const struct row *row = live_find(live, id);
    assert_non_null(row);
    assert_string_equal(shown_name[row->shown], shown_name[shown]);
    assert_true(row->since == since);
}

static const struct {
    struct test_leg leg;
    enum stage_shown shown;
    int64_t since;
} stages[] = {
    {{.id = "flow", .start = T0}, SHOWN_IN_FLOW, T0},
    {{.id = "cb", .method = "CALLBACK", .start = T0}, SHOWN_SCHEDULED, T0},
    {{.id = "cbq", .method = "CALLBACK", .start = T0, .enqueued = T0 + S(5)},
     SHOWN_QUEUED,
     T0 + S(5)},
    {{.id = "dial", .method = "OUTBOUND", .start = T0}, SHOWN_DIALLING, T0},
    {{.id = "api", .method = "API", .start = T0}, SHOWN_DIALLING, T0},
    {{.id = "apichat", .method = "API", .channel = "CHAT", .start = T0}, SHOWN_IN_FLOW, T0},
    {{.id = "answered", .method = "API", .start = T0, .system = T0 + S(9), .stamp = T0},
     SHOWN_IN_FLOW,
     T0},
    {{.id = "apiflow", .method = "API", .start = T0, .flow_at = T0 + S(1)}, SHOWN_IN_FLOW, T0},
    {{.id = "queued", .start = T0, .enqueued = T0 + S(3)}, SHOWN_QUEUED, T0 + S(3)},
    {{.id = "agent", .start = T0, .enqueued = T0 + S(3), .agent_at = T0 + S(9)},
     SHOWN_WITH_AGENT,
     T0 + S(9)},
    {{.id = "again", .start = T0, .enqueued = T0 + S(30), .agent_at = T0 + S(9)},
     SHOWN_QUEUED,
     T0 + S(30)},
    {{.id = "direct", .start = T0, .agent_at = T0 + S(9)}, SHOWN_WITH_AGENT, T0 + S(9)},
    {{.id = "paused",
      .channel = "TASK",
      .type = "PAUSED",
      .start = T0,
      .agent_at = T0 + S(9),
      .stamp = T0 + S(20)},
     SHOWN_PAUSED,
     T0 + S(20)},
    {{.id = "resumed",
      .channel = "TASK",
      .type = "RESUMED",
      .start = T0,
      .agent_at = T0 + S(9),
      .stamp = T0 + S(30)},
     SHOWN_WITH_AGENT,
     T0 + S(9)},
    {{.id = "ended", .start = T0, .end = T0 + S(9)}, SHOWN_ENDED, T0 + S(9)},
    {{.id = "done",
      .start = T0,
      .agent_at = T0 + S(1),
      .end = T0 + S(9),
      .acw_end = T0 + S(20),
      .completed = true},
     SHOWN_ENDED,
     T0 + S(20)},
};

static void status_follows_the_times(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(stages); i++) {
        test_put(*state, &stages[i].leg, T0 + S(31));
        assert_shown(*state, stages[i].leg.id, stages[i].shown, stages[i].since);
    }
    assert_int_equal(live_count(*state), ARRAY_SIZE(stages));
}

static void agent_events_tell_ringing_hold_and_acw(void **state)
{
    struct live *live = *state;
    struct test_leg leg = {.id = "c1", .start = T0, .enqueued = T0 + S(2)};
    test_put(live, &leg, T0 + S(2));
    test_agent_state(live, "c1", "CONNECTING", T0 + S(10), T0 + S(10));
    assert_shown(live, "c1", SHOWN_RINGING, T0 + S(10));
    test_agent_state(live, "c1", "MISSED", T0 + S(30), T0 + S(30));
    assert_shown(live, "c1", SHOWN_QUEUED, T0 + S(2));
    leg.agent_at = T0 + S(40);
    test_put(live, &leg, T0 + S(40));
    test_agent_state(live, "c1", "CONNECTED", T0 + S(40), T0 + S(40));
    assert_shown(live, "c1", SHOWN_WITH_AGENT, T0 + S(40));
    test_agent_state(live, "c1", "CONNECTED_ONHOLD", T0 + S(50), T0 + S(50));
    assert_shown(live, "c1", SHOWN_ON_HOLD, T0 + S(50));
    assert_true(row_hold(live_find(live, "c1"), T0 + S(57)) == S(7));
    test_agent_state(live, "c1", "CONNECTED", T0 + S(60), T0 + S(60));
    test_agent_state(live, "c1", "CONNECTED", T0 + S(60), T0 + S(61)); /* told twice */
    assert_shown(live, "c1", SHOWN_WITH_AGENT, T0 + S(40));
    assert_true(row_hold(live_find(live, "c1"), T0 + S(99)) == S(10));
    leg.end = T0 + S(70);
    test_put(live, &leg, T0 + S(70));
    test_agent_state(live, "c1", "ENDED", T0 + S(70), T0 + S(70));
    assert_shown(live, "c1", SHOWN_ACW, T0 + S(70));
    assert_true(row_acw(live_find(live, "c1"), T0 + S(75)) == S(5));
    test_agent_state(live, "c1", "GONE", T0 + S(80), T0 + S(80));
    assert_shown(live, "c1", SHOWN_ENDED, T0 + S(80));
    live_tick(live, T0 + S(81));
    assert_string_equal(live_find(live, "c1")->queue_name, "Billing");
    assert_string_equal(live_find(live, "c1")->agent_name, "jane");
}

static void acw_is_a_guess_that_ends(void **state)
{
    struct live *live = *state;
    struct test_leg leg = {.id = "c1", .start = T0, .agent_at = T0 + S(1), .end = T0 + S(9)};
    test_put(live, &leg, T0 + S(9));
    assert_shown(live, "c1", SHOWN_ENDED, T0 + S(9)); /* this instance never sent COMPLETED */
    struct test_leg other = {.id = "c2", .start = T0, .end = T0 + S(8), .completed = true};
    test_put(live, &other, T0 + S(9));
    test_put(live, &leg, T0 + S(10));
    assert_shown(live, "c1", SHOWN_ACW, T0 + S(9));
    live_tick(live, T0 + S(9) + 15 * MINUTE_MS + 1);
    assert_null(live_find(live, "c1")); /* ended long enough ago to leave at once */
}

static void silence_makes_unsure(void **state)
{
    static const struct {
        struct test_leg leg;
        int64_t after;
    } table[] = {
        {{.id = "flow", .start = T0}, 30 * MINUTE_MS},
        {{.id = "queued", .start = T0, .enqueued = T0}, 2 * HOUR_MS},
        {{.id = "agent", .start = T0, .agent_at = T0}, 4 * HOUR_MS},
        {{.id = "chat", .channel = "CHAT", .start = T0}, 24 * HOUR_MS},
        {{.id = "task", .channel = "TASK", .start = T0, .agent_at = T0}, 24 * HOUR_MS},
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct live *live = *state;
        test_put(live, &table[i].leg, T0);
        live_tick(live, T0 + table[i].after);
        assert_false(live_find(live, table[i].leg.id)->unsure);
        assert_true(live_tick(live, T0 + table[i].after + 1));
        assert_true(live_find(live, table[i].leg.id)->unsure);
    }
}

static void a_word_from_the_chain_ends_doubt(void **state)
{
    struct live *live = *state;
    const struct test_leg first = {.id = "first", .start = T0};
    test_put(live, &first, T0);
    live_tick(live, T0 + 31 * MINUTE_MS);
    assert_true(live_find(live, "first")->unsure);
    const struct test_leg second = {
        .id = "second", .initial = "first", .previous = "first", .start = T0 + 40 * MINUTE_MS};
    test_put(live, &second, T0 + 40 * MINUTE_MS);
    assert_false(live_find(live, "first")->unsure);
    live_tick(live, T0 + 69 * MINUTE_MS);
    assert_false(live_find(live, "first")->unsure);
    live_tick(live, T0 + 71 * MINUTE_MS);
    assert_true(live_find(live, "first")->unsure);
    assert_true(live_find(live, "second")->unsure);
}

static void chains_join_in_any_order(void **state)
{
    struct live *live = *state;
    const struct test_leg legs[] = {
        {.id = "c", .initial = "a", .previous = "b", .start = T0 + S(20)},
        {.id = "a", .start = T0},
        {.id = "b", .initial = "a", .previous = "a", .start = T0 + S(10)},
    };
    for (size_t i = 0; i < 3; i++)
        test_put(live, &legs[i], T0 + S(20));
    const struct row *rows[3];
    assert_int_equal(live_chain(live, "a", rows, 3), 3);
    assert_string_equal(rows[0]->id, "a");
    assert_string_equal(rows[1]->id, "b");
    assert_string_equal(rows[2]->id, "c");
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(rows[i]->chain_size, 3);
    assert_int_equal(live_chain(live, "a", rows, 1), 3);
    assert_string_equal(rows[0]->id, "a");
    assert_int_equal(live_chain(live, "nowhere", rows, 3), 0);
}

static void a_call_keeps_its_size_while_it_goes_on(void **state)
{
    struct live *live = *state;
    const struct test_leg first = {
        .id = "a", .start = T0, .enqueued = T0 + S(1), .end = T0 + S(60)};
    struct test_leg second = {.id = "b", .initial = "a", .previous = "a", .start = T0 + S(59)};
    test_put(live, &first, T0 + S(60));
    test_put(live, &second, T0 + S(60));
    int64_t now = T0 + S(60) + 5 * MINUTE_MS;
    for (int minute = 0; minute < 10; minute++, now += MINUTE_MS)
        live_tick(live, now);
    assert_null(live_find(live, "a"));
    assert_int_equal(live_count(live), 1);
    assert_int_equal(live_find(live, "b")->chain_size, 2);
    second.end = now;
    test_put(live, &second, now);
    for (int minute = 0; minute < 10; minute++, now += MINUTE_MS)
        live_tick(live, now);
    assert_int_equal(live_count(live), 0);
    const struct test_leg third = {.id = "c", .initial = "a", .start = now};
    test_put(live, &third, now);
    assert_int_equal(live_find(live, "c")->chain_size, 1);
}

static unsigned abandoned(struct live *live, const char *id)
{
    return live_find(live, id)->flags & (ROW_ABANDONED | ROW_ABANDONED_UNSURE);
}

static void abandoned_is_derived_and_withdrawn(void **state)
{
    struct live *live = *state;
    const struct test_leg leg = {.id = "x", .start = T0, .enqueued = T0 + S(1), .end = T0 + S(30)};
    test_put(live, &leg, T0 + S(30));
    assert_int_equal(abandoned(live, "x"), ROW_ABANDONED | ROW_ABANDONED_UNSURE);
    live_tick(live, T0 + S(39));
    assert_int_equal(abandoned(live, "x"), ROW_ABANDONED | ROW_ABANDONED_UNSURE);
    assert_true(live_tick(live, T0 + S(40)));
    assert_int_equal(abandoned(live, "x"), ROW_ABANDONED);
    const struct test_leg next = {.id = "y", .initial = "x", .previous = "x", .start = T0 + S(31)};
    test_put(live, &next, T0 + S(41));
    assert_int_equal(abandoned(live, "x"), 0);
    test_put(live, &leg, T0 + S(42));
    assert_int_equal(abandoned(live, "x"), 0);
}

static void what_is_not_abandoned(void **state)
{
    struct live *live = *state;
    const struct test_leg base = {.start = T0, .enqueued = T0 + S(5), .end = T0 + S(30)};
    struct test_leg leg = base;
    leg.id = "answered", leg.agent_at = T0 + S(9);
    test_put(live, &leg, T0 + S(30));
    leg = base, leg.id = "task", leg.channel = "TASK";
    test_put(live, &leg, T0 + S(30));
    leg = base, leg.id = "callback", leg.method = "CALLBACK";
    test_put(live, &leg, T0 + S(30));
    leg = base, leg.id = "never", leg.enqueued = 0;
    test_put(live, &leg, T0 + S(30));
    leg = base, leg.id = "took";
    test_put(live, &leg, T0 + S(30));
    test_entry(live, "took", MARK_CALLBACK, T0 + S(20), "{}", T0 + S(30));
    leg = base, leg.id = "flow";
    test_put(live, &leg, T0 + S(30));
    test_entry(live, "flow", MARK_EXIT, T0 + S(29), "{}", T0 + S(30));
    static const char *const id[] = {"answered", "task", "callback", "never", "took", "flow"};
    for (size_t i = 0; i < ARRAY_SIZE(id); i++)
        assert_int_equal(abandoned(live, id[i]), 0);
    leg = base, leg.id = "before"; /* the transfer that put it into the queue */
    test_put(live, &leg, T0 + S(30));
    test_entry(live, "before", MARK_EXIT, T0 + S(5), "{}", T0 + S(30));
    test_entry(live, "before", MARK_EXIT, T0 + S(31), "{}", T0 + S(31)); /* after it hung up */
    assert_true(abandoned(live, "before") != 0);
}

static void entries_count_once(void **state)
{
    struct live *live = *state;
    const struct test_leg leg = {.id = "c1", .start = T0};
    static const char body[] =
        "{\"ContactFlowModuleType\":\"InvokeExternalResource\",\"Parameters\":{\"FunctionArn\":"
        "\"arn:aws:lambda:eu-west-2:1:function:lookup:live\"},\"Results\":\"The Lambda Function "
        "Returned An Error.\"}";
    test_put(live, &leg, T0);
    for (int i = 0; i < 3; i++)
        test_entry(live, "c1", MARK_ERROR | MARK_LAMBDA | MARK_LAMBDA_ERROR, T0 + S(1), body,
                   T0 + S(1));
    test_entry(live, "c1", MARK_ERROR, T0, "{\"Results\":\"Error\"}", T0 + S(1));
    const struct row *row = live_find(live, "c1");
    assert_int_equal(row->errors, 2);
    assert_int_equal(row->lambda_errors, 1);
    assert_int_equal(row->lambdas, 1);
    assert_string_equal(row->lambda[0], "lookup");
    assert_string_equal(row->last_error, "The Lambda Function Returned An Error.");
    assert_true(row->flags & ROW_ERROR);
    assert_true(row->flags & ROW_LAMBDA_ERROR);
    test_entry(live, "c1", MARK_ERROR | MARK_LAMBDA, T0 + S(2), "not json", T0 + S(2));
    assert_int_equal(row->errors, 3);
}

static void a_chat_that_meets_a_key_press_menu_is_no_error(void **state)
{
    struct live *live = *state;
    static const char menu[] = "{\"Results\":\"Error\"}", other[] = "{\"Results\":\"No such\"}";
    const struct test_leg chat = {.id = "chat", .channel = "CHAT", .start = T0};
    const struct test_leg call = {.id = "call", .start = T0};
    test_entry(live, "chat", MARK_MENU_ERROR, T0, menu, T0); /* how it came is not known yet */
    test_put(live, &chat, T0);
    test_put(live, &call, T0);
    test_entry(live, "call", MARK_MENU_ERROR, T0, menu, T0);
    assert_int_equal(live_find(live, "chat")->errors, 0);
    assert_null(live_find(live, "chat")->last_error);
    assert_false(live_find(live, "chat")->flags & ROW_ERROR);
    assert_int_equal(live_find(live, "call")->errors, 1);
    assert_string_equal(live_find(live, "call")->last_error, "Error");
    assert_true(live_find(live, "call")->flags & ROW_ERROR);
    assert_int_equal(live_tiles(live, T0)->errors_5min, 1);
    test_entry(live, "chat", MARK_ERROR, T0, other, T0);
    test_entry(live, "chat", MARK_MENU_ERROR, T0 + S(1), menu, T0 + S(1));
    assert_int_equal(live_find(live, "chat")->errors, 1);
    assert_string_equal(live_find(live, "chat")->last_error, "No such");
    assert_int_equal(live_tiles(live, T0 + S(1))->errors_5min, 2);
}

static void entries_may_come_before_their_record(void **state)
{
    struct live *live = *state;
    test_entry(live, "early", MARK_ERROR, T0, "{\"Results\":\"Error\"}", T0);
    assert_null(live_find(live, "early"));
    assert_int_equal(live_count(live), 0);
    const struct test_leg leg = {.id = "early", .start = T0};
    test_put(live, &leg, T0 + S(1));
    assert_int_equal(live_find(live, "early")->errors, 1);
    test_entry(live, "never", MARK_ERROR, T0, "{\"Results\":\"Error\"}", T0);
    live_tick(live, T0 + S(60));
    assert_int_equal(live_count(live), 1);
}

static void ended_rows_leave_and_indexes_serve_again(void **state)
{
    struct live *live = *state;
    char id[16];
    for (int round = 0; round < 40; round++) {
        int64_t now = T0 + round * 10 * MINUTE_MS;
        for (int i = 0; i < 50; i++) {
            snprintf(id, sizeof(id), "c%d", round * 50 + i);
            const struct test_leg leg = {.id = id, .start = now, .enqueued = now, .end = now + 1};
            test_put(live, &leg, now + 2);
        }
        assert_int_equal(live_count(live), 50);
        live_tick(live, now + 5 * MINUTE_MS);
        assert_int_equal(live_count(live), 50);
        assert_true(live_tick(live, now + 5 * MINUTE_MS + 1));
        assert_int_equal(live_count(live), 0);
    }
    assert_true(live_limit(live) <= 256);
}

static void dead_contacts_are_never_live(void **state)
{
    struct live *live = *state;
    const struct test_leg leg = {.id = "old", .start = T0};
    test_put(live, &leg, T0 + 25 * HOUR_MS);
    assert_null(live_find(live, "old"));
    const struct test_leg fresh = {.id = "fresh", .start = T0};
    test_put(live, &fresh, T0 + HOUR_MS);
    assert_non_null(live_find(live, "fresh"));
    live_tick(live, T0 + 24 * HOUR_MS + 1);
    assert_null(live_find(live, "fresh"));
}

static void customer_comes_from_the_record_or_an_attribute(void **state)
{
    (void)state;
    static const char *const from[] = {"phone", "account", NULL};
    const struct live_config config = {.customer_from = from, .utc = 1};
    struct live *live = live_new(&config);
    const struct test_leg a = {.id = "a", .start = T0, .attribute = "account", .value = "12"};
    const struct test_leg b = {.id = "b", .start = T0};
    test_put(live, &a, T0);
    test_put(live, &b, T0);
    assert_string_equal(live_find(live, "a")->customer, "12");
    assert_null(live_find(live, "b")->customer);
    live_free(live);
}

static void note_index(void *context, uint32_t index)
{
    ((unsigned *)context)[index]++;
}

static void changes_are_told(void **state)
{
    struct live *live = *state;
    const struct test_leg a = {.id = "a", .start = T0}, b = {.id = "b", .start = T0};
    test_put(live, &a, T0);
    test_put(live, &b, T0);
    unsigned told[2] = {0};
    uint64_t generation = live_generation(live);
    test_put(live, &b, T0 + S(1));
    assert_true(live_changed_since(live, generation, note_index, told));
    assert_int_equal(told[live_find(live, "a")->index], 0);
    assert_true(told[live_find(live, "b")->index] > 0);
    for (int i = 0; i < (1 << 16); i++)
        test_put(live, &b, T0 + S(1));
    assert_false(live_changed_since(live, generation, note_index, told));
}

static void format(struct live *live, const struct row *row, enum column_id column, int64_t now,
                   const char *expected)
{
    struct buf out = {0};
    columns[column].format(&out, row, live, now);
    assert_string_equal(buf_str(&out), expected);
    buf_free(&out);
}

static void a_module_is_shown_as_the_flow_that_runs_it(void **state)
{
    struct live *live = *state;
    struct test_leg leg = {.id = "c", .start = T0, .flow_at = T0 + S(1), .module = "Ask language"};
    test_put(live, &leg, T0 + S(1));
    format(live, live_find(live, "c"), COLUMN_NOW_AT, T0 + S(1), "Ask language / PlayPrompt");
    const struct test_leg other = {.id = "d", .start = T0, .flow_at = T0 + S(1), .flow = "Main"};
    test_put(live, &other, T0 + S(2)); /* from here on the flow's name is known */
    test_put(live, &leg, T0 + S(2));
    format(live, live_find(live, "c"), COLUMN_NOW_AT, T0 + S(2), "Main / PlayPrompt");
    format(live, live_find(live, "c"), COLUMN_FLOW, T0 + S(2), "Main");
    names_set(live_names(live), "f1000000-dddd", "Front door", NAME_FILE);
    test_put(live, &leg, T0 + S(3));
    test_put(live, &other, T0 + S(3));
    format(live, live_find(live, "c"), COLUMN_FLOW, T0 + S(3), "Front door");
    format(live, live_find(live, "d"), COLUMN_FLOW, T0 + S(3), "Front door");
}

static void columns_say_what_is_known(void **state)
{
    struct live *live = *state;
    names_set(live_names(live), QUEUE_SALES, "Sales", NAME_FILE);
    const struct test_leg leg = {.id = "edfcdfa6-358e",
                                 .channel = "CHAT",
                                 .queue = QUEUE_SALES,
                                 .start = T0,
                                 .enqueued = T0 + S(10),
                                 .flow = "Main",
                                 .flow_at = T0 + S(9),
                                 .block = "Transfer"};
    test_put(live, &leg, T0 + S(10));
    int64_t now = T0 + S(202);
    const struct row *row = live_find(live, "edfcdfa6-358e");
    format(live, row, COLUMN_FLAGS, now, "Q");
    format(live, row, COLUMN_STATUS, now, "QUEUED");
    format(live, row, COLUMN_CHANNEL, now, "CHT");
    format(live, row, COLUMN_IN_STATE, now, "3:12");
    format(live, row, COLUMN_TOTAL, now, "3:22");
    format(live, row, COLUMN_QUEUE, now, "Sales");
    format(live, row, COLUMN_AGENT, now, "–");
    format(live, row, COLUMN_CUSTOMER, now, "–");
    format(live, row, COLUMN_NOW_AT, now, "waiting");
    format(live, row, COLUMN_START, now, "12:00:00");
    format(live, row, COLUMN_IN_STATE, T0, "0:00"); /* the clock is behind: never negative */
    const struct test_leg other = {.id = "o", .start = T0, .enqueued = T0 + S(1)};
    test_put(live, &other, now);
    format(live, live_find(live, "o"), COLUMN_QUEUE, now, "b1111111");
    assert_int_equal(row_level(row, live, T0 + S(69)), 0);
    assert_int_equal(row_level(row, live, T0 + S(70)), 1);
    assert_int_equal(row_level(row, live, T0 + S(190)), 2);
}

static void column_table_is_whole(void **state)
{
    (void)state;
    for (int i = 0; i < COLUMN_COUNT; i++) {
        assert_non_null(columns[i].format);
        assert_non_null(columns[i].compare);
        assert_non_null(columns[i].sort_key);
        assert_true(columns[i].max_width >= columns[i].width);
        assert_int_equal(column_find(columns[i].key), i);
    }
    assert_int_equal(column_find("nothing"), -1);
}

static void tell_agent(struct live *live, const char *name, const char *status, int64_t time)
{
    struct note *note = note_new(NOTE_AGENTS);
    note->agent = mem_alloc(sizeof(*note->agent));
    note->agents = 1;
    *note->agent = (struct agent_event){
        .agent_arn = arena_printf(&note->arena, "arn:aws:connect:x:1:instance/i/agent/%s", name),
        .agent_name = arena_strdup(&note->arena, name),
        .status_name = arena_strdup(&note->arena, status),
        .time = time,
        .contacts = 1};
    live_apply(live, note, time);
    note_free(note);
}

static void agents_are_kept_by_name_with_their_newest_word(void **state)
{
    struct live *live = *state;
    const struct agent_event *const *agent;
    assert_int_equal(live_agents(live, &agent), 0);
    tell_agent(live, "moe", "Available", T0 + S(10));
    tell_agent(live, "Curly", "Lunch", T0 + S(5));
    tell_agent(live, "moe", "Offline", T0 + S(5));
    assert_int_equal(live_agents(live, &agent), 2);
    assert_string_equal(agent[0]->agent_name, "Curly");
    assert_string_equal(agent[1]->status_name, "Available");
    tell_agent(live, "moe", "Training", T0 + S(20));
    assert_int_equal(live_agents(live, &agent), 2);
    assert_string_equal(agent[1]->status_name, "Training");
    assert_ptr_equal(live_agent(live, agent[1]->agent_arn), agent[1]);
    assert_null(live_agent(live, "arn"));
    assert_null(live_agent(live, NULL));
    for (int i = 0; i < 100; i++) {
        char name[16];
        snprintf(name, sizeof(name), "agent%02d", 99 - i);
        tell_agent(live, name, "Available", T0);
    }
    assert_int_equal(live_agents(live, &agent), 102);
    assert_string_equal(agent[0]->agent_name, "agent00");
}

static void agents_name_the_rows_they_are_with(void **state)
{
    struct live *live = *state;
    const char *arn = "arn:aws:connect:x:1:instance/i/agent/moe";
    test_put(live, &(struct test_leg){.id = "a", .start = T0, .agent_at = T0 + S(2), .agent = arn},
             T0);
    assert_null(live_find(live, "a")->agent_name);
    tell_agent(live, "moe", "Available", T0);
    assert_true(live_tick(live, T0 + S(1)));
    assert_string_equal(live_find(live, "a")->agent_name, "moe");
    tell_agent(live, "moe", "Lunch", T0 + S(5));
    assert_false(live_tick(live, T0 + S(6))); /* the name is known */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(status_follows_the_times, live_setup, live_teardown),
        cmocka_unit_test_setup_teardown(agent_events_tell_ringing_hold_and_acw, live_setup,
                                        live_teardown),
        cmocka_unit_test_setup_teardown(acw_is_a_guess_that_ends, live_setup, live_teardown),
        cmocka_unit_test_setup_teardown(silence_makes_unsure, live_setup, live_teardown),
        cmocka_unit_test_setup_teardown(a_word_from_the_chain_ends_doubt, live_setup,
                                        live_teardown),
        cmocka_unit_test_setup_teardown(chains_join_in_any_order, live_setup, live_teardown),
        cmocka_unit_test_setup_teardown(a_call_keeps_its_size_while_it_goes_on, live_setup,
                                        live_teardown),
        cmocka_unit_test_setup_teardown(abandoned_is_derived_and_withdrawn, live_setup,
                                        live_teardown),
        cmocka_unit_test_setup_teardown(what_is_not_abandoned, live_setup, live_teardown),
        cmocka_unit_test_setup_teardown(entries_count_once, live_setup, live_teardown),
        cmocka_unit_test_setup_teardown(a_chat_that_meets_a_key_press_menu_is_no_error, live_setup,
                                        live_teardown),
        cmocka_unit_test_setup_teardown(entries_may_come_before_their_record, live_setup,
                                        live_teardown),
        cmocka_unit_test_setup_teardown(ended_rows_leave_and_indexes_serve_again, live_setup,
                                        live_teardown),
        cmocka_unit_test_setup_teardown(dead_contacts_are_never_live, live_setup, live_teardown),
        cmocka_unit_test(customer_comes_from_the_record_or_an_attribute),
        cmocka_unit_test_setup_teardown(changes_are_told, live_setup, live_teardown),
        cmocka_unit_test_setup_teardown(a_module_is_shown_as_the_flow_that_runs_it, live_setup,
                                        live_teardown),
        cmocka_unit_test_setup_teardown(columns_say_what_is_known, live_setup, live_teardown),
        cmocka_unit_test_setup_teardown(agents_are_kept_by_name_with_their_newest_word, live_setup,
                                        live_teardown),
        cmocka_unit_test_setup_teardown(agents_name_the_rows_they_are_with, live_setup,
                                        live_teardown),
        cmocka_unit_test(column_table_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
