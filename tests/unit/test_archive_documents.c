/* What lies in an archive is anybody's: documents, what is none, and places that fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "archive/archive_internal.h"
#include "contactwatch/instant.h"
#include "support/archive_fixture.h"
#include "support/make_event.h"

#define DAY  "2025-11-13"
#define NAME "dt=" DAY "/odd.json.gz"
/* It cannot be read, is named, and stays as it is. */
static void expect_refused(struct archive_fixture *f, const struct buf *body, const char *why)
{
    struct archive *archive = archive_fixture_open(f, true);
    struct arena arena = {0};
    struct record record;
    struct buf after = {0};
    struct err err = {""};
    bool found = true;
    archive_fixture_put(f, NAME, body->data, body->length);
    assert_false(archive_get(archive, "odd", &arena, &record, NULL, &found, &err));
    assert_false(found);
    assert_non_null(strstr(err.text, NAME));
    if (!strstr(err.text, why))
        fail_msg("\"%s\" is not in \"%s\"", why, err.text);
    record_init(&record, "odd");
    record.initiated = INT64_C(1763077800000);
    assert_false(archive_put(archive, &record, NULL, &err));
    assert_non_null(strstr(err.text, NAME));
    assert_true(archive_fixture_object(f, NAME, &after));
    assert_int_equal(after.length, body->length);
    assert_memory_equal(after.data, body->data, body->length);
    record_free(&record);
    arena_free(&arena);
    buf_free(&after);
    archive_close(archive);
}

static void test_what_is_no_document_stays(void **state)
{
    static const struct {
        const char *json, *why;
    } cases[] = {
        {"", "no JSON object"},
        {"[]", "no JSON object"},
        {"{\"Connect_ContactId\":\"odd\"", "not valid JSON"},
        {"{\"Connect_ContactId\":\"odd\"} more", "not valid JSON"},
        {"{\"Connect_ContactId\" \"odd\"}", "not valid JSON"},
        {"{\"some\":\"thing else\"}", "Connect_ContactId"},
        {"{\"Connect_ContactId\":\"another\"}", "another contact's"},
        {"{\"Connect_ContactId\":\"odd\",\"History\":7}", "no list"},
        {"{\"Connect_ContactId\":\"odd\",\"History\":[{]}", "not valid JSON"},
    };
    struct buf body = {0};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        archive_fixture_pack(cases[i].json, strlen(cases[i].json), &body);
        expect_refused(*state, &body, cases[i].why);
    }
    archive_fixture_pack("{\"Connect_ContactId\":\"odd\"}", 27, &body);
    body.length--;
    expect_refused(*state, &body, "cut off");
    body.length++;
    body.data[body.length - 6] ^= 1;
    expect_refused(*state, &body, "damaged");
    body.data[body.length - 6] ^= 1;
    buf_text(&body, "more");
    expect_refused(*state, &body, "bytes follow");
    buf_clear(&body);
    buf_text(&body, "{\"Connect_ContactId\":\"odd\"}");
    expect_refused(*state, &body, "damaged");
    buf_free(&body);
}

/* 64 MiB of blanks are few bytes. */
static void test_a_bomb_does_no_harm(void **state)
{
    struct buf body = {0}, json = {0};
    struct err err = {""};
    buf_pad(&json, ' ', ARCHIVE_DOCUMENT_MAX);
    assert_true(document_deflate(&body, &json, &err));
    buf_free(&json);
    expect_refused(*state, &body, "no JSON object");
    buf_pad(&json, ' ', ARCHIVE_DOCUMENT_MAX / 2);
    buf_clear(&body);
    assert_true(document_deflate(&body, &json, &err));
    buf_free(&json);
    struct buf thrice = {0};
    for (int i = 0; i < 3; i++) /* members of one stream */
        buf_add(&thrice, body.data, body.length);
    expect_refused(*state, &thrice, "bytes follow");
    buf_free(&thrice);
    buf_free(&body);
}

