/* By customer, by chain, live; visitors that stop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store_conformance.h"
#include "store_fixture.h"

static void add(struct batch *batch, const char *id, enum lifecycle state, int64_t time,
                const char *customer, const char *initial)
{
    struct event event = fixture_contact(batch, id, state, time);
    event.contact.customer_id = customer;
    event.contact.initial_id = initial;
    batch_add(batch, &event);
}

static void a_customers_contacts_come_newest_first(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    add(batch, "second", LIFECYCLE_QUEUED, FIXTURE_START + 2, "+491", NULL);
    add(batch, "third", LIFECYCLE_QUEUED, FIXTURE_START + 3, "+491", NULL);
    add(batch, "first", LIFECYCLE_QUEUED, FIXTURE_START + 1, "+491", NULL);
    add(batch, "other", LIFECYCLE_QUEUED, FIXTURE_START + 4, "+492", NULL);
    add(batch, "nobody", LIFECYCLE_QUEUED, FIXTURE_START + 4, NULL, NULL);
    batch_store(store, batch);
    struct seen seen = {0};
    struct store_visit visit = seen_visit(&seen);
    assert_true(store->ops->by_customer(store, "+491", &visit, NULL));
    assert_string_equal(buf_str(&seen.records), "third\nsecond\nfirst\n");
    seen_clear(&seen);
    assert_true(store->ops->by_customer(store, "+499", &visit, NULL));
    assert_int_equal(seen.record_count, 0);
    store_close(store);
}

static void a_customer_learned_later_is_found(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    struct seen seen = {0};
    struct store_visit visit = seen_visit(&seen);
    add(batch, "a", LIFECYCLE_INITIATED, FIXTURE_START, "+491", NULL);
    batch_store(store, batch);
    batch_clear(batch);
    add(batch, "a", LIFECYCLE_QUEUED, FIXTURE_START + 5, "+492", NULL);
    batch_store(store, batch);
    assert_true(store->ops->by_customer(store, "+491", &visit, NULL));
    assert_int_equal(seen.record_count, 0);
    assert_true(store->ops->by_customer(store, "+492", &visit, NULL));
    assert_string_equal(buf_str(&seen.records), "a\n");
    seen_clear(&seen);
    store_close(store);
}

static void a_chain_is_found_by_its_root(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    add(batch, "leg 2", LIFECYCLE_QUEUED, FIXTURE_START + 2, NULL, "root");
    add(batch, "root", LIFECYCLE_QUEUED, FIXTURE_START + 1, NULL, "root");
    add(batch, "else", LIFECYCLE_QUEUED, FIXTURE_START + 1, NULL, NULL);
    batch_store(store, batch);
    struct seen seen = {0};
    struct store_visit visit = seen_visit(&seen);
    assert_true(store->ops->by_chain(store, "root", &visit, NULL));
    assert_string_equal(buf_str(&seen.records), "root\nleg 2\n");
    seen_clear(&seen);
    store_close(store);
}

static bool is_no_root(void *context, const char *contact_id)
{
    (void)context;
    return strncmp(contact_id, "root", 4) != 0;
}

static void several_chains_are_found_together(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    enum { CHAINS = 20 }; /* more than are asked for in one go */
    char id[CHAINS][16];
    const char *root[CHAINS + 1] = {"no such root"};
    for (int i = 0; i < CHAINS; i++) {
        snprintf(id[i], sizeof(id[i]), "root %d", i);
        root[i + 1] = id[i];
        add(batch, id[i], LIFECYCLE_QUEUED, FIXTURE_START + 1, NULL, NULL);
        add(batch, arena_printf(&batch->arena, "leg of %d", i), LIFECYCLE_QUEUED, FIXTURE_START + 2,
            NULL, id[i]);
    }
    add(batch, "else", LIFECYCLE_QUEUED, FIXTURE_START + 1, NULL, NULL);
    batch_store(store, batch);
    struct seen seen = {0};
    struct store_visit visit = seen_visit(&seen);
    assert_true(store_by_chains(store, root, CHAINS + 1, &visit, NULL));
    assert_int_equal(seen.record_count, 2 * CHAINS);
    assert_null(strstr(seen.records.data, "else"));
    seen_clear(&seen);
    visit.limit = 50;
    visit.wanted = is_no_root; /* may be handed out all the same */
    assert_true(store_by_chains(store, root, CHAINS + 1, &visit, NULL));
    assert_in_range(seen.record_count, CHAINS, 2 * CHAINS);
    assert_non_null(strstr(seen.records.data, "leg of 19\n"));
    seen_clear(&seen);
    assert_true(store_by_chains(store, root, 0, &visit, NULL));
    assert_int_equal(seen.record_count, 0);
    store_close(store);
}

