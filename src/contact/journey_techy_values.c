/* Techy: Lambdas, attributes, checks and profiles: blocks that are about values. */
#include <stdlib.h>
#include <string.h>

#include "contact/journey_tellers.h"

enum { LAMBDA_PARAMS_SHOWN = 4, ATTRIBUTES_SHOWN = 6 };

static void say_lambda_input(struct teller *teller, const cJSON *input)
{
    int shown = 0, more = 0;
    for (const cJSON *item = input ? input->child : NULL; item; item = item->next) {
        if (shown == LAMBDA_PARAMS_SHOWN) {
            more++;
            continue;
        }
        say_words(&teller->did, shown++ ? ", " : " {");
        say_json(teller, &teller->did, item->string, item);
    }
    if (more)
        say_format(teller, &teller->did, ", %d more", more);
    if (shown)
        say_words(&teller->did, "}");
}

static void say_lambda_time(struct teller *teller, const struct block *block)
{
    const char *limit = moment_param(block->first, "TimeLimit");
    if (block->duration >= 0 && teller->did.count < PARTS_MAX) {
        say_words(&teller->did, "  ");
        say_ms(&teller->did, PART_EXACT, block->duration);
        teller->did.part[teller->did.count - 1].running = true; /* an upper bound */
    }
    if (!limit || limit[strspn(limit, "0123456789")] != '\0')
        return;
    say_words(&teller->did, block->duration >= 0 ? " of " : "  limit ");
    say_part(&teller->did, PART_VALUE, NULL, limit);
    say_words(&teller->did, block->duration >= 0 ? "" : " ms");
}

/* isSuccess speaks first if it is there; of the rest only the count. */
static void say_lambda_output(struct teller *teller, const struct moment *moment)
{
    const cJSON *output = moment->external;
    if (moment->results) {
        say_part(&teller->result, PART_ERROR, NULL, moment->results);
        return;
    }
    if (!output || !output->child)
        return;
    const cJSON *first = json_get(output, "isSuccess");
    if (!first)
        first = output->child;
    say_json(teller, &teller->result, first->string, first);
    int more = cJSON_GetArraySize(output) - 1;
    if (more > 0)
        say_format(teller, &teller->result, ", %d more", more);
}

static unsigned invocations(const struct block *block)
{
    unsigned count = 0;
    for (const struct moment *moment = block->first; moment; moment = moment->joined)
        count += moment->parameters != NULL;
    return count;
}

void techy_lambda(struct teller *teller, const struct block *block)
{
    const char *function = moment_param(block->first, "FunctionArn");
    const struct moment *last = block->last;
    if (invocations(block) > 1)
        say_format(teller, &teller->did, "×%u  ", invocations(block));
    if (function)
        say_part(&teller->did, PART_LAMBDA, NULL, function);
    say_lambda_input(teller, json_get(block->first->parameters, "Parameters"));
    say_lambda_time(teller, block);
    say_lambda_output(teller, last->results || last->external ? last : block->first);
    teller->result_told = true;
}

static void say_attribute(struct teller *teller, const struct moment *moment)
{
    const char *key = moment_param(moment, "Key"), *value = moment_param(moment, "Value");
    if (!key)
        return;
    if (!moment->before || !value) {
        say_named(&teller->did, key, value ? value : "");
        return;
    }
    say_words(&teller->did, key);
    say_words(&teller->did, ": ");
    say_part(&teller->did, PART_SECRET, key, moment->before);
    say_words(&teller->did, " → ");
    say_part(&teller->did, PART_SECRET, key, value);
}

void techy_attributes(struct teller *teller, const struct block *block)
{
    unsigned shown = 0;
    if (block->count > 1)
        say_format(teller, &teller->did, "×%u  ", block->count);
    for (const struct moment *moment = block->first; moment && shown < ATTRIBUTES_SHOWN;
         moment = moment->joined) {
        if (shown++)
            say_words(&teller->did, "  ");
        say_attribute(teller, moment);
    }
    if (block->count > shown)
        say_format(teller, &teller->did, ", %u more", block->count - shown);
}

static const struct {
    const char *method, *words;
} comparisons[] = {
    {"GreaterThan", ">"},
    {"GreaterThanOrEqualTo", ">="},
    {"LessThan", "<"},
    {"LessThanOrEqualTo", "<="},
};

static void say_condition(struct teller *teller, const struct moment *moment)
{
    const char *value = moment_param(moment, "Value"),
               *second = moment_param(moment, "SecondValue");
    const char *method = moment_param(moment, "ComparisonMethod");
    if (!method && !second) {
        techy_params(teller, moment, NULL);
        return;
    }
    for (size_t i = 0; method && i < ARRAY_SIZE(comparisons); i++)
        if (strcmp(method, comparisons[i].method) == 0)
            method = comparisons[i].words;
    say_words(&teller->did, "\"");
    say_part(&teller->did, PART_VALUE, NULL, value ? value : "");
    say_words(&teller->did, "\" ");
    say_words(&teller->did, method ? method : "?");
    say_words(&teller->did, " \"");
    say_part(&teller->did, PART_VALUE, NULL, second ? second : "");
    say_words(&teller->did, "\"");
}

