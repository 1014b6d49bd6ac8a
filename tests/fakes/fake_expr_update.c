/* Update expressions read: SET, REMOVE, ADD and DELETE, each at most once. */
#include <string.h>

#include "fakes/fake_expr_parse.h"

static const struct {
    const char *word;
    enum expr_action_kind kind;
} clauses[] = {
    {"SET", EXPR_SET}, {"REMOVE", EXPR_REMOVE}, {"ADD", EXPR_ADD}, {"DELETE", EXPR_DELETE}};

static struct expr *set_operand(struct expr_reader *r);

/* if_not_exists(path, operand) and list_append(operand, operand). */
static struct expr *set_function(struct expr_reader *r, enum expr_kind kind)
{
    struct expr *node = expr_node(r, kind);
    expr_next(r);
    expr_next(r);
    node->child = set_operand(r);
    if (!node->child)
        return NULL;
    if (kind == EXPR_IF_NOT_EXISTS && node->child->kind != EXPR_PATH) {
        expr_fail(r->context,
                  "Invalid UpdateExpression: Operator or function requires a document path; "
                  "operator or function: if_not_exists");
        return NULL;
    }
    if (expr_take_sign(r, ","))
        node->child->next = set_operand(r);
    if (node->child->next && expr_take_sign(r, ")"))
        return node;
    expr_syntax(r);
    return NULL;
}

static struct expr *set_operand(struct expr_reader *r)
{
    bool call = r->token == TOKEN_WORD && r->at[strspn(r->at, " ")] == '(';
    if (call && expr_is_word(r, "if_not_exists"))
        return set_function(r, EXPR_IF_NOT_EXISTS);
    if (call && expr_is_word(r, "list_append"))
        return set_function(r, EXPR_LIST_APPEND);
    if (call) {
        expr_fail(r->context, "Invalid UpdateExpression: Invalid function name; function: %.*s",
                  (int)r->length, r->text);
        return NULL;
    }
    return expr_operand(r);
}

static struct expr *set_value(struct expr_reader *r)
{
    struct expr *first = set_operand(r);
    if (!first || (!expr_is_sign(r, "+") && !expr_is_sign(r, "-")))
        return first;
    struct expr *node = expr_node(r, expr_is_sign(r, "+") ? EXPR_PLUS : EXPR_MINUS);
    expr_next(r);
    node->child = first;
    first->next = set_operand(r);
    return first->next ? node : NULL;
}

static struct expr_action *action(struct expr_reader *r, enum expr_action_kind kind)
{
    struct expr_action *a = arena_zero(r->context->arena, sizeof(*a));
    a->kind = kind;
    if (!expr_path_read(r, &a->path))
        return NULL;
    if (kind == EXPR_SET) {
        if (!expr_take_sign(r, "=")) {
            expr_syntax(r);
            return NULL;
        }
        a->operand = set_value(r);
    } else if (kind != EXPR_REMOVE) {
        a->operand = r->token == TOKEN_VALUE ? expr_operand(r) : NULL;
        if (!a->operand)
            expr_syntax(r);
    }
    return a->operand || kind == EXPR_REMOVE ? a : NULL;
}

/* No path may be another's beginning. */
static bool apart(struct expr_reader *r, const struct expr_action *first)
{
    for (const struct expr_action *a = first; a; a = a->next)
        for (const struct expr_action *b = a->next; b; b = b->next) {
            if (!expr_path_begins(&a->path, &b->path) && !expr_path_begins(&b->path, &a->path))
                continue;
            struct buf one = {0}, two = {0};
            expr_path_text(&a->path, &one);
            expr_path_text(&b->path, &two);
            expr_fail(r->context,
                      "Invalid UpdateExpression: Two document paths overlap with each other; must "
                      "remove or rewrite one of these paths; path one: [%s], path two: [%s]",
                      one.data, two.data);
            buf_free(&one);
            buf_free(&two);
            return false;
        }
    return true;
}

/* The clause at hand; false with the error set. */
static bool clause(struct expr_reader *r, bool seen[ARRAY_SIZE(clauses)],
                   struct expr_action ***tail)
{
    size_t i = 0;
    while (i < ARRAY_SIZE(clauses) && !expr_is_word(r, clauses[i].word))
        i++;
    if (i == ARRAY_SIZE(clauses))
        return expr_syntax(r);
    if (seen[i])
        return expr_fail(r->context,
                         "Invalid UpdateExpression: The \"%s\" section can only be used once in an "
                         "update expression;",
                         clauses[i].word);
    seen[i] = true;
    expr_next(r);
    do {
        **tail = action(r, clauses[i].kind);
        if (!**tail)
            return false;
        *tail = &(**tail)->next;
    } while (expr_take_sign(r, ","));
    return true;
}

const struct expr_action *expr_update(struct expr_context *context, const char *text)
{
    struct expr_reader r;
    struct expr_action *first = NULL, **tail = &first;
    bool seen[ARRAY_SIZE(clauses)] = {false};
    expr_start(&r, context, "UpdateExpression", text);
    if (r.token == TOKEN_END) {
        expr_fail(context, "Invalid UpdateExpression: The expression can not be empty;");
        return NULL;
    }
    while (r.token != TOKEN_END)
        if (!clause(&r, seen, &tail))
            return NULL;
    return apart(&r, first) ? first : NULL;
}
