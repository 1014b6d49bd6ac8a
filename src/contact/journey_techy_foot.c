/* The foot of the techy story: counts, Lambdas, gaps, and events that should be there. */
#include <string.h>

#include "contact/journey_internal.h"

enum { SILENCE_MS = 60000, GAPS_MAX = 20 };

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void foot_line(struct teller *teller)
{
    tell(teller, LINE_FOOT, INSTANT_NONE);
}

static void foot_counts(const struct journey *journey, struct teller *teller)
{
    const struct leg_story *leg = teller->leg;
    size_t folded = 0;
    unsigned marks[LINE_ERROR + 1] = {0};
    for (size_t i = 0; i < journey->techy.count; i++) {
        folded += journey->techy.line[i].folded;
        if (journey->techy.line[i].kind != LINE_DETAIL)
            marks[journey->techy.line[i].mark]++;
    }
    say_format(teller, &teller->did, "%zu entr%s, %zu folded · %u error%s, %u warning%s",
               leg->moments, leg->moments == 1 ? "y" : "ies", folded, marks[LINE_ERROR],
               plural(marks[LINE_ERROR]), marks[LINE_WARNING] + marks[LINE_NEAR_LIMIT],
               plural(marks[LINE_WARNING] + marks[LINE_NEAR_LIMIT]));
    foot_line(teller);
}

static void foot_lambdas(struct teller *teller)
{
    const struct leg_story *leg = teller->leg;
    const struct block *slowest = NULL;
    size_t count = 0;
    int64_t sum = 0;
    for (size_t i = 0; i < leg->blocks; i++) {
        const struct block *block = &leg->block[i];
        if (block->kind->join != JOIN_LAMBDA)
            continue;
        for (const struct moment *moment = block->first; moment; moment = moment->joined)
            count += moment->parameters || moment == block->first;
        sum += block->duration > 0 ? block->duration : 0;
        if (block->duration >= 0 && (!slowest || block->duration > slowest->duration))
            slowest = block;
    }
    if (!count)
        return;
    say_format(teller, &teller->did, "%zu Lambda%s", count, plural(count));
    if (slowest) {
        say_words(&teller->did, ", Σ ");
        say_ms(&teller->did, PART_EXACT, sum);
        teller->did.part[teller->did.count - 1].running = true;
        say_words(&teller->did, ", slowest ");
        const char *function = moment_param(slowest->first, "FunctionArn");
        say_part(&teller->did, function ? PART_LAMBDA : PART_WORDS, NULL,
                 function ? function : "one");
        say_words(&teller->did, " ");
        say_ms(&teller->did, PART_EXACT, slowest->duration);
        teller->did.part[teller->did.count - 1].running = true;
    }
    foot_line(teller);
}

static void foot_values(struct teller *teller)
{
    const struct leg_story *leg = teller->leg;
    size_t attributes = 0, modules = 0;
    for (const struct moment *moment = leg->first_flow; moment; moment = moment->next_flow) {
        attributes += moment->kind->join == JOIN_ATTRIBUTES;
        modules += strcmp(moment->kind->type, "InvokeFlowModule") == 0;
    }
    if (!attributes && !modules)
        return;
    say_format(teller, &teller->did, "%zu attribute%s set, %zu module%s entered", attributes,
               plural(attributes), modules, plural(modules));
    foot_line(teller);
}

/* In a queue or with an agent silence is what one expects. */
static bool in_flow_at(const struct leg_story *leg, int64_t time)
{
    if (leg->disconnected && time >= leg->disconnected)
        return false;
    return !leg->milestones || time < leg->milestone[0].time;
}

static void foot_gap(struct teller *teller, const struct moment *from, const char *words,
                     int64_t length)
{
    say_words(&teller->did, words);
    say_ms(&teller->did, PART_DURATION, length);
    struct story_line *line = tell_moment(teller, LINE_FOOT, from);
    line->duration = length;
    line->told = true;
}

static bool turns_logging_off(const struct moment *moment)
{
    const char *behaviour =
        moment->type == LOGTYPE_FLOW ? moment_param(moment, "LoggingBehavior") : NULL;
    return behaviour && strcasecmp(behaviour, "Disable") == 0;
}

static void foot_gaps(struct teller *teller)
{
    const struct leg_story *leg = teller->leg;
    int gaps = 0;
    for (size_t i = 0; i < leg->moments && gaps < GAPS_MAX; i++) {
        const struct moment *from = &leg->moment[i], *to = i + 1 < leg->moments ? from + 1 : NULL;
        if (turns_logging_off(from)) {
            const struct moment *next = from->next_flow;
            if (next)
                foot_gap(teller, from, "logging was off for ", next->time - from->time);
            else {
                say_words(&teller->did, "logging was turned off, nothing logged since");
                tell_moment(teller, LINE_FOOT, from);
            }
            gaps++;
        } else if (to && to->time - from->time > SILENCE_MS && in_flow_at(leg, from->time) &&
                   !(leg->inferred_queue && from->time >= leg->inferred_queue)) {
            foot_gap(teller, from, "silence of ", to->time - from->time);
            gaps++;
        }
    }
}

static bool saw_event(const struct leg_story *leg, enum lifecycle state)
{
    for (size_t i = 0; i < leg->moments; i++)
        if (leg->moment[i].type == LOGTYPE_CONTACT && leg->moment[i].state == state)
            return true;
    return false;
}

static bool expected(const struct leg_story *leg, enum lifecycle state)
{
    bool queue = false, agent = false;
    for (size_t i = 0; i < leg->milestones; i++) {
        queue = queue || leg->milestone[i].kind == STAGE_QUEUE;
        agent = agent || leg->milestone[i].kind == STAGE_AGENT;
    }
    switch (state) {
    case LIFECYCLE_INITIATED: return true;
    case LIFECYCLE_QUEUED:
        return queue || leg->inferred_queue || (agent && !leg_is_method(leg, "OUTBOUND"));
    case LIFECYCLE_CONNECTED_TO_AGENT: return agent || leg->inferred_agent;
    case LIFECYCLE_DISCONNECTED: return leg->completed;
    default: return false;
    }
}

static void foot_missing(struct teller *teller)
{
    static const enum lifecycle order[] = {LIFECYCLE_INITIATED, LIFECYCLE_QUEUED,
                                           LIFECYCLE_CONNECTED_TO_AGENT, LIFECYCLE_DISCONNECTED};
    bool any = false;
    if (!teller->leg->contact_moments) {
        say_words(&teller->did, "events missing: every contact event");
        foot_line(teller);
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
        if (!expected(teller->leg, order[i]) || saw_event(teller->leg, order[i]))
            continue;
        say_words(&teller->did, any ? ", " : "events missing: ");
        say_words(&teller->did, lifecycle_name[order[i]]);
        any = true;
    }
    if (any)
        foot_line(teller);
}

void techy_foot(const struct journey *journey, struct teller *teller)
{
    if (!teller->leg->moments)
        return;
    foot_counts(journey, teller);
    foot_lambdas(teller);
    foot_values(teller);
    foot_gaps(teller);
    foot_missing(teller);
}
