/* Items of the feed's shards in one order. */
#include <stdio.h>
#include <string.h>

#include "store/dynamodb_follow_internal.h"

void merge_open(struct feed_merge *m, const struct dynamodb_store *s,
                char from[DDB_FEED_SHARDS][FEED_KEY_MAX], bool backward)
{
    merge_close(m);
    m->open = true;
    m->missing = false;
    m->backward = backward;
    m->taken = -1;
    for (unsigned i = 0; i < DDB_FEED_SHARDS; i++) {
        char shard[16];
        snprintf(shard, sizeof(shard), "FEED#%u", i);
        ddb_pages_query(&m->pages[i], s->feed, DDB_FEED_SHARD, shard, DDB_WRITTEN, from[i]);
        /* Backward is for what is old; the newest is read again, forward. */
        buf_text(&m->pages[i].request,
                 backward ? ",\"ScanIndexForward\":false" : ",\"ConsistentRead\":true");
    }
}

/* The next item of a shard's page, if it has one. */
static bool advance(struct feed_merge *m, unsigned shard)
{
    arena_reset(&m->arena[shard]);
    do
        m->item[shard] = ddb_pages_item(&m->pages[shard], &m->arena[shard]);
    while (m->item[shard] && !ddb_text(m->item[shard], DDB_WRITTEN));
    return m->item[shard] != NULL;
}

/* Every shard that has more shows its next item, else the order could not be told. */
static bool refill(struct feed_merge *m, struct dynamodb_store *s, struct err *err)
{
    for (;;) {
        struct ddb_pages *ask[DDB_FEED_SHARDS], *failed = NULL;
        size_t count = 0;
        for (unsigned i = 0; i < DDB_FEED_SHARDS; i++)
            if (!m->item[i] && !advance(m, i) && m->pages[i].more)
                ask[count++] = &m->pages[i];
        if (count == 0)
            return true;
        if (!ddb_pages_fetch_each(s, ask, count, &failed, err)) {
            m->missing = failed && ddb_is_missing(&failed->call);
            return false;
        }
    }
}

static bool comes_first(const struct feed_merge *m, const cJSON *a, const cJSON *b)
{
    int order = strcmp(ddb_text(a, DDB_WRITTEN), ddb_text(b, DDB_WRITTEN));
    return m->backward ? order > 0 : order < 0;
}

bool merge_next(struct feed_merge *m, struct dynamodb_store *s, const cJSON **item, unsigned *shard,
                struct err *err)
{
    *item = NULL;
    if (m->taken >= 0)
        m->item[m->taken] = NULL;
    m->taken = -1;
    if (!refill(m, s, err))
        return false;
    for (unsigned i = 0; i < DDB_FEED_SHARDS; i++)
        if (m->item[i] && (!*item || comes_first(m, m->item[i], *item))) {
            *item = m->item[i];
            *shard = i;
        }
    if (*item)
        m->taken = (int)*shard;
    return true;
}

void merge_close(struct feed_merge *m)
{
    ddb_pages_close(m->pages, DDB_FEED_SHARDS);
    for (unsigned i = 0; i < DDB_FEED_SHARDS; i++) {
        arena_free(&m->arena[i]);
        m->item[i] = NULL;
    }
    m->open = false;
    m->taken = -1;
}
