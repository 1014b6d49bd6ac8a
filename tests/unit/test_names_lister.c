/* Listing names: pages, pace, throttling, refusal, the age of what is cached, and who lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/live.h"
#include "support/caretaker_fixture.h"

static const char *const instances[] = {CARETAKER_INSTANCE, NULL};

#define QUEUES_1                                                                                   \
    "{\"QueueSummaryList\":[{\"Id\":\"q1\",\"Name\":\"Billing\"}],\"NextToken\":\"two\"}"
#define QUEUES_2 "{\"QueueSummaryList\":[{\"Id\":\"q2\",\"Name\":\"Ca\\trds\"},{\"Id\":\"q3\"}]}"
#define USERS    "{\"UserSummaryList\":[{\"Id\":\"u1\",\"Username\":\"c.silva\"}]}"
#define PROMPTS  "{\"PromptSummaryList\":[]}"
#define FLOWS    "{\"ContactFlowSummaryList\":[{\"Id\":\"f1\",\"Name\":\"Main\"}]}"
#define MODULES  "{\"ContactFlowModulesSummaryList\":[{\"Id\":\"m1\",\"Name\":\"Auth\"}]}"
#define REST                                                                                       \
    {"ListUsers", NULL, AWS_FINE, NULL, USERS, 0, 0},                                              \
        {"ListPrompts", NULL, AWS_FINE, NULL, PROMPTS, 0, 0},                                      \
        {"ListContactFlows", NULL, AWS_FINE, NULL, FLOWS, 0, 0},                                   \
    {                                                                                              \
        "ListContactFlowModules", NULL, AWS_FINE, NULL, MODULES, 0, 0                              \
    }
#define ALL                                                                                        \
    {"ListQueues", "nextToken=two", AWS_FINE, NULL, QUEUES_2, 0, 0},                               \
        {"ListQueues", NULL, AWS_FINE, NULL, QUEUES_1, 0, 0}, REST
#define ONE_ROUND                                                                                  \
    "ListQueues ListQueues ListUsers ListPrompts ListContactFlows ListContactFlowModules "

static int begin(void **state)
{
    struct caretaker_fixture *f = mem_alloc(sizeof(*f));
    caretaker_fixture_begin(f);
    f->options.list_names = true;
    f->options.instances = instances;
    *state = f;
    return 0;
}

static int end(void **state)
{
    caretaker_fixture_end(*state);
    free(*state);
    return 0;
}

static void take(void *context, const char *id, const char *name)
{
    buf_printf(context, "%s=%s;", id, name);
}

static void assert_cached(struct caretaker_fixture *f, const char *expected)
{
    struct err err = {""};
    struct buf seen = {0};
    struct store *store = sqlite_file_open(&f->options.store, &err);
    assert_non_null(store);
    assert_true(names_cached(store, take, &seen, &err));
    assert_string_equal(buf_str(&seen), expected);
    buf_free(&seen);
    store_close(store);
}

static void all_pages_of_all_lists_are_read_a_second_apart(void **state)
{
    struct caretaker_fixture *f = *state;
    struct connect_reply script[] = {ALL};
    caretaker_script(f, script);
    struct caretaker *c = caretaker_fixture_new(f, 1);
    caretaker_run(f, c, CARETAKER_START + 20 * SECOND_MS);
    assert_string_equal(buf_str(&f->asked), ONE_ROUND);
    assert_true(caretaker_pace(f) >= SECOND_MS);
    caretaker_free(c);
    assert_cached(f, "q1=Billing;q2=Ca rds;u1=c.silva;f1=Main;m1=Auth;");
}

static void what_is_cached_is_listed_again_after_a_day(void **state)
{
    struct caretaker_fixture *f = *state;
    struct connect_reply script[] = {ALL};
    caretaker_script(f, script);
    struct caretaker *c = caretaker_fixture_new(f, 2);
    caretaker_run(f, c, CARETAKER_START + MINUTE_MS);
    assert_int_equal(caretaker_asked(f, "ListQueues"), 2);
    caretaker_free(c);
    f->now = CARETAKER_START + DAY_MS - HOUR_MS;
    c = caretaker_fixture_new(f, 3); /* another start on the same day */
    caretaker_run(f, c, CARETAKER_START + DAY_MS - MINUTE_MS);
    assert_int_equal(caretaker_asked(f, "ListQueues"), 2);
    caretaker_run(f, c, CARETAKER_START + DAY_MS + 3 * HOUR_MS);
    assert_int_equal(caretaker_asked(f, "ListQueues"), 4);
    f->now = CARETAKER_START + 2 * DAY_MS - HOUR_MS;
    caretaker_run(f, c, CARETAKER_START + 2 * DAY_MS - MINUTE_MS);
    assert_int_equal(caretaker_asked(f, "ListQueues"), 4);
    caretaker_free(c);
}

