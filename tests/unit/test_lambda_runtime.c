/* The runtime loop on the fake runtime API, with handlers of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contactwatch/json.h"
#include "contactwatch/log.h"
#include "support/lambda_run.h"

enum { SOON_MS = 20000 };

static const struct lambda_setup no_setup;
static atomic_int opened, closed;

static void *open_state(const struct lambda_setup *setup, struct err *err)
{
    (void)setup;
    (void)err;
    atomic_fetch_add(&opened, 1);
    return mem_zero(1);
}

static void close_state(void *state)
{
    atomic_fetch_add(&closed, 1);
    free(state);
}

/* Does what the event's first word says. */
static bool obey(void *state, const struct lambda_invocation *invocation, struct buf *answer,
                 struct lambda_fault *fault)
{
    const char *event = invocation->event;
    (void)state;
    assert_int_equal(event[invocation->length], '\0');
    if (strcmp(event, "\"large\"") == 0)
        buf_pad(answer, 'x', LAMBDA_ANSWER_MAX + 1);
    else if (strcmp(event, "\"largest\"") == 0)
        buf_pad(answer, '1', LAMBDA_ANSWER_MAX);
    else if (strcmp(event, "\"fail\"") == 0)
        return lambda_fail(fault, "Contactwatch.Broken", "a \"reason\"");
    else if (strcmp(event, "\"odd\"") == 0)
        return lambda_fail(fault, "Odd\r\nX: y", "a reason");
    else if (strcmp(event, "\"wordless\"") == 0)
        return false;
    else if (strcmp(event, "\"trace\"") == 0)
        buf_printf(answer, "\"%s\"", getenv("_X_AMZN_TRACE_ID"));
    else if (strcmp(event, "\"time\"") == 0)
        buf_printf(answer, "%lld", (long long)(invocation->deadline - invocation->received));
    else if (strcmp(event, "\"nothing\"") != 0)
        buf_printf(answer, "{\"id\":\"%s\",\"event\":%s}", invocation->request_id, event);
    return true;
}

static const struct lambda_handler obedient = {"obedient", open_state, obey, close_state, true};

static int fresh(void **state)
{
    (void)state;
    atomic_store(&opened, 0);
    atomic_store(&closed, 0);
    log_set_stderr(false);
    return 0;
}

/* One event, one outcome. */
static void expect(struct lambda_run *run, const char *event, const char *type, const char *body)
{
    struct fake_outcome out;
    const char *text = lambda_run_answer(run, event, &out);
    assert_int_equal(out.error, type != NULL);
    assert_string_equal(out.type, type ? type : "");
    if (body)
        assert_string_equal(text, body);
    fake_outcome_free(&out);
}

static void an_event_is_handed_over_and_answered(void **state)
{
    (void)state;
    struct lambda_run run;
    lambda_run_start(&run, &obedient, &no_setup, 1);
    expect(&run, "{\"a\":1}", NULL,
           "{\"id\":\"00000000-0000-4000-8000-000000000001\",\"event\":{\"a\":1}}");
    expect(&run, "2", NULL, "{\"id\":\"00000000-0000-4000-8000-000000000002\",\"event\":2}");
    assert_int_equal(lambda_run_stop(&run), 0);
    assert_int_equal(opened, 1);
    assert_int_equal(closed, 1);
}

static void a_failure_is_an_error_in_lambdas_form(void **state)
{
    (void)state;
    struct lambda_run run;
    lambda_run_start(&run, &obedient, &no_setup, 1);
    expect(&run, "\"fail\"", "Contactwatch.Broken",
           "{\"errorMessage\":\"a \\\"reason\\\"\",\"errorType\":\"Contactwatch.Broken\","
           "\"stackTrace\":[]}");
    expect(&run, "\"odd\"", "Odd__X:_y", NULL);
    expect(&run, "\"wordless\"", "Contactwatch.Failed", NULL);
    expect(&run, "\"nothing\"", "Contactwatch.NoAnswer", NULL);
    expect(&run, "1", NULL, NULL);
    assert_int_equal(lambda_run_stop(&run), 0);
}

static void an_answer_too_large_is_not_sent(void **state)
{
    (void)state;
    struct lambda_run run;
    lambda_run_start(&run, &obedient, &no_setup, 1);
    expect(&run, "\"large\"", "Function.ResponseSizeTooLarge", NULL);
    assert_int_equal(fake_runtime_requests(run.runtime, FAKE_RESPONSE), 0);
    expect(&run, "\"largest\"", NULL, NULL);
    fake_runtime_fault(run.runtime, FAKE_RESPONSE, 413, 1);
    expect(&run, "1", "Function.ResponseSizeTooLarge", NULL);
    assert_int_equal(lambda_run_stop(&run), 0);
}

