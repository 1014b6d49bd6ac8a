/*
 * New entries into the history table: pieces of all contacts of a flush, 25 to a request, what
 * comes back unprocessed again behind a growing pause. A piece's key is fixed when it is packed, so
 * a repeated request writes the same item.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/dynamodb_apply_internal.h"

enum {
    BATCH_MAX = 25,
    BATCH_BYTES_MAX = 3 << 20, /* of gzip: far below the service's 16 MB */
    TRIES_MAX = 8,
    PAUSE_MS = 50,
    PAUSE_MAX_MS = 2000
};

struct put {
    struct ddb_job *job;
    const struct ddb_piece *piece;
    char written[48]; /* key */
    int64_t expires;  /* s */
};

struct puts {
    struct put *put;
    size_t first, count; /* of a batch */
    struct buf again;    /* RequestItems that were not processed */
    unsigned tries;
    int64_t due_ns;
};

struct writer {
    struct ddb_apply *apply;
    struct put *put;
    size_t count, capacity;
    struct puts *waiting; /* batches to be sent */
    size_t batches, room;
};

static const char *id_of(const struct ddb_job *job)
{
    return job->change->delta->contact_id;
}

static void add_batch(struct writer *w, const struct puts *batch)
{
    mem_grow(w->waiting, w->batches, w->room);
    w->waiting[w->batches++] = *batch;
}

/* A start that is not known is taken to be now, a channel that is not known to live longest. */
static int64_t expiry(const struct ddb_apply *apply, const struct ddb_job *job)
{
    const struct record *delta = job->change->delta, *known = NULL;
    if (job->prepared)
        known = &job->joined;
    else
        known = ddb_cache_get(apply->store->cache, id_of(job));
    const char *channel = delta->field[FIELD_CHANNEL].value;
    if (!channel && known)
        channel = known->field[FIELD_CHANNEL].value;
    int64_t start = known ? record_started(known) : record_started(delta);
    int64_t end =
        (start != INSTANT_NONE ? start : apply->now) + channel_life(channel ? channel : "TASK");
    if (end < apply->now)
        end = apply->now;
    return (end + apply->store->retention_ms) / SECOND_MS + DDB_HISTORY_SLACK_S;
}

/* Of what is in the pieces, so that the same attempt has the same keys, and another has not. */
static uint64_t name_entries(const char *contact_id, const struct entry *entry, size_t count)
{
    struct hash128 sum = hash_bytes(contact_id, strlen(contact_id));
    uint64_t name;
    for (size_t i = 0; i < count; i++) {
        const char *log_id = entry[i].log_event_id ? entry[i].log_event_id : "";
        const struct hash_part part[] = {{sum.byte, sizeof(sum.byte)},
                                         {entry[i].id.byte, sizeof(entry[i].id.byte)},
                                         {entry[i].body, entry[i].length},
                                         {log_id, strlen(log_id)}};
        sum = hash_parts(part, ARRAY_SIZE(part));
    }
    memcpy(&name, sum.byte, sizeof(name));
    return name;
}

static void plan(struct writer *w, struct ddb_job *job, size_t first, uint64_t name)
{
    int64_t expires = expiry(w->apply, job);
    for (size_t i = first; i < job->pieces.count; i++) {
        const struct ddb_piece *piece = &job->pieces.piece[i];
        name += piece->part == 1;
        mem_grow(w->put, w->count, w->capacity);
        struct put *put = &w->put[w->count++];
        *put = (struct put){.job = job, .piece = piece, .expires = expires};
        int used = snprintf(put->written, sizeof(put->written), "%013lld#%016llx",
                            (long long)w->apply->now, (unsigned long long)name);
        if (piece->parts > 1)
            snprintf(put->written + used, sizeof(put->written) - (size_t)used, "#%03u",
                     piece->part);
    }
}

static void pack(struct ddb_job *job, const struct entry *entry, size_t count)
{
    if (count)
        ddb_chunk_pack(&job->pieces, id_of(job), entry, count);
}

static void plan_job(struct writer *w, struct ddb_job *job)
{
    ddb_pieces_free(&job->pieces);
    pack(job, job->moved.entry, job->moved.count);
    size_t moved = job->pieces.count;
    pack(job, job->entry, job->unwritten);
    job->pieces_left = job->pieces.count;
    uint64_t name = name_entries(id_of(job), job->entry, job->unwritten);
    if (moved)
        name ^= name_entries(id_of(job), job->moved.entry, job->moved.count);
    plan(w, job, 0, name);
}

static void plan_batches(struct writer *w)
{
    struct puts batch = {0};
    size_t bytes = 0;
    for (size_t i = 0; i < w->count; i++) {
        size_t size = w->put[i].piece->bytes.length;
        if (batch.count == BATCH_MAX || (batch.count && bytes + size > BATCH_BYTES_MAX)) {
            add_batch(w, &batch);
            batch = (struct puts){.first = i};
            bytes = 0;
        }
        batch.count++;
        bytes += size;
    }
    if (batch.count)
        add_batch(w, &batch);
}

static void write_put(struct buf *out, const struct put *put)
{
    buf_text(out, "{\"PutRequest\":{\"Item\":{");
    ddb_put_text(out, DDB_KEY, id_of(put->job));
    ddb_put_text(out, DDB_WRITTEN, put->written);
    ddb_put_bytes(out, DDB_PACKED, put->piece->bytes.data, put->piece->bytes.length);
    if (put->piece->parts > 1) {
        ddb_put_number(out, DDB_PART, put->piece->part);
        ddb_put_number(out, DDB_PARTS, put->piece->parts);
    }
    ddb_put_number(out, DDB_EXPIRY, put->expires);
    buf_text(out, "}}}");
}

