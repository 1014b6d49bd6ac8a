/* What this connection has done: requests, throttles, conflicts, and the units the service says
 * they cost. A condition that failed costs units too, and the service does not say how many. */
#include <stdlib.h>
#include <string.h>

#include "store/dynamodb_internal.h"

static const struct costing {
    const char *operation;
    bool writes;
} costing[] = {
    {"UpdateItem", true}, {"PutItem", true},       {"DeleteItem", true}, {"BatchWriteItem", true},
    {"GetItem", false},   {"BatchGetItem", false}, {"Query", false},     {"Scan", false},
};

static const struct costing *costing_of(const struct aws_call *call)
{
    for (size_t i = 0; i < ARRAY_SIZE(costing); i++)
        if (strcmp(costing[i].operation, call->operation) == 0)
            return &costing[i];
    return NULL;
}

void ddb_ask_units(struct aws_call *call)
{
    static const char member[] = "\"ReturnConsumedCapacity\":\"TOTAL\",";
    const size_t length = sizeof(member) - 1;
    struct buf *body = &call->body;
    if (!costing_of(call) || body->length < 2 || body->data[0] != '{' ||
        strncmp(body->data + 1, member, length) == 0 || !buf_reserve(body, length))
        return;
    memmove(body->data + 1 + length, body->data + 1, body->length); /* with its NUL */
    memcpy(body->data + 1, member, length);
    body->length += length;
}

/* Of one table {…}, or of several [{…},{…}]. In a text the quotes would be escaped. */
static double units_in(const struct buf *response)
{
    static const char consumed[] = "\"ConsumedCapacity\":", units[] = "\"CapacityUnits\":";
    const char *at = response->length
                         ? memmem(response->data, response->length, consumed, sizeof(consumed) - 1)
                         : NULL;
    double sum = 0;
    if (!at)
        return 0;
    at += sizeof(consumed) - 1;
    const char *end = strchr(at, *at == '[' ? ']' : '}');
    while (end && (at = strstr(at, units)) && at < end) {
        at += sizeof(units) - 1;
        double one = strtod(at, NULL);
        sum += one > 0 && one < 1e9 ? one : 0;
    }
    return sum;
}

/* A record's loser is handed the winner's; agents and documents that come late are no conflict. */
static bool is_conflict(const struct aws_call *call)
{
    return strcmp(call->code, "ConditionalCheckFailedException") == 0 && call->response.length &&
           strstr(call->response.data, "\"Item\":");
}

void ddb_done(struct dynamodb_store *store, const struct aws_call *call)
{
    const struct costing *cost = costing_of(call);
    if (store->sign)
        atomic_store_explicit(store->sign, monotonic_ns(), memory_order_relaxed);
    store->counts.requests += call->attempts;
    store->counts.throttles += call->throttles;
    store->counts.conflicts += is_conflict(call);
    if (cost && call->fault == AWS_FINE)
        *(cost->writes ? &store->write_units : &store->read_units) += units_in(&call->response);
}

void dynamodb_counts(struct store *store, struct store_counts *out)
{
    const struct dynamodb_store *s = dynamodb_of(store);
    *out = s->counts;
    out->write_units = (uint64_t)(s->write_units + 0.5);
    out->read_units = (uint64_t)(s->read_units + 0.5);
}
