/* What the archive asks of a store: all that is kept of a contact, what has expired, and that only
 * what was archived goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store_conformance.h"
#include "store_fixture.h"

/* A contact as it lies there, expired or not. */
struct kept {
    struct arena arena;
    struct record record;
    struct history history;
    const char *id;
    bool found;
};

static bool keep(void *context, const struct record *record)
{
    struct kept *kept = context;
    if (strcmp(record->contact_id, kept->id) == 0) {
        record_copy(&kept->record, record);
        kept->found = true;
    }
    return true;
}

static void read_history(struct store *store, struct kept *kept)
{
    struct err err = {0};
    history_free(&kept->history);
    if (!store->ops->history(store, kept->id, &kept->arena, &kept->history, &err))
        fail_msg("%s", err.text);
}

/* The expired record and its history; found false when it has not expired. */
static struct kept read_expired(struct store *store, const char *id)
{
    struct kept kept = {.id = id};
    const struct store_visit visit = {.context = &kept, .record = keep};
    struct err err = {0};
    if (!store->ops->expired(store, &visit, &err))
        fail_msg("%s", err.text);
    read_history(store, &kept);
    return kept;
}

static void kept_free(struct kept *kept)
{
    if (kept->found)
        record_free(&kept->record);
    history_free(&kept->history);
    arena_free(&kept->arena);
}

static unsigned removes(struct store *store, const struct kept *kept)
{
    struct err err = {0};
    unsigned removed = 99;
    if (!store->ops->remove(store, &kept->record, &kept->history, &removed, &err))
        fail_msg("%s", err.text);
    return removed;
}

static size_t entries_of(struct store *store, const char *id)
{
    struct kept kept = {.id = id};
    read_history(store, &kept);
    size_t count = kept.history.count;
    kept_free(&kept);
    return count;
}

static void add(struct batch *batch, const char *id, unsigned flows)
{
    struct event event = fixture_contact(batch, id, LIFECYCLE_DISCONNECTED, FIXTURE_START);
    batch_add(batch, &event);
    for (unsigned i = 0; i < flows; i++) {
        event = fixture_flow(batch, id, FIXTURE_START + i, i, 0);
        batch_add(batch, &event);
    }
}

static void store_one(struct store *store, struct batch *batch, const char *id, unsigned flows)
{
    add(batch, id, flows);
    batch_store(store, batch);
    batch_clear(batch);
}

static void late_event(struct store *store, struct batch *batch, const char *id, unsigned n)
{
    struct event event = fixture_flow(batch, id, FIXTURE_START + n, n, 0);
    batch_add(batch, &event);
    batch_store(store, batch);
    batch_clear(batch);
}

static void expect_expired(struct store *store, const char *wanted)
{
    struct seen seen = {0};
    struct store_visit visit = seen_visit(&seen);
    assert_true(store->ops->expired(store, &visit, NULL));
    seen_sort(&seen.records);
    assert_string_equal(buf_str(&seen.records), wanted);
    assert_int_equal(seen.entry_count, 0);
    seen_clear(&seen);
}

static void what_has_expired_is_given_and_nothing_else(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    const struct agent_event agent = {.agent_arn = "arn:aws:connect:eu-west-2:1:instance/i/agent/a",
                                      .agent_name = "a",
                                      .event_type = "LOGIN",
                                      .time = FIXTURE_START};
    assert_true(store->ops->apply_agents(store, &agent, 1, NULL));
    assert_true(store->ops->document_put(store, "names", "x", 1, NULL));
    store_one(store, batch, "a", 2);
    store_one(store, batch, "b", 2);
    expect_expired(store, "");
    conformance_now += 2 * HOUR_MS;
    store_one(store, batch, "c", 2);
    expect_expired(store, "a\nb\n");
    conformance_now += 400 * DAY_MS;
    expect_expired(store, "a\nb\nc\n");
    store_close(store);
}

