/* file -> SQLite, durable, end to end: an NDJSON file of a contact centre's morning into a fresh
 * store. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "contactwatch/ingest.h"
#include "contactwatch/rng.h"
#include "support/bench.h"

enum { EVENTS = 200000, ACTIVE = 400, LINES_A_CONTACT = 40, RUNS = 3, BAR = 60000 };

#define INSTANCE                                                                                   \
    "arn:aws:connect:eu-west-2:111122223333:instance/5e11c0de-0000-4000-8000-0000000000aa"

struct call {
    char id[37];
    unsigned line;
};

static void contact_event(FILE *out, const struct call *call, const char *type, const char *now,
                          const char *more)
{
    fprintf(out,
            "{\"version\":\"0\",\"id\":\"%s\",\"detail-type\":\"Amazon Connect Contact Event\","
            "\"source\":\"aws.connect\",\"account\":\"111122223333\",\"time\":\"%.19sZ\","
            "\"region\":\"eu-west-2\",\"resources\":[\"" INSTANCE "\",\"" INSTANCE
            "/contact/%s\"],\"detail\":{\"eventType\":\"%s\",\"contactId\":\"%s\","
            "\"channel\":\"VOICE\",\"instanceArn\":\"" INSTANCE
            "\",\"initiationMethod\":\"INBOUND\","
            "\"initiationTimestamp\":\"%s\"%s}}\n",
            call->id, now, call->id, type, call->id, now, more);
}

static void flow_line(FILE *out, const struct call *call, const char *now)
{
    static const char *const block[] = {
        "\"PlayPrompt\",\"Parameters\":{\"Prompt\":\"Thank you for calling. Your call matters\"}",
        "\"SetAttributes\",\"Parameters\":{\"Key\":\"language\",\"Value\":\"en-GB\"}",
        "\"InvokeExternalResource\",\"Parameters\":{\"FunctionArn\":\"arn:aws:lambda:eu-west-2:"
        "111122223333:"
        "function:lookup\",\"TimeLimit\":\"3000\"},\"ExternalResults\":{\"tier\":\"gold\"}",
        "\"CheckAttribute\",\"Parameters\":{\"ComparisonMethod\":\"Equals\",\"Value\":\"gold\","
        "\"SecondValue\":"
        "\"gold\"},\"Results\":\"true\"",
        "\"GetUserInput\",\"Parameters\":{\"Text\":\"For sales, press "
        "one\",\"Timeout\":\"5000\"},\"Results\":"
        "\"1\""};
    fprintf(
        out,
        "{\"ContactId\":\"%s\",\"ContactFlowId\":\"" INSTANCE
        "/contact-flow/f10e0001-0000-4000-8000-000000000002\",\"ContactFlowName\":\"Main menu\","
        "\"ContactFlowModuleType\":%s,\"Identifier\":\"block-%u\",\"Timestamp\":\"%s\"}\n",
        call->id, block[call->line % 5], call->line, now);
}

/* The next event of a call; a call that is over gives its place to a new one. */
static void next_event(FILE *out, struct call *call, struct rng *rng, int64_t time)
{
    char now[INSTANT_TEXT], more[160];
    instant_format(time, now);
    if (!call->line)
        rng_uuid(rng, call->id);
    snprintf(more, sizeof(more),
             ",\"queueInfo\":{\"queueArn\":\"" INSTANCE "/queue/1\",\"queueType\":\"STANDARD\"}");
    switch (call->line) {
    case 0: contact_event(out, call, "INITIATED", now, ""); break;
    case LINES_A_CONTACT - 3: contact_event(out, call, "QUEUED", now, more); break;
    case LINES_A_CONTACT - 2: contact_event(out, call, "CONNECTED_TO_AGENT", now, more); break;
    case LINES_A_CONTACT - 1: contact_event(out, call, "DISCONNECTED", now, more); break;
    default: flow_line(out, call, now); break;
    }
    call->line = (call->line + 1) % LINES_A_CONTACT;
}

static bool write_feed(const char *path)
{
    static struct call call[ACTIVE];
    struct rng rng;
    rng_seed(&rng, 1);
    FILE *out = fopen(path, "w");
    if (!out)
        return false;
    int64_t time = clock_now(NULL) - HOUR_MS;
    for (int i = 0; i < EVENTS; i++)
        next_event(out, &call[rng_below(&rng, ACTIVE)], &rng, time += rng_below(&rng, 30));
    return fclose(out) == 0;
}

static bool run(const char *feed, const char *store, double *rate)
{
    struct err err = {""};
    struct source *source = source_open(feed, &(struct source_options){0}, &err);
    struct ingest_options options = {.decode.redact = REDACT_CARDS, .store_spec = store};
    int64_t begin = monotonic_ns();
    struct ingest *ingest = source ? ingest_start(source, &options, &err) : NULL;
    if (!ingest || !ingest_wait(ingest, &err)) {
        fprintf(stderr, "bench_ingest: %s\n", err.text);
        return false;
    }
    *rate = EVENTS / ((double)(monotonic_ns() - begin) / 1e9);
    struct metrics_view view;
    ingest_metrics(ingest, &view);
    ingest_free(ingest);
    if (view.count[METRIC_STORED] == EVENTS)
        return true;
    fprintf(stderr, "bench_ingest: stored %" PRIu64 " of %d\n", view.count[METRIC_STORED], EVENTS);
    return false;
}

static void remove_store(const char *path)
{
    static const char *const suffix[] = {"", "-wal", "-shm", ".quarantine"};
    char name[160];
    for (size_t i = 0; i < ARRAY_SIZE(suffix); i++) {
        snprintf(name, sizeof(name), "%s%s", path, suffix[i]);
        unlink(name);
    }
}

int main(void)
{
    char folder[] = "/tmp/cw-bench-XXXXXX", feed[64], store[64];
    double rate[RUNS];
    if (!mkdtemp(folder))
        return 1;
    snprintf(feed, sizeof(feed), "%s/feed.ndjson", folder);
    snprintf(store, sizeof(store), "%s/store.db", folder);
    bool ok = write_feed(feed);
    for (int i = 0; ok && i < RUNS; i++) {
        ok = run(feed, store, &rate[i]);
        remove_store(store);
    }
    unlink(feed);
    rmdir(folder);
    if (!ok)
        return 1;
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    bench_figure("file -> SQLite, durable, end to end", bench_median(rate, RUNS), "events/s",
                 BENCH_AT_LEAST, BAR);
    bench_figure("  most memory meanwhile", (double)use.ru_maxrss / 1024, "MiB", BENCH_NO_BAR, 0);
    return 0;
}
