/* Ids that are anything, and how contacts are found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive/archive_internal.h"
#include "contactwatch/instant.h"
#include "support/archive_fixture.h"

static const char *const hostile[] = {
    "../../x",
    "a/b",
    "..",
    ".",
    ".hidden",
    "%2e%2e/%00",
    "with space & + = ? # ~ '\"<>",
    "caf\xC3\xA9 \xE7\x95\x8C \xF0\x9F\x93\x9E",
    "UPPER-and-lower",
    "a.json.gz",
    "\x01\x1b[2J",
};
enum { LONG = 256 };

static void expect_one(struct found_ids *ids, bool good, const char *id, const struct err *err)
{
    if (!good)
        fail_msg("%s", err->text);
    assert_int_equal(ids->count, 1);
    assert_int_equal(ids->text.length, strlen(id) + 1);
    assert_memory_equal(ids->text.data, id, strlen(id));
    buf_clear(&ids->text);
    ids->count = 0;
}

/* Put, got, found, removed: by an id that is anything. */
static void check_id(struct archive_fixture *f, const char *id)
{
    struct archive *archive = archive_fixture_open(f, true);
    struct found_ids ids = {0};
    struct err err = {""};
    struct buf dump = {0};
    unsigned removed;
    archive_fixture_contact(archive, id, "its root", "its customer");
    char *text = archive_fixture_get(archive, id);
    assert_non_null(text);
    free(text);
    expect_one(&ids, archive_find(archive, id, found_ids_take, &ids, &err), id, &err);
    expect_one(&ids, archive_legs(archive, "its root", found_legs_take, &ids, &err), id, &err);
    expect_one(&ids, archive_customer(archive, "its customer", found_ids_take, &ids, &err), id,
               &err);
    assert_true(archive_remove(archive, id, &removed, &err));
    assert_int_equal(removed, 1);
    archive_fixture_dump(f, &dump);
    assert_string_equal(buf_str(&dump), "");
    archive_fixture_contact(archive, "leg", id, id); /* as a root and a customer */
    expect_one(&ids, archive_legs(archive, id, found_legs_take, &ids, &err), "leg", &err);
    expect_one(&ids, archive_customer(archive, id, found_ids_take, &ids, &err), "leg", &err);
    assert_true(archive_remove(archive, "leg", &removed, &err));
    buf_free(&ids.text);
    buf_free(&dump);
    archive_close(archive);
}

static void test_ids_are_anything(void **state)
{
    char longest[LONG + 1], wide[LONG + 1];
    for (size_t i = 0; i < ARRAY_SIZE(hostile); i++)
        check_id(*state, hostile[i]);
    memset(longest, '/', LONG);
    memset(wide, 'w', LONG);
    longest[LONG] = wide[LONG] = '\0';
    check_id(*state, longest);
    check_id(*state, wide);
    struct archive *archive = archive_fixture_open(*state, true);
    struct record record;
    struct err err = {""};
    record_init(&record, "");
    assert_false(archive_put(archive, &record, NULL, &err));
    record_free(&record);
    archive_close(archive);
}

/* Two of one beginning, whose long names only their documents tell apart. */
static void test_long_ids_are_told_apart(void **state)
{
    struct archive *archive = archive_fixture_open(*state, true);
    char one[LONG + 1], other[LONG + 1];
    struct found_ids ids = {0};
    struct err err = {""};
    memset(one, 'x', LONG);
    memset(other, 'x', LONG);
    one[LONG] = other[LONG] = '\0';
    other[LONG - 1] = 'y';
    archive_fixture_contact(archive, one, "root", NULL);
    archive_fixture_contact(archive, other, "root", NULL);
    assert_true(archive_find(archive, "XXXX", found_ids_take, &ids, &err));
    assert_int_equal(ids.count, 2);
    ids.count = 0;
    buf_clear(&ids.text);
    expect_one(&ids, archive_find(archive, other, found_ids_take, &ids, &err), other, &err);
    assert_true(archive_legs(archive, "root", found_legs_take, &ids, &err));
    assert_int_equal(ids.count, 2);
    buf_free(&ids.text);
    archive_close(archive);
}

