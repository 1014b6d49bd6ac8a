/* Several writers at once, and writers that die. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "contactwatch/map.h"
#include "store_conformance.h"
#include "store_fixture.h"

enum { CONTACTS = 30, EVENTS = 80, BATCHES = 24, WRITERS = 3, KILLS = 12, ENDLESS = 1 << 20 };

/* Batch `number` of the feed of this seed; batches overlap in contacts and repeat some events. */
static void make_batch(struct batch *batch, uint64_t seed, unsigned number)
{
    struct rng rng;
    batch_clear(batch);
    rng_seed(&rng, seed + number);
    batch_random(batch, &rng, CONTACTS, EVENTS);
    if (number > 0 && number % 3 == 0) {
        rng_seed(&rng, seed + number - 1); /* the batch before, delivered again with this one */
        batch_random(batch, &rng, CONTACTS, EVENTS);
    }
}

static struct buf one_writers_dump(struct batch *batch, uint64_t seed, unsigned batches)
{
    struct store *store = conformance_open();
    for (unsigned i = 0; i < batches; i++) {
        make_batch(batch, seed, i);
        batch_store(store, batch);
    }
    struct buf dump = store_dump(store);
    store_close(store);
    return dump;
}

static void two_connections_converge_to_what_one_writes(void **state)
{
    struct batch *batch = *state;
    uint64_t seed = conformance_seed();
    struct buf wanted = one_writers_dump(batch, seed, BATCHES);
    conformance_factory->fresh();
    struct store *store[] = {conformance_open(), conformance_open()};
    struct rng rng;
    unsigned order[BATCHES];
    rng_seed(&rng, seed);
    for (unsigned i = 0; i < BATCHES; i++) {
        unsigned at = rng_below(&rng, i + 1);
        order[i] = order[at];
        order[at] = i;
    }
    for (unsigned i = 0; i < BATCHES; i++) {
        make_batch(batch, seed, order[i]);
        batch_store(store[rng_below(&rng, 2)], batch);
    }
    struct buf dump = store_dump(store[0]);
    assert_string_equal(dump.data, wanted.data);
    buf_free(&dump);
    buf_free(&wanted);
    store_close(store[0]);
    store_close(store[1]);
}

/* In a child: batches first, first + step … below end; a byte to `acknowledge` after each. Never
 * returns. */
static void write_and_exit(uint64_t seed, unsigned first, unsigned step, unsigned end,
                           int acknowledge)
{
    struct store *store = conformance_try_open();
    struct batch *batch = mem_zero(sizeof(*batch));
    if (!store)
        _exit(1);
    for (unsigned i = first; i < end; i += step) {
        make_batch(batch, seed, i);
        while (!store_apply(store, batch->change, batch->count, NULL))
            ;
        for (size_t k = 0; k < batch->count; k++)
            if (batch->change[k].outcome != STORE_STORED)
                _exit(1);
        if (acknowledge >= 0 && write(acknowledge, "k", 1) != 1)
            _exit(1);
    }
    batch_free(batch);
    free(batch);
    store_close(store);
    _exit(0);
}

static void processes_that_write_at_once_lose_nothing(void **state)
{
    struct batch *batch = *state;
    uint64_t seed = conformance_seed();
    struct buf wanted = one_writers_dump(batch, seed, BATCHES);
    conformance_factory->fresh();
    pid_t child[WRITERS];
    for (unsigned i = 0; i < WRITERS; i++) {
        child[i] = fork();
        assert_true(child[i] >= 0);
        if (child[i] == 0)
            write_and_exit(seed, i, WRITERS, BATCHES, -1);
    }
    for (unsigned i = 0; i < WRITERS; i++) {
        int status;
        assert_int_equal(waitpid(child[i], &status, 0), child[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    struct store *store = conformance_open();
    struct buf dump = store_dump(store);
    assert_string_equal(dump.data, wanted.data);
    buf_free(&dump);
    buf_free(&wanted);
    store_close(store);
}

/* Lets a child write, kills it somewhere behind `least` acknowledgements, and tells how many it had
 * given. */
static unsigned kill_a_writer(uint64_t seed, unsigned first, unsigned least, unsigned spin)
{
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        write_and_exit(seed, first, 1, ENDLESS, ends[1]);
    }
    close(ends[1]);
    unsigned acknowledged = 0;
    while (acknowledged < least && read(ends[0], &byte, 1) == 1)
        acknowledged++;
    for (volatile unsigned i = 0; i < spin; i++) /* somewhere in the middle of a batch */
        ;
    kill(child, SIGKILL);
    while (read(ends[0], &byte, 1) == 1)
        acknowledged++;
    close(ends[0]);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_true(acknowledged >= least);
    return acknowledged;
}

/* Adds the batch's entries to those known; counts per contact how many were not. */
static void learn(struct map *known, const struct batch *batch, unsigned unknown[BATCH_CONTACTS])
{
    struct buf key = {0};
    for (size_t i = 0; i < batch->count; i++) {
        unknown[i] = 0;
        for (size_t k = 0; k < batch->history[i].count; k++) {
            buf_clear(&key);
            buf_printf(&key, "%s ", batch->delta[i].contact_id);
            for (size_t n = 0; n < sizeof(struct hash128); n++)
                buf_printf(&key, "%02x", batch->history[i].entry[k].id.byte[n]);
            unknown[i] += map_set(known, key.data, known) == NULL;
        }
    }
    buf_free(&key);
}

/* After a kill: what was acknowledged is there; of the batch under way each contact is there in
 * whole or not at all. */
static void look_and_finish(struct batch *batch, struct map *known, uint64_t seed, unsigned from,
                            unsigned done)
{
    unsigned unknown[BATCH_CONTACTS];
    struct store *store = conformance_open();
    for (unsigned i = from; i < done; i++) {
        make_batch(batch, seed, i);
        learn(known, batch, unknown);
        unsigned fresh = batch_store(store, batch);
        assert_true(fresh == 0 || !conformance_factory->at_hand);
    }
    make_batch(batch, seed, done);
    learn(known, batch, unknown);
    batch_store(store, batch);
    for (size_t i = 0; i < batch->count && conformance_factory->at_hand; i++)
        assert_true(batch->change[i].fresh == 0 || batch->change[i].fresh == unknown[i]);
    store_close(store);
    if (conformance_factory->sound)
        conformance_factory->sound();
}

static void nothing_acknowledged_is_lost_to_a_kill(void **state)
{
    struct batch *batch = *state;
    struct map known = {0};
    uint64_t seed = conformance_seed();
    struct rng rng;
    unsigned done = 0;
    rng_seed(&rng, seed);
    for (unsigned round = 0; round < KILLS; round++) {
        unsigned from = done;
        done += kill_a_writer(seed, done, rng_below(&rng, 6), rng_below(&rng, 4000000));
        look_and_finish(batch, &known, seed, from, done++);
    }
    struct store *store = conformance_open();
    struct buf dump = store_dump(store);
    store_close(store);
    conformance_factory->fresh();
    struct buf wanted = one_writers_dump(batch, seed, done);
    assert_string_equal(dump.data, wanted.data);
    buf_free(&dump);
    buf_free(&wanted);
    map_free(&known, NULL);
}

int conformance_writers(void)
{
    static const struct CMUnitTest tests[] = {
        CONFORMANCE(two_connections_converge_to_what_one_writes),
        CONFORMANCE(processes_that_write_at_once_lose_nothing),
        CONFORMANCE(nothing_acknowledged_is_lost_to_a_kill),
    };
    return cmocka_run_group_tests_name("store: writers", tests, NULL, NULL);
}
