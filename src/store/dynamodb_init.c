/* Makes the tables: each step looks first at what is there, so it may be run again at any time. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "contactwatch/dynamodb.h"
#include "contactwatch/json.h"
#include "store/dynamodb_internal.h"

enum { WAIT_MS = 500, WAITS_MAX = 1200 };

/* Of the status table. */
struct index {
    const char *name, *hash, *range; /* range NULL = none */
};
static const struct index indexes[] = {
    {DDB_INDEX_CUSTOMER, "Customer_Identifier", "Started_At"},
    {DDB_INDEX_CHAIN, "Chain_Root", NULL},
    {DDB_INDEX_LIVE, DDB_LIVE, DDB_KEY},
};

/* What the indexes carry besides keys: nothing that a flow log changes, and little enough that an
 * entry of an index is billed as one unit. */
static const char *const lifecycle[] = {"Status",
                                        "Connect_Channel",
                                        "Connect_InitiationMethod",
                                        "Connect_previousContactId",
                                        "Connect_queueInfo",
                                        "Connect_disconnectTimestamp",
                                        "initiationTimestamp",
                                        "Flag_Queued",
                                        "Flag_Connected_To_Agent",
                                        "Flag_Ended"};

struct table {
    const char *name, *hash, *range;
    bool indexed;
};

struct init {
    struct dynamodb_store store; /* names and client */
    void (*say)(void *context, const char *text);
    void *context;
    struct arena arena;
    struct err *err;
};

__attribute__((format(printf, 2, 3))) static void tell(const struct init *init, const char *format,
                                                       ...)
{
    struct buf text = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    if (init->say)
        init->say(init->context, buf_str(&text));
    buf_free(&text);
}

static void put_keys(struct buf *out, const char *hash, const char *range)
{
    buf_printf(out, "\"KeySchema\":[{\"AttributeName\":\"%s\",\"KeyType\":\"HASH\"}", hash);
    if (range)
        buf_printf(out, ",{\"AttributeName\":\"%s\",\"KeyType\":\"RANGE\"}", range);
    buf_char(out, ']');
}

/* A projection must not name the index's own keys. */
static void put_index(struct buf *out, const struct index *index)
{
    buf_printf(out, "{\"IndexName\":\"%s\",", index->name);
    put_keys(out, index->hash, index->range);
    buf_text(out, ",\"Projection\":{\"ProjectionType\":\"INCLUDE\",\"NonKeyAttributes\":[");
    for (size_t i = 0; i < ARRAY_SIZE(lifecycle); i++)
        buf_printf(out, "%s\"%s\"", i ? "," : "", lifecycle[i]);
    buf_text(out, "]}}");
}

static void put_attributes(struct buf *out, const char *const *name, size_t count)
{
    buf_text(out, "\"AttributeDefinitions\":[");
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%s{\"AttributeName\":\"%s\",\"AttributeType\":\"S\"}", i ? "," : "",
                   name[i]);
    buf_char(out, ']');
}

static void put_table(struct buf *out, const struct table *table)
{
    const char *const plain[] = {table->hash, table->range};
    const char *const indexed[] = {DDB_KEY, "Customer_Identifier", "Started_At", "Chain_Root",
                                   DDB_LIVE};
    buf_printf(out, "{\"TableName\":\"%s\",\"BillingMode\":\"PAY_PER_REQUEST\",", table->name);
    put_keys(out, table->hash, table->range);
    buf_char(out, ',');
    if (table->indexed)
        put_attributes(out, indexed, ARRAY_SIZE(indexed));
    else
        put_attributes(out, plain, table->range ? 2 : 1);
    for (size_t i = 0; table->indexed && i < ARRAY_SIZE(indexes); i++) {
        buf_text(out, i ? "," : ",\"GlobalSecondaryIndexes\":[");
        put_index(out, &indexes[i]);
    }
    buf_text(out, table->indexed ? "]}" : "}");
}

/* The description, NULL with *missing risen where there is no such table. */
static const cJSON *describe(struct init *init, const char *name, bool *missing)
{
    struct aws_call call = {.operation = "DescribeTable"};
    *missing = false;
    buf_printf(&call.body, "{\"TableName\":\"%s\"}", name);
    const cJSON *table = NULL;
    if (ddb_run(&init->store, &call, init->err))
        table = json_get(ddb_parse(&init->arena, ddb_span_of(&call.response), init->err), "Table");
    else
        *missing = strcmp(call.code, "ResourceNotFoundException") == 0;
    aws_call_free(&call);
    return table;
}

static bool is_active(const cJSON *table)
{
    const char *status = json_text(table, "TableStatus");
    bool active = status && strcmp(status, "ACTIVE") == 0;
    const cJSON *index = NULL;
    cJSON_ArrayForEach(index, json_get(table, "GlobalSecondaryIndexes"))
    {
        const char *word = json_text(index, "IndexStatus");
        active &= !word || strcmp(word, "ACTIVE") == 0;
    }
    return active;
}

static bool wait_active(struct init *init, const char *name)
{
    const struct timespec pause = {0, WAIT_MS * 1000000L};
    for (unsigned i = 0; i < WAITS_MAX; i++) {
        bool missing;
        const cJSON *table = describe(init, name, &missing);
        if (!table && !missing)
            return false;
        if (is_active(table))
            return true;
        nanosleep(&pause, NULL);
    }
    return err_set(init->err, "table %s does not become active; look at it in the console", name);
}

/* Someone else may have made it at the same moment. */
static bool run(struct init *init, const char *operation, struct buf *body)
{
    struct aws_call call = {.operation = operation, .body = *body};
    *body = (struct buf){0};
    bool good =
        ddb_run(&init->store, &call, init->err) || strcmp(call.code, "ResourceInUseException") == 0;
    aws_call_free(&call);
    return good;
}

