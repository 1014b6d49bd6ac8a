/* Harm on demand: which rule strikes when, and what it does to a request. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fakes/fake_internal.h"

enum { RULES_MAX = 64, OVERSIZED = 18 << 20 };

struct fake_fault_state {
    struct {
        struct fake_rule rule; /* its texts are owned */
        uint64_t seen, struck;
    } entry[RULES_MAX];
    size_t count;
    uint64_t struck[FAKE_FAULTS];
    unsigned present;     /* one bit for each fault that has a rule */
    int64_t outage_until; /* monotonic ms */
};

const char *fake_fault_name(enum fake_fault fault)
{
    static const char *const name[FAKE_FAULTS] = {
        [FAKE_THROTTLE] = "throttle",
        [FAKE_ERROR_500] = "error-500",
        [FAKE_ERROR_503] = "error-503",
        [FAKE_ERROR_CODE] = "error-code",
        [FAKE_RESET_BEFORE] = "reset-before",
        [FAKE_RESET_AFTER] = "reset-after",
        [FAKE_SLOW] = "slow",
        [FAKE_ENTRY_FAILED] = "entry-failed",
        [FAKE_ENTRY_REFUSED] = "entry-refused",
        [FAKE_UNPROCESSED] = "unprocessed",
        [FAKE_DUPLICATE] = "duplicate",
        [FAKE_REORDER] = "reorder",
        [FAKE_EMPTY_RECEIVE] = "empty-receive",
        [FAKE_DATE_SKEW] = "date-skew",
        [FAKE_BAD_CRC] = "bad-crc",
        [FAKE_TRUNCATED] = "truncated",
        [FAKE_OVERSIZED] = "oversized",
        [FAKE_GARBAGE] = "garbage",
        [FAKE_SHORT_PAGE] = "short-page",
        [FAKE_CONFLICT] = "conflict",
    };
    return name[fault];
}

struct fake_fault_state *fake_fault_state_open(void)
{
    return mem_zero(sizeof(struct fake_fault_state));
}

static void clear(struct fake_fault_state *state)
{
    for (size_t i = 0; i < state->count; i++) {
        free((char *)state->entry[i].rule.operation);
        free((char *)state->entry[i].rule.code);
        free((char *)state->entry[i].rule.header);
    }
    state->count = 0;
    state->present = 0;
}

void fake_fault_state_close(struct fake_fault_state *state)
{
    clear(state);
    free(state);
}

void fake_aws_fault(struct fake_aws *fake, const struct fake_rule *rule)
{
    fake_lock(fake);
    struct fake_fault_state *state = fake->faults;
    if (state->count < RULES_MAX) {
        struct fake_rule *kept = &state->entry[state->count].rule;
        state->entry[state->count].seen = state->entry[state->count].struck = 0;
        state->count++;
        *kept = *rule;
        kept->operation = mem_strdup(rule->operation);
        kept->code = mem_strdup(rule->code);
        kept->header = mem_strdup(rule->header);
        state->present |= 1u << rule->fault;
    }
    fake_unlock(fake);
}

void fake_aws_faults_clear(struct fake_aws *fake)
{
    fake_lock(fake);
    clear(fake->faults);
    fake->faults->outage_until = 0;
    fake_unlock(fake);
}

void fake_aws_outage(struct fake_aws *fake, int64_t ms)
{
    fake_lock(fake);
    fake->faults->outage_until = monotonic_ns() / 1000000 + ms;
    fake_unlock(fake);
    fake_server_wake(fake->server);
}

bool fake_in_outage(struct fake_aws *fake)
{
    return fake->faults->outage_until && monotonic_ns() / 1000000 < fake->faults->outage_until;
}

uint64_t fake_aws_struck(struct fake_aws *fake, enum fake_fault fault)
{
    fake_lock(fake);
    uint64_t struck = fake->faults->struck[fault];
    fake_unlock(fake);
    return struck;
}

static bool fits(const char *pattern, const struct fake_operation *operation)
{
    const char *service = operation ? fake_service_name(operation->service) : "";
    const char *name = operation ? operation->name : "";
    if (!pattern || strcmp(pattern, "*") == 0)
        return true;
    const char *colon = strchr(pattern, ':');
    if (!colon)
        return strcmp(pattern, name) == 0;
    size_t length = (size_t)(colon - pattern);
    return strlen(service) == length && memcmp(service, pattern, length) == 0 &&
           (strcmp(colon + 1, "*") == 0 || strcmp(colon + 1, name) == 0);
}

