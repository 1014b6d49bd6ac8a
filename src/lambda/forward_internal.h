/* CloudWatch Logs' subscription payload, cut into messages that a queue takes. Pure: no I/O, no
 * clock. */
#ifndef LAMBDA_FORWARD_INTERNAL_H
#define LAMBDA_FORWARD_INTERNAL_H

#include "contactwatch/json.h"
#include "contactwatch/lambda.h"
#include "contactwatch/sqs.h"

enum {
    FORWARD_INFLATED_MAX = 64 << 20,
    FORWARD_WINDOW = 8 << 20, /* so much is looked at together to keep contacts together */
};

struct forward_counts {
    unsigned events, messages;
    unsigned skipped;   /* control messages */
    unsigned too_large; /* events that no message can hold */
};

struct forward_sink {
    void *context;
    bool (*message)(void *context, const char *body, size_t length); /* false: no more */
};

/* Of the log events between two flushes; `text` has them canonical, one behind the other. */
struct forward_event {
    size_t offset, length;
    unsigned nodes; /* JSON values in it */
    uint64_t contact;
    size_t first; /* the first event of the same contact */
};

struct forward_packer {
    const struct forward_sink *sink;
    struct forward_counts counts;
    struct arena arena;
    struct buf head; /* {"messageType":…,"logEvents":[ of the envelope being cut */
    struct buf text, body;
    struct forward_event *event;
    size_t events, capacity;
    bool stopped; /* by the sink */
};

/* Decodes an invocation's event and hands messages to the sink. False with the fault set when it
 * cannot be read (what could be has been handed out by then); true with packer->stopped when the
 * sink would have no more. */
bool forward_repack(struct forward_packer *packer, const char *event, size_t length,
                    struct lambda_fault *fault);
void forward_packer_free(struct forward_packer *packer);

/* forward_pack.c: the texts live until they return. */
void forward_add(struct forward_packer *packer, const char *element, size_t length);
void forward_flush(struct forward_packer *packer);
/* As JSON that SQS takes: no character outside XML 1.0's. */
void forward_write(struct buf *out, const cJSON *value, const char *const *skip);

#endif
