/* The header: how old the picture of a shared store is, and who feeds it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/log.h"
#include "support/ui_fixture.h"

#define S(n) ((int64_t)(n)*SECOND_MS)

static const int64_t three[] = {1000, 2000, 4000, -1}, none[] = {-1};

static int setup(void **state)
{
    struct ui_fixture *f = mem_zero(sizeof(*f));
    f->only_looks = true;
    ui_fixture_open(f, &(struct ui_setup){.rows = 10, .columns = 110, .colours = 256});
    ui_fixture_floor(f, 0);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    ui_fixture_close(*state);
    free(*state);
    return 0;
}

static void hear(struct ui_fixture *f, int64_t ago, const int64_t *beats)
{
    ui_fixture_health(f, ago, beats);
    ui_step(f->ui);
}

static void a_fresh_picture_is_live_and_names_the_ingesters(void **state)
{
    struct ui_fixture *f = *state;
    ui_fixture_has(f, "● LIVE lag –");
    hear(f, 500, three);
    ui_fixture_golden(f, "header-ingesters-110x10-roles", true);
    ui_fixture_has(f, "● LIVE 3 ingesters lag 0.6s");
    hear(f, 3900, (const int64_t[]){1000, -1});
    ui_fixture_has(f, "● LIVE 1 ingester lag 0.4s");
}

static void an_old_picture_says_how_old(void **state)
{
    struct ui_fixture *f = *state;
    hear(f, 0, three);
    f->now += S(12);
    ui_step(f->ui);
    ui_fixture_golden(f, "header-old-110x10-roles", true);
    ui_fixture_has(f, "○ picture 12s old");
    f->now += S(20);
    ui_step(f->ui);
    ui_fixture_golden(f, "header-very-old-110x10-roles", true);
    hear(f, 100, three);
    ui_fixture_has(f, "● LIVE 3 ingesters");
}

static void hear_without_feed(struct ui_fixture *f, int64_t ago)
{
    struct note *note = note_new(NOTE_HEALTH);
    note->health.read_at = f->now - ago;
    note->health.every = S(5);
    assert_true(queue_try_push(f->inbox.queue, note));
    ui_step(f->ui);
}

static void a_table_without_a_feed_says_how_often_it_is_read(void **state)
{
    struct ui_fixture *f = *state;
    hear_without_feed(f, S(5));
    ui_fixture_has(f, "○ no feed: read every 5s");
    hear_without_feed(f, S(9));
    ui_fixture_has(f, "○ picture 9s old");
}

static void a_store_that_takes_nothing_says_why(void **state)
{
    struct ui_fixture *f = *state;
    f->only_looks = false;
    snprintf(f->metrics.store_error, sizeof(f->metrics.store_error), "UpdateItem: denied");
    f->metrics.store_failing_ms = 1000;
    f->now += S(1);
    ui_step(f->ui);
    ui_fixture_has(f, "● LIVE");
    f->metrics.store_failing_ms = 4000;
    f->now += S(1);
    ui_step(f->ui);
    ui_fixture_has(f, "● nothing is stored: UpdateItem: denied");
}

static void a_store_that_cannot_be_read_says_why_and_since_when(void **state)
{
    struct ui_fixture *f = *state;
    hear(f, 0, three);
    ui_fixture_error(f, "DynamoDB: throttled");
    ui_step(f->ui);
    ui_fixture_has(f, "● DynamoDB: throttled");
    f->now += S(12);
    ui_step(f->ui);
    ui_fixture_golden(f, "header-unreadable-110x10-roles", true);
    ui_fixture_has(f, "● picture 12s old: DynamoDB: throttled");
    ui_fixture_error(f, "");
    hear(f, 0, three);
    ui_fixture_has(f, "● LIVE 3 ingesters");
}

static void silence_of_all_ingesters_is_said(void **state)
{
    struct ui_fixture *f = *state;
    hear(f, 0, none);
    ui_fixture_has(f, "● LIVE lag –"); /* they may be about to speak */
    f->now += S(20);
    hear(f, 0, none);
    ui_fixture_golden(f, "header-no-ingester-110x10-roles", true);
    ui_fixture_has(f, "○ no ingester heard of for 20s");
    hear(f, 0, (const int64_t[]){0, -1});
    ui_fixture_has(f, "● LIVE 1 ingester");
    f->now += S(40); /* in the last minute, but not in the last beats */
    hear(f, 0, (const int64_t[]){40000, -1});
    ui_fixture_has(f, "○ no ingester heard of for 40s");
    f->now += S(60);
    hear(f, 0, none);
    ui_fixture_has(f, "○ no ingester heard of for 1:40");
}

