/* UpdateTable: one index made of what is there already, or one taken away, at once. */
#include <string.h>

#include "fakes/fake_ddb.h"

static bool fits(const struct keyspace *space, const struct av *item)
{
    return av_get(item, space->hash)->type == space->hash_type &&
           (!space->range || av_get(item, space->range)->type == space->range_type);
}

/* Items whose keys are of another type are left out, as by the service. */
static void fill(struct ddb_table *table, size_t at, struct ddb_cost *cost)
{
    struct ddb_index *index = &table->index[at];
    size_t partitions;
    struct ddb_partition **partition = keyspace_ordered(&table->space, &partitions);
    for (size_t p = 0; p < partitions; p++)
        for (size_t i = 0; i < partition[p]->count; i++) {
            const struct ddb_item *item = partition[p]->item[i];
            struct av image;
            if (!ddb_project(table, index, &item->value, &image))
                continue;
            if (fits(&index->space, &image)) {
                cost->index_units[at] += ddb_write_units(av_map_size(&image));
                keyspace_put(&index->space, ddb_item_new(image, item->key));
            } else {
                av_free(&image);
            }
        }
}

static size_t place_of(const struct ddb_table *table, const char *name)
{
    size_t i = 0;
    while (i < table->indexes && (!name || strcmp(table->index[i].name, name) != 0))
        i++;
    return i;
}

static bool create(const struct fake_request *request, struct fake_reply *reply,
                   struct ddb_table *table, const struct jv *json)
{
    struct ddb_cost cost = {.table = table, .write = true};
    if (place_of(table, jv_text(json, "IndexName")) < table->indexes)
        return ddb_invalid(request, reply, "Attempting to create an index which already exists");
    if (!ddb_index_read(table, json, jv_get(request->json, "AttributeDefinitions")))
        return ddb_invalid(request, reply,
                           "One or more parameter values were invalid: key schema, attribute "
                           "definitions and index do not agree");
    fill(table, table->indexes - 1, &cost);
    ddb_count(request, &cost);
    return true;
}

static bool delete (const struct fake_request *request, struct fake_reply *reply,
                    struct ddb_table *table, const struct jv *json)
{
    size_t place = place_of(table, jv_text(json, "IndexName"));
    if (place == table->indexes)
        return fake_fail(request, reply, 400, "ResourceNotFoundException",
                         "Requested resource not found");
    ddb_index_free(&table->index[place]);
    table->indexes--;
    memmove(&table->index[place], &table->index[place + 1],
            (table->indexes - place) * sizeof(table->index[0]));
    table->index[table->indexes] = (struct ddb_index){0};
    return true;
}

FAKE_HANDLER(fake_ddb_update_table)
{
    struct ddb_table *table = ddb_table_asked(fake, request, request->json, reply);
    const struct jv *updates = jv_get(request->json, "GlobalSecondaryIndexUpdates");
    if (!table)
        return;
    if (!updates || !updates->child || updates->child->next) {
        fake_fail(request, reply, 400, "LimitExceededException",
                  "Subscriber limit exceeded: Only 1 online index can be created or deleted "
                  "simultaneously per table");
        return;
    }
    const struct jv *made = jv_get(updates->child, "Create");
    const struct jv *gone = jv_get(updates->child, "Delete");
    ddb_index_settle_all(table);
    if (!(made ? create(request, reply, table, made) : delete (request, reply, table, gone)))
        return;
    ddb_member(reply, "TableDescription");
    ddb_describe(fake, table, "UPDATING", &reply->body);
    buf_char(&reply->body, '}');
}
