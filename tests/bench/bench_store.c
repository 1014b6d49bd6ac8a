/* The SQLite store alone: entries joined per second, a long history read, and the start of a full
 * screen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/bench.h"
#include "support/store_fixture.h"

enum {
    CONTACTS = 20000,
    ACTIVE = 400, /* contacts that a batch is about */
    BATCH_ENTRIES = 4096,
    BATCHES = 120,
    LIVE_CONTACTS = 100000,
    LONG_HISTORY = 5000,
    RUNS = 5,
};

/* A flow log line as Amazon Connect writes them, by its size: about 550 bytes. */
static void add_line(struct batch *batch, const char *id, int64_t time, unsigned n)
{
    struct event event = fixture_flow(batch, id, time, n, n % 2 == 0 ? MARK_ATTRIBUTE : 0);
    struct entry *entry = &event.entry;
    entry->body = arena_printf(&batch->arena, "{\"n\":%u,\"text\":\"%0480d\"}", n, 7);
    entry->length = (uint32_t)strlen(entry->body);
    batch_add(batch, &event);
}

static void fill(struct batch *batch, unsigned number)
{
    batch_clear(batch);
    unsigned first = number * (ACTIVE / 8) % CONTACTS;
    for (unsigned i = 0; i < BATCH_ENTRIES; i++) {
        const char *id = fixture_id(&batch->arena, first + i % ACTIVE);
        if (i < ACTIVE) {
            struct event event =
                fixture_contact(batch, id, LIFECYCLE_INITIATED, FIXTURE_START + number);
            batch_add(batch, &event);
        } else {
            add_line(batch, id, FIXTURE_START + number * SECOND_MS + i, number * BATCH_ENTRIES + i);
        }
    }
}

static void bench_apply(struct store *store)
{
    struct batch *batch = mem_zero(sizeof(*batch));
    double spent = 0;
    unsigned entries = 0;
    for (unsigned number = 0; number < BATCHES; number++) {
        fill(batch, number);
        int64_t start = monotonic_ns();
        batch_store(store, batch);
        spent += bench_wall_ms(&start);
        entries += BATCH_ENTRIES;
    }
    bench_figure("store: apply, durable", entries * 1e3 / spent, "entries/s", BENCH_AT_LEAST,
                 100000);
    batch_free(batch);
    free(batch);
}

static void bench_get(struct store *store)
{
    struct batch *batch = mem_zero(sizeof(*batch));
    for (unsigned i = 0; i < LONG_HISTORY; i++) {
        add_line(batch, "long", FIXTURE_START + i, i);
        if (i % 100 == 99) {
            batch_store(store, batch);
            batch_clear(batch);
        }
    }
    double spent[RUNS];
    for (size_t run = 0; run < RUNS; run++) {
        struct arena arena = {0};
        struct history history = {0};
        struct record record;
        bool found;
        int64_t start = monotonic_ns();
        store_get(store, "long", &arena, &record, &history, &found, NULL);
        spent[run] = bench_wall_ms(&start);
        if (!found || history.count != LONG_HISTORY)
            abort();
        record_free(&record);
        history_free(&history);
        arena_free(&arena);
    }
    bench_figure("store: get 5,000 entries", bench_median(spent, RUNS), "ms", BENCH_AT_MOST, 20);
    batch_free(batch);
    free(batch);
}

static bool count_record(void *context, const struct record *record)
{
    size_t *count = context;
    *count += record->contact_id != NULL;
    return true;
}

static bool count_entry(void *context, const char *contact_id, const struct entry *entry)
{
    (void)context;
    return contact_id && entry->marks;
}

static void fill_live(struct store *store)
{
    struct batch *batch = mem_zero(sizeof(*batch));
    for (unsigned i = 0; i < LIVE_CONTACTS; i++) {
        const char *id = fixture_id(&batch->arena, i);
        struct event event = fixture_contact(batch, id, LIFECYCLE_QUEUED, FIXTURE_START + i);
        event.contact.queue_info =
            "{\"queueArn\":\"arn:aws:connect:eu-central-1:1:instance/i/queue/q\"}";
        event.contact.initial_id = "11111111-2222-4333-8444-555555555555";
        batch_add(batch, &event);
        for (unsigned k = 0; k < 6; k++)
            add_line(batch, id, FIXTURE_START + i + k, i * 16 + k);
        if (batch->count == BATCH_CONTACTS || i + 1 == LIVE_CONTACTS) {
            batch_store(store, batch);
            batch_clear(batch);
        }
    }
    batch_free(batch);
    free(batch);
}

static void bench_live(const char *path, const struct store_options *options)
{
    struct store *store = store_open(path, options, NULL);
    fill_live(store);
    store_close(store);
    double spent[RUNS];
    for (int marked = 0; marked < 2; marked++) {
        for (size_t run = 0; run < RUNS; run++) {
            size_t count = 0;
            struct store_cursor cursor;
            const struct store_visit visit = {
                .context = &count, .record = count_record, .entry = marked ? count_entry : NULL};
            int64_t start = monotonic_ns();
            store = store_open(path, options, NULL);
            store->ops->live(store, FIXTURE_START, &visit, &cursor, NULL);
            spent[run] = bench_wall_ms(&start);
            store_close(store);
            if (count < LIVE_CONTACTS)
                abort();
        }
        if (marked)
            bench_figure("store: live, 100,000 records and 600,000 marked entries",
                         bench_median(spent, RUNS), "ms", BENCH_NO_BAR, 0);
        else
            bench_figure("store: live, 100,000 records", bench_median(spent, RUNS), "ms",
                         BENCH_AT_MOST, 350);
    }
}

static int64_t bench_now(void *context)
{
    (void)context;
    return FIXTURE_START + HOUR_MS;
}

static struct store *open_in(char *path, size_t size, const char *folder, const char *name,
                             const struct store_options *options)
{
    struct err err = {0};
    snprintf(path, size, "%s/%s", folder, name);
    struct store *store = store_open(path, options, &err);
    if (!store) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    return store;
}

int main(void)
{
    char folder[] = "bench-store-XXXXXX", path[64], other[64], side[80];
    const struct clock clock = {bench_now, NULL};
    const struct store_options options = {.clock = &clock};
    if (!mkdtemp(folder))
        return 1;
    struct store *store = open_in(path, sizeof(path), folder, "apply", &options);
    bench_apply(store);
    bench_get(store);
    store_close(store);
    store_close(open_in(other, sizeof(other), folder, "live", &options));
    bench_live(other, &options);
    const char *const names[] = {path, other};
    static const char *const suffix[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        for (size_t k = 0; k < ARRAY_SIZE(suffix); k++) {
            snprintf(side, sizeof(side), "%s%s", names[i], suffix[k]);
            unlink(side);
        }
    rmdir(folder);
    return 0;
}
