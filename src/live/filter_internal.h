/* The filter as a tree; made by filter_parse.c, evaluated by filter_eval.c. Everything lives in the
 * filter's arena. */
#ifndef LIVE_FILTER_INTERNAL_H
#define LIVE_FILTER_INTERNAL_H

#include <regex.h>

#include "contactwatch/filter.h"

enum {
    FILTER_TEXT_MAX = 4096,
    FILTER_DEPTH_MAX = 64,
    FILTER_REGEX_MAX = 256,
    FILTER_ID_PREFIX = 4,
    FILTER_TEXTS_MAX = 48,
};

enum filter_op {
    OP_EQUAL,
    OP_NOT_EQUAL,
    OP_HAS,
    OP_HAS_NOT,
    OP_LESS,
    OP_LESS_EQUAL,
    OP_MORE,
    OP_MORE_EQUAL,
    OP_NONE
};

/* A text a row has for a field. Ids match by prefix, ARNs only whole. */
enum text_kind { TEXT_PLAIN, TEXT_ID, TEXT_ARN };
struct filter_texts {
    struct {
        const char *text;
        enum text_kind kind;
    } item[FILTER_TEXTS_MAX];
    size_t count;
};

struct filter_regex {
    regex_t compiled;
    struct filter_regex *next;
};

struct filter_value {
    const char *text;
    bool none; /* a bare - */
    bool wildcard;
    struct filter_regex *regex;
    int64_t
        number; /* duration ms, count, flag bits, absolute time; with clock: ms since midnight */
    int64_t precision; /* times: how long the moment meant lasts */
    bool clock;
};

enum node_kind { NODE_AND, NODE_OR, NODE_NOT, NODE_TEST, NODE_WORD };
struct filter_node {
    uint8_t kind; /* enum node_kind */
    uint8_t op;   /* enum filter_op */
    uint8_t field;
    const char *attribute; /* attr.NAME */
    struct filter_value *value;
    size_t values;
    struct filter_node *left, *right;
};

struct filter {
    struct arena arena;
    struct filter_node *root;   /* NULL = everything matches */
    struct filter_regex *regex; /* all that were compiled */
    bool timed;
};

/* How a field is read off a row; same index as filter_fields. */
struct filter_access {
    void (*texts)(struct filter_texts *out, const struct row *row); /* FILTER_TEXT */
    bool (*number)(const struct row *row, const struct live *live, int64_t now,
                   int64_t *out); /* durations, times, numbers */
    bool timed;                   /* its value changes with time */
};
extern const struct filter_access filter_access[];
enum { FILTER_FIELD_ATTRIBUTE_NONE = 255 };

int filter_field_find(const char *name, size_t length); /* -1; attr.NAME answers to "attr." */
const char *filter_field_like(const char *name,
                              size_t length); /* the nearest field of a misspelt one, or NULL */
void filter_attribute(struct filter_texts *out, const struct row *row, const char *name);
void filter_all_texts(struct filter_texts *out,
                      const struct row *row); /* without attributes' values */
unsigned filter_flag(const char *text);       /* bits of enum row_flag, 0 = unknown */
bool filter_status_known(const struct filter_value *value);

/* Lexical level. */
struct filter_scan {
    const char *text;
    size_t at;
    struct filter_error *error;
};
void scan_blanks(struct filter_scan *scan);
bool scan_keyword(struct filter_scan *scan,
                  const char *keyword); /* consumes it if it stands there */
bool scan_at_word(const struct filter_scan *scan, const char *keyword);
enum filter_op scan_operator(struct filter_scan *scan);
size_t scan_name(const struct filter_scan *scan); /* length of the unquoted word that stands here */
size_t
lex_value(const struct filter_scan *scan); /* as scan_name, but operators may be part of it */
bool scan_quoted(struct filter_scan *scan, struct arena *arena, const char **out);
bool scan_regex(struct filter_scan *scan, struct arena *arena, const char **out);
bool scan_fail(struct filter_scan *scan, size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Depth is counted, so that recursion has an end. */
struct parser {
    struct filter_scan scan;
    struct filter *filter;
    int depth;
};

/* filter_test.c */
struct filter_node *parser_node(struct parser *parser, enum node_kind kind);
char parser_char(const struct parser *parser); /* where it stands */
bool parser_at_keyword(const struct filter_scan *scan);
struct filter_node *parser_test(struct parser *parser, size_t at, size_t length,
                                const char *attribute);

/* filter_value.c: gives a value its type; false with the error set. `at` is where it stands. */
bool value_type(struct filter *filter, struct filter_scan *scan, const struct filter_node *node,
                struct filter_value *value, size_t at);

/* filter_regex.c: why a regular expression is refused before it is compiled, or NULL. */
const char *filter_regex_danger(const char *pattern);

bool value_matches(const struct filter_value *value, const char *text, enum text_kind kind,
                   bool has);

#endif
