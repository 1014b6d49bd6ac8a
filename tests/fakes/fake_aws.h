/*
 * AWS on 127.0.0.1, in memory, for tests: SQS, DynamoDB, S3, STS and the Connect calls the program
 * uses. It verifies every signature with code of its own, counts read and write units by the real
 * rounding rules, and does harm on demand. One thread serves; every function here may be called
 * from any thread.
 *
 *     struct fake_aws *fake = fake_aws_start(NULL);
 *     fake_aws_queue(fake, "contacts", NULL);
 *     ... fake_session.h gives an aws_session on it ...
 *     fake_aws_stop(fake);
 *
 * The same as a program: build/tests/fake-aws --port 0, steered by POST /_fake/WORD: README.md.
 */
#ifndef TESTS_FAKE_AWS_H
#define TESTS_FAKE_AWS_H

#include "contactwatch/instant.h"
#include "contactwatch/mem.h"

#define FAKE_REGION     "eu-west-1"
#define FAKE_ACCOUNT    "123456789012"
#define FAKE_ACCESS_KEY "AKIAFAKEFAKEFAKEFAKE"
#define FAKE_SECRET_KEY "fake+secret/for-the-tests-alone-0123456789"

struct fake_aws;

struct fake_aws_options {
    int port;                  /* 0 = any free one */
    const char *region;        /* NULL = FAKE_REGION */
    uint64_t seed;             /* of faults and message order */
    const struct clock *clock; /* NULL = the system's; called from the serving thread */
};
struct fake_aws *fake_aws_start(const struct fake_aws_options *options); /* NULL = as above */
void fake_aws_stop(struct fake_aws *fake);
const char *fake_aws_url(const struct fake_aws *fake); /* "http://127.0.0.1:PORT" */
/* Moves its clock by ms, for good: visibility and TTL times pass, signatures grow old. */
void fake_aws_advance(struct fake_aws *fake, int64_t ms);
int64_t fake_aws_now(struct fake_aws *fake);

/* --- Who may ask. FAKE_ACCESS_KEY with FAKE_SECRET_KEY may do everything. --- */
struct fake_key {
    const char *access_key, *secret_key;
    const char *token;   /* temporary keys: must be sent; NULL = long-lived */
    int64_t expires;     /* ms; INSTANT_NONE = never */
    const char *denied;  /* "dynamodb:UpdateItem sqs:*"; NULL = nothing */
    const char *account; /* NULL = FAKE_ACCOUNT */
};
void fake_aws_key(struct fake_aws *fake, const struct fake_key *key); /* adds or replaces */
void fake_aws_key_remove(struct fake_aws *fake, const char *access_key);

/* --- What it holds --- */
/* A call as if over the wire, without HTTP, signature, permission and faults: target is
 * "AmazonSQS.SendMessage" or "DynamoDB_20120810.PutItem". Gives the HTTP status; the answer is
 * appended to reply (may be NULL). ReceiveMessage never waits here. */
int fake_aws_call(struct fake_aws *fake, const char *target, const char *json, struct buf *reply);
/* A queue with attributes in JSON ({"VisibilityTimeout":"30",...}; NULL = defaults). */
void fake_aws_queue(struct fake_aws *fake, const char *name, const char *attributes);
const char *fake_aws_queue_url(struct fake_aws *fake, const char *name); /* NULL = none */
void fake_aws_send(struct fake_aws *fake, const char *queue, const char *body);

enum fake_message_state { FAKE_VISIBLE, FAKE_DELAYED, FAKE_IN_FLIGHT };
struct fake_message {
    const char *id, *body;
    size_t length;
    enum fake_message_state state;
    unsigned received;   /* times */
    int64_t visible_at;  /* ms */
    const char *receipt; /* the newest handle; "" = never received */
};
struct fake_queue_state {
    size_t visible, delayed, in_flight;
    uint64_t sent, received, deleted, expired_visibility, redriven, stale_deletes;
    unsigned polls, most_polls; /* long polls waiting now, and at most so far */
};
bool fake_aws_queue_state(struct fake_aws *fake, const char *queue, struct fake_queue_state *out);
void fake_aws_messages(struct fake_aws *fake, const char *queue,
                       void (*visit)(void *context, const struct fake_message *message),
                       void *context);

/* The item as DynamoDB JSON, {"pk":{"S":"x"},...}; range NULL = the table has none. Keys are the
 * text of a string or number. */
bool fake_aws_item(struct fake_aws *fake, const char *table, const char *hash, const char *range,
                   struct buf *json);
size_t fake_aws_items(struct fake_aws *fake, const char *table); /* 0 also when there is none */
/* Reads of indexes see writes only this long after (eventual consistency); 0 = at once. Reads of
 * tables without ConsistentRead likewise. */
void fake_aws_staleness(struct fake_aws *fake, int64_t ms);
/* Removes what its TTL attribute says, as the service does days later; gives the number. */
size_t fake_aws_expire_items(struct fake_aws *fake, const char *table);

/* Capacity used. table NULL = all; operation NULL = all ("UpdateItem"). */
struct fake_units {
    double table_read, table_write;
    double index_read, index_write;
    double read, write; /* both together */
    uint64_t requests;
    uint64_t failed_conditions;
};
void fake_aws_units(struct fake_aws *fake, const char *table, const char *operation,
                    struct fake_units *out);
void fake_aws_units_reset(struct fake_aws *fake);

