/* Following a store: every change once, whoever made it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/map.h"
#include "store_conformance.h"
#include "store_fixture.h"

static void add_flow(struct batch *batch, const char *id, unsigned n)
{
    struct event event = fixture_flow(batch, id, FIXTURE_START + n, n, 0);
    batch_add(batch, &event);
}

/* Reads until nothing is new, `limit` records at a time. */
static void follow(struct store *store, struct store_cursor *cursor, size_t limit,
                   const struct store_visit *visit, struct seen *seen)
{
    struct err err = {0};
    size_t before;
    do {
        before = seen->record_count + seen->entry_count;
        if (!store->ops->changes(store, cursor, limit, visit, &err))
            fail_msg("%s", err.text);
        assert_true(seen->record_count + seen->entry_count >= before);
    } while (seen->record_count + seen->entry_count > before);
}

static void changes_of_another_connection_are_seen(void **state)
{
    struct batch *batch = *state;
    struct store *writer = conformance_open(), *reader = conformance_open();
    struct seen seen = {0};
    struct store_visit visit = seen_visit(&seen);
    struct store_cursor cursor = {0};
    follow(reader, &cursor, 10, &visit, &seen);
    assert_int_equal(seen.record_count, 0);
    for (unsigned i = 1; i <= 3; i++) {
        batch_clear(batch);
        seen_clear(&seen);
        add_flow(batch, "a", i);
        batch_store(writer, batch);
        follow(reader, &cursor, 10, &visit, &seen);
        assert_string_equal(buf_str(&seen.records), "a\n");
        assert_int_equal(seen.entry_count, 1);
        assert_non_null(strstr(seen.entries.data, batch->history[0].entry[0].body));
    }
    seen_clear(&seen);
    store_close(writer);
    store_close(reader);
}

static void what_live_gave_is_not_given_again(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    add_flow(batch, "a", 1);
    batch_store(store, batch);
    struct seen seen = {0};
    struct store_visit visit = seen_visit(&seen);
    struct store_cursor cursor = {0};
    assert_true(store->ops->live(store, 0, &visit, &cursor, NULL));
    assert_int_equal(seen.record_count, 1);
    seen_clear(&seen);
    follow(store, &cursor, 10, &visit, &seen);
    assert_int_equal(seen.record_count, 0);
    batch_clear(batch);
    add_flow(batch, "b", 2);
    batch_store(store, batch);
    follow(store, &cursor, 10, &visit, &seen);
    assert_string_equal(buf_str(&seen.records), "b\n");
    seen_clear(&seen);
    store_close(store);
}

static void records_alone_may_be_followed(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    for (unsigned i = 0; i < 5; i++)
        add_flow(batch, fixture_id(&batch->arena, i), i);
    batch_store(store, batch);
    struct seen seen = {0};
    struct store_visit visit = seen_visit(&seen);
    struct store_cursor cursor = {0};
    visit.entry = NULL;
    follow(store, &cursor, 2, &visit, &seen);
    assert_int_equal(seen.record_count, 5);
    seen_clear(&seen);
    store_close(store);
}

static void a_limit_is_kept_and_the_rest_follows(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    for (unsigned i = 0; i < 10; i++)
        for (unsigned n = 0; n < 3; n++)
            add_flow(batch, fixture_id(&batch->arena, i), i * 3 + n);
    batch_store(store, batch);
    struct seen seen = {0};
    struct store_visit visit = seen_visit(&seen);
    struct store_cursor cursor = {0};
    size_t entries = 0;
    for (size_t pages = 0; pages < 3; pages++) {
        assert_true(store->ops->changes(store, &cursor, 4, &visit, NULL));
        assert_true(seen.record_count <= 4);
        entries += seen.entry_count;
        seen_clear(&seen);
    }
    assert_int_equal(entries, 30);
    store_close(store);
}

