#include "caretaker_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int64_t scripted_now(void *context)
{
    return ((struct caretaker_fixture *)context)->now;
}

static struct store *open_scripted(void *context, struct err *err)
{
    struct caretaker_fixture *f = context;
    if (f->store_fails) {
        err_set(err, "the store is out of order");
        return NULL;
    }
    return sqlite_file_open(&f->options.store, err);
}

static bool fits(const struct connect_reply *answer, const struct aws_call *call)
{
    if (answer->times && answer->used >= answer->times)
        return false;
    if (answer->operation && strcmp(answer->operation, call->operation) != 0)
        return false;
    return !answer->holds || strstr(call->path, answer->holds) ||
           (call->query && strstr(call->query, answer->holds));
}

static void scripted_ask(void *context, struct aws_call *call)
{
    struct caretaker_fixture *f = context;
    buf_printf(&f->asked, "%s ", call->operation);
    assert_true(f->asks < ASKED_MAX);
    f->asked_at[f->asks++] = f->now;
    for (size_t i = 0; i < f->answers; i++) {
        struct connect_reply *answer = &f->answer[i];
        if (!fits(answer, call))
            continue;
        answer->used++;
        call->fault = answer->fault;
        call->attempts = 1;
        snprintf(call->code, sizeof(call->code), "%s", answer->code ? answer->code : "");
        if (answer->body)
            buf_text(&call->response, answer->body);
        return;
    }
    fail_msg("nothing answers %s %s?%s", call->operation, call->path,
             call->query ? call->query : "");
}

void caretaker_fixture_begin(struct caretaker_fixture *f)
{
    *f = (struct caretaker_fixture){.now = CARETAKER_START};
    f->clock = (struct clock){scripted_now, f};
    sqlite_file_fresh();
    f->options = (struct caretaker_options){
        .store = {.retention_ms = DAY_MS, .clock = &f->clock},
        .unsure = {30 * MINUTE_MS, 2 * HOUR_MS, 4 * HOUR_MS, DAY_MS},
        .decode = {.redact = REDACT_CARDS},
        .clock = &f->clock,
        .open_store = open_scripted,
        .ask = scripted_ask,
        .test_context = f,
    };
}

void caretaker_fixture_end(struct caretaker_fixture *f)
{
    buf_free(&f->asked);
    sqlite_file_fresh();
}

struct caretaker *caretaker_fixture_new(struct caretaker_fixture *f, uint64_t seed)
{
    struct err err = {""};
    f->options.seed = seed;
    struct caretaker *caretaker = caretaker_new(&f->options, &err);
    assert_non_null(caretaker);
    return caretaker;
}

void caretaker_run(struct caretaker_fixture *f, struct caretaker *caretaker, int64_t until)
{
    caretakers_run(f, &caretaker, 1, until);
}

void caretakers_run(struct caretaker_fixture *f, struct caretaker **caretaker, size_t count,
                    int64_t until)
{
    enum { STEPS_MAX = 200000, TOGETHER_MAX = 8 };
    int64_t due[TOGETHER_MAX] = {0};
    assert_true(count <= TOGETHER_MAX);
    for (int steps = 0; f->now < until; steps++) {
        int64_t next = until;
        assert_true(steps < STEPS_MAX); /* it must not spin */
        for (size_t i = 0; i < count; i++) {
            if (due[i] <= f->now)
                due[i] = caretaker_step(caretaker[i], f->now);
            if (due[i] < next)
                next = due[i];
        }
        if (next > f->now)
            f->now = next;
    }
}

static void join(void *context, const struct event *event)
{
    struct err err = {""};
    struct record delta;
    struct history entries = {0};
    record_init(&delta, event->contact_id);
    record_apply(&delta, event);
    history_push(&entries, &event->entry);
    struct store_change change = {.delta = &delta, .entries = &entries};
    assert_true(store_apply(context, &change, 1, &err));
    assert_int_equal(change.outcome, STORE_STORED);
    record_free(&delta);
    history_free(&entries);
}

static void refuse(void *context, const char *where, const char *why, const char *text,
                   size_t length)
{
    (void)context;
    (void)length;
    fail_msg("%s %s: %s", where, why, text);
}

void caretaker_feed(struct caretaker_fixture *f, const char *events)
{
    struct err err = {""};
    struct arena arena = {0};
    struct store *store = sqlite_file_open(&f->options.store, &err);
    assert_non_null(store);
    struct decode_sink sink = {.context = store, .event = join, .refused = refuse};
    decode_body(&arena, &f->options.decode, events, strlen(events), f->now, &sink);
    store_close(store);
    arena_free(&arena);
}

unsigned caretaker_asked(const struct caretaker_fixture *f, const char *operation)
{
    unsigned count = 0;
    size_t length = strlen(operation);
    for (const char *p = buf_str(&f->asked); (p = strstr(p, operation)) != NULL; p += length)
        count += p[length] == ' ';
    return count;
}

int64_t caretaker_pace(const struct caretaker_fixture *f)
{
    int64_t least = INT64_MAX;
    for (size_t i = 1; i < f->asks; i++)
        if (f->asked_at[i] - f->asked_at[i - 1] < least)
            least = f->asked_at[i] - f->asked_at[i - 1];
    return least;
}