const struct fake_rule *fake_strike(struct fake_aws *fake, const struct fake_operation *operation,
                                    enum fake_fault fault)
{
    struct fake_fault_state *state = fake->faults;
    if (!(state->present & 1u << fault))
        return NULL;
    for (size_t i = 0; i < state->count; i++) {
        const struct fake_rule *rule = &state->entry[i].rule;
        if (rule->fault != fault || !fits(rule->operation, operation) ||
            state->entry[i].seen++ < rule->skip ||
            (rule->times && state->entry[i].struck >= rule->times) ||
            (rule->probability > 0 && !rng_chance(&fake->rng, rule->probability)))
            continue;
        state->entry[i].struck++;
        state->struck[fault]++;
        return rule;
    }
    return NULL;
}

static void add_header(struct fake_reply *reply, const struct fake_rule *rule)
{
    if (rule->header)
        buf_printf(&reply->header, "%s\r\n", rule->header);
}

/* {"__type":…,"ThrottlingReasons":[{"reason":…,"resource":…}]} */
static void throttle(const struct fake_request *request, struct fake_reply *reply,
                     const struct fake_rule *rule)
{
    const struct fake_operation *operation = request->operation;
    if (operation->service == FAKE_S3) {
        fake_fail(request, reply, 503, "SlowDown", "Please reduce your request rate.");
        return;
    }
    if (operation->service != FAKE_DYNAMODB) {
        fake_fail(request, reply, 400,
                  operation->service == FAKE_SQS ? "RequestThrottled" : "ThrottlingException",
                  "Rate exceeded");
        return;
    }
    const char *code = rule->code          ? rule->code
                       : operation->writes ? "TableWriteKeyRangeThroughputExceeded"
                                           : "TableReadKeyRangeThroughputExceeded";
    bool mode = strstr(code, "OnDemand") != NULL;
    fake_fail(request, reply, 400,
              mode ? "ThrottlingException" : "ProvisionedThroughputExceededException",
              "Throughput exceeds the current capacity of your table or index.");
    reply->body.length--; /* the closing brace */
    buf_printf(&reply->body,
               ",\"%s\":[{\"reason\":\"%s\",\"resource\":\"arn:aws:dynamodb:" FAKE_REGION
               ":" FAKE_ACCOUNT ":table/fake\"}]}",
               mode ? "throttlingReasons" : "ThrottlingReasons", code);
}

bool fake_harm_before(struct fake_aws *fake, const struct fake_request *request,
                      struct fake_reply *reply)
{
    const struct fake_operation *operation = request->operation;
    const struct fake_rule *rule;
    if (fake_in_outage(fake) || fake_strike(fake, operation, FAKE_RESET_BEFORE)) {
        reply->end = FAKE_RESET;
        return true;
    }
    if ((rule = fake_strike(fake, operation, FAKE_THROTTLE)))
        throttle(request, reply, rule);
    else if ((rule = fake_strike(fake, operation, FAKE_ERROR_500)))
        fake_fail(request, reply, 500,
                  operation->service == FAKE_DYNAMODB ? "InternalServerError" : "InternalFailure",
                  "The request could not be processed because of an unknown error.");
    else if ((rule = fake_strike(fake, operation, FAKE_ERROR_503)))
        fake_fail(request, reply, 503, "ServiceUnavailableException", "Service is unavailable.");
    else if ((rule = fake_strike(fake, operation, FAKE_ERROR_CODE)))
        fake_fail(request, reply, 400, rule->code ? rule->code : "FakeException", "As asked for.");
    if (!rule)
        return false;
    add_header(reply, rule);
    reply->crc = operation->service == FAKE_DYNAMODB;
    return true;
}

void fake_harm_after(struct fake_aws *fake, const struct fake_request *request,
                     struct fake_reply *reply)
{
    const struct fake_operation *operation = request->operation;
    const struct fake_rule *rule;
    if (!fake->faults->present)
        return;
    if ((rule = fake_strike(fake, operation, FAKE_SLOW)))
        reply->delay_ms = rule->ms;
    if ((rule = fake_strike(fake, operation, FAKE_DATE_SKEW)))
        reply->date_skew = rule->ms;
    reply->bad_crc = fake_strike(fake, operation, FAKE_BAD_CRC) != NULL;
    if ((rule = fake_strike(fake, operation, FAKE_OVERSIZED))) {
        buf_clear(&reply->body);
        buf_pad(&reply->body, ' ', rule->ms ? (size_t)rule->ms : OVERSIZED);
    }
    if (fake_strike(fake, operation, FAKE_GARBAGE)) {
        buf_clear(&reply->body);
        buf_text(&reply->body, "{\"Messages\":[{\"Body\":");
        reply->status = 200;
    }
    if (fake_strike(fake, operation, FAKE_TRUNCATED))
        reply->end = FAKE_CUT;
    if (fake_strike(fake, operation, FAKE_RESET_AFTER))
        reply->end = FAKE_RESET;
}
