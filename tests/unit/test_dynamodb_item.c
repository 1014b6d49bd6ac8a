/* Attribute values and plain JSON, walking an answer's text, and what a writer remembers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/json.h"
#include "store/dynamodb_internal.h"
#include "support/store_fixture.h"

static struct ddb_span span(const char *text)
{
    return (struct ddb_span){text, strlen(text)};
}

static void values_get_their_types_and_lose_them(void **state)
{
    (void)state;
    static const struct {
        const char *plain, *typed;
    } cases[] = {
        {"\"a\\u20ac\\n\"", "{\"S\":\"a\\u20ac\\n\"}"},
        {"\"\"", "{\"S\":\"\"}"},
        {"-12.50e3", "{\"N\":\"-12.50e3\"}"},
        {"12345678901234567890", "{\"N\":\"12345678901234567890\"}"},
        {"true", "{\"BOOL\":true}"},
        {"null", "{\"NULL\":true}"},
        {"[]", "{\"L\":[]}"},
        {"{}", "{\"M\":{}}"},
        {"{\"a\":[1,{\"b\":false}],\"c\":\"}\"}", "{\"M\":{\"a\":{\"L\":[{\"N\":\"1\"},{\"M\":{"
                                                  "\"b\":{\"BOOL\":false}}}]},\"c\":{\"S\":\"}\"}"
                                                  "}}"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct arena arena = {0};
        struct buf typed = {0}, plain = {0};
        ddb_typed_text(&typed, span(cases[i].plain));
        assert_string_equal(typed.data, cases[i].typed);
        ddb_plain(&plain, json_parse(&arena, typed.data, typed.length, NULL));
        if (i) /* the first comes back with its character */
            assert_string_equal(plain.data, cases[i].plain);
        buf_free(&typed);
        buf_free(&plain);
        arena_free(&arena);
    }
}

static void what_only_the_service_has_becomes_plain(void **state)
{
    (void)state;
    static const char item[] = "{\"s\":{\"SS\":[\"a\",\"b\"]},\"n\":{\"NS\":[\"1\",\"2.5\"]},"
                               "\"b\":{\"B\":\"AAE=\"},\"x\":{\"N\":\"+1\"},\"y\":{},\"z\":7}";
    struct arena arena = {0};
    struct buf plain = {0}, bytes = {0};
    const cJSON *tree = json_parse(&arena, item, strlen(item), NULL);
    ddb_plain_item(&plain, tree);
    assert_string_equal(plain.data, "{\"s\":[\"a\",\"b\"],\"n\":[1,2.5],\"b\":\"AAE=\",\"x\":\"+1\""
                                    ",\"y\":null,\"z\":null}");
    assert_true(ddb_bytes(&bytes, tree, "b"));
    assert_int_equal(bytes.length, 2);
    assert_memory_equal(bytes.data, "\0\1", 2);
    assert_false(ddb_bytes(&bytes, tree, "s"));
    assert_null(ddb_text(tree, "z"));
    assert_int_equal(ddb_number(tree, "nothing"), 0);
    buf_free(&plain);
    buf_free(&bytes);
    arena_free(&arena);
}

static void text_is_walked_where_it_lies(void **state)
{
    (void)state;
    static const char text[] = " { \"a\" : {\"b\":[ 1 , \"x,]\" ,{}] } , \"c\":\"d\" } ";
    struct ddb_span b = ddb_get(ddb_get(span(text), "a"), "b"), element;
    const char *at = b.text, *end = b.text + b.length;
    static const char *const wanted[] = {"1", "\"x,]\"", "{}"};
    for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
        assert_true(ddb_element_next(&at, end, &element));
        assert_int_equal(element.length, strlen(wanted[i]));
        assert_memory_equal(element.text, wanted[i], element.length);
    }
    assert_false(ddb_element_next(&at, end, &element));
    assert_null(ddb_get(span(text), "b").text);
    assert_null(ddb_get((struct ddb_span){0}, "b").text);
    assert_null(ddb_get(span("{\"b\""), "b").text);
    assert_null(ddb_get(span("{\"a\" 1}"), "a").text);
    assert_null(ddb_get(span("7"), "b").text);
}

