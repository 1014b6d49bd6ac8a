/* A writer's thread: joins its share of each batch into the store, until the store has taken or
 * refused all of it. */
#include <string.h>

#include "contactwatch/log.h"
#include "ingest/ingest_internal.h"

struct tally {
    size_t stored, fresh, duplicates, refused, left;
};

/* Looks at each contact's outcome; those to try again move to the front. */
static struct tally look_at(struct ingest *ingest, struct store_change *change, size_t count,
                            const char *why, struct buf *refused)
{
    struct tally tally = {0};
    for (size_t i = 0; i < count; i++) {
        struct store_change *c = &change[i];
        if (c->outcome == STORE_STORED) {
            tally.stored++;
            tally.fresh += c->fresh;
            tally.duplicates += c->entries->count - c->fresh;
        } else if (c->outcome == STORE_REFUSED) {
            tally.refused += c->entries->count;
            quarantine_entries(refused, clock_now(ingest->options.clock), c->delta->contact_id, why,
                               c->entries);
        } else {
            struct store_change again = *c;
            *c = change[tally.left];
            change[tally.left++] = again;
        }
    }
    return tally;
}

static void count(struct metrics *m, const struct tally *tally)
{
    metrics_add(m, METRIC_BATCHES, 1);
    metrics_add(m, METRIC_CONTACTS_WRITTEN, tally->stored);
    metrics_add(m, METRIC_STORED, tally->fresh);
    metrics_add(m, METRIC_DUPLICATES, tally->duplicates);
    metrics_add(m, METRIC_REFUSED, tally->refused);
}

static bool secure_refused(struct ingest *ingest, const struct buf *lines, size_t entries)
{
    struct err err = {0};
    if (!entries)
        return true;
    if (quarantine_write(&ingest->quarantine, lines, &err)) {
        metrics_add(&ingest->metrics, METRIC_QUARANTINED, entries);
        return true;
    }
    ingest_failed(ingest, err.text);
    return false;
}

/* One attempt: how many contacts are left for another; *ok falls when a refused one could not be
 * kept. */
static size_t attempt(struct writer *w, struct store_change *change, size_t n, struct err *err,
                      bool *ok)
{
    struct buf refused = {.max = QUARANTINE_MAX};
    for (size_t i = 0; i < n; i++) {
        change[i].outcome = STORE_RETRY;
        change[i].fresh = 0;
    }
    step_begin(&w->step);
    step_begin(&w->attempt);
    store_apply(w->store, change, n, err);
    step_end(&w->attempt);
    writer_count(w);
    struct tally tally = look_at(w->ingest, change, n, err->text, &refused);
    count(&w->ingest->metrics, &tally);
    *ok &= secure_refused(w->ingest, &refused, tally.refused);
    buf_free(&refused);
    if (tally.left < n)
        writer_succeeded(w);
    else
        writer_failed(w, err->text);
    if (tally.fresh && w->ingest->options.committed)
        w->ingest->options.committed(w->ingest->options.context);
    return tally.left;
}

/* True when every contact is stored or quarantined; false only when one could not be, or the
 * pipeline stops first. */
static bool write_shard(struct writer *w, struct shard *shard)
{
    bool ok = true;
    int64_t backoff = w->ingest->options.backoff_ms;
    for (size_t left = shard->count; left;) {
        struct err err = {0};
        left = attempt(w, shard->change, left, &err, &ok);
        if (!left)
            break;
        metrics_add(&w->ingest->metrics, METRIC_RETRIES, 1);
        log_warning("the store could not take %zu contacts, trying again in %lld ms: %s", left,
                    (long long)backoff, err.text);
        if (writer_pause(w, backoff)) {
            ingest_failed(w->ingest, err.text);
            return false;
        }
        backoff = backoff * 2 < BACKOFF_LAST_MS ? backoff * 2 : BACKOFF_LAST_MS;
    }
    return ok;
}

static void write_batch(struct writer *w, struct batch *batch)
{
    bool agents = w->number == 0 && batch->grouping.agents.count;
    if (!write_shard(w, &batch->shard[w->number]) || (agents && !ingest_write_agents(w, batch)))
        atomic_store(&batch->failed, true);
    else if (agents && w->ingest->options.committed)
        w->ingest->options.committed(w->ingest->options.context);
    ingest_batch_shard_done(w->ingest, batch);
}

/* Expired contacts leave the store, by one writer of a pipeline. A sweep that fails is tried again
 * at the next. */
static void sweep(struct writer *w)
{
    unsigned removed = 0;
    struct err err = {0};
    if (w->number || !w->store->ops->sweep)
        return;
    if (!w->store->ops->sweep(w->store, &removed, &err))
        log_warning("expired contacts could not be removed: %s", err.text);
    else if (removed)
        log_info("%u expired contacts removed", removed);
}

static const int64_t sweep_every_ns = INT64_C(5) * 60 * 1000 * 1000000;

/* How long a writer sleeps when nothing comes, ms: to its heartbeat, or to the next sweep. */
static int patience(struct writer *w, int64_t swept)
{
    int64_t beat = writer_beat(w), sweep = (swept + sweep_every_ns - monotonic_ns()) / 1000000 + 1;
    int64_t wait = beat >= 0 && beat < sweep ? beat : sweep;
    return wait > 0 ? (int)wait : 0;
}

void *writer_main(void *context)
{
    struct writer *w = context;
    struct batch *batch;
    int64_t swept = monotonic_ns();
    for (;;) {
        step_begin(&w->step);
        int wait = patience(w, swept);
        step_end(&w->step);
        batch = queue_pop(w->queue, wait);
        if (!batch && queue_closed(w->queue) && !(batch = queue_pop(w->queue, 0)))
            break;
        step_begin(&w->step);
        if (batch)
            write_batch(w, batch);
        if (monotonic_ns() - swept < sweep_every_ns)
            continue;
        sweep(w);
        swept = monotonic_ns();
    }
    sweep(w);
    writer_last_beat(w);
    store_close(w->store);
    w->store = NULL;
    step_end(&w->step);
    return NULL;
}
