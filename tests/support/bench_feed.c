#include "support/bench_feed.h"

#include <stdio.h>

#include "contactwatch/ingest.h"

#define INSTANCE                                                                                   \
    "arn:aws:connect:eu-west-2:111122223333:instance/5e11c0de-0000-4000-8000-0000000000aa"

static void contact_id(unsigned number, char out[FEED_ID_TEXT])
{
    snprintf(out, FEED_ID_TEXT, FEED_ID, number & 0xffff, number);
}

static void contact_event(FILE *out, const char *id, const char *type, int64_t start, int64_t time,
                          const char *more)
{
    char began[INSTANT_TEXT], now[INSTANT_TEXT];
    instant_format(start, began);
    instant_format(time, now);
    fprintf(out,
            "{\"version\":\"0\",\"id\":\"%s\",\"detail-type\":\"Amazon Connect Contact Event\","
            "\"source\":\"aws.connect\",\"account\":\"111122223333\",\"time\":\"%.19sZ\","
            "\"region\":\"eu-west-2\",\"resources\":[\"" INSTANCE "\"],\"detail\":{\"eventType\":"
            "\"%s\",\"contactId\":\"%s\",\"channel\":\"VOICE\",\"instanceArn\":\"" INSTANCE
            "\",\"initiationMethod\":\"INBOUND\",\"initiationTimestamp\":\"%s\"%s}}\n",
            id, now, type, id, began, more);
}

static void flow_line(FILE *out, const char *id, const char *block, const char *members,
                      unsigned number, int64_t time)
{
    char now[INSTANT_TEXT];
    instant_format(time, now);
    fprintf(out,
            "{\"ContactId\":\"%s\",\"ContactFlowId\":\"" INSTANCE
            "/contact-flow/f10e0001-0000-4000-8000-000000000002\",\"ContactFlowName\":\"Main "
            "menu\",\"ContactFlowModuleType\":\"%s\",\"Identifier\":\"b%u\",\"Timestamp\":\"%s\","
            "%s}\n",
            id, block, number, now, members);
}

static void queued_contact(FILE *out, unsigned number, int64_t start)
{
    char id[FEED_ID_TEXT], since[INSTANT_TEXT], queue[256];
    int64_t enqueued = start + 4 * SECOND_MS;
    contact_id(number, id);
    instant_format(enqueued, since);
    snprintf(queue, sizeof(queue),
             ",\"queueInfo\":{\"queueArn\":\"" INSTANCE
             "/queue/%08u-0000-4000-8000-000000000000\",\"queueType\":\"STANDARD\","
             "\"enqueueTimestamp\":\"%s\"}",
             number % 40, since);
    contact_event(out, id, "INITIATED", start, start, "");
    flow_line(out, id, "SetAttributes", "\"Parameters\":{\"Key\":\"tier\",\"Value\":\"gold\"}", 1,
              start + SECOND_MS);
    flow_line(out, id, "InvokeExternalResource",
              "\"Parameters\":{\"FunctionArn\":\"arn:aws:lambda:eu-west-2:111122223333:function:"
              "crm\",\"TimeLimit\":\"3000\"},\"ExternalResults\":{\"tier\":\"gold\"}",
              2, start + 2 * SECOND_MS);
    contact_event(out, id, "QUEUED", start, enqueued, queue);
}

bool feed_queued(const char *path, unsigned contacts, int64_t now)
{
    FILE *out = fopen(path, "w");
    for (unsigned i = 0; out && i < contacts; i++)
        queued_contact(out, i, now - 10 * MINUTE_MS + i);
    return out && fclose(out) == 0;
}

bool feed_long(const char *path, unsigned entries, int64_t now)
{
    static const struct {
        const char *block, *members;
    } mix[] = {
        {"CheckAttribute", "\"Results\":\"true\",\"Parameters\":{\"Value\":\"gold\",\"SecondValue\""
                           ":\"gold\",\"ComparisonMethod\":\"Equals\"}"},
        {"SetAttributes", "\"Parameters\":{\"Key\":\"language\",\"Value\":\"en-GB\"}"},
        {"PlayPrompt", "\"Parameters\":{\"TextToSpeechType\":\"text\",\"Text\":\"Thank you for "
                       "calling. Your call matters to us\",\"Voice\":\"Amy\"}"},
        {"InvokeExternalResource",
         "\"Parameters\":{\"FunctionArn\":\"arn:aws:lambda:eu-west-2:111122223333:function:crm\","
         "\"TimeLimit\":\"3000\"},\"ExternalResults\":{\"tier\":\"gold\"}"},
        {"GetUserInput", "\"Parameters\":{\"Text\":\"For sales, press one\",\"Timeout\":\"5000\"},"
                         "\"Results\":\"1\""},
    };
    FILE *out = fopen(path, "w");
    char id[FEED_ID_TEXT];
    int64_t start = now - 10 * MINUTE_MS;
    if (!out)
        return false;
    contact_id(1, id);
    contact_event(out, id, "INITIATED", start, start, "");
    for (unsigned i = 1; i + 1 < entries; i++)
        flow_line(out, id, mix[i % ARRAY_SIZE(mix)].block, mix[i % ARRAY_SIZE(mix)].members, i,
                  start + i * 100);
    flow_line(out, id, "PlayPrompt",
              "\"Parameters\":{\"TextToSpeechType\":\"text\",\"Text\":\"" FEED_LAST "\"}", entries,
              start + entries * 100);
    return fclose(out) == 0;
}

bool feed_store(const char *path, const char *store_spec)
{
    struct err err = {""};
    struct source *source = source_open(path, &(struct source_options){0}, &err);
    struct ingest_options options = {.store_spec = store_spec};
    struct ingest *ingest = source ? ingest_start(source, &options, &err) : NULL;
    bool good = ingest && ingest_wait(ingest, &err);
    if (!good)
        fprintf(stderr, "%s: %s\n", store_spec, err.text);
    if (ingest)
        ingest_free(ingest);
    return good;
}
