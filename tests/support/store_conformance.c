#include "store_conformance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store_fixture.h"

const struct store_factory *conformance_factory;
int64_t conformance_now;

static int64_t tell_now(void *context)
{
    (void)context;
    return conformance_now;
}

static struct store *try_open(bool read_only)
{
    static const struct clock clock = {tell_now, NULL};
    const struct store_options options = {
        .clock = &clock, .retention_ms = HOUR_MS, .read_only = read_only};
    struct err err = {0};
    struct store *store = conformance_factory->open(&options, &err);
    if (!store)
        print_error("%s\n", err.text);
    return store;
}

struct store *conformance_try_open(void)
{
    return try_open(false);
}

struct store *conformance_open(void)
{
    struct store *store = try_open(false);
    assert_non_null(store);
    return store;
}

struct store *conformance_look(void)
{
    struct store *store = try_open(true);
    assert_non_null(store);
    return store;
}

uint64_t conformance_seed(void)
{
    const char *text = getenv("SEED");
    uint64_t seed = text ? strtoull(text, NULL, 10) : 20231114;
    print_message("SEED=%llu\n", (unsigned long long)seed);
    return seed;
}

static bool see_record(void *context, const struct record *record)
{
    struct seen *seen = context;
    buf_printf(&seen->records, "%s\n", record->contact_id);
    seen->record_count++;
    return seen->record_count != seen->stop_after;
}

static bool see_entry(void *context, const char *contact_id, const struct entry *entry)
{
    struct seen *seen = context;
    buf_printf(&seen->entries, "%s %.*s\n", contact_id, (int)entry->length, entry->body);
    seen->entry_count++;
    return true;
}

struct store_visit seen_visit(struct seen *seen)
{
    return (struct store_visit){.context = seen, .record = see_record, .entry = see_entry};
}

void seen_clear(struct seen *seen)
{
    buf_free(&seen->records);
    buf_free(&seen->entries);
    *seen = (struct seen){0};
}

static int by_line(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void seen_sort(struct buf *lines)
{
    char *text = buf_take(lines), **line = NULL;
    size_t count = 0, capacity = 0;
    for (char *at = text, *end; (end = strchr(at, '\n')); at = end + 1) {
        *end = '\0';
        mem_grow(line, count, capacity);
        line[count++] = at;
    }
    if (count)
        qsort(line, count, sizeof(*line), by_line);
    for (size_t i = 0; i < count; i++)
        buf_printf(lines, "%s\n", line[i]);
    free(line);
    free(text);
}

void conformance_expect_live(struct store *store, int64_t since, const char *wanted)
{
    struct seen seen = {0};
    struct store_visit visit = seen_visit(&seen);
    struct store_cursor cursor;
    assert_true(store->ops->live(store, since, &visit, &cursor, NULL));
    seen_sort(&seen.records);
    assert_string_equal(buf_str(&seen.records), wanted);
    seen_clear(&seen);
}

struct got conformance_get(struct store *store, const char *id)
{
    struct got got = {0};
    struct err err = {0};
    if (!store_get(store, id, &got.arena, &got.record, &got.history, &got.found, &err))
        fail_msg("%s", err.text);
    return got;
}

void got_free(struct got *got)
{
    if (got->found)
        record_free(&got->record);
    history_free(&got->history);
    arena_free(&got->arena);
}

int conformance_setup(void **state)
{
    conformance_now = FIXTURE_START + HOUR_MS;
    conformance_factory->fresh();
    *state = mem_zero(sizeof(struct batch));
    return 0;
}

int conformance_teardown(void **state)
{
    batch_free(*state);
    free(*state);
    if (conformance_factory->sound)
        conformance_factory->sound();
    return 0;
}

int store_conformance(const struct store_factory *factory)
{
    conformance_factory = factory;
    return conformance_records() + conformance_limits() + conformance_readers() +
           conformance_expiry() + conformance_changes() + conformance_writers() +
           conformance_agents() + conformance_documents() + conformance_forget() +
           conformance_archive();
}
