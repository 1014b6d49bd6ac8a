/* A batch: the events of some messages grouped by contact, on their way to the writers. */
#include <stdlib.h>
#include <string.h>

#include "ingest/ingest_internal.h"

enum { FIRST_SLOTS = 1024 };

struct batch *ingest_batch_get(struct ingest *ingest)
{
    void *spare;
    if (queue_pop_many(ingest->spare, &spare, 1))
        return spare;
    struct batch *batch = mem_zero(sizeof(*batch));
    batch->slots = FIRST_SLOTS;
    batch->slot = mem_zero(batch->slots * sizeof(*batch->slot));
    batch->refused.max = QUARANTINE_MAX;
    return batch;
}

static void empty(struct batch *batch)
{
    for (size_t i = 0; i < batch->slots; i++)
        if (batch->slot[i].group)
            record_free(&batch->slot[i].group->delta);
    memset(batch->slot, 0, batch->slots * sizeof(*batch->slot));
    memset(batch->shard, 0, sizeof(batch->shard));
    map_free(&batch->agents, NULL);
    arena_reset(&batch->arena);
    buf_free(&batch->refused);
    batch->parcel = NULL;
    batch->groups = batch->parcels = batch->refusals = batch->weight = batch->counted = 0;
    atomic_store(&batch->failed, false);
}

void ingest_batch_free(void *item)
{
    struct batch *batch = item;
    empty(batch);
    arena_free(&batch->arena);
    free(batch->slot);
    free(batch);
}

static void place(struct batch *batch, struct group *group)
{
    size_t i = group->hash & (batch->slots - 1);
    while (batch->slot[i].group)
        i = (i + 1) & (batch->slots - 1);
    batch->slot[i] = (struct slot){group->hash, group};
}

static void widen(struct batch *batch)
{
    struct slot *old = batch->slot;
    size_t count = batch->slots;
    batch->slots *= 2;
    batch->slot = mem_zero(batch->slots * sizeof(*batch->slot));
    for (size_t i = 0; i < count; i++)
        if (old[i].group)
            place(batch, old[i].group);
    free(old);
}

struct group *ingest_batch_group(struct batch *batch, const char *contact_id, uint64_t hash)
{
    const struct slot *slot;
    for (size_t i = hash & (batch->slots - 1); (slot = &batch->slot[i])->group;
         i = (i + 1) & (batch->slots - 1))
        if (slot->hash == hash && strcmp(slot->group->contact_id, contact_id) == 0)
            return slot->group;
    if ((batch->groups + 1) * 2 > batch->slots)
        widen(batch);
    struct group *group = arena_zero(&batch->arena, sizeof(*group));
    group->contact_id = contact_id;
    group->hash = hash;
    record_init(&group->delta, contact_id);
    place(batch, group);
    batch->groups++;
    return group;
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
    if (!batch->refusals)
        return;
    if (quarantine_write(&ingest->quarantine, &batch->refused, &err)) {
        metrics_add(&ingest->metrics, METRIC_QUARANTINED, batch->refusals);
        return;
    }
    ingest_failed(ingest, err.text);
    for (struct parcel *parcel = batch->parcel; parcel; parcel = parcel->next)
        parcel->failed |= parcel->refused;
}

static void spread(struct ingest *ingest, struct batch *batch)
{
    unsigned writers = ingest->options.writers;
    for (size_t i = 0; i < batch->slots; i++) {
        struct group *group = batch->slot[i].group;
        if (!group)
            continue;
        size_t before = group->entries.count;
        history_sort(&group->entries);
        metrics_add(&ingest->metrics, METRIC_DUPLICATES, before - group->entries.count);
        struct shard *shard = &batch->shard[(group->hash >> 32) % writers];
        if (!shard->change)
            shard->change = arena_alloc(&batch->arena, batch->groups * sizeof(*shard->change));
        shard->change[shard->count++] =
            (struct store_change){.delta = &group->delta, .entries = &group->entries};
    }
}

/* Agents are the first writer's. */
static bool concerns(const struct batch *batch, unsigned writer)
{
    return batch->shard[writer].count || (writer == 0 && batch->agents.count);
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
