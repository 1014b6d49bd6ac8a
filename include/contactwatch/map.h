/* Hash map from text to a pointer. Keys are copied. Not thread-safe. Average O(1). */
#ifndef CONTACTWATCH_MAP_H
#define CONTACTWATCH_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_slot {
    char *key; /* NULL = never used */
    void *value;
    uint64_t hash;
    bool removed;
};

/* Zero-initialise. */
struct map {
    struct map_slot *slot;
    size_t capacity; /* a power of two */
    size_t count;    /* live keys */
    size_t filled;   /* live and removed slots */
};

void *map_get(const struct map *map, const char *key); /* NULL if absent */
/* returns the value replaced, else NULL */
void *map_set(struct map *map, const char *key, void *value);
/* returns the value removed, else NULL */
void *map_remove(struct map *map, const char *key);
void map_free(struct map *map, void (*release)(void *)); /* release may be NULL */

/* Iteration in no particular order: for (size_t i = 0; (slot = map_next(map, &i));) */
struct map_slot *map_next(const struct map *map, size_t *position);

#endif