static void the_expired_come_however_many_and_until_the_visitor_stops(void **state)
{
    enum { MANY = 200 };
    struct batch *batch = *state;
    struct store *store = conformance_open();
    struct seen seen = {0};
    struct store_visit visit = seen_visit(&seen);
    for (unsigned i = 0; i < MANY; i++)
        add(batch, fixture_id(&batch->arena, i), 0);
    batch_store(store, batch);
    conformance_now += 2 * HOUR_MS;
    assert_true(store->ops->expired(store, &visit, NULL));
    assert_int_equal(seen.record_count, MANY);
    seen_clear(&seen);
    seen.stop_after = 70;
    assert_true(store->ops->expired(store, &visit, NULL));
    assert_int_equal(seen.record_count, 70);
    seen_clear(&seen);
    store_close(store);
}

static void the_history_is_whole_alive_or_expired(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    store_one(store, batch, "a", 3);
    late_event(store, batch, "a", 70);
    assert_int_equal(entries_of(store, "a"), 5);
    conformance_now += 2 * HOUR_MS;
    assert_int_equal(entries_of(store, "a"), 5);
    assert_int_equal(entries_of(store, "nobody"), 0);
    assert_int_equal(entries_of(store, ""), 0);
    store_close(store);
}

static void what_was_archived_goes_and_the_others_stay(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    store_one(store, batch, "a", 3);
    late_event(store, batch, "a", 70);
    store_one(store, batch, "b", 3);
    conformance_now += 2 * HOUR_MS;
    struct kept kept = read_expired(store, "a");
    assert_true(kept.found);
    assert_int_equal(kept.history.count, 5);
    assert_true(removes(store, &kept) > 0);
    assert_int_equal(entries_of(store, "a"), 0);
    assert_int_equal(entries_of(store, "b"), 4);
    expect_expired(store, "b\n");
    assert_int_equal(removes(store, &kept), 0); /* again, as after a crash */
    expect_expired(store, "b\n");
    kept_free(&kept);
    store_close(store);
}

static void a_contact_that_lives_stays(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    store_one(store, batch, "a", 3);
    struct got got = conformance_get(store, "a");
    struct kept living = {.id = "a", .record = got.record};
    read_history(store, &living);
    assert_int_equal(removes(store, &living), 0);
    conformance_now += 2 * HOUR_MS;
    struct kept kept = read_expired(store, "a");
    late_event(store, batch, "a", 70); /* between reading and removing */
    assert_int_equal(removes(store, &kept), 0);
    assert_int_equal(entries_of(store, "a"), 5);
    conformance_now += 2 * HOUR_MS; /* it has expired once more, but is another */
    assert_int_equal(removes(store, &kept), 0);
    assert_int_equal(entries_of(store, "a"), 5);
    kept_free(&kept);
    kept_free(&living);
    got_free(&got);
    store_close(store);
}

static void one_of_another_version_stays(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    store_one(store, batch, "a", 3);
    late_event(store, batch, "a", 70);
    conformance_now += 2 * HOUR_MS;
    struct kept kept = read_expired(store, "a");
    kept.record.version++;
    assert_int_equal(removes(store, &kept), 0);
    kept.record.version -= 2;
    assert_int_equal(removes(store, &kept), 0);
    kept.record.version++;
    assert_true(removes(store, &kept) > 0);
    kept_free(&kept);
    store_close(store);
}

static void one_made_anew_is_not_taken_for_the_old_one(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    store_one(store, batch, "a", 3);
    conformance_now += 2 * HOUR_MS;
    struct kept kept = read_expired(store, "a");
    assert_true(removes(store, &kept) > 0);
    struct store *other = conformance_open();
    late_event(other, batch, "a", 70);
    assert_int_equal(removes(store, &kept), 0);
    conformance_now += 2 * DAY_MS;
    assert_int_equal(removes(store, &kept), 0); /* of the same version, maybe */
    assert_int_equal(entries_of(store, "a"), 1);
    struct kept anew = read_expired(store, "a");
    assert_true(anew.found);
    assert_true(removes(store, &anew) > 0);
    assert_int_equal(entries_of(store, "a"), 0);
    kept_free(&kept);
    kept_free(&anew);
    store_close(other);
    store_close(store);
}

