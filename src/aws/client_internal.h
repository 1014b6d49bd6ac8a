/* Between the client's files: attempt.c puts a call on the wire and reads what came back, client.c
 * decides what happens next and when. */
#ifndef AWS_CLIENT_INTERNAL_H
#define AWS_CLIENT_INTERNAL_H

#include "aws/aws_internal.h"
#include "aws/rate.h"
#include "aws/retry.h"

struct aws_client {
    struct aws_session *session;
    const struct aws_service_spec *spec;
    struct transport *transport;
    char *endpoint;  /* "https://host[:port]" */
    char *host;      /* as in the Host header */
    char *base_path; /* of the endpoint, "" or "/custom" */
    struct sigv4_key key;
    struct rng rng;
    struct retry_quota quota;
    struct rate rate;                 /* of the adaptive mode */
    struct aws_call_state *under_way; /* all of them: on the wire, or waiting for their time */
    struct aws_call_state *done, *done_last;
    size_t count; /* started and not handed back */
    atomic_bool woken;
};

/* A call's part that is the client's; kept from one use of the call to the next. */
struct aws_call_state {
    struct exchange exchange;
    struct aws_call *call;
    struct aws_call_state *next, *previous;
    enum { ATTEMPT_ON_WIRE, ATTEMPT_DELAYED, ATTEMPT_LAST_WAIT, ATTEMPT_DONE } phase;
    int64_t due;               /* while delayed, by client_now */
    int64_t sent, signed_with; /* our clock, and the skew, at signing */
    unsigned max_attempts;
    int last_cost;
    bool keys_renewed;
    struct aws_keys keys; /* of the attempt on the wire */
    struct buf authorization;
    struct buf text; /* URL and header values of the attempt, NUL-separated */
    char invocation[37];
};

int64_t client_now(const struct aws_client *client); /* ms; what delays are measured by */

/* Signs and starts the next attempt; false with the call's outcome filled when there are no keys.
 */
bool attempt_start(struct aws_client *client, struct aws_call_state *state);
/* The exchange came back: fills the call's outcome. Returns what it means for a retry: AWS_FINE,
 * AWS_THROTTLED or AWS_TRANSIENT, else not to be repeated. */
enum aws_fault attempt_read(struct aws_client *client, struct aws_call_state *state);
/* Zeroes what is secret of an attempt that is over. */
void attempt_wipe(struct aws_call_state *state);

#endif
