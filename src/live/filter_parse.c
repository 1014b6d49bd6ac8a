/*
 * or: weakest; and (or a blank); not; a test or a bare word. Depth and length are capped, so that
 * recursion is.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "live/filter_internal.h"

static struct filter_node *parse_or(struct parser *parser);

static bool at_end(struct parser *parser)
{
    scan_blanks(&parser->scan);
    return !parser_char(parser) || parser_char(parser) == ')' || scan_at_word(&parser->scan, "or");
}

static struct filter_node *word_node(struct parser *parser, const char *text)
{
    struct filter_node *node = parser_node(parser, NODE_WORD);
    node->value = arena_zero(&parser->filter->arena, sizeof(*node->value));
    node->values = 1;
    node->value->text = text;
    node->value->wildcard = strchr(text, '*') != NULL;
    if (node->value->wildcard)
        node->value->text = arena_printf(&parser->filter->arena, "*%s*", text);
    return node;
}

static struct filter_node *parse_term(struct parser *parser)
{
    struct filter_scan *scan = &parser->scan;
    struct arena *arena = &parser->filter->arena;
    size_t at = scan->at, length = scan_name(scan);
    const char *quoted = NULL;
    char c = parser_char(parser);
    if (!length && (c == '"' || c == '\''))
        return scan_quoted(scan, arena, &quoted) ? word_node(parser, quoted) : NULL;
    scan->at += length;
    if (length == 5 && strncasecmp(scan->text + at, "attr.", 5) == 0 &&
        (parser_char(parser) == '"' || parser_char(parser) == '\'') &&
        !scan_quoted(scan, arena, &quoted))
        return NULL;
    size_t behind = scan->at;
    scan_blanks(scan);
    size_t operator_at = scan->at;
    bool test = scan_operator(scan) != OP_NONE;
    scan->at = operator_at;
    if (test && !length)
        return scan_fail(scan, at, "a field is missing before \"%c\"", c), NULL;
    if (test)
        return parser_test(parser, at, length, quoted);
    scan->at = behind;
    if (quoted)
        return scan_fail(scan, behind, "an operator is missing behind the attribute"), NULL;
    if (!length)
        return scan_fail(scan, at, "\"%c\" has no meaning here", c), NULL;
    return word_node(parser, arena_strndup(arena, scan->text + at, length));
}

static struct filter_node *parse_group(struct parser *parser)
{
    struct filter_scan *scan = &parser->scan;
    size_t open = scan->at++;
    struct filter_node *inner = parse_or(parser);
    if (!inner)
        return NULL;
    scan_blanks(scan);
    if (parser_char(parser) != ')')
        return scan_fail(scan, open, "this parenthesis is not closed"), NULL;
    scan->at++;
    return inner;
}

static struct filter_node *parse_not(struct parser *parser)
{
    struct filter_scan *scan = &parser->scan;
    scan_blanks(scan);
    size_t at = scan->at;
    if (++parser->depth > FILTER_DEPTH_MAX)
        return scan_fail(scan, at, "nested deeper than %d", FILTER_DEPTH_MAX), NULL;
    struct filter_node *node = NULL;
    if (scan_keyword(scan, "not")) {
        struct filter_node *inner = parse_not(parser);
        if (inner) {
            node = parser_node(parser, NODE_NOT);
            node->left = inner;
        }
    } else if (parser_char(parser) == '(') {
        node = parse_group(parser);
    } else if (!parser_char(parser) || parser_char(parser) == ')' || parser_at_keyword(scan)) {
        scan_fail(scan, at, "a condition is missing here");
    } else {
        node = parse_term(parser);
    }
    parser->depth--;
    return node;
}

static struct filter_node *join(struct parser *parser, enum node_kind kind,
                                struct filter_node *left, struct filter_node *right)
{
    if (!right)
        return NULL;
    struct filter_node *node = parser_node(parser, kind);
    node->left = left;
    node->right = right;
    return node;
}

static struct filter_node *parse_and(struct parser *parser)
{
    struct filter_node *left = parse_not(parser);
    while (left && !at_end(parser)) {
        scan_keyword(&parser->scan, "and");
        left = join(parser, NODE_AND, left, parse_not(parser));
    }
    return left;
}

static struct filter_node *parse_or(struct parser *parser)
{
    struct filter_node *left = parse_and(parser);
    while (left && scan_keyword(&parser->scan, "or"))
        left = join(parser, NODE_OR, left, parse_and(parser));
    return left;
}

struct filter *filter_parse(const char *text, struct filter_error *error)
{
    struct filter_error ignored = {0};
    error = error ? error : &ignored;
    *error = (struct filter_error){0};
    struct filter *filter = mem_zero(sizeof(*filter));
    struct parser parser = {.scan = {text ? text : "", 0, error}, .filter = filter};
    bool fine = true;
    if (strlen(parser.scan.text) > FILTER_TEXT_MAX) {
        fine = scan_fail(&parser.scan, FILTER_TEXT_MAX, "longer than %d bytes", FILTER_TEXT_MAX);
    } else {
        scan_blanks(&parser.scan);
        if (parser_char(&parser)) {
            filter->root = parse_or(&parser);
            fine = filter->root != NULL;
            scan_blanks(&parser.scan);
            if (fine && parser_char(&parser))
                fine = scan_fail(&parser.scan, parser.scan.at,
                                 "nothing is open that this ) could close");
        }
    }
    if (fine)
        return filter;
    filter_free(filter);
    return NULL;
}

void filter_free(struct filter *filter)
{
    if (!filter)
        return;
    for (struct filter_regex *regex = filter->regex; regex; regex = regex->next)
        regfree(&regex->compiled);
    arena_free(&filter->arena);
    free(filter);
}
