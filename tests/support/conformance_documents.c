/* Small named documents, and contacts that are to be forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/rng.h"
#include "store_conformance.h"
#include "store_fixture.h"

static void put(struct store *store, const char *name, const void *data, size_t length)
{
    struct err err = {0};
    if (!store->ops->document_put(store, name, data, length, &err))
        fail_msg("%s", err.text);
}

static int64_t get(struct store *store, const char *name, struct buf *out)
{
    struct err err = {0};
    int64_t written = -1;
    buf_clear(out);
    if (!store->ops->document_get(store, name, out, &written, &err))
        fail_msg("%s", err.text);
    return written;
}

static void a_document_is_found_by_its_name(void **state)
{
    (void)state;
    struct store *store = conformance_open(), *other = conformance_open();
    struct buf out = {0};
    assert_int_equal(get(store, "names", &out), INSTANT_NONE);
    assert_int_equal(out.length, 0);
    put(store, "names", "a\0b", 3);
    put(store, "names/2", "other", 5);
    assert_int_equal(get(other, "names", &out), conformance_now);
    assert_int_equal(out.length, 3);
    assert_memory_equal(out.data, "a\0b", 3);
    assert_int_equal(get(other, "names/3", &out), INSTANT_NONE);
    buf_free(&out);
    store_close(store);
    store_close(other);
}

static void a_document_is_replaced_whole(void **state)
{
    (void)state;
    struct store *store = conformance_open();
    struct buf out = {0};
    int64_t first = conformance_now;
    put(store, "names", "a longer text", 13);
    conformance_now += MINUTE_MS;
    put(store, "names", "short", 5);
    assert_int_equal(get(store, "names", &out), first + MINUTE_MS);
    assert_int_equal(out.length, 5);
    put(store, "names", NULL, 0);
    assert_int_equal(get(store, "names", &out), first + MINUTE_MS);
    assert_int_equal(out.length, 0);
    buf_free(&out);
    store_close(store);
}

/* Random bytes: no packing makes them fit where they would not. */
static void a_large_document_comes_back_whole_and_then_a_small_one(void **state)
{
    enum { LARGE = 1 << 20 };
    (void)state;
    struct store *store = conformance_open();
    struct buf out = {0};
    struct rng rng;
    char *large = mem_alloc(LARGE);
    rng_seed(&rng, conformance_seed());
    for (size_t i = 0; i < LARGE; i++)
        large[i] = (char)rng_below(&rng, 256);
    put(store, "names", large, LARGE);
    get(store, "names", &out);
    assert_int_equal(out.length, LARGE);
    assert_memory_equal(out.data, large, LARGE);
    put(store, "names", "small", 5);
    get(store, "names", &out);
    assert_int_equal(out.length, 5);
    free(large);
    buf_free(&out);
    store_close(store);
}

static void too_large_a_document_is_refused_and_the_old_one_stays(void **state)
{
    (void)state;
    struct store *store = conformance_open();
    struct buf out = {0};
    struct err err = {0};
    char *large = mem_zero(STORE_DOCUMENT_MAX + 1);
    put(store, "names", "old", 3);
    assert_false(store->ops->document_put(store, "names", large, STORE_DOCUMENT_MAX + 1, &err));
    assert_non_null(strstr(err.text, "larger than 4 MiB"));
    get(store, "names", &out);
    assert_int_equal(out.length, 3);
    free(large);
    buf_free(&out);
    store_close(store);
}

static void documents_are_no_contacts(void **state)
{
    (void)state;
    struct store *store = conformance_open();
    struct seen seen = {0};
    struct store_visit visit = seen_visit(&seen);
    struct store_cursor cursor = {0};
    put(store, "names", "a", 1);
    assert_true(store->ops->all(store, &visit, NULL));
    assert_true(store->ops->live(store, 0, &visit, &cursor, NULL));
    assert_int_equal(seen.record_count, 0);
    seen_clear(&seen);
    store_close(store);
}

