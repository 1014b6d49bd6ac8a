/* What a flow put on its contact's record through the insert function: an entry of LogType
 * ContactFlowLambda. */
#include "contactwatch/flow_event.h"
#include "event/decode_internal.h"

static bool is_parameter(const cJSON *member)
{
    static const char *const not_one[] = {"Timestamp", "LogType", "LogEventId", "ContactId"};
    for (size_t i = 0; i < ARRAY_SIZE(not_one); i++)
        if (strcmp(member->string, not_one[i]) == 0)
            return false;
    return cJSON_IsString(member);
}

/* "Parameters", or as the original stores them: beside the entry's own members. */
static const cJSON *parameters_of(struct decoder *d, const cJSON *entry, const struct members *m)
{
    if (cJSON_IsObject(m->at[KEY_PARAMETERS]))
        return m->at[KEY_PARAMETERS];
    cJSON *object = tree_object(d->arena);
    for (const cJSON *member = entry->child; member; member = member->next)
        if (is_parameter(member))
            tree_add_text(d->arena, object, member->string, member->valuestring);
    return object;
}

/* Card numbers in parameters go; who the customer is stays: it is compared byte for byte, and long
 * telephone numbers may look like cards. */
static void redact_entry(struct decoder *d, cJSON *entry)
{
    for (cJSON *member = entry->child; member; member = member->next) {
        bool parameters = strcmp(member->string, "Parameters") == 0;
        if (parameters && cJSON_IsObject(member))
            redact_entry(d, member);
        else if (strcmp(member->string, "ContactData") != 0 &&
                 strcmp(member->string, CUSTOMER_PARAMETER) != 0)
            redact_tree(d, member);
    }
}

void decode_lambda(struct decoder *d, cJSON *entry, const struct members *m,
                   const struct origin *origin)
{
    const char *id = member_text(m, KEY_CONTACT_ID);
    if (!id)
        id = origin->contact_id;
    if (!contact_id_valid(d, id, entry))
        return;
    redact_entry(d, entry);
    struct event *event = arena_zero(d->arena, sizeof(*event));
    struct flow_event *contact = arena_zero(d->arena, sizeof(*contact));
    bool future = false;
    event->contact_id = id;
    event->lambda.parameters = parameters_of(d, entry, m);
    event->lambda.contact = flow_event_read(contact, d->arena, entry) ? contact : NULL;
    event->entry.type = LOGTYPE_LAMBDA;
    event->entry.rank = RANK_LAMBDA;
    event->entry.marks = event->lambda.parameters->child ? MARK_ATTRIBUTE : 0;
    event->entry.time = take_time(d, m->at[KEY_TIMESTAMP], &future);
    event->entry.log_event_id = origin->log_event_id;
    entry_body(d, &event->entry, entry, NULL);
    event->entry.id = hash_bytes(event->entry.body, event->entry.length);
    deliver(d, event, future);
}

/* Texts only, in their order; a customer that names nobody is left out. */
static cJSON *parameters_as_texts(struct arena *arena, const cJSON *given)
{
    cJSON *object = tree_object(arena), **end = &object->child;
    const cJSON *parameter = NULL;
    cJSON_ArrayForEach(parameter, given)
    {
        const char *value = flow_event_value(arena, parameter);
        if (strcmp(parameter->string, CUSTOMER_PARAMETER) == 0)
            value = customer_named(arena, value);
        if (!value)
            continue;
        cJSON *node = arena_zero(arena, sizeof(*node));
        node->type = cJSON_String;
        node->string = parameter->string;
        node->valuestring = arena_strdup(arena, value);
        *end = node;
        end = &node->next;
    }
    return object;
}

static void copy_texts(struct arena *arena, cJSON *into, const cJSON *from, const char *const *name)
{
    for (; *name; name++)
        tree_add_text(arena, into, *name, json_text(from, *name));
}

static void copy_object(struct arena *arena, cJSON *into, const cJSON *from, const char *name,
                        const char *const *member)
{
    const cJSON *given = json_get(from, name);
    if (!cJSON_IsObject(given)) {
        tree_add_text(arena, into, name, json_text(from, name));
        return;
    }
    cJSON *object = tree_object(arena);
    copy_texts(arena, object, given, member);
    if (object->child)
        tree_add(arena, into, name, object);
}

/* What the record takes of it. The contact's attributes, its media streams and the like would make
 * each entry long, and the flow's log has them. */
static cJSON *contact_data(struct arena *arena, const cJSON *given)
{
    static const char *const text[] = {
        "Channel",          "InitiationMethod", "InitialContactId", "PreviousContactId",
        "RelatedContactId", "InstanceARN",      "CustomerId",       NULL};
    static const char *const queue[] = {"ARN", "Name", NULL};
    static const char *const endpoint[] = {"Address", "Type", NULL};
    cJSON *data = tree_object(arena);
    copy_texts(arena, data, given, text);
    copy_object(arena, data, given, "Queue", queue);
    copy_object(arena, data, given, "CustomerEndpoint", endpoint);
    return data;
}

void decode_flow_event(struct decoder *d, const cJSON *details)
{
    const cJSON *contact = json_get(details, "ContactData"),
                *parameters = json_get(details, "Parameters");
    const char *arn = json_text(contact, "InstanceARN");
    if (!cJSON_IsObject(contact)) {
        refuse_value(d, "a flow's event without ContactData", details);
        return;
    }
    if (!instance_wanted(d, arn, arn ? strlen(arn) : 0))
        return;
    char received[INSTANT_TEXT];
    instant_format(d->sent, received);
    cJSON *entry = tree_object(d->arena);
    tree_add_text(d->arena, entry, "ContactId", json_text(contact, "ContactId"));
    tree_add(d->arena, entry, "ContactData", contact_data(d->arena, contact));
    tree_add(d->arena, entry, "Parameters",
             parameters_as_texts(d->arena, cJSON_IsObject(parameters) ? parameters : NULL));
    if (d->sent > INSTANT_NONE)
        tree_add_text(d->arena, entry, "Timestamp", received);
    struct members m;
    members_find(&m, entry);
    decode_lambda(d, entry, &m, &(struct origin){0});
}
