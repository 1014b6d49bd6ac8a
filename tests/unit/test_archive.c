/* What an archive promises of joining: in a folder and on the fake S3. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "contactwatch/decode.h"
#include "contactwatch/instant.h"
#include "support/archive_fixture.h"

static void test_what_is_put_is_read_again(void **state)
{
    struct archive *archive = archive_fixture_open(*state, true);
    struct samples samples;
    samples_make(&samples, archive_seed(), 8);
    for (size_t i = 0; i < samples.count; i++) {
        sample_put(archive, &samples.item[i], UINT64_MAX);
        sample_expect(archive, &samples.item[i]);
    }
    assert_null(archive_fixture_get(archive, "somebody else"));
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
    enum { ROUNDS = 3 };
    struct samples samples;
    struct rng rng;
    struct archive *archive;
    uint64_t seed = archive_seed();
    samples_make(&samples, seed, 4);
    rng_seed(&rng, seed);
    for (int round = 0; round < ROUNDS; round++) {
        archive_fixture_empty(*state);
        put_somehow(*state, &samples, &rng);
        archive = archive_fixture_open(*state, false);
        for (size_t i = 0; i < samples.count; i++)
            sample_expect(archive, &samples.item[i]);
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
    samples_make(&samples, archive_seed(), 5);
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

static void take_event(void *context, const struct event *event)
{
    *(struct event *)context = *event;
}

/* A time that lies ahead is taken as not known, by whoever reads it again too. */
static void test_a_time_not_known_is_one_entry(void **state)
{
    static const char text[] =
        "{\"contactId\":\"id\",\"eventType\":\"INITIATED\",\"channel\":\"VOICE\","
        "\"initiationTimestamp\":\"2027-11-13T10:00:00Z\"}";
    const struct decode_options plain = {.redact = REDACT_NONE};
    struct event event = {.contact_id = NULL};
    const struct decode_sink sink = {.context = &event, .event = take_event};
    struct archive *archive = archive_fixture_open(*state, true);
    struct arena arena = {0};
    struct record record;
    struct history history = {0};
    struct err err = {""};
    struct buf once = {0}, twice = {0};
    decode_body(&arena, &plain, text, strlen(text), INT64_C(1763028000000), &sink);
    assert_true(event.contact_id && event.entry.time == INSTANT_NONE);
    record_init(&record, "id");
    record_apply(&record, &event);
    history_push(&history, &event.entry);
    assert_true(archive_put(archive, &record, &history, &err));
    archive_fixture_dump(*state, &once);
    assert_true(archive_put(archive, &record, &history, &err));
    archive_fixture_dump(*state, &twice);
    assert_string_equal(once.data, twice.data);
    record_free(&record);
    history_free(&history);
    arena_free(&arena);
    buf_free(&once);
    buf_free(&twice);
    archive_close(archive);
}

/* What was learned late lies under another day; readers join it, and all of it goes. */
static void test_two_days_are_one_contact(void **state)
{
    struct archive *archive = archive_fixture_open(*state, true);
    struct record early, late;
    struct err err = {""};
    struct buf dump = {0};
    unsigned removed;
    record_init(&early, "id");
    record_init(&late, "id");
    early.initiated = INT64_C(1763077800000);
    late.first = early.initiated + DAY_MS;
    record_set(&early, FIELD_CHANNEL, 1, "VOICE");
    record_set(&late, FIELD_CUSTOMER, 1, "cust");
    assert_true(archive_put(archive, &late, NULL, &err));
    assert_true(archive_put(archive, &early, NULL, &err));
    record_join(&early, &late);
    char *got = archive_fixture_get(archive, "id"),
         *wanted = archive_fixture_canonical(&early, &(struct history){0});
    assert_string_equal(got, wanted);
    assert_true(archive_remove(archive, "id", &removed, &err));
    assert_int_equal(removed, 2);
    archive_fixture_dump(*state, &dump);
    assert_string_equal(buf_str(&dump), "");
    free(got);
    free(wanted);
    buf_free(&dump);
    record_free(&early);
    record_free(&late);
    archive_close(archive);
}

