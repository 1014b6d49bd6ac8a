/*
 * The screen's model under load: 100,000 rows, 5,000 changes a second in frames of 1/20 s. What a
 * frame costs, from the notes to the order and the tiles, and what a row weighs, all in.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/rng.h"
#include "contactwatch/view.h"
#include "support/bench.h"
#include "support/live_fixture.h"

enum { ROWS = 100000, FRAMES = 600, CHANGES = 250, QUEUES = 40, AGENTS = 800 };
static const int64_t start = INT64_C(1767268800000);

struct centre {
    struct rng rng;
    char (*id)[37];
    char queue[QUEUES][96], agent[AGENTS][96];
};

static struct centre *make_centre(void)
{
    struct centre *centre = mem_zero(sizeof(*centre));
    rng_seed(&centre->rng, 42);
    centre->id = mem_alloc(ROWS * sizeof(*centre->id));
    for (size_t i = 0; i < ROWS; i++)
        rng_uuid(&centre->rng, centre->id[i]);
    static const char base[] = "arn:aws:connect:eu-west-2:111122223333:instance/"
                               "5e11c0de-0000-4000-8000-0000000000aa";
    char uuid[37];
    for (size_t i = 0; i < QUEUES; i++) {
        rng_uuid(&centre->rng, uuid);
        snprintf(centre->queue[i], sizeof(centre->queue[i]), "%.48s/queue/%s", base, uuid);
    }
    for (size_t i = 0; i < AGENTS; i++) {
        rng_uuid(&centre->rng, uuid);
        snprintf(centre->agent[i], sizeof(centre->agent[i]), "%.48s/agent/%s", base, uuid);
    }
    return centre;
}

/* A contact in a random state: a third in a flow, a third queued, the rest with an agent. */
static void make_record(struct centre *centre, struct record *record, size_t number, int64_t now)
{
    struct rng *rng = &centre->rng;
    char phone[16];
    snprintf(phone, sizeof(phone), "+4420%07u", rng_below(rng, 10000000));
    struct test_leg leg = {.id = centre->id[number],
                           .customer = phone,
                           .stamp = now,
                           .channel = rng_chance(rng, 0.7) ? "VOICE" : "CHAT",
                           .queue = centre->queue[rng_below(rng, QUEUES)],
                           .agent = centre->agent[rng_below(rng, AGENTS)],
                           .attribute = "account",
                           .value = phone,
                           .flow = "Main IVR",
                           .block = "PlayPrompt"};
    leg.start = now - (int64_t)rng_below(rng, 600000);
    leg.flow_at = leg.start + 100;
    if (rng_chance(rng, 0.66))
        leg.enqueued = leg.start + (int64_t)rng_below(rng, 60000);
    if (leg.enqueued && rng_chance(rng, 0.5))
        leg.agent_at = leg.enqueued + (int64_t)rng_below(rng, 120000);
    test_record(record, &leg);
}

static struct note *make_note(struct centre *centre, size_t first, size_t count, bool random,
                              int64_t now)
{
    struct note *note = note_new(NOTE_RECORDS);
    note->record = mem_zero(count * sizeof(*note->record));
    note->records = count;
    for (size_t i = 0; i < count; i++)
        make_record(centre, &note->record[i], random ? rng_below(&centre->rng, ROWS) : first + i,
                    now);
    return note;
}

struct frame_times {
    double all[FRAMES], apply[FRAMES], refresh[FRAMES], tiles[FRAMES];
};

static void run_frames(struct centre *centre, struct live *live, struct view *view,
                       struct frame_times *times)
{
    int64_t now = start;
    for (int i = 0; i < FRAMES; i++) {
        now += 50;
        struct note *note = make_note(centre, 0, CHANGES, true, now);
        int64_t mark = bench_cpu_ns(), first = mark;
        live_apply(live, note, now);
        if (now % 1000 == 0)
            live_tick(live, now);
        times->apply[i] = bench_cpu_ms(&mark);
        view_refresh(view, now);
        times->refresh[i] = bench_cpu_ms(&mark);
        live_tiles(live, now);
        times->tiles[i] = bench_cpu_ms(&mark);
        times->all[i] = (double)(mark - first) / 1e6;
        note_free(note);
    }
}

static void print(const char *title, const char *what, double *times, double bar)
{
    char name[80];
    snprintf(name, sizeof(name), "live, %s: %s, p99", title, what);
    bench_figure(name, bench_percentile(times, FRAMES, 99), "ms",
                 bar > 0 ? BENCH_AT_MOST : BENCH_NO_BAR, bar);
}

static void measure(struct centre *centre, struct live *live, const char *title, const char *filter,
                    enum column_id sort)
{
    char name[80];
    struct view view;
    struct frame_times *times = mem_zero(sizeof(*times));
    view_init(&view, live);
    view_set_filter(&view, filter_parse(filter, NULL));
    view_set_sort(&view, (int)sort, true);
    int64_t mark = bench_cpu_ns();
    view_refresh(&view, start);
    snprintf(name, sizeof(name), "live, %s: first order of %zu rows", title, view.count);
    bench_figure(name, bench_cpu_ms(&mark), "ms", BENCH_AT_MOST, 16);
    run_frames(centre, live, &view, times);
    print(title, "frame without drawing", times->all, 16);
    print(title, "  250 changes applied", times->apply, 0);
    print(title, "  order", times->refresh, 0);
    print(title, "  tiles", times->tiles, 0);
    view_free(&view);
    free(times);
}

int main(void)
{
    struct centre *centre = make_centre();
    const struct live_config config = {.utc = 1};
    size_t before = mallinfo2().uordblks;
    struct live *live = live_new(&config);
    double loading = 0;
    for (size_t i = 0; i < ROWS; i += 1000) {
        struct note *note = make_note(centre, i, 1000, false, start);
        int64_t mark = bench_cpu_ns();
        live_apply(live, note, start);
        loading += bench_cpu_ms(&mark);
        note_free(note);
    }
    struct view view;
    view_init(&view, live);
    view_refresh(&view, start);
    size_t bytes = mallinfo2().uordblks + mallinfo2().hblkhd - before;
    bench_figure("live: memory a row, stints and view included",
                 (double)bytes / (double)live_count(live), "B", BENCH_AT_MOST, 1024);
    bench_figure("live: a row made", loading * 1000 / (double)ROWS, "us", BENCH_NO_BAR, 0);
    view_free(&view);
    measure(centre, live, "by IN STATE", "", COLUMN_IN_STATE);
    measure(centre, live, "by TOTAL", "", COLUMN_TOTAL);
    measure(centre, live, "by QUEUE, filter wait>60", "wait>60", COLUMN_QUEUE);
    live_free(live);
    free(centre->id);
    free(centre);
    return 0;
}
