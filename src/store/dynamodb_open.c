/* Opening and closing a DynamoDB store. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contactwatch/json.h"
#include "store/dynamodb_internal.h"

/* The schema item tells whose tables these are. Without one it is a table of the original project,
 * or one that is only read. */
static bool check_schema(struct dynamodb_store *s, struct err *err)
{
    struct aws_call call = {.operation = "GetItem"};
    struct arena arena = {0};
    buf_printf(&call.body, "{\"TableName\":\"%s\",\"ConsistentRead\":true,\"Key\":{", s->table);
    ddb_put_text(&call.body, DDB_KEY, DDB_SCHEMA_KEY);
    buf_text(&call.body, "}}");
    bool good = ddb_run(s, &call, err);
    if (!good && strcmp(call.code, "ValidationException") == 0)
        err_set(err, "store dynamodb:%s: its key is not %s (a text): not a table of contacts",
                s->table, DDB_KEY);
    if (good) {
        const cJSON *item = json_get(ddb_parse(&arena, ddb_span_of(&call.response), NULL), "Item");
        int64_t schema = ddb_number(item, "Schema");
        s->imported = item == NULL;
        if (schema > DDB_SCHEMA)
            good = err_set(err,
                           "store dynamodb:%s: made by a newer contactwatch (schema %lld; this one "
                           "knows %d): update it",
                           s->table, (long long)schema, DDB_SCHEMA);
    }
    arena_free(&arena);
    aws_call_free(&call);
    return good;
}

/* A writer needs all three tables; one of the original project has none beside it. What may not be
 * asked is found out by the first write. *there: both are known to be. */
static bool check_neighbours(struct dynamodb_store *s, bool *there, struct err *err)
{
    const char *const name[] = {s->history, s->feed};
    *there = true;
    for (size_t i = 0; i < ARRAY_SIZE(name); i++) {
        struct aws_call call = {.operation = "DescribeTable"};
        struct err why = {0};
        buf_printf(&call.body, "{\"TableName\":\"%s\"}", name[i]);
        bool good = ddb_run(s, &call, &why);
        bool missing = strcmp(call.code, "ResourceNotFoundException") == 0;
        aws_call_free(&call);
        if (!good && missing)
            return err_set(err,
                           "store dynamodb:%s: there is no table %s beside it; make it by the "
                           "CloudFormation template, or for development by contactwatch init "
                           "--store dynamodb:%s",
                           s->table, name[i], s->table);
        *there &= good;
    }
    return true;
}

/* Tables that the CloudFormation template made have no schema item until the first writer comes. */
static bool make_whole(struct dynamodb_store *s, struct err *err)
{
    struct err ignored = {0};
    bool there;
    if (!s->imported || s->read_only)
        return true;
    if (!check_neighbours(s, &there, err))
        return false;
    s->imported = !there || !ddb_put_schema(s, &ignored);
    return true;
}

static void dynamodb_close(struct store *store)
{
    struct dynamodb_store *s = dynamodb_of(store);
    ddb_feed_close(s);
    ddb_follow_free(s->in);
    ddb_cache_free(s->cache);
    map_free(&s->words, free);
    ddb_pool_free(s->pool);
    if (s->client)
        aws_client_close(s->client);
    free(s->table);
    free(s->history);
    free(s->feed);
    free(s);
}

static const struct store_ops dynamodb_store_ops = {
    .name = "dynamodb",
    .apply = dynamodb_apply,
    .get = dynamodb_get,
    .by_customer = dynamodb_by_customer,
    .by_chain = dynamodb_by_chain,
    .by_chains = dynamodb_by_chains,
    .live = dynamodb_live,
    .changes = dynamodb_changes,
    .all = dynamodb_all,
    .apply_agents = dynamodb_apply_agents,
    .document_put = dynamodb_document_put,
    .document_get = dynamodb_document_get,
    .forget = dynamodb_forget,
    .history = dynamodb_history,
    .expired = dynamodb_expired,
    .remove = dynamodb_remove,
    .quarantine = dynamodb_quarantine,
    .beat = dynamodb_beat,
    .health = dynamodb_health,
    .counts = dynamodb_counts,
    .close = dynamodb_close,
};

static void name_writer(struct dynamodb_store *s, const char *word)
{
    char host[32] = "host";
    if (gethostname(host, sizeof(host)) != 0)
        memcpy(host, "host", sizeof("host"));
    host[sizeof(host) - 1] = '\0';
    if (word && *word)
        snprintf(s->writer, sizeof(s->writer), "%s", word);
    else
        snprintf(s->writer, sizeof(s->writer), "%s-%ld", host, (long)getpid());
    for (char *p = s->writer; *p; p++)
        if (*p == '#' || (unsigned char)*p <= ' ' || *p == '"' || *p == '\\' ||
            (unsigned char)*p > '~')
            *p = '_';
}

struct store *dynamodb_store_open(const char *tables, const struct store_options *options,
                                  struct err *err)
{
    if (!options->aws) {
        err_set(err, "store dynamodb:%.300s: there is no AWS session to ask with", tables);
        return NULL;
    }
    struct dynamodb_store *s = mem_zero(sizeof(*s));
    s->base = (struct store){&dynamodb_store_ops, options->give_up};
    s->read_only = options->read_only;
    s->retention_ms =
        options->retention_ms > 0 ? options->retention_ms : RETENTION_DEFAULT_MIN * MINUTE_MS;
    if (options->clock) {
        s->clock_copy = *options->clock;
        s->clock = &s->clock_copy;
    }
    name_writer(s, options->writer);
    rng_seed(&s->rng, (uint64_t)monotonic_ns() ^ (uint64_t)getpid());
    s->aws = options->aws;
    s->sign = options->sign;
    s->on_demand = options->on_demand;
    s->cache = ddb_cache_new(DDB_CACHE_BYTES);
    if (ddb_table_names(tables, &s->table, &s->history, &s->feed, err) &&
        (s->client = aws_client_open(options->aws, AWS_DYNAMODB, err)) && check_schema(s, err) &&
        make_whole(s, err))
        return &s->base;
    dynamodb_close(&s->base);
    return NULL;
}
