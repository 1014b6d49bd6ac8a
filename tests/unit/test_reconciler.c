/* Reconciling against a store: who is asked about, when again, and what the answers leave behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/caretaker_fixture.h"

#define EVENT(id, type, more)                                                                      \
    "{\"contactId\":\"" id "\",\"eventType\":\"" type "\",\"channel\":\"VOICE\",\"instanceArn\":"  \
    "\"" CARETAKER_INSTANCE "\"" more "}\n"
#define INITIATED(id, at) EVENT(id, "INITIATED", ",\"initiationTimestamp\":\"" at "\"")
#define ENDED(id, at)     EVENT(id, "DISCONNECTED", ",\"disconnectTimestamp\":\"" at "\"")
#define LEG(id, root, at)                                                                          \
    EVENT(id, "INITIATED", ",\"initialContactId\":\"" root "\",\"initiationTimestamp\":\"" at "\"")
#define HOUR_AGO            "2025-11-22T23:00:00.000Z"
#define MINUTES_AGO         "2025-11-22T23:50:00.000Z"
#define DESCRIBED(id, more) "{\"Contact\":{\"Id\":\"" id "\",\"Channel\":\"VOICE\"" more "}}"
#define CLOSED              ",\"DisconnectTimestamp\":1763854200.5"

static int begin(void **state)
{
    struct caretaker_fixture *f = mem_alloc(sizeof(*f));
    caretaker_fixture_begin(f);
    f->options.reconcile = true;
    *state = f;
    return 0;
}

static int end(void **state)
{
    caretaker_fixture_end(*state);
    free(*state);
    return 0;
}

static bool has_ended(struct caretaker_fixture *f, const char *id)
{
    struct err err = {""};
    struct arena arena = {0};
    struct record record;
    bool found = false;
    struct store *store = sqlite_file_open(&f->options.store, &err);
    assert_non_null(store);
    assert_true(store_get(store, id, &arena, &record, NULL, &found, &err));
    assert_true(found);
    bool ended = record.flags & FLAG_ENDED;
    record_free(&record);
    arena_free(&arena);
    store_close(store);
    return ended;
}

static void count_commit(void *context)
{
    ++*(unsigned *)context;
}

static void the_silent_are_asked_about_and_the_ended_closed(void **state)
{
    struct caretaker_fixture *f = *state;
    unsigned commits = 0;
    f->options.committed = count_commit;
    f->options.context = &commits;
    struct connect_reply script[] = {
        {"DescribeContact", "/ended", AWS_FINE, NULL, DESCRIBED("ended", CLOSED), 0, 0},
        {"DescribeContact", "/open", AWS_FINE, NULL, DESCRIBED("open", ""), 0, 0},
        {"DescribeContact", "/unknown", AWS_REFUSED, "ResourceNotFoundException", NULL, 0, 0},
    };
    caretaker_script(f, script);
    caretaker_feed(f, INITIATED("ended", HOUR_AGO) INITIATED("open", HOUR_AGO)
                          INITIATED("unknown", HOUR_AGO) INITIATED("fresh", MINUTES_AGO)
                              INITIATED("over", HOUR_AGO) ENDED("over", HOUR_AGO));
    struct caretaker *c = caretaker_fixture_new(f, 1);
    caretaker_run(f, c, CARETAKER_START + 4 * MINUTE_MS);
    assert_int_equal(f->asks, 3);
    assert_true(caretaker_pace(f) >= SECOND_MS);
    assert_true(has_ended(f, "ended"));
    assert_false(has_ended(f, "open"));
    assert_false(has_ended(f, "unknown"));
    assert_int_equal(commits, 1);
    caretaker_free(c);
}

static void they_are_asked_about_again_ever_more_seldom(void **state)
{
    struct caretaker_fixture *f = *state;
    struct connect_reply script[] = {
        {"DescribeContact", NULL, AWS_REFUSED, "ResourceNotFoundException", NULL, 0, 0}};
    caretaker_script(f, script);
    caretaker_feed(f, INITIATED("unknown", HOUR_AGO));
    struct caretaker *c = caretaker_fixture_new(f, 2);
    caretaker_run(f, c, CARETAKER_START + 5 * HOUR_MS);
    assert_in_range(f->asks, 4, 5); /* at 0, 0.5, 1.5, 3.5 hours, and the like */
    for (size_t i = 1; i + 1 < f->asks; i++)
        assert_true(f->asked_at[i + 1] - f->asked_at[i] > f->asked_at[i] - f->asked_at[i - 1]);
    caretaker_free(c);
}

