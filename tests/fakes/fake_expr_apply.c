/* Update expressions carried out, and paths written to. */
#include <string.h>

#include "fakes/fake_decimal.h"
#include "fakes/fake_expr.h"

bool expr_path_begins(const struct expr_path *path, const struct expr_path *start)
{
    if (path->count < start->count)
        return false;
    for (size_t i = 0; i < start->count; i++) {
        const struct expr_step *a = &path->step[i], *b = &start->step[i];
        if ((a->name == NULL) != (b->name == NULL) ||
            (a->name ? strcmp(a->name, b->name) != 0 : a->index != b->index))
            return false;
    }
    return true;
}

void expr_path_text(const struct expr_path *path, struct buf *out)
{
    for (size_t i = 0; i < path->count; i++) {
        if (!path->step[i].name)
            buf_printf(out, "[%zu]", path->step[i].index);
        else
            buf_printf(out, "%s%s", i ? ", " : "", path->step[i].name);
    }
}

/* What holds the path's last step; NULL when it is not there. */
static struct av *holder(const struct expr_path *path, struct av *item)
{
    struct expr_path before = {path->step, path->count - 1};
    struct av *found = (struct av *)expr_path_get(&before, item);
    enum av_type wanted = path->step[path->count - 1].name ? AV_M : AV_L;
    return found && found->type == wanted ? found : NULL;
}

static bool no_holder(struct expr_context *context)
{
    return expr_fail(context,
                     "The document path provided in the update expression is invalid for update");
}

static bool put(struct expr_context *context, const struct expr_path *path, struct av *item,
                struct av value)
{
    struct av *into = holder(path, item);
    const struct expr_step *last = &path->step[path->count - 1];
    if (!into) {
        av_free(&value);
        return no_holder(context);
    }
    if (last->name) {
        av_set(into, last->name, value);
    } else if (last->index < into->count) {
        av_free(&into->member[last->index].value);
        into->member[last->index].value = value;
    } else {
        av_append(into, value); /* beyond the end: at the end */
    }
    return true;
}

static bool sum(struct expr_context *context, const struct av *a, const struct av *b, bool minus,
                struct av *out)
{
    struct decimal x, y, result;
    struct buf text = {0};
    if (a->type != AV_N || b->type != AV_N)
        return expr_fail(context, "An operand in the update expression has an incorrect data type");
    decimal_read(&x, a->text, a->length);
    decimal_read(&y, b->text, b->length);
    y.negative = y.count && y.negative != minus;
    if (!decimal_add(&result, &x, &y))
        return expr_fail(context, "Number overflow. Attempting to store a number with magnitude "
                                  "larger than supported range");
    decimal_write(&text, &result);
    *out = (struct av){.type = AV_N, .length = text.length};
    out->text = buf_take(&text);
    return true;
}

static bool appended(struct expr_context *context, const struct av *a, const struct av *b,
                     struct av *out)
{
    if (a->type != AV_L || b->type != AV_L)
        return expr_fail(context, "An operand in the update expression has an incorrect data type");
    *out = av_copy(a);
    for (size_t i = 0; i < b->count; i++)
        av_append(out, av_copy(&b->member[i].value));
    return true;
}

/* The operand's value of the item as it was, owned by the caller. */
static bool computed(struct expr_context *context, const struct expr *operand,
                     const struct av *item, struct av *out)
{
    struct av a = {.type = AV_NULL}, b = {.type = AV_NULL};
    if (operand->kind == EXPR_PATH || operand->kind == EXPR_VALUE) {
        const struct av *value = expr_value(operand, item, &a);
        if (!value)
            return expr_fail(context, "The provided expression refers to an attribute that does "
                                      "not exist in the item");
        *out = av_copy(value);
        return true;
    }
    if (operand->kind == EXPR_IF_NOT_EXISTS) {
        const struct av *value = expr_path_get(&operand->child->path, item);
        if (!value)
            return computed(context, operand->child->next, item, out);
        *out = av_copy(value);
        return true;
    }
    if (!operand->child->next || !computed(context, operand->child, item, &a))
        return expr_fail(context, "Invalid UpdateExpression: size is not allowed here");
    bool done = computed(context, operand->child->next, item, &b);
    if (done) {
        done = operand->kind == EXPR_LIST_APPEND
                   ? appended(context, &a, &b, out)
                   : sum(context, &a, &b, operand->kind == EXPR_MINUS, out);
        av_free(&b);
    }
    av_free(&a);
    return done;
}

static bool is_set(const struct av *value)
{
    return value->type == AV_SS || value->type == AV_NS || value->type == AV_BS;
}

