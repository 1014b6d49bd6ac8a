/* How a leg ends: handed over, left, ended by the flow, by an error, after an agent. */
#include <string.h>

#include "contact/journey_internal.h"

static const struct {
    const char *reason, *words;
} reasons[] = {
    {"CUSTOMER_DISCONNECT", "the customer hung up"},
    {"AGENT_DISCONNECT", "the agent ended it"},
    {"AGENT_COMPLETED", "the agent completed it"},
    {"THIRD_PARTY_DISCONNECT", "a third party ended it"},
    {"TELECOM_PROBLEM", "a problem on the line"},
    {"TELECOM_BUSY", "the line was busy"},
    {"TELECOM_NUMBER_INVALID", "the number is not valid"},
    {"TELECOM_POTENTIAL_BLOCKING", "the call may have been blocked"},
    {"TELECOM_UNANSWERED", "nobody answered"},
    {"TELECOM_TIMEOUT", "the line timed out"},
    {"TELECOM_ORIGINATOR_CANCEL", "the caller gave up"},
    {"CUSTOMER_NEVER_ARRIVED", "the customer never came on the line"},
    {"CUSTOMER_CONNECTION_NOT_ESTABLISHED", "the customer never got connected"},
    {"BARGED", "a supervisor took over"},
    {"CONTACT_FLOW_DISCONNECT", "the flow ended it"},
    {"AGENT_NETWORK_DISCONNECT", "the agent lost the network"},
    {"IDLE_DISCONNECT", "nobody wrote any more"},
    {"EXPIRED", "it expired"},
    {"DISCARDED", "it was discarded"},
    {"TRANSFERRED", "it was transferred"},
    {"SYSTEM_ERROR", "an error in Amazon Connect"},
    {"API", "ended through the API"},
    {"OUTBOUND_DESTINATION_ENDPOINT_ERROR", "the number could not be reached"},
    {"OUTBOUND_RESOURCE_ERROR", "no line was free to call"},
    {"OUTBOUND_ATTEMPT_FAILED", "the attempt to call failed"},
    {"OUTBUND_PREVIEW_DISCARDED", "the agent discarded the preview"},
    {"OUTBOUND_PREVIEW_DISCARDED", "the agent discarded the preview"},
};

static void say_reason(struct teller *teller)
{
    const char *reason = teller->leg->disconnect_reason;
    if (!reason)
        return;
    for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
        if (strcasecmp(reason, reasons[i].reason) == 0) {
            say_words(&teller->did, " (");
            say_words(&teller->did, reasons[i].words);
            say_words(&teller->did, ")");
            return;
        }
    }
    say_words(&teller->did, " (");
    say_part(&teller->did, PART_VALUE, NULL, reason);
    say_words(&teller->did, ")");
}

static const char *leg_last_prompt(struct teller *teller, const struct leg_story *leg,
                                   const struct moment **of)
{
    for (size_t i = leg->blocks; i-- > 0;) {
        const struct moment *moment = leg->block[i].first;
        if (role_is_agents(leg->run[moment->run].role) || block_prompt_hidden(teller, moment))
            continue;
        const char *text = prompt_text(teller, moment);
        if (text) {
            *of = moment;
            return text;
        }
    }
    return NULL;
}

static bool is_type(const struct block *block, const char *type)
{
    return strcmp(block->kind->type, type) == 0;
}

/* A block of this type that ran after `since`, NULL if none. */
static const struct block *ran_after(const struct leg_story *leg, const char *type, int64_t since)
{
    for (size_t i = leg->blocks; i-- > 0 && leg->block[i].first->time >= since;)
        if (is_type(&leg->block[i], type))
            return &leg->block[i];
    return NULL;
}

/* A Lambda may fail up to its limit and the retries after its start. */
enum { FATAL_MS = 20000 };

/* The error that nothing came after, but for the Disconnect it led to. */
static const struct block *fatal_error(const struct leg_story *leg)
{
    size_t count = leg->blocks;
    if (count && is_type(&leg->block[count - 1], "Disconnect"))
        count--;
    const struct block *last = count ? &leg->block[count - 1] : NULL;
    bool menu = last && last->kind->join == JOIN_INPUT;
    bool close = last && leg->disconnected - last->last->time <= FATAL_MS;
    return close && last->mark == LINE_ERROR && !menu ? last : NULL;
}

static void say_after(struct teller *teller, const char *words, int64_t since)
{
    say_words(&teller->did, words);
    say_ms(&teller->did, PART_DURATION, teller->leg->disconnected - since);
}

enum queue_exit { EXIT_LEFT, EXIT_CALLBACK, EXIT_MOVED, EXIT_BY_FLOW };

static enum queue_exit queue_exit(const struct teller *teller, const struct leg_story *leg,
                                  const struct milestone *queued)
{
    if (ran_after(leg, "CreateCallback", INSTANT_NONE) || leg_successor(teller, leg, "CALLBACK"))
        return EXIT_CALLBACK;
    if (leg_successor(teller, leg, NULL) || ran_after(leg, "Transfer", queued->time + 1))
        return EXIT_MOVED;
    return ran_after(leg, "Disconnect", queued->time) ? EXIT_BY_FLOW : EXIT_LEFT;
}

bool leg_is_abandoned(const struct teller *teller, const struct leg_story *leg)
{
    const struct milestone *queued = leg_queued_before(leg, leg->disconnected);
    return leg->disconnected && queued && !leg_had_agent(leg) && !leg_is_method(leg, "CALLBACK") &&
           !leg_is_consult(teller, leg) && queue_exit(teller, leg, queued) == EXIT_LEFT;
}

