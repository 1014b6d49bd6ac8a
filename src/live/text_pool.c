#include "live/text_pool.h"

#include <stdlib.h>
#include <string.h>

#include "contactwatch/hash.h"
#include "contactwatch/mem.h"

/* Linear probing without tombstones: a removal closes the gap, at most half filled. */
static size_t place_of(const struct text_pool *pool, const char *text, uint32_t hash)
{
    size_t mask = pool->capacity - 1;
    size_t i = hash & mask;
    while (pool->slot[i] &&
           (pool->slot[i]->hash != hash || strcmp(pool->slot[i]->bytes, text) != 0))
        i = (i + 1) & mask;
    return i;
}

static void enlarge(struct text_pool *pool)
{
    size_t old = pool->capacity;
    struct text **slot = pool->slot;
    pool->capacity = old ? old * 2 : 1024;
    pool->slot = mem_zero(pool->capacity * sizeof(struct text *));
    for (size_t i = 0; i < old; i++) {
        if (!slot[i])
            continue;
        size_t at = slot[i]->hash & (pool->capacity - 1);
        while (pool->slot[at])
            at = (at + 1) & (pool->capacity - 1);
        pool->slot[at] = slot[i];
    }
    free(slot);
}

struct text *pool_find(const struct text_pool *pool, const char *text)
{
    return pool->capacity ? pool->slot[place_of(pool, text, (uint32_t)hash_text(text))] : NULL;
}

const char *pool_take(struct text_pool *pool, const char *text)
{
    if (!text)
        return NULL;
    if ((pool->count + 1) * 2 > pool->capacity)
        enlarge(pool);
    uint32_t hash = (uint32_t)hash_text(text);
    size_t at = place_of(pool, text, hash);
    struct text *found = pool->slot[at];
    if (!found) {
        size_t length = strlen(text) + 1;
        found = mem_alloc(sizeof(*found) + length);
        *found = (struct text){.hash = hash, .row = NO_ROW, .chain = NO_ROW};
        memcpy(found->bytes, text, length);
        pool->slot[at] = found;
        pool->count++;
        pool->bytes += sizeof(*found) + length;
    }
    found->refs++;
    return found->bytes;
}

static void close_gap(struct text_pool *pool, size_t gap)
{
    size_t mask = pool->capacity - 1;
    for (size_t i = (gap + 1) & mask; pool->slot[i]; i = (i + 1) & mask) {
        size_t home = pool->slot[i]->hash & mask;
        if (((i - home) & mask) >= ((i - gap) & mask)) {
            pool->slot[gap] = pool->slot[i];
            gap = i;
        }
    }
    pool->slot[gap] = NULL;
}

void pool_drop(struct text_pool *pool, const char *text)
{
    if (!text)
        return;
    struct text *entry = text_of(text);
    if (--entry->refs)
        return;
    size_t at = place_of(pool, text, entry->hash);
    pool->count--;
    pool->bytes -= sizeof(*entry) + strlen(text) + 1;
    close_gap(pool, at);
    free(entry);
}

int pool_set(struct text_pool *pool, const char **place, const char *text)
{
    if (*place == text || (*place && text && strcmp(*place, text) == 0))
        return 0;
    const char *old = *place;
    *place = pool_take(pool, text);
    pool_drop(pool, old);
    return 1;
}

void pool_free(struct text_pool *pool)
{
    for (size_t i = 0; i < pool->capacity; i++)
        free(pool->slot[i]);
    free(pool->slot);
    *pool = (struct text_pool){0};
}
