/* The join's laws over random sets of events. A failure prints the seed: run again with
 * CONTACTWATCH_SEED=that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/json.h"
#include "contactwatch/record.h"
#include "support/event_sets.h"
#include "support/make_event.h"

enum { ROUNDS = 400, PARTS_MAX = 8 };

static uint64_t first_seed(void)
{
    const char *given = getenv("CONTACTWATCH_SEED");
    return given ? strtoull(given, NULL, 10) : 20230110;
}

static char *canonical(const struct record *record)
{
    struct buf out = {0};
    record_write(&out, record, RECORD_CANONICAL);
    return buf_take(&out);
}

static void check_same(const struct record *a, const struct record *b, uint64_t seed,
                       const char *law)
{
    char *x = canonical(a), *y = canonical(b);
    if (strcmp(x, y) != 0)
        fail_msg("seed %llu: %s\n%s\n%s", (unsigned long long)seed, law, x, y);
    free(x);
    free(y);
}

static struct record fold(const struct event_set *set)
{
    return make_record(set->contact_id, set->event, set->count);
}

/* Writes the record and puts what is read back in its place. */
static void through_json(struct record *record)
{
    struct arena arena = {0};
    struct buf out = {0};
    struct err err = {""};
    struct record back = {0};
    record_write(&out, record, RECORD_STORED);
    const cJSON *item = json_parse(&arena, out.data, out.length, &err);
    if (!item || !record_read(&back, &arena, item, NULL, &err))
        fail_msg("%s: %s", err.text, out.data);
    record_free(record);
    *record = back;
    buf_free(&out);
    arena_free(&arena);
}

struct round {
    uint64_t seed;
    struct rng rng;
    struct arena arena;
    struct event_set set;
    struct record whole;
};

static void each_round(void (*check)(struct round *round))
{
    uint64_t first = first_seed();
    struct round *round = mem_zero(sizeof(*round));
    for (uint64_t seed = first; seed < first + ROUNDS; seed++) {
        round->seed = seed;
        rng_seed(&round->rng, seed);
        event_set_make(&round->set, &round->arena, &round->rng);
        round->whole = fold(&round->set);
        check(round);
        record_free(&round->whole);
        arena_reset(&round->arena);
    }
    arena_free(&round->arena);
    free(round);
}

static void check_order_and_repetition(struct round *round)
{
    for (int i = 0; i < 5; i++) {
        event_set_shuffle(&round->set, &round->rng);
        if (i == 2)
            event_set_repeat(&round->set, &round->rng);
        struct record other = fold(&round->set);
        check_same(&round->whole, &other, round->seed, "order or repetition shows");
        record_free(&other);
    }
}

static void order_and_repetition_do_not_show(void **state)
{
    (void)state;
    each_round(check_order_and_repetition);
}

/* Deals the events out to parts, some to several, then merges random pairs until one is left. */
static void check_split(struct round *round, bool by_json)
{
    struct record part[PARTS_MAX];
    uint32_t parts = 1 + rng_below(&round->rng, PARTS_MAX);
    event_set_shuffle(&round->set, &round->rng);
    event_set_repeat(&round->set, &round->rng);
    for (uint32_t i = 0; i < parts; i++)
        record_init(&part[i], round->set.contact_id);
    for (size_t i = 0; i < round->set.count; i++)
        record_apply(&part[rng_below(&round->rng, parts)], &round->set.event[i]);
    for (; parts > 1; parts--) {
        uint32_t into = rng_below(&round->rng, parts - 1);
        if (by_json && rng_chance(&round->rng, 0.5))
            through_json(&part[into]);
        if (by_json && rng_chance(&round->rng, 0.5))
            through_json(&part[parts - 1]);
        record_join(&part[into], &part[parts - 1]);
        record_free(&part[parts - 1]);
    }
    check_same(&round->whole, &part[0], round->seed,
               by_json ? "a split through JSON shows" : "a split shows");
    record_free(&part[0]);
}

static void check_split_in_memory(struct round *round)
{
    check_split(round, false);
}

static void check_split_through_json(struct round *round)
{
    check_split(round, true);
}

static void splits_merged_back_do_not_show(void **state)
{
    (void)state;
    each_round(check_split_in_memory);
}

