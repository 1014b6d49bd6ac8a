/* Records: conditional writes, many under way; who loses joins with the winner's item and tries
 * again. */
#include <stdlib.h>
#include <string.h>

#include "contactwatch/json.h"
#include "store/dynamodb_apply_internal.h"

enum { TRIES_MAX = 16, TRIES_AT_ONCE = 3, PAUSE_MS = 20, PAUSE_MAX = 500 };

struct records {
    struct ddb_apply *apply;
    size_t fresh; /* jobs from here on were not looked at */
    struct ddb_job **again;
    size_t count, capacity;
};

static const char *id_of(const struct ddb_job *job)
{
    return job->change->delta->contact_id;
}

/* What is stored stays as it is: the join said nothing that counts. */
static void keep_observed(struct ddb_job *job)
{
    job->joined.version = job->version;
    job->joined.updated_at = job->updated_at;
    job->joined.expiry = job->expiry;
    job->joined.last_receipt = job->last_receipt;
}

static void stored(struct ddb_apply *apply, struct ddb_job *job)
{
    ddb_cache_put(apply->store->cache, &job->joined);
    job->stage = STAGE_STORED;
    buf_free(&job->before);
}

static void written(struct ddb_apply *apply, struct ddb_job *job)
{
    job->written = true;
    stored(apply, job);
}

static void build_read(const struct ddb_apply *apply, const struct ddb_job *job,
                       struct aws_call *call)
{
    call->operation = "GetItem";
    buf_printf(&call->body, "{\"TableName\":\"%s\",\"ConsistentRead\":true,\"Key\":{",
               apply->store->table);
    ddb_put_text(&call->body, DDB_KEY, id_of(job));
    buf_text(&call->body, "}}");
}

/* Fills the call, or settles the job without one. */
static bool build(struct ddb_apply *apply, struct ddb_job *job, struct aws_call *call)
{
    if (job->stage == STAGE_READ) {
        build_read(apply, job, call);
        return true;
    }
    if (!job->prepared)
        ddb_join_cached(apply, job);
    call->operation = "UpdateItem";
    if (ddb_update_build(apply, job, &call->body) == UPDATE_NEEDED) {
        if (job->lost)
            ddb_cache_contest(apply->store->cache, id_of(job), apply->now + DDB_CONTEST_MS);
        return true;
    }
    keep_observed(job);
    stored(apply, job);
    return false;
}

static struct ddb_job *take_again(struct records *r, int *wait_ms)
{
    int64_t now = r->count ? monotonic_ns() : 0;
    for (size_t i = 0; i < r->count; i++) {
        struct ddb_job *job = r->again[i];
        int64_t left = job->due_ns ? (job->due_ns - now) / 1000000 + 1 : 0;
        if (job->due_ns <= now) {
            r->again[i] = r->again[--r->count];
            return job;
        }
        if (*wait_ms < 0 || left < *wait_ms)
            *wait_ms = (int)left;
    }
    return NULL;
}

static struct ddb_job *take_fresh(struct records *r)
{
    while (r->fresh < r->apply->count) {
        struct ddb_job *job = &r->apply->job[r->fresh++];
        if (job->stage == STAGE_WRITE || job->stage == STAGE_READ)
            return job;
    }
    return NULL;
}

static bool next(void *context, struct aws_call *call, int *wait_ms)
{
    struct records *r = context;
    struct ddb_job *job;
    while ((job = take_again(r, wait_ms)) || (job = take_fresh(r)))
        if (build(r->apply, job, call)) {
            call->owner = job;
            return true;
        }
    return false;
}

/* Again at once; behind some tries with growing random pauses. */
static void try_again(struct records *r, struct ddb_job *job)
{
    if (job->tries++ >= TRIES_MAX) {
        job->stage = STAGE_RETRY;
        err_set(&r->apply->retry, "contact %.64s: others write it all the time", id_of(job));
        return;
    }
    job->due_ns = 0;
    if (job->tries > TRIES_AT_ONCE) {
        unsigned most = (unsigned)PAUSE_MS << (job->tries - TRIES_AT_ONCE);
        most = most < PAUSE_MAX ? most : PAUSE_MAX;
        job->due_ns =
            monotonic_ns() + (int64_t)rng_below(&r->apply->store->rng, most + 1) * 1000000;
    }
    mem_grow(r->again, r->count, r->capacity);
    r->again[r->count++] = job;
}

void ddb_job_start_over(struct ddb_apply *apply, struct ddb_job *job)
{
    const struct history *all = job->change->entries;
    ddb_cache_drop(apply->store->cache, id_of(job));
    ddb_join_nothing(apply, job);
    job->stage = STAGE_WRITE;
    if (!job->skipped || !all)
        return;
    job->entry = arena_alloc(&apply->arena, all->count * sizeof(*job->entry));
    memcpy(job->entry, all->entry, all->count * sizeof(*job->entry));
    job->entries = job->unwritten = all->count;
    job->skipped = false;
    job->stage = STAGE_HISTORY;
}

/* The item as it is now, of a failed condition or a read. */
static void rebase(struct records *r, struct ddb_job *job, struct ddb_span item)
{
    struct ddb_apply *apply = r->apply;
    struct err why = {0};
    arena_reset(&apply->item);
    const cJSON *tree = ddb_parse(&apply->item, item, &why);
    if (tree) {
        ddb_join_item(apply, job, tree);
    } else {
        job->stage = STAGE_RETRY;
        err_set(&apply->retry, "contact %.64s: its item cannot be read: %s", id_of(job), why.text);
    }
    if (job->stage == STAGE_WRITE)
        try_again(r, job);
}

static void lost(struct records *r, struct ddb_job *job, const struct aws_call *call)
{
    struct ddb_span item = ddb_get(ddb_span_of(&call->response), "Item");
    job->lost = true;
    if (item.text) {
        rebase(r, job, item);
    } else { /* it is gone, or the service does not give it */
        job->stage = STAGE_READ;
        try_again(r, job);
    }
}

static void was_read(struct records *r, struct ddb_job *job, const struct aws_call *call)
{
    struct ddb_span item = ddb_get(ddb_span_of(&call->response), "Item");
    if (item.text) {
        rebase(r, job, item);
        return;
    }
    ddb_job_start_over(r->apply, job);
    if (job->stage == STAGE_WRITE)
        try_again(r, job);
}

static bool is_code(const struct aws_call *call, const char *code)
{
    return call->fault == AWS_REFUSED && strcmp(call->code, code) == 0;
}

static void done(void *context, struct aws_call *call)
{
    struct records *r = context;
    struct ddb_job *job = call->owner;
    if (call->fault == AWS_FINE && job->stage == STAGE_READ)
        was_read(r, job, call);
    else if (call->fault == AWS_FINE)
        written(r->apply, job);
    else if (is_code(call, "ConditionalCheckFailedException"))
        lost(r, job, call);
    else if (is_code(call, "TransactionConflictException"))
        try_again(r, job);
    else
        ddb_job_failed(r->apply, job, call);
}

void ddb_write_records(struct ddb_apply *apply)
{
    struct records records = {.apply = apply};
    ddb_drive(apply->store, &(struct ddb_drive){&records, next, done});
    free(records.again);
}