/* One entry that is not understood: it is read without, and never written over. */
static void test_unknown_entries_are_kept(void **state)
{
    static const char text[] =
        "{\"Connect_ContactId\":\"odd\",\"Stamps\":{},\"Status\":\"QUEUED\",\"History\":["
        "{\"LogType\":\"FromTheFuture\",\"Timestamp\":\"2025-11-13T10:00:00Z\"}]}";
    struct archive *archive = archive_fixture_open(*state, true);
    struct record record;
    struct err err = {""};
    struct buf body = {0};
    archive_fixture_pack(text, strlen(text), &body);
    archive_fixture_put(*state, NAME, body.data, body.length);
    char *got = archive_fixture_get(archive, "odd");
    assert_non_null(strstr(got, "QUEUED"));
    free(got);
    record_init(&record, "odd");
    record.initiated = INT64_C(1763077800000);
    assert_false(archive_put(archive, &record, NULL, &err));
    assert_non_null(strstr(err.text, "left as it is"));
    record_free(&record);
    buf_free(&body);
    archive_close(archive);
}

/* An item of the original project, without Stamps. */
static void test_the_originals_items_are_read(void **state)
{
    static const char text[] =
        "{\"Connect_ContactId\":\"odd\",\"Status\":\"INITIATED\",\"Something\":\"of theirs\","
        "\"History\":[{\"LogType\":\"ContactEvent\",\"contactId\":\"odd\",\"eventType\":\"QUEUED\","
        "\"channel\":\"VOICE\",\"initiationTimestamp\":\"2025-11-13T10:00:00Z\","
        "\"queueInfo\":{\"queueArn\":\"q\",\"enqueueTimestamp\":\"2025-11-13T10:00:05Z\"},"
        "\"Timestamp\":\"2025-11-13T10:00:05Z\"}]}";
    struct archive *archive = archive_fixture_open(*state, true);
    struct record record;
    struct err err = {""};
    struct buf body = {0};
    archive_fixture_pack(text, strlen(text), &body);
    archive_fixture_put(*state, NAME, body.data, body.length);
    char *before = archive_fixture_get(archive, "odd");
    assert_non_null(strstr(before, "\"Status\":\"QUEUED\""));
    assert_non_null(strstr(before, "\"Something\":\"of theirs\""));
    record_init(&record, "odd");
    record.initiated = INT64_C(1763028000000);
    if (!archive_put(archive, &record, NULL, &err)) /* joined, now in this program's shape */
        fail_msg("%s", err.text);
    char *after = archive_fixture_get(archive, "odd");
    assert_string_equal(before, after);
    free(before);
    free(after);
    record_free(&record);
    buf_free(&body);
    archive_close(archive);
}

/* A history far beyond what one JSON parse takes. */
static void test_a_long_history_is_read_again(void **state)
{
    enum { ENTRIES = 20000 };
    struct archive *archive = archive_fixture_open(*state, true);
    struct arena arena = {0};
    struct history history = {0}, back = {0};
    struct record record, got;
    struct err err = {""};
    bool found;
    record_init(&record, "long");
    for (int i = 0; i < ENTRIES; i++) {
        struct event event = make_attribute("long", "key", "value", INT64_C(1763028000000) + i);
        make_seal(&arena, &event);
        record_apply(&record, &event);
        mem_grow(history.entry, history.count, history.capacity);
        history.entry[history.count++] = event.entry;
    }
    history_sort(&history);
    if (!archive_put(archive, &record, &history, &err))
        fail_msg("%s", err.text);
    assert_true(archive_get(archive, "long", &arena, &got, &back, &found, &err));
    assert_int_equal(back.count, ENTRIES);
    assert_true(back.entry[ENTRIES - 1].time == history.entry[ENTRIES - 1].time);
    history_free(&history);
    history_free(&back);
    record_free(&record);
    record_free(&got);
    arena_free(&arena);
    archive_close(archive);
}

struct documents {
    size_t count;
    char last[ARCHIVE_DAY];
};

static bool count_document(void *context, const struct object *object, const struct buf *json)
{
    struct documents *documents = context;
    assert_true(object->found && json->length > 0);
    return ++documents->count < 3;
}