static void an_event_too_large_fails_alone(void **state)
{
    (void)state;
    struct lambda_run run;
    char *event = mem_alloc(LAMBDA_EVENT_MAX + 2);
    memset(event, '1', LAMBDA_EVENT_MAX + 1);
    event[LAMBDA_EVENT_MAX + 1] = '\0';
    lambda_run_start(&run, &obedient, &no_setup, 1);
    expect(&run, event, "Contactwatch.EventTooLarge", NULL);
    event[LAMBDA_EVENT_MAX] = '\0';
    expect(&run, event, "Function.ResponseSizeTooLarge", NULL); /* it says it all again */
    expect(&run, "1", NULL, NULL);
    assert_int_equal(lambda_run_stop(&run), 0);
    free(event);
}

static void an_answer_that_is_not_taken_costs_only_itself(void **state)
{
    (void)state;
    static const int status[] = {400, 403};
    struct lambda_run run;
    lambda_run_start(&run, &obedient, &no_setup, 1);
    fake_runtime_concurrency(run.runtime, 3); /* it never learns of those */
    for (size_t i = 0; i < ARRAY_SIZE(status); i++) {
        fake_runtime_fault(run.runtime, FAKE_RESPONSE, status[i], 1);
        fake_runtime_invoke(run.runtime, &(struct fake_event){.body = "1"});
        expect(&run, "2", NULL, NULL);
    }
    assert_int_equal(fake_runtime_requests(run.runtime, FAKE_RESPONSE), 4);
    assert_int_equal(lambda_run_stop(&run), 0);
}

static void where_the_api_is_beyond_repair_the_process_ends(void **state)
{
    (void)state;
    static const struct {
        enum fake_runtime_route route;
        int status;
    } harm[] = {{FAKE_NEXT, 500}, {FAKE_NEXT, 403},     {FAKE_NEXT, 202},
                {FAKE_NEXT, 0},   {FAKE_RESPONSE, 500}, {FAKE_RESPONSE, 0}};
    for (size_t i = 0; i < ARRAY_SIZE(harm); i++) {
        struct lambda_run run;
        lambda_run_start(&run, &obedient, &no_setup, 1);
        fake_runtime_fault(run.runtime, harm[i].route, harm[i].status, 9);
        fake_runtime_invoke(run.runtime, &(struct fake_event){.body = "1"});
        assert_int_equal(lambda_run_wait(&run), 1);
    }
    assert_int_equal(closed, ARRAY_SIZE(harm));
}

static void it_ends_when_the_api_goes_away(void **state)
{
    (void)state;
    struct lambda_run run;
    lambda_run_start(&run, &obedient, &no_setup, 1);
    assert_true(fake_runtime_wait_next(run.runtime, 1, SOON_MS));
    fake_runtime_vanish(run.runtime);
    assert_int_equal(lambda_run_wait(&run), 1);
    struct fake_runtime *gone = fake_runtime_start(0);
    char address[32];
    snprintf(address, sizeof(address), "%s", fake_runtime_address(gone));
    fake_runtime_stop(gone);
    assert_int_equal(lambda_serve(&obedient, &no_setup, address, 1), 1); /* refused */
    assert_int_equal(lambda_serve(&obedient, &no_setup, "x/y?z", 1), 2);
}

static void a_request_id_is_needed_and_looked_at(void **state)
{
    (void)state;
    static const char *const id[] = {"", "a/../../init/error", "a b", "%2e"};
    for (size_t i = 0; i < ARRAY_SIZE(id); i++) {
        struct lambda_run run;
        lambda_run_start(&run, &obedient, &no_setup, 1);
        fake_runtime_invoke(run.runtime, &(struct fake_event){.body = "1", .id = id[i]});
        assert_int_equal(lambda_run_wait(&run), 1);
    }
    assert_int_equal(closed, ARRAY_SIZE(id));
}

static void the_deadline_is_told_or_assumed(void **state)
{
    (void)state;
    static const char *const odd[] = {"", "soon", "12", "99999999999999999999", "-5"};
    struct lambda_run run;
    struct fake_outcome out;
    lambda_run_start(&run, &obedient, &no_setup, 1);
    for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
        unsigned number = fake_runtime_invoke(
            run.runtime, &(struct fake_event){.body = "\"time\"", .deadline = odd[i]});
        assert_true(fake_runtime_outcome(run.runtime, number, SOON_MS, &out));
        assert_string_equal(buf_str(&out.body), "3000");
        fake_outcome_free(&out);
    }
    unsigned number = fake_runtime_invoke(
        run.runtime, &(struct fake_event){.body = "\"time\"", .deadline_ms = HOUR_MS});
    assert_true(fake_runtime_outcome(run.runtime, number, SOON_MS, &out));
    assert_in_range(strtol(buf_str(&out.body), NULL, 10), HOUR_MS - SOON_MS, HOUR_MS);
    fake_outcome_free(&out);
    assert_int_equal(lambda_run_stop(&run), 0);
}

