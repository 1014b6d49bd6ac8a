/* Tables as the tests look at them. */
#include <stdlib.h>
#include <string.h>

#include "fakes/fake_ddb.h"

static struct av key_value(const char *text, enum av_type type)
{
    struct av value = av_string(text);
    value.type = type;
    return value;
}

bool fake_aws_item(struct fake_aws *fake, const char *table_name, const char *hash,
                   const char *range, struct buf *json)
{
    const struct ddb_item *item = NULL;
    fake_lock(fake);
    const struct ddb_table *table = ddb_table_named(fake, table_name);
    if (table && (range != NULL) == (table->space.range != NULL)) {
        struct av key = {.type = AV_M};
        av_set(&key, table->space.hash, key_value(hash, table->space.hash_type));
        if (range)
            av_set(&key, table->space.range, key_value(range, table->space.range_type));
        item = keyspace_find(&table->space, &key, NULL);
        av_free(&key);
    }
    if (item && json)
        av_write_map(json, &item->value);
    fake_unlock(fake);
    return item != NULL;
}

size_t fake_aws_items(struct fake_aws *fake, const char *table_name)
{
    fake_lock(fake);
    const struct ddb_table *table = ddb_table_named(fake, table_name);
    size_t count = table ? table->space.items : 0;
    fake_unlock(fake);
    return count;
}

void fake_aws_staleness(struct fake_aws *fake, int64_t ms)
{
    fake_lock(fake);
    fake->ddb->staleness = ms;
    fake_unlock(fake);
}

static bool expired(const struct ddb_table *table, const struct ddb_item *item, int64_t now)
{
    const struct av *when = av_get(&item->value, table->ttl);
    return when && when->type == AV_N && strtoll(when->text, NULL, 10) < now / 1000;
}

static void expire(struct fake_aws *fake, struct ddb_table *table, struct ddb_item *item)
{
    struct ddb_cost cost = {.table = table}; /* free of charge */
    char *key = mem_strdup(item->key);
    ddb_write(fake, &cost, item, key, (struct av){.type = AV_NULL});
    free(key);
}

size_t fake_aws_expire_items(struct fake_aws *fake, const char *table_name)
{
    size_t removed = 0, partitions;
    fake_lock(fake);
    struct ddb_table *table = ddb_table_named(fake, table_name);
    if (table && table->ttl) {
        struct ddb_partition **ordered = keyspace_ordered(&table->space, &partitions);
        for (size_t p = 0; p < partitions; p++) {
            struct ddb_partition *partition = ordered[p]; /* gone with its last item */
            for (size_t i = partition->count; i > 0; i--) {
                struct ddb_item *item = partition->item[i - 1];
                bool last = partition->count == 1;
                if (!expired(table, item, fake_now(fake)))
                    continue;
                expire(fake, table, item);
                removed++;
                if (last)
                    break;
            }
        }
    }
    fake_unlock(fake);
    return removed;
}

bool fake_ddb_write_items(struct fake_aws *fake, const char *table_name, struct buf *out)
{
    struct ddb_table *table = ddb_table_named(fake, table_name);
    size_t partitions, count = 0;
    if (!table)
        return false;
    struct ddb_partition **partition = keyspace_ordered(&table->space, &partitions);
    buf_char(out, '[');
    for (size_t p = 0; p < partitions; p++)
        for (size_t i = 0; i < partition[p]->count; i++) {
            buf_text(out, count++ ? "," : "");
            av_write_map(out, &partition[p]->item[i]->value);
        }
    buf_char(out, ']');
    return true;
}

void fake_ddb_write_units(struct fake_aws *fake, struct buf *out)
{
    struct map_slot *slot;
    const char *separator = "";
    for (size_t i = 0; (slot = map_next(&fake->ddb->tables, &i));) {
        const struct ddb_table *table = slot->value;
        for (size_t o = 0; o < fake_operation_count; o++) {
            const struct fake_units *u = &table->units[o];
            if (!u->requests)
                continue;
            buf_printf(
                out,
                "%s{\"table\":\"%s\",\"operation\":\"%s\",\"requests\":%llu,\"tableRead\":%.1f,"
                "\"tableWrite\":%.1f,\"indexRead\":%.1f,\"indexWrite\":%.1f,"
                "\"failedConditions\":%llu}",
                separator, table->name, fake_operations[o].name, (unsigned long long)u->requests,
                u->table_read, u->table_write, u->index_read, u->index_write,
                (unsigned long long)u->failed_conditions);
            separator = ",";
        }
    }
}
