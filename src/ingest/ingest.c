/* Starting, stopping and waiting for the pipeline. */
#include "contactwatch/ingest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "contactwatch/log.h"
#include "contactwatch/thread.h"
#include "ingest/ingest_internal.h"

char flush_token, wake_token;

void ingest_thread(pthread_t *thread, void *(*run)(void *), void *context)
{
    if (thread_start(thread, run, context))
        return;
    fputs("contactwatch: cannot start a thread\n", stderr);
    abort();
}

bool ingest_stopping(const struct ingest *ingest)
{
    return atomic_load(&ingest->stopping);
}

void ingest_failed(struct ingest *ingest, const char *why)
{
    log_error("%s", why);
    pthread_mutex_lock(&ingest->lock);
    if (!ingest->failure[0])
        snprintf(ingest->failure, sizeof(ingest->failure), "%s", why);
    pthread_mutex_unlock(&ingest->lock);
}

bool ingest_pause(struct ingest *ingest, int64_t ms)
{
    struct timespec until = thread_deadline(ms);
    pthread_mutex_lock(&ingest->lock);
    while (!ingest_stopping(ingest) &&
           pthread_cond_timedwait(&ingest->changed, &ingest->lock, &until) == 0)
        continue;
    pthread_mutex_unlock(&ingest->lock);
    return ingest_stopping(ingest);
}

static void set_defaults(struct ingest_options *o)
{
    if (o->linger_ms <= 0)
        o->linger_ms = LINGER_DEFAULT_MS;
    if (!o->batch_events)
        o->batch_events = 4096;
    if (!o->in_flight_bytes)
        o->in_flight_bytes = (size_t)64 << 20;
    if (o->backoff_ms <= 0)
        o->backoff_ms = BACKOFF_FIRST_MS;
    if (o->beat_ms <= 0)
        o->beat_ms = BEAT_MS;
    if (!o->writers)
        o->writers = 1;
    if (o->writers > WRITERS_MAX)
        o->writers = WRITERS_MAX;
}

static bool open_stores(struct ingest *ingest, struct err *err)
{
    const struct ingest_options *o = &ingest->options;
    for (unsigned i = 0; i < o->writers; i++) {
        struct store_options options = o->store;
        options.sign = &ingest->writer[i].step;
        struct store *store = o->open_store ? o->open_store(o->store_context, err)
                                            : store_open(o->store_spec, &options, err);
        if (!store)
            return false;
        ingest->writer[i] = (struct writer){
            .ingest = ingest,
            .store = store,
            .queue = queue_new(WRITE_QUEUE),
            .number = i,
            .counts = store->ops->counts != NULL,
        };
    }
    return true;
}

static void init_lock(struct ingest *ingest)
{
    pthread_mutex_init(&ingest->lock, NULL);
    thread_cond_init(&ingest->changed);
}

static void release_all(struct ingest *ingest)
{
    source_close(ingest->source);
    for (unsigned i = 0; i < ingest->options.writers; i++) {
        store_close(ingest->writer[i].store);
        queue_free(ingest->writer[i].queue, NULL);
    }
    queue_free(ingest->decode, NULL);
    queue_free(ingest->settled, NULL);
    queue_free(ingest->spare, ingest_batch_free);
    quarantine_free(&ingest->quarantine);
    pthread_mutex_destroy(&ingest->lock);
    pthread_cond_destroy(&ingest->changed);
    ingest_free_tuning(ingest);
    free(ingest->seen);
    free(ingest);
}

struct ingest *ingest_start(struct source *source, const struct ingest_options *options,
                            struct err *err)
{
    struct ingest *ingest = mem_zero(sizeof(*ingest));
    ingest->options = *options;
    ingest->source = source;
    ingest->started = clock_now(options->clock);
    set_defaults(&ingest->options);
    ingest_name_writer(ingest);
    init_lock(ingest);
    quarantine_init(&ingest->quarantine, options->quarantine, options->store_spec);
    ingest->decode = queue_new(2 * MAX_MESSAGES);
    ingest->settled = queue_new(2 * MAX_MESSAGES);
    ingest->spare = queue_new(WRITE_QUEUE + 2);
    ingest->seen = mem_zero(SEEN_SLOTS * sizeof(*ingest->seen));
    if (!open_stores(ingest, err)) {
        release_all(ingest);
        return NULL;
    }
    for (unsigned i = 0; i < ingest->options.writers; i++)
        ingest_thread(&ingest->writer[i].thread, writer_main, &ingest->writer[i]);
    ingest_thread(&ingest->grouper, grouper_main, ingest);
    ingest_thread(&ingest->receiver, receiver_main, ingest);
    return ingest;
}

bool ingest_done(const struct ingest *ingest)
{
    struct ingest *own = (struct ingest *)ingest;
    pthread_mutex_lock(&own->lock);
    bool done = own->done;
    pthread_mutex_unlock(&own->lock);
    return done;
}

/* Whoever comes first joins the threads; they are ending by themselves once `done` is set. */
static void join(struct ingest *ingest)
{
    pthread_mutex_lock(&ingest->lock);
    while (!ingest->done)
        pthread_cond_wait(&ingest->changed, &ingest->lock);
    bool mine = !ingest->joined;
    ingest->joined = true;
    pthread_mutex_unlock(&ingest->lock);
    if (!mine)
        return;
    pthread_join(ingest->receiver, NULL);
    pthread_join(ingest->grouper, NULL);
    for (unsigned i = 0; i < ingest->options.writers; i++)
        pthread_join(ingest->writer[i].thread, NULL);
}

bool ingest_wait(struct ingest *ingest, struct err *err)
{
    join(ingest);
    return !ingest->failure[0] || err_set(err, "%s", ingest->failure);
}

void ingest_ask_stop(struct ingest *ingest)
{
    atomic_store(&ingest->stopping, true);
    pthread_mutex_lock(&ingest->lock);
    pthread_cond_broadcast(&ingest->changed);
    pthread_mutex_unlock(&ingest->lock);
    source_wake(ingest->source);
    queue_try_push(ingest->settled, &wake_token); /* when it is full, nobody waits for it */
}

void ingest_stop(struct ingest *ingest)
{
    ingest_ask_stop(ingest);
    join(ingest);
}

void ingest_free(struct ingest *ingest)
{
    if (!ingest)
        return;
    ingest_stop(ingest);
    release_all(ingest);
}
