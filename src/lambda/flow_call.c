#include "lambda/flow_call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/json.h"

struct flow_caller *flow_caller_open(const struct lambda_setup *setup, bool read_only,
                                     int64_t most_ms, int64_t margin_ms)
{
    struct flow_caller *caller = mem_zero(sizeof(*caller));
    *caller = (struct flow_caller){
        .setup = setup, .read_only = read_only, .most_ms = most_ms, .margin_ms = margin_ms};
    return caller;
}

void flow_caller_close(struct flow_caller *caller)
{
    if (caller->store)
        caller->store->give_up = 0;
    store_close(caller->store);
    arena_free(&caller->arena);
    free(caller);
}

bool flow_call_read(struct flow_caller *caller, const struct lambda_invocation *invocation,
                    struct flow_event *out, struct err *err)
{
    arena_reset(&caller->arena);
    const cJSON *root = json_parse(&caller->arena, invocation->event, invocation->length, err);
    if (!root)
        return err_wrap(err, "the event");
    if (!flow_event_read(out, &caller->arena, json_get(root, "Details")))
        return err_set(err, "the event is no flow's: it has no Details.ContactData");
    if (!out->contact_id || strlen(out->contact_id) > CONTACT_ID_MAX)
        return err_set(err, "the event's ContactData has no ContactId of 1 to %d bytes",
                       CONTACT_ID_MAX);
    return true;
}

struct store *flow_call_store(struct flow_caller *caller,
                              const struct lambda_invocation *invocation, struct err *err)
{
    int64_t left = lambda_time_left(caller->setup, invocation, caller->margin_ms);
    if (left > caller->most_ms)
        left = caller->most_ms;
    caller->give_up = monotonic_ns() + left * 1000000;
    if (!caller->store) {
        struct store_options options = caller->setup->store;
        options.read_only |= caller->read_only;
        options.give_up = caller->give_up;
        options.on_demand = true;
        options.wait_ms = left > 0 ? left : 1;
        if (!options.clock)
            options.clock = caller->setup->clock;
        caller->store = store_open(caller->setup->store_spec, &options, err);
    }
    if (caller->store)
        caller->store->give_up = caller->give_up;
    return caller->store;
}

bool flow_call_instance(const struct flow_caller *caller, const struct flow_event *event)
{
    const char *const *instance = caller->setup->decode.instances;
    if (!instance || !event->instance_arn)
        return true;
    for (; *instance; instance++)
        if (strcmp(*instance, event->instance_arn) == 0)
            return true;
    return false;
}

void flow_answer_text(struct buf *out, const char *name, const char *text)
{
    bool first = !out->length || out->data[out->length - 1] == '}';
    buf_char(out, first ? '{' : ',');
    json_quote(out, name);
    buf_char(out, ':');
    json_quote(out, text ? text : "");
}

void flow_answer_number(struct buf *out, const char *name, int64_t number)
{
    char text[24];
    snprintf(text, sizeof(text), "%lld", (long long)number);
    flow_answer_text(out, name, text);
}

void flow_answer_end(struct buf *out)
{
    buf_char(out, '}');
}
