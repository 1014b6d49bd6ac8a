/* What is stored of a contact, and its join with what is new. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/json.h"
#include "event/decode_internal.h"
#include "store/dynamodb_apply_internal.h"

enum { INDEX_KEY_MAX = 2048 }; /* bytes the service takes as an index's key */

/* A register that is an index's key, or a part of one, is cut at a character. */
static void limit_key(struct reg *reg)
{
    if (!reg->value || strnlen(reg->value, INDEX_KEY_MAX + 1) <= INDEX_KEY_MAX)
        return;
    size_t length = INDEX_KEY_MAX;
    while (length > 0 && ((unsigned char)reg->value[length] & 0xC0) == 0x80)
        length--;
    reg->value[length] = '\0';
}

static void join(struct ddb_apply *apply, struct ddb_job *job, const struct record *stored)
{
    struct record *joined = &job->joined;
    const struct record *delta = job->change->delta;
    record_free(joined);
    if (stored)
        record_copy(joined, stored);
    else
        record_init(joined, delta->contact_id);
    job->version = joined->version;
    job->updated_at = joined->updated_at;
    job->expiry = joined->expiry;
    job->last_receipt = joined->last_receipt;
    /* What has expired is hidden, and may be gone: it is written to live again. */
    job->forced |= stored && stored->expiry > 0 && stored->expiry <= apply->now / SECOND_MS;
    record_join(joined, delta);
    limit_key(&joined->field[FIELD_CUSTOMER]);
    limit_key(&joined->field[FIELD_INITIAL_ID]);
    if (joined->last_receipt < apply->now)
        joined->last_receipt = apply->now;
    joined->version = job->version + 1;
    joined->updated_at = apply->now > job->updated_at ? apply->now : job->updated_at + 1;
    joined->expiry = record_expiry(joined, apply->store->retention_ms);
    job->exists = stored != NULL;
    job->prepared = true;
}

void ddb_join_nothing(struct ddb_apply *apply, struct ddb_job *job)
{
    buf_clear(&job->before);
    job->live = false;
    job->inline_count = -1;
    join(apply, job, NULL);
}

void ddb_join_cached(struct ddb_apply *apply, struct ddb_job *job)
{
    const struct record *stored =
        ddb_cache_get(apply->store->cache, job->change->delta->contact_id);
    if (!stored) {
        ddb_join_nothing(apply, job);
        return;
    }
    buf_clear(&job->before);
    record_write(&job->before, stored, RECORD_STORED);
    job->live = !(stored->flags & FLAG_ENDED);
    job->inline_count = -1;
    join(apply, job, stored);
}

/* Entries inline are moved to the history before the item is written for the first time. */
static void plan_move(struct ddb_job *job, const cJSON *history)
{
    job->inline_count = cJSON_IsArray(history) ? cJSON_GetArraySize(history) : -1;
    if (job->moved.count)
        job->stage = STAGE_HISTORY;
}

void ddb_join_item(struct ddb_apply *apply, struct ddb_job *job, const cJSON *item)
{
    static const char *const apart[] = {"History", DDB_LIVE, NULL};
    const cJSON *plain = tree_untyped(&apply->item, item);
    const cJSON *history = json_get(plain, "History");
    struct record stored;
    history_free(&job->moved);
    if (!record_read(&stored, &apply->arena, plain, &job->moved, &apply->refused)) {
        job->stage = STAGE_REFUSED;
        return;
    }
    job->stage = STAGE_WRITE;
    buf_clear(&job->before);
    json_canonical(&job->before, plain, apart);
    job->live = json_get(plain, DDB_LIVE) != NULL;
    job->versioned = json_get(plain, "Version") != NULL;
    plan_move(job, history);
    join(apply, job, &stored);
    if (job->version > 0 && !history)
        ddb_cache_put(apply->store->cache, &stored);
    record_free(&stored);
}
