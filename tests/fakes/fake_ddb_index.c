/* Global secondary indexes: what of an item is in one, and what a change of it costs. */
#include <stdlib.h>
#include <string.h>

#include "fakes/fake_ddb.h"

static bool is_key(const struct keyspace *space, const char *name)
{
    return strcmp(space->hash, name) == 0 || (space->range && strcmp(space->range, name) == 0);
}

bool ddb_projects(const struct ddb_table *table, const struct ddb_index *index, const char *name)
{
    if (index->projection == DDB_ALL || is_key(&index->space, name) || is_key(&table->space, name))
        return true;
    for (size_t i = 0; i < index->includes; i++)
        if (strcmp(index->include[i], name) == 0)
            return true;
    return false;
}

bool ddb_project(const struct ddb_table *table, const struct ddb_index *index,
                 const struct av *item, struct av *out)
{
    const struct keyspace *space = &index->space;
    *out = (struct av){.type = AV_NULL};
    if (!item || !av_get(item, space->hash) || (space->range && !av_get(item, space->range)))
        return false;
    out->type = AV_M;
    for (size_t i = 0; i < item->count; i++)
        if (ddb_projects(table, index, item->member[i].name))
            av_set(out, item->member[i].name, av_copy(&item->member[i].value));
    return true;
}

static bool same_key(const struct keyspace *space, const struct av *a, const struct av *b)
{
    return av_equal(av_get(a, space->hash), av_get(b, space->hash)) &&
           (!space->range || av_equal(av_get(a, space->range), av_get(b, space->range)));
}

static double units_of(const struct keyspace *space, const struct av *old, const struct av *new)
{
    bool was = old->type == AV_M, is = new->type == AV_M;
    if (!was && !is)
        return 0;
    if (!was || !is)
        return ddb_write_units(av_map_size(was ? old : new));
    if (!same_key(space, old, new))
        return ddb_write_units(av_map_size(old)) + ddb_write_units(av_map_size(new));
    if (av_equal(old, new))
        return 0;
    size_t before = av_map_size(old), after = av_map_size(new);
    return ddb_write_units(before > after ? before : after);
}

/* Takes both images. */
static void apply(struct keyspace *space, const char *key, struct av *old, struct av *new)
{
    bool was = old->type == AV_M, is = new->type == AV_M;
    if (was && (!is || !same_key(space, old, new)))
        keyspace_remove(space, old, key);
    if (is)
        keyspace_put(space, ddb_item_new(*new, key));
    av_free(old);
}

static void later(struct fake_aws *fake, struct ddb_table *table, size_t index, const char *key,
                  const struct av *old, const struct av *new)
{
    mem_grow(table->late, table->lates, table->late_capacity);
    table->late[table->lates++] = (struct ddb_late){
        .due = fake_now(fake) + fake->ddb->staleness,
        .index = index,
        .key = mem_strdup(key),
        .old = *old,
        .new = *new,
    };
}

/* Is each projected attribute of one also the other's? */
static bool covers(const struct ddb_table *table, const struct ddb_index *index,
                   const struct av *one, const struct av *other)
{
    for (size_t i = 0; i < one->count; i++) {
        const char *name = one->member[i].name;
        const struct av *value = &one->member[i].value;
        /* values of equal items are mostly in the same places */
        const struct av *same = i < other->count && strcmp(other->member[i].name, name) == 0
                                    ? &other->member[i].value
                                    : av_get(other, name);
        if ((!same || !av_equal(value, same)) && ddb_projects(table, index, name))
            return false;
    }
    return true;
}

/* Nothing of the index changes: most writes leave most indexes alone. */
static bool left_alone(const struct ddb_table *table, const struct ddb_index *index,
                       const struct av *old, const struct av *new)
{
    return old && new &&covers(table, index, old, new) && covers(table, index, new, old);
}

void ddb_index_change(struct fake_aws *fake, struct ddb_table *table, const char *key,
                      const struct av *old, const struct av *new, double cost[DDB_INDEXES])
{
    for (size_t i = 0; i < table->indexes; i++) {
        struct av before, after;
        struct keyspace *space = &table->index[i].space;
        if (left_alone(table, &table->index[i], old, new))
            continue;
        ddb_project(table, &table->index[i], old, &before);
        ddb_project(table, &table->index[i], new, &after);
        double units = units_of(space, &before, &after);
        cost[i] += units;
        if (units == 0) {
            av_free(&before);
            av_free(&after);
        } else if (fake->ddb->staleness || table->lates > table->late_first) {
            later(fake, table, i, key, &before, &after);
        } else {
            apply(space, key, &before, &after);
        }
    }
}

static void settle(struct ddb_table *table, int64_t until)
{
    while (table->late_first < table->lates && table->late[table->late_first].due <= until) {
        struct ddb_late *late = &table->late[table->late_first++];
        apply(&table->index[late->index].space, late->key, &late->old, &late->new);
        free(late->key);
    }
    if (table->late_first == table->lates)
        table->late_first = table->lates = 0;
}

void ddb_index_settle(struct fake_aws *fake, struct ddb_table *table)
{
    settle(table, fake_now(fake));
}

void ddb_index_settle_all(struct ddb_table *table)
{
    settle(table, INT64_MAX);
}
