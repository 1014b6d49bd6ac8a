/*
 * or: weakest; and (or a blank); not; a test or a bare word. Depth and length are capped, so that
 * recursion is.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "live/filter_internal.h"

enum { VALUES_MAX = 256 };

struct parser {
    struct filter_scan scan;
    struct filter *filter;
    int depth;
};

static struct filter_node *parse_or(struct parser *parser);

static struct filter_node *node_new(struct parser *parser, enum node_kind kind)
{
    struct filter_node *node = arena_zero(&parser->filter->arena, sizeof(*node));
    node->kind = (uint8_t)kind;
    return node;
}

static char here(const struct parser *parser)
{
    return parser->scan.text[parser->scan.at];
}

static bool at_end(struct parser *parser)
{
    scan_blanks(&parser->scan);
    return !here(parser) || here(parser) == ')' || scan_at_word(&parser->scan, "or");
}

static bool is_keyword(const struct filter_scan *scan)
{
    return scan_at_word(scan, "and") || scan_at_word(scan, "or") || scan_at_word(scan, "not");
}

static bool read_plain(struct parser *parser, struct filter_value *value, size_t length)
{
    struct filter_scan *scan = &parser->scan;
    const char *start = scan->text + scan->at;
    if (!length)
        return scan_fail(scan, scan->at, "a value is missing here; - stands for none");
    if (is_keyword(scan))
        return scan_fail(scan, scan->at, "quote the word \"%.*s\" when it is a value", (int)length,
                         start);
    value->text = arena_strndup(&parser->filter->arena, start, length);
    value->none = strcmp(value->text, "-") == 0;
    scan->at += length;
    char next = here(parser);
    if (next == '(' || next == '"' || next == '\'')
        return scan_fail(scan, scan->at, "quote the whole value when it holds %c", next);
    return true;
}

static bool read_value(struct parser *parser, const struct filter_node *node,
                       struct filter_value *value)
{
    struct filter_scan *scan = &parser->scan;
    struct arena *arena = &parser->filter->arena;
    scan_blanks(scan);
    size_t at = scan->at;
    bool has = node->op == OP_HAS || node->op == OP_HAS_NOT;
    const char *pattern = NULL;
    if (here(parser) == '"' || here(parser) == '\'') {
        if (!scan_quoted(scan, arena, &value->text))
            return false;
    } else if (has && here(parser) == '/') {
        if (!scan_regex(scan, arena, &pattern))
            return false;
        value->text = pattern;
        value->regex = arena_zero(arena, sizeof(*value->regex));
    } else if (!read_plain(parser, value, lex_value(scan))) {
        return false;
    }
    return value_type(parser->filter, scan, node, value, at);
}

static bool read_values(struct parser *parser, struct filter_node *node)
{
    struct filter_scan *scan = &parser->scan;
    struct filter_value *list = NULL;
    size_t count = 0, capacity = 0;
    bool fine = true;
    do {
        mem_grow(list, count, capacity);
        list[count] = (struct filter_value){0};
        fine = read_value(parser, node, &list[count++]);
        size_t after = scan->at;
        scan_blanks(scan);
        if (!fine || here(parser) != ',') {
            scan->at = after;
            break;
        }
        if (node->op != OP_EQUAL && node->op != OP_NOT_EQUAL)
            fine = scan_fail(scan, scan->at, "a list works only with = (any of) and != (none of)");
        else if (count == VALUES_MAX)
            fine = scan_fail(scan, scan->at, "more than %d values in one list", VALUES_MAX);
        scan->at++;
    } while (fine);
    node->value = arena_alloc(&parser->filter->arena, count * sizeof(*list));
    memcpy(node->value, list, count * sizeof(*list));
    node->values = count;
    free(list);
    return fine;
}

static bool check_operator(struct parser *parser, const struct filter_node *node, size_t at)
{
    static const char *const type_name[] = {[FILTER_TEXT] = "a text",
                                            [FILTER_SET] = "a set of flags",
                                            [FILTER_DURATION] = "a duration",
                                            [FILTER_TIME] = "a time",
                                            [FILTER_NUMBER] = "a number"};
    const struct filter_field *field = &filter_fields[node->field];
    bool order = node->op >= OP_LESS, has = node->op == OP_HAS || node->op == OP_HAS_NOT;
    bool textual = field->type == FILTER_TEXT;
    if ((order && (textual || field->type == FILTER_SET)) || (has && !textual))
        return scan_fail(&parser->scan, at, "%s is %s: use %s", field->name, type_name[field->type],
                         textual                     ? "= != ~ !~"
                         : field->type == FILTER_SET ? "= !="
                                                     : "= != < <= > >=");
    return true;
}

static bool unknown_field(struct parser *parser, size_t at, size_t length)
{
    const char *name = parser->scan.text + at;
    const char *like = filter_field_like(name, length);
    int shown = length < 40 ? (int)length : 40;
    if (like)
        return scan_fail(&parser->scan, at, "there is no field \"%.*s\"; did you mean %s?", shown,
                         name, like);
    return scan_fail(&parser->scan, at, "there is no field \"%.*s\"", shown, name);
}

/* The test behind a field's name, once an operator has been seen. */
static struct filter_node *parse_test(struct parser *parser, size_t at, size_t length,
                                      const char *attribute)
{
    struct filter_node *node = node_new(parser, NODE_TEST);
    size_t operator_at = parser->scan.at;
    node->op = (uint8_t)scan_operator(&parser->scan);
    const char *name = parser->scan.text + at;
    int field = filter_field_find(name, length);
    if (field < 0)
        return unknown_field(parser, at, length), NULL;
    node->field = (uint8_t)field;
    if (strcmp(filter_fields[field].name, "attr.") == 0 && !attribute) {
        if (length == strlen("attr."))
            return scan_fail(&parser->scan, at, "attr. wants a name: attr.tier=gold"), NULL;
        attribute = arena_strndup(&parser->filter->arena, name + 5, length - 5);
    }
    node->attribute = attribute;
    if (!check_operator(parser, node, operator_at) || !read_values(parser, node))
        return NULL;
    parser->filter->timed |= filter_access[field].timed;
    return node;
}

