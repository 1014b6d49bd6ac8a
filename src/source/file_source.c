/* The file source: reader -> framer -> messages, paced by event time if asked. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contactwatch/mem.h"
#include "source/file_reader_internal.h"
#include "source/framer_internal.h"
#include "source/pace_internal.h"
#include "source/sources_internal.h"

enum { READ_BLOCK = 256 << 10 };

struct file_source {
    struct source base;
    struct file_reader reader;
    struct framer framer;
    struct pace pace;
    const struct clock *clock;
    struct message held; /* paced: read, but not yet due; body NULL = none */
    int64_t due;
    bool draining; /* no more bytes of this file: a half record is a whole one */
    bool ended;
};

static struct message message_of(struct file_source *fs, const struct frame *frame)
{
    return (struct message){.body = mem_strndup(frame->body, frame->length),
                            .length = frame->length,
                            .sent = clock_now(fs->clock),
                            .position = frame->line,
                            .refused = frame->refused};
}

/* The next message that is due; false when there is none yet. */
static bool next_message(struct file_source *fs, struct message *out)
{
    struct frame frame;
    if (!fs->held.body) {
        if (!framer_next(&fs->framer, fs->draining, &frame))
            return false;
        fs->held = message_of(fs, &frame);
        fs->due =
            fs->pace.speed > 0
                ? pace_due(&fs->pace, pace_event_time(frame.body, frame.length), fs->held.sent)
                : fs->held.sent;
    }
    if (fs->pace.speed > 0) {
        fs->held.sent = clock_now(fs->clock);
        if (fs->due > fs->held.sent)
            return false;
    }
    *out = fs->held;
    fs->held.body = NULL;
    return true;
}

static enum receive fill(struct file_source *fs, int timeout_ms, bool *more, struct err *err)
{
    size_t count = 0;
    char *room = framer_room(&fs->framer, READ_BLOCK);
    enum read_result result =
        file_reader_read(&fs->reader, room, READ_BLOCK, timeout_ms, &count, err);
    framer_add(&fs->framer, count);
    *more = result == READ_BYTES || result == READ_BREAK || result == READ_END;
    fs->draining = result == READ_BREAK || result == READ_END;
    fs->ended = result == READ_END;
    return result == READ_ERROR ? RECEIVE_ERROR : RECEIVE_OK;
}

static int remaining(int64_t deadline_ns)
{
    int64_t left = (deadline_ns - monotonic_ns()) / 1000000;
    return left > 0 ? (int)left : 0;
}

/* Sleeps until the held message is due or the time is up; true when it is due. */
static bool sleep_until_due(struct file_source *fs, int timeout_ms)
{
    int64_t wait = fs->due - clock_now(fs->clock);
    bool due_first = wait <= timeout_ms;
    return !file_reader_sleep(&fs->reader, due_first ? (int)(wait > 0 ? wait : 0) : timeout_ms) &&
           due_first;
}

static enum receive file_receive(struct source *source, struct message *out, size_t max,
                                 int timeout_ms, size_t *count, struct err *err)
{
    struct file_source *fs = (struct file_source *)source;
    int64_t deadline = monotonic_ns() + (int64_t)timeout_ms * 1000000;
    *count = 0;
    for (bool more = true; more;) {
        while (*count < max && next_message(fs, &out[*count]))
            ++*count;
        if (*count)
            return RECEIVE_OK;
        if (fs->held.body) {
            more = sleep_until_due(fs, remaining(deadline));
            continue;
        }
        if (fs->ended)
            return RECEIVE_END;
        if (fs->draining)
            framer_restart(&fs->framer);
        if (fill(fs, remaining(deadline), &more, err) == RECEIVE_ERROR)
            return RECEIVE_ERROR;
    }
    return RECEIVE_OK;
}

/* The file keeps what was not taken, so both ways of settling only free memory. */
static void file_settle(struct source *source, struct message *message, size_t count,
                        enum settlement how)
{
    (void)source;
    (void)how;
    for (size_t i = 0; i < count; i++)
        free(message[i].body);
}

static void file_wake(struct source *source)
{
    struct file_source *fs = (struct file_source *)source;
    uint64_t one = 1;
    if (write(fs->reader.wake_fd, &one, sizeof(one)) < 0)
        return; /* EAGAIN: it is awake already */
}

static void file_close(struct source *source)
{
    struct file_source *fs = (struct file_source *)source;
    free(fs->held.body);
    framer_free(&fs->framer);
    file_reader_close(&fs->reader);
    free(fs);
}

static const struct source_ops file_ops = {.name = "file",
                                           .receive = file_receive,
                                           .settle = file_settle,
                                           .wake = file_wake,
                                           .close = file_close};

struct source *file_source_open(const char *argument, const struct source_options *options,
                                struct err *err)
{
    struct file_source *fs = mem_zero(sizeof(*fs));
    fs->base.ops = &file_ops;
    fs->clock = options->clock;
    fs->pace.speed = options->speed;
    fs->framer.single = options->speed > 0;
    if (!file_reader_open(&fs->reader, argument, options->follow, err)) {
        free(fs);
        return NULL;
    }
    return &fs->base;
}
