/*
 * The simulated contact centre as a source. It starts history_ms in the past: what was due before
 * now is handed out as fast as it is asked for, what is due later when its time has come. Waits on
 * an eventfd, which source_wake writes.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "contactwatch/sim.h"
#include "source/sources_internal.h"

struct sim_source {
    struct source base;
    struct sim *sim;
    const struct clock *clock;
    uint64_t position;
    int wake;
};

static struct sim_source *mine(struct source *source)
{
    return (struct sim_source *)source;
}

static size_t take_due(struct sim_source *self, struct message *out, size_t max, int64_t now)
{
    size_t count = 0;
    while (count < max && sim_due(self->sim) <= now) {
        struct buf body = {0};
        int64_t due;
        if (!sim_next(self->sim, &body, &due))
            break;
        out[count] = (struct message){.sent = due, .position = ++self->position};
        out[count].length = body.length;
        out[count++].body = buf_take(&body);
    }
    return count;
}

/* Sleeps until the next message is due, the time is up, or somebody wakes it. */
static void wait_for(struct sim_source *self, int64_t ms)
{
    struct pollfd fd = {.fd = self->wake, .events = POLLIN};
    uint64_t value;
    if (poll(&fd, 1, (int)ms) > 0 && read(self->wake, &value, sizeof(value)) < 0)
        return;
}

static enum receive sim_receive(struct source *source, struct message *out, size_t max,
                                int timeout_ms, size_t *count, struct err *err)
{
    (void)err;
    struct sim_source *self = mine(source);
    int64_t now = clock_now(self->clock), due = sim_due(self->sim);
    *count = 0;
    if (due == INT64_MAX)
        return RECEIVE_END;
    if (due > now && timeout_ms > 0) {
        wait_for(self, due - now < timeout_ms ? due - now : timeout_ms);
        now = clock_now(self->clock);
    }
    *count = take_due(self, out, max, now);
    return RECEIVE_OK;
}

static void sim_settle(struct source *source, struct message *message, size_t count,
                       enum settlement how)
{
    (void)source;
    (void)how; /* what is released is gone: the centre does not repeat itself */
    for (size_t i = 0; i < count; i++) {
        free(message[i].body);
        message[i].body = NULL;
    }
}

static void sim_wake(struct source *source)
{
    uint64_t one = 1;
    if (write(mine(source)->wake, &one, sizeof(one)) < 0)
        return; /* the counter is full: it is awake already */
}

static void sim_close(struct source *source)
{
    struct sim_source *self = mine(source);
    sim_free(self->sim);
    if (self->wake >= 0)
        close(self->wake);
    free(self);
}

static const struct source_ops sim_ops = {.name = "sim",
                                          .receive = sim_receive,
                                          .settle = sim_settle,
                                          .wake = sim_wake,
                                          .close = sim_close};

static bool parse_rate(const char *argument, double *rate, struct err *err)
{
    char *end;
    if (!argument || !*argument)
        return true;
    double value = strtod(argument, &end);
    if (*end || !(value > 0) || value > SIM_MAX_RATE)
        return err_set(err, "sim:%s: the rate is contacts a minute, up to %d", argument,
                       SIM_MAX_RATE);
    *rate = value;
    return true;
}

static struct sim_options sim_options_of(const struct source_options *options)
{
    int64_t history = options->history_ms > 0 ? options->history_ms : 0;
    return (struct sim_options){
        .seed = options->seed,
        .start = clock_now(options->clock) - history,
        .rate = options->rate,
        .contacts = options->contacts,
        .duplicates = options->duplicates,
        .disorder = options->disorder,
        .late = options->late,
        .names_file = options->names_file,
    };
}

struct source *sim_source_open(const char *argument, const struct source_options *options,
                               struct err *err)
{
    struct sim_options sim = sim_options_of(options);
    if (!parse_rate(argument, &sim.rate, err))
        return NULL;
    struct sim_source *self = mem_zero(sizeof(*self));
    self->base.ops = &sim_ops;
    self->clock = options->clock;
    self->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    self->sim = self->wake < 0 ? NULL : sim_new(&sim, err);
    if (self->wake < 0)
        err_set(err, "eventfd: cannot make the simulator's wake-up");
    if (!self->sim) {
        sim_close(&self->base);
        return NULL;
    }
    return &self->base;
}
