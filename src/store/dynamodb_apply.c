/* A flush: history, records, feed, outcome. A crash anywhere makes messages come again, and the
 * join makes that harmless. */
#include <stdlib.h>
#include <string.h>

#include "store/dynamodb_apply_internal.h"

enum { PASSES_MAX = 8 };

void ddb_job_failed(struct ddb_apply *apply, struct ddb_job *job, const struct aws_call *call)
{
    bool refused = call->fault == AWS_REFUSED &&
                   (strcmp(call->code, "ValidationException") == 0 ||
                    strcmp(call->code, "ItemCollectionSizeLimitExceededException") == 0);
    if (refused)
        err_set(&apply->refused, "contact %.64s: %s: %s", job->change->delta->contact_id,
                call->operation, call->message);
    else
        ddb_call_error(apply->store, call, &apply->retry);
    job->stage = refused ? STAGE_REFUSED : STAGE_RETRY;
}

static void keep_entry(struct ddb_job *job, const struct entry *entry, bool unwritten)
{
    size_t at = job->entries++;
    if (unwritten) { /* those lie in front */
        job->entry[at] = job->entry[job->unwritten];
        at = job->unwritten++;
    }
    job->entry[at] = *entry;
}

/* Which entries are to be written, which only told to the viewers, and how many are new. */
static void choose_entries(struct ddb_apply *apply, struct ddb_job *job)
{
    const struct history *all = job->change->entries;
    size_t count = all ? all->count : 0;
    job->entry = arena_alloc(&apply->arena, (count + 1) * sizeof(*job->entry));
    for (size_t i = 0; i < count; i++) {
        const struct entry *entry = &all->entry[i];
        bool other = false;
        enum ddb_seen seen =
            ddb_cache_seen(apply->store->cache, job->change->delta->contact_id, entry, &other);
        job->forced |= other;
        if (seen == DDB_UNSEEN || seen == DDB_IN_HISTORY || other)
            keep_entry(job, entry, seen == DDB_UNSEEN || other);
        else
            job->skipped = true;
        job->change->fresh += seen != DDB_SETTLED && !other;
    }
    job->stage = job->unwritten ? STAGE_HISTORY : STAGE_WRITE;
}

static bool start_job(struct ddb_apply *apply, struct ddb_job *job)
{
    const struct record *delta = job->change->delta;
    const char *fault = store_change_fault(job->change);
    if (!fault && ddb_reserved_key(delta->contact_id))
        fault = "the contact id is one the store keeps for itself";
    if (!fault) {
        choose_entries(apply, job);
        return true;
    }
    job->stage = STAGE_REFUSED;
    err_set(&apply->refused, "contact %.64s: %s", delta->contact_id ? delta->contact_id : "",
            fault);
    return false;
}

static bool any_in_history(const struct ddb_apply *apply)
{
    for (size_t i = 0; i < apply->count; i++)
        if (apply->job[i].stage == STAGE_HISTORY)
            return true;
    return false;
}

static void write_all(struct ddb_apply *apply)
{
    ddb_write_history(apply);
    ddb_read_contested(apply);
    ddb_write_records(apply);
    for (unsigned pass = 1; pass < PASSES_MAX && any_in_history(apply); pass++) {
        ddb_write_history(apply);
        ddb_write_records(apply);
    }
}

/* Rows for the viewers. What the feed cannot put now it keeps, so each row is given once. */
static bool tell(struct ddb_apply *apply, struct err *err)
{
    struct ddb_row *row = mem_alloc((apply->count + 1) * sizeof(*row));
    struct ddb_cache *cache = apply->store->cache;
    size_t count = 0;
    for (size_t i = 0; i < apply->count; i++) {
        struct ddb_job *job = &apply->job[i];
        if (job->stage != STAGE_STORED || !(job->entries || job->written))
            continue;
        row[count++] = (struct ddb_row){.record = &job->joined,
                                        .contact_id = job->joined.contact_id,
                                        .entry = job->entry,
                                        .entries = job->entries};
        for (size_t k = 0; k < job->entries; k++)
            ddb_cache_see(cache, job->joined.contact_id, &job->entry[k], DDB_IN_FEED);
    }
    bool good = ddb_feed_write(apply->store, row, count, NULL, 0, err);
    free(row);
    return good;
}

