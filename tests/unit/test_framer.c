/* Framing: how bytes become message bodies, whatever their form and wherever they are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "contactwatch/rng.h"
#include "source/framer_internal.h"
#include "support/feed_fixture.h"

static void lines_come_many_at_once(void **state)
{
    feed_expect(state, "{\"a\":1}\n{\"b\":\"}\"}\r\n\n{\"c\":[]}",
                "<{\"a\":1}\n{\"b\":\"}\"}\r\n><{\"c\":[]}>");
}

static void an_empty_file_ends(void **state)
{
    feed_expect(state, "", "");
    feed_expect(state, "\xef\xbb\xbf \n\n", "");
}

static void what_is_no_json_is_a_line_of_its_own(void **state)
{
    feed_expect(state, "{\"a\":1}\nhello\nH4sIAAAA\n{\"b\":2}\n",
                "<{\"a\":1}\n><hello><H4sIAAAA><{\"b\":2}\n>");
}

static void documents_over_several_lines_come_whole(void **state)
{
    feed_expect(state, "\xef\xbb\xbf{\n  \"a\": {\"x\": \"]\"}\n}\n{\n \"b\": 2 }\n{\"c\":3}\n",
                "<{\n  \"a\": {\"x\": \"]\"}\n}><{\n \"b\": 2 }><{\"c\":3}\n>");
}

static void an_array_is_handed_out_by_its_elements(void **state)
{
    feed_expect(state, "[\n {\"a\": 1},\n {\"b\":\n  2}\n]\n{\"c\":3}\n",
                "<{\"a\": 1}\n{\"b\":   2}><{\"c\":3}\n>");
}

static void a_cut_line_spoils_no_neighbour(void **state)
{
    feed_expect(state, "{\"a\":1}\n{\"b\":\"x\n{\"c\":3}\n",
                "<{\"a\":1}\n><{\"b\":\"x><{\"c\":3}\n>");
    feed_expect(state, "{\"a\":1\n{\"c\":3}\n", "<{\"a\":1><{\"c\":3}\n>");
    feed_expect(state, "{\"a\":\n{\"c\":3}\n{\"d\":4}\n", "<{\"a\":><{\"c\":3}\n{\"d\":4}\n>");
}

static void a_document_cut_off_at_the_end_is_refused_once(void **state)
{
    feed_expect(state, "{\n \"a\": 1,\n \"b\":\n", "!cut off at the end!");
    feed_expect(state, "[\n {\"a\": 1},\n {\"b\":\n", "<{\"a\": 1}>!cut off at the end!");
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
    feed_expect(state, text.data, "<{\"a\":1}\n>!larger than 1 MiB!<{\"b\":2}\n>");
    buf_free(&text);
    text = large("{\"a\":1}\n{\"x\":\"", "zzzzzzzzz", "\"}\n{\"b\":2}\n", 3 << 20);
    feed_expect(state, text.data, "<{\"a\":1}\n>!larger than 1 MiB!<{\"b\":2}\n>");
    buf_free(&text);
}

static void a_line_of_just_the_cap_is_taken(void **state)
{
    struct buf text = {0};
    buf_text(&text, "{\"x\":\"");
    buf_pad(&text, 'z', DECODE_MAX_BODY - 8);
    buf_text(&text, "\"}\n{\"b\":2}\n");
    feed_put(*state, "w", text.data);
    struct buf out = feed_read_all(*state, &(struct source_options){0});
    assert_int_equal(out.length, 1 + DECODE_MAX_BODY + 1 + 10);
    assert_string_equal(out.data + DECODE_MAX_BODY - 1, "\"}><{\"b\":2}\n>");
    buf_free(&out);
    buf_free(&text);
}

static void an_oversized_element_is_passed_over(void **state)
{
    struct buf text = large("[{\"a\":1},\n{\"x\":[\"", "z]}zzzz", "\"]},{\"b\":2}]\n", 3 << 20);
    feed_expect(state, text.data, "<{\"a\":1}>!larger than 1 MiB!<{\"b\":2}>");
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
    struct source *source = feed_open(*state, &(struct source_options){0});
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
    feed_put(*state, "w", text.data);
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
    feed_put(*state, "w", text.data);
    struct buf out = feed_read_all(*state, &(struct source_options){0});
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

#define FEED_TEST(test) cmocka_unit_test_setup_teardown(test, feed_setup, feed_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FEED_TEST(lines_come_many_at_once),
        FEED_TEST(an_empty_file_ends),
        FEED_TEST(what_is_no_json_is_a_line_of_its_own),
        FEED_TEST(documents_over_several_lines_come_whole),
        FEED_TEST(an_array_is_handed_out_by_its_elements),
        FEED_TEST(a_cut_line_spoils_no_neighbour),
        FEED_TEST(a_document_cut_off_at_the_end_is_refused_once),
        FEED_TEST(a_line_over_the_cap_is_refused_alone),
        FEED_TEST(a_line_of_just_the_cap_is_taken),
        FEED_TEST(an_oversized_element_is_passed_over),
        FEED_TEST(large_arrays_are_split),
        FEED_TEST(large_objects_are_split_in_their_envelope),
        cmocka_unit_test(pieces_of_any_size_give_the_same_text),
        cmocka_unit_test(arbitrary_bytes_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
