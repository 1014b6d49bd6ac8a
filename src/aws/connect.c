/* Connect's requests and answers (REST, JSON). Timestamps are epoch seconds with a fraction. */
#include "contactwatch/connect.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "contactwatch/json.h"

static const char *const list_operation[CONNECT_LIST_COUNT] = {
    "ListQueues", "ListUsers", "ListPrompts", "ListContactFlows", "ListContactFlowModules"};

static const struct {
    const char *path, *members, *name;
} lists[CONNECT_LIST_COUNT] = {
    [CONNECT_QUEUES] = {"queues-summary", "QueueSummaryList", "Name"},
    [CONNECT_USERS] = {"users-summary", "UserSummaryList", "Username"},
    [CONNECT_PROMPTS] = {"prompts-summary", "PromptSummaryList", "Name"},
    [CONNECT_FLOWS] = {"contact-flows-summary", "ContactFlowSummaryList", "Name"},
    [CONNECT_MODULES] = {"contact-flow-modules-summary", "ContactFlowModulesSummaryList", "Name"},
};

static bool is_word(const char *text, size_t length)
{
    return length > 0 && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789-_") >= length;
}

bool connect_instance_read(struct connect_instance *out, const char *arn)
{
    const char *part[6];
    const char *at = arn;
    *out = (struct connect_instance){.arn = ""};
    for (size_t i = 0; i < ARRAY_SIZE(part); i++) {
        part[i] = at;
        at = at ? strchr(at, ':') : NULL;
        at = at ? at + 1 : NULL;
    }
    if (!part[5] || strncmp(arn, "arn:", 4) != 0 || strncmp(part[2], "connect:", 8) != 0 ||
        strncmp(part[5], "instance/", 9) != 0)
        return false;
    const char *id = part[5] + 9;
    size_t id_length = strcspn(id, "/"), region = strcspn(part[3], ":");
    size_t whole = (size_t)(id - arn) + id_length;
    if (!is_word(id, id_length) || !is_word(part[3], region) || id_length >= sizeof(out->id) ||
        region >= sizeof(out->region) || whole >= sizeof(out->arn))
        return false;
    memcpy(out->arn, arn, whole);
    memcpy(out->id, id, id_length);
    memcpy(out->region, part[3], region);
    return true;
}

/* Everything but unreserved characters as %XX. */
static void encode(struct buf *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        if (is_word(p, 1) || *p == '.' || *p == '~')
            buf_char(out, *p);
        else
            buf_printf(out, "%%%02X", (unsigned char)*p);
    }
}

static const char *moved(struct arena *arena, struct buf *text)
{
    const char *copy = arena_strndup(arena, buf_str(text), text->length);
    buf_free(text);
    return copy;
}

/* The pace is the caller's: 2 calls a second are the whole account's, so nothing is retried here.
 */
static void get(struct aws_call *call, const char *operation, const char *path, const char *query)
{
    call->operation = operation;
    call->method = "GET";
    call->path = path;
    call->query = query;
    call->max_attempts = 1;
}

void connect_list_call(struct aws_call *call, struct arena *arena, enum connect_list list,
                       const char *instance_id, const char *token, unsigned page_size)
{
    struct buf path = {0}, query = {0};
    buf_printf(&path, "/%s/", lists[list].path);
    encode(&path, instance_id);
    buf_printf(&query, "maxResults=%u", page_size);
    if (token) {
        buf_text(&query, "&nextToken=");
        encode(&query, token);
    }
    const char *where = moved(arena, &path);
    get(call, list_operation[list], where, moved(arena, &query));
}

/*
 * Of a page up to HTTP_RESPONSE_MAX json_parse takes JSON_MAX_BYTES: a thousand names need a third
 * of that.
 */
