/* The pipeline under a thousand schedules of splits, repeats, failures and sizes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "support/pipeline_fixture.h"

static void random_schedule(struct pipeline *f, uint64_t seed)
{
    struct rng rng;
    struct buf body = {0};
    rng_seed(&rng, seed);
    unsigned events = 1 + rng_below(&rng, 60), contacts = 1 + rng_below(&rng, 12);
    for (unsigned i = 0; i < events || body.length;) {
        if (i < events)
            fake_line(&body, i % contacts, i, i);
        if (rng_chance(&rng, 0.2))
            fake_line(&body, i / 2 % contacts, i / 2, i / 2);
        i += i < events;
        if (i == events || rng_chance(&rng, 0.3)) {
            fake_source_add(&f->source, body.data, body.length);
            if (rng_chance(&rng, 0.2))
                fake_source_add(&f->source, body.data, body.length);
            buf_clear(&body);
        }
    }
    buf_free(&body);
    fake_store_free(&f->store);
    fake_store_init(&f->store, seed);
    f->store.fail_next = rng_chance(&rng, 0.2) ? 1 : 0;
    f->store.retry_share = rng_chance(&rng, 0.1) ? 0.3 : 0;
    f->source.errors = rng_chance(&rng, 0.2) ? 1 : 0;
    f->source.a_receive = 1 + rng_below(&rng, 5);
    f->options.writers = 1 + rng_below(&rng, 3);
    f->options.batch_events = 1 + rng_below(&rng, 40);
    f->options.in_flight_bytes = 1000 + rng_below(&rng, 100000);
    struct metrics_view view = pipeline_run(f);
    if (f->store.entries != events || view.count[METRIC_STORED] != events ||
        view.count[METRIC_EVENTS] != events + view.count[METRIC_DUPLICATES] ||
        fake_source_with_fate(&f->source, FATE_DONE) != f->source.count)
        fail_msg("seed %llu: %u of %u events stored", (unsigned long long)seed, f->store.entries,
                 events);
}

static void no_schedule_loses_or_doubles_anything(void **state)
{
    (void)state;
    printf("seeds 1 to 1000\n");
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        void *fixture;
        pipeline_setup(&fixture);
        random_schedule(fixture, seed);
        pipeline_teardown(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_schedule_loses_or_doubles_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
