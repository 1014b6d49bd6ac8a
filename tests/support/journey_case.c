#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contactwatch/decode.h"
#include "contactwatch/json.h"
#include "support/journey_case.h"

#define INSTANCE                                                                                   \
    "arn:aws:connect:eu-west-2:111122223333:instance/11111111-0000-4000-8000-000000000001"

static const int64_t base = INT64_C(1772445600000); /* 2026-03-02T10:00:00Z */

static const struct {
    const char *arn, *name;
} known_names[] = {
    {INSTANCE "/queue/billing", "Billing"}, {INSTANCE "/queue/sales", "Sales"},
    {INSTANCE "/agent/doe", "j.doe"},       {INSTANCE "/agent/roe", "m.roe"},
    {INSTANCE "/prompt/chime", "Chime"},
};

void case_start(struct journey_case *c)
{
    *c = (struct journey_case){.now = 600, .flow = "main|Main"};
    assert_true(mask_init(&c->mask, NULL, NULL));
    for (size_t i = 0; i < ARRAY_SIZE(known_names); i++)
        names_set(&c->names, known_names[i].arn, known_names[i].name, NAME_FILE);
    mask_safe(&c->mask, "j.doe");
}

void case_free(struct journey_case *c)
{
    for (size_t i = 0; i < c->count; i++) {
        buf_free(&c->contact[i].kept);
        record_free(&c->contact[i].record);
        history_free(&c->contact[i].history);
    }
    buf_free(&c->head);
    buf_free(&c->friendly);
    buf_free(&c->techy);
    mask_free(&c->mask);
    names_free(&c->names);
    arena_free(&c->arena);
}

static struct case_contact *find(struct journey_case *c, const char *id)
{
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->contact[i].id, id) == 0)
            return &c->contact[i];
    assert_true(c->count < CASE_CONTACTS);
    struct case_contact *contact = &c->contact[c->count++];
    contact->id = arena_strdup(&c->arena, id);
    contact->initiated = -1;
    record_init(&contact->record, id);
    return contact;
}

static void take_event(void *context, const struct event *event)
{
    struct journey_case *c = context;
    struct case_contact *contact = find(c, event->contact_id);
    struct entry entry = event->entry;
    entry.body = arena_strndup(&c->arena, entry.body, entry.length);
    entry.log_event_id = arena_strdup(&c->arena, entry.log_event_id);
    record_apply(&contact->record, event);
    history_push(&contact->history, &entry);
}

static void refuse(void *context, const char *where, const char *why, const char *text,
                   size_t length)
{
    (void)context;
    fail_msg("refused at %s: %s: %.*s", where, why, (int)length, text);
}

void case_feed(struct journey_case *c, const char *text, size_t length)
{
    struct decode_options options = {.redact = REDACT_NONE};
    struct decode_sink sink = {.context = c, .event = take_event, .refused = refuse};
    decode_body(&c->arena, &options, text, length, base + DAY_MS / 2, &sink);
}

static const char *stamp(struct journey_case *c, double at)
{
    char *text = arena_alloc(&c->arena, INSTANT_TEXT);
    instant_format(base + (int64_t)(at * 1000 + 0.5), text);
    return text;
}

void case_contact(struct journey_case *c, const char *id, const char *channel, const char *method,
                  double initiated, const char *previous)
{
    struct case_contact *contact = find(c, id);
    contact->channel = channel;
    contact->method = method;
    contact->initiated = initiated;
    if (previous)
        contact->chain =
            arena_printf(&c->arena, "\"initialContactId\":\"%s\",\"previousContactId\":\"%s\",",
                         LEG_A, previous);
}

static void send_event(struct journey_case *c, struct case_contact *contact, const char *type,
                       double at)
{
    struct buf json = {0};
    buf_printf(&json,
               "{\"source\":\"aws.connect\",\"detail-type\":\"Amazon Connect Contact "
               "Event\",\"time\":\"%s\",",
               stamp(c, at));
    buf_printf(&json,
               "\"detail\":{\"contactId\":\"%s\",\"eventType\":\"%s\",\"instanceArn\":\"%s\",",
               contact->id, type, INSTANCE);
    if (contact->channel)
        buf_printf(&json, "\"channel\":\"%s\",", contact->channel);
    if (contact->method)
        buf_printf(&json, "\"initiationMethod\":\"%s\",", contact->method);
    if (contact->initiated >= 0)
        buf_printf(&json, "\"initiationTimestamp\":\"%s\",", stamp(c, contact->initiated));
    buf_text(&json, contact->chain ? contact->chain : "");
    buf_text(&json, buf_str(&contact->kept));
    buf_text(&json, "\"tags\":{}}}");
    case_feed(c, buf_str(&json), json.length);
    buf_free(&json);
}

static void keep_state(struct journey_case *c, struct buf *kept, const char *type, double at,
                       const char *place)
{
    if (strcmp(type, "QUEUED") == 0)
        buf_printf(kept,
                   "\"queueInfo\":{\"queueArn\":\"%s/"
                   "%s\",\"queueType\":\"STANDARD\",\"enqueueTimestamp\":\"%s\"},",
                   INSTANCE, place ? place : "queue/billing", stamp(c, at));
    else if (strcmp(type, "CONNECTED_TO_AGENT") == 0)
        buf_printf(kept,
                   "\"agentInfo\":{\"agentArn\":\"%s/%s\",\"connectedToAgentTimestamp\":\"%s\"},",
                   INSTANCE, place ? place : "agent/doe", stamp(c, at));
    else if (strcmp(type, "DISCONNECTED") == 0)
        buf_printf(kept, "\"disconnectTimestamp\":\"%s\",", stamp(c, at));
    else if (strcmp(type, "CONNECTED_TO_SYSTEM") == 0)
        buf_printf(kept, "\"connectedToSystemTimestamp\":\"%s\",", stamp(c, at));
}

