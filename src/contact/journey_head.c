/* The head: the whole call in one sentence. */
#include <string.h>

#include "contact/journey_internal.h"

static const char *const channel_words[] = {"Contact", "Call", "Chat", "Task", "E-mail"};

static void say_stay(struct teller *teller, const char *past, const char *present, int64_t start,
                     int64_t end, const char *who, enum part_kind kind, const char *after)
{
    struct telling *did = &teller->did;
    say_words(did, end ? past : present);
    if (who && kind == PART_AGENT) {
        say_part(did, PART_AGENT, NULL, who);
        say_words(did, " ");
    }
    if (end)
        say_ms(did, PART_DURATION, end - start);
    else
        say_running(did, start);
    if (who && kind == PART_QUEUE) {
        say_words(did, after);
        say_part(did, PART_QUEUE, NULL, who);
    }
}

static void say_stage(struct teller *teller, const struct stage *stage, bool there)
{
    switch (stage->kind) {
    case STAGE_FLOW:
        say_stay(teller, "flow ", "in the flow ", stage->start, stage->end, NULL, PART_WORDS, "");
        break;
    case STAGE_QUEUE:
        say_stay(teller, there ? "waited there " : "waited ", there ? "waiting there " : "waiting ",
                 stage->start, stage->end, there ? NULL : stage->who, PART_QUEUE,
                 is_agent_queue(stage->who) ? " for " : " in ");
        break;
    case STAGE_AGENT:
        say_stay(teller, stage->who ? "with " : "with an agent ",
                 stage->who ? "with " : "with an agent ", stage->start, stage->end, stage->who,
                 PART_AGENT, "");
        break;
    case STAGE_DIALLING:
        say_stay(teller, "dialled ", "dialling ", stage->start, stage->end, NULL, PART_WORDS, "");
        break;
    case STAGE_ACW: break;
    }
}

static const struct leg_story *leg_of(const struct teller *teller, const struct stage *stage)
{
    for (size_t i = 0; i < teller->leg_count; i++)
        if (teller->legs[i].contact_id == stage->contact_id)
            return &teller->legs[i];
    return NULL;
}

/* Handed over only when the leg before has ended; while both go on it is not decided. */
static const char *transfer_words(const struct teller *teller, const struct leg_story *leg)
{
    const struct leg_story *before = leg_before(teller, leg);
    if (leg_is_consult(teller, leg))
        return leg_had_agent(leg) ? "consulted " : "tried to reach ";
    return before && !before->disconnected ? "transferring to " : "handed over to ";
}

/* What joins a further leg to the one before, and what stands before its first stage. */
static const char *say_joint(struct teller *teller, const struct leg_story *leg)
{
    struct telling *did = &teller->did;
    say_words(did, ", ");
    if (leg_is_method(leg, "CALLBACK") || leg_is_method(leg, "DISCONNECT")) {
        say_words(did, leg_is_method(leg, "CALLBACK") ? "call-back" : "follow-up");
        return ": ";
    }
    if (leg_is_method(leg, "AGENT_REPLY")) {
        say_words(did, "answered by e-mail");
        return ", ";
    }
    if (leg_is_method(leg, "QUEUE_TRANSFER"))
        say_words(did, "moved to ");
    else
        say_words(did, transfer_words(teller, leg));
    say_target(did, leg);
    return ", ";
}

/* The joint has named the queue already. */
static bool names_queue(const struct leg_story *leg)
{
    bool joined = leg_is_method(leg, "TRANSFER") || leg_is_method(leg, "QUEUE_TRANSFER");
    return joined && leg->number > 0 && leg->queue && !is_agent_queue(leg->queue);
}

static bool is_told(const struct stage *stage, const struct leg_story *leg)
{
    bool set_up = leg_is_method(leg, "TRANSFER") || leg_is_method(leg, "CALLBACK") ||
                  leg_is_method(leg, "AGENT_REPLY");
    bool passing = set_up || stage->end - stage->start < SECOND_MS;
    return stage->kind != STAGE_ACW && !(stage->kind == STAGE_FLOW && stage->end && passing);
}

