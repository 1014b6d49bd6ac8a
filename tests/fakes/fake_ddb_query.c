/* Query: one hash key, a stretch of its range keys, in either direction. */
#include <string.h>

#include "fakes/fake_ddb_page.h"

/* What a key condition asks for. */
struct stretch {
    const struct av *hash;
    const struct expr *range; /* NULL = all */
};

static bool names_attribute(const struct expr *operand, const char *attribute)
{
    return attribute && operand->kind == EXPR_PATH && operand->path.count == 1 &&
           strcmp(operand->path.step[0].name, attribute) == 0;
}

static bool refuse(struct ddb_page *page, const char *message)
{
    return ddb_invalid(page->request, page->reply, "%s", message);
}

/* One part of the condition: of the hash key, or of the range key. */
static bool take_part(struct ddb_page *page, const struct expr *part, struct stretch *out)
{
    const struct keyspace *space = page->space;
    bool compares = part->kind >= EXPR_EQ && part->kind <= EXPR_GE && part->kind != EXPR_NE;
    if ((!compares && part->kind != EXPR_BETWEEN && part->kind != EXPR_BEGINS) || !part->child ||
        !part->child->next)
        return refuse(page, "Invalid operator used in KeyConditionExpression");
    for (const struct expr *e = part->child->next; e; e = e->next)
        if (e->kind != EXPR_VALUE)
            return refuse(page, "Invalid condition in KeyConditionExpression: an operand is no "
                                "value");
    const struct av *value = part->child->next->value;
    if (names_attribute(part->child, space->hash) && part->kind == EXPR_EQ && !out->hash) {
        out->hash = value;
        return value->type == space->hash_type ||
               refuse(page, "One or more parameter values were invalid: Condition parameter type "
                            "does not match schema type");
    }
    if (names_attribute(part->child, space->hash))
        return refuse(page, "Query key condition not supported");
    if (!names_attribute(part->child, space->range) || out->range)
        return refuse(page, "Query condition missed key schema element");
    out->range = part;
    return value->type == space->range_type ||
           refuse(page, "One or more parameter values were invalid: Condition parameter type does "
                        "not match schema type");
}

static bool read_stretch(struct ddb_page *page, struct stretch *out)
{
    const char *text = jv_text(page->request->json, "KeyConditionExpression");
    if (!text)
        return refuse(page, "Either the KeyConditions or KeyConditionExpression parameter must be "
                            "specified in the request.");
    const struct expr *condition = expr_condition(&page->expr, "KeyConditionExpression", text);
    if (!condition)
        return refuse(page, page->expr.error);
    const struct expr *part = condition->kind == EXPR_AND ? condition->child : condition;
    for (; part; part = condition->kind == EXPR_AND ? part->next : NULL)
        if (!take_part(page, part, out))
            return false;
    if (!out->hash)
        return refuse(page, "Query condition missed key schema element");
    if (!out->hash->length)
        return refuse(page, "One or more parameter values are not valid. The AttributeValue for a "
                            "key attribute cannot contain an empty string value.");
    return true;
}

/* The first item whose range key is ≥ value (past: > value; as a prefix: behind all with it). */
static size_t bound(const struct ddb_page *page, const struct ddb_partition *partition,
                    const struct av *value, bool past, bool prefix)
{
    size_t low = 0, high = partition->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        struct av own = *av_get(&partition->item[middle]->value, page->space->range);
        int order = 0;
        if (prefix && own.length > value->length)
            own.length = value->length;
        av_order(&own, value, &order);
        if (order < 0 || (past && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void limits(const struct ddb_page *page, const struct ddb_partition *partition,
                   const struct expr *range, size_t *low, size_t *high)
{
    *low = 0;
    *high = partition->count;
    if (!range)
        return;
    const struct av *value = range->child->next->value;
    enum expr_kind kind = range->kind;
    if (kind == EXPR_BETWEEN) {
        *low = bound(page, partition, value, false, false);
        *high = bound(page, partition, range->child->next->next->value, true, false);
        return;
    }
    bool prefix = kind == EXPR_BEGINS;
    if (kind == EXPR_EQ || kind == EXPR_GE || kind == EXPR_GT || prefix)
        *low = bound(page, partition, value, kind == EXPR_GT, prefix);
    if (kind == EXPR_EQ || kind == EXPR_LE || kind == EXPR_LT || prefix)
        *high = bound(page, partition, value, kind != EXPR_LT, prefix);
}

static void run(struct ddb_page *page, const struct stretch *stretch)
{
    const struct jv *forward = jv_get(page->request->json, "ScanIndexForward");
    const struct ddb_partition *partition = keyspace_partition(page->space, stretch->hash);
    bool up = !forward || forward->boolean, found = false;
    size_t low, high;
    if (!partition)
        return;
    limits(page, partition, stretch->range, &low, &high);
    if (page->start_key) {
        const struct av *range =
            page->space->range ? av_get(&page->start, page->space->range) : NULL;
        size_t place = partition_place(page->space, partition, range, page->start_key, &found);
        if (up && place + found > low)
            low = place + found;
        if (!up && place < high)
            high = place;
    }
    for (size_t left = high > low ? high - low : 0; left && !page->full; left--)
        if (!ddb_page_visit(page, partition->item[up ? low++ : --high]))
            break;
}

FAKE_HANDLER(fake_ddb_query)
{
    struct ddb_page page;
    struct stretch stretch = {0};
    if (ddb_page_open(&page, fake, request, reply) && read_stretch(&page, &stretch) &&
        ddb_page_all_used(&page)) {
        run(&page, &stretch);
        ddb_page_answer(&page);
    }
    ddb_page_close(&page);
}
