/* Scan: all partitions in the order of their hashes, in segments if asked. */
#include <string.h>

#include "contactwatch/hash.h"
#include "fakes/fake_ddb_page.h"

static bool read_segment(struct ddb_page *page, uint64_t *segment, uint64_t *segments)
{
    const struct jv *json = page->request->json;
    int64_t number = jv_integer(json, "Segment", 0), total = jv_integer(json, "TotalSegments", 1);
    *segment = (uint64_t)number;
    *segments = (uint64_t)total;
    return (total >= 1 && number >= 0 && number < total) ||
           ddb_invalid(page->request, page->reply,
                       "The Segment parameter is zero-based and must be less than parameter "
                       "TotalSegments: Segment: %lld is not less than TotalSegments: %lld",
                       (long long)number, (long long)total);
}

/* The first partition not before the one of the start key. */
static size_t first_partition(const struct ddb_page *page, struct ddb_partition **partition,
                              size_t count)
{
    struct buf text = {0};
    ddb_key_text(&text, av_get(&page->start, page->space->hash));
    uint64_t hash = hash_text(text.data);
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct ddb_partition *p = partition[middle];
        if (p->hash < hash || (p->hash == hash && strcmp(p->hash_text, text.data) < 0))
            low = middle + 1;
        else
            high = middle;
    }
    buf_free(&text);
    return low;
}

static void run(struct ddb_page *page, uint64_t segment, uint64_t segments)
{
    size_t count, first = 0, place = 0;
    struct ddb_partition **partition = keyspace_ordered(page->space, &count);
    if (page->start_key) {
        first = first_partition(page, partition, count);
        if (first < count &&
            partition[first] ==
                keyspace_partition(page->space, av_get(&page->start, page->space->hash))) {
            bool found;
            const struct av *range =
                page->space->range ? av_get(&page->start, page->space->range) : NULL;
            place = partition_place(page->space, partition[first], range, page->start_key, &found);
            place += found;
        }
    }
    for (size_t p = first; p < count; p++, place = 0) {
        if (partition[p]->hash % segments != segment)
            continue;
        for (size_t i = place; i < partition[p]->count; i++)
            if (page->full || !ddb_page_visit(page, partition[p]->item[i]))
                return;
    }
}

FAKE_HANDLER(fake_ddb_scan)
{
    struct ddb_page page;
    uint64_t segment, segments;
    if (ddb_page_open(&page, fake, request, reply) && read_segment(&page, &segment, &segments) &&
        ddb_page_all_used(&page)) {
        run(&page, segment, segments);
        ddb_page_answer(&page);
    }
    ddb_page_close(&page);
}
