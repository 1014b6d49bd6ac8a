/* The three tables of a DynamoDB store: keys, indexes and what they cost, TTL, billing, schema. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands/doctor.h"
#include "contactwatch/dynamodb.h"
#include "contactwatch/json.h"

struct table_look {
    const char *name, *subject;
    const char *hash, *range; /* as it must be; range NULL = none */
    const cJSON *description;
};

static const char *body_of(struct doctor *d, const char *table)
{
    return arena_printf(&d->arena, "{\"TableName\":\"%s\"}", table);
}

static const char *key_of(const cJSON *described, const char *kind)
{
    const cJSON *keys = json_get(described, "KeySchema");
    for (const cJSON *key = keys ? keys->child : NULL; key; key = key->next) {
        const char *type = json_text(key, "KeyType");
        if (type && strcmp(type, kind) == 0)
            return json_text(key, "AttributeName");
    }
    return NULL;
}

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* How it answered where it is not there, or may not be looked at. */
static void unseen(struct doctor *d, const struct table_look *table, const struct aws_call *call)
{
    bool absent = strstr(call->code, "ResourceNotFound") != NULL;
    const char *todo =
        absent ? arena_printf(&d->arena,
                              "make it with the CloudFormation template, or for development: "
                              "contactwatch init --store %s; or correct --store, --region or the "
                              "account",
                              d->options->store)
               : "allow dynamodb:DescribeTable on it; what follows is looked at without";
    /* A viewer reads a table of the original project as it is, alone. */
    bool needed = absent && (!table->range || !d->options->view_only);
    doctor_add(d, needed ? FINDING_FAILED : FINDING_WARNING, table->subject, todo, "%s: %s",
               table->name, absent ? "there is no such table here" : doctor_why(d, call));
}

static bool look_at_table(struct doctor *d, struct table_look *table)
{
    struct aws_call call = {.operation = "DescribeTable"};
    buf_text(&call.body, body_of(d, table->name));
    if (doctor_ask(d, AWS_DYNAMODB, &call))
        table->description = json_get(doctor_answer(d, &call), "Table");
    bool there = table->description || !strstr(call.code, "ResourceNotFound");
    const char *hash = key_of(table->description, "HASH"),
               *range = key_of(table->description, "RANGE");
    if (!table->description) {
        unseen(d, table, &call);
    } else if (!same(hash, table->hash) || !same(range, table->range)) {
        doctor_add(d, FINDING_FAILED, table->subject, "name another table in --store",
                   "%s: its key is %s%s%s, not %s%s%s", table->name, hash ? hash : "?",
                   range ? " and " : "", range ? range : "", table->hash,
                   table->range ? " and " : "", table->range ? table->range : "");
    } else {
        const char *status = json_text(table->description, "TableStatus");
        const cJSON *items = json_get(table->description, "ItemCount");
        bool active = status && strcmp(status, "ACTIVE") == 0;
        doctor_add(d, active ? FINDING_OK : FINDING_WARNING, table->subject,
                   active ? NULL : "wait until it is ACTIVE", "%s: %s, items: about %.0f",
                   table->name, status ? status : "?",
                   cJSON_IsNumber(items) ? items->valuedouble : 0.0);
    }
    aws_call_free(&call);
    return there;
}

static void look_at_billing(struct doctor *d, const struct table_look *table)
{
    const cJSON *summary = json_get(table->description, "BillingModeSummary");
    const char *mode = json_text(summary, "BillingMode");
    const cJSON *units = json_get(table->description, "ProvisionedThroughput");
    const cJSON *write = json_get(units, "WriteCapacityUnits");
    if (!table->description)
        return;
    if (mode && strcmp(mode, "PAY_PER_REQUEST") == 0) {
        doctor_add(d, FINDING_OK, "billing", NULL, "%s: on demand", table->name);
        return;
    }
    bool told = cJSON_IsNumber(write);
    doctor_add(d, FINDING_WARNING, "billing",
               arena_printf(&d->arena,
                            "contacts come in bursts: aws dynamodb update-table --table-name %s "
                            "--billing-mode PAY_PER_REQUEST, or let it scale",
                            table->name),
               "%s: provisioned%s", table->name,
               told ? arena_printf(&d->arena, ", %.0f write units a second", write->valuedouble)
                    : "");
}

static void look_at_ttl(struct doctor *d, const struct table_look *table)
{
    struct aws_call call = {.operation = "DescribeTimeToLive"};
    buf_text(&call.body, body_of(d, table->name));
    doctor_ask(d, AWS_DYNAMODB, &call);
    const cJSON *ttl = json_get(doctor_answer(d, &call), "TimeToLiveDescription");
    const char *status = json_text(ttl, "TimeToLiveStatus"),
               *attribute = json_text(ttl, "AttributeName");
    bool on = status && (strcmp(status, "ENABLED") == 0 || strcmp(status, "ENABLING") == 0);
    if (call.fault != AWS_FINE)
        doctor_add(d, FINDING_WARNING, "TTL", "allow dynamodb:DescribeTimeToLive to see it",
                   "%s: %s", table->name, doctor_why(d, &call));
    else if (on && same(attribute, DDB_EXPIRY))
        doctor_add(d, FINDING_OK, "TTL", NULL, "%s: on %s", table->name, attribute);
    else
        doctor_add(d, FINDING_FAILED, "TTL",
                   arena_printf(&d->arena,
                                "nothing ever leaves the table: aws dynamodb update-time-to-live "
                                "--table-name %s --time-to-live-specification "
                                "Enabled=true,AttributeName=" DDB_EXPIRY,
                                table->name),
                   "%s: %s%s", table->name, on ? "on another attribute, " : "off",
                   on && attribute ? attribute : "");
    aws_call_free(&call);
}

