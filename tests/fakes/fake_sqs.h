/*
 * The queues' inside. A message is in one of two places: the list of those that may be received
 * now, or the heap of those that become so later (delayed, or in flight).
 */
#ifndef TESTS_FAKE_SQS_H
#define TESTS_FAKE_SQS_H

#include "fakes/fake_services.h"

enum {
    SQS_MESSAGE_MAX = 1 << 20,
    SQS_BATCH_MAX = 10,
    SQS_VISIBILITY_MAX = 43200,
    SQS_IN_FLIGHT = 120000,
    SQS_HANDLE = 64,
};

struct sqs_message {
    uint64_t number; /* index into the queue's table */
    char id[37], md5[33];
    char *body;
    size_t length;
    char *attributes; /* MessageAttributes as JSON; NULL = none */
    char *group;      /* MessageGroupId; NULL */
    enum fake_message_state state;
    int64_t sent, first_received, visible_at;
    unsigned received;
    bool doubled;                        /* handed out, and yet still there to be received */
    struct sqs_message *previous, *next; /* among the visible */
    size_t place;                        /* in the heap */
};

struct sqs_queue {
    char *name, *url, *arn;
    uint32_t tag;          /* in its receipt handles */
    struct map attributes; /* name -> text */
    int64_t created, purged;
    struct sqs_message **message; /* by number; NULL = gone */
    uint64_t messages, message_capacity;
    struct sqs_message *first, *last;
    struct sqs_message **heap;
    size_t heap_count, heap_capacity;
    struct fake_queue_state state; /* counts kept up to date */
    struct sqs_queue *next_dead;
};

struct sqs_poll {
    struct sqs_queue *queue;
    struct fake_connection *connection;
    int64_t deadline; /* monotonic ms */
    size_t max;
    int64_t visibility_ms;
    unsigned wanted; /* system attributes: bits of the table in fake_sqs_receive.c */
    struct sqs_poll *next;
};

struct fake_sqs {
    struct map queues;      /* name -> struct sqs_queue */
    struct sqs_queue *dead; /* deleted ones */
    struct sqs_poll *polls;
    size_t in_flight_limit;
};

/* fake_sqs_queue.c */
struct sqs_queue *sqs_queue_named(struct fake_aws *fake, const char *name);
int64_t sqs_attribute(const struct sqs_queue *queue, const char *name, int64_t otherwise);
/* The queue of the request's QueueUrl; NULL with the reply filled. */
struct sqs_queue *sqs_queue_asked(struct fake_aws *fake, const struct fake_request *request,
                                  struct fake_reply *reply);
struct sqs_queue *sqs_queue_new(struct fake_aws *fake, const char *name);
void sqs_queue_free(void *queue);
/* Texts are copied. */
struct sqs_message *sqs_add(struct fake_aws *fake, struct sqs_queue *queue, const char *body,
                            size_t length, int64_t delay_ms);
void sqs_make_visible(struct sqs_queue *queue, struct sqs_message *message);
void sqs_make_later(struct sqs_queue *queue, struct sqs_message *message,
                    enum fake_message_state state, int64_t visible_at);
void sqs_take_out(struct sqs_queue *queue, struct sqs_message *message);
void sqs_remove(struct sqs_queue *queue, struct sqs_message *message);
void sqs_purge_all(struct sqs_queue *queue);
/* Those whose time has come become visible. */
void sqs_pass_time(struct sqs_queue *queue, int64_t now);

void sqs_handle_write(const struct sqs_queue *queue, const struct sqs_message *message,
                      char out[SQS_HANDLE]);
/* The message of a handle, and whether it is the newest one; NULL = gone. False = no handle of this
 * queue. */
bool sqs_handle_read(const struct sqs_queue *queue, const char *handle,
                     struct sqs_message **message, bool *newest);

/* fake_sqs_batch.c: what all batches have in common. */
struct sqs_fault {
    const char *code, *message;
    bool sender;
};
struct sqs_entry {
    const struct jv *json;
    const char *id;
};
/* One entry: appends to `successful` what stands behind its Id (may be nothing), or gives why
 * not. */
typedef bool (*sqs_entry_fn)(struct fake_aws *fake, struct sqs_queue *queue,
                             const struct sqs_entry *entry, struct buf *successful,
                             struct sqs_fault *fault);
void sqs_batch(struct fake_aws *fake, struct fake_request *request, struct fake_reply *reply,
               sqs_entry_fn each);

#endif
