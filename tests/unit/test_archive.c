/* What an archive promises, in a folder and on the fake S3. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/archive_fixture.h"

static char *canonical(const struct record *record, const struct history *history)
{
    struct buf out = {0};
    record_write_item(&out, record, history, RECORD_CANONICAL);
    return buf_take(&out);
}

/* What the archive has of a contact, canonical; NULL if it is not there. */
static char *archived(struct archive *archive, const char *contact_id)
{
    struct arena arena = {0};
    struct record record;
    struct history history = {0};
    struct err err = {""};
    bool found = false;
    char *text = NULL;
    if (!archive_get(archive, contact_id, &arena, &record, &history, &found, &err))
        fail_msg("%s", err.text);
    if (found) {
        text = canonical(&record, &history);
        record_free(&record);
    }
    history_free(&history);
    arena_free(&arena);
    return text;
}

static void test_what_is_put_is_read_again(void **state)
{
    struct archive *archive = archive_fixture_open(*state, true);
    struct samples samples;
    samples_make(&samples, archive_seed(), 12);
    for (size_t i = 0; i < samples.count; i++) {
        struct record record;
        struct history history;
        sample_put(archive, &samples.item[i], UINT64_MAX);
        sample_fold(&samples.item[i], UINT64_MAX, &record, &history);
        char *wanted = canonical(&record, &history);
        char *got = archived(archive, samples.item[i].contact_id);
        assert_non_null(got);
        assert_string_equal(got, wanted);
        free(got);
        free(wanted);
        record_free(&record);
        history_free(&history);
    }
    assert_null(archived(archive, "somebody else"));
    samples_free(&samples);
    archive_close(archive);
}

/* Two writers, pieces in any split and order, some of them twice. */
static void put_somehow(struct archive_fixture *f, const struct samples *samples, struct rng *rng)
{
    struct archive *writer[2] = {archive_fixture_open(f, true), archive_fixture_open(f, true)};
    struct piece {
        const struct sample *sample;
        uint64_t mask;
    } *piece = mem_alloc(samples->count * 8 * sizeof(*piece));
    size_t pieces = 0;
    for (size_t i = 0; i < samples->count; i++) {
        uint64_t part[4] = {0};
        uint32_t parts = 1 + rng_below(rng, 4);
        for (int bit = 0; bit < 64; bit++)
            part[rng_below(rng, parts)] |= UINT64_C(1) << bit;
        for (uint32_t p = 0; p < parts; p++)
            for (uint32_t times = 1 + rng_below(rng, 2); times; times--)
                piece[pieces++] = (struct piece){&samples->item[i], part[p]};
    }
    for (size_t i = pieces; i > 1; i--) {
        size_t other = rng_below(rng, (uint32_t)i);
        struct piece swap = piece[i - 1];
        piece[i - 1] = piece[other];
        piece[other] = swap;
    }
    for (size_t i = 0; i < pieces; i++)
        sample_put(writer[rng_below(rng, 2)], piece[i].sample, piece[i].mask);
    free(piece);
    archive_close(writer[0]);
    archive_close(writer[1]);
}

static void test_order_and_split_do_not_matter(void **state)
{
    enum { ROUNDS = 4 };
    struct samples samples;
    struct rng rng;
    struct archive *archive;
    uint64_t seed = archive_seed();
    samples_make(&samples, seed, 8);
    rng_seed(&rng, seed);
    for (int round = 0; round < ROUNDS; round++) {
        archive_fixture_empty(*state);
        put_somehow(*state, &samples, &rng);
        archive = archive_fixture_open(*state, false);
        for (size_t i = 0; i < samples.count; i++) {
            struct record record;
            struct history history;
            sample_fold(&samples.item[i], UINT64_MAX, &record, &history);
            char *wanted = canonical(&record, &history);
            char *got = archived(archive, samples.item[i].contact_id);
            assert_non_null(got);
            assert_string_equal(got, wanted);
            free(got);
            free(wanted);
            record_free(&record);
            history_free(&history);
        }
        archive_close(archive);
    }
    samples_free(&samples);
}

/* Pieces of one split in another order, and again: not one byte differs. */
static void test_same_pieces_same_bytes(void **state)
{
    struct samples samples;
    struct buf first = {0}, again = {0};
    uint64_t mask = UINT64_C(0x5A5A3C3C0FF0A55A);
    samples_make(&samples, archive_seed(), 8);
    struct archive *archive = archive_fixture_open(*state, true);
    for (size_t i = 0; i < samples.count; i++) {
        sample_put(archive, &samples.item[i], mask);
        sample_put(archive, &samples.item[i], ~mask);
    }
    archive_fixture_dump(*state, &first);
    for (size_t i = 0; i < samples.count; i++)
        sample_put(archive, &samples.item[i], mask);
    archive_fixture_dump(*state, &again);
    assert_string_equal(first.data, again.data);
    archive_close(archive);
    archive_fixture_empty(*state);
    archive = archive_fixture_open(*state, true);
    for (size_t i = samples.count; i-- > 0;) {
        sample_put(archive, &samples.item[i], ~mask);
        sample_put(archive, &samples.item[i], mask);
    }
    archive_fixture_dump(*state, &again);
    assert_string_equal(first.data, again.data);
    archive_close(archive);
    buf_free(&first);
    buf_free(&again);
    samples_free(&samples);
}

#define IN_A_FOLDER(test)                                                                          \
    {                                                                                              \
#test " in a folder", test, archive_fixture_file, archive_fixture_teardown, NULL           \
    }
#define ON_S3(test)                                                                                \
    {                                                                                              \
#test " on S3", test, archive_fixture_s3, archive_fixture_teardown, NULL                   \
    }
#define ON_BOTH(test) IN_A_FOLDER(test), ON_S3(test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_what_is_put_is_read_again),
        ON_BOTH(test_order_and_split_do_not_matter),
        ON_BOTH(test_same_pieces_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
