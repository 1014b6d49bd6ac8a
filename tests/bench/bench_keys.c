/*
 * The screen's own loop on a real pseudo-terminal, 140x40: 100,000 rows, 5,000 changes a second
 * from another thread, keys at random moments. How long from the key's bytes to the first bytes
 * that answer it; whether every change arrived though dialogs were open; what a row weighs.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "contactwatch/rng.h"
#include "contactwatch/ui.h"
#include "support/bench.h"
#include "support/live_fixture.h"

enum {
    ROWS = 100000,
    LOAD = 512,
    CHANGES_A_SECOND = 5000,
    NOTE_RECORDS_EACH = 25,
    KEYS = 720,
    PATIENCE_MS = 2000,
};

static struct {
    struct inbox inbox;
    struct live *live;
    struct ui *ui;
    int master, terminal;
    int64_t newest[ROWS]; /* of each row, as last posted; the producer's */
    _Atomic int64_t key_ns, answer_ns, sent;
    _Atomic bool done;
    uint64_t posted;
} bench;

static void pause_ms(double ms)
{
    long ns = (long)(ms * 1e6);
    struct timespec time = {ns / 1000000000, ns % 1000000000};
    nanosleep(&time, NULL);
}

static void make_record(struct rng *rng, struct record *record, size_t number, int64_t now)
{
    test_any_record(rng, record, number, now);
    bench.newest[number] = record->last[LOGTYPE_CONTACT];
}

static struct note *make_note(struct rng *rng, size_t first, size_t count, bool any)
{
    struct note *note = note_new(NOTE_RECORDS);
    int64_t now = clock_now(NULL);
    note->record = mem_zero(count * sizeof(*note->record));
    note->records = count;
    for (size_t i = 0; i < count; i++)
        make_record(rng, &note->record[i], any ? rng_below(rng, ROWS) : first + i, now);
    return note;
}

static void *produce(void *context)
{
    struct rng *rng = context;
    int64_t begin = monotonic_ns();
    while (!atomic_load(&bench.done)) {
        int64_t passed = monotonic_ns() - begin;
        while ((int64_t)bench.posted * INT64_C(1000000000) / CHANGES_A_SECOND < passed) {
            queue_push(bench.inbox.queue, make_note(rng, 0, NOTE_RECORDS_EACH, true));
            bench.posted += NOTE_RECORDS_EACH;
        }
        pause_ms(5);
    }
    return NULL;
}

/* The person's terminal: takes what the screen sends. */
static void *drain(void *context)
{
    char chunk[65536];
    (void)context;
    for (ssize_t n; (n = read(bench.master, chunk, sizeof(chunk))) > 0;) {
        int64_t now = monotonic_ns();
        atomic_fetch_add(&bench.sent, n);
        if (atomic_exchange(&bench.key_ns, 0))
            atomic_store(&bench.answer_ns, now);
    }
    return NULL;
}

static void *run(void *context)
{
    ui_run(context);
    return NULL;
}

/* ms from the key to the first bytes behind it. */
static double press(const char *key)
{
    int64_t begin = monotonic_ns(), answer = 0;
    atomic_store(&bench.answer_ns, 0);
    atomic_store(&bench.key_ns, begin);
    if (write(bench.master, key, strlen(key)) < 0)
        return PATIENCE_MS;
    while (!(answer = atomic_load(&bench.answer_ns)))
        if (monotonic_ns() - begin > PATIENCE_MS * INT64_C(1000000))
            return PATIENCE_MS;
        else
            pause_ms(0.2);
    return (double)(answer - begin) / 1e6;
}

/* Moving, another order, help and back, a filter typed and cleared, the order released in between.
 */
static const char *const script[] = {
    "j", "j",    "\033[6~", "j", "k", "G",  "g",       "j", "?", "\033", "\033[6~", "j",
    "s", "j",    "\r",      "/", "w", "a",  "i",       "t", ">", "6",    "0",       "\r",
    "j", "\033", "s",       "j", "j", "\r", "\033[6~", "j", "j", "k",    "\033[5~", "k",
};

/* Returns how many of the times are in ms; Esc is told from an arrow by waiting, so it is not among
 * them. */
static size_t type_keys(struct rng *rng, double *ms)
{
    size_t count = 0;
    for (size_t i = 0; i < KEYS; i++) {
        const char *key = script[i % ARRAY_SIZE(script)];
        double took = press(key);
        if (key[0] != '\033' || key[1])
            ms[count++] = took;
        /* A dialog stays open for a while; Esc alone is told from an arrow by time. */
        pause_ms(i % ARRAY_SIZE(script) == 8 ? 600 : 10 + rng_below(rng, 60));
    }
    return count;
}