static void throttling_slows_down_and_loses_no_page(void **state)
{
    struct caretaker_fixture *f = *state;
    struct connect_reply script[] = {
        {"ListQueues", "nextToken", AWS_THROTTLED, "TooManyRequestsException", NULL, 4, 0},
        {"ListUsers", NULL, AWS_TRANSIENT, "", NULL, 1, 0},
        ALL};
    caretaker_script(f, script);
    struct caretaker *c = caretaker_fixture_new(f, 4);
    caretaker_run(f, c, CARETAKER_START + 10 * MINUTE_MS);
    assert_int_equal(f->asks, 11);
    /* 5 s, doubling, and up to half as much again */
    for (int i = 0; i < 4; i++) {
        int64_t wait = f->asked_at[i + 2] - f->asked_at[i + 1];
        assert_in_range(wait, 5000 << i, (5000 << i) * 3 / 2);
    }
    assert_in_range(f->asked_at[6] - f->asked_at[5], 1000, 1000); /* served again: the usual pace */
    caretaker_free(c);
    assert_cached(f, "q1=Billing;q2=Ca rds;u1=c.silva;f1=Main;m1=Auth;");
}

static void a_list_that_is_denied_is_left_out_until_tomorrow(void **state)
{
    struct caretaker_fixture *f = *state;
    struct connect_reply script[] = {
        {"ListUsers", NULL, AWS_DENIED, "AccessDeniedException", NULL, 0, 0}, ALL};
    caretaker_script(f, script);
    struct caretaker *c = caretaker_fixture_new(f, 5);
    caretaker_run(f, c, CARETAKER_START + MINUTE_MS);
    f->now = CARETAKER_START + 23 * HOUR_MS;
    caretaker_run(f, c, CARETAKER_START + DAY_MS - MINUTE_MS);
    assert_int_equal(caretaker_asked(f, "ListUsers"), 1);
    caretaker_run(f, c, CARETAKER_START + 27 * HOUR_MS);
    assert_int_equal(caretaker_asked(f, "ListUsers"), 2);
    caretaker_free(c);
    assert_cached(f, "q1=Billing;q2=Ca rds;f1=Main;m1=Auth;");
}

static void denied_altogether_keeps_what_was_cached(void **state)
{
    struct caretaker_fixture *f = *state;
    struct connect_reply good[] = {ALL};
    struct connect_reply denied[] = {{NULL, NULL, AWS_DENIED, "AccessDeniedException", NULL, 0, 0}};
    caretaker_script(f, good);
    struct caretaker *c = caretaker_fixture_new(f, 6);
    caretaker_run(f, c, CARETAKER_START + MINUTE_MS);
    caretaker_script(f, denied);
    size_t before = f->asks;
    f->now = CARETAKER_START + 26 * HOUR_MS;
    caretaker_run(f, c, CARETAKER_START + 27 * HOUR_MS);
    assert_int_equal(f->asks - before, 5);
    f->now = CARETAKER_START + 49 * HOUR_MS;
    caretaker_run(f, c, CARETAKER_START + 50 * HOUR_MS);
    assert_int_equal(f->asks - before, 5);
    caretaker_free(c);
    assert_cached(f, "q1=Billing;q2=Ca rds;u1=c.silva;f1=Main;m1=Auth;");
}

