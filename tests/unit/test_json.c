#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/instant.h"
#include "contactwatch/json.h"
#include "contactwatch/rng.h"

static struct arena arena;
static struct buf out;

static int setup(void **state)
{
    (void)state;
    arena_reset(&arena);
    buf_clear(&out);
    return 0;
}

static int release(void **state)
{
    (void)state;
    arena_free(&arena);
    buf_free(&out);
    return 0;
}

static const char *canonical_of(const char *text, size_t length)
{
    struct err err = {0};
    cJSON *tree = json_parse(&arena, text, length, &err);
    if (!tree)
        fail_msg("%s: %.60s", err.text, text);
    buf_clear(&out);
    json_canonical(&out, tree, NULL);
    return buf_str(&out);
}

#define check(text, expected) assert_string_equal(canonical_of(text, sizeof(text) - 1), expected)

static void canonical_form(void **state)
{
    (void)state;
    check("{ \"b\" : 1, \"a\" : [ true , null,\"x\" ] }", "{\"a\":[true,null,\"x\"],\"b\":1}");
    check("{\"b\":1,\"a\":2,\"b\":3}", "{\"a\":2,\"b\":1}"); /* of a repeated name the first */
    check("{\"Timestamp\":1,\"Timestam\":2,\"TimestampX\":3,\"\":4}",
          "{\"\":4,\"Timestam\":2,\"Timestamp\":1,\"TimestampX\":3}");
    check("[1.50,-0,1e2,0.1,12345678901234567890,1e999]",
          "[1.5,0,100,0.1,1.2345678901234567e+19,null]");
    check("\"\\u00e9\\/\\u001b\\\"\\n\"", "\"\xC3\xA9/\\u001b\\\"\\n\"");
    check(" {} ", "{}");
    check("\xEF\xBB\xBF[]", "[]");
}

static void names_are_left_out_at_the_top_only(void **state)
{
    (void)state;
    static const char *const skip[] = {"a", "LogType", NULL};
    static const char text[] = "{\"a\":1,\"LogType\":2,\"b\":{\"a\":3}}";
    buf_clear(&out);
    json_canonical(&out, json_parse(&arena, text, sizeof(text) - 1, NULL), skip);
    assert_string_equal(out.data, "{\"b\":{\"a\":3}}");
}

static void what_is_not_sound_becomes_the_replacement_character(void **state)
{
    (void)state;
    check("[\"a\\ud800b\"]", "[\"a\xEF\xBF\xBD"
                             "b\"]");
    check("[\"\\udc00\"]", "[\"\xEF\xBF\xBD\"]");
    check("[\"\\ud800\\ud800\\udc00\"]", "[\"\xEF\xBF\xBD\xF0\x90\x80\x80\"]");
    check("[\"\\ud83d\\ude00\"]", "[\"\xF0\x9F\x98\x80\"]");
    check("[\"x\\u0000y\"]", "[\"x\xEF\xBF\xBDy\"]");
    check("[\"x\0y\"]", "[\"x\xEF\xBF\xBDy\"]");
    check("[\"\xFF\"]", "[\"\xEF\xBF\xBD\"]");
    check("[\"\xC0\xAF\"]", "[\"\xEF\xBF\xBD\xEF\xBF\xBD\"]");                 /* overlong */
    check("[\"\xED\xA0\x80\"]", "[\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"]"); /* a surrogate */
    check("[\"\xE2\x82\"]", "[\"\xEF\xBF\xBD\xEF\xBF\xBD\"]");                 /* cut off */
    check("{\"k\xFFy\":1}", "{\"k\xEF\xBF\xBDy\":1}");
    check("[\"\xE2\x82\xAC\"]", "[\"\xE2\x82\xAC\"]");
}