/* Its legs, each once, whichever day; a customer's contacts; the beginning of an id in any case. */
static void test_contacts_are_found(void **state)
{
    struct archive *archive = archive_fixture_open(*state, true);
    struct found_ids ids = {.stop_after = 2};
    struct err err = {""};
    archive_fixture_contact(archive, "abcd-1", NULL, "cust");
    archive_fixture_contact(archive, "abcd-2", "abcd-1", "cust");
    archive_fixture_contact(archive, "abce-3", "abcd-1", NULL);
    archive_fixture_contact(archive, "zzzz-4", "other", "someone");
    expect_one(&ids, archive_find(archive, "ABCE", found_ids_take, &ids, &err), "abce-3", &err);
    assert_true(archive_find(archive, "abcd-", found_ids_take, &ids, &err));
    assert_string_equal(ids.text.data, "abcd-1;abcd-2;");
    ids.count = 0;
    assert_true(
        archive_find(archive, "abc", found_ids_take, &ids, &err)); /* stopped at the second */
    assert_int_equal(ids.count, 2);
    ids = (struct found_ids){.text = ids.text};
    buf_clear(&ids.text);
    assert_true(archive_legs(archive, "abcd-1", found_legs_take, &ids, &err));
    assert_string_equal(ids.text.data, "abcd-2;abce-3;");
    ids.count = 0;
    assert_true(archive_customer(archive, "cust", found_ids_take, &ids, &err));
    assert_int_equal(ids.count, 2);
    ids.count = 0;
    assert_true(archive_find(archive, "none", found_ids_take, &ids, &err));
    assert_true(archive_legs(archive, "none", found_legs_take, &ids, &err));
    assert_true(archive_customer(archive, "none", found_ids_take, &ids, &err));
    assert_int_equal(ids.count, 0);
    buf_free(&ids.text);
    archive_close(archive);
}

/* More days, and more keys under a day, than a page holds. */
static void test_pages_are_read_to_the_end(void **state)
{
    enum { DAYS = 400, KEYS = 1100 };
    struct archive_fixture *f = *state;
    struct buf body = {0};
    struct found_ids ids = {0};
    struct err err = {""};
    char name[64], day[INSTANT_TEXT];
    archive_fixture_pack("{\"Connect_ContactId\":\"odd\"}", 27, &body);
    for (int i = 0; i < DAYS; i++) {
        instant_format(INT64_C(1700000000000) + i * DAY_MS, day);
        snprintf(name, sizeof(name), "dt=%.10s/%s.json.gz", day, i == 0 ? "odd" : "other");
        archive_fixture_put(f, name, body.data, body.length);
    }
    for (int i = 0; i < KEYS; i++) {
        snprintf(name, sizeof(name), "dt=2025-11-13/key-%04d.json.gz", i);
        archive_fixture_put(f, name, body.data, body.length);
    }
    struct archive *archive = archive_fixture_open(f, false);
    uint64_t before = fake_aws_requests(f->fake, NULL);
    char *got = archive_fixture_get(archive, "odd");
    assert_non_null(got);
    free(got);
    uint64_t asked = fake_aws_requests(f->fake, NULL) - before;
    assert_in_range(asked, DAYS, DAYS + 2);
    assert_true(archive_find(archive, "key-", found_ids_take, &ids, &err));
    assert_int_equal(ids.count, KEYS);
    ids.count = 0;
    ids.stop_after = 1; /* what is not under way yet is not begun */
    before = fake_aws_requests(f->fake, NULL);
    assert_true(archive_find(archive, "o", found_ids_take, &ids, &err));
    assert_int_equal(ids.count, 1);
    assert_in_range(fake_aws_requests(f->fake, NULL) - before, 1, 100);
    const struct fake_rule rule = {
        .operation = "ListObjectsV2", .fault = FAKE_SHORT_PAGE, .times = 20};
    fake_aws_fault(f->fake, &rule);
    archive_close(archive);
    archive = archive_fixture_open(f, false);
    got = archive_fixture_get(archive, "odd");
    assert_non_null(got);
    free(got);
    buf_free(&ids.text);
    buf_free(&body);
    archive_close(archive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_ids_are_anything),
        ON_BOTH(test_long_ids_are_told_apart),
        ON_BOTH(test_contacts_are_found),
        ON_S3(test_pages_are_read_to_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
