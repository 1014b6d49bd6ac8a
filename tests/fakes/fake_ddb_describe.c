/* What DescribeTable says, and time to live. */
#include <stdlib.h>
#include <string.h>

#include "fakes/fake_ddb.h"

static void write_schema(struct buf *out, const struct keyspace *space)
{
    buf_printf(out, "\"KeySchema\":[{\"AttributeName\":\"%s\",\"KeyType\":\"HASH\"}", space->hash);
    if (space->range)
        buf_printf(out, ",{\"AttributeName\":\"%s\",\"KeyType\":\"RANGE\"}", space->range);
    buf_char(out, ']');
}

/* Each attribute that is a key somewhere, once. */
static void write_definitions(struct buf *out, const struct ddb_table *table)
{
    const char *seen[2 * DDB_INDEXES + 2] = {0};
    size_t count = 0;
    buf_text(out, "\"AttributeDefinitions\":[");
    for (size_t i = 0; i <= table->indexes * 2 + 1; i++) {
        const struct keyspace *space = i < 2 ? &table->space : &table->index[i / 2 - 1].space;
        const char *name = i % 2 ? space->range : space->hash;
        size_t k = 0;
        while (name && k < count && strcmp(seen[k], name) != 0)
            k++;
        if (!name || k < count)
            continue;
        buf_printf(out, "%s{\"AttributeName\":\"%s\",\"AttributeType\":\"%s\"}", count ? "," : "",
                   name, av_type_name(i % 2 ? space->range_type : space->hash_type));
        seen[count++] = name;
    }
    buf_char(out, ']');
}

static size_t bytes_of(struct keyspace *space)
{
    size_t partitions, sum = 0;
    struct ddb_partition **partition = keyspace_ordered(space, &partitions);
    for (size_t p = 0; p < partitions; p++)
        for (size_t i = 0; i < partition[p]->count; i++)
            sum += partition[p]->item[i]->size;
    return sum;
}

static void write_projection(struct buf *out, const struct ddb_index *index)
{
    static const char *const name[] = {"ALL", "KEYS_ONLY", "INCLUDE"};
    buf_printf(out, ",\"Projection\":{\"ProjectionType\":\"%s\"", name[index->projection]);
    for (size_t i = 0; i < index->includes; i++)
        buf_printf(out, "%s\"%s\"", i ? "," : ",\"NonKeyAttributes\":[", index->include[i]);
    buf_text(out, index->includes ? "]}" : "}");
}

static void write_indexes(struct fake_aws *fake, struct ddb_table *table, struct buf *out)
{
    buf_text(out, ",\"GlobalSecondaryIndexes\":[");
    for (size_t i = 0; i < table->indexes; i++) {
        struct ddb_index *index = &table->index[i];
        buf_printf(out, "%s{\"IndexName\":\"%s\",\"IndexStatus\":\"ACTIVE\",", i ? "," : "",
                   index->name);
        write_schema(out, &index->space);
        write_projection(out, index);
        buf_printf(
            out,
            ",\"IndexSizeBytes\":%zu,\"ItemCount\":%zu,\"IndexArn\":\"arn:aws:dynamodb:%s:%s:"
            "table/%s/index/%s\"}",
            bytes_of(&index->space), index->space.items, fake->region, FAKE_ACCOUNT, table->name,
            index->name);
    }
    buf_char(out, ']');
}

void ddb_describe(struct fake_aws *fake, struct ddb_table *table, const char *status,
                  struct buf *out)
{
    ddb_index_settle(fake, table);
    buf_printf(out, "{\"TableName\":\"%s\",\"TableStatus\":\"%s\",\"CreationDateTime\":%.3f,",
               table->name, status, (double)table->created / 1000);
    write_schema(out, &table->space);
    buf_char(out, ',');
    write_definitions(out, table);
    buf_printf(
        out,
        ",\"TableSizeBytes\":%zu,\"ItemCount\":%zu,\"TableArn\":\"arn:aws:dynamodb:%s:%s:table/"
        "%s\",\"BillingModeSummary\":{\"BillingMode\":\"%s\"}",
        bytes_of(&table->space), table->space.items, fake->region, FAKE_ACCOUNT, table->name,
        table->provisioned ? "PROVISIONED" : "PAY_PER_REQUEST");
    buf_text(out,
             ",\"DeletionProtectionEnabled\":false,\"ProvisionedThroughput\":"
             "{\"NumberOfDecreasesToday\":0,\"ReadCapacityUnits\":0,\"WriteCapacityUnits\":0}");
    if (table->indexes)
        write_indexes(fake, table, out);
    buf_char(out, '}');
}

FAKE_HANDLER(fake_ddb_update_ttl)
{
    struct ddb_table *table = ddb_table_asked(fake, request, request->json, reply);
    const struct jv *wanted = jv_get(request->json, "TimeToLiveSpecification");
    const char *attribute = jv_text(wanted, "AttributeName");
    bool enabled = jv_true(wanted, "Enabled");
    int64_t now = fake_now(fake);
    if (!table)
        return;
    if (!attribute) {
        ddb_invalid(request, reply, "TimeToLiveSpecification is required");
    } else if (enabled == (table->ttl != NULL)) {
        ddb_invalid(request, reply, "TimeToLive is already %s", enabled ? "enabled" : "disabled");
    } else if (table->ttl_changed && now - table->ttl_changed < HOUR_MS) {
        ddb_invalid(request, reply,
                    "Time to live has been modified multiple times within a fixed "
                    "interval");
    } else {
        free(table->ttl);
        table->ttl = enabled ? mem_strdup(attribute) : NULL;
        table->ttl_changed = now;
        buf_printf(&reply->body,
                   "{\"TimeToLiveSpecification\":{\"AttributeName\":\"%s\",\"Enabled\":%s}}",
                   attribute, enabled ? "true" : "false");
    }
}

FAKE_HANDLER(fake_ddb_describe_ttl)
{
    const struct ddb_table *table = ddb_table_asked(fake, request, request->json, reply);
    if (!table)
        return;
    buf_printf(&reply->body, "{\"TimeToLiveDescription\":{\"TimeToLiveStatus\":\"%s\"",
               table->ttl ? "ENABLED" : "DISABLED");
    if (table->ttl)
        buf_printf(&reply->body, ",\"AttributeName\":\"%s\"", table->ttl);
    buf_text(&reply->body, "}}");
}
