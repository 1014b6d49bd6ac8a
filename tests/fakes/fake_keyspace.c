#include "fakes/fake_keyspace.h"

#include <stdlib.h>
#include <string.h>

#include "contactwatch/hash.h"

struct ddb_item *ddb_item_new(struct av value, const char *key)
{
    struct ddb_item *item = mem_zero(sizeof(*item));
    item->value = value;
    item->size = av_map_size(&value);
    item->key = mem_strdup(key);
    return item;
}

void ddb_item_free(struct ddb_item *item)
{
    av_free(&item->value);
    if (item->older)
        av_free(item->older);
    free(item->older);
    free(item->key);
    free(item);
}

/* Bytes 0 and 1 are written as two, so that the text has no NUL inside. */
void ddb_key_text(struct buf *out, const struct av *value)
{
    buf_text(out, av_type_name(value->type));
    buf_char(out, ':');
    for (size_t i = 0; i < value->length; i++) {
        char c = value->text[i];
        if (c == '\0' || c == '\1') {
            buf_char(out, '\1');
            c = (char)(c + 1);
        }
        buf_char(out, c);
    }
}

char *ddb_item_key(const struct keyspace *space, const struct av *map)
{
    struct buf text = {0};
    const struct av *range = space->range ? av_get(map, space->range) : NULL;
    ddb_key_text(&text, av_get(map, space->hash));
    if (range) {
        buf_char(&text, '\n');
        ddb_key_text(&text, range);
    }
    return buf_take(&text);
}

struct ddb_partition *keyspace_partition(const struct keyspace *space, const struct av *hash)
{
    struct buf text = {0};
    ddb_key_text(&text, hash);
    struct ddb_partition *partition = map_get(&space->partitions, text.data);
    buf_free(&text);
    return partition;
}

static int order_of(const struct keyspace *space, const struct ddb_item *item,
                    const struct av *range, const char *key)
{
    int order = 0;
    const struct av *own = space->range ? av_get(&item->value, space->range) : NULL;
    if (own && range)
        av_order(own, range, &order);
    return order || !key ? order : strcmp(item->key, key);
}

size_t partition_place(const struct keyspace *space, const struct ddb_partition *partition,
                       const struct av *range, const char *key, bool *found)
{
    size_t low = 0, high = partition->count;
    *found = false;
    if (high && order_of(space, partition->item[high - 1], range, key) < 0)
        return high; /* most come in order */
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = order_of(space, partition->item[middle], range, key);
        if (order < 0) {
            low = middle + 1;
        } else {
            *found = *found || order == 0;
            high = middle;
        }
    }
    return low;
}

static const struct av *range_of(const struct keyspace *space, const struct av *map)
{
    return space->range ? av_get(map, space->range) : NULL;
}

struct ddb_item *keyspace_find(const struct keyspace *space, const struct av *map, const char *key)
{
    const struct ddb_partition *partition = keyspace_partition(space, av_get(map, space->hash));
    bool found = false;
    size_t place =
        partition ? partition_place(space, partition, range_of(space, map), key, &found) : 0;
    return found ? partition->item[place] : NULL;
}

static struct ddb_partition *partition_for(struct keyspace *space, const struct av *hash)
{
    struct ddb_partition *partition = keyspace_partition(space, hash);
    if (partition)
        return partition;
    struct buf text = {0};
    ddb_key_text(&text, hash);
    partition = mem_zero(sizeof(*partition));
    partition->hash = hash_text(text.data);
    partition->hash_text = buf_take(&text);
    map_set(&space->partitions, partition->hash_text, partition);
    space->in_order = false;
    return partition;
}

void keyspace_put(struct keyspace *space, struct ddb_item *item)
{
    struct ddb_partition *p = partition_for(space, av_get(&item->value, space->hash));
    bool found;
    size_t place = partition_place(space, p, range_of(space, &item->value), item->key, &found);
    if (found) {
        ddb_item_free(p->item[place]);
        p->item[place] = item;
        return;
    }
    mem_grow(p->item, p->count, p->capacity);
    memmove(&p->item[place + 1], &p->item[place], (p->count - place) * sizeof(struct ddb_item *));
    p->item[place] = item;
    p->count++;
    space->items++;
}

static void partition_free(void *context)
{
    struct ddb_partition *partition = context;
    for (size_t i = 0; i < partition->count; i++)
        ddb_item_free(partition->item[i]);
    free(partition->item);
    free(partition->hash_text);
    free(partition);
}

void keyspace_remove(struct keyspace *space, const struct av *map, const char *key)
{
    struct ddb_partition *p = keyspace_partition(space, av_get(map, space->hash));
    bool found = false;
    size_t place = p ? partition_place(space, p, range_of(space, map), key, &found) : 0;
    if (!found)
        return;
    ddb_item_free(p->item[place]);
    p->count--;
    memmove(&p->item[place], &p->item[place + 1], (p->count - place) * sizeof(struct ddb_item *));
    space->items--;
    if (!p->count) {
        map_remove(&space->partitions, p->hash_text);
        partition_free(p);
        space->in_order = false;
    }
}

static int by_hash(const void *a, const void *b)
{
    const struct ddb_partition *x = *(struct ddb_partition *const *)a;
    const struct ddb_partition *y = *(struct ddb_partition *const *)b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return strcmp(x->hash_text, y->hash_text);
}

struct ddb_partition **keyspace_ordered(struct keyspace *space, size_t *count)
{
    struct map_slot *slot;
    size_t n = 0;
    *count = space->partitions.count;
    if (space->in_order)
        return space->ordered;
    space->ordered = mem_realloc(space->ordered, (*count + 1) * sizeof(struct ddb_partition *));
    for (size_t i = 0; (slot = map_next(&space->partitions, &i));)
        space->ordered[n++] = slot->value;
    qsort(space->ordered, n, sizeof(struct ddb_partition *), by_hash);
    space->in_order = true;
    return space->ordered;
}

void keyspace_free(struct keyspace *space)
{
    map_free(&space->partitions, partition_free);
    free(space->ordered);
    free(space->hash);
    free(space->range);
}
