/* Capacity units, by the service's rounding rules, counted for each table and operation. */
#include <string.h>

#include "fakes/fake_ddb.h"

double ddb_write_units(size_t size)
{
    size_t units = (size + DDB_WRITE_UNIT - 1) / DDB_WRITE_UNIT;
    return units ? (double)units : 1;
}

double ddb_read_units(size_t size, bool consistent)
{
    size_t units = (size + DDB_READ_UNIT - 1) / DDB_READ_UNIT;
    return (units ? (double)units : 1) * (consistent ? 1 : 0.5);
}

static double index_sum(const struct ddb_cost *cost)
{
    double sum = 0;
    for (size_t i = 0; i < cost->table->indexes; i++)
        sum += cost->index_units[i];
    return sum;
}

static void add(struct fake_units *to, const struct fake_units *more)
{
    to->table_read += more->table_read;
    to->table_write += more->table_write;
    to->index_read += more->index_read;
    to->index_write += more->index_write;
    to->read += more->table_read + more->index_read;
    to->write += more->table_write + more->index_write;
    to->requests += more->requests;
    to->failed_conditions += more->failed_conditions;
}

void ddb_count(const struct fake_request *request, const struct ddb_cost *cost)
{
    double indexes = index_sum(cost);
    struct fake_units used = {
        .table_read = cost->write ? 0 : cost->table_units,
        .table_write = cost->write ? cost->table_units : 0,
        .index_read = cost->write ? 0 : indexes,
        .index_write = cost->write ? indexes : 0,
        .requests = 1,
        .failed_conditions = cost->failed_condition,
    };
    add(&cost->table->units[fake_operation_index(request->operation)], &used);
}

bool ddb_capacity(const struct fake_request *request, const struct ddb_cost *cost, struct buf *out)
{
    const char *wanted = jv_text(request->json, "ReturnConsumedCapacity");
    bool indexes = wanted && strcmp(wanted, "INDEXES") == 0, any = false;
    if (!wanted || (!indexes && strcmp(wanted, "TOTAL") != 0))
        return false;
    buf_printf(out, "{\"TableName\":\"%s\",\"CapacityUnits\":%.1f", cost->table->name,
               cost->table_units + index_sum(cost));
    if (indexes)
        buf_printf(out, ",\"Table\":{\"CapacityUnits\":%.1f}", cost->table_units);
    for (size_t i = 0; indexes && i < cost->table->indexes; i++) {
        if (cost->index_units[i] == 0)
            continue;
        buf_printf(out, "%s\"%s\":{\"CapacityUnits\":%.1f}",
                   any ? "," : ",\"GlobalSecondaryIndexes\":{", cost->table->index[i].name,
                   cost->index_units[i]);
        any = true;
    }
    buf_text(out, any ? "}}" : "}");
    return true;
}

void ddb_member(struct fake_reply *reply, const char *name)
{
    buf_text(&reply->body, reply->body.length ? ",\"" : "{\"");
    buf_text(&reply->body, name);
    buf_text(&reply->body, "\":");
}

void ddb_finish(const struct fake_request *request, struct fake_reply *reply,
                const struct ddb_cost *cost)
{
    struct buf capacity = {0};
    ddb_count(request, cost);
    if (ddb_capacity(request, cost, &capacity)) {
        ddb_member(reply, "ConsumedCapacity");
        buf_add(&reply->body, capacity.data, capacity.length);
    }
    buf_free(&capacity);
    buf_text(&reply->body, reply->body.length ? "}" : "{}");
}

void fake_aws_units(struct fake_aws *fake, const char *table, const char *operation,
                    struct fake_units *out)
{
    struct map_slot *slot;
    *out = (struct fake_units){0};
    fake_lock(fake);
    for (size_t i = 0; (slot = map_next(&fake->ddb->tables, &i));) {
        const struct ddb_table *t = slot->value;
        if (table && strcmp(t->name, table) != 0)
            continue;
        for (size_t o = 0; o < fake_operation_count; o++)
            if (!operation || strcmp(fake_operations[o].name, operation) == 0)
                add(out, &t->units[o]);
    }
    fake_unlock(fake);
}

void fake_aws_units_reset(struct fake_aws *fake)
{
    struct map_slot *slot;
    fake_lock(fake);
    for (size_t i = 0; (slot = map_next(&fake->ddb->tables, &i));) {
        struct ddb_table *table = slot->value;
        memset(table->units, 0, sizeof(table->units));
    }
    fake_unlock(fake);
}
