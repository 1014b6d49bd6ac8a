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

static void take(struct dynamodb_store *store, const struct ddb_drive *drive, struct aws_call *call)
{
    drive->done(drive->context, call);
    rest(store->pool, call);
}

/* The caller waits no longer: what is under way fails, and so does what would be next. */
static void give_up(struct dynamodb_store *store, const struct ddb_drive *drive)
{
    struct ddb_pool *pool = store->pool;
    for (size_t i = 0; i < DDB_PARALLEL; i++) {
        struct aws_call *call = &pool->call[i];
        bool resting = false;
        for (size_t k = 0; k < pool->count; k++)
            resting |= pool->resting[k] == call;
        if (resting)
            continue;
        ddb_give_up(store, call);
        take(store, drive, call);
    }
    int wait_ms = -1;
    for (;;) {
        struct aws_call *call = pool->resting[pool->count - 1];
        if (!drive->next(drive->context, call, &wait_ms))
            return;
        pool->count--;
        ddb_give_up(store, call);
        take(store, drive, call);
    }
}

/* How long to wait for an answer when something is due in wait_ms (-1 = nothing is). */
static int soonest(const struct dynamodb_store *store, int wait_ms)
{
    int left = ddb_left_ms(store);
    return wait_ms < 0 || (left >= 0 && left < wait_ms) ? left : wait_ms;
}

void ddb_drive(struct dynamodb_store *store, const struct ddb_drive *drive)
{
    struct ddb_pool *pool = pool_of(store);
    while (ddb_left_ms(store) != 0) {
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
            sleep_ms(soonest(store, wait_ms));
            continue;
        }
        struct aws_call *call = aws_next(store->client, soonest(store, wait_ms));
        if (call) {
            ddb_done(store, call);
            take(store, drive, call);
        }
    }
    give_up(store, drive);
}
