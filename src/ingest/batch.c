/* A batch: the events of some messages grouped by contact, on their way to the writers. */
#include <stdlib.h>
#include <string.h>

#include "ingest/ingest_internal.h"

struct batch *ingest_batch_get(struct ingest *ingest)
{
    void *spare;
    return queue_pop_many(ingest->spare, &spare, 1) ? spare : mem_zero(sizeof(struct batch));
}

static void empty(struct batch *batch)
{
    grouping_empty(&batch->grouping);
    memset(batch->shard, 0, sizeof(batch->shard));
    batch->parcel = NULL;
    batch->parcels = batch->weight = batch->counted = 0;
    atomic_store(&batch->failed, false);
}

void ingest_batch_free(void *item)
{
    struct batch *batch = item;
    grouping_free(&batch->grouping);
    free(batch);
}

void ingest_batch_add_parcel(struct batch *batch, struct parcel *parcel)
{
    parcel->next = batch->parcel;
    batch->parcel = parcel;
    batch->parcels++;
}

/* Refused records must be safe on disk before anything of the batch can be settled. */
static void secure_refused(struct ingest *ingest, struct batch *batch)
{
    struct err err = {0};
    if (!batch->grouping.refusals)
        return;
    if (quarantine_write(&ingest->quarantine, &batch->grouping.refused, &err)) {
        metrics_add(&ingest->metrics, METRIC_QUARANTINED, batch->grouping.refusals);
        return;
    }
    ingest_failed(ingest, err.text);
    for (struct parcel *parcel = batch->parcel; parcel; parcel = parcel->next)
        parcel->failed |= parcel->refused;
}

static void spread(struct ingest *ingest, struct batch *batch)
{
    unsigned writers = ingest->options.writers;
    struct grouping *grouping = &batch->grouping;
    struct group *group;
    for (size_t i = 0; (group = grouping_next(grouping, &i));) {
        metrics_add(&ingest->metrics, METRIC_DUPLICATES, group_sort(group));
        struct shard *shard = &batch->shard[(group->hash >> 32) % writers];
        if (!shard->change)
            shard->change =
                arena_alloc(&grouping->arena, grouping->groups * sizeof(*shard->change));
        shard->change[shard->count++] =
            (struct store_change){.delta = &group->delta, .entries = &group->entries};
    }
}

/* Agents are the first writer's. */
static bool concerns(const struct batch *batch, unsigned writer)
{
    return batch->shard[writer].count || (writer == 0 && batch->grouping.agents.count);
}

void ingest_batch_dispatch(struct ingest *ingest, struct batch *batch)
{
    unsigned writers = ingest->options.writers, used = 1;
    secure_refused(ingest, batch);
    spread(ingest, batch);
    for (unsigned i = 0; i < writers; i++)
        used += concerns(batch, i);
    /* One share is this thread's own, so the batch cannot go back while it is still being handed
     * out. */
    atomic_store(&batch->shards_left, used);
    for (unsigned i = 0; i < writers; i++)
        if (concerns(batch, i))
            queue_push(ingest->writer[i].queue, batch);
    ingest_batch_shard_done(ingest, batch);
}

void ingest_batch_shard_done(struct ingest *ingest, struct batch *batch)
{
    if (atomic_fetch_sub(&batch->shards_left, 1) != 1)
        return;
    bool failed = atomic_load(&batch->failed);
    atomic_fetch_sub(&ingest->metrics.in_flight_bytes, (int64_t)batch->counted);
    for (struct parcel *parcel = batch->parcel, *next; parcel; parcel = next) {
        next = parcel->next; /* the receiver frees it */
        parcel->failed |= failed;
        queue_push(ingest->settled, parcel);
    }
    empty(batch);
    if (!queue_try_push(ingest->spare, batch))
        ingest_batch_free(batch);
}