static void the_trace_is_in_the_environment(void **state)
{
    (void)state;
    struct lambda_run run;
    struct fake_outcome out;
    static const char *const trace[] = {"Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700", ""};
    lambda_run_start(&run, &obedient, &no_setup, 1);
    for (size_t i = 0; i < ARRAY_SIZE(trace); i++) {
        char expected[80];
        unsigned number = fake_runtime_invoke(
            run.runtime, &(struct fake_event){.body = "\"trace\"", .trace = trace[i]});
        assert_true(fake_runtime_outcome(run.runtime, number, SOON_MS, &out));
        snprintf(expected, sizeof(expected), "\"%s\"", trace[i]);
        assert_string_equal(buf_str(&out.body), expected);
        fake_outcome_free(&out);
    }
    assert_int_equal(lambda_run_stop(&run), 0);
}

static void *open_nothing(const struct lambda_setup *setup, struct err *err)
{
    (void)setup;
    if (atomic_fetch_add(&opened, 1) < 2)
        return mem_zero(1);
    err_set(err, "there is no table");
    return NULL;
}

static void what_cannot_be_opened_is_an_init_error(void **state)
{
    (void)state;
    static const struct lambda_handler spoiled = {"spoiled", open_nothing, obey, close_state, true};
    struct fake_outcome out;
    static const struct {
        int opened;
        unsigned threads;
    } runs[] = {{2, 1}, {0, 3}, {0, 8}};
    for (size_t i = 0; i < ARRAY_SIZE(runs); i++) {
        struct lambda_run run;
        atomic_store(&opened, runs[i].opened);
        lambda_run_start(&run, &spoiled, &no_setup, runs[i].threads);
        assert_true(fake_runtime_init_error(run.runtime, SOON_MS, &out));
        assert_string_equal(out.type, "Runtime.ConfigInvalid");
        assert_non_null(strstr(buf_str(&out.body), "there is no table"));
        assert_int_equal(fake_runtime_requests(run.runtime, FAKE_NEXT), 0);
        assert_int_equal(fake_runtime_requests(run.runtime, FAKE_INIT_ERROR), 1);
        fake_outcome_free(&out);
        assert_int_equal(lambda_run_wait(&run), 1);
    }
    struct fake_runtime *runtime = fake_runtime_start(0);
    assert_int_equal(
        lambda_init_failed(fake_runtime_address(runtime), "Runtime.NoSuchHandler", "x"), 1);
    assert_true(fake_runtime_init_error(runtime, 0, &out));
    assert_string_equal(buf_str(&out.body),
                        "{\"errorMessage\":\"x\",\"errorType\":\"Runtime.NoSuchHandler\","
                        "\"stackTrace\":[]}");
    fake_outcome_free(&out);
    fake_runtime_stop(runtime);
}

/* Served by as many as there are threads, each with its own state. */
static pthread_barrier_t meeting;
static bool meet(void *state, const struct lambda_invocation *invocation, struct buf *answer,
                 struct lambda_fault *fault)
{
    (void)invocation;
    (void)fault;
    pthread_barrier_wait(&meeting); /* passed only when all are here at once */
    buf_printf(answer, "\"%p\"", state);
    return true;
}

static void invocations_are_served_at_the_same_time(void **state)
{
    (void)state;
    static const struct lambda_handler social = {"social", open_state, meet, close_state, true};
    enum { TOGETHER = 8, ROUNDS = 25 };
    unsigned number[TOGETHER];
    struct lambda_run run;
    pthread_barrier_init(&meeting, NULL, TOGETHER);
    lambda_run_start(&run, &social, &no_setup, TOGETHER);
    for (int round = 0; round < ROUNDS; round++) {
        struct fake_outcome out[TOGETHER];
        for (int i = 0; i < TOGETHER; i++)
            number[i] = fake_runtime_invoke(run.runtime, &(struct fake_event){.body = "1"});
        for (int i = 0; i < TOGETHER; i++)
            assert_true(fake_runtime_outcome(run.runtime, number[i], SOON_MS, &out[i]));
        for (int i = 0; i < TOGETHER; i++)
            for (int k = i + 1; k < TOGETHER; k++)
                assert_string_not_equal(buf_str(&out[i].body), buf_str(&out[k].body));
        for (int i = 0; i < TOGETHER; i++)
            fake_outcome_free(&out[i]);
    }
    assert_int_equal(opened, TOGETHER);
    assert_int_equal(lambda_run_stop(&run), 0);
    assert_int_equal(closed, TOGETHER);
    pthread_barrier_destroy(&meeting);
}

