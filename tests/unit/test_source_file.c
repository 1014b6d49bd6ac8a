/* The file source: how bytes become messages, whatever their form, pace or growth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "contactwatch/mem.h"
#include "contactwatch/rng.h"
#include "source/framer_internal.h"
#include "source/pace_internal.h"
#include "source/sources_internal.h"

struct fixture {
    char folder[64];
    char path[96];
};

static int setup(void **state)
{
    struct fixture *f = mem_zero(sizeof(*f));
    snprintf(f->folder, sizeof(f->folder), "/tmp/cw-source-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof(f->path), "%s/feed", f->folder);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    char other[128];
    snprintf(other, sizeof(other), "%s.1", f->path);
    unlink(other);
    unlink(f->path);
    rmdir(f->folder);
    free(f);
    return 0;
}

static void write_file(const char *path, const char *mode, const char *text, size_t length)
{
    FILE *file = fopen(path, mode);
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    fclose(file);
}

static void put(const struct fixture *f, const char *mode, const char *text)
{
    write_file(f->path, mode, text, strlen(text));
}

static struct source *open_file(const struct fixture *f, const struct source_options *options)
{
    struct err err = {0};
    struct source *source = file_source_open(f->path, options, &err);
    if (!source)
        fail_msg("%s", err.text);
    return source;
}

/* Appends what one receive brings: bodies between < and >, refusals as !why!. */
static enum receive receive_into(struct source *source, struct buf *out, int timeout_ms)
{
    struct message message[16];
    struct err err = {0};
    size_t count;
    enum receive result =
        source->ops->receive(source, message, ARRAY_SIZE(message), timeout_ms, &count, &err);
    for (size_t i = 0; i < count; i++) {
        if (message[i].refused)
            buf_printf(out, "!%s!", message[i].refused);
        else
            buf_printf(out, "<%.*s>", (int)message[i].length, message[i].body);
    }
    if (result == RECEIVE_ERROR)
        buf_printf(out, "?%s?", err.text);
    if (count)
        source->ops->settle(source, message, count, SETTLE_DONE);
    return result;
}

static struct buf read_all(const struct fixture *f, const struct source_options *options)
{
    struct source *source = open_file(f, options);
    struct buf out = {0};
    while (receive_into(source, &out, 0) != RECEIVE_END)
        continue;
    source->ops->close(source);
    return out;
}

static void expect_of(void **state, const char *input, const char *expected)
{
    put(*state, "w", input);
    struct buf out = read_all(*state, &(struct source_options){0});
    assert_string_equal(buf_str(&out), expected);
    buf_free(&out);
}

static void lines_come_many_at_once(void **state)
{
    expect_of(state, "{\"a\":1}\n{\"b\":\"}\"}\r\n\n{\"c\":[]}",
              "<{\"a\":1}\n{\"b\":\"}\"}\r\n><{\"c\":[]}>");
}

static void an_empty_file_ends(void **state)
{
    expect_of(state, "", "");
    expect_of(state, "\xef\xbb\xbf \n\n", "");
}

static void what_is_no_json_is_a_line_of_its_own(void **state)
{
    expect_of(state, "{\"a\":1}\nhello\nH4sIAAAA\n{\"b\":2}\n",
              "<{\"a\":1}\n><hello><H4sIAAAA><{\"b\":2}\n>");
}

static void documents_over_several_lines_come_whole(void **state)
{
    expect_of(state, "\xef\xbb\xbf{\n  \"a\": {\"x\": \"]\"}\n}\n{\n \"b\": 2 }\n{\"c\":3}\n",
              "<{\n  \"a\": {\"x\": \"]\"}\n}><{\n \"b\": 2 }><{\"c\":3}\n>");
}

static void an_array_is_handed_out_by_its_elements(void **state)
{
    expect_of(state, "[\n {\"a\": 1},\n {\"b\":\n  2}\n]\n{\"c\":3}\n",
              "<{\"a\": 1}\n{\"b\":   2}><{\"c\":3}\n>");
}

