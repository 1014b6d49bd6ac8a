/* Partitions of the index of the live, listed together. */
#include "store/dynamodb_follow_internal.h"

const char *const follow_live_partition[DDB_LIVE_PARTITIONS] = {
    "LIVE#0", "LIVE#1", "LIVE#2", "LIVE#3", "LIVE#4", "LIVE#5", "LIVE#6", "LIVE#7"};

static void open_partition(struct ddb_pages *pages, const struct ddb_follow *f,
                           const char *partition)
{
    ddb_pages_open(pages, "Query", f->s->table);
    buf_printf(&pages->request,
               ",\"IndexName\":\"%s\",\"KeyConditionExpression\":\"#h = :h\","
               "\"ProjectionExpression\":\"#k,#s\",\"ExpressionAttributeNames\":{"
               "\"#h\":\"%s\",\"#k\":\"%s\",\"#s\":\"Status\"},"
               "\"ExpressionAttributeValues\":{\":h\":{\"S\":\"%s\"}}",
               DDB_INDEX_LIVE, DDB_LIVE, DDB_KEY, partition);
}

static void take_page(struct ddb_pages *pages, const struct follow_listing *l)
{
    struct arena arena = {0};
    const cJSON *item;
    while ((item = ddb_pages_item(pages, &arena))) {
        const char *id = ddb_text(item, DDB_KEY), *text = ddb_text(item, "Status");
        if (id)
            ddb_ids_add(l->ids, id);
        if (id && l->status)
            ddb_ids_add(l->status, text ? text : "");
        arena_reset(&arena);
    }
    arena_free(&arena);
}

bool follow_list(struct ddb_follow *f, struct follow_listing *l, struct err *err)
{
    struct ddb_pages pages[DDB_LIVE_PARTITIONS] = {{.more = false}}, *failed = NULL;
    bool good = true, more = true;
    for (size_t i = 0; i < l->count; i++)
        open_partition(&pages[i], f, l->partition[i]);
    while (good && more && !(l->stopped && *l->stopped)) {
        good = ddb_pages_fetch(f->s, pages, l->count, &failed, err);
        more = false;
        for (size_t i = 0; good && i < l->count; i++) {
            take_page(&pages[i], l);
            more |= pages[i].more;
        }
        l->missing = !good && failed && ddb_is_missing(&failed->call);
        if (good && l->page)
            good = l->page(l->context, !more, err);
    }
    ddb_pages_close(pages, l->count);
    return good;
}