static size_t rows_behind(void)
{
    size_t behind = 0;
    char id[40];
    for (size_t i = 0; i < ROWS; i++) {
        snprintf(id, sizeof(id), "%08zx-0000-4000-8000-%012zu", i * 2654435761U & 0xffffffff, i);
        const struct row *row = live_find(bench.live, id);
        behind += !row || row->newest < bench.newest[i];
    }
    return behind;
}

static double resident_bytes(void)
{
    long size = 0, pages = 0;
    char line[128] = "", *rest;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fgets(line, sizeof(line), file)) {
        size = strtol(line, &rest, 10);
        pages = strtol(rest, NULL, 10);
    }
    if (file)
        fclose(file);
    return size ? (double)pages * (double)sysconf(_SC_PAGESIZE) : 0;
}

static void fill(struct rng *rng)
{
    struct note *warm = make_note(rng, 0, LOAD, false);
    note_free(warm);
    double before = resident_bytes();
    for (size_t i = 0; i < ROWS; i += LOAD) {
        struct note *note = make_note(rng, i, i + LOAD < ROWS ? LOAD : ROWS - i, false);
        live_apply(bench.live, note, clock_now(NULL));
        note_free(note);
    }
    bench_figure("live row: resident memory", (resident_bytes() - before) / ROWS, "B",
                 BENCH_AT_MOST, 1024);
}

static bool open_terminal(void)
{
    const struct winsize size = {.ws_row = 40, .ws_col = 140};
    bench.master = posix_openpt(O_RDWR | O_NOCTTY);
    if (bench.master < 0 || grantpt(bench.master) || unlockpt(bench.master))
        return false;
    bench.terminal = open(ptsname(bench.master), O_RDWR | O_NOCTTY);
    return bench.terminal >= 0 && ioctl(bench.terminal, TIOCSWINSZ, &size) == 0;
}

static bool open_screen(void)
{
    struct err err = {""};
    const struct ui_options options = {.title = "bench",
                                       .path = "bench",
                                       .colours = 256,
                                       .utc = true,
                                       .in = fdopen(dup(bench.terminal), "r"),
                                       .out = fdopen(dup(bench.terminal), "w"),
                                       .term = "xterm-256color"};
    bench.ui = ui_new(bench.live, &bench.inbox, NULL, &options, &err);
    if (!bench.ui)
        fprintf(stderr, "bench_keys: %s\n", err.text);
    return bench.ui != NULL;
}

static void under_load(struct rng *rng)
{
    static double ms[KEYS];
    pthread_t producer, reader, screen;
    struct rng another = *rng;
    pthread_create(&reader, NULL, drain, NULL);
    pthread_create(&screen, NULL, run, bench.ui);
    pause_ms(500);
    pthread_create(&producer, NULL, produce, rng);
    int64_t mark = monotonic_ns();
    int64_t sent = atomic_load(&bench.sent);
    size_t keys = type_keys(&another, ms);
    double seconds = bench_wall_ms(&mark) / 1000;
    sent = atomic_load(&bench.sent) - sent;
    atomic_store(&bench.done, true);
    pthread_join(producer, NULL);
    while (queue_count(bench.inbox.queue))
        pause_ms(5);
    ui_quit(bench.ui);
    pthread_join(screen, NULL);
    bench_figure("100,000 rows: changes a second meanwhile", (double)bench.posted / seconds, "/s",
                 BENCH_AT_LEAST, CHANGES_A_SECOND * 0.95);
    bench_figure("100,000 rows: key to screen, p50", bench_percentile(ms, keys, 50), "ms",
                 BENCH_NO_BAR, 0);
    bench_figure("100,000 rows: key to screen, p99", bench_percentile(ms, keys, 99), "ms",
                 BENCH_AT_MOST, 16);
    bench_figure("100,000 rows: sent", (double)sent / seconds / 1000, "KB/s", BENCH_NO_BAR, 0);
    ui_step(bench.ui);
    bench_figure("rows that missed a change, dialogs open meanwhile", (double)rows_behind(), "rows",
                 BENCH_AT_MOST, 0);
    ui_free(bench.ui);
    close(bench.terminal);
}

int main(void)
{
    struct rng rng;
    const struct live_config config = {.utc = 1};
    rng_seed(&rng, 42);
    setenv("LC_ALL", "C.UTF-8", 1);
    bench.live = live_new(&config);
    bench.inbox.queue = queue_new(256);
    fill(&rng);
    queue_push(bench.inbox.queue, note_new(NOTE_LOADED));
    if (!open_terminal() || !open_screen())
        return 1;
    under_load(&rng);
    live_free(bench.live);
    queue_free(bench.inbox.queue, (void (*)(void *))note_free);
    return 0;
}
