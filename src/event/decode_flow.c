/* Contact flow logs, and what a flow puts on its contact's record through a Lambda.
 */
#include "event/decode_internal.h"

enum error_rule {
    ERROR_BY_TEXT, /* by the words of its Results */
    ERROR_NEVER,
    ERROR_INPUT,    /* exactly Error, Timeout, NoMatch */
    ERROR_MENU,     /* likewise; Error is one of its own kind */
    ERROR_TRANSFER, /* "true" means at capacity */
    ERROR_LAMBDA,   /* any result without external results */
};

static const struct block {
    const char *type;
    uint16_t marks;
    enum error_rule rule;
} blocks[] = {
    {"CheckAttribute", 0, ERROR_NEVER},
    {"GetUserInput", MARK_PROMPT, ERROR_MENU},
    {"GetParticipantInput", MARK_PROMPT, ERROR_MENU},
    {"StoreUserInput", MARK_PROMPT, ERROR_INPUT},
    {"PlayPrompt", MARK_PROMPT, ERROR_BY_TEXT},
    {"MessageParticipant", MARK_PROMPT, ERROR_BY_TEXT},
    {"AddToPlayLoop", MARK_PROMPT, ERROR_BY_TEXT},
    {"LoopPrompts", MARK_PROMPT, ERROR_BY_TEXT},
    {"SetAttributes", MARK_ATTRIBUTE, ERROR_BY_TEXT},
    {"SetFlowAttributes", MARK_ATTRIBUTE, ERROR_BY_TEXT},
    {"InvokeExternalResource", MARK_LAMBDA, ERROR_LAMBDA},
    {"InvokeLambdaFunction", MARK_LAMBDA, ERROR_LAMBDA},
    {"CreateCallback", MARK_CALLBACK, ERROR_BY_TEXT},
    {"Disconnect", MARK_EXIT, ERROR_BY_TEXT},
    {"Transfer", MARK_EXIT, ERROR_TRANSFER},
    {"TransferToQueue", MARK_EXIT, ERROR_TRANSFER},
    {"TransferToFlow", MARK_EXIT, ERROR_BY_TEXT},
};

static const struct block *block_of(const char *type)
{
    static const struct block unknown = {"", 0, ERROR_BY_TEXT};
    for (size_t i = 0; type && i < ARRAY_SIZE(blocks); i++)
        if (blocks[i].type[0] == type[0] && strcmp(blocks[i].type, type) == 0)
            return &blocks[i];
    return &unknown;
}

static bool is_error_text(const char *results)
{
    static const char *const part[] = {
        "rror",
        "ailed",
        "imeout",
        "xception",
        "No prompt provided",
        "nsupported",
        "nvalid",
        "not found",
        "execution limit reached",
        "Instance has reached concurrent Lambda thread access limit",
        "NotDone",
        "MultipleFound",
    };
    for (size_t i = 0; i < ARRAY_SIZE(part); i++)
        if (strstr(results, part[i]))
            return true;
    return false;
}

static bool breaks_rule(enum error_rule rule, const char *results, bool has_external_results)
{
    if (!results || rule == ERROR_NEVER)
        return false;
    if (rule == ERROR_INPUT || rule == ERROR_MENU)
        return strcmp(results, "Error") == 0 || strcmp(results, "Timeout") == 0 ||
               strcmp(results, "NoMatch") == 0;
    if (rule == ERROR_TRANSFER && strcmp(results, "true") == 0)
        return true;
    if (rule == ERROR_LAMBDA && !has_external_results)
        return true;
    return is_error_text(results);
}

bool flow_log_is_error(const char *block_type, const char *results, bool has_external_results)
{
    return breaks_rule(block_of(block_type)->rule, results, has_external_results);
}

/* A chat cannot press keys: whether this is an error hangs on the channel, which no flow log knows.
 */
static bool is_menu_error(const struct block *block, const char *results)
{
    return block->rule == ERROR_MENU && strcmp(results, "Error") == 0;
}

static bool has_bot(const cJSON *parameters)
{
    return json_text(parameters, "BotName") || json_text(parameters, "BotAliasArn");
}