static bool has_index(const cJSON *table, const char *name)
{
    const cJSON *index = NULL;
    cJSON_ArrayForEach(index, json_get(table, "GlobalSecondaryIndexes"))
    {
        const char *there = json_text(index, "IndexName");
        if (there && strcmp(there, name) == 0)
            return true;
    }
    return false;
}

/* The service makes one index at a time. */
static bool add_index(struct init *init, const struct table *table, const struct index *index)
{
    const char *const name[] = {index->hash, index->range};
    struct buf body = {0};
    tell(init, "table %s: adding the index %s", table->name, index->name);
    buf_printf(&body, "{\"TableName\":\"%s\",", table->name);
    put_attributes(&body, name, index->range ? 2 : 1);
    buf_text(&body, ",\"GlobalSecondaryIndexUpdates\":[{\"Create\":");
    put_index(&body, index);
    buf_text(&body, "}]}");
    return run(init, "UpdateTable", &body) && wait_active(init, table->name);
}

static bool has_keys(const cJSON *description, const struct table *table)
{
    const cJSON *key = NULL;
    size_t right = 0, count = 0;
    cJSON_ArrayForEach(key, json_get(description, "KeySchema"))
    {
        const char *name = json_text(key, "AttributeName"), *type = json_text(key, "KeyType");
        const char *wanted = type && strcmp(type, "HASH") == 0 ? table->hash : table->range;
        right += name && wanted && strcmp(name, wanted) == 0;
        count++;
    }
    return right == count && count == (table->range ? 2u : 1u);
}

static bool make_table(struct init *init, const struct table *table)
{
    bool missing;
    struct buf body = {0};
    const cJSON *found = describe(init, table->name, &missing);
    if (missing) {
        tell(init, "table %s: making it", table->name);
        put_table(&body, table);
        return run(init, "CreateTable", &body) && wait_active(init, table->name);
    }
    if (!found)
        return false;
    tell(init, "table %s: is there", table->name);
    if (!has_keys(found, table))
        return err_set(init->err, "table %s: its key is not %s%s%s; name another table",
                       table->name, table->hash, table->range ? " and " : "",
                       table->range ? table->range : "");
    if (!wait_active(init, table->name))
        return false;
    for (size_t i = 0; table->indexed && i < ARRAY_SIZE(indexes); i++)
        if (!has_index(found, indexes[i].name) && !add_index(init, table, &indexes[i]))
            return false;
    return true;
}

/* TTL may be changed once an hour only, so it is looked at first. */
static bool set_expiry(struct init *init, const char *name)
{
    struct aws_call call = {.operation = "DescribeTimeToLive"};
    buf_printf(&call.body, "{\"TableName\":\"%s\"}", name);
    bool good = ddb_run(&init->store, &call, init->err);
    struct ddb_span status =
        ddb_get(ddb_get(ddb_span_of(&call.response), "TimeToLiveDescription"), "TimeToLiveStatus");
    bool on = status.length >= strlen("\"ENABL") && memcmp(status.text, "\"ENABL", 6) == 0;
    aws_call_free(&call);
    if (!good || on)
        return good;
    struct buf body = {0};
    tell(init, "table %s: switching on TTL on %s", name, DDB_EXPIRY);
    buf_printf(&body,
               "{\"TableName\":\"%s\",\"TimeToLiveSpecification\":{\"Enabled\":true,"
               "\"AttributeName\":\"%s\"}}",
               name, DDB_EXPIRY);
    return run(init, "UpdateTimeToLive", &body);
}

bool ddb_put_schema(struct dynamodb_store *s, struct err *err)
{
    struct aws_call call = {.operation = "PutItem"};
    buf_printf(&call.body, "{\"TableName\":\"%s\",\"Item\":{", s->table);
    ddb_put_text(&call.body, DDB_KEY, DDB_SCHEMA_KEY);
    ddb_put_number(&call.body, "Schema", DDB_SCHEMA);
    ddb_put_number(&call.body, "Live_Partitions", DDB_LIVE_PARTITIONS);
    ddb_put_number(&call.body, "Feed_Shards", DDB_FEED_SHARDS);
    buf_text(&call.body, "},\"ConditionExpression\":\"attribute_not_exists(" DDB_KEY ")\"}");
    bool good = ddb_run(s, &call, err) || strcmp(call.code, "ConditionalCheckFailedException") == 0;
    aws_call_free(&call);
    return good;
}

static bool make_all(struct init *init)
{
    const struct table table[] = {{init->store.table, DDB_KEY, NULL, true},
                                  {init->store.history, DDB_KEY, DDB_WRITTEN, false},
                                  {init->store.feed, DDB_FEED_SHARD, DDB_WRITTEN, false}};
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        if (!make_table(init, &table[i]) || !set_expiry(init, table[i].name))
            return false;
    return ddb_put_schema(&init->store, init->err);
}

bool dynamodb_init(const char *tables, struct aws_session *session,
                   void (*say)(void *context, const char *text), void *context, struct err *err)
{
    struct err ignored = {0};
    struct init init = {.say = say, .context = context, .err = err ? err : &ignored};
    struct dynamodb_store *s = &init.store;
    s->aws = session;
    bool good = ddb_table_names(tables, &s->table, &s->history, &s->feed, init.err) &&
                (s->client = aws_client_open(session, AWS_DYNAMODB, init.err)) && make_all(&init);
    if (good)
        init.err->text[0] = '\0';
    aws_client_close(s->client);
    arena_free(&init.arena);
    free(s->table);
    free(s->history);
    free(s->feed);
    return good;
}