static void a_token_that_does_not_move_ends_its_list(void **state)
{
    struct caretaker_fixture *f = *state;
    struct connect_reply script[] = {{"ListQueues", NULL, AWS_FINE, NULL, QUEUES_1, 0, 0}, REST};
    caretaker_script(f, script);
    struct caretaker *c = caretaker_fixture_new(f, 7);
    caretaker_run(f, c, CARETAKER_START + HOUR_MS);
    assert_int_equal(caretaker_asked(f, "ListQueues"), 2);
    caretaker_free(c);
}

static void an_answer_that_is_none_is_left_out(void **state)
{
    struct caretaker_fixture *f = *state;
    struct connect_reply script[] = {
        {"ListQueues", NULL, AWS_FINE, NULL, "<html>", 0, 0},
        {"ListUsers", NULL, AWS_REFUSED, "ResourceNotFoundException", NULL, 0, 0},
        REST};
    caretaker_script(f, script);
    struct caretaker *c = caretaker_fixture_new(f, 8);
    caretaker_run(f, c, CARETAKER_START + HOUR_MS);
    assert_int_equal(f->asks, 5);
    caretaker_free(c);
    assert_cached(f, "f1=Main;m1=Auth;");
}

static void instances_are_those_that_contacts_name(void **state)
{
    struct caretaker_fixture *f = *state;
    struct connect_reply script[] = {ALL};
    caretaker_script(f, script);
    f->options.instances = NULL;
    struct caretaker *c = caretaker_fixture_new(f, 9);
    caretaker_run(f, c, CARETAKER_START + 10 * MINUTE_MS);
    assert_int_equal(f->asks, 0);
    caretaker_feed(f, "{\"contactId\":\"c1\",\"eventType\":\"INITIATED\",\"channel\":\"VOICE\","
                      "\"initiationTimestamp\":\"2025-11-23T00:09:00Z\",\"instanceArn\":"
                      "\"" CARETAKER_INSTANCE "\"}");
    caretaker_run(f, c, CARETAKER_START + 20 * MINUTE_MS);
    assert_string_equal(buf_str(&f->asked), ONE_ROUND);
    caretaker_free(c);
}

static void of_three_processes_one_lists(void **state)
{
    struct caretaker_fixture *f = *state;
    struct connect_reply script[] = {ALL};
    caretaker_script(f, script);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct caretaker *three[3];
        sqlite_file_fresh();
        buf_clear(&f->asked);
        f->now = CARETAKER_START;
        for (uint64_t i = 0; i < 3; i++)
            three[i] = caretaker_fixture_new(f, seed * 3 + i);
        caretakers_run(f, three, 3, CARETAKER_START + HOUR_MS);
        if (strcmp(buf_str(&f->asked), ONE_ROUND) != 0)
            fail_msg("seed %llu: %s", (unsigned long long)seed, buf_str(&f->asked));
        for (int i = 0; i < 3; i++)
            caretaker_free(three[i]);
    }
}

static void the_next_takes_over_from_one_that_died_or_left(void **state)
{
    struct caretaker_fixture *f = *state;
    struct connect_reply script[] = {ALL};
    caretaker_script(f, script);
    struct caretaker *died = caretaker_fixture_new(f, 10), *next = caretaker_fixture_new(f, 11);
    caretaker_run(f, died,
                  CARETAKER_START + 6 * SECOND_MS); /* it holds the lease, and is no more */
    size_t before = f->asks;
    assert_true(before > 0);
    caretaker_run(f, next, CARETAKER_START + 2 * MINUTE_MS);
    assert_int_equal(f->asks, before);
    caretaker_run(f, next, CARETAKER_START + 5 * MINUTE_MS);
    assert_int_equal(f->asks, before + 6);
    struct caretaker *third = caretaker_fixture_new(f, 12);
    caretaker_free(next); /* it leaves in order: nobody waits for the lease to run out */
    f->now += 26 * HOUR_MS;
    int64_t left = f->now;
    caretaker_run(f, third, left + 15 * SECOND_MS);
    assert_int_equal(f->asks, before + 12);
    caretaker_free(third);
    caretaker_free(died);
}

