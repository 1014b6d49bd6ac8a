/*
 * What the parts of the fake share. fake->lock guards all of it; the serving thread holds it while
 * it works, and lets go of it while it waits. Functions without a word on it are called with it
 * held.
 */
#ifndef TESTS_FAKE_INTERNAL_H
#define TESTS_FAKE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "contactwatch/map.h"
#include "contactwatch/rng.h"
#include "fakes/fake_aws.h"
#include "fakes/fake_json.h"

enum { FAKE_HEADERS = 48, FAKE_OPERATIONS_MAX = 64 };

struct fake_header {
    const char *name, *value; /* name in lower case */
};
struct fake_connection;

/* One request; texts lie in the connection's buffer. */
struct fake_request {
    const char *method, *path, *query; /* query "" if none */
    struct fake_header header[FAKE_HEADERS];
    size_t headers;
    char *body; /* followed by a NUL; parsed in place by the dispatcher */
    size_t length;
    const struct fake_operation *operation;
    const struct fake_key *key; /* who asks; NULL for a call of the tests' own */
    struct jv *json;
    const char *bucket, *object; /* S3: decoded; object "" = the bucket itself */
    struct arena *arena;         /* for as long as the request is handled */
    struct fake_connection *connection;
};
const char *fake_request_header(const struct fake_request *request, const char *name);

enum fake_end { FAKE_SEND, FAKE_RESET, FAKE_CUT };
struct fake_reply {
    int status;
    const char *type;  /* Content-Type; NULL = JSON 1.0 */
    struct buf header; /* further lines, each with \r\n */
    struct buf body;
    enum fake_end end;
    int64_t delay_ms, date_skew;
    bool parked; /* the answer comes later, from fake_server_answer */
    bool crc, bad_crc;
    bool head_only; /* of a HEAD: the length is told, the body is not sent */
};
/* An error in the service's form. Returns false, so that `return fake_fail(...)` reads well. */
bool fake_fail(const struct fake_request *request, struct fake_reply *reply, int status,
               const char *code, const char *format, ...) __attribute__((format(printf, 5, 6)));

enum fake_service {
    FAKE_NO_SERVICE,
    FAKE_SQS,
    FAKE_DYNAMODB,
    FAKE_STS,
    FAKE_CONNECT,
    FAKE_S3,
    FAKE_SERVICES
};
struct fake_operation {
    enum fake_service service;
    const char *name;
    void (*handle)(struct fake_aws *fake, struct fake_request *request, struct fake_reply *reply);
    const char *method, *path; /* REST: the path's first part */
    bool writes;               /* throttling reason says Write */
};
extern const struct fake_operation fake_operations[];
extern const size_t fake_operation_count;
const char *fake_service_name(enum fake_service service); /* as it signs: "sqs" */
/* By X-Amz-Target, form action or path; NULL with the reply filled when there is none. */
const struct fake_operation *fake_operation_find(struct fake_request *request,
                                                 struct fake_reply *reply);
const struct fake_operation *fake_operation_named(const char *name);
static inline size_t fake_operation_index(const struct fake_operation *operation)
{
    return (size_t)(operation - fake_operations);
}
/* Verifies, harms, handles: from the bytes to the reply. */
void fake_dispatch(struct fake_aws *fake, struct fake_request *request, struct fake_reply *reply);
/* The tests' own calls: neither verified, nor harmed, nor counted. */
void fake_dispatch_inside(struct fake_aws *fake, struct fake_request *request,
                          struct fake_reply *reply);
/* Waits, without the lock at the start, until it is so; false after timeout_ms. */
bool fake_wait(struct fake_aws *fake, bool (*reached)(struct fake_aws *fake, const void *context),
               const void *context, int timeout_ms);

struct fake_sqs;
struct fake_ddb;
struct fake_connect;
struct fake_s3;
struct fake_server;
struct fake_captures;
struct fake_fault_state;
struct fake_verifier;

struct fake_aws {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* broadcast after each request and poll */
    char region[40];
    const struct clock *clock;
    _Atomic int64_t offset; /* of the clock, ms */
    struct rng rng;
    struct fake_server *server;
    struct fake_verifier *verifier;
    struct fake_fault_state *faults;
    struct fake_captures *captures;
    struct fake_sqs *sqs;
    struct fake_ddb *ddb;
    struct fake_connect *connect;
    struct fake_s3 *s3;
    uint64_t requests[FAKE_OPERATIONS_MAX], all_requests, bad_signatures;
    uint64_t next_request_id;
};
static inline int64_t fake_now(struct fake_aws *fake)
{
    return clock_now(fake->clock) + atomic_load(&fake->offset);
}
static inline void fake_lock(struct fake_aws *fake)
{
    pthread_mutex_lock(&fake->lock);
}
static inline void fake_unlock(struct fake_aws *fake)
{
    pthread_mutex_unlock(&fake->lock);
}

