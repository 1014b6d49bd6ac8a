/*
 * The binary in a terminal of its own: from its start to the first picture, a long contact from the
 * key to its story, and what the monitor costs while nothing happens.
 */
#include <dirent.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "contactwatch/instant.h"
#include "contactwatch/mem.h"
#include "support/bench.h"
#include "support/bench_feed.h"

enum { RUNS = 9, CONTACTS = 100000, ENTRIES = 5000, PATIENCE_MS = 60000, IDLE_MS = 10000 };

static char binary[512], folder[] = "/tmp/cw-open-XXXXXX";

struct session {
    pid_t child;
    int terminal;
    int64_t started;
    struct buf seen;
};

static void start(struct session *s, const char *const *arguments)
{
    const struct winsize size = {.ws_row = 40, .ws_col = 140};
    s->started = monotonic_ns();
    s->child = forkpty(&s->terminal, NULL, NULL, &size);
    if (s->child == 0) {
        setenv("TERM", "xterm-256color", 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        setenv("HOME", folder, 1);
        execv(binary, (char *const *)(uintptr_t)arguments);
        _exit(127);
    }
}

/* ms until the text has been sent; gives up after a minute. */
static double wait_for(struct session *s, const char *text, int64_t since)
{
    char chunk[16384];
    struct pollfd fd = {s->terminal, POLLIN, 0};
    while (!s->seen.length || !memmem(s->seen.data, s->seen.length, text, strlen(text))) {
        ssize_t n = poll(&fd, 1, PATIENCE_MS) > 0 ? read(s->terminal, chunk, sizeof(chunk)) : 0;
        if (n <= 0) {
            fprintf(stderr, "bench_open: “%s” never came\n", text);
            exit(1);
        }
        buf_add(&s->seen, chunk, (size_t)n);
    }
    return (double)(monotonic_ns() - since) / 1e6;
}

static double press(struct session *s, const char *key, const char *text)
{
    buf_clear(&s->seen);
    int64_t since = monotonic_ns();
    if (write(s->terminal, key, strlen(key)) < 0)
        return 0;
    return wait_for(s, text, since);
}

/* Reads what comes until the time is up. */
static void pass(struct session *s, int64_t ms)
{
    char chunk[16384];
    struct pollfd fd = {s->terminal, POLLIN, 0};
    for (int64_t end = monotonic_ns() + ms * 1000000, left; (left = end - monotonic_ns()) > 0;)
        if (poll(&fd, 1, (int)(left / 1000000) + 1) > 0 &&
            read(s->terminal, chunk, sizeof(chunk)) <= 0)
            return;
}

static void stop(struct session *s)
{
    char chunk[16384];
    kill(s->child, SIGTERM);
    while (read(s->terminal, chunk, sizeof(chunk)) > 0)
        continue;
    waitpid(s->child, NULL, 0);
    close(s->terminal);
    buf_free(&s->seen);
}

static double version_ms(void)
{
    const char *const arguments[] = {binary, "--version", NULL};
    double ms[RUNS];
    for (int i = 0; i < RUNS; i++) {
        struct session s = {0};
        start(&s, arguments);
        ms[i] = wait_for(&s, "\n", s.started);
        stop(&s);
    }
    return bench_median(ms, RUNS);
}

static void start_watch(struct session *s, const char *store)
{
    const char *const arguments[] = {binary, "watch", "--view-only", "--store", store, NULL};
    start(s, arguments);
}

struct opened {
    double first, rows, all, known;
};

static struct opened opening(const char *store, bool filled)
{
    double first[RUNS], rows[RUNS], all[RUNS], known[RUNS];
    for (int i = 0; i < RUNS; i++) {
        struct session s = {0};
        start_watch(&s, store);
        first[i] = wait_for(&s, "IN STATE", s.started);
        rows[i] = filled ? wait_for(&s, "feed", s.started) : 0;
        all[i] = filled ? wait_for(&s, "100000 contacts", s.started) : 0;
        known[i] = wait_for(&s, "LIVE", s.started);
        stop(&s);
    }
    return (struct opened){bench_median(first, RUNS), bench_median(rows, RUNS),
                           bench_median(all, RUNS), bench_median(known, RUNS)};
}

/* ---- what a process has used, its threads together */

struct usage {
    double cpu_ms;
    long woken;
    long resident_kb;
};

static long status_value(const char *path, const char *name)
{
    char line[256];
    long value = 0;
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof(line), file))
        if (strncmp(line, name, strlen(name)) == 0)
            value = strtol(line + strlen(name) + 1, NULL, 10);
    if (file)
        fclose(file);
    return value;
}

static double run_ms(const char *path)
{
    char line[256] = "";
    FILE *file = fopen(path, "r");
    if (file && !fgets(line, sizeof(line), file))
        line[0] = '\0';
    if (file)
        fclose(file);
    return (double)strtoll(line, NULL, 10) / 1e6;
}

