/*
 * What each mode may do, asked without doing it: reads of a key that is not there, writes with a
 * condition that cannot hold, deletions of nothing. A receive hides messages from others, so it is
 * inferred from the two actions that stand beside it in every policy.
 */
#include <string.h>

#include "commands/doctor.h"
#include "contactwatch/dynamodb.h"
#include "contactwatch/json.h"
#include "contactwatch/names.h"
#include "contactwatch/sqs.h"

enum need {
    NEED_VIEW = 1,   /* watch --view-only, show */
    NEED_INGEST = 2, /* ingest, watch with a source */
    NEED_LIST = 4,
    NEED_FORGET = 8,
    NEED_ALWAYS = NEED_VIEW | NEED_INGEST,
};

enum place { PLACE_TABLE, PLACE_HISTORY, PLACE_FEED };

#define KEY        "{\"" DDB_KEY "\":{\"S\":\"#doctor\"}}"
#define KEY_TWO    "{\"" DDB_KEY "\":{\"S\":\"#doctor\"},\"" DDB_WRITTEN "\":{\"S\":\"0\"}}"
#define FEED_TWO   "{\"" DDB_FEED_SHARD "\":{\"S\":\"#doctor\"},\"" DDB_WRITTEN "\":{\"S\":\"0\"}}"
#define NEVER(key) "\"ConditionExpression\":\"attribute_exists(" key ")\""
#define ASK_INDEX(index, key)                                                                      \
    "{\"TableName\":\"%s\",\"IndexName\":\"" index                                                 \
    "\",\"Limit\":1,\"KeyConditionExpression\":\"#k = :k\",\"ExpressionAttributeNames\":{\"#k\":"  \
    "\"" key "\"},\"ExpressionAttributeValues\":{\":k\":{\"S\":\"#doctor\"}}}"
#define ASK_TABLE(key)                                                                             \
    "{\"TableName\":\"%s\",\"Limit\":1,\"KeyConditionExpression\":\"#k = :k\","                    \
    "\"ExpressionAttributeNames\":{\"#k\":\"" key                                                  \
    "\"},\"ExpressionAttributeValues\":{\":k\":{\"S\":\"#doctor\"}}}"

static const struct probe {
    enum place place;
    unsigned needs;
    const char *operation, *index, *body; /* %s = the table */
} probes[] = {
    {PLACE_TABLE, NEED_ALWAYS, "GetItem", NULL, "{\"TableName\":\"%s\",\"Key\":" KEY "}"},
    {PLACE_TABLE, NEED_ALWAYS, "BatchGetItem", NULL,
     "{\"RequestItems\":{\"%s\":{\"Keys\":[" KEY "]}}}"},
    {PLACE_TABLE, NEED_VIEW, "Query", DDB_INDEX_LIVE, ASK_INDEX(DDB_INDEX_LIVE, DDB_LIVE)},
    {PLACE_TABLE, NEED_VIEW, "Query", DDB_INDEX_CHAIN, ASK_INDEX(DDB_INDEX_CHAIN, "Chain_Root")},
    {PLACE_TABLE, NEED_FORGET, "Query", DDB_INDEX_CUSTOMER,
     ASK_INDEX(DDB_INDEX_CUSTOMER, "Customer_Identifier")},
    {PLACE_TABLE, NEED_LIST, "Scan", NULL, "{\"TableName\":\"%s\",\"Limit\":1}"},
    {PLACE_TABLE, NEED_INGEST, "UpdateItem", NULL,
     "{\"TableName\":\"%s\",\"Key\":" KEY
     ",\"UpdateExpression\":\"SET #v = :v\",\"ExpressionAttributeNames\":{\"#v\":\"Version\"},"
     "\"ExpressionAttributeValues\":{\":v\":{\"N\":\"0\"}}," NEVER(DDB_KEY) "}"},
    {PLACE_TABLE, NEED_INGEST, "PutItem", NULL,
     "{\"TableName\":\"%s\",\"Item\":" KEY "," NEVER(DDB_KEY) "}"},
    {PLACE_TABLE, NEED_INGEST | NEED_FORGET, "DeleteItem", NULL,
     "{\"TableName\":\"%s\",\"Key\":" KEY "," NEVER(DDB_KEY) "}"},
    {PLACE_HISTORY, NEED_ALWAYS, "Query", NULL, ASK_TABLE(DDB_KEY)},
    {PLACE_HISTORY, NEED_INGEST | NEED_FORGET, "BatchWriteItem", NULL,
     "{\"RequestItems\":{\"%s\":[{\"DeleteRequest\":{\"Key\":" KEY_TWO "}}]}}"},
    {PLACE_FEED, NEED_VIEW, "Query", NULL, ASK_TABLE(DDB_FEED_SHARD)},
    {PLACE_FEED, NEED_INGEST, "PutItem", NULL,
     "{\"TableName\":\"%s\",\"Item\":" FEED_TWO "," NEVER(DDB_FEED_SHARD) "}"},
};

static const struct {
    unsigned need;
    const char *who;
} who_needs[] = {{NEED_INGEST, "ingest"},
                 {NEED_VIEW, "watch and show"},
                 {NEED_LIST, "list"},
                 {NEED_FORGET, "forget"}};

