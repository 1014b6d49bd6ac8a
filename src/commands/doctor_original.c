/*
 * The original project's Lambdas beside ours would undo what the join keeps: they write whole items
 * back, History and all. They show by items that have an inline History and were changed lately,
 * though nothing of ours leaves one there. Told by a sample: a full scan would be paid by size.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands/doctor.h"
#include "contactwatch/dynamodb.h"
#include "contactwatch/json.h"

enum { PAGES_MAX = 8, LATELY_MIN = 15 };

struct sample {
    size_t read, inline_history, lately;
    const char *newest_id;
    int64_t newest;
};

/* The greatest of Timestamps {eventbridge, contactflowlogs, …}. */
static int64_t newest_of(const cJSON *item)
{
    const cJSON *map = json_get(json_get(item, "Timestamps"), "M");
    int64_t newest = INSTANT_NONE;
    for (const cJSON *value = map ? map->child : NULL; value; value = value->next) {
        int64_t time = instant_or_none(json_text(value, "S"));
        newest = time > newest ? time : newest;
    }
    return newest;
}

static void take_item(struct sample *sample, const cJSON *item, int64_t now)
{
    int64_t newest = newest_of(item);
    sample->inline_history++;
    sample->lately += newest > now - LATELY_MIN * MINUTE_MS;
    if (newest <= sample->newest)
        return;
    sample->newest = newest;
    sample->newest_id = json_text(json_get(item, DDB_KEY), "S");
}

static void write_key(struct buf *out, const cJSON *key)
{
    if (!cJSON_IsObject(key))
        return;
    buf_text(out, ",\"ExclusiveStartKey\":");
    json_canonical(out, key, NULL);
}

/* One page, at most 1 MB of items; the next one's key, NULL behind the last or on failure. */
static const cJSON *read_page(struct doctor *d, const cJSON *from, struct sample *sample,
                              struct aws_call *call, int64_t now)
{
    call->operation = "Scan";
    buf_printf(&call->body,
               "{\"TableName\":\"%s\",\"FilterExpression\":\"attribute_exists(#h)\","
               "\"ProjectionExpression\":\"#k, #t\",\"ExpressionAttributeNames\":{\"#h\":"
               "\"History\",\"#k\":\"" DDB_KEY "\",\"#t\":\"Timestamps\"}",
               d->table);
    write_key(&call->body, from);
    buf_char(&call->body, '}');
    if (!doctor_ask(d, AWS_DYNAMODB, call))
        return NULL;
    const cJSON *answer = doctor_answer(d, call), *scanned = json_get(answer, "ScannedCount"),
                *items = json_get(answer, "Items");
    sample->read += cJSON_IsNumber(scanned) ? (size_t)scanned->valuedouble : 0;
    for (const cJSON *item = items ? items->child : NULL; item; item = item->next)
        take_item(sample, item, now);
    return json_get(answer, "LastEvaluatedKey");
}

static void tell(struct doctor *d, const struct sample *sample, bool whole)
{
    const char *extent = whole ? "items" : "items, a sample";
    if (sample->lately) {
        doctor_add(d, FINDING_FAILED, "original",
                   "stop the original project's Lambdas before ingest writes here: disable its "
                   "EventBridge rule (aws events disable-rule --name RULE), delete its log "
                   "subscription (aws logs delete-subscription-filter), then aws lambda "
                   "put-function-concurrency --function-name NAME "
                   "--reserved-concurrent-executions 0",
                   "its writers are at work: %zu of %zu %s grew an inline History in the last %d "
                   "min, newest %s",
                   sample->lately, sample->read, extent, LATELY_MIN,
                   sample->newest_id ? sample->newest_id : "?");
    } else if (sample->inline_history) {
        doctor_add(d, FINDING_OK, "original", NULL,
                   "%zu of %zu %s have an inline History, none changed in the last %d min: read as "
                   "they are, moved at their first write",
                   sample->inline_history, sample->read, extent, LATELY_MIN);
    } else {
        doctor_add(d, FINDING_OK, "original", NULL, "no inline History in %zu %s", sample->read,
                   extent);
    }
}

void doctor_original(struct doctor *d)
{
    struct sample sample = {.read = 0};
    const cJSON *from = NULL;
    int64_t now = clock_now(d->options->clock);
    bool fine = true;
    const char *why = NULL;
    int page = 0;
    do {
        struct aws_call call = {0};
        from = read_page(d, from, &sample, &call, now);
        fine = call.fault == AWS_FINE;
        if (!fine)
            why = doctor_why(d, &call);
        aws_call_free(&call);
    } while (fine && cJSON_IsObject(from) && ++page < PAGES_MAX);
    if (!fine && !sample.read)
        doctor_add(d, FINDING_WARNING, "original",
                   "allow dynamodb:Scan to doctor, or see for yourself that the original "
                   "project's Lambdas do not write here any more",
                   "could not be looked for: %s", why);
    else
        tell(d, &sample, fine && !cJSON_IsObject(from));
}
