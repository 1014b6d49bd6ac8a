/* One test of a filter: field, operator, values. */
#include <stdlib.h>
#include <string.h>

#include "live/filter_internal.h"

enum { VALUES_MAX = 256 };

struct filter_node *parser_node(struct parser *parser, enum node_kind kind)
{
    struct filter_node *node = arena_zero(&parser->filter->arena, sizeof(*node));
    node->kind = (uint8_t)kind;
    return node;
}

char parser_char(const struct parser *parser)
{
    return parser->scan.text[parser->scan.at];
}

bool parser_at_keyword(const struct filter_scan *scan)
{
    return scan_at_word(scan, "and") || scan_at_word(scan, "or") || scan_at_word(scan, "not");
}

static bool read_plain(struct parser *parser, struct filter_value *value, size_t length)
{
    struct filter_scan *scan = &parser->scan;
    const char *start = scan->text + scan->at;
    if (!length)
        return scan_fail(scan, scan->at, "a value is missing here; - stands for none");
    if (parser_at_keyword(scan))
        return scan_fail(scan, scan->at, "quote the word \"%.*s\" when it is a value", (int)length,
                         start);
    value->text = arena_strndup(&parser->filter->arena, start, length);
    value->none = strcmp(value->text, "-") == 0;
    scan->at += length;
    char next = parser_char(parser);
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
    if (parser_char(parser) == '"' || parser_char(parser) == '\'') {
        if (!scan_quoted(scan, arena, &value->text))
            return false;
    } else if (has && parser_char(parser) == '/') {
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
        if (!fine || parser_char(parser) != ',') {
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
struct filter_node *parser_test(struct parser *parser, size_t at, size_t length,
                                const char *attribute)
{
    struct filter_node *node = parser_node(parser, NODE_TEST);
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
