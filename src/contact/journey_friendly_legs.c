/* How a leg begins, by its method and channel, and what legs of a chain are to each other. */
#include <string.h>

#include "contact/journey_internal.h"

bool leg_is_method(const struct leg_story *leg, const char *method)
{
    return leg->method && strcasecmp(leg->method, method) == 0;
}

const struct leg_story *leg_before(const struct teller *teller, const struct leg_story *leg)
{
    int previous = leg->leg->previous;
    bool known =
        previous >= 0 && (size_t)previous < teller->leg_count && (size_t)previous != leg->number;
    return known ? &teller->legs[previous] : NULL;
}

const struct leg_story *leg_successor(const struct teller *teller, const struct leg_story *leg,
                                      const char *method)
{
    for (size_t i = 0; i < teller->leg_count; i++) {
        const struct leg_story *other = &teller->legs[i];
        if (leg_before(teller, other) == leg && other->leg->kind != LEG_MONITOR &&
            other->leg->kind != LEG_EXTERNAL && (!method || leg_is_method(other, method)))
            return other;
    }
    return NULL;
}

bool leg_had_agent(const struct leg_story *leg)
{
    for (size_t i = 0; i < leg->milestones; i++)
        if (leg->milestone[i].kind == STAGE_AGENT)
            return true;
    return false;
}

bool leg_is_consult(const struct teller *teller, const struct leg_story *leg)
{
    const struct leg_story *before = leg_before(teller, leg);
    return before && leg_is_method(leg, "TRANSFER") && leg->disconnected &&
           (!before->disconnected || leg->disconnected < before->disconnected);
}

void say_agent(struct telling *telling, const struct leg_story *leg, const char *otherwise)
{
    bool known = leg && leg->agent;
    say_part(telling, known ? PART_AGENT : PART_WORDS, NULL, known ? leg->agent : otherwise);
}

void say_queue(struct telling *telling, const char *queue)
{
    say_part(telling, queue ? PART_QUEUE : PART_WORDS, NULL, queue ? queue : "(queue not logged)");
}

bool is_agent_queue(const char *queue)
{
    return queue && strstr(queue, "/queue/agent/");
}

void say_target(struct telling *telling, const struct leg_story *leg)
{
    if (leg->queue && !(is_agent_queue(leg->queue) && leg->agent))
        say_part(telling, is_agent_queue(leg->queue) ? PART_AGENT : PART_QUEUE, NULL, leg->queue);
    else
        say_agent(telling, leg, "another agent");
}

static const struct {
    const char *method;
    enum channel channel;
    const char *words;
} openings[] = {
    {"INBOUND", CHANNEL_VOICE, "Called in"},
    {"INBOUND", CHANNEL_CHAT, "Started a chat"},
    {"INBOUND", CHANNEL_EMAIL, "Wrote an e-mail"},
    {"INBOUND", CHANNEL_UNKNOWN, "Came in"},
    {"API", CHANNEL_VOICE, "Was being called"},
    {"API", CHANNEL_CHAT, "Started a chat"},
    {"API", CHANNEL_EMAIL, "Wrote an e-mail"},
    {"API", CHANNEL_UNKNOWN, "Came in through the API"},
    {"OUTBOUND", CHANNEL_CHAT, "Was sent a message"},
    {"OUTBOUND", CHANNEL_EMAIL, "Was sent an e-mail"},
    {"WEBRTC_API", CHANNEL_UNKNOWN, "Called in from the app"},
    {"CALLBACK", CHANNEL_UNKNOWN, "A call-back was set up"},
    {"DISCONNECT", CHANNEL_UNKNOWN, "A follow-up began as the contact ended"},
    {"MONITOR", CHANNEL_UNKNOWN, "A supervisor listened in, on the agent's side"},
    {"EXTERNAL_OUTBOUND", CHANNEL_UNKNOWN, "Someone outside was called in, on the agent's side"},
    {"FLOW", CHANNEL_UNKNOWN, "Was sent an e-mail"},
    {"CAMPAIGN_PREVIEW", CHANNEL_UNKNOWN, "An agent was shown the customer before calling"},
};

/* Of the rows of a method the one for the channel, else the one for any. */
static const char *opening_words(const struct leg_story *leg)
{
    for (size_t i = 0; i < ARRAY_SIZE(openings); i++)
        if (leg_is_method(leg, openings[i].method) &&
            (openings[i].channel == leg->channel || openings[i].channel == CHANNEL_UNKNOWN))
            return openings[i].words;
    return NULL;
}