/* fake_server.c: the sockets. */
struct fake_server *fake_server_open(struct fake_aws *fake, int port);
void fake_server_close(struct fake_server *server);
const char *fake_server_url(const struct fake_server *server);
uint64_t fake_server_connections(const struct fake_server *server);
void fake_server_wake(struct fake_server *server); /* any thread, with or without the lock */
void fake_server_answer(struct fake_server *server, struct fake_connection *connection,
                        struct fake_reply *reply);
void fake_server_reset_all(struct fake_server *server);

/* fake_http.c: bytes and requests. */
enum fake_parse { FAKE_MORE, FAKE_WHOLE, FAKE_BROKEN };
struct fake_extent {
    size_t head, body;
    bool continue_wanted; /* the sender waits for a 100 */
};
/* How long the request at the head of text is. */
enum fake_parse fake_http_measure(const char *text, size_t length, struct fake_extent *out);
/* Reads it where it stands (its bytes change). False = it is none. */
bool fake_http_read(char *text, const struct fake_extent *extent, struct fake_request *request);
void fake_http_write(struct fake_aws *fake, struct buf *out, const struct fake_reply *reply);
const char *fake_http_date(int64_t ms); /* until the thread's next call */
bool fake_url_decode(struct buf *out, const char *text, size_t length, bool plus);
/* A parameter of a query or form, decoded into out; false if absent. */
bool fake_parameter(const char *text, const char *name, struct buf *out);

/* fake_verify.c */
struct fake_verifier *fake_verifier_open(void);
void fake_verifier_close(struct fake_verifier *verifier);
void fake_key_add(struct fake_aws *fake, const struct fake_key *key); /* adds or replaces */
/* Who asks; NULL with the reply filled. */
const struct fake_key *fake_verify(struct fake_aws *fake, const struct fake_request *request,
                                   enum fake_service service, struct fake_reply *reply);
bool fake_allowed(const struct fake_key *key, enum fake_service service, const char *action);
const char *fake_action(const struct fake_operation *operation); /* as policies call it */
/* Is the action not denied to the key? */
bool fake_permitted(const struct fake_key *key, const struct fake_operation *operation);
/* S3 asks for the hash of the body, or the word that there is none, and holds the body to it. */
bool s3_hash_is_said(const struct fake_request *request, struct fake_reply *reply);
bool s3_body_fits(const struct fake_request *request, struct fake_reply *reply);
void fake_sha256(const void *data, size_t length, unsigned char out[32]);
void fake_hex(const unsigned char *data, size_t length, char *out);

/* fake_faults.c */
struct fake_fault_state *fake_fault_state_open(void);
void fake_fault_state_close(struct fake_fault_state *state);
/* The rule that strikes now, NULL = none. */
const struct fake_rule *fake_strike(struct fake_aws *fake, const struct fake_operation *operation,
                                    enum fake_fault fault);
/* True = the request ends here, the reply says how. */
bool fake_harm_before(struct fake_aws *fake, const struct fake_request *request,
                      struct fake_reply *reply);
void fake_harm_after(struct fake_aws *fake, const struct fake_request *request,
                     struct fake_reply *reply);
bool fake_in_outage(struct fake_aws *fake);

/* fake_captures.c */
struct fake_captures *fake_captures_open(void);
void fake_captures_close(struct fake_captures *captures);
/* Keeps a copy of the bytes received; the number is for fake_capture_answered. */
size_t fake_capture(struct fake_aws *fake, const char *head, size_t head_length, const char *body,
                    size_t length);
void fake_capture_operation(struct fake_aws *fake, const char *operation);
void fake_capture_answered(struct fake_aws *fake, size_t number, int status);

/* "throttle", "reset-after"… */
const char *fake_fault_name(enum fake_fault fault);

/* fake_control.c: /_fake/...; called without the lock. */
void fake_control(struct fake_aws *fake, struct fake_request *request, struct fake_reply *reply);
/* fake_control_show.c: what there is to be seen, as JSON. Without the lock. */
void fake_show_stats(struct fake_aws *fake, struct buf *out);
bool fake_show_queue(struct fake_aws *fake, const char *name, struct buf *out);
bool fake_show_items(struct fake_aws *fake, const char *table, struct buf *out);
void fake_show_objects(struct fake_aws *fake, const char *bucket, struct buf *out);
bool fake_show_captured(struct fake_aws *fake, size_t back, struct buf *out);

/* The services. tick does what time brings; gives the ms until the next such thing, -1 = none. */
struct fake_sqs *fake_sqs_open(void);
void fake_sqs_close(struct fake_sqs *sqs);
int64_t fake_sqs_tick(struct fake_aws *fake);
void fake_sqs_forget(struct fake_aws *fake, struct fake_connection *connection); /* it closed */
struct fake_ddb *fake_ddb_open(void);
void fake_ddb_close(struct fake_ddb *ddb);
/* With the lock held: every item of the table, and the units of each table and operation. */
bool fake_ddb_write_items(struct fake_aws *fake, const char *table, struct buf *out);
void fake_ddb_write_units(struct fake_aws *fake, struct buf *out);
struct fake_connect *fake_connect_open(void);
void fake_connect_close(struct fake_connect *connect);
struct fake_s3 *fake_s3_open(void);
void fake_s3_close(struct fake_s3 *s3);

#endif
