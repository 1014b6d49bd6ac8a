/* Tables: made, described, deleted. */
#include "fakes/fake_ddb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fake_ddb *fake_ddb_open(void)
{
    return mem_zero(sizeof(struct fake_ddb));
}

void fake_ddb_close(struct fake_ddb *ddb)
{
    map_free(&ddb->tables, ddb_table_free);
    free(ddb);
}

struct ddb_table *ddb_table_named(struct fake_aws *fake, const char *name)
{
    return map_get(&fake->ddb->tables, name);
}

bool ddb_invalid(const struct fake_request *request, struct fake_reply *reply, const char *format,
                 ...)
{
    char text[800];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return fake_fail(request, reply, 400, "ValidationException", "%s", text);
}

struct ddb_table *ddb_table_asked(struct fake_aws *fake, const struct fake_request *request,
                                  const struct jv *json, struct fake_reply *reply)
{
    const char *name = jv_text(json, "TableName"), *arn = name ? strrchr(name, '/') : NULL;
    struct ddb_table *table = name ? ddb_table_named(fake, arn ? arn + 1 : name) : NULL;
    if (!name)
        ddb_invalid(request, reply,
                    "1 validation error detected: Value null at 'tableName' failed to satisfy "
                    "constraint: Member must not be null");
    else if (!table)
        fake_fail(request, reply, 400, "ResourceNotFoundException", "Requested resource not found");
    return table;
}

void ddb_index_free(struct ddb_index *index)
{
    keyspace_free(&index->space);
    for (size_t k = 0; k < index->includes; k++)
        free(index->include[k]);
    free(index->include);
    free(index->name);
    *index = (struct ddb_index){0};
}

void ddb_table_free(void *context)
{
    struct ddb_table *table = context;
    for (size_t i = 0; i < table->indexes; i++)
        ddb_index_free(&table->index[i]);
    for (size_t i = table->late_first; i < table->lates; i++) {
        free(table->late[i].key);
        av_free(&table->late[i].old);
        av_free(&table->late[i].new);
    }
    free(table->late);
    keyspace_free(&table->space);
    free(table->name);
    free(table->ttl);
    free(table);
}

static bool key_type(const struct jv *definitions, const char *name, enum av_type *out)
{
    for (const struct jv *d = definitions ? definitions->child : NULL; d; d = d->next) {
        const char *attribute = jv_text(d, "AttributeName"), *type = jv_text(d, "AttributeType");
        if (attribute && strcmp(attribute, name) == 0)
            return type && av_type_named(type, out) && *out <= AV_B;
    }
    return false;
}

static bool read_schema(struct keyspace *space, const struct jv *json, const struct jv *definitions)
{
    const struct jv *schema = jv_get(json, "KeySchema");
    for (const struct jv *k = schema ? schema->child : NULL; k; k = k->next) {
        const char *name = jv_text(k, "AttributeName"), *kind = jv_text(k, "KeyType");
        bool hash = kind && strcmp(kind, "HASH") == 0;
        enum av_type type = AV_S;
        if (!name || !kind || !key_type(definitions, name, &type) ||
            (hash ? space->hash : space->range) || (!hash && strcmp(kind, "RANGE") != 0))
            return false;
        *(hash ? &space->hash : &space->range) = mem_strdup(name);
        *(hash ? &space->hash_type : &space->range_type) = type;
    }
    return space->hash != NULL;
}

static bool read_projection(struct ddb_index *index, const struct jv *json)
{
    const struct jv *projection = jv_get(json, "Projection");
    const char *type = jv_text(projection, "ProjectionType");
    const struct jv *names = jv_get(projection, "NonKeyAttributes");
    if (!type)
        return false;
    index->projection = strcmp(type, "KEYS_ONLY") == 0 ? DDB_KEYS_ONLY
                        : strcmp(type, "INCLUDE") == 0 ? DDB_INCLUDE
                                                       : DDB_ALL;
    if ((names != NULL) != (index->projection == DDB_INCLUDE))
        return false;
    index->include = names ? mem_zero((names->count + 1) * sizeof(char *)) : NULL;
    for (const struct jv *n = names ? names->child : NULL; n; n = n->next)
        if (n->type == JV_STRING)
            index->include[index->includes++] = mem_strdup(n->text);
    return true;
}