static void say_total(struct teller *teller, const struct journey *journey)
{
    int64_t start = journey->stage[0].start, end = 0;
    bool running = false;
    for (size_t i = 0; i < journey->stages; i++) {
        if (journey->stage[i].kind == STAGE_ACW)
            continue;
        running = running || !journey->stage[i].end;
        if (journey->stage[i].end > end)
            end = journey->stage[i].end;
    }
    if (running)
        say_running(&teller->did, start);
    else
        say_ms(&teller->did, PART_DURATION, end - start);
}

static void say_holds(struct teller *teller, const struct leg_story *leg)
{
    int64_t sum = leg->hold_ms > 0 && !leg->holds ? leg->hold_ms : 0;
    for (size_t i = 0; i < leg->holds; i++)
        sum += (leg->hold[i].end ? leg->hold[i].end : teller->input->now) - leg->hold[i].start;
    if (sum <= 0)
        return;
    say_words(&teller->did, " (");
    say_ms(&teller->did, PART_DURATION, sum);
    say_words(&teller->did, " of it on hold)");
}

static void say_abandoned(struct teller *teller)
{
    for (size_t i = teller->leg_count; i-- > 0;) {
        const struct leg_story *leg = &teller->legs[i];
        if (leg->leg->kind == LEG_MONITOR || leg->leg->kind == LEG_EXTERNAL)
            continue;
        if (leg_is_abandoned(teller, leg))
            say_words(&teller->did, ", reached nobody");
        return;
    }
}

static void head_of_stages(struct journey *journey, struct teller *teller)
{
    const struct leg_story *leg = NULL;
    const struct leg_story *first = leg_of(teller, &journey->stage[0]);
    say_words(&teller->did, channel_words[first ? first->channel : CHANNEL_UNKNOWN]);
    say_words(&teller->did, ", ");
    say_total(teller, journey);
    say_words(&teller->did, ": ");
    const char *separator = "";
    for (size_t i = 0; i < journey->stages; i++) {
        const struct stage *stage = &journey->stage[i];
        const struct leg_story *now = leg_of(teller, stage);
        if (now && leg && now != leg)
            separator = say_joint(teller, now);
        leg = now;
        if (!leg || (journey->stages > 1 && !is_told(stage, leg)))
            continue;
        say_words(&teller->did, separator);
        say_stage(teller, stage, names_queue(leg));
        if (stage->kind == STAGE_AGENT)
            say_holds(teller, leg);
        separator = ", ";
    }
    say_abandoned(teller);
    say_words(&teller->did, ".");
}

/* Flow logs alone: what they date, and what they let one infer. */
static void head_of_logs(struct teller *teller)
{
    const struct leg_story *leg = &teller->legs[0];
    struct telling *did = &teller->did;
    for (size_t i = 0; i < teller->leg_count && !leg->first_flow; i++)
        leg = &teller->legs[i];
    say_words(did, "no contact events seen");
    if (!leg->first_flow) {
        say_words(did, ".");
        return;
    }
    int64_t left = leg->inferred_queue   ? leg->inferred_queue
                   : leg->inferred_found ? leg->inferred_found
                                         : leg->last_flow->time;
    say_words(did, ": flow ");
    say_ms(did, PART_DURATION, left - leg->first_flow->time);
    if (leg->inferred_queue && leg->inferred_found) {
        say_words(did, ", waited about ");
        say_ms(did, PART_DURATION, leg->inferred_found - leg->inferred_queue);
    } else if (leg->inferred_queue) {
        say_words(did, ", joined a queue");
    }
    if (leg->inferred_agent)
        say_words(did, ", joined an agent");
    else if (leg->inferred_found)
        say_words(did, ", an agent was found");
    say_words(did, ", end not seen.");
}

void journey_head(struct journey *journey, struct teller *teller)
{
    if (!teller->leg_count)
        return;
    if (journey->stages)
        head_of_stages(journey, teller);
    else
        head_of_logs(teller);
    journey->head = telling_take(teller, &teller->did, &journey->head_parts);
}