static void refusals_say_where(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"", "JSON is cut off, at byte 0"},
        {"{\"a\":", "JSON is cut off, at byte 5"},
        {"\"abc", "JSON is cut off, at byte 4"},
        {"[1,]", "not valid JSON, at byte 3"},
        {"[1 2]", "not valid JSON, at byte 3"},
        {"{a:1}", "not valid JSON, at byte 1"},
        {"{\"a\" 1}", "not valid JSON, at byte 5"},
        {"[\"\\x\"]", "not valid JSON, at byte 2"},
        {"[\"\\u12g4\"]", "not valid JSON, at byte 2"},
        {"[01]", "not valid JSON, at byte 1"},
        {"[1.]", "not valid JSON, at byte 1"},
        {"[-]", "not valid JSON, at byte 1"},
        {"[tru]", "not valid JSON, at byte 1"},
        {"[}", "not valid JSON, at byte 1"},
        {"{} x", "text after the JSON document, at byte 3"},
        {"{}{}", "text after the JSON document, at byte 2"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct err err = {0};
        assert_null(json_parse(&arena, bad[i].text, strlen(bad[i].text), &err));
        assert_string_equal(err.text, bad[i].why);
    }
}

static void documents_behind_one_another(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":1} [2]\n3";
    size_t at = 0, end, documents = 0;
    while (json_parse_first(&arena, text + at, sizeof(text) - 1 - at, &end, NULL)) {
        at += end;
        documents++;
    }
    assert_int_equal(documents, 3);
    assert_int_equal(at, sizeof(text) - 1);
}

static void depth_is_capped(void **state)
{
    (void)state;
    char text[2 * JSON_MAX_DEPTH + 2];
    memset(text, '[', JSON_MAX_DEPTH);
    memset(text + JSON_MAX_DEPTH, ']', JSON_MAX_DEPTH);
    assert_non_null(json_parse(&arena, text, (size_t)JSON_MAX_DEPTH * 2, NULL));
    memset(text, '[', JSON_MAX_DEPTH + 1);
    memset(text + JSON_MAX_DEPTH + 1, ']', JSON_MAX_DEPTH + 1);
    struct err err = {0};
    assert_null(json_parse(&arena, text, sizeof(text), &err));
    assert_non_null(strstr(err.text, "too deep"));
}

/* cJSON alone makes half a million nodes of this, 43 MB. */
static void a_body_of_numbers_is_refused_cheaply(void **state)
{
    (void)state;
    char *text = mem_alloc(JSON_MAX_BYTES);
    memset(text, '0', JSON_MAX_BYTES);
    for (size_t i = 2; i < JSON_MAX_BYTES; i += 2)
        text[i] = ',';
    text[0] = '[';
    text[JSON_MAX_BYTES - 1] = ']';
    struct err err = {0};
    size_t before = arena.total;
    assert_null(json_parse(&arena, text, JSON_MAX_BYTES, &err));
    assert_non_null(strstr(err.text, "too many values"));
    assert_int_equal(arena.total, before); /* nothing of it stays */
    assert_null(json_parse(&arena, text, JSON_MAX_BYTES + 1, &err));
    free(text);
}

static void members_are_found(void **state)
{
    (void)state;
    static const char text[] =
        "{\"AgentArn\":\"x\",\"agentARN\":\"y\",\"empty\":\"\",\"n\":1,\"\":2}";
    const cJSON *object = json_parse(&arena, text, sizeof(text) - 1, NULL);
    assert_string_equal(json_text_either(object, "agentArn"), "x");
    assert_null(json_text(object, "agentArn"));
    assert_null(json_text(object, "empty"));
    assert_null(json_text(object, "n"));
    assert_null(json_either(object, "nn"));
    assert_null(json_get(NULL, "n"));
    assert_null(json_get(json_get(object, "n"), "n"));
    /* '[' differs from '{' by the bit that letters' case is in */
    assert_null(json_either(object, "\x0EgentArn"));
}

