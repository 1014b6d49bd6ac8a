/* A store that answers from the archive what it does not have itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/instant.h"
#include "support/archive_fixture.h"
#include "support/make_event.h"
#include "support/sqlite_file.h"

#define START INT64_C(1763028000000)

static const struct store_options forever = {.retention_ms = 10000 * DAY_MS};

static int setup(void **state)
{
    return sqlite_file_begin() ? archive_fixture_s3(state) : -1;
}

static int teardown(void **state)
{
    sqlite_file_end();
    return archive_fixture_teardown(state);
}

/* A leg with an entry of its own. */
static void make_leg(struct arena *arena, const char *id, const char *root, const char *customer,
                     int minute, struct record *record, struct history *history)
{
    struct event event = make_attribute(id, "leg", id, START + minute * MINUTE_MS);
    make_seal(arena, &event);
    record_init(record, id);
    record_apply(record, &event);
    record->initiated = START + minute * MINUTE_MS;
    record_set(record, FIELD_INITIAL_ID, 1, root);
    record_set(record, FIELD_CUSTOMER, 1, customer);
    *history = (struct history){0};
    history_push(history, &event.entry);
}

static void to_archive(struct archive_fixture *f, const char *id, const char *root,
                       const char *customer, int minute)
{
    struct archive *archive = archive_fixture_open(f, true);
    struct arena arena = {0};
    struct record record;
    struct history history;
    struct err err = {""};
    make_leg(&arena, id, root, customer, minute, &record, &history);
    if (!archive_put(archive, &record, &history, &err))
        fail_msg("%s", err.text);
    record_free(&record);
    history_free(&history);
    arena_free(&arena);
    archive_close(archive);
}

static void to_store(const char *id, const char *root, const char *customer, int minute)
{
    struct arena arena = {0};
    struct record record;
    struct history history;
    struct err err = {""};
    struct store *store = sqlite_file_open(&forever, &err);
    assert_non_null(store);
    make_leg(&arena, id, root, customer, minute, &record, &history);
    struct store_change change = {.delta = &record, .entries = &history};
    assert_true(store_apply(store, &change, 1, &err));
    assert_int_equal(change.outcome, STORE_STORED);
    record_free(&record);
    history_free(&history);
    arena_free(&arena);
    store_close(store);
}

static struct store *open_both(struct archive_fixture *f)
{
    struct err err = {""};
    struct store *store = sqlite_file_open(&forever, &err);
    assert_non_null(store);
    return store_with_archive(store, archive_fixture_open(f, false));
}

/* The legs of a call, "id/entries;". */
static char *call_of(struct store *store, const char *id)
{
    struct store_chain chain;
    struct arena arena = {0};
    struct err err = {""};
    struct buf out = {0};
    if (!store_load_chain(store, id, &arena, &chain, &err))
        fail_msg("%s", err.text);
    buf_text(&out, "");
    for (size_t i = 0; i < chain.count; i++)
        buf_printf(&out, "%s/%zu;", chain.record[i].contact_id, chain.history[i].count);
    store_chain_free(&chain);
    arena_free(&arena);
    return buf_take(&out);
}

static void expect_call(struct store *store, const char *id, const char *wanted)
{
    char *got = call_of(store, id);
    assert_string_equal(got, wanted);
    free(got);
}

static void a_call_of_which_legs_are_archived_is_whole(void **state)
{
    to_archive(*state, "root", NULL, NULL, 0);
    to_archive(*state, "leg-2", "root", NULL, 2);
    to_store("leg-1", "root", NULL, 1);
    to_store("alone", NULL, NULL, 9);
    to_archive(*state, "leg-9", "another", NULL, 1);
    struct store *store = open_both(*state);
    const char *const legs[] = {"root", "leg-1", "leg-2"};
    for (size_t i = 0; i < ARRAY_SIZE(legs); i++)
        expect_call(store, legs[i], "root/1;leg-1/1;leg-2/1;");
    expect_call(store, "alone", "alone/1;");
    expect_call(store, "leg-9", "leg-9/1;");
    char *none = call_of(store, "nobody");
    assert_true(!none || !*none);
    free(none);
    store_close(store);
}

/* Of a leg the index tells a day: what else is said of it lies within its channel's life. */
static void legs_are_looked_for_near_their_day(void **state)
{
    enum { DAYS = 100, NEAR = 8 };
    struct archive_fixture *f = *state;
    struct buf body = {0};
    char name[64], day[INSTANT_TEXT];
    archive_fixture_pack("{\"Connect_ContactId\":\"x\"}", 25, &body);
    for (int i = 1; i <= DAYS; i++) {
        instant_format(START - (i + 20) * DAY_MS, day);
        snprintf(name, sizeof(name), "dt=%.10s/x.json.gz", day);
        archive_fixture_put(f, name, body.data, body.length);
    }
    to_archive(f, "root", NULL, NULL, 0);
    to_archive(f, "leg", "root", NULL, 2);
    to_archive(f, "leg", NULL, NULL, 24 * 60); /* late words, under the next day */
    struct store *store = open_both(f);
    uint64_t asked = fake_aws_requests(f->fake, "GetObject");
    expect_call(store, "root", "root/1;leg/2;");
    assert_in_range(fake_aws_requests(f->fake, "GetObject") - asked, DAYS, DAYS + NEAR);
    buf_free(&body);
    store_close(store);
}

