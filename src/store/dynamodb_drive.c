/* Many calls under way at once on one thread, from a pool whose buffers are used again. */
#include <stdlib.h>
#include <time.h>

#include "store/dynamodb_internal.h"

enum {
    KEEP_MAX = 1 << 20, /* bytes a resting call keeps in each buffer */
    /* An attempt, and what a slow line takes: with its retries a call is over before a pipeline
     * that is told to stop must have stopped. */
    ATTEMPT_MS = 2000,
    BYTES_PER_MS = 1024
};

struct ddb_pool {
    struct aws_call call[DDB_PARALLEL];
    struct aws_call *resting[DDB_PARALLEL];
    size_t count; /* resting */
};

static struct ddb_pool *pool_of(struct dynamodb_store *store)
{
    if (store->pool)
        return store->pool;
    store->pool = mem_zero(sizeof(*store->pool));
    for (size_t i = 0; i < DDB_PARALLEL; i++)
        store->pool->resting[store->pool->count++] = &store->pool->call[i];
    return store->pool;
}

void ddb_pool_free(struct ddb_pool *pool)
{
    for (size_t i = 0; pool && i < DDB_PARALLEL; i++)
        aws_call_free(&pool->call[i]);
    free(pool);
}

static void rest(struct ddb_pool *pool, struct aws_call *call)
{
    if (call->body.capacity > KEEP_MAX || call->response.capacity > KEEP_MAX)
        aws_call_free(call);
    else
        aws_call_reset(call);
    pool->resting[pool->count++] = call;
}

static void sleep_ms(int ms)
{
    struct timespec pause = {ms / 1000, (long)(ms % 1000) * 1000000};
    nanosleep(&pause, NULL);
}

void ddb_drive(struct dynamodb_store *store, const struct ddb_drive *drive)
{
    struct ddb_pool *pool = pool_of(store);
    for (;;) {
        int wait_ms = -1;
        while (pool->count > 0) {
            struct aws_call *call = pool->resting[pool->count - 1];
            if (!drive->next(drive->context, call, &wait_ms))
                break;
            pool->count--;
            ddb_ask_units(call);
            aws_start(store->client, call);
        }
        if (aws_under_way(store->client) == 0) {
            if (wait_ms < 0)
                return;
            sleep_ms(wait_ms);
            continue;
        }
        struct aws_call *call = aws_next(store->client, wait_ms);
        if (call) {
            ddb_done(store, call);
            drive->done(drive->context, call);
            rest(pool, call);
        }
    }
}
