/* ingest on DynamoDB: what is reported under harm, that it converges, and what it costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/log.h"
#include "lambda/ingest_internal.h"
#include "support/centre.h"
#include "support/dynamodb_fixture.h"
#include "support/lambda_run.h"
#include "support/store_fixture.h"
#include "support/taking.h"

#define SPEC "dynamodb:" FIXTURE_TABLE

enum { ENVIRONMENTS = 3, A_BATCH = 10, KEEP_DAYS = 20 * 365 };

static uint64_t test_seed(void)
{
    const char *text = getenv("SEED");
    uint64_t seed = text ? strtoull(text, NULL, 10) : 20261123;
    print_message("SEED=%llu\n", (unsigned long long)seed);
    return seed;
}

struct function {
    struct lambda_setup setup;
    void *state;
    struct buf event, answer, named;
    struct lambda_fault fault;
    int number; /* of an environment; -1: something was not settled */
};

static int setup(void **state)
{
    struct function *f = mem_zero(sizeof(*f));
    log_set_stderr(false);
    dynamodb_fixture_fresh();
    f->setup = (struct lambda_setup){.store_spec = SPEC,
                                     .store = {.retention_ms = KEEP_DAYS * DAY_MS},
                                     .aws = dynamodb_fixture_session()};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct function *f = *state;
    if (f->state)
        lambda_ingest.close(f->state);
    buf_free(&f->event);
    buf_free(&f->answer);
    buf_free(&f->named);
    free(f);
    return 0;
}

static void add(struct function *f, const char *id, const char *body)
{
    taking_record(&f->event, TAKING_QUEUE, id, body, clock_now(NULL), NULL);
}

static void add_line(struct function *f, unsigned message, unsigned contact, unsigned token)
{
    char id[8];
    struct buf body = {0};
    snprintf(id, sizeof(id), "m%02u", message);
    fake_line(&body, contact, token, token);
    add(f, id, body.data);
    buf_free(&body);
}

/* Hands over the batch; the ids named. */
static const char *invoke(struct function *f, int64_t time_ms)
{
    struct err err = {0};
    taking_close(&f->event);
    const struct lambda_invocation invocation = {.request_id = "r",
                                                 .event = f->event.data,
                                                 .length = f->event.length,
                                                 .received = clock_now(NULL),
                                                 .deadline = clock_now(NULL) + time_ms};
    if (!f->state)
        f->state = lambda_ingest.open(&f->setup, &err);
    assert_non_null(f->state);
    buf_clear(&f->answer);
    buf_clear(&f->named);
    if (!lambda_ingest.handle(f->state, &invocation, &f->answer, &f->fault))
        fail_msg("%s", f->fault.message);
    buf_clear(&f->event);
    taking_named(f->answer.data, &f->named);
    return buf_str(&f->named);
}

static size_t entries_of(unsigned contact)
{
    struct store *store = dynamodb_fixture_store(NULL);
    struct arena arena = {0};
    struct history history = {0};
    struct record record;
    bool found = false;
    char id[16];
    snprintf(id, sizeof(id), "c%u", contact);
    assert_true(store_get(store, id, &arena, &record, &history, &found, NULL));
    size_t count = history.count;
    if (found)
        record_free(&record);
    history_free(&history);
    arena_free(&arena);
    store_close(store);
    return found ? count : 0;
}

static void is_ready(struct function *f)
{
    add_line(f, 99, 99, 99);
    assert_string_equal(invoke(f, 5000), "");
}

/* Half of the records are written, then the table throttles until the time is over. */
static void a_throttled_table_leaves_what_is_stored(void **state)
{
    struct function *f = *state;
    is_ready(f);
    fake_aws_fault(fixture_fake, &(struct fake_rule){
                                     .operation = "UpdateItem", .fault = FAKE_THROTTLE, .skip = 5});
    for (unsigned i = 0; i < A_BATCH; i++)
        add_line(f, i, i, i);
    int64_t begun = monotonic_ns();
    const char *named = invoke(f, INGEST_MARGIN_MS + 400);
    assert_true(monotonic_ns() - begun < INT64_C(1000000) * (INGEST_MARGIN_MS + 400));
    assert_true(fake_aws_struck(fixture_fake, FAKE_THROTTLE) >= 5);
    fake_aws_faults_clear(fixture_fake);
    unsigned reported = 0;
    for (unsigned i = 0; i < A_BATCH; i++) {
        char id[8];
        snprintf(id, sizeof(id), "m%02u", i);
        bool told = strstr(named, id) != NULL;
        assert_int_equal(entries_of(i), !told);
        reported += told;
    }
    assert_int_equal(reported, 5);
    for (unsigned i = 0; i < A_BATCH; i++) /* they come again, all of them for good measure */
        add_line(f, i, i, i);
    assert_string_equal(invoke(f, 5000), "");
    for (unsigned i = 0; i < A_BATCH; i++)
        assert_int_equal(entries_of(i), 1);
}

