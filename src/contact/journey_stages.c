/* Stages of a leg from contact and agent events; what flow logs alone let one infer. */
#include <string.h>

#include "contact/journey_internal.h"

enum { WHISPER_QUIET_MS = 30000 }; /* a whisper with nothing behind it for so long is over */

static void add_milestone(struct leg_story *leg, const struct milestone *one)
{
    size_t at = leg->milestones;
    for (size_t i = 0; i < leg->milestones; i++)
        if (leg->milestone[i].kind == one->kind && leg->milestone[i].time == one->time)
            return;
    while (at > 0 && leg->milestone[at - 1].time > one->time) {
        leg->milestone[at] = leg->milestone[at - 1];
        at--;
    }
    leg->milestone[at] = *one;
    leg->milestones++;
}

enum { MILESTONES_MAX = 256 };

static void note(struct leg_story *leg, const struct moment *moment, enum stage_kind kind,
                 enum lifecycle state, const char *object, const char *stamp, const char *who)
{
    const cJSON *info = json_either(moment->json, object);
    int64_t time = instant_or_none(json_text_either(info, stamp));
    if (!time && moment->state == state)
        time = moment->time;
    if (!time || leg->milestones >= MILESTONES_MAX)
        return;
    add_milestone(leg, &(struct milestone){.kind = kind,
                                           .time = time,
                                           .who = json_text_either(info, who),
                                           .entry = moment->index});
}

static void close_hold(struct leg_story *leg, int64_t time)
{
    if (leg->holds && !leg->hold[leg->holds - 1].end)
        leg->hold[leg->holds - 1].end = time;
}

static void note_agent_state(struct leg_story *leg, const struct moment *moment)
{
    int64_t since =
        instant_or_none(json_text_either(json_get(moment->json, "Contact"), "StateStartTimestamp"));
    if (!since)
        since = moment->time;
    if (strcmp(moment->name, "CONNECTED_ONHOLD") == 0) {
        if (!leg->holds || leg->hold[leg->holds - 1].end)
            leg->hold[leg->holds++] = (struct hold){.start = since};
        return;
    }
    close_hold(leg, since);
    if (strcmp(moment->name, "ENDED") == 0 && !leg->acw_start)
        leg->acw_start = since;
    if (strcmp(moment->name, "GONE") == 0 && leg->acw_start && !leg->acw_end)
        leg->acw_end = moment->time;
}

void leg_find_milestones(struct leg_story *leg, struct arena *arena)
{
    size_t states = 1;
    leg->milestone = arena_alloc(arena, (MILESTONES_MAX + 1) * sizeof(*leg->milestone));
    for (size_t i = 0; i < leg->moments; i++)
        states += leg->moment[i].type == LOGTYPE_AGENT;
    leg->hold = arena_alloc(arena, states * sizeof(*leg->hold));
    for (size_t i = 0; i < leg->moments; i++) {
        const struct moment *moment = &leg->moment[i];
        if (moment->type == LOGTYPE_CONTACT) {
            note(leg, moment, STAGE_QUEUE, LIFECYCLE_QUEUED, "queueInfo", "enqueueTimestamp",
                 "queueArn");
            note(leg, moment, STAGE_AGENT, LIFECYCLE_CONNECTED_TO_AGENT, "agentInfo",
                 "connectedToAgentTimestamp", "agentArn");
        } else if (moment->type == LOGTYPE_AGENT) {
            note_agent_state(leg, moment);
        }
    }
    close_hold(leg, leg_end(leg));
}

int64_t leg_end(const struct leg_story *leg)
{
    return leg->disconnected;
}

const struct milestone *leg_queued_before(const struct leg_story *leg, int64_t time)
{
    for (size_t i = leg->milestones; i-- > 0;)
        if (leg->milestone[i].kind == STAGE_QUEUE && leg->milestone[i].time <= time)
            return &leg->milestone[i];
    return NULL;
}

static bool has_milestone(const struct leg_story *leg, enum stage_kind kind)
{
    for (size_t i = 0; i < leg->milestones; i++)
        if (leg->milestone[i].kind == kind)
            return true;
    return false;
}

static void infer_queue(struct leg_story *leg)
{
    const char *queue = NULL;
    for (size_t i = 0; i < leg->blocks; i++) {
        const struct moment *moment = leg->block[i].first;
        if (strcmp(moment->kind->type, "SetQueue") == 0 && moment_param(moment, "Queue"))
            queue = moment_param(moment, "Queue");
        bool happened = strcmp(moment->kind->type, "Transfer") == 0 && moment->results &&
                        strcmp(moment->results, "false") == 0;
        const struct moment *next = moment->next_flow;
        if (happened && next && leg->run[next->run].role == ROLE_QUEUE) {
            leg->inferred_queue = moment->time;
            leg->inferred_queue_arn = queue;
            return;
        }
    }
}

