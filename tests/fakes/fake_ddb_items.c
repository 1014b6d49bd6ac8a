/* PutItem, UpdateItem, DeleteItem and GetItem. */
#include <stdlib.h>
#include <string.h>

#include "fakes/fake_ddb.h"

/* One conditional write under way. */
struct change {
    struct fake_aws *fake;
    struct fake_request *request;
    struct fake_reply *reply;
    struct ddb_cost cost;
    struct expr_context expr;
    const struct expr *condition;      /* NULL = none */
    const struct expr_action *actions; /* UpdateItem; NULL = none */
    struct av key;                     /* or the whole item, for PutItem */
    char *key_text;
    struct ddb_item *item; /* as it is; NULL = not there */
};

static const struct av nothing = {.type = AV_M};

void ddb_write(struct fake_aws *fake, struct ddb_cost *cost, struct ddb_item *item, const char *key,
               struct av new)
{
    struct ddb_table *table = cost->table;
    size_t before = item ? item->size : 0, after = new.type == AV_M ? av_map_size(&new) : 0;
    cost->table_units += ddb_write_units(before > after ? before : after);
    ddb_index_change(fake, table, key, item ? &item->value : NULL, new.type == AV_M ? &new : NULL,
                     cost->index_units);
    if (new.type != AV_M) {
        if (item)
            keyspace_remove(&table->space, &item->value, NULL);
        return;
    }
    struct ddb_item *written = ddb_item_new(new, key);
    if (fake->ddb->staleness) {
        written->written = fake_now(fake);
        if (item) {
            written->older = mem_alloc(sizeof(struct av));
            *written->older = av_copy(&item->value);
        }
    }
    keyspace_put(&table->space, written);
}

const struct av *ddb_seen(struct fake_aws *fake, const struct ddb_item *item, bool consistent)
{
    if (!item)
        return NULL;
    bool late = item->written && fake_now(fake) - item->written < fake->ddb->staleness;
    return late && !consistent ? item->older : &item->value;
}

static bool expression_error(struct change *c)
{
    return ddb_invalid(c->request, c->reply, "%s", c->expr.error);
}

static bool read_expressions(struct change *c)
{
    const struct jv *json = c->request->json;
    const char *condition = jv_text(json, "ConditionExpression");
    const char *update = jv_text(json, "UpdateExpression");
    if (jv_get(json, "Expected") || jv_get(json, "AttributeUpdates"))
        return ddb_invalid(c->request, c->reply, "Only expressions are known here");
    if (!expr_open(&c->expr, c->request->arena, json))
        return expression_error(c);
    if (update && !(c->actions = expr_update(&c->expr, update)))
        return expression_error(c);
    if (condition && !(c->condition = expr_condition(&c->expr, "ConditionExpression", condition)))
        return expression_error(c);
    return expr_all_used(&c->expr) || expression_error(c);
}

/* Reads all of the request but what is to be written. */
static bool change_open(struct change *c, bool whole_item)
{
    const struct jv *json = c->request->json;
    c->cost.table = ddb_table_asked(c->fake, c->request, json, c->reply);
    c->cost.write = true;
    c->key = (struct av){.type = AV_NULL};
    if (!c->cost.table || !read_expressions(c))
        return false;
    bool read =
        whole_item
            ? ddb_read_item(c->request, c->reply, c->cost.table, jv_get(json, "Item"), &c->key)
            : ddb_read_key(c->request, c->reply, c->cost.table, jv_get(json, "Key"), &c->key);
    if (!read)
        return false;
    c->key_text = ddb_item_key(&c->cost.table->space, &c->key);
    c->item = keyspace_find(&c->cost.table->space, &c->key, NULL);
    return true;
}

static void change_close(struct change *c)
{
    expr_close(&c->expr);
    av_free(&c->key);
    free(c->key_text);
}

static bool asked(const struct change *c, const char *name, const char *value)
{
    const char *text = jv_text(c->request->json, name);
    return text && strcmp(text, value) == 0;
}

/* The failure is billed as the write would have been: by the larger of old and new. */
static void condition_failed(struct change *c, size_t new_size)
{
    size_t size = c->item && c->item->size > new_size ? c->item->size : new_size;
    c->cost.table_units += ddb_write_units(size);
    c->cost.failed_condition = true;
    ddb_count(c->request, &c->cost);
    fake_fail(c->request, c->reply, 400, "ConditionalCheckFailedException",
              "The conditional request failed");
    if (c->item && asked(c, "ReturnValuesOnConditionCheckFailure", "ALL_OLD")) {
        c->reply->body.length--; /* the closing brace */
        ddb_member(c->reply, "Item");
        av_write_map(&c->reply->body, &c->item->value);
        buf_char(&c->reply->body, '}');
    }
}

static bool condition_holds(const struct change *c)
{
    return !c->condition || expr_holds(c->condition, c->item ? &c->item->value : &nothing);
}

