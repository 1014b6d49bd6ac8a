/* Chains: members, kinds of legs, order, and when the whole call has ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/chain.h"
#include "contactwatch/instant.h"
#include "support/make_event.h"

static const int64_t T = INT64_C(1673368405627);

enum { LEGS_MAX = 4 };

/* A call of some legs, built up event by event. */
static struct arena arena;
static struct record leg[LEGS_MAX];
static int legs;

static int begin(void **state)
{
    (void)state;
    legs = 0;
    return 0;
}

static int end(void **state)
{
    (void)state;
    for (int i = 0; i < legs; i++)
        record_free(&leg[i]);
    arena_reset(&arena);
    return 0;
}

/* A leg that has started; `from` NULL = the first of the call. */
static struct record *add_leg(const char *id, const char *method, const char *from,
                              const char *first, int64_t start)
{
    struct event event = make_contact_event(id, "INITIATED", start);
    event.contact.channel = "VOICE";
    event.contact.method = method;
    event.contact.initiated = start;
    event.contact.previous_id = from;
    event.contact.initial_id = first;
    leg[legs] = make_record(id, &event, 1);
    return &leg[legs++];
}

static void happens(struct record *record, const char *type, int64_t time)
{
    struct event event = make_contact_event(record->contact_id, type, time);
    if (lifecycle_terminal(event.contact.state))
        event.contact.disconnected = time;
    record_apply(record, &event);
}

static struct chain build(void)
{
    const struct record *records[LEGS_MAX];
    for (int i = 0; i < legs; i++)
        records[i] = &leg[legs - 1 - i]; /* never in order */
    struct chain chain;
    chain_build(&chain, &arena, records, (size_t)legs);
    return chain;
}

static enum chain_end state_at(int64_t now)
{
    struct chain chain = build();
    return chain_state(&chain, now);
}

static void legs_are_in_order_and_linked(void **state)
{
    (void)state;
    add_leg("b", "TRANSFER", "a", "a", T + 1000);
    add_leg("a", "INBOUND", NULL, NULL, T);
    add_leg("d", "TRANSFER", "lost", "a", T + 2000);
    add_leg("c", "TRANSFER", "b", "a", T + 2000);
    struct chain chain = build();
    assert_int_equal(chain.count, 4);
    static const char *const id[] = {"a", "b", "c", "d"};
    static const int previous[] = {-1, 0, 1, -1};
    for (int i = 0; i < 4; i++) {
        assert_string_equal(chain.leg[i].record->contact_id, id[i]);
        assert_int_equal(chain.leg[i].previous, previous[i]);
        assert_string_equal(record_chain_root(chain.leg[i].record), "a");
    }
}

static void kinds_of_legs(void **state)
{
    (void)state;
    static const struct {
        const char *method;
        enum leg_kind kind;
    } row[] = {{"INBOUND", LEG_CUSTOMER},
               {"CALLBACK", LEG_CALLBACK},
               {"MONITOR", LEG_MONITOR},
               {NULL, LEG_CUSTOMER},
               {"EXTERNAL_OUTBOUND", LEG_EXTERNAL},
               {"DISCONNECT", LEG_CUSTOMER}};
    for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
        begin(NULL);
        add_leg("a", row[i].method, NULL, NULL, T);
        assert_int_equal(build().leg[0].kind, row[i].kind);
        end(NULL);
    }
    begin(NULL);
}

static void a_call_has_ended_after_the_grace_time(void **state)
{
    (void)state;
    struct record *first = add_leg("a", "INBOUND", NULL, NULL, T);
    assert_int_equal(state_at(T + 1), CHAIN_OPEN);
    happens(first, "DISCONNECTED", T + 1000);
    assert_true(build().leg[0].end == T + 1000);
    assert_int_equal(state_at(T + 1000 + CHAIN_GRACE_MS - 1), CHAIN_WAITING);
    assert_int_equal(state_at(T + 1000 + CHAIN_GRACE_MS), CHAIN_ENDED);
    happens(first, "COMPLETED", T + 3000);
    assert_int_equal(state_at(T + 3000 + CHAIN_GRACE_MS), CHAIN_COMPLETE);
}

/* The follow-up's INITIATED may arrive after its predecessor's DISCONNECTED: the call opens again.
 */
static void a_new_leg_reopens_the_call(void **state)
{
    (void)state;
    happens(add_leg("a", "INBOUND", NULL, NULL, T), "DISCONNECTED", T + 1000);
    assert_int_equal(state_at(T + 60000), CHAIN_ENDED);
    struct record *survey = add_leg("b", "DISCONNECT", "a", "a", T + 1100);
    assert_int_equal(state_at(T + 60000), CHAIN_OPEN);
    happens(survey, "DISCONNECTED", T + 61000);
    assert_int_equal(state_at(T + 61001), CHAIN_WAITING);
    assert_int_equal(state_at(T + 61000 + CHAIN_GRACE_MS), CHAIN_ENDED);
}

static void all_legs_must_end(void **state)
{
    (void)state;
    struct record *first = add_leg("a", "INBOUND", NULL, NULL, T);
    struct record *second = add_leg("b", "TRANSFER", "a", "a", T + 1000);
    happens(first, "COMPLETED", T + 2000);
    assert_int_equal(state_at(T + 60000), CHAIN_OPEN);
    happens(second, "DISCONNECTED", T + 3000);
    assert_int_equal(state_at(T + 60000), CHAIN_ENDED);
    happens(second, "COMPLETED", T + 4000);
    assert_int_equal(state_at(T + 60000), CHAIN_COMPLETE);
}