static struct filter_node *word_node(struct parser *parser, const char *text)
{
    struct filter_node *node = node_new(parser, NODE_WORD);
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
    char c = here(parser);
    if (!length && (c == '"' || c == '\''))
        return scan_quoted(scan, arena, &quoted) ? word_node(parser, quoted) : NULL;
    scan->at += length;
    if (length == 5 && strncasecmp(scan->text + at, "attr.", 5) == 0 &&
        (here(parser) == '"' || here(parser) == '\'') && !scan_quoted(scan, arena, &quoted))
        return NULL;
    size_t behind = scan->at;
    scan_blanks(scan);
    size_t operator_at = scan->at;
    bool test = scan_operator(scan) != OP_NONE;
    scan->at = operator_at;
    if (test && !length)
        return scan_fail(scan, at, "a field is missing before \"%c\"", c), NULL;
    if (test)
        return parse_test(parser, at, length, quoted);
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
    if (here(parser) != ')')
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
            node = node_new(parser, NODE_NOT);
            node->left = inner;
        }
    } else if (here(parser) == '(') {
        node = parse_group(parser);
    } else if (!here(parser) || here(parser) == ')' || is_keyword(scan)) {
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
    struct filter_node *node = node_new(parser, kind);
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
    struct filter_error ignored;
    error = error ? error : &ignored;
    *error = (struct filter_error){0};
    struct filter *filter = mem_zero(sizeof(*filter));
    struct parser parser = {.scan = {text ? text : "", 0, error}, .filter = filter};
    bool fine = true;
    if (strlen(parser.scan.text) > FILTER_TEXT_MAX) {
        fine = scan_fail(&parser.scan, FILTER_TEXT_MAX, "longer than %d bytes", FILTER_TEXT_MAX);
    } else {
        scan_blanks(&parser.scan);
        if (here(&parser)) {
            filter->root = parse_or(&parser);
            fine = filter->root != NULL;
            scan_blanks(&parser.scan);
            if (fine && here(&parser))
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
    for (size_t i = 0; i < filter->regexes; i++)
        regfree(filter->regex[i]);
    free(filter->regex);
    arena_free(&filter->arena);
    free(filter);
}
