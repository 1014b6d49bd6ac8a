/* Whatever SQS answers: no crash, nothing beyond the caps, and each outcome is one. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/sqs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
    if (!holds)
        abort();
}

static void receive(struct arena *arena, const char *text, size_t size)
{
    struct sqs_message message[SQS_BATCH_MAX];
    struct err err = {0};
    size_t count, broken;
    bool fine = sqs_receive_answer(arena, text, size, message, &count, &broken, &err);
    demand(fine || err.text[0]);
    demand(count <= SQS_BATCH_MAX);
    for (size_t i = 0; fine && i < count; i++) {
        demand(message[i].id[0] && strlen(message[i].id) <= SQS_ID_MAX);
        demand(message[i].receipt[0] && strlen(message[i].receipt) <= SQS_RECEIPT_MAX);
        demand(strlen(message[i].body) == message[i].length);
        demand(message[i].receives >= 1 && message[i].sent >= 0);
    }
}

static void batch(struct arena *arena, const char *text, size_t size)
{
    struct sqs_result result[7];
    bool fine = sqs_batch_answer(arena, text, size, result, 7, NULL);
    for (size_t i = 0; i < 7; i++) {
        demand(result[i].outcome <= SQS_REFUSED);
        demand(fine || result[i].outcome == SQS_RETRY);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct sqs_attributes attributes;
    char url[SQS_URL_MAX], *text = mem_strndup((const char *)data, size);
    receive(&arena, text, size);
    batch(&arena, text, size);
    if (sqs_attributes_answer(&arena, text, size, &attributes, NULL))
        demand(attributes.visible >= -1 && attributes.max_receives >= 0);
    if (sqs_url_answer(&arena, text, size, url, sizeof(url), NULL))
        demand(url[0] && strlen(url) < sizeof(url));
    free(text);
    arena_free(&arena);
    return 0;
}
