/*
 * Calling AWS: a session (who, where, what time it is there) shared by threads, and clients, each
 * of one thread, with many calls under way at once. Knows nothing of contacts.
 *
 * Signing, clock-skew correction, retries with their quota (the behaviour of November 2026: aws.md
 * 5), CRC check, response caps and error forms are here; a service's own words are in its thin
 * file.
 */
#ifndef CONTACTWATCH_AWS_H
#define CONTACTWATCH_AWS_H

#include "contactwatch/credentials.h"
#include "contactwatch/http.h"
#include "contactwatch/instant.h"
#include "contactwatch/rng.h"

enum aws_service {
    AWS_SQS,
    AWS_DYNAMODB,
    AWS_DYNAMODB_STREAMS,
    AWS_STS,
    AWS_CONNECT,
    AWS_S3,
    AWS_SERVICE_COUNT
};

struct aws_options {
    const char *region;       /* --region; NULL = by environment, profile, metadata */
    const char *profile;      /* --profile */
    const char *endpoint_url; /* --endpoint-url, for every service */
    const struct aws_environment *environment; /* NULL = the system's; must outlive the session */
    /* NULL = the chain; else becomes the session's, and is closed when there will be none */
    struct credentials *credentials;
    uint64_t seed; /* of the retries' jitter; 0 = random */
};

enum { AWS_REGION_MAX = 32 }; /* with its NUL */
/*
 * The region in a queue's URL (legacy hosts too) or in an ARN, with or without a scheme of ours in
 * front ("sqs:", "dynamodb:"); false if there is none.
 */
bool aws_region_in(const char *text, char out[AWS_REGION_MAX]);

struct aws_session;
/* Resolves profile and options; asks no network but, where nothing names the region, this machine's
 * metadata service. region_hint: from a queue URL or ARN, when nothing else says (may be NULL). */
struct aws_session *aws_session_open(const struct aws_options *options, const char *region_hint,
                                     struct err *err);
void aws_session_close(struct aws_session *session);
const char *aws_session_region(const struct aws_session *session);
struct credentials *aws_session_credentials(struct aws_session *session);
/* Where a service is: "https://sqs.eu-west-1.amazonaws.com". account may be NULL. False with err.
 */
bool aws_session_endpoint(const struct aws_session *session, enum aws_service service, char *out,
                          size_t size, struct err *err);
/* AWS's time: the system's corrected by what Date headers said. Any thread. */
int64_t aws_session_now(const struct aws_session *session);
int64_t aws_session_skew(const struct aws_session *session); /* ms, AWS's Date − ours */

/* Why a call failed. */
enum aws_fault {
    AWS_FINE,
    AWS_THROTTLED, /* retried until attempts or quota ran out */
    AWS_TRANSIENT, /* no answer, 5xx, bad CRC: likewise */
    AWS_DENIED,    /* credentials: missing, expired, or not allowed */
    AWS_REFUSED,   /* the request itself: code says why */
    AWS_CANCELLED, /* the client is closing */
};

enum { AWS_HEADERS_MAX = 4 };

/*
 * One call. The caller fills the first part (zero the rest), and owns it until it comes back from
 * aws_next; then frees it with aws_call_free or fills it anew after aws_call_reset.
 */
struct aws_call {
    const char *operation;            /* "ReceiveMessage"; for REST services a name for messages */
    struct buf body;                  /* the request */
    const char *method;               /* NULL = POST */
    const char *path;                 /* NULL = "/" */
    const char *query;                /* NULL = none; encoded */
    const struct http_header *header; /* more of them, signed; at most AWS_HEADERS_MAX */
    size_t headers;
    int timeout_ms;        /* of one attempt; 0 = 10 s */
    unsigned max_attempts; /* 0 = the service's */
    bool long_poll;        /* an empty quota still waits before it fails (ReceiveMessage) */
    void *owner;

    enum aws_fault fault;
    int status;
    char code[80];       /* "ConditionalCheckFailedException": the shape's name; "" without one;
                            "ResponseTooLarge" when an answer was given up beyond the cap */
    char query_code[80]; /* "AWS.SimpleQueueService.NonExistentQueue": the older name; or "" */
    char message[256];   /* the service's words and throttling reasons; why there was no answer */
    char request_id[80];
    char etag[128];              /* "" without one, as the next */
    char region[AWS_REGION_MAX]; /* S3's: where the bucket is */
    struct buf response;         /* body, also of an error */
    unsigned attempts, throttles;

    struct aws_call_state *state; /* the client's */
};
void aws_call_reset(struct aws_call *call); /* keeps buffers' memory, empties everything else */
void aws_call_free(struct aws_call *call);
/* "ReceiveMessage: AccessDenied: …": what, why and what to do, without secrets. Returns false. */
bool aws_call_error(const struct aws_call *call, struct err *err);

/*
 * One thread at a time, but for wake. Retries draw on a quota of the client's own, so a client per
 * endpoint and purpose. The transport is the session's environment's; delays are measured by that
 * environment's clock when it has one (it must then advance while the transport waits), else by
 * the monotonic one.
 */
struct aws_client;
struct aws_client *aws_client_open(struct aws_session *session, enum aws_service service,
                                   struct err *err);
/* At an address of the caller's: "https://bucket.s3.eu-west-1.amazonaws.com". */
struct aws_client *aws_client_open_at(struct aws_session *session, enum aws_service service,
                                      const char *endpoint, struct err *err);
void aws_client_close(struct aws_client *client); /* gives up what is under way: AWS_CANCELLED is
                                                     not delivered, calls are the caller's */
void aws_start(struct aws_client *client, struct aws_call *call);
/* The next call completed; waits up to timeout_ms (-1 = for ever). NULL on time-out, wake, or when
 * nothing is under way. */
struct aws_call *aws_next(struct aws_client *client, int timeout_ms);
size_t aws_under_way(const struct aws_client *client);
void aws_cancel(struct aws_client *client, struct aws_call *call);
void aws_wake(struct aws_client *client); /* any thread */
/* One call from start to end on a client with nothing else under way; false with err set. */
bool aws_run(struct aws_client *client, struct aws_call *call, struct err *err);

/* Counters of a session, all clients together. */
struct aws_counts {
    uint64_t requests, retries, throttles, failures;
};
void aws_session_counts(const struct aws_session *session, struct aws_counts *out);

#endif
