/* Joining the entries of one block, its result, duration and whether it failed. */
#include <stdlib.h>
#include <string.h>

#include "contact/journey_internal.h"
#include "contactwatch/decode.h"

enum { LAMBDA_RETRIES_MS = 8000, NEAR_LIMIT_PERCENT = 80, SAME_LAMBDA_MS = 60000 };

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool has_prompt(const struct moment *moment)
{
    return moment->parameters && moment->parameters->child;
}

/* The first prompt of a loop again: the next round, not a further prompt of this one. */
static bool same_prompt(const struct moment *a, const struct moment *b)
{
    const char *text = moment_param(a, "Text"), *audio = moment_param(a, "AudioPrompt");
    return (text && same_text(text, moment_param(b, "Text"))) ||
           (audio && same_text(audio, moment_param(b, "AudioPrompt")));
}

static bool joins(const struct block *block, const struct moment *moment)
{
    const struct moment *first = block->first, *last = block->last;
    if (block->kind != moment->kind || last->run != moment->run ||
        !same_text(last->flow_id, moment->flow_id) ||
        !same_text(last->block_id, moment->block_id) || strcmp(last->name, moment->name) != 0)
        return false;
    switch (block->kind->join) {
    case JOIN_INPUT:
    case JOIN_PROMPT:
        return block->count == 1 && first->parameters && !first->results && !moment->parameters;
    case JOIN_LOOP: return has_prompt(last) && !same_prompt(first, moment);
    case JOIN_ATTRIBUTES:
        return !same_text(moment_param(first, "Key"), moment_param(moment, "Key"));
    case JOIN_LAMBDA: return moment->block_id && moment->time - last->time <= SAME_LAMBDA_MS;
    case JOIN_CHECK:
        return !same_text(last->results, "true") &&
               same_text(moment_param(last, "Value"), moment_param(moment, "Value"));
    default: return false;
    }
}

static bool is_key_menu(const struct moment *prompt)
{
    return strcmp(prompt->kind->type, "GetUserInput") == 0 && !moment_param(prompt, "BotName") &&
           !moment_param(prompt, "BotAliasArn");
}

static bool says_failure(const cJSON *external)
{
    const cJSON *success = json_get(external, "isSuccess");
    return cJSON_IsFalse(success) ||
           (cJSON_IsString(success) && strcasecmp(success->valuestring, "false") == 0);
}

static enum line_mark moment_mark(const struct leg_story *leg, const struct block *block,
                                  const struct moment *moment)
{
    if (flow_log_is_error(moment->name, moment->results, moment->external != NULL)) {
        bool menu_on_chat = leg->channel == CHANNEL_CHAT && is_key_menu(block->first) &&
                            moment->results && strcmp(moment->results, "Error") == 0;
        return menu_on_chat ? LINE_WARNING : LINE_ERROR;
    }
    if (says_failure(moment->external))
        return LINE_WARNING;
    if (moment->results && strcmp(moment->results, "NoMatch") == 0 &&
        strstr(moment->name, "Profile"))
        return LINE_WARNING;
    return LINE_OK;
}

static int64_t limit_of(const struct moment *moment)
{
    const char *limit = moment_param(moment, "TimeLimit");
    return limit ? strtoll(limit, NULL, 10) : 0;
}

/* A Lambda or prompt lasts at most until the contact's next entry, if that is of the same run. */
static void measure_to_next(struct block *block)
{
    const struct moment *next = block->last->next_flow;
    if (!next || next->run != block->last->run)
        return;
    block->duration = next->time - block->first->time;
    block->at_most = true;
    int64_t limit = block->kind->join == JOIN_LAMBDA ? limit_of(block->first) : 0;
    if (limit > 0 && limit < DAY_MS && block->duration > limit + LAMBDA_RETRIES_MS)
        block->duration = limit + LAMBDA_RETRIES_MS;
}

static void measure(struct block *block)
{
    block->duration = -1;
    bool answered = block->result && block->result != block->first;
    switch (block->kind->join) {
    case JOIN_INPUT:
    case JOIN_PROMPT:
        if (answered || block->count > 1)
            block->duration = block->last->time - block->first->time;
        else if (block->kind->join == JOIN_PROMPT)
            measure_to_next(block);
        break;
    case JOIN_LAMBDA: measure_to_next(block); break;
    default: break;
    }
    if (block->duration < -1)
        block->duration = 0;
}

static void finish(const struct leg_story *leg, struct block *block)
{
    measure(block);
    for (const struct moment *moment = block->first; moment; moment = moment->joined) {
        enum line_mark mark = moment_mark(leg, block, moment);
        if (mark > block->mark)
            block->mark = mark;
    }
    int64_t limit = block->kind->join == JOIN_LAMBDA ? limit_of(block->first) : 0;
    if (limit > 0 && limit < DAY_MS && block->duration * 100 > limit * NEAR_LIMIT_PERCENT &&
        block->mark < LINE_NEAR_LIMIT)
        block->mark = LINE_NEAR_LIMIT;
}

uint32_t block_span(const struct block *block)
{
    return block->last->index - block->first->index + 1;
}

static struct block *block_start(struct leg_story *leg, struct moment *moment)
{
    struct block *block = &leg->block[leg->blocks];
    *block = (struct block){.kind = moment->kind,
                            .first = moment,
                            .last = moment,
                            .count = 1,
                            .index = (uint32_t)leg->blocks};
    leg->blocks++;
    return block;
}

void leg_join_blocks(struct leg_story *leg, struct arena *arena)
{
    struct block *block = NULL;
    leg->block = arena_alloc(arena, (leg->flow_moments + 1) * sizeof(*leg->block));
    for (struct moment *moment = leg->first_flow; moment; moment = moment->next_flow) {
        if (block && joins(block, moment)) {
            block->last->joined = moment;
            block->last = moment;
            block->count++;
        } else {
            block = block_start(leg, moment);
        }
        moment->block = block->index;
        if (moment->results)
            block->result = moment;
    }
    for (size_t i = 0; i < leg->blocks; i++)
        finish(leg, &leg->block[i]);
}
