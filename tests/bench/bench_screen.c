/*
 * The whole screen under load, 140x40: 100,000 rows, 5,000 changes a second in frames of 1/20 s.
 * What a frame costs from the notes to the bytes sent, and a key. Then what a quiet screen sends
 * while its clocks tick.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/rng.h"
#include "support/bench.h"
#include "support/ui_fixture.h"

enum { ROWS = 100000, FRAMES = 400, CHANGES = 250, LOAD = 1000 };

static void push(struct ui_fixture *f, struct rng *rng, size_t first, size_t count, bool any)
{
    struct note *note = note_new(NOTE_RECORDS);
    note->record = mem_zero(count * sizeof(*note->record));
    note->records = count;
    for (size_t i = 0; i < count; i++)
        test_any_record(rng, &note->record[i], any ? rng_below(rng, ROWS) : first + i, f->now);
    queue_push(f->inbox.queue, note);
}

static void print(const char *title, const char *what, double *ms)
{
    char name[96];
    snprintf(name, sizeof(name), "screen, %s: %s, p50", title, what);
    bench_figure(name, bench_percentile(ms, FRAMES, 50), "ms", BENCH_NO_BAR, 0);
    snprintf(name, sizeof(name), "screen, %s: %s, p99", title, what);
    bench_figure(name, bench_percentile(ms, FRAMES, 99), "ms", BENCH_AT_MOST, 16);
}

static double one_frame(struct ui_fixture *f, struct rng *rng)
{
    f->now += 50;
    push(f, rng, 0, CHANGES, true);
    int64_t mark = bench_cpu_ns();
    ui_step(f->ui);
    return bench_cpu_ms(&mark);
}

static void under_load(const char *title, const char *filter, const char *sort)
{
    static double frame[FRAMES], key[FRAMES], released[FRAMES];
    size_t releases = 0;
    char name[96];
    struct ui_fixture f = {0};
    struct rng rng;
    rng_seed(&rng, 42);
    ui_fixture_open(
        &f, &(struct ui_setup){
                .rows = 40, .columns = 140, .colours = 256, .filter = filter, .sort = sort});
    for (size_t i = 0; i < ROWS; i += LOAD) {
        push(&f, &rng, i, LOAD, false);
        ui_step(f.ui);
    }
    for (int i = 0; i < FRAMES; i++)
        frame[i] = one_frame(&f, &rng);
    for (int i = 0; i < FRAMES; i++) {
        bool again = i % 50 == 0; /* the order is let go at times */
        f.now += again ? 6000 : 0;
        double ms = one_frame(&f, &rng);
        if (again)
            released[releases++] = ms;
        int64_t mark = bench_cpu_ns();
        ui_press(f.ui, i % 2 ? "PgDn" : "k");
        key[i] = bench_cpu_ms(&mark);
    }
    print(title, "frame with 250 changes", frame);
    print(title, "key handled and drawn", key);
    snprintf(name, sizeof(name), "screen, %s: frame that orders all anew", title);
    bench_figure(name, bench_median(released, releases), "ms", BENCH_AT_MOST, 16);
    ui_fixture_close(&f);
}

static void ticking(const char *what, int colours, double bar)
{
    struct ui_fixture f = {0};
    ui_fixture_open(&f, &(struct ui_setup){.rows = 40, .columns = 140, .colours = colours});
    ui_fixture_floor(&f, 60);
    ui_fixture_pass(&f, 3);
    long before = ui_fixture_sent(&f);
    ui_fixture_pass(&f, 60);
    bench_figure(what, (double)(ui_fixture_sent(&f) - before) / 60 / 1000, "KB/s", BENCH_AT_MOST,
                 bar);
    ui_fixture_close(&f);
}

int main(void)
{
    under_load("by IN STATE", NULL, NULL);
    under_load("by QUEUE, wait>60", "wait>60", "queue");
    ticking("140x40 ticking, mono: sent", 0, 0.8);
    ticking("140x40 ticking, in colour: sent", 256, 1.5);
    return 0;
}
