/* An archive played again: the same records, in the order of time, at the pace asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/ingest.h"
#include "contactwatch/map.h"
#include "support/archive_fixture.h"
#include "support/sqlite_file.h"
#include "support/store_fixture.h"

static const struct store_options forever = {.retention_ms = 10000 * DAY_MS};

static int setup(void **state)
{
    return sqlite_file_begin() ? archive_fixture_s3(state) : -1;
}

static int teardown(void **state)
{
    sqlite_file_end();
    return archive_fixture_teardown(state);
}

static struct source *play(struct archive_fixture *f, const char *day, double speed,
                           const struct clock *clock)
{
    return archive_source_open(archive_fixture_open(f, false), day, day,
                               &(struct source_options){.speed = speed, .clock = clock});
}

static struct buf store_of_samples(const struct samples *samples)
{
    struct err err = {""};
    struct store *store = sqlite_file_open(&forever, &err);
    assert_non_null(store);
    for (size_t i = 0; i < samples->count; i++) {
        struct record record;
        struct history history;
        sample_fold(&samples->item[i], UINT64_MAX, &record, &history);
        struct store_change change = {.delta = &record, .entries = &history};
        assert_true(store_apply(store, &change, 1, &err));
        record_free(&record);
        history_free(&history);
    }
    struct buf dump = store_dump(store);
    store_close(store);
    return dump;
}

static struct buf store_of_replay(struct source *source)
{
    struct err err = {""};
    const struct ingest_options options = {.store_spec = sqlite_file_spec, .store = forever};
    struct ingest *ingest = ingest_start(source, &options, &err);
    if (!ingest || !ingest_wait(ingest, &err))
        fail_msg("%s", err.text);
    struct metrics_view view;
    ingest_metrics(ingest, &view);
    assert_int_equal(view.count[METRIC_REFUSED], 0);
    ingest_free(ingest);
    struct store *store = sqlite_file_open(&forever, &err);
    assert_non_null(store);
    struct buf dump = store_dump(store);
    store_close(store);
    return dump;
}

static void an_archive_gives_the_same_records_again(void **state)
{
    struct samples samples;
    struct archive *archive = archive_fixture_open(*state, true);
    samples_make(&samples, archive_seed(), 30);
    for (size_t i = 0; i < samples.count; i++)
        sample_put(archive, &samples.item[i], UINT64_MAX);
    archive_close(archive);
    struct buf wanted = store_of_samples(&samples);
    sqlite_file_fresh();
    struct buf got = store_of_replay(play(*state, NULL, 0, NULL));
    assert_string_equal(buf_str(&got), buf_str(&wanted));
    buf_free(&wanted);
    buf_free(&got);
    samples_free(&samples);
}

struct played {
    char id[64];
    int64_t time;
    unsigned events;
};

static void take_event(void *context, const struct event *event)
{
    struct played *played = context;
    snprintf(played->id, sizeof(played->id), "%s", event->contact_id);
    played->time = event->entry.time;
    played->events++;
}

static void take_refusal(void *context, const char *where, const char *why, const char *text,
                         size_t length)
{
    (void)context, (void)text, (void)length;
    fail_msg("refused %s: %s", where, why);
}

/* A message is one event. */
static struct played read_message(struct source *source, struct message *message)
{
    struct played played = {.events = 0};
    struct arena arena = {0};
    const struct decode_options plain = {.redact = REDACT_CARDS};
    const struct decode_sink sink = {&played, take_event, NULL, take_refusal};
    decode_body(&arena, &plain, message->body, message->length, message->sent, &sink);
    assert_int_equal(played.events, 1);
    arena_free(&arena);
    source_settle(source, message, 1, SETTLE_DONE);
    return played;
}

/* False at the end. */
static bool next(struct source *source, struct played *played)
{
    struct message message;
    size_t count = 0;
    struct err err = {""};
    enum receive result = source_receive(source, &message, 1, 0, &count, &err);
    if (result == RECEIVE_END)
        return false;
    if (result != RECEIVE_OK)
        fail_msg("%s", err.text);
    assert_int_equal(count, 1);
    *played = read_message(source, &message);
    return true;
}

static size_t play_all(struct source *source, size_t *contacts)
{
    struct map seen = {0};
    struct played played;
    int64_t last = 0;
    size_t count = 0;
    for (; next(source, &played); count++) {
        if (played.time < last)
            fail_msg("%s: %lld comes after %lld", played.id, (long long)played.time,
                     (long long)last);
        last = played.time;
        map_set(&seen, played.id, source);
    }
    *contacts = seen.count;
    map_free(&seen, NULL);
    source_close(source);
    return count;
}