/* What its call says elsewhere is its word too. */
static void a_leg_of_a_call_that_goes_on_is_left_in_peace(void **state)
{
    struct caretaker_fixture *f = *state;
    struct connect_reply script[] = {
        {"DescribeContact", NULL, AWS_FINE, NULL, DESCRIBED("root", ""), 0, 0}};
    caretaker_script(f, script);
    caretaker_feed(f, INITIATED("root", HOUR_AGO) LEG("leg", "root", MINUTES_AGO));
    struct caretaker *c = caretaker_fixture_new(f, 3);
    caretaker_run(f, c, CARETAKER_START + 10 * MINUTE_MS);
    assert_int_equal(f->asks, 0);
    caretaker_run(f, c, CARETAKER_START + 30 * MINUTE_MS);
    assert_true(f->asks > 0);
    caretaker_free(c);
}

static void throttling_and_outages_put_off_but_forget_nobody(void **state)
{
    struct caretaker_fixture *f = *state;
    struct connect_reply script[] = {
        {"DescribeContact", NULL, AWS_THROTTLED, "TooManyRequestsException", NULL, 3, 0},
        {"DescribeContact", NULL, AWS_TRANSIENT, "", NULL, 3, 0},
        {"DescribeContact", "/a", AWS_FINE, NULL, DESCRIBED("a", CLOSED), 0, 0},
        {"DescribeContact", "/b", AWS_FINE, NULL, DESCRIBED("b", CLOSED), 0, 0},
    };
    caretaker_script(f, script);
    caretaker_feed(f, INITIATED("a", HOUR_AGO) INITIATED("b", HOUR_AGO));
    struct caretaker *c = caretaker_fixture_new(f, 4);
    caretaker_run(f, c, CARETAKER_START + 20 * MINUTE_MS);
    assert_int_equal(f->asks, 8);
    assert_true(has_ended(f, "a"));
    assert_true(has_ended(f, "b"));
    caretaker_free(c);
}

static void one_that_is_answered_badly_holds_up_nobody(void **state)
{
    struct caretaker_fixture *f = *state;
    struct connect_reply script[] = {
        {"DescribeContact", "/a", AWS_FINE, NULL, "{\"Contact\":{}}", 0, 0},
        {"DescribeContact", "/b", AWS_TRANSIENT, "", NULL, 0, 0},
        {"DescribeContact", "/c", AWS_FINE, NULL, DESCRIBED("c", CLOSED), 0, 0},
    };
    caretaker_script(f, script);
    caretaker_feed(f, INITIATED("a", HOUR_AGO) INITIATED("b", HOUR_AGO) INITIATED("c", HOUR_AGO));
    struct caretaker *c = caretaker_fixture_new(f, 8);
    caretaker_run(f, c, CARETAKER_START + MINUTE_MS);
    assert_int_equal(f->asks, 3);
    assert_true(has_ended(f, "c"));
    caretaker_run(f, c, CARETAKER_START + 10 * MINUTE_MS); /* the next survey lines them up again */
    assert_true(f->asks >= 5);
    caretaker_free(c);
}

