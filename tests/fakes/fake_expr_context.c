/* What #names and :values stand for. */
#include <string.h>

#include "fakes/fake_expr.h"

static bool well_named(const struct jv *member, char first)
{
    return member->name_length > 1 && member->name[0] == first;
}

static bool read_values(struct expr_context *context, const struct jv *values)
{
    if (!values->count)
        return expr_fail(context, "ExpressionAttributeValues must not be empty");
    for (const struct jv *v = values->child; v; v = v->next) {
        const char *error;
        if (!well_named(v, ':'))
            return expr_fail(context,
                             "ExpressionAttributeValues contains invalid key: Syntax error; key: "
                             "\"%s\"",
                             v->name);
        if (context->values >= EXPR_NAMES)
            return expr_fail(context, "ExpressionAttributeValues has too many members");
        if (!av_read(&context->value[context->values].value, v, &error))
            return expr_fail(context,
                             "ExpressionAttributeValues contains invalid value: %s for key %s",
                             error, v->name);
        context->value[context->values++].name = v->name;
    }
    return true;
}

bool expr_open(struct expr_context *context, struct arena *arena, const struct jv *request)
{
    const struct jv *values = jv_get(request, "ExpressionAttributeValues");
    context->arena = arena;
    context->names = jv_get(request, "ExpressionAttributeNames");
    if (context->names && !context->names->count)
        return expr_fail(context, "ExpressionAttributeNames must not be empty");
    if (context->names && context->names->count > EXPR_NAMES)
        return expr_fail(context, "ExpressionAttributeNames has too many members");
    for (const struct jv *n = context->names ? context->names->child : NULL; n; n = n->next)
        if (!well_named(n, '#') || n->type != JV_STRING)
            return expr_fail(context,
                             "ExpressionAttributeNames contains invalid key: Syntax error; key: "
                             "\"%s\"",
                             n->name);
    return !values || read_values(context, values);
}

bool expr_all_used(struct expr_context *context)
{
    size_t i = 0;
    for (const struct jv *n = context->names ? context->names->child : NULL; n; n = n->next)
        if (!context->name_used[i++])
            return expr_fail(context,
                             "Value provided in ExpressionAttributeNames unused in expressions: "
                             "keys: {%s}",
                             n->name);
    for (i = 0; i < context->values; i++)
        if (!context->value[i].used)
            return expr_fail(context,
                             "Value provided in ExpressionAttributeValues unused in expressions: "
                             "keys: {%s}",
                             context->value[i].name);
    return true;
}

void expr_close(struct expr_context *context)
{
    for (size_t i = 0; i < context->values; i++)
        av_free(&context->value[i].value);
}
