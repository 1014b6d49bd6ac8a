/* A flush as packed bytes and back; keys; bytes that are not what they say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/dynamodb_feed_internal.h"
#include "support/store_fixture.h"

static struct ddb_row row_of(const struct batch *batch, size_t i)
{
    return (struct ddb_row){.record = &batch->delta[i],
                            .contact_id = batch->delta[i].contact_id,
                            .entry = batch->history[i].entry,
                            .entries = batch->history[i].count};
}

static void pack_batch(struct feed_pieces *out, const struct batch *batch)
{
    struct ddb_row row[BATCH_CONTACTS];
    for (size_t i = 0; i < batch->count; i++)
        row[i] = row_of(batch, i);
    feed_pack(out, row, batch->count, NULL, 0);
}

static void free_pieces(struct feed_pieces *pieces)
{
    for (size_t i = 0; i < pieces->count; i++)
        buf_free(&pieces->piece[i]);
    free(pieces->piece);
    *pieces = (struct feed_pieces){0};
}

/* Contact, record and entries as text, to compare. */
static void tell_entry(struct buf *out, const char *contact_id, const struct entry *e)
{
    buf_printf(out, "%s %lld %d %d %d ", contact_id, (long long)e->time, e->rank, e->type,
               e->marks);
    for (size_t k = 0; k < sizeof(e->id.byte); k++)
        buf_printf(out, "%02x", e->id.byte[k]);
    buf_printf(out, " %s %.*s\n", e->log_event_id ? e->log_event_id : "-", (int)e->length, e->body);
}

static void tell_record(struct buf *out, const struct record *record)
{
    record_write(out, record, RECORD_STORED);
    buf_char(out, '\n');
}

static struct buf unpack_all(const struct feed_pieces *pieces)
{
    struct buf out = {0};
    struct feed_rows rows = {0};
    struct err err = {0};
    for (size_t p = 0; p < pieces->count; p++) {
        assert_true(pieces->piece[p].length <= DDB_CHUNK_MAX);
        if (!feed_unpack(&rows, pieces->piece[p].data, pieces->piece[p].length, &err))
            fail_msg("%s", err.text);
        for (size_t i = 0; i < rows.rows; i++) {
            if (rows.row[i].has_record)
                tell_record(&out, &rows.row[i].record);
            for (size_t k = 0; k < rows.row[i].entries; k++)
                tell_entry(&out, rows.row[i].contact_id, &rows.entry[rows.row[i].first + k]);
        }
    }
    feed_rows_free(&rows);
    return out;
}

static struct buf tell_batch(const struct batch *batch)
{
    struct buf out = {0};
    for (size_t i = 0; i < batch->count; i++) {
        tell_record(&out, &batch->delta[i]);
        for (size_t k = 0; k < batch->history[i].count; k++)
            tell_entry(&out, batch->delta[i].contact_id, &batch->history[i].entry[k]);
    }
    return out;
}

static void expect_same(const struct batch *batch, size_t least_pieces)
{
    struct feed_pieces pieces = {0};
    pack_batch(&pieces, batch);
    assert_true(pieces.count >= least_pieces);
    struct buf wanted = tell_batch(batch), got = unpack_all(&pieces);
    assert_string_equal(buf_str(&got), buf_str(&wanted));
    buf_free(&wanted);
    buf_free(&got);
    free_pieces(&pieces);
}

static void what_is_packed_is_unpacked(void **state)
{
    struct batch *batch = *state;
    struct rng rng;
    const char *text = getenv("SEED");
    uint64_t seed = text ? strtoull(text, NULL, 10) : 7;
    print_message("SEED=%llu\n", (unsigned long long)seed);
    rng_seed(&rng, seed);
    for (unsigned i = 0; i < 30; i++) {
        batch_clear(batch);
        batch_random(batch, &rng, 1 + rng_below(&rng, 200), 1 + rng_below(&rng, 400));
        for (size_t k = 0; k < batch->count; k++) {
            batch->delta[k].version = (int64_t)rng_below(&rng, 1000);
            batch->delta[k].updated_at = FIXTURE_START + (int64_t)rng_below(&rng, 1000);
        }
        expect_same(batch, 1);
    }
}

/* Bodies that do not compress. */
static void add_noise(struct batch *batch, struct rng *rng, const char *id, unsigned n, size_t size)
{
    struct event event = fixture_flow(batch, id, FIXTURE_START + n, n, 0);
    char *body = arena_alloc(&batch->arena, size + 1);
    for (size_t i = 0; i < size; i++)
        body[i] = (char)(' ' + rng_below(rng, 94));
    body[size] = '\0';
    event.entry.body = body;
    event.entry.length = (uint32_t)size;
    batch_add(batch, &event);
}

