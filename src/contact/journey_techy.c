/* The techy story: every entry of one leg in order, blocks with what they did, contact events
 * across. */
#include <string.h>

#include "contact/journey_tellers.h"

static int64_t delta_of(const struct leg_story *leg, const struct moment *moment)
{
    return moment > leg->moment ? moment->time - moment[-1].time : -1;
}

/* The rule of a flow that begins carries the delta of its first entry. */
static bool follows_rule(const struct teller *teller)
{
    size_t count = teller->story->count;
    return count > 1 && teller->story->line[count - 2].kind == LINE_FLOW;
}

static void finish_line(struct teller *teller, const struct moment *moment, struct story_line *line)
{
    if (moment->type == LOGTYPE_FLOW) {
        line->depth = moment->depth;
        line->block_type = moment->name;
        line->block_id = moment->block_id;
        line->check = moment->kind->check;
    }
    if (!follows_rule(teller))
        line->delta = delta_of(teller->leg, moment);
}

static void say_result(struct teller *teller, const struct block *block)
{
    if (teller->result_told || teller->result.count || !block->result)
        return;
    bool error = block->mark == LINE_ERROR;
    say_part(&teller->result, error ? PART_ERROR : PART_VALUE, NULL, block->result->results);
}

static void tell_details(struct teller *teller, const struct block *block, size_t parent)
{
    uint16_t folded = 0;
    for (const struct moment *moment = block->first; moment && folded < UINT16_MAX;
         moment = moment->joined) {
        techy_member(teller, block, moment);
        struct story_line *line = tell_moment(teller, LINE_DETAIL, moment);
        finish_line(teller, moment, line);
        if (!folded)
            line->delta = -1;
        folded++;
    }
    teller->story->line[parent].folded = folded;
}

static bool folds(const struct block *block)
{
    return block->count > 1 && block->kind->join != JOIN_INPUT && block->kind->join != JOIN_PROMPT;
}

static void say_generic(struct teller *teller, const struct block *block)
{
    if (block->kind->words) {
        say_words(&teller->did, block->kind->words);
        say_words(&teller->did, "  ");
    }
    techy_params(teller, block->first, block->kind->params);
    if (block->kind->words && teller->did.count == 2)
        teller->did.count = 1;
}

static void tell_block(struct teller *teller, const struct block *block)
{
    bool split = block->kind->join == JOIN_INPUT && block->count > 1;
    teller->result_told = false;
    if (block->kind->techy)
        block->kind->techy(teller, block);
    else
        say_generic(teller, block);
    if (!split)
        say_result(teller, block);
    struct story_line *line = tell_moment(teller, LINE_BLOCK, block->first);
    finish_line(teller, block->first, line);
    line->entries = split ? 1 : block_span(block);
    line->mark = split ? LINE_OK : block->mark;
    if (!split) {
        line->duration = block->duration;
        line->at_most = block->at_most;
    }
    line->told = block->kind->join == JOIN_LAMBDA;
    if (folds(block))
        tell_details(teller, block, teller->story->count - 1);
}

/* The answer to an input stands at its own time: other things may have happened in between. */
static void tell_answer(struct teller *teller, const struct block *block)
{
    const struct moment *moment = block->last;
    bool typed =
        moment->results && moment->results[strspn(moment->results, "0123456789*#")] == '\0';
    enum part_kind kind = block->mark == LINE_ERROR ? PART_ERROR : typed ? PART_INPUT : PART_VALUE;
    if (moment->results)
        say_part(&teller->result, kind, NULL, moment->results);
    else
        say_words(&teller->result, "no result logged");
    struct story_line *line = tell_moment(teller, LINE_RESULT, moment);
    finish_line(teller, moment, line);
    line->duration = block->duration;
    line->mark = block->mark;
}

static void tell_flow(struct teller *teller, const struct moment *moment)
{
    const struct block *block = &teller->leg->block[moment->block];
    if (block->first == moment)
        tell_block(teller, block);
    else if (block->kind->join == JOIN_INPUT && block->last == moment)
        tell_answer(teller, block);
}