static void write_batch(const struct writer *w, const struct puts *batch, struct buf *body)
{
    buf_text(body, "{\"RequestItems\":");
    if (batch->again.length) {
        buf_add(body, batch->again.data, batch->again.length);
    } else {
        buf_printf(body, "{\"%s\":[", w->apply->store->history);
        for (size_t i = 0; i < batch->count; i++) {
            if (i)
                buf_char(body, ',');
            write_put(body, &w->put[batch->first + i]);
        }
        buf_text(body, "]}");
    }
    buf_char(body, '}');
}

static bool next(void *context, struct aws_call *call, int *wait_ms)
{
    struct writer *w = context;
    /* When nobody waits any more, all of it is due. */
    bool hurried = ddb_left_ms(w->apply->store) == 0;
    int64_t now = hurried ? INT64_MAX : w->batches ? monotonic_ns() : 0;
    for (size_t i = w->batches; i-- > 0;) {
        int64_t left = w->waiting[i].due_ns ? (w->waiting[i].due_ns - now) / 1000000 + 1 : 0;
        if (w->waiting[i].due_ns <= now) {
            struct puts *batch = mem_alloc(sizeof(*batch));
            *batch = w->waiting[i];
            w->waiting[i] = w->waiting[--w->batches];
            write_batch(w, batch, &call->body);
            call->operation = "BatchWriteItem";
            call->owner = batch;
            return true;
        }
        if (*wait_ms < 0 || left < *wait_ms)
            *wait_ms = (int)left;
    }
    return false;
}

/* A stage of one of the job's pieces; what is worse stays. */
static void settle(struct ddb_job *job)
{
    if (--job->pieces_left == 0 && job->stage == STAGE_HISTORY)
        job->stage = STAGE_WRITE;
}

static void fail(struct writer *w, const struct puts *batch, const struct aws_call *call)
{
    for (size_t i = 0; i < batch->count; i++) {
        ddb_job_failed(w->apply, w->put[batch->first + i].job, call);
        settle(w->put[batch->first + i].job);
    }
}

/* What came back goes again; the service says so when it throttles a part of a batch. */
static void again(struct writer *w, struct puts *batch, struct ddb_span left)
{
    if (++batch->tries >= TRIES_MAX) {
        for (size_t i = 0; i < batch->count; i++) {
            w->put[batch->first + i].job->stage = STAGE_RETRY;
            settle(w->put[batch->first + i].job);
        }
        err_set(
            &w->apply->retry,
            "store dynamodb:%s: BatchWriteItem: the service throttles %s; it was tried %d times",
            w->apply->store->table, w->apply->store->history, TRIES_MAX);
        return;
    }
    unsigned pause = (unsigned)PAUSE_MS << batch->tries;
    pause = pause < PAUSE_MAX_MS ? pause : PAUSE_MAX_MS;
    batch->due_ns =
        monotonic_ns() +
        (int64_t)(pause / 2 + rng_below(&w->apply->store->rng, pause / 2 + 1)) * 1000000;
    w->apply->store->counts.throttles++;
    buf_clear(&batch->again);
    buf_add(&batch->again, left.text, left.length);
    add_batch(w, batch);
    batch->again = (struct buf){0};
}

/* One item the service refuses must not take the others with it. */
static void split(struct writer *w, const struct puts *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        add_batch(w, &(struct puts){.first = batch->first + i, .count = 1});
}

static void done(void *context, struct aws_call *call)
{
    struct writer *w = context;
    struct puts *batch = call->owner;
    if (call->fault == AWS_FINE) {
        struct ddb_span left = ddb_get(ddb_span_of(&call->response), "UnprocessedItems");
        if (left.length > strlen("{}"))
            again(w, batch, left);
        else
            for (size_t i = 0; i < batch->count; i++)
                settle(w->put[batch->first + i].job);
    } else if (call->fault == AWS_REFUSED && batch->count > 1 &&
               strcmp(call->code, "ValidationException") == 0) {
        split(w, batch);
    } else {
        fail(w, batch, call);
    }
    buf_free(&batch->again);
    free(batch);
}

/* Written, but not yet seen by viewers. */
static void remember(struct ddb_apply *apply, struct ddb_job *job)
{
    for (size_t i = 0; i < job->moved.count; i++)
        ddb_cache_see(apply->store->cache, id_of(job), &job->moved.entry[i], DDB_SETTLED);
    for (size_t i = 0; i < job->unwritten; i++)
        ddb_cache_see(apply->store->cache, id_of(job), &job->entry[i], DDB_IN_HISTORY);
    job->unwritten = 0;
    history_free(&job->moved);
}

void ddb_write_history(struct ddb_apply *apply)
{
    struct writer w = {.apply = apply};
    for (size_t i = 0; i < apply->count; i++)
        if (apply->job[i].stage == STAGE_HISTORY)
            plan_job(&w, &apply->job[i]);
    plan_batches(&w);
    if (w.batches)
        ddb_drive(apply->store, &(struct ddb_drive){&w, next, done});
    for (size_t i = 0; i < apply->count; i++) {
        struct ddb_job *job = &apply->job[i];
        if (!job->pieces.count)
            continue;
        if (job->stage == STAGE_WRITE)
            remember(apply, job);
        ddb_pieces_free(&job->pieces);
    }
    free(w.put);
    free(w.waiting);
}