static void an_item_larger_than_a_tree_may_be_is_read_in_parts(void **state)
{
    (void)state;
    enum { ENTRIES = 12000 };
    struct arena arena = {0};
    struct buf text = {0};
    buf_text(&text, "{\"History\":{\"L\":[");
    for (int i = 0; i < ENTRIES; i++)
        buf_printf(&text, "%s{\"M\":{\"n\":{\"N\":\"%d\"},\"text\":{\"S\":\"%080d\"}}}",
                   i ? "," : "", i, i);
    buf_text(&text, "]},\"Status\":{\"S\":\"QUEUED\"}}");
    assert_true(text.length > JSON_MAX_BYTES);
    const cJSON *item = ddb_parse(&arena, ddb_span_of(&text), NULL);
    assert_non_null(item);
    assert_string_equal(ddb_text(item, "Status"), "QUEUED");
    assert_int_equal(cJSON_GetArraySize(json_get(json_get(item, "History"), "L")), ENTRIES);
    text.length -= 5;
    assert_null(ddb_parse(&arena, ddb_span_of(&text), NULL));
    buf_free(&text);
    arena_free(&arena);
}

static void names_of_tables_are_checked(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "ab",
                                      "a b c",
                                      "Contacts,",
                                      "Contacts,Contacts",
                                      "a,b,c",
                                      "Contacts,x\"y,Feed",
                                      "one,two,three,four",
                                      "T\xC3\xA4g"};
    char *table, *history, *feed;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct err err = {0};
        table = history = feed = NULL;
        assert_false(ddb_table_names(bad[i], &table, &history, &feed, &err));
        assert_non_null(strstr(err.text, "dynamodb:"));
        free(table);
        free(history);
        free(feed);
    }
    table = history = feed = NULL;
    assert_true(ddb_table_names("Contacts,My.History", &table, &history, &feed, NULL));
    assert_string_equal(table, "Contacts");
    assert_string_equal(history, "My.History");
    assert_string_equal(feed, "Contacts-Feed");
    free(table);
    free(history);
    free(feed);
}

static void the_cache_keeps_what_was_used_last_within_its_bytes(void **state)
{
    (void)state;
    enum { BYTES = 64 << 10, CONTACTS = 2000 };
    struct ddb_cache *cache = ddb_cache_new(BYTES);
    struct batch *batch = mem_zero(sizeof(*batch));
    char id[16];
    for (unsigned i = 0; i < CONTACTS; i++) {
        snprintf(id, sizeof(id), "contact %u", i);
        struct event event = fixture_flow(batch, id, FIXTURE_START + i, i, 0);
        batch_add(batch, &event);
        ddb_cache_put(cache, &batch->delta[0]);
        assert_true(ddb_cache_bytes(cache) <= BYTES);
        assert_non_null(ddb_cache_get(cache, "contact 0")); /* used all the time: it stays */
        batch_clear(batch);
    }
    assert_null(ddb_cache_get(cache, "contact 1"));
    const struct record *last = ddb_cache_get(cache, id);
    assert_non_null(last);
    assert_string_equal(last->contact_id, id);
    assert_int_equal(last->last[LOGTYPE_FLOW], FIXTURE_START + CONTACTS - 1);
    ddb_cache_drop(cache, id);
    assert_null(ddb_cache_get(cache, id));
    ddb_cache_contest(cache, "x", 100);
    assert_true(ddb_cache_contested(cache, "x", 99));
    assert_false(ddb_cache_contested(cache, "x", 100));
    assert_null(ddb_cache_get(cache, "x"));
    batch_free(batch);
    free(batch);
    ddb_cache_free(cache);
}

static void the_cache_knows_which_entries_are_stored(void **state)
{
    (void)state;
    struct ddb_cache *cache = ddb_cache_new(1 << 20);
    struct batch *batch = mem_zero(sizeof(*batch));
    struct event event = fixture_flow(batch, "a", FIXTURE_START, 1, 0);
    bool other = false;
    assert_int_equal(ddb_cache_seen(cache, "a", &event.entry, &other), DDB_UNSEEN);
    ddb_cache_see(cache, "a", &event.entry, DDB_IN_HISTORY);
    assert_int_equal(ddb_cache_seen(cache, "a", &event.entry, &other), DDB_IN_HISTORY);
    assert_false(other);
    assert_int_equal(ddb_cache_seen(cache, "b", &event.entry, &other), DDB_UNSEEN);
    ddb_cache_see(cache, "a", &event.entry, DDB_SETTLED);
    event.entry.log_event_id = "7";
    assert_int_equal(ddb_cache_seen(cache, "a", &event.entry, &other), DDB_SETTLED);
    assert_true(other);
    batch_free(batch);
    free(batch);
    ddb_cache_free(cache);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_get_their_types_and_lose_them),
        cmocka_unit_test(what_only_the_service_has_becomes_plain),
        cmocka_unit_test(text_is_walked_where_it_lies),
        cmocka_unit_test(an_item_larger_than_a_tree_may_be_is_read_in_parts),
        cmocka_unit_test(names_of_tables_are_checked),
        cmocka_unit_test(the_cache_keeps_what_was_used_last_within_its_bytes),
        cmocka_unit_test(the_cache_knows_which_entries_are_stored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