static const char *needed_by(struct doctor *d, unsigned needs)
{
    struct buf text = {0};
    for (size_t i = 0; i < ARRAY_SIZE(who_needs); i++)
        if (needs & who_needs[i].need)
            buf_printf(&text, "%s%s", text.length ? ", " : "", who_needs[i].who);
    const char *kept = arena_strdup(&d->arena, buf_str(&text));
    buf_free(&text);
    return kept;
}

static unsigned wanted(const struct doctor *d)
{
    return d->options->view_only ? NEED_VIEW : NEED_ALWAYS;
}

static void denied(struct doctor *d, unsigned needs, const char *action, const char *resource,
                   const char *why)
{
    bool matters = needs & wanted(d);
    doctor_add(d, matters ? FINDING_FAILED : FINDING_WARNING, "permission",
               arena_printf(&d->arena, "%s need%s it: the policies are in the README, Permissions",
                            needed_by(d, needs), strchr(needed_by(d, needs), ' ') ? "" : "s"),
               "%s on %s is denied: %s", action, resource, why);
}

/* What is allowed on one resource is told in one finding. */
struct allowed {
    struct buf text;
};

static void add_allowed(struct allowed *allowed, const char *action, const char *index)
{
    buf_printf(&allowed->text, "%s%s", allowed->text.length ? ", " : "", action);
    if (index)
        buf_printf(&allowed->text, " of %s", index);
}

static void probe_table(struct doctor *d, const struct probe *probe, const char *table,
                        struct allowed *allowed)
{
    struct aws_call call = {.operation = probe->operation};
    const char *cut = strstr(probe->body, "%s");
    const char *resource =
        probe->index ? arena_printf(&d->arena, "%s/index/%s", table, probe->index) : table;
    const char *action = arena_printf(&d->arena, "dynamodb:%s", probe->operation);
    buf_add(&call.body, probe->body, (size_t)(cut - probe->body));
    buf_text(&call.body, table);
    buf_text(&call.body, cut + 2);
    bool fine = doctor_ask(d, AWS_DYNAMODB, &call) ||
                strcmp(call.code, "ConditionalCheckFailedException") == 0;
    if (fine)
        add_allowed(allowed, probe->operation, probe->index);
    else if (call.fault == AWS_DENIED)
        denied(d, probe->needs, action, resource, doctor_why(d, &call));
    else if (!strstr(call.code, "ResourceNotFound") && !strstr(call.code, "Validation"))
        doctor_add(d, FINDING_WARNING, "permission", "ask again", "%s on %s could not be asked: %s",
                   action, resource, doctor_why(d, &call));
    aws_call_free(&call);
}

static void tell_allowed(struct doctor *d, struct allowed *allowed, const char *resource)
{
    if (allowed->text.length)
        doctor_add(d, FINDING_OK, "permission", NULL, "%s: %s", resource, buf_str(&allowed->text));
    buf_free(&allowed->text);
}

static void ask_tables(struct doctor *d)
{
    const char *const name[] = {d->table, d->history, d->feed};
    const bool there[] = {d->table_there, d->history_there, d->feed_there};
    for (int place = PLACE_TABLE; place <= PLACE_FEED; place++) {
        struct allowed allowed = {{0}};
        for (size_t i = 0; i < ARRAY_SIZE(probes); i++) {
            bool needed = !d->options->view_only || (probes[i].needs & NEED_VIEW);
            if (probes[i].place == (enum place)place && there[place] && needed)
                probe_table(d, &probes[i], name[place], &allowed);
        }
        tell_allowed(d, &allowed, name[place]);
    }
}

enum { NOT_A_RECEIPT = 0, VISIBILITY_PROBED = 30 };

/* A receipt that nobody was given is refused in the entry, if the call is allowed at all. */
static bool ask_queue(struct doctor *d, const char *operation, bool visibility, const char *url,
                      struct allowed *allowed)
{
    struct aws_call call = {.operation = operation};
    const char *action =
        arena_printf(&d->arena, "sqs:%.*s", (int)(strlen(operation) - strlen("Batch")), operation);
    sqs_batch_open(&call.body, url);
    if (visibility)
        sqs_visibility_entry(&call.body, NOT_A_RECEIPT, "doctor", VISIBILITY_PROBED);
    else
        sqs_delete_entry(&call.body, NOT_A_RECEIPT, "doctor");
    sqs_batch_close(&call.body);
    doctor_ask(d, AWS_SQS, &call);
    bool may = call.fault != AWS_DENIED;
    if (may)
        add_allowed(allowed, action + strlen("sqs:"), NULL);
    else
        denied(d, NEED_INGEST, action, arn_tail(url), doctor_why(d, &call));
    aws_call_free(&call);
    return may;
}

static void ask_source(struct doctor *d)
{
    struct allowed allowed = {{0}};
    bool may = ask_queue(d, "DeleteMessageBatch", false, d->queue_url, &allowed);
    may &= ask_queue(d, "ChangeMessageVisibilityBatch", true, d->queue_url, &allowed);
    if (may)
        add_allowed(&allowed, "ReceiveMessage by inference (asking hides messages)", NULL);
    tell_allowed(d, &allowed, arn_tail(d->queue_url));
}

void doctor_permissions(struct doctor *d)
{
    if (d->table)
        ask_tables(d);
    if (d->queue_there)
        ask_source(d);
}