static void a_table_that_goes_away_has_all_come_again(void **state)
{
    struct function *f = *state;
    is_ready(f);
    fake_aws_fault(fixture_fake, &(struct fake_rule){.fault = FAKE_RESET_BEFORE, .skip = 1});
    for (unsigned i = 0; i < 3; i++)
        add_line(f, i, i, i);
    assert_string_equal(invoke(f, INGEST_MARGIN_MS + 300), "m00 m01 m02");
    fake_aws_faults_clear(fixture_fake);
    for (unsigned i = 0; i < 3; i++)
        add_line(f, i, i, i);
    assert_string_equal(invoke(f, 5000), "");
    assert_int_equal(entries_of(0) + entries_of(1) + entries_of(2), 3);
}

static void what_is_refused_lies_in_the_table(void **state)
{
    struct function *f = *state;
    struct buf body = {0};
    fake_line(&body, 1, 1, 1);
    buf_text(&body, "{\"broken\":");
    add(f, "m1", body.data);
    add(f, "m2", "{\"broken\":");
    assert_string_equal(invoke(f, 5000), "m2");
    assert_int_equal(entries_of(1), 1);
    assert_int_equal(fake_aws_items(fixture_fake, FIXTURE_TABLE), 3); /* schema, record, line */
    buf_free(&body);
}

/* --- Several environments at once --- */

enum { TOGETHER = 3, TURNS = 20 };

static void *take_turns(void *context)
{
    struct function *f = context;
    for (unsigned turn = 0; turn < TURNS; turn++) {
        for (unsigned i = 0; i < 4; i++)
            add_line(f, i, i % 2, (unsigned)f->number * 100 + turn * 4 + i);
        if (strcmp(invoke(f, 20000), "") != 0)
            f->number = -1;
    }
    return NULL;
}

/* The flow's lines first, and all environments on the same two contacts. */
static void environments_at_once_lose_nothing(void **state)
{
    struct function *mine = *state, f[TOGETHER];
    pthread_t thread[TOGETHER];
    for (int i = 0; i < TOGETHER; i++) {
        f[i] = (struct function){.setup = mine->setup, .number = i};
        assert_int_equal(pthread_create(&thread[i], NULL, take_turns, &f[i]), 0);
    }
    for (int i = 0; i < TOGETHER; i++) {
        pthread_join(thread[i], NULL);
        assert_int_equal(f[i].number, i);
        lambda_ingest.close(f[i].state);
        buf_free(&f[i].event);
        buf_free(&f[i].answer);
        buf_free(&f[i].named);
    }
    assert_int_equal(entries_of(0), TOGETHER * TURNS * 2);
    assert_int_equal(entries_of(1), TOGETHER * TURNS * 2);
    add(mine, "m1",
        "{\"version\":\"0\",\"id\":\"e1\",\"detail-type\":\"Amazon Connect Contact Event\","
        "\"source\":\"aws.connect\",\"time\":\"2023-11-14T22:13:20Z\",\"detail\":{\"eventType\":"
        "\"INITIATED\",\"contactId\":\"c0\",\"channel\":\"VOICE\",\"initiationTimestamp\":"
        "\"2023-11-14T22:13:19.000Z\"}}");
    assert_string_equal(invoke(mine, 5000), "");
    assert_int_equal(entries_of(0), TOGETHER * TURNS * 2 + 1);
}

/* Through the runtime loop, as Lambda has it. */
static void a_batch_goes_through_the_runtime(void **state)
{
    struct function *f = *state;
    struct lambda_run run;
    struct fake_outcome outcome = {0};
    for (unsigned i = 0; i < 3; i++)
        add_line(f, i, i, i);
    add(f, "poison", "{\"broken\":");
    taking_close(&f->event);
    lambda_run_start(&run, &lambda_ingest, &f->setup, 1);
    assert_string_equal(lambda_run_answer(&run, f->event.data, &outcome),
                        "{\"batchItemFailures\":[{\"itemIdentifier\":\"poison\"}]}");
    assert_false(outcome.error);
    fake_outcome_free(&outcome);
    outcome = (struct fake_outcome){0};
    assert_true(fake_runtime_call(run.runtime, "{\"key\":\"value\"}", &outcome));
    assert_true(outcome.error);
    assert_string_equal(outcome.type, "Contactwatch.EventNotKnown");
    fake_outcome_free(&outcome);
    assert_int_equal(lambda_run_stop(&run), 0);
    assert_int_equal(entries_of(0) + entries_of(1) + entries_of(2), 3);
}

