/* Taking contacts out of a store: who dies on the way, and who else is there. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/expired_fixture.h"

struct walk {
    struct expired *e;
    struct store *store;
    unsigned removed, taken, failed;
};

static bool take(void *context, const struct record *record)
{
    struct walk *w = context;
    struct err err = {""};
    unsigned removed;
    bool good = archive_take(w->e->archive, w->store, record, NULL, &removed, &err);
    w->taken += good;
    w->failed += !good;
    w->removed += removed;
    return true;
}

/* As the command does it. */
static struct walk archive_expired(struct expired *e, struct store *store)
{
    struct walk walk = {.e = e, .store = store};
    const struct store_visit visit = {.context = &walk, .record = take};
    struct err err = {""};
    struct store *from = expired_store(NULL);
    if (!e->archive)
        e->archive = archive_fixture_open(e->place, true);
    if (!from->ops->expired(from, &visit, &err))
        fail_msg("%s", err.text);
    store_close(from);
    return walk;
}

/* A store of which one operation fails, or something happens behind it. */
struct odd_store {
    struct store base;
    struct store_ops ops;
    struct store *inner;
    bool dies_before_removing, dies_after_removing;
    void (*after_history)(void *context);
    void *context;
};

static bool odd_history(struct store *store, const char *contact_id, struct arena *arena,
                        struct history *history, struct err *err)
{
    struct odd_store *odd = (struct odd_store *)store;
    bool good = odd->inner->ops->history(odd->inner, contact_id, arena, history, err);
    if (odd->after_history)
        odd->after_history(odd->context);
    return good;
}

static bool odd_remove(struct store *store, const struct record *record,
                       const struct history *archived, unsigned *removed, struct err *err)
{
    struct odd_store *odd = (struct odd_store *)store;
    if (odd->dies_before_removing)
        return err_set(err, "died before removing");
    bool good = odd->inner->ops->remove(odd->inner, record, archived, removed, err);
    return good && (!odd->dies_after_removing || err_set(err, "died after removing"));
}

static struct store *make_odd(struct odd_store *odd, struct store *inner)
{
    odd->inner = inner;
    odd->ops = *inner->ops;
    odd->ops.history = odd_history;
    odd->ops.remove = odd_remove;
    odd->base.ops = &odd->ops;
    return &odd->base;
}

static void one_that_dies_on_the_way_is_followed_by_one_that_ends_it(void **state)
{
    struct expired *e = *state;
    struct buf whole = {0}, again = {0};
    struct store *store = expired_store(NULL);
    expired_ingest_all(e, 5);
    size_t before = expired_chunks();
    struct odd_store dying = {.dies_before_removing = true};
    struct walk walk = archive_expired(e, make_odd(&dying, store));
    assert_int_equal(walk.failed, e->samples.count);
    assert_int_equal(expired_chunks(), before);
    expired_expect_all(e);
    archive_fixture_dump(e->place, &whole);
    dying = (struct odd_store){.dies_after_removing = true};
    archive_expired(e, make_odd(&dying, store));
    assert_int_equal(expired_chunks(), 0);
    walk = archive_expired(e, store);
    assert_int_equal(walk.taken, 0);
    archive_fixture_dump(e->place, &again);
    assert_string_equal(again.data, whole.data);
    expired_expect_all(e);
    buf_free(&whole);
    buf_free(&again);
    store_close(store);
}

struct archiver {
    pthread_t thread;
    struct walk walk;
    struct store *from;
    bool read;
};

static void *archive_beside(void *context)
{
    struct archiver *a = context;
    const struct store_visit visit = {.context = &a->walk, .record = take};
    a->read = a->from->ops->expired(a->from, &visit, NULL);
    return NULL;
}

static void several_at_once_lose_nothing(void **state)
{
    enum { SEVERAL = 3 };
    struct expired *e = *state, own[SEVERAL];
    struct archiver archiver[SEVERAL];
    expired_ingest_all(e, 5);
    for (size_t i = 0; i < SEVERAL; i++) {
        own[i] = (struct expired){.archive = archive_fixture_open(e->place, true)};
        archiver[i] = (struct archiver){.from = expired_store(NULL),
                                        .walk = {.e = &own[i], .store = expired_store(NULL)}};
    }
    for (size_t i = 0; i < SEVERAL; i++)
        pthread_create(&archiver[i].thread, NULL, archive_beside, &archiver[i]);
    for (size_t i = 0; i < SEVERAL; i++) {
        pthread_join(archiver[i].thread, NULL);
        assert_true(archiver[i].read);
        assert_int_equal(archiver[i].walk.failed, 0);
        archive_close(own[i].archive);
        store_close(archiver[i].from);
        store_close(archiver[i].walk.store);
    }
    assert_int_equal(expired_chunks(), 0);
    assert_int_equal(fake_aws_items(fixture_fake, FIXTURE_TABLE), 1); /* the schema's */
    expired_expect_all(e);
}

