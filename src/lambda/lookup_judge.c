/* What is said of a customer's calls; each rule as lookup.h states it. */
#include <string.h>
#include <strings.h>

#include "contactwatch/names.h"
#include "lambda/lookup_internal.h"

static int64_t silence(const struct lookup_known *known, const struct leg *leg)
{
    return known->request->now - record_newest(leg->record);
}

bool lookup_leg_active(const struct lookup_known *known, const struct leg *leg)
{
    return leg->kind == LEG_CUSTOMER && leg->end == INSTANT_NONE &&
           record_is_live(leg->record, known->request->now) &&
           silence(known, leg) <= known->options->active_within_ms;
}

/* Was a call-back asked for on this leg, whose own leg has not come? */
static bool is_promised(const struct lookup_call *call, const struct leg *leg)
{
    if (leg->kind != LEG_CUSTOMER || !(leg->record->flags & FLAG_CALLBACK))
        return false;
    for (size_t i = 0; i < call->chain.count; i++)
        if (call->chain.leg[i].kind == LEG_CALLBACK && call->chain.leg[i].start >= leg->start)
            return false;
    return true;
}

/* Is a call-back of this leg pending or going on? */
static bool is_callback_active(const struct lookup_known *known, const struct lookup_call *call,
                               const struct leg *leg)
{
    bool pending = leg->kind == LEG_CALLBACK ? leg->end == INSTANT_NONE : is_promised(call, leg);
    return pending && silence(known, leg) <= known->options->callback_within_ms;
}

/* Was the customer in contact on it? */
static bool is_contact(const struct leg *leg)
{
    return leg->kind == LEG_CUSTOMER ||
           (leg->kind == LEG_CALLBACK && (leg->record->flags & FLAG_AGENT));
}

static bool is_later(const struct leg *leg, const struct leg *than)
{
    return !than || leg->start > than->start ||
           (leg->start == than->start &&
            strcmp(leg->record->contact_id, than->record->contact_id) > 0);
}

/* Each is NULL where there is none. */
struct verdict {
    const struct leg *callback, *active, *last;
    const struct lookup_call *last_call;
    unsigned began; /* calls, in the last 24 hours */
    bool elsewhere; /* the active one is on another channel than the current contact */
};

static bool is_elsewhere(const struct lookup_known *known, const struct leg *leg)
{
    const char *here = known->request->channel, *there = leg->record->field[FIELD_CHANNEL].value;
    return !here || !there || strcasecmp(here, there) != 0;
}

static void weigh_active(const struct lookup_known *known, const struct leg *leg, struct verdict *v)
{
    bool elsewhere = is_elsewhere(known, leg);
    if (!v->active || elsewhere > v->elsewhere ||
        (elsewhere == v->elsewhere && is_later(leg, v->active))) {
        v->active = leg;
        v->elsewhere = elsewhere;
    }
}

static void weigh_call(const struct lookup_known *known, const struct lookup_call *call,
                       struct verdict *v)
{
    int64_t began = INSTANT_NONE;
    for (size_t i = 0; i < call->chain.count; i++) {
        const struct leg *leg = &call->chain.leg[i];
        if (is_callback_active(known, call, leg) && is_later(leg, v->callback))
            v->callback = leg;
        if (lookup_leg_active(known, leg))
            weigh_active(known, leg, v);
        if (!is_contact(leg))
            continue;
        if (began == INSTANT_NONE) /* legs are in the order of their start */
            began = leg->start;
        if (is_later(leg, v->last)) {
            v->last = leg;
            v->last_call = call;
        }
    }
    v->began += began != INSTANT_NONE && known->request->now - began <= DAY_MS;
}

static const char *copy(const struct lookup_known *known, const char *text)
{
    return text ? arena_strdup(known->arena, text) : "";
}

static const char *name_of(const struct lookup_known *known, const char *arn)
{
    const struct lookup_options *options = known->options;
    const char *name = options->name ? options->name(options->name_context, arn) : NULL;
    return copy(known, name ? name : arn_tail(arn));
}

static bool is_agents_queue(const char *arn)
{
    return strstr(arn, "/queue/agent/") != NULL;
}