/* A prompt's result entry has nothing to hear, and a set without a name sets nothing. */
static uint16_t marks_of(const struct flow_log *f, const cJSON *parameters,
                         bool has_external_results)
{
    const struct block *block = block_of(f->block_type);
    uint16_t marks = block->marks;
    bool error = breaks_rule(block->rule, f->results, has_external_results);
    if (error) {
        marks |= is_menu_error(block, f->results) ? MARK_MENU_ERROR : MARK_ERROR;
        marks |= marks & MARK_LAMBDA ? MARK_LAMBDA_ERROR : 0;
        marks &= (uint16_t) ~(MARK_EXIT | MARK_CALLBACK);
    }
    if ((marks & MARK_PROMPT) && !(parameters && parameters->child))
        marks &= (uint16_t)~MARK_PROMPT;
    if (block->rule == ERROR_MENU && has_bot(parameters))
        marks |= MARK_BOT;
    if ((marks & MARK_ATTRIBUTE) && !json_text(parameters, "Key"))
        marks &= (uint16_t)~MARK_ATTRIBUTE;
    return marks;
}

/* "arn:aws:connect:REGION:ACCOUNT:instance/ID" of an ARN below it; 0 if it is none. */
static size_t instance_length(const char *arn)
{
    static const char before[] = ":instance/";
    const char *instance = arn ? strstr(arn, before) : NULL;
    if (!instance)
        return 0;
    const char *id = instance + sizeof(before) - 1;
    return (size_t)(id - arn) + strcspn(id, "/");
}

/* The stack is innermost first. */
static const char *outermost(const cJSON *stack)
{
    const cJSON *last = cJSON_IsArray(stack) ? stack->child : NULL;
    while (last && last->next)
        last = last->next;
    return last && cJSON_IsString(last) && last->valuestring[0] ? last->valuestring : NULL;
}

static void read_flow(struct flow_log *f, const struct members *m)
{
    const cJSON *parameters = m->at[KEY_PARAMETERS];
    f->flow_id = member_text(m, KEY_FLOW_ID);
    f->flow_name = member_text(m, KEY_FLOW_NAME);
    f->run_id = outermost(m->at[KEY_STACK]);
    f->block_type = member_text(m, KEY_MODULE_TYPE);
    f->block_id = member_text(m, KEY_IDENTIFIER);
    f->results = member_text(m, KEY_RESULTS);
    if (!f->block_type || strcmp(f->block_type, "SetAttributes") != 0)
        return;
    const cJSON *value = json_get(parameters, "Value");
    f->key = json_text(parameters, "Key");
    f->value = f->key ? (cJSON_IsString(value) ? value->valuestring : "") : NULL;
}

/* The line's own time, else its transport's, which is then written into the entry. */
static int64_t flow_time(const struct decoder *d, const struct members *m,
                         const struct origin *origin, char formatted[INSTANT_TEXT], bool *future)
{
    formatted[0] = '\0';
    int64_t ms = take_time(d, m->at[KEY_TIMESTAMP], future);
    if (ms != INSTANT_NONE || *future)
        return ms;
    ms = time_of(d, origin->time, future);
    if (ms == INSTANT_NONE && origin->log_time <= d->latest)
        ms = origin->log_time;
    if (ms != INSTANT_NONE)
        instant_format(ms, formatted);
    return ms;
}

void decode_flow(struct decoder *d, cJSON *line, const struct members *m,
                 const struct origin *origin)
{
    const char *id = member_text(m, KEY_CONTACT_ID);
    if (!contact_id_valid(d, id, line))
        return;
    if (!member_text(m, KEY_MODULE_TYPE)) {
        refuse_value(d, "a flow log without ContactFlowModuleType", line);
        return;
    }
    size_t instance = instance_length(member_text(m, KEY_FLOW_ID));
    if (!instance_wanted(d, instance ? member_text(m, KEY_FLOW_ID) : NULL, instance))
        return;
    redact_flow(d, m);
    struct event *event = arena_zero(d->arena, sizeof(*event));
    struct entry *entry = &event->entry;
    bool future = false;
    char formatted[INSTANT_TEXT];
    event->contact_id = id;
    read_flow(&event->flow, m);
    if (instance)
        event->flow.instance_arn = arena_strndup(d->arena, event->flow.flow_id, instance);
    entry->time = flow_time(d, m, origin, formatted, &future);
    entry->type = LOGTYPE_FLOW;
    entry->rank = RANK_FLOW;
    entry->marks =
        marks_of(&event->flow, m->at[KEY_PARAMETERS], m->at[KEY_EXTERNAL_RESULTS] != NULL);
    entry->log_event_id = origin->log_event_id;
    entry_body(d, entry, line, formatted[0] ? formatted : NULL);
    entry->id = hash_bytes(entry->body, entry->length);
    deliver(d, event, future);
}