static struct usage usage_of(pid_t process)
{
    struct usage usage = {0};
    char path[300], task[300];
    snprintf(path, sizeof(path), "/proc/%d/task", (int)process);
    DIR *tasks = opendir(path);
    for (struct dirent *entry; tasks && (entry = readdir(tasks)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(task, sizeof(task), "/proc/%d/task/%.20s/status", (int)process, entry->d_name);
        usage.woken += status_value(task, "voluntary_ctxt_switches");
        snprintf(task, sizeof(task), "/proc/%d/task/%.20s/schedstat", (int)process, entry->d_name);
        usage.cpu_ms += run_ms(task);
    }
    if (tasks)
        closedir(tasks);
    snprintf(path, sizeof(path), "/proc/%d/status", (int)process);
    usage.resident_kb = status_value(path, "VmRSS");
    return usage;
}

static void idle(struct session *s, const char *what)
{
    char name[96];
    pass(s, 2000);
    struct usage before = usage_of(s->child);
    pass(s, IDLE_MS);
    struct usage after = usage_of(s->child);
    snprintf(name, sizeof(name), "%s: processor", what);
    bench_figure(name, (after.cpu_ms - before.cpu_ms) * 100 / IDLE_MS, "%", BENCH_AT_MOST, 0.5);
    snprintf(name, sizeof(name), "%s: wake-ups", what);
    bench_figure(name, (double)(after.woken - before.woken) * 1000 / IDLE_MS, "/s", BENCH_NO_BAR,
                 0);
}

static const char *in_folder(char *out, size_t size, const char *before, const char *name)
{
    snprintf(out, size, "%s%s/%s", before, folder, name);
    return out;
}

static void remove_folder(void)
{
    char path[512];
    DIR *files = opendir(folder);
    for (struct dirent *entry; files && (entry = readdir(files)) != NULL;) {
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        unlink(path);
    }
    if (files)
        closedir(files);
    rmdir(folder);
}

static long empty_store(double version)
{
    char store[128];
    struct session s = {0};
    struct opened opened;
    in_folder(store, sizeof(store), "sqlite:", "empty.db");
    char feed[128];
    in_folder(feed, sizeof(feed), "", "empty.ndjson");
    if (!feed_queued(feed, 0, 0) || !feed_store(feed, store))
        exit(1);
    opened = opening(store, false);
    bench_figure("start to first paint, above --version", opened.first - version, "ms",
                 BENCH_AT_MOST, 20);
    start_watch(&s, store);
    wait_for(&s, "LIVE", s.started);
    idle(&s, "idle monitor");
    long resident = usage_of(s.child).resident_kb;
    stop(&s);
    return resident;
}

static void full_store(long resident)
{
    char feed[128], store[128];
    in_folder(feed, sizeof(feed), "", "full.ndjson");
    in_folder(store, sizeof(store), "sqlite:", "full.db");
    if (!feed_queued(feed, CONTACTS, clock_now(NULL)) || !feed_store(feed, store))
        exit(1);
    struct opened opened = opening(store, true);
    bench_figure("100,000 contacts in SQLite: first paint", opened.first, "ms", BENCH_NO_BAR, 0);
    bench_figure("100,000 contacts in SQLite: first rows", opened.rows, "ms", BENCH_AT_MOST, 500);
    bench_figure("100,000 contacts in SQLite: all rows", opened.all, "ms", BENCH_AT_MOST, 500);
    bench_figure("100,000 contacts in SQLite: their errors and Lambdas too", opened.known, "ms",
                 BENCH_NO_BAR, 0);
    struct session s = {0};
    start_watch(&s, store);
    wait_for(&s, "LIVE", s.started);
    idle(&s, "idle monitor of 100,000 contacts");
    bench_figure("resident memory of the monitor a row",
                 (double)(usage_of(s.child).resident_kb - resident) * 1024 / CONTACTS, "B",
                 BENCH_AT_MOST, 1024);
    stop(&s);
}

static void long_contact(void)
{
    char feed[128], store[128];
    double ms[RUNS];
    struct session s = {0};
    in_folder(feed, sizeof(feed), "", "long.ndjson");
    in_folder(store, sizeof(store), "sqlite:", "long.db");
    if (!feed_long(feed, ENTRIES, clock_now(NULL)) || !feed_store(feed, store))
        exit(1);
    start_watch(&s, store);
    wait_for(&s, "LIVE", s.started);
    for (int i = 0; i < RUNS; i++) {
        ms[i] = press(&s, "\r", FEED_LAST);
        if (i + 1 < RUNS) {
            press(&s, "\033", "IN STATE");
            pass(&s, 300);
        }
    }
    bench_figure("a contact of 5,000 entries: Enter to its story", bench_median(ms, RUNS), "ms",
                 BENCH_AT_MOST, 50);
    idle(&s, "a contact of 5,000 entries open");
    stop(&s);
}

/* The binary lies beside the folder of the benchmarks. */
static bool find_binary(void)
{
    char self[400];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    for (int up = 0; up < 2 && length > 0; up++)
        while (length > 0 && self[--length] != '/')
            continue;
    snprintf(binary, sizeof(binary), "%.*s/contactwatch", (int)(length > 0 ? length : 0), self);
    return access(binary, X_OK) == 0;
}

int main(void)
{
    if (!find_binary() || !mkdtemp(folder)) {
        fprintf(stderr, "bench_open: no %s to measure\n", binary);
        return 1;
    }
    atexit(remove_folder);
    double version = version_ms();
    bench_figure("--version", version, "ms", BENCH_NO_BAR, 0);
    full_store(empty_store(version));
    long_contact();
    return 0;
}