/* Of the newest leg that has one: the last contact itself, or one of its call before it. */
static void tell_queue_and_agent(const struct lookup_known *known, const struct verdict *v,
                                 struct lookup_result *out)
{
    const char *queue = NULL, *agent = NULL;
    for (size_t i = v->last_call->chain.count; i-- > 0;) {
        const struct leg *leg = &v->last_call->chain.leg[i];
        struct record_facts facts;
        if (!is_contact(leg) || is_later(leg, v->last))
            continue;
        record_facts(&facts, leg->record, known->arena);
        if (!queue && facts.queue_arn && !is_agents_queue(facts.queue_arn))
            queue = facts.queue_arn;
        if (!agent)
            agent = facts.agent_arn;
    }
    out->text[LOOKUP_LAST_QUEUE] = queue ? name_of(known, queue) : "";
    out->text[LOOKUP_LAST_QUEUE_ARN] = queue ? queue : "";
    out->text[LOOKUP_LAST_AGENT] = agent ? name_of(known, agent) : "";
}

/* Since the last contact ended, or began; never negative. */
static int64_t since_last(const struct lookup_known *known, const struct verdict *v)
{
    int64_t at = v->last->end > INSTANT_SENTINEL_BEFORE ? v->last->end : v->last->start;
    return known->request->now > at ? known->request->now - at : 0;
}

static void tell_last(const struct lookup_known *known, const struct verdict *v,
                      struct lookup_result *out)
{
    const struct record *record = v->last->record;
    bool ended = chain_state(&v->last_call->chain, known->request->now) >= CHAIN_ENDED;
    out->text[LOOKUP_LAST_ID] = copy(known, record->contact_id);
    out->text[LOOKUP_LAST_CHANNEL] = copy(known, record->field[FIELD_CHANNEL].value);
    out->text[LOOKUP_LAST_STATUS] = copy(known, record->field[FIELD_STATUS].value);
    out->text[LOOKUP_MINUTES] =
        arena_printf(known->arena, "%lld", (long long)(since_last(known, v) / MINUTE_MS));
    out->text[LOOKUP_WHOLE_CALL_ENDED] = ended ? "true" : "false";
    tell_queue_and_agent(known, v, out);
}

static enum lookup_suggestion suggest(const struct lookup_known *known, const struct verdict *v)
{
    if (v->callback)
        return LOOKUP_CALLBACK_ACTIVE;
    if (v->active && v->elsewhere)
        return LOOKUP_OTHER_CHANNEL_ACTIVE;
    bool recent = v->last && (lookup_leg_active(known, v->last) ||
                              since_last(known, v) <= known->options->recent_ms);
    return v->active || recent ? LOOKUP_RECENT_CONTACT : LOOKUP_NONE;
}

void lookup_judge(const struct lookup_known *known, struct lookup_result *out)
{
    static const char *const suggestion[] = {
        [LOOKUP_NONE] = "NONE",
        [LOOKUP_RECENT_CONTACT] = "RECENT_CONTACT",
        [LOOKUP_OTHER_CHANNEL_ACTIVE] = "OTHER_CHANNEL_ACTIVE",
        [LOOKUP_CALLBACK_ACTIVE] = "CALLBACK_ACTIVE",
    };
    struct verdict v = {.began = 0};
    for (size_t i = 0; i < known->calls; i++)
        weigh_call(known, &known->call[i], &v);
    out->text[LOOKUP_SUGGESTION] = suggestion[suggest(known, &v)];
    out->text[LOOKUP_IN_24H] = arena_printf(known->arena, "%u", v.began);
    if (v.callback) {
        out->text[LOOKUP_ACTIVE_CALLBACK] = "true";
        out->text[LOOKUP_ACTIVE_CALLBACK_ID] = copy(known, v.callback->record->contact_id);
    }
    if (v.active) {
        out->text[LOOKUP_ACTIVE_CHANNEL] =
            copy(known, v.active->record->field[FIELD_CHANNEL].value);
        out->text[LOOKUP_ACTIVE_ID] = copy(known, v.active->record->contact_id);
    }
    if (v.last)
        tell_last(known, &v, out);
}
