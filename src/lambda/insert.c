/*
 * A flow puts its Parameters on its contact's record, as an entry of LogType ContactFlowLambda: own
 * names as Attributes, Flag_NAME as a flag, Customer_Identifier as the customer. All of a call or
 * nothing of it.
 *
 * What is wrong with a call is answered, so that the flow goes on: result is OK, REFUSED (sending
 * it again would not help) or FAILED (the store did not take it in time; it may have). An event
 * that is no flow's fails the invocation: there is no flow to answer, and a queue wired to this
 * function by mistake keeps its messages.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "contactwatch/instant.h"
#include "contactwatch/log.h"
#include "lambda/flow_call.h"
#include "lambda/insert_check.h"

/* Amazon Connect waits for a function 8 s at most. */
enum { INSERT_MS = 7000, INSERT_MARGIN_MS = 250 };
/* Between attempts, doubling: a blip is outlasted, and an outage costs the caller no 2 s more. */
enum { PAUSE_FIRST_MS = 50, PAUSE_LAST_MS = 800 };

static void *open_insert(const struct lambda_setup *setup, struct err *err)
{
    (void)err;
    return flow_caller_open(setup, false, INSERT_MS, INSERT_MARGIN_MS);
}

static void close_insert(void *state)
{
    flow_caller_close(state);
}

struct answer {
    const char *result, *reason;
    const struct insert_check *check;
    const struct flow_event *event;
    struct arena *arena;
};

static void write_answer(struct buf *out, const struct answer *a)
{
    bool fine = strcmp(a->result, "OK") == 0;
    flow_answer_text(out, "result", a->result);
    flow_answer_text(out, "reason", a->reason);
    flow_answer_text(out, "refused", a->check ? buf_str(&a->check->names) : "");
    flow_answer_number(out, "written", fine && a->check ? (int64_t)a->check->count : 0);
    flow_answer_text(out, "customerKnown",
                     flow_event_customer(a->event, a->arena) ? "true" : "false");
    flow_answer_text(out, "contactId", a->event->contact_id);
    flow_answer_end(out);
}

/* The one event of the body, folded. */
struct taken {
    const char *contact_id;
    struct record delta;
    struct history entries;
    bool any;
};

static void take_event(void *context, const struct event *event)
{
    struct taken *taken = context;
    /* An event of two shapes at once may be read as another one. */
    if (taken->any || event->entry.type != LOGTYPE_LAMBDA ||
        strcmp(event->contact_id, taken->contact_id) != 0)
        return;
    taken->any = true;
    record_init(&taken->delta, event->contact_id);
    record_apply(&taken->delta, event);
    history_push(&taken->entries, &event->entry);
}

static void take_refusal(void *context, const char *where, const char *why, const char *text,
                         size_t length)
{
    (void)context;
    (void)where;
    (void)text;
    (void)length;
    log_error("insert: the event cannot be read: %s", why);
}

/* Writes it, again and again while it fails in a way that may pass. */
static bool write_it(struct flow_caller *caller, struct store *store, struct store_change *change,
                     struct err *err)
{
    for (int64_t pause = PAUSE_FIRST_MS;; pause *= 2) {
        change->outcome = STORE_RETRY;
        change->fresh = 0;
        bool asked = store_apply(store, change, 1, err);
        if (change->outcome != STORE_RETRY || pause > PAUSE_LAST_MS ||
            strstr(err->text, "AccessDenied") ||
            caller->give_up - monotonic_ns() <= pause * 1000000)
            return asked && change->outcome == STORE_STORED;
        nanosleep(&(struct timespec){.tv_nsec = pause * 1000000}, NULL);
    }
}

/* OK, REFUSED or FAILED by what the store says. */
static const char *store_it(struct flow_caller *caller, const struct lambda_invocation *invocation,
                            const char *contact_id, const char **reason)
{
    struct taken taken = {.contact_id = contact_id};
    struct err err = {""};
    const struct decode_sink sink = {
        .context = &taken, .event = take_event, .refused = take_refusal};
    decode_body(&caller->arena, &caller->setup->decode, invocation->event, invocation->length,
                invocation->received, &sink);
    *reason = "the event cannot be read";
    if (!taken.any)
        return "REFUSED";
    struct store_change change = {.delta = &taken.delta, .entries = &taken.entries};
    struct store *store = flow_call_store(caller, invocation, &err);
    bool stored = store && write_it(caller, store, &change, &err);
    bool refused = store && change.outcome == STORE_REFUSED;
    if (!stored)
        log_error("insert: %s", err.text);
    *reason = stored ? "" : refused ? "the store refuses it" : "the store did not take it in time";
    record_free(&taken.delta);
    history_free(&taken.entries);
    return stored ? "OK" : refused ? "REFUSED" : "FAILED";
}

static bool handle_insert(void *state, const struct lambda_invocation *invocation,
                          struct buf *answer, struct lambda_fault *fault)
{
    struct flow_caller *caller = state;
    struct flow_event event;
    struct insert_check check = {.count = 0};
    struct err err = {""};
    if (!flow_call_read(caller, invocation, &event, &err))
        return lambda_fail(fault, "Contactwatch.NotAFlowEvent", "%s", err.text);
    struct answer a = {"REFUSED", "", &check, &event, &caller->arena};
    if (!flow_call_instance(caller, &event))
        a.reason = "events of this instance are not taken here";
    else if (insert_check(&check, &event, &caller->arena))
        a.result = store_it(caller, invocation, event.contact_id, &a.reason);
    else
        a.reason = check.reason;
    write_answer(answer, &a);
    insert_check_free(&check);
    return true;
}

const struct lambda_handler lambda_insert = {
    .name = "insert",
    .open = open_insert,
    .handle = handle_insert,
    .close = close_insert,
};