static void a_cut_line_spoils_no_neighbour(void **state)
{
    expect_of(state, "{\"a\":1}\n{\"b\":\"x\n{\"c\":3}\n",
              "<{\"a\":1}\n><{\"b\":\"x><{\"c\":3}\n>");
    expect_of(state, "{\"a\":1\n{\"c\":3}\n", "<{\"a\":1><{\"c\":3}\n>");
    expect_of(state, "{\"a\":\n{\"c\":3}\n{\"d\":4}\n", "<{\"a\":><{\"c\":3}\n{\"d\":4}\n>");
}

static void a_document_cut_off_at_the_end_is_refused_once(void **state)
{
    expect_of(state, "{\n \"a\": 1,\n \"b\":\n", "!cut off at the end!");
    expect_of(state, "[\n {\"a\": 1},\n {\"b\":\n", "<{\"a\": 1}>!cut off at the end!");
}

/* text repeated until it fills at least `least` bytes, between head and tail. */
static struct buf large(const char *head, const char *unit, const char *tail, size_t least)
{
    struct buf buf = {0};
    buf_text(&buf, head);
    while (buf.length < least)
        buf_text(&buf, unit);
    buf_text(&buf, tail);
    return buf;
}

static void a_line_over_the_cap_is_refused_alone(void **state)
{
    struct buf text = large("{\"a\":1}\nzz", "zzzzzzzzz", "\n{\"b\":2}\n", 3 << 20);
    expect_of(state, text.data, "<{\"a\":1}\n>!larger than 1 MiB!<{\"b\":2}\n>");
    buf_free(&text);
    text = large("{\"a\":1}\n{\"x\":\"", "zzzzzzzzz", "\"}\n{\"b\":2}\n", 3 << 20);
    expect_of(state, text.data, "<{\"a\":1}\n>!larger than 1 MiB!<{\"b\":2}\n>");
    buf_free(&text);
}

static void a_line_of_just_the_cap_is_taken(void **state)
{
    struct buf text = {0};
    buf_text(&text, "{\"x\":\"");
    buf_pad(&text, 'z', DECODE_MAX_BODY - 8);
    buf_text(&text, "\"}\n{\"b\":2}\n");
    put(*state, "w", text.data);
    struct buf out = read_all(*state, &(struct source_options){0});
    assert_int_equal(out.length, 1 + DECODE_MAX_BODY + 1 + 10);
    assert_string_equal(out.data + DECODE_MAX_BODY - 1, "\"}><{\"b\":2}\n>");
    buf_free(&out);
    buf_free(&text);
}

static void an_oversized_element_is_passed_over(void **state)
{
    struct buf text = large("[{\"a\":1},\n{\"x\":[\"", "z]}zzzz", "\"]},{\"b\":2}]\n", 3 << 20);
    expect_of(state, text.data, "<{\"a\":1}>!larger than 1 MiB!<{\"b\":2}>");
    buf_free(&text);
}

/* By hand: under a sanitizer strstr looks at all of the text each time. */
static size_t count_of(const char *text, size_t length, const char *word)
{
    size_t count = 0, size = strlen(word);
    for (size_t i = 0; i + size <= length; i++)
        count += text[i] == word[0] && memcmp(text + i, word, size) == 0;
    return count;
}

/* Reads the file and counts the records named "n" in all bodies; each body must be in its envelope
 * and below the cap. */
static size_t count_records(void **state, const char *begins)
{
    struct source *source = open_file(*state, &(struct source_options){0});
    struct message message[16];
    size_t count, records = 0;
    struct err err;
    while (source->ops->receive(source, message, 16, 0, &count, &err) != RECEIVE_END) {
        for (size_t i = 0; i < count; i++) {
            assert_null(message[i].refused);
            assert_true(message[i].length <= DECODE_MAX_BODY);
            assert_memory_equal(message[i].body, begins, strlen(begins));
            records += count_of(message[i].body, message[i].length, "\"n\"");
        }
        source->ops->settle(source, message, count, SETTLE_DONE);
    }
    source->ops->close(source);
    return records;
}

static void large_arrays_are_split(void **state)
{
    struct buf text =
        large("[{\"n\":\"first\"}", ",\n{\"n\":\"some text of a record\"}", "]", 3 << 20);
    put(*state, "w", text.data);
    size_t expected = count_of(text.data, text.length, "\"n\"");
    assert_int_equal(count_records(state, "{\"n\":"), expected);
    buf_free(&text);
}