static void settle_entries(struct ddb_apply *apply, const struct ddb_job *job)
{
    const struct history *all = job->change->entries;
    for (size_t i = 0; all && i < all->count; i++) {
        bool other = false;
        enum ddb_seen seen =
            ddb_cache_seen(apply->store->cache, job->joined.contact_id, &all->entry[i], &other);
        if (seen == DDB_IN_FEED)
            ddb_cache_see(apply->store->cache, job->joined.contact_id, &all->entry[i], DDB_SETTLED);
    }
}

/* Writes the outcome of each job; how many are stored or refused. */
static size_t finish(struct ddb_apply *apply, bool told)
{
    size_t settled = 0;
    for (size_t i = 0; i < apply->count; i++) {
        struct ddb_job *job = &apply->job[i];
        if (job->stage == STAGE_STORED && told) {
            settle_entries(apply, job);
            job->change->outcome = STORE_STORED;
        } else {
            job->change->outcome = job->stage == STAGE_REFUSED ? STORE_REFUSED : STORE_RETRY;
            job->change->fresh = 0;
        }
        settled += job->change->outcome != STORE_RETRY;
        record_free(&job->joined);
        history_free(&job->moved);
        buf_free(&job->before);
    }
    return settled;
}

static void free_apply(struct ddb_apply *apply)
{
    struct buf *const scratch[] = {&apply->names, &apply->values, &apply->set, &apply->remove,
                                   &apply->after};
    for (size_t i = 0; i < ARRAY_SIZE(scratch); i++)
        buf_free(scratch[i]);
    arena_free(&apply->arena);
    arena_free(&apply->item);
    free(apply->job);
}

/* What is stored must be told as well: the last quarter of the caller's time is the feed's. */
static void write_in_time(struct ddb_apply *apply)
{
    enum { FEED_MS = 1000 };
    struct store *store = &apply->store->base;
    int64_t give_up = store->give_up, left = give_up ? give_up - monotonic_ns() : 0;
    int64_t kept = left / 4 < FEED_MS * INT64_C(1000000) ? left / 4 : FEED_MS * INT64_C(1000000);
    if (left > 0)
        store->give_up = give_up - kept;
    write_all(apply);
    store->give_up = give_up;
}

/* Different contacts only; how many of them are stored or refused. */
static size_t flush(struct dynamodb_store *store, struct store_change **change, size_t count,
                    struct err *retry, struct err *refused)
{
    struct ddb_apply apply = {.store = store, .count = count, .now = ddb_now(store)};
    apply.job = mem_zero((count + 1) * sizeof(*apply.job));
    bool some = false;
    for (size_t i = 0; i < count; i++) {
        apply.job[i].change = change[i];
        some |= start_job(&apply, &apply.job[i]);
    }
    if (some)
        write_in_time(&apply);
    size_t settled = finish(&apply, some ? tell(&apply, &apply.retry) : true);
    if (apply.retry.text[0])
        *retry = apply.retry;
    if (apply.refused.text[0])
        *refused = apply.refused;
    free_apply(&apply);
    return settled;
}

/* A contact may come twice: its second change waits for the next flush. Moves those of the first
 * flush to `now` and gives how many are left. */
static size_t pick_distinct(struct store_change **left, size_t count, struct store_change **now,
                            size_t *picked)
{
    struct map seen = {0};
    size_t kept = 0;
    *picked = 0;
    for (size_t i = 0; i < count; i++) {
        const char *id = left[i]->delta->contact_id;
        bool again = id && map_set(&seen, id, left[i]) != NULL;
        if (again)
            left[kept++] = left[i];
        else
            now[(*picked)++] = left[i];
    }
    map_free(&seen, NULL);
    return kept;
}

bool dynamodb_apply(struct store *store, struct store_change *change, size_t count, struct err *err)
{
    struct dynamodb_store *s = dynamodb_of(store);
    struct store_change **left = mem_alloc((2 * count + 1) * sizeof(struct store_change *)),
                        **now = left + count;
    struct err retry = {0}, refused = {0};
    size_t settled = 0;
    for (size_t i = 0; i < count; i++) {
        change[i].outcome = STORE_RETRY;
        change[i].fresh = 0;
        left[i] = &change[i];
    }
    if (s->read_only)
        err_set(&retry, "store dynamodb:%s: opened with --view-only, nothing is written", s->table);
    for (size_t waiting = s->read_only ? 0 : count, picked; waiting > 0;) {
        waiting = pick_distinct(left, waiting, now, &picked);
        settled += flush(s, now, picked, &retry, &refused);
    }
    free(left);
    if (refused.text[0] || retry.text[0])
        err_set(err, "%s", refused.text[0] ? refused.text : retry.text);
    return count == 0 || settled > 0;
}