static void an_entry_that_was_not_archived_stays(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    store_one(store, batch, "a", 3);
    late_event(store, batch, "a", 70);
    conformance_now += 2 * HOUR_MS;
    struct kept kept = read_expired(store, "a");
    const struct entry last = kept.history.entry[--kept.history.count];
    removes(store, &kept);
    struct kept left = {.id = "a"};
    read_history(store, &left);
    assert_true(left.history.count > 0);
    const struct entry *stays = &left.history.entry[left.history.count - 1];
    assert_int_equal(hash_compare(&stays->id, &last.id), 0);
    kept_free(&left);
    kept_free(&kept);
    store_close(store);
}

/* The greater body of an identity is the one to be kept. */
static void an_entry_archived_with_a_lesser_body_stays(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    struct event event = fixture_contact(batch, "a", LIFECYCLE_DISCONNECTED, FIXTURE_START);
    fixture_body(batch, &event, "greater");
    batch_add(batch, &event);
    batch_store(store, batch);
    conformance_now += 2 * HOUR_MS;
    struct kept kept = read_expired(store, "a");
    assert_int_equal(kept.history.count, 1);
    fixture_body(batch, &event, "a lesser one");
    kept.history.entry[0].body = event.entry.body;
    kept.history.entry[0].length = event.entry.length;
    removes(store, &kept);
    assert_int_equal(entries_of(store, "a"), 1);
    kept_free(&kept);
    store_close(store);
}

static void who_only_looks_removes_nothing(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    store_one(store, batch, "a", 3);
    conformance_now += 2 * HOUR_MS;
    struct kept kept = read_expired(store, "a");
    struct err err = {0};
    unsigned removed = 99;
    struct store *view = conformance_look();
    expect_expired(view, "a\n");
    assert_int_equal(entries_of(view, "a"), 4);
    assert_false(view->ops->remove(view, &kept.record, &kept.history, &removed, &err));
    assert_non_null(strstr(err.text, "--view-only"));
    assert_int_equal(removed, 0);
    expect_expired(store, "a\n");
    kept_free(&kept);
    store_close(view);
    store_close(store);
}

static void a_store_that_is_archived_is_not_swept(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    unsigned removed;
    store_one(store, batch, "a", 3);
    conformance_now += 2 * HOUR_MS;
    if (store->ops->sweep) {
        assert_true(store->ops->document_put(store, STORE_ARCHIVED, "file:x", 6, NULL));
        assert_true(store->ops->sweep(store, &removed, NULL));
        assert_int_equal(removed, 0);
        conformance_now += STORE_ARCHIVED_HOLD_MS - 1;
        assert_true(store->ops->sweep(store, &removed, NULL));
        assert_int_equal(removed, 0);
        expect_expired(store, "a\n");
        conformance_now += 1; /* nobody has archived it for so long */
        assert_true(store->ops->sweep(store, &removed, NULL));
        assert_int_equal(removed, 1);
    }
    store_close(store);
}

int conformance_archive(void)
{
    static const struct CMUnitTest tests[] = {
        CONFORMANCE(what_has_expired_is_given_and_nothing_else),
        CONFORMANCE(the_expired_come_however_many_and_until_the_visitor_stops),
        CONFORMANCE(the_history_is_whole_alive_or_expired),
        CONFORMANCE(what_was_archived_goes_and_the_others_stay),
        CONFORMANCE(a_contact_that_lives_stays),
        CONFORMANCE(one_of_another_version_stays),
        CONFORMANCE(one_made_anew_is_not_taken_for_the_old_one),
        CONFORMANCE(an_entry_that_was_not_archived_stays),
        CONFORMANCE(an_entry_archived_with_a_lesser_body_stays),
        CONFORMANCE(who_only_looks_removes_nothing),
        CONFORMANCE(a_store_that_is_archived_is_not_swept),
    };
    return cmocka_run_group_tests_name("store: archive", tests, NULL, NULL);
}
