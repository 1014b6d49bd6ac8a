/* replay of an archive: a source as others. */
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "archive/replay_internal.h"
#include "contactwatch/log.h"

struct archive_source {
    struct source base;
    struct archive *archive;
    const struct clock *clock;
    double speed;          /* 0 = as fast as possible */
    struct name_list days; /* to be played */
    size_t loaded;         /* days taken up so far */
    bool listed, failed;   /* failed: for good */
    struct waiting_heap heap;
    int64_t first_event, first_wall; /* of the pace */
    size_t passed_over;              /* objects that are no documents: each is logged */
    uint64_t position;
    char *from, *to;
    int wake;
    atomic_bool woken;
    struct err *err; /* while a day is taken up */
};

static bool too_much(struct archive_source *s)
{
    const char *day = s->loaded ? s->days.item[s->loaded - 1] : "";
    return s->heap.bytes > ARCHIVE_REPLAY_MAX &&
           !err_set(s->err,
                    "%.200s: what waits for its time on %s is more than the %d MiB that a replay "
                    "holds: replay single days (PLACE/dt=YYYY-MM-DD)",
                    s->archive->place->label, day, ARCHIVE_REPLAY_MAX >> 20);
}

/* The time of the first entry that has one; INSTANT_NONE plays at once. */
static int64_t first_time(const struct history *history)
{
    for (size_t i = 0; i < history->count; i++)
        if (history->entry[i].time != INSTANT_NONE)
            return history->entry[i].time;
    return INSTANT_NONE;
}

static bool take_up(void *context, const struct object *object, const struct buf *json)
{
    struct archive_source *s = context;
    struct arena arena = {0};
    struct document document;
    if (!json || !document_read(s->archive, object->name, json, &arena, &document, s->err)) {
        log_error("passed over: %s", s->err->text);
        s->passed_over++;
    } else {
        struct waiting waiting = {.time = first_time(&document.history),
                                  .name = mem_strdup(object->name)};
        buf_add(&waiting.body, object->body.data, object->body.length);
        waiting_put(&s->heap, waiting);
        document_free(&document);
        s->failed = too_much(s);
    }
    arena_free(&arena);
    return !s->failed && !atomic_load(&s->woken);
}

/* A document's time has come: its entries wait on. */
static bool open_document(struct archive_source *s, struct waiting *waiting)
{
    struct object object = {.name = waiting->name, .body = waiting->body};
    struct buf json = {0};
    struct arena arena = {0};
    struct document document;
    bool good = document_inflate(s->archive, &object, &json, s->err) &&
                document_read(s->archive, object.name, &json, &arena, &document, s->err);
    if (good) {
        int64_t least = first_time(&document.history);
        for (size_t i = 0; i < document.history.count; i++) {
            const struct entry *entry = &document.history.entry[i];
            struct waiting one = {.time = entry->time > least ? entry->time : least};
            replay_message(&one.body, document.record.contact_id, entry);
            waiting_put(&s->heap, one);
        }
        document_free(&document);
        good = !too_much(s);
    }
    buf_free(&json);
    arena_free(&arena);
    return good;
}

static bool list_days(struct archive_source *s)
{
    if (!archive_days(s->archive, s->err))
        return false;
    for (size_t i = 0; i < s->archive->days.count; i++) {
        const char *day = s->archive->days.item[i];
        if ((!s->from || strcmp(day, s->from) >= 0) && (!s->to || strcmp(day, s->to) <= 0))
            names_add(&s->days, mem_strdup(day));
    }
    s->listed = true;
    return true;
}

/* When the first day that is not taken up yet begins. */
static int64_t horizon(const struct archive_source *s)
{
    char text[INSTANT_TEXT];
    int64_t begin;
    if (s->loaded == s->days.count)
        return INT64_MAX;
    snprintf(text, sizeof(text), "%sT00:00:00Z", s->days.item[s->loaded]);
    return instant_parse(text, &begin) ? begin : 0;
}

/* Until the earliest that waits is an entry, and no day to come can have an earlier one. False on a
 * failure; an empty heap is the end. */