static void end_in_queue(struct teller *teller, const struct milestone *queued)
{
    static const char *const before[] = {[EXIT_LEFT] = "Left ", [EXIT_MOVED] = "Moved on from "};
    enum queue_exit how = queue_exit(teller, teller->leg, queued);
    switch (how) {
    case EXIT_CALLBACK:
        say_after(teller, "Left the line after ", queued->time);
        say_words(&teller->did, "; the call-back stays");
        break;
    case EXIT_BY_FLOW:
        say_after(teller, "The flow ended the contact after ", queued->time);
        say_words(&teller->did, " in ");
        say_queue(&teller->did, queued->who);
        break;
    default:
        say_words(&teller->did, before[how]);
        say_queue(&teller->did, queued->who);
        say_after(teller, " after ", queued->time);
        say_words(&teller->did, how == EXIT_LEFT ? " without reaching anyone" : "");
    }
}

static void end_in_flow(struct teller *teller)
{
    const struct moment *of = NULL;
    const char *prompt = leg_last_prompt(teller, teller->leg, &of);
    bool number = ran_after(teller->leg, "Transfer",
                            teller->leg->last_flow ? teller->leg->last_flow->time : 0);
    if (!teller->leg->flow_moments || number) {
        say_words(&teller->did, "Ended");
    } else {
        say_words(&teller->did, prompt ? "Ended in the flow, after " : "Ended in the flow");
        if (prompt)
            say_prompt(&teller->did, prompt);
    }
    say_reason(teller);
}

static void end_with_agent(struct teller *teller, const struct milestone *joined)
{
    const struct leg_story *leg = teller->leg, *next = leg_successor(teller, leg, "TRANSFER");
    if (leg_is_consult(teller, leg)) {
        say_agent(&teller->did, leg_before(teller, leg), "The agent");
        say_words(&teller->did, " consulted ");
        say_target(&teller->did, leg);
        say_after(teller, " for ", joined->time);
    } else if (next && !leg_is_consult(teller, next)) {
        say_words(&teller->did, "Was handed over to ");
        say_target(&teller->did, next);
    } else {
        say_after(teller, "Ended ", joined->time);
        say_words(&teller->did, " after ");
        say_part(&teller->did, joined->who ? PART_AGENT : PART_WORDS, NULL,
                 joined->who ? joined->who : "the agent");
        say_words(&teller->did, " joined");
        say_reason(teller);
    }
}

static const struct milestone *last_agent(const struct leg_story *leg)
{
    for (size_t i = leg->milestones; i-- > 0;)
        if (leg->milestone[i].kind == STAGE_AGENT)
            return &leg->milestone[i];
    return NULL;
}

static void say_end(struct teller *teller)
{
    const struct leg_story *leg = teller->leg;
    const struct milestone *joined = last_agent(leg),
                           *queued = leg_queued_before(leg, leg->disconnected);
    const struct block *error = joined ? NULL : fatal_error(leg);
    if (leg_is_method(leg, "CALLBACK")) {
        say_words(&teller->did, "The call-back ended (whether answered is not in the data)");
    } else if (joined) {
        end_with_agent(teller, joined);
    } else if (leg_is_consult(teller, leg)) {
        say_words(&teller->did, "The transfer to ");
        say_target(&teller->did, leg);
        say_words(&teller->did, " was given up");
    } else if (error) {
        const struct run *run = &leg->run[error->first->run];
        say_words(&teller->did, "Was cut off by an error in ");
        say_part(&teller->did, PART_FLOW, run->id, run->name);
    } else if (queued) {
        end_in_queue(teller, queued);
    } else {
        end_in_flow(teller);
    }
}

static void tell_paperwork(struct teller *teller)
{
    const struct leg_story *leg = teller->leg;
    if (leg->acw_ms <= 0)
        return;
    say_agent(&teller->did, leg, "The agent");
    say_words(&teller->did, " finished the paperwork in ");
    say_ms(&teller->did, PART_DURATION, leg->acw_ms);
    struct story_line *line = tell(teller, LINE_NOTE, leg->acw_end ? leg->acw_end : INSTANT_NONE);
    line->dim = true;
    line->duration = leg->acw_ms;
    line->told = true;
}

static const struct moment *end_moment(const struct leg_story *leg)
{
    for (size_t i = 0; i < leg->moments; i++)
        if (leg->moment[i].type == LOGTYPE_CONTACT &&
            (leg->moment[i].state == LIFECYCLE_DISCONNECTED ||
             leg->moment[i].state == LIFECYCLE_COMPLETED))
            return &leg->moment[i];
    return leg->first_contact;
}

void friendly_end(struct teller *teller)
{
    const struct leg_story *leg = teller->leg;
    if (!leg->disconnected || leg->leg->kind == LEG_MONITOR || leg->leg->kind == LEG_EXTERNAL)
        return;
    if (!leg_had_agent(leg) && leg_successor(teller, leg, "QUEUE_TRANSFER"))
        return; /* that leg begins by telling where from, where to and after how long */
    if (!leg->holds && leg->hold_ms > 0) {
        say_words(&teller->did, "Was on hold ");
        say_ms(&teller->did, PART_DURATION, leg->hold_ms);
        say_words(&teller->did, " in all");
        tell(teller, LINE_WAIT, INSTANT_NONE)->told = true;
    }
    say_end(teller);
    struct story_line *line = tell_moment(teller, LINE_EVENT, end_moment(leg));
    line->time = leg->disconnected;
    if (!last_agent(leg) && fatal_error(leg))
        line->mark = LINE_ERROR;
    tell_paperwork(teller);
}