/* A limit is a hint: the newest are there, whatever else is. */
static void the_newest_of_a_customer_come_within_a_limit(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    for (int i = 0; i < 30; i++)
        add(batch, arena_printf(&batch->arena, "contact %02d", i), LIFECYCLE_QUEUED,
            FIXTURE_START + (i * 7) % 30, "+491", NULL);
    batch_store(store, batch);
    struct seen seen = {0};
    struct store_visit visit = seen_visit(&seen);
    visit.limit = 3;
    assert_true(store->ops->by_customer(store, "+491", &visit, NULL));
    /* 7 times 17, 4 and 21 are 29, 28 and 27 of 30 */
    assert_memory_equal(seen.records.data, "contact 17\ncontact 04\ncontact 21\n", 33);
    seen_clear(&seen);
    store_close(store);
}

static void live_is_what_is_open_or_ended_lately(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    add(batch, "open", LIFECYCLE_QUEUED, FIXTURE_START, NULL, NULL);
    add(batch, "ended early", LIFECYCLE_DISCONNECTED, FIXTURE_START + 10, NULL, NULL);
    batch_store(store, batch);
    batch_clear(batch);
    add(batch, "ended late", LIFECYCLE_DISCONNECTED, FIXTURE_START + 20, NULL, NULL);
    batch_store(store, batch);
    conformance_expect_live(store, FIXTURE_START + 20, "ended late\nopen\n");
    conformance_expect_live(store, FIXTURE_START + 21, "open\n");
    conformance_expect_live(store, 0, "ended early\nended late\nopen\n");
    batch_clear(batch);
    add(batch, "open", LIFECYCLE_DISCONNECTED, FIXTURE_START + 30, NULL, NULL);
    batch_store(store, batch);
    conformance_expect_live(store, FIXTURE_START + 31, "");
    store_close(store);
}

static void live_gives_marked_entries_only(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    static const unsigned marks[] = {0, MARK_ERROR, MARK_LAMBDA | MARK_LAMBDA_ERROR, 0};
    for (unsigned i = 0; i < ARRAY_SIZE(marks); i++) {
        struct event event = fixture_flow(batch, "a", FIXTURE_START + i, i, marks[i]);
        batch_add(batch, &event);
        event = fixture_flow(batch, "ended", FIXTURE_START + i, i, MARK_ERROR);
        batch_add(batch, &event);
    }
    add(batch, "ended", LIFECYCLE_DISCONNECTED, FIXTURE_START + 20, NULL, NULL);
    batch_store(store, batch);
    struct seen seen = {0};
    struct store_visit visit = seen_visit(&seen);
    struct store_cursor cursor;
    assert_true(store->ops->live(store, FIXTURE_START + 21, &visit, &cursor, NULL));
    struct buf wanted = {0};
    for (unsigned i = 1; i <= 2; i++)
        buf_printf(&wanted, "a %s\n", batch->history[0].entry[i].body);
    seen_sort(&seen.entries);
    seen_sort(&wanted);
    assert_string_equal(buf_str(&seen.entries), buf_str(&wanted));
    buf_free(&wanted);
    seen_clear(&seen);
    visit.entry = NULL;
    assert_true(store->ops->live(store, FIXTURE_START + 21, &visit, &cursor, NULL));
    assert_int_equal(seen.entry_count, 0);
    seen_clear(&seen);
    store_close(store);
}

static void a_visitor_may_stop(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    for (unsigned i = 0; i < 5; i++)
        add(batch, fixture_id(&batch->arena, i), LIFECYCLE_QUEUED, FIXTURE_START, "c", "root");
    batch_store(store, batch);
    struct seen seen = {.stop_after = 2};
    struct store_visit visit = seen_visit(&seen);
    struct store_cursor cursor;
    assert_true(store->ops->all(store, &visit, NULL));
    assert_int_equal(seen.record_count, 2);
    seen.record_count = 0;
    assert_true(store->ops->by_customer(store, "c", &visit, NULL));
    assert_int_equal(seen.record_count, 2);
    seen.record_count = 0;
    assert_true(store->ops->by_chain(store, "root", &visit, NULL));
    assert_int_equal(seen.record_count, 2);
    seen.record_count = 0;
    assert_true(store->ops->live(store, 0, &visit, &cursor, NULL));
    assert_int_equal(seen.record_count, 2);
    seen_clear(&seen);
    store_close(store);
}

int conformance_readers(void)
{
    static const struct CMUnitTest tests[] = {
        CONFORMANCE(a_customers_contacts_come_newest_first),
        CONFORMANCE(a_customer_learned_later_is_found),
        CONFORMANCE(a_chain_is_found_by_its_root),
        CONFORMANCE(several_chains_are_found_together),
        CONFORMANCE(the_newest_of_a_customer_come_within_a_limit),
        CONFORMANCE(live_is_what_is_open_or_ended_lately),
        CONFORMANCE(live_gives_marked_entries_only),
        CONFORMANCE(a_visitor_may_stop),
    };
    return cmocka_run_group_tests_name("store: readers", tests, NULL, NULL);
}