static void denied_is_asked_again_a_day_later(void **state)
{
    struct caretaker_fixture *f = *state;
    struct connect_reply script[] = {
        {"DescribeContact", NULL, AWS_DENIED, "AccessDeniedException", NULL, 0, 0}};
    caretaker_script(f, script);
    f->options.instances = (const char *const[]){CARETAKER_INSTANCE, NULL};
    caretaker_feed(f, "{\"contactId\":\"chat\",\"eventType\":\"INITIATED\",\"channel\":\"CHAT\","
                      "\"initiationTimestamp\":\"2025-11-21T00:00:00Z\"}");
    struct caretaker *c = caretaker_fixture_new(f, 5);
    caretaker_run(f, c, CARETAKER_START + HOUR_MS);
    assert_int_equal(f->asks, 1);
    f->now = CARETAKER_START + 23 * HOUR_MS;
    caretaker_run(f, c, CARETAKER_START + 24 * HOUR_MS - MINUTE_MS);
    assert_int_equal(f->asks, 1);
    caretaker_run(f, c, CARETAKER_START + 25 * HOUR_MS);
    assert_int_equal(f->asks, 2);
    caretaker_free(c);
}

static void a_store_that_fails_amid_is_told_later(void **state)
{
    struct caretaker_fixture *f = *state;
    struct connect_reply script[] = {
        {"DescribeContact", NULL, AWS_FINE, NULL, DESCRIBED("a", CLOSED), 0, 0}};
    caretaker_script(f, script);
    f->options.store.wait_ms = 1;
    caretaker_feed(f, INITIATED("a", HOUR_AGO));
    struct caretaker *c = caretaker_fixture_new(f, 6);
    caretaker_run(f, c, CARETAKER_START + SECOND_MS); /* the lease is claimed */
    sqlite3 *other = sqlite_file_raw();
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    caretaker_run(f, c, CARETAKER_START + 5 * MINUTE_MS);
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    assert_false(has_ended(f, "a"));
    caretaker_run(f, c, CARETAKER_START + 20 * MINUTE_MS);
    assert_true(has_ended(f, "a"));
    caretaker_free(c);
}

/* Bounded: a survey lines up what the pace allows, the longest silent first. */
static void many_are_asked_about_at_the_pace_allowed(void **state)
{
    enum { MANY = 700 };
    struct caretaker_fixture *f = *state;
    struct connect_reply script[] = {
        {"DescribeContact", NULL, AWS_REFUSED, "ResourceNotFoundException", NULL, 0, 0}};
    struct buf feed = {0};
    caretaker_script(f, script);
    for (int i = 0; i < MANY; i++)
        buf_printf(&feed,
                   "{\"contactId\":\"c%03d\",\"eventType\":\"INITIATED\",\"channel\":\"VOICE\","
                   "\"instanceArn\":\"" CARETAKER_INSTANCE
                   "\",\"initiationTimestamp\":\"2025-11-22T%02d:%02d:00Z\"}\n",
                   i, 12 + i % 10, i % 60);
    caretaker_feed(f, buf_str(&feed));
    buf_free(&feed);
    struct caretaker *c = caretaker_fixture_new(f, 7);
    caretaker_run(f, c, CARETAKER_START + 6 * MINUTE_MS);
    assert_in_range(f->asks, 250, 360);
    caretaker_run(f, c, CARETAKER_START + 21 * MINUTE_MS);
    assert_int_equal(f->asks, MANY);
    assert_true(caretaker_pace(f) >= SECOND_MS);
    caretaker_free(c);
}

#define CARETAKER_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CARETAKER_TEST(the_silent_are_asked_about_and_the_ended_closed),
        CARETAKER_TEST(they_are_asked_about_again_ever_more_seldom),
        CARETAKER_TEST(a_leg_of_a_call_that_goes_on_is_left_in_peace),
        CARETAKER_TEST(throttling_and_outages_put_off_but_forget_nobody),
        CARETAKER_TEST(one_that_is_answered_badly_holds_up_nobody),
        CARETAKER_TEST(denied_is_asked_again_a_day_later),
        CARETAKER_TEST(a_store_that_fails_amid_is_told_later),
        CARETAKER_TEST(many_are_asked_about_at_the_pace_allowed),
    };
    return cmocka_run_group_tests(tests, sqlite_folder_begin, sqlite_folder_end);
}
