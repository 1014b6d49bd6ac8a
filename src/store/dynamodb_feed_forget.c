/* A contact leaves the feed: its items are written anew without it. None is removed, since a number
 * that is missing would have every viewer load again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contactwatch/log.h"
#include "store/dynamodb_follow_internal.h"

struct forgetting {
    struct dynamodb_store *s;
    const char *contact_id;
    struct feed_rows rows;
    struct buf bytes;
    unsigned *removed;
};

static bool names_it(const struct forgetting *f)
{
    for (size_t i = 0; i < f->rows.rows; i++)
        if (strcmp(f->rows.row[i].contact_id, f->contact_id) == 0)
            return true;
    return false;
}

static void pack_others(struct forgetting *f)
{
    struct ddb_row *row = mem_alloc((f->rows.rows + 1) * sizeof(*row));
    size_t count = 0;
    for (size_t i = 0; i < f->rows.rows; i++) {
        const struct feed_row *from = &f->rows.row[i];
        if (strcmp(from->contact_id, f->contact_id) == 0)
            continue;
        row[count++] = (struct ddb_row){.record = from->has_record ? &from->record : NULL,
                                        .contact_id = from->contact_id,
                                        .entry = from->entries ? f->rows.entry + from->first : NULL,
                                        .entries = from->entries,
                                        .look = from->look};
    }
    buf_clear(&f->bytes);
    feed_pack_whole(&f->bytes, row, count, f->rows.agent, f->rows.agents);
    free(row);
}

static bool put_back(struct forgetting *f, unsigned shard, const cJSON *item, struct err *err)
{
    struct aws_call call = {.operation = "PutItem"};
    char name[16];
    snprintf(name, sizeof(name), "FEED#%u", shard);
    buf_printf(&call.body, "{\"TableName\":\"%s\",\"Item\":{", f->s->feed);
    ddb_put_text(&call.body, DDB_FEED_SHARD, name);
    ddb_put_text(&call.body, DDB_WRITTEN, ddb_text(item, DDB_WRITTEN));
    ddb_put_number(&call.body, DDB_EXPIRY, ddb_number(item, DDB_EXPIRY));
    ddb_put_number(&call.body, FEED_PRIOR, ddb_number(item, FEED_PRIOR));
    ddb_put_bytes(&call.body, DDB_PACKED, f->bytes.data, f->bytes.length);
    buf_text(&call.body, "}}");
    bool good = ddb_run(f->s, &call, err);
    aws_call_free(&call);
    *f->removed += good;
    return good;
}

static bool look_at(struct forgetting *f, unsigned shard, const cJSON *item, struct err *err)
{
    struct err why = {0};
    buf_clear(&f->bytes);
    if (!ddb_bytes(&f->bytes, item, DDB_PACKED) ||
        !feed_unpack(&f->rows, f->bytes.data, f->bytes.length, &why)) {
        log_warning("store dynamodb:%s: %s", f->s->feed, why.text);
        return true;
    }
    if (!names_it(f))
        return true;
    pack_others(f);
    return put_back(f, shard, item, err);
}

bool ddb_feed_forget(struct dynamodb_store *s, const char *contact_id, unsigned *removed,
                     struct err *err)
{
    struct forgetting f = {.s = s, .contact_id = contact_id, .removed = removed};
    char from[DDB_FEED_SHARDS][FEED_KEY_MAX] = {"0", "0", "0", "0"};
    struct feed_merge merge = {.taken = -1};
    const cJSON *item = NULL;
    unsigned shard = 0;
    bool good;
    merge_open(&merge, s, from, false);
    while ((good = merge_next(&merge, s, &item, &shard, err)) && item &&
           (good = look_at(&f, shard, item, err)))
        continue;
    good |= merge.missing && s->imported;
    merge_close(&merge);
    feed_rows_free(&f.rows);
    buf_free(&f.bytes);
    return good;
}