/* --- As one pass --- */

struct world {
    struct message_list list;
    struct function environment[ENVIRONMENTS];
    struct clock clock;
    int64_t now;
    bool *settled;
    size_t left;
    struct rng rng;
};

static int64_t tell(void *context)
{
    return ((struct world *)context)->now;
}

static void pass_time(void *context, int64_t ms)
{
    ((struct world *)context)->now += ms;
}

static struct store *open_store(void *context, const struct store_options *options, struct err *err)
{
    (void)context;
    return store_open(SPEC, options, err);
}

static struct buf dump_all(void)
{
    struct err err = {0};
    struct store *store =
        dynamodb_fixture_open(&(struct store_options){.retention_ms = KEEP_DAYS * DAY_MS}, &err);
    struct buf dump = store_dump(store);
    store_close(store);
    return dump;
}

/* All of them once, in order, through the pipeline; the store's content. */
static struct buf one_pass(const struct message_list *list)
{
    struct fake_source *source = mem_zero(sizeof(*source));
    struct fake_store unused;
    struct err err = {0};
    const struct ingest_options options = {
        .store_spec = SPEC,
        .store = {.retention_ms = KEEP_DAYS * DAY_MS, .aws = dynamodb_fixture_session()}};
    fake_store_init(&unused, 1);
    fake_source_init(source, &unused);
    for (size_t i = 0; i < list->count; i++)
        fake_source_add(source, list->body[i].data, list->body[i].length);
    struct ingest *ingest = ingest_start(&source->base, &options, &err);
    if (!ingest || !ingest_wait(ingest, &err))
        fail_msg("%s", err.text);
    ingest_free(ingest);
    fake_source_free(source);
    free(source);
    fake_store_free(&unused);
    struct store *store =
        dynamodb_fixture_open(&(struct store_options){.retention_ms = KEEP_DAYS * DAY_MS}, &err);
    struct buf dump = store_dump(store);
    store_close(store);
    return dump;
}

static void harm(struct rng *rng)
{
    static const enum fake_fault faults[] = {FAKE_THROTTLE, FAKE_ERROR_500, FAKE_RESET_BEFORE,
                                             FAKE_RESET_AFTER};
    fake_aws_faults_clear(fixture_fake);
    if (rng_chance(rng, 0.5))
        fake_aws_fault(fixture_fake,
                       &(struct fake_rule){.operation = "dynamodb:*",
                                           .fault = faults[rng_below(rng, ARRAY_SIZE(faults))],
                                           .probability = 0.02 + 0.2 * rng_unit(rng)});
}

/* A random batch of what is not settled, some of it twice, to a random environment. */
static void deliver(struct world *w)
{
    struct function *f = &w->environment[rng_below(&w->rng, ENVIRONMENTS)];
    unsigned count = 1 + rng_below(&w->rng, A_BATCH);
    struct err err = {0};
    struct map sent = {0};
    char id[32];
    if (!f->state) {
        f->setup = (struct lambda_setup){.store_spec = SPEC,
                                         .clock = &w->clock,
                                         .store = {.retention_ms = KEEP_DAYS * DAY_MS},
                                         .aws = dynamodb_fixture_impatient(NULL, NULL)};
        f->state = lambda_ingest.open(&f->setup, &err);
        ingest_function_inject(f->state, &(struct ingest_seams){open_store, pass_time, w});
    }
    for (unsigned i = 0; i < count; i++) {
        size_t which = rng_below(&w->rng, (uint32_t)w->list.count);
        while (w->settled[which] && !rng_chance(&w->rng, 0.01))
            which = (which + 1) % w->list.count;
        snprintf(id, sizeof(id), "m%zu", which);
        if (map_set(&sent, id, &w->settled[which]))
            continue;
        taking_record(&f->event, TAKING_QUEUE, id, buf_str(&w->list.body[which]), w->list.sent,
                      NULL);
    }
    taking_close(&f->event);
    const struct lambda_invocation invocation = {.request_id = "r",
                                                 .event = f->event.data,
                                                 .length = f->event.length,
                                                 .received = w->now,
                                                 .deadline = w->now + INGEST_MARGIN_MS +
                                                             rng_below(&w->rng, 2000)};
    assert_true(lambda_ingest.handle(f->state, &invocation, &f->answer, &f->fault));
    struct arena arena = {0};
    struct map_slot *slot;
    for (size_t i = 0; (slot = map_next(&sent, &i));) {
        bool *settled = slot->value;
        const char *quoted = arena_printf(&arena, "\"%s\"", slot->key);
        if (strstr(f->answer.data, quoted) || *settled)
            continue;
        *settled = true;
        w->left--;
    }
    buf_clear(&f->event);
    buf_clear(&f->answer);
    map_free(&sent, NULL);
    arena_free(&arena);
}