static bool add(struct expr_context *context, const struct expr_action *action,
                const struct av *before, struct av *item)
{
    const struct av *old = expr_path_get(&action->path, before), *more = action->operand->value;
    struct av result = {.type = AV_NULL};
    if (more->type != AV_N && !is_set(more))
        return expr_fail(context,
                         "Invalid UpdateExpression: Incorrect operand type for operator or "
                         "function; operator: ADD, operand type: %s",
                         av_type_name(more->type));
    if (!old)
        return put(context, &action->path, item, av_copy(more));
    if (more->type == AV_N)
        return sum(context, old, more, false, &result) && put(context, &action->path, item, result);
    if (old->type != more->type)
        return expr_fail(context, "An operand in the update expression has an incorrect data type");
    result = av_copy(old);
    for (size_t i = 0; i < more->count; i++)
        av_set_add(&result, av_copy(&more->member[i].value));
    return put(context, &action->path, item, result);
}

static void take_away(const struct expr_path *path, struct av *item)
{
    struct av *from = holder(path, item);
    const struct expr_step *last = &path->step[path->count - 1];
    if (from && last->name)
        av_remove(from, last->name);
    else if (from)
        av_remove_at(from, last->index);
}

static bool delete_from(struct expr_context *context, const struct expr_action *action,
                        const struct av *before, struct av *item)
{
    const struct av *old = expr_path_get(&action->path, before), *less = action->operand->value;
    if (!is_set(less) || (old && old->type != less->type))
        return expr_fail(context, "An operand in the update expression has an incorrect data type");
    if (!old)
        return true;
    struct av result = av_copy(old);
    for (size_t i = result.count; i > 0; i--)
        if (av_set_has(less, &result.member[i - 1].value))
            av_remove_at(&result, i - 1);
    if (result.count)
        return put(context, &action->path, item, result);
    av_free(&result);
    take_away(&action->path, item);
    return true;
}

static bool apply_one(struct expr_context *context, const struct expr_action *action,
                      const struct av *before, struct av *item)
{
    struct av value = {.type = AV_NULL};
    switch (action->kind) {
    case EXPR_SET:
        return computed(context, action->operand, before, &value) &&
               put(context, &action->path, item, value);
    case EXPR_ADD: return add(context, action, before, item);
    case EXPR_DELETE: return delete_from(context, action, before, item);
    case EXPR_REMOVE: break;
    }
    if (action->path.count > 1 && !holder(&action->path, item))
        return no_holder(context);
    if (action->path.step[action->path.count - 1].name)
        take_away(&action->path, item);
    return true;
}

bool expr_apply(struct expr_context *context, const struct expr_action *actions, struct av *item)
{
    struct av before = av_copy(item);
    const struct expr_action *list[EXPR_NAMES];
    size_t lists = 0;
    bool done = true;
    for (const struct expr_action *a = actions; a && done; a = a->next) {
        done = apply_one(context, a, &before, item);
        if (a->kind == EXPR_REMOVE && !a->path.step[a->path.count - 1].name && lists < EXPR_NAMES)
            list[lists++] = a;
    }
    /* elements of lists go last, the highest first, so that indexes mean what they did */
    while (done && lists) {
        size_t highest = 0;
        for (size_t i = 1; i < lists; i++)
            if (list[i]->path.step[list[i]->path.count - 1].index >
                list[highest]->path.step[list[highest]->path.count - 1].index)
                highest = i;
        take_away(&list[highest]->path, item);
        list[highest] = list[--lists];
    }
    av_free(&before);
    return done;
}

/* Copies what is under one path to its place in the result; elements of lists follow each other. */
static void project_one(const struct expr_path *path, const struct av *item, struct av *out)
{
    const struct av *value = expr_path_get(path, item);
    if (!value)
        return;
    for (size_t i = 0; i < path->count; i++) {
        const struct expr_step *step = &path->step[i];
        bool last = i + 1 == path->count;
        struct av next = {.type = last || path->step[i + 1].name ? AV_M : AV_L};
        if (step->name) {
            if (last || !av_get(out, step->name))
                av_set(out, step->name, last ? av_copy(value) : next);
            out = av_get(out, step->name);
        } else {
            av_append(out, last ? av_copy(value) : next);
            out = &out->member[out->count - 1].value;
        }
    }
}

struct av expr_project(const struct expr_path *path, size_t count, const struct av *item)
{
    struct av result = {.type = AV_M};
    for (size_t i = 0; i < count; i++)
        project_one(&path[i], item, &result);
    return result;
}
