/* Items of the status table by their keys: BatchGetItem, a few requests together, and what comes
 * back unprocessed asked for again. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "contactwatch/json.h"
#include "contactwatch/log.h"
#include "store/dynamodb_read_internal.h"

enum { KEYS_MAX = 100, TOGETHER = 16, TRIES = 10, PAUSE_FIRST_MS = 20, PAUSE_LAST_MS = 1000 };

struct fetching {
    struct dynamodb_store *s;
    const struct ddb_visit *visit;
    const char *const *key;
    size_t count, next; /* keys; the first not asked for yet */
    bool consistent, stopped;
    struct aws_call call[TOGETHER];
    struct buf left[TOGETHER]; /* RequestItems still to ask for; empty = none */
    unsigned tries;            /* in a row that brought nothing */
    struct arena arena;
};

static void request_keys(struct fetching *f, struct buf *out)
{
    buf_printf(out, "{\"%s\":{\"ConsistentRead\":%s,\"Keys\":[", f->s->table,
               f->consistent ? "true" : "false");
    for (size_t n = 0; n < KEYS_MAX && f->next < f->count; n++, f->next++) {
        buf_text(out, n ? ",{" : "{");
        ddb_put_text(out, DDB_KEY, f->key[f->next]);
        buf_char(out, '}');
    }
    buf_text(out, "]}}");
}

static bool visit_items(struct fetching *f, struct ddb_span answer)
{
    struct ddb_span list = ddb_get(ddb_get(answer, "Responses"), f->s->table), text;
    const char *at = list.text, *end = at ? at + list.length : NULL;
    bool any = false;
    while (at && !f->stopped && ddb_element_next(&at, end, &text)) {
        const cJSON *item = ddb_parse(&f->arena, text, NULL);
        any = true;
        if (item)
            f->stopped = !f->visit->item(f->visit->context, item, &f->arena);
        arena_reset(&f->arena);
    }
    return any;
}

static bool take_answer(struct fetching *f, size_t i, bool *any, struct err *err)
{
    struct aws_call *call = &f->call[i];
    if (call->fault != AWS_FINE)
        return ddb_call_error(f->s, call, err);
    struct ddb_span answer = ddb_span_of(&call->response),
                    left = ddb_get(answer, "UnprocessedKeys");
    *any |= visit_items(f, answer);
    buf_clear(&f->left[i]);
    if (left.text && ddb_get(left, f->s->table).text)
        buf_add(&f->left[i], left.text, left.length);
    return true;
}

/* Waits twice as long each time, less a random part: many readers may be throttled together. */
static bool pause_before(struct fetching *f, struct err *err)
{
    if (f->tries == 0)
        return true;
    int left = ddb_left_ms(f->s);
    if (f->tries == TRIES || left == 0)
        return err_set(err, "store dynamodb:%s: it gives no items: its reads are throttled",
                       f->s->table);
    int64_t most = (int64_t)PAUSE_FIRST_MS << f->tries;
    if (most > PAUSE_LAST_MS)
        most = PAUSE_LAST_MS;
    int64_t ms = most / 2 + rng_below(&f->s->rng, (uint32_t)(most / 2 + 1));
    if (left > 0 && left < ms)
        ms = left;
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
    return true;
}

static size_t fill(struct fetching *f)
{
    size_t used = 0;
    for (size_t i = 0; i < TOGETHER; i++) {
        if (f->left[i].length == 0 && f->next < f->count)
            request_keys(f, &f->left[i]);
        if (f->left[i].length == 0)
            continue;
        if (i != used) {
            struct buf empty = f->left[used];
            f->left[used] = f->left[i];
            f->left[i] = empty;
        }
        used++;
    }
    return used;
}

static bool wave(struct fetching *f, size_t used, struct err *err)
{
    bool good = true, any = false, some_left = false;
    if (!pause_before(f, err))
        return false;
    for (size_t i = 0; i < used; i++) {
        aws_call_reset(&f->call[i]);
        f->call[i].operation = "BatchGetItem";
        buf_text(&f->call[i].body, "{\"RequestItems\":");
        buf_add(&f->call[i].body, f->left[i].data, f->left[i].length);
        buf_char(&f->call[i].body, '}');
    }
    ddb_run_all(f->s, f->call, used);
    for (size_t i = 0; good && i < used; i++) {
        good = take_answer(f, i, &any, err);
        some_left |= f->left[i].length > 0;
    }
    f->tries = any || !some_left ? some_left : f->tries + 1;
    return good;
}

bool ddb_fetch(struct dynamodb_store *s, const char *const *key, size_t count, bool consistent,
               const struct ddb_visit *visit, struct err *err)
{
    struct fetching f = {
        .s = s, .visit = visit, .key = key, .count = count, .consistent = consistent};
    bool good = true;
    for (size_t used; good && !f.stopped && (used = fill(&f)) > 0;)
        good = wave(&f, used, err);
    for (size_t i = 0; i < TOGETHER; i++) {
        aws_call_free(&f.call[i]);
        buf_free(&f.left[i]);
    }
    arena_free(&f.arena);
    return good;
}

bool ddb_expired(const struct dynamodb_store *s, const struct record *record)
{
    return record->expiry > 0 && record->expiry <= ddb_now(s) / SECOND_MS;
}

bool ddb_contact(const struct dynamodb_store *s, const cJSON *item, struct arena *arena,
                 struct record *record)
{
    struct err err = {0};
    const char *id = ddb_text(item, DDB_KEY);
    if (!id || ddb_reserved_key(id))
        return false;
    if (!ddb_record_read(record, arena, item, NULL, &err)) {
        record_free(record);
        log_warning("store dynamodb:%s: an item is passed over: %s", s->table, err.text);
        return false;
    }
    if (!ddb_expired(s, record))
        return true;
    record_free(record);
    return false;
}

/* When a contact ended, at least 1; 0 = it has not. */
static int64_t ddb_ended_at(const struct record *record)
{
    if (!(record->flags & FLAG_ENDED))
        return 0;
    const char *text = record->field[FIELD_DISCONNECTED].value;
    int64_t ended = text ? instant_or_none(text) : INSTANT_NONE;
    if (ended == INSTANT_NONE)
        ended = stamp_time(record->field[FIELD_STATUS].stamp);
    if (ended == INSTANT_NONE)
        ended = record_newest(record);
    return ended > 0 ? ended : 1;
}

bool ddb_shown(const struct dynamodb_store *s, const struct record *record, int64_t since)
{
    int64_t ended = ddb_ended_at(record);
    return ended ? ended >= since : record_is_live(record, ddb_now(s));
}

void ddb_ids_add(struct ddb_ids *ids, const char *id)
{
    mem_grow(ids->id, ids->count, ids->capacity);
    ids->id[ids->count++] = mem_strdup(id);
}

void ddb_ids_clear(struct ddb_ids *ids)
{
    for (size_t i = 0; i < ids->count; i++)
        free(ids->id[i]);
    ids->count = 0;
}

void ddb_ids_free(struct ddb_ids *ids)
{
    ddb_ids_clear(ids);
    free(ids->id);
    *ids = (struct ddb_ids){0};
}
