/* Tokens, paths and operands. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fakes/fake_expr_parse.h"

enum { STEPS_MAX = 32 };

static bool word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static size_t word_length(const char *at)
{
    size_t length = 0;
    while (word_char(at[length]))
        length++;
    return length;
}

void expr_next(struct expr_reader *r)
{
    static const char *const signs[] = {"<>", "<=", ">=", "<", ">", "=", "(",
                                        ")",  "[",  "]",  ".", ",", "+", "-"};
    r->at += strspn(r->at, " \t\r\n");
    r->text = r->at;
    r->length = 0;
    if (!*r->at) {
        r->token = TOKEN_END;
        return;
    }
    r->token = TOKEN_BAD;
    if (*r->at == '#' || *r->at == ':') {
        r->token = *r->at == '#' ? TOKEN_NAME : TOKEN_VALUE;
        r->length = 1 + word_length(r->at + 1);
    } else if (word_char(*r->at)) {
        r->length = word_length(r->at);
        r->token = strspn(r->at, "0123456789") >= r->length ? TOKEN_NUMBER : TOKEN_WORD;
    }
    for (size_t i = 0; i < ARRAY_SIZE(signs) && !r->length; i++)
        if (strncmp(r->at, signs[i], strlen(signs[i])) == 0) {
            r->length = strlen(signs[i]);
            r->token = TOKEN_SIGN;
        }
    r->at += r->length ? r->length : 1;
}

void expr_start(struct expr_reader *r, struct expr_context *context, const char *what,
                const char *text)
{
    *r = (struct expr_reader){.context = context, .what = what, .at = text};
    expr_next(r);
}

bool expr_is_word(const struct expr_reader *r, const char *word)
{
    return r->token == TOKEN_WORD && r->length == strlen(word) &&
           strncasecmp(r->text, word, r->length) == 0;
}

bool expr_is_sign(const struct expr_reader *r, const char *sign)
{
    return r->token == TOKEN_SIGN && r->length == strlen(sign) &&
           memcmp(r->text, sign, r->length) == 0;
}

bool expr_take_word(struct expr_reader *r, const char *word)
{
    bool is = expr_is_word(r, word);
    if (is)
        expr_next(r);
    return is;
}

bool expr_take_sign(struct expr_reader *r, const char *sign)
{
    bool is = expr_is_sign(r, sign);
    if (is)
        expr_next(r);
    return is;
}

bool expr_fail(struct expr_context *context, const char *format, ...)
{
    va_list args;
    if (*context->error)
        return false;
    va_start(args, format);
    vsnprintf(context->error, sizeof(context->error), format, args);
    va_end(args);
    return false;
}

bool expr_syntax(struct expr_reader *r)
{
    if (r->token == TOKEN_END)
        return expr_fail(r->context, "Invalid %s: Syntax error; token: <EOF>, near: \"%s\"",
                         r->what, "");
    return expr_fail(r->context, "Invalid %s: Syntax error; token: \"%.*s\", near: \"%.20s\"",
                     r->what, (int)r->length, r->text, r->text);
}

/* A bare name, or what a #name stands for. */
static bool step_name(struct expr_reader *r, const char **name)
{
    struct expr_context *context = r->context;
    if (r->token == TOKEN_WORD) {
        if (expr_reserved(r->text, r->length))
            return expr_fail(context,
                             "Invalid %s: Attribute name is a reserved keyword; reserved keyword: "
                             "%.*s",
                             r->what, (int)r->length, r->text);
        *name = arena_strndup(context->arena, r->text, r->length);
    } else if (r->token == TOKEN_NAME) {
        size_t i = 0;
        const struct jv *n = context->names ? context->names->child : NULL;
        for (; n && (n->name_length != r->length || memcmp(n->name, r->text, r->length) != 0);
             n = n->next)
            i++;
        if (!n || n->type != JV_STRING)
            return expr_fail(
                context,
                "Invalid %s: An expression attribute name used in the document path is "
                "not defined; attribute name: %.*s",
                r->what, (int)r->length, r->text);
        context->name_used[i] = true;
        *name = n->text;
    } else {
        return expr_syntax(r);
    }
    expr_next(r);
    return true;
}

bool expr_path_read(struct expr_reader *r, struct expr_path *out)
{
    out->step = arena_zero(r->context->arena, STEPS_MAX * sizeof(*out->step));
    out->count = 0;
    if (!step_name(r, &out->step[out->count++].name))
        return false;
    while (out->count < STEPS_MAX) {
        if (expr_take_sign(r, ".")) {
            if (!step_name(r, &out->step[out->count++].name))
                return false;
        } else if (expr_take_sign(r, "[")) {
            if (r->token != TOKEN_NUMBER)
                return expr_syntax(r);
            out->step[out->count++].index = strtoul(r->text, NULL, 10);
            expr_next(r);
            if (!expr_take_sign(r, "]"))
                return expr_syntax(r);
        } else {
            return true;
        }
    }
    return expr_fail(r->context, "Invalid %s: The document path has too many nesting elements",
                     r->what);
}

const struct av *expr_value_read(struct expr_reader *r)
{
    struct expr_context *context = r->context;
    for (size_t i = 0; i < context->values; i++) {
        const char *name = context->value[i].name;
        if (strlen(name) != r->length || memcmp(name, r->text, r->length) != 0)
            continue;
        context->value[i].used = true;
        expr_next(r);
        return &context->value[i].value;
    }
    expr_fail(context,
              "Invalid %s: An expression attribute value used in expression is not defined; "
              "attribute value: %.*s",
              r->what, (int)r->length, r->text);
    return NULL;
}

struct expr *expr_node(struct expr_reader *r, enum expr_kind kind)
{
    struct expr *node = arena_zero(r->context->arena, sizeof(*node));
    node->kind = kind;
    return node;
}

struct expr *expr_operand(struct expr_reader *r)
{
    struct expr *node = expr_node(r, EXPR_PATH);
    if (r->token == TOKEN_VALUE) {
        node->kind = EXPR_VALUE;
        node->value = expr_value_read(r);
        return node->value ? node : NULL;
    }
    if (expr_is_word(r, "size") && r->at[strspn(r->at, " ")] == '(') {
        expr_next(r);
        expr_next(r);
        node->kind = EXPR_SIZE;
        node->child = expr_operand(r);
        if (node->child && expr_take_sign(r, ")"))
            return node;
        expr_syntax(r);
        return NULL;
    }
    return expr_path_read(r, &node->path) ? node : NULL;
}