/* The condition tried last decides; the ones before it are folded. */
void techy_check_attribute(struct teller *teller, const struct block *block)
{
    say_condition(teller, block->last);
    if (block->count > 1)
        say_format(teller, &teller->did, "  (%u tried)", block->count);
    if (block->last->results)
        say_part(&teller->result, PART_VALUE, NULL, block->last->results);
    teller->result_told = true;
}

static void say_items(struct teller *teller, const cJSON *items)
{
    int shown = 0;
    for (const cJSON *item = items && cJSON_IsArray(items) ? items->child : NULL; item;
         item = item->next) {
        if (!cJSON_IsString(item))
            continue;
        const char *equals = strchr(item->valuestring, '=');
        say_words(&teller->did, shown++ ? ", " : "");
        if (!equals) {
            say_part(&teller->did, PART_VALUE, NULL, item->valuestring);
            continue;
        }
        size_t length = (size_t)(equals - item->valuestring);
        say_part(&teller->did, PART_VALUE, arena_strndup(teller->arena, item->valuestring, length),
                 equals + 1);
    }
}

/* IdentifierName=_account, IdentifierValue=…: the value is as personal as the name says. */
static bool say_identifier(struct teller *teller, const cJSON *items)
{
    const char *name = NULL, *value = NULL;
    for (const cJSON *item = items && cJSON_IsArray(items) ? items->child : NULL; item;
         item = item->next) {
        const char *text = cJSON_IsString(item) ? item->valuestring : "";
        if (strncasecmp(text, "IdentifierName=", 15) == 0)
            name = text + 15;
        else if (strncasecmp(text, "IdentifierValue=", 16) == 0)
            value = text + 16;
    }
    if (!name || !value)
        return false;
    say_part(&teller->did, PART_VALUE, name, value);
    return true;
}

void techy_profile(struct teller *teller, const struct block *block)
{
    const cJSON *request = json_get(block->first->parameters, "ProfileRequestData");
    const cJSON *response = json_get(block->first->parameters, "ProfileResponseData");
    if (!request && !response) {
        techy_params(teller, block->first, NULL);
        return;
    }
    if (!say_identifier(teller, request))
        say_items(teller, request);
    if (response) {
        say_words(&teller->did, teller->did.count ? "  wants " : "wants ");
        say_items(teller, response);
    }
}

void techy_metrics(struct teller *teller, const struct block *block)
{
    say_words(&teller->did, "queue metrics read (values are not logged)");
    if (block->first->parameters && block->first->parameters->child) {
        say_words(&teller->did, "  ");
        techy_params(teller, block->first, NULL);
    }
}

void techy_recording(struct teller *teller, const struct block *block)
{
    const char *recording = moment_param(block->first, "RecordingBehaviorOption");
    const char *whom = moment_param(block->first, "RecordingParticipantOption");
    const char *analytics = moment_param(block->first, "AnalyticsBehaviorOption");
    const char *locale = moment_param(block->first, "AnalyticsLanguageLocaleCode");
    if (!recording && !analytics) {
        techy_params(teller, block->first, NULL);
        return;
    }
    if (recording)
        say_part(&teller->did, PART_VALUE, "recording", recording);
    if (recording && whom) {
        say_words(&teller->did, " of ");
        say_part(&teller->did, PART_VALUE, NULL, whom);
    }
    if (analytics) {
        say_words(&teller->did, recording ? "  " : "");
        say_part(&teller->did, PART_VALUE, "analytics", analytics);
    }
    if (analytics && locale) {
        say_words(&teller->did, " ");
        say_part(&teller->did, PART_VALUE, NULL, locale);
    }
}

void techy_tags(struct teller *teller, const struct block *block)
{
    const cJSON *tags = json_get(block->first->parameters, "Tags");
    int shown = 0;
    if (!cJSON_IsObject(tags)) {
        techy_params(teller, block->first, NULL);
        return;
    }
    for (const cJSON *tag = tags->child; tag; tag = tag->next) {
        say_words(&teller->did, shown++ ? "  " : "");
        say_json(teller, &teller->did, tag->string, tag);
    }
}

void techy_member(struct teller *teller, const struct block *block, const struct moment *moment)
{
    switch (block->kind->join) {
    case JOIN_ATTRIBUTES: say_attribute(teller, moment); break;
    case JOIN_CHECK: say_condition(teller, moment); break;
    case JOIN_LOOP:
        if (!say_prompt_of(teller, &teller->did, moment))
            say_words(&teller->did, "loop starts");
        break;
    case JOIN_LAMBDA:
        say_lambda_input(teller, json_get(moment->parameters, "Parameters"));
        say_lambda_output(teller, moment);
        return;
    default: techy_params(teller, moment, NULL); break;
    }
    if (moment->results)
        say_part(&teller->result, PART_VALUE, NULL, moment->results);
}