/* What a clock that went wrong has written is nobody's once it stands there unrenewed. */
static void a_lease_of_another_century_does_not_last(void **state)
{
    struct caretaker_fixture *f = *state;
    struct connect_reply script[] = {ALL};
    static const char lease[] = "ghost-1-00000000 4102444800000\n";
    struct err err = {""};
    caretaker_script(f, script);
    struct store *store = sqlite_file_open(&f->options.store, &err);
    assert_non_null(store);
    assert_true(store->ops->document_put(store, "caretaker", lease, sizeof(lease) - 1, &err));
    store_close(store);
    struct caretaker *c = caretaker_fixture_new(f, 16);
    caretaker_run(f, c, CARETAKER_START + 2 * MINUTE_MS);
    assert_int_equal(f->asks, 0);
    caretaker_run(f, c, CARETAKER_START + 5 * MINUTE_MS);
    assert_int_equal(f->asks, 6);
    caretaker_free(c);
}

static void a_store_out_of_order_is_asked_again(void **state)
{
    struct caretaker_fixture *f = *state;
    struct connect_reply script[] = {ALL};
    caretaker_script(f, script);
    f->store_fails = true;
    struct caretaker *c = caretaker_fixture_new(f, 13);
    caretaker_run(f, c, CARETAKER_START + HOUR_MS);
    assert_int_equal(f->asks, 0);
    f->store_fails = false;
    caretaker_run(f, c, CARETAKER_START + HOUR_MS + 2 * MINUTE_MS);
    assert_int_equal(f->asks, 6);
    caretaker_free(c);
}

/* A viewer asks nobody: what others listed comes from the store, and a names file stays above it.
 */
static void a_viewer_is_told_the_names(void **state)
{
    struct caretaker_fixture *f = *state;
    struct connect_reply script[] = {ALL};
    caretaker_script(f, script);
    struct caretaker *lister = caretaker_fixture_new(f, 14);
    struct inbox inbox = {queue_new(4)};
    struct caretaker_options viewing = f->options;
    viewing.ask = NULL;
    viewing.list_names = false;
    viewing.inbox = &inbox;
    struct err err = {""};
    struct caretaker *viewer = caretaker_new(&viewing, &err);
    assert_non_null(viewer);
    struct caretaker *both[] = {lister, viewer};
    caretakers_run(f, both, 2, CARETAKER_START + 2 * MINUTE_MS);
    struct note *note = queue_pop(inbox.queue, 0);
    assert_non_null(note);
    assert_int_equal(note->kind, NOTE_NAMES);
    struct live_config config = {.utc = 1};
    struct live *live = live_new(&config);
    names_set(live_names(live), "q1", "Invoices", NAME_FILE);
    live_apply(live, note, f->now);
    assert_string_equal(names_find(live_names(live), CARETAKER_INSTANCE "/agent/u1"), "c.silva");
    assert_string_equal(names_find(live_names(live), CARETAKER_INSTANCE "/queue/q1"), "Invoices");
    note_free(note);
    live_free(live);
    caretaker_free(viewer);
    caretaker_free(lister);
    queue_free(inbox.queue, (void (*)(void *))note_free);
}

#define CARETAKER_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CARETAKER_TEST(all_pages_of_all_lists_are_read_a_second_apart),
        CARETAKER_TEST(what_is_cached_is_listed_again_after_a_day),
        CARETAKER_TEST(throttling_slows_down_and_loses_no_page),
        CARETAKER_TEST(a_list_that_is_denied_is_left_out_until_tomorrow),
        CARETAKER_TEST(denied_altogether_keeps_what_was_cached),
        CARETAKER_TEST(a_token_that_does_not_move_ends_its_list),
        CARETAKER_TEST(an_answer_that_is_none_is_left_out),
        CARETAKER_TEST(instances_are_those_that_contacts_name),
        CARETAKER_TEST(of_three_processes_one_lists),
        CARETAKER_TEST(the_next_takes_over_from_one_that_died_or_left),
        CARETAKER_TEST(a_lease_of_another_century_does_not_last),
        CARETAKER_TEST(a_store_out_of_order_is_asked_again),
        CARETAKER_TEST(a_viewer_is_told_the_names),
    };
    return cmocka_run_group_tests(tests, sqlite_folder_begin, sqlite_folder_end);
}