static void safe_text_hides_nothing(void **state)
{
    (void)state;
    static const char json[] =
        "{\"a\":\"x\xE2\x80\xAEy\xC2\x85\xE2\x80\x8Bz\x7F\xF3\xA0\x80\x81\"}\n";
    buf_clear(&out);
    json_write_safe(&out, json, sizeof(json) - 1);
    assert_string_equal(out.data, "{\"a\":\"x\\u202ey\\u0085\\u200bz\\u007f\\udb40\\udc01\"}\n");
    buf_clear(&out);
    json_quote_safe(&out, "\xE2\x80\xAE\x1B\"");
    assert_string_equal(out.data, "\"\\u202e\\u001b\\\"\"");
}

static void a_full_buffer_drops_whole_texts(void **state)
{
    (void)state;
    struct buf small = {.max = 8};
    json_quote(&small, "abcdef");
    assert_string_equal(small.data, "\"abcdef\"");
    json_quote(&small, "");
    assert_true(small.full);
    assert_int_equal(small.length, 8);
    buf_free(&small);
}

/* A random tree as JSON text, with blanks, escapes and names of all lengths. */
static void random_value(struct rng *rng, struct buf *text, int depth)
{
    static const char *const leaf[] = {
        "null",           "true",         "false", "0",     "-17",
        "3.25",           "1e5",          "\"\"",  "\"x\"", "\"\\u00e9\\n\"",
        "\"0123456789\"", "1234567890123"};
    uint64_t pick = rng_next(rng) % 16;
    if (depth == 0 || pick < ARRAY_SIZE(leaf)) {
        buf_text(text, leaf[pick % ARRAY_SIZE(leaf)]);
        return;
    }
    bool object = pick & 1;
    buf_text(text, object ? "{" : " [");
    uint64_t count = rng_next(rng) % 40;
    for (uint64_t i = 0; i < count; i++) {
        if (i)
            buf_text(text, " ,");
        if (object)
            buf_printf(text, "\"%.*s%u\" :", (int)(rng_next(rng) % 10), "ContactFlow",
                       (unsigned)(rng_next(rng) % 100));
        random_value(rng, text, depth - 1);
    }
    buf_text(text, object ? "}" : "] ");
}

/* What cJSON reads from the canonical form is what cJSON reads from the text. */
static void trees_are_those_of_cjson(void **state)
{
    (void)state;
    const uint64_t seed = (uint64_t)clock_now(NULL);
    print_message("seed %llu\n", (unsigned long long)seed);
    struct rng rng;
    struct buf text = {0};
    rng_seed(&rng, seed);
    for (int round = 0; round < 300; round++) {
        buf_clear(&text);
        random_value(&rng, &text, 4);
        arena_reset(&arena);
        cJSON *ours = json_parse(&arena, text.data, text.length, NULL),
              *theirs = cJSON_Parse(text.data);
        assert_non_null(ours);
        assert_non_null(theirs);
        struct buf again = {0};
        buf_clear(&out);
        json_canonical(&out, ours, NULL);
        json_canonical(&again, theirs, NULL);
        assert_string_equal(out.data, again.data);
        cJSON *back = json_parse(&arena, out.data, out.length, NULL);
        buf_clear(&again);
        json_canonical(&again, back, NULL);
        assert_string_equal(out.data, again.data); /* the form is its own */
        cJSON_Delete(theirs);
        buf_free(&again);
    }
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(canonical_form, setup),
        cmocka_unit_test_setup(names_are_left_out_at_the_top_only, setup),
        cmocka_unit_test_setup(what_is_not_sound_becomes_the_replacement_character, setup),
        cmocka_unit_test_setup(refusals_say_where, setup),
        cmocka_unit_test_setup(documents_behind_one_another, setup),
        cmocka_unit_test_setup(depth_is_capped, setup),
        cmocka_unit_test_setup(a_body_of_numbers_is_refused_cheaply, setup),
        cmocka_unit_test_setup(members_are_found, setup),
        cmocka_unit_test_setup(safe_text_hides_nothing, setup),
        cmocka_unit_test_setup(a_full_buffer_drops_whole_texts, setup),
        cmocka_unit_test_setup(trees_are_those_of_cjson, setup),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
