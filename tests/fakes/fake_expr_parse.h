/* The reader of expressions, shared by conditions and updates. */
#ifndef TESTS_FAKE_EXPR_PARSE_H
#define TESTS_FAKE_EXPR_PARSE_H

#include "fakes/fake_expr.h"

enum token { TOKEN_END, TOKEN_WORD, TOKEN_NAME, TOKEN_VALUE, TOKEN_NUMBER, TOKEN_SIGN, TOKEN_BAD };
struct expr_reader {
    struct expr_context *context;
    const char *what; /* "UpdateExpression" */
    const char *at;
    enum token token;
    const char *text; /* of the token */
    size_t length;
    unsigned depth;
};
void expr_start(struct expr_reader *r, struct expr_context *context, const char *what,
                const char *text);
void expr_next(struct expr_reader *r);
bool expr_is_word(const struct expr_reader *r, const char *word); /* in any case */
bool expr_is_sign(const struct expr_reader *r, const char *sign);
bool expr_take_word(struct expr_reader *r, const char *word);
bool expr_take_sign(struct expr_reader *r, const char *sign);
/* Sets the syntax error at the token; gives false. */
bool expr_syntax(struct expr_reader *r);
bool expr_path_read(struct expr_reader *r, struct expr_path *out);
const struct av *expr_value_read(struct expr_reader *r); /* the :value at hand */
struct expr *expr_node(struct expr_reader *r, enum expr_kind kind);
/* A path, a value, or size(path). */
struct expr *expr_operand(struct expr_reader *r);
bool expr_reserved(const char *word, size_t length);

#endif
