/*
 * From the queue to the eye: an event is put into the fake SQS, and the time is taken until the
 * monitor, the real binary on a pseudo-terminal, writes its contact: by its own ingesting thread,
 * and through the table behind another process.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "contactwatch/instant.h"
#include "contactwatch/mem.h"
#include "contactwatch/rng.h"
#include "fakes/fake_aws.h"
#include "support/bench.h"

enum { SAMPLES = 48, PATIENCE_MS = 8000 };

static struct {
    struct fake_aws *fake;
    char *binary, *home;
    char source[160];
    int master;
    struct buf seen;
} bench;

static void own_environment(void)
{
    clearenv();
    setenv("HOME", bench.home, 1);
    setenv("TERM", "screen-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("AWS_ACCESS_KEY_ID", FAKE_ACCESS_KEY, 1);
    setenv("AWS_SECRET_ACCESS_KEY", FAKE_SECRET_KEY, 1);
    setenv("AWS_REGION", FAKE_REGION, 1);
    setenv("AWS_ENDPOINT_URL", fake_aws_url(bench.fake), 1);
}

static pid_t start(const char *const *argument, const char *terminal)
{
    pid_t pid = fork();
    if (pid)
        return pid;
    setsid();
    int fd = open(terminal ? terminal : "/dev/null", O_RDWR);
    for (int i = 0; i < 3; i++)
        dup2(fd, i);
    own_environment();
    execv(bench.binary, (char *const *)argument);
    _exit(127);
}

static pid_t start_monitor(const char *const *argument)
{
    const struct winsize size = {.ws_row = 60, .ws_col = 140};
    bench.master = posix_openpt(O_RDWR | O_NOCTTY);
    if (bench.master < 0 || grantpt(bench.master) || unlockpt(bench.master) ||
        ioctl(bench.master, TIOCSWINSZ, &size))
        return -1;
    return start(argument, ptsname(bench.master));
}

/* Waits until the monitor has written the text; ms, or PATIENCE_MS. */
static double await(const char *text)
{
    int64_t begin = monotonic_ns();
    for (;;) {
        double passed = (double)(monotonic_ns() - begin) / 1e6;
        if (memmem(buf_str(&bench.seen), bench.seen.length, text, strlen(text)))
            return passed;
        if (passed > PATIENCE_MS)
            return PATIENCE_MS;
        struct pollfd fd = {bench.master, POLLIN, 0};
        char chunk[16384];
        ssize_t n = poll(&fd, 1, 100) > 0 ? read(bench.master, chunk, sizeof(chunk)) : 0;
        if (n > 0)
            buf_add(&bench.seen, chunk, (size_t)n);
    }
}

/* A contact whose short id shares no cell with another's: the screen writes it whole. */
static double one(unsigned number)
{
    char id[40], now[INSTANT_TEXT];
    struct buf body = {0};
    char low = (char)('a' + number % 26), high = (char)('A' + number % 26);
    if (number >= 26) {
        char swap = low;
        low = high;
        high = swap;
    }
    snprintf(id, sizeof(id), "%c%c%c%c%c%c%c%c-0000-4000-8000-%012u", low, high, low, high, low,
             high, low, high, number);
    instant_format(clock_now(NULL), now);
    buf_printf(&body,
               "{\"source\":\"aws.connect\",\"detail-type\":\"Amazon Connect Contact Event\","
               "\"time\":\"%s\",\"detail\":{\"eventType\":\"INITIATED\",\"contactId\":\"%s\","
               "\"channel\":\"VOICE\",\"initiationMethod\":\"INBOUND\",\"instanceArn\":"
               "\"arn:aws:connect:eu-west-2:111122223333:instance/5d2b0a3e\","
               "\"initiationTimestamp\":\"%s\"}}",
               now, id, now);
    buf_clear(&bench.seen);
    fake_aws_send(bench.fake, "contacts", buf_str(&body));
    buf_free(&body);
    id[8] = '\0';
    return await(id);
}

static void measure(const char *what, double bar)
{
    struct rng rng;
    double ms[SAMPLES];
    char name[96];
    rng_seed(&rng, 3);
    await("METHOD");
    for (unsigned i = 0; i < SAMPLES; i++) {
        poll(NULL, 0, 100 + (int)rng_below(&rng, 500));
        ms[i] = one(i);
    }
    snprintf(name, sizeof(name), "event in SQS to screen, %s: p50", what);
    bench_figure(name, bench_percentile(ms, SAMPLES, 50), "ms", BENCH_NO_BAR, 0);
    snprintf(name, sizeof(name), "event in SQS to screen, %s: p99", what);
    bench_figure(name, bench_percentile(ms, SAMPLES, 99), "ms", BENCH_AT_MOST, bar);
}

static void stop(pid_t pid)
{
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
}

static void init(const char *store)
{
    const char *const argument[] = {bench.binary, "init", "--store", store, NULL};
    waitpid(start(argument, NULL), NULL, 0);
}

static void by_own_thread(void)
{
    const char *const argument[] = {bench.binary,   "watch",   "--source",
                                    bench.source,   "--store", "dynamodb:Own",
                                    "--list-names", "no",      NULL};
    init("dynamodb:Own");
    pid_t monitor = start_monitor(argument);
    measure("own thread", 500);
    stop(monitor);
    close(bench.master);
}

static void through_the_table(void)
{
    const char *const ingest[] = {bench.binary,   "ingest",  "--source",
                                  bench.source,   "--store", "dynamodb:Shared",
                                  "--list-names", "no",      NULL};
    const char *const watch[] = {bench.binary, "watch",           "--view-only",
                                 "--store",    "dynamodb:Shared", NULL};
    init("dynamodb:Shared");
    pid_t ingester = start(ingest, NULL), monitor = start_monitor(watch);
    measure("through the table", 2000);
    stop(monitor);
    stop(ingester);
    close(bench.master);
}

int main(int argc, char **argv)
{
    char home[] = "/tmp/contactwatch-bench-XXXXXX";
    struct buf binary = {0};
    const char *slash = strrchr(argv[0], '/');
    (void)argc;
    buf_printf(&binary, "%.*s/../contactwatch", slash ? (int)(slash - argv[0]) : 1,
               slash ? argv[0] : ".");
    bench.binary = binary.data;
    bench.home = mkdtemp(home);
    bench.fake = fake_aws_start(NULL);
    fake_aws_queue(bench.fake, "contacts", NULL);
    snprintf(bench.source, sizeof(bench.source), "sqs:%s",
             fake_aws_queue_url(bench.fake, "contacts"));
    by_own_thread();
    through_the_table();
    fake_aws_stop(bench.fake);
    buf_free(&bench.seen);
    buf_free(&binary);
    const char *const remove[] = {"rm", "-rf", bench.home, NULL};
    if (fork() == 0)
        execvp("rm", (char *const *)remove);
    return 0;
}
