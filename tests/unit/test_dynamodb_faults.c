/* Writing to DynamoDB where it is difficult: throttles, lost replies, conflicts, refusals. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/dynamodb_fixture.h"
#include "support/store_fixture.h"

static void a_throttled_flush_is_for_later_and_says_why(void **state)
{
    static const char *const operations[] = {"BatchWriteItem", "UpdateItem", "PutItem"};
    struct batch *batch = *state;
    struct store *store = dynamodb_fixture_store(dynamodb_fixture_impatient(NULL, NULL));
    for (unsigned i = 0; i < ARRAY_SIZE(operations); i++) {
        struct err err = {0};
        dynamodb_fixture_flow(batch, "a", i + 1);
        fake_aws_fault(fixture_fake,
                       &(struct fake_rule){.operation = operations[i],
                                           .fault = FAKE_THROTTLE,
                                           .code = "TableWriteKeyRangeThroughputExceeded"});
        assert_false(store_apply(store, batch->change, batch->count, &err));
        assert_int_equal(batch->change[0].outcome, STORE_RETRY);
        assert_int_equal(batch->change[0].fresh, 0);
        if (i < 2 && !strstr(err.text, "TableWriteKeyRangeThroughputExceeded"))
            fail_msg("\"%s\" does not give the reason", err.text);
        fake_aws_faults_clear(fixture_fake);
        assert_int_equal(batch_store(store, batch), 1); /* once, however far it had come */
        batch_clear(batch);
    }
    dynamodb_fixture_expect(store, "a", 3, 3);
    store_close(store);
}

static void a_lost_reply_is_settled_by_the_join(void **state)
{
    static const char *const operations[] = {"BatchWriteItem", "UpdateItem", "PutItem"};
    struct batch *batch = *state;
    struct store *store = dynamodb_fixture_store(NULL);
    struct fake_units units;
    for (unsigned i = 0; i < ARRAY_SIZE(operations); i++) {
        dynamodb_fixture_flow(batch, "a", i + 1);
        fake_aws_fault(
            fixture_fake,
            &(struct fake_rule){.operation = operations[i], .fault = FAKE_RESET_AFTER, .times = 1});
        assert_int_equal(batch_store(store, batch), 1);
        batch_clear(batch);
    }
    assert_int_equal(fake_aws_struck(fixture_fake, FAKE_RESET_AFTER), ARRAY_SIZE(operations));
    dynamodb_fixture_expect(store, "a", 3, 3);
    assert_int_equal(fake_aws_items(fixture_fake, FIXTURE_HISTORY), 3);
    fake_aws_units(fixture_fake, FIXTURE_TABLE, "UpdateItem", &units);
    assert_int_equal(units.failed_conditions, 1);
    assert_int_equal(fake_aws_requests(fixture_fake, "BatchGetItem"), 0); /* it was no conflict */
    store_close(store);
}

static void what_comes_back_unprocessed_goes_again(void **state)
{
    struct batch *batch = *state;
    struct store *store = dynamodb_fixture_store(NULL);
    for (unsigned i = 0; i < 60; i++)
        dynamodb_fixture_flow(batch, fixture_id(&batch->arena, i), i);
    fake_aws_fault(fixture_fake, &(struct fake_rule){.operation = "BatchWriteItem",
                                                     .fault = FAKE_UNPROCESSED,
                                                     .probability = 0.4,
                                                     .times = 40});
    assert_int_equal(batch_store(store, batch), 60);
    assert_true(fake_aws_struck(fixture_fake, FAKE_UNPROCESSED) > 0);
    assert_int_equal(fake_aws_items(fixture_fake, FIXTURE_HISTORY), 60);
    for (unsigned i = 0; i < 60; i++)
        dynamodb_fixture_expect(store, fixture_id(&batch->arena, i), 1, 1);
    store_close(store);
}

