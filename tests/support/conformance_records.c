/* Applying batches and getting one contact back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store_conformance.h"
#include "store_fixture.h"

static void add_contact(struct batch *batch, const char *id, enum lifecycle state, int64_t time)
{
    struct event event = fixture_contact(batch, id, state, time);
    batch_add(batch, &event);
}

static void add_flow(struct batch *batch, const char *id, int64_t time, unsigned n)
{
    struct event event = fixture_flow(batch, id, time, n, 0);
    batch_add(batch, &event);
}

static void a_contact_comes_back_with_its_history(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    add_flow(batch, "a", FIXTURE_START + 5, 3);
    add_contact(batch, "a", LIFECYCLE_INITIATED, FIXTURE_START);
    add_contact(batch, "b", LIFECYCLE_QUEUED, FIXTURE_START);
    assert_int_equal(batch_store(store, batch), 3);
    struct buf wanted = {0}, stored = {0};
    struct got got = conformance_get(store, "a");
    assert_true(got.found);
    record_write(&wanted, &batch->delta[0], RECORD_CANONICAL);
    record_write(&stored, &got.record, RECORD_CANONICAL);
    assert_string_equal(stored.data, wanted.data);
    assert_int_equal(got.history.count, 2);
    assert_true(got.history.entry[0].time == FIXTURE_START); /* in order, not as they came */
    assert_string_equal(got.history.entry[1].body, batch->history[0].entry[0].body);
    assert_int_equal(got.history.entry[1].length, strlen(got.history.entry[1].body));
    assert_null(got.history.entry[1].log_event_id);
    got_free(&got);
    buf_free(&wanted);
    buf_free(&stored);
    store_close(store);
}

static void a_record_comes_without_its_history_when_none_is_asked_for(void **state)
{
    struct store *store = conformance_open();
    struct record record;
    bool found = false;
    add_contact(*state, "a", LIFECYCLE_QUEUED, FIXTURE_START);
    batch_store(store, *state);
    assert_true(store_get(store, "a", NULL, &record, NULL, &found, NULL));
    assert_true(found);
    assert_string_equal(record.contact_id, "a");
    assert_string_equal(record.field[FIELD_STATUS].value, "QUEUED");
    record_free(&record);
    store_close(store);
}

static void what_is_not_stored_is_not_found(void **state)
{
    (void)state;
    struct store *store = conformance_open();
    struct got got = conformance_get(store, "nobody");
    assert_false(got.found);
    got_free(&got);
    store_close(store);
}

static void a_store_outlives_its_connection(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    add_contact(batch, "a", LIFECYCLE_QUEUED, FIXTURE_START);
    batch_store(store, batch);
    struct buf before = store_dump(store);
    store_close(store);
    store = conformance_open();
    struct buf after = store_dump(store);
    assert_string_equal(after.data, before.data);
    buf_free(&before);
    buf_free(&after);
    store_close(store);
}

static void a_replay_is_all_duplicates(void **state)
{
    struct batch *batch = *state;
    struct rng rng;
    rng_seed(&rng, conformance_seed());
    batch_random(batch, &rng, 40, 400);
    struct store *store = conformance_open();
    unsigned fresh = batch_store(store, batch);
    assert_true(fresh > 300);
    struct buf before = store_dump(store);
    struct store_cursor cursor = {0};
    struct seen seen = {0};
    struct store_visit visit = seen_visit(&seen);
    assert_true(store->ops->changes(store, &cursor, 1000, &visit, NULL));
    assert_int_equal(seen.entry_count, fresh);
    assert_int_equal(batch_store(store, batch), 0);
    seen_clear(&seen);
    assert_true(store->ops->changes(store, &cursor, 1000, &visit, NULL));
    assert_int_equal(seen.record_count, 0);
    assert_int_equal(seen.entry_count, 0);
    struct buf after = store_dump(store);
    assert_string_equal(after.data, before.data);
    buf_free(&before);
    buf_free(&after);
    seen_clear(&seen);
    store_close(store);
}

static void of_equals_the_greater_stays(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    static const char *const words[] = {"beta", "alpha", "gamma"}, *const ids[] = {"2", "3", "1"};
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        struct event event = fixture_contact(batch, "a", LIFECYCLE_QUEUED, FIXTURE_START);
        fixture_body(batch, &event, words[i]);
        event.entry.log_event_id = ids[i];
        batch_add(batch, &event);
        assert_int_equal(batch_store(store, batch), i == 0);
        batch_clear(batch);
    }
    struct got got = conformance_get(store, "a");
    assert_int_equal(got.history.count, 1);
    assert_string_equal(got.history.entry[0].body, "{\"word\":\"gamma\"}");
    assert_string_equal(got.history.entry[0].log_event_id, "3");
    assert_int_equal(got.record.version, 3); /* its readers must look again */
    got_free(&got);
    store_close(store);
}

static void versions_and_times_of_update_only_rise(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    for (unsigned i = 1; i <= 3; i++) {
        add_flow(batch, "a", FIXTURE_START + i, i);
        batch_store(store, batch);
        struct got got = conformance_get(store, "a");
        assert_int_equal(got.record.version, i);
        assert_true(got.record.updated_at == FIXTURE_START + HOUR_MS + i - 1);
        got_free(&got);
        batch_clear(batch);
    }
    store_close(store);
}

static void an_older_event_is_kept_though_the_record_stays(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    add_contact(batch, "a", LIFECYCLE_INITIATED, FIXTURE_START);
    add_flow(batch, "a", FIXTURE_START + 9, 1);
    batch_store(store, batch);
    batch_clear(batch);
    add_flow(batch, "a", FIXTURE_START + 8, 2);
    assert_int_equal(batch_store(store, batch), 1);
    struct got got = conformance_get(store, "a");
    assert_int_equal(got.history.count, 3);
    got_free(&got);
    store_close(store);
}

static void a_contact_may_come_twice_in_a_batch(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    add_flow(batch, "a", FIXTURE_START, 1);
    add_flow(batch, "b", FIXTURE_START, 2);
    struct store_change twice[] = {batch->change[0], batch->change[1], batch->change[0]};
    assert_true(store_apply(store, twice, ARRAY_SIZE(twice), NULL));
    assert_int_equal(twice[0].fresh + twice[2].fresh, 1);
    struct got got = conformance_get(store, "a");
    assert_int_equal(got.history.count, 1);
    got_free(&got);
    store_close(store);
}

int conformance_records(void)
{
    static const struct CMUnitTest tests[] = {
        CONFORMANCE(a_contact_comes_back_with_its_history),
        CONFORMANCE(a_record_comes_without_its_history_when_none_is_asked_for),
        CONFORMANCE(what_is_not_stored_is_not_found),
        CONFORMANCE(a_store_outlives_its_connection),
        CONFORMANCE(a_replay_is_all_duplicates),
        CONFORMANCE(of_equals_the_greater_stays),
        CONFORMANCE(versions_and_times_of_update_only_rise),
        CONFORMANCE(an_older_event_is_kept_though_the_record_stays),
        CONFORMANCE(a_contact_may_come_twice_in_a_batch),
    };
    return cmocka_run_group_tests_name("store: records", tests, NULL, NULL);
}