static void large_objects_are_split_in_their_envelope(void **state)
{
    struct buf text =
        large("{\"messageType\":\"DATA_MESSAGE\",\"f\":[\"x\"],\"logEvents\":[{\"n\":0}",
              ", {\"n\":\"some text of a record\"}", "], \"z\":1}\n{\"n\":2}\n", 3 << 20);
    size_t expected = count_of(text.data, text.length, "\"n\"");
    put(*state, "w", text.data);
    struct buf out = read_all(*state, &(struct source_options){0});
    const char *envelope =
        "<{\"messageType\":\"DATA_MESSAGE\",\"f\":[\"x\"],\"logEvents\":[{\"n\":";
    assert_memory_equal(out.data, envelope, strlen(envelope));
    size_t records = count_of(out.data, out.length, "\"n\"");
    size_t bodies = count_of(out.data, out.length, "]}><{\"messageType\"");
    assert_int_equal(records, expected);
    assert_true(bodies > 40);
    assert_string_equal(out.data + out.length - 13, "]}><{\"n\":2}\n>");
    buf_free(&out);
    buf_free(&text);
}

static void write_gzip(const char *path, const char *mode, const char *text)
{
    gzFile gz = gzopen(path, mode);
    assert_non_null(gz);
    assert_int_equal(gzwrite(gz, text, (unsigned)strlen(text)), strlen(text));
    gzclose(gz);
}

static void gzip_is_inflated_member_by_member(void **state)
{
    struct fixture *f = *state;
    write_gzip(f->path, "wb", "{\"a\":1}\n{\"b\"");
    write_gzip(f->path, "ab", ":2}\n");
    struct buf out = read_all(f, &(struct source_options){0});
    assert_string_equal(buf_str(&out), "<{\"a\":1}\n><{\"b\":2}\n>");
    buf_free(&out);
}

static void a_cut_gzip_file_gives_what_it_has_and_fails(void **state)
{
    struct fixture *f = *state;
    write_gzip(f->path, "wb", "{\"a\":1}\n");
    struct stat st;
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(truncate(f->path, st.st_size - 6), 0);
    struct buf out = read_all(f, &(struct source_options){0});
    assert_non_null(strstr(buf_str(&out), "<{\"a\":1}\n>"));
    assert_non_null(strstr(buf_str(&out), "the compressed data ends too soon"));
    buf_free(&out);
}

static void a_missing_file_is_an_error(void **state)
{
    struct err err = {0};
    assert_null(
        file_source_open(((struct fixture *)*state)->path, &(struct source_options){0}, &err));
    assert_non_null(strstr(err.text, "No such file"));
    assert_null(file_source_open("/tmp", &(struct source_options){0}, &err));
    assert_non_null(strstr(err.text, "is a directory"));
}

static void following_waits_for_the_newline(void **state)
{
    struct fixture *f = *state;
    struct buf out = {0};
    put(f, "w", "{\"a\":1}\n{\"b\"");
    struct source *source = open_file(f, &(struct source_options){.follow = true});
    assert_int_equal(receive_into(source, &out, 0), RECEIVE_OK);
    assert_int_equal(receive_into(source, &out, 0), RECEIVE_OK);
    assert_string_equal(buf_str(&out), "<{\"a\":1}\n>");
    put(f, "a", ":2}\n");
    assert_int_equal(receive_into(source, &out, 0), RECEIVE_OK);
    assert_string_equal(buf_str(&out), "<{\"a\":1}\n><{\"b\":2}\n>");
    source->ops->close(source);
    buf_free(&out);
}

static void following_survives_rotation_and_truncation(void **state)
{
    struct fixture *f = *state;
    struct buf out = {0};
    char old[128];
    snprintf(old, sizeof(old), "%s.1", f->path);
    put(f, "w", "{\"a\":1}\n");
    struct source *source = open_file(f, &(struct source_options){.follow = true});
    receive_into(source, &out, 0);
    put(f, "a", "{\"late\":1}");
    assert_int_equal(rename(f->path, old), 0);
    put(f, "w", "{\"new\":1}\n{\"new\":2}\n");
    for (int i = 0; i < 4; i++)
        receive_into(source, &out, 0);
    put(f, "w", "{\"cut\":1}\n");
    for (int i = 0; i < 4; i++)
        receive_into(source, &out, 0);
    assert_string_equal(buf_str(&out),
                        "<{\"a\":1}\n><{\"late\":1}><{\"new\":1}\n{\"new\":2}\n><{\"cut\":1}\n>");
    source->ops->close(source);
    buf_free(&out);
}