static void test_documents_come_by_day(void **state)
{
    struct archive *archive = archive_fixture_open(*state, true);
    struct documents documents = {0};
    struct err err = {""};
    for (int i = 0; i < 4; i++) {
        struct record record;
        char id[8];
        snprintf(id, sizeof(id), "id-%d", i);
        record_init(&record, id);
        record.initiated = INT64_C(1763028000000) + i * DAY_MS;
        assert_true(archive_put(archive, &record, NULL, &err));
        record_free(&record);
    }
    archive_fixture_put(*state, "dt=2025-11-13/readme.txt", "x", 1);
    archive_fixture_put(*state, "dt=soon/id.json.gz", "x", 1);
    archive_fixture_put(*state, "other", "x", 1);
    assert_true(
        archive_each_object(archive, "2025-11-14", "2025-11-15", count_document, &documents, &err));
    assert_int_equal(documents.count, 2);
    documents.count = 0;
    assert_true(archive_each_object(archive, NULL, NULL, count_document, &documents, &err));
    assert_int_equal(documents.count, 3); /* stopped */
    archive_close(archive);
}

static void test_a_folder_is_checked(void **state)
{
    struct archive_fixture *f = *state;
    struct err err = {""};
    char spec[128];
    struct stat status;
    snprintf(spec, sizeof(spec), "file:%s/none", f->folder);
    assert_null(archive_open(spec, NULL, false, &err));
    assert_non_null(strstr(err.text, "/none"));
    struct archive *archive = archive_open(spec, NULL, true, &err);
    assert_non_null(archive);
    assert_int_equal(stat(spec + 5, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    archive_fixture_contact(archive, "id", NULL, NULL);
    char path[192];
    snprintf(path, sizeof(path), "%s/dt=" DAY "/id.json.gz", spec + 5);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    archive_close(archive);
    archive_fixture_put(f, "file", "x", 1);
    snprintf(spec, sizeof(spec), "file:%s/file", f->folder);
    assert_null(archive_open(spec, NULL, true, &err));
    assert_null(archive_open("ftp://x", NULL, true, &err));
    assert_null(archive_open("s3://", NULL, true, &err));
    assert_null(archive_open("file:", NULL, true, &err));
    assert_null(archive_open("s3://bucket/x", NULL, true, &err));
}

/* A folder where a document should be: nobody may write there, whoever runs the test. */
static void test_what_cannot_be_written_is_an_error(void **state)
{
    struct archive *archive = archive_fixture_open(*state, true);
    struct record record;
    struct err err = {""};
    archive_fixture_put(*state, "dt=" DAY, "x", 1); /* a file in the way */
    record_init(&record, "id");
    record.initiated = INT64_C(1763077800000);
    assert_false(archive_put(archive, &record, NULL, &err));
    assert_non_null(strstr(err.text, "dt=" DAY));
    record_free(&record);
    archive_close(archive);
}

static void test_s3_says_what_is_wrong(void **state)
{
    struct archive_fixture *f = *state;
    struct err err = {""};
    bool found;
    const struct fake_key key = {
        .access_key = "AKIADENIED", .secret_key = "secret", .denied = "s3:GetObject s3:PutObject"};
    struct archive *archive = archive_fixture_open(f, true);
    archive_fixture_contact(archive, "id", NULL, NULL);
    archive_close(archive);
    fake_aws_key(f->fake, &key);
    struct aws_session *denied = fake_session_as(f->fake, key.access_key, key.secret_key, NULL);
    archive = archive_open(f->spec, denied, true, &err);
    assert_non_null(archive);
    assert_false(archive_has(archive, "id", &found, &err));
    assert_non_null(strstr(err.text, "AccessDenied"));
    assert_non_null(strstr(err.text, f->spec));
    archive_close(archive);
    aws_session_close(denied);
    archive = archive_open("s3://no-such-bucket/x", f->session, true, &err);
    assert_non_null(archive);
    assert_false(archive_has(archive, "id", &found, &err));
    assert_non_null(strstr(err.text, "there is no bucket no-such-bucket"));
    archive_close(archive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_what_is_no_document_stays),
        ON_BOTH(test_unknown_entries_are_kept),
        ON_BOTH(test_the_originals_items_are_read),
        ON_BOTH(test_documents_come_by_day),
        IN_A_FOLDER(test_a_bomb_does_no_harm),
        IN_A_FOLDER(test_a_long_history_is_read_again),
        IN_A_FOLDER(test_a_folder_is_checked),
        IN_A_FOLDER(test_what_cannot_be_written_is_an_error),
        ON_S3(test_s3_says_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
