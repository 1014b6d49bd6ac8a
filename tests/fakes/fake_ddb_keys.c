/* What keys and items may be. */
#include <string.h>

#include "fakes/fake_ddb.h"

static bool key_value_valid(const struct fake_request *request, struct fake_reply *reply,
                            const char *name, const struct av *value, enum av_type type, size_t max)
{
    if (value->type != type)
        return ddb_invalid(request, reply,
                           "One or more parameter values were invalid: Type mismatch for key %s "
                           "expected: %s actual: %s",
                           name, av_type_name(type), av_type_name(value->type));
    if (!value->length)
        return ddb_invalid(request, reply,
                           "One or more parameter values are not valid. The AttributeValue for a "
                           "key attribute cannot contain an empty %s value. Key: %s",
                           type == AV_S ? "string" : "binary", name);
    if (value->length > max)
        return ddb_invalid(request, reply,
                           "One or more parameter values were invalid: Size of %s has exceeded the "
                           "maximum size limit of%zu bytes",
                           max == DDB_HASH_MAX ? "hashkey" : "rangekey", max);
    return true;
}

/* The key attributes are there, of the right type, and not empty. */
static bool keys_valid(const struct fake_request *request, struct fake_reply *reply,
                       const struct keyspace *space, const struct av *map, bool item)
{
    for (int i = 0; i < 2; i++) {
        const char *name = i ? space->range : space->hash;
        if (!name)
            continue;
        const struct av *value = av_get(map, name);
        if (!value && item)
            return ddb_invalid(request, reply,
                               "One or more parameter values were invalid: Missing the key %s in "
                               "the item",
                               name);
        if (!value || (!item && value->type != (i ? space->range_type : space->hash_type)))
            return ddb_invalid(request, reply,
                               "The provided key element does not match the schema");
        if (!key_value_valid(request, reply, name, value, i ? space->range_type : space->hash_type,
                             i ? DDB_RANGE_MAX : DDB_HASH_MAX))
            return false;
    }
    return true;
}

static bool read_map(const struct fake_request *request, struct fake_reply *reply,
                     const struct jv *json, struct av *out)
{
    const char *error;
    if (!json)
        return ddb_invalid(request, reply,
                           "1 validation error detected: Value null at 'key' failed "
                           "to satisfy constraint: Member must not be null");
    return av_read_map(out, json, &error) ||
           ddb_invalid(request, reply, "One or more parameter values were invalid: %s", error);
}

bool ddb_read_key(const struct fake_request *request, struct fake_reply *reply,
                  const struct ddb_table *table, const struct jv *json, struct av *out)
{
    if (!read_map(request, reply, json, out))
        return false;
    bool fits = out->count == 1u + (table->space.range != NULL);
    if (!fits)
        ddb_invalid(request, reply, "The provided key element does not match the schema");
    if (fits && keys_valid(request, reply, &table->space, out, false))
        return true;
    av_free(out);
    return false;
}

static bool index_key_valid(const struct fake_request *request, struct fake_reply *reply,
                            const struct ddb_index *index, const char *name, enum av_type type,
                            const struct av *item)
{
    const struct av *value = name ? av_get(item, name) : NULL;
    if (!value)
        return true; /* sparse */
    if (value->type != type)
        return ddb_invalid(request, reply,
                           "One or more parameter values were invalid: Type mismatch for Index Key "
                           "%s Expected: %s Actual: %s IndexName: %s",
                           name, av_type_name(type), av_type_name(value->type), index->name);
    if (!value->length)
        return ddb_invalid(request, reply,
                           "One or more parameter values are not valid. A value specified for a "
                           "secondary index key is not supported. The AttributeValue for a key "
                           "attribute cannot contain an empty string value. IndexName: %s, "
                           "IndexKey: %s",
                           index->name, name);
    return true;
}

bool ddb_item_valid(const struct fake_request *request, struct fake_reply *reply,
                    const struct ddb_table *table, const struct av *item)
{
    if (!keys_valid(request, reply, &table->space, item, true))
        return false;
    for (size_t i = 0; i < table->indexes; i++) {
        const struct ddb_index *index = &table->index[i];
        const struct keyspace *space = &index->space;
        if (!index_key_valid(request, reply, index, space->hash, space->hash_type, item) ||
            !index_key_valid(request, reply, index, space->range, space->range_type, item))
            return false;
    }
    return av_map_size(item) <= DDB_ITEM_MAX ||
           ddb_invalid(request, reply,
                       strcmp(request->operation->name, "UpdateItem") == 0
                           ? "Item size to update has exceeded the maximum allowed size"
                           : "Item size has exceeded the maximum allowed size");
}

bool ddb_read_item(const struct fake_request *request, struct fake_reply *reply,
                   const struct ddb_table *table, const struct jv *json, struct av *out)
{
    if (!read_map(request, reply, json, out))
        return false;
    if (ddb_item_valid(request, reply, table, out))
        return true;
    av_free(out);
    return false;
}
