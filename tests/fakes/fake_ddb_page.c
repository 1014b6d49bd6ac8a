#include "fakes/fake_ddb_page.h"

#include <stdlib.h>
#include <string.h>

static bool find_space(struct ddb_page *page, const char *name)
{
    struct ddb_table *table = page->table;
    page->space = &table->space;
    if (!name)
        return true;
    for (size_t i = 0; i < table->indexes; i++)
        if (strcmp(table->index[i].name, name) == 0)
            page->index = &table->index[i];
    if (!page->index)
        return ddb_invalid(page->request, page->reply,
                           "The table does not have the specified index: %s", name);
    page->space = &page->index->space;
    if (page->consistent)
        return ddb_invalid(page->request, page->reply,
                           "Consistent reads are not supported on global secondary indexes");
    ddb_index_settle(page->fake, table);
    return true;
}

static bool has_keys(const struct keyspace *space, const struct av *map)
{
    return av_get(map, space->hash) && (!space->range || av_get(map, space->range));
}

static bool read_start(struct ddb_page *page)
{
    const struct jv *json = jv_get(page->request->json, "ExclusiveStartKey");
    const char *error;
    if (!json)
        return true;
    if (!av_read_map(&page->start, json, &error) || !has_keys(page->space, &page->start) ||
        !has_keys(&page->table->space, &page->start))
        return ddb_invalid(page->request, page->reply,
                           "The provided starting key is invalid: The provided key element does "
                           "not match the schema");
    page->start_key = ddb_item_key(&page->table->space, &page->start);
    return true;
}

static bool read_limit(struct ddb_page *page)
{
    int64_t limit = jv_integer(page->request->json, "Limit", INT64_MAX);
    if (limit < 1)
        return ddb_invalid(page->request, page->reply,
                           "1 validation error detected: Value '%lld' at 'limit' failed to satisfy "
                           "constraint: Member must have value greater than or equal to 1",
                           (long long)limit);
    page->limit = limit > DDB_PAGE ? SIZE_MAX : (size_t)limit;
    if (fake_strike(page->fake, page->request->operation, FAKE_SHORT_PAGE))
        page->limit = 1;
    return true;
}

/* An index gives what it carries; the service does not look into the table for the rest. */
static bool carries_wanted(struct ddb_page *page)
{
    for (size_t i = 0; page->index && page->path && i < page->paths; i++) {
        const char *name = page->path[i].step[0].name;
        if (!ddb_projects(page->table, page->index, name))
            return ddb_invalid(page->request, page->reply,
                               "One or more parameter values were invalid: Global secondary index "
                               "%s does not project [%s]",
                               jv_text(page->request->json, "IndexName"), name);
    }
    return true;
}

bool ddb_page_open(struct ddb_page *page, struct fake_aws *fake, struct fake_request *request,
                   struct fake_reply *reply)
{
    const struct jv *json = request->json;
    const char *filter = jv_text(json, "FilterExpression"), *select = jv_text(json, "Select");
    const char *projection = jv_text(json, "ProjectionExpression");
    *page = (struct ddb_page){.fake = fake, .request = request, .reply = reply};
    page->start.type = AV_NULL;
    page->table = ddb_table_asked(fake, request, json, reply);
    page->consistent = jv_true(json, "ConsistentRead");
    page->count_only = select && strcmp(select, "COUNT") == 0;
    if (!page->table || !find_space(page, jv_text(json, "IndexName")) || !read_start(page) ||
        !read_limit(page))
        return false;
    bool read =
        expr_open(&page->expr, request->arena, json) &&
        (!filter || (page->filter = expr_condition(&page->expr, "FilterExpression", filter))) &&
        (!projection || (page->path = expr_projection(&page->expr, projection, &page->paths)));
    return read ? carries_wanted(page) : ddb_invalid(request, reply, "%s", page->expr.error);
}

bool ddb_page_all_used(struct ddb_page *page)
{
    return expr_all_used(&page->expr) ||
           ddb_invalid(page->request, page->reply, "%s", page->expr.error);
}

static void show(struct ddb_page *page, const struct av *item)
{
    page->count++;
    if (page->count_only)
        return;
    if (page->items.length)
        buf_char(&page->items, ',');
    if (!page->path) {
        av_write_map(&page->items, item);
        return;
    }
    struct av shown = expr_project(page->path, page->paths, item);
    av_write_map(&page->items, &shown);
    av_free(&shown);
}

bool ddb_page_visit(struct ddb_page *page, const struct ddb_item *item)
{
    const struct av *seen =
        page->index ? &item->value : ddb_seen(page->fake, item, page->consistent);
    size_t size = seen == &item->value ? item->size : seen ? av_map_size(seen) : 0;
    if (!seen)
        return true;
    if (page->scanned == page->limit || (page->scanned && page->bytes + size > DDB_PAGE)) {
        page->full = true;
        return false;
    }
    page->scanned++;
    page->bytes += size;
    page->last = item;
    if (!page->filter || expr_holds(page->filter, seen))
        show(page, seen);
    /* the service does not look whether there is more behind the limit */
    page->full = page->scanned == page->limit;
    return true;
}

static void add_key(const struct keyspace *space, const struct av *item, struct av *key)
{
    av_set(key, space->hash, av_copy(av_get(item, space->hash)));
    if (space->range)
        av_set(key, space->range, av_copy(av_get(item, space->range)));
}

void ddb_page_answer(struct ddb_page *page)
{
    struct fake_reply *reply = page->reply;
    struct ddb_cost cost = {.table = page->table};
    double units = ddb_read_units(page->bytes, page->consistent);
    if (page->index)
        cost.index_units[page->index - page->table->index] = units;
    else
        cost.table_units = units;
    if (!page->count_only) {
        ddb_member(reply, "Items");
        buf_char(&reply->body, '[');
        buf_add(&reply->body, buf_str(&page->items), page->items.length);
        buf_char(&reply->body, ']');
    }
    ddb_member(reply, "Count");
    buf_printf(&reply->body, "%zu,\"ScannedCount\":%zu", page->count, page->scanned);
    if (page->full && page->last) {
        struct av key = {.type = AV_M};
        add_key(&page->table->space, &page->last->value, &key);
        if (page->index)
            add_key(page->space, &page->last->value, &key);
        ddb_member(reply, "LastEvaluatedKey");
        av_write_map(&reply->body, &key);
        av_free(&key);
    }
    ddb_finish(page->request, reply, &cost);
}

void ddb_page_close(struct ddb_page *page)
{
    expr_close(&page->expr);
    buf_free(&page->items);
    av_free(&page->start);
    free(page->start_key);
}