static void hear_on_demand(struct ui_fixture *f, int64_t heard, size_t always)
{
    struct note *note = note_new(NOTE_HEALTH);
    struct store_health *health = &note->health;
    *health = (struct store_health){.read_at = f->now, .on_demand = true, .heard = f->now - heard};
    health->newest_write = f->now - heard;
    health->beat = arena_zero(&note->arena, 8 * sizeof(*health->beat));
    for (; health->beats < 2 + always; health->beats++)
        health->beat[health->beats] =
            (struct store_beat){.at = f->now - heard, .on_demand = health->beats < 2};
    if (heard > MINUTE_MS)
        health->beats = 0;
    assert_true(queue_try_push(f->inbox.queue, note));
    ui_step(f->ui);
}

static void who_runs_on_demand_may_be_silent(void **state)
{
    struct ui_fixture *f = *state;
    hear_on_demand(f, S(2), 0);
    ui_fixture_has(f, "● LIVE on demand lag");
    hear_on_demand(f, S(20), 0);
    ui_fixture_has(f, "● LIVE on demand, last write 20s ago");
    f->now += S(3600);
    hear_on_demand(f, S(3600), 0);
    ui_fixture_has(f, "● LIVE on demand, last write 1:00:00 ago");
    hear_on_demand(f, S(2), 3);
    ui_fixture_has(f, "● LIVE 3 ingesters");
    f->now += S(12);
    ui_step(f->ui);
    ui_fixture_has(f, "○ picture 12s old"); /* what is wrong is said all the same */
}

static void last_words_are_no_sign_of_life(void **state)
{
    struct ui_fixture *f = *state;
    struct note *note = note_new(NOTE_HEALTH);
    note->health.read_at = f->now;
    note->health.beat = arena_zero(&note->arena, sizeof(*note->health.beat));
    note->health.beat[0] = (struct store_beat){.writer = "a", .at = f->now, .stopping = true};
    note->health.beats = 1;
    assert_true(queue_try_push(f->inbox.queue, note));
    ui_step(f->ui);
    ui_fixture_has(f, "● LIVE lag –");
    f->now += S(15);
    hear(f, 0, none);
    ui_fixture_has(f, "○ no ingester heard of for 15s");
}

static void the_own_pipeline_needs_no_other(void **state)
{
    struct ui_fixture *f = *state;
    f->only_looks = false;
    hear(f, 0, none);
    f->now += S(40);
    hear(f, 0, none);
    ui_fixture_has(f, "● LIVE lag 0.4s");
    hear(f, 0, (const int64_t[]){0, -1}); /* that is us */
    ui_fixture_lacks(f, "ingester");
    hear(f, 0, three);
    ui_fixture_has(f, "● LIVE 3 ingesters lag 0.4s");
    f->now += S(5);
    ui_step(f->ui);
    ui_fixture_has(f, "○ picture 5s old");
}

static void a_pause_does_not_make_the_picture_old(void **state)
{
    struct ui_fixture *f = *state;
    hear(f, 0, three);
    ui_fixture_keys(f, "p");
    f->now += S(30);
    hear(f, 0, three);
    ui_fixture_has(f, "PAUSED");
    ui_fixture_lacks(f, "picture");
    ui_fixture_keys(f, "p");
    ui_fixture_has(f, "● LIVE 3 ingesters");
}

static void narrow_headers_keep_the_state(void **state)
{
    struct ui_fixture *f = *state;
    hear(f, 0, three);
    f->now += S(12);
    ui_resize(f->ui, 10, 40);
    ui_step(f->ui);
    ui_fixture_has(f, "○ picture 12s old");
}

#define HEADER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        HEADER(a_fresh_picture_is_live_and_names_the_ingesters),
        HEADER(an_old_picture_says_how_old),
        HEADER(a_store_that_takes_nothing_says_why),
        HEADER(a_table_without_a_feed_says_how_often_it_is_read),
        HEADER(a_store_that_cannot_be_read_says_why_and_since_when),
        HEADER(silence_of_all_ingesters_is_said),
        HEADER(who_runs_on_demand_may_be_silent),
        HEADER(last_words_are_no_sign_of_life),
        HEADER(the_own_pipeline_needs_no_other),
        HEADER(a_pause_does_not_make_the_picture_old),
        HEADER(narrow_headers_keep_the_state),
    };
    log_set_stderr(false);
    return cmocka_run_group_tests_name("screen: the header", tests, NULL, NULL);
}
