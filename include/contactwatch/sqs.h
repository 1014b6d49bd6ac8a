/*
 * SQS's own words: the bodies of requests, and answers parsed with caps. Pure: no I/O, no lock.
 */
#ifndef CONTACTWATCH_SQS_H
#define CONTACTWATCH_SQS_H

#include "contactwatch/err.h"
#include "contactwatch/instant.h"
#include "contactwatch/mem.h"

enum {
    SQS_BATCH_MAX = 10,           /* messages a receive, entries a batch */
    SQS_BODY_MAX = 1 << 20,       /* one message, and all of a SendMessageBatch together */
    SQS_VISIBILITY_MAX_S = 43200, /* in all, from the receive */
    SQS_URL_MAX = 512,
    SQS_ID_MAX = 128,
    SQS_RECEIPT_MAX = 8192,
};

bool sqs_is_url(const char *queue); /* else a name */
bool sqs_is_fifo(const char *queue);

struct sqs_receive {
    int max, wait_s, visibility_s;
};
void sqs_receive_request(struct buf *out, const char *url, const struct sqs_receive *receive);

struct sqs_message { /* texts live in the arena */
    const char *id, *receipt, *body;
    size_t length;
    int64_t sent;      /* SentTimestamp; INSTANT_NONE = not told */
    unsigned receives; /* ApproximateReceiveCount; at least 1 */
    bool corrupt;      /* MD5OfBody is another's; never set where there is no MD5 */
};
/* False: not an answer. A message without id, receipt or body is left out and counted in *broken.
 */
bool sqs_receive_answer(struct arena *arena, const char *answer, size_t length,
                        struct sqs_message out[SQS_BATCH_MAX], size_t *count, size_t *broken,
                        struct err *err);

/* A batch: open, up to SQS_BATCH_MAX entries with their index as id, close. */
void sqs_batch_open(struct buf *out, const char *url);
void sqs_delete_entry(struct buf *out, unsigned index, const char *receipt);
void sqs_visibility_entry(struct buf *out, unsigned index, const char *receipt, int seconds);
/* group and deduplication: of FIFO queues; else NULL. */
void sqs_send_entry(struct buf *out, unsigned index, const char *body, const char *group,
                    const char *deduplication);
void sqs_batch_close(struct buf *out);

enum sqs_outcome {
    SQS_RETRY, /* failed for now, or not mentioned */
    SQS_DONE,
    SQS_GONE,    /* the receipt handle is no longer good for anything */
    SQS_REFUSED, /* the sender's fault, whatever it is */
};
struct sqs_result {
    enum sqs_outcome outcome;
    char code[80];
};
/* result[i] of the entry sent with index i. */
bool sqs_batch_answer(struct arena *arena, const char *answer, size_t length,
                      struct sqs_result *result, size_t entries, struct err *err);

void sqs_url_request(struct buf *out, const char *name); /* GetQueueUrl */
bool sqs_url_answer(struct arena *arena, const char *answer, size_t length, char *url, size_t size,
                    struct err *err);

struct sqs_attributes {
    int64_t visible, in_flight, delayed; /* approximate; -1 = not told */
    bool fifo, redrive;
    int64_t max_receives; /* of the redrive policy; 0 = not told */
};
void sqs_attributes_request(struct buf *out, const char *url);
bool sqs_attributes_answer(struct arena *arena, const char *answer, size_t length,
                           struct sqs_attributes *attributes, struct err *err);

#endif
