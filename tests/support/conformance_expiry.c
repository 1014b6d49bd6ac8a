/* What has expired is nowhere; what is open or was heard of lately has not. */
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

static void expect_all(struct store *store, size_t wanted)
{
    struct seen seen = {0};
    struct store_visit visit = seen_visit(&seen);
    assert_true(store->ops->all(store, &visit, NULL));
    assert_int_equal(seen.record_count, wanted);
    seen_clear(&seen);
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
    conformance_expect_live(store, 0, "chat\nvoice\n");
    conformance_now = FIXTURE_START + DAY_MS + 1;
    conformance_expect_live(store, 0, "chat\n");
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
    conformance_expect_live(store, 0, "");
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
    conformance_expect_live(store, 0, "task\n");
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
    assert_int_equal(is_found(store, "a"), conformance_factory->at_hand);
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
    expect_all(store, 1);
    if (conformance_factory->at_hand) {
        assert_true(store->ops->sweep(store, &removed, NULL));
        assert_int_equal(removed, EXPIRING);
        assert_true(store->ops->sweep(store, &removed, NULL));
        assert_int_equal(removed, 0);
    } else {
        assert_null(store->ops->sweep); /* TTL does it */
        conformance_factory->expire();
    }
    expect_all(store, 1);
    batch_store(store, batch); /* they may come again */
    expect_all(store, EXPIRING + 1);
    batch_free(later);
    free(later);
    store_close(store);
}

int conformance_expiry(void)
{
    static const struct CMUnitTest tests[] = {
        CONFORMANCE(silence_longer_than_a_channels_life_is_not_live),
        CONFORMANCE(ended_contacts_expire_after_the_retention_in_minutes),
        CONFORMANCE(open_contacts_do_not_expire),
        CONFORMANCE(a_duplicate_prolongs_a_life_and_is_no_change),
        CONFORMANCE(a_sweep_removes_the_expired_and_nothing_else),
    };
    return cmocka_run_group_tests_name("store: expiry", tests, NULL, NULL);
}