bool ddb_index_read(struct ddb_table *table, const struct jv *json, const struct jv *definitions)
{
    struct ddb_index *index = &table->index[table->indexes];
    const char *name = jv_text(json, "IndexName");
    if (table->indexes == DDB_INDEXES || !name)
        return false;
    index->name = mem_strdup(name);
    if (read_schema(&index->space, json, definitions) && read_projection(index, json)) {
        table->indexes++;
        return true;
    }
    ddb_index_free(index);
    return false;
}

static bool read_table(struct ddb_table *table, const struct jv *json)
{
    const struct jv *definitions = jv_get(json, "AttributeDefinitions");
    const struct jv *indexes = jv_get(json, "GlobalSecondaryIndexes");
    const char *billing = jv_text(json, "BillingMode");
    table->provisioned = !billing || strcmp(billing, "PAY_PER_REQUEST") != 0;
    if (!read_schema(&table->space, json, definitions))
        return false;
    for (const struct jv *i = indexes ? indexes->child : NULL; i; i = i->next)
        if (!ddb_index_read(table, i, definitions))
            return false;
    return true;
}

FAKE_HANDLER(fake_ddb_create_table)
{
    const char *name = jv_text(request->json, "TableName");
    if (!name || strlen(name) < 3 || strlen(name) > 255) {
        ddb_invalid(request, reply,
                    "TableName must be at least 3 characters long and at most 255 "
                    "characters long");
        return;
    }
    if (ddb_table_named(fake, name)) {
        fake_fail(request, reply, 400, "ResourceInUseException", "Table already exists: %s", name);
        return;
    }
    struct ddb_table *table = mem_zero(sizeof(*table));
    table->name = mem_strdup(name);
    table->created = fake_now(fake);
    if (!read_table(table, request->json)) {
        ddb_table_free(table);
        ddb_invalid(request, reply,
                    "One or more parameter values were invalid: key schema, "
                    "attribute definitions and indexes do not agree");
        return;
    }
    map_set(&fake->ddb->tables, name, table);
    ddb_member(reply, "TableDescription");
    ddb_describe(fake, table, "CREATING", &reply->body);
    buf_char(&reply->body, '}');
}

FAKE_HANDLER(fake_ddb_describe_table)
{
    struct ddb_table *table = ddb_table_asked(fake, request, request->json, reply);
    if (!table)
        return;
    ddb_member(reply, "Table");
    ddb_describe(fake, table, "ACTIVE", &reply->body);
    buf_char(&reply->body, '}');
}

FAKE_HANDLER(fake_ddb_delete_table)
{
    struct ddb_table *table = ddb_table_asked(fake, request, request->json, reply);
    if (!table)
        return;
    ddb_member(reply, "TableDescription");
    ddb_describe(fake, table, "DELETING", &reply->body);
    buf_char(&reply->body, '}');
    map_remove(&fake->ddb->tables, table->name);
    ddb_table_free(table);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

FAKE_HANDLER(fake_ddb_list_tables)
{
    const char *after = jv_text(request->json, "ExclusiveStartTableName");
    size_t limit = (size_t)jv_integer(request->json, "Limit", 100), count = 0, given = 0;
    const char **name = arena_alloc(request->arena, (fake->ddb->tables.count + 1) * sizeof(*name));
    struct map_slot *slot;
    for (size_t i = 0; (slot = map_next(&fake->ddb->tables, &i));)
        name[count++] = slot->key;
    qsort(name, count, sizeof(*name), by_name);
    ddb_member(reply, "TableNames");
    buf_char(&reply->body, '[');
    size_t i = 0;
    for (; i < count && given < limit; i++)
        if (!after || strcmp(name[i], after) > 0)
            buf_printf(&reply->body, "%s\"%s\"", given++ ? "," : "", name[i]);
    buf_char(&reply->body, ']');
    if (i < count) {
        ddb_member(reply, "LastEvaluatedTableName");
        jv_quote_text(&reply->body, name[i - 1]);
    }
    buf_char(&reply->body, '}');
}
