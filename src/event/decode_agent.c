/*
 * Agent events: the agent's own state goes to sink->agent; what is said of contacts
 * becomes one history entry for each contact named, and for each that was named before and has
 * gone.
 */
#include "event/decode_internal.h"

static const cJSON *contacts_of(const cJSON *snapshot)
{
    const cJSON *contacts = json_get(snapshot, "Contacts");
    return cJSON_IsArray(contacts) ? contacts : NULL;
}

static void hand_out_agent(struct decoder *d, const cJSON *record, const struct members *m,
                           int64_t time)
{
    const cJSON *now = m->at[KEY_SNAPSHOT], *status = json_get(now, "AgentStatus");
    bool future = false;
    struct agent_event *agent = arena_zero(d->arena, sizeof(*agent));
    agent->agent_arn = member_text(m, KEY_AGENT_ARN);
    agent->agent_name = json_text(json_get(now, "Configuration"), "Username");
    agent->event_type = json_text(record, "EventType");
    agent->status_name = json_text(status, "Name");
    agent->status_type = json_text(status, "Type");
    agent->status_since = time_of(d, json_text(status, "StartTimestamp"), &future);
    agent->time = time;
    agent->contacts = cJSON_GetArraySize(contacts_of(now));
    if (d->sink->agent)
        d->sink->agent(d->sink->context, agent);
}

static const cJSON *contact_named(const cJSON *contacts, const char *id)
{
    for (const cJSON *contact = contacts ? contacts->child : NULL; contact;
         contact = contact->next) {
        const char *other = json_text(contact, "ContactId");
        if (other && strcmp(other, id) == 0)
            return contact;
    }
    return NULL;
}

static cJSON *member_named(cJSON *object, const char *name)
{
    cJSON *member = cJSON_IsObject(object) ? object->child : NULL;
    while (member && strcmp(member->string, name) != 0)
        member = member->next;
    return member;
}

void decode_agent_entry(struct decoder *d, cJSON *entry, const struct members *m)
{
    cJSON *contact = m->at[KEY_CONTACT];
    const cJSON *queue = json_get(contact, "Queue");
    const char *id = json_text(contact, "ContactId");
    if (!contact_id_valid(d, id, entry))
        return;
    struct event *event = arena_zero(d->arena, sizeof(*event));
    bool future = false;
    event->contact_id = id;
    event->agent = (struct agent_state){
        .agent_arn = member_text(m, KEY_AGENT_ARN),
        .agent_name = member_text(m, KEY_AGENT_NAME),
        .event_type = member_text(m, KEY_EVENT_TYPE),
        .state = json_text(contact, "State"),
        .since = take_time(d, member_named(contact, "StateStartTimestamp"), &future),
        .queue_arn = json_text(queue, "ARN"),
        .queue_name = json_text(queue, "Name"),
    };
    event->entry.type = LOGTYPE_AGENT;
    event->entry.rank = RANK_AGENT;
    event->entry.marks = MARK_AGENT_STATE;
    event->entry.time = take_time(d, m->at[KEY_EVENT_TIMESTAMP], &future);
    take_time(d, m->at[KEY_TIMESTAMP], &future);
    entry_body(d, &event->entry, entry, NULL);
    event->entry.id = hash_bytes(event->entry.body, event->entry.length);
    deliver(d, event, future);
}

/* No name but the user name is kept, and nothing that differs between two deliveries of one event.
 */
static void split_off(struct decoder *d, const cJSON *record, const cJSON *contact)
{
    const cJSON *configuration =
        json_get(json_get(record, "CurrentAgentSnapshot"), "Configuration");
    cJSON *entry = tree_object(d->arena);
    tree_add_text(d->arena, entry, "AgentARN", json_text(record, "AgentARN"));
    tree_add_text(d->arena, entry, "AgentName", json_text(configuration, "Username"));
    tree_add_text(d->arena, entry, "EventTimestamp", json_text(record, "EventTimestamp"));
    tree_add_text(d->arena, entry, "EventType", json_text(record, "EventType"));
    tree_add_text(d->arena, entry, "Timestamp", json_text(record, "EventTimestamp"));
    tree_add(d->arena, entry, "Contact", contact);
    struct members m;
    members_find(&m, entry);
    decode_agent_entry(d, entry, &m);
}

static void split_off_gone(struct decoder *d, const cJSON *record, const cJSON *contact)
{
    cJSON *gone = tree_object(d->arena);
    tree_add_text(d->arena, gone, "ContactId", json_text(contact, "ContactId"));
    tree_add_text(d->arena, gone, "State", "GONE");
    tree_add_text(d->arena, gone, "StateStartTimestamp", json_text(record, "EventTimestamp"));
    split_off(d, record, gone);
}

void decode_agent(struct decoder *d, cJSON *record, const struct members *m)
{
    const char *arn = json_text(record, "InstanceARN"), *type = member_text(m, KEY_EVENT_TYPE);
    bool future = false;
    int64_t time = time_of(d, json_text(record, "EventTimestamp"), &future);
    if (!member_text(m, KEY_AGENT_ARN) || !type) {
        refuse_value(d, "an agent event without AgentARN and EventType", record);
        return;
    }
    if (!instance_wanted(d, arn, arn ? strlen(arn) : 0))
        return;
    hand_out_agent(d, record, m, time);
    const cJSON *now = contacts_of(m->at[KEY_SNAPSHOT]),
                *before = contacts_of(m->at[KEY_PREVIOUS_SNAPSHOT]);
    if (strcmp(type, "HEART_BEAT") == 0)
        now = before = NULL; /* repeats what is known */
    const unsigned settled = d->result.events + d->result.refused;
    for (const cJSON *contact = now ? now->child : NULL; contact; contact = contact->next)
        split_off(d, record, contact);
    for (const cJSON *contact = before ? before->child : NULL; contact; contact = contact->next) {
        const char *id = json_text(contact, "ContactId");
        if (id && !contact_named(now, id))
            split_off_gone(d, record, contact);
    }
    if (d->result.events + d->result.refused == settled)
        d->result.skipped++; /* it was about the agent alone */
}
