/*
 * DynamoDB's expressions: read into trees in the request's arena, then evaluated against items.
 * Every mistake is told in the service's words.
 */
#ifndef TESTS_FAKE_EXPR_H
#define TESTS_FAKE_EXPR_H

#include "fakes/fake_av.h"

enum { EXPR_NAMES = 200, EXPR_ERROR = 400 };

/* What #names and :values stand for, and the first mistake. */
struct expr_context {
    struct arena *arena;
    const struct jv *names; /* may be NULL */
    struct {
        const char *name;
        struct av value;
        bool used;
    } value[EXPR_NAMES];
    size_t values;
    bool name_used[EXPR_NAMES];
    char error[EXPR_ERROR]; /* "" = none */
};
/* Reads ExpressionAttributeNames and …Values of a request. False with context->error set. */
bool expr_open(struct expr_context *context, struct arena *arena, const struct jv *request);
/* Nothing may have been given that no expression uses. */
bool expr_all_used(struct expr_context *context);
void expr_close(struct expr_context *context);
bool expr_fail(struct expr_context *context, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

struct expr_step {
    const char *name; /* NULL: an index into a list */
    size_t index;
};
struct expr_path {
    struct expr_step *step;
    size_t count;
};
/* NULL = not there. */
const struct av *expr_path_get(const struct expr_path *path, const struct av *item);
bool expr_path_begins(const struct expr_path *path, const struct expr_path *start);
void expr_path_text(const struct expr_path *path, struct buf *out);

enum expr_kind {
    /* operands */
    EXPR_PATH,
    EXPR_VALUE,
    EXPR_SIZE,
    EXPR_PLUS,
    EXPR_MINUS,
    EXPR_IF_NOT_EXISTS,
    EXPR_LIST_APPEND,
    /* conditions */
    EXPR_OR,
    EXPR_AND,
    EXPR_NOT,
    EXPR_EQ,
    EXPR_NE,
    EXPR_LT,
    EXPR_LE,
    EXPR_GT,
    EXPR_GE,
    EXPR_BETWEEN,
    EXPR_IN,
    EXPR_EXISTS,
    EXPR_NOT_EXISTS,
    EXPR_TYPE,
    EXPR_BEGINS,
    EXPR_CONTAINS,
};
struct expr {
    enum expr_kind kind;
    struct expr_path path;  /* EXPR_PATH */
    const struct av *value; /* EXPR_VALUE */
    struct expr *child, *next;
};

/* what: "ConditionExpression", for the words of mistakes. NULL with context->error set. */
const struct expr *expr_condition(struct expr_context *context, const char *what, const char *text);
/* Does it hold for the item? (An empty map stands for none.) */
bool expr_holds(const struct expr *condition, const struct av *item);
/* An operand's value: borrowed, or in *made (freed by the caller); NULL = none. */
const struct av *expr_value(const struct expr *operand, const struct av *item, struct av *made);

enum expr_action_kind { EXPR_SET, EXPR_REMOVE, EXPR_ADD, EXPR_DELETE };
struct expr_action {
    enum expr_action_kind kind;
    struct expr_path path;
    struct expr *operand;
    struct expr_action *next;
};
const struct expr_action *expr_update(struct expr_context *context, const char *text);
/* Changes the item; values are of the item as it was. False with context->error set. */
bool expr_apply(struct expr_context *context, const struct expr_action *actions, struct av *item);

/* A ProjectionExpression: a list of paths; *count of them. NULL with context->error set. */
const struct expr_path *expr_projection(struct expr_context *context, const char *text,
                                        size_t *count);
/* What of the item is under the paths. */
struct av expr_project(const struct expr_path *path, size_t count, const struct av *item);

#endif