/* --- Connect: the List calls and DescribeContact --- */
enum fake_list { FAKE_QUEUES, FAKE_USERS, FAKE_PROMPTS, FAKE_FLOWS, FAKE_FLOW_MODULES, FAKE_LISTS };
/* Adds one summary; name may be NULL (agent queues have none). */
void fake_aws_summary(struct fake_aws *fake, enum fake_list list, const char *instance,
                      const char *id, const char *name);
/* What DescribeContact answers: the JSON of Contact. Absent = ResourceNotFoundException. */
void fake_aws_contact(struct fake_aws *fake, const char *instance, const char *id,
                      const char *json);
void fake_aws_connect_rate(struct fake_aws *fake, double per_second, unsigned burst); /* 0 = off */

/* --- S3: PutObject, GetObject, HeadObject, DeleteObject, ListObjectsV2, buckets --- */
void fake_aws_bucket(struct fake_aws *fake, const char *name); /* made if it is not there */
void fake_aws_put_object(struct fake_aws *fake, const char *bucket, const char *key,
                         const void *body, size_t length); /* the bucket too, if need be */
/* Appends the object to body, which may be NULL. A key denied s3:ListBucket is told AccessDenied of
 * what is not there, as by the service. */
bool fake_aws_object(struct fake_aws *fake, const char *bucket, const char *key, struct buf *body);
typedef void fake_object_visitor(void *context, const char *key, const char *body, size_t length);
/* In the order of keys, visit may be NULL; gives their number. The fake must not be called amid. */
size_t fake_aws_objects(struct fake_aws *fake, const char *bucket, fake_object_visitor *visit,
                        void *context);

/* --- Harm --- */
enum fake_fault {
    FAKE_THROTTLE,      /* the service's own throttling error, with reasons */
    FAKE_ERROR_500,     /* InternalServerError / InternalFailure */
    FAKE_ERROR_503,     /* ServiceUnavailable */
    FAKE_ERROR_CODE,    /* 400 with .code */
    FAKE_RESET_BEFORE,  /* connection reset, nothing done */
    FAKE_RESET_AFTER,   /* done, but the reply is lost */
    FAKE_SLOW,          /* the reply comes .ms later */
    FAKE_ENTRY_FAILED,  /* each entry of an SQS batch: Failed, SenderFault false, not done */
    FAKE_ENTRY_REFUSED, /* likewise, SenderFault true, with .code (ReceiptHandleIsInvalid) */
    FAKE_UNPROCESSED,   /* each item or key of a DynamoDB batch comes back unprocessed */
    FAKE_DUPLICATE,     /* each message received stays visible and comes again */
    FAKE_REORDER,       /* a receive takes messages in random order */
    FAKE_EMPTY_RECEIVE, /* no messages though there are some */
    FAKE_DATE_SKEW,     /* the Date header is .ms off */
    FAKE_BAD_CRC,       /* x-amz-crc32 is wrong */
    FAKE_TRUNCATED,     /* the connection ends amid the body */
    FAKE_OVERSIZED,     /* a body of .ms bytes (0 = 18 MiB) */
    FAKE_GARBAGE,       /* status 200, a body that is no JSON */
    FAKE_SHORT_PAGE,    /* Query, Scan and ListObjectsV2: at most one item, and more to come */
    FAKE_CONFLICT,      /* S3: a change on conditions meets another: 409, not done */
    FAKE_FAULTS
};
struct fake_rule {
    const char *operation; /* "UpdateItem", "sqs:*", "dynamodb:*"; NULL = all */
    enum fake_fault fault;
    double probability; /* 0 = always */
    unsigned skip;      /* so many matching requests pass first */
    unsigned times;     /* then so many times at most; 0 = without end */
    int64_t ms;
    const char *code;   /* FAKE_ERROR_CODE, FAKE_ENTRY_REFUSED; FAKE_THROTTLE: the reason */
    const char *header; /* a line added to the error, "x-amz-retry-after: 1500"; NULL */
};
void fake_aws_fault(struct fake_aws *fake, const struct fake_rule *rule);
void fake_aws_faults_clear(struct fake_aws *fake);
/* Every connection is reset and every new one too, for ms. */
void fake_aws_outage(struct fake_aws *fake, int64_t ms);
/* How often a fault struck. */
uint64_t fake_aws_struck(struct fake_aws *fake, enum fake_fault fault);
/* At most so many messages in flight in a queue (120,000): then OverLimit on a short poll, silence
 * on a long one. */
void fake_aws_in_flight_limit(struct fake_aws *fake, size_t limit);

/* --- What was asked --- */
/* Requests so far, refused ones and those struck by a fault too. operation NULL = all. */
uint64_t fake_aws_requests(struct fake_aws *fake, const char *operation);
uint64_t fake_aws_bad_signatures(struct fake_aws *fake);
uint64_t fake_aws_connections(struct fake_aws *fake); /* opened so far */
/* Waits until so many requests of the operation have come; false after timeout_ms. */
bool fake_aws_wait_requests(struct fake_aws *fake, const char *operation, uint64_t count,
                            int timeout_ms);
/* Waits until so many long polls are waiting on the queue; false after timeout_ms. */
bool fake_aws_wait_polls(struct fake_aws *fake, const char *queue, unsigned polls, int timeout_ms);
/* The newest requests, 0 = the last one (FAKE_CAPTURED are kept, bodies up to 64 KiB). False when
 * there is none. */
enum { FAKE_CAPTURED = 64 };
struct fake_captured {
    struct buf head; /* request line and headers as received */
    struct buf body;
    int status; /* answered; 0 = not yet, or never */
    char operation[64];
};
bool fake_aws_captured(struct fake_aws *fake, size_t back, struct fake_captured *out);
void fake_captured_free(struct fake_captured *captured);

#endif
