/*
 * The binary as a Lambda function: from its start to the first invocation asked for, what is in
 * memory then, and the first invocation of a flow's kind, on the fake runtime API. Wall time: the
 * best of the runs is what a machine with nothing else to do would show.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "contactwatch/instant.h"
#include "contactwatch/lambda.h"
#include "fakes/fake_runtime.h"
#include "support/bench.h"

enum { RUNS = 15, PATIENCE_MS = 60000 };

static char binary[512];

static pid_t start(const char *handler, const char *api)
{
    pid_t child = fork();
    if (child != 0)
        return child;
    char where[64], what[64];
    snprintf(where, sizeof(where), "AWS_LAMBDA_RUNTIME_API=%s", api);
    snprintf(what, sizeof(what), "_HANDLER=%s", handler);
    char *const environment[] = {where,
                                 what,
                                 "LANG=en_US.UTF-8",
                                 "TZ=:UTC",
                                 "AWS_REGION=eu-west-1",
                                 "AWS_ACCESS_KEY_ID=ASIAEXAMPLE",
                                 "AWS_SECRET_ACCESS_KEY=example",
                                 "AWS_SESSION_TOKEN=example",
                                 "CONTACTWATCH_STORE=dynamodb:contacts",
                                 "CONTACTWATCH_QUEUE=https://sqs.eu-west-1.amazonaws.com/1/q",
                                 "CONTACTWATCH_ARCHIVE=s3://bucket/prefix",
                                 NULL};
    execve(binary, (char *const[]){binary, "lambda", NULL}, environment);
    _exit(127);
}

/* A member of /proc/PID/status, MiB. */
static double memory_of(pid_t child, const char *name)
{
    char path[64], line[256];
    double kib = 0;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)child);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof(line), file))
        if (strncmp(line, name, strlen(name)) == 0)
            kib = strtod(line + strlen(name), NULL);
    if (file)
        fclose(file);
    return kib / 1024;
}

static double one_run(const char *handler, double *resident, double *own)
{
    struct fake_runtime *runtime = fake_runtime_start(0);
    int64_t started = monotonic_ns();
    pid_t child = start(handler, fake_runtime_address(runtime));
    if (!fake_runtime_wait_next(runtime, 1, PATIENCE_MS)) {
        fprintf(stderr, "bench_lambda_start: %s asks for nothing\n", handler);
        exit(1);
    }
    double ms = (double)(fake_runtime_first_next_ns(runtime) - started) / 1e6;
    *resident = memory_of(child, "VmRSS:");
    *own = memory_of(child, "RssAnon:");
    kill(child, SIGTERM);
    waitpid(child, NULL, 0);
    fake_runtime_stop(runtime);
    return ms;
}

static void measure(const char *handler)
{
    double ms[RUNS], resident[RUNS], own[RUNS];
    char what[96];
    for (size_t i = 0; i < RUNS; i++)
        ms[i] = one_run(handler, &resident[i], &own[i]);
    snprintf(what, sizeof(what), "lambda %s: start to first /next, median", handler);
    bench_figure(what, bench_median(ms, RUNS), "ms", BENCH_AT_MOST, 25);
    snprintf(what, sizeof(what), "lambda %s: best", handler);
    bench_figure(what, ms[0], "ms", BENCH_NO_BAR, 0); /* sorted by now */
    snprintf(what, sizeof(what), "lambda %s: resident then", handler);
    bench_figure(what, bench_median(resident, RUNS), "MiB", BENCH_AT_MOST, 25);
    snprintf(what, sizeof(what), "lambda %s: of that its own", handler);
    bench_figure(what, bench_median(own, RUNS), "MiB", BENCH_NO_BAR, 0);
}

int main(int argc, char **argv)
{
    (void)argc;
    const char *slash = strrchr(argv[0], '/');
    snprintf(binary, sizeof(binary), "%.*s/../contactwatch", slash ? (int)(slash - argv[0]) : 1,
             slash ? argv[0] : ".");
    for (const struct lambda_handler *const *h = lambda_handlers; *h; h++)
        measure((*h)->name);
    return 0;
}
