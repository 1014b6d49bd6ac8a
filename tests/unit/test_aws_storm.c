/* Random faults over many calls of one client. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aws/client_internal.h"
#include "support/aws_fixture.h"

enum { STORM_CALLS = 24, STORM_ROUNDS = 4000 };

static const struct scripted_answer fine = {.status = 200, .body = "{}"};

/* An answer of any kind, good ones oftenest. */
static const struct scripted_answer *any_answer(struct rng *rng, struct scripted_answer *answer)
{
    static const char *const errors[] = {"{\"__type\":\"ThrottlingException\"}",
                                         "{\"__type\":\"x#ConditionalCheckFailedException\"}",
                                         "{\"__type\":\"ExpiredTokenException\"}",
                                         "{\"__type\":", ""};
    static const int statuses[] = {400, 403, 429, 500, 503, 0};
    *answer = fine;
    answer->delay_ms = (int)rng_below(rng, rng_chance(rng, 0.02) ? 20000 : 50);
    if (rng_chance(rng, 0.3)) {
        answer->status = statuses[rng_below(rng, ARRAY_SIZE(statuses))];
        answer->body = errors[rng_below(rng, ARRAY_SIZE(errors))];
    }
    return answer;
}

static void assert_settled(const struct aws_call *call)
{
    assert_true(call->fault != AWS_CANCELLED);
    assert_in_range(call->attempts, 1, 4);
    assert_int_equal(call->fault == AWS_FINE, call->status == 200 && !*call->code);
    assert_true(call->fault == AWS_FINE || *call->message);
}

struct storm {
    struct aws_fixture fixture;
    struct rng rng;
    struct aws_call call[STORM_CALLS];
    bool out[STORM_CALLS];
    size_t under_way, back;
};

static void start_or_give_up(struct storm *storm)
{
    size_t i = rng_below(&storm->rng, STORM_CALLS);
    struct aws_call *call = &storm->call[i];
    if (!storm->out[i]) {
        aws_call_reset(call);
        call->operation = "UpdateItem";
        call->long_poll = rng_chance(&storm->rng, 0.2);
        aws_start(storm->fixture.client, call);
        storm->out[i] = true;
        storm->under_way++;
    } else if (rng_chance(&storm->rng, 0.05)) {
        aws_cancel(storm->fixture.client, call);
        storm->out[i] = false;
        storm->under_way--;
    }
}

static void fetch(struct storm *storm)
{
    struct aws_call *call = aws_next(storm->fixture.client, (int)rng_below(&storm->rng, 60));
    if (!call)
        return;
    assert_true(storm->out[call - storm->call]);
    storm->out[call - storm->call] = false;
    assert_settled(call);
    storm->under_way--;
    storm->back++;
}

/* Calls started, fetched, woken and given up at random under random faults: each comes back once,
 * and the quota keeps within its bounds. */
static void a_storm_of_faults(void **state)
{
    (void)state;
    static struct scripted_answer answers[STORM_ROUNDS * 4];
    struct storm storm = {0};
    size_t used = 0;
    const uint64_t seed = 20261122;
    rng_seed(&storm.rng, seed);
    print_message("seed %llu\n", (unsigned long long)seed);
    aws_fixture_open(&storm.fixture, AWS_DYNAMODB);
    for (size_t round = 0; round < STORM_ROUNDS; round++) {
        while (used < (round + 1) * 3 + STORM_CALLS)
            scripted_script(storm.fixture.scripted, any_answer(&storm.rng, &answers[used++]), 1);
        start_or_give_up(&storm);
        if (rng_chance(&storm.rng, 0.1))
            aws_wake(storm.fixture.client);
        fetch(&storm);
        assert_int_equal(aws_under_way(storm.fixture.client), storm.under_way);
        assert_in_range(storm.fixture.client->quota.left, 0, RETRY_QUOTA);
    }
    assert_true(storm.back > STORM_ROUNDS / 4);
    for (size_t i = 0; i < STORM_CALLS; i++) {
        if (storm.out[i])
            aws_cancel(storm.fixture.client, &storm.call[i]);
        aws_call_free(&storm.call[i]);
    }
    assert_int_equal(aws_under_way(storm.fixture.client), 0);
    scripted_forget(storm.fixture.scripted);
    aws_fixture_close(&storm.fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_storm_of_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
