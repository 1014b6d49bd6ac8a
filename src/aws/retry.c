#include "aws/retry.h"

#include <stdlib.h>
#include <string.h>

#include "aws/skew.h"

int retry_take(struct retry_quota *quota, enum aws_fault kind)
{
    int cost = kind == AWS_THROTTLED ? RETRY_COST_THROTTLED : RETRY_COST_TRANSIENT;
    if (quota->left < cost)
        return 0;
    quota->left -= cost;
    return cost;
}

void retry_refund(struct retry_quota *quota, int last_cost)
{
    quota->left += last_cost ? last_cost : 1;
    if (quota->left > RETRY_QUOTA)
        quota->left = RETRY_QUOTA;
}

int64_t retry_delay_ms(enum aws_fault kind, int base_delay_ms, unsigned attempt, double chance,
                       int64_t hint_ms)
{
    int64_t limit = kind == AWS_THROTTLED ? RETRY_BASE_THROTTLED_MS : base_delay_ms;
    for (unsigned i = 1; i < attempt && limit < RETRY_LONGEST_MS; i++)
        limit *= 2;
    if (limit > RETRY_LONGEST_MS)
        limit = RETRY_LONGEST_MS;
    int64_t delay = (int64_t)(chance * (double)limit + 0.5);
    if (hint_ms > delay)
        return hint_ms < delay + RETRY_HINT_EXTRA_MS ? hint_ms : delay + RETRY_HINT_EXTRA_MS;
    return delay;
}

/* Digits only, at most a day of milliseconds or seconds; -1 else. */
static int64_t whole_number(const char *text)
{
    int64_t value = 0;
    if (!*text)
        return -1;
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || value > DAY_MS)
            return -1;
        value = value * 10 + (*text - '0');
    }
    return value;
}

int64_t retry_hint_ms(const struct http_response *response, int64_t now_ms)
{
    char text[64];
    int64_t date;
    if (http_header_get(response, "x-amz-retry-after", text, sizeof(text)))
        return whole_number(text);
    if (!http_header_get(response, "retry-after", text, sizeof(text)))
        return -1;
    int64_t seconds = whole_number(text);
    if (seconds >= 0)
        return seconds * SECOND_MS;
    return http_date_parse(text, &date) && date > now_ms ? date - now_ms : -1;
}

static const struct {
    const char *code;
    enum aws_fault fault;
} codes[] = {
    {"Throttling", AWS_THROTTLED},
    {"ThrottlingException", AWS_THROTTLED},
    {"ThrottledException", AWS_THROTTLED},
    {"RequestThrottledException", AWS_THROTTLED},
    {"RequestThrottled", AWS_THROTTLED},
    {"TooManyRequestsException", AWS_THROTTLED},
    {"ProvisionedThroughputExceededException", AWS_THROTTLED},
    {"TransactionInProgressException", AWS_THROTTLED},
    {"RequestLimitExceeded", AWS_THROTTLED},
    {"BandwidthLimitExceeded", AWS_THROTTLED},
    {"LimitExceededException", AWS_THROTTLED},
    {"SlowDown", AWS_THROTTLED},
    {"PriorRequestNotComplete", AWS_THROTTLED},
    {"EC2ThrottledException", AWS_THROTTLED},
    {"KmsThrottled", AWS_THROTTLED},
    {"KMS.ThrottlingException", AWS_THROTTLED},
    {"RequestTimeout", AWS_TRANSIENT},
    {"RequestTimeoutException", AWS_TRANSIENT},
    {"ReplicatedWriteConflictException", AWS_TRANSIENT},
    {"IDPCommunicationError", AWS_TRANSIENT},
    {"OverLimit", AWS_REFUSED}, /* too many messages in flight: the caller's to slow down */
    {"AccessDenied", AWS_DENIED},
    {"AccessDeniedException", AWS_DENIED},
    {"AuthFailure", AWS_DENIED},
    {"ExpiredToken", AWS_DENIED},
    {"ExpiredTokenException", AWS_DENIED},
    {"IncompleteSignature", AWS_DENIED},
    {"IncompleteSignatureException", AWS_DENIED},
    {"InvalidAccessKeyId", AWS_DENIED},
    {"InvalidClientTokenId", AWS_DENIED},
    {"InvalidSecurity", AWS_DENIED},
    {"InvalidSignatureException", AWS_DENIED},
    {"KmsAccessDenied", AWS_DENIED},
    {"KMS.AccessDeniedException", AWS_DENIED},
    {"MissingAuthenticationToken", AWS_DENIED},
    {"MissingAuthenticationTokenException", AWS_DENIED},
    {"OptInRequired", AWS_DENIED},
    {"RequestExpired", AWS_DENIED},
    {"RequestInTheFuture", AWS_DENIED},
    {"RequestTimeTooSkewed", AWS_DENIED},
    {"SignatureDoesNotMatch", AWS_DENIED},
    {"UnrecognizedClientException", AWS_DENIED},
};

static bool find_code(const char *code, enum aws_fault *out)
{
    for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
        if (strcmp(codes[i].code, code) == 0) {
            *out = codes[i].fault;
            return true;
        }
    return false;
}

enum aws_fault retry_classify(int status, const char *code, const char *query_code,
                              const char *message)
{
    enum aws_fault fault;
    if (strcmp(code, "InvalidSignatureException") == 0 && strstr(message, "Signature expired"))
        return AWS_TRANSIENT;
    bool known = find_code(code, &fault) || find_code(query_code, &fault);
    if (known && (fault == AWS_THROTTLED || fault == AWS_TRANSIENT))
        return fault;
    if (status == 0 || status == 500 || status == 502 || status == 503 || status == 504)
        return AWS_TRANSIENT;
    if (known)
        return fault;
    if (status == 429)
        return AWS_THROTTLED;
    return status == 401 || status == 403 ? AWS_DENIED : AWS_REFUSED;
}

bool retry_keys_refused(const char *code)
{
    static const char *const refused[] = {"ExpiredToken", "ExpiredTokenException",
                                          "UnrecognizedClientException", "InvalidClientTokenId",
                                          "InvalidAccessKeyId"};
    for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
        if (strcmp(refused[i], code) == 0)
            return true;
    return false;
}