static void add(struct batch *batch, const char *id, unsigned entries, const char *root)
{
    for (unsigned n = 0; n < entries; n++) {
        struct event event = fixture_flow(batch, id, FIXTURE_START + n, n, n % 2 ? MARK_ERROR : 0);
        batch_add(batch, &event);
    }
    struct event event = fixture_contact(batch, id, LIFECYCLE_QUEUED, FIXTURE_START);
    event.contact.customer_id = "+49171";
    event.contact.initial_id = root;
    batch_add(batch, &event);
}

static unsigned forget(struct store *store, const char *id)
{
    struct err err = {0};
    unsigned removed = 99;
    if (!store->ops->forget(store, id, &removed, &err))
        fail_msg("%s", err.text);
    return removed;
}

static void count_all(struct store *store, size_t wanted)
{
    struct seen seen = {0};
    struct store_visit visit = seen_visit(&seen);
    struct err err = {0};
    assert_true(store->ops->all(store, &visit, &err));
    assert_int_equal(seen.record_count, wanted);
    seen_clear(&seen);
    assert_true(store->ops->by_customer(store, "+49171", &visit, &err));
    assert_int_equal(seen.record_count, wanted);
    seen_clear(&seen);
    assert_true(store->ops->by_chain(store, "root", &visit, &err));
    assert_int_equal(seen.record_count, wanted);
    seen_clear(&seen);
}

static void a_forgotten_contact_is_nowhere_and_the_others_stay(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    add(batch, "a", 5, "root");
    add(batch, "b", 5, "root");
    batch_store(store, batch);
    assert_true(forget(store, "a") >= 1);
    assert_int_equal(forget(store, "a"), 0);
    assert_int_equal(forget(store, "nobody"), 0);
    struct got a = conformance_get(store, "a"), b = conformance_get(store, "b");
    assert_false(a.found);
    assert_int_equal(a.history.count, 0);
    assert_true(b.found);
    assert_int_equal(b.history.count, 6);
    got_free(&a);
    got_free(&b);
    count_all(store, 1);
    conformance_expect_live(store, 0, "b\n");
    store_close(store);
}

static void a_forgotten_contact_may_come_again(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    add(batch, "a", 3, NULL);
    batch_store(store, batch);
    forget(store, "a");
    batch_clear(batch);
    add(batch, "a", 1, NULL);
    assert_int_equal(batch_store(store, batch), 2);
    struct got got = conformance_get(store, "a");
    assert_true(got.found);
    assert_int_equal(got.history.count, 2);
    got_free(&got);
    store_close(store);
}

static void expired_contacts_can_be_forgotten_too(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    add(batch, "a", 3, NULL);
    batch_store(store, batch);
    conformance_now += 400 * DAY_MS;
    assert_true(forget(store, "a") >= 1);
    store_close(store);
}

static void forgetting_leaves_agents_and_documents(void **state)
{
    struct batch *batch = *state;
    struct store *store = conformance_open();
    struct buf out = {0};
    put(store, "a", "text", 4);
    add(batch, "a", 1, NULL);
    batch_store(store, batch);
    forget(store, "a");
    get(store, "a", &out);
    assert_int_equal(out.length, 4);
    buf_free(&out);
    store_close(store);
}

int conformance_documents(void)
{
    static const struct CMUnitTest tests[] = {
        CONFORMANCE(a_document_is_found_by_its_name),
        CONFORMANCE(a_document_is_replaced_whole),
        CONFORMANCE(a_large_document_comes_back_whole_and_then_a_small_one),
        CONFORMANCE(too_large_a_document_is_refused_and_the_old_one_stays),
        CONFORMANCE(documents_are_no_contacts),
    };
    return cmocka_run_group_tests_name("store: documents", tests, NULL, NULL);
}

int conformance_forget(void)
{
    static const struct CMUnitTest tests[] = {
        CONFORMANCE(a_forgotten_contact_is_nowhere_and_the_others_stay),
        CONFORMANCE(a_forgotten_contact_may_come_again),
        CONFORMANCE(expired_contacts_can_be_forgotten_too),
        CONFORMANCE(forgetting_leaves_agents_and_documents),
    };
    return cmocka_run_group_tests_name("store: forget", tests, NULL, NULL);
}