static void say_task(struct teller *teller)
{
    struct telling *did = &teller->did;
    if (!teller->leg->task_name) {
        say_words(did, "A task was created");
        return;
    }
    say_words(did, "Task ");
    say_prompt(did, teller->leg->task_name);
    say_words(did, " was created");
}

static void say_queue_move(struct teller *teller)
{
    const struct leg_story *leg = teller->leg, *before = leg_before(teller, leg);
    const struct milestone *queued = before ? leg_queued_before(before, leg->initiated) : NULL;
    say_words(&teller->did, "Was moved from ");
    say_queue(&teller->did, before ? before->queue : NULL);
    say_words(&teller->did, " to ");
    say_queue(&teller->did, leg->queue);
    if (queued) {
        say_words(&teller->did, " after ");
        say_ms(&teller->did, PART_DURATION, leg->initiated - queued->time);
    }
}

static void say_transfer(struct teller *teller)
{
    say_agent(&teller->did, leg_before(teller, teller->leg), "An agent");
    say_words(&teller->did, " began a transfer");
    if (!teller->leg->queue && !teller->leg->agent)
        return;
    say_words(&teller->did, " to ");
    say_target(&teller->did, teller->leg);
}

static void say_by_agent(struct teller *teller, const char *words)
{
    say_words(&teller->did, words);
    if (!teller->leg->agent)
        return;
    say_words(&teller->did, " by ");
    say_agent(&teller->did, teller->leg, "");
}

static void say_opening(struct teller *teller)
{
    const struct leg_story *leg = teller->leg;
    const char *words = opening_words(leg);
    if (leg->channel == CHANNEL_TASK &&
        (leg_is_method(leg, "INBOUND") || leg_is_method(leg, "API")))
        say_task(teller);
    else if (leg_is_method(leg, "TRANSFER"))
        say_transfer(teller);
    else if (leg_is_method(leg, "QUEUE_TRANSFER"))
        say_queue_move(teller);
    else if (leg_is_method(leg, "OUTBOUND") && !words)
        say_by_agent(teller, "Was being called");
    else if (leg_is_method(leg, "AGENT_REPLY"))
        say_by_agent(teller, "Was answered by e-mail");
    else if (words)
        say_words(&teller->did, words);
    else if (leg->method) {
        say_words(&teller->did, "Came in by ");
        say_part(&teller->did, PART_VALUE, NULL, leg->method);
    } else
        say_words(&teller->did, "First trace (how it came in is not known)");
}

static void say_first_trace(struct teller *teller)
{
    const struct run *run = &teller->leg->run[0];
    say_words(&teller->did, "First trace, in flow ");
    say_part(&teller->did, PART_FLOW, run->id, run->name);
    say_words(&teller->did, " (how it came in is not known)");
}

void friendly_opening(struct teller *teller)
{
    const struct leg_story *leg = teller->leg;
    if (!leg->moments)
        return;
    const struct moment *first = leg->first_contact;
    if (!leg->method && leg->first_flow) {
        say_first_trace(teller);
        first = leg->first_flow;
    } else {
        say_opening(teller);
    }
    if (!first)
        first = &leg->moment[0];
    struct story_line *line = tell_moment(teller, LINE_EVENT, first);
    if (leg->initiated && leg->method)
        line->time = leg->initiated;
    line->dim = leg->leg->kind == LEG_MONITOR || leg->leg->kind == LEG_EXTERNAL;
}

void friendly_contact_event(struct teller *teller, const struct moment *moment)
{
    const struct leg_story *leg = teller->leg;
    bool line_call = leg->channel == CHANNEL_VOICE &&
                     (leg_is_method(leg, "API") || leg_is_method(leg, "OUTBOUND") ||
                      leg_is_method(leg, "WEBRTC_API"));
    bool task = leg->channel == CHANNEL_TASK;
    const char *words = NULL;
    if (moment->state == LIFECYCLE_CONNECTED_TO_SYSTEM && line_call)
        words = "The line was answered";
    else if (moment->state == LIFECYCLE_PAUSED)
        words = task ? "The task was put aside" : "Was put aside";
    else if (moment->state == LIFECYCLE_RESUMED)
        words = task ? "The task was taken up again" : "Was taken up again";
    if (!words)
        return;
    say_words(&teller->did, words);
    tell_moment(teller, LINE_EVENT, moment);
}