static void splits_through_json_do_not_show(void **state)
{
    (void)state;
    each_round(check_split_through_json);
}

/* Also: what apply and join return. False from apply means no byte changed; join's answer is exact.
 */
static void check_apply_is_join(struct round *round)
{
    struct record applied, joined;
    record_init(&applied, round->set.contact_id);
    record_init(&joined, round->set.contact_id);
    event_set_shuffle(&round->set, &round->rng);
    event_set_repeat(&round->set, &round->rng);
    for (size_t i = 0; i < round->set.count; i++) {
        struct record one = make_record(round->set.contact_id, &round->set.event[i], 1);
        char *before = canonical(&joined);
        bool apply_says = record_apply(&applied, &round->set.event[i]);
        bool join_says = record_join(&joined, &one);
        char *after = canonical(&joined);
        bool changed = strcmp(before, after) != 0;
        if (join_says != changed || (changed && !apply_says))
            fail_msg("seed %llu: changed %d, apply says %d, join says %d",
                     (unsigned long long)round->seed, changed, apply_says, join_says);
        check_same(&applied, &joined, round->seed, "apply is not the join with one event");
        free(before);
        free(after);
        record_free(&one);
    }
    record_free(&applied);
    record_free(&joined);
}

static void applying_is_joining_one_event(void **state)
{
    (void)state;
    each_round(check_apply_is_join);
}

static struct record joined(const struct record *a, const struct record *b)
{
    struct record out;
    record_copy(&out, a);
    record_join(&out, b);
    return out;
}

static struct record some_of(struct round *round)
{
    struct record out;
    record_init(&out, round->set.contact_id);
    for (size_t i = 0; i < round->set.count; i++)
        if (rng_chance(&round->rng, 0.4))
            record_apply(&out, &round->set.event[i]);
    out.version = (int64_t)rng_below(&round->rng, 9);
    out.updated_at = (int64_t)rng_below(&round->rng, 9);
    out.expiry = (int64_t)rng_below(&round->rng, 9);
    out.last_receipt = (int64_t)rng_below(&round->rng, 9);
    return out;
}

static bool same_observed(const struct record *a, const struct record *b)
{
    return a->version == b->version && a->updated_at == b->updated_at && a->expiry == b->expiry &&
           a->last_receipt == b->last_receipt;
}

static void check_laws(struct round *round)
{
    struct record a = some_of(round), b = some_of(round), c = some_of(round);
    struct record ab = joined(&a, &b), ba = joined(&b, &a), bc = joined(&b, &c);
    struct record ab_c = joined(&ab, &c), a_bc = joined(&a, &bc), aa = joined(&a, &a);
    check_same(&ab, &ba, round->seed, "not commutative");
    check_same(&ab_c, &a_bc, round->seed, "not associative");
    check_same(&a, &aa, round->seed, "not idempotent");
    assert_true(same_observed(&ab, &ba) && same_observed(&ab_c, &a_bc) && same_observed(&a, &aa));
    assert_false(record_join(&ab_c, &b));
    struct record *all[] = {&a, &b, &c, &ab, &ba, &bc, &ab_c, &a_bc, &aa};
    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        record_free(all[i]);
}

static void join_is_commutative_associative_idempotent(void **state)
{
    (void)state;
    each_round(check_laws);
}

static void check_round_trip(struct round *round)
{
    struct record record = some_of(round);
    struct buf before = {0}, after = {0};
    record_write(&before, &record, RECORD_STORED);
    through_json(&record);
    record_write(&after, &record, RECORD_STORED);
    assert_string_equal(before.data, after.data);
    buf_free(&before);
    buf_free(&after);
    record_free(&record);
}

static void json_round_trips_to_the_byte(void **state)
{
    (void)state;
    each_round(check_round_trip);
}

int main(void)
{
    printf("CONTACTWATCH_SEED=%llu\n", (unsigned long long)first_seed());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_and_repetition_do_not_show),
        cmocka_unit_test(splits_merged_back_do_not_show),
        cmocka_unit_test(splits_through_json_do_not_show),
        cmocka_unit_test(applying_is_joining_one_event),
        cmocka_unit_test(join_is_commutative_associative_idempotent),
        cmocka_unit_test(json_round_trips_to_the_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