/* Of a repeated member the first counts: what is new goes in front. */
static void send_with(struct journey_case *c, const char *id, const char *type, double at,
                      const char *place, const char *more)
{
    struct case_contact *contact = find(c, id);
    struct buf before = contact->kept;
    contact->kept = (struct buf){0};
    if (more)
        buf_printf(&contact->kept, "%s,", more);
    keep_state(c, &contact->kept, type, at, place);
    buf_text(&contact->kept, buf_str(&before));
    buf_free(&before);
    send_event(c, contact, type, at);
}

void case_event(struct journey_case *c, const char *id, const char *type, double at,
                const char *more)
{
    send_with(c, id, type, at, NULL, more);
}

void case_event_at(struct journey_case *c, const char *id, const char *type, double at,
                   const char *place)
{
    send_with(c, id, type, at, place, NULL);
}

void case_block_more(struct journey_case *c, const char *id, double at, const char *type,
                     const char *block, const char *parameters, const char *more)
{
    struct buf json = {0};
    char flow[64], name[64] = "", module[64] = "";
    const char *bar = strchr(c->flow, '|'), *second = bar ? strchr(bar + 1, '|') : NULL;
    snprintf(flow, sizeof(flow), "%.*s", (int)(bar ? bar - c->flow : (long)strlen(c->flow)),
             c->flow);
    if (bar)
        snprintf(name, sizeof(name), "%.*s",
                 (int)(second ? second - bar - 1 : (long)strlen(bar + 1)), bar + 1);
    if (second)
        snprintf(module, sizeof(module), "%s", second + 1);
    buf_printf(&json, "{\"ContactId\":\"%s\",\"ContactFlowId\":\"%s/%s/%s\",", id, INSTANCE,
               *module ? "flow-module" : "contact-flow", *module ? module : flow);
    if (*name)
        buf_printf(&json, "\"ContactFlowName\":\"%s\",", *module ? module : name);
    if (*module)
        buf_printf(&json,
                   "\"ModuleExecutionStack\":[\"%s/flow-module/%s\",\"%s/contact-flow/%s\"],",
                   INSTANCE, module, INSTANCE, flow);
    if (block)
        buf_printf(&json, "\"Identifier\":\"%s\",", block);
    if (parameters)
        buf_printf(&json, "\"Parameters\":%s,", parameters);
    if (more)
        buf_printf(&json, "%s,", more);
    buf_printf(&json, "\"ContactFlowModuleType\":\"%s\",\"Timestamp\":\"%s\"}", type, stamp(c, at));
    case_feed(c, buf_str(&json), json.length);
    buf_free(&json);
}

void case_block(struct journey_case *c, const char *id, double at, const char *type,
                const char *block, const char *parameters, const char *results)
{
    char more[256];
    snprintf(more, sizeof(more), "\"Results\":\"%s\"", results ? results : "");
    case_block_more(c, id, at, type, block, parameters, results ? more : NULL);
}

void case_agent(struct journey_case *c, const char *id, double at, const char *state)
{
    struct buf json = {0};
    buf_printf(
        &json,
        "{\"AWSAccountId\":\"111122223333\",\"AgentARN\":\"%s/agent/doe\",\"EventId\":\"%s-%.0f\",",
        INSTANCE, state, at);
    buf_printf(&json,
               "\"EventTimestamp\":\"%s\",\"EventType\":\"STATE_CHANGE\",\"InstanceARN\":\"%s\",",
               stamp(c, at), INSTANCE);
    buf_text(
        &json,
        "\"Version\":\"2017-10-01\",\"PreviousAgentSnapshot\":null,\"CurrentAgentSnapshot\":{");
    buf_text(
        &json,
        "\"AgentStatus\":{\"Name\":\"Available\"},\"Configuration\":{\"Username\":\"j.doe\"},");
    buf_printf(&json,
               "\"Contacts\":[{\"ContactId\":\"%s\",\"Channel\":\"VOICE\",\"State\":\"%s\","
               "\"StateStartTimestamp\":\"%s\"}]}}",
               id, state, stamp(c, at));
    case_feed(c, buf_str(&json), json.length);
    buf_free(&json);
}

void case_call_start(struct journey_case *c)
{
    case_start(c);
    case_contact(c, LEG_A, "VOICE", "INBOUND", 0, NULL);
    case_event(c, LEG_A, "INITIATED", 0, NULL);
}

int case_setup(void **state)
{
    struct journey_case *c = mem_zero(sizeof(*c));
    case_start(c);
    *state = c;
    return 0;
}

int case_call_setup(void **state)
{
    struct journey_case *c = mem_zero(sizeof(*c));
    case_call_start(c);
    *state = c;
    return 0;
}

int case_teardown(void **state)
{
    case_free(*state);
    free(*state);
    return 0;
}
