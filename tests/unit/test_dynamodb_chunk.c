/* History entries packed and read back as they were: real ones, odd ones, large ones, damaged ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/rng.h"
#include "store/dynamodb_internal.h"
#include "support/centre.h"

enum { CONTACTS = 12 };

static struct history read_pieces(struct arena *arena, const char *id,
                                  const struct ddb_pieces *pieces)
{
    struct history history = {0};
    struct buf whole = {0};
    struct err err = {0};
    size_t unread = 0;
    for (size_t i = 0; i < pieces->count; i++) {
        const struct ddb_piece *piece = &pieces->piece[i];
        assert_true(piece->bytes.length <= DDB_CHUNK_MAX);
        assert_true(piece->part >= 1 && piece->part <= piece->parts);
        buf_add(&whole, piece->bytes.data, piece->bytes.length);
        if (piece->part < piece->parts)
            continue;
        if (!ddb_chunk_read(arena, id, whole.data, whole.length, &history, &unread, &err))
            fail_msg("%s", err.text);
        buf_clear(&whole);
    }
    assert_int_equal(whole.length, 0);
    assert_int_equal(unread, 0);
    buf_free(&whole);
    return history;
}

static void expect_same(const struct entry *a, const struct entry *b)
{
    assert_true(a->time == b->time);
    assert_int_equal(a->rank, b->rank);
    assert_int_equal(a->type, b->type);
    assert_int_equal(a->marks, b->marks);
    assert_int_equal(a->length, b->length);
    assert_memory_equal(a->body, b->body, a->length);
    assert_memory_equal(&a->id, &b->id, sizeof(a->id));
    assert_int_equal(a->log_event_id != NULL, b->log_event_id != NULL);
    if (a->log_event_id)
        assert_string_equal(a->log_event_id, b->log_event_id);
}

static size_t expect_round_trip(const char *id, const struct history *history)
{
    struct ddb_pieces pieces = {0};
    struct arena arena = {0};
    ddb_chunk_pack(&pieces, id, history->entry, history->count);
    struct history again = read_pieces(&arena, id, &pieces);
    assert_int_equal(again.count, history->count);
    for (size_t i = 0; i < again.count; i++)
        expect_same(&again.entry[i], &history->entry[i]);
    size_t count = pieces.count;
    history_free(&again);
    ddb_pieces_free(&pieces);
    arena_free(&arena);
    return count;
}

static void what_the_decoder_made_comes_back_in_the_originals_shape(void **state)
{
    (void)state;
    struct message_list list = {0};
    struct centre centre = {0};
    struct map_slot *slot;
    size_t seen = 0, entries = 0;
    messages_simulate(&list, 11, CONTACTS);
    centre_run(&centre, &list, 1);
    for (size_t at = 0; (slot = map_next(&centre.by_id, &at)); seen++) {
        const struct life *life = slot->value;
        struct arena scratch = {0};
        struct buf text = {0};
        assert_int_equal(expect_round_trip(slot->key, &life->history), 1);
        for (size_t i = 0; i < life->history.count; i++, entries++) {
            ddb_entry_write(&text, slot->key, &life->history.entry[i], &scratch);
            assert_null(strstr(text.data, "\"Body\":")); /* nothing is written beside it */
            assert_non_null(strstr(text.data, "\"LogType\":"));
            buf_clear(&text);
        }
        buf_free(&text);
        arena_free(&scratch);
    }
    assert_true(seen >= CONTACTS && entries > 200);
    centre_close(&centre);
    messages_free(&list);
}

static struct entry odd_entry(const char *body)
{
    return (struct entry){.time = 1700000000000,
                          .rank = 7,
                          .type = LOGTYPE_FLOW,
                          .marks = 5,
                          .length = (uint32_t)strlen(body),
                          .id = hash_bytes("another identity", 16),
                          .body = body,
                          .log_event_id = "376\"\\ \xE2\x82\xAC"};
}

static void what_is_not_of_the_decoder_comes_back_too(void **state)
{
    (void)state;
    static const char *const bodies[] = {"{}",
                                         "{\"word\":\"\xF0\x9F\x98\x80 ' \\\" %n\"}",
                                         "[1,2]",
                                         "not JSON at all \x01 \n",
                                         "{\"Body\":\"x\",\"Id\":\"y\"}",
                                         "{\"LogType\":\"mine\"}"};
    for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
        struct entry entry = odd_entry(bodies[i]);
        struct history one = {.entry = &entry, .count = 1};
        expect_round_trip("c", &one);
        entry.log_event_id = NULL;
        entry.time = 0;
        expect_round_trip("c", &one);
    }
}

static char *noise(struct rng *rng, size_t length)
{
    static const char letter[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/";
    char *text = mem_alloc(length + 1);
    for (size_t i = 0; i < length; i++)
        text[i] = letter[rng_below(rng, 64)];
    text[length] = '\0';
    return text;
}

static void much_is_split_and_a_large_entry_goes_in_parts(void **state)
{
    (void)state;
    enum { SMALL = 60, SMALL_SIZE = 40 << 10, LARGE_SIZE = 2 << 20 };
    struct entry entry[SMALL + 1];
    struct rng rng;
    rng_seed(&rng, 3);
    for (size_t i = 0; i < SMALL; i++) {
        entry[i] = odd_entry(noise(&rng, SMALL_SIZE));
        entry[i].id.byte[0] = (uint8_t)i;
    }
    struct history small = {.entry = entry, .count = SMALL};
    assert_true(expect_round_trip("c", &small) >= 6);
    entry[SMALL] = odd_entry(noise(&rng, LARGE_SIZE));
    struct history large = {.entry = &entry[SMALL], .count = 1};
    assert_true(expect_round_trip("c", &large) >= 5);
    for (size_t i = 0; i <= SMALL; i++)
        free((char *)entry[i].body);
}

static void damaged_bytes_are_refused(void **state)
{
    (void)state;
    struct entry entry = odd_entry("{}");
    struct ddb_pieces pieces = {0};
    struct arena arena = {0};
    struct history history = {0};
    struct err err = {0};
    size_t unread = 0;
    ddb_chunk_pack(&pieces, "c", &entry, 1);
    struct buf *bytes = &pieces.piece[0].bytes;
    assert_false(
        ddb_chunk_read(&arena, "c", bytes->data, bytes->length / 2, &history, &unread, &err));
    assert_string_not_equal(err.text, "");
    assert_false(ddb_chunk_read(&arena, "c", "plain text", 10, &history, &unread, &err));
    assert_int_equal(history.count, 0);
    history_free(&history);
    ddb_pieces_free(&pieces);
    arena_free(&arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_decoder_made_comes_back_in_the_originals_shape),
        cmocka_unit_test(what_is_not_of_the_decoder_comes_back_too),
        cmocka_unit_test(much_is_split_and_a_large_entry_goes_in_parts),
        cmocka_unit_test(damaged_bytes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