static void a_condition_that_gives_no_item_makes_the_writer_read(void **state)
{
    struct batch *batch = *state;
    struct store *store = dynamodb_fixture_store(NULL);
    dynamodb_fixture_flow(batch, "a", 1);
    batch_store(store, batch);
    batch_clear(batch);
    dynamodb_fixture_flow(batch, "a", 2);
    fake_aws_fault(fixture_fake, &(struct fake_rule){.operation = "UpdateItem",
                                                     .fault = FAKE_ERROR_CODE,
                                                     .code = "ConditionalCheckFailedException",
                                                     .times = 1});
    assert_int_equal(batch_store(store, batch), 1);
    dynamodb_fixture_expect(store, "a", 2, 2);
    store_close(store);
}

static void a_contact_that_vanished_is_written_anew(void **state)
{
    struct batch *batch = *state;
    struct store *store = dynamodb_fixture_store(NULL);
    dynamodb_fixture_flow(batch, "a", 1);
    batch_store(store, batch);
    dynamodb_fixture_call("DeleteItem", "{\"TableName\":\"" FIXTURE_TABLE
                                        "\",\"Key\":{\"Connect_ContactId\":{\"S\":\"a\"}}}");
    dynamodb_fixture_flow(batch, "a", 2); /* beside the first, which is thought to be stored */
    batch_store(store, batch);
    dynamodb_fixture_expect(store, "a", 2, 1);
    store_close(store);
}

static void who_may_not_write_is_told_and_nothing_is_lost(void **state)
{
    struct batch *batch = *state;
    struct err err = {0};
    fake_aws_key(fixture_fake, &(struct fake_key){.access_key = "AKIDREADONLY00000000",
                                                  .secret_key = "asecretofitsown",
                                                  .denied = "dynamodb:UpdateItem"});
    struct store *store = dynamodb_fixture_store(
        dynamodb_fixture_impatient("AKIDREADONLY00000000", "asecretofitsown"));
    dynamodb_fixture_flow(batch, "a", 1);
    assert_false(store_apply(store, batch->change, batch->count, &err));
    assert_int_equal(batch->change[0].outcome, STORE_RETRY);
    assert_non_null(strstr(err.text, "AccessDenied"));
    assert_non_null(strstr(err.text, "UpdateItem"));
    store_close(store);
}

/* Two neighbours are stored, the one between them never can be. */
static void a_record_larger_than_an_item_is_refused_alone(void **state)
{
    enum { LARGE = 500 << 10 };
    struct batch *batch = *state;
    struct store *store = dynamodb_fixture_store(NULL);
    struct err err = {0};
    dynamodb_fixture_flow(batch, "a", 1);
    struct event event = fixture_contact(batch, "large", LIFECYCLE_QUEUED, clock_now(NULL));
    char *info = arena_alloc(&batch->arena, LARGE + 32);
    memset(info, 'x', LARGE + 32);
    memcpy(info, "{\"queueArn\":\"", 13);
    memcpy(info + LARGE, "\"}", 3);
    event.contact.queue_info = info;
    batch_add(batch, &event);
    dynamodb_fixture_flow(batch, "b", 2);
    assert_true(store_apply(store, batch->change, batch->count, &err));
    static const enum store_outcome wanted[] = {STORE_STORED, STORE_REFUSED, STORE_STORED};
    for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
        assert_int_equal(batch->change[i].outcome, wanted[i]);
    assert_non_null(strstr(err.text, "contact large: UpdateItem: "));
    store_close(store);
}

/* One of the writers that share contacts; what fails is told by the count. */
enum { WRITERS = 3, ROUNDS = 12, CONTACTS = 5, EVENTS = 20 };
struct writer {
    struct store *store;
    unsigned first;
    unsigned stored;
};

static void make(struct batch *batch, unsigned round)
{
    struct rng rng;
    rng_seed(&rng, 77 + round);
    batch_random(batch, &rng, CONTACTS, EVENTS);
}

static void *write_rounds(void *context)
{
    struct writer *w = context;
    struct batch *batch = mem_zero(sizeof(*batch));
    for (unsigned i = w->first; i < ROUNDS; i += WRITERS) {
        make(batch, i);
        bool good = store_apply(w->store, batch->change, batch->count, NULL);
        for (size_t k = 0; k < batch->count; k++)
            good &= batch->change[k].outcome == STORE_STORED;
        w->stored += good;
        batch_clear(batch);
    }
    batch_free(batch);
    free(batch);
    return NULL;
}

