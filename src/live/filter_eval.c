/* Evaluation: typed values of a row against the tree; pure, nothing is allocated. */
#include "live/filter_internal.h"
#include "live/live_internal.h"

static bool any_text(const struct filter_node *node, const struct filter_texts *texts, bool has)
{
    for (size_t v = 0; v < node->values; v++) {
        const struct filter_value *value = &node->value[v];
        if (value->none && texts->count == 0)
            return true;
        for (size_t i = 0; i < texts->count && !value->none; i++)
            if (value_matches(value, texts->item[i].text, texts->item[i].kind, has))
                return true;
    }
    return false;
}

static bool test_text(const struct filter_node *node, const struct row *row)
{
    struct filter_texts texts;
    texts.count = 0;
    if (node->attribute)
        filter_attribute(&texts, row, node->attribute);
    else
        filter_access[node->field].texts(&texts, row);
    bool has = node->op == OP_HAS || node->op == OP_HAS_NOT;
    bool negative = node->op == OP_NOT_EQUAL || node->op == OP_HAS_NOT;
    return any_text(node, &texts, has) != negative;
}

/* Letters side by side, as the FLAGS column shows them, want all of them. */
static bool test_set(const struct filter_node *node, const struct row *row)
{
    bool any = false;
    for (size_t v = 0; v < node->values && !any; v++) {
        unsigned wanted = (unsigned)node->value[v].number;
        unsigned shown = row->flags & ~(unsigned)ROW_ABANDONED_UNSURE;
        any = node->value[v].none ? shown == 0 : (row->flags & wanted) == wanted;
    }
    return any != (node->op == OP_NOT_EQUAL);
}

static int64_t meant(const struct filter_value *value, const struct live *live, int64_t now)
{
    return value->clock ? live_midnight(live, now) + value->number : value->number;
}

/* = takes all that prints the same: a duration within its second, a time within its minute or
 * second. */
static bool equal(enum filter_type type, const struct filter_value *value, int64_t wanted,
                  int64_t actual)
{
    if (type == FILTER_TIME)
        return actual >= wanted && actual < wanted + value->precision;
    if (type == FILTER_DURATION && wanted % SECOND_MS == 0)
        return actual >= wanted && actual < wanted + SECOND_MS;
    return actual == wanted;
}

static bool compare(enum filter_op op, bool same, int64_t wanted, int64_t actual)
{
    switch (op) {
    case OP_LESS: return actual < wanted;
    case OP_LESS_EQUAL: return actual < wanted || same;
    case OP_MORE: return actual > wanted;
    case OP_MORE_EQUAL: return actual >= wanted;
    default: return same;
    }
}

static bool test_number(const struct filter_node *node, const struct row *row,
                        const struct live *live, int64_t now)
{
    enum filter_type type = filter_fields[node->field].type;
    int64_t actual = 0;
    bool known = filter_access[node->field].number(row, live, now, &actual);
    bool any = false;
    for (size_t v = 0; v < node->values && !any; v++) {
        const struct filter_value *value = &node->value[v];
        if (value->none || !known) {
            any = value->none && !known;
            continue;
        }
        int64_t wanted = meant(value, live, now);
        any = compare((enum filter_op)node->op, equal(type, value, wanted, actual), wanted, actual);
    }
    return any != (node->op == OP_NOT_EQUAL);
}

static bool test(const struct filter_node *node, const struct row *row, const struct live *live,
                 int64_t now)
{
    switch (filter_fields[node->field].type) {
    case FILTER_TEXT: return test_text(node, row);
    case FILTER_SET: return test_set(node, row);
    default: return test_number(node, row, live, now);
    }
}

/* A bare word is looked for in every column, the attributes' values included. */
static bool match_word(const struct filter_node *node, const struct row *row)
{
    struct filter_texts texts;
    texts.count = 0;
    filter_all_texts(&texts, row);
    if (any_text(node, &texts, true))
        return true;
    for (size_t i = 0; i < row->attributes; i++)
        if (row->attribute[i].value &&
            value_matches(node->value, row->attribute[i].value, TEXT_PLAIN, true))
            return true;
    return false;
}

static bool match(const struct filter_node *node, const struct row *row, const struct live *live,
                  int64_t now)
{
    switch ((enum node_kind)node->kind) {
    case NODE_AND: return match(node->left, row, live, now) && match(node->right, row, live, now);
    case NODE_OR: return match(node->left, row, live, now) || match(node->right, row, live, now);
    case NODE_NOT: return !match(node->left, row, live, now);
    case NODE_WORD: return match_word(node, row);
    default: return test(node, row, live, now);
    }
}

bool filter_match(const struct filter *filter, const struct row *row, const struct live *live,
                  int64_t now)
{
    return !filter || !filter->root || match(filter->root, row, live, now);
}

bool filter_depends_on_time(const struct filter *filter)
{
    return filter && filter->timed;
}