static const struct index_need {
    const char *name, *hash, *without;
} index_needs[] = {
    {DDB_INDEX_LIVE, DDB_LIVE, "a viewer reads the whole table to find what is live"},
    {DDB_INDEX_CHAIN, "Chain_Root", "the legs of a call are not found together"},
    {DDB_INDEX_CUSTOMER, "Customer_Identifier", "a customer's contacts are not found"},
};

static const cJSON *index_of(const struct table_look *table, const char *name)
{
    const cJSON *list = json_get(table->description, "GlobalSecondaryIndexes");
    for (const cJSON *index = list ? list->child : NULL; index; index = index->next)
        if (same(json_text(index, "IndexName"), name))
            return index;
    return NULL;
}

static void look_at_index(struct doctor *d, const struct table_look *table,
                          const struct index_need *need)
{
    const cJSON *index = index_of(table, need->name);
    const char *projection = json_text(json_get(index, "Projection"), "ProjectionType");
    const char *status = json_text(index, "IndexStatus");
    if (!index)
        doctor_add(d, d->options->view_only ? FINDING_WARNING : FINDING_FAILED, "index",
                   "add it: contactwatch init adds what is missing, as the template does",
                   "%s is missing: %s", need->name, need->without);
    else if (!same(key_of(index, "HASH"), need->hash))
        doctor_add(d, FINDING_FAILED, "index", "delete it and add it anew with contactwatch init",
                   "%s has the key %s, not %s", need->name,
                   key_of(index, "HASH") ? key_of(index, "HASH") : "?", need->hash);
    else if (status && strcmp(status, "ACTIVE") != 0)
        doctor_add(d, FINDING_WARNING, "index", "wait until it is ACTIVE", "%s: %s", need->name,
                   status);
    else if (same(projection, "ALL"))
        doctor_add(d, FINDING_WARNING, "index",
                   "it works as it is; to save the cost, make it anew with INCLUDE of the "
                   "lifecycle fields (contactwatch init makes it so)",
                   "%s holds whole items: each write of a contact is paid twice, flow logs too",
                   need->name);
    else
        doctor_add(d, FINDING_OK, "index", NULL, "%s: %s", need->name,
                   projection ? projection : "?");
}

/* whole: all that a writer needs is there. */
static void look_at_schema(struct doctor *d, bool whole)
{
    struct aws_call call = {.operation = "GetItem"};
    buf_printf(&call.body,
               "{\"TableName\":\"%s\",\"ConsistentRead\":true,\"Key\":{\"" DDB_KEY
               "\":{\"S\":\"" DDB_SCHEMA_KEY "\"}}}",
               d->table);
    bool asked = doctor_ask(d, AWS_DYNAMODB, &call);
    const cJSON *item = json_get(doctor_answer(d, &call), "Item");
    const char *number = json_text(json_get(item, "Schema"), "N");
    int64_t schema = number ? strtoll(number, NULL, 10) : 0;
    d->imported = asked && !item;
    if (schema > DDB_SCHEMA)
        doctor_add(d, FINDING_FAILED, "schema", "update contactwatch",
                   "%" PRId64 ", made by a newer contactwatch; this one knows %d", schema,
                   DDB_SCHEMA);
    else if (item)
        doctor_add(d, FINDING_OK, "schema", NULL, "%" PRId64, schema);
    else if (asked && whole)
        doctor_add(d, FINDING_OK, "schema", NULL, "none yet: the first ingester writes it");
    else if (asked)
        doctor_add(d, FINDING_WARNING, "schema",
                   "a table of the original project is read as it is; before ingest writes to it, "
                   "let contactwatch init add what is missing",
                   "%s has no %s item", d->table, DDB_SCHEMA_KEY);
    aws_call_free(&call);
}

void doctor_tables(struct doctor *d)
{
    struct err err = {""};
    const char *names = d->options->store + strlen("dynamodb:");
    if (!ddb_table_names(names, &d->table, &d->history, &d->feed, &err)) {
        doctor_add(d, FINDING_FAILED, "table", "correct --store", "%s", err.text);
        return;
    }
    if (d->offline)
        return;
    struct table_look look[] = {
        {d->table, "table", DDB_KEY, NULL, NULL},
        {d->history, "history table", DDB_KEY, DDB_WRITTEN, NULL},
        {d->feed, "feed table", DDB_FEED_SHARD, DDB_WRITTEN, NULL},
    };
    bool *const there[] = {&d->table_there, &d->history_there, &d->feed_there};
    for (size_t i = 0; i < ARRAY_SIZE(look); i++) {
        *there[i] = look_at_table(d, &look[i]);
        look_at_billing(d, &look[i]);
        if (*there[i])
            look_at_ttl(d, &look[i]);
    }
    for (size_t i = 0; look[0].description && i < ARRAY_SIZE(index_needs); i++)
        look_at_index(d, &look[0], &index_needs[i]);
    if (d->table_there)
        look_at_schema(d, d->history_there && d->feed_there && index_of(&look[0], DDB_INDEX_LIVE));
}
