/* Conditions: OR over AND over NOT over comparisons, functions and parentheses. */
#include <string.h>

#include "fakes/fake_expr_parse.h"

enum { DEPTH_MAX = 100 };

static struct expr *disjunction(struct expr_reader *r);

static const struct {
    const char *name;
    enum expr_kind kind;
    unsigned operands;
} functions[] = {
    {"attribute_exists", EXPR_EXISTS, 1}, {"attribute_not_exists", EXPR_NOT_EXISTS, 1},
    {"attribute_type", EXPR_TYPE, 2},     {"begins_with", EXPR_BEGINS, 2},
    {"contains", EXPR_CONTAINS, 2},
};
static const struct {
    const char *sign;
    enum expr_kind kind;
} comparisons[] = {{"=", EXPR_EQ},  {"<>", EXPR_NE}, {"<", EXPR_LT},
                   {"<=", EXPR_LE}, {">", EXPR_GT},  {">=", EXPR_GE}};

static struct expr *bad(struct expr_reader *r)
{
    expr_syntax(r);
    return NULL;
}

/* Further operands behind the first child, separated by commas. */
static bool operands(struct expr_reader *r, struct expr *node, unsigned count, bool any)
{
    struct expr **tail = &node->child;
    unsigned n = 0;
    while (*tail)
        tail = &(*tail)->next;
    do {
        *tail = expr_operand(r);
        if (!*tail)
            return false;
        tail = &(*tail)->next;
        n++;
    } while (expr_take_sign(r, ","));
    return any || n == count ||
           expr_fail(r->context,
                     "Invalid %s: Incorrect number of operands for operator or function; number of "
                     "operands: %u",
                     r->what, n);
}

/* attribute_exists(path) and its like; NULL without an error when it is none of them. */
static struct expr *function(struct expr_reader *r)
{
    if (r->token != TOKEN_WORD || r->at[strspn(r->at, " ")] != '(' || expr_is_word(r, "size"))
        return NULL;
    for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
        const char *name = functions[i].name;
        if (strlen(name) != r->length || memcmp(name, r->text, r->length) != 0)
            continue;
        struct expr *node = expr_node(r, functions[i].kind);
        expr_next(r);
        expr_next(r);
        if (!operands(r, node, functions[i].operands, false))
            return NULL;
        return expr_take_sign(r, ")") ? node : bad(r);
    }
    expr_fail(r->context, "Invalid %s: Invalid function name; function: %.*s", r->what,
              (int)r->length, r->text);
    return NULL;
}

static struct expr *between(struct expr_reader *r, struct expr *operand)
{
    struct expr *node = expr_node(r, EXPR_BETWEEN);
    node->child = operand;
    operand->next = expr_operand(r);
    if (!operand->next || !expr_take_word(r, "AND"))
        return bad(r);
    operand->next->next = expr_operand(r);
    return operand->next->next ? node : NULL;
}

static struct expr *in_list(struct expr_reader *r, struct expr *operand)
{
    struct expr *node = expr_node(r, EXPR_IN);
    node->child = operand;
    if (!expr_take_sign(r, "("))
        return bad(r);
    if (!operands(r, node, 0, true))
        return NULL;
    return expr_take_sign(r, ")") ? node : bad(r);
}

static struct expr *comparison(struct expr_reader *r)
{
    struct expr *operand = expr_operand(r);
    if (!operand)
        return NULL;
    if (expr_take_word(r, "BETWEEN"))
        return between(r, operand);
    if (expr_take_word(r, "IN"))
        return in_list(r, operand);
    for (size_t i = 0; i < ARRAY_SIZE(comparisons); i++) {
        if (!expr_take_sign(r, comparisons[i].sign))
            continue;
        struct expr *node = expr_node(r, comparisons[i].kind);
        node->child = operand;
        operand->next = expr_operand(r);
        return operand->next ? node : NULL;
    }
    return bad(r);
}

static struct expr *term(struct expr_reader *r)
{
    struct expr *node = NULL;
    if (++r->depth > DEPTH_MAX)
        return bad(r);
    if (expr_take_word(r, "NOT")) {
        node = expr_node(r, EXPR_NOT);
        node->child = term(r);
        node = node->child ? node : NULL;
    } else if (expr_take_sign(r, "(")) {
        node = disjunction(r);
        if (node && !expr_take_sign(r, ")"))
            node = bad(r);
    } else {
        node = function(r);
        if (!node && !*r->context->error)
            node = comparison(r);
    }
    r->depth--;
    return node;
}

/* Terms joined by one word, as one node of that kind. */
static struct expr *joined(struct expr_reader *r, const char *word, enum expr_kind kind,
                           struct expr *(*part)(struct expr_reader *))
{
    struct expr *first = part(r), *node;
    if (!first || !expr_is_word(r, word))
        return first;
    node = expr_node(r, kind);
    node->child = first;
    for (struct expr *last = first; expr_take_word(r, word); last = last->next) {
        last->next = part(r);
        if (!last->next)
            return NULL;
    }
    return node;
}

static struct expr *conjunction(struct expr_reader *r)
{
    return joined(r, "AND", EXPR_AND, term);
}

static struct expr *disjunction(struct expr_reader *r)
{
    return joined(r, "OR", EXPR_OR, conjunction);
}

const struct expr *expr_condition(struct expr_context *context, const char *what, const char *text)
{
    struct expr_reader r;
    if (!*text) {
        expr_fail(context, "Invalid %s: The expression can not be empty;", what);
        return NULL;
    }
    expr_start(&r, context, what, text);
    const struct expr *node = disjunction(&r);
    if (node && r.token != TOKEN_END)
        return bad(&r);
    return node;
}

const struct expr_path *expr_projection(struct expr_context *context, const char *text,
                                        size_t *count)
{
    struct expr_reader r;
    struct expr_path *path = arena_zero(context->arena, EXPR_NAMES * sizeof(*path));
    *count = 0;
    expr_start(&r, context, "ProjectionExpression", text);
    do {
        if (*count >= EXPR_NAMES || !expr_path_read(&r, &path[(*count)++]))
            return NULL;
    } while (expr_take_sign(&r, ","));
    if (r.token == TOKEN_END)
        return path;
    expr_syntax(&r);
    return NULL;
}