static void when_one_thread_loses_the_api_all_end(void **state)
{
    (void)state;
    struct lambda_run run;
    lambda_run_start(&run, &obedient, &no_setup, 4);
    assert_true(fake_runtime_wait_next(run.runtime, 4, SOON_MS));
    fake_runtime_fault(run.runtime, FAKE_NEXT, 500, 1);
    assert_int_equal(lambda_run_wait(&run), 1);
    assert_int_equal(closed, 4);
}

static void the_log_names_the_request_and_never_the_event(void **state)
{
    (void)state;
    char path[] = "/tmp/contactwatch-log-XXXXXX", line[1024];
    int fd = mkstemp(path);
    struct lambda_run run;
    struct arena arena = {0};
    assert_true(fd >= 0 && log_open_file(path));
    log_set_level(LOG_DEBUG);
    log_set_json(true);
    log_set_json_time("timestamp");
    lambda_run_start(&run, &obedient, &no_setup, 1);
    expect(&run, "\"fail\"", "Contactwatch.Broken", NULL);
    expect(&run, "{\"number\":\"+3580000000\"}", NULL, NULL);
    assert_int_equal(lambda_run_stop(&run), 0);
    log_close_file();
    log_set_json(false);
    log_set_json_time("time");
    log_set_level(LOG_INFO);
    FILE *file = fdopen(fd, "r");
    bool said = false;
    while (fgets(line, sizeof(line), file)) {
        const cJSON *tree = json_parse(&arena, line, strlen(line) - 1, NULL);
        assert_non_null(tree);
        assert_non_null(json_text(tree, "timestamp"));
        assert_non_null(json_text(tree, "level"));
        assert_null(strstr(line, "3580000000"));
        const char *id = json_text(tree, "requestId");
        said |= id && strcmp(id, "00000000-0000-4000-8000-000000000001") == 0 &&
                strstr(json_text(tree, "message"), "Contactwatch.Broken: a \"reason\"");
    }
    assert_true(said);
    fclose(file);
    unlink(path);
    arena_free(&arena);
}

static void handlers_are_found_by_name(void **state)
{
    (void)state;
    for (const struct lambda_handler *const *h = lambda_handlers; *h; h++) {
        char name[64];
        assert_ptr_equal(lambda_handler_find((*h)->name), *h);
        snprintf(name, sizeof(name), "/var/task/%s.handler", (*h)->name);
        assert_ptr_equal(lambda_handler_find(name), *h);
        snprintf(name, sizeof(name), "%sx", (*h)->name);
        assert_null(lambda_handler_find(name));
    }
    assert_null(lambda_handler_find(""));
    assert_null(lambda_handler_find(".handler"));
    assert_null(lambda_handler_find("/"));
}

static int64_t still(void *context)
{
    return *(int64_t *)context;
}

static void time_left_ends_at_nothing(void **state)
{
    (void)state;
    int64_t now = 1000;
    const struct clock clock = {still, &now};
    const struct lambda_setup setup = {.clock = &clock};
    const struct lambda_invocation invocation = {.deadline = 1500};
    assert_int_equal(lambda_time_left(&setup, &invocation, 100), 400);
    now = 1450;
    assert_int_equal(lambda_time_left(&setup, &invocation, 100), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_event_is_handed_over_and_answered, fresh),
        cmocka_unit_test_setup(a_failure_is_an_error_in_lambdas_form, fresh),
        cmocka_unit_test_setup(an_answer_too_large_is_not_sent, fresh),
        cmocka_unit_test_setup(an_event_too_large_fails_alone, fresh),
        cmocka_unit_test_setup(an_answer_that_is_not_taken_costs_only_itself, fresh),
        cmocka_unit_test_setup(where_the_api_is_beyond_repair_the_process_ends, fresh),
        cmocka_unit_test_setup(it_ends_when_the_api_goes_away, fresh),
        cmocka_unit_test_setup(a_request_id_is_needed_and_looked_at, fresh),
        cmocka_unit_test_setup(the_deadline_is_told_or_assumed, fresh),
        cmocka_unit_test_setup(the_trace_is_in_the_environment, fresh),
        cmocka_unit_test_setup(what_cannot_be_opened_is_an_init_error, fresh),
        cmocka_unit_test_setup(invocations_are_served_at_the_same_time, fresh),
        cmocka_unit_test_setup(when_one_thread_loses_the_api_all_end, fresh),
        cmocka_unit_test_setup(the_log_names_the_request_and_never_the_event, fresh),
        cmocka_unit_test_setup(handlers_are_found_by_name, fresh),
        cmocka_unit_test_setup(time_left_ends_at_nothing, fresh),
    };
    return cmocka_run_group_tests_name("lambda_runtime", tests, NULL, NULL);
}
