/* Nothing, too much, and odd texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store_conformance.h"
#include "store_fixture.h"

static void add_flow(struct batch *batch, const char *id, int64_t time, unsigned n)
{
    struct event event = fixture_flow(batch, id, time, n, 0);
    batch_add(batch, &event);
}

static void an_empty_batch_is_nothing(void **state)
{
    (void)state;
    struct store *store = conformance_open();
    assert_true(store_apply(store, NULL, 0, NULL));
    store_close(store);
}

static void what_can_never_be_stored_is_refused_alone(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    struct err err = {0};
    char long_id[CONTACT_ID_MAX + 2];
    memset(long_id, 'x', sizeof(long_id) - 1);
    long_id[sizeof(long_id) - 1] = '\0';
    add_flow(batch, "good", FIXTURE_START, 1);
    add_flow(batch, long_id, FIXTURE_START, 2);
    add_flow(batch, "large", FIXTURE_START, 3);
    add_flow(batch, "also good", FIXTURE_START, 4);
    size_t size = (8 << 20) + 1;
    char *large = mem_alloc(size + 1);
    memset(large, 'x', size);
    large[size] = '\0';
    batch->history[2].entry[0].body = large;
    batch->history[2].entry[0].length = (uint32_t)size;
    assert_true(store_apply(store, batch->change, batch->count, &err));
    static const enum store_outcome wanted[] = {STORE_STORED, STORE_REFUSED, STORE_REFUSED,
                                                STORE_STORED};
    for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
        assert_int_equal(batch->change[i].outcome, wanted[i]);
    assert_string_not_equal(err.text, "");
    struct got got = conformance_get(store, "large");
    assert_false(got.found);
    got_free(&got);
    got = conformance_get(store, "also good");
    assert_true(got.found);
    got_free(&got);
    free(large);
    store_close(store);
}

static void odd_texts_come_back_as_they_are(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    static const char id[] = "a'; DROP TABLE contact; -- \xC3\xA4\xF0\x9F\x98\x80";
    struct event event = fixture_contact(batch, id, LIFECYCLE_QUEUED, FIXTURE_START);
    event.contact.customer_id = "%s'\"\\ \xE2\x82\xAC";
    fixture_body(batch, &event, "\xF0\x9F\x98\x80 ' \\\" %n");
    batch_add(batch, &event);
    batch_store(store, batch);
    struct got got = conformance_get(store, id);
    assert_true(got.found);
    assert_string_equal(got.record.field[FIELD_CUSTOMER].value, event.contact.customer_id);
    assert_string_equal(got.history.entry[0].body, event.entry.body);
    got_free(&got);
    store_close(store);
}

static void a_long_history_comes_whole_and_in_order(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    enum { ENTRIES = 5000 };
    for (unsigned i = 0; i < ENTRIES; i++) {
        add_flow(batch, "a", FIXTURE_START + (i * 7919) % ENTRIES, i);
        if (i % 500 == 499) {
            batch_store(store, batch);
            batch_clear(batch);
        }
    }
    struct got got = conformance_get(store, "a");
    assert_int_equal(got.history.count, ENTRIES);
    for (size_t i = 1; i < got.history.count; i++)
        assert_true(entry_compare(&got.history.entry[i - 1], &got.history.entry[i]) < 0);
    got_free(&got);
    store_close(store);
}

int conformance_limits(void)
{
    static const struct CMUnitTest tests[] = {
        CONFORMANCE(an_empty_batch_is_nothing),
        CONFORMANCE(what_can_never_be_stored_is_refused_alone),
        CONFORMANCE(odd_texts_come_back_as_they_are),
        CONFORMANCE(a_long_history_comes_whole_and_in_order),
    };
    return cmocka_run_group_tests_name("store: limits", tests, NULL, NULL);
}
