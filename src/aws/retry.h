/*
 * When and how often a failed call is tried again: the standard behaviour of November 2026
 * (aws.md 5.1). Pure: time and chance are arguments.
 */
#ifndef AWS_RETRY_H
#define AWS_RETRY_H

#include "contactwatch/aws.h"

enum {
    RETRY_QUOTA = 500,
    RETRY_COST_TRANSIENT = 14,
    RETRY_COST_THROTTLED = 5,
    RETRY_BASE_THROTTLED_MS = 1000,
    RETRY_LONGEST_MS = 20000,
    RETRY_HINT_EXTRA_MS = 5000,
};

/* What is left for retries; belongs to one client. */
struct retry_quota {
    int left;
};
/* Takes a retry's cost; 0 = there is not enough left. */
int retry_take(struct retry_quota *quota, enum aws_fault kind);
/* A call succeeded; last_cost: of its last retry, 0 = at the first attempt. */
void retry_refund(struct retry_quota *quota, int last_cost);

/* Delay before the attempt that follows the failed one (1 = the first). chance: [0, 1).
 * hint_ms: what the service asked for; -1 = nothing. */
int64_t retry_delay_ms(enum aws_fault kind, int base_delay_ms, unsigned attempt, double chance,
                       int64_t hint_ms);
/* x-amz-retry-after (ms), else Retry-After (seconds or a date); -1 when absent or senseless. */
int64_t retry_hint_ms(const struct http_response *response, int64_t now_ms);

/* What a failure is by its codes and status: AWS_THROTTLED and AWS_TRANSIENT are worth another
 * attempt. query_code may be "". */
enum aws_fault retry_classify(int status, const char *code, const char *query_code,
                              const char *message);
/* The keys were refused as expired or unknown: new ones may be accepted. */
bool retry_keys_refused(const char *code);

#endif