static void monitors_and_third_parties_are_not_the_call(void **state)
{
    (void)state;
    happens(add_leg("a", "INBOUND", NULL, NULL, T), "DISCONNECTED", T + 1000);
    add_leg("m", "MONITOR", "a", "a", T + 500);
    add_leg("x", "EXTERNAL_OUTBOUND", "a", "a", T + 600);
    assert_int_equal(state_at(T + 60000), CHAIN_ENDED);
}

static void only_a_monitor_is_known(void **state)
{
    (void)state;
    struct record *monitor = add_leg("m", "MONITOR", "a", "a", T);
    assert_int_equal(state_at(T + 60000), CHAIN_OPEN);
    happens(monitor, "DISCONNECTED", T + 1000);
    assert_int_equal(state_at(T + 60000), CHAIN_ENDED);
}

static void a_callback_is_pending_until_somebody_talks(void **state)
{
    (void)state;
    happens(add_leg("a", "INBOUND", NULL, NULL, T), "COMPLETED", T + 1000);
    struct record *callback = add_leg("cb", "CALLBACK", "a", "a", T + 900);
    assert_int_equal(state_at(T + HOUR_MS), CHAIN_WAITING);
    happens(callback, "CONNECTED_TO_AGENT", T + HOUR_MS);
    assert_int_equal(state_at(T + HOUR_MS + 1), CHAIN_OPEN);
    happens(callback, "COMPLETED", T + 2 * HOUR_MS);
    assert_int_equal(state_at(T + 3 * HOUR_MS), CHAIN_COMPLETE);
}

/* Events are best effort: neither DISCONNECTED nor COMPLETED need ever come. */
static void silence_ends_a_call_at_last(void **state)
{
    (void)state;
    struct record *first = add_leg("a", "INBOUND", NULL, NULL, T);
    assert_int_equal(state_at(T + DAY_MS), CHAIN_OPEN);
    assert_int_equal(state_at(T + DAY_MS + 1), CHAIN_COMPLETE);
    happens(first, "DISCONNECTED", T + 1000);
    assert_int_equal(state_at(T + DAY_MS), CHAIN_ENDED);
    assert_int_equal(state_at(T + DAY_MS + 1001), CHAIN_COMPLETE);
}

/* Seen first by a flow log, which has no chain ids: its events attach it to its chain later. */
static void members_are_joined_retroactively(void **state)
{
    (void)state;
    struct event log = make_flow_log("b", "PlayPrompt", T + 1000);
    leg[legs++] = make_record("b", &log, 1);
    assert_string_equal(record_chain_root(&leg[0]), "b");
    struct event queued = make_contact_event("b", "QUEUED", T + 2000);
    queued.contact.initial_id = queued.contact.previous_id = "a";
    record_apply(&leg[0], &queued);
    assert_string_equal(record_chain_root(&leg[0]), "a");
    assert_int_equal(build().leg[0].previous, -1);
    add_leg("a", "INBOUND", NULL, NULL, T);
    struct chain chain = build();
    assert_string_equal(chain.leg[0].record->contact_id, "a");
    assert_int_equal(chain.leg[1].previous, 0);
}

static void an_end_without_a_time_is_an_end(void **state)
{
    (void)state;
    struct record *first = add_leg("a", "INBOUND", NULL, NULL, T);
    struct event ended = make_contact_event("a", "DISCONNECTED", INSTANT_NONE);
    record_apply(first, &ended);
    assert_true(build().leg[0].end == T);
    record_free(first);
    record_init(first, "a");
    first->flags = FLAG_ENDED;
    assert_true(build().leg[0].end != INSTANT_NONE);
    assert_int_not_equal(state_at(T), CHAIN_OPEN);
}

static void no_legs_at_all(void **state)
{
    (void)state;
    struct chain chain = build();
    assert_int_equal(chain.count, 0);
    assert_int_not_equal(chain_state(&chain, T), CHAIN_OPEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(legs_are_in_order_and_linked, begin, end),
        cmocka_unit_test_setup_teardown(kinds_of_legs, begin, end),
        cmocka_unit_test_setup_teardown(a_call_has_ended_after_the_grace_time, begin, end),
        cmocka_unit_test_setup_teardown(a_new_leg_reopens_the_call, begin, end),
        cmocka_unit_test_setup_teardown(all_legs_must_end, begin, end),
        cmocka_unit_test_setup_teardown(monitors_and_third_parties_are_not_the_call, begin, end),
        cmocka_unit_test_setup_teardown(only_a_monitor_is_known, begin, end),
        cmocka_unit_test_setup_teardown(a_callback_is_pending_until_somebody_talks, begin, end),
        cmocka_unit_test_setup_teardown(silence_ends_a_call_at_last, begin, end),
        cmocka_unit_test_setup_teardown(members_are_joined_retroactively, begin, end),
        cmocka_unit_test_setup_teardown(an_end_without_a_time_is_an_end, begin, end),
        cmocka_unit_test_setup_teardown(no_legs_at_all, begin, end),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
