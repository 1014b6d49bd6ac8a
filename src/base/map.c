/* Open addressing with linear probing; at most three quarters filled. */
#include "contactwatch/map.h"

#include <stdlib.h>
#include <string.h>

#include "contactwatch/hash.h"
#include "contactwatch/mem.h"

static struct map_slot *probe(const struct map *map, const char *key, uint64_t hash)
{
    if (!map->capacity)
        return NULL;
    for (size_t i = hash & (map->capacity - 1);; i = (i + 1) & (map->capacity - 1)) {
        struct map_slot *slot = &map->slot[i];
        if (!slot->key && !slot->removed)
            return NULL;
        if (slot->key && slot->hash == hash && strcmp(slot->key, key) == 0)
            return slot;
    }
}

static struct map_slot *free_slot(struct map *map, uint64_t hash)
{
    size_t i = hash & (map->capacity - 1);
    while (map->slot[i].key)
        i = (i + 1) & (map->capacity - 1);
    return &map->slot[i];
}

static void rehash(struct map *map)
{
    struct map old = *map;
    size_t capacity = 16;
    while (capacity < old.count * 2 + 2)
        capacity *= 2;
    map->slot = mem_zero(capacity * sizeof(*map->slot));
    map->capacity = capacity;
    map->filled = old.count;
    for (size_t i = 0; i < old.capacity; i++)
        if (old.slot[i].key)
            *free_slot(map, old.slot[i].hash) = old.slot[i];
    free(old.slot);
}

void *map_get(const struct map *map, const char *key)
{
    struct map_slot *slot = probe(map, key, hash_text(key));
    return slot ? slot->value : NULL;
}

void *map_set(struct map *map, const char *key, void *value)
{
    uint64_t hash = hash_text(key);
    struct map_slot *slot = probe(map, key, hash);
    if (slot) {
        void *old = slot->value;
        slot->value = value;
        return old;
    }
    if ((map->filled + 1) * 4 > map->capacity * 3)
        rehash(map);
    slot = free_slot(map, hash);
    if (!slot->removed)
        map->filled++;
    *slot = (struct map_slot){mem_strdup(key), value, hash, false};
    map->count++;
    return NULL;
}

void *map_remove(struct map *map, const char *key)
{
    struct map_slot *slot = probe(map, key, hash_text(key));
    if (!slot)
        return NULL;
    void *value = slot->value;
    free(slot->key);
    *slot = (struct map_slot){.removed = true};
    map->count--;
    return value;
}

void map_free(struct map *map, void (*release)(void *))
{
    for (size_t i = 0; i < map->capacity; i++) {
        if (!map->slot[i].key)
            continue;
        if (release)
            release(map->slot[i].value);
        free(map->slot[i].key);
    }
    free(map->slot);
    *map = (struct map){0};
}

struct map_slot *map_next(const struct map *map, size_t *position)
{
    while (*position < map->capacity) {
        struct map_slot *slot = &map->slot[(*position)++];
        if (slot->key)
            return slot;
    }
    return NULL;
}
