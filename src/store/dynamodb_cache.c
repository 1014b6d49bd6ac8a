/*
 * What this process knows to be stored, in bounded memory. Records lie packed in nodes of a list by
 * use; entries in a table of fixed size, four slots to a set, the newest first in each.
 */
#include <stdlib.h>
#include <string.h>

#include "store/dynamodb_internal.h"
#include "store/record_pack.h"

enum { WAYS = 4, SETS = DDB_SEEN_SLOTS / WAYS, NODE_OVERHEAD = 128 };

struct node {
    struct node *newer, *older;
    char *contact_id;
    char *packed; /* NULL: only contested */
    size_t length;
    int64_t contested; /* ms: until then; 0 = not */
};

/* key 0 = free. content tells bodies apart. */
struct slot {
    uint64_t key;
    uint32_t content, seen;
};

struct ddb_cache {
    struct map node; /* contact id → node */
    struct node *newest, *oldest;
    size_t bytes, most;
    struct record_view view;
    struct buf packed;
    struct slot *slot;
};

struct ddb_cache *ddb_cache_new(size_t bytes)
{
    struct ddb_cache *cache = mem_zero(sizeof(*cache));
    cache->most = bytes;
    cache->slot = mem_zero((size_t)SETS * WAYS * sizeof(*cache->slot));
    return cache;
}

static void unlink_node(struct ddb_cache *cache, struct node *node)
{
    *(node->newer ? &node->newer->older : &cache->newest) = node->older;
    *(node->older ? &node->older->newer : &cache->oldest) = node->newer;
}

static void link_newest(struct ddb_cache *cache, struct node *node)
{
    node->newer = NULL;
    node->older = cache->newest;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = node;
    cache->newest = node;
}

static size_t size_of(const struct node *node)
{
    return sizeof(*node) + NODE_OVERHEAD + 2 * strlen(node->contact_id) + node->length;
}

static void remove_node(struct ddb_cache *cache, struct node *node)
{
    cache->bytes -= size_of(node);
    map_remove(&cache->node, node->contact_id);
    unlink_node(cache, node);
    free(node->contact_id);
    free(node->packed);
    free(node);
}

void ddb_cache_free(struct ddb_cache *cache)
{
    if (!cache)
        return;
    while (cache->newest)
        remove_node(cache, cache->newest);
    map_free(&cache->node, NULL);
    record_view_free(&cache->view);
    buf_free(&cache->packed);
    free(cache->slot);
    free(cache);
}

static struct node *use_node(struct ddb_cache *cache, const char *contact_id)
{
    struct node *node = map_get(&cache->node, contact_id);
    if (node && node != cache->newest) {
        unlink_node(cache, node);
        link_newest(cache, node);
    }
    return node;
}

static struct node *make_node(struct ddb_cache *cache, const char *contact_id)
{
    struct node *node = use_node(cache, contact_id);
    if (node)
        return node;
    node = mem_zero(sizeof(*node));
    node->contact_id = mem_strdup(contact_id);
    map_set(&cache->node, contact_id, node);
    link_newest(cache, node);
    cache->bytes += size_of(node);
    return node;
}

static void shrink(struct ddb_cache *cache)
{
    while (cache->bytes > cache->most && cache->oldest != cache->newest)
        remove_node(cache, cache->oldest);
}

const struct record *ddb_cache_get(struct ddb_cache *cache, const char *contact_id)
{
    const struct node *node = use_node(cache, contact_id);
    if (!node || !node->packed ||
        !record_view_read(&cache->view, node->contact_id, node->packed, node->length))
        return NULL;
    return &cache->view.record;
}

void ddb_cache_put(struct ddb_cache *cache, const struct record *record)
{
    struct node *node = make_node(cache, record->contact_id);
    buf_clear(&cache->packed);
    record_pack(&cache->packed, record);
    cache->bytes -= node->length;
    node->packed = mem_realloc(node->packed, cache->packed.length);
    memcpy(node->packed, cache->packed.data, cache->packed.length);
    node->length = cache->packed.length;
    cache->bytes += node->length;
    shrink(cache);
}

void ddb_cache_drop(struct ddb_cache *cache, const char *contact_id)
{
    struct node *node = map_get(&cache->node, contact_id);
    if (node)
        remove_node(cache, node);
}

void ddb_cache_forget(struct ddb_cache *cache, const char *contact_id)
{
    ddb_cache_drop(cache, contact_id);
    memset(cache->slot, 0, (size_t)SETS * WAYS * sizeof(*cache->slot));
}

void ddb_cache_contest(struct ddb_cache *cache, const char *contact_id, int64_t until)
{
    make_node(cache, contact_id)->contested = until;
    shrink(cache);
}

bool ddb_cache_contested(struct ddb_cache *cache, const char *contact_id, int64_t now)
{
    const struct node *node = map_get(&cache->node, contact_id);
    return node && node->contested > now;
}

size_t ddb_cache_bytes(const struct ddb_cache *cache)
{
    return cache->bytes;
}

static uint64_t low_bytes(const struct hash128 *hash)
{
    uint64_t value;
    memcpy(&value, hash->byte, sizeof(value));
    return value;
}

/* Of the contact and the entry's identity; never 0. */
static uint64_t key_of(const char *contact_id, const struct entry *entry)
{
    const struct hash_part part[] = {{contact_id, strlen(contact_id)},
                                     {entry->id.byte, sizeof(entry->id.byte)}};
    struct hash128 hash = hash_parts(part, ARRAY_SIZE(part));
    return low_bytes(&hash) | 1;
}

static uint32_t content_of(const struct entry *entry)
{
    const char *log_id = entry->log_event_id ? entry->log_event_id : "";
    const struct hash_part part[] = {{entry->body, entry->length}, {log_id, strlen(log_id)}};
    struct hash128 hash = hash_parts(part, ARRAY_SIZE(part));
    return (uint32_t)low_bytes(&hash);
}

/* The slot of a key, moved to the front of its set; a new one displaces the set's oldest. */
static struct slot *find(struct ddb_cache *cache, uint64_t key, bool make)
{
    struct slot *set = &cache->slot[(key >> 1) % SETS * WAYS];
    size_t at = 0;
    while (at < WAYS && set[at].key != key)
        at++;
    if (at == WAYS && !make)
        return NULL;
    struct slot found = at < WAYS ? set[at] : (struct slot){.key = key};
    for (at = at < WAYS ? at : WAYS - 1; at > 0; at--)
        set[at] = set[at - 1];
    set[0] = found;
    return set;
}

enum ddb_seen ddb_cache_seen(struct ddb_cache *cache, const char *contact_id,
                             const struct entry *entry, bool *other)
{
    const struct slot *slot = find(cache, key_of(contact_id, entry), false);
    if (!slot)
        return DDB_UNSEEN;
    *other = slot->content != content_of(entry);
    return (enum ddb_seen)slot->seen;
}

void ddb_cache_see(struct ddb_cache *cache, const char *contact_id, const struct entry *entry,
                   enum ddb_seen seen)
{
    struct slot *slot = find(cache, key_of(contact_id, entry), true);
    slot->content = content_of(entry);
    slot->seen = seen;
}