/* The last event of a sample comes between reading and removing. */
struct late {
    struct expired *e;
    const struct sample *sample;
    struct store *writer;
    unsigned times;
};

static void late_event(void *context)
{
    struct late *late = context;
    if (late->times++ == 0)
        expired_ingest(late->e, late->writer, late->sample, late->sample->count - 1, 0, 0);
}

static void an_event_between_reading_and_removing_keeps_the_contact(void **state)
{
    struct expired *e = *state;
    const struct sample *sample = &e->samples.item[0];
    struct store *writer = expired_store(NULL), *store = expired_store(NULL);
    struct late late = {.e = e, .sample = sample, .writer = writer};
    struct odd_store odd = {.after_history = late_event, .context = &late};
    expired_ingest(e, writer, sample, 0, sample->count - 1, 5);
    expired_pass();
    size_t before = expired_chunks();
    struct walk walk = archive_expired(e, make_odd(&odd, store));
    assert_int_equal(walk.taken, 1);
    assert_int_equal(walk.removed, 0);
    assert_int_equal(expired_chunks(), before + 1);
    char *wanted = expired_wanted(sample), *got = expired_union(e, store, sample->contact_id);
    expired_same(got, wanted);
    free(got);
    expired_pass();
    walk = archive_expired(e, store);
    assert_int_equal(expired_chunks(), 0);
    expired_expect(e, sample);
    free(wanted);
    store_close(writer);
    store_close(store);
}

/* TTL removed it, an event made it anew: what is gone is archived, the chunks are the living's. */
static void one_that_lives_again_keeps_its_chunks(void **state)
{
    struct expired *e = *state;
    const struct sample *sample = &e->samples.item[0];
    struct store *store = expired_store(NULL);
    expired_ingest(e, store, sample, 0, sample->count - 1, 5);
    expired_pass();
    size_t before = expired_chunks();
    stream_ttl(e, sample->contact_id);
    expired_ingest(e, store, sample, sample->count - 1, 0, 0);
    assert_true(stream_send(e));
    assert_int_equal(e->reported, 0);
    assert_int_equal(expired_chunks(), before + 1);
    char *wanted = expired_wanted(sample), *got = expired_union(e, store, sample->contact_id);
    expired_same(got, wanted);
    expired_pass();
    stream_clear(e);
    stream_ttl(e, sample->contact_id);
    assert_true(stream_send(e));
    assert_int_equal(expired_chunks(), 0);
    expired_expect(e, sample);
    free(wanted);
    free(got);
    store_close(store);
}

/* It was removed and made anew, to the same version, behind the back of a writer that knew the old
 * one: that must not write over what others have stored since. */
static void a_writer_that_knew_the_old_one_joins_with_the_new_one(void **state)
{
    enum { VERSIONS = 4 };
    struct expired *e = *state;
    struct sample sample;
    struct store *knows = expired_store(NULL), *other = expired_store(NULL);
    expired_attributes(e, &sample, 2 * VERSIONS + 1, 0);
    for (size_t i = 0; i < VERSIONS; i++)
        expired_ingest(e, knows, &sample, i, i + 1, 0);
    expired_now += 30 * DAY_MS;
    stream_ttl(e, sample.contact_id);
    assert_true(stream_send(e));
    for (size_t i = VERSIONS; i < 2 * (size_t)VERSIONS; i++)
        expired_ingest(e, other, &sample, i, i + 1, 0);
    expired_ingest(e, knows, &sample, 2 * (size_t)VERSIONS, 0, 0);
    char *wanted = expired_wanted(&sample), *got = expired_union(e, other, sample.contact_id);
    expired_same(got, wanted);
    expired_sample_free(&sample);
    free(wanted);
    free(got);
    store_close(other);
    store_close(knows);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        EXPIRED_TEST(one_that_dies_on_the_way_is_followed_by_one_that_ends_it),
        EXPIRED_TEST(several_at_once_lose_nothing),
        EXPIRED_TEST(an_event_between_reading_and_removing_keeps_the_contact),
        EXPIRED_TEST(one_that_lives_again_keeps_its_chunks),
        EXPIRED_TEST(a_writer_that_knew_the_old_one_joins_with_the_new_one),
    };
    return cmocka_run_group_tests(tests, dynamodb_fixture_begin, dynamodb_fixture_end);
}