bool connect_list_read(struct arena *arena, enum connect_list list, const char *body, size_t length,
                       const struct connect_visit *visit, const char **token, struct err *err)
{
    const cJSON *page = json_parse(arena, body, length, err);
    *token = NULL;
    if (!page)
        return err_wrap(err, "%s", list_operation[list]);
    const cJSON *members = json_get(page, lists[list].members);
    if (!cJSON_IsArray(members))
        return err_set(err, "%s: the answer has no %s", list_operation[list], lists[list].members);
    for (const cJSON *member = members->child; member; member = member->next) {
        const char *id = json_text(member, "Id"), *name = json_text(member, lists[list].name);
        if (id && name)
            visit->name(visit->context, id, name);
    }
    const char *next = json_text(page, "NextToken");
    if (next && strlen(next) > CONNECT_TOKEN_MAX)
        return err_set(err, "%s: its NextToken is too long", list_operation[list]);
    *token = next;
    return true;
}

void connect_describe_call(struct aws_call *call, struct arena *arena, const char *instance_id,
                           const char *contact_id)
{
    struct buf path = {0};
    buf_text(&path, "/contacts/");
    encode(&path, instance_id);
    buf_char(&path, '/');
    encode(&path, contact_id);
    get(call, "DescribeContact", moved(arena, &path), NULL);
}

static int64_t time_of(const cJSON *object, const char *name)
{
    static const double latest_s = 4294967295.0; /* of the year 2106 */
    const cJSON *value = json_get(object, name);
    if (cJSON_IsString(value))
        return instant_or_none(value->valuestring);
    if (!cJSON_IsNumber(value) || !(value->valuedouble > 0) || value->valuedouble > latest_s)
        return INSTANT_NONE;
    int64_t ms = llround(value->valuedouble * 1000.0);
    return ms < INSTANT_SENTINEL_BEFORE ? INSTANT_NONE : ms;
}

static int64_t seconds_of(const cJSON *object, const char *name)
{
    const cJSON *value = json_get(object, name);
    bool fine = cJSON_IsNumber(value) && value->valuedouble >= 0 && value->valuedouble < 1e9;
    return fine ? (int64_t)value->valuedouble : -1;
}

bool connect_describe_read(struct arena *arena, const char *body, size_t length,
                           struct connect_contact *out, struct err *err)
{
    const cJSON *answer = json_parse(arena, body, length, err);
    *out = (struct connect_contact){.hold_s = -1};
    if (!answer)
        return err_wrap(err, "DescribeContact");
    const cJSON *contact = json_get(answer, "Contact");
    const cJSON *queue = json_get(contact, "QueueInfo"), *agent = json_get(contact, "AgentInfo");
    if (!json_text(contact, "Id"))
        return err_set(err, "DescribeContact: the answer names no contact");
    *out = (struct connect_contact){
        .id = json_text(contact, "Id"),
        .channel = json_text(contact, "Channel"),
        .method = json_text(contact, "InitiationMethod"),
        .initial_id = json_text(contact, "InitialContactId"),
        .previous_id = json_text(contact, "PreviousContactId"),
        .related_id = json_text(contact, "RelatedContactId"),
        .customer_id = json_text(contact, "CustomerId"),
        .queue_id = json_text(queue, "Id"),
        .agent_id = json_text(agent, "Id"),
        .disconnect_reason = json_text(contact, "DisconnectReason"),
        .initiated = time_of(contact, "InitiationTimestamp"),
        .connected_to_system = time_of(contact, "ConnectedToSystemTimestamp"),
        .enqueued = time_of(queue, "EnqueueTimestamp"),
        .connected_to_agent = time_of(agent, "ConnectedToAgentTimestamp"),
        .disconnected = time_of(contact, "DisconnectTimestamp"),
        .acw_start = time_of(agent, "AfterContactWorkStartTimestamp"),
        .acw_end = time_of(agent, "AfterContactWorkEndTimestamp"),
        .hold_s = seconds_of(agent, "AgentInitiatedHoldDuration"),
    };
    return true;
}