static void following_waits_for_a_file_to_appear(void **state)
{
    struct fixture *f = *state;
    struct buf out = {0};
    struct source *source = open_file(f, &(struct source_options){.follow = true});
    assert_int_equal(receive_into(source, &out, 0), RECEIVE_OK);
    put(f, "w", "{\"a\":1}\n");
    for (int i = 0; i < 2; i++)
        receive_into(source, &out, 0);
    assert_string_equal(buf_str(&out), "<{\"a\":1}\n>");
    source->ops->close(source);
    buf_free(&out);
}

static void *write_later(void *context)
{
    put(context, "a", "{\"a\":1}\n");
    return NULL;
}

static void growth_ends_a_wait(void **state)
{
    struct fixture *f = *state;
    struct buf out = {0};
    pthread_t thread;
    put(f, "w", "");
    struct source *source = open_file(f, &(struct source_options){.follow = true});
    pthread_create(&thread, NULL, write_later, f);
    int64_t begin = monotonic_ns();
    while (!out.length)
        receive_into(source, &out, 20000);
    assert_true(monotonic_ns() - begin < 10 * INT64_C(1000000000));
    pthread_join(thread, NULL);
    source->ops->close(source);
    buf_free(&out);
}

static void a_wake_ends_a_wait(void **state)
{
    struct fixture *f = *state;
    struct buf out = {0};
    put(f, "w", "");
    struct source *source = open_file(f, &(struct source_options){.follow = true});
    source->ops->wake(source);
    int64_t begin = monotonic_ns();
    assert_int_equal(receive_into(source, &out, 20000), RECEIVE_OK);
    assert_true(monotonic_ns() - begin < 10 * INT64_C(1000000000));
    source->ops->close(source);
}

static void a_pipe_is_read_to_its_end(void **state)
{
    struct fixture *f = *state;
    struct buf out = {0};
    assert_int_equal(mkfifo(f->path, 0600), 0);
    struct source *source = open_file(f, &(struct source_options){0});
    assert_int_equal(receive_into(source, &out, 0), RECEIVE_OK);
    int fd = open(f->path, O_WRONLY);
    assert_int_equal(write(fd, "{\"a\":1}\n{\"b\"", 12), 12);
    assert_int_equal(receive_into(source, &out, 1000), RECEIVE_OK);
    assert_int_equal(write(fd, ":2}", 3), 3);
    close(fd);
    while (receive_into(source, &out, 1000) != RECEIVE_END)
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
    put(*state, "w",
        "{\"time\":\"2023-01-10T16:32:28Z\"}\n{\"Timestamp\":\"2023-01-10T16:32:30.000Z\"}\n"
        "{\"no\":1}\n{\"time\":\"2023-01-10T16:32:29Z\"}\n");
    struct source *source =
        open_file(*state, &(struct source_options){.speed = 2, .clock = &clock});
    receive_into(source, &out, 0);
    assert_string_equal(buf_str(&out), "<{\"time\":\"2023-01-10T16:32:28Z\"}\n>");
    scripted_now += 999;
    receive_into(source, &out, 0);
    assert_null(strstr(buf_str(&out), "Timestamp"));
    scripted_now += 1;
    receive_into(source, &out, 0);
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
    struct fixture *f = *state;
    char spec[128];
    struct err err = {0};
    put(f, "w", "");
    snprintf(spec, sizeof(spec), "file:%s", f->path);
    struct source *source = source_open(spec, &(struct source_options){0}, &err);
    assert_non_null(source);
    source->ops->close(source);
    assert_non_null(source = source_open(f->path, &(struct source_options){0}, &err));
    source->ops->close(source);
    assert_null(source_open("sqs:https://x", &(struct source_options){0}, &err));
    assert_non_null(strstr(err.text, "not a source"));
}