static void what_was_read_is_not_asked_again(void **state)
{
    struct archive_fixture *f = *state;
    to_archive(f, "root", NULL, NULL, 0);
    to_archive(f, "leg-2", "root", NULL, 2);
    to_store("leg-1", "root", NULL, 1);
    struct store *store = open_both(f);
    expect_call(store, "leg-1", "root/1;leg-1/1;leg-2/1;");
    uint64_t asked = fake_aws_requests(f->fake, NULL);
    for (int i = 0; i < 5; i++)
        expect_call(store, "leg-1", "root/1;leg-1/1;leg-2/1;");
    assert_int_equal(fake_aws_requests(f->fake, NULL), asked);
    store_close(store);
    store = open_both(f); /* a contact of the store asks for nothing but the legs of its call */
    asked = fake_aws_requests(f->fake, "GetObject");
    to_store("alone", NULL, NULL, 9);
    expect_call(store, "alone", "alone/1;");
    assert_int_equal(fake_aws_requests(f->fake, "GetObject"), asked);
    store_close(store);
}

static void what_both_have_is_told_once(void **state)
{
    struct record record;
    struct history history = {0};
    struct arena arena = {0};
    struct err err = {""};
    bool found;
    to_archive(*state, "root", NULL, NULL, 0);
    to_archive(*state, "leg", "root", NULL, 1);
    struct store *store = open_both(*state);
    expect_call(store, "leg", "root/1;leg/1;"); /* the archive's is at hand from now on */
    to_store("leg", "root", "customer", 2);
    assert_true(store_get(store, "leg", &arena, &record, &history, &found, &err));
    assert_true(found);
    assert_string_equal(record.field[FIELD_CUSTOMER].value, "customer");
    assert_int_equal(history.count, 2);
    assert_true(record.initiated == START + MINUTE_MS);
    expect_call(store, "leg", "root/1;leg/2;");
    record_free(&record);
    history_free(&history);
    arena_free(&arena);
    store_close(store);
}

static bool take_record(void *context, const struct record *record)
{
    return found_ids_take(context, record->contact_id);
}

static void a_customers_contacts_are_of_both(void **state)
{
    struct found_ids ids = {0};
    struct err err = {""};
    const struct store_visit visit = {.context = &ids, .record = take_record};
    to_archive(*state, "old", NULL, "c", 0);
    to_archive(*state, "both", NULL, "c", 1);
    to_archive(*state, "other", NULL, "d", 1);
    to_store("both", NULL, "c", 1);
    to_store("new", NULL, "c", 3);
    struct store *store = open_both(*state);
    assert_true(store->ops->by_customer(store, "c", &visit, &err));
    assert_string_equal(ids.text.data, "new;both;old;");
    buf_clear(&ids.text);
    ids = (struct found_ids){.text = ids.text, .stop_after = 1};
    assert_true(store->ops->by_customer(store, "c", &visit, &err));
    assert_string_equal(ids.text.data, "new;");
    buf_free(&ids.text);
    store_close(store);
}

static void the_beginning_of_an_id_is_enough(void **state)
{
    struct err err = {""};
    char *id;
    bool several;
    to_archive(*state, "abcd-archived", NULL, NULL, 0);
    to_archive(*state, "both-of-them", NULL, NULL, 0);
    to_store("abcd-stored", NULL, NULL, 0);
    to_store("both-of-them", NULL, NULL, 0);
    struct store *store = open_both(*state);
    const struct {
        const char *prefix, *id;
        bool several;
    } cases[] = {{"abcd", NULL, true},
                 {"abcd-a", "abcd-archived", false},
                 {"ABCD-S", "abcd-stored", false},
                 {"both", "both-of-them", false},
                 {"abc", NULL, false},
                 {"nobody", NULL, false}};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_true(store_whole_id(store, cases[i].prefix, &id, &several, &err));
        assert_int_equal(several, cases[i].several);
        assert_int_equal(id != NULL, cases[i].id != NULL);
        if (id)
            assert_string_equal(id, cases[i].id);
        free(id);
    }
    store_close(store);
}

static void an_archive_in_trouble_does_not_hide_the_store(void **state)
{
    struct archive_fixture *f = *state;
    struct arena arena = {0};
    struct record record;
    struct err err = {""};
    bool found = true;
    const struct fake_rule denied = {
        .operation = "s3:*", .fault = FAKE_ERROR_CODE, .code = "AccessDenied"};
    to_archive(f, "root", NULL, NULL, 0);
    to_store("leg", "root", NULL, 1);
    struct store *store = open_both(f);
    fake_aws_fault(f->fake, &denied);
    expect_call(store, "leg", "leg/1;");
    assert_false(store_get(store, "root", &arena, &record, NULL, &found, &err));
    assert_false(found);
    assert_memory_equal(err.text, "archive: s3://", 14);
    assert_non_null(strstr(err.text, "AccessDenied"));
    fake_aws_faults_clear(f->fake);
    assert_true(store_get(store, "root", &arena, &record, NULL, &found, &err));
    assert_true(found);
    record_free(&record);
    store_close(store);
}

#define WITH_BOTH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BOTH(a_call_of_which_legs_are_archived_is_whole),
        WITH_BOTH(legs_are_looked_for_near_their_day),
        WITH_BOTH(what_was_read_is_not_asked_again),
        WITH_BOTH(what_both_have_is_told_once),
        WITH_BOTH(a_customers_contacts_are_of_both),
        WITH_BOTH(the_beginning_of_an_id_is_enough),
        WITH_BOTH(an_archive_in_trouble_does_not_hide_the_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
