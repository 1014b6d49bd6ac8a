/* What a flow put on its contact's record through the insert function: an entry of LogType
 * ContactFlowLambda. */
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

void decode_lambda(struct decoder *d, cJSON *entry, const struct members *m,
                   const struct origin *origin)
{
    const char *id = member_text(m, KEY_CONTACT_ID);
    if (!id)
        id = origin->contact_id;
    if (!contact_id_valid(d, id, entry))
        return;
    redact_tree(d, entry);
    struct event *event = arena_zero(d->arena, sizeof(*event));
    bool future = false;
    event->contact_id = id;
    event->lambda.parameters = parameters_of(d, entry, m);
    event->entry.type = LOGTYPE_LAMBDA;
    event->entry.rank = RANK_LAMBDA;
    event->entry.marks = event->lambda.parameters->child ? MARK_ATTRIBUTE : 0;
    event->entry.time = take_time(d, m->at[KEY_TIMESTAMP], &future);
    event->entry.log_event_id = origin->log_event_id;
    entry_body(d, &event->entry, entry, NULL);
    event->entry.id = hash_bytes(event->entry.body, event->entry.length);
    deliver(d, event, future);
}

void decode_flow_event(struct decoder *d, const cJSON *details)
{
    const cJSON *contact = json_get(details, "ContactData"),
                *parameters = json_get(details, "Parameters");
    const char *arn = json_text(contact, "InstanceARN");
    if (!contact || !cJSON_IsObject(parameters)) {
        refuse_value(d, "a flow's event without ContactData and Parameters", details);
        return;
    }
    if (!instance_wanted(d, arn, arn ? strlen(arn) : 0))
        return;
    char received[INSTANT_TEXT];
    instant_format(d->sent, received);
    cJSON *entry = tree_object(d->arena);
    tree_add_text(d->arena, entry, "ContactId", json_text(contact, "ContactId"));
    tree_add(d->arena, entry, "Parameters", parameters);
    if (d->sent > INSTANT_NONE)
        tree_add_text(d->arena, entry, "Timestamp", received);
    struct members m;
    members_find(&m, entry);
    decode_lambda(d, entry, &m, &(struct origin){0});
}
