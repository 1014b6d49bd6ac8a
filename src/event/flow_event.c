#include "contactwatch/flow_event.h"

#include <string.h>
#include <strings.h>

#include "contactwatch/json.h"
#include "event/decode_internal.h"

enum { TEXT_MAX = 1024 }; /* ids, ARNs and addresses are shorter; longer ones say nothing */

static const char *short_text(const cJSON *object, const char *name)
{
    const char *text = json_text(object, name);
    return text && strnlen(text, TEXT_MAX + 1) <= TEXT_MAX ? text : NULL;
}

static const char *other_id(const struct flow_event *event, const cJSON *data, const char *name)
{
    const char *id = short_text(data, name);
    bool own = id && event->contact_id && strcmp(id, event->contact_id) == 0;
    return id && !own && strlen(id) <= CONTACT_ID_MAX ? id : NULL;
}

/* {"ARN":…,"Name":…}; in events of old the name alone, or the ARN. */
static void read_queue(struct flow_event *out, const cJSON *data)
{
    const cJSON *queue = json_get(data, "Queue");
    const char *text = short_text(data, "Queue");
    bool arn = text && strncmp(text, "arn:", 4) == 0;
    out->queue_arn = arn ? text : short_text(queue, "ARN");
    out->queue_name = text && !arn ? text : short_text(queue, "Name");
}

bool flow_event_read(struct flow_event *out, struct arena *arena, const cJSON *details)
{
    const cJSON *data = json_get(details, "ContactData"),
                *parameters = json_get(details, "Parameters");
    *out = (struct flow_event){.parameters = cJSON_IsObject(parameters) ? parameters : NULL};
    if (!cJSON_IsObject(data))
        return false;
    const char *id = json_text(data, "ContactId");
    out->contact_id = id ? id : json_text(details, "ContactId");
    out->channel = upper_case(arena, short_text(data, "Channel"));
    out->method = short_text(data, "InitiationMethod");
    out->initial_id = other_id(out, data, "InitialContactId");
    out->previous_id = other_id(out, data, "PreviousContactId");
    out->related_id = other_id(out, data, "RelatedContactId");
    out->instance_arn = short_text(data, "InstanceARN");
    out->address = customer_named(arena, short_text(json_get(data, "CustomerEndpoint"), "Address"));
    out->customer_id = customer_named(arena, short_text(data, "CustomerId"));
    read_queue(out, data);
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

const char *customer_named(struct arena *arena, const char *text)
{
    if (!text)
        return NULL;
    while (is_blank(*text))
        text++;
    size_t length = strlen(text);
    while (length && is_blank(text[length - 1]))
        length--;
    bool withheld = length == strlen("anonymous") && strncasecmp(text, "anonymous", length) == 0;
    return length && !withheld ? arena_strndup(arena, text, length) : NULL;
}

const char *flow_event_value(struct arena *arena, const cJSON *parameter)
{
    if (cJSON_IsString(parameter))
        return parameter->valuestring;
    if (cJSON_IsBool(parameter))
        return cJSON_IsTrue(parameter) ? "true" : "false";
    if (!cJSON_IsNumber(parameter))
        return NULL;
    struct buf text = {0};
    json_canonical(&text, parameter, NULL);
    const char *value = arena_strdup(arena, buf_str(&text));
    buf_free(&text);
    return value;
}

static const char *named_by_flow(const struct flow_event *event, struct arena *arena)
{
    const cJSON *given = json_get(event->parameters, CUSTOMER_PARAMETER);
    return customer_named(arena, flow_event_value(arena, given));
}

const char *flow_event_customer(const struct flow_event *event, struct arena *arena)
{
    const char *named = named_by_flow(event, arena);
    return named ? named : event->address ? event->address : event->customer_id;
}

const char *flow_event_also(const struct flow_event *event, struct arena *arena)
{
    return event->address && !named_by_flow(event, arena) ? event->customer_id : NULL;
}
