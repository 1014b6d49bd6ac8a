#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/instant.h"
#include "contactwatch/map.h"
#include "contactwatch/mem.h"
#include "contactwatch/queue.h"
#include "contactwatch/rng.h"

static void instants_are_parsed_not_compared(void **state)
{
    (void)state;
    int64_t a, b;
    assert_true(instant_parse("2023-01-10T16:33:41Z", &a));
    assert_true(instant_parse("2023-01-10T16:33:41.999Z", &b));
    assert_true(a < b); /* as text it sorts behind: defect 7 of the original */
    assert_int_equal(b - a, 999);
    assert_true(instant_parse("2023-01-10T17:33:41+01:00", &b));
    assert_int_equal(a, b);
    char text[INSTANT_TEXT];
    instant_format(a, text);
    assert_string_equal(text, "2023-01-10T16:33:41.000Z");
}

static void odd_instants_are_refused(void **state)
{
    (void)state;
    int64_t ms;
    static const char *const bad[] = {"",           "2017-11-09T12:17.898Z", "2023-02-30T00:00:00Z",
                                      "2023-01-10", "2023-01-10T25:00:00Z",  "2023-01-10T16:33:41",
                                      "x",          "2023-01-10T16:33:41Zx"};
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_false(instant_parse(bad[i], &ms));
    assert_int_equal(instant_or_none("1970-01-01T00:00:00.001Z"), INSTANT_NONE);
}

static void instants_round_trip(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 7);
    for (int i = 0; i < 20000; i++) {
        int64_t ms = INSTANT_SENTINEL_BEFORE + (int64_t)(rng_next(&rng) % UINT64_C(2800000000000)),
                back;
        char text[INSTANT_TEXT];
        instant_format(ms, text);
        assert_true(instant_parse(text, &back));
        assert_true(ms == back);
    }
}

static void durations(void **state)
{
    (void)state;
    int64_t ms;
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {{"90", 90000},        {"90s", 90000}, {"1m30s", 90000}, {"3:12", 192000},
                {"1:02:03", 3723000}, {"250ms", 250}, {"2h", 7200000}};
    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        assert_true(duration_parse(good[i].text, &ms));
        assert_true(ms == good[i].ms);
    }
    static const char *const bad[] = {"", "x", "3:", ":3", "3:60", "1m30", "1:2:3:4", "-5", "3:1"};
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_false(duration_parse(bad[i], &ms));
    char text[DURATION_TEXT];
    duration_format(-3000, text);
    assert_string_equal(text, "0:00");
    duration_format(3723000, text);
    assert_string_equal(text, "1:02:03");
}

static void map_against_a_model(void **state)
{
    (void)state;
    enum { KEYS = 500 };
    struct map map = {0};
    uintptr_t model[KEYS] = {0};
    struct rng rng;
    rng_seed(&rng, 11);
    for (int i = 0; i < 50000; i++) {
        uint32_t k = rng_below(&rng, KEYS);
        char key[16];
        snprintf(key, sizeof(key), "key-%u", k);
        if (rng_chance(&rng, 0.4)) {
            assert_true((uintptr_t)map_remove(&map, key) == model[k]);
            model[k] = 0;
        } else {
            uintptr_t value = (uintptr_t)i + 1;
            assert_true((uintptr_t)map_set(&map, key, (void *)value) == model[k]);
            model[k] = value;
        }
        assert_true((uintptr_t)map_get(&map, key) == model[k]);
    }
    size_t live = 0;
    for (size_t k = 0; k < KEYS; k++)
        live += model[k] != 0;
    assert_int_equal(map.count, live);
    map_free(&map, NULL);
}

static void buffers_keep_their_cap(void **state)
{
    (void)state;
    struct buf buf = {.max = 10};
    buf_text(&buf, "0123456789");
    assert_false(buf.full);
    buf_char(&buf, 'x');
    assert_true(buf.full);
    assert_string_equal(buf_str(&buf), "0123456789");
    buf_free(&buf);
}

static void queue_hands_over_in_order(void **state)
{
    (void)state;
    struct queue *queue = queue_new(3);
    int item[4];
    for (int i = 0; i < 3; i++)
        assert_true(queue_try_push(queue, &item[i]));
    assert_false(queue_try_push(queue, &item[3]));
    assert_ptr_equal(queue_pop(queue, 0), &item[0]);
    queue_close(queue);
    assert_false(queue_push(queue, &item[3]));
    assert_ptr_equal(queue_pop(queue, -1), &item[1]);
    assert_ptr_equal(queue_pop(queue, -1), &item[2]);
    assert_null(queue_pop(queue, -1));
    queue_free(queue, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instants_are_parsed_not_compared),
        cmocka_unit_test(odd_instants_are_refused),
        cmocka_unit_test(instants_round_trip),
        cmocka_unit_test(durations),
        cmocka_unit_test(map_against_a_model),
        cmocka_unit_test(buffers_keep_their_cap),
        cmocka_unit_test(queue_hands_over_in_order),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