static void entries_come_in_the_order_of_time(void **state)
{
    struct samples samples;
    struct archive *archive = archive_fixture_open(*state, true);
    size_t contacts, one, other;
    samples_make(&samples, archive_seed(), 30);
    for (size_t i = 0; i < samples.count; i++)
        sample_put(archive, &samples.item[i], UINT64_MAX);
    archive_close(archive);
    size_t all = play_all(play(*state, NULL, 0, NULL), &contacts);
    assert_int_equal(contacts, samples.count);
    size_t first = play_all(play(*state, "2025-11-13", 0, NULL), &one);
    size_t second = play_all(play(*state, "2025-11-14", 0, NULL), &other);
    assert_true(one && other); /* the calls are of two days */
    assert_int_equal(one + other, contacts);
    assert_int_equal(first + second, all);
    assert_int_equal(play_all(play(*state, "2025-11-15", 0, NULL), &one), 0);
    samples_free(&samples);
}

static int64_t given_now(void *context)
{
    return *(int64_t *)context;
}

/* Ten times as fast: a minute of theirs is six seconds. */
static void the_pace_is_kept(void **state)
{
    struct samples samples;
    struct archive *archive = archive_fixture_open(*state, true);
    int64_t now = INT64_C(1800000000000);
    struct clock clock = {given_now, &now};
    struct message message;
    size_t count, waited = 0;
    struct err err = {""};
    struct played first;
    samples_make(&samples, archive_seed(), 3);
    for (size_t i = 0; i < samples.count; i++)
        sample_put(archive, &samples.item[i], UINT64_MAX);
    archive_close(archive);
    struct source *source = play(*state, NULL, 10, &clock);
    const int64_t began = now;
    assert_true(next(source, &first));
    for (;;) {
        enum receive result = source_receive(source, &message, 1, 0, &count, &err);
        if (result == RECEIVE_END)
            break;
        if (!count) {
            now += 100;
            waited++;
            continue;
        }
        int64_t due = (read_message(source, &message).time - first.time) / 10;
        assert_in_range(now - began, due, due + 100);
    }
    assert_true(waited > 10);
    source_close(source);
    samples_free(&samples);
}

/* The others are played; then it has failed. */
static void what_is_no_document_is_passed_over(void **state)
{
    struct samples samples;
    struct message message;
    size_t count, played = 0;
    struct err err = {""};
    enum receive result;
    struct archive *archive = archive_fixture_open(*state, true);
    samples_make(&samples, archive_seed(), 3);
    for (size_t i = 0; i < samples.count; i++)
        sample_put(archive, &samples.item[i], UINT64_MAX);
    archive_close(archive);
    archive_fixture_put(*state, "dt=2020-01-01/odd.json.gz", "x", 1);
    archive_fixture_put(*state, "dt=2099-01-01/odd.json.gz", "", 0);
    struct source *source = play(*state, NULL, 0, NULL);
    while ((result = source_receive(source, &message, 1, 0, &count, &err)) == RECEIVE_OK) {
        source_settle(source, &message, count, SETTLE_DONE);
        played += count;
    }
    assert_true(played >= samples.count);
    assert_int_equal(result, RECEIVE_ERROR);
    assert_non_null(strstr(err.text, "2 objects are no contact's documents"));
    assert_int_equal(source_receive(source, &message, 1, 0, &count, &err), RECEIVE_END);
    source_close(source);
    samples_free(&samples);
}

/* A prefix misspelt is not told as success; a day without contacts is one. */
static void a_place_without_documents_is_the_wrong_one(void **state)
{
    struct message message;
    size_t count;
    struct err err = {""};
    struct source *source = play(*state, NULL, 0, NULL);
    assert_int_equal(source_receive(source, &message, 1, 0, &count, &err), RECEIVE_ERROR);
    assert_non_null(strstr(err.text, "no documents"));
    assert_int_equal(source_receive(source, &message, 1, 0, &count, &err), RECEIVE_END);
    source_close(source);
    source = play(*state, "2025-11-13", 0, NULL);
    assert_int_equal(source_receive(source, &message, 1, 0, &count, &err), RECEIVE_END);
    source_close(source);
}

#define WITH_BOTH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BOTH(an_archive_gives_the_same_records_again),
        WITH_BOTH(entries_come_in_the_order_of_time),
        WITH_BOTH(the_pace_is_kept),
        WITH_BOTH(what_is_no_document_is_passed_over),
        WITH_BOTH(a_place_without_documents_is_the_wrong_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
