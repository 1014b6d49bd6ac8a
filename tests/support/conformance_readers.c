/* By customer, by chain, all, live; and what has expired is nowhere. */
#include <setjmp.h>
#include <stdarg.h>
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

static bool is_found(struct store *store, const char *id)
{
    struct record record;
    bool found = false;
    assert_true(store_get(store, id, NULL, &record, NULL, &found, NULL));
    if (found)
        record_free(&record);
    return found;
}

static void expect_live(struct store *store, int64_t since, const char *wanted)
{
    struct seen seen = {0};
    struct store_visit visit = seen_visit(&seen);
    struct store_cursor cursor;
    assert_true(store->ops->live(store, since, &visit, &cursor, NULL));
    seen_sort(&seen.records);
    assert_string_equal(buf_str(&seen.records), wanted);
    seen_clear(&seen);
}

static void expect_all(struct store *store, size_t wanted)
{
    struct seen seen = {0};
    struct store_visit visit = seen_visit(&seen);
    assert_true(store->ops->all(store, &visit, NULL));
    assert_int_equal(seen.record_count, wanted);
    seen_clear(&seen);
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
    expect_live(store, FIXTURE_START + 20, "ended late\nopen\n");
    expect_live(store, FIXTURE_START + 21, "open\n");
    expect_live(store, 0, "ended early\nended late\nopen\n");
    batch_clear(batch);
    add(batch, "open", LIFECYCLE_DISCONNECTED, FIXTURE_START + 30, NULL, NULL);
    batch_store(store, batch);
    expect_live(store, FIXTURE_START + 31, "");
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

static void silence_longer_than_a_channels_life_is_not_live(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    add(batch, "voice", LIFECYCLE_QUEUED, FIXTURE_START, NULL, NULL);
    struct event event = fixture_contact(batch, "chat", LIFECYCLE_QUEUED, FIXTURE_START);
    event.contact.channel = "CHAT";
    batch_add(batch, &event);
    batch_store(store, batch);
    expect_live(store, 0, "chat\nvoice\n");
    conformance_now = FIXTURE_START + DAY_MS + 1;
    expect_live(store, 0, "chat\n");
    assert_true(is_found(store, "voice")); /* it lives on in its history until it expires */
    store_close(store);
}

static void ended_contacts_expire_after_the_retention_in_minutes(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    add(batch, "a", LIFECYCLE_INITIATED, FIXTURE_START, "+491", "root");
    batch_store(store, batch);
    batch_clear(batch);
    add(batch, "a", LIFECYCLE_DISCONNECTED, FIXTURE_START + 5, "+491", "root");
    batch_store(store, batch);
    conformance_now += HOUR_MS - 1;
    assert_true(is_found(store, "a"));
    conformance_now += 5 * MINUTE_MS + 1; /* expiry is rounded up to 5 minutes */
    assert_false(is_found(store, "a"));
    expect_all(store, 0);
    expect_live(store, 0, "");
    struct seen seen = {0};
    struct store_visit visit = seen_visit(&seen);
    struct store_cursor cursor = {0};
    assert_true(store->ops->by_customer(store, "+491", &visit, NULL));
    assert_true(store->ops->by_chain(store, "root", &visit, NULL));
    assert_true(store->ops->changes(store, &cursor, 10, &visit, NULL));
    assert_int_equal(seen.record_count, 0);
    assert_int_equal(seen.entry_count, 0);
    store_close(store);
}

static void open_contacts_do_not_expire(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    add(batch, "voice", LIFECYCLE_QUEUED, FIXTURE_START, NULL, NULL);
    struct event event = fixture_contact(batch, "task", LIFECYCLE_QUEUED, FIXTURE_START);
    event.contact.channel = "TASK";
    batch_add(batch, &event);
    batch_store(store, batch);
    conformance_now = FIXTURE_START + DAY_MS; /* far beyond the retention of one hour */
    assert_true(is_found(store, "voice"));
    conformance_now = FIXTURE_START + 90 * DAY_MS;
    assert_false(is_found(store, "voice"));
    expect_live(store, 0, "task\n");
    store_close(store);
}

static void a_duplicate_prolongs_a_life_and_is_no_change(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    add(batch, "a", LIFECYCLE_DISCONNECTED, FIXTURE_START, NULL, NULL);
    batch_store(store, batch);
    struct seen seen = {0};
    struct store_visit visit = seen_visit(&seen);
    struct store_cursor cursor = {0};
    assert_true(store->ops->changes(store, &cursor, 10, &visit, NULL));
    seen_clear(&seen);
    conformance_now += 50 * MINUTE_MS;
    assert_int_equal(batch_store(store, batch), 0);
    conformance_now += 50 * MINUTE_MS;
    assert_true(is_found(store, "a"));
    assert_true(store->ops->changes(store, &cursor, 10, &visit, NULL));
    assert_int_equal(seen.record_count, 0);
    store_close(store);
}

static void a_sweep_removes_the_expired_and_nothing_else(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    enum { EXPIRING = 100 };
    for (unsigned i = 0; i < EXPIRING; i++)
        add(batch, fixture_id(&batch->arena, i), LIFECYCLE_DISCONNECTED, FIXTURE_START, NULL, NULL);
    batch_store(store, batch);
    conformance_now += 2 * HOUR_MS;
    struct batch *later = mem_zero(sizeof(*later));
    add(later, "new", LIFECYCLE_QUEUED, FIXTURE_START, NULL, NULL);
    batch_store(store, later);
    unsigned removed;
    assert_true(store->ops->sweep(store, &removed, NULL));
    assert_int_equal(removed, EXPIRING);
    assert_true(store->ops->sweep(store, &removed, NULL));
    assert_int_equal(removed, 0);
    expect_all(store, 1);
    assert_int_equal(batch_store(store, batch),
                     EXPIRING); /* their histories are gone too: all is fresh again */
    batch_free(later);
    free(later);
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
        CONFORMANCE(live_is_what_is_open_or_ended_lately),
        CONFORMANCE(live_gives_marked_entries_only),
        CONFORMANCE(silence_longer_than_a_channels_life_is_not_live),
        CONFORMANCE(ended_contacts_expire_after_the_retention_in_minutes),
        CONFORMANCE(open_contacts_do_not_expire),
        CONFORMANCE(a_duplicate_prolongs_a_life_and_is_no_change),
        CONFORMANCE(a_sweep_removes_the_expired_and_nothing_else),
        CONFORMANCE(a_visitor_may_stop),
    };
    return cmocka_run_group_tests_name("store: readers", tests, NULL, NULL);
}
