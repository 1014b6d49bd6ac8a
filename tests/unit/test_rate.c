/* The adaptive mode: rates as an SDK computes them from the same answers, and a client that keeps
 * to them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aws/client_internal.h"
#include "support/aws_fixture.h"

/* Answers at these times, of a sender that began at 100 s. A rate of -1 is not looked at. */
static const struct {
    int64_t ms;
    bool throttled;
    double measured, fill;
} course[] = {
    {100090, false, 0.000000, 0.500000},
    {100390, false, -1, -1},
    {100690, false, -1, -1},
    {100780, false, 4.800000, 0.500000},
    {100910, false, -1, -1},
    {101210, false, -1, -1},
    {101410, false, 5.760000, 1.121288},
    {101710, false, -1, -1},
    {101750, false, -1, -1},
    {102050, false, 4.070400, 3.446050},
    {102090, false, -1, -1},
    {102290, false, -1, -1},
    {102420, true, 4.070400, 2.849280},
    {102720, true, 7.214080, 1.994496},
    {102810, false, -1, -1},
    {102900, false, 7.214080, 2.305108},
    {103100, false, -1, -1},
    {103400, false, -1, -1},
    {103700, false, 4.448563, 2.837587},
    {103900, false, -1, -1},
    {104100, false, -1, -1},
    {104190, false, 4.089713, 2.851690},
    {104280, false, -1, -1},
    {104370, false, -1, -1},
    {104670, false, 7.217943, 2.965302},
    {104870, true, 7.217943, 2.075711},
    {104910, false, -1, -1},
    {104950, false, 7.217943, 2.229457},
    {105040, false, -1, -1},
    {105340, false, -1, -1},
    {105380, false, 7.843589, 2.764091},
    {105510, false, -1, -1},
    {105550, false, -1, -1},
    {105680, false, 6.368718, 2.916699},
    {105880, false, -1, -1},
    {106180, false, -1, -1},
    {106380, false, 7.673744, 2.968733},
    {106580, false, -1, -1},
    {106780, false, -1, -1},
    {107080, false, 4.146950, 3.261495},
    {107280, false, -1, -1},
    {107370, false, -1, -1},
    {107500, false, 5.629390, 3.895153},
    {107540, false, -1, -1},
    {107580, true, 5.629390, 2.787368},
    {107670, false, 5.629390, 2.997635},
    {107870, false, -1, -1},
    {107960, false, -1, -1},
    {108090, false, 10.725878, 3.660131},
    {108290, false, -1, -1},
    {108420, false, -1, -1},
    {108620, false, 6.945176, 3.956339},
    {108920, false, -1, -1},
    {109120, false, -1, -1},
    {109420, false, 4.589035, 4.007539},
    {109550, false, -1, -1},
    {109850, false, -1, -1},
    {110150, false, 4.023561, 4.558994},
};

static void rates_follow_the_published_curve(void **state)
{
    (void)state;
    struct rate rate;
    rate_begin(&rate, 100000);
    for (size_t i = 0; i < ARRAY_SIZE(course); i++) {
        rate_observe(&rate, course[i].throttled, course[i].ms);
        assert_int_equal(rate.limited, i >= 12);
        if (course[i].fill < 0)
            continue;
        assert_true(fabs(rate.measured - course[i].measured) < 1e-6);
        assert_true(fabs(rate.fill - course[i].fill) < 1e-6);
    }
}

static void tokens_come_at_the_rate(void **state)
{
    (void)state;
    struct rate rate;
    rate_begin(&rate, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(rate_take(&rate, 1000), 0); /* nothing is held back yet */
    rate_observe(&rate, true, 1000);
    int64_t now = 1000, wait;
    int taken = 0;
    while (now < 101000) {
        if ((wait = rate_take(&rate, now)) == 0)
            taken++;
        now += wait ? wait : 1;
        assert_true(wait >= 0 && wait <= 2000);
    }
    assert_in_range(taken, 49, 51);        /* half a token a second is the least */
    assert_true(rate_take(&rate, 0) >= 0); /* a clock set back does no harm */
}

static int64_t time_of_calls(bool adaptive, int calls)
{
    static const struct scripted_answer fine = {.status = 200, .delay_ms = 20, .body = "{}"};
    static const struct scripted_answer throttled = {.status = 429, .delay_ms = 20};
    struct aws_fixture fixture;
    aws_fixture_open(&fixture, AWS_DYNAMODB);
    fixture.session->adaptive = adaptive;
    scripted_script(fixture.scripted, &throttled, 1);
    scripted_always(fixture.scripted, &fine);
    int64_t start = scripted_now(fixture.scripted);
    for (int i = 0; i < calls; i++)
        assert_int_equal(aws_fixture_run(&fixture, "UpdateItem", "{}"), AWS_FINE);
    int64_t took = scripted_now(fixture.scripted) - start;
    assert_int_equal(scripted_requests(fixture.scripted), calls + 1);
    aws_fixture_close(&fixture);
    return took;
}

static void a_client_keeps_to_its_rate_only_when_told(void **state)
{
    (void)state;
    assert_true(time_of_calls(false, 20) <= 1000 + 21 * 20);
    assert_true(time_of_calls(true, 20) > 3000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_follow_the_published_curve),
        cmocka_unit_test(tokens_come_at_the_rate),
        cmocka_unit_test(a_client_keeps_to_its_rate_only_when_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
