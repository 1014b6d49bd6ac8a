/* What is derived from a joined record: never stored as state of its own, so it cannot disagree
 * with it. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "contact/members_internal.h"
#include "contactwatch/instant.h"
#include "contactwatch/json.h"
#include "contactwatch/record.h"

static bool is_one_of(const char *text, const char *const *names)
{
    for (; text && *names; names++)
        if (strcasecmp(text, *names) == 0)
            return true;
    return false;
}

static const char *value_of(const struct record *record, enum record_field field)
{
    return record->field[field].value;
}

bool record_is_abandoned(const struct record *record)
{
    static const char *const waits_in_line[] = {"VOICE", "CHAT", NULL};
    const uint32_t wanted = FLAG_ENDED | FLAG_QUEUED, unwanted = FLAG_AGENT | FLAG_CALLBACK;
    return (record->flags & wanted) == wanted && !(record->flags & unwanted) &&
           is_one_of(value_of(record, FIELD_CHANNEL), waits_in_line);
}

static bool record_menu_error_counts(const struct record *record)
{
    const char *channel = value_of(record, FIELD_CHANNEL);
    return !channel || strcasecmp(channel, "CHAT") != 0 || (record->flags & FLAG_BOT);
}

bool record_has_error(const struct record *record)
{
    return (record->flags & FLAG_ERROR) ||
           ((record->flags & FLAG_MENU_ERROR) && record_menu_error_counts(record));
}

uint32_t record_error_bits(const struct record *record)
{
    if (!(record->flags & (FLAG_MENU_ERROR | FLAG_BOT)))
        return 0;
    return (record->flags & FLAG_ERROR ? ERROR_RISEN : 0u) |
           (record->flags & FLAG_MENU_ERROR ? ERROR_MENU : 0u) |
           (record->flags & FLAG_BOT ? ERROR_BOT : 0u);
}

bool record_is_transferred(const struct record *record)
{
    static const char *const transfer[] = {"TRANSFER", "QUEUE_TRANSFER", NULL};
    return is_one_of(value_of(record, FIELD_METHOD), transfer);
}

uint64_t record_common_stamp(const struct record *record)
{
    const struct reg *status = &record->field[FIELD_STATUS];
    return status->value ? status->stamp : 0;
}

const char *record_chain_root(const struct record *record)
{
    const char *initial = value_of(record, FIELD_INITIAL_ID);
    return initial ? initial : record->contact_id;
}

int64_t record_started(const struct record *record)
{
    return record->initiated != INSTANT_NONE ? record->initiated : record->first;
}

int64_t channel_life(const char *channel)
{
    static const struct {
        const char *channel;
        int64_t life;
    } longest[] = {{"VOICE", 24 * HOUR_MS},
                   {"CHAT", 7 * DAY_MS},
                   {"TASK", 90 * DAY_MS},
                   {"EMAIL", 90 * DAY_MS}};
    for (size_t i = 0; channel && i < ARRAY_SIZE(longest); i++)
        if (strcasecmp(channel, longest[i].channel) == 0)
            return longest[i].life;
    return 24 * HOUR_MS;
}

int64_t record_expiry(const struct record *record, int64_t retention_ms)
{
    const int64_t step = 5 * MINUTE_MS;
    int64_t keep = record->last_receipt, start = record_started(record);
    if (!(record->flags & FLAG_ENDED) && start != INSTANT_NONE) {
        int64_t life_end = start + channel_life(value_of(record, FIELD_CHANNEL));
        keep = life_end > keep ? life_end : keep;
    }
    return (keep + retention_ms + step - 1) / step * step / SECOND_MS;
}

int64_t record_newest(const struct record *record)
{
    int64_t newest = record->initiated;
    for (int i = 0; i < LOGTYPE_COUNT; i++)
        if (record->last[i] > newest)
            newest = record->last[i];
    return newest;
}

bool record_is_live(const struct record *record, int64_t now)
{
    return !(record->flags & FLAG_ENDED) &&
           now - record_newest(record) <= channel_life(value_of(record, FIELD_CHANNEL));
}

int64_t records_silence(const struct record *records, size_t count, int64_t now)
{
    int64_t newest = INSTANT_NONE;
    for (size_t i = 0; i < count; i++) {
        int64_t last = record_newest(&records[i]);
        if (record_is_live(&records[i], now))
            return INSTANT_NONE;
        newest = last > newest ? last : newest;
    }
    return newest;
}

/* The objects were written by this program's canonical writer, or joined from an item that was
 * parsed. */