/* An environment is thrown away; what it had in mind is lost. */
static void throw_away(struct function *f)
{
    if (f->state)
        lambda_ingest.close(f->state);
    f->state = NULL;
}

static void deliver_all(struct world *w)
{
    w->settled = mem_zero(w->list.count * sizeof(bool));
    w->left = w->list.count;
    for (unsigned rounds = 0; w->left > 0; rounds++) {
        assert_true(rounds < 20000);
        if (rounds % 5 == 0)
            harm(&w->rng);
        if (rng_chance(&w->rng, 0.02))
            throw_away(&w->environment[rng_below(&w->rng, ENVIRONMENTS)]);
        deliver(w);
        w->now += rng_below(&w->rng, 300);
    }
    fake_aws_faults_clear(fixture_fake);
}

static void free_world(struct world *w)
{
    for (size_t i = 0; i < ENVIRONMENTS; i++) {
        throw_away(&w->environment[i]);
        buf_free(&w->environment[i].event);
        buf_free(&w->environment[i].answer);
    }
    messages_free(&w->list);
    free(w->settled);
}

static void batches_give_what_one_pass_gives(void **state)
{
    (void)state;
    struct world w = {.now = clock_now(NULL)};
    w.clock = (struct clock){tell, &w};
    rng_seed(&w.rng, test_seed());
    messages_simulate(&w.list, rng_next(&w.rng), 12);
    while (w.list.count > FAKE_MESSAGES)
        buf_free(&w.list.body[--w.list.count]);
    struct buf expected = one_pass(&w.list);
    dynamodb_fixture_fresh();
    deliver_all(&w);
    struct buf dump = dump_all();
    assert_true(expected.length > 10000);
    assert_int_equal(dump.length, expected.length);
    assert_memory_equal(dump.data, expected.data, dump.length);
    free_world(&w);
    buf_free(&dump);
    buf_free(&expected);
}

/* --- Cost --- */

static double units(void)
{
    struct fake_units used;
    fake_aws_units(fixture_fake, NULL, NULL, &used);
    fake_aws_units_reset(fixture_fake);
    print_message("%g write units, %g read units\n", used.write, used.read);
    assert_int_equal(used.failed_conditions, 0);
    return used.write;
}

static void expect_units(struct function *f, double most)
{
    assert_string_equal(invoke(f, 5000), "");
    assert_true(units() <= most);
}

static void a_batch_costs_what_its_contacts_cost(void **state)
{
    struct function *f = *state;
    is_ready(f);
    units();
    for (unsigned i = 0; i < A_BATCH; i++)
        add_line(f, i, 1, i);
    expect_units(f, 5); /* one contact: its record and two indexes, its history, the feed */
    for (unsigned i = 0; i < A_BATCH; i++)
        add_line(f, i, i + 10, 20 + i);
    expect_units(f, A_BATCH * 4 + 1);
    for (unsigned i = 0; i < A_BATCH; i++)
        add_line(f, i, i + 10, 40 + i);
    expect_units(f, A_BATCH * 2 + 1);
    /* An environment that knows nothing reads what is there, instead of failing to write. */
    lambda_ingest.close(f->state);
    f->state = NULL;
    for (unsigned i = 0; i < A_BATCH; i++)
        add_line(f, i, i + 10, 60 + i);
    expect_units(f, A_BATCH * 2 + 2); /* with its heartbeat */
}

int main(void)
{
#define STORE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_throttled_table_leaves_what_is_stored),
        STORE_TEST(a_table_that_goes_away_has_all_come_again),
        STORE_TEST(what_is_refused_lies_in_the_table),
        STORE_TEST(environments_at_once_lose_nothing),
        STORE_TEST(a_batch_goes_through_the_runtime),
        STORE_TEST(batches_give_what_one_pass_gives),
        STORE_TEST(a_batch_costs_what_its_contacts_cost),
    };
    return cmocka_run_group_tests(tests, dynamodb_fixture_begin, dynamodb_fixture_end);
}