/* All bodies of a text fed in pieces of random sizes. */
static struct buf frame_in_pieces(const char *text, size_t length, struct rng *rng)
{
    struct framer framer = {0};
    struct frame frame;
    struct buf out = {0};
    for (size_t at = 0; at <= length;) {
        size_t piece = 1 + rng_below(rng, 40);
        piece = piece < length - at ? piece : length - at;
        memcpy(framer_room(&framer, piece), text + at, piece);
        framer_add(&framer, piece);
        at += piece;
        while (framer_next(&framer, at == length, &frame))
            if (!frame.refused)
                buf_add(&out, frame.body, frame.length);
        if (at == length)
            break;
    }
    framer_free(&framer);
    return out;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r';
}

/* However the bytes arrive, whole lines lose nothing and gain nothing. */
static void pieces_of_any_size_give_the_same_text(void **state)
{
    (void)state;
    uint64_t seed = 20240601;
    struct rng rng;
    rng_seed(&rng, seed);
    printf("seed %llu\n", (unsigned long long)seed);
    static const char *const line[] = {
        "{\"a\":1}\n", "{\"b\":\"x\\\"}{\"}\n", "{\n\"c\":[{},\n[]]\n}\n", "\n",
        "plain\n",     "{\"d\":{}}{\"e\":2}\n"};
    for (int round = 0; round < 200; round++) {
        struct buf text = {0}, expected = {0};
        for (int i = 0; i < 20; i++)
            buf_text(&text, line[rng_below(&rng, ARRAY_SIZE(line))]);
        struct buf out = frame_in_pieces(text.data, text.length, &rng);
        struct buf squeezed = {0};
        for (size_t i = 0; i < text.length; i++)
            if (!is_space(text.data[i]))
                buf_char(&expected, text.data[i]);
        for (size_t i = 0; i < out.length; i++)
            if (!is_space(out.data[i]))
                buf_char(&squeezed, out.data[i]);
        assert_string_equal(buf_str(&squeezed), buf_str(&expected));
        buf_free(&text);
        buf_free(&expected);
        buf_free(&out);
        buf_free(&squeezed);
    }
}

static void arbitrary_bytes_end(void **state)
{
    (void)state;
    static const char alphabet[] = "{}[]\",:\\\n 1ax";
    struct rng rng;
    rng_seed(&rng, 7);
    printf("seed 7\n");
    for (int round = 0; round < 500; round++) {
        char text[200];
        for (size_t i = 0; i < sizeof(text); i++)
            text[i] = alphabet[rng_below(&rng, sizeof(alphabet) - 1)];
        struct buf out = frame_in_pieces(text, sizeof(text), &rng);
        buf_free(&out);
    }
}

#define FILE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST(lines_come_many_at_once),
        FILE_TEST(an_empty_file_ends),
        FILE_TEST(what_is_no_json_is_a_line_of_its_own),
        FILE_TEST(documents_over_several_lines_come_whole),
        FILE_TEST(an_array_is_handed_out_by_its_elements),
        FILE_TEST(a_cut_line_spoils_no_neighbour),
        FILE_TEST(a_document_cut_off_at_the_end_is_refused_once),
        FILE_TEST(a_line_over_the_cap_is_refused_alone),
        FILE_TEST(a_line_of_just_the_cap_is_taken),
        FILE_TEST(an_oversized_element_is_passed_over),
        FILE_TEST(large_arrays_are_split),
        FILE_TEST(large_objects_are_split_in_their_envelope),
        FILE_TEST(gzip_is_inflated_member_by_member),
        FILE_TEST(a_cut_gzip_file_gives_what_it_has_and_fails),
        FILE_TEST(a_missing_file_is_an_error),
        FILE_TEST(following_waits_for_the_newline),
        FILE_TEST(following_survives_rotation_and_truncation),
        FILE_TEST(following_waits_for_a_file_to_appear),
        FILE_TEST(growth_ends_a_wait),
        FILE_TEST(a_wake_ends_a_wait),
        FILE_TEST(a_pipe_is_read_to_its_end),
        FILE_TEST(speed_paces_by_event_time),
        FILE_TEST(event_time_is_the_latest_that_had_happened),
        FILE_TEST(specs_name_a_source),
        cmocka_unit_test(pieces_of_any_size_give_the_same_text),
        cmocka_unit_test(arbitrary_bytes_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
