/*
 * The whole screen under load, 140x40: 100,000 rows, 5,000 changes a second in frames of 1/20 s.
 * What a frame costs from the notes to the bytes sent, and a key. Then what a quiet screen sends
 * while its clocks tick.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "contactwatch/rng.h"
#include "support/ui_fixture.h"

enum { ROWS = 100000, FRAMES = 400, CHANGES = 250, LOAD = 1000 };

static void make_record(struct rng *rng, struct record *record, size_t number, int64_t now)
{
    char id[40], phone[16];
    snprintf(id, sizeof(id), "%08zx-0000-4000-8000-%012zu", number * 2654435761U & 0xffffffff,
             number);
    snprintf(phone, sizeof(phone), "+4420%07u", rng_below(rng, 10000000));
    struct test_leg leg = {.id = id, .customer = phone, .stamp = now, .flow = "Main IVR"};
    leg.start = now - (int64_t)rng_below(rng, 600000);
    leg.flow_at = leg.start + 100;
    if (rng_chance(rng, 0.66))
        leg.enqueued = leg.start + (int64_t)rng_below(rng, 60000);
    if (leg.enqueued && rng_chance(rng, 0.5))
        leg.agent_at = leg.enqueued + (int64_t)rng_below(rng, 120000);
    test_record(record, &leg);
}

static void push(struct ui_fixture *f, struct rng *rng, size_t first, size_t count, bool any)
{
    struct note *note = note_new(NOTE_RECORDS);
    note->record = mem_zero(count * sizeof(*note->record));
    note->records = count;
    for (size_t i = 0; i < count; i++)
        make_record(rng, &note->record[i], any ? rng_below(rng, ROWS) : first + i, f->now);
    queue_push(f->inbox.queue, note);
}

static int64_t cpu_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (int64_t)ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static int compare_doubles(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static void print(const char *what, double *ms)
{
    qsort(ms, FRAMES, sizeof(*ms), compare_doubles);
    printf("  %-24s p50 %6.2f ms  p99 %6.2f ms  max %6.2f ms  (bar: 16 ms p99)\n", what,
           ms[FRAMES / 2], ms[FRAMES * 99 / 100], ms[FRAMES - 1]);
}

static double one_frame(struct ui_fixture *f, struct rng *rng)
{
    f->now += 50;
    push(f, rng, 0, CHANGES, true);
    int64_t mark = cpu_ns();
    ui_step(f->ui);
    return (double)(cpu_ns() - mark) / 1e6;
}

static void under_load(const char *title, const char *filter, const char *sort)
{
    static double frame[FRAMES], key[FRAMES];
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
        f.now += i % 50 ? 0 : 6000; /* the order is let go at times */
        one_frame(&f, &rng);
        int64_t mark = cpu_ns();
        ui_press(f.ui, i % 2 ? "PgDn" : "k");
        key[i] = (double)(cpu_ns() - mark) / 1e6;
    }
    printf("%s, %zu rows\n", title, live_count(f.live));
    print("frame with 250 changes", frame);
    print("key", key);
    ui_fixture_close(&f);
}

static void ticking(int colours, long bar)
{
    struct ui_fixture f = {0};
    ui_fixture_open(&f, &(struct ui_setup){.rows = 40, .columns = 140, .colours = colours});
    ui_fixture_floor(&f, 60);
    ui_fixture_pass(&f, 3);
    long before = ui_fixture_sent(&f);
    ui_fixture_pass(&f, 60);
    printf("ticking in %d colours: %ld B/s  (bar: %ld)\n", colours,
           (ui_fixture_sent(&f) - before) / 60, bar);
    ui_fixture_close(&f);
}

int main(void)
{
    under_load("screen by IN STATE", NULL, NULL);
    under_load("screen by QUEUE, filter wait>60", "wait>60", "queue");
    ticking(0, 800);
    ticking(256, 1500);
    return 0;
}
