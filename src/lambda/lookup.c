/*
 * A flow asks for its customer's other contacts. Every event is answered: on any trouble that
 * nothing is known, and why, so that the call goes on.
 */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/caretaker.h"
#include "contactwatch/log.h"
#include "contactwatch/lookup.h"
#include "contactwatch/names.h"
#include "lambda/flow_call.h"

enum {
    LOOKUP_MS = 2000, /* within the 3 s that most flows wait */
    LOOKUP_MARGIN_MS = 250,
    NAMES_MS = 400,              /* of that, for the names listed in the store */
    NAMES_EVERY_MS = 15 * 60000, /* they are listed once a day */
    NAMES_AGAIN_MS = 60000       /* after they could not be read */
};

struct lookup {
    struct flow_caller *caller;
    struct names names;
    int64_t names_due; /* monotonic ms */
};

static void *open_lookup(const struct lambda_setup *setup, struct err *err)
{
    (void)err;
    struct lookup *lookup = mem_zero(sizeof(*lookup));
    lookup->caller = flow_caller_open(setup, true, LOOKUP_MS, LOOKUP_MARGIN_MS);
    return lookup;
}

static void close_lookup(void *state)
{
    struct lookup *lookup = state;
    flow_caller_close(lookup->caller);
    names_free(&lookup->names);
    free(lookup);
}

/* Names are worth less than an answer in time. */
static void read_names(struct lookup *lookup, struct store *store)
{
    struct names fresh = {.by_id = {0}};
    struct err err = {""};
    int64_t now = monotonic_ns(), give_up = store->give_up;
    if (now / 1000000 < lookup->names_due)
        return;
    if (now + NAMES_MS * INT64_C(1000000) < give_up)
        store->give_up = now + NAMES_MS * INT64_C(1000000);
    bool good = names_take_cached(store, &fresh, &err);
    store->give_up = give_up;
    lookup->names_due = monotonic_ns() / 1000000 + (good ? NAMES_EVERY_MS : NAMES_AGAIN_MS);
    if (!good)
        log_warning("lookup: names: %s", err.text);
    if (good) {
        names_free(&lookup->names);
        lookup->names = fresh;
    } else {
        names_free(&fresh);
    }
}

static const char *name_of(void *context, const char *arn)
{
    struct lookup *lookup = context;
    read_names(lookup, lookup->caller->store);
    return names_find(&lookup->names, arn);
}

static uint64_t throttles(struct store *store)
{
    struct store_counts counts = {0};
    if (store && store->ops->counts)
        store->ops->counts(store, &counts);
    return counts.throttles;
}

/* In a word, for flows and their logs. A store that could not be opened counts nothing. */
static const char *trouble_of(const struct flow_caller *caller, uint64_t throttled,
                              const struct err *err)
{
    if (strstr(err->text, "AccessDenied"))
        return "denied";
    if (throttles(caller->store) > throttled || strstr(err->text, "Throttling") ||
        strstr(err->text, "Throughput"))
        return "throttled";
    return monotonic_ns() >= caller->give_up ? "slow" : "store";
}

static void answer(struct lookup *lookup, const struct lambda_invocation *invocation,
                   const struct flow_event *event, struct buf *out)
{
    const struct lambda_setup *setup = lookup->caller->setup;
    const struct lookup_options options = {.recent_ms = setup->recent_ms,
                                           .active_within_ms = setup->active_within_ms,
                                           .callback_within_ms = setup->callback_within_ms,
                                           .name = name_of,
                                           .name_context = lookup};
    const struct lookup_request request = {
        .customer = flow_event_customer(event, &lookup->caller->arena),
        .also = flow_event_also(event, &lookup->caller->arena),
        .contact_id = event->contact_id,
        .chain_root = event->initial_id,
        .channel = event->channel,
        .now = clock_now(setup->clock),
    };
    struct err err = {""};
    struct store *store = NULL;
    uint64_t throttled = 0;
    bool good = true;
    if (request.customer) {
        store = flow_call_store(lookup->caller, invocation, &err);
        throttled = throttles(store);
        good = store != NULL;
    }
    if (good && lookup_answer(store, &options, &request, out, &err))
        return;
    log_error("lookup: %s", err.text);
    lookup_safe_answer(out, trouble_of(lookup->caller, throttled, &err));
}

static bool handle_lookup(void *state, const struct lambda_invocation *invocation, struct buf *out,
                          struct lambda_fault *fault)
{
    struct lookup *lookup = state;
    struct flow_event event;
    struct err err = {""};
    (void)fault;
    if (!flow_call_read(lookup->caller, invocation, &event, &err)) {
        log_error("lookup: %s", err.text);
        lookup_safe_answer(out, "event");
    } else if (!flow_call_instance(lookup->caller, &event)) {
        lookup_safe_answer(out, "instance");
    } else {
        answer(lookup, invocation, &event, out);
    }
    return true;
}

const struct lambda_handler lambda_lookup = {
    .name = "lookup",
    .open = open_lookup,
    .handle = handle_lookup,
    .close = close_lookup,
};