static bool make_ready(struct archive_source *s)
{
    if (!s->listed && !list_days(s))
        return false;
    while (!atomic_load(&s->woken)) {
        if (s->loaded < s->days.count && (!s->heap.count || s->heap.item[0].time >= horizon(s))) {
            const char *day = s->days.item[s->loaded++];
            if (!archive_each_object(s->archive, day, day, take_up, s, s->err) || s->failed)
                return false;
        } else if (s->heap.count && s->heap.item[0].name) {
            struct waiting waiting = waiting_take(&s->heap);
            bool good = open_document(s, &waiting);
            waiting_free(&waiting);
            if (!good)
                return false;
        } else {
            return true;
        }
    }
    return true;
}

/* How long until the earliest is due, ms; 0 = it is. */
static int64_t due_in(struct archive_source *s)
{
    int64_t time = s->heap.item[0].time, now = clock_now(s->clock);
    if (!(s->speed > 0) || time == INSTANT_NONE)
        return 0;
    if (s->first_event == INSTANT_NONE) {
        s->first_event = time;
        s->first_wall = now;
    }
    int64_t due = s->first_wall + (int64_t)((double)(time - s->first_event) / s->speed);
    return due > now ? due - now : 0;
}

static void sleep_for(struct archive_source *s, int64_t ms)
{
    struct pollfd wake = {.fd = s->wake, .events = POLLIN};
    uint64_t count;
    if (poll(&wake, 1, (int)ms) > 0 && read(s->wake, &count, sizeof(count)) > 0)
        atomic_store(&s->woken, false);
}

static struct message message_of(struct archive_source *s, struct waiting *waiting)
{
    size_t length = waiting->body.length;
    return (struct message){.body = buf_take(&waiting->body),
                            .length = length,
                            .sent = clock_now(s->clock),
                            .position = ++s->position};
}

static enum receive source_failed(struct archive_source *s)
{
    s->failed = true;
    waiting_clear(&s->heap);
    return RECEIVE_ERROR;
}

/* All is played. A place without a day is the wrong one, and what was passed over a failure. */
static enum receive played(struct archive_source *s)
{
    if (!s->days.count && !s->from && !s->to) {
        err_set(s->err, "%.200s: no documents lie there", s->archive->place->label);
        return source_failed(s);
    }
    if (!s->passed_over)
        return RECEIVE_END;
    err_set(s->err, "%.200s: %zu objects are no contact's documents and were passed over",
            s->archive->place->label, s->passed_over);
    return source_failed(s);
}

static enum receive archive_receive(struct source *source, struct message *out, size_t max,
                                    int timeout_ms, size_t *count, struct err *err)
{
    struct archive_source *s = (struct archive_source *)source;
    *count = 0;
    s->err = err;
    if (s->failed)
        return RECEIVE_END;
    while (*count < max) {
        if (!make_ready(s))
            return source_failed(s);
        if (atomic_exchange(&s->woken, false))
            break;
        if (!s->heap.count)
            return *count ? RECEIVE_OK : played(s);
        int64_t wait = due_in(s);
        if (wait && !*count)
            sleep_for(s, wait < timeout_ms ? wait : timeout_ms);
        if (wait)
            break;
        struct waiting first = waiting_take(&s->heap);
        out[(*count)++] = message_of(s, &first);
        waiting_free(&first);
    }
    return RECEIVE_OK;
}

static void archive_settle(struct source *source, struct message *message, size_t count,
                           enum settlement how)
{
    (void)source, (void)how;
    for (size_t i = 0; i < count; i++)
        free(message[i].body);
}

static void archive_wake(struct source *source)
{
    struct archive_source *s = (struct archive_source *)source;
    uint64_t one = 1;
    atomic_store(&s->woken, true);
    if (write(s->wake, &one, sizeof(one)) < 0)
        return; /* EAGAIN: it is awake already */
}

static void archive_source_close(struct source *source)
{
    struct archive_source *s = (struct archive_source *)source;
    waiting_clear(&s->heap);
    names_clear(&s->days);
    archive_close(s->archive);
    close(s->wake);
    free(s->from);
    free(s->to);
    free(s);
}

struct source *archive_source_open(struct archive *archive, const char *from, const char *to,
                                   const struct source_options *options)
{
    static const struct source_ops ops = {.name = "archive",
                                          .receive = archive_receive,
                                          .settle = archive_settle,
                                          .wake = archive_wake,
                                          .close = archive_source_close};
    struct archive_source *s = mem_zero(sizeof(*s));
    s->base.ops = &ops;
    s->archive = archive;
    s->clock = options->clock;
    s->speed = options->speed;
    s->from = mem_strdup(from);
    s->to = mem_strdup(to);
    s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return &s->base;
}