static void a_large_flush_is_cut_to_what_an_item_takes(void **state)
{
    struct batch *batch = *state;
    struct rng rng;
    rng_seed(&rng, 3);
    for (unsigned i = 0; i < 40; i++)
        add_noise(batch, &rng, i % 2 ? "a" : "b", i, 100 << 10);
    expect_same(batch, 10);
}

static void an_entry_too_large_is_to_be_looked_up(void **state)
{
    struct batch *batch = *state;
    struct rng rng;
    struct feed_pieces pieces = {0};
    struct feed_rows rows = {0};
    size_t looks = 0, entries = 0;
    rng_seed(&rng, 5);
    add_noise(batch, &rng, "a", 1, 10);
    add_noise(batch, &rng, "a", 2, 1 << 20);
    add_noise(batch, &rng, "a", 3, 10);
    pack_batch(&pieces, batch);
    for (size_t p = 0; p < pieces.count; p++) {
        assert_true(feed_unpack(&rows, pieces.piece[p].data, pieces.piece[p].length, NULL));
        entries += rows.entries;
        for (size_t i = 0; i < rows.rows; i++) {
            assert_string_equal(rows.row[i].contact_id, "a");
            looks += rows.row[i].look;
        }
    }
    assert_int_equal(looks, 1);
    assert_int_equal(entries, 2);
    feed_rows_free(&rows);
    free_pieces(&pieces);
}

static void agents_and_rows_without_record_are_packed_too(void **state)
{
    struct batch *batch = *state;
    struct event event = fixture_flow(batch, "a", FIXTURE_START, 1, MARK_ERROR);
    event.entry.log_event_id = "3\"7";
    const struct ddb_row row = {.contact_id = "a \"b\"", .entry = &event.entry, .entries = 1};
    const struct agent_event agent = {
        .agent_arn = "arn:\"1\"", .status_name = "Lunch", .time = 5, .contacts = 2};
    struct feed_pieces pieces = {0};
    struct feed_rows rows = {0};
    feed_pack(&pieces, &row, 1, &agent, 1);
    assert_int_equal(pieces.count, 1);
    assert_true(feed_unpack(&rows, pieces.piece[0].data, pieces.piece[0].length, NULL));
    assert_int_equal(rows.rows, 1);
    assert_false(rows.row[0].has_record);
    assert_string_equal(rows.row[0].contact_id, "a \"b\"");
    assert_string_equal(rows.entry[0].log_event_id, "3\"7");
    assert_int_equal(rows.entry[0].marks, MARK_ERROR);
    assert_int_equal(rows.agents, 1);
    assert_string_equal(rows.agent[0].agent_arn, "arn:\"1\"");
    assert_string_equal(rows.agent[0].status_name, "Lunch");
    assert_null(rows.agent[0].agent_name);
    assert_int_equal(rows.agent[0].contacts, 2);
    feed_rows_free(&rows);
    free_pieces(&pieces);
}

static void nothing_is_no_item(void **state)
{
    struct feed_pieces pieces = {0};
    (void)state;
    feed_pack(&pieces, NULL, 0, NULL, 0);
    assert_int_equal(pieces.count, 0);
    free_pieces(&pieces);
}

static void damaged_bytes_are_refused_or_read(void **state)
{
    struct batch *batch = *state;
    struct feed_pieces pieces = {0};
    struct feed_rows rows = {0};
    struct rng rng;
    rng_seed(&rng, 11);
    batch_random(batch, &rng, 5, 20);
    pack_batch(&pieces, batch);
    struct buf *piece = &pieces.piece[0];
    for (size_t cut = 0; cut < piece->length; cut++)
        assert_false(feed_unpack(&rows, piece->data, cut, NULL));
    for (unsigned i = 0; i < 2000; i++) {
        size_t at = rng_below(&rng, (uint32_t)piece->length);
        char was = piece->data[at];
        piece->data[at] = (char)rng_below(&rng, 256);
        feed_unpack(&rows, piece->data, piece->length, NULL);
        piece->data[at] = was;
    }
    feed_rows_free(&rows);
    free_pieces(&pieces);
}

static void expect_refused(const char *text, const char *words)
{
    struct buf bytes = {0};
    struct feed_rows rows = {0};
    struct err err = {0};
    ddb_gzip(&bytes, text, strlen(text));
    assert_false(feed_unpack(&rows, bytes.data, bytes.length, &err));
    if (!strstr(err.text, words))
        fail_msg("\"%s\" does not say \"%s\"", err.text, words);
    feed_rows_free(&rows);
    buf_free(&bytes);
}