static void a_visitor_that_stops_goes_on_from_there(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    for (unsigned i = 0; i < 4; i++)
        add_flow(batch, fixture_id(&batch->arena, i), i);
    batch_store(store, batch);
    struct seen seen = {.stop_after = 2};
    struct store_visit visit = seen_visit(&seen);
    struct store_cursor cursor = {0};
    assert_true(store->ops->changes(store, &cursor, 100, &visit, NULL));
    assert_int_equal(seen.record_count, 2);
    seen.stop_after = 0;
    follow(store, &cursor, 100, &visit, &seen);
    assert_int_equal(seen.entry_count, 4);
    seen_clear(&seen);
    store_close(store);
}

/* A reader that keeps what it is given, as the screen does. */
struct mirror {
    struct map version; /* contact id → version last given, as text */
    struct map entry;   /* contact id and identity of each entry → itself */
    size_t entries;
};

static bool mirror_record(void *context, const struct record *record)
{
    struct mirror *mirror = context;
    struct buf text = {0};
    buf_printf(&text, "%lld ", (long long)record->version);
    record_write(&text, record, RECORD_CANONICAL);
    free(map_set(&mirror->version, record->contact_id, buf_take(&text)));
    return true;
}

static bool mirror_entry(void *context, const char *contact_id, const struct entry *entry)
{
    struct mirror *mirror = context;
    assert_non_null(map_get(&mirror->version, contact_id)); /* its record came before */
    struct buf key = {0};
    buf_printf(&key, "%s ", contact_id);
    for (size_t k = 0; k < sizeof(entry->id.byte); k++)
        buf_printf(&key, "%02x", entry->id.byte[k]);
    assert_null(map_set(&mirror->entry, key.data, mirror)); /* each comes once */
    mirror->entries++;
    buf_free(&key);
    return true;
}

static bool same_as_mirror(void *context, const struct record *record)
{
    struct mirror *mirror = context;
    struct buf text = {0};
    buf_printf(&text, "%lld ", (long long)record->version);
    record_write(&text, record, RECORD_CANONICAL);
    const char *given = map_get(&mirror->version, record->contact_id);
    assert_non_null(given);
    assert_string_equal(text.data, given);
    buf_free(&text);
    return true;
}

static void each_entry_is_seen_once_and_the_last_of_each_record(void **state)
{
    struct batch *batch = *state;
    struct store *writer[] = {conformance_open(), conformance_open()}, *reader = conformance_open();
    struct mirror mirror = {0};
    const struct store_visit visit = {
        .context = &mirror, .record = mirror_record, .entry = mirror_entry};
    const struct store_visit compare = {.context = &mirror, .record = same_as_mirror};
    struct store_cursor cursor = {0};
    struct rng rng;
    size_t fresh = 0;
    rng_seed(&rng, conformance_seed());
    for (unsigned i = 0; i < 60; i++) {
        batch_clear(batch);
        batch_random(batch, &rng, 60, 1 + rng_below(&rng, 60));
        fresh += batch_store(writer[rng_below(&rng, 2)], batch);
        if (rng_chance(&rng, 0.7))
            assert_true(
                reader->ops->changes(reader, &cursor, 1 + rng_below(&rng, 30), &visit, NULL));
    }
    for (unsigned i = 0; i < 300; i++)
        assert_true(reader->ops->changes(reader, &cursor, 1, &visit, NULL));
    assert_true(reader->ops->changes(reader, &cursor, 1000, &visit, NULL));
    assert_int_equal(mirror.entries, fresh);
    assert_true(reader->ops->all(reader, &compare, NULL));
    map_free(&mirror.version, free);
    map_free(&mirror.entry, NULL);
    store_close(writer[0]);
    store_close(writer[1]);
    store_close(reader);
}

int conformance_changes(void)
{
    static const struct CMUnitTest tests[] = {
        CONFORMANCE(changes_of_another_connection_are_seen),
        CONFORMANCE(what_live_gave_is_not_given_again),
        CONFORMANCE(records_alone_may_be_followed),
        CONFORMANCE(a_limit_is_kept_and_the_rest_follows),
        CONFORMANCE(a_visitor_that_stops_goes_on_from_there),
        CONFORMANCE(each_entry_is_seen_once_and_the_last_of_each_record),
    };
    return cmocka_run_group_tests_name("store: changes", tests, NULL, NULL);
}
