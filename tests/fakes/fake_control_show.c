/* What the control endpoint shows. */
#include <string.h>

#include "fakes/fake_internal.h"

static void number(struct buf *out, const char *name, uint64_t value)
{
    buf_printf(out, "%s\"%s\":%llu", out->data[out->length - 1] == '{' ? "" : ",", name,
               (unsigned long long)value);
}

static void operations(struct fake_aws *fake, struct buf *out)
{
    buf_text(out, "{");
    for (size_t i = 0; i < fake_operation_count; i++) {
        struct buf name = {0};
        if (!fake->requests[i])
            continue;
        buf_printf(&name, "%s:%s", fake_service_name(fake_operations[i].service),
                   fake_operations[i].name);
        number(out, name.data, fake->requests[i]);
        buf_free(&name);
    }
    buf_char(out, '}');
}

void fake_show_stats(struct fake_aws *fake, struct buf *out)
{
    uint64_t connections = fake_aws_connections(fake), struck[FAKE_FAULTS];
    for (enum fake_fault fault = 0; fault < FAKE_FAULTS; fault++)
        struck[fault] = fake_aws_struck(fake, fault);
    fake_lock(fake);
    buf_char(out, '{');
    number(out, "requests", fake->all_requests);
    number(out, "badSignatures", fake->bad_signatures);
    number(out, "connections", connections);
    buf_text(out, ",\"operations\":");
    operations(fake, out);
    buf_text(out, ",\"faults\":{");
    for (enum fake_fault fault = 0; fault < FAKE_FAULTS; fault++)
        if (struck[fault])
            number(out, fake_fault_name(fault), struck[fault]);
    buf_text(out, "},\"units\":[");
    fake_ddb_write_units(fake, out);
    buf_text(out, "]}");
    fake_unlock(fake);
}

static void show_message(void *context, const struct fake_message *message)
{
    static const char *const state[] = {"visible", "delayed", "in-flight"};
    struct buf *out = context;
    if (out->data[out->length - 1] != '[')
        buf_char(out, ',');
    buf_printf(out,
               "{\"id\":\"%s\",\"state\":\"%s\",\"received\":%u,\"visibleAt\":%lld,"
               "\"receipt\":\"%s\",\"body\":",
               message->id, state[message->state], message->received,
               (long long)message->visible_at, message->receipt);
    jv_quote(out, message->body, message->length);
    buf_char(out, '}');
}

bool fake_show_queue(struct fake_aws *fake, const char *name, struct buf *out)
{
    struct fake_queue_state state;
    if (!fake_aws_queue_state(fake, name, &state))
        return false;
    buf_char(out, '{');
    number(out, "visible", state.visible);
    number(out, "delayed", state.delayed);
    number(out, "inFlight", state.in_flight);
    number(out, "sent", state.sent);
    number(out, "received", state.received);
    number(out, "deleted", state.deleted);
    number(out, "expiredVisibility", state.expired_visibility);
    number(out, "redriven", state.redriven);
    number(out, "staleDeletes", state.stale_deletes);
    number(out, "polls", state.polls);
    number(out, "mostPolls", state.most_polls);
    buf_text(out, ",\"messages\":[");
    fake_aws_messages(fake, name, show_message, out);
    buf_text(out, "]}");
    return true;
}

bool fake_show_items(struct fake_aws *fake, const char *table, struct buf *out)
{
    fake_lock(fake);
    bool found = fake_ddb_write_items(fake, table, out);
    fake_unlock(fake);
    return found;
}

bool fake_show_captured(struct fake_aws *fake, size_t back, struct buf *out)
{
    struct fake_captured captured;
    if (!fake_aws_captured(fake, back, &captured))
        return false;
    buf_printf(out, "{\"operation\":\"%s\",\"status\":%d,\"head\":", captured.operation,
               captured.status);
    jv_quote(out, buf_str(&captured.head), captured.head.length);
    buf_text(out, ",\"body\":");
    jv_quote(out, buf_str(&captured.body), captured.body.length);
    buf_char(out, '}');
    fake_captured_free(&captured);
    return true;
}

static void show_object(void *context, const char *key, const char *body, size_t length)
{
    struct buf *out = context;
    (void)body;
    if (out->data[out->length - 1] != '[')
        buf_char(out, ',');
    buf_text(out, "{\"key\":");
    jv_quote_text(out, key);
    number(out, "size", length);
    buf_char(out, '}');
}

void fake_show_objects(struct fake_aws *fake, const char *bucket, struct buf *out)
{
    buf_char(out, '[');
    fake_aws_objects(fake, bucket, show_object, out);
    buf_char(out, ']');
}