static const cJSON *object_of(const struct record *record, enum record_field field,
                              struct arena *arena)
{
    const char *value = value_of(record, field);
    return value ? json_parse(arena, value, strlen(value), NULL) : NULL;
}

static int64_t instant_of(const cJSON *object, const char *name)
{
    const char *text = json_text_either(object, name);
    return text ? instant_or_none(text) : INSTANT_NONE;
}

/* Durations come as whole seconds. */
static int64_t seconds_of(const cJSON *object, const char *name)
{
    const cJSON *value = json_either(object, name);
    if (!cJSON_IsNumber(value) || !(value->valuedouble >= 0) || value->valuedouble > 1e9)
        return -1;
    return (int64_t)(value->valuedouble * SECOND_MS);
}

static int64_t instant_register(const struct record *record, enum record_field field)
{
    const char *value = value_of(record, field);
    return value ? instant_or_none(value) : INSTANT_NONE;
}

static void read_queue(struct record_facts *facts, const cJSON *queue)
{
    facts->queue_arn = json_text_either(queue, "queueArn");
    facts->queue_type = json_text_either(queue, "queueType");
    facts->enqueued = instant_of(queue, "enqueueTimestamp");
}

static void read_agent(struct record_facts *facts, const cJSON *agent)
{
    facts->agent_arn = json_text_either(agent, "agentArn");
    facts->connected_to_agent = instant_of(agent, "connectedToAgentTimestamp");
    facts->acw_end = instant_of(agent, "afterContactWorkEndTimestamp");
    facts->hold_ms = seconds_of(agent, "agentInitiatedHoldDuration");
    facts->acw_ms = seconds_of(agent, "afterContactWorkDuration");
}

static void read_flow(struct record_facts *facts, const cJSON *flow)
{
    facts->flow_id = json_text(flow, "ContactFlowId");
    facts->flow_name = json_text(flow, "ContactFlowName");
    facts->flow_run = json_text(flow, "Flow_Run");
    facts->block_type = json_text(flow, "ContactFlowModuleType");
    facts->block_id = json_text(flow, "Identifier");
    facts->flow_time = instant_of(flow, "Timestamp");
}

void record_facts(struct record_facts *facts, const struct record *record, struct arena *arena)
{
    const char *status = value_of(record, FIELD_STATUS);
    *facts = (struct record_facts){
        .status = status ? lifecycle_of(status) : LIFECYCLE_NONE,
        .status_since = stamp_time(record->field[FIELD_STATUS].stamp),
        .channel = arena_strdup(arena, value_of(record, FIELD_CHANNEL)),
        .method = arena_strdup(arena, value_of(record, FIELD_METHOD)),
        .connected_to_system = instant_register(record, FIELD_SYSTEM_CONNECTED),
        .disconnected = instant_register(record, FIELD_DISCONNECTED),
        .initiated = record->initiated,
        .newest = record_newest(record),
        .ended = record->flags & FLAG_ENDED,
        .abandoned = record_is_abandoned(record),
        .transferred = record_is_transferred(record),
        .error = record_has_error(record),
        .menu_error_counts = record_menu_error_counts(record),
    };
    read_queue(facts, object_of(record, FIELD_QUEUE_INFO, arena));
    read_agent(facts, object_of(record, FIELD_AGENT_INFO, arena));
    read_flow(facts, object_of(record, FIELD_LATEST_FLOW, arena));
}
