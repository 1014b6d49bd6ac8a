/*
 * Contacts ingested, expired, archived by the command and by the function, in any order and at the
 * same time, with late events: store and archive together always have the fold of all that came,
 * and in the end the archive has it alone. SEED chooses another course.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/log.h"
#include "support/expired_fixture.h"
#include "support/sqlite_file.h"

enum { WRITERS = 2, STEPS = 120, ROUNDS = 3 };

struct course {
    struct expired *e;
    struct rng rng;
    struct store *writer[WRITERS], *from, *hands;
    struct sample ingested[64]; /* what came of each so far */
    size_t given[64];
    bool streams; /* the store's service removes what has expired, and tells */
};

static struct store *open_one(struct course *c)
{
    const struct store_options options = {.clock = &expired_clock, .retention_ms = HOUR_MS};
    struct err err = {""};
    struct store *store = c->streams ? expired_store(NULL) : sqlite_file_open(&options, &err);
    if (!store)
        fail_msg("%s", err.text);
    return store;
}

static size_t some(struct course *c)
{
    return rng_below(&c->rng, (uint32_t)c->e->samples.count);
}

/* A few events of a contact, as they come or some that came before. */
static void ingest_some(struct course *c)
{
    size_t which = some(c);
    const struct sample *sample = &c->e->samples.item[which];
    struct sample *so_far = &c->ingested[which];
    struct store *writer = c->writer[rng_below(&c->rng, WRITERS)];
    for (unsigned count = 1 + rng_below(&c->rng, 12); count; count--) {
        bool again = c->given[which] == sample->count || rng_chance(&c->rng, 0.2);
        if (again && !so_far->count)
            break;
        struct event *event = again ? so_far->event[rng_below(&c->rng, (uint32_t)so_far->count)]
                                    : sample->event[c->given[which]++];
        batch_add(&c->e->batch, event);
        if (!again) {
            mem_grow(so_far->event, so_far->count, so_far->capacity);
            so_far->event[so_far->count++] = event;
        }
    }
    if (c->e->batch.count)
        batch_store(writer, &c->e->batch);
    batch_clear(&c->e->batch);
}

struct listed {
    char *id[64];
    size_t count;
};

static bool list(void *context, const struct record *record)
{
    struct listed *listed = context;
    assert_true(listed->count < ARRAY_SIZE(listed->id));
    listed->id[listed->count++] = mem_strdup(record->contact_id);
    return true;
}

/* TTL removes some of what has expired. */
static void expire_some(struct course *c, double share)
{
    struct listed listed = {.count = 0};
    const struct store_visit visit = {.context = &listed, .record = list};
    assert_true(c->from->ops->expired(c->from, &visit, NULL));
    for (size_t i = 0; i < listed.count; i++) {
        if (rng_chance(&c->rng, share))
            stream_ttl(c->e, listed.id[i]);
        free(listed.id[i]);
    }
}

static void deliver(struct course *c)
{
    for (unsigned times = 1 + rng_below(&c->rng, 2); times; times--) {
        assert_true(stream_send(c->e));
        assert_int_equal(c->e->reported, 0);
    }
    stream_clear(c->e);
}

/* Now and then it dies behind one of its steps. */
static bool take(void *context, const struct record *record)
{
    struct course *c = context;
    struct err err = {""};
    struct arena arena = {0};
    struct history history = {0};
    unsigned removed;
    bool good = true;
    if (rng_chance(&c->rng, 0.2))
        good = c->hands->ops->history(c->hands, record->contact_id, &arena, &history, &err) &&
               archive_put(c->e->archive, record, &history, &err);
    else
        good = archive_take(c->e->archive, c->hands, record, NULL, &removed, &err);
    if (!good)
        fail_msg("%s", err.text);
    history_free(&history);
    arena_free(&arena);
    return rng_chance(&c->rng, 0.9);
}

static void archive_some(struct course *c)
{
    const struct store_visit visit = {.context = c, .record = take};
    struct err err = {""};
    if (!c->from->ops->expired(c->from, &visit, &err))
        fail_msg("%s", err.text);
}

