/* The set of events: a simulated contact centre's, shuffled, doubled, bundled, some of it spoiled.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "convergence/convergence.h"

const char undecodable_mark[] = "this is no event ";
const char partial_mark[] = "{\"broken\": ";

struct lines {
    char **line;
    size_t count, capacity;
};

static bool read_lines(const char *path, struct lines *out)
{
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    for (ssize_t n; file && (n = getline(&line, &room, file)) > 0;) {
        mem_grow(out->line, out->count, out->capacity);
        out->line[out->count++] = mem_strndup(line, (size_t)n - (line[n - 1] == '\n'));
    }
    free(line);
    if (file)
        fclose(file);
    return out->count > 0;
}

static bool simulate(struct run *run, const char *path)
{
    char contacts[16], seed[24], start[INSTANT_TEXT];
    snprintf(contacts, sizeof(contacts), "%u", run->contacts);
    snprintf(seed, sizeof(seed), "%llu", (unsigned long long)run->seed);
    instant_format(clock_now(NULL) - 2 * HOUR_MS, start);
    char *argument[] = {"simulate", "--contacts",   contacts, "--seed", seed,         "--start",
                        start,      "--rate",       "60",     "--late", "0.05",       "--disorder",
                        "0.3",      "--duplicates", "0.1",    "-o",     (char *)path, NULL};
    return program_run(run, "simulate.log", argument) == 0;
}

/* Each goes a little way from its place: far enough that no order is to be relied on. */
static void shuffle(struct run *run, struct lines *lines)
{
    for (size_t i = 0; i + 1 < lines->count; i++) {
        size_t far = lines->count - i < 400 ? lines->count - i : 400;
        size_t j = i + rng_below(&run->rng, (uint32_t)far);
        char *line = lines->line[i];
        lines->line[i] = lines->line[j];
        lines->line[j] = line;
    }
}

static void send(struct run *run, const char *body)
{
    fake_aws_send(run->fake, "contacts", body);
    run->sent++;
    if (rng_chance(&run->rng, 0.05)) {
        fake_aws_send(run->fake, "contacts", body);
        run->sent++;
    }
}

static void send_spoiled(struct run *run, const char *line)
{
    struct buf body = {0};
    if (rng_chance(&run->rng, 0.5)) {
        buf_printf(&body, "%s%u", undecodable_mark, run->undecodable++);
        fake_aws_send(run->fake, "contacts", buf_str(&body));
    } else {
        buf_printf(&body, "%s\n%s%u", line, partial_mark, run->partial++);
        fake_aws_send(run->fake, "contacts", buf_str(&body));
    }
    run->sent++;
    buf_free(&body);
}

static void send_all(struct run *run, const struct lines *lines)
{
    for (size_t i = 0; i < lines->count;) {
        struct buf body = {0};
        size_t bundle = rng_chance(&run->rng, 0.1) ? 2 + rng_below(&run->rng, 24) : 1;
        if (rng_chance(&run->rng, 0.01))
            send_spoiled(run, lines->line[i]);
        for (size_t end = i + bundle; i < end && i < lines->count; i++)
            buf_printf(&body, "%s%s", body.length ? "\n" : "", lines->line[i]);
        send(run, buf_str(&body));
        buf_free(&body);
    }
}

bool feed_send(struct run *run)
{
    struct lines lines = {0};
    char *path = run_path(run, "feed");
    bool good = simulate(run, path) && read_lines(path, &lines);
    shuffle(run, &lines);
    send_all(run, &lines);
    for (size_t i = 0; i < lines.count; i++)
        free(lines.line[i]);
    free(lines.line);
    free(path);
    return good;
}
