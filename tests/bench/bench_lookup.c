/* lookup on the loopback fake, signed: a customer with 50 contacts, eight of whose calls have legs
 * that only their chains know. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/bench.h"
#include "support/dynamodb_fixture.h"
#include "support/function.h"
#include "support/lookup_case.h"

enum { CONTACTS = 50, TRANSFERRED = 8, LOOKUPS = 2000, OPENS = 50, FAR = 100, FAR_MS = 20 };

#define FROM ",\"Channel\":\"VOICE\",\"CustomerEndpoint\":{\"Address\":\"" CASE_CUSTOMER "\"}"

static void fill(void)
{
    static char id[CONTACTS + TRANSFERRED][40];
    struct case_contact contact[CONTACTS + TRANSFERRED];
    for (int i = 0; i < CONTACTS; i++) {
        snprintf(id[i], sizeof(id[i]), "c0000000-0000-4000-8000-%012d", i);
        contact[i] = (struct case_contact){.id = id[i],
                                           .began = 5 + 3 * i,
                                           .ended = 4 + 3 * i,
                                           .queue = CASE_BILLING,
                                           .agent = "ada"};
    }
    for (int i = 0; i < TRANSFERRED; i++) {
        int n = CONTACTS + i;
        snprintf(id[n], sizeof(id[n]), "c1000000-0000-4000-8000-%012d", i);
        contact[n] = (struct case_contact){.id = id[n],
                                           .began = 4.5 + 3 * i,
                                           .ended = 3.5 + 3 * i,
                                           .method = "TRANSFER",
                                           .initial = id[i],
                                           .previous = id[i],
                                           .queue = CASE_SALES,
                                           .nobody = true};
    }
    struct store *store = dynamodb_fixture_store(NULL);
    case_store(store, clock_now(NULL), contact, CONTACTS + TRANSFERRED);
    store_close(store);
}

static void look_up(struct function *f, const char *event)
{
    const cJSON *answer = function_call(f, event);
    assert_non_null(answer);
    assert_string_equal(function_said(answer, "trouble"), "");
    assert_string_equal(function_said(answer, "contactsIn24h"), "50");
    assert_string_equal(function_said(answer, "lastQueue"), CASE_SALES);
    arena_reset(&f->arena);
}

static void measure(void **state)
{
    static const char event[] =
        "{\"Details\":{\"ContactData\":{\"ContactId\":\"now\"" FROM "},\"Parameters\":{}}}";
    static double warm[LOOKUPS], cold[OPENS];
    struct function f;
    (void)state;
    dynamodb_fixture_fresh();
    fill();
    struct aws_session *session = dynamodb_fixture_session();
    for (int i = 0; i < OPENS; i++) {
        int64_t mark = monotonic_ns();
        function_open(&f, &lambda_lookup, "dynamodb:" FIXTURE_TABLE, session);
        look_up(&f, event);
        cold[i] = bench_wall_ms(&mark);
        if (i + 1 < OPENS)
            function_close(&f);
    }
    uint64_t requests = fake_aws_requests(fixture_fake, NULL);
    int64_t mark = monotonic_ns();
    for (int i = 0; i < LOOKUPS; i++) {
        look_up(&f, event);
        warm[i] = bench_wall_ms(&mark);
    }
    requests = fake_aws_requests(fixture_fake, NULL) - requests;
    bench_figure("lookup, 50 contacts and 8 chains, p50", bench_median(warm, LOOKUPS), "ms",
                 BENCH_NO_BAR, 0);
    bench_figure("lookup, 50 contacts and 8 chains, p99", bench_percentile(warm, LOOKUPS, 99), "ms",
                 BENCH_AT_MOST, 300);
    bench_figure("lookup, first of a function, p99", bench_percentile(cold, OPENS, 99), "ms",
                 BENCH_AT_MOST, 300);
    bench_figure("lookup, requests", (double)requests / LOOKUPS, "", BENCH_NO_BAR, 0);
    bench_figure("lookup, answer", (double)f.answer.length, "bytes", BENCH_AT_MOST, 32768);
    /* Each answer FAR_MS later, as over a network that is not at its best. */
    fake_aws_fault(fixture_fake, &(struct fake_rule){.fault = FAKE_SLOW, .ms = FAR_MS});
    mark = monotonic_ns();
    for (int i = 0; i < FAR; i++) {
        look_up(&f, event);
        warm[i] = bench_wall_ms(&mark);
    }
    bench_figure("lookup, each request 20 ms, p99", bench_percentile(warm, FAR, 99), "ms",
                 BENCH_AT_MOST, 300);
    function_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(measure)};
    return cmocka_run_group_tests(tests, dynamodb_fixture_begin, dynamodb_fixture_end);
}
