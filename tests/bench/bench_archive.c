/* The archive function on the loopback fake, signed, tables and bucket: what a contact takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "contactwatch/log.h"
#include "support/bench.h"
#include "support/expired_fixture.h"

enum { CONTACTS = 80, A_FLUSH = 5, FAR_MS = 20 };

static const char *const asked[] = {"GetItem",        "Query",     "DeleteItem",
                                    "BatchWriteItem", "GetObject", "PutObject"};

/* Some simulated contacts, each with its chunks, in one invocation. */
static void measure_some(struct expired *e, size_t first, size_t last, const char *what, bool count)
{
    struct store *store = expired_store(NULL);
    size_t entries = 0, contacts = last - first;
    uint64_t before[ARRAY_SIZE(asked)];
    char line[96];
    for (size_t i = first; i < last; i++) {
        expired_ingest(e, store, &e->samples.item[i], 0, 0, A_FLUSH);
        entries += e->samples.item[i].count;
    }
    store_close(store);
    expired_pass();
    double chunks = (double)expired_chunks();
    stream_clear(e);
    for (size_t i = first; i < last; i++)
        stream_ttl(e, e->samples.item[i].contact_id);
    for (size_t k = 0; k < ARRAY_SIZE(asked); k++)
        before[k] = fake_aws_requests(fixture_fake, asked[k]);
    int64_t mark = monotonic_ns(), used = bench_cpu_ns();
    assert_true(stream_send(e));
    assert_int_equal(e->reported, 0);
    snprintf(line, sizeof(line), "archive, a contact of %.0f entries in %.0f chunks%s",
             (double)entries / (double)contacts, chunks / (double)contacts, what);
    bench_figure(line, bench_wall_ms(&mark) / (double)contacts, "ms", BENCH_NO_BAR, 0);
    bench_figure("archive, its processor time", bench_cpu_ms(&used) / (double)contacts, "ms",
                 BENCH_NO_BAR, 0);
    for (size_t k = 0; count && k < ARRAY_SIZE(asked); k++) {
        snprintf(line, sizeof(line), "archive, %s a contact", asked[k]);
        bench_figure(line,
                     (double)(fake_aws_requests(fixture_fake, asked[k]) - before[k]) /
                         (double)contacts,
                     "", BENCH_NO_BAR, 0);
    }
}

static void measure_large(struct expired *e)
{
    struct sample sample;
    struct store *store = expired_store(NULL);
    expired_attributes(e, &sample, 5000, 0);
    expired_ingest(e, store, &sample, 0, 0, 10);
    store_close(store);
    expired_pass();
    stream_clear(e);
    stream_ttl(e, sample.contact_id);
    uint64_t before = fake_aws_requests(fixture_fake, NULL);
    int64_t mark = monotonic_ns();
    assert_true(stream_send(e));
    bench_figure("archive, a contact of 5,000 entries in 500 chunks", bench_wall_ms(&mark), "ms",
                 BENCH_NO_BAR, 0);
    bench_figure("archive, its requests", (double)(fake_aws_requests(fixture_fake, NULL) - before),
                 "", BENCH_NO_BAR, 0);
    expired_expect(e, &sample);
    expired_sample_free(&sample);
}

static void measure(void **state)
{
    struct expired *e = *state;
    fake_aws_bucket(fixture_fake, "archive");
    e->setup.archive = "s3://archive/of/us";
    e->setup.aws = dynamodb_fixture_session();
    samples_free(&e->samples);
    samples_make(&e->samples, 7, CONTACTS);
    assert_true(e->samples.count >= CONTACTS);
    measure_some(e, 0, 1, ", the first of a function", false);
    measure_some(e, 1, CONTACTS - 10, "", true);
    fake_aws_fault(fixture_fake, &(struct fake_rule){.fault = FAKE_SLOW, .ms = FAR_MS});
    measure_some(e, CONTACTS - 10, CONTACTS, ", each request 20 ms", false);
    fake_aws_faults_clear(fixture_fake);
    measure_large(e);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {EXPIRED_TEST(measure)};
    log_set_level(LOG_WARNING);
    return cmocka_run_group_tests(tests, dynamodb_fixture_begin, dynamodb_fixture_end);
}
