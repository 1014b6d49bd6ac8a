/* SQS: the answer of ReceiveMessage. */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/sqs_internal.h"
#include "contactwatch/json.h"

/* True also where there is no MD5, as with FIPS providers. */
static bool md5_matches(const char *body, size_t length, const char *expected)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    char text[33];
    if (!expected || !EVP_Digest(body, length, digest, &size, EVP_md5(), NULL) || size != 16)
        return true;
    for (unsigned i = 0; i < size; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    return strcasecmp(text, expected) == 0;
}

static int64_t number_of(const cJSON *attributes, const char *name, int64_t most)
{
    const char *text = json_text(attributes, name);
    char *end;
    if (!text || *text < '0' || *text > '9')
        return 0;
    long long value = strtoll(text, &end, 10);
    return *end || value > most ? 0 : value;
}

static bool take_message(const cJSON *entry, struct sqs_message *out)
{
    const cJSON *body = json_get(entry, "Body");
    const cJSON *attributes = json_get(entry, "Attributes");
    *out = (struct sqs_message){.id = json_text(entry, "MessageId"),
                                .receipt = json_text(entry, "ReceiptHandle")};
    if (!out->id || strlen(out->id) > SQS_ID_MAX || !out->receipt ||
        strlen(out->receipt) > SQS_RECEIPT_MAX || !cJSON_IsString(body))
        return false;
    out->body = body->valuestring;
    out->length = strlen(body->valuestring);
    out->sent = number_of(attributes, "SentTimestamp", INT64_C(1) << 45);
    out->receives = (unsigned)number_of(attributes, "ApproximateReceiveCount", 1000000);
    if (!out->receives)
        out->receives = 1;
    out->corrupt = !md5_matches(out->body, out->length, json_text(entry, "MD5OfBody"));
    return true;
}

bool sqs_receive_answer(struct arena *arena, const char *answer, size_t length,
                        struct sqs_message out[SQS_BATCH_MAX], size_t *count, size_t *broken,
                        struct err *err)
{
    *count = *broken = 0;
    const cJSON *tree = sqs_answer(arena, answer, length, err), *entry;
    if (!tree)
        return false;
    const cJSON *messages = json_get(tree, "Messages");
    if (messages && !cJSON_IsArray(messages) && !cJSON_IsNull(messages))
        return err_set(err, "SQS's answer has Messages that are no list");
    cJSON_ArrayForEach(entry, messages)
    {
        if (*count == SQS_BATCH_MAX || !take_message(entry, &out[*count]))
            ++*broken;
        else
            ++*count;
    }
    return true;
}