static void writers_at_once_lose_nothing(void **state)
{
    struct batch *batch = *state;
    struct writer writer[WRITERS];
    pthread_t thread[WRITERS];
    struct store *one = dynamodb_fixture_store(NULL);
    for (unsigned i = 0; i < ROUNDS; i++) {
        make(batch, i);
        batch_store(one, batch);
        batch_clear(batch);
    }
    struct buf wanted = store_dump(one);
    store_close(one);
    dynamodb_fixture_fresh();
    for (unsigned i = 0; i < WRITERS; i++)
        writer[i] = (struct writer){.store = dynamodb_fixture_store(NULL), .first = i};
    for (unsigned i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, write_rounds, &writer[i]), 0);
    for (unsigned i = 0; i < WRITERS; i++)
        pthread_join(thread[i], NULL);
    for (unsigned i = 0; i < WRITERS; i++)
        assert_int_equal(writer[i].stored, ROUNDS / WRITERS);
    struct buf dump = store_dump(writer[0].store);
    assert_string_equal(dump.data, wanted.data);
    buf_free(&dump);
    buf_free(&wanted);
    for (unsigned i = 0; i < WRITERS; i++)
        store_close(writer[i].store);
}

/* Else a batch of many agents would never be through while some of its calls fail. */
static void agents_that_are_stored_are_not_told_again(void **state)
{
    enum { AGENTS = 40, PASSED = 15 };
    struct batch *batch = *state;
    struct agent_event agent[AGENTS];
    for (unsigned i = 0; i < AGENTS; i++)
        agent[i] = (struct agent_event){
            .agent_arn = arena_printf(&batch->arena, "arn:aws:connect:x:1:instance/i/agent/%u", i),
            .event_type = "LOGIN",
            .time = FIXTURE_START};
    struct store *store = dynamodb_fixture_store(dynamodb_fixture_impatient(NULL, NULL));
    fake_aws_fault(
        fixture_fake,
        &(struct fake_rule){.operation = "UpdateItem", .fault = FAKE_THROTTLE, .skip = PASSED});
    assert_false(store->ops->apply_agents(store, agent, AGENTS, NULL));
    fake_aws_faults_clear(fixture_fake);
    uint64_t before = fake_aws_requests(fixture_fake, "UpdateItem");
    assert_true(store->ops->apply_agents(store, agent, AGENTS, NULL));
    assert_int_equal(fake_aws_requests(fixture_fake, "UpdateItem") - before, AGENTS - PASSED);
    assert_true(store->ops->apply_agents(store, agent, AGENTS, NULL));
    assert_int_equal(fake_aws_requests(fixture_fake, "UpdateItem") - before, AGENTS - PASSED);
    agent[3].time++;
    assert_true(store->ops->apply_agents(store, agent, AGENTS, NULL));
    assert_int_equal(fake_aws_requests(fixture_fake, "UpdateItem") - before, AGENTS - PASSED + 1);
    store_close(store);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        DYNAMODB_TEST(a_throttled_flush_is_for_later_and_says_why),
        DYNAMODB_TEST(a_lost_reply_is_settled_by_the_join),
        DYNAMODB_TEST(what_comes_back_unprocessed_goes_again),
        DYNAMODB_TEST(a_condition_that_gives_no_item_makes_the_writer_read),
        DYNAMODB_TEST(a_contact_that_vanished_is_written_anew),
        DYNAMODB_TEST(who_may_not_write_is_told_and_nothing_is_lost),
        DYNAMODB_TEST(a_record_larger_than_an_item_is_refused_alone),
        DYNAMODB_TEST(writers_at_once_lose_nothing),
        DYNAMODB_TEST(agents_that_are_stored_are_not_told_again),
    };
    return cmocka_run_group_tests(tests, dynamodb_fixture_begin, dynamodb_fixture_end);
}
