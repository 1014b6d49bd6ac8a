/* Does a condition hold? */
#include <stdio.h>
#include <string.h>

#include "fakes/fake_expr.h"

const struct av *expr_path_get(const struct expr_path *path, const struct av *item)
{
    const struct av *at = item;
    for (size_t i = 0; at && i < path->count; i++) {
        const struct expr_step *step = &path->step[i];
        if (step->name)
            at = av_get(at, step->name);
        else
            at =
                at->type == AV_L && step->index < at->count ? &at->member[step->index].value : NULL;
    }
    return at;
}

/* size(): characters count as bytes, containers by their members. */
static bool size_of(const struct av *value, struct av *made)
{
    char text[24];
    if (value->type == AV_N || value->type == AV_BOOL || value->type == AV_NULL)
        return false;
    snprintf(text, sizeof(text), "%zu",
             value->type == AV_S || value->type == AV_B ? value->length : value->count);
    *made = av_string(text);
    made->type = AV_N;
    return true;
}

const struct av *expr_value(const struct expr *operand, const struct av *item, struct av *made)
{
    *made = (struct av){.type = AV_NULL};
    if (operand->kind == EXPR_VALUE)
        return operand->value;
    if (operand->kind == EXPR_PATH)
        return expr_path_get(&operand->path, item);
    struct av inner;
    const struct av *of = expr_value(operand->child, item, &inner);
    bool has = of && size_of(of, made);
    av_free(&inner);
    return has ? made : NULL;
}

static bool contains(const struct av *value, const struct av *part)
{
    if (value->type == AV_S && part->type == AV_S)
        return !part->length ||
               memmem(value->text, value->length, part->text, part->length) != NULL;
    return value->type != AV_M && av_set_has(value, part);
}

static bool begins(const struct av *value, const struct av *start)
{
    return value->type == start->type && (value->type == AV_S || value->type == AV_B) &&
           value->length >= start->length && memcmp(value->text, start->text, start->length) == 0;
}

static bool has_type(const struct av *value, const struct av *name)
{
    return name->type == AV_S && strcmp(av_type_name(value->type), name->text) == 0;
}

/* Two values under one comparison; one that is not there fulfils none but <>. */
static bool compare(enum expr_kind kind, const struct av *a, const struct av *b)
{
    int order;
    if (kind == EXPR_EQ || kind == EXPR_NE)
        return (a && b && av_equal(a, b)) == (kind == EXPR_EQ);
    if (!a || !b || !av_order(a, b, &order))
        return false;
    switch (kind) {
    case EXPR_LT: return order < 0;
    case EXPR_LE: return order <= 0;
    case EXPR_GT: return order > 0;
    default: return order >= 0;
    }
}

static bool holds_two(const struct expr *c, const struct av *first, const struct av *item)
{
    bool result = false;
    const struct expr *operand = c->child->next;
    struct av made;
    const struct av *second = expr_value(operand, item, &made);
    if (c->kind == EXPR_BETWEEN) {
        struct av made_too;
        const struct av *third = expr_value(operand->next, item, &made_too);
        result = compare(EXPR_GE, first, second) && compare(EXPR_LE, first, third);
        av_free(&made_too);
    } else if (c->kind >= EXPR_EQ && c->kind <= EXPR_GE) {
        result = compare(c->kind, first, second);
    } else if (first && second) {
        result = c->kind == EXPR_BEGINS     ? begins(first, second)
                 : c->kind == EXPR_CONTAINS ? contains(first, second)
                                            : has_type(first, second);
    }
    av_free(&made);
    return result;
}

static bool holds_any(const struct expr *c, const struct av *first, const struct av *item)
{
    bool found = false;
    for (const struct expr *e = c->child->next; e && !found; e = e->next) {
        struct av made;
        found = compare(EXPR_EQ, first, expr_value(e, item, &made));
        av_free(&made);
    }
    return found;
}

static bool holds_leaf(const struct expr *c, const struct av *item)
{
    struct av made;
    bool result;
    const struct av *first = expr_value(c->child, item, &made);
    if (c->kind == EXPR_EXISTS || c->kind == EXPR_NOT_EXISTS)
        result = (first != NULL) == (c->kind == EXPR_EXISTS);
    else if (c->kind == EXPR_IN)
        result = holds_any(c, first, item);
    else
        result = holds_two(c, first, item);
    av_free(&made);
    return result;
}

bool expr_holds(const struct expr *c, const struct av *item)
{
    if (c->kind == EXPR_NOT)
        return !expr_holds(c->child, item);
    if (c->kind != EXPR_AND && c->kind != EXPR_OR)
        return holds_leaf(c, item);
    for (const struct expr *e = c->child; e; e = e->next)
        if (expr_holds(e, item) == (c->kind == EXPR_OR))
            return c->kind == EXPR_OR;
    return c->kind == EXPR_AND;
}
