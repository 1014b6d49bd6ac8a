#include "support/event_sets.h"

#include <string.h>

#include "contactwatch/instant.h"
#include "support/make_event.h"

#define INSTANCE                                                                                   \
    "arn:aws:connect:eu-west-2:111122223333:instance/5e11c0de-0000-4000-8000-0000000000aa"

static const char *const contact_type[] = {
    "INITIATED",    "CONNECTED_TO_SYSTEM",
    "QUEUED",       "CONNECTED_TO_AGENT",
    "PAUSED",       "RESUMED",
    "QUEUED",       "DISCONNECTED",
    "COMPLETED",    "CONTACT_DATA_UPDATED",
    "AMD_DISABLED", "SOMETHING_NEW",
};
static const char *const channel[] = {"VOICE", "CHAT", "TASK", "EMAIL", NULL};
static const char *const method[] = {"INBOUND",  "TRANSFER", "QUEUE_TRANSFER",
                                     "CALLBACK", "API",      NULL};
static const char *const queue[] = {INSTANCE "/queue/billing", INSTANCE "/queue/sales", NULL};
static const char *const agent[] = {INSTANCE "/agent/anne", INSTANCE "/agent/bob", NULL};
static const char *const related[] = {"11111111-0000-4000-8000-000000000001",
                                      "11111111-0000-4000-8000-000000000002", NULL};
static const char *const block[] = {"PlayPrompt", "GetUserInput", "InvokeExternalResource",
                                    "Transfer"};
static const char *const results[] = {"Success", "a \"quoted\" \\ tab\t answer", "Error",
                                      "\xC3\xA9t\xC3\xA9", NULL};
static const char *const key[] = {"Tier", "Language", "Balance", "\xE2\x82\xAC", "Authenticated"};
static const char *const value[] = {"", "gold", "de-DE", "12.50 \xE2\x82\xAC", "true", "false"};
static const char *const parameters[] = {
    "{\"Flag_VIP\":\"yes\",\"Customer_Identifier\":\"C-1\"}",
    "{\"Flag_VIP\":\"no\",\"Tier\":\"silver\",\"Status\":\"HACKED\"}",
    "{\"Flag_Queued\":\"true\",\"Flag_Abandoned\":\"true\",\"Customer_Identifier\":\"C-2\"}",
    "{\"Flag_Fraud\":\"0.7\",\"Attributes\":\"x\",\"Flag_VIP\":\"\",\"Customer_Identifier\":\"\"}",
    "{\"Note\":\"line\\nbreak\",\"Flag_A\":\"\\u0001\"}",
};

#define PICK(rng, list) ((list)[rng_below((rng), (uint32_t)ARRAY_SIZE(list))])

/* Few distinct times, so that ties are common; one in twelve is not known. */
static int64_t some_time(struct rng *rng)
{
    const int64_t base = INT64_C(1673368405627); /* 2023-01-10T16:33:25.627Z */
    if (rng_chance(rng, 1.0 / 12))
        return INSTANT_NONE;
    return base + (int64_t)rng_below(rng, 40) * 250;
}

static struct event random_contact(const char *id, struct arena *arena, struct rng *rng)
{
    struct event event = make_contact_event(id, PICK(rng, contact_type), some_time(rng));
    struct contact_event *contact = &event.contact;
    contact->channel = PICK(rng, channel);
    contact->method = PICK(rng, method);
    contact->initial_id = rng_chance(rng, 0.3) ? PICK(rng, related) : NULL;
    contact->previous_id = rng_chance(rng, 0.1) ? id : PICK(rng, related);
    contact->related_id = rng_chance(rng, 0.1) ? PICK(rng, related) : NULL;
    contact->instance_arn = rng_chance(rng, 0.8) ? INSTANCE : NULL;
    contact->customer_id = rng_chance(rng, 0.1) ? "CRM-7" : NULL;
    contact->disconnect_reason = rng_chance(rng, 0.1) ? "CUSTOMER_DISCONNECT" : NULL;
    contact->initiated = rng_chance(rng, 0.7) ? some_time(rng) : INSTANT_NONE;
    contact->connected_to_system = rng_chance(rng, 0.3) ? some_time(rng) : INSTANT_NONE;
    if (rng_chance(rng, 0.4)) {
        contact->enqueued = some_time(rng);
        contact->queue_info = make_queue_info(arena, PICK(rng, queue), contact->enqueued);
    }
    if (rng_chance(rng, 0.3)) {
        contact->connected_to_agent = some_time(rng);
        contact->agent_info = make_agent_info(arena, PICK(rng, agent), contact->connected_to_agent);
    }
    contact->disconnected = lifecycle_terminal(contact->state) ? some_time(rng) : INSTANT_NONE;
    return event;
}