#define ENTRY_HEAD "{\"e\":[1,2,1,0,\"00000000000000000000000000000000\","

static void lines_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    expect_refused("", "empty");
    expect_refused("{\"feed\":2}\n", "newer contactwatch");
    expect_refused("{}\n", "format");
    expect_refused("{\"feed\":1}\nx\n", "no JSON");
    expect_refused("{\"feed\":1}\n{\"c\":\"a\"}", "no JSON");
    expect_refused("{\"feed\":1}\n" ENTRY_HEAD "2]}\n{}\n", "body"); /* of no row */
    expect_refused("{\"feed\":1}\n{\"c\":\"a\"}\n" ENTRY_HEAD "9]}\n{}\n", "body");
    expect_refused("{\"feed\":1}\n{\"c\":\"a\"}\n" ENTRY_HEAD "-1]}\n{}\n", "entry");
    expect_refused("{\"feed\":1}\n{\"c\":\"a\"}\n{\"e\":[1,2,9,0,\"\",2]}\n{}\n", "entry");
    expect_refused("{\"feed\":1}\n{\"c\":\"a\",\"r\":{\"Connect_ContactId\":\"b\"}}\n",
                   "another contact");
    expect_refused("{\"feed\":1}\n{\"c\":\"a\",\"r\":7}\n", "record");
    expect_refused("{\"feed\":1}\n{\"a\":{}}\n", "agent");
}

static void what_later_versions_add_is_passed_over(void **state)
{
    static const char text[] = "{\"feed\":1,\"x\":2}\n{\"new\":1}\n{\"c\":\"a\",\"z\":[]}\n";
    struct buf bytes = {0};
    struct feed_rows rows = {0};
    (void)state;
    ddb_gzip(&bytes, text, strlen(text));
    assert_true(feed_unpack(&rows, bytes.data, bytes.length, NULL));
    assert_int_equal(rows.rows, 1);
    feed_rows_free(&rows);
    buf_free(&bytes);
}

static void a_bomb_is_refused(void **state)
{
    size_t size = FEED_UNPACKED_MAX + 1;
    char *zeros = mem_zero(size);
    struct buf bytes = {0};
    struct feed_rows rows = {0};
    struct err err = {0};
    (void)state;
    ddb_gzip(&bytes, zeros, size);
    assert_false(feed_unpack(&rows, bytes.data, bytes.length, &err));
    assert_non_null(strstr(err.text, "more than"));
    buf_free(&bytes);
    free(zeros);
    feed_rows_free(&rows);
}

static void keys_are_read_as_written(void **state)
{
    static const char *const wrong[] = {"",
                                        "1700000000000",
                                        "1#2",
                                        "x#w#1",
                                        "1700000000000#w#",
                                        "1700000000000##1",
                                        "1#w#1x",
                                        "99999999999999999999#w#1",
                                        "#w#1"};
    char text[FEED_KEY_MAX], earlier[FEED_KEY_MAX];
    struct feed_key key;
    (void)state;
    feed_key_write(text, 1700000000123, "host-1#x-00ff", 42);
    assert_string_equal(text, "1700000000123#host-1#x-00ff#0000000042");
    assert_true(feed_key_read(&key, text));
    assert_int_equal(key.ms, 1700000000123);
    assert_int_equal(key.seq, 42);
    assert_string_equal(key.writer, "host-1#x-00ff");
    feed_key_write(earlier, 999999999999, "z", 9);
    assert_true(strcmp(earlier, text) < 0);
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
        assert_false(feed_key_read(&key, wrong[i]));
}

static int setup(void **state)
{
    *state = mem_zero(sizeof(struct batch));
    return 0;
}

static int teardown(void **state)
{
    batch_free(*state);
    free(*state);
    return 0;
}

#define FEED_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        FEED_TEST(what_is_packed_is_unpacked),
        FEED_TEST(a_large_flush_is_cut_to_what_an_item_takes),
        FEED_TEST(an_entry_too_large_is_to_be_looked_up),
        FEED_TEST(agents_and_rows_without_record_are_packed_too),
        FEED_TEST(nothing_is_no_item),
        FEED_TEST(damaged_bytes_are_refused_or_read),
        FEED_TEST(lines_that_do_not_fit_are_refused),
        FEED_TEST(what_later_versions_add_is_passed_over),
        FEED_TEST(a_bomb_is_refused),
        FEED_TEST(keys_are_read_as_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
