/* What is refused, by the decoder, the source or the store: kept safely, or not settled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contactwatch/quarantine.h"
#include "support/pipeline_fixture.h"

static struct buf quarantined(const struct pipeline *f)
{
    struct buf out = {0};
    char chunk[4096];
    size_t got;
    FILE *file = fopen(f->quarantine, "r");
    assert_non_null(file);
    while ((got = fread(chunk, 1, sizeof(chunk), file)))
        buf_add(&out, chunk, got);
    fclose(file);
    struct stat st;
    assert_int_equal(stat(f->quarantine, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    return out;
}

static void refused_records_are_quarantined(void **state)
{
    struct pipeline *f = *state;
    pipeline_add_events(f, 0, 2, 2);
    pipeline_add_text(f, "{\"broken\":");
    pipeline_add_text(f, "\xff\xfe\xfd");
    f->source.message[0].refused = NULL;
    pipeline_add_text(f, "the beginning");
    f->source.message[3].refused = "larger than 1 MiB";
    struct metrics_view view = pipeline_run(f);
    assert_int_equal(f->store.entries, 2);
    assert_int_equal(view.count[METRIC_REFUSED], 3);
    assert_int_equal(view.count[METRIC_QUARANTINED], 3);
    assert_int_equal(fake_source_with_fate(&f->source, FATE_DONE), 4);
    struct buf text = quarantined(f);
    assert_non_null(strstr(text.data, "\"where\":\"fake 2, "));
    assert_non_null(strstr(text.data, "\"record\":\"{\\\"broken\\\":"));
    assert_non_null(strstr(text.data, "\"record_base64\":\"//79\"}\n"));
    assert_non_null(
        strstr(text.data, "\"why\":\"larger than 1 MiB\",\"record\":\"the beginning\""));
    buf_free(&text);
}

static void a_file_that_others_may_read_is_closed_to_them(void **state)
{
    struct pipeline *f = *state;
    FILE *file = fopen(f->quarantine, "w");
    assert_non_null(file);
    assert_int_equal(fchmod(fileno(file), 0644), 0);
    fclose(file);
    pipeline_add_text(f, "{\"broken\":");
    pipeline_run(f);
    struct buf text = quarantined(f); /* looks at the mode, too */
    assert_true(text.length > 0);
    buf_free(&text);
}

static void a_message_whose_refusal_cannot_be_kept_is_not_settled(void **state)
{
    struct pipeline *f = *state;
    bool good;
    f->options.quarantine = "/nonexistent/refused";
    pipeline_add_events(f, 0, 2, 2);
    pipeline_add_text(f, "{\"broken\":");
    pipeline_start(f);
    struct metrics_view view = pipeline_finish(f, &good);
    assert_false(good);
    assert_non_null(strstr(f->err.text, "/nonexistent/refused"));
    assert_int_equal(f->source.message[0].fate, FATE_DONE);
    assert_int_equal(f->source.message[1].fate, FATE_RELEASED);
    assert_int_equal(view.count[METRIC_RELEASED], 1);
    assert_int_equal(view.count[METRIC_QUARANTINED], 0);
}

static void what_the_store_refuses_is_quarantined(void **state)
{
    struct pipeline *f = *state;
    struct buf body = {0};
    fake_line(&body, 666, 1, 1);
    fake_line(&body, 1, 2, 1);
    fake_source_add(&f->source, body.data, body.length);
    buf_free(&body);
    struct metrics_view view = pipeline_run(f);
    assert_int_equal(f->store.entries, 1);
    assert_int_equal(view.count[METRIC_QUARANTINED], 1);
    assert_int_equal(f->source.message[0].fate, FATE_DONE);
    struct buf text = quarantined(f);
    assert_non_null(strstr(text.data, "does not want it"));
    buf_free(&text);
}

static void the_quarantine_has_a_cap(void **state)
{
    struct pipeline *f = *state;
    struct quarantine quarantine;
    struct err err = {0};
    struct buf lines = {0};
    FILE *file = fopen(f->quarantine, "w");
    assert_int_equal(ftruncate(fileno(file), QUARANTINE_MAX - 10), 0);
    fclose(file);
    buf_text(&lines, "{\"more than\":10}\n");
    quarantine_init(&quarantine, f->quarantine, NULL);
    assert_false(quarantine_write(&quarantine, &lines, &err));
    assert_non_null(strstr(err.text, "full"));
    struct stat st;
    assert_int_equal(stat(f->quarantine, &st), 0);
    assert_int_equal(st.st_size, QUARANTINE_MAX - 10);
    quarantine_free(&quarantine);
    buf_free(&lines);
}

#define PIPELINE_TEST(test) cmocka_unit_test_setup_teardown(test, pipeline_setup, pipeline_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPELINE_TEST(refused_records_are_quarantined),
        PIPELINE_TEST(a_file_that_others_may_read_is_closed_to_them),
        PIPELINE_TEST(a_message_whose_refusal_cannot_be_kept_is_not_settled),
        PIPELINE_TEST(what_the_store_refuses_is_quarantined),
        PIPELINE_TEST(the_quarantine_has_a_cap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
