#include "lookup_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static int64_t before(int64_t now, double minutes)
{
    return now - (int64_t)(minutes * (double)MINUTE_MS);
}

static void add_event(struct batch *batch, const struct case_contact *contact, enum lifecycle state,
                      int64_t time)
{
    struct event event = fixture_contact(batch, contact->id, state, time);
    struct contact_event *says = &event.contact;
    says->channel = contact->channel ? contact->channel : "VOICE";
    says->method = contact->method ? contact->method : "INBOUND";
    says->initial_id = contact->initial;
    says->previous_id = contact->previous;
    says->customer_id = contact->nobody ? NULL : CASE_CUSTOMER;
    if (contact->queue && state >= LIFECYCLE_QUEUED)
        says->queue_info = arena_printf(
            &batch->arena, "{\"queueArn\":\"" CASE_INSTANCE "/queue/%s\"}", contact->queue);
    if (contact->agent && state >= LIFECYCLE_CONNECTED_TO_AGENT)
        says->agent_info = arena_printf(
            &batch->arena, "{\"agentArn\":\"" CASE_INSTANCE "/agent/%s\"}", contact->agent);
    batch_add(batch, &event);
}

void case_add(struct batch *batch, int64_t now, const struct case_contact *contact)
{
    int64_t began = before(now, contact->began);
    add_event(batch, contact, LIFECYCLE_INITIATED, began);
    if (contact->queue)
        add_event(batch, contact, LIFECYCLE_QUEUED, began + 1);
    if (contact->agent)
        add_event(batch, contact, LIFECYCLE_CONNECTED_TO_AGENT, began + 2);
    if (contact->ended > 0)
        add_event(batch, contact, LIFECYCLE_DISCONNECTED, before(now, contact->ended));
    if (contact->heard > 0 || contact->callback) {
        double at = contact->heard > 0 ? contact->heard : contact->ended;
        struct event line = fixture_flow(batch, contact->id, before(now, at), 1,
                                         contact->callback ? MARK_CALLBACK : 0);
        batch_add(batch, &line);
    }
}

void case_store(struct store *store, int64_t now, const struct case_contact *contact, size_t count)
{
    struct batch *batch = mem_zero(sizeof(*batch));
    for (size_t i = 0; i < count; i++)
        case_add(batch, now, &contact[i]);
    batch_store(store, batch);
    batch_free(batch);
    free(batch);
}

struct lookup_result case_look_up(struct store *store, struct arena *arena, int64_t now,
                                  const char *current, const char *channel)
{
    const struct lookup_options options = {
        .recent_ms = HOUR_MS, .active_within_ms = 4 * HOUR_MS, .callback_within_ms = DAY_MS};
    const struct lookup_request request = {
        .customer = CASE_CUSTOMER, .contact_id = current, .channel = channel, .now = now};
    struct lookup_result result;
    struct err err = {""};
    if (!lookup_find(store, &options, &request, arena, &result, &err))
        fail_msg("%s", err.text);
    return result;
}
