#include "support/taking.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/json.h"
#include "contactwatch/log.h"
#include "lambda/ingest_internal.h"

static int64_t tell(void *context)
{
    return ((struct taking *)context)->now;
}

/* A store that takes its time. */
struct slow {
    struct store base;
    struct store_ops ops;
    struct store *inner;
    struct taking *taking;
};

static bool slow_apply(struct store *store, struct store_change *change, size_t count,
                       struct err *err)
{
    struct slow *slow = (struct slow *)store;
    slow->taking->now += slow->taking->apply_ms;
    return store_apply(slow->inner, change, count, err);
}

static void slow_close(struct store *store)
{
    store_close(((struct slow *)store)->inner);
    free(store);
}

static struct store *slow_down(struct taking *t, struct store *inner)
{
    struct slow *slow = mem_zero(sizeof(*slow));
    slow->ops = (struct store_ops){.name = "slow", .apply = slow_apply, .close = slow_close};
    slow->base.ops = &slow->ops;
    slow->inner = inner;
    slow->taking = t;
    return &slow->base;
}

static struct store *open_store(void *context, const struct store_options *options, struct err *err)
{
    struct taking *t = context;
    assert_true(options->on_demand);
    assert_true(options->writer && options->writer[0]);
    struct store *store = fake_store_open(&t->store, err);
    return store && t->apply_ms ? slow_down(t, store) : store;
}

static void pass_time(void *context, int64_t ms)
{
    struct taking *t = context;
    t->pauses++;
    t->now += ms;
}

int taking_setup(void **state)
{
    struct taking *t = mem_zero(sizeof(*t));
    log_set_stderr(false);
    fake_store_init(&t->store, 1);
    t->store.shared = true;
    t->now = TAKING_NOW;
    t->time_ms = 10000;
    t->queue = TAKING_QUEUE;
    t->clock = (struct clock){tell, t};
    t->setup = (struct lambda_setup){.store_spec = "dynamodb:Contacts", .clock = &t->clock};
    *state = t;
    return 0;
}

int taking_teardown(void **state)
{
    struct taking *t = *state;
    if (t->state)
        lambda_ingest.close(t->state);
    fake_store_free(&t->store);
    buf_free(&t->event);
    buf_free(&t->answer);
    free(t);
    return 0;
}

void taking_record(struct buf *out, const char *queue, const char *id, const char *body,
                   int64_t sent, const char *group)
{
    buf_text(out, out->length ? "," : "{\"Records\":[");
    buf_text(out, "{\"messageId\":");
    json_quote(out, id);
    buf_text(out, ",\"receiptHandle\":\"AQEB==\",\"body\":");
    json_quote(out, body);
    buf_printf(out,
               ",\"attributes\":{\"ApproximateReceiveCount\":\"1\",\"SentTimestamp\":\"%lld\","
               "\"SenderId\":\"AIDA\",\"ApproximateFirstReceiveTimestamp\":\"%lld\"",
               (long long)sent, (long long)sent);
    if (group)
        buf_printf(out, ",\"MessageGroupId\":\"%s\"", group);
    buf_printf(out,
               "},\"messageAttributes\":{},\"md5OfBody\":\"0\",\"eventSource\":\"aws:sqs\","
               "\"eventSourceARN\":\"%s\",\"awsRegion\":\"eu-west-2\"}",
               queue);
}

void taking_close(struct buf *batch)
{
    buf_text(batch, "]}");
}

void taking_message(struct taking *t, const char *id, const char *body, const char *group)
{
    taking_record(&t->event, t->queue, id, body, t->now, group);
    t->records++;
}

void taking_lines(struct taking *t, const char *id, unsigned contact, unsigned from, unsigned to)
{
    struct buf body = {0};
    for (unsigned token = from; token < to; token++)
        fake_line(&body, contact, token, token);
    taking_message(t, id, buf_str(&body), NULL);
    buf_free(&body);
}

bool taking_event(struct taking *t, const char *event)
{
    struct err err = {0};
    const struct lambda_invocation invocation = {.request_id = "request-1",
                                                 .event = event,
                                                 .length = strlen(event),
                                                 .received = t->now,
                                                 .deadline = t->now + t->time_ms};
    if (!t->state) {
        t->state = lambda_ingest.open(&t->setup, &err);
        assert_non_null(t->state);
        ingest_function_inject(t->state, &(struct ingest_seams){open_store, pass_time, t});
    }
    buf_clear(&t->answer);
    t->fault = (struct lambda_fault){{0}, {0}};
    return lambda_ingest.handle(t->state, &invocation, &t->answer, &t->fault);
}

bool taking_invoke(struct taking *t)
{
    taking_close(&t->event);
    bool done = taking_event(t, t->event.data);
    buf_clear(&t->event);
    t->records = 0;
    return done;
}

void taking_named(const char *answer, struct buf *out)
{
    struct arena arena = {0};
    const cJSON *tree = json_parse(&arena, answer, strlen(answer), NULL), *failure = NULL;
    assert_true(cJSON_IsArray(json_get(tree, "batchItemFailures")));
    cJSON_ArrayForEach(failure, json_get(tree, "batchItemFailures"))
    {
        const char *id = json_text(failure, "itemIdentifier");
        assert_non_null(id);
        buf_printf(out, "%s%s", out->length ? " " : "", id);
    }
    arena_free(&arena);
}

void taking_expect(struct taking *t, const char *ids)
{
    struct buf named = {0};
    if (!taking_invoke(t))
        fail_msg("%s: %s", t->fault.type, t->fault.message);
    taking_named(t->answer.data, &named);
    assert_string_equal(buf_str(&named), ids);
    buf_free(&named);
}
