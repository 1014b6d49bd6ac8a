/* Deleting items of the history, 25 to a request. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/dynamodb_internal.h"

enum { BATCH_MAX = 25, TRIES_MAX = 10, PAUSE_MS = 50, PAUSE_MAX_MS = 2000 };

static void pause_before(unsigned tries)
{
    unsigned ms = (unsigned)PAUSE_MS << tries;
    ms = ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS;
    struct timespec pause = {ms / 1000, (long)(ms % 1000) * 1000000};
    nanosleep(&pause, NULL);
}

/* Sends {"TABLE":[requests]} until nothing of it comes back. */
static bool send_batch(struct dynamodb_store *s, struct buf *items, struct err *err)
{
    bool good = true;
    for (unsigned tries = 0; good && items->length > strlen("{}"); tries++) {
        struct aws_call call = {.operation = "BatchWriteItem"};
        if (tries)
            pause_before(tries);
        buf_text(&call.body, "{\"RequestItems\":");
        buf_add(&call.body, items->data, items->length);
        buf_char(&call.body, '}');
        good = ddb_run(s, &call, err);
        struct ddb_span left = ddb_get(ddb_span_of(&call.response), "UnprocessedItems");
        buf_clear(items);
        if (good && left.text)
            buf_add(items, left.text, left.length);
        if (good && items->length > strlen("{}") && tries == TRIES_MAX)
            good = err_set(err, "store dynamodb:%s: BatchWriteItem: the service throttles %s",
                           s->table, s->history);
        aws_call_free(&call);
    }
    return good;
}

bool ddb_delete_rest(struct ddb_deletion *d, struct err *err)
{
    if (!d->count)
        return true;
    buf_text(&d->items, "]}");
    bool good = send_batch(d->store, &d->items, err);
    *d->removed += good ? d->count : 0;
    buf_clear(&d->items);
    d->count = 0;
    return good;
}

bool ddb_delete_chunk(struct ddb_deletion *d, const char *contact_id, const char *written,
                      struct err *err)
{
    if (!d->count)
        buf_printf(&d->items, "{\"%s\":[", d->store->history);
    buf_printf(&d->items, "%s{\"DeleteRequest\":{\"Key\":{", d->count ? "," : "");
    ddb_put_text(&d->items, DDB_KEY, contact_id);
    ddb_put_text(&d->items, DDB_WRITTEN, written);
    buf_text(&d->items, "}}}");
    return ++d->count < BATCH_MAX || ddb_delete_rest(d, err);
}

void ddb_deletion_free(struct ddb_deletion *d)
{
    buf_free(&d->items);
}
