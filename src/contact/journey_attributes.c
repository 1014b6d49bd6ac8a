/* Every change of an attribute over the chain, in order, with what it was before. */
#include <stdio.h>
#include <string.h>

#include "contact/journey_internal.h"

static void add_change(struct journey *journey, const struct leg_story *leg,
                       const struct moment *moment, const char *name, const char *value)
{
    journey->attribute[journey->attributes++] =
        (struct attribute_change){.name = name,
                                  .value = value ? value : "",
                                  .time = moment->time,
                                  .block_id = moment->block_id,
                                  .flow_name = moment->flow_name,
                                  .contact_id = leg->contact_id};
}

static bool sets_attribute(const struct moment *moment)
{
    return moment->type == LOGTYPE_FLOW && strcmp(moment->kind->type, "SetAttributes") == 0 &&
           moment_param(moment, "Key");
}

/* What the insert function put on the record: Parameters, or, as the original stores them, beside
 * the entry's own members. */
const cJSON *moment_inserted(const struct moment *moment)
{
    const cJSON *parameters = json_either(moment->json, "parameters");
    return parameters ? parameters->child : moment->json->child;
}

bool is_inserted(const cJSON *item)
{
    static const char *const own[] = {"Timestamp", "LogType", "LogEventId", "ContactId"};
    for (size_t i = 0; i < ARRAY_SIZE(own); i++)
        if (!item->string || strcmp(item->string, own[i]) == 0)
            return false;
    return cJSON_IsString(item);
}

static size_t count_changes(const struct leg_story *leg)
{
    size_t count = 0;
    for (size_t i = 0; i < leg->moments; i++) {
        const struct moment *moment = &leg->moment[i];
        if (moment->type == LOGTYPE_LAMBDA)
            for (const cJSON *item = moment_inserted(moment); item; item = item->next)
                count++;
        else
            count += sets_attribute(moment);
    }
    return count;
}

static void leg_attributes(struct journey *journey, const struct leg_story *leg)
{
    for (size_t i = 0; i < leg->moments; i++) {
        const struct moment *moment = &leg->moment[i];
        if (sets_attribute(moment))
            add_change(journey, leg, moment, moment_param(moment, "Key"),
                       moment_param(moment, "Value"));
        if (moment->type != LOGTYPE_LAMBDA)
            continue;
        for (const cJSON *item = moment_inserted(moment); item; item = item->next)
            if (is_inserted(item))
                add_change(journey, leg, moment, item->string, item->valuestring);
    }
}

/* Legs come one after the other but may overlap: merge by time, in place, equal times as they came.
 */
static void sort_changes(struct attribute_change *change, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct attribute_change one = change[i];
        size_t at = i;
        while (at > 0 && change[at - 1].time > one.time) {
            change[at] = change[at - 1];
            at--;
        }
        change[at] = one;
    }
}

/* Flow attributes have names of their own. */
static const char *name_in_scope(const struct moment *moment, char *out, size_t size)
{
    bool flow = strcmp(moment->kind->type, "SetFlowAttributes") == 0;
    snprintf(out, size, "%s%s", flow ? "\001" : "", moment_param(moment, "Key"));
    return out;
}

static void note_before(struct leg_story *leg, struct map *values)
{
    char name[256];
    for (size_t i = 0; i < leg->moments; i++) {
        struct moment *moment = &leg->moment[i];
        if (moment->type != LOGTYPE_FLOW || moment->kind->join != JOIN_ATTRIBUTES ||
            !moment_param(moment, "Key"))
            continue;
        const char *value = moment_param(moment, "Value");
        value = value ? value : "";
        const char *before =
            map_set(values, name_in_scope(moment, name, sizeof(name)), (void *)value);
        moment->before = before && strcmp(before, value) != 0 ? before : NULL;
    }
}

void journey_attributes(struct journey *journey, struct arena *arena, struct leg_story *legs,
                        size_t count)
{
    size_t changes = 0;
    for (size_t i = 0; i < count; i++)
        changes += count_changes(&legs[i]);
    journey->attribute = arena_alloc(arena, (changes + 1) * sizeof(*journey->attribute));
    for (size_t i = 0; i < count; i++)
        leg_attributes(journey, &legs[i]);
    sort_changes(journey->attribute, journey->attributes);
    struct map value = {0}, scoped = {0};
    for (size_t i = 0; i < count; i++)
        note_before(&legs[i], &scoped);
    map_free(&scoped, NULL);
    for (size_t i = 0; i < journey->attributes; i++) {
        struct attribute_change *change = &journey->attribute[i];
        change->before = map_set(&value, change->name, (void *)change->value);
    }
    map_free(&value, NULL);
}