static void step(struct course *c)
{
    double what = rng_unit(&c->rng);
    if (what < 0.6)
        ingest_some(c);
    else if (what < 0.75)
        expired_now += (int64_t)rng_below(&c->rng, 30) * HOUR_MS;
    else if (what < 0.85)
        archive_some(c);
    else if (c->streams && what < 0.95)
        expire_some(c, 0.5);
    else if (c->streams)
        deliver(c);
}

struct whole {
    struct record *into;
    const char *id;
};
static bool join_expired(void *context, const struct record *record)
{
    struct whole *whole = context;
    if (strcmp(record->contact_id, whole->id) == 0)
        record_join(whole->into, record);
    return true;
}

/* Of a contact: the archive's document, the store's record, expired or not, and its entries. */
static char *everything_of(struct course *c, const char *id)
{
    struct arena arena = {0};
    struct record record, living;
    struct history history = {0};
    struct buf out = {0};
    bool found = false, lives = false;
    struct archive *archive = archive_fixture_open(c->e->place, false); /* it knows all days */
    assert_true(archive_get(archive, id, &arena, &record, &history, &found, NULL));
    archive_close(archive);
    if (!found)
        record_init(&record, id);
    struct whole whole = {&record, id};
    const struct store_visit visit = {.context = &whole, .record = join_expired};
    assert_true(c->from->ops->expired(c->from, &visit, NULL));
    assert_true(store_get(c->from, id, &arena, &living, NULL, &lives, NULL));
    assert_true(c->from->ops->history(c->from, id, &arena, &history, NULL));
    if (lives) {
        record_join(&record, &living);
        record_free(&living);
    }
    history_sort(&history);
    record_write_item(&out, &record, &history, RECORD_CANONICAL);
    record_free(&record);
    history_free(&history);
    arena_free(&arena);
    return buf_take(&out);
}

static void compare(struct course *c)
{
    for (size_t i = 0; i < c->e->samples.count; i++) {
        struct sample *so_far = &c->ingested[i];
        so_far->contact_id = c->e->samples.item[i].contact_id;
        char *wanted = expired_wanted(so_far), *got = everything_of(c, so_far->contact_id);
        expired_same(got, wanted);
        free(wanted);
        free(got);
    }
}

static void run(struct course *c)
{
    assert_true(c->e->samples.count <= ARRAY_SIZE(c->ingested));
    rng_seed(&c->rng, archive_seed() + c->streams);
    c->e->archive = archive_fixture_open(c->e->place, true);
    c->from = open_one(c);
    c->hands = open_one(c);
    for (size_t i = 0; i < WRITERS; i++)
        c->writer[i] = open_one(c);
    for (size_t i = 0; i < ROUNDS * STEPS; i++) {
        step(c);
        if (i % STEPS == STEPS - 1) {
            if (c->streams)
                deliver(c);
            compare(c);
        }
    }
    expired_pass();
    while (c->streams && rng_chance(&c->rng, 0.5))
        expire_some(c, 0.5), deliver(c);
    for (size_t i = 0; i < 50; i++)
        archive_some(c);
    compare(c);
    for (size_t i = 0; i < c->e->samples.count; i++) {
        if (c->ingested[i].count) {
            char *wanted = expired_wanted(&c->ingested[i]);
            char *got = expired_archived(c->e, c->ingested[i].contact_id);
            expired_same(got, wanted);
            free(wanted);
            free(got);
        }
        free(c->ingested[i].event);
    }
    store_close(c->from);
    store_close(c->hands);
    for (size_t i = 0; i < WRITERS; i++)
        store_close(c->writer[i]);
}

static void tables_and_archive_have_it_all(void **state)
{
    struct course course = {.e = *state, .streams = true};
    run(&course);
    assert_int_equal(fake_aws_items(fixture_fake, FIXTURE_TABLE), 1);
}

static void file_and_archive_have_it_all(void **state)
{
    struct course course = {.e = *state};
    sqlite_file_fresh();
    run(&course);
    sqlite_file_sound();
}

static int begin(void **state)
{
    return sqlite_file_begin() ? dynamodb_fixture_begin(state) : -1;
}

static int end(void **state)
{
    sqlite_file_end();
    return dynamodb_fixture_end(state);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        EXPIRED_TEST(tables_and_archive_have_it_all),
        EXPIRED_TEST(file_and_archive_have_it_all),
    };
    log_set_level(LOG_WARNING);
    return cmocka_run_group_tests(tests, begin, end);
}