static void tell_run(struct teller *teller, const struct moment *moment)
{
    const struct run *run = &teller->leg->run[moment->run];
    const char *role = role_words(run->role);
    say_words(&teller->did, "flow ");
    say_part(&teller->did, PART_FLOW, run->id, run->name);
    if (role) {
        say_words(&teller->did, " · ");
        say_words(&teller->did, role);
    }
    struct story_line *line = tell_moment(teller, LINE_FLOW, moment);
    line->entries = 0;
    line->delta = delta_of(teller->leg, moment);
}

static void say_event_detail(struct teller *teller, const struct moment *moment)
{
    struct telling *did = &teller->did;
    const char *queue = json_text_either(json_either(moment->json, "queueInfo"), "queueArn");
    const char *agent = json_text_either(json_either(moment->json, "agentInfo"), "agentArn");
    const char *method = json_text_either(moment->json, "initiationMethod");
    const char *reason = json_text_either(moment->json, "disconnectReason");
    const cJSON *updated = json_either(moment->json, "updatedProperties");
    if (moment->state == LIFECYCLE_INITIATED && method) {
        say_words(did, " ");
        say_part(did, PART_VALUE, NULL, method);
    } else if (moment->state == LIFECYCLE_QUEUED && queue) {
        say_words(did, " ");
        say_part(did, PART_QUEUE, NULL, queue);
    } else if (moment->state == LIFECYCLE_CONNECTED_TO_AGENT && agent) {
        say_words(did, " ");
        say_part(did, PART_AGENT, NULL, agent);
    } else if (moment->state == LIFECYCLE_DISCONNECTED && reason) {
        say_words(did, " ");
        say_part(did, PART_VALUE, NULL, reason);
    }
    if (updated) {
        say_words(did, " ");
        say_json(teller, did, NULL, updated);
    }
    if (moment->state == LIFECYCLE_COMPLETED && teller->leg->acw_ms > 0) {
        say_words(did, " paperwork ");
        say_ms(did, PART_DURATION, teller->leg->acw_ms);
    }
}

static void say_agent_state(struct teller *teller, const struct moment *moment)
{
    say_words(&teller->did, "AGENT ");
    say_part(&teller->did, PART_VALUE, NULL, moment->name);
    if (moment->results) {
        say_words(&teller->did, " ");
        say_part(&teller->did, PART_AGENT, NULL, moment->results);
    }
}

static void say_inserted(struct teller *teller, const struct moment *moment)
{
    say_words(&teller->did, "RECORD");
    for (const cJSON *item = moment_inserted(moment); item; item = item->next) {
        if (!is_inserted(item))
            continue;
        say_words(&teller->did, " ");
        say_json(teller, &teller->did, item->string, item);
    }
}

static void tell_event(struct teller *teller, const struct moment *moment)
{
    if (moment->type == LOGTYPE_AGENT)
        say_agent_state(teller, moment);
    else if (moment->type == LOGTYPE_LAMBDA)
        say_inserted(teller, moment);
    else {
        say_part(&teller->did, PART_VALUE, NULL, moment->name);
        say_event_detail(teller, moment);
    }
    finish_line(teller, moment, tell_moment(teller, LINE_EVENT, moment));
}

void journey_techy(struct journey *journey, struct teller *teller)
{
    uint32_t run = UINT32_MAX;
    if (teller->input->leg >= teller->leg_count)
        return;
    teller->story = &journey->techy;
    teller->leg = &teller->legs[teller->input->leg];
    for (size_t i = 0; i < teller->leg->moments; i++) {
        const struct moment *moment = &teller->leg->moment[i];
        if (moment->type != LOGTYPE_FLOW) {
            tell_event(teller, moment);
            continue;
        }
        if (moment->run != run)
            tell_run(teller, moment);
        run = moment->run;
        tell_flow(teller, moment);
    }
    techy_foot(journey, teller);
}