static void return_old(struct change *c)
{
    if (c->item && asked(c, "ReturnValues", "ALL_OLD")) {
        ddb_member(c->reply, "Attributes");
        av_write_map(&c->reply->body, &c->item->value);
    }
}

FAKE_HANDLER(fake_ddb_put)
{
    struct change c = {.fake = fake, .request = request, .reply = reply};
    if (change_open(&c, true)) {
        if (!condition_holds(&c)) {
            condition_failed(&c, av_map_size(&c.key));
        } else {
            return_old(&c);
            ddb_write(fake, &c.cost, c.item, c.key_text, c.key);
            c.key = (struct av){.type = AV_NULL}; /* the table's now */
            ddb_finish(request, reply, &c.cost);
        }
    }
    change_close(&c);
}

FAKE_HANDLER(fake_ddb_delete)
{
    struct change c = {.fake = fake, .request = request, .reply = reply};
    if (change_open(&c, false)) {
        if (!condition_holds(&c)) {
            condition_failed(&c, 0);
        } else {
            return_old(&c);
            ddb_write(fake, &c.cost, c.item, c.key_text, (struct av){.type = AV_NULL});
            ddb_finish(request, reply, &c.cost);
        }
    }
    change_close(&c);
}

static bool touches_key(struct change *c)
{
    const struct keyspace *space = &c->cost.table->space;
    for (const struct expr_action *a = c->actions; a; a = a->next) {
        const char *name = a->path.step[0].name;
        if (strcmp(name, space->hash) == 0 || (space->range && strcmp(name, space->range) == 0))
            return !ddb_invalid(
                c->request, c->reply,
                "One or more parameter values were invalid: Cannot update attribute "
                "%s. This attribute is part of the key",
                name);
    }
    return false;
}

static void return_updated(struct change *c, const struct av *of)
{
    struct expr_path path[EXPR_NAMES];
    size_t count = 0;
    for (const struct expr_action *a = c->actions; a && count < EXPR_NAMES; a = a->next)
        path[count++] = a->path;
    struct av shown = expr_project(path, count, of);
    if (shown.count) {
        ddb_member(c->reply, "Attributes");
        av_write_map(&c->reply->body, &shown);
    }
    av_free(&shown);
}

static void return_values(struct change *c, const struct av *new)
{
    if (asked(c, "ReturnValues", "ALL_NEW")) {
        ddb_member(c->reply, "Attributes");
        av_write_map(&c->reply->body, new);
    } else if (asked(c, "ReturnValues", "UPDATED_NEW")) {
        return_updated(c, new);
    } else if (asked(c, "ReturnValues", "UPDATED_OLD") && c->item) {
        return_updated(c, &c->item->value);
    } else {
        return_old(c);
    }
}

static void update(struct change *c)
{
    struct av new = av_copy(c->item ? &c->item->value : &c->key);
    bool holds = condition_holds(c);
    bool applied = !c->actions || expr_apply(&c->expr, c->actions, &new);
    if (!holds) {
        condition_failed(c, applied ? av_map_size(&new) : 0);
    } else if (!applied) {
        expression_error(c);
    } else if (ddb_item_valid(c->request, c->reply, c->cost.table, &new)) {
        return_values(c, &new);
        ddb_write(c->fake, &c->cost, c->item, c->key_text, new);
        ddb_finish(c->request, c->reply, &c->cost);
        return;
    }
    av_free(&new);
}

FAKE_HANDLER(fake_ddb_update)
{
    struct change c = {.fake = fake, .request = request, .reply = reply};
    if (change_open(&c, false) && !touches_key(&c))
        update(&c);
    change_close(&c);
}

FAKE_HANDLER(fake_ddb_get)
{
    const char *projection = jv_text(request->json, "ProjectionExpression");
    bool consistent = jv_true(request->json, "ConsistentRead");
    struct ddb_cost cost = {.table = ddb_table_asked(fake, request, request->json, reply)};
    struct expr_context expr = {.values = 0};
    const struct expr_path *path = NULL;
    size_t paths = 0;
    struct av key;
    if (!cost.table ||
        !ddb_read_key(request, reply, cost.table, jv_get(request->json, "Key"), &key))
        return;
    bool read = expr_open(&expr, request->arena, request->json) &&
                (!projection || (path = expr_projection(&expr, projection, &paths))) &&
                expr_all_used(&expr);
    if (read) {
        const struct av *item =
            ddb_seen(fake, keyspace_find(&cost.table->space, &key, NULL), consistent);
        cost.table_units = ddb_read_units(item ? av_map_size(item) : 0, consistent);
        if (item) {
            struct av shown = path ? expr_project(path, paths, item) : av_copy(item);
            ddb_member(reply, "Item");
            av_write_map(&reply->body, &shown);
            av_free(&shown);
        }
        ddb_finish(request, reply, &cost);
    } else {
        ddb_invalid(request, reply, "%s", expr.error);
    }
    expr_close(&expr);
    av_free(&key);
}