static void test_removed_leaves_nothing(void **state)
{
    struct archive *archive = archive_fixture_open(*state, true);
    struct samples samples;
    struct buf dump = {0};
    struct err err = {""};
    samples_make(&samples, archive_seed(), 6);
    for (size_t i = 0; i < samples.count; i++) {
        sample_put(archive, &samples.item[i], 0x1111111111111111);
        sample_put(archive, &samples.item[i], 0xEEEEEEEEEEEEEEEE);
    }
    for (size_t i = 0; i < samples.count; i++) {
        unsigned removed;
        assert_true(archive_remove(archive, samples.item[i].contact_id, &removed, &err));
        assert_true(removed >= 1);
        assert_true(archive_remove(archive, samples.item[i].contact_id, &removed, &err));
        assert_int_equal(removed, 0);
    }
    archive_fixture_dump(*state, &dump);
    assert_string_equal(buf_str(&dump), "");
    buf_free(&dump);
    samples_free(&samples);
    archive_close(archive);
}

/* Each process joins what the others have written. */
static void test_processes_join(void **state)
{
    enum { WRITERS = 4 };
    struct samples samples;
    samples_make(&samples, archive_seed(), 3);
    pid_t child[WRITERS];
    for (int w = 0; w < WRITERS; w++) {
        child[w] = fork();
        if (child[w] == 0) {
            struct archive *archive = archive_fixture_open(*state, true);
            for (size_t i = 0; i < samples.count; i++)
                sample_put(archive, &samples.item[i], UINT64_C(0x1111111111111111) << w);
            _exit(0);
        }
    }
    for (int w = 0; w < WRITERS; w++) {
        int status;
        assert_int_equal(waitpid(child[w], &status, 0), child[w]);
        assert_int_equal(status, 0);
    }
    struct archive *archive = archive_fixture_open(*state, false);
    for (size_t i = 0; i < samples.count; i++)
        sample_expect(archive, &samples.item[i]);
    archive_close(archive);
    samples_free(&samples);
}

/* Conditions that fail, answers that are lost, and one that is conditional on what was removed. */
static void test_races_are_joined(void **state)
{
    struct archive_fixture *f = *state;
    struct samples samples;
    struct archive *archive = archive_fixture_open(f, true);
    const enum fake_fault harm[] = {FAKE_CONFLICT, FAKE_RESET_AFTER, FAKE_ERROR_500,
                                    FAKE_ERROR_503};
    samples_make(&samples, archive_seed(), 4);
    for (size_t i = 0; i < ARRAY_SIZE(harm); i++) {
        const struct fake_rule rule = {
            .operation = "PutObject", .fault = harm[i], .skip = 1, .times = 1};
        fake_aws_fault(f->fake, &rule);
        sample_put(archive, &samples.item[0], UINT64_C(0x1111111111111111) << i);
        fake_aws_faults_clear(f->fake);
    }
    sample_expect(archive, &samples.item[0]);
    const struct fake_rule always = {.operation = "PutObject", .fault = FAKE_CONFLICT};
    struct record record;
    struct err err = {""};
    fake_aws_fault(f->fake, &always);
    record_init(&record, "id");
    assert_false(archive_put(archive, &record, NULL, &err));
    assert_non_null(strstr(err.text, "written by others all the time"));
    record_free(&record);
    archive_close(archive);
    samples_free(&samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_what_is_put_is_read_again), ON_BOTH(test_order_and_split_do_not_matter),
        ON_BOTH(test_same_pieces_same_bytes),    ON_BOTH(test_a_time_not_known_is_one_entry),
        ON_BOTH(test_two_days_are_one_contact),  ON_BOTH(test_removed_leaves_nothing),
        IN_A_FOLDER(test_processes_join),        ON_S3(test_races_are_joined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
