/*
 * Items under a hash key and an optional range key: a table, or one of its indexes. The items of
 * one hash key are an array in the order of their range keys.
 */
#ifndef TESTS_FAKE_KEYSPACE_H
#define TESTS_FAKE_KEYSPACE_H

#include "contactwatch/map.h"
#include "fakes/fake_av.h"

struct ddb_item {
    struct av value; /* AV_M */
    size_t size;
    char *key;        /* the table's own key as text: tells items of an index apart */
    struct av *older; /* what it was before the last write; NULL = it was not there */
    int64_t written;
};
void ddb_item_free(struct ddb_item *item);
struct ddb_item *ddb_item_new(struct av value, const char *key); /* takes the value */

struct ddb_partition {
    char *hash_text;
    uint64_t hash;
    struct ddb_item **item;
    size_t count, capacity;
};
struct keyspace {
    char *hash, *range; /* attribute names; range NULL = none */
    enum av_type hash_type, range_type;
    struct map partitions; /* by hash_text */
    struct ddb_partition **ordered;
    bool in_order; /* ordered is up to date */
    size_t items;
};

/* A key value as text that differs when the value does. */
void ddb_key_text(struct buf *out, const struct av *value);
/* The text of the whole key of an item (a map that holds both attributes). */
char *ddb_item_key(const struct keyspace *space, const struct av *map);

struct ddb_partition *keyspace_partition(const struct keyspace *space, const struct av *hash);
/* Where the item of this range key and table key stands, or would stand. */
size_t partition_place(const struct keyspace *space, const struct ddb_partition *partition,
                       const struct av *range, const char *key, bool *found);
/* The item with the key attributes of map; key tells items of an index apart (a table: any). */
struct ddb_item *keyspace_find(const struct keyspace *space, const struct av *map, const char *key);
/* Puts the item in place of one with the same key, which is freed. */
void keyspace_put(struct keyspace *space, struct ddb_item *item);
void keyspace_remove(struct keyspace *space, const struct av *map, const char *key);
/* All partitions in the order of a scan. */
struct ddb_partition **keyspace_ordered(struct keyspace *space, size_t *count);
void keyspace_free(struct keyspace *space);

#endif