static bool is_whisper(enum flow_role role)
{
    return role == ROLE_AGENT_WHISPER || role == ROLE_CUSTOMER_WHISPER;
}

static void infer_agent(struct leg_story *leg, int64_t now)
{
    const struct moment *last = NULL;
    for (const struct moment *moment = leg->first_flow; moment; moment = moment->next_flow) {
        if (!is_whisper(leg->run[moment->run].role))
            continue;
        if (!leg->inferred_found)
            leg->inferred_found = moment->time;
        last = moment;
    }
    bool over =
        last && (last->next_flow || leg->disconnected || strcmp(last->kind->type, "Resume") == 0 ||
                 now - last->time > WHISPER_QUIET_MS);
    if (over)
        leg->inferred_agent = last->time;
}

void leg_infer(struct leg_story *leg, int64_t now)
{
    if (!has_milestone(leg, STAGE_QUEUE))
        infer_queue(leg);
    if (!has_milestone(leg, STAGE_AGENT))
        infer_agent(leg, now);
}

static void add_stage(struct journey *journey, const struct stage *stage)
{
    if (!stage->end || stage->end > stage->start ||
        (stage->kind != STAGE_FLOW && stage->kind != STAGE_DIALLING))
        journey->stage[journey->stages++] = *stage;
}

static bool is_outgoing_call(const struct leg_story *leg)
{
    return leg->channel == CHANNEL_VOICE &&
           (leg_is_method(leg, "API") || leg_is_method(leg, "OUTBOUND"));
}

/* The first that cannot be before the line was answered; INSTANT_NONE while nothing tells. */
static int64_t answered_at(const struct leg_story *leg)
{
    const int64_t signs[] = {leg->connected_to_system, leg->first_flow ? leg->first_flow->time : 0,
                             leg->milestones ? leg->milestone[0].time : 0};
    int64_t first = INSTANT_NONE;
    for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
        if (signs[i] >= leg->initiated && signs[i] && (!first || signs[i] < first))
            first = signs[i];
    return first;
}

static void leg_stages(struct journey *journey, const struct leg_story *leg)
{
    struct stage now = {.kind = STAGE_FLOW, .start = leg->initiated, .contact_id = leg->contact_id};
    int64_t answered = answered_at(leg);
    bool with_agent = false;
    if (now.start && is_outgoing_call(leg)) {
        now.kind = STAGE_DIALLING;
        now.end = answered;
        if (answered) {
            add_stage(journey, &now);
            now.kind = STAGE_FLOW;
            now.start = answered;
        }
    }
    for (size_t i = 0; i < leg->milestones; i++) {
        const struct milestone *next = &leg->milestone[i];
        now.end = next->time;
        if (now.start)
            add_stage(journey, &now);
        now = (struct stage){.kind = next->kind,
                             .who = next->who,
                             .start = next->time,
                             .contact_id = leg->contact_id};
        with_agent = with_agent || next->kind == STAGE_AGENT;
    }
    now.end = leg_end(leg);
    if (now.start)
        add_stage(journey, &now);
    int64_t start = leg->acw_start ? leg->acw_start : leg->disconnected;
    int64_t end = leg->acw_end;
    if (!end && leg->acw_ms >= 0 && start)
        end = start + leg->acw_ms;
    if (with_agent && start && (end > start || (leg->acw_start && !end)))
        add_stage(journey, &(struct stage){.kind = STAGE_ACW,
                                           .who = leg->agent,
                                           .start = start,
                                           .end = end,
                                           .contact_id = leg->contact_id});
}

void journey_stages(struct journey *journey, struct arena *arena, const struct leg_story *legs,
                    size_t count)
{
    size_t most = 0;
    for (size_t i = 0; i < count; i++)
        most += legs[i].milestones + 3;
    journey->stage = arena_alloc(arena, (most + 1) * sizeof(*journey->stage));
    for (size_t i = 0; i < count; i++)
        if (legs[i].contact_moments && legs[i].leg->kind != LEG_MONITOR &&
            legs[i].leg->kind != LEG_EXTERNAL)
            leg_stages(journey, &legs[i]);
}

void journey_sort_stages(struct journey *journey)
{
    for (size_t i = 1; i < journey->stages; i++) {
        struct stage one = journey->stage[i];
        size_t at = i;
        for (; at > 0 && journey->stage[at - 1].start > one.start; at--)
            journey->stage[at] = journey->stage[at - 1];
        journey->stage[at] = one;
    }
}