static const char *random_text(struct arena *arena, struct rng *rng)
{
    if (rng_chance(rng, 0.8))
        return PICK(rng, value);
    char *text = arena_alloc(arena, 600);
    size_t length = 250 + rng_below(rng, 300);
    for (size_t i = 0; i < length; i += 3)
        memcpy(text + i, "\xE2\x82\xAC", 3); /* the cut must not fall inside a character */
    text[length / 3 * 3] = '\0';
    return text;
}

static const char *random_key(struct arena *arena, struct rng *rng, bool crowded)
{
    if (!crowded)
        return PICK(rng, key);
    return rng_chance(rng, 0.02) ? arena_printf(arena, "%0300d", 1)
                                 : arena_printf(arena, "name-%03u", rng_below(rng, 120));
}

static struct event random_flow(const char *id, struct arena *arena, struct rng *rng, bool crowded)
{
    struct event event = make_flow_log(id, PICK(rng, block), some_time(rng));
    if (crowded || rng_chance(rng, 0.3))
        event = make_attribute(id, random_key(arena, rng, crowded), random_text(arena, rng),
                               some_time(rng));
    event.flow.flow_id = arena_printf(arena, INSTANCE "/contact-flow/%u", rng_below(rng, 3));
    event.flow.flow_name = rng_chance(rng, 0.8) ? "Main \"menu\"" : random_text(arena, rng);
    event.flow.block_id = rng_chance(rng, 0.5) ? "Set global prompts" : NULL;
    event.flow.results = PICK(rng, results);
    event.flow.instance_arn = rng_chance(rng, 0.9) ? INSTANCE : INSTANCE "-other";
    event.entry.marks |= (uint16_t)(rng_chance(rng, 0.02) ? MARK_ERROR : 0);
    event.entry.marks |= (uint16_t)(rng_chance(rng, 0.02) ? MARK_MENU_ERROR : 0);
    event.entry.marks |= (uint16_t)(rng_chance(rng, 0.01) ? MARK_BOT : 0);
    event.entry.marks |= (uint16_t)(rng_chance(rng, 0.02) ? MARK_LAMBDA_ERROR : 0);
    event.entry.marks |= (uint16_t)(rng_chance(rng, 0.02) ? MARK_CALLBACK : 0);
    return event;
}

static struct event random_lambda(const char *id, struct arena *arena, struct rng *rng)
{
    struct event event = make_flow_lambda(arena, id, PICK(rng, parameters), some_time(rng));
    struct flow_event *contact = arena_zero(arena, sizeof(*contact));
    contact->channel = PICK(rng, channel);
    contact->method = PICK(rng, method);
    contact->initial_id = PICK(rng, related);
    contact->previous_id = rng_chance(rng, 0.1) ? id : PICK(rng, related);
    contact->related_id = PICK(rng, related);
    contact->instance_arn = rng_chance(rng, 0.8) ? INSTANCE : NULL;
    contact->queue_arn = PICK(rng, queue);
    contact->address = rng_chance(rng, 0.5) ? "+15550110001" : NULL;
    contact->customer_id = rng_chance(rng, 0.2) ? "CRM-8" : NULL;
    event.lambda.contact = rng_chance(rng, 0.8) ? contact : NULL;
    return event;
}

static struct event random_event(const char *id, struct arena *arena, struct rng *rng, bool crowded)
{
    double kind = rng_unit(rng);
    if (kind < (crowded ? 0.1 : 0.4))
        return random_contact(id, arena, rng);
    if (kind < 0.9)
        return random_flow(id, arena, rng, crowded);
    if (kind < 0.95)
        return random_lambda(id, arena, rng);
    return make_agent_state(id, PICK(rng, agent), "CONNECTED", some_time(rng));
}

void event_set_make(struct event_set *set, struct arena *arena, struct rng *rng)
{
    char *id = arena_alloc(arena, 37);
    rng_uuid(rng, id);
    bool crowded = rng_chance(rng, 0.2);
    set->contact_id = id;
    set->count = crowded ? EVENT_SET_MAX * 3 / 4 : 1 + rng_below(rng, 40);
    for (size_t i = 0; i < set->count; i++) {
        set->event[i] = random_event(id, arena, rng, crowded);
        make_seal(arena, &set->event[i]);
    }
}

void event_set_shuffle(struct event_set *set, struct rng *rng)
{
    for (size_t i = set->count; i > 1; i--) {
        size_t j = rng_below(rng, (uint32_t)i);
        struct event moving = set->event[i - 1];
        set->event[i - 1] = set->event[j];
        set->event[j] = moving;
    }
}

void event_set_repeat(struct event_set *set, struct rng *rng)
{
    size_t distinct = set->count;
    for (size_t i = 0; i < distinct && set->count < EVENT_SET_MAX; i++)
        if (rng_chance(rng, 0.4))
            set->event[set->count++] = set->event[i];
}
