/* Several pipelines into one SQLite store: whatever the split, the order and the repeats, it is
 * what one pass gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contactwatch/rng.h"
#include "support/feed_file.h"
#include "support/store_fixture.h"

enum { PIPELINES = 3, ROUNDS = 12, CONTACTS = 6, LINES_MAX = 256 };

struct lines {
    struct buf line[LINES_MAX];
    size_t count;
};

static struct buf *new_line(struct lines *lines)
{
    assert_true(lines->count < LINES_MAX);
    return &lines->line[lines->count++];
}

static void make_lines(struct lines *lines, struct rng *rng)
{
    static const char *const life[] = {"INITIATED",          "QUEUED",
                                       "CONNECTED_TO_AGENT", "CONTACT_DATA_UPDATED",
                                       "DISCONNECTED",       "COMPLETED"};
    static const char *const block[] = {"PlayPrompt", "SetAttributes", "CreateCallback",
                                        "InvokeExternalResource"};
    for (unsigned c = 0; c < CONTACTS; c++) {
        char id[16], first[16];
        snprintf(id, sizeof(id), "c-%u", c);
        snprintf(first, sizeof(first), "c-%u", c / 2 * 2);
        for (unsigned i = 0; i < ARRAY_SIZE(life); i++)
            if (rng_chance(rng, 0.8))
                feed_contact(new_line(lines), id, life[i], c % 2 ? first : NULL,
                             rng_below(rng, 20));
        for (unsigned i = rng_below(rng, 25); i > 0; i--)
            feed_flow(new_line(lines), id, block[rng_below(rng, 4)], rng_below(rng, 4),
                      rng_below(rng, 20));
    }
}

static void free_lines(struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        buf_free(&lines->line[i]);
}

/* Each line goes to at least one of the feeds, in an order of its own, some to several, some twice.
 */
static void split(const struct lines *lines, struct buf *feed, struct rng *rng)
{
    size_t order[LINES_MAX];
    for (size_t i = 0; i < lines->count; i++)
        order[i] = i;
    for (size_t i = lines->count; i > 1; i--) {
        size_t j = rng_below(rng, (uint32_t)i), swap = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swap;
    }
    for (size_t i = 0; i < lines->count; i++) {
        const struct buf *line = &lines->line[order[i]];
        for (unsigned copies = 1 + rng_below(rng, 3); copies > 0; copies--) {
            struct buf *to = &feed[rng_below(rng, PIPELINES)];
            buf_add(to, line->data, line->length);
        }
    }
}

static void write_text(const char *path, const struct buf *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(buf_str(text), 1, text->length, file), text->length);
    fclose(file);
}

static void ingest_at_once(const struct feed_folder *folder, const struct buf *feed,
                           struct rng *rng)
{
    struct ingest *ingest[PIPELINES];
    struct err err = {""};
    char path[PIPELINES][128];
    for (int i = 0; i < PIPELINES; i++) {
        snprintf(path[i], sizeof(path[i]), "%s.%d", folder->feed, i);
        write_text(path[i], &feed[i]);
        struct source *source = source_open(path[i], &(struct source_options){0}, &err);
        assert_non_null(source);
        struct ingest_options options = {
            .store_spec = folder->store, .batch_events = 1 + rng_below(rng, 20), .backoff_ms = 1};
        ingest[i] = ingest_start(source, &options, &err);
        if (!ingest[i])
            fail_msg("%s", err.text);
    }
    for (int i = 0; i < PIPELINES; i++) {
        if (!ingest_wait(ingest[i], &err))
            fail_msg("%s", err.text);
        ingest_free(ingest[i]);
        unlink(path[i]);
    }
}

static struct buf dump(const struct feed_folder *folder)
{
    struct err err = {""};
    struct store *store = store_open(folder->store, &(struct store_options){0}, &err);
    if (!store)
        fail_msg("%s", err.text);
    struct buf out = store_dump(store);
    store_close(store);
    return out;
}

static void one_round(uint64_t seed)
{
    struct lines lines = {.count = 0};
    struct buf whole = {0}, feed[PIPELINES] = {{0}};
    struct feed_folder one, many;
    struct rng rng;
    rng_seed(&rng, seed);
    feed_folder_make(&one);
    feed_folder_make(&many);
    make_lines(&lines, &rng);
    for (size_t i = 0; i < lines.count; i++)
        buf_add(&whole, lines.line[i].data, lines.line[i].length);
    feed_ingest(&one, &whole);
    split(&lines, feed, &rng);
    ingest_at_once(&many, feed, &rng);
    struct buf expected = dump(&one), found = dump(&many);
    assert_true(expected.length > 1000);
    if (strcmp(buf_str(&expected), buf_str(&found)) != 0)
        fail_msg("seed %llu: several pipelines and one pass differ", (unsigned long long)seed);
    buf_free(&expected);
    buf_free(&found);
    buf_free(&whole);
    for (int i = 0; i < PIPELINES; i++)
        buf_free(&feed[i]);
    free_lines(&lines);
    feed_folder_remove(&one);
    feed_folder_remove(&many);
}

static void several_pipelines_equal_one_pass(void **state)
{
    (void)state;
    printf("seeds 1 to %d\n", ROUNDS);
    for (uint64_t seed = 1; seed <= ROUNDS; seed++)
        one_round(seed);
}

static void ingesting_twice_adds_nothing(void **state)
{
    (void)state;
    struct lines lines = {.count = 0};
    struct feed_folder folder;
    struct buf whole = {0};
    struct rng rng;
    rng_seed(&rng, 5);
    feed_folder_make(&folder);
    make_lines(&lines, &rng);
    for (size_t i = 0; i < lines.count; i++)
        buf_add(&whole, lines.line[i].data, lines.line[i].length);
    assert_true(feed_ingest(&folder, &whole) > 20);
    struct buf before = dump(&folder);
    assert_int_equal(feed_ingest(&folder, &whole), 0);
    struct buf after = dump(&folder);
    assert_string_equal(before.data, after.data);
    buf_free(&before);
    buf_free(&after);
    buf_free(&whole);
    free_lines(&lines);
    feed_folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_pipelines_equal_one_pass),
        cmocka_unit_test(ingesting_twice_adds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
