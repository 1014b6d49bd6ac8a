/* The file source: gzip, growing files, pipes, pace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "source/pace_internal.h"
#include "source/sources_internal.h"
#include "support/feed_fixture.h"

static void write_gzip(const char *path, const char *mode, const char *text)
{
    gzFile gz = gzopen(path, mode);
    assert_non_null(gz);
    assert_int_equal(gzwrite(gz, text, (unsigned)strlen(text)), strlen(text));
    gzclose(gz);
}

static void gzip_is_inflated_member_by_member(void **state)
{
    struct feed_fixture *f = *state;
    write_gzip(f->path, "wb", "{\"a\":1}\n{\"b\"");
    write_gzip(f->path, "ab", ":2}\n");
    struct buf out = feed_read_all(f, &(struct source_options){0});
    assert_string_equal(buf_str(&out), "<{\"a\":1}\n><{\"b\":2}\n>");
    buf_free(&out);
}

static void a_cut_gzip_file_gives_what_it_has_and_fails(void **state)
{
    struct feed_fixture *f = *state;
    write_gzip(f->path, "wb", "{\"a\":1}\n");
    struct stat st;
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(truncate(f->path, st.st_size - 6), 0);
    struct buf out = feed_read_all(f, &(struct source_options){0});
    assert_non_null(strstr(buf_str(&out), "<{\"a\":1}\n>"));
    assert_non_null(strstr(buf_str(&out), "the compressed data ends too soon"));
    buf_free(&out);
}

static void a_missing_file_is_an_error(void **state)
{
    struct err err = {0};
    assert_null(
        file_source_open(((struct feed_fixture *)*state)->path, &(struct source_options){0}, &err));
    assert_non_null(strstr(err.text, "No such file"));
    assert_null(file_source_open("/tmp", &(struct source_options){0}, &err));
    assert_non_null(strstr(err.text, "is a directory"));
}

static void following_waits_for_the_newline(void **state)
{
    struct feed_fixture *f = *state;
    struct buf out = {0};
    feed_put(f, "w", "{\"a\":1}\n{\"b\"");
    struct source *source = feed_open(f, &(struct source_options){.follow = true});
    assert_int_equal(feed_receive(source, &out, 0), RECEIVE_OK);
    assert_int_equal(feed_receive(source, &out, 0), RECEIVE_OK);
    assert_string_equal(buf_str(&out), "<{\"a\":1}\n>");
    feed_put(f, "a", ":2}\n");
    assert_int_equal(feed_receive(source, &out, 0), RECEIVE_OK);
    assert_string_equal(buf_str(&out), "<{\"a\":1}\n><{\"b\":2}\n>");
    source->ops->close(source);
    buf_free(&out);
}

static void following_survives_rotation_and_truncation(void **state)
{
    struct feed_fixture *f = *state;
    struct buf out = {0};
    char old[128];
    snprintf(old, sizeof(old), "%s.1", f->path);
    feed_put(f, "w", "{\"a\":1}\n");
    struct source *source = feed_open(f, &(struct source_options){.follow = true});
    feed_receive(source, &out, 0);
    feed_put(f, "a", "{\"late\":1}");
    assert_int_equal(rename(f->path, old), 0);
    feed_put(f, "w", "{\"new\":1}\n{\"new\":2}\n");
    for (int i = 0; i < 4; i++)
        feed_receive(source, &out, 0);
    feed_put(f, "w", "{\"cut\":1}\n");
    for (int i = 0; i < 4; i++)
        feed_receive(source, &out, 0);
    assert_string_equal(buf_str(&out),
                        "<{\"a\":1}\n><{\"late\":1}><{\"new\":1}\n{\"new\":2}\n><{\"cut\":1}\n>");
    source->ops->close(source);
    buf_free(&out);
}

static void following_waits_for_a_file_to_appear(void **state)
{
    struct feed_fixture *f = *state;
    struct buf out = {0};
    struct source *source = feed_open(f, &(struct source_options){.follow = true});
    assert_int_equal(feed_receive(source, &out, 0), RECEIVE_OK);
    feed_put(f, "w", "{\"a\":1}\n");
    for (int i = 0; i < 2; i++)
        feed_receive(source, &out, 0);
    assert_string_equal(buf_str(&out), "<{\"a\":1}\n>");
    source->ops->close(source);
    buf_free(&out);
}

static void *write_later(void *context)
{
    feed_put(context, "a", "{\"a\":1}\n");
    return NULL;
}

static void growth_ends_a_wait(void **state)
{
    struct feed_fixture *f = *state;
    struct buf out = {0};
    pthread_t thread;
    feed_put(f, "w", "");
    struct source *source = feed_open(f, &(struct source_options){.follow = true});
    pthread_create(&thread, NULL, write_later, f);
    int64_t begin = monotonic_ns();
    while (!out.length)
        feed_receive(source, &out, 20000);
    assert_true(monotonic_ns() - begin < 10 * INT64_C(1000000000));
    pthread_join(thread, NULL);
    source->ops->close(source);
    buf_free(&out);
}

static void a_wake_ends_a_wait(void **state)
{
    struct feed_fixture *f = *state;
    struct buf out = {0};
    feed_put(f, "w", "");
    struct source *source = feed_open(f, &(struct source_options){.follow = true});
    source->ops->wake(source);
    int64_t begin = monotonic_ns();
    assert_int_equal(feed_receive(source, &out, 20000), RECEIVE_OK);
    assert_true(monotonic_ns() - begin < 10 * INT64_C(1000000000));
    source->ops->close(source);
}

static void a_pipe_is_read_to_its_end(void **state)
{
    struct feed_fixture *f = *state;
    struct buf out = {0};
    assert_int_equal(mkfifo(f->path, 0600), 0);
    struct source *source = feed_open(f, &(struct source_options){0});
    assert_int_equal(feed_receive(source, &out, 0), RECEIVE_OK);
    int fd = open(f->path, O_WRONLY);
    assert_int_equal(write(fd, "{\"a\":1}\n{\"b\"", 12), 12);
    assert_int_equal(feed_receive(source, &out, 1000), RECEIVE_OK);
    assert_int_equal(write(fd, ":2}", 3), 3);
    close(fd);
    while (feed_receive(source, &out, 1000) != RECEIVE_END)
        continue;
    assert_string_equal(buf_str(&out), "<{\"a\":1}\n><{\"b\":2}>");
    source->ops->close(source);
    buf_free(&out);
}

static int64_t scripted_now;
static int64_t scripted(void *context)
{
    (void)context;
    return scripted_now;
}

static void speed_paces_by_event_time(void **state)
{
    struct clock clock = {scripted, NULL};
    struct buf out = {0};
    scripted_now = 1000000;
    feed_put(*state, "w",
             "{\"time\":\"2023-01-10T16:32:28Z\"}\n{\"Timestamp\":\"2023-01-10T16:32:30.000Z\"}\n"
             "{\"no\":1}\n{\"time\":\"2023-01-10T16:32:29Z\"}\n");
    struct source *source =
        feed_open(*state, &(struct source_options){.speed = 2, .clock = &clock});
    feed_receive(source, &out, 0);
    assert_string_equal(buf_str(&out), "<{\"time\":\"2023-01-10T16:32:28Z\"}\n>");
    scripted_now += 999;
    feed_receive(source, &out, 0);
    assert_null(strstr(buf_str(&out), "Timestamp"));
    scripted_now += 1;
    feed_receive(source, &out, 0);
    assert_non_null(strstr(buf_str(&out),
                           "16:32:30.000Z\"}\n><{\"no\":1}\n><{\"time\":\"2023-01-10T16:32:29Z"));
    source->ops->close(source);
    buf_free(&out);
}

static void event_time_is_the_latest_that_had_happened(void **state)
{
    (void)state;
    static const struct {
        const char *body, *expected;
    } sample[] = {
        {"{\"time\":\"2023-01-10T16:32:28Z\",\"detail\":{\"initiationTimestamp\":\"2023-01-10T16:"
         "32:20.000Z\","
         "\"queueInfo\":{\"enqueueTimestamp\":\"2023-01-10T16:32:28.500Z\"},"
         "\"scheduledTimestamp\":\"2024-01-10T16:32:28.500Z\"}}",
         "2023-01-10T16:32:28.500Z"},
        {"{\"timestamp\": 1673368351253}", "2023-01-10T16:32:31.253Z"},
        {"{\"message\":\"{\\\"Timestamp\\\":\\\"2023-01-10T16:32:31.253Z\\\"}\"}",
         "2023-01-10T16:32:31.253Z"},
        {"{\"awslogs\":{\"data\":\"H4sI\"}}", "1970-01-01T00:00:00.000Z"},
        {":", "1970-01-01T00:00:00.000Z"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(sample); i++) {
        char text[INSTANT_TEXT];
        instant_format(pace_event_time(sample[i].body, strlen(sample[i].body)), text);
        assert_string_equal(text, sample[i].expected);
    }
}

static void specs_name_a_source(void **state)
{
    struct feed_fixture *f = *state;
    char spec[128];
    struct err err = {0};
    feed_put(f, "w", "");
    snprintf(spec, sizeof(spec), "file:%s", f->path);
    struct source *source = source_open(spec, &(struct source_options){0}, &err);
    assert_non_null(source);
    source->ops->close(source);
    assert_non_null(source = source_open(f->path, &(struct source_options){0}, &err));
    source->ops->close(source);
    assert_null(source_open("kinesis:x", &(struct source_options){0}, &err));
    assert_non_null(strstr(err.text, "not a source"));
}

#define FEED_TEST(test) cmocka_unit_test_setup_teardown(test, feed_setup, feed_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FEED_TEST(gzip_is_inflated_member_by_member),
        FEED_TEST(a_cut_gzip_file_gives_what_it_has_and_fails),
        FEED_TEST(a_missing_file_is_an_error),
        FEED_TEST(following_waits_for_the_newline),
        FEED_TEST(following_survives_rotation_and_truncation),
        FEED_TEST(following_waits_for_a_file_to_appear),
        FEED_TEST(growth_ends_a_wait),
        FEED_TEST(a_wake_ends_a_wait),
        FEED_TEST(a_pipe_is_read_to_its_end),
        FEED_TEST(speed_paces_by_event_time),
        FEED_TEST(event_time_is_the_latest_that_had_happened),
        FEED_TEST(specs_name_a_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
