/* Messages -> one delta a contact over the whole batch, and which messages stand behind each. */
#include <stdio.h>

#include "lambda/ingest_internal.h"

/* A message behind a group; the last one first. */
struct behind {
    struct intake_message *message;
    struct behind *next;
};

struct delivery {
    struct ingest_function *function;
    struct intake_message *message;
    int64_t arrival;
};

static void take_event(void *context, const struct event *event)
{
    struct delivery *d = context;
    struct grouping *grouping = &d->function->grouping;
    struct group *group = grouping_event(grouping, event);
    struct behind *last = group->owner;
    metrics_lag(&d->function->metrics, event, d->arrival);
    if (last && last->message == d->message)
        return;
    struct behind *behind = arena_alloc(&grouping->arena, sizeof(*behind));
    *behind = (struct behind){d->message, last};
    group->owner = behind;
}

static void take_agent(void *context, const struct agent_event *agent)
{
    struct delivery *d = context;
    d->message->agents |= grouping_agent(&d->function->grouping, agent);
}

static void take_refused(void *context, const char *where, const char *why, const char *text,
                         size_t length)
{
    static const char *const from[] = {
        [INTAKE_SQS] = "sqs", [INTAKE_KINESIS] = "kinesis", [INTAKE_WHOLE] = "lambda"};
    struct delivery *d = context;
    char place[320];
    snprintf(place, sizeof(place), "%s %s, %s", from[d->function->intake.kind], d->message->id,
             where);
    grouping_refuse(&d->function->grouping, d->arrival, place, why, text, length);
    d->message->refused = true;
}

/* Left to the redrive, or to Lambda's own retries and destination for failures: a stream has
 * neither, and one record must not hold up those behind it. */
static bool is_poison(const struct delivery *d, const struct decode_result *result)
{
    if (result->events || result->skipped || d->message->agents)
        return false;
    if (d->function->intake.kind == INTAKE_WHOLE)
        return true;
    return result->refused && d->function->intake.kind == INTAKE_SQS;
}

static void decode_one(struct ingest_function *f, struct intake_message *message)
{
    struct delivery delivery = {f, message, clock_now(f->setup->clock)};
    const struct decode_sink sink = {&delivery, take_event, take_agent, take_refused};
    struct refusals_mark before = grouping_mark(&f->grouping);
    struct decode_result result = decode_body(&f->grouping.arena, &f->setup->decode, message->body,
                                              message->length, message->sent, &sink);
    metrics_add(&f->metrics, METRIC_EVENTS, result.events);
    metrics_add(&f->metrics, METRIC_REFUSED, result.refused);
    if (!is_poison(&delivery, &result))
        return;
    grouping_take_back(&f->grouping, before);
    message->refused = false;
    message->poison = message->failed = true;
    err_set(&f->err, "nothing in it is an event or an envelope that is known");
}

void ingest_decode(struct ingest_function *f)
{
    for (size_t i = 0; i < f->intake.count; i++) {
        struct intake_message *message = &f->intake.message[i];
        if (message->failed)
            continue;
        if (lambda_time_left(f->setup, f->invocation, INGEST_MARGIN_MS))
            decode_one(f, message);
        else
            message->failed = !err_set(&f->err, "there was no time left to decode it");
    }
}

void ingest_fail_group(const struct group *group)
{
    for (const struct behind *behind = group->owner; behind; behind = behind->next)
        behind->message->failed = true;
}
